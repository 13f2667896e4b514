/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A growing list of edges, unordered pairs of nodes, from which a graph is made. */
#pragma once
#include "graph/graph.h"

/* Zeroed is empty. */
typedef struct {
    NodeId *a, *b;
    size_t count, room;
} Edges;

void edges_grow(Edges *edges);

/* Makes room for this many at once, which large lists are asked for in time. */
void edges_reserve(Edges *edges, size_t room);

void edges_clear(Edges *edges);

static inline void edges_add(Edges *edges, NodeId a, NodeId b)
{
    if (edges->count == edges->room) edges_grow(edges);
    edges->a[edges->count] = a;
    edges->b[edges->count++] = b;
}

/* The graph of these pairs (graph_new); empties the list. */
Graph *edges_graph(Edges *edges, uint32_t nodes);
