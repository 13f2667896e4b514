/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/edges.h"

#include <string.h>

#include "core/memory.h"

static NodeId *grown(NodeId *old, size_t count, size_t room)
{
    NodeId *larger = big_new(room, sizeof *larger);
    if (count) memcpy(larger, old, count * sizeof *old);
    big_free(old, count, sizeof *old);
    return larger;
}

void edges_reserve(Edges *edges, size_t room)
{
    if (room <= edges->room) return;
    edges->a = grown(edges->a, edges->room, room);
    edges->b = grown(edges->b, edges->room, room);
    edges->room = room;
}

void edges_grow(Edges *edges)
{
    edges_reserve(edges, edges->room ? 2 * edges->room : 64);
}

void edges_clear(Edges *edges)
{
    big_free(edges->a, edges->room, sizeof *edges->a);
    big_free(edges->b, edges->room, sizeof *edges->b);
    *edges = (Edges){ 0 };
}

Graph *edges_graph(Edges *edges, uint32_t nodes)
{
    Graph *graph = graph_new(nodes, edges->a, edges->b, edges->count);
    edges_clear(edges);
    return graph;
}
