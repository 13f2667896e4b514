/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

typedef struct { uint32_t arity; } Config;

static const Param params[] = {
    { "arity", PARAM_COUNT, offsetof(Config, arity), NULL, 1, 1e9,
      "children of a node; the last ones have fewer", NULL },
    PARAM_END
};

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    NodeId *parents = g_new(NodeId, scope->nodes);
    parents[0] = NODE_NONE;
    for (uint32_t i = 1; i < scope->nodes; i++) parents[i] = (i - 1) / c->arity;
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_kary_tree = {
    .variant = {
        .name = "kary-tree",
        .summary = "complete k-ary tree: the children of i are k*i+1 ... k*i+k",
        .source = "D. E. Knuth, The Art of Computer Programming 1, 2.3.4.5",
        .params = params, .config_size = sizeof(Config),
    },
    .build = build,
};
