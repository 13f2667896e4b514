/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "graph/places.h"

/* A chain 0-1-2-…; places as given, NaN for none. */
static Topology *chain(uint32_t nodes, const double *x, const double *y, bool geographic)
{
    g_autofree NodeId *a = g_new(NodeId, nodes), *b = g_new(NodeId, nodes);
    for (uint32_t i = 0; i + 1 < nodes; i++) a[i] = i, b[i] = i + 1;
    Topology *topology = topology_new(nodes, graph_new(nodes, a, b, nodes - 1));
    topology->x = g_memdup2(x, nodes * sizeof *x);
    topology->y = g_memdup2(y, nodes * sizeof *y);
    topology->geographic = geographic;
    return topology;
}

static void a_node_gets_the_middle_of_its_neighbors(void)
{
    const double x[] = { 0, NAN, 4 }, y[] = { 2, NAN, 8 };
    g_autoptr(Topology) plain = chain(3, x, y, false);
    g_assert_cmpuint(places_fill(plain), ==, 1);
    g_assert_true(plain->x[1] == 2 && plain->y[1] == 5);
}

static void places_spread_round_by_round(void)
{
    const double x[] = { 0, NAN, NAN, NAN, 8 }, y[] = { 0, NAN, NAN, NAN, 0 };
    g_autoptr(Topology) plain = chain(5, x, y, false);
    g_assert_cmpuint(places_fill(plain), ==, 3);
    g_assert_true(plain->x[1] == 0 && plain->x[2] == 4 && plain->x[3] == 8);
}

static void the_middle_is_taken_on_the_sphere(void)
{
    const double x[] = { 170, NAN, -170 }, y[] = { 0, NAN, 0 };
    g_autoptr(Topology) globe = chain(3, x, y, true);
    g_assert_cmpuint(places_fill(globe), ==, 1);
    g_assert_cmpfloat(fabs(fabs(globe->x[1]) - 180), <, 1e-9);
    g_assert_cmpfloat(fabs(globe->y[1]), <, 1e-9);
}

static void without_any_place_nothing_is_filled(void)
{
    const double none[] = { NAN, NAN };
    g_autoptr(Topology) plain = chain(2, none, none, false);
    g_assert_cmpuint(places_fill(plain), ==, 0);
    g_assert_true(isnan(plain->x[0]));
    g_autoptr(Topology) bare = topology_new(2, graph_new(2, NULL, NULL, 0));
    g_assert_cmpuint(places_fill(bare), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/places/" #name, name)
    CASE(a_node_gets_the_middle_of_its_neighbors);
    CASE(places_spread_round_by_round);
    CASE(the_middle_is_taken_on_the_sphere);
    CASE(without_any_place_nothing_is_filled);
    return g_test_run();
}
