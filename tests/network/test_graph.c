/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "files.h"
#include "fixture.h"

/* The graph of A-30: its shortest paths from node 0 are in the contract. */
static const char known[] = "0 1 7\n0 2 9\n0 5 14\n1 2 10\n1 3 15\n2 3 11\n2 5 2\n3 4 6\n4 5 9\n4 6 3\n6 7 8\n5 7 20\n";
static const SimTime from0[] = { 0, 7, 9, 20, 20, 11, 23, 31 };

static Fixture *graph_of(const char *bytes, const char *rest, char **plain_faults)
{
    char *path = file_write("g.txt", bytes, -1);
    g_autofree char *text = g_strdup_printf("graph(%s, %s)", path, rest);
    Fixture *f = fixture_read(text);
    if (plain_faults) *plain_faults = file_plain(f->faults, path);
    file_remove(path);
    return f;
}

static void hosts_are_as_far_apart_as_their_routers(void)
{
    Fixture *f = graph_of(known, "edgelist, weight, ms", NULL);
    fixture_build(f, 8, 1, PLACEMENT_IN_ORDER);
    for (NodeId v = 0; v < 8; v++) {
        g_assert_cmpint(fixture_latency(f, 0, v), ==, from0[v] * SIM_MS);
        g_assert_cmpint(fixture_latency(f, v, 0), ==, from0[v] * SIM_MS);
    }
    g_assert_cmpuint(f->variant->places(f->config), ==, 8);
    g_assert_cmpint(f->variant->horizon(f->config), ==, 20 * SIM_MS);
    fixture_free(f);
}

static void hosts_of_one_router_are_0_apart(void)
{
    Fixture *f = graph_of(known, "edgelist, weight, us", NULL);
    for (uint64_t seed = 1; seed < 4; seed++) {             /* the paths outlive a run */
        fixture_build(f, 300, seed, PLACEMENT_RANDOM);
        g_autofree uint32_t *at = network_place(&f->scope, 8);
        for (NodeId a = 0; a < 300; a++)
            for (NodeId b = 0; b < 300; b++) {
                if (at[a] == at[b]) g_assert_cmpint(fixture_latency(f, a, b), ==, 0);
                else g_assert_cmpint(fixture_latency(f, a, b), >=, 2 * SIM_US);
                if (at[a] == 0) g_assert_cmpint(fixture_latency(f, a, b), ==, from0[at[b]] * SIM_US);
            }
    }
    fixture_free(f);
}

static void hosts_can_be_kept_to_the_largest_component(void)
{
    Fixture *f = graph_of("0 1 1\n2 3 1\n3 4 1\n5 6 1\n", "edgelist, weight, s, largest", NULL);
    fixture_build(f, 3, 1, PLACEMENT_IN_ORDER);
    g_assert_cmpuint(f->variant->places(f->config), ==, 3);
    g_assert_cmpint(fixture_latency(f, 0, 1), ==, SIM_S);
    g_assert_cmpint(fixture_latency(f, 0, 2), ==, 2 * SIM_S);
    g_assert_nonnull(strstr(f->variant->notes(f->config), "g.txt: 7 routers, 4 links; hosts stand on the largest component, 3 "
                            "routers"));
    fixture_free(f);
}

/* What the loaders say is theirs to word: * stands for it. */
static void wrong_graphs_are_refused(void)
{
    static const struct { const char *bytes, *rest, *fault; } rows[] = {
        { known, "edgelist, weight", "g.txt: the link from node 0 to node 1 has * weight without a unit; say the unit*" },
        { known, "edgelist, wieght, ms", "g.txt: the links of the file have no 'wieght'; did you mean 'weight'?" },
        { "0 1\n1 2\n", "edgelist, weight, ms", "g.txt: the links of the file have no 'weight'; they have no values at all" },
        { known, "edgelist, great-circle", "g.txt: great-circle needs nodes with longitude and latitude, which the file does "
          "not have" },
        { "0 1 1\n2 3 1\n", "edgelist, weight, ms", "g.txt: the routers fall into 2 components, the largest of 2 out of 4; "
          "say disconnected = largest" },
        { "0 1 -3\n", "edgelist, weight, ms", "g.txt: the link from node 0 to node 1 has *weight -3*" },
        { known, "edgelist, weight, min", "'min' is not a choice*" },
        { known, "edges, weight, ms", "'edges' is not a choice; *" },
        { known, "edgelist", "'attribute' is missing; it needs a text: column of the links that holds their latency; "
          "great-circle: distance of the routers at 200 km a ms" },
        { known, "edgelist, weight, ms, largest, refuse, 5", "7 arguments where at most 6 are expected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = NULL, *want = g_strconcat("x.ini:2: [network] latency: ", rows[i].fault, NULL);
        Fixture *f = graph_of(rows[i].bytes, rows[i].rest, &got);
        g_test_message("%s", got);
        g_assert_true(g_pattern_match_simple(want, got));
        fixture_free(f);
    }
}

/* Routers, the first link of the file, and what it takes. */
static void shared_files(void)
{
    static const struct { const char *rest; uint32_t places; NodeId a, b; SimTime ns; } rows[] = {
        { "repetita/Abilene.graph, repetita, delay, us", 11, 0, 1, 1913 * SIM_US },
        { "repetita/rf1239_real_hard.graph, repetita, delay, ms", 315, 0, 0, 0 },
        { "topohub-sndlib/polska.gml, gml, dist, km", 12, 0, 0, 0 },
        { "topohub-sndlib/germany50.gml, gml, great-circle", 50, 0, 0, 0 },
        { "ns3-samples/Inet_toposample.txt, inet, distance, us", 3037, 0, 0, 0 },
        { "ns3-samples/RocketFuel_toposample_1239_weights.txt, rocketfuel, weight, ms", 315, 0, 0, 0 },
        { "gt-itm/topo-0.alt, gt-itm, length, ms", 100, 0, 0, 0 },
        { "brite/topology.brite, brite, delay, ms", 5, 0, 0, 0 },
        { "zoo-graphml/Abilene.graphml, graphml, great-circle", 11, 0, 0, 0 },
        { "zoo-graphml/Kdl.graphml, graphml, great-circle, missing = neighbors", 754, 0, 0, 0 },
        { "shadow/graph-compressed.gml, gml, latency", 1, 0, 0, 0 },
    };
    if (!g_file_test(DATA "topology", G_FILE_TEST_IS_DIR)) {
        g_test_skip("no shared data beside the tree");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("graph(" DATA "topology/%s)", rows[i].rest);
        g_test_message("%s", text);
        Fixture *f = fixture_new(text, rows[i].places, 1, PLACEMENT_IN_ORDER);
        g_assert_cmpuint(f->variant->places(f->config), ==, rows[i].places);
        if (rows[i].ns) g_assert_cmpint(fixture_latency(f, rows[i].a, rows[i].b), ==, rows[i].ns);
        for (NodeId a = 0; a < MIN(rows[i].places, 20); a++)
            for (NodeId b = 0; b < MIN(rows[i].places, 20); b++) {
                g_assert_cmpint(fixture_latency(f, a, b), <, SIM_NEVER / 16);
                for (NodeId c = 0; c < MIN(rows[i].places, 20); c++)
                    g_assert_cmpint(fixture_latency(f, a, b), <=, fixture_latency(f, a, c) + fixture_latency(f, c, b));
            }
        fixture_free(f);
    }
}

static void routers_without_a_place_are_refused_or_placed(void)
{
    if (!g_file_test(DATA "topology", G_FILE_TEST_IS_DIR)) {
        g_test_skip("no shared data beside the tree");
        return;
    }
    Fixture *f = fixture_read("graph(" DATA "topology/zoo-graphml/Geant2012.graphml, graphml, great-circle)");
    g_test_message("%s", f->faults);
    g_assert_true(g_pattern_match_simple("*/Geant2012.graphml: *without a place; say missing = neighbors", f->faults));
    fixture_free(f);
    f = fixture_new("graph(" DATA "topology/zoo-graphml/Geant2012.graphml, graphml, great-circle, missing = neighbors)", 40, 1,
                    PLACEMENT_IN_ORDER);
    g_assert_nonnull(strstr(f->variant->notes(f->config), "3 routers placed in the middle of their neighbors"));
    double x, y;
    for (NodeId v = 0; v < 40; v++) g_assert_true(f->variant->position(f->network, v, &x, &y));
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/graph/" #name, name)
    CASE(hosts_are_as_far_apart_as_their_routers);
    CASE(hosts_of_one_router_are_0_apart);
    CASE(hosts_can_be_kept_to_the_largest_component);
    CASE(wrong_graphs_are_refused);
    CASE(shared_files);
    CASE(routers_without_a_place_are_refused_or_placed);
    return g_test_run();
}
