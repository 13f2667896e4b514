/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of an overlay: who is whose neighbor. */
#pragma once
#include "core/node.h"
#include "core/random.h"
#include "core/variant.h"
#include "graph/topology.h"

typedef enum { DISCONNECTED_DEFAULT, DISCONNECTED_KEEP, DISCONNECTED_REFUSE, DISCONNECTED_LARGEST } Disconnected;

/* Who finds out that a neighbor has failed. */
typedef enum { DETECTOR_CONNECTION, DETECTOR_HEARTBEAT, DETECTOR_SWIM } DetectorKind;
typedef enum { PROBE_ROUND_ROBIN, PROBE_RANDOM } DetectorProbe;

typedef struct {
    int kind;                   /* DetectorKind */
    SimTime period;             /* between a node's heartbeats, or probes, ns */
    uint32_t missed;            /* heartbeats in a row */
    SimTime timeout;            /* of a probe, until others are asked to probe too; < period */
    uint32_t indirect;          /* how many are asked */
    int probe;                  /* DetectorProbe: in which order */
    uint32_t suspicion;         /* periods for each ceil(ln(n + 1)) of n nodes; 0: no suspicion */
    uint32_t gossip;            /* times that news is passed on, likewise; 0: not at all */
    uint32_t piggyback;         /* most news in a message */
} DetectorSettings;

/* The keys that every overlay has. */
typedef struct {
    uint32_t nodes;             /* PARAM_NO_COUNT where a file or the kind's own keys say it */
    int disconnected;           /* Disconnected */
    Distribution join;          /* when each node joins, ns; constant 0: all are there from the start */
    char *mesh;                 /* kind of the mesh that a tree is taken from */
    uint64_t seed;              /* the same overlay in every replication; UINT64_MAX: drawn for each */
    DetectorSettings detector;
} OverlaySettings;

extern const Param overlay_params[];

/* What an overlay may use while it is built for one run. */
typedef struct {
    uint32_t nodes;
    uint64_t seed;              /* for random_stream(seed, "overlay/…", index) */
    const Graph *mesh;          /* where `from_mesh`: its links carry the network's latencies; else NULL */
} OverlayScope;

/* What a live overlay may look at before its nodes start. */
typedef struct {
    uint32_t nodes;
    uint64_t seed;
    const uint64_t *up;         /* bit a node: it is there from the start */
} LiveScope;

/* The kind of the message of its own that unreachable() is told of where a failure
 * detector says so, and nothing was sent. */
enum { OVERLAY_SUSPECTED = 255 };

/* An overlay that maintains itself: what it gives.  Its messages are control
 * messages; slots marked (optional) may be NULL. */
typedef struct {
    size_t state_size;          /* bytes a node, zeroed before start() */
    size_t pair_size;           /* bytes, about, that a node keeps of every other one: for the estimate of memory */
    bool connected;             /* its links are connections: what a protocol sends to a neighbor goes over one */
    void (*start)(Node *self);                                  /* the node came up: it joins */
    void (*receive)(Node *self, NodeId from, const Message *message);
    void (*timer)(Node *self, uint32_t tag);                    /* (optional) */
    void (*unreachable)(Node *self, NodeId to, const Message *message);    /* (optional) a connection broke:
                                                                 * what was sent over it did not arrive */
    void (*leave)(Node *self);                                  /* (optional) the node is about to leave in order */
    void (*stop)(Node *self);                                   /* (optional) it went down, or the run ended */

    /* (optional) Structured overlays: the next hop from here to the node that is
     * responsible for `key`; this node's own id where that is itself. */
    NodeId (*route)(Node *self, uint64_t key);
    uint64_t (*key)(Node *self, NodeId node);       /* the node's own place among the keys */

    /* (optional) Overlays that keep ways between their nodes: the next hop of `of`, this
     * node or a neighbor, to `to`; NODE_NONE where none is known here. */
    NodeId (*next_hop)(Node *self, NodeId of, NodeId to);

    /* (optional) Clustered overlays: which of this node's clusters, each a clique of
     * neighbors, a node is in; UINT32_MAX: in none. */
    uint32_t (*cluster)(Node *self, NodeId node);

    size_t shared_size;         /* bytes a run, zeroed before prepare() */
    void (*prepare)(const void *config, const LiveScope *scope, void *shared);      /* (optional) */
    void (*release)(void *shared);                              /* (optional) frees what prepare() made */
} LiveOverlay;

/* What a live overlay may call beside node_id(), node_now() and node_count(). */
void       *overlay_state(Node *self);              /* state_size bytes, valid until stop() */
const void *overlay_config(const Node *self);
const void *overlay_shared(const Node *self);       /* shared_size bytes, as prepare() left them */
Random     *overlay_random(Node *self);             /* this node's own stream for its overlay */

/* A node that is up and has joined before, drawn at random: the bootstrap
 * service.  NODE_NONE for the first. */
NodeId      overlay_contact(Node *self);

/* Sends a datagram; silence is all that a sender hears of a loss. */
void        overlay_send(Node *self, NodeId to, const Message *message);

/* Sends over a connection: where `to` is down when it arrives, or the link is
 * cut, unreachable() is called here one latency later.  It is not lost or reordered. */
void        overlay_send_connected(Node *self, NodeId to, const Message *message);

/* True if the message that unreachable() is told of was sent by the protocol above.
 * overlay_resend() sends such a message to another neighbor in its place;
 * overlay_hold() keeps its publication for that until overlay_release(), which is
 * called in stop() at the latest.  All but the first want a publication. */
bool        overlay_carried(const Message *message);
void        overlay_resend(Node *self, NodeId to, const Message *message);
void        overlay_hold(Node *self, uint32_t publication);
void        overlay_release(Node *self, uint32_t publication);

/* Timers as in the protocol's contract; tag < 2^30. */
uint64_t    overlay_after(Node *self, SimTime delay, uint32_t tag);
bool        overlay_cancel(Node *self, uint64_t timer);

/* Changes who the protocol above sees as neighbors of this node, and tells it by
 * neighbor_up() or neighbor_down().  False where nothing changed. */
bool        overlay_neighbor_add(Node *self, NodeId other);
bool        overlay_neighbor_remove(Node *self, NodeId other);

/* The neighbors as set by the two above, by number, ascending by id. */
uint32_t    overlay_degree(const Node *self);
NodeId      overlay_neighbor(const Node *self, uint32_t i);

/* One-way latency to a node as a measurement would show it, ns: for overlays
 * that choose by proximity.  They pay for probes with messages of their own. */
SimTime     overlay_measure(const Node *self, NodeId other);

typedef struct {
    Variant variant;
    const LiveOverlay *live;    /* NULL: the overlay is static, made by build() */
    bool from_mesh;             /* a tree taken from the mesh that `mesh` names */
    bool from_file;             /* its nodes come from a file; disconnected is refused by default */

    /* (optional) The number of nodes that the keys imply; 0: `nodes` is free. */
    uint32_t (*nodes)(const void *config);

    /* (optional) Reports by keys_fault() why these keys cannot have this many nodes. */
    void (*fits)(const void *config, uint32_t nodes, const Keys *keys);

    /* The overlay of one run; or NULL and *error (SIM_ERROR_TOPOLOGY).  NULL
     * itself where the overlay is live. */
    Topology *(*build)(const void *config, const OverlayScope *scope, GError **error);

    /* (optional) What loading left out or filled in, for people; NULL: nothing.
     * The configuration owns it. */
    const char *(*notes)(const void *config);
} Overlay;

/* What fits() and check() report with.  `blamed` is the keys involved, ended by
 * NULL: the fault is reported at each of them that is given, or at the first. */
void overlay_fault(const Keys *keys, const char *const *blamed, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* A fault where a graph of this many links (both directions one) is too large. */
void overlay_fits_links(const Keys *keys, const char *const *blamed, double links);
