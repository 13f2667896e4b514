/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routers and their links as a network draws them, with the shortest paths between. */
#pragma once
#include "graph/paths.h"

typedef struct { NodeId a, b; SimTime ns; } RouterLink;

typedef struct {
    Graph *graph;
    Paths *paths;
} Routers;

/* `count` routers with these links (of RouterLink), of which no two are parallel. */
Routers *routers_new(uint32_t count, const GArray *links);
void routers_free(Routers *routers);

/* Between two routers in ns; 0 from one to itself, PATHS_NONE where there is no path. */
SimTime routers_latency(const Routers *routers, NodeId a, NodeId b);
