/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The traps of igraph that the door is there for. */
#include "core/error.h"
#include "fixture.h"
#include "graph/door.h"

#define ADD(name) g_test_add_func("/door/" #name, name)

/* A call that fails deep in igraph: its stack reports at every level. */
static igraph_error_t fail_in_igraph(void)
{
    igraph_t graph;
    return igraph_k_regular_game(&graph, 3, 7, IGRAPH_UNDIRECTED, false);
}

static void an_error_is_kept_and_does_not_abort(void)
{
    g_autoptr(GError) error = NULL;
    door_enter(1);
    g_assert_cmpstr(door_reason(), ==, "");
    g_assert_cmpint(fail_in_igraph(), !=, IGRAPH_SUCCESS);
    g_assert_cmpstr(door_reason(), !=, "");
    g_assert_false(door_fail(&error, "seven neighbors for three nodes"));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY);
    g_assert_true(g_str_has_prefix(error->message, "seven neighbors for three nodes: "));
    g_assert_nonnull(strstr(error->message, door_reason()));
}

static void only_the_first_reason_counts(void)
{
    igraph_t graph;
    door_enter(1);
    g_assert_cmpint(fail_in_igraph(), !=, IGRAPH_SUCCESS);
    g_autofree char *first = g_strdup(door_reason());
    g_assert_cmpint(igraph_ring(&graph, -1, false, false, true), !=, IGRAPH_SUCCESS);
    g_assert_cmpstr(door_reason(), ==, first);
    door_enter(1);
    g_assert_cmpint(igraph_ring(&graph, -1, false, false, true), !=, IGRAPH_SUCCESS);
    g_assert_cmpstr(door_reason(), !=, first);
}

static void without_a_reason_that_is_what_is_said(void)
{
    g_autoptr(GError) error = NULL;
    door_enter(1);
    g_assert_false(door_fail(&error, "nothing"));
    g_assert_cmpstr(error->message, ==, "nothing: igraph gave no reason");
}

static void warnings_are_kept_until_the_next_time(void)
{
    door_enter(1);
    g_assert_cmpstr(door_warnings(), ==, "");
    igraph_warning("odd", __FILE__, __LINE__);
    igraph_warning("odder", __FILE__, __LINE__);
    g_assert_cmpstr(door_warnings(), ==, "odd\nodder\n");
    door_enter(1);
    g_assert_cmpstr(door_warnings(), ==, "");
}

static void the_hidden_generator_has_a_known_seed(void)
{
    door_enter(3);
    double first = igraph_rng_get_unif01(igraph_rng_default());
    (void)igraph_rng_get_unif01(igraph_rng_default());
    door_enter(3);
    g_assert_cmpfloat(igraph_rng_get_unif01(igraph_rng_default()), ==, first);
    door_enter(4);
    g_assert_cmpfloat(igraph_rng_get_unif01(igraph_rng_default()), !=, first);
}

static void a_graph_goes_to_igraph_and_back(void)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        g_autoptr(Graph) graph = random_graph(50, 20 * (uint32_t)seed, seed);
        igraph_t copy;
        door_enter(1);
        g_assert_true(door_to_igraph(graph, &copy, NULL));
        g_assert_cmpint(igraph_vcount(&copy), ==, 50);
        g_assert_cmpint(igraph_ecount(&copy), ==, (igraph_integer_t)graph_links(graph));
        g_autoptr(Graph) back = door_from_igraph(&copy);
        g_assert_cmpmem(graph->first, 51 * sizeof *graph->first, back->first, 51 * sizeof *back->first);
        g_assert_cmpmem(graph->links, graph->first[50] * sizeof(Link), back->links, back->first[50] * sizeof(Link));
        igraph_destroy(&copy);
    }
}

static void loops_and_parallel_edges_are_lost_on_the_way_back(void)
{
    igraph_t graph;
    door_enter(1);
    g_assert_cmpint(igraph_small(&graph, 4, IGRAPH_DIRECTED, 0,1, 1,0, 0,1, 2,2, 2,3, -1), ==, IGRAPH_SUCCESS);
    g_autoptr(Graph) ours = door_from_igraph(&graph);
    g_assert_cmpuint(graph_links(ours), ==, 2);
    igraph_destroy(&graph);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(an_error_is_kept_and_does_not_abort);
    ADD(only_the_first_reason_counts);
    ADD(without_a_reason_that_is_what_is_said);
    ADD(warnings_are_kept_until_the_next_time);
    ADD(the_hidden_generator_has_a_known_seed);
    ADD(a_graph_goes_to_igraph_and_back);
    ADD(loops_and_parallel_edges_are_lost_on_the_way_back);
    return g_test_run();
}
