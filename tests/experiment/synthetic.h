/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results and plans made without a run, for the tests of experiment/ and report/. */
#pragma once
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/random.h"
#include "scenario/plan.h"
#include "world/result.h"

static inline void synthetic_metric(RunResult *result, const char *name, double value, double above, double below)
{
    MetricRow row = { result_text(result, name), value, above, below };
    g_array_append_val(result->metrics, row);
}

/* One row of each kind and more, a function of `seed` alone. */
static inline RunResult *synthetic_result(uint64_t seed)
{
    Random random = random_stream(seed, "test/result", 0);
    RunResult *result = result_new();
    double got = (double)random_below(&random, 100);
    synthetic_metric(result, "delivery_ratio", got / 100, got, 100);
    synthetic_metric(result, "latency_mean_ms", 40 + random_unit(&random), NAN, NAN);
    HistogramRow bar = { result_text(result, "latency"), 5, 9000000000000, random_below(&random, 50) };
    g_array_append_val(result->histograms, bar);
    SeriesRow step = { result_text(result, "up"), 0.5, random_unit(&random) };
    g_array_append_val(result->series, step);
    EventRow crash = { 5.25, result_text(result, "third"), result_text(result, "crash"), 7, NODE_NONE };
    g_array_append_val(result->events, crash);
    NodeRow named = { 3, result_text(result, "Wien, \"Nord\"\n"), 1.5, NAN }, bare = { 4, NULL, NAN, NAN };
    g_array_append_val(result->nodes, named);
    g_array_append_val(result->nodes, bare);
    LinkRow link = { 3, 4, 12.5 };
    g_array_append_val(result->links, link);
    for (uint32_t i = 0; i < 4; i++) {
        PublicationRow row = { result_text(result, "news"), i, 30 + i, -1, 1000 };
        g_array_append_val(result->publications, row);
    }
    for (uint32_t i = 0; i < 20; i++) {
        DeliveryRow row = { result_text(result, "news"), i / 5, i, -1, (SimTime)random_below(&random, 1u << 30), i % 7 };
        g_array_append_val(result->deliveries, row);
    }
    for (uint32_t i = 0; i < 3; i++) {
        static const char *const fates[] = { "arrived", "lost", "under-way" };
        PacketRow row = { result_text(result, "stream"), result_text(result, "syn"), i ? NULL : result_text(result, "call print"),
                          i, i + 1, 40, result_text(result, fates[i]), i, i == 2 ? -1 : (SimTime)random_below(&random, 1u << 30) };
        g_array_append_val(result->packets, row);
    }
    StepRow told = { 3, result_text(result, "rpc.retransmit"), 7, NULL, result_text(result, "print\n\"x\""),
                     (uint64_t)7 << 32, 2, NULL };
    g_array_append_val(result->steps, told);
    result->event_count = 1000 + seed;
    result->wall_s = 0.125;
    return result;
}

/* A plan of two variants and the points "{}" or fraction = 0.1, 0.2 (`swept`). */
static inline Plan *synthetic_plan(bool swept)
{
    static char *names[] = { (char *)"tree", (char *)"mesh", NULL };
    static char *texts[] = { (char *)"10 %", (char *)"20 %", NULL };
    static char *json[] = { (char *)"{\"failure.crashes.fraction\": 0.1}",
                            (char *)"{\"failure.crashes.fraction\": 0.2}" };
    static char *labels[] = { (char *)"fraction = 10 %", (char *)"fraction = 20 %" };
    Plan *plan = g_new0(Plan, 1);
    plan->path = g_strdup("/nowhere/two.ini");
    plan->stem = g_strdup("two");
    plan->title = g_strdup("a title");
    plan->text = g_strdup("[gossip]\nfanout = 4\n");
    plan->hash = g_strdup("aaaa");
    plan->seed = 1;
    plan->replications = 3;
    plan->replications_max = 1000;
    plan->precision = NAN;
    plan->variants = g_strdupv(names);
    plan->variant_count = 2;
    plan->axis_count = swept;
    plan->axes = g_new0(Axis, 1);
    plan->axes[0] = (Axis){ .key = g_strdup("failure.crashes.fraction"), .values = g_strdupv(texts) };
    plan->point_count = swept ? 2 : 1;
    plan->points = g_new0(Point, plan->point_count);
    for (uint32_t i = 0; i < plan->point_count; i++) {
        plan->points[i].values = g_new0(char *, 2);
        plan->points[i].values[0] = swept ? plan->axes[0].values[i] : NULL;
        plan->points[i].json = g_strdup(swept ? json[i] : "{}");
        plan->points[i].label = g_strdup(swept ? labels[i] : "");
    }
    plan->scenarios = g_new0(Scenario *, 4);
    plan->expects = g_ptr_array_new();
    plan->plots = g_ptr_array_new();
    plan->notes = g_ptr_array_new();
    return plan;
}

static inline void synthetic_plan_free(Plan *plan)
{
    g_free(plan->path), g_free(plan->stem), g_free(plan->title), g_free(plan->text), g_free(plan->hash);
    g_strfreev(plan->variants);
    g_free(plan->axes[0].key);
    g_strfreev(plan->axes[0].values);
    g_free(plan->axes);
    for (uint32_t i = 0; i < plan->point_count; i++) {
        g_free(plan->points[i].values), g_free(plan->points[i].json), g_free(plan->points[i].label);
    }
    g_free(plan->points);
    g_free(plan->scenarios);
    g_ptr_array_unref(plan->expects);
    g_ptr_array_unref(plan->plots);
    g_ptr_array_unref(plan->notes);
    g_free(plan);
}

/* A new directory, to be removed with synthetic_remove(). */
static inline char *synthetic_directory(void)
{
    return g_dir_make_tmp("banyan-test-XXXXXX", NULL);
}

/* Removes the directory, what it holds, and the name. */
static inline void synthetic_remove(char *directory)
{
    GDir *dir = g_dir_open(directory, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir)); ) {
        char *path = g_build_filename(directory, name, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) synthetic_remove(path);
        else {
            g_unlink(path);
            g_free(path);
        }
    }
    if (dir) g_dir_close(dir);
    g_rmdir(directory);
    g_free(directory);
}
