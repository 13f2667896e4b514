/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything in one place fails together: around a node or a point, below a node
 * of a tree, or on routers of a name. */
#include <string.h>

#include "failure/failure.h"
#include "graph/tree.h"

typedef enum { EFFECT_CRASH, EFFECT_ISOLATE } Effect;

typedef struct {
    Nodes around;
    SimTime radius;
    double x, y, distance;
    uint32_t below;
    char *place;
    int effect, spare;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "around", PARAM_NODES, offsetof(Config, around), "", 0, 0, "the region is what lies within `radius` of one of these nodes", NULL },
    { "radius", PARAM_DURATION, offsetof(Config, radius), "off", 0, 0, "one-way latency from the node", NULL },
    { "x", PARAM_NUMBER, offsetof(Config, x), "", 0, 0, "or within `distance` of a point: its first coordinate (longitude)", NULL },
    { "y", PARAM_NUMBER, offsetof(Config, y), "", 0, 0, "its second (latitude)", NULL },
    { "distance", PARAM_NUMBER, offsetof(Config, distance), "", 0, 0, "in the unit of the coordinates; degrees on a map", NULL },
    { "below", PARAM_COUNT, offsetof(Config, below), "", 0, 0,
      "or this node of a tree and all below it; on a mesh, of the breadth-first tree from the first source", NULL },
    { "place", PARAM_TEXT, offsetof(Config, place), "", 0, 0,
      "or all nodes whose router or row has this name; a `*` at the end stands for any rest", NULL },
    { "effect", PARAM_CHOICE, offsetof(Config, effect), "crash", 0, 0,
      "crash: the nodes are down; isolate: they run, cut off from the rest", "crash|isolate" },
    { "spare", PARAM_CHOICE, offsetof(Config, spare), "none", 0, 0, "nodes that are left alone: none, or all that publish", "none|source" },
    FAILURE_SPAN(Config),
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    static const char *const ways[] = { "around", "x", "below", "place" };
    static const char *const pairs[][2] = { { "around", "radius" }, { "x", "y" }, { "x", "distance" } };
    const Config *config = data;
    int given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) given += keys_given(keys, ways[i]);
    if (!given) keys_fault(keys, NULL, "it says not where; around with radius, x, y and distance, below, or place");
    for (size_t i = 0; given > 1 && i < G_N_ELEMENTS(ways); i++)
        if (keys_given(keys, ways[i])) keys_fault(keys, ways[i], "one of around, x, below or place is enough; %d are given", given);
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        bool first = keys_given(keys, pairs[i][0]), second = keys_given(keys, pairs[i][1]);
        if (first && !second) keys_fault(keys, pairs[i][0], "it goes with `%s`, which is missing", pairs[i][1]);
        if (second && !first) keys_fault(keys, pairs[i][1], "it goes with `%s`, which is missing", pairs[i][0]);
    }
    failure_check_span(keys, config->at, config->until);
}

static void refers(const void *data, const Nodes **nodes)
{
    *nodes = &((const Config *)data)->around;
}

static void near_nodes(const Config *config, FailureScope *scope, bool *in)
{
    uint32_t count, nodes = failure_node_count(scope);
    g_autofree NodeId *centres = failure_nodes(scope, &config->around, &count);
    for (uint32_t i = 0; i < count; i++)
        for (NodeId v = 0; v < nodes; v++) in[v] |= failure_latency(scope, centres[i], v) <= config->radius;
}

static void near_point(const Config *config, const FailureScope *scope, bool *in)
{
    double x, y;
    for (NodeId v = 0; v < failure_node_count(scope); v++)
        in[v] = failure_position(scope, v, &x, &y) && hypot(x - config->x, y - config->y) <= config->distance;
}

static void named(const Config *config, const FailureScope *scope, bool *in)
{
    size_t length = strlen(config->place);
    bool open = length && config->place[length - 1] == '*';
    for (NodeId v = 0; v < failure_node_count(scope); v++) {
        const char *name = failure_place(scope, v);
        in[v] = name && (open ? strncmp(name, config->place, length - 1) == 0 : strcmp(name, config->place) == 0);
    }
}

/* Parents of the overlay's tree, or of the one from the first source; free it.
 * NULL where a mesh has no links of its own. */
static NodeId *parents_of(const FailureScope *scope)
{
    const Topology *overlay = failure_overlay(scope);
    uint32_t sources, nodes = failure_node_count(scope);
    const NodeId *source = failure_sources(scope, &sources);
    if (overlay->trees) return g_memdup2(overlay->parents[0], nodes * sizeof(NodeId));
    if (!overlay->graph) return NULL;
    NodeId *parents = g_new(NodeId, nodes + 1);
    graph_bfs_tree(overlay->graph, sources ? source[0] : 0, parents);
    return parents;
}

static void below(const Config *config, const FailureScope *scope, bool *in)
{
    uint32_t nodes = failure_node_count(scope);
    g_autofree NodeId *parents = parents_of(scope);
    if (config->below >= nodes) return;
    in[config->below] = true;
    for (bool grows = parents != NULL; grows; ) {
        grows = false;
        for (NodeId v = 0; v < nodes; v++) {
            if (in[v] || parents[v] == NODE_NONE || !in[parents[v]]) continue;
            in[v] = grows = true;
        }
    }
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t nodes = failure_node_count(scope), count, struck = 0;
    SimTime until = failure_until(config->until);
    const Nodes all = { .kind = NODES_ALL };
    g_autofree bool *in = g_new0(bool, nodes + 1);
    g_autofree uint32_t *part = g_new0(uint32_t, nodes + 1);
    g_autofree NodeId *candidates = failure_candidates(scope, &all, config->spare == 1, &count);
    if (config->around.kind != NODES_ABSENT) near_nodes(config, scope, in);
    else if (config->place) named(config, scope, in);
    else if (config->below != PARAM_NO_COUNT) below(config, scope, in);
    else near_point(config, scope, in);
    for (uint32_t i = 0; i < count; i++) {
        if (!in[candidates[i]]) continue;
        struck++;
        part[candidates[i]] = 1;
        if (config->effect == EFFECT_CRASH) failure_node_down(scope, candidates[i], config->at, until);
    }
    if (config->effect == EFFECT_ISOLATE && struck) failure_split(scope, part, config->at, until);
    if (nodes) failure_note(scope, "region_share", (double)struck / nodes, NAN);
}

const Failure failure_region = {
    .variant = {
        .name = "region",
        .summary = "everything in one place fails together: near a node or point, below a node, or of one name",
        .source = "geographically correlated failures; S. Neumayer et al., INFOCOM 2009",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = refers, .plan = plan,
};
