/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a network: how long a message takes between two nodes.
 *
 * `latency = matrix(FILE, …)` in [network] names a variant and its arguments:
 * its parameters are read in the order of their rows, or by name.  A bare
 * duration or a distribution names the variant `distribution`.  Loss, jitter
 * and order are the same for all and are applied by the world.
 */
#pragma once
#include "core/random.h"
#include "core/variant.h"
#include "graph/topology.h"

/* `placement` of nodes on the rows of a matrix or the routers of a graph. */
typedef enum { PLACEMENT_RANDOM, PLACEMENT_DISTINCT, PLACEMENT_IN_ORDER } Placement;

/* The keys that every network has. */
typedef struct {
    char *latency;              /* text of the key, "name(arguments)" or a distribution */
    int placement;              /* Placement */
    Distribution access;        /* last-mile delay of a node, ns, added at both ends */
    bool asymmetric;            /* a drawn latency differs between the directions of a pair */
    Distribution jitter;        /* added to each message on each hop, ns */
    Loss loss;                  /* of messages on a hop; its state belongs to the link, one for each direction */
    bool reorder;               /* a later message may overtake an earlier one of its link */
    uint64_t seed;              /* the same network in every replication; UINT64_MAX: drawn for each */
} NetworkSettings;

extern const Param network_params[];

/* What a network may use while it is built for one run. */
typedef struct {
    uint32_t nodes;
    uint64_t seed;              /* for random_stream(seed, "network/…", index) */
    Placement placement;
    bool asymmetric;
    const Topology *overlay;    /* where `after_overlay`, else NULL */
} NetworkScope;

typedef struct {
    Variant variant;
    bool after_overlay;         /* built from the links of the overlay */

    /* Everything that latency() needs, for one run; or NULL and *error.  The
     * configuration outlives it. */
    void *(*build)(const void *config, const NetworkScope *scope, GError **error);
    void (*free)(void *network);

    /* One way from a to b (different nodes), in ns, >= 0, without jitter.  The
     * same pair always gives the same value. */
    SimTime (*latency)(const void *network, NodeId a, NodeId b);

    /* (optional) A duration that most links stay under, ns; steers the engine only. */
    SimTime (*horizon)(const void *config);

    /* (optional) Where a node is, for drawing; false if unknown. */
    bool (*position)(const void *network, NodeId node, double *x, double *y);

    /* (optional) What loading left out or filled in, for people; NULL: nothing.
     * The configuration owns it. */
    const char *(*notes)(const void *config);

    /* (optional) Rows or routers that nodes are placed on, so that `distinct` and
     * `in-order` can be refused before the run; 0: no limit. */
    uint32_t (*places)(const void *config);

    /* (optional) The name of the row or router that the node stands on; NULL: it has none. */
    const char *(*place_name)(const void *network, NodeId node);
} Network;

/* The place (0 .. places-1) of each node, by the scope's placement; free it.
 * Distinct and in-order need nodes <= places, which is checked before. */
uint32_t *network_place(const NetworkScope *scope, uint32_t places);
