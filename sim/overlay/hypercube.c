/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/edges.h"
#include "overlay/overlay.h"

typedef struct { uint32_t dimension; } Config;

/* 2^26 nodes of degree 26 are the most whose links can be numbered. */
static const Param params[] = {
    { "dimension", PARAM_COUNT, offsetof(Config, dimension), NULL, 0, 26,
      "neighbors of a node; makes 2^dimension nodes", NULL },
    PARAM_END
};

static uint32_t nodes(const void *config)
{
    const Config *c = config;
    return (uint32_t)1 << c->dimension;
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    Edges edges = { 0 };
    for (uint32_t i = 0; i < scope->nodes; i++)
        for (uint32_t bit = 0; bit < c->dimension; bit++)
            if (!(i >> bit & 1)) edges_add(&edges, i, i | (uint32_t)1 << bit);
    return topology_new(scope->nodes, edges_graph(&edges, scope->nodes));
}

const Overlay overlay_hypercube = {
    .variant = {
        .name = "hypercube",
        .summary = "nodes whose numbers differ in one bit are neighbors",
        .source = "C. L. Seitz, \"The cosmic cube\", CACM 28(1), 1985",
        .params = params, .config_size = sizeof(Config),
    },
    .nodes = nodes, .build = build,
};
