/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees under failures, against their closed forms. */
#include "judge.h"

/* One publication from the root of a tree at 1 s, after all that fails has failed. */
static char *tree_text(const char *overlay, const char *failure, const char *network)
{
    return g_strdup_printf("[scenario]\ndrain = 100 s\n[network]\nlatency = 10 ms\n%s\n[overlay]\n%s\n"
                           "[protocol]\nkind = tree\n"
                           "[workload w]\nkind = publish\npublications = 1\nstart = 1 s\n%s\n", network, overlay, failure);
}

static char *crash_text(double q)
{
    return g_strdup_printf("[failure f]\nkind = crash\nprobability = %g\nspare = source\n", q);
}

/* Depth of a node of a k-ary tree with root 0. */
static uint32_t depth_of(NodeId node, uint32_t k)
{
    uint32_t depth = 0;
    for (; node; node = (node - 1) / k) depth++;
    return depth;
}

static void delivery_by_depth(void)
{
    static const struct { double q; uint32_t depth; double expected; } rows[] = {
        { 0.05, 1, 1 }, { 0.05, 2, 0.95 }, { 0.05, 5, 0.814506 }, { 0.05, 9, 0.66342 },
        { 0.1, 1, 1 }, { 0.1, 2, 0.9 }, { 0.1, 5, 0.6561 }, { 0.1, 9, 0.430467 },
        { 0.2, 1, 1 }, { 0.2, 2, 0.8 }, { 0.2, 5, 0.4096 }, { 0.2, 9, 0.167772 },
    };
    enum { NODES = 1023, RUNS = 150 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i += 4) {
        g_autofree char *failure = crash_text(rows[i].q);
        g_autofree char *text = tree_text("kind = kary-tree\narity = 2\nnodes = 1023", failure, "");
        g_autoptr(Plan) plan = plan_text(text);
        Sample samples[4] = { { 0 } };
        for (uint32_t r = 0; r < lighter(RUNS); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, true);
            double live[16] = { 0 }, reached[16] = { 0 };
            for (NodeId v = 1; v < NODES; v++) live[depth_of(v, 2)]++;
            for (guint e = 0; e < result->events->len; e++)
                live[depth_of(g_array_index(result->events, EventRow, e).node, 2)]--;
            for (guint d = 0; d < result->deliveries->len; d++)
                reached[depth_of(g_array_index(result->deliveries, DeliveryRow, d).node, 2)]++;
            for (int k = 0; k < 4; k++) sample_add(&samples[k], reached[rows[i + k].depth], live[rows[i + k].depth]);
        }
        for (int k = 0; k < 4; k++) judge_ratio("share of a depth", &samples[k], rows[i + k].expected, 1e-12);
    }
}

static void pooled_delivery_of_kary_trees(void)
{
    static const struct { uint32_t k, nodes; double q, expected; } rows[] = {
        { 2, 1023, 0.01, 0.931988 }, { 2, 1023, 0.05, 0.699473 }, { 2, 1023, 0.1, 0.482777 }, { 2, 1023, 0.2, 0.220872 },
        { 4, 1365, 0.01, 0.963793 }, { 4, 1365, 0.05, 0.828814 }, { 4, 1365, 0.1, 0.680873 }, { 4, 1365, 0.2, 0.44594 },
        { 8, 585, 0.01, 0.981458 }, { 8, 585, 0.05, 0.909041 }, { 8, 585, 0.1, 0.822466 }, { 8, 585, 0.2, 0.662466 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *failure = crash_text(rows[i].q);
        g_autofree char *overlay = g_strdup_printf("kind = kary-tree\narity = %u\nnodes = %u", rows[i].k, rows[i].nodes);
        g_autofree char *text = tree_text(overlay, failure, "");
        Sample sample = sample_metric(text, "delivery_ratio", lighter(200));
        judge_ratio(overlay, &sample, rows[i].expected, 0);
    }
}

static void pooled_delivery_under_message_loss(void)
{
    static const struct { uint32_t k, nodes; double p, expected; } rows[] = {
        { 2, 1023, 0.01, 0.922668 }, { 2, 1023, 0.05, 0.664499 }, { 4, 1365, 0.01, 0.954155 },
        { 4, 1365, 0.05, 0.787373 }, { 8, 585, 0.01, 0.971643 }, { 8, 585, 0.05, 0.863589 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *loss = g_strdup_printf("loss = %g", rows[i].p);
        g_autofree char *overlay = g_strdup_printf("kind = kary-tree\narity = %u\nnodes = %u", rows[i].k, rows[i].nodes);
        g_autofree char *text = tree_text(overlay, "", loss);
        Sample sample = sample_metric(text, "delivery_ratio", lighter(200));
        judge_ratio(overlay, &sample, rows[i].expected, 0);
    }
}

/* The mean of ratios differs from the ratio of sums; both are reported. */
static void mean_of_ratios_is_biased(void)
{
    static const struct { uint32_t nodes; double q, expected; } rows[] = {
        { 7, 0.1, 0.920001 }, { 7, 0.3, 0.760409 }, { 15, 0.2, 0.718974 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *failure = crash_text(rows[i].q);
        g_autofree char *overlay = g_strdup_printf("kind = kary-tree\narity = 2\nnodes = %u", rows[i].nodes);
        g_autofree char *text = tree_text(overlay, failure, "");
        g_autoptr(Plan) plan = plan_text(text);
        Sample means = { 0 }, pooled = { 0 };
        for (uint32_t r = 0; r < lighter(3000); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            const MetricRow *row = metric_row(result, "delivery_ratio");
            if (!row) continue;
            sample_add(&means, row->value, 1);
            sample_add(&pooled, row->numerator, row->denominator);
        }
        judge_ratio("mean of ratios", &means, rows[i].expected, 0);
        if (rows[i].nodes == 15) judge_ratio("pooled", &pooled, 0.737143, 0);
    }
}

static void variance_of_a_level(void)
{
    enum { MOST = 600 };
    uint32_t runs = lighter(MOST);
    g_autofree char *failure = crash_text(0.1);
    g_autofree char *text = tree_text("kind = kary-tree\narity = 2\nnodes = 2047", failure, "");
    g_autoptr(Plan) plan = plan_text(text);
    double sum = 0, values[MOST];
    for (uint32_t r = 0; r < runs; r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, true);
        values[r] = 0;
        for (guint d = 0; d < result->deliveries->len; d++)
            values[r] += g_array_index(result->deliveries, DeliveryRow, d).node >= 1023;
        sum += values[r];
    }
    double mean = sum / runs, second = 0, fourth = 0;
    for (uint32_t r = 0; r < runs; r++) {
        double d = (values[r] - mean) * (values[r] - mean);
        second += d, fourth += d * d;
    }
    double variance = second / (runs - 1);
    judge("mean", mean, sqrt(variance / runs), 357.047, 0);
    judge("variance", variance, sqrt((fourth / runs - variance * variance) / runs), 15890.7, 0);
}

static void chains_and_binomial_trees(void)
{
    static const struct { const char *overlay; double q, expected; uint32_t runs; } rows[] = {
        { "kind = chain\nnodes = 101", 0.01, 0.633968, 2000 }, { "kind = chain\nnodes = 101", 0.1, 0.0999973, 2000 },
        { "kind = chain\nnodes = 1001", 0.01, 0.0999957, 1000 },
        { "kind = binomial-tree\norder = 10", 0.05, 0.816959, 300 },
        { "kind = binomial-tree\norder = 10", 0.1, 0.664827, 300 },
        { "kind = binomial-tree\norder = 10", 0.2, 0.435052, 300 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *failure = crash_text(rows[i].q);
        g_autofree char *text = tree_text(rows[i].overlay, failure, "");
        Sample sample = sample_metric(text, "delivery_ratio", rows[i].runs);
        judge_ratio(rows[i].overlay, &sample, rows[i].expected, 0);
    }
}

static void a_star_loses_nobody_else(void)
{
    g_autofree char *failure = crash_text(0.3);
    g_autofree char *crashed = tree_text("kind = star\nnodes = 200", failure, "");
    Sample exact = sample_metric(crashed, "delivery_ratio", 50);
    g_assert_cmpfloat(exact.num, ==, exact.den);
    g_autofree char *lossy = tree_text("kind = star\nnodes = 200", "", "loss = 5 %");
    Sample sample = sample_metric(lossy, "delivery_ratio", lighter(400));
    judge_ratio("star", &sample, 0.95, 0);
}

static void random_recursive_trees_have_harmonic_depth(void)
{
    enum { RUNS = 300 };
    g_autofree char *text = tree_text("kind = random-tree\nnodes = 1000", "", "");
    g_autoptr(Plan) plan = plan_text(text);
    Sample mean = { 0 }, last = { 0 };
    for (uint32_t r = 0; r < lighter(RUNS); r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, true);
        sample_add(&mean, metric_value(result, "hops_mean"), 1);
        for (guint d = 0; d < result->deliveries->len; d++) {
            const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, d);
            if (row->node == 999) sample_add(&last, row->hops, 1);
        }
    }
    judge_ratio("mean depth", &mean, 6.49196, 0);
    judge_ratio("last joiner", &last, 7.48447, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/trees/A-01_delivery_by_depth", delivery_by_depth);
    g_test_add_func("/trees/A-02_pooled_delivery_of_kary_trees", pooled_delivery_of_kary_trees);
    g_test_add_func("/trees/A-03_pooled_delivery_under_message_loss", pooled_delivery_under_message_loss);
    g_test_add_func("/trees/A-05_mean_of_ratios_is_biased", mean_of_ratios_is_biased);
    g_test_add_func("/trees/A-06_variance_of_a_level", variance_of_a_level);
    g_test_add_func("/trees/A-07_A-09_chains_and_binomial_trees", chains_and_binomial_trees);
    g_test_add_func("/trees/A-08_a_star_loses_nobody_else", a_star_loses_nobody_else);
    g_test_add_func("/trees/A-12_random_recursive_trees_have_harmonic_depth", random_recursive_trees_have_harmonic_depth);
    return g_test_run();
}
