/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gossip on a complete overlay, against its exact chains and limits. */
#include "judge.h"

static char *gossip_text(uint32_t nodes, const char *protocol, const char *extra)
{
    return g_strdup_printf("[scenario]\nduration = 10000 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = complete\nnodes = %u\n"
                           "[protocol]\nkind = gossip\n%s\n[workload w]\nkind = publish\npublications = 1\n%s\n",
                           nodes, protocol, extra);
}

static void informed_share_of_a_large_outbreak(void)
{
    static const struct { double fanout, expected; } rows[] = {
        { 1.5, 0.582812 }, { 2, 0.796812 }, { 3, 0.94048 }, { 4, 0.980173 }, { 5, 0.993023 }, { 6, 0.997484 }, { 8, 0.999664 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        /* Whole fanouts: the number of targets is fixed, as in the limit. */
        g_autofree char *protocol = g_strdup_printf("fanout = %g\ndistinct = no", rows[i].fanout);
        g_autofree char *text = gossip_text(100000, protocol, "");
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < lighter(8); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            double ratio = metric_value(result, "delivery_ratio");
            if (ratio > 0.1) sample_add(&sample, (99999 * ratio + 1) / 100000, 1);
        }
        judge_ratio(protocol, &sample, rows[i].expected, 0.002);
    }
}

static void infect_and_die_at_finite_size(void)
{
    static const struct { uint32_t nodes; const char *protocol; double mean, all; } rows[] = {
        { 200, "fanout = 3\ndistinct = no", 0.941242, NAN }, { 200, "fanout = 3", 0.942261, NAN },
        { 1000, "fanout = 4\ndistinct = no", 0.980233, NAN }, { 1000, "fanout = 7\ndistinct = no", 0.999086, 0.402076 },
        { 1000, "fanout = 7", NAN, 0.409832 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = gossip_text(rows[i].nodes, rows[i].protocol, "");
        g_autoptr(Plan) plan = plan_text(text);
        Sample mean = { 0 }, all = { 0 };
        double n = rows[i].nodes;
        for (uint32_t r = 0; r < lighter(1500); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            sample_add(&mean, ((n - 1) * metric_value(result, "delivery_ratio") + 1) / n, 1);
            sample_add(&all, metric_value(result, "atomic_ratio"), 1);
        }
        if (!isnan(rows[i].mean)) judge_ratio(rows[i].protocol, &mean, rows[i].mean, 0);
        if (!isnan(rows[i].all)) judge_ratio(rows[i].protocol, &all, rows[i].all, 0);
    }
}

static void half_of_the_targets_are_dead(void)
{
    g_autofree char *text = gossip_text(1000, "fanout = 4\ndistinct = no",
                                        "start = 1 s\n[failure f]\nkind = crash\ncount = 500\nspare = source");
    g_autoptr(Plan) plan = plan_text(text);
    Sample mean = { 0 };
    for (uint32_t r = 0; r < lighter(1500); r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        sample_add(&mean, (499 * metric_value(result, "delivery_ratio") + 1) / 500, 1);
    }
    judge_ratio("mean of live", &mean, 0.726296, 0);
}

static void atomic_broadcast_probability(void)
{
    static const struct { double c, expected; } rows[] = {
        { -1, 0.065988 }, { 0, 0.367879 }, { 1, 0.692201 }, { 2, 0.873423 }, { 3, 0.951432 }, { 5, 0.993285 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *protocol = g_strdup_printf("fanout = %.17g\ndistinct = no", log(10000) + rows[i].c);
        g_autofree char *text = gossip_text(10000, protocol, "");
        Sample sample = sample_metric(text, "atomic_ratio", lighter(150));
        judge_ratio(protocol, &sample, rows[i].expected, 0.02);
    }
}

/* Rounds until all are informed, where informed nodes never stop. */
static void synchronous_phone_calls(void)
{
    static const struct { const char *mode; uint32_t nodes; double rounds; } rows[] = {
        { "push", 64, 11.1581 }, { "push", 256, 14.67 }, { "pull", 64, 8.96372 }, { "pull", 256, 11.4632 },
        { "pull", 1024, 13.8064 }, { "push-pull", 64, 5.98876 }, { "push-pull", 256, 7.62871 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "[scenario]\nduration = 30 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = complete\nnodes = %u\n"
            "[protocol]\nkind = gossip\nfanout = 1\nmode = %s\ninfect = forever\nclock = synchronous\ninterval = 1 s\n"
            "[workload w]\nkind = publish\npublications = 1\n", rows[i].nodes, rows[i].mode);
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < lighter(300); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            g_assert_cmpfloat(metric_value(result, "atomic_ratio"), ==, 1);
            sample_add(&sample, ceil(metric_value(result, "latency_max_ms") / 1000), 1);
        }
        judge_ratio(rows[i].mode, &sample, rows[i].rounds, 0);
    }
}

static void asynchronous_calls(void)
{
    static const struct { const char *mode; uint32_t nodes; double mean, deviation; } rows[] = {
        { "push", 100, 10.2512, NAN }, { "push", 1000, 14.954, 1.81966 }, { "push-pull", 1000, 7.47699, NAN },
    };
    enum { MOST = 400 };
    uint32_t runs = lighter(MOST);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "[scenario]\nduration = 30 s\n[network]\nlatency = 1 ns\n[overlay]\nkind = complete\nnodes = %u\n"
            "[protocol]\nkind = gossip\nfanout = 1\nmode = %s\ninfect = forever\nclock = poisson\ninterval = 1 s\n"
            "[workload w]\nkind = publish\npublications = 1\n", rows[i].nodes, rows[i].mode);
        g_autoptr(Plan) plan = plan_text(text);
        double values[MOST], sum = 0, second = 0, fourth = 0;
        for (uint32_t r = 0; r < runs; r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            sum += values[r] = metric_value(result, "latency_max_ms") / 1000;
        }
        for (uint32_t r = 0; r < runs; r++) {
            double d = (values[r] - sum / runs) * (values[r] - sum / runs);
            second += d, fourth += d * d;
        }
        double variance = second / (runs - 1), deviation = sqrt(variance);
        judge(rows[i].mode, sum / runs, deviation / sqrt(runs), rows[i].mean, 0);
        if (!isnan(rows[i].deviation))
            judge("deviation", deviation, sqrt((fourth / runs - variance * variance) / runs) / (2 * deviation), rows[i].deviation, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gossip/A-35_informed_share_of_a_large_outbreak", informed_share_of_a_large_outbreak);
    g_test_add_func("/gossip/A-37_infect_and_die_at_finite_size", infect_and_die_at_finite_size);
    g_test_add_func("/gossip/A-37_half_of_the_targets_are_dead", half_of_the_targets_are_dead);
    g_test_add_func("/gossip/A-38_atomic_broadcast_probability", atomic_broadcast_probability);
    g_test_add_func("/gossip/A-40_synchronous_phone_calls", synchronous_phone_calls);
    g_test_add_func("/gossip/A-42_asynchronous_calls", asynchronous_calls);
    return g_test_run();
}
