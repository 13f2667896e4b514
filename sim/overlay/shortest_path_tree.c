/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    NodeId *parents = g_new(NodeId, scope->nodes);
    graph_shortest_tree(scope->mesh, 0, parents, NULL);
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_shortest_path_tree = {
    .variant = {
        .name = "shortest-path-tree",
        .summary = "the paths of least latency from node 0 over a mesh",
        .source = "E. W. Dijkstra, \"A note on two problems in connexion with graphs\", Numerische Mathematik 1, 1959",
    },
    .from_mesh = true, .build = build,
};
