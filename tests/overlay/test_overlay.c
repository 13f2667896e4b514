/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Laws for every generated overlay, and what is told to those who ask for an
 * impossible one. */
#include "fixture.h"

/* Keys with which each kind can have 64 nodes. */
static const struct { const char *kind, *keys; } kinds[] = {
    { "barabasi-albert", "edges=2" }, { "binomial-tree", "order=6" }, { "chain", "" }, { "complete", "" },
    { "degree-bounded-tree", "degree=3" }, { "erdos-renyi", "degree=4.5" }, { "geometric", "degree=6" },
    { "grid", "width=8 height=8" }, { "hypercube", "dimension=6" }, { "kary-tree", "arity=2" },
    { "minimum-spanning-tree", "" }, { "multi-tree", "trees=2 arity=3" }, { "random-regular", "degree=3" },
    { "random-tree", "" }, { "ring", "" }, { "shortest-path-tree", "" }, { "star", "" },
    { "torus", "width=8 height=8" }, { "watts-strogatz", "degree=4 rewiring=0.2" },
};

static Topology *made_any(size_t i, uint64_t seed)
{
    g_autoptr(Topology) mesh = NULL;
    if (kind_of(kinds[i].kind)->from_mesh) mesh = made("random-regular", 64, "degree=4", seed);
    return made_on(kinds[i].kind, 64, kinds[i].keys, seed, mesh ? mesh->graph : NULL);
}

static bool same(const Topology *a, const Topology *b)
{
    if (!a->graph) return !b->graph;
    uint32_t total = a->graph->first[64];
    if (total != b->graph->first[64] || a->trees != b->trees) return false;
    for (uint32_t t = 0; t < a->trees; t++)
        if (memcmp(a->parents[t], b->parents[t], 64 * sizeof(NodeId)) != 0) return false;
    return memcmp(a->graph->first, b->graph->first, 65 * sizeof(uint32_t)) == 0 &&
           memcmp(a->graph->links, b->graph->links, total * sizeof(Link)) == 0;
}

static void every_generated_kind_is_tried_here(void)
{
    for (size_t i = 0; overlays[i]; i++) {
        if (overlays[i]->from_file || overlays[i]->live) continue;
        size_t found = 0;
        for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) found += strcmp(kinds[k].kind, overlays[i]->variant.name) == 0;
        g_test_message("%s", overlays[i]->variant.name);
        g_assert_cmpuint(found, ==, 1);
    }
}

static void the_same_seed_makes_the_same_overlay_and_another_seed_another(void)
{
    static const char *const drawn_kinds[] = { "barabasi-albert", "erdos-renyi", "geometric", "random-regular",
                                               "random-tree", "watts-strogatz", NULL };
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_test_message("%s", kinds[i].kind);
        g_autoptr(Topology) a = made_any(i, 7), b = made_any(i, 7), c = made_any(i, 8);
        g_assert_true(same(a, b));
        bool drawn_kind = g_strv_contains(drawn_kinds, kinds[i].kind) || kind_of(kinds[i].kind)->from_mesh;
        g_assert_true(same(a, c) == !drawn_kind);
    }
}

static void every_overlay_is_simple_and_its_trees_are_links_of_it(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            g_autoptr(Topology) topology = made_any(i, seed);
            if (topology->complete) continue;
            assert_simple(topology->graph);
            for (uint32_t t = 0; t < topology->trees; t++)
                for (uint32_t v = 0; v < 64; v++) {
                    NodeId parent = topology->parents[t][v];
                    if (parent == NODE_NONE) g_assert_cmpuint(v, ==, 0);
                    else g_assert_cmpuint(graph_find(topology->graph, v, parent), !=, UINT32_MAX);
                }
        }
}

/* A hash over all links; links and parents depend on nothing but kind, keys and seed. */
static void drawn_overlays_are_those_of_all_machines(void)
{
    static const struct { const char *kind; uint64_t hash; } rows[] = {
        { "barabasi-albert", 0xa1acad8a8d79b2da }, { "erdos-renyi", 0x48433e837607ef15 },
        { "geometric", 0x474bf7ed0adda984 }, { "random-regular", 0x1b572e4058cb4897 },
        { "random-tree", 0x511c3a5b5da3f3c1 }, { "watts-strogatz", 0xe3ef5f980bce988b },
    };
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        size_t i = 0;
        while (strcmp(kinds[i].kind, rows[r].kind) != 0) i++;
        g_autoptr(Topology) topology = made_any(i, 1);
        uint64_t hash = 14695981039346656037u;
        for (uint32_t v = 0; v < 64; v++)
            for (uint32_t l = topology->graph->first[v]; l < topology->graph->first[v + 1]; l++)
                hash = (hash ^ (v * 64 + topology->graph->links[l].to)) * 1099511628211u;
        g_test_message("%s 0x%016" G_GINT64_MODIFIER "x", rows[r].kind, hash);
        g_assert_cmphex(hash, ==, rows[r].hash);
    }
}

/* Keys from line 2 on; a line of the expected text for each key involved. */
static void what_cannot_be_is_told_at_each_key_involved(void)
{
#define AT(line, key) "test.ini:" #line ": [overlay] " key ": "
    static const struct { const char *kind; uint32_t nodes; const char *keys, *told; } rows[] = {
        { "random-regular", 5, "nodes=5 degree=3",
          AT(2, "nodes") "5 nodes of degree 3 have an odd number of link ends; one of both must be even\n"
          AT(3, "degree") "5 nodes of degree 3 have an odd number of link ends; one of both must be even" },
        { "random-regular", 4, "nodes=4 degree=4",
          AT(2, "nodes") "4 neighbors for each of 4 nodes; the degree must be below the nodes\n"
          AT(3, "degree") "4 neighbors for each of 4 nodes; the degree must be below the nodes" },
        { "random-regular", 1000000000, "degree=8",
          AT(2, "degree") "4000000000 links are too many; at most 2147483647 can be held" },
        { "random-regular", 4, "degree=0", AT(2, "degree") "'0' is out of range; 1 to 1000000000 is expected" },
        { "erdos-renyi", 10, "degree=9.5", AT(2, "degree") "a mean of 9.5 neighbors among 10 nodes; at most 9" },
        { "erdos-renyi", 1000000000, "degree=8",
          AT(2, "degree") "4000632455 links are too many; at most 2147483647 can be held" },
        { "geometric", 10, "degree=10", AT(2, "degree") "a mean of 10 neighbors among 10 nodes; at most 9" },
        { "geometric", 1000000000, "degree=4.5",
          AT(2, "degree") "2251112429 links are too many; at most 2147483647 can be held" },
        { "barabasi-albert", 3, "nodes=3 edges=3",
          AT(2, "nodes") "each of 3 nodes makes 3 links; the edges must be fewer than the nodes\n"
          AT(3, "edges") "each of 3 nodes makes 3 links; the edges must be fewer than the nodes" },
        { "barabasi-albert", 1000000000, "edges=3",
          AT(2, "edges") "3000000000 links are too many; at most 2147483647 can be held" },
        { "watts-strogatz", 10, "degree=3 rewiring=0",
          AT(2, "degree") "3 neighbors cannot be half on each side; an even number is expected" },
        { "watts-strogatz", 4, "degree=4 rewiring=0",
          AT(2, "degree") "4 neighbors for each of 4 nodes; the degree must be below the nodes" },
        { "watts-strogatz", 10, "degree=4 rewiring=2",
          AT(3, "rewiring") "'2' is more than the whole; 0 % to 100 % is expected" },
        { "watts-strogatz", 1000000000, "degree=6 rewiring=0",
          AT(2, "degree") "3000000000 links are too many; at most 2147483647 can be held" },
        { "ring", 2, "nodes=2", AT(2, "nodes") "2 nodes make no ring; at least 3" },
        { "grid", 12, "width=100000 height=100000",
          AT(2, "width") "100000 x 100000 nodes are too many; at most 1000000000\n"
          AT(3, "height") "100000 x 100000 nodes are too many; at most 1000000000" },
        { "torus", 6, "width=2 height=3", AT(2, "width") "'2' is out of range; 3 to 1000000000 is expected" },
        { "torus", 9, "width=100000 height=100000",
          AT(2, "width") "100000 x 100000 nodes are too many; at most 1000000000\n"
          AT(3, "height") "100000 x 100000 nodes are too many; at most 1000000000" },
        { "hypercube", 10, "dimension=27", AT(2, "dimension") "'27' is out of range; 0 to 26 is expected" },
        { "multi-tree", 10, "trees=3 arity=2",
          AT(2, "trees") "3 trees of arity 2 need more inner nodes than there are; at most 2 trees\n"
          AT(3, "arity") "3 trees of arity 2 need more inner nodes than there are; at most 2 trees" },
        { "multi-tree", 1000000000, "trees=4 arity=4",
          AT(2, "trees") "4000000000 links are too many; at most 2147483647 can be held" },
        { "degree-bounded-tree", 10, "degree=1", AT(2, "degree") "'1' is out of range; 2 to 1000000000 is expected" },
        { "kary-tree", 10, "", "test.ini:1: [overlay] arity: 'arity' is missing; it needs a whole number: "
                               "children of a node; the last ones have fewer" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree void *config = NULL;
        g_autofree char *told = configure(kind_of(rows[i].kind), rows[i].nodes, rows[i].keys, &config);
        g_test_message("%s %s", rows[i].kind, rows[i].keys);
        g_assert_cmpstr(told, ==, rows[i].told);
    }
}

static void some_kinds_say_how_many_nodes_they_have(void)
{
    static const struct { const char *kind, *keys; uint32_t nodes; } rows[] = {
        { "grid", "width=3 height=5", 15 }, { "torus", "width=3 height=5", 15 }, { "hypercube", "dimension=4", 16 },
        { "binomial-tree", "order=0", 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree void *config = NULL;
        g_autofree char *told = configure(kind_of(rows[i].kind), rows[i].nodes, rows[i].keys, &config);
        g_assert_cmpstr(told, ==, "");
        g_assert_cmpuint(kind_of(rows[i].kind)->nodes(config), ==, rows[i].nodes);
    }
}

static void the_common_keys_have_their_defaults(void)
{
    Faults *faults = faults_new("test.ini");
    Keys *keys = keys_new(faults, "overlay", 1, ".");
    OverlaySettings settings;
    params_fill(overlay_params, keys, &settings);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    g_assert_cmpuint(settings.nodes, ==, PARAM_NO_COUNT);
    g_assert_cmpint(settings.disconnected, ==, DISCONNECTED_DEFAULT);
    g_assert_cmpstr(settings.mesh, ==, "random-regular");
    g_assert_cmpuint(settings.seed, ==, UINT64_MAX);
    params_clear(overlay_params, &settings);
    static const struct { const char *value; Disconnected rule; } rows[] = {
        { "keep", DISCONNECTED_KEEP }, { "refuse", DISCONNECTED_REFUSE }, { "largest", DISCONNECTED_LARGEST },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_true(param_read(params_find(overlay_params, "disconnected"), rows[i].value, ".", &settings, NULL));
        g_assert_cmpint(settings.disconnected, ==, rows[i].rule);
    }
    keys_free(keys);
    faults_free(faults);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(every_generated_kind_is_tried_here);
    ADD(the_same_seed_makes_the_same_overlay_and_another_seed_another);
    ADD(every_overlay_is_simple_and_its_trees_are_links_of_it);
    ADD(drawn_overlays_are_those_of_all_machines);
    ADD(what_cannot_be_is_told_at_each_key_involved);
    ADD(some_kinds_say_how_many_nodes_they_have);
    ADD(the_common_keys_have_their_defaults);
    return g_test_run();
}
