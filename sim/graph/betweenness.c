/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/betweenness.h"

#include <string.h>

/* What one search keeps for each node. */
typedef struct { double paths, share; uint32_t hops; } Reached;

/* Counts the shortest paths from the source; returns how many nodes are reached,
 * in the order of `queue`. */
static uint32_t search(const Graph *graph, NodeId source, Reached *of, NodeId *queue)
{
    uint32_t reached = 1;
    for (NodeId v = 0; v < graph->nodes; v++) of[v] = (Reached){ .hops = UINT32_MAX };
    of[source] = (Reached){ .paths = 1 };
    queue[0] = source;
    for (uint32_t at = 0; at < reached; at++) {
        NodeId v = queue[at];
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            Reached *other = &of[graph->links[i].to];
            if (other->hops == UINT32_MAX) other->hops = of[v].hops + 1, queue[reached++] = graph->links[i].to;
            if (other->hops == of[v].hops + 1) other->paths += of[v].paths;
        }
    }
    return reached;
}

/* Adds what the paths from the source put on each node, from the far end back. */
static void collect(const Graph *graph, NodeId source, Reached *of, const NodeId *queue, uint32_t reached, double *score)
{
    for (uint32_t at = reached; at-- > 0; ) {
        NodeId v = queue[at];
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            const Reached *child = &of[graph->links[i].to];
            if (child->hops == of[v].hops + 1) of[v].share += of[v].paths / child->paths * (1 + child->share);
        }
        if (v != source) score[v] += of[v].share;
    }
}

void graph_betweenness(const Graph *graph, Random *random, double *score)
{
    uint32_t nodes = graph->nodes, sources = nodes;
    double work = (double)nodes * (nodes + graph->first[nodes]);
    if (work > BETWEENNESS_WORK) sources = (uint32_t)MAX(1, nodes * (BETWEENNESS_WORK / work));
    g_autofree uint32_t *source = g_new(uint32_t, sources + 1);
    g_autofree Reached *of = g_new(Reached, nodes + 1);
    g_autofree NodeId *queue = g_new(NodeId, nodes + 1);
    random_sample(random, nodes, sources, source);
    memset(score, 0, nodes * sizeof *score);
    for (uint32_t s = 0; s < sources; s++) {
        uint32_t reached = search(graph, source[s], of, queue);
        collect(graph, source[s], of, queue, reached, score);
    }
    for (NodeId v = 0; sources && v < nodes; v++) score[v] *= (double)nodes / sources;
}
