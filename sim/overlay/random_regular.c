/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/memory.h"
#include "graph/edges.h"
#include "overlay/overlay.h"

typedef struct { uint32_t degree; } Config;

static const Param params[] = {
    { "degree", PARAM_COUNT, offsetof(Config, degree), NULL, 1, 1e9,
      "neighbors of every node; nodes x degree is even", NULL },
    PARAM_END
};

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "nodes", "degree", NULL };
    const Config *c = config;
    if (c->degree >= nodes)
        overlay_fault(keys, blamed, "%u neighbors for each of %u nodes; the degree must be below the nodes",
                      c->degree, nodes);
    else if ((uint64_t)nodes * c->degree % 2)
        overlay_fault(keys, blamed, "%u nodes of degree %u have an odd number of link ends; one of both must be even",
                      nodes, c->degree);
    overlay_fits_links(keys, blamed, (double)nodes * c->degree / 2);
}

/* Every node's link ends in random order, the first half joined to the second:
 * each pairing is equally likely, but some links are loops or parallel. */
static Graph *pair_ends(uint32_t nodes, uint32_t degree, Random *random)
{
    uint32_t total = nodes * degree, end = 0;
    NodeId *ends = big_new(total, sizeof *ends);
    for (uint32_t v = 0; v < nodes; v++)
        for (uint32_t i = 0; i < degree; i++) ends[end++] = v;
    random_shuffle(random, ends, total);
    Graph *graph = graph_new_loose(nodes, ends, ends + total / 2, total / 2);
    big_free(ends, total, sizeof *ends);
    return graph;
}

/* Lists loops, and each parallel link beyond the first. */
static Edges bad_links(const Graph *graph)
{
    Edges bad = { 0 };
    for (uint32_t v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            NodeId u = graph->links[i].to;
            bool again = i > graph->first[v] && graph->links[i - 1].to == u;
            if (again && u >= v) edges_add(&bad, v, u);
        }
    return bad;
}

static bool is_bad(const Graph *graph, NodeId u, NodeId v)
{
    uint32_t i = graph_find(graph, u, v);
    return i != UINT32_MAX && (u == v || (i + 1 < graph->first[u + 1] && graph->links[i + 1].to == v));
}

/* Makes u-v and a random link x-y into u-x and v-y, if both are new. */
static bool exchange(Graph *graph, NodeId u, NodeId v, Random *random)
{
    uint32_t place = (uint32_t)random_below(random, graph->first[graph->nodes]);
    NodeId x = place / graph_degree(graph, 0), y = graph->links[place].to;
    if (x == y || x == u || x == v || y == u || y == v) return false;
    if (graph_find(graph, u, x) != UINT32_MAX || graph_find(graph, v, y) != UINT32_MAX) return false;
    graph_relink(graph, u, v, x);
    graph_relink(graph, v, u, y);
    graph_relink(graph, x, y, u);
    graph_relink(graph, y, x, v);
    return true;
}

static bool mend_link(Graph *graph, NodeId u, NodeId v, Random *random)
{
    for (int tries = 0; tries < 1000; tries++)
        if (exchange(graph, u, v, random)) return true;
    return false;
}

/* About (degree^2 - 1) / 4 links are bad, however many nodes there are.  A loop is
 * found twice in its row, so it is listed once. */
static bool mend(Graph *graph, Random *random)
{
    bool mended = true;
    Edges bad = bad_links(graph);
    for (size_t i = 0; mended && i < bad.count; i++)
        while (mended && is_bad(graph, bad.a[i], bad.b[i])) mended = mend_link(graph, bad.a[i], bad.b[i], random);
    edges_clear(&bad);
    return mended;
}

/* Mending favours some graphs, by a share of about 1 / nodes.  Exchanging random
 * links of a simple graph leads to each with the same chance. */
enum { SMALL = 2000, EXCHANGES = 10 };

static void mix(Graph *graph, Random *random)
{
    uint64_t links = graph_links(graph);
    for (uint64_t i = 0; links <= SMALL && i < EXCHANGES * links; i++) {
        uint32_t place = (uint32_t)random_below(random, 2 * links);
        exchange(graph, place / graph_degree(graph, 0), graph->links[place].to, random);
    }
}

static Graph *sparse(uint32_t nodes, uint32_t degree, Random *random)
{
    for (;;) {
        Graph *graph = pair_ends(nodes, degree, random);
        if (mend(graph, random)) {
            mix(graph, random);
            return graph;
        }
        graph_free(graph);          /* a handful of nodes, tied in knots: draw again */
    }
}

/* The pairs that are no link. */
static Graph *complement(const Graph *graph)
{
    Edges edges = { 0 };
    for (uint32_t v = 0; v < graph->nodes; v++) {
        uint32_t i = graph->first[v];
        for (uint32_t u = 0; u < graph->nodes; u++) {
            bool linked = i < graph->first[v + 1] && graph->links[i].to == u;
            if (linked) i++;
            else if (u > v) edges_add(&edges, v, u);
        }
    }
    return edges_graph(&edges, graph->nodes);
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    Random random = random_stream(scope->seed, "overlay/random-regular", 0);
    uint32_t others = scope->nodes - 1 - c->degree;
    if (c->degree <= others) return topology_new(scope->nodes, sparse(scope->nodes, c->degree, &random));
    /* Where most pairs are linked, those that are not make a sparser regular graph. */
    g_autoptr(Graph) absent = sparse(scope->nodes, others, &random);
    return topology_new(scope->nodes, complement(absent));
}

const Overlay overlay_random_regular = {
    .variant = {
        .name = "random-regular",
        .summary = "every node has the same number of neighbors, drawn at random",
        .source = "B. Bollobas, \"A probabilistic proof of an asymptotic formula for the number of labelled regular "
                  "graphs\", European Journal of Combinatorics 1, 1980; loops and parallel links are mended by "
                  "switching: B. D. McKay and N. C. Wormald, Journal of Algorithms 11, 1990",
        .params = params, .config_size = sizeof(Config),
    },
    .fits = fits, .build = build,
};
