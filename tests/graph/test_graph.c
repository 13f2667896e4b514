/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "graph/tree.h"

#define ADD(name) g_test_add_func("/graph/" #name, name)

/* What the pairs say, by a table of all pairs. */
static void assert_holds(const Graph *graph, uint32_t count, const NodeId *a, const NodeId *b)
{
    uint32_t nodes = graph->nodes;
    g_autofree bool *linked = g_new0(bool, (size_t)nodes * nodes);
    for (uint32_t i = 0; i < count; i++)
        if (a[i] != b[i]) linked[(size_t)a[i] * nodes + b[i]] = linked[(size_t)b[i] * nodes + a[i]] = true;
    for (NodeId v = 0; v < nodes; v++) {
        uint32_t place = graph->first[v];
        for (NodeId u = 0; u < nodes; u++) {
            bool here = place < graph->first[v + 1] && graph->links[place].to == u;
            g_assert_true(here == linked[(size_t)v * nodes + u]);
            g_assert_cmpuint(graph_find(graph, v, u), ==, here ? place : UINT32_MAX);
            if (!here) continue;
            g_assert_cmpuint(graph_reverse(graph, v, place), ==, graph_find(graph, u, v));
            g_assert_cmpuint(graph->links[place].latency, ==, 0);
            place++;
        }
        g_assert_cmpuint(place, ==, graph->first[v + 1]);
    }
}

static void a_graph_holds_its_pairs_once_and_sorted(void)
{
    static const struct { uint32_t nodes, count; } rows[] = {
        { 1, 0 }, { 1, 5 }, { 2, 9 }, { 5, 3 }, { 20, 100 }, { 40, 30 }, { 300, 3000 }, { 60, 20000 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (uint64_t seed = 0; seed < 5; seed++) {
            NodeId a[20000], b[20000];
            random_pairs(rows[i].nodes, rows[i].count, seed, a, b);
            g_autoptr(Graph) graph = graph_new(rows[i].nodes, a, b, rows[i].count);
            assert_holds(graph, rows[i].count, a, b);
            g_autoptr(Graph) copy = graph_copy(graph);
            assert_holds(copy, rows[i].count, a, b);
        }
}

/* Rows past 32 neighbors are sorted by their bytes: ids of up to four of them. */
static void long_rows_are_sorted_too(void)
{
    enum { NODES = 20000000, LINKS = 5000 };
    NodeId a[LINKS], b[LINKS];
    Random random = random_stream(1, "test", 0);
    for (uint32_t i = 0; i < LINKS; i++) {
        a[i] = i % 3 == 0 ? 7 : 12345678;
        b[i] = (NodeId)random_below(&random, NODES);
    }
    g_autoptr(Graph) graph = graph_new(NODES, a, b, LINKS);
    for (uint32_t i = 0; i < LINKS; i++) {
        g_assert_cmpuint(graph_find(graph, a[i], b[i]), !=, UINT32_MAX);
        g_assert_cmpuint(graph_find(graph, b[i], a[i]), !=, UINT32_MAX);
    }
    for (uint32_t i = graph->first[7] + 1; i < graph->first[8]; i++)
        g_assert_cmpuint(graph->links[i - 1].to, <, graph->links[i].to);
}

static void a_loose_graph_keeps_loops_and_parallel_pairs(void)
{
    g_autoptr(Graph) graph = graph_new_loose(3, (NodeId[]){ 0, 0, 1, 2 }, (NodeId[]){ 1, 1, 1, 0 }, 4);
    static const NodeId expected[] = { 1, 1, 2, 0, 0, 1, 1, 0 };
    g_assert_cmpuint(graph->first[3], ==, 8);
    for (uint32_t i = 0; i < 8; i++) g_assert_cmpuint(graph->links[i].to, ==, expected[i]);
}

static void a_neighbor_can_be_exchanged_for_any_other(void)
{
    for (NodeId old = 1; old < 9; old += 2)
        for (NodeId new = 0; new < 10; new += 2) {
            g_autoptr(Graph) graph = drawn(20, "15-1 15-3 15-5 15-7");
            graph_relink(graph, 15, old, new);
            g_assert_cmpuint(graph_degree(graph, 15), ==, 4);
            g_assert_cmpuint(graph_find(graph, 15, old), ==, UINT32_MAX);
            for (NodeId kept = 1; kept < 9; kept += 2)
                if (kept != old) g_assert_cmpuint(graph_find(graph, 15, kept), !=, UINT32_MAX);
            g_assert_cmpuint(graph_find(graph, 15, new), !=, UINT32_MAX);
        }
}

static void a_complete_graph_has_every_pair(void)
{
    for (uint32_t nodes = 0; nodes < 6; nodes++) {
        g_autoptr(Graph) graph = graph_new_complete(nodes);
        g_assert_cmpuint(graph_links(graph), ==, nodes * (nodes - (nodes > 0)) / 2);
        for (NodeId v = 0; v < nodes; v++)
            for (NodeId u = 0; u < nodes; u++) g_assert_true((graph_find(graph, v, u) != UINT32_MAX) == (u != v));
    }
}

static void latencies_of_any_length_read_back(void)
{
    static const SimTime times[] = { 0, 1, UINT32_MAX - 1, UINT32_MAX, (SimTime)UINT32_MAX + 1, 3600 * SIM_S };
    g_autoptr(Graph) graph = graph_new_complete(4);
    uint32_t order[] = { 5, 2, 11, 0, 9, 2 };
    for (size_t i = 0; i < 6; i++) graph_set_latency(graph, order[i], times[i]);
    for (size_t i = 0; i < 6; i++)
        if (i != 1) g_assert_cmpint(graph_latency(graph, order[i]), ==, times[i]);
    graph_set_latency(graph, 0, 10 * SIM_S);
    g_assert_cmpint(graph_latency(graph, 0), ==, 10 * SIM_S);
    g_assert_cmpuint(graph->slow->len, ==, 3);
    g_autoptr(Graph) copy = graph_copy(graph);
    g_assert_cmpint(graph_latency(copy, 2), ==, 3600 * SIM_S);
    graph_set_latency(graph, 2, 5);
    g_assert_cmpint(graph_latency(graph, 2), ==, 5);
    g_assert_cmpint(graph_latency(graph, 9), ==, (SimTime)UINT32_MAX + 1);
}

static void a_growing_list_of_edges_makes_their_graph(void)
{
    Edges edges = { 0 };
    for (NodeId v = 0; v < 1000; v++) edges_add(&edges, v, (v * 7 + 1) % 1000);
    g_assert_cmpuint(edges.count, ==, 1000);
    g_assert_cmpuint(edges.a[999], ==, 999);
    g_autoptr(Graph) graph = edges_graph(&edges, 1000);
    g_assert_cmpuint(edges.count, ==, 0);
    g_assert_cmpuint(graph_find(graph, 0, 1), !=, UINT32_MAX);
    g_assert_cmpuint(graph_find(graph, 500, 501), !=, UINT32_MAX);
    edges_clear(&edges);
}

static void ten_million_nodes_are_made_in_seconds(void)
{
    enum { NODES = 10000000, LINKS = 40000000 };
    if (!g_test_slow()) {
        g_test_skip("slow");
        return;
    }
    g_autofree NodeId *a = g_new(NodeId, LINKS), *b = g_new(NodeId, LINKS);
    random_pairs(NODES, LINKS, 1, a, b);
    gint64 start = g_get_monotonic_time();
    g_autoptr(Graph) graph = graph_new(NODES, a, b, LINKS);
    double seconds = (double)(g_get_monotonic_time() - start) / 1e6;
    g_test_message("%.2f s", seconds);
    g_assert_cmpfloat(seconds, <, 12);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_graph_holds_its_pairs_once_and_sorted);
    ADD(long_rows_are_sorted_too);
    ADD(a_loose_graph_keeps_loops_and_parallel_pairs);
    ADD(a_neighbor_can_be_exchanged_for_any_other);
    ADD(a_complete_graph_has_every_pair);
    ADD(latencies_of_any_length_read_back);
    ADD(a_growing_list_of_edges_makes_their_graph);
    ADD(ten_million_nodes_are_made_in_seconds);
    return g_test_run();
}
