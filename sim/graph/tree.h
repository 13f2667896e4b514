/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees taken from a graph, as parents: parents[i] is the neighbor through which
 * node i is reached, NODE_NONE for the source and for what it does not reach.
 *
 *     graph_bfs_tree          fewest hops            O(nodes + links)
 *     graph_shortest_tree     least latency          O(links log nodes)
 *     graph_spanning_tree     least total latency    O(links log nodes)
 *
 * Source: E. W. Dijkstra, "A note on two problems in connexion with graphs",
 * Numerische Mathematik 1, 1959 (both problems; the second is also Prim's, 1957).
 */
#pragma once
#include "graph/topology.h"

/* Sets parents[0..nodes-1] to the breadth-first tree: a node's parent is the
 * lowest-numbered neighbor that is one hop nearer.  Returns how many nodes are
 * reached, the source included. */
uint32_t graph_bfs_tree(const Graph *graph, NodeId source, NodeId *parents);

/* Hops from the source; UINT32_MAX where it does not reach.  `queue` is room for
 * `nodes` ids, and holds the reached ones in the order of their hops.  Returns
 * how many are reached. */
uint32_t graph_hops(const Graph *graph, NodeId source, uint32_t *hops, NodeId *queue);

/* The tree of least latency from the source on; among equals a node's parent is
 * the lowest-numbered one that is nearer to the source.  Sets distances[i] (ns,
 * SIM_NEVER where not reached) unless NULL.  Returns how many are reached. */
uint32_t graph_shortest_tree(const Graph *graph, NodeId source, NodeId *parents, SimTime *distances);

/* The minimum spanning tree of the source's component, seen from the source.  A
 * link weighs the sum of its two directions; among equals the link with the
 * lower pair of ids (low end first) counts as lighter, so the tree is unique. */
uint32_t graph_spanning_tree(const Graph *graph, NodeId source, NodeId *parents);

/* A topology of the `count` trees that these arrays of parents describe; takes
 * each array (g_new) over.  A link that several trees have is there once. */
Topology *topology_new_trees(uint32_t nodes, NodeId *const *parents, uint32_t count);
