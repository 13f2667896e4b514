/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small results of known content, read back as Samples. */
#pragma once
#include "../experiment/synthetic.h"
#include "core/error.h"
#include "experiment/numbering.h"
#include "report/samples.h"

typedef struct { Plan *plan; char *directory; } Results;

static inline void results_set_up(Results *results, gconstpointer swept)
{
    results->plan = synthetic_plan(swept != NULL);
    results->directory = synthetic_directory();
}

static inline void results_tear_down(Results *results, gconstpointer unused)
{
    (void)unused;
    synthetic_plan_free(results->plan);
    synthetic_remove(results->directory);
}

/* Writes all runs of the plan; `fill` gives each its metrics. */
static inline Samples *results_make(Results *results, void (*fill)(RunResult *result, const RunKey *key))
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(results->directory, results->plan, NULL, true, &error);
    g_assert_no_error(error);
    for (uint64_t run = 0; run < results->plan->replications * numbering_groups(results->plan); run++) {
        g_autoptr(RunResult) result = result_new();
        RunKey key = numbering_key(results->plan, run);
        fill(result, &key);
        store_put(store, &key, result, &error);
        g_assert_no_error(error);
    }
    store_free(store);
    Samples *samples = samples_read(results->directory, SAMPLES_ALL, &error);
    g_assert_no_error(error);
    return samples;
}
