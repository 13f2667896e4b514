/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `compare`: are the variants different, and by how much? */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "core/error.h"
#include "core/suggest.h"
#include "experiment/experiment.h"
#include "report/choice.h"
#include "report/comparison.h"

static char *against, *directory, **names, **plugins;

static const GOptionEntry options[] = {
    { "against", 0, 0, G_OPTION_ARG_FILENAME, &against, "the variant that the others are compared to (the first)", "VARIANT" },
    { "metric", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &names, "compare this metric; may be repeated; all: every one (the key metrics)", "NAME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &directory, "where the results of a SCENARIO are (results/<scenario>)",
      "DIR" },
    { "plugin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &plugins, "load variants that a SCENARIO needs; may be repeated",
      "FILE.so" },
    { 0 }
};

/* A directory, or a file that begins like a database. */
static bool is_results(const char *path)
{
    char head[16] = "";
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) return true;
    FILE *file = fopen(path, "rb");
    size_t got = file ? fread(head, 1, sizeof head, file) : 0;
    if (file) fclose(file);
    return got == sizeof head && memcmp(head, "SQLite format 3", sizeof head) == 0;
}

/* Runs what is missing of the scenario, then reads its results. */
static Samples *run_and_read(const char *path, GError **error)
{
    if (!plugins_load(plugins, error)) return NULL;
    g_autoptr(Plan) plan = plan_read(path, NULL, error);
    if (!plan) return NULL;
    g_autofree char *place = directory ? g_strdup(directory) : g_build_filename("results", plan->stem, NULL);
    Experiment experiment = { .plan = plan, .directory = place, .progress = isatty(STDERR_FILENO),
                              .plugins = (const char *const *)plugins };
    Outcome outcome = { 0 };
    if (!experiment_run(&experiment, &outcome, error)) return NULL;
    if (outcome.problem) {
        g_propagate_error(error, g_steal_pointer(&outcome.problem));
        return NULL;
    }
    return samples_read(place, (SampleRange){ .first = outcome.first, .last = outcome.last }, error);
}

/* The place of `name` in `known`, or -1 and *error. */
static int find(const GPtrArray *known, const char *name, const char *what, GError **error)
{
    int place = samples_find(known, name);
    if (place >= 0) return place;
    g_autoptr(GPtrArray) menu = g_ptr_array_new();
    for (guint i = 0; i < known->len; i++) g_ptr_array_add(menu, known->pdata[i]);
    g_ptr_array_add(menu, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)menu->pdata);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "no %s is called '%s'%s", what, name, hint);
    return -1;
}

static GArray *choose(const Samples *samples, GError **error)
{
    if (!names) return choice_key_metrics(samples);
    g_autoptr(GArray) chosen = g_array_new(FALSE, FALSE, sizeof(guint));
    bool all = g_strv_contains((const char *const *)names, "all");
    for (char **name = names; !all && *name; name++) {
        int place = find(samples->metrics, *name, "metric of these results", error);
        if (place < 0) return NULL;
        guint m = (guint)place;
        g_array_append_val(chosen, m);
    }
    for (guint m = 0; all && m < samples->metrics->len; m++)
        if (!samples_measures_machine(samples_metric(samples, m))) g_array_append_val(chosen, m);
    return g_steal_pointer(&chosen);
}

static bool run(char **arguments, GError **error)
{
    g_autoptr(Samples) samples = is_results(arguments[0]) ? samples_read(arguments[0], SAMPLES_ALL, error)
                                                          : run_and_read(arguments[0], error);
    if (!samples) return false;
    if (samples->variants->len < 2) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: there is nothing to compare: %s", arguments[0],
                    samples->variants->len ? "it has one variant; [variant NAME] sections make more" : "it has no runs");
        return false;
    }
    int base = against ? find(samples->variants, against, "variant", error) : 0;
    g_autoptr(GArray) chosen = base < 0 ? NULL : choose(samples, error);
    if (!chosen) return false;
    g_autofree char *text = comparison_text(samples, (guint)base, chosen);
    fputs(text, stdout);
    return true;
}

const Command command_compare = {
    .name = "compare",
    .usage = "SCENARIO|RESULTS [--against VARIANT] [--metric NAME]...",
    .summary = "say how the variants differ, and whether that is more than chance",
    .details = "RESULTS is a directory with results.db, or that file; a SCENARIO is run first where its results are "
               "missing.  Says first in words, then in a table, what differs between the variants: shares in points, "
               "durations in ms, counts as a ratio.  Replications are compared in pairs, for both variants met the same "
               "failures, network and workload; `variance` is what that took from the variance of the difference.  With more "
               "than one comparison of a metric the verdicts allow for all of them (Holm).  Along a sweep it says where the "
               "winner changes, with an interval.",
    .options = options, .least = 1, .most = 1, .run = run,
};
