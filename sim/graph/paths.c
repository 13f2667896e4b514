/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/paths.h"

#include <math.h>
#include <string.h>

#include "graph/heap.h"

#define NO_ROW UINT32_MAX
#define NO_PATH UINT32_MAX              /* in a narrow row */

typedef struct {
    NodeId source;
    uint32_t *narrow;                   /* one of the two */
    SimTime *wide;
    NodeId *before;                     /* of each node, the one before it on the path; NULL until one is walked */
} Row;

struct Paths {
    const Graph *graph;
    SimTime *ns;                        /* of each directed link */
    bool symmetric;                     /* both directions of every link are equal */
    uint32_t *row_of;                   /* of each node, or NO_ROW */
    Row *rows;                          /* a ring: the oldest is replaced first */
    uint32_t room, count, oldest;
    SimTime *distance;                  /* of the search at work */
    NodeId *before;                     /* the same */
    Heap heap;
    uint64_t searches;
};

static bool is_symmetric(const Paths *paths)
{
    const Graph *graph = paths->graph;
    for (NodeId a = 0; a < graph->nodes; a++)
        for (uint32_t i = graph->first[a]; i < graph->first[a + 1]; i++)
            if (paths->ns[i] != paths->ns[graph_reverse(graph, a, i)]) return false;
    return true;
}

Paths *paths_new(const Graph *graph, const double *ns, size_t memory)
{
    Paths *paths = g_new0(Paths, 1);
    uint32_t links = graph->first[graph->nodes];
    paths->graph = graph;
    paths->ns = g_new(SimTime, links + 1);
    for (uint32_t i = 0; i < links; i++) {
        g_assert(ns[i] >= 0);
        paths->ns[i] = (SimTime)llround(fmin(ns[i], 0x1p60));
    }
    paths->symmetric = is_symmetric(paths);
    paths->row_of = g_new(uint32_t, graph->nodes + 1);
    memset(paths->row_of, 0xff, graph->nodes * sizeof *paths->row_of);
    paths->room = (uint32_t)CLAMP(memory / ((size_t)graph->nodes * sizeof(uint32_t) + 1), 2, graph->nodes + 1);
    paths->rows = g_new0(Row, paths->room);
    paths->distance = g_new(SimTime, graph->nodes + 1);
    paths->before = g_new(NodeId, graph->nodes + 1);
    return paths;
}

void paths_free(Paths *paths)
{
    if (!paths) return;
    for (uint32_t i = 0; i < paths->count; i++) {
        g_free(paths->rows[i].narrow);
        g_free(paths->rows[i].wide);
        g_free(paths->rows[i].before);
    }
    g_free(paths->rows);
    g_free(paths->row_of);
    g_free(paths->distance);
    g_free(paths->before);
    g_free(paths->ns);
    heap_clear(&paths->heap);
    g_free(paths);
}

/* Sets `distance` and `before`; returns the greatest that is finite. */
static SimTime search(Paths *paths, NodeId source)
{
    const Graph *graph = paths->graph;
    SimTime *distance = paths->distance, longest = 0;
    for (NodeId v = 0; v < graph->nodes; v++) distance[v] = PATHS_NONE, paths->before[v] = NODE_NONE;
    distance[source] = 0;
    heap_push(&paths->heap, (HeapItem){ .node = source });
    for (HeapItem item; heap_pop(&paths->heap, &item); ) {
        if (item.key > distance[item.node]) continue;
        longest = item.key;
        for (uint32_t i = graph->first[item.node]; i < graph->first[item.node + 1]; i++) {
            NodeId to = graph->links[i].to;
            SimTime reached = item.key + paths->ns[i];
            if (reached >= distance[to]) continue;
            distance[to] = reached;
            paths->before[to] = item.node;
            heap_push(&paths->heap, (HeapItem){ .key = reached, .low = to, .node = to });
        }
    }
    paths->searches++;
    return longest;
}

/* A place for one more row: a new one, or that of the oldest. */
static Row *free_row(Paths *paths)
{
    if (paths->count < paths->room) return &paths->rows[paths->count++];
    Row *row = &paths->rows[paths->oldest];
    paths->oldest = (paths->oldest + 1) % paths->room;
    paths->row_of[row->source] = NO_ROW;
    g_clear_pointer(&row->narrow, g_free);
    g_clear_pointer(&row->wide, g_free);
    g_clear_pointer(&row->before, g_free);
    return row;
}

static void add_row(Paths *paths, NodeId source)
{
    uint32_t nodes = paths->graph->nodes;
    bool wide = search(paths, source) >= NO_PATH;
    Row *row = free_row(paths);
    row->source = source;
    paths->row_of[source] = (uint32_t)(row - paths->rows);
    if (wide) {
        row->wide = g_memdup2(paths->distance, nodes * sizeof *paths->distance);
        return;
    }
    row->narrow = g_new(uint32_t, nodes);
    for (NodeId v = 0; v < nodes; v++)
        row->narrow[v] = paths->distance[v] == PATHS_NONE ? NO_PATH : (uint32_t)paths->distance[v];
}

static SimTime in_row(const Row *row, NodeId to)
{
    if (row->wide) return row->wide[to];
    return row->narrow[to] == NO_PATH ? PATHS_NONE : row->narrow[to];
}

SimTime paths_between(Paths *paths, NodeId from, NodeId to)
{
    uint32_t row = paths->row_of[from];
    if (G_LIKELY(row != NO_ROW)) return in_row(&paths->rows[row], to);
    if (paths->symmetric && paths->row_of[to] != NO_ROW) return in_row(&paths->rows[paths->row_of[to]], from);
    add_row(paths, from);
    return in_row(&paths->rows[paths->row_of[from]], to);
}

void paths_walk(Paths *paths, NodeId from, NodeId to, PathsVisit visit, void *data)
{
    bool fresh = paths->row_of[from] == NO_ROW;
    if (fresh) add_row(paths, from);
    Row *row = &paths->rows[paths->row_of[from]];
    if (!row->before) {
        if (!fresh) (void)search(paths, from);
        row->before = g_memdup2(paths->before, paths->graph->nodes * sizeof *paths->before);
    }
    for (NodeId before; to != from && (before = row->before[to]) != NODE_NONE; to = before)
        visit(data, graph_find(paths->graph, MIN(before, to), MAX(before, to)));
}

SimTime paths_link(const Paths *paths, uint32_t i)
{
    return paths->ns[i];
}

SimTime paths_longest_link(const Paths *paths)
{
    SimTime longest = 0;
    for (uint32_t i = 0; i < paths->graph->first[paths->graph->nodes]; i++) longest = MAX(longest, paths->ns[i]);
    return longest;
}

uint64_t paths_searches(const Paths *paths)
{
    return paths->searches;
}
