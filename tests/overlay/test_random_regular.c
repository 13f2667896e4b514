/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "graph/door.h"
#include "sample.h"

static void assert_regular(uint32_t nodes, uint32_t degree, uint64_t seed)
{
    g_autofree char *keys = g_strdup_printf("degree=%u", degree);
    g_autoptr(Topology) topology = made("random-regular", nodes, keys, seed);
    assert_simple(topology->graph);
    for (uint32_t v = 0; v < nodes; v++) g_assert_cmpuint(graph_degree(topology->graph, v), ==, degree);
}

static void every_possible_size_and_degree_is_simple_and_regular(void)
{
    for (uint32_t nodes = 2; nodes <= 16; nodes++)
        for (uint32_t degree = 1; degree < nodes; degree++)
            for (uint64_t seed = 0; nodes * degree % 2 == 0 && seed < 5; seed++) assert_regular(nodes, degree, seed);
    assert_regular(1000, 8, 1);
    assert_regular(200, 100, 1);
    assert_regular(201, 150, 1);
    assert_regular(20000, 5, 1);
}

static void of_degree_three_and_more_it_hangs_together(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        g_autoptr(Topology) topology = made("random-regular", 1000, "degree=3", seed);
        g_assert_cmpuint(components_of(topology->graph), ==, 1);
    }
}

static double triangles_of(const igraph_t *graph)
{
    igraph_real_t share;
    igraph_vector_int_t found;
    g_assert_cmpint(igraph_vector_int_init(&found, 0), ==, IGRAPH_SUCCESS);
    g_assert_cmpint(igraph_list_triangles(graph, &found), ==, IGRAPH_SUCCESS);
    share = (double)igraph_vector_int_size(&found) / 3;
    igraph_vector_int_destroy(&found);
    return share;
}

/* igraph's configuration model with rejection is uniform over all regular graphs,
 * but takes exp((degree^2 - 1) / 4) attempts. */
static void triangles_are_as_many_as_in_uniform_regular_graphs(void)
{
    static const struct { uint32_t nodes, degree; } rows[] = { { 10, 3 }, { 40, 3 }, { 40, 4 } };
    enum { RUNS = 1500 };
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        Sample ours = { 0 }, uniform = { 0 };
        igraph_vector_int_t degrees;
        g_autofree char *keys = g_strdup_printf("degree=%u", rows[r].degree);
        door_enter(r + 1);
        g_assert_cmpint(igraph_vector_int_init(&degrees, rows[r].nodes), ==, IGRAPH_SUCCESS);
        igraph_vector_int_fill(&degrees, rows[r].degree);
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            igraph_t theirs, mine;
            igraph_error_t drawn_well = igraph_degree_sequence_game(&theirs, &degrees, NULL,
                                                                    IGRAPH_DEGSEQ_CONFIGURATION_SIMPLE);
            g_assert_cmpint(drawn_well, ==, IGRAPH_SUCCESS);
            sample_add(&uniform, triangles_of(&theirs));
            igraph_destroy(&theirs);
            g_autoptr(Topology) topology = made("random-regular", rows[r].nodes, keys, seed);
            g_assert_true(door_to_igraph(topology->graph, &mine, NULL));
            sample_add(&ours, triangles_of(&mine));
            igraph_destroy(&mine);
        }
        igraph_vector_int_destroy(&degrees);
        g_test_message("%u nodes of degree %u: %.4f triangles, uniform %.4f", rows[r].nodes, rows[r].degree,
                       sample_mean(&ours), sample_mean(&uniform));
        assert_same_mean(&ours, &uniform);
    }
}

/* Of the 70 graphs of degree 2 on six labelled nodes ten are two triangles, the others a ring. */
static void small_graphs_are_equally_likely(void)
{
    Sample triangles = { 0 };
    for (uint64_t seed = 0; seed < 14000; seed++) {
        g_autoptr(Topology) topology = made("random-regular", 6, "degree=2", seed);
        sample_add(&triangles, components_of(topology->graph) == 2);
    }
    g_test_message("two triangles: %.4f of all, uniform %.4f", sample_mean(&triangles), 1.0 / 7);
    assert_mean(&triangles, 1.0 / 7);
}

static void pairs_are_linked_equally_often(void)
{
    enum { NODES = 9, RUNS = 4000 };
    uint32_t seen[NODES][NODES] = { { 0 } };
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        g_autoptr(Topology) topology = made("random-regular", NODES, "degree=4", seed);
        for (uint32_t v = 0; v < NODES; v++)
            for (uint32_t u = 0; u < v; u++) seen[v][u] += graph_find(topology->graph, v, u) != UINT32_MAX;
    }
    for (uint32_t v = 0; v < NODES; v++)
        for (uint32_t u = 0; u < v; u++) g_assert_cmpfloat(fabs(seen[v][u] - RUNS / 2.0), <, 4.5 * sqrt(RUNS / 4.0));
}

static void a_million_nodes_of_degree_eight_take_less_than_a_second(void)
{
    if (!g_test_slow()) {
        g_test_skip("slow");
        return;
    }
    gint64 start = g_get_monotonic_time();
    g_autoptr(Topology) topology = made("random-regular", 1000000, "degree=8", 1);
    double seconds = (double)(g_get_monotonic_time() - start) / 1e6;
    g_test_message("%.2f s", seconds);
    g_assert_cmpuint(graph_links(topology->graph), ==, 4000000);
    g_assert_cmpuint(components_of(topology->graph), ==, 1);
    g_assert_cmpfloat(seconds, <, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(every_possible_size_and_degree_is_simple_and_regular);
    ADD(of_degree_three_and_more_it_hangs_together);
    ADD(triangles_are_as_many_as_in_uniform_regular_graphs);
    ADD(small_graphs_are_equally_likely);
    ADD(pairs_are_linked_equally_often);
    ADD(a_million_nodes_of_degree_eight_take_less_than_a_second);
    return g_test_run();
}
