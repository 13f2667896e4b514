/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places for the nodes of a graph, so that it can be drawn.
 *
 *     a tree of at most 2,000 levels      Reingold and Tilford, node 0 on top
 *     up to 1,000 nodes                   Fruchterman and Reingold
 *     up to 50,000 nodes                  DrL
 *
 * Sources: E. M. Reingold and J. S. Tilford, "Tidier drawings of trees", IEEE TSE
 * 7(2), 1981; T. M. J. Fruchterman and E. M. Reingold, "Graph drawing by
 * force-directed placement", Software: Practice and Experience 21(11), 1991;
 * S. Martin et al., "OpenOrd: an open-source toolbox for large graph layout",
 * VDA 2011 (DrL); all as in igraph.
 */
#pragma once
#include <stdbool.h>

#include "graph/topology.h"

enum { LAYOUT_NODES_MOST = 50000 };

/* Sets x[i], y[i] for every node, in no particular unit; equal for equal seeds.
 * False and *error (SIM_ERROR_TOPOLOGY) where there are too many nodes. */
bool graph_layout(const Graph *graph, uint64_t seed, double *x, double *y, GError **error);

/* Gives the topology places where it has none.  Places that it has stay; a node
 * without one stands in the middle of its placed neighbors.  Complete ones
 * become a circle. */
bool topology_layout(Topology *topology, uint64_t seed, GError **error);
