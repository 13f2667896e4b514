/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

typedef struct { uint32_t order; } Config;

static const Param params[] = {
    { "order", PARAM_COUNT, offsetof(Config, order), NULL, 0, 29, "depth; makes 2^order nodes", NULL },
    PARAM_END
};

static uint32_t nodes(const void *config)
{
    const Config *c = config;
    return (uint32_t)1 << c->order;
}

/* Node i joins in the round of its highest bit, as a child of i without that
 * bit; so children in ascending order are those of the largest subtrees first. */
static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)config;
    (void)error;
    NodeId *parents = g_new(NodeId, scope->nodes);
    parents[0] = NODE_NONE;
    for (uint32_t i = 1; i < scope->nodes; i++) parents[i] = i ^ (uint32_t)1 << (31 - __builtin_clz(i));
    return topology_new_trees(scope->nodes, &parents, 1);
}

const Overlay overlay_binomial_tree = {
    .variant = {
        .name = "binomial-tree",
        .summary = "the tree of an optimal telephone broadcast: in round t node i < 2^t gets the child i + 2^t",
        .source = "J. Vuillemin, \"A data structure for manipulating priority queues\", CACM 21(4), 1978",
        .params = params, .config_size = sizeof(Config),
    },
    .nodes = nodes, .build = build,
};
