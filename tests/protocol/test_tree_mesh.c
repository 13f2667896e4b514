/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tree-mesh: a tree as long as it holds, peers where it breaks. */
#include "run_text.h"

#define ADD(name) g_test_add_func("/tree_mesh/" #name, name)

/* `before` stands in [scenario], `network` in [network], `keys` in [protocol]. */
static RunResult *result_of(const char *before, const char *network, const char *overlay, const char *keys, const char *rest)
{
    g_autofree char *text = g_strdup_printf("[scenario]\n%s\n[network]\n%s\n[overlay]\n%s\n[protocol]\nkind = tree-mesh\n%s\n%s\n",
                                            before, network, overlay, keys, rest);
    return run_text(text, 0);
}

static void a_tree_that_holds_sends_each_once(void)
{
    static const struct { const char *overlay; double nodes; } rows[] = {
        { "kind = kary-tree\narity = 4\nnodes = 200", 200 }, { "kind = multi-tree\ntrees = 3\narity = 3\nnodes = 100", 100 },
        { "kind = random-regular\ndegree = 6\nnodes = 200", 200 }, { "kind = complete\nnodes = 50", 50 },
        { "kind = chain\nnodes = 5", 5 },
    };
    static const char *const keys[] = { "", "mesh-degree = 0" };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (int k = 0; k < 2; k++) {
            g_test_message("%s %s", rows[i].overlay, keys[k]);
            g_autoptr(RunResult) result = result_of("", "latency = 20 ms", rows[i].overlay, keys[k],
                                                    "[workload w]\nkind = publish\nsource = 0, 3\npublications = 20\n");
            g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
            g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 20 * (rows[i].nodes - 1));
        }
}

/* Without peers it is the protocol `tree`, whatever fails. */
static void without_peers_it_is_a_tree(void)
{
    static const char *const trees[] = { "kind = kary-tree\narity = 4\nnodes = 200", "kind = multi-tree\ntrees = 3\narity = 3\nnodes = 100",
                                         "kind = random-regular\ndegree = 6\nnodes = 200", "kind = complete\nnodes = 50" };
    static const char *const kinds[] = { "tree-mesh\nmesh-degree = 0", "tree" };
    for (size_t i = 0; i < G_N_ELEMENTS(trees); i++) {
        double ratio[2], sent[2];
        for (int k = 0; k < 2; k++) {
            g_autofree char *text = g_strdup_printf("[network]\nlatency = uniform(10 ms, 50 ms)\n[overlay]\n%s\n[protocol]\n"
                "kind = %s\n[workload w]\nkind = publish\nsource = 0..4\npublications = 20\n"
                "[failure f]\nkind = crash\nat = uniform(0 s, 20 s)\nfraction = 20 %%\nspare = source\n", trees[i], kinds[k]);
            g_autoptr(RunResult) result = run_text(text, 0);
            ratio[k] = metric_value(result, "delivery_ratio_at_send");
            sent[k] = metric_value(result, "payload_messages");
        }
        g_test_message("%s: %g of all, %g messages", trees[i], ratio[1], sent[1]);
        g_assert_cmpfloat(ratio[0], ==, ratio[1]);
        g_assert_cmpfloat(sent[0], ==, sent[1]);
    }
}

/* In the first epoch each node but the root hears from its parent and answers it; each refresh goes to every peer. */
static void control_is_subsets_and_refreshes(void)
{
    g_autoptr(RunResult) alone = result_of("duration = 24 s", "latency = 20 ms", "kind = kary-tree\narity = 3\nnodes = 40",
                                           "mesh-degree = 0", "[workload w]\nkind = publish\npublications = 1\n");
    g_assert_cmpfloat(metric_value(alone, "control_messages"), ==, 5 * 2 * 39);
    g_autoptr(RunResult) meshed = result_of("duration = 24 s\nwarmup = 14 s", "latency = 20 ms", "kind = kary-tree\narity = 3\nnodes = 400",
        "mesh-degree = 5\nwindow = 96", "[workload w]\nkind = publish\npublications = 1\nstart = 15 s\n");
    double trees = 2 * 2 * 399, peers = 399 * 5 * 10;                       /* epochs at 15 and 20 s; all but the root */
    g_assert_cmpfloat(metric_value(meshed, "control_messages"), ==, trees + peers);
    double sampled = 2 * 399 * 10 * 126;                                    /* a full subset down; up what there is below */
    g_assert_cmpfloat(metric_value(meshed, "control_bytes"), >=, 20 * trees + sampled + peers * (20 + 120));
    g_assert_cmpfloat(metric_value(meshed, "control_bytes"), <=, 20 * trees + 2 * sampled + peers * (20 + 120));
}

/* Below node 1 hang 84 of 340, and nobody of them hears of anybody new. */
static void a_branch_without_its_inner_node_recovers_from_peers(void)
{
    static const char tree[] = "kind = kary-tree\narity = 4\nnodes = 341";
    static const char rest[] = "[workload w]\nkind = publish\npublications = 20\ninterval = 200 ms\nstart = 16 s\n"
                               "[failure f]\nkind = crash\nnodes = 1\nat = 15900 ms\n";
    g_autoptr(RunResult) alone = result_of("drain = 15 s", "latency = 20 ms", tree, "mesh-degree = 0", rest);
    g_assert_cmpfloat(metric_value(alone, "delivery_ratio"), ==, (339 - 84.0) / 339);
    g_autoptr(RunResult) meshed = result_of("drain = 15 s", "latency = 20 ms", tree, "", rest);
    g_test_message("last after %g ms, %g duplicates", metric_value(meshed, "latency_max_ms"), metric_value(meshed, "duplicates"));
    g_assert_cmpfloat(metric_value(meshed, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(meshed, "duplicates"), ==, 0);
    g_assert_cmpfloat(metric_value(meshed, "latency_max_ms"), <, 10000);
}

static void crashes_of_inner_nodes_on_several_trees_too(void)
{
    g_autoptr(RunResult) result = result_of("drain = 30 s", "latency = uniform(10 ms, 100 ms)",
        "kind = multi-tree\ntrees = 3\narity = 4\nnodes = 500", "", "[workload w]\nkind = publish\npublications = 20\nstart = 16 s\n"
        "[failure f]\nkind = crash\nfraction = 20 %\nspare = source\nat = 15900 ms\n");
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), <, 0.01 * metric_value(result, "deliveries"));
}

/* Bullet reports less than a tenth of duplicates (B-80). */
static void losses_are_made_up_for_with_few_duplicates(void)
{
    static const char news[] = "[workload w]\nkind = publish\npublications = 40\ninterval = 200 ms\nstart = 12 s\n";
    g_autoptr(RunResult) result = result_of("drain = 30 s", "latency = uniform(10 ms, 100 ms)\nloss = 5 %",
                                            "kind = kary-tree\narity = 4\nnodes = 500", "", news);
    g_test_message("%g duplicates of %g deliveries, last after %g ms", metric_value(result, "duplicates"),
                   metric_value(result, "deliveries"), metric_value(result, "latency_max_ms"));
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), <, 0.1 * metric_value(result, "deliveries"));
    g_autoptr(RunResult) hasty = result_of("drain = 30 s", "latency = uniform(10 ms, 100 ms)\nloss = 5 %",
                                           "kind = kary-tree\narity = 4\nnodes = 500", "lag = 0 s", news);
    g_assert_cmpfloat(metric_value(hasty, "duplicates"), >, 2 * metric_value(result, "duplicates"));
}

/* Peers keep so many; a branch that is cut off for longer has lost the rest. */
static void peers_give_what_is_in_their_window(void)
{
    static const struct { const char *keys; bool all; } rows[] = { { "window = 40", true }, { "window = 10", false } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = result_of("drain = 30 s", "latency = 10 ms\nloss = 10 %", "kind = kary-tree\narity = 4\nnodes = 200",
            rows[i].keys, "[workload w]\nkind = publish\npublications = 40\ninterval = 50 ms\nstart = 12 s\n");
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);           /* nor what is too old for who asks */
        if (rows[i].all) g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        else g_assert_cmpfloat(metric_value(result, "delivery_ratio"), <, 0.99);
    }
}

/* More than half of the leaves fail, peers of everybody; ten epochs later others have taken their place. */
static void peers_of_no_use_are_replaced(void)
{
    static const struct { const char *before, *publications; } rows[] = {
        { "drain = 30 s", "40" }, { "drain = 30 s\nwarmup = 108 s", "480" },
    };
    double last[2];
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *rest = g_strdup_printf("[workload w]\nkind = publish\npublications = %s\ninterval = 200 ms\nstart = 20100 ms\n"
            "[failure f]\nkind = crash\nnodes = 150..340\nat = 20 s\n", rows[i].publications);
        g_autoptr(RunResult) result = result_of(rows[i].before, "latency = 20 ms\nloss = 10 %", "kind = kary-tree\narity = 4\nnodes = 341",
                                                "epoch = 8 s", rest);
        last[i] = metric_value(result, "latency_p99_ms");
    }
    g_test_message("p99 %g ms soon after, %g ms later", last[0], last[1]);
    g_assert_cmpfloat(last[1], <, 0.75 * last[0]);
}

static void newcomers_start_at_the_live_edge_or_before_it(void)
{
    double all[2];
    for (int b = 0; b < 2; b++) {
        g_autoptr(RunResult) result = result_of("drain = 40 s", "latency = 10 ms", "kind = kary-tree\narity = 4\nnodes = 200",
            b ? "backlog = 60 s" : "", "[workload w]\nkind = publish\npublications = 50\ninterval = 200 ms\nstart = 11 s\n"
            "[failure f]\nkind = crash\nat = 10 s\nspare = source\nfraction = 30 %\nrecover-after = uniform(2 s, 8 s)\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        all[b] = metric_value(result, "delivery_ratio_all");
    }
    g_assert_cmpfloat(all[0], <, 0.9);
    g_assert_cmpfloat(all[1], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_tree_that_holds_sends_each_once);
    ADD(without_peers_it_is_a_tree);
    ADD(control_is_subsets_and_refreshes);
    ADD(a_branch_without_its_inner_node_recovers_from_peers);
    ADD(crashes_of_inner_nodes_on_several_trees_too);
    ADD(losses_are_made_up_for_with_few_duplicates);
    ADD(peers_give_what_is_in_their_window);
    ADD(peers_of_no_use_are_replaced);
    ADD(newcomers_start_at_the_live_edge_or_before_it);
    return g_test_run();
}
