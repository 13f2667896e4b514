/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/random.h"
#include "graph/paths.h"

/* A graph of these links and the weight of each place; a weight is for both directions. */
static Graph *weighted(uint32_t nodes, const NodeId (*ends)[2], const double *weights, uint32_t count, double **ns)
{
    g_autofree NodeId *a = g_new(NodeId, count), *b = g_new(NodeId, count);
    for (uint32_t i = 0; i < count; i++) a[i] = ends[i][0], b[i] = ends[i][1];
    Graph *graph = graph_new(nodes, a, b, count);
    *ns = g_new0(double, graph->first[nodes] + 1);
    for (uint32_t i = 0; i < count; i++) {
        (*ns)[graph_find(graph, a[i], b[i])] = weights[i];
        (*ns)[graph_find(graph, b[i], a[i])] = weights[i];
    }
    return graph;
}

static void known_graph(void)
{
    static const NodeId ends[][2] = { { 0, 1 }, { 0, 2 }, { 0, 5 }, { 1, 2 }, { 1, 3 }, { 2, 3 }, { 2, 5 }, { 3, 4 },
                                      { 4, 5 }, { 4, 6 }, { 6, 7 }, { 5, 7 } };
    static const double weights[] = { 7, 9, 14, 10, 15, 11, 2, 6, 9, 3, 8, 20 };
    static const SimTime from0[] = { 0, 7, 9, 20, 20, 11, 23, 31 };
    g_autofree double *ns = NULL;
    g_autoptr(Graph) graph = weighted(8, ends, weights, 12, &ns);
    Paths *paths = paths_new(graph, ns, 1 << 20);
    for (NodeId v = 0; v < 8; v++) g_assert_cmpint(paths_between(paths, 0, v), ==, from0[v]);
    for (NodeId v = 0; v < 8; v++) g_assert_cmpint(paths_between(paths, v, 0), ==, from0[v]);
    g_assert_cmpuint(paths_searches(paths), ==, 1);         /* both ways alike: one row answers for all */
    g_assert_cmpint(paths_longest_link(paths), ==, 20);
    paths_free(paths);
}

enum { MOST = 60 };

/* All pairs by the triple loop, as little like a search from one node as can be. */
static void all_pairs(const Graph *graph, const double *ns, SimTime d[MOST][MOST])
{
    uint32_t n = graph->nodes;
    for (NodeId a = 0; a < n; a++)
        for (NodeId b = 0; b < n; b++) {
            uint32_t link = graph_find(graph, a, b);
            d[a][b] = a == b ? 0 : link == UINT32_MAX ? PATHS_NONE : (SimTime)ns[link];
        }
    for (NodeId k = 0; k < n; k++)
        for (NodeId a = 0; a < n; a++)
            for (NodeId b = 0; b < n; b++)
                if (d[a][k] + d[k][b] < d[a][b]) d[a][b] = d[a][k] + d[k][b];
}

/* Sparse random graphs, in pieces now and then, with weights up to `scale`. */
static void compare(uint64_t seed, bool symmetric, double scale, size_t memory)
{
    static SimTime want[MOST][MOST];
    Random random = random_stream(seed, "test/paths", 0);
    uint32_t n = 2 + (uint32_t)random_below(&random, MOST - 2), count = n + n / 3;
    NodeId a[2 * MOST], b[2 * MOST];
    for (uint32_t i = 0; i < count; i++) {
        a[i] = (NodeId)random_below(&random, n);
        b[i] = (NodeId)random_below(&random, n);
    }
    g_autoptr(Graph) graph = graph_new(n, a, b, count);
    g_autofree double *ns = g_new0(double, graph->first[n] + 1);
    for (NodeId v = 0; v < n; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            uint32_t back = graph_reverse(graph, v, i);
            ns[i] = symmetric && back < i ? ns[back] : (double)(uint64_t)(scale * random_unit(&random));
        }
    all_pairs(graph, ns, want);
    Paths *paths = paths_new(graph, ns, memory);
    for (uint32_t i = 0; i < 4 * n * n; i++) {
        NodeId from = (NodeId)random_below(&random, n), to = (NodeId)random_below(&random, n);
        g_assert_cmpint(paths_between(paths, from, to), ==, want[from][to]);
    }
    if (memory > 1 << 16) g_assert_cmpuint(paths_searches(paths), <=, n);
    paths_free(paths);
}

static void every_pair_has_its_shortest_path(void)
{
    for (uint64_t seed = 0; seed < 60; seed++) compare(seed, true, 1000, 1 << 20);
}

static void directions_of_their_own_are_kept_apart(void)
{
    for (uint64_t seed = 0; seed < 60; seed++) compare(seed, false, 1000, 1 << 20);
}

static void paths_of_many_seconds_are_exact(void)
{
    for (uint64_t seed = 0; seed < 40; seed++) compare(seed, seed & 1, 3e9, 1 << 20);
}

static void little_memory_changes_no_path(void)
{
    for (uint64_t seed = 0; seed < 40; seed++) compare(seed, seed & 1, 3e9, 0);
}

static void links_without_latency_are_allowed(void)
{
    static const NodeId ends[][2] = { { 0, 1 }, { 1, 2 } };
    static const double weights[] = { 0, 0.6 };
    g_autofree double *ns = NULL;
    g_autoptr(Graph) graph = weighted(4, ends, weights, 2, &ns);
    Paths *paths = paths_new(graph, ns, 1 << 20);
    g_assert_cmpint(paths_between(paths, 0, 1), ==, 0);
    g_assert_cmpint(paths_between(paths, 0, 2), ==, 1);         /* whole ns: 0.6 is 1 */
    g_assert_cmpint(paths_between(paths, 0, 3), ==, PATHS_NONE);
    g_assert_cmpint(paths_between(paths, 3, 3), ==, 0);
    g_assert_cmpint(paths_link(paths, graph_find(graph, 1, 2)), ==, 1);
    paths_free(paths);
}

/* The border between narrow and wide rows: 2^32-1 ns and one less. */
static void the_longest_narrow_path_is_exact(void)
{
    static const NodeId ends[][2] = { { 0, 1 }, { 1, 2 } };
    for (int more = -2; more <= 2; more++) {
        const double weights[] = { 4294967000.0, 295.0 + more };
        g_autofree double *ns = NULL;
        g_autoptr(Graph) graph = weighted(4, ends, weights, 2, &ns);
        Paths *paths = paths_new(graph, ns, 1 << 20);
        g_assert_cmpint(paths_between(paths, 0, 2), ==, (SimTime)UINT32_MAX + more);
        g_assert_cmpint(paths_between(paths, 0, 3), ==, PATHS_NONE);
        paths_free(paths);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/paths/" #name, name)
    CASE(known_graph);
    CASE(every_pair_has_its_shortest_path);
    CASE(directions_of_their_own_are_kept_apart);
    CASE(paths_of_many_seconds_are_exact);
    CASE(little_memory_changes_no_path);
    CASE(links_without_latency_are_allowed);
    CASE(the_longest_narrow_path_is_exact);
    return g_test_run();
}
