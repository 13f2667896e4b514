/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph as plain arrays: compressed sparse rows, each link in both directions.
 *
 * graph/ is the only door to igraph; no other room sees its types.
 */
#pragma once
#include "core/units.h"

/* One direction of a link: the neighbor, and how long a message takes to it. */
typedef struct {
    NodeId to;
    uint32_t latency;           /* ns; LATENCY_ESCAPED: ask graph_latency(); 0 until the network sets it */
} Link;

#define LATENCY_ESCAPED UINT32_MAX

/* Simple and undirected: no loops, no parallel links; rows ascend by `to`. */
typedef struct {
    uint32_t nodes;
    uint32_t *first;            /* nodes + 1: the links of node i are links[first[i]] .. links[first[i+1]-1] */
    Link *links;                /* first[nodes] directed links, twice the undirected ones */
    uint32_t room;              /* links allocated, >= first[nodes] */
    GArray *slow;               /* of SlowLink, ascending by place: the escaped latencies; NULL: none */
} Graph;

/* The latency of a link that 32 bits cannot hold. */
typedef struct { uint32_t place; SimTime latency; } SlowLink;

/* A graph of `nodes` nodes from `count` unordered pairs, a[i] and b[i], which
 * must be in range.  Loops are left out and parallel pairs kept once.
 * Linear time: 40,000,000 random pairs in 3.2 s.  At most 2^31-1 pairs. */
Graph *graph_new(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count);

/* The same with loops (twice in their row) and parallel pairs left in, for
 * generators that mend them by graph_relink(). */
Graph *graph_new_loose(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count);

/* Puts `new` in the place of one `old` among the neighbors of `node` and keeps
 * the row sorted; the other direction is the caller's.  O(degree). */
void graph_relink(Graph *graph, NodeId node, NodeId old, NodeId new);

/* Every pair linked.  For those who need the arrays: a complete overlay has none. */
Graph *graph_new_complete(uint32_t nodes);
Graph *graph_copy(const Graph *graph);
void graph_free(Graph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Graph, graph_free)

static inline uint32_t graph_degree(const Graph *graph, NodeId node)
{
    return graph->first[node + 1] - graph->first[node];
}

static inline uint64_t graph_links(const Graph *graph) { return graph->first[graph->nodes] / 2; }

/* The place in `links` of the direction from `a` to `b`, or UINT32_MAX where
 * they are no neighbors.  O(log degree). */
uint32_t graph_find(const Graph *graph, NodeId a, NodeId b);

/* The place of the opposite direction of the link at place `i`, which leaves `a`. */
uint32_t graph_reverse(const Graph *graph, NodeId a, uint32_t i);

/* Sets how long the direction at place `i` takes, in ns, >= 0; fast where the
 * places of slow links come in ascending order. */
void graph_set_latency(Graph *graph, uint32_t i, SimTime latency);

SimTime graph_slow_latency(const Graph *graph, uint32_t i);

/* How long the direction at place `i` takes, in ns. */
static inline SimTime graph_latency(const Graph *graph, uint32_t i)
{
    uint32_t latency = graph->links[i].latency;
    return latency != LATENCY_ESCAPED ? latency : graph_slow_latency(graph, i);
}
