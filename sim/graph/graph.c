/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/graph.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Fills the rows by walking the columns in ascending order: row r gets its
 * entries ascending because column c comes before column c+1.  The transpose
 * of a symmetric set is the set itself, so two passes sort every row. */
static void transpose(uint32_t nodes, const uint32_t *first, const Link *from, uint32_t *cursor, Link *to)
{
    memcpy(cursor, first, (size_t)nodes * sizeof *cursor);
    for (uint32_t c = 0; c < nodes; c++)
        for (uint32_t i = first[c]; i < first[c + 1]; i++) to[cursor[from[i].to]++].to = c;
}

static void count_degrees(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count, uint32_t *first)
{
    for (uint64_t i = 0; i < count; i++)
        if (a[i] != b[i]) first[a[i] + 1]++, first[b[i] + 1]++;
    for (uint32_t v = 0; v < nodes; v++) first[v + 1] += first[v];
}

/* Keeps the first of equal neighbors in each sorted row; returns what is left. */
static uint32_t drop_parallel(Graph *graph)
{
    uint32_t kept = 0, start = 0;
    for (uint32_t v = 0; v < graph->nodes; v++) {
        uint32_t end = graph->first[v + 1], row = kept;
        for (uint32_t i = start; i < end; i++)
            if (kept == row || graph->links[kept - 1].to != graph->links[i].to) graph->links[kept++] = graph->links[i];
        start = end;
        graph->first[v + 1] = kept;
    }
    return kept;
}

Graph *graph_new(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count)
{
    g_assert(count < (uint64_t)1 << 31);
    Graph *graph = g_new0(Graph, 1);
    graph->nodes = nodes;
    graph->first = big_new((size_t)nodes + 1, sizeof *graph->first);
    count_degrees(nodes, a, b, count, graph->first);
    uint32_t total = graph->first[nodes];
    uint32_t *cursor = big_new((size_t)nodes + 1, sizeof *cursor);
    Link *scratch = big_new((size_t)total + 1, sizeof *scratch);
    memcpy(cursor, graph->first, (size_t)nodes * sizeof *cursor);
    for (uint64_t i = 0; i < count; i++) {
        if (a[i] == b[i]) continue;
        scratch[cursor[a[i]]++].to = b[i];
        scratch[cursor[b[i]]++].to = a[i];
    }
    graph->links = big_new((size_t)total + 1, sizeof *graph->links);
    transpose(nodes, graph->first, scratch, cursor, graph->links);
    big_free(scratch, (size_t)total + 1, sizeof *scratch);
    big_free(cursor, (size_t)nodes + 1, sizeof *cursor);
    graph->room = total;
    drop_parallel(graph);
    return graph;
}

Graph *graph_copy(const Graph *graph)
{
    Graph *copy = g_new0(Graph, 1);
    *copy = (Graph){ .nodes = graph->nodes, .room = graph->first[graph->nodes] };
    copy->first = big_new((size_t)copy->nodes + 1, sizeof *copy->first);
    copy->links = big_new((size_t)copy->room + 1, sizeof *copy->links);
    memcpy(copy->first, graph->first, ((size_t)copy->nodes + 1) * sizeof *copy->first);
    memcpy(copy->links, graph->links, (size_t)copy->room * sizeof *copy->links);
    return copy;
}

void graph_free(Graph *graph)
{
    if (!graph) return;
    big_free(graph->links, (size_t)graph->room + 1, sizeof *graph->links);
    big_free(graph->first, (size_t)graph->nodes + 1, sizeof *graph->first);
    g_free(graph);
}

uint32_t graph_find(const Graph *graph, NodeId a, NodeId b)
{
    uint32_t low = graph->first[a], high = graph->first[a + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (graph->links[middle].to < b) low = middle + 1;
        else high = middle;
    }
    return low < graph->first[a + 1] && graph->links[low].to == b ? low : UINT32_MAX;
}

uint32_t graph_reverse(const Graph *graph, NodeId a, uint32_t i)
{
    return graph_find(graph, graph->links[i].to, a);
}
