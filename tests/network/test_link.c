/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"
#include "fixture.h"
#include "graph/load.h"

/* A network over an overlay with these links; NULL and *error where build() refuses. */
static Fixture *link_over(const char *bytes, const char *text, Topology **overlay, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    char *path = file_write("o.txt", bytes, -1);
    *overlay = topology_load(path, FORMAT_EDGELIST, &wrong);
    g_assert_no_error(wrong);
    file_remove(path);
    Fixture *f = fixture_read(text);
    g_assert_cmpstr(f->faults, ==, "");
    f->scope = (NetworkScope){ .nodes = (*overlay)->nodes, .seed = 1, .overlay = *overlay };
    f->network = f->variant->build(f->config, &f->scope, error);
    return f;
}

static void a_link_takes_what_the_file_says_and_other_pairs_the_shortest_path(void)
{
    static const char known[] = "0 1 7\n0 2 9\n0 5 14\n1 2 10\n1 3 15\n2 3 11\n2 5 2\n3 4 6\n4 5 9\n4 6 3\n6 7 8\n5 7 20\n";
    static const SimTime from0[] = { 0, 7, 9, 20, 20, 14, 23, 31 };    /* the link to 5 takes 14, a way round 11 */
    Topology *overlay;
    Fixture *f = link_over(known, "link(weight, ms)", &overlay, NULL);
    g_assert_true(f->variant->after_overlay);
    for (NodeId v = 1; v < 8; v++) {
        g_assert_cmpint(fixture_latency(f, 0, v), ==, from0[v] * SIM_MS);
        g_assert_cmpint(fixture_latency(f, v, 0), ==, from0[v] * SIM_MS);
    }
    fixture_free(f);
    topology_free(overlay);
}

static void a_pair_in_two_components_never_arrives(void)
{
    Topology *overlay;
    Fixture *f = link_over("0 1 5\n2 3 5\n", "link(weight, us)", &overlay, NULL);
    g_assert_cmpint(fixture_latency(f, 2, 3), ==, 5 * SIM_US);
    g_assert_cmpint(fixture_latency(f, 0, 3), >, (SimTime)30 * 365 * 24 * 3600 * SIM_S);
    fixture_free(f);
    topology_free(overlay);
}

/* What the loaders say is theirs to word: * stands for it. */
static void wrong_links_are_refused(void)
{
    static const struct { const char *bytes, *text, *fault; } rows[] = {
        { "0 1 5\n", "link(weight)", "latency = link(weight): the link from node 0 to node 1 has * weight without a unit; "
          "say the unit*" },
        { "0 1 5\n", "link(delay, ms)", "latency = link(delay): the links of the file have no 'delay'; one of weight" },
        { "0 1 -5\n", "link(weight, ms)", "latency = link(weight): the link from node 0 to node 1 has *weight -5*" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Topology *overlay;
        Fixture *f = link_over(rows[i].bytes, rows[i].text, &overlay, &error);
        g_assert_null(f->network);
        g_assert_nonnull(error);
        g_test_message("%s", error->message);
        g_assert_true(g_pattern_match_simple(rows[i].fault, error->message));
        fixture_free(f);
        topology_free(overlay);
    }
}

static void a_complete_overlay_is_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Topology) overlay = topology_new(5, NULL);
    Fixture *f = fixture_read("link(weight, ms)");
    f->scope.overlay = overlay;
    g_assert_null(f->variant->build(f->config, &f->scope, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY);
    g_assert_cmpstr(error->message, ==, "latency = link(weight): a complete overlay has no links that carry a latency; use an "
                    "overlay from a file");
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/link/" #name, name)
    CASE(a_link_takes_what_the_file_says_and_other_pairs_the_shortest_path);
    CASE(a_pair_in_two_components_never_arrives);
    CASE(wrong_links_are_refused);
    CASE(a_complete_overlay_is_refused);
    return g_test_run();
}
