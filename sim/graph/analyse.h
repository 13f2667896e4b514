/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a graph is like: its parts, degrees, distances and weak points. */
#pragma once
#include <stdbool.h>

#include "graph/graph.h"

/* Sets labels[0..nodes-1] to the number of each node's component: 0 is the one
 * of node 0, then in the order of their lowest nodes.  Returns how many there
 * are.  Linear time. */
uint32_t graph_components(const Graph *graph, uint32_t *labels);
