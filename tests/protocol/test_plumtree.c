/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plumtree: what its tree costs, how it is mended, how it is shortened. */
#include "run_text.h"

#define ADD(name) g_test_add_func("/plumtree/" #name, name)

/* `before` stands in [scenario], `network` in [network], `keys` in [protocol]. */
static char *text_of(const char *before, const char *network, const char *overlay, const char *keys, const char *rest)
{
    return g_strdup_printf("[scenario]\n%s\n[network]\n%s\n[overlay]\n%s\n[protocol]\nkind = plumtree\n%s\n%s\n", before, network,
                           overlay, keys, rest);
}

/* N-1 payload messages and 2E-2(N-1) announcements, and nothing else. */
static void a_stable_tree_costs_what_the_mesh_says(void)
{
    static const struct { const char *overlay; double nodes, links; } rows[] = {
        { "kind = random-regular\ndegree = 5\nnodes = 10000", 10000, 25000 },
        { "kind = hypercube\ndimension = 8", 256, 1024 },
        { "kind = complete\nnodes = 100", 100, 4950 },              /* more than 64 neighbors */
        { "kind = ring\nnodes = 50", 50, 50 },
        { "kind = kary-tree\narity = 3\nnodes = 100", 100, 99 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].overlay);
        g_autofree char *text = text_of("warmup = 9.5 s", "latency = 10 ms", rows[i].overlay, "",
                                        "[workload w]\nkind = publish\npublications = 11\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, rows[i].nodes - 1);
        g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 2 * rows[i].links - 2 * (rows[i].nodes - 1));
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "redundancy"), ==, 0);
    }
}

static void the_first_publication_floods_and_prunes(void)
{
    g_autofree char *text = text_of("", "latency = 10 ms", "kind = ring\nnodes = 11", "",
                                    "[workload w]\nkind = publish\npublications = 1\nsize = 1 kB\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 12);        /* two meet at the far side */
    g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 2);         /* and prune each other */
    g_assert_cmpfloat(metric_value(result, "payload_bytes"), ==, 12000);
    g_assert_cmpfloat(metric_value(result, "control_bytes"), ==, 40);
}

static void a_batch_announces_several_at_once(void)
{
    g_autofree char *text = text_of("warmup = 9.9 s", "latency = 10 ms", "kind = ring\nnodes = 10", "batch = 500 ms",
        "[workload w]\nkind = publish\npublications = 10\n[workload v]\nkind = publish\npublications = 4\nstart = 10 s\ninterval = 100 ms\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 4 * 9);
    g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 2);         /* over the one lazy link, both ways */
    g_assert_cmpfloat(metric_value(result, "control_bytes"), ==, 2 * (20 + 4 * 6));
}

static void what_is_lost_is_asked_for(void)
{
    static const char mesh[] = "kind = random-regular\ndegree = 6\nnodes = 500";
    static const char news[] = "[workload w]\nkind = publish\nsource = 0..4\npublications = 20\n";
    static const char *const keys[] = { "", "batch = 200 ms" };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *text = text_of("drain = 20 s", "latency = uniform(10 ms, 50 ms)\nloss = 10 %", mesh, keys[i], news);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.999);
    }
    g_autofree char *text = text_of("drain = 20 s", "latency = uniform(10 ms, 50 ms)\nloss = 10 %", mesh, "keep = 0 s", news);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), <, 0.99);         /* nobody keeps what is asked for */
}

static void a_tree_whose_inner_nodes_fail_is_mended(void)
{
    g_autofree char *text = text_of("", "latency = 10 ms", "kind = random-regular\ndegree = 6\nnodes = 500", "",
        "[workload w]\nkind = publish\npublications = 20\n[failure f]\nkind = crash\nat = 10.5 s\nfraction = 20 %\nspare = source\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_autofree char *after = text_of("warmup = 17.5 s", "latency = 10 ms", "kind = random-regular\ndegree = 6\nnodes = 500", "",
        "[workload w]\nkind = publish\npublications = 20\n[failure f]\nkind = crash\nat = 10.5 s\nfraction = 20 %\nspare = source\n");
    g_autoptr(RunResult) mended = run_text(after, 0);
    g_assert_cmpfloat(metric_value(mended, "latency_max_ms"), <, 500);          /* no timeout is waited for */
}

static void the_timeouts_are_those_given(void)
{
    /* 0 - 1 - 3 and 0 - 2 - 3: what node 3 gets by node 1 at first is missed once that fails. */
    g_autofree char *text = text_of("", "latency = 10 ms", "kind = ring\nnodes = 4", "timeout1 = 300 ms",
        "[workload w]\nkind = publish\npublications = 3\n[failure f]\nkind = crash\nat = 1.5 s\nnodes = 1\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    double latest = metric_value(result, "latency_max_ms");
    /* ties: node 2 hears from both sides at once and keeps the lower id, 1, then hears 3's news after 20 ms */
    g_assert_cmpfloat(latest, ==, 20 + 300 + 20);
}

static void a_threshold_shortens_the_tree(void)
{
    static const char news[] = "[workload w]\nkind = publish\nsource = random\npublications = 40\n";
    g_autofree char *plain = text_of("warmup = 20.5 s", "latency = uniform(10 ms, 100 ms)", "kind = random-regular\ndegree = 5\nnodes = 1000",
                                     "", news);
    g_autofree char *keen = text_of("warmup = 20.5 s", "latency = uniform(10 ms, 100 ms)", "kind = random-regular\ndegree = 5\nnodes = 1000",
                                    "threshold = 3", news);
    g_autoptr(RunResult) a = run_text(plain, 0), b = run_text(keen, 0);
    g_assert_cmpfloat(metric_value(b, "hops_mean"), <, 0.95 * metric_value(a, "hops_mean"));
    g_assert_cmpfloat(metric_value(b, "delivery_ratio"), ==, 1);
}

static void it_follows_neighbors_that_come_and_go(void)
{
    g_autofree char *text = text_of("duration = 120 s", "latency = uniform(1 ms, 20 ms)",
        "kind = hyparview\nnodes = 500\nactive = 6\njoin = uniform(0 s, 20 s)\nshuffle-period = 2 s\nkeep-alive = 5 s", "",
        "[workload w]\nkind = publish\nsource = 0..9\npublications = 80\nstart = 30 s\n"
        "[failure f]\nkind = crash\nat = uniform(30 s, 90 s)\nfraction = 30 %\nspare = source\nrecover-after = 10 s\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.999);
    g_assert_cmpfloat(metric_value(result, "redundancy"), <, 0.5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_stable_tree_costs_what_the_mesh_says);
    ADD(the_first_publication_floods_and_prunes);
    ADD(a_batch_announces_several_at_once);
    ADD(what_is_lost_is_asked_for);
    ADD(a_tree_whose_inner_nodes_fail_is_mended);
    ADD(the_timeouts_are_those_given);
    ADD(a_threshold_shortens_the_tree);
    ADD(it_follows_neighbors_that_come_and_go);
    return g_test_run();
}
