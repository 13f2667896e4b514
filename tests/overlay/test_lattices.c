/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

/* a flood sends 2 links - (nodes - 1) messages. */
static void the_links_are_those_that_a_flood_counts(void)
{
    static const struct { const char *kind, *keys; uint32_t nodes; uint64_t messages; } rows[] = {
        { "random-regular", "degree=5", 10000, 40001 }, { "ring", "", 100, 101 },
        { "grid", "width=32 height=32", 1024, 2945 }, { "hypercube", "dimension=10", 1024, 9217 },
        { "torus", "width=32 height=32", 1024, 2 * 2048 - 1023 }, { "ring", "", 3, 4 },
        { "grid", "width=1 height=7", 7, 6 }, { "torus", "width=3 height=3", 9, 28 },
        { "hypercube", "dimension=0", 1, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].kind, rows[i].keys);
        g_autoptr(Topology) topology = made(rows[i].kind, rows[i].nodes, rows[i].keys, 1);
        assert_simple(topology->graph);
        g_assert_cmpuint(2 * graph_links(topology->graph) - (rows[i].nodes - 1), ==, rows[i].messages);
        g_assert_cmpuint(components_of(topology->graph), ==, 1);
    }
}

static void a_complete_overlay_has_no_arrays(void)
{
    g_autoptr(Topology) topology = made("complete", 1000000, "", 1);
    g_assert_true(topology->complete);
    g_assert_null(topology->graph);
}

static void nobodys_degree_differs_in_ring_torus_and_hypercube(void)
{
    static const struct { const char *kind, *keys; uint32_t nodes, degree; } rows[] = {
        { "ring", "", 17, 2 }, { "torus", "width=5 height=4", 20, 4 }, { "hypercube", "dimension=7", 128, 7 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Topology) topology = made(rows[i].kind, rows[i].nodes, rows[i].keys, 1);
        for (uint32_t v = 0; v < rows[i].nodes; v++)
            g_assert_cmpuint(graph_degree(topology->graph, v), ==, rows[i].degree);
    }
}

static void assert_depths(const Topology *topology, uint32_t deepest, double mean)
{
    g_autofree NodeId *parents = g_new(NodeId, topology->nodes);
    uint32_t most = 0;
    double sum = 0;
    g_assert_cmpuint(graph_bfs_tree(topology->graph, 0, parents), ==, topology->nodes);
    for (uint32_t v = 1; v < topology->nodes; v++) {
        uint32_t depth = depth_of(parents, v);
        most = MAX(most, depth);
        sum += depth;
    }
    g_assert_cmpuint(most, ==, deepest);
    g_assert_cmpfloat(fabs(sum / (topology->nodes - 1) - mean), <, 1e-9);
}

/* the depths of breadth-first trees. */
static void breadth_first_trees_are_as_deep_as_they_must_be(void)
{
    g_autoptr(Topology) grid = made("grid", 1024, "width=32 height=32", 1);
    assert_depths(grid, 62, 1024.0 * 62 / (2 * 1023));
    g_autoptr(Topology) cube = made("hypercube", 1024, "dimension=10", 1);
    assert_depths(cube, 10, 10.0 * 512 / 1023);
}

static void grids_go_row_by_row(void)
{
    g_autoptr(Topology) grid = made("grid", 6, "width=3 height=2", 1);
    g_assert_cmpuint(graph_find(grid->graph, 0, 1), !=, UINT32_MAX);
    g_assert_cmpuint(graph_find(grid->graph, 0, 3), !=, UINT32_MAX);
    g_assert_cmpuint(graph_find(grid->graph, 2, 3), ==, UINT32_MAX);
    g_assert_cmpfloat(grid->x[5], ==, 2);
    g_assert_cmpfloat(grid->y[5], ==, 1);
    g_autoptr(Topology) torus = made("torus", 12, "width=4 height=3", 1);
    g_assert_cmpuint(graph_find(torus->graph, 0, 3), !=, UINT32_MAX);
    g_assert_cmpuint(graph_find(torus->graph, 0, 8), !=, UINT32_MAX);
    g_assert_cmpfloat(torus->x[7], ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(the_links_are_those_that_a_flood_counts);
    ADD(a_complete_overlay_has_no_arrays);
    ADD(nobodys_degree_differs_in_ring_torus_and_hypercube);
    ADD(breadth_first_trees_are_as_deep_as_they_must_be);
    ADD(grids_go_row_by_row);
    return g_test_run();
}
