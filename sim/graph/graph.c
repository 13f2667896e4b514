/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/graph.h"

#include <stdbool.h>
#include <string.h>

#include "core/memory.h"

enum { SHORT_ROW = 32 };        /* up to here insertion beats a radix sort */

static void sort_short(Link *row, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        Link moved = row[i];
        uint32_t j = i;
        for (; j && row[j - 1].to > moved.to; j--) row[j] = row[j - 1];
        row[j] = moved;
    }
}

static bool is_sorted(const Link *row, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (row[i - 1].to > row[i].to) return false;
    return true;
}

/* Least significant byte first, as many bytes as `nodes` has. */
static void sort_long(Link *row, Link *spare, uint32_t count, uint32_t nodes)
{
    Link *from = row, *to = spare;
    for (uint32_t shift = 0; shift < 32 && (nodes - 1) >> shift; shift += 8) {
        uint32_t place[257] = { 0 };
        for (uint32_t i = 0; i < count; i++) place[(from[i].to >> shift & 255) + 1]++;
        for (uint32_t d = 0; d < 256; d++) place[d + 1] += place[d];
        for (uint32_t i = 0; i < count; i++) to[place[from[i].to >> shift & 255]++] = from[i];
        Link *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != row) memcpy(row, from, (size_t)count * sizeof *row);
}

static void sort_rows(Graph *graph)
{
    uint32_t longest = 0;
    for (uint32_t v = 0; v < graph->nodes; v++) longest = MAX(longest, graph_degree(graph, v));
    Link *spare = big_new(longest, sizeof *spare);
    for (uint32_t v = 0; v < graph->nodes; v++) {
        Link *row = graph->links + graph->first[v];
        uint32_t count = graph_degree(graph, v);
        if (count <= SHORT_ROW) sort_short(row, count);
        else if (!is_sorted(row, count)) sort_long(row, spare, count, graph->nodes);
    }
    big_free(spare, longest, sizeof *spare);
}

/* Rows and cursors are met in random order: each is asked for some pairs ahead. */
enum { AHEAD = 16 };

static void count_degrees(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count, uint32_t *first)
{
    for (uint64_t i = 0; i < count; i++) {
        if (i + AHEAD < count) {
            __builtin_prefetch(&first[a[i + AHEAD] + 1], 1);
            __builtin_prefetch(&first[b[i + AHEAD] + 1], 1);
        }
        first[a[i] + 1]++;
        first[b[i] + 1]++;
    }
    for (uint32_t v = 0; v < nodes; v++) first[v + 1] += first[v];
}

static void fill_rows(Graph *graph, const NodeId *a, const NodeId *b, uint64_t count)
{
    Link *links = graph->links;
    uint32_t *cursor = big_new((size_t)graph->nodes + 1, sizeof *cursor);
    memcpy(cursor, graph->first, (size_t)graph->nodes * sizeof *cursor);
    for (uint64_t i = 0; i < count; i++) {
        if (i + 2 * AHEAD < count) {
            __builtin_prefetch(&cursor[a[i + 2 * AHEAD]], 1);
            __builtin_prefetch(&cursor[b[i + 2 * AHEAD]], 1);
            __builtin_prefetch(&links[cursor[a[i + AHEAD]]], 1);
            __builtin_prefetch(&links[cursor[b[i + AHEAD]]], 1);
        }
        links[cursor[a[i]]++].to = b[i];
        links[cursor[b[i]]++].to = a[i];
    }
    big_free(cursor, (size_t)graph->nodes + 1, sizeof *cursor);
}

Graph *graph_new_loose(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count)
{
    g_assert(count < (uint64_t)1 << 31);
    Graph *graph = g_new0(Graph, 1);
    graph->nodes = nodes;
    graph->first = big_new((size_t)nodes + 1, sizeof *graph->first);
    count_degrees(nodes, a, b, count, graph->first);
    graph->room = graph->first[nodes];
    graph->links = big_new((size_t)graph->room + 1, sizeof *graph->links);
    fill_rows(graph, a, b, count);
    sort_rows(graph);
    return graph;
}

/* Drops loops, and all but the first of equal neighbors in each row. */
static void simplify(Graph *graph)
{
    Link *links = graph->links;
    uint32_t kept = 0, start = 0;
    for (uint32_t v = 0; v < graph->nodes; v++) {
        uint32_t end = graph->first[v + 1], row = kept;
        for (uint32_t i = start; i < end; i++) {
            bool again = kept > row && links[kept - 1].to == links[i].to;
            if (!again && links[i].to != v) links[kept++] = links[i];
        }
        start = end;
        graph->first[v + 1] = kept;
    }
}

Graph *graph_new(uint32_t nodes, const NodeId *a, const NodeId *b, uint64_t count)
{
    Graph *graph = graph_new_loose(nodes, a, b, count);
    simplify(graph);
    return graph;
}

Graph *graph_new_complete(uint32_t nodes)
{
    uint64_t total = nodes ? (uint64_t)nodes * (nodes - 1) : 0;
    g_assert(total < UINT32_MAX);
    Graph *graph = g_new0(Graph, 1);
    *graph = (Graph){ .nodes = nodes, .room = (uint32_t)total };
    graph->first = big_new((size_t)nodes + 1, sizeof *graph->first);
    graph->links = big_new((size_t)total + 1, sizeof *graph->links);
    uint32_t place = 0;
    for (uint32_t v = 0; v < nodes; v++) {
        for (uint32_t u = 0; u < nodes; u++)
            if (u != v) graph->links[place++].to = u;
        graph->first[v + 1] = place;
    }
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
    if (graph->slow) copy->slow = g_array_copy(graph->slow);
    return copy;
}

void graph_free(Graph *graph)
{
    if (!graph) return;
    if (graph->slow) g_array_unref(graph->slow);
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

void graph_relink(Graph *graph, NodeId node, NodeId old, NodeId new)
{
    uint32_t i = graph_find(graph, node, old);
    g_assert(i != UINT32_MAX);
    for (; i + 1 < graph->first[node + 1] && graph->links[i + 1].to < new; i++) graph->links[i] = graph->links[i + 1];
    for (; i > graph->first[node] && graph->links[i - 1].to > new; i--) graph->links[i] = graph->links[i - 1];
    graph->links[i] = (Link){ .to = new };
}

/* Where the slow link of this place stands, or would stand. */
static guint slow_position(const GArray *slow, uint32_t place)
{
    guint low = 0, high = slow->len;
    if (high && g_array_index(slow, SlowLink, high - 1).place < place) return high;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(slow, SlowLink, middle).place < place) low = middle + 1;
        else high = middle;
    }
    return low;
}

void graph_set_latency(Graph *graph, uint32_t i, SimTime latency)
{
    g_assert(latency >= 0);
    if (latency < LATENCY_ESCAPED) {
        graph->links[i].latency = (uint32_t)latency;
        return;
    }
    if (!graph->slow) graph->slow = g_array_new(FALSE, FALSE, sizeof(SlowLink));
    SlowLink entry = { i, latency };
    guint at = slow_position(graph->slow, i);
    if (at < graph->slow->len && g_array_index(graph->slow, SlowLink, at).place == i)
        g_array_index(graph->slow, SlowLink, at) = entry;
    else
        g_array_insert_val(graph->slow, at, entry);
    graph->links[i].latency = LATENCY_ESCAPED;
}

SimTime graph_slow_latency(const Graph *graph, uint32_t i)
{
    g_assert(graph->slow);
    guint at = slow_position(graph->slow, i);
    g_assert(at < graph->slow->len && g_array_index(graph->slow, SlowLink, at).place == i);
    return g_array_index(graph->slow, SlowLink, at).latency;
}
