/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    NodeId *parents = g_new(NodeId, scope->nodes);
    graph_spanning_tree(scope->mesh, 0, parents);
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_minimum_spanning_tree = {
    .variant = {
        .name = "minimum-spanning-tree",
        .summary = "the links of least total latency that keep a mesh together, rooted at node 0",
        .source = "R. C. Prim, \"Shortest connection networks and some generalizations\", "
                  "Bell System Technical Journal 36, 1957",
    },
    .from_mesh = true, .build = build,
};
