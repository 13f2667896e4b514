/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/problems.h"

#include "core/error.h"
#include "experiment/numbering.h"

enum { LISTED = 10 };

typedef struct { uint64_t run; GError *why; } Failed;

struct Problems { GPtrArray *list; };           /* of Failed * */

static void failed_free(void *data)
{
    Failed *failed = data;
    g_error_free(failed->why);
    g_free(failed);
}

Problems *problems_new(void)
{
    Problems *problems = g_new(Problems, 1);
    problems->list = g_ptr_array_new_with_free_func(failed_free);
    return problems;
}

void problems_free(Problems *problems)
{
    if (!problems) return;
    g_ptr_array_unref(problems->list);
    g_free(problems);
}

void problems_add(Problems *problems, uint64_t run, const GError *why)
{
    Failed *failed = g_new(Failed, 1);
    *failed = (Failed){ run, g_error_copy(why) };
    g_ptr_array_add(problems->list, failed);
}

static int by_run(const void *a, const void *b)
{
    const Failed *x = *(Failed *const *)a, *y = *(Failed *const *)b;
    return x->run < y->run ? -1 : x->run > y->run;
}

static void append(GString *text, const Failed *failed, const Experiment *experiment)
{
    const Plan *plan = experiment->plan;
    RunKey key = numbering_key(plan, failed->run);
    const char *label = plan->points[numbering_point(plan, failed->run)].label;
    g_autofree char *replay = numbering_replay(plan, failed->run, experiment->overrides);
    g_string_append_printf(text, "\n  %s%s%s, replication %u, seed %" G_GUINT64_FORMAT ": %s\n    again: %s", key.variant,
                           *label ? ", " : "", label, key.replication, key.seed, failed->why->message, replay);
    for (const char *const *plugin = experiment->plugins; plugin && *plugin; plugin++) {
        g_autofree char *quoted = g_shell_quote(*plugin);
        g_string_append_printf(text, " --plugin %s", quoted);
    }
}

GError *problems_error(Problems *problems, const Experiment *experiment, uint64_t limit, uint64_t total)
{
    GString *text = g_string_new("");
    uint64_t count = 0;
    int code = SIM_ERROR_TOPOLOGY;
    g_ptr_array_sort(problems->list, by_run);
    for (guint i = 0; i < problems->list->len; i++) {
        const Failed *failed = problems->list->pdata[i];
        if (failed->run >= limit) break;        /* discarded with its replication */
        if (failed->why->domain != SIM_ERROR || failed->why->code == SIM_ERROR_MACHINE) code = SIM_ERROR_MACHINE;
        if (++count <= LISTED) append(text, failed, experiment);
    }
    if (count > LISTED) g_string_append(text, "\n  … (all of them in the view `failed` of results.db)");
    g_autofree char *list = g_string_free(text, FALSE);
    if (!count) return NULL;
    return g_error_new(SIM_ERROR, code, "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " runs have no result:%s", count,
                       total, list);
}
