/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who counts as expected: small cases counted by hand. */
#include "run_text.h"

/* A chain 0-1-2-3 with 10 ms a hop, flooded from node 0 at 1 s. */
static RunResult *chain(const char *settings, const char *publish, const char *rest)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = 10 s\n%s\n[network]\nlatency = 10 ms\n[overlay]\nkind = chain\nnodes = 4\n"
        "[protocol]\nkind = flood\n[workload w]\nkind = publish\nstart = 1 s\n%s\n%s\n", settings, publish, rest);
    return run_text(text, 0);
}

#define CRASH(nodes, at) "[failure f" nodes "]\nkind = crash\nnodes = " nodes "\nat = " at "\n"
#define ONE "publications = 1"

static void assert_ratio(const RunResult *result, const char *name, double numerator, double denominator)
{
    const MetricRow *row = metric_row(result, name);
    g_test_message("%s: %g / %g", name, row->numerator, row->denominator);
    g_assert_cmpfloat(row->numerator, ==, numerator);
    g_assert_cmpfloat(row->denominator, ==, denominator);
}

static void a_node_down_before_is_not_expected(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("2", "500 ms"));
    assert_ratio(result, "delivery_ratio", 1, 2);
    assert_ratio(result, "delivery_ratio_at_send", 1, 2);
    assert_ratio(result, "delivery_ratio_all", 1, 3);
    assert_ratio(result, "atomic_ratio", 0, 1);
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), ==, 1);
}

static void a_crash_after_delivery_takes_nothing_back(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("2", "5 s"));
    assert_ratio(result, "delivery_ratio", 3, 3);
    assert_ratio(result, "delivery_ratio_at_send", 3, 3);
    assert_ratio(result, "atomic_ratio", 1, 1);
}

static void a_crash_before_delivery_ends_the_expectation(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("3", "1025 ms"));
    assert_ratio(result, "delivery_ratio", 2, 2);
    assert_ratio(result, "delivery_ratio_at_send", 2, 3);
    assert_ratio(result, "delivery_ratio_all", 2, 3);
    assert_ratio(result, "atomic_ratio", 1, 1);
}

static void a_failure_comes_before_a_message_of_its_instant(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("3", "1030 ms"));
    assert_ratio(result, "delivery_ratio", 2, 2);
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), ==, 1);
}

static void a_node_that_was_away_at_send_is_not_expected(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("1", "500 ms") "recover-after = 1500 ms\n");
    assert_ratio(result, "delivery_ratio", 0, 2);
    assert_ratio(result, "delivery_ratio_at_send", 0, 2);
    assert_ratio(result, "delivery_ratio_all", 0, 3);
}

static void a_message_that_arrives_after_recovery_counts(void)
{
    /* Down from 1.005 to 1.009: back before the message comes at 1.010. */
    g_autoptr(RunResult) result = chain("", ONE, CRASH("1", "1005 ms") "recover-after = 4 ms\n");
    assert_ratio(result, "delivery_ratio", 3, 3);
    assert_ratio(result, "delivery_ratio_at_send", 3, 3);
}

static void a_publication_of_a_source_that_is_down_stays_expected(void)
{
    g_autoptr(RunResult) result = chain("", "publications = 2\ninterval = 2 s", CRASH("0", "500 ms") "recover-after = 1500 ms\n");
    assert_ratio(result, "delivery_ratio", 3, 6);
    assert_ratio(result, "atomic_ratio", 1, 2);
    g_assert_cmpfloat(metric_value(result, "publications"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "publications_skipped"), ==, 1);
}

static void a_delivery_after_the_deadline_does_not_count(void)
{
    g_autoptr(RunResult) late = chain("deadline = 25 ms", ONE, "");
    assert_ratio(late, "delivery_ratio", 2, 3);
    g_assert_cmpfloat(metric_value(late, "latency_max_ms"), ==, 20);
    g_autoptr(RunResult) just = chain("deadline = 30 ms", ONE, "");
    assert_ratio(just, "delivery_ratio", 3, 3);
    /* Down after its deadline: it was expected until then, and got it too late. */
    g_autoptr(RunResult) gone = chain("deadline = 25 ms", ONE, CRASH("3", "2 s"));
    assert_ratio(gone, "delivery_ratio", 2, 3);
    /* Down before its deadline. */
    g_autoptr(RunResult) away = chain("deadline = 25 ms", ONE, CRASH("3", "1020 ms"));
    assert_ratio(away, "delivery_ratio", 2, 2);
}

static void nodes_outside_the_group_forward(void)
{
    g_autoptr(RunResult) result = chain("", ONE "\ngroup = g", "[group g]\nmembers = 3..3\n");
    assert_ratio(result, "delivery_ratio", 1, 1);
    g_assert_cmpfloat(metric_value(result, "hops_mean"), ==, 3);
    g_assert_cmpfloat(metric_value(result, "latency_mean_ms"), ==, 30);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 2);
}

static void warm_up_leaves_out_what_came_before(void)
{
    g_autoptr(RunResult) result = chain("warmup = 2 s", "publications = 3\ninterval = 1 s", "");
    assert_ratio(result, "delivery_ratio", 6, 6);
    g_assert_cmpfloat(metric_value(result, "publications"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "messages"), ==, 6);
    g_assert_cmpfloat(metric_value(result, "load_max"), ==, 2);
}

static void time_up_is_averaged_to_the_end(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("3", "5 s"));
    g_assert_cmpfloat_with_epsilon(metric_value(result, "available_mean"), 0.875, 1e-12);
}

static void a_node_held_down_twice_comes_up_with_the_last(void)
{
    g_autoptr(RunResult) result = chain("", ONE,
        CRASH("3", "2 s") "recover-after = 4 s\n[failure g]\nkind = crash\nnodes = 3\nat = 3 s\nrecover-after = 5 s\n");
    g_assert_cmpfloat_with_epsilon(metric_value(result, "available_mean"), 1 - 0.6 / 4, 1e-12);   /* down from 2 to 8 */
}

static void reach_counts_expected_members_only(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("3", "500 ms"));
    g_assert_cmpfloat(metric_value(result, "reach_50_ms"), ==, 10);
    g_assert_cmpfloat(metric_value(result, "reach_99_ms"), ==, 20);
    assert_ratio(result, "reach_99_share", 1, 1);
    g_autoptr(RunResult) cut = chain("", ONE, CRASH("2", "500 ms"));
    g_assert_cmpfloat(metric_value(cut, "reach_50_ms"), ==, 10);
    g_assert_true(isnan(metric_value(cut, "reach_99_ms")));
}

static void jitter_keeps_the_order_of_a_link_unless_told(void)
{
    const char *base = "[scenario]\nduration = 30 s\n[network]\nlatency = 10 ms\njitter = uniform(0 ms, 50 ms)\nreorder = %s\n"
                       "[overlay]\nkind = chain\nnodes = 10\n[protocol]\nkind = flood\n"
                       "[workload w]\nkind = publish\npublications = 1000\ninterval = 5 ms\n";
    for (int reorder = 0; reorder < 2; reorder++) {
        g_autofree char *text = g_strdup_printf(base, reorder ? "yes" : "no");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        if (reorder) g_assert_cmpfloat(metric_value(result, "out_of_order_ratio"), >, 0.3);
        else g_assert_cmpfloat(metric_value(result, "out_of_order_ratio"), ==, 0);
    }
}

static void an_empty_expectation_has_no_ratio(void)
{
    g_autoptr(RunResult) result = chain("", ONE, CRASH("1..3", "0 s"));
    g_assert_null(metric_row(result, "delivery_ratio"));
    assert_ratio(result, "delivery_ratio_all", 0, 3);
}

#define CASE(name) g_test_add_func("/eligibility/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_node_down_before_is_not_expected);
    CASE(a_crash_after_delivery_takes_nothing_back);
    CASE(a_crash_before_delivery_ends_the_expectation);
    CASE(a_failure_comes_before_a_message_of_its_instant);
    CASE(a_node_that_was_away_at_send_is_not_expected);
    CASE(a_message_that_arrives_after_recovery_counts);
    CASE(a_publication_of_a_source_that_is_down_stays_expected);
    CASE(a_delivery_after_the_deadline_does_not_count);
    CASE(nodes_outside_the_group_forward);
    CASE(warm_up_leaves_out_what_came_before);
    CASE(time_up_is_averaged_to_the_end);
    CASE(a_node_held_down_twice_comes_up_with_the_last);
    CASE(reach_counts_expected_members_only);
    CASE(jitter_keeps_the_order_of_a_link_unless_told);
    CASE(an_empty_expectation_has_no_ratio);
    return g_test_run();
}
