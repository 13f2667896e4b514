/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a workload: what the nodes want from each other, and when. */
#pragma once
#include "core/random.h"
#include "core/variant.h"

typedef struct WorkloadScope WorkloadScope;         /* one run being set up; the world owns it */

typedef struct {
    Variant variant;

    /* (optional) The time of its last event where that is fixed, or -1 where it
     * is drawn; decides the end of the run and is checked against `duration`. */
    SimTime (*last)(const void *config);

    /* (optional) Which keys name nodes and groups that must exist: fills *nodes
     * and *group with what the configuration points to (NULL: none). */
    void (*refers)(const void *config, const Nodes **nodes, const char **group);

    /* Plans all that happens in one run. */
    void (*plan)(const void *config, WorkloadScope *scope);
} Workload;

uint32_t workload_node_count(const WorkloadScope *scope);
Random  *workload_random(WorkloadScope *scope);     /* this section's own stream */

/* The node numbers of a set, ascending, drawn where the set says so; free it. */
NodeId  *workload_nodes(WorkloadScope *scope, const Nodes *nodes, uint32_t *count);

/* At `at` ns node `source` publishes `size` bytes to `group` (NULL: everybody).
 * What lies after the end of the run is not made, and counted. */
void     workload_publication(WorkloadScope *scope, SimTime at, NodeId source, uint64_t size, const char *group);

/* How a publication is cut for the way: into `packets` packets, any `needed` of
 * which are enough; 0, 0: it goes whole. */
typedef struct { uint32_t packets, needed; } Code;

/* The same, coded: 0 < needed <= packets <= 65535. */
void     workload_coded(WorkloadScope *scope, SimTime at, NodeId source, uint64_t size, const char *group, Code code);
