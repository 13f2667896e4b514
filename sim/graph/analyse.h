/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a graph is like: its parts, degrees, distances and weak points.
 *
 * Sources: M. Then et al., "The more the merrier: efficient multi-source graph
 * traversal", PVLDB 8(4), 2014 (distances from 64 nodes at once); articulation
 * points and clustering are igraph's.
 */
#pragma once
#include <stdbool.h>

#include "graph/topology.h"

/* Sets labels[0..nodes-1] to the number of each node's component: 0 is the one
 * of node 0, then in the order of their lowest nodes.  Returns how many there
 * are.  Linear time. */
uint32_t graph_components(const Graph *graph, uint32_t *labels);

/* Distances are hops between pairs that a way connects. */
typedef struct {
    uint64_t links;
    uint32_t degree_least, degree_most;
    double degree_mean;
    uint32_t components;
    uint32_t largest;               /* nodes in the largest component */
    bool tree;                      /* one component, no way round */
    uint32_t diameter;
    bool diameter_exact;            /* else a lower bound: the graph is too large */
    double mean_path;               /* NaN where no pair is connected */
    uint32_t mean_path_sources;     /* how many nodes it was taken from; all but on large graphs */
    uint32_t articulation_points;   /* nodes whose loss alone splits a component */
    double clustering;              /* 3 triangles / pairs of links at a node (transitivity); NaN where there are none */
} Figures;

/* Looks at the topology.  Distances are exact where all of them take at most
 * ANALYSE_WORK steps or it is a tree; else the diameter is a lower bound by a
 * double sweep, and the mean is taken from 64 sources drawn by `seed`.
 * False and *error where igraph fails. */
#define ANALYSE_WORK 1e9
bool topology_analyse(const Topology *topology, uint64_t seed, Figures *out, GError **error);
