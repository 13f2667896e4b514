/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/distances.h"

#include <string.h>

#include "core/memory.h"

/* Bit i of a node's words is about the search from source i.  Only nodes that
 * some search has just reached are looked at. */
struct DistancesRoom {
    const Graph *graph;
    uint64_t *seen, *now, *next;
    NodeId *active, *coming;    /* those with a bit in `now`; in `next` */
};

DistancesRoom *distances_room_new(const Graph *graph)
{
    DistancesRoom *room = g_new0(DistancesRoom, 1);
    room->graph = graph;
    room->seen = big_new(graph->nodes, sizeof *room->seen);
    room->now = big_new(graph->nodes, sizeof *room->now);
    room->next = big_new(graph->nodes, sizeof *room->next);
    room->active = big_new(graph->nodes, sizeof *room->active);
    room->coming = big_new(graph->nodes, sizeof *room->coming);
    return room;
}

void distances_room_free(DistancesRoom *room)
{
    uint32_t nodes = room->graph->nodes;
    big_free(room->seen, nodes, sizeof *room->seen);
    big_free(room->now, nodes, sizeof *room->now);
    big_free(room->next, nodes, sizeof *room->next);
    big_free(room->active, nodes, sizeof *room->active);
    big_free(room->coming, nodes, sizeof *room->coming);
    g_free(room);
}

/* Moves every search one hop on; returns how many nodes are active then. */
static uint32_t step(DistancesRoom *room, uint32_t active)
{
    const Graph *graph = room->graph;
    uint32_t coming = 0, kept = 0;
    for (uint32_t i = 0; i < active; i++) {
        NodeId v = room->active[i];
        for (uint32_t l = graph->first[v]; l < graph->first[v + 1]; l++) {
            NodeId u = graph->links[l].to;
            uint64_t fresh = room->now[v] & ~room->seen[u];
            if (!fresh) continue;
            if (!room->next[u]) room->coming[coming++] = u;
            room->next[u] |= fresh;
        }
    }
    for (uint32_t i = 0; i < active; i++) room->now[room->active[i]] = 0;
    for (uint32_t i = 0; i < coming; i++) {
        NodeId u = room->coming[i];
        room->now[u] = room->next[u];
        room->seen[u] |= room->next[u];
        room->next[u] = 0;
        room->active[kept++] = u;
    }
    return kept;
}

void distances_add(DistancesRoom *room, const NodeId *sources, uint32_t count, Distances *out)
{
    g_assert(count <= DISTANCES_TOGETHER);
    memset(room->seen, 0, (size_t)room->graph->nodes * sizeof *room->seen);
    for (uint32_t i = 0; i < count; i++) {
        room->seen[sources[i]] = room->now[sources[i]] = (uint64_t)1 << i;
        room->active[i] = sources[i];
    }
    uint32_t active = count;
    for (uint32_t hops = 1; (active = step(room, active)); hops++) {
        uint64_t reached = 0;
        for (uint32_t i = 0; i < active; i++) reached += (unsigned)__builtin_popcountll(room->now[room->active[i]]);
        out->pairs += reached;
        out->hops += (double)reached * hops;
        out->most = MAX(out->most, hops);
    }
}
