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
    GStringChunk *owner;        /* of the texts themselves; NULL for numbers */
} LinkColumn;

/* What a file listed before it became a simple undirected graph. */
typedef struct {
    uint64_t links;             /* lines or elements that are a link */
    uint64_t loops;             /* of a node to itself, left out */
    uint64_t parallel;          /* beyond the first between the same two nodes in the same direction, merged */
    uint64_t opposite;          /* pairs of nodes listed in both directions, made one link */
} LinksFound;

/* Owns all it points to, but shares its columns with its copies. */
typedef struct {
    uint32_t nodes;
    bool complete;              /* every pair is linked: `graph` is NULL, neighbors go by number */
    bool live;                  /* nodes find their neighbors as they run: `graph` is NULL */
    Graph *graph;
    uint32_t trees;             /* 0 for a mesh */
    NodeId **parents;           /* for each tree, each node's parent; NODE_NONE for its root */
    char **names;               /* `nodes` texts, not always different; NULL where nodes only have numbers */
    double *x, *y;              /* places, NaN where unknown; or NULL */
    bool geographic;            /* x is longitude, y latitude, in degrees */
    GPtrArray *columns;         /* of LinkColumn *; never NULL */
    GString *notes;             /* what a loader left out or filled in, one a line, for people; never NULL */
    LinksFound found;           /* zeroes where it comes from no file */
} Topology;

/* A topology that takes `graph` over; NULL for a complete one of `nodes` nodes. */
Topology *topology_new(uint32_t nodes, Graph *graph);
void topology_free(Topology *topology);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Topology, topology_free)

/* One of its own for a run to change; only the columns, which nobody changes, are shared. */
Topology *topology_copy(const Topology *topology);

/* Makes it a topology of one more tree with these parents (taken over). */
void topology_add_tree(Topology *topology, NodeId *parents);

/* The topology of some nodes alone: node v becomes number[v], or is left out
 * where that is NODE_NONE.  `number` ascends over the `nodes` kept ones, and no
 * link leads from a kept node to one left out. */
Topology *topology_part(const Topology *topology, const NodeId *number, uint32_t nodes);

/* The column of that name, or NULL. */
const LinkColumn *topology_column(const Topology *topology, const char *name);
