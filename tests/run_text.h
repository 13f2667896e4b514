/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: a scenario as a text in the test, run in this process. */
#pragma once
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "scenario/plan.h"
#include "world/world.h"

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#define SANITIZED __has_feature(address_sanitizer)
#else
#define SANITIZED 0
#endif

/* How many of `all` replications a stochastic case runs: under the sanitizers, which take ten times as
 * long and look for other faults, or with LIGHTER set, a fifth of them, eight at least. */
static inline uint32_t lighter(uint32_t all)
{
    return SANITIZED || g_getenv("LIGHTER") ? MIN(all, MAX(all / 5, 8)) : all;
}

/* The plan of a scenario text; aborts with the faults where it has any. */
static inline Plan *plan_text(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.ini", &path, &error);
    g_assert_no_error(error);
    close(file);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    Plan *plan = plan_read(path, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(unlink(path), ==, 0);
    return plan;
}

/* Replication `replication` of the first variant and point. */
static inline RunResult *run_plan(const Plan *plan, uint32_t replication, bool everything)
{
    g_autoptr(GError) error = NULL;
    Recording recording = { .overlay = everything, .deliveries = everything, .series = everything };
    RunResult *result = world_run(plan->scenarios[0], random_replication_seed(plan->seed, replication), &recording, &error);
    g_assert_no_error(error);
    return result;
}

static inline RunResult *run_text(const char *text, uint32_t replication)
{
    g_autoptr(Plan) plan = plan_text(text);
    return run_plan(plan, replication, true);
}

/* The row of that name, or NULL. */
static inline const MetricRow *metric_row(const RunResult *result, const char *name)
{
    for (guint i = 0; i < result->metrics->len; i++) {
        const MetricRow *row = &g_array_index(result->metrics, MetricRow, i);
        if (strcmp(row->name, name) == 0) return row;
    }
    return NULL;
}

/* Its value, or NaN where the run has none. */
static inline double metric_value(const RunResult *result, const char *name)
{
    const MetricRow *row = metric_row(result, name);
    return row ? row->value : NAN;
}
