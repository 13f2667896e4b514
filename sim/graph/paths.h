/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shortest paths between any two nodes of a graph, found when first asked for.
 *
 * One search gives the row of a source, 4 bytes a node (8 where a path takes
 * 2^32-1 ns or more).  Rows are kept as long as the memory that is granted
 * holds them all; then the oldest makes room.  A kept row answers in constant
 * time, a new one takes O(links log nodes).
 *
 * Source: E. W. Dijkstra, "A note on two problems in connexion with graphs",
 * Numerische Mathematik 1, 1959.
 */
#pragma once
#include "graph/graph.h"

typedef struct Paths Paths;

/* What a pair without a path takes: 36 years, which no run lives to see. */
#define PATHS_NONE ((SimTime)1 << 60)

/* Paths over `graph`, which must outlive them, where the link at place i takes
 * ns[i] (>= 0; copied).  At most `memory` bytes of rows are kept, though two
 * rows at least. */
Paths *paths_new(const Graph *graph, const double *ns, size_t memory);
void paths_free(Paths *paths);

/* What the link at place i takes, in whole ns. */
SimTime paths_link(const Paths *paths, uint32_t i);

/* From `from` to `to` in ns, or PATHS_NONE. */
SimTime paths_between(Paths *paths, NodeId from, NodeId to);

/* Calls visit(data, place) for each link of a shortest path, last to first, where
 * `place` is that of the direction from the lower to the higher node; nothing
 * where there is no path.  Among equals the path depends on the graph alone.  A
 * row that is walked takes as much memory again. */
typedef void (*PathsVisit)(void *data, uint32_t place);
void paths_walk(Paths *paths, NodeId from, NodeId to, PathsVisit visit, void *data);

/* The greatest of all links, ns; 0 where there are none. */
SimTime paths_longest_link(const Paths *paths);

/* How many searches were made. */
uint64_t paths_searches(const Paths *paths);
