/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a run takes its failures, counted by hand. */
#include "run_text.h"

/* 20 s over 10 ms links; node 0 publishes at 0, 1, 2, … 19 s. */
static RunResult *run(const char *overlay, const char *failure)
{
    g_autofree char *text = g_strdup_printf("[scenario]\nduration = 20 s\n[network]\nlatency = 10 ms\n[overlay]\n%s\n[protocol]\nkind = flood\n"
                                            "[workload w]\nkind = publish\npublications = 20\nsize = 100 B\n%s\n", overlay, failure);
    return run_text(text, 0);
}

#define CHAIN "kind = chain\nnodes = 4"

static uint64_t count_of(const RunResult *result, const char *name, uint64_t low)
{
    for (guint i = 0; i < result->histograms->len; i++) {
        const HistogramRow *row = &g_array_index(result->histograms, HistogramRow, i);
        if (strcmp(row->name, name) == 0 && row->low == low) return row->count;
    }
    return 0;
}

static double series_at(const RunResult *result, const char *name, double time_s)
{
    for (guint i = 0; i < result->series->len; i++) {
        const SeriesRow *row = &g_array_index(result->series, SeriesRow, i);
        if (strcmp(row->name, name) == 0 && fabs(row->time_s - time_s) < 1e-9) return row->value;
    }
    return NAN;
}

/* Two nodes are cut off from 4.5 to 9.5: publications 5 to 9 miss them. */
#define SPLIT "[failure split]\nkind = partition\nnodes = 2..3\nat = 4500 ms\nuntil = 9500 ms\n"

static void recovery_and_outage(void)
{
    g_autoptr(RunResult) result = run(CHAIN, SPLIT);
    g_assert_cmpfloat(metric_value(result, "recovery_ms"), ==, 5500);       /* 4.5 to 10 */
    g_assert_cmpfloat(metric_value(result, "outage_ms"), ==, 5000);         /* 5 to 10 */
    g_assert_cmpfloat(metric_value(result, "recovered_share"), ==, 1);
    g_autoptr(RunResult) none = run(CHAIN, "");
    g_assert_null(metric_row(none, "recovered_share"));
    g_assert_null(metric_row(none, "connected_mean"));
}

static void what_never_recovers(void)
{
    g_autoptr(RunResult) result = run(CHAIN, "[failure f]\nkind = crash\nnodes = 1\nat = 4500 ms\n");
    g_assert_null(metric_row(result, "recovery_ms"));
    g_assert_cmpfloat(metric_value(result, "recovered_share"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "outage_ms"), ==, 15000);
    g_autoptr(RunResult) leaf = run(CHAIN, "[failure f]\nkind = crash\nnodes = 3\nat = 4500 ms\n");
    g_assert_cmpfloat(metric_value(leaf, "recovery_ms"), ==, 0);            /* who is down is not expected */
    g_autoptr(RunResult) two = run(CHAIN, SPLIT "[failure f]\nkind = crash\nnodes = 1\nat = 14500 ms\n");
    g_assert_cmpfloat(metric_value(two, "recovered_share"), ==, 0);         /* neither is whole at the end */
}

static void what_hangs_together(void)
{
    g_autoptr(RunResult) result = run(CHAIN, SPLIT "[failure f]\nkind = crash\nnodes = 1\nat = 14500 ms\n");
    g_assert_cmpfloat(series_at(result, "connected", 4), ==, 1);
    g_assert_cmpfloat(series_at(result, "connected", 5), ==, 0.5);
    g_assert_cmpfloat(series_at(result, "connected", 10), ==, 1);
    g_assert_cmpfloat(series_at(result, "connected", 15), ==, 2. / 3);
    g_assert_cmpfloat(metric_value(result, "connected_least"), ==, 0.5);
    g_assert_cmpfloat_with_epsilon(metric_value(result, "connected_mean"), (47 + 25 * 0.5 + 28 * 2. / 3) / 100, 1e-12);
    g_autoptr(RunResult) cut = run(CHAIN, "[failure c]\nkind = link-cut\nfraction = 100 %\nat = 10 s\n");
    g_assert_cmpfloat(series_at(cut, "connected", 20), ==, 0.25);
}

static void by_depth_and_age(void)
{
    g_autoptr(RunResult) result = run(CHAIN, SPLIT);
    const uint64_t delivered[] = { 0, 20, 15, 15 };
    for (uint64_t d = 0; d < 4; d++) {
        g_assert_cmpuint(count_of(result, "expected_by_depth", d), ==, d ? 20 : 0);
        g_assert_cmpuint(count_of(result, "delivered_by_depth", d), ==, delivered[d]);
    }
    /* Node 3 is down from 4.5 to 10.5; node 2 never gets what is published from 15 on. */
    g_autoptr(RunResult) aged = run(CHAIN, "[failure f]\nkind = crash\nnodes = 3\nat = 4500 ms\nrecover-after = 6 s\n"
                                           "[failure g]\nkind = crash\nnodes = 1\nat = 14500 ms\n");
    /* Node 3 publications 11 .. 14 at ages 0.5, 1.5, 2.5, 3.5 and 15 .. 19 at 4.5 .. 8.5; node 2 at 0 .. 19; before
     * 4.5 nodes 1 and 3 went down later and were reached: at 0, 1, 2, 3, 4 (1 until 14). */
    g_assert_cmpuint(count_of(aged, "expected_by_age", 0), ==, 1 + 3);
    g_assert_cmpuint(count_of(aged, "delivered_by_age", 0), ==, 1 + 3);
    g_assert_cmpuint(count_of(aged, "expected_by_age", 4), ==, 4 + 4 + 1 + 4);
    g_assert_cmpuint(count_of(aged, "delivered_by_age", 4), ==, 4 + 4 + 1);
    g_assert_cmpuint(count_of(aged, "expected_by_age", 16), ==, 4);
    g_assert_cmpuint(count_of(aged, "delivered_by_age", 16), ==, 0);
}

static void depths_of_a_whole_delivery(void)
{
    g_autoptr(RunResult) result = run("kind = kary-tree\narity = 2\nnodes = 15", "");
    for (uint64_t d = 1; d < 4; d++) g_assert_cmpuint(count_of(result, "delivered_by_depth", d), ==, 20u << d);
    g_autoptr(RunResult) deep = run("kind = chain\nnodes = 200", "");
    g_assert_cmpuint(count_of(deep, "expected_by_depth", 63), ==, 20);
    g_assert_cmpuint(count_of(deep, "expected_by_depth", 64), ==, 20 * 64);
    g_assert_cmpuint(count_of(deep, "delivered_by_depth", 128), ==, 19 * 72);                  /* the last is still on its way */
}

static void fairness_and_use(void)
{
    g_autoptr(RunResult) chain = run(CHAIN, "");                            /* sent: 20, 20, 20, 0 */
    g_assert_cmpfloat_with_epsilon(metric_value(chain, "load_jain"), 0.75, 1e-12);
    g_assert_cmpfloat(metric_value(chain, "useful_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(chain, "control_per_node_s"), ==, 0);
    g_autoptr(RunResult) junk = run(CHAIN, "[failure s]\nkind = spammer\nnodes = 1\nrate = 3 /s\nsize = 50 B\n");
    double sent = metric_value(junk, "control_messages");
    g_assert_cmpfloat(sent, >, 20);
    g_assert_cmpfloat_with_epsilon(metric_value(junk, "control_per_node_s"), sent / 80, 1e-12);
    g_assert_cmpfloat_with_epsilon(metric_value(junk, "control_bytes_per_node_s"), sent * 50 / 80, 1e-9);
    g_assert_cmpfloat_with_epsilon(metric_value(junk, "useful_ratio"), 6000 / (6000 + 50 * sent), 1e-12);
}

#define CASE(name) g_test_add_func("/recovery/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(recovery_and_outage);
    CASE(what_never_recovers);
    CASE(what_hangs_together);
    CASE(by_depth_and_age);
    CASE(depths_of_a_whole_delivery);
    CASE(fairness_and_use);
    return g_test_run();
}
