/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "graph/door.h"
#include "graph/edges.h"
#include "graph/layout.h"

#define ADD(name) g_test_add_func("/layout/" #name, name)

static Graph *ring_of(uint32_t nodes)
{
    Edges edges = { 0 };
    for (uint32_t v = 0; v < nodes; v++) edges_add(&edges, v, (v + 1) % nodes);
    return edges_graph(&edges, nodes);
}

static Graph *binary_tree_of(uint32_t nodes)
{
    Edges edges = { 0 };
    for (uint32_t v = 1; v < nodes; v++) edges_add(&edges, v, (v - 1) / 2);
    return edges_graph(&edges, nodes);
}

static void a_tree_hangs_down_from_node_0(void)
{
    g_autoptr(Graph) graph = binary_tree_of(15);
    double x[15], y[15];
    g_autoptr(GError) error = NULL;
    g_assert_true(graph_layout(graph, 1, x, y, &error));
    g_assert_no_error(error);
    double step = y[0] - y[1];
    g_assert_cmpfloat(step, >=, 1);
    for (uint32_t v = 1; v < 15; v++) g_assert_cmpfloat(fabs(y[(v - 1) / 2] - y[v] - step), <, 1e-9);
    g_assert_cmpfloat(fabs(3 * step - 0.7 * (x[14] - x[7])), <, 1e-9);
    for (uint32_t v = 0; v < 7; v++) g_assert_cmpfloat(fabs(x[v] - (x[2 * v + 1] + x[2 * v + 2]) / 2), <, 1e-9);
    for (uint32_t v = 7; v < 14; v++) g_assert_cmpfloat(x[v + 1] - x[v], >=, 1 - 1e-9);
}

static void a_chain_deeper_than_the_stack_is_drawn_too(void)
{
    enum { NODES = 3000 };
    if (!g_test_slow()) {
        g_test_skip("slow");
        return;
    }
    Edges edges = { 0 };
    for (uint32_t v = 1; v < NODES; v++) edges_add(&edges, v, v - 1);
    g_autoptr(Graph) graph = edges_graph(&edges, NODES);
    g_autofree double *x = g_new(double, NODES), *y = g_new(double, NODES);
    g_assert_true(graph_layout(graph, 1, x, y, NULL));
    for (uint32_t v = 0; v < NODES; v++) g_assert_true(isfinite(x[v]) && isfinite(y[v]));
}

/* What is linked stands nearer than what is not. */
static void a_mesh_is_unfolded(void)
{
    g_autoptr(Graph) graph = ring_of(40);
    double x[40], y[40], linked = 0, apart = 0;
    g_assert_true(graph_layout(graph, 1, x, y, NULL));
    for (uint32_t v = 0; v < 40; v++) {
        linked += hypot(x[v] - x[(v + 1) % 40], y[v] - y[(v + 1) % 40]);
        apart += hypot(x[v] - x[(v + 20) % 40], y[v] - y[(v + 20) % 40]);
    }
    g_assert_cmpfloat(3 * linked, <, apart);
}

static void equal_seeds_give_equal_places_whatever_igraph_drew_before(void)
{
    static const uint32_t sizes[] = { 60, 1100 };
    for (size_t s = 0; s < (g_test_slow() ? 2 : 1); s++) {
        uint32_t nodes = sizes[s];
        g_autoptr(Graph) graph = ring_of(nodes);
        g_autofree double *a = g_new(double, 2 * nodes), *b = g_new(double, 2 * nodes), *c = g_new(double, 2 * nodes);
        g_assert_true(graph_layout(graph, 5, a, a + nodes, NULL));
        (void)igraph_rng_get_unif01(igraph_rng_default());
        g_assert_true(graph_layout(graph, 5, b, b + nodes, NULL));
        g_assert_true(graph_layout(graph, 6, c, c + nodes, NULL));
        g_assert_cmpmem(a, 2 * nodes * sizeof *a, b, 2 * nodes * sizeof *b);
        g_assert_true(memcmp(a, c, 2 * nodes * sizeof *a) != 0);
    }
}

static void graphs_of_no_links_or_no_nodes_have_a_layout(void)
{
    double x[3], y[3];
    for (uint32_t nodes = 0; nodes <= 3; nodes++) {
        g_autoptr(Graph) graph = graph_new(nodes, NULL, NULL, 0);
        g_assert_true(graph_layout(graph, 1, x, y, NULL));
        for (uint32_t v = 0; v < nodes; v++) g_assert_true(isfinite(x[v]) && isfinite(y[v]));
    }
}

static void too_many_nodes_are_refused(void)
{
    g_autoptr(Graph) graph = graph_new(LAYOUT_NODES_MOST + 1, NULL, NULL, 0);
    g_autoptr(GError) error = NULL;
    g_assert_false(graph_layout(graph, 1, NULL, NULL, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY);
    g_assert_cmpstr(error->message, ==, "a drawing of 50001 nodes would show nothing; at most 50000");
}

static void places_that_are_known_stay(void)
{
    g_autoptr(Topology) topology = topology_new(4, ring_of(4));
    topology->x = g_memdup2((double[]){ 0, NAN, 4, 1 }, 4 * sizeof(double));
    topology->y = g_memdup2((double[]){ 1, 1, 3, NAN }, 4 * sizeof(double));
    g_assert_true(topology_layout(topology, 1, NULL));
    static const double x[] = { 0, 2, 4, 2 }, y[] = { 1, 2, 3, 2 };
    g_assert_cmpmem(topology->x, sizeof x, x, sizeof x);
    g_assert_cmpmem(topology->y, sizeof y, y, sizeof y);
}

static void what_no_way_leads_to_stands_in_the_middle(void)
{
    g_autoptr(Topology) topology = topology_new(3, graph_new(3, NULL, NULL, 0));
    topology->x = g_memdup2((double[]){ 0, 8, NAN }, 3 * sizeof(double));
    topology->y = g_memdup2((double[]){ 2, 4, NAN }, 3 * sizeof(double));
    g_assert_true(topology_layout(topology, 1, NULL));
    g_assert_cmpfloat(topology->x[2], ==, 4);
    g_assert_cmpfloat(topology->y[2], ==, 3);
}

static void places_that_are_all_unknown_are_made(void)
{
    g_autoptr(Topology) topology = topology_new(4, ring_of(4));
    topology->x = g_memdup2((double[]){ NAN, NAN, NAN, NAN }, 4 * sizeof(double));
    topology->y = g_memdup2((double[]){ NAN, NAN, NAN, NAN }, 4 * sizeof(double));
    g_assert_true(topology_layout(topology, 1, NULL));
    for (uint32_t v = 0; v < 4; v++) g_assert_true(isfinite(topology->x[v]));
}

static void a_complete_overlay_is_a_circle(void)
{
    g_autoptr(Topology) topology = topology_new(5, NULL);
    g_assert_true(topology_layout(topology, 1, NULL));
    for (uint32_t v = 0; v < 5; v++) g_assert_cmpfloat(fabs(hypot(topology->x[v], topology->y[v]) - 1), <, 1e-12);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_tree_hangs_down_from_node_0);
    ADD(a_chain_deeper_than_the_stack_is_drawn_too);
    ADD(a_mesh_is_unfolded);
    ADD(equal_seeds_give_equal_places_whatever_igraph_drew_before);
    ADD(graphs_of_no_links_or_no_nodes_have_a_layout);
    ADD(too_many_nodes_are_refused);
    ADD(places_that_are_known_stay);
    ADD(what_no_way_leads_to_stands_in_the_middle);
    ADD(places_that_are_all_unknown_are_made);
    ADD(a_complete_overlay_is_a_circle);
    return g_test_run();
}
