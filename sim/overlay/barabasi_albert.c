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

/* A random end of a random link is a node with a chance in proportion to its
 * degree; an end that this joiner has already is drawn again. */
static void join(Edges *edges, NodeId joiner, uint32_t most, NodeId *joined, Random *random)
{
    uint64_t ends = 2 * (uint64_t)edges->count;
    for (uint32_t made = 0; made < most;) {
        uint64_t end = random_below(random, ends);
        NodeId node = end & 1 ? edges->b[end >> 1] : edges->a[end >> 1];
        if (joined[node] == joiner) continue;
        joined[node] = joiner;
        edges_add(edges, joiner, node);
        made++;
    }
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    Random random = random_stream(scope->seed, "overlay/barabasi-albert", 0);
    Edges edges = { 0 };
    NodeId *joined = big_new(scope->nodes, sizeof *joined);     /* the last joiner that chose this node */
    for (uint32_t v = 1; v < scope->nodes; v++) {
        if (v > c->edges) {
            join(&edges, v, c->edges, joined, &random);
            continue;
        }
        for (uint32_t u = 0; u < v; u++) edges_add(&edges, v, u);
    }
    big_free(joined, scope->nodes, sizeof *joined);
    return topology_new(scope->nodes, edges_graph(&edges, scope->nodes));
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
