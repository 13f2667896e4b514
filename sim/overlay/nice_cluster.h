/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One cluster of NICE as one of its members knows it: who is in it, when each was
 * heard, and how far apart they are.
 *
 * Distances are us; each is what one of the two last told.  This is no variant: it
 * is the part of nice.c that knows nothing of messages.
 */
#pragma once
#include "core/units.h"

enum { NICE_MOST = 64 };                        /* members of a cluster, at the very most */
#define NICE_UNKNOWN UINT32_MAX

typedef struct { NodeId node; SimTime heard; } NiceMember;

typedef struct {
    NiceMember *members;        /* owned; in no order */
    uint32_t *distances;        /* owned; [i * room + j]: from i to j as i told */
    uint32_t count, room;
} NiceCluster;

void nice_cluster_clear(NiceCluster *cluster);

/* The place of a node, or `count`. */
uint32_t nice_cluster_find(const NiceCluster *cluster, NodeId node);

/* Adds a node that is not in it, heard `now`, at unknown distances; false where it is full. */
bool nice_cluster_add(NiceCluster *cluster, NodeId node, SimTime now);

/* False where it is not in it; the last member takes its place. */
bool nice_cluster_remove(NiceCluster *cluster, NodeId node);

/* The members with part[i] == `side`, and what is known of their distances; clear it. */
NiceCluster nice_cluster_part(const NiceCluster *cluster, const bool part[NICE_MOST], bool side);

void nice_cluster_tell(NiceCluster *cluster, uint32_t from, uint32_t to, uint32_t us);

/* Between places i and j, whoever told; NICE_UNKNOWN where neither has. */
uint32_t nice_cluster_distance(const NiceCluster *cluster, uint32_t i, uint32_t j);

/* From place i to the farthest other; NICE_UNKNOWN where one of them is. */
uint32_t nice_cluster_radius(const NiceCluster *cluster, uint32_t i);

/* The place of the graph-theoretic centre, but not `except` (`count`: anybody): the least
 * radius, ties and unknown ones to the lowest id; `count` where nobody is left. */
uint32_t nice_cluster_centre(const NiceCluster *cluster, uint32_t except);

/* Halves it: away[i] says who leaves the half of place `hub`.  Both have at least `least`
 * members (2 * least <= count), and the larger of their radii is as small as can be.  A
 * distance that is not known counts as the way by `hub`.  O(count^4). */
void nice_cluster_split(const NiceCluster *cluster, uint32_t hub, uint32_t least, bool away[NICE_MOST]);
