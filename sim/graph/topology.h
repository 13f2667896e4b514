/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph with what is known of it: names, places, measured links, tree parents. */
#pragma once
#include <stdbool.h>

#include "graph/graph.h"

/* A quantity that a file gives for each link. */
typedef struct {
    char *name;                 /* as in the file, or weight, distance, length, delay where it has none */
    double *values;             /* for each place in graph->links; NaN where missing; NULL for texts */
    char **texts;               /* the same for text columns ("10 ms"); NULL where missing; NULL for numbers */
} LinkColumn;

/* Owns all it points to. */
typedef struct {
    uint32_t nodes;
    bool complete;              /* every pair is linked: `graph` is NULL, neighbors go by number */
    Graph *graph;
    uint32_t trees;             /* 0 for a mesh */
    NodeId **parents;           /* for each tree, each node's parent; NODE_NONE for its root */
    char **names;               /* `nodes` texts, or NULL */
    double *x, *y;              /* places, NaN where unknown; or NULL */
    bool geographic;            /* x is longitude, y latitude, in degrees */
    GPtrArray *columns;         /* of LinkColumn *; never NULL */
    GString *notes;             /* what a loader left out or filled in, for people; never NULL */
} Topology;

/* A topology that takes `graph` over; NULL for a complete one of `nodes` nodes. */
Topology *topology_new(uint32_t nodes, Graph *graph);
void topology_free(Topology *topology);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Topology, topology_free)

/* Makes it a topology of one more tree with these parents (taken over). */
void topology_add_tree(Topology *topology, NodeId *parents);

/* The column of that name, or NULL. */
const LinkColumn *topology_column(const Topology *topology, const char *name);
