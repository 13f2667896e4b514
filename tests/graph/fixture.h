/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small graphs, written down. */
#pragma once
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/random.h"
#include "graph/edges.h"
#include "graph/topology.h"

/* A graph of "0-1 1-2:7 …": a latency in ms after the colon. */
static inline Graph *drawn(uint32_t nodes, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    NodeId a[200], b[200];
    uint32_t count = 0, weight[200] = { 0 };
    for (; *text && words[count]; count++) sscanf(words[count], "%u-%u:%u", &a[count], &b[count], &weight[count]);
    Graph *graph = graph_new(nodes, a, b, count);
    for (uint32_t i = 0; i < count; i++) {
        if (a[i] == b[i]) continue;
        graph_set_latency(graph, graph_find(graph, a[i], b[i]), weight[i] * SIM_MS);
        graph_set_latency(graph, graph_find(graph, b[i], a[i]), weight[i] * SIM_MS);
    }
    return graph;
}

/* `count` random pairs, loops and parallel ones among them. */
static inline void random_pairs(uint32_t nodes, uint32_t count, uint64_t seed, NodeId *a, NodeId *b)
{
    Random random = random_stream(seed, "test", 0);
    for (uint32_t i = 0; i < count; i++) {
        a[i] = (NodeId)random_below(&random, nodes);
        b[i] = (NodeId)random_below(&random, nodes);
    }
}

static inline Graph *random_graph(uint32_t nodes, uint32_t count, uint64_t seed)
{
    g_autofree NodeId *a = g_new(NodeId, count + 1), *b = g_new(NodeId, count + 1);
    random_pairs(nodes, count, seed, a, b);
    return graph_new(nodes, a, b, count);
}

/* Latencies of 1..most ms, equal in both directions. */
static inline void draw_latencies(Graph *graph, uint32_t most, uint64_t seed)
{
    Random random = random_stream(seed, "latencies", 0);
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            if (graph->links[i].to < v) continue;
            SimTime latency = (SimTime)(1 + random_below(&random, most)) * SIM_MS;
            graph_set_latency(graph, i, latency);
            graph_set_latency(graph, graph_reverse(graph, v, i), latency);
        }
}
