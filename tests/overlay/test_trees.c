/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

static void assert_parents(const Topology *topology, const NodeId *expected)
{
    g_assert_cmpuint(topology->trees, ==, 1);
    for (uint32_t v = 0; v < topology->nodes; v++) g_assert_cmpuint(topology->parents[0][v], ==, expected[v]);
    g_assert_cmpuint(graph_links(topology->graph), ==, topology->nodes - 1);
    g_assert_cmpuint(components_of(topology->graph), ==, 1);
    assert_simple(topology->graph);
}

static void small_trees_are_those_of_the_contract(void)
{
    enum { N = NODE_NONE };
    static const struct { const char *kind, *keys; uint32_t nodes; NodeId parents[16]; } rows[] = {
        { "chain", "", 5, { N, 0, 1, 2, 3 } },
        { "star", "", 5, { N, 0, 0, 0, 0 } },
        { "kary-tree", "arity=1", 4, { N, 0, 1, 2 } },
        { "kary-tree", "arity=2", 8, { N, 0, 0, 1, 1, 2, 2, 3 } },
        { "kary-tree", "arity=3", 11, { N, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3 } },
        { "binomial-tree", "order=3", 8, { N, 0, 0, 1, 0, 1, 2, 3 } },
        { "binomial-tree", "order=0", 1, { N } },
        { "random-tree", "", 2, { N, 0 } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].kind, rows[i].keys);
        g_autoptr(Topology) topology = made(rows[i].kind, rows[i].nodes, rows[i].keys, 1);
        assert_parents(topology, rows[i].parents);
    }
}

static void every_tree_of_one_node_is_that_node(void)
{
    static const char *const rows[][2] = { { "chain", "" }, { "star", "" }, { "kary-tree", "arity=2" },
                                           { "random-tree", "" }, { "multi-tree", "trees=2 arity=2" } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Topology) topology = made(rows[i][0], 1, rows[i][1], 1);
        g_assert_cmpuint(graph_links(topology->graph), ==, 0);
        g_assert_cmpuint(topology->parents[0][0], ==, NODE_NONE);
    }
}

/* C(k, d) nodes at depth d. */
static void a_binomial_tree_has_binomially_many_nodes_at_each_depth(void)
{
    g_autoptr(Topology) topology = made("binomial-tree", 1024, "order=10", 1);
    static const uint32_t expected[] = { 1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1 };
    uint32_t seen[11] = { 0 };
    for (uint32_t v = 0; v < 1024; v++) seen[depth_of(topology->parents[0], v)]++;
    for (int d = 0; d <= 10; d++) g_assert_cmpuint(seen[d], ==, expected[d]);
}

/* who serves its children in ascending order, one a round, is done after `order` rounds. */
static void a_binomial_tree_serves_its_largest_subtree_first(void)
{
    g_autoptr(Topology) topology = made("binomial-tree", 1024, "order=10", 1);
    g_autofree uint32_t *done = g_new0(uint32_t, 1024), *served = g_new0(uint32_t, 1024);
    uint32_t last = 0;
    for (uint32_t v = 1; v < 1024; v++) {
        NodeId parent = topology->parents[0][v];
        done[v] = done[parent] + ++served[parent];
        last = MAX(last, done[v]);
    }
    g_assert_cmpuint(last, ==, 10);
}

/* the mean depth of a non-root node is n H(n-1) / (n-1) - 1, the last joiner's H(n-1). */
static void a_random_tree_is_as_deep_as_harmonic_numbers_say(void)
{
    enum { NODES = 1000, RUNS = 300 };
    double sum[2] = { 0 }, square[2] = { 0 };
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        g_autoptr(Topology) topology = made("random-tree", NODES, "", seed);
        uint32_t depth[NODES] = { 0 };
        double total = 0;
        for (uint32_t v = 1; v < NODES; v++) total += depth[v] = depth[topology->parents[0][v]] + 1;
        double seen[2] = { total / (NODES - 1), depth[NODES - 1] };
        for (int i = 0; i < 2; i++) sum[i] += seen[i], square[i] += seen[i] * seen[i];
    }
    static const double expected[2] = { 6.49196, 7.48447 };
    for (int i = 0; i < 2; i++) {
        double mean = sum[i] / RUNS, error = sqrt((square[i] / RUNS - mean * mean) / (RUNS - 1));
        g_assert_cmpfloat(fabs(mean - expected[i]), <, 4 * error);
    }
}

static void any_earlier_node_is_as_likely_a_parent(void)
{
    enum { RUNS = 20000 };
    uint32_t seen[5] = { 0 };
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        g_autoptr(Topology) topology = made("random-tree", 6, "", seed);
        seen[topology->parents[0][5]]++;
    }
    for (int i = 0; i < 5; i++) g_assert_cmpfloat(fabs(seen[i] - RUNS / 5.0), <, 4 * sqrt(RUNS * 0.2 * 0.8));
}

/* Every node but the root has children in at most one tree, and at most `arity`;
 * every tree spans all; levels are full, so that no tree is deeper than it must be. */
static void assert_disjoint(const Topology *topology, uint32_t trees, uint32_t arity)
{
    g_autofree uint32_t *inner = g_new0(uint32_t, topology->nodes);
    g_assert_cmpuint(topology->trees, ==, trees);
    for (uint32_t t = 0; t < trees; t++) {
        g_autofree uint32_t *children = g_new0(uint32_t, topology->nodes);
        g_assert_cmpuint(topology->parents[t][0], ==, NODE_NONE);
        for (uint32_t v = 1; v < topology->nodes; v++) {
            NodeId parent = topology->parents[t][v];
            g_assert_cmpuint(parent, <, topology->nodes);
            g_assert_cmpuint(graph_find(topology->graph, v, parent), !=, UINT32_MAX);
            g_assert_cmpuint(depth_of(topology->parents[t], v), <, topology->nodes);
            children[parent]++;
        }
        for (uint32_t v = 0; v < topology->nodes; v++) {
            g_assert_cmpuint(children[v], <=, arity);
            inner[v] += children[v] > 0;
        }
    }
    for (uint32_t v = 1; v < topology->nodes; v++) g_assert_cmpuint(inner[v], <=, 1);
}

static void multi_trees_are_disjoint_inside_for_any_number_of_nodes(void)
{
    for (uint32_t arity = 1; arity <= 6; arity++)
        for (uint32_t trees = 1; trees <= arity; trees++)
            for (uint32_t nodes = 1; nodes <= 60; nodes++) {
                g_autofree char *keys = g_strdup_printf("trees=%u arity=%u", trees, arity);
                g_autoptr(Topology) topology = made("multi-tree", nodes, keys, 1);
                assert_disjoint(topology, trees, arity);
            }
    g_autoptr(Topology) wide = made("multi-tree", 40000, "trees=16 arity=16", 1);
    g_assert_cmpuint(wide->trees, ==, 16);
}

static void the_root_of_a_multi_tree_has_one_child_where_the_others_have_room(void)
{
    g_autoptr(Topology) topology = made("multi-tree", 1000, "trees=3 arity=4", 1);
    for (uint32_t t = 0; t < 3; t++) {
        uint32_t children = 0;
        for (uint32_t v = 1; v < 1000; v++) children += topology->parents[t][v] == 0;
        g_assert_cmpuint(children, ==, 1);
        g_assert_cmpuint(topology->parents[t][1 + t], ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(small_trees_are_those_of_the_contract);
    ADD(every_tree_of_one_node_is_that_node);
    ADD(a_binomial_tree_has_binomially_many_nodes_at_each_depth);
    ADD(a_binomial_tree_serves_its_largest_subtree_first);
    ADD(a_random_tree_is_as_deep_as_harmonic_numbers_say);
    ADD(any_earlier_node_is_as_likely_a_parent);
    ADD(multi_trees_are_disjoint_inside_for_any_number_of_nodes);
    ADD(the_root_of_a_multi_tree_has_one_child_where_the_others_have_room);
    return g_test_run();
}
