/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

/* The graph of A-30. */
#define GRAPH_A30 "0-1:7 0-2:9 0-5:14 1-2:10 1-3:15 2-3:11 2-5:2 3-4:6 4-5:9 4-6:3 6-7:8 5-7:20"

static void assert_tree(const char *kind, const char *keys, const Graph *mesh, const NodeId *expected)
{
    g_autoptr(Topology) topology = made_on(kind, mesh->nodes, keys, 1, mesh);
    g_assert_cmpuint(topology->trees, ==, 1);
    for (uint32_t v = 0; v < mesh->nodes; v++) g_assert_cmpuint(topology->parents[0][v], ==, expected[v]);
}

static void the_shortest_path_tree_is_dijkstras(void)
{
    g_autoptr(Graph) mesh = drawn(8, GRAPH_A30);
    assert_tree("shortest-path-tree", "", mesh, (NodeId[]){ NODE_NONE, 0, 0, 2, 5, 2, 4, 5 });
}

static void the_minimum_spanning_tree_has_the_light_links(void)
{
    g_autoptr(Graph) mesh = drawn(8, GRAPH_A30);
    assert_tree("minimum-spanning-tree", "", mesh, (NodeId[]){ NODE_NONE, 0, 0, 4, 5, 2, 4, 6 });
}

/* Round 0: 1 joins 0, 2 joins 0, 3 joins 2 (11 < 15), 4 joins 3, 5 joins 2, 6 joins 4, 7 joins 6.  With
 * two links a node 6 finds 4 full and waits until 7 has joined 5. */
static void a_degree_bounded_tree_takes_the_nearest_with_room(void)
{
    g_autoptr(Graph) mesh = drawn(8, GRAPH_A30);
    assert_tree("degree-bounded-tree", "degree=3", mesh, (NodeId[]){ NODE_NONE, 0, 0, 2, 3, 2, 4, 6 });
    assert_tree("degree-bounded-tree", "degree=2", mesh, (NodeId[]){ NODE_NONE, 0, 0, 2, 3, 4, 7, 5 });
}

/* 1 has no attached neighbor in the first round; it joins 4 in the second. */
static void who_has_no_attached_neighbor_waits_for_the_next_round(void)
{
    g_autoptr(Graph) mesh = drawn(5, "0-2:1 2-4:1 1-4:1 1-3:1");
    assert_tree("degree-bounded-tree", "degree=4", mesh, (NodeId[]){ NODE_NONE, 4, 0, 1, 2 });
}

/* A star of 6 with two links for each: 1 and 2 take the centre's, the rest go on to the nearest leaf. */
static void who_finds_only_full_neighbors_joins_beyond_them(void)
{
    g_autoptr(Graph) mesh = drawn(6, "0-1:5 0-2:3 0-3:1 0-4:1 0-5:1");
    assert_tree("degree-bounded-tree", "degree=2", mesh, (NodeId[]){ NODE_NONE, 0, 0, 2, 3, 4 });
}

static Topology *random_mesh(uint32_t nodes, uint64_t seed)
{
    Topology *mesh = made("random-regular", nodes, "degree=6", seed);
    Random random = random_stream(seed, "test", 0);
    for (uint32_t v = 0; v < nodes; v++)
        for (uint32_t i = mesh->graph->first[v]; i < mesh->graph->first[v + 1]; i++) {
            if (mesh->graph->links[i].to < v) continue;
            SimTime latency = (SimTime)(1 + random_below(&random, 100)) * SIM_MS;
            graph_set_latency(mesh->graph, i, latency);
            graph_set_latency(mesh->graph, graph_reverse(mesh->graph, v, i), latency);
        }
    return mesh;
}

static void degree_bounded_trees_span_and_obey_the_bound(void)
{
    for (uint32_t degree = 2; degree <= 6; degree++) {
        g_autoptr(Topology) mesh = random_mesh(500, degree);
        g_autofree char *keys = g_strdup_printf("degree=%u", degree);
        g_autoptr(Topology) tree = made_on("degree-bounded-tree", 500, keys, 1, mesh->graph);
        g_assert_cmpuint(components_of(tree->graph), ==, 1);
        g_assert_cmpuint(graph_links(tree->graph), ==, 499);
        uint32_t outside = 0;
        for (uint32_t v = 0; v < 500; v++) {
            g_assert_cmpuint(graph_degree(tree->graph, v), <=, degree);
            outside += v && graph_find(mesh->graph, v, tree->parents[0][v]) == UINT32_MAX;
        }
        if (degree >= 4) g_assert_cmpuint(outside, ==, 0);
    }
}

/* On a complete mesh every node joins the nearest of all with room, in plain ascending order. */
static void on_a_complete_mesh_the_order_is_plain(void)
{
    enum { NODES = 40 };
    g_autoptr(Graph) mesh = graph_new_complete(NODES);
    Random random = random_stream(3, "test", 0);
    for (uint32_t v = 0; v < NODES; v++)
        for (uint32_t u = 0; u < v; u++) {
            SimTime latency = (SimTime)random_below(&random, 20) * SIM_MS;
            graph_set_latency(mesh, graph_find(mesh, v, u), latency);
            graph_set_latency(mesh, graph_find(mesh, u, v), latency);
        }
    g_autoptr(Topology) tree = made_on("degree-bounded-tree", NODES, "degree=3", 1, mesh);
    uint32_t links[NODES] = { 0 };
    for (uint32_t v = 1; v < NODES; v++) {
        NodeId best = NODE_NONE;
        for (uint32_t u = 0; u < v; u++)
            if (links[u] < 3 && (best == NODE_NONE || graph_latency(mesh, graph_find(mesh, v, u)) <
                                                      graph_latency(mesh, graph_find(mesh, v, best)))) best = u;
        g_assert_cmpuint(tree->parents[0][v], ==, best);
        links[v]++, links[best]++;
    }
}

static void what_the_mesh_does_not_reach_stays_alone(void)
{
    static const char *const rows[][2] = { { "shortest-path-tree", "" }, { "minimum-spanning-tree", "" },
                                           { "degree-bounded-tree", "degree=2" } };
    g_autoptr(Graph) mesh = drawn(6, "0-1:1 1-2:1 3-4:1 4-5:1");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_tree(rows[i][0], rows[i][1], mesh, (NodeId[]){ NODE_NONE, 0, 1, NODE_NONE, NODE_NONE, NODE_NONE });
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(the_shortest_path_tree_is_dijkstras);
    ADD(the_minimum_spanning_tree_has_the_light_links);
    ADD(a_degree_bounded_tree_takes_the_nearest_with_room);
    ADD(who_has_no_attached_neighbor_waits_for_the_next_round);
    ADD(who_finds_only_full_neighbors_joins_beyond_them);
    ADD(degree_bounded_trees_span_and_obey_the_bound);
    ADD(on_a_complete_mesh_the_order_is_plain);
    ADD(what_the_mesh_does_not_reach_stays_alone);
    return g_test_run();
}
