/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/tree.h"

#include "core/memory.h"
#include "graph/heap.h"
#include "graph/edges.h"

uint32_t graph_hops(const Graph *graph, NodeId source, uint32_t *hops, NodeId *queue)
{
    g_assert(source < graph->nodes);
    for (uint32_t v = 0; v < graph->nodes; v++) hops[v] = UINT32_MAX;
    uint32_t reached = 0;
    queue[reached++] = source;
    hops[source] = 0;
    for (uint32_t head = 0; head < reached; head++) {
        NodeId v = queue[head];
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            NodeId u = graph->links[i].to;
            if (hops[u] != UINT32_MAX) continue;
            hops[u] = hops[v] + 1;
            queue[reached++] = u;
        }
    }
    return reached;
}

/* The order of the queue is that of the parents' arrival, not of their ids: the
 * lowest parent is looked up once all hops are known. */
uint32_t graph_bfs_tree(const Graph *graph, NodeId source, NodeId *parents)
{
    uint32_t *hops = big_new(graph->nodes, sizeof *hops);
    uint32_t reached = graph_hops(graph, source, hops, parents);
    for (uint32_t v = 0; v < graph->nodes; v++) {
        parents[v] = NODE_NONE;
        if (hops[v] == 0 || hops[v] == UINT32_MAX) continue;
        uint32_t i = graph->first[v];
        while (hops[graph->links[i].to] + 1 != hops[v]) i++;
        parents[v] = graph->links[i].to;
    }
    big_free(hops, graph->nodes, sizeof *hops);
    return reached;
}

/* A node enters the heap again when a better way to it is found; its older
 * entries are passed over.  A parent is settled before its children, so links of
 * no latency cannot close a ring. */
static uint32_t settle(const Graph *graph, NodeId source, NodeId *parents, SimTime *distance, bool *settled)
{
    uint32_t reached = 0;
    Heap heap = { 0 };
    HeapItem item;
    for (uint32_t v = 0; v < graph->nodes; v++) parents[v] = NODE_NONE, distance[v] = SIM_NEVER;
    distance[source] = 0;
    heap_push(&heap, (HeapItem){ .key = 0, .low = source, .node = source });
    while (heap_pop(&heap, &item)) {
        NodeId v = item.node;
        if (settled[v]) continue;
        settled[v] = true;
        reached++;
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
            NodeId u = graph->links[i].to;
            SimTime way = distance[v] + graph_latency(graph, i);
            if (settled[u] || way > distance[u]) continue;
            if (way == distance[u]) {
                parents[u] = MIN(parents[u], v);
                continue;
            }
            distance[u] = way;
            parents[u] = v;
            heap_push(&heap, (HeapItem){ .key = way, .low = u, .node = u });
        }
    }
    heap_clear(&heap);
    return reached;
}

uint32_t graph_shortest_tree(const Graph *graph, NodeId source, NodeId *parents, SimTime *distances)
{
    g_assert(source < graph->nodes);
    bool *settled = big_new(graph->nodes, sizeof *settled);
    SimTime *distance = distances ? distances : big_new(graph->nodes, sizeof *distance);
    uint32_t reached = settle(graph, source, parents, distance, settled);
    if (!distances) big_free(distance, graph->nodes, sizeof *distance);
    big_free(settled, graph->nodes, sizeof *settled);
    return reached;
}

static void offer_links(const Graph *graph, NodeId v, const bool *joined, Heap *heap)
{
    for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
        NodeId u = graph->links[i].to;
        if (joined[u]) continue;
        SimTime both = graph_latency(graph, i) + graph_latency(graph, graph_reverse(graph, v, i));
        heap_push(heap, (HeapItem){ .key = both, .low = MIN(u, v), .high = MAX(u, v), .node = u, .from = v });
    }
}

uint32_t graph_spanning_tree(const Graph *graph, NodeId source, NodeId *parents)
{
    g_assert(source < graph->nodes);
    bool *joined = big_new(graph->nodes, sizeof *joined);
    uint32_t reached = 1;
    Heap heap = { 0 };
    HeapItem item;
    for (uint32_t v = 0; v < graph->nodes; v++) parents[v] = NODE_NONE;
    joined[source] = true;
    offer_links(graph, source, joined, &heap);
    while (heap_pop(&heap, &item)) {
        if (joined[item.node]) continue;
        joined[item.node] = true;
        parents[item.node] = item.from;
        reached++;
        offer_links(graph, item.node, joined, &heap);
    }
    heap_clear(&heap);
    big_free(joined, graph->nodes, sizeof *joined);
    return reached;
}

Topology *topology_new_trees(uint32_t nodes, NodeId *const *parents, uint32_t count)
{
    Edges edges = { 0 };
    edges_reserve(&edges, (size_t)nodes * count);
    for (uint32_t t = 0; t < count; t++)
        for (uint32_t v = 0; v < nodes; v++)
            if (parents[t][v] != NODE_NONE) edges_add(&edges, v, parents[t][v]);
    Topology *topology = topology_new(nodes, edges_graph(&edges, nodes));
    for (uint32_t t = 0; t < count; t++) topology_add_tree(topology, parents[t]);
    return topology;
}
