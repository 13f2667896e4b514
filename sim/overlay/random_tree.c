/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    Random random = random_stream(scope->seed, "overlay/random-tree", 0);
    NodeId *parents = g_new(NodeId, scope->nodes);
    parents[0] = NODE_NONE;
    for (uint32_t i = 1; i < scope->nodes; i++) parents[i] = (NodeId)random_below(&random, i);
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_random_tree = {
    .variant = {
        .name = "random-tree",
        .summary = "random recursive tree: each joiner picks any earlier node as its parent",
        .source = "R. T. Smythe and H. M. Mahmoud, \"A survey of recursive trees\", "
                  "Theory of Probability and Mathematical Statistics 51, 1995",
    },
    .build = build,
};
