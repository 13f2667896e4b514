/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `run`: a scenario becomes results, and results a table. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/plugin.h"
#include "core/error.h"
#include "core/suggest.h"
#include "experiment/experiment.h"
#include "experiment/numbering.h"
#include "experiment/ranks.h"
#include "report/export.h"
#include "report/overview.h"

static char **sets, **plugins, *seed, *replications, *directory, *format, *only, *trace, *jobs;
static gboolean fresh;

static const GOptionEntry options[] = {
    { "set", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &sets, "set a key of the scenario; may be repeated", "section.key=value" },
    { "seed", 0, 0, G_OPTION_ARG_STRING, &seed, "the same as --set scenario.seed=N", "N" },
    { "replications", 0, 0, G_OPTION_ARG_STRING, &replications, "the same as --set scenario.replications=N", "N" },
    { "jobs", 'j', 0, G_OPTION_ARG_STRING, &jobs, "worker processes (one a core, as far as memory reaches)", "N" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &directory, "directory of this experiment (results/<scenario>)", "DIR" },
    { "format", 0, 0, G_OPTION_ARG_STRING, &format, "what to print: table, json, csv, markdown, latex or none (table)",
      "FORMAT" },
    { "fresh", 0, 0, G_OPTION_ARG_NONE, &fresh, "throw earlier results in that directory away", NULL },
    { "only", 0, 0, G_OPTION_ARG_STRING, &only, "make this one run, anew; point and replication count from 0",
      "VARIANT:POINT:REPLICATION" },
    { "plugin", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &plugins, "load variants built against the installed headers; may be repeated",
      "FILE.so" },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &trace, "with --only: write one line an event", "FILE" },
    { 0 }
};

static const char *const formats[] = { "table", "json", "csv", "markdown", "latex", "none", NULL };

static bool check_options(unsigned *workers, GError **error)
{
    uint64_t count = 0;
    if (format && !g_strv_contains(formats, format)) {
        g_autofree char *hint = suggest(format, formats);
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "--format %s: no such format%s", format, hint);
        return false;
    }
    if (jobs && (!parse_count(jobs, &count, NULL) || count < 1 || count > 4096)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "-j %s: a number of processes from 1 to 4096 is expected", jobs);
        return false;
    }
    if (trace && !only) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "--trace needs --only VARIANT:POINT:REPLICATION: one run is traced");
        return false;
    }
    *workers = (unsigned)count;
    return true;
}

/* --seed and --replications are settings like any other. */
static char **all_overrides(void)
{
    GPtrArray *all = g_ptr_array_new();
    for (char **set = sets; set && *set; set++) g_ptr_array_add(all, g_strdup(*set));
    if (seed) g_ptr_array_add(all, g_strconcat("scenario.seed=", seed, NULL));
    if (replications) g_ptr_array_add(all, g_strconcat("scenario.replications=", replications, NULL));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

static void print_results(const Samples *samples, const GArray *verdicts)
{
    const char *style = format ? format : "table";
    g_autofree char *text = NULL;
    if (strcmp(style, "json") == 0) text = export_json(samples, 0, verdicts);
    else if (strcmp(style, "csv") == 0) text = export_csv(samples);
    else if (strcmp(style, "markdown") == 0) text = overview_text(samples, 0, verdicts, TABLE_MARKDOWN);
    else if (strcmp(style, "latex") == 0) text = overview_text(samples, 0, verdicts, TABLE_LATEX);
    else if (strcmp(style, "table") == 0) text = overview_text(samples, 0, verdicts, TABLE_PLAIN);
    if (text) fputs(text, stdout);
}

/* What depends on the machine stays off standard output. */
static void say_effort(const Outcome *outcome, const char *place)
{
    if (!isatty(STDERR_FILENO)) return;
    g_printerr("%" G_GUINT64_FORMAT " runs", outcome->runs);
    if (outcome->resumed) g_printerr(", %" G_GUINT64_FORMAT " of them found", outcome->resumed);
    g_printerr(" in %s: %.1f s", place, outcome->seconds);
    if (outcome->events) g_printerr(", %.3g M events/s", (double)outcome->events / 1e6 / outcome->seconds);
    g_printerr("\n");
}

/* The files cover all that there is; a single run is shown alone. */
static bool report(const Plan *plan, const char *place, const Outcome *outcome, GError **error)
{
    SampleRange range = { .first = outcome->first, .last = outcome->last };
    g_autoptr(Samples) samples = samples_read(place, range, error);
    if (!samples) return false;
    g_autoptr(GArray) verdicts = expectation_judge(plan, samples);
    if (!export_write(samples, place, only ? NULL : verdicts, error)) return false;
    if (only) {
        uint64_t run;
        if (!numbering_find(plan, only, &run, error)) return false;
        range.run = numbering_key(plan, run).id;
        g_autoptr(Samples) alone = samples_read(place, range, error);
        if (alone) print_results(alone, NULL);
        return alone != NULL;
    }
    print_results(samples, verdicts);
    GError *broken = expectation_error(plan, verdicts);
    if (!broken) return true;
    fflush(stdout);
    g_propagate_error(error, broken);
    return false;
}

/* What was said outweighs what was measured, and a missing run both. */
static bool conclude(const Plan *plan, const char *place, Outcome *outcome, GError **error)
{
    bool done = report(plan, place, outcome, error);
    if (!done && !g_error_matches(*error, SIM_ERROR, SIM_ERROR_EXPECTATION)) return false;
    say_effort(outcome, place);
    if (outcome->capped)
        g_printerr("note: the precision of %g is not met after %u replications, the most that replications-max allows\n",
                   plan->precision, outcome->last - outcome->first + 1);
    if (!outcome->problem) return done;
    g_clear_error(error);
    g_propagate_error(error, g_steal_pointer(&outcome->problem));
    return false;
}

static Plan *read_plan(const char *path, char *const *overrides, unsigned *workers, GError **error)
{
    if (!check_options(workers, error)) return NULL;
    if (!plugins_load(plugins, error)) return NULL;
    return plan_read(path, (const char *const *)overrides, error);
}

static bool run(char **arguments, GError **error)
{
    unsigned workers = 0;
    g_autoptr(GError) failure = NULL;
    if (!ranks_begin(error)) return false;
    g_auto(GStrv) overrides = all_overrides();
    g_autoptr(Plan) plan = read_plan(arguments[0], overrides, &workers, &failure);
    Experiment experiment = {
        .plan = plan, .overrides = (const char *const *)overrides, .plugins = (const char *const *)plugins,
        .workers = workers, .fresh = fresh, .only = only, .trace = trace, .progress = isatty(STDERR_FILENO),
    };
    if (ranks_number() > 0) {           /* rank 0 speaks for all */
        experiment_serve(&experiment, failure);
        return true;
    }
    if (!plan) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    for (guint i = 0; i < plan->notes->len; i++) g_printerr("note: %s\n", (char *)plan->notes->pdata[i]);
    g_autofree char *place = directory ? g_strdup(directory) : g_build_filename("results", plan->stem, NULL);
    experiment.directory = place;
    Outcome outcome = { 0 };
    if (!experiment_run(&experiment, &outcome, error)) return false;
    bool done = conclude(plan, place, &outcome, error);
    outcome_clear(&outcome);
    return done;
}

const Command command_run = {
    .name = "run",
    .usage = "SCENARIO [--set section.key=value]... [options]",
    .summary = "run a scenario: all variants, points and replications",
    .details = "Writes results.db, summary.csv, summary.json and runs.csv (a line a run), quantiles.csv into the directory of the experiment and prints the key "
               "metrics with 95 % confidence intervals.  What is there already is not run again: after Ctrl-C or a crash "
               "the same command goes on, and more replications add to the results.  Results of other settings are never "
               "mixed: they are refused unless --fresh throws them away.\n\n"
               "Started by an MPI launcher, as in `mpirun -n 64 banyan run SCENARIO`, rank 0 keeps the results and every "
               "other rank does one run at a time (-j does not count then); the results are the same.\n\n"
               "Exit status: 0 done, 1 the machine's fault, 2 the input's, 3 an expectation does not hold, 130 after "
               "Ctrl-C, with what is finished kept.",
    .options = options, .least = 1, .most = 1, .run = run,
};
