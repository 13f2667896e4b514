/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The door to igraph.  Included by graph/ alone: no other room sees its types.
 *
 * igraph's default handler aborts, its warnings go to standard error, and it
 * draws from one hidden generator.  Between door_enter() and the next one,
 * errors and warnings are kept for us and the generator has a known seed.
 */
#pragma once
#include <igraph.h>
#include <stdbool.h>

#include "graph/graph.h"

/* Comes before the igraph calls that belong together: installs our handlers and
 * the table of attributes, forgets what was said before, seeds the generator. */
void door_enter(uint64_t seed);

/* Sets *error to what igraph said first (SIM_ERROR_TOPOLOGY), behind `what` and
 * a colon; returns false.  For use where a call did not return IGRAPH_SUCCESS. */
bool door_fail(GError **error, const char *what);

/* igraph's reason alone; "" where it gave none. */
const char *door_reason(void);

/* What igraph warned of since door_enter(), a line each; "" for nothing. */
const char *door_warnings(void);

/* `graph` as igraph's, to be destroyed; edge i is the i-th place of `links`
 * whose row is lower than its `to`.  False and *error where memory runs out. */
bool door_to_igraph(const Graph *graph, igraph_t *out, GError **error);

/* igraph's graph as ours; directions, loops and parallel edges are lost. */
Graph *door_from_igraph(const igraph_t *graph);
