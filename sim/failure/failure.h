/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a failure: what goes wrong, where and when. */
#pragma once
#include "core/random.h"
#include "core/variant.h"
#include "graph/topology.h"

typedef struct FailureScope FailureScope;           /* one run being set up; the world owns it */

typedef struct {
    Variant variant;

    /* (optional) Which key names nodes that must exist (*nodes NULL: none). */
    void (*refers)(const void *config, const Nodes **nodes);

    /* Plans all that goes wrong in one run, in any order. */
    void (*plan)(const void *config, FailureScope *scope);
} Failure;

uint32_t failure_node_count(const FailureScope *scope);
SimTime  failure_end(const FailureScope *scope);    /* the end of the run */
Random  *failure_random(FailureScope *scope);       /* this section's own stream */
const Topology *failure_overlay(const FailureScope *scope);

/* The node numbers of a set, ascending, drawn where the set says so; free it. */
NodeId  *failure_nodes(FailureScope *scope, const Nodes *nodes, uint32_t *count);

/* Every node that publishes, ascending; owned by the scope. */
const NodeId *failure_sources(const FailureScope *scope, uint32_t *count);

/* From `at` until `until` (SIM_NEVER: for good) the node is down.  A node that
 * several failures hold down comes up when the last lets go. */
void     failure_node_down(FailureScope *scope, NodeId node, SimTime at, SimTime until);

/* From `at` until `until` every message sent over the link between a and b, in
 * either direction, is dropped. */
void     failure_link_down(FailureScope *scope, NodeId a, NodeId b, SimTime at, SimTime until);
