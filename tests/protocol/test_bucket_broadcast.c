/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Broadcast over Kademlia's buckets: its messages, its depth, what losses take along. */
#include "../validation/judge.h"

static char *broadcast(const char *network, uint32_t nodes, const char *overlay, const char *protocol)
{
    return g_strdup_printf("[scenario]\ndrain = 3 s\n[network]\nlatency = 10 ms\n%s\n[overlay]\nkind = kademlia\nnodes = %u\n%s\n"
                           "[protocol]\nkind = bucket-broadcast\n%s\n[workload w]\nkind = publish\npublications = 10\n"
                           "interval = 100 ms\nsource = random\n", network, nodes, overlay, protocol);
}

/* All places taken: the ways are a binomial tree, whose nodes are m / 2 deep on average. */
static void a_full_space_is_a_binomial_tree(void)
{
    static const struct { uint32_t nodes, bits; const char *k; } rows[] = {
        { 2, 1, "k = 20" }, { 64, 6, "k = 1" }, { 1024, 10, "k = 20" }, { 4096, 12, "k = 5" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *overlay = g_strdup_printf("ids = even\n%s", rows[i].k), *text = broadcast("", rows[i].nodes, overlay, "");
        g_autoptr(RunResult) result = run_text(text, 0);
        double n = rows[i].nodes, m = rows[i].bits;
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 10 * (n - 1));
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
        g_assert_cmpfloat(metric_value(result, "hops_max"), ==, m);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "hops_mean"), m / 2 * n / (n - 1), 1e-9);
    }
}

static void every_node_gets_it_once_wherever_they_stand(void)
{
    static const char *const overlays_of[] = { "k = 1", "k = 20", "k = 20\nbegin = join\nrefresh = 5 s\njoin = uniform(0 s, 1 s)" };
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_of); i++) {
        g_autofree char *early = broadcast("", 1000, overlays_of[i], "");
        g_autofree char *text = g_strconcat(early, "start = 20 s\n", NULL);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 10 * 999);
        g_assert_cmpfloat(metric_value(result, "hops_max"), <=, 20);            /* log2(1000) is 10; places are uneven */
        g_assert_cmpfloat(metric_value(result, "hops_mean"), <, 7);
    }
}

/* A node at depth d is reached with (1 - p)^d: ((2 - p)^m - 1) / (2^m - 1) of all. */
static void what_is_lost_takes_its_part_along(void)
{
    static const struct { const char *loss; double p; } rows[] = { { "loss = 1 %", 0.01 }, { "loss = 10 %", 0.1 }, { "loss = 50 %", 0.5 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = broadcast(rows[i].loss, 256, "ids = even", "");
        Sample sample = sample_metric(text, "delivery_ratio", 200);
        judge_ratio("delivery", &sample, (pow(2 - rows[i].p, 8) - 1) / 255, 0);
    }
}

static void redundancy_makes_up_for_losses(void)
{
    double before = 0.7;
    static const char *const keys[] = { "redundancy = 1", "redundancy = 2", "redundancy = 3" };
    static const double least[] = { 0, 0.95, 0.99 };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *text = broadcast("loss = 10 %", 512, "ids = even", keys[i]);
        Sample sample = sample_metric(text, "delivery_ratio", 10);
        double error, ratio = sample_ratio(&sample, &error);
        g_test_message("%s: %g", keys[i], ratio);
        if (i) g_assert_cmpfloat(ratio, >, MAX(before, least[i]));
        before = ratio;
    }
}

#define CASE(name) g_test_add_func("/bucket-broadcast/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_full_space_is_a_binomial_tree);
    CASE(every_node_gets_it_once_wherever_they_stand);
    CASE(what_is_lost_takes_its_part_along);
    CASE(redundancy_makes_up_for_losses);
    return g_test_run();
}
