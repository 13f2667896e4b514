/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/betweenness.h"

static void assert_scores(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t links, const double *expected)
{
    g_autoptr(Graph) graph = graph_new(nodes, a, b, links);
    g_autofree double *score = g_new(double, nodes);
    Random random = random_stream(1, "test/betweenness", 0);
    graph_betweenness(graph, &random, score);
    for (uint32_t v = 0; v < nodes; v++) g_assert_cmpfloat_with_epsilon(score[v], expected[v], 1e-12);
}

/* Of a chain of n nodes 2 i (n - 1 - i) ordered pairs pass node i. */
static void a_chain(void)
{
    const NodeId a[] = { 0, 1, 2, 3 }, b[] = { 1, 2, 3, 4 };
    assert_scores(5, a, b, 4, (const double[]){ 0, 6, 8, 6, 0 });
}

static void a_star(void)
{
    const NodeId a[] = { 0, 0, 0, 0 }, b[] = { 1, 2, 3, 4 };
    assert_scores(5, a, b, 4, (const double[]){ 12, 0, 0, 0, 0 });
}

/* In a ring of four each opposite pair has two ways. */
static void ways_that_share(void)
{
    const NodeId a[] = { 0, 1, 2, 3 }, b[] = { 1, 2, 3, 0 };
    assert_scores(4, a, b, 4, (const double[]){ 1, 1, 1, 1 });
}

static void parts_apart(void)
{
    const NodeId a[] = { 0, 1, 3 }, b[] = { 1, 2, 4 };
    assert_scores(6, a, b, 3, (const double[]){ 0, 2, 0, 0, 0, 0 });
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/betweenness/a_chain", a_chain);
    g_test_add_func("/betweenness/a_star", a_star);
    g_test_add_func("/betweenness/ways_that_share", ways_that_share);
    g_test_add_func("/betweenness/parts_apart", parts_apart);
    return g_test_run();
}
