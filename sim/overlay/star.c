/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    NodeId *parents = g_new0(NodeId, scope->nodes);
    parents[0] = NODE_NONE;
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_star = {
    .variant = {
        .name = "star",
        .summary = "every node is a child of node 0",
        .source = "the client and server baseline; no paper",
    },
    .build = build,
};
