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

/* `sharing` of an access link among the messages that wait for it, and `shaped`. */
typedef enum { SHARING_FIFO, SHARING_EQUAL } Sharing;
typedef enum { SHAPED_ALL, SHAPED_SOURCES } Shaped;

/* A class of access links: of the nodes that are named, or of those whose draw in
 * [0, 1) lies below `up_to` and not below that of the class before it. */
typedef struct {
    double up_to;
    NodeId first, last;         /* NODE_NONE: drawn */
    double upload, download;    /* bit/s; INFINITY: unlimited */
} NetworkClass;

/* What a message takes from one node to another, whatever the network says. */
typedef struct {
    uint64_t pair;              /* from << 32 | to */
    SimTime ns;
} LatencyOverride;

/* [link A-B]: one link, or pair of nodes, that differs from the others; both ways. */
typedef struct {
    NodeId a, b;                /* a < b */
    SimTime latency;            /* ns; -1: the network's */
    Loss loss;                  /* where `loses`, in place of the network's */
    bool loses;
    Distribution bandwidth;     /* of each way, bit/s, one message after the other; LAW_ABSENT: unlimited */
    uint64_t mtu;               /* bytes that travel as one packet; a larger message is lost with any of its packets.
                                 * UINT64_MAX: none */
    int line;                   /* of its section, for messages */
} LinkRule;

extern const Param link_params[];

typedef enum { ROUTING_SHORTEST, ROUTING_TREE } Routing;

/* The keys that every network has, and what [link A-B] adds. */
typedef struct {
    char *latency;              /* text of the key, "name(arguments)" or a distribution */
    int placement;              /* Placement */
    Distribution access;        /* last-mile delay of a node, ns, added at both ends */
    bool asymmetric;            /* a drawn latency differs between the directions of a pair */
    Distribution jitter;        /* added to each message on each hop, ns */
    Loss loss;                  /* of messages on a hop; its state belongs to the link, one for each direction */
    bool reorder;               /* a later message may overtake an earlier one of its link */
    Distribution upload, download;  /* of a node's access link, bit/s; LAW_ABSENT: unlimited */
    char *classes;              /* a file that gives both; NULL: none */
    int sharing;                /* Sharing */
    uint64_t queue;             /* bytes that wait at most; UINT64_MAX: unlimited */
    uint64_t header;            /* bytes added to each message */
    Distribution processing;    /* at the receiving node, ns, one message at a time */
    Distribution rate;          /* at which a token bucket fills, bit/s; LAW_ABSENT: no shaping */
    uint64_t burst;             /* bytes that it holds; UINT64_MAX: not given */
    int shaped;                 /* Shaped */
    int routing;                /* Routing: packets of the communication models over the overlay */
    bool heal;                  /* their ways follow what fails and comes back … */
    SimTime convergence;        /* … that long after, ns */
    uint64_t seed;              /* the same network in every replication; UINT64_MAX: drawn for each */

    NetworkClass *class_list;   /* what `classes` holds; owned */
    uint32_t class_count;
    char *overrides;            /* a file of latencies of single pairs; NULL: none */
    LatencyOverride *override_list;     /* what it holds, ascending by pair; owned */
    uint32_t override_count;
    LinkRule *links;            /* owned */
    uint32_t link_count;
} NetworkSettings;

extern const Param network_params[];

/* Reads a table of classes: lines "SHARE, UPLOAD, DOWNLOAD" whose shares add up to
 * 100 %, and "node N, …" or "nodes A..B, …", which win, the first that fits.  Returns them and sets *count, to be freed; or NULL and *error
 * (SIM_ERROR: FILE, SYNTAX or RANGE, with the line). */
NetworkClass *network_classes_read(const char *path, uint32_t *count, GError **error);

/* Reads latencies of pairs: lines "A, B, LATENCY" for both directions, or "A, B,
 * LATENCY, LATENCY BACK"; no pair twice.  Returns them ascending and sets *count,
 * to be freed; or NULL and *error (SIM_ERROR: FILE, SYNTAX or RANGE, with the line). */
/* Adds the latencies of `links` to the overrides; a link's own latency wins over the file's. */
void network_links_override(NetworkSettings *network);

LatencyOverride *network_overrides_read(const char *path, uint32_t nodes, uint32_t *count, GError **error);

/* The one from `from` to `to`, or NULL. */
const LatencyOverride *network_override(const NetworkSettings *network, NodeId from, NodeId to);

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

    /* (optional) Calls visit(data, link) for each physical link on the way from a to
     * b; links are numbered below links(). */
    void (*path)(const void *network, NodeId a, NodeId b, void (*visit)(void *data, uint32_t link), void *data);
    uint32_t (*links)(const void *network);

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
