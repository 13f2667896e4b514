/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "graph/door.h"
#include "sample.h"

static double clustering_of(const igraph_t *graph)
{
    igraph_real_t share;
    g_assert_cmpint(igraph_transitivity_undirected(graph, &share, IGRAPH_TRANSITIVITY_ZERO), ==, IGRAPH_SUCCESS);
    return share;
}

/* Sum of squared degrees, which heavy tails make large. */
static double square_of(const igraph_t *graph)
{
    igraph_vector_int_t degrees;
    double sum = 0;
    g_assert_cmpint(igraph_vector_int_init(&degrees, 0), ==, IGRAPH_SUCCESS);
    g_assert_cmpint(igraph_degree(graph, &degrees, igraph_vss_all(), IGRAPH_ALL, IGRAPH_LOOPS), ==, IGRAPH_SUCCESS);
    for (igraph_integer_t i = 0; i < igraph_vector_int_size(&degrees); i++)
        sum += (double)VECTOR(degrees)[i] * (double)VECTOR(degrees)[i];
    igraph_vector_int_destroy(&degrees);
    return sum;
}

enum { LINKS, SQUARES, CLUSTERING, FIGURES };

static void look_at(const igraph_t *graph, Sample *samples)
{
    sample_add(&samples[LINKS], (double)igraph_ecount(graph));
    sample_add(&samples[SQUARES], square_of(graph));
    sample_add(&samples[CLUSTERING], clustering_of(graph));
}

typedef void Generate(igraph_t *graph);

static void assert_like_igraphs(const char *kind, uint32_t nodes, const char *keys, Generate *generate)
{
    Sample ours[FIGURES] = { { 0 } }, theirs[FIGURES] = { { 0 } };
    door_enter(1);
    for (uint64_t seed = 0; seed < 200; seed++) {
        igraph_t graph;
        generate(&graph);
        look_at(&graph, theirs);
        igraph_destroy(&graph);
        g_autoptr(Topology) topology = made(kind, nodes, keys, seed);
        assert_simple(topology->graph);
        g_assert_true(door_to_igraph(topology->graph, &graph, NULL));
        look_at(&graph, ours);
        igraph_destroy(&graph);
    }
    for (int i = 0; i < FIGURES; i++) {
        g_test_message("%s: %g, igraph's %g", kind, sample_mean(&ours[i]), sample_mean(&theirs[i]));
        assert_same_mean(&ours[i], &theirs[i]);
    }
}

#define MADE(call) g_assert_cmpint(call, ==, IGRAPH_SUCCESS)

static void igraphs_erdos_renyi(igraph_t *graph)
{
    MADE(igraph_erdos_renyi_game_gnp(graph, 300, 6.5 / 299, false, false));
}

static void igraphs_barabasi_albert(igraph_t *graph)
{
    MADE(igraph_barabasi_game(graph, 300, 1, 3, NULL, true, 0, false, IGRAPH_BARABASI_PSUMTREE, NULL));
}

static void igraphs_geometric(igraph_t *graph)
{
    MADE(igraph_grg_game(graph, 300, 0.1, false, NULL, NULL));
}

/* Not rewired: igraph redraws both ends of a link, Watts and Strogatz one. */
static void igraphs_lattice(igraph_t *graph)
{
    MADE(igraph_watts_strogatz_game(graph, 1, 300, 3, 0, false, false));
}

static void meshes_are_like_igraphs(void)
{
    assert_like_igraphs("erdos-renyi", 300, "degree=6.5", igraphs_erdos_renyi);
    assert_like_igraphs("barabasi-albert", 300, "edges=3", igraphs_barabasi_albert);
    assert_like_igraphs("watts-strogatz", 300, "degree=6 rewiring=0", igraphs_lattice);
    /* The mean degree of radius 0.1: 299 (pi r^2 - 8 r^3 / 3 + r^4 / 2). */
    assert_like_igraphs("geometric", 300, "degree=8.61097870090015", igraphs_geometric);
}

static void erdos_renyi_has_the_mean_degree_that_was_asked_for(void)
{
    static const struct { const char *keys; uint32_t nodes; double degree; } rows[] = {
        { "degree=0", 50, 0 }, { "degree=0.5", 2000, 0.5 }, { "degree=7.25", 2000, 7.25 }, { "degree=49", 50, 49 },
        { "degree=40", 50, 40 }, { "degree=0", 1, 0 }, { "degree=1", 2, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Sample degree = { 0 };
        for (uint64_t seed = 0; seed < 100; seed++) {
            g_autoptr(Topology) topology = made("erdos-renyi", rows[i].nodes, rows[i].keys, seed);
            assert_simple(topology->graph);
            sample_add(&degree, 2.0 * (double)graph_links(topology->graph) / rows[i].nodes);
        }
        assert_mean(&degree, rows[i].degree);
    }
}

/* Each pair alike: with every pair's chance 0.4 on 8 nodes. */
static void erdos_renyi_favours_no_pair(void)
{
    enum { NODES = 8, RUNS = 4000 };
    uint32_t seen[NODES][NODES] = { { 0 } };
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        g_autoptr(Topology) topology = made("erdos-renyi", NODES, "degree=2.8", seed);
        for (uint32_t v = 0; v < NODES; v++)
            for (uint32_t u = 0; u < v; u++) seen[v][u] += graph_find(topology->graph, v, u) != UINT32_MAX;
    }
    for (uint32_t v = 0; v < NODES; v++)
        for (uint32_t u = 0; u < v; u++)
            g_assert_cmpfloat(fabs(seen[v][u] - RUNS * 0.4), <, 4 * sqrt(RUNS * 0.4 * 0.6));
}

/* P(connected) tends to exp(-exp(-c)) for a mean degree of ln n + c. */
static void erdos_renyi_hangs_together_as_often_as_theory_says(void)
{
    if (!g_test_slow()) {
        g_test_skip("slow");
        return;
    }
    static const struct { double c, chance; } rows[] = {
        { -1, 0.065988 }, { 0, 0.367879 }, { 1, 0.692201 }, { 2, 0.873423 }, { 3, 0.951432 },
    };
    enum { NODES = 10000, RUNS = 400 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        /* p = (ln n + c) / n, and p = degree / (n - 1) */
        g_autofree char *degree = format_number((log(NODES) + rows[i].c) / NODES * (NODES - 1));
        g_autofree char *keys = g_strconcat("degree=", degree, NULL);
        Sample connected = { 0 };
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            g_autoptr(Topology) topology = made("erdos-renyi", NODES, keys, seed);
            sample_add(&connected, components_of(topology->graph) == 1);
        }
        g_test_message("c = %g: %.4f, theory %.4f", rows[i].c, sample_mean(&connected), rows[i].chance);
        double off = fabs(sample_mean(&connected) - rows[i].chance);
        g_assert_cmpfloat(off, <, 4 * sqrt(sample_error2(&connected)) + 0.02);
    }
}

static void barabasi_albert_gives_each_joiner_its_links(void)
{
    for (uint32_t edges = 1; edges <= 8; edges++)
        for (uint32_t nodes = edges + 1; nodes < 40; nodes += 3) {
            g_autofree char *keys = g_strdup_printf("edges=%u", edges);
            g_autoptr(Topology) topology = made("barabasi-albert", nodes, keys, 1);
            assert_simple(topology->graph);
            g_assert_cmpuint(graph_links(topology->graph), ==, edges * (edges + 1) / 2 + (nodes - edges - 1) * edges);
            for (uint32_t v = 0; v < nodes; v++) {
                uint32_t earlier = 0;
                for (uint32_t i = topology->graph->first[v]; i < topology->graph->first[v + 1]; i++)
                    earlier += topology->graph->links[i].to < v;
                g_assert_cmpuint(earlier, ==, MIN(v, edges));
            }
            g_assert_cmpuint(components_of(topology->graph), ==, 1);
        }
}

/* p_k = 2 m (m + 1) / (k (k + 1) (k + 2)) in the limit (A-21b names it). */
static void barabasi_albert_has_the_degree_law_of_preferential_attachment(void)
{
    enum { NODES = 20000, EDGES = 3, RUNS = 10 };
    Sample share[30] = { { 0 } };
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        g_autoptr(Topology) topology = made("barabasi-albert", NODES, "edges=3", seed);
        uint32_t seen[30] = { 0 };
        for (uint32_t v = 0; v < NODES; v++) seen[MIN(graph_degree(topology->graph, v), 29)]++;
        for (uint32_t k = 0; k < 30; k++) sample_add(&share[k], seen[k] / (double)NODES);
    }
    for (uint32_t k = EDGES; k < 20; k++) {
        double law = 2.0 * EDGES * (EDGES + 1) / (k * (k + 1.0) * (k + 2));
        g_assert_cmpfloat(fabs(sample_mean(&share[k]) - law), <, 5 * sqrt(sample_error2(&share[k])) + 2e-4);
    }
}

static void watts_strogatz_keeps_its_links_and_loses_its_clusters(void)
{
    enum { NODES = 1000, RUNS = 20 };
    static const struct { const char *keys; double rewiring; } rows[] = {
        { "degree=8 rewiring=0", 0 }, { "degree=8 rewiring=0.1", 0.1 }, { "degree=8 rewiring=30%", 0.3 },
        { "degree=8 rewiring=1", 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Sample clustering = { 0 };
        for (uint64_t seed = 0; seed < RUNS; seed++) {
            igraph_t graph;
            g_autoptr(Topology) topology = made("watts-strogatz", NODES, rows[i].keys, seed);
            assert_simple(topology->graph);
            g_assert_cmpuint(graph_links(topology->graph), ==, NODES * 4);
            for (uint32_t v = 0; v < NODES; v++) g_assert_cmpuint(graph_degree(topology->graph, v), >=, 4);
            g_assert_true(door_to_igraph(topology->graph, &graph, NULL));
            sample_add(&clustering, clustering_of(&graph));
            igraph_destroy(&graph);
        }
        /* 3 (k - 2) / (4 (k - 1)) (1 - p)^3, and about k / n more at random */
        double expected = 3 * 6 / (4 * 7.0) * pow(1 - rows[i].rewiring, 3);
        g_test_message("%s: %.4f, theory %.4f", rows[i].keys, sample_mean(&clustering), expected);
        g_assert_cmpfloat(fabs(sample_mean(&clustering) - expected), <, 4 * sqrt(sample_error2(&clustering)) + 0.01);
    }
}

static void watts_strogatz_of_all_pairs_stays_as_it_is(void)
{
    g_autoptr(Topology) topology = made("watts-strogatz", 9, "degree=8 rewiring=1", 1);
    g_assert_cmpuint(graph_links(topology->graph), ==, 36);
    g_autoptr(Topology) nearly = made("watts-strogatz", 10, "degree=8 rewiring=1", 1);
    g_assert_cmpuint(graph_links(nearly->graph), ==, 40);
    assert_simple(nearly->graph);
}

/* No pair that is not linked is nearer than a pair that is. */
static void geometric_links_exactly_the_near_pairs(void)
{
    static const char *const rows[] = { "degree=6", "degree=0.3", "degree=60", "degree=199", "degree=150" };
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        g_autoptr(Topology) topology = made("geometric", 200, rows[r], r);
        double longest = 0, shortest = 2;
        for (uint32_t v = 0; v < 200; v++)
            for (uint32_t u = 0; u < v; u++) {
                double distance = hypot(topology->x[v] - topology->x[u], topology->y[v] - topology->y[u]);
                if (graph_find(topology->graph, v, u) != UINT32_MAX) longest = MAX(longest, distance);
                else shortest = MIN(shortest, distance);
            }
        g_assert_cmpfloat(longest, <, shortest);
    }
}

static void geometric_has_the_mean_degree_that_was_asked_for(void)
{
    static const struct { const char *keys; uint32_t nodes; double degree; } rows[] = {
        { "degree=0", 50, 0 }, { "degree=6", 1000, 6 }, { "degree=30", 100, 30 }, { "degree=95", 100, 95 },
        { "degree=99", 100, 99 }, { "degree=0", 1, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Sample degree = { 0 };
        for (uint64_t seed = 0; seed < 200; seed++) {
            g_autoptr(Topology) topology = made("geometric", rows[i].nodes, rows[i].keys, seed);
            sample_add(&degree, 2.0 * (double)graph_links(topology->graph) / rows[i].nodes);
        }
        assert_mean(&degree, rows[i].degree);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(meshes_are_like_igraphs);
    ADD(erdos_renyi_has_the_mean_degree_that_was_asked_for);
    ADD(erdos_renyi_favours_no_pair);
    ADD(erdos_renyi_hangs_together_as_often_as_theory_says);
    ADD(barabasi_albert_gives_each_joiner_its_links);
    ADD(barabasi_albert_has_the_degree_law_of_preferential_attachment);
    ADD(watts_strogatz_keeps_its_links_and_loses_its_clusters);
    ADD(watts_strogatz_of_all_pairs_stays_as_it_is);
    ADD(geometric_links_exactly_the_near_pairs);
    ADD(geometric_has_the_mean_degree_that_was_asked_for);
    return g_test_run();
}
