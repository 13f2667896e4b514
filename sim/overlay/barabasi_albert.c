/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/memory.h"
#include "graph/edges.h"
#include "overlay/overlay.h"

typedef struct { uint32_t edges; } Config;

static const Param params[] = {
    { "edges", PARAM_COUNT, offsetof(Config, edges), NULL, 1, 1e9, "links that each joiner makes", NULL },
    PARAM_END
};

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "nodes", "edges", NULL };
    const Config *c = config;
    if (c->edges >= nodes)
        overlay_fault(keys, blamed, "each of %u nodes makes %u links; the edges must be fewer than the nodes",
                      nodes, c->edges);
    overlay_fits_links(keys, blamed, (double)nodes * c->edges);
}

/* A random end of a random link is a node with a chance in proportion to its degree. */
static inline const NodeId *end_at(const Edges *edges, uint64_t end)
{
    return &(end & 1 ? edges->b : edges->a)[end >> 1];
}

/* The ends lie all over the memory: those of some joiners are drawn together and
 * asked for ahead, since how many ends each will find is known. */
enum { TOGETHER = 32 };

typedef struct {
    Edges edges;
    uint32_t most;              /* links a joiner */
    uint64_t *picks;            /* TOGETHER * most: ends drawn */
    NodeId *joined;             /* the last joiner that chose this node */
    Random random;
} Growth;

static void draw(Growth *growth, uint32_t joiners)
{
    uint64_t *pick = growth->picks, known = 2 * (uint64_t)growth->edges.count, ends = known;
    for (uint32_t j = 0; j < joiners; j++, ends += 2 * (uint64_t)growth->most)
        for (uint32_t i = 0; i < growth->most; i++, pick++) {
            *pick = random_below(&growth->random, ends);
            if (*pick < known) __builtin_prefetch(end_at(&growth->edges, *pick));
        }
    for (uint64_t *p = growth->picks; p < pick; p++)
        if (*p < known) __builtin_prefetch(&growth->joined[*end_at(&growth->edges, *p)], 1);
}

/* An end that this joiner has already is drawn again. */
static void join(Growth *growth, NodeId joiner, const uint64_t *picks)
{
    uint64_t ends = 2 * (uint64_t)growth->edges.count;
    for (uint32_t i = 0; i < growth->most; i++) {
        NodeId node = *end_at(&growth->edges, picks[i]);
        while (growth->joined[node] == joiner) node = *end_at(&growth->edges, random_below(&growth->random, ends));
        growth->joined[node] = joiner;
        edges_add(&growth->edges, joiner, node);
    }
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    uint32_t most = ((const Config *)config)->edges, v;
    Growth growth = { .most = most, .random = random_stream(scope->seed, "overlay/barabasi-albert", 0) };
    growth.picks = g_new(uint64_t, (size_t)TOGETHER * most);
    growth.joined = big_new(scope->nodes, sizeof *growth.joined);
    edges_reserve(&growth.edges, (size_t)scope->nodes * most);
    for (v = 1; v <= most && v < scope->nodes; v++)
        for (uint32_t u = 0; u < v; u++) edges_add(&growth.edges, v, u);
    while (v < scope->nodes) {
        uint32_t joiners = MIN(TOGETHER, scope->nodes - v);
        draw(&growth, joiners);
        for (uint32_t j = 0; j < joiners; j++, v++) join(&growth, v, growth.picks + (size_t)j * most);
    }
    big_free(growth.joined, scope->nodes, sizeof *growth.joined);
    g_free(growth.picks);
    return topology_new(scope->nodes, edges_graph(&growth.edges, scope->nodes));
}

const Overlay overlay_barabasi_albert = {
    .variant = {
        .name = "barabasi-albert",
        .summary = "each joiner links to different earlier nodes, more likely to those of many links; "
                   "the first ones link to all before them",
        .source = "A.-L. Barabasi and R. Albert, \"Emergence of scaling in random networks\", Science 286, 1999",
        .params = params, .config_size = sizeof(Config),
    },
    .fits = fits, .build = build,
};
