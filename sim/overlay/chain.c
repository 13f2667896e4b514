/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    NodeId *parents = g_new(NodeId, scope->nodes);
    for (uint32_t i = 0; i < scope->nodes; i++) parents[i] = i ? i - 1 : NODE_NONE;
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_chain = {
    .variant = {
        .name = "chain",
        .summary = "0 - 1 - 2 - ...: every node has one child",
        .source = "the worst case of a tree; no paper",
    },
    .build = build,
};
