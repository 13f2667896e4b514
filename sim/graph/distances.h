/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hops between the nodes of a graph, from 64 nodes at once.  Used by graph/ alone. */
#pragma once
#include "graph/graph.h"

enum { DISTANCES_TOGETHER = 64 };

/* Sums over the ordered pairs of different nodes that a way connects. */
typedef struct {
    uint64_t pairs;
    double hops;                /* exact below 2^53 */
    uint32_t most;              /* hops of the farthest pair */
} Distances;

typedef struct DistancesRoom DistancesRoom;
DistancesRoom *distances_room_new(const Graph *graph);
void distances_room_free(DistancesRoom *room);

/* Adds the distances from `count` <= 64 different sources.  Takes at most `count`
 * breadth-first searches, much less where they meet. */
void distances_add(DistancesRoom *room, const NodeId *sources, uint32_t count, Distances *out);
