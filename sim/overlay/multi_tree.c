/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"
#include "overlay/overlay.h"

typedef struct { uint32_t trees, arity; } Config;

static const Param params[] = {
    { "trees", PARAM_COUNT, offsetof(Config, trees), NULL, 1, 10000, "trees, each of which reaches every node", NULL },
    { "arity", PARAM_COUNT, offsetof(Config, arity), NULL, 1, 1e9,
      "most children of a node; at least the trees", NULL },
    PARAM_END
};

static void check(void *config, const Keys *keys)
{
    static const char *const blamed[] = { "trees", "arity", NULL };
    const Config *c = config;
    if (c->trees > c->arity)
        overlay_fault(keys, blamed, "%u trees of arity %u need more inner nodes than there are; at most %u trees",
                      c->trees, c->arity, c->arity);
}

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "nodes", "trees", NULL };
    const Config *c = config;
    overlay_fits_links(keys, blamed, (double)nodes * c->trees);
}

/* The nodes but 0 as tree `tree` lists them: first those that may have children
 * in it (1 + tree, 1 + tree + trees, ...), then all others.  Returns how many
 * the first are. */
static uint32_t list_nodes(uint32_t nodes, uint32_t trees, uint32_t tree, NodeId *list)
{
    uint32_t inner = 0, at;
    for (uint64_t v = 1 + (uint64_t)tree; v < nodes; v += trees) list[inner++] = (NodeId)v;
    at = inner;
    for (uint32_t v = 1; v < nodes; v++)
        if ((v - 1) % trees != tree) list[at++] = v;
    return inner;
}

/* The list fills the tree level by level.  The root takes one child, or as many
 * as the inner nodes have no room for: with trees <= arity that is at most arity. */
static NodeId *make_tree(uint32_t nodes, const Config *c, uint32_t tree, NodeId *list)
{
    NodeId *parents = g_new(NodeId, nodes);
    uint64_t inner = list_nodes(nodes, c->trees, tree, list), room = inner * c->arity;
    uint32_t own = nodes - 1 > room ? (uint32_t)(nodes - 1 - room) : 1;
    g_assert(own <= c->arity);
    parents[0] = NODE_NONE;
    for (uint32_t i = 0; i + 1 < nodes; i++) parents[list[i]] = i < own ? 0 : list[(i - own) / c->arity];
    return parents;
}

/* No node but the root may have children in two trees. */
static void check_disjoint(uint32_t nodes, uint32_t trees, NodeId **parents)
{
    g_autofree uint32_t *inner_in = g_new0(uint32_t, nodes);        /* 1 + the tree */
    for (uint32_t t = 0; t < trees; t++)
        for (uint32_t v = 1; v < nodes; v++) {
            NodeId parent = parents[t][v];
            g_assert(parent == 0 || inner_in[parent] == 0 || inner_in[parent] == 1 + t);
            inner_in[parent] = 1 + t;
        }
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    g_autofree NodeId *list = g_new(NodeId, scope->nodes);
    g_autofree NodeId **parents = g_new(NodeId *, c->trees);
    for (uint32_t t = 0; t < c->trees; t++) parents[t] = make_tree(scope->nodes, c, t, list);
    check_disjoint(scope->nodes, c->trees, parents);
    return topology_new_trees(scope->nodes, parents, c->trees);
}

const Overlay overlay_multi_tree = {
    .variant = {
        .name = "multi-tree",
        .summary = "several trees from root 0; every other node has children in at most one of them",
        .source = "M. Castro et al., \"SplitStream: high-bandwidth multicast in cooperative environments\", SOSP 2003",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .fits = fits, .build = build,
};
