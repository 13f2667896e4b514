/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "graph/door.h"
#include "graph/heap.h"
#include "graph/tree.h"

#define ADD(name) g_test_add_func("/tree/" #name, name)

/* The graph of A-30, with latencies in ms, and its distances from node 0. */
#define GRAPH_A30 "0-1:7 0-2:9 0-5:14 1-2:10 1-3:15 2-3:11 2-5:2 3-4:6 4-5:9 4-6:3 6-7:8 5-7:20"

static void assert_parents(const NodeId *parents, const NodeId *expected, uint32_t nodes)
{
    for (NodeId v = 0; v < nodes; v++) g_assert_cmpuint(parents[v], ==, expected[v]);
}

static void a_heap_gives_back_in_order(void)
{
    Heap heap = { 0 };
    HeapItem item, last = { .key = -1 };
    Random random = random_stream(1, "test", 0);
    for (uint32_t i = 0; i < 1000; i++)
        heap_push(&heap, (HeapItem){ .key = (SimTime)random_below(&random, 50), .low = (NodeId)random_below(&random, 5),
                                     .high = (NodeId)random_below(&random, 5), .node = i });
    for (uint32_t i = 0; i < 1000; i++) {
        g_assert_true(heap_pop(&heap, &item));
        bool later = item.key != last.key ? item.key > last.key
                   : item.low != last.low ? item.low > last.low : item.high >= last.high;
        g_assert_true(later);
        last = item;
    }
    g_assert_false(heap_pop(&heap, &item));
    heap_clear(&heap);
}

/* 3 comes to the queue before 2, as a child of 1: its child 5 still belongs to 2, the lower. */
static void breadth_first_ties_go_to_the_lowest_id(void)
{
    g_autoptr(Graph) graph = drawn(6, "0-1 0-4 1-3 4-2 3-5 2-5");
    NodeId parents[6];
    g_assert_cmpuint(graph_bfs_tree(graph, 0, parents), ==, 6);
    assert_parents(parents, (NodeId[]){ NODE_NONE, 0, 4, 1, 0, 2 }, 6);
}

static void breadth_first_trees_start_anywhere_and_end_where_links_end(void)
{
    g_autoptr(Graph) graph = drawn(6, "0-1 1-2 2-3");
    NodeId parents[6], queue[6];
    uint32_t hops[6];
    g_assert_cmpuint(graph_bfs_tree(graph, 2, parents), ==, 4);
    assert_parents(parents, (NodeId[]){ 1, 2, NODE_NONE, 2, NODE_NONE, NODE_NONE }, 6);
    g_assert_cmpuint(graph_hops(graph, 2, hops, queue), ==, 4);
    assert_parents(hops, (uint32_t[]){ 2, 1, 0, 1, UINT32_MAX, UINT32_MAX }, 6);
}

static void every_parent_is_the_lowest_of_those_one_hop_nearer(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        g_autoptr(Graph) graph = random_graph(200, 500, seed);
        NodeId parents[200], queue[200];
        uint32_t hops[200];
        uint32_t reached = graph_hops(graph, 3, hops, queue);
        g_assert_cmpuint(graph_bfs_tree(graph, 3, parents), ==, reached);
        for (NodeId v = 0; v < 200; v++) {
            NodeId lowest = NODE_NONE;
            for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++)
                if (v != 3 && hops[v] != UINT32_MAX && hops[graph->links[i].to] + 1 == hops[v])
                    lowest = MIN(lowest, graph->links[i].to);
            g_assert_cmpuint(parents[v], ==, lowest);
        }
    }
}

static void shortest_distances_are_those_of_a30(void)
{
    static const SimTime expected[] = { 0, 7, 9, 20, 20, 11, 23, 31 };
    g_autoptr(Graph) graph = drawn(8, GRAPH_A30);
    NodeId parents[8];
    SimTime distances[8];
    g_assert_cmpuint(graph_shortest_tree(graph, 0, parents, distances), ==, 8);
    for (NodeId v = 0; v < 8; v++) g_assert_cmpint(distances[v], ==, expected[v] * SIM_MS);
    /* 7 is at 31 ms by 6 and by 5: the lower one. */
    assert_parents(parents, (NodeId[]){ NODE_NONE, 0, 0, 2, 5, 2, 4, 5 }, 8);
}

/* 3 is at 4 ms by 2, which is settled first, and by 1. */
static void shortest_ties_go_to_the_lowest_id(void)
{
    g_autoptr(Graph) graph = drawn(4, "0-2:1 2-3:3 0-1:2 1-3:2");
    NodeId parents[4];
    graph_shortest_tree(graph, 0, parents, NULL);
    assert_parents(parents, (NodeId[]){ NODE_NONE, 0, 0, 1 }, 4);
}

static void shortest_distances_are_those_of_igraph(void)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        g_autoptr(Graph) graph = random_graph(120, 300, seed);
        draw_latencies(graph, 9, seed);
        NodeId parents[120];
        SimTime distances[120];
        igraph_t copy;
        igraph_vector_t weights;
        igraph_matrix_t found;
        uint32_t reached = graph_shortest_tree(graph, 5, parents, distances), seen = 0;
        door_enter(1);
        g_assert_true(door_to_igraph(graph, &copy, NULL));
        g_assert_cmpint(igraph_vector_init(&weights, igraph_ecount(&copy)), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_matrix_init(&found, 0, 0), ==, IGRAPH_SUCCESS);
        for (igraph_integer_t i = 0; i < igraph_ecount(&copy); i++)
            VECTOR(weights)[i] = (double)graph_latency(graph, graph_find(graph, (NodeId)IGRAPH_FROM(&copy, i),
                                                                         (NodeId)IGRAPH_TO(&copy, i)));
        g_assert_cmpint(igraph_distances_dijkstra(&copy, &found, igraph_vss_1(5), igraph_vss_all(), &weights,
                                                  IGRAPH_ALL), ==, IGRAPH_SUCCESS);
        for (NodeId v = 0; v < 120; v++) {
            double way = MATRIX(found, 0, v);
            seen += isfinite(way);
            if (isfinite(way)) g_assert_cmpfloat((double)distances[v], ==, way);
            else g_assert_cmpint(distances[v], ==, SIM_NEVER);
            if (parents[v] == NODE_NONE) continue;
            SimTime last = graph_latency(graph, graph_find(graph, parents[v], v));
            g_assert_cmpint(distances[v], ==, distances[parents[v]] + last);
        }
        g_assert_cmpuint(reached, ==, seen);
        igraph_matrix_destroy(&found);
        igraph_vector_destroy(&weights);
        igraph_destroy(&copy);
    }
}

static void links_of_no_latency_close_no_ring(void)
{
    g_autoptr(Graph) graph = graph_new_complete(20);
    NodeId parents[20];
    g_assert_cmpuint(graph_shortest_tree(graph, 7, parents, NULL), ==, 20);
    for (NodeId v = 0; v < 20; v++) {
        uint32_t steps = 0;
        for (NodeId at = v; at != 7; at = parents[at]) g_assert_cmpuint(++steps, <, 20);
    }
}

/* By the slow link it takes 10 s, which 32 bits of ns cannot say. */
static void slow_links_count_in_full(void)
{
    g_autoptr(Graph) graph = drawn(4, "0-1 0-2 2-3 3-1");
    NodeId parents[4];
    SimTime distances[4];
    for (uint32_t i = 0; i < graph->first[4]; i++) graph_set_latency(graph, i, 3 * SIM_S);
    graph_set_latency(graph, graph_find(graph, 0, 1), 10 * SIM_S);
    graph_shortest_tree(graph, 0, parents, distances);
    g_assert_cmpuint(parents[1], ==, 3);
    g_assert_cmpint(distances[1], ==, 9 * SIM_S);
}

static void the_spanning_tree_is_the_lightest(void)
{
    g_autoptr(Graph) graph = drawn(8, GRAPH_A30);
    NodeId parents[8];
    g_assert_cmpuint(graph_spanning_tree(graph, 0, parents), ==, 8);
    assert_parents(parents, (NodeId[]){ NODE_NONE, 0, 0, 4, 5, 2, 4, 6 }, 8);
}

static void the_spanning_tree_weighs_what_igraphs_weighs(void)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        g_autoptr(Graph) graph = random_graph(100, 600, seed);
        draw_latencies(graph, 50, seed);
        NodeId parents[100];
        igraph_t copy;
        igraph_vector_t weights;
        igraph_vector_int_t chosen;
        double ours = 0, theirs = 0;
        g_assert_cmpuint(graph_spanning_tree(graph, 0, parents), ==, 100);
        for (NodeId v = 1; v < 100; v++) ours += (double)graph_latency(graph, graph_find(graph, v, parents[v]));
        door_enter(1);
        g_assert_true(door_to_igraph(graph, &copy, NULL));
        g_assert_cmpint(igraph_vector_init(&weights, igraph_ecount(&copy)), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_vector_int_init(&chosen, 0), ==, IGRAPH_SUCCESS);
        for (igraph_integer_t i = 0; i < igraph_ecount(&copy); i++)
            VECTOR(weights)[i] = (double)graph_latency(graph, graph_find(graph, (NodeId)IGRAPH_FROM(&copy, i),
                                                                         (NodeId)IGRAPH_TO(&copy, i)));
        g_assert_cmpint(igraph_minimum_spanning_tree(&copy, &chosen, &weights), ==, IGRAPH_SUCCESS);
        for (igraph_integer_t i = 0; i < igraph_vector_int_size(&chosen); i++)
            theirs += VECTOR(weights)[VECTOR(chosen)[i]];
        g_assert_cmpfloat(ours, ==, theirs);
        igraph_vector_int_destroy(&chosen);
        igraph_vector_destroy(&weights);
        igraph_destroy(&copy);
    }
}

/* Equal weights: the tree does not depend on where it starts. */
static void the_spanning_tree_is_unique(void)
{
    g_autoptr(Graph) graph = random_graph(60, 300, 4);
    draw_latencies(graph, 3, 4);
    NodeId from[2][60];
    graph_spanning_tree(graph, 0, from[0]);
    graph_spanning_tree(graph, 33, from[1]);
    for (NodeId v = 1; v < 60; v++) g_assert_true(from[1][v] == from[0][v] || from[1][from[0][v]] == v);
}

static void trees_become_a_topology_with_each_link_once(void)
{
    NodeId *parents[2] = { g_memdup2((NodeId[]){ NODE_NONE, 0, 1 }, 12), g_memdup2((NodeId[]){ NODE_NONE, 2, 0 }, 12) };
    g_autoptr(Topology) topology = topology_new_trees(3, parents, 2);
    g_assert_cmpuint(topology->trees, ==, 2);
    g_assert_cmpuint(graph_links(topology->graph), ==, 3);
    g_assert_cmpuint(topology->parents[1][1], ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_heap_gives_back_in_order);
    ADD(breadth_first_ties_go_to_the_lowest_id);
    ADD(breadth_first_trees_start_anywhere_and_end_where_links_end);
    ADD(every_parent_is_the_lowest_of_those_one_hop_nearer);
    ADD(shortest_distances_are_those_of_a30);
    ADD(shortest_ties_go_to_the_lowest_id);
    ADD(shortest_distances_are_those_of_igraph);
    ADD(links_of_no_latency_close_no_ring);
    ADD(slow_links_count_in_full);
    ADD(the_spanning_tree_is_the_lightest);
    ADD(the_spanning_tree_weighs_what_igraphs_weighs);
    ADD(the_spanning_tree_is_unique);
    ADD(trees_become_a_topology_with_each_link_once);
    return g_test_run();
}
