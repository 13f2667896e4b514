/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/memory.h"
#include "overlay/overlay.h"

typedef struct {
    uint32_t degree;
    double rewiring;
} Config;

static const Param params[] = {
    { "degree", PARAM_COUNT, offsetof(Config, degree), NULL, 2, 1e9,
      "neighbors on the ring before rewiring, half on each side; even", NULL },
    { "rewiring", PARAM_SHARE, offsetof(Config, rewiring), NULL, 0, 1,
      "chance that a link gets another far end", NULL },
    PARAM_END
};

static void check(void *config, const Keys *keys)
{
    static const char *const blamed[] = { "degree", NULL };
    const Config *c = config;
    if (c->degree % 2)
        overlay_fault(keys, blamed, "%u neighbors cannot be half on each side; an even number is expected", c->degree);
}

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "nodes", "degree", NULL };
    const Config *c = config;
    if (c->degree >= nodes)
        overlay_fault(keys, blamed, "%u neighbors for each of %u nodes; the degree must be below the nodes",
                      c->degree, nodes);
    overlay_fits_links(keys, blamed, (double)nodes * c->degree / 2);
}

/* Each link belongs to the node it started from: far[v * half ..] are v's, so
 * looking at both ends' own links finds any link without an index. */
typedef struct { uint32_t nodes, half; NodeId *near, *far; } Ring;

static bool owns(const Ring *ring, NodeId v, NodeId u)
{
    const NodeId *own = ring->far + (size_t)v * ring->half;
    for (uint32_t i = 0; i < ring->half; i++)
        if (own[i] == u) return true;
    return false;
}

/* Any node that is not yet linked to v; `keep` after so many tries that v is
 * most likely linked to all. */
static NodeId draw_end(const Ring *ring, NodeId v, NodeId keep, Random *random)
{
    for (uint64_t tries = 0; tries < 100 + 2 * (uint64_t)ring->nodes; tries++) {
        NodeId u = (NodeId)random_below(random, ring->nodes);
        if (u != v && !owns(ring, v, u) && !owns(ring, u, v)) return u;
    }
    return keep;
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    Random random = random_stream(scope->seed, "overlay/watts-strogatz", 0);
    uint32_t half = c->degree / 2;
    size_t links = (size_t)scope->nodes * half;
    Ring ring = { scope->nodes, half, big_new(links, sizeof(NodeId)), big_new(links, sizeof(NodeId)) };
    for (uint32_t v = 0; v < ring.nodes; v++)
        for (uint32_t i = 0; i < half; i++) {
            ring.near[(size_t)v * half + i] = v;
            ring.far[(size_t)v * half + i] = (NodeId)(((uint64_t)v + i + 1) % ring.nodes);
        }
    for (uint32_t i = 0; i < half && c->rewiring > 0 && c->degree + 1 < ring.nodes; i++)
        for (uint32_t v = 0; v < ring.nodes; v++) {
            NodeId *end = &ring.far[(size_t)v * half + i];
            if (random_unit(&random) < c->rewiring) *end = draw_end(&ring, v, *end, &random);
        }
    Graph *graph = graph_new(ring.nodes, ring.near, ring.far, links);
    big_free(ring.near, links, sizeof *ring.near);
    big_free(ring.far, links, sizeof *ring.far);
    return topology_new(scope->nodes, graph);
}

const Overlay overlay_watts_strogatz = {
    .variant = {
        .name = "watts-strogatz",
        .summary = "a ring of near neighbors, some of whose links lead anywhere: a small world",
        .source = "D. J. Watts and S. H. Strogatz, \"Collective dynamics of small-world networks\", Nature 393, 1998",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .fits = fits, .build = build,
};
