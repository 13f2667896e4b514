/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/edges.h"
#include "overlay/overlay.h"

typedef struct { uint32_t width, height; } Config;

static const Param params[] = {
    { "width", PARAM_COUNT, offsetof(Config, width), NULL, 1, 1e9, "nodes in a row", NULL },
    { "height", PARAM_COUNT, offsetof(Config, height), NULL, 1, 1e9, "nodes in a column", NULL },
    PARAM_END
};

static void check(void *config, const Keys *keys)
{
    static const char *const blamed[] = { "width", "height", NULL };
    const Config *c = config;
    if ((uint64_t)c->width * c->height > 1000000000)
        overlay_fault(keys, blamed, "%u x %u nodes are too many; at most 1000000000", c->width, c->height);
}

static uint32_t nodes(const void *config)
{
    const Config *c = config;
    return c->width * c->height;
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    Edges edges = { 0 };
    edges_reserve(&edges, 2 * (size_t)scope->nodes);
    double *across = g_new(double, scope->nodes), *down = g_new(double, scope->nodes);
    for (uint32_t i = 0; i < scope->nodes; i++) {
        uint32_t x = i % c->width, y = i / c->width;
        if (x + 1 < c->width) edges_add(&edges, i, i + 1);
        if (y + 1 < c->height) edges_add(&edges, i, i + c->width);
        across[i] = x;
        down[i] = y;
    }
    Topology *topology = topology_new(scope->nodes, edges_graph(&edges, scope->nodes));
    topology->x = across;
    topology->y = down;
    return topology;
}

const Overlay overlay_grid = {
    .variant = {
        .name = "grid",
        .summary = "rows of width nodes, height of them; node y*width+x is linked to the next in its row and column",
        .source = "the mesh of parallel computers; no paper",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .nodes = nodes, .build = build,
};
