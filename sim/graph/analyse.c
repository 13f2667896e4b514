/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/analyse.h"

#include "core/memory.h"

uint32_t graph_components(const Graph *graph, uint32_t *labels)
{
    uint32_t count = 0;
    NodeId *queue = big_new(graph->nodes, sizeof *queue);
    for (uint32_t v = 0; v < graph->nodes; v++) labels[v] = UINT32_MAX;
    for (uint32_t start = 0; start < graph->nodes; start++) {
        if (labels[start] != UINT32_MAX) continue;
        uint32_t head = 0, tail = 0;
        labels[start] = count;
        queue[tail++] = start;
        while (head < tail) {
            NodeId v = queue[head++];
            for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
                NodeId u = graph->links[i].to;
                if (labels[u] != UINT32_MAX) continue;
                labels[u] = count;
                queue[tail++] = u;
            }
        }
        count++;
    }
    big_free(queue, graph->nodes, sizeof *queue);
    return count;
}
