/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Next hops between nodes: as a live overlay says, or on the shortest ways of a
 * static one, one search for each node that is ever asked about. */
#include "graph/tree.h"
#include "world/state.h"

/* Each node's next hop to `to`. */
static const NodeId *ways_to(World *world, NodeId to)
{
    if (!world->ways) world->ways = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
    NodeId *ways = g_hash_table_lookup(world->ways, GUINT_TO_POINTER(to));
    if (ways) return ways;
    ways = g_new(NodeId, world->nodes);
    graph_shortest_tree(world->graph, to, ways, NULL);
    g_hash_table_insert(world->ways, GUINT_TO_POINTER(to), ways);
    return ways;
}

NodeId node_next_hop(Node *self, NodeId of, NodeId to)
{
    World *world = self->world;
    if (of == to) return NODE_NONE;
    if (world->live) return world->live->next_hop(self, of, to);
    return world->graph ? ways_to(world, to)[of] : to;
}

void next_hop_free(World *world) { g_clear_pointer(&world->ways, g_hash_table_unref); }
