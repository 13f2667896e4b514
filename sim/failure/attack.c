/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody takes out the nodes that matter most, as far as the budget goes.
 *
 * Worth is known at the start; adaptive attacks by degree look again after each
 * node that fell.  On a tree `root` takes the root first, then the inner nodes by
 * how many hang below them; on a mesh this is the breadth-first tree from the
 * first source.
 */
#include <stdlib.h>

#include "failure/failure.h"
#include "graph/betweenness.h"
#include "graph/tree.h"

typedef enum { BY_DEGREE, BY_BETWEENNESS, BY_ROOT } By;

typedef struct {
    int by, spare;
    bool adaptive;
    double budget;
    uint32_t count;
    SimTime at, every;
    Distribution recover_after;
} Config;

static const Param params[] = {
    { "by", PARAM_CHOICE, offsetof(Config, by), "degree", 0, 0,
      "worth of a node: its neighbors, the shortest paths through it, or its place in the tree (the root first, then by what hangs below)",
      "degree|betweenness|root" },
    { "adaptive", PARAM_BOOL, offsetof(Config, adaptive), "no", 0, 0, "degrees are counted anew after each node that fell", NULL },
    { "budget", PARAM_SHARE, offsetof(Config, budget), "", 0, 0, "share of the nodes not spared that fall, rounded to the nearest number", NULL },
    { "count", PARAM_COUNT, offsetof(Config, count), "", 0, 4e9, "or how many", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when the first falls", NULL },
    { "every", PARAM_DURATION, offsetof(Config, every), "0 s", 0, 0, "time from one to the next", NULL },
    { "recover-after", PARAM_DURATION_LAW, offsetof(Config, recover_after), "off", 0, 0, "time until each restarts; off: never", NULL },
    { "spare", PARAM_CHOICE, offsetof(Config, spare), "none", 0, 0, "nodes that are left alone: none, or all that publish", "none|source" },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    bool budget = keys_given(keys, "budget"), count = keys_given(keys, "count");
    if (!budget && !count) keys_fault(keys, NULL, "it says not how many fall; budget or count");
    if (budget && count) {
        keys_fault(keys, "budget", "budget or count is enough; both are given");
        keys_fault(keys, "count", "budget or count is enough; both are given");
    }
    if (config->adaptive && config->by != BY_DEGREE) keys_fault(keys, "adaptive", "only an attack by degree looks again");
}

typedef struct { double worth; uint32_t order; NodeId node; } Target;

/* Highest worth first; ties by a random order. */
static int by_worth(const void *a, const void *b)
{
    const Target *x = a, *y = b;
    if (x->worth != y->worth) return x->worth > y->worth ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

/* Adds how many nodes hang below each, from the leaves up. */
static void add_below(const NodeId *parents, uint32_t nodes, double *worth)
{
    g_autofree uint32_t *children = g_new0(uint32_t, nodes + 1), *below = g_new0(uint32_t, nodes + 1);
    g_autofree NodeId *queue = g_new(NodeId, nodes + 1);
    uint32_t ready = 0;
    for (NodeId v = 0; v < nodes; v++)
        if (parents[v] != NODE_NONE) children[parents[v]]++;
    for (NodeId v = 0; v < nodes; v++)
        if (!children[v]) queue[ready++] = v;
    for (uint32_t at = 0; at < ready; at++) {
        NodeId v = queue[at], up = parents[v];
        worth[v] += below[v];
        if (up == NODE_NONE) continue;
        below[up] += below[v] + 1;
        if (--children[up] == 0) queue[ready++] = up;
    }
}

/* How many nodes hang below each, in all trees together. */
static void count_below(const FailureScope *scope, double *worth)
{
    const Topology *overlay = failure_overlay(scope);
    uint32_t nodes = failure_node_count(scope), sources;
    const NodeId *source = failure_sources(scope, &sources);
    for (uint32_t t = 0; t < overlay->trees; t++) add_below(overlay->parents[t], nodes, worth);
    if (overlay->trees || !overlay->graph) return;
    g_autofree NodeId *parents = g_new(NodeId, nodes + 1);
    graph_bfs_tree(overlay->graph, sources ? source[0] : 0, parents);
    add_below(parents, nodes, worth);
}

static void weigh(const Config *config, FailureScope *scope, double *worth)
{
    const Graph *graph = failure_overlay(scope)->graph;
    if (config->by == BY_ROOT) count_below(scope, worth);
    else if (graph && config->by == BY_BETWEENNESS) graph_betweenness(graph, failure_random(scope), worth);
    else if (graph)
        for (NodeId v = 0; v < graph->nodes; v++) worth[v] = graph_degree(graph, v);
}

/* The next to fall: the one that is worth most now. */
static uint32_t next_adaptive(Target *targets, uint32_t fallen, uint32_t count)
{
    uint32_t best = fallen;
    for (uint32_t i = fallen; i < count; i++)
        if (by_worth(&targets[i], &targets[best]) < 0) best = i;
    return best;
}

/* Puts the targets in the order in which they fall. */
static void sort_adaptive(const Graph *graph, Target *targets, uint32_t count, uint32_t take)
{
    g_autofree uint32_t *place = g_new(uint32_t, graph->nodes + 1);
    for (NodeId v = 0; v < graph->nodes; v++) place[v] = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) place[targets[i].node] = i;
    for (uint32_t f = 0; f < take; f++) {
        uint32_t best = next_adaptive(targets, f, count);
        Target fell = targets[best];
        targets[best] = targets[f];
        targets[f] = fell;
        place[targets[best].node] = best, place[fell.node] = f;
        for (uint32_t i = graph->first[fell.node]; i < graph->first[fell.node + 1]; i++) {
            uint32_t near = place[graph->links[i].to];
            if (near != UINT32_MAX && near > f) targets[near].worth--;
        }
    }
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    const Nodes all = { .kind = NODES_ALL };
    const Graph *graph = failure_overlay(scope)->graph;
    Random *random = failure_random(scope);
    uint32_t count;
    g_autofree NodeId *nodes = failure_candidates(scope, &all, config->spare == 1, &count);
    g_autofree double *worth = g_new0(double, failure_node_count(scope) + 1);
    g_autofree Target *targets = g_new(Target, count + 1);
    weigh(config, scope, worth);
    random_shuffle(random, nodes, count);
    for (uint32_t i = 0; i < count; i++) targets[i] = (Target){ worth[nodes[i]], i, nodes[i] };
    uint32_t take = config->count != PARAM_NO_COUNT ? MIN(config->count, count) : (uint32_t)floor(config->budget * count + 0.5);
    if (config->adaptive && graph) sort_adaptive(graph, targets, count, take);
    else qsort(targets, count, sizeof *targets, by_worth);
    SimTime at = config->at;
    for (uint32_t i = 0; i < take; i++) {
        bool back = config->recover_after.kind != LAW_ABSENT;
        failure_node_down(scope, targets[i].node, at, back ? failure_later(at, distribution_time(&config->recover_after, random)) : SIM_NEVER);
        at = failure_later(at, config->every);
    }
    if (count) failure_note(scope, "fallen", (double)take / count, config->budget);
}

const Failure failure_attack = {
    .variant = {
        .name = "attack",
        .summary = "the nodes that matter most are taken out, as far as the budget goes",
        .source = "R. Albert, H. Jeong, A. Barabasi, Nature 406, 2000; P. Holme et al., Phys. Rev. E 65, 2002",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .plan = plan,
};
