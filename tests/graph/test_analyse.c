/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "graph/analyse.h"
#include "graph/door.h"
#include "graph/tree.h"

#define ADD(name) g_test_add_func("/analyse/" #name, name)

static Figures figures_of(Graph *graph)
{
    Figures figures;
    g_autoptr(GError) error = NULL;
    g_autoptr(Topology) topology = topology_new(graph->nodes, graph);
    g_assert_true(topology_analyse(topology, 1, &figures, &error));
    g_assert_no_error(error);
    return figures;
}

static void assert_number(double seen, double expected)
{
    if (isnan(expected)) g_assert_true(isnan(seen));
    else g_assert_cmpfloat(fabs(seen - expected), <, 1e-12);
}

static void small_graphs_have_the_figures_that_one_counts_by_hand(void)
{
    static const struct {
        const char *what; uint32_t nodes; const char *links;
        uint32_t least, most, components, largest, diameter, articulation; bool tree; double mean, path, clustering;
    } rows[] = {
        { "one node", 1, "", 0, 0, 1, 1, 0, 0, true, 0, NAN, NAN },
        { "two apart", 2, "", 0, 0, 2, 1, 0, 0, false, 0, NAN, NAN },
        { "one link", 2, "0-1", 1, 1, 1, 2, 1, 0, true, 1, 1, NAN },
        { "triangle", 3, "0-1 1-2 0-2", 2, 2, 1, 3, 1, 0, false, 2, 1, 1 },
        { "chain of 4", 4, "0-1 1-2 2-3", 1, 2, 1, 4, 3, 2, true, 1.5, 10.0 / 6, 0 },
        { "star of 5", 5, "0-1 0-2 0-3 0-4", 1, 4, 1, 5, 2, 1, true, 1.6, 1.6, 0 },
        { "triangle with a tail", 4, "0-1 1-2 0-2 2-3", 1, 3, 1, 4, 2, 1, false, 2, 8.0 / 6, 0.6 },
        { "two triangles and a node", 7, "0-1 1-2 0-2 3-4 4-5 3-5", 0, 2, 3, 3, 1, 0, false, 12.0 / 7, 1, 1 },
        { "bridge", 6, "0-1 1-2 0-2 2-3 3-4 4-5 3-5", 2, 3, 1, 6, 3, 2, false, 14.0 / 6, 27.0 / 15, 0.6 },
        { "ring of 6", 6, "0-1 1-2 2-3 3-4 4-5 5-0", 2, 2, 1, 6, 3, 0, false, 2, 1.8, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].what);
        Figures f = figures_of(drawn(rows[i].nodes, rows[i].links));
        g_assert_cmpuint(f.degree_least, ==, rows[i].least);
        g_assert_cmpuint(f.degree_most, ==, rows[i].most);
        assert_number(f.degree_mean, rows[i].mean);
        g_assert_cmpuint(f.components, ==, rows[i].components);
        g_assert_cmpuint(f.largest, ==, rows[i].largest);
        g_assert_true(f.tree == rows[i].tree);
        g_assert_cmpuint(f.diameter, ==, rows[i].diameter);
        g_assert_true(f.diameter_exact);
        assert_number(f.mean_path, rows[i].path);
        g_assert_cmpuint(f.mean_path_sources, ==, rows[i].nodes);
        g_assert_cmpuint(f.articulation_points, ==, rows[i].articulation);
        assert_number(f.clustering, rows[i].clustering);
    }
}

/* Parts, trees and meshes alike. */
static void distances_are_those_of_igraph(void)
{
    for (uint64_t seed = 0; seed < 40; seed++) {
        Graph *graph = random_graph(150, 60 + 10 * (uint32_t)seed, seed);
        igraph_t copy;
        igraph_real_t diameter, path;
        igraph_vector_int_t points;
        door_enter(seed);
        g_assert_true(door_to_igraph(graph, &copy, NULL));
        g_assert_cmpint(igraph_vector_int_init(&points, 0), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_diameter(&copy, &diameter, NULL, NULL, NULL, NULL, false, true), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_average_path_length(&copy, &path, NULL, false, true), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_articulation_points(&copy, &points), ==, IGRAPH_SUCCESS);
        Figures f = figures_of(graph);
        g_assert_cmpfloat(f.diameter, ==, diameter);
        g_assert_cmpfloat(fabs(f.mean_path - path), <, 1e-9);
        g_assert_cmpuint(f.articulation_points, ==, igraph_vector_int_size(&points));
        igraph_vector_int_destroy(&points);
        igraph_destroy(&copy);
    }
}

static Graph *tree_of(uint32_t nodes, uint64_t seed)
{
    Random random = random_stream(seed, "test", 0);
    Edges edges = { 0 };
    for (uint32_t v = 1; v < nodes; v++) edges_add(&edges, v, (NodeId)random_below(&random, v));
    return edges_graph(&edges, nodes);
}

static void trees_take_a_way_of_their_own_to_the_same_figures(void)
{
    for (uint64_t seed = 0; seed < 20; seed++) {
        Graph *tree = tree_of(120, seed);
        igraph_t copy;
        igraph_real_t diameter, path, clustering;
        igraph_vector_int_t points;
        door_enter(seed);
        g_assert_true(door_to_igraph(tree, &copy, NULL));
        g_assert_cmpint(igraph_vector_int_init(&points, 0), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_diameter(&copy, &diameter, NULL, NULL, NULL, NULL, false, true), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_average_path_length(&copy, &path, NULL, false, true), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_articulation_points(&copy, &points), ==, IGRAPH_SUCCESS);
        g_assert_cmpint(igraph_transitivity_undirected(&copy, &clustering, IGRAPH_TRANSITIVITY_NAN), ==,
                        IGRAPH_SUCCESS);
        Figures f = figures_of(tree);
        g_assert_true(f.tree);
        g_assert_cmpfloat(f.diameter, ==, diameter);
        g_assert_cmpfloat(fabs(f.mean_path - path), <, 1e-9);
        g_assert_cmpuint(f.articulation_points, ==, igraph_vector_int_size(&points));
        assert_number(f.clustering, clustering);
        igraph_vector_int_destroy(&points);
        igraph_destroy(&copy);
    }
}

static void large_trees_stay_exact(void)
{
    enum { NODES = 200000 };
    Edges edges = { 0 };
    for (uint32_t v = 1; v < NODES; v++) edges_add(&edges, v, v - 1);
    Figures f = figures_of(edges_graph(&edges, NODES));
    g_assert_true(f.tree && f.diameter_exact);
    g_assert_cmpuint(f.diameter, ==, NODES - 1);
    g_assert_cmpfloat(fabs(f.mean_path - (NODES + 1) / 3.0), <, 1e-6);
    g_assert_cmpuint(f.articulation_points, ==, NODES - 2);
}

/* A ring is the same from everywhere: 64 sources see its mean and its diameter. */
static void large_meshes_are_sampled_and_say_so(void)
{
    enum { NODES = 200000 };
    Edges edges = { 0 };
    for (uint32_t v = 0; v < NODES; v++) edges_add(&edges, v, (v + 1) % NODES);
    Figures f = figures_of(edges_graph(&edges, NODES));
    g_assert_false(f.diameter_exact);
    g_assert_cmpuint(f.diameter, ==, NODES / 2);
    g_assert_cmpuint(f.mean_path_sources, ==, 64);
    g_assert_cmpfloat(fabs(f.mean_path - NODES / 4.0 * NODES / (NODES - 1.0)), <, 1e-6);
    g_assert_cmpuint(f.articulation_points, ==, 0);
}

static void complete_overlays_are_known_without_arrays(void)
{
    for (uint32_t nodes = 1; nodes <= 6; nodes++) {
        Figures arrays = figures_of(graph_new_complete(nodes)), numbers;
        g_autoptr(Topology) topology = topology_new(nodes, NULL);
        g_assert_true(topology_analyse(topology, 1, &numbers, NULL));
        g_assert_cmpuint(numbers.links, ==, arrays.links);
        g_assert_cmpuint(numbers.degree_least, ==, arrays.degree_least);
        g_assert_cmpuint(numbers.degree_most, ==, arrays.degree_most);
        assert_number(numbers.degree_mean, arrays.degree_mean);
        g_assert_cmpuint(numbers.components, ==, arrays.components);
        g_assert_cmpuint(numbers.largest, ==, arrays.largest);
        g_assert_true(numbers.tree == arrays.tree);
        g_assert_cmpuint(numbers.diameter, ==, arrays.diameter);
        assert_number(numbers.mean_path, arrays.mean_path);
        g_assert_cmpuint(numbers.articulation_points, ==, arrays.articulation_points);
        assert_number(numbers.clustering, arrays.clustering);
    }
}

static void components_are_numbered_by_their_lowest_node(void)
{
    g_autoptr(Graph) graph = drawn(7, "5-1 2-6 6-4");
    uint32_t labels[7];
    static const uint32_t expected[7] = { 0, 1, 2, 3, 2, 1, 2 };
    g_assert_cmpuint(graph_components(graph, labels), ==, 4);
    g_assert_cmpmem(labels, sizeof labels, expected, sizeof expected);
    g_autoptr(Graph) none = graph_new(0, NULL, NULL, 0);
    g_assert_cmpuint(graph_components(none, labels), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(small_graphs_have_the_figures_that_one_counts_by_hand);
    ADD(distances_are_those_of_igraph);
    ADD(trees_take_a_way_of_their_own_to_the_same_figures);
    ADD(large_trees_stay_exact);
    ADD(large_meshes_are_sampled_and_say_so);
    ADD(complete_overlays_are_known_without_arrays);
    ADD(components_are_numbered_by_their_lowest_node);
    return g_test_run();
}
