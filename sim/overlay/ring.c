/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "graph/edges.h"
#include "overlay/overlay.h"

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    (void)config;
    static const char *const blamed[] = { "nodes", NULL };
    if (nodes < 3) overlay_fault(keys, blamed, "%u nodes make no ring; at least 3", nodes);
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    Edges edges = { 0 };
    for (uint32_t i = 0; i < scope->nodes; i++) edges_add(&edges, i, i + 1 < scope->nodes ? i + 1 : 0);
    Topology *topology = topology_new(scope->nodes, edges_graph(&edges, scope->nodes));
    topology->x = g_new(double, scope->nodes);
    topology->y = g_new(double, scope->nodes);
    for (uint32_t i = 0; i < scope->nodes; i++) {
        double angle = 2 * G_PI * i / scope->nodes;
        topology->x[i] = sin(angle);
        topology->y[i] = cos(angle);
    }
    return topology;
}

const Overlay overlay_ring = {
    .variant = {
        .name = "ring",
        .summary = "0 - 1 - 2 - ... - 0: two ways to everybody",
        .source = "the smallest mesh that outlives a failure; no paper",
    },
    .fits = fits, .build = build,
};
