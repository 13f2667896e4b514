/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many shortest paths lead through each node.
 *
 * Source: U. Brandes, "A faster algorithm for betweenness centrality", Journal
 * of Mathematical Sociology 25(2), 2001; from some sources only: U. Brandes,
 * C. Pich, "Centrality estimation in large networks", 2007.
 */
#pragma once
#include "core/random.h"
#include "graph/graph.h"

/* Steps that an exact answer may take; beyond, sources are drawn at random. */
#define BETWEENNESS_WORK 2e9

/* Sets score[0..nodes-1] to the sum over ordered pairs of other nodes of the share
 * of their shortest paths (fewest hops) that lead through the node: exact where
 * nodes * links <= BETWEENNESS_WORK, else from as many sources as that allows,
 * scaled.  O(nodes * links). */
void graph_betweenness(const Graph *graph, Random *random, double *score);
