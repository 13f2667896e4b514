/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contract of a multicast protocol: what it gives, and what it may call. */
#pragma once
#include "core/node.h"
#include "core/random.h"
#include "core/variant.h"
#include "graph/topology.h"

/* What every receiver of a publication can read in it. */
typedef struct {
    SimTime published;
    NodeId source;
    uint32_t number;            /* counts the publications of its workload from 0 */
    uint32_t size;              /* bytes */
    uint32_t group;             /* 0: everybody */
} Publication;

/* What a protocol may look at before the first event, to prepare what all of
 * its nodes share. */
typedef struct {
    const Topology *overlay;
    const NodeId *sources;      /* every node that will publish, ascending, each once */
    uint32_t source_count;
    const uint32_t *groups;     /* every group that is published to, ascending; 0: everybody */
    uint32_t group_count;
    uint64_t seed;              /* for random_stream(seed, "protocol/…", index) */
} ProtocolScope;

typedef struct Protocol {
    Variant variant;
    size_t state_size;          /* bytes a node, zeroed before start() */
    size_t shared_size;         /* bytes a run, zeroed before prepare() */
    size_t heap_size;           /* bytes that a node's state allocates beside, at a guess */
    bool fixed_overlay;         /* it is laid out at set-up: refused on a live overlay */
    /* (optional) A protocol on no menu that does the work under this configuration in
     * place of this one; NULL: this one does. */
    const struct Protocol *(*work)(const void *config);

    bool detects;               /* it says node_found_down() */
    bool routed;                /* it uses node_route(): refused on an overlay that is not structured */
    bool paths;                 /* it uses node_next_hop(): refused on a live overlay that keeps no ways to its nodes */
    bool clustered;             /* it uses node_cluster(): refused on an overlay without clusters */

    /* Called by the world; slots marked (optional) may be NULL. */
    double (*idle)(const void *config);                             /* (optional) messages that a node sends in a
                                                                     * second without publications, at a guess */
    bool (*prepare)(const void *config, const ProtocolScope *scope, void *shared, GError **error); /* (optional) */
    void (*release)(void *shared);                                  /* (optional) frees what prepare() made */
    void (*start)(Node *self);                                      /* (optional) the node came up */
    void (*publish)(Node *self, const Message *publication);        /* it is the source */
    void (*receive)(Node *self, NodeId from, const Message *message);
    void (*timer)(Node *self, uint32_t tag);                        /* (optional) */

    /* (optional) A routed message of another node passes here on its way; false
     * stops it.  Where it ends receive() gets it, `from` the last hop. */
    bool (*forward)(Node *self, NodeId from, const Message *message);
    void (*neighbor_up)(Node *self, NodeId other);                  /* (optional) said by a live overlay */
    void (*neighbor_down)(Node *self, NodeId other);                /* (optional) */
    void (*stop)(Node *self);                                       /* (optional) the node went down, or the run
                                                                     * ended: frees what the state holds */
} Protocol;

void       *node_state(Node *self);                 /* state_size bytes, valid until stop() */
void       *node_shared(Node *self);                /* shared_size bytes; prepare() writes, nodes read */
const void *node_config(const Node *self);
Random     *node_random(Node *self);                /* this node's own stream */

/* Neighbors by number, ascending by id: 0 .. node_degree()-1.  On a live overlay
 * they change between call-backs. */
uint32_t    node_degree(const Node *self);
NodeId      node_neighbor(const Node *self, uint32_t i);

/* The place of neighbor 0 in overlay->graph->links; undefined where the overlay
 * has no such graph (complete, live). */
uint32_t    node_first_link(const Node *self);

/* Sends a copy of `message`; the network delays or drops it.  Never fails: a
 * sender learns of a loss only as a real one would, by silence.  `to` may be
 * any other node. */
void        node_send(Node *self, NodeId to, const Message *message);

/* The same to neighbor number i: faster, for the link is at hand. */
void        node_send_neighbor(Node *self, uint32_t i, const Message *message);

/* The same to every neighbor but `except` (NODE_NONE: to all), ascending. */
void        node_send_neighbors(Node *self, NodeId except, const Message *message);

/* Sends it hop by hop over a structured overlay to the node responsible for
 * `key`; false where that is this node itself, and nothing is sent.  A hop that
 * finds the next one failed takes another way.  Where such a change makes this
 * node itself responsible it receives the message `from` itself. */
bool        node_route(Node *self, uint64_t key, const Message *message);

/* The place of a node among the keys of a structured overlay. */
uint64_t    node_key(Node *self, NodeId node);

/* The next hop of `of`, this node or a neighbor, to `to` as this node knows it: on a
 * static overlay the one of least latency from `to` on, whatever fails; on a live one
 * what the neighbor has told.  NODE_NONE where it knows of no way, or `of` is `to`. */
NodeId      node_next_hop(Node *self, NodeId of, NodeId to);

/* Which of this node's clusters a node is in, on an overlay that has them: cliques of
 * neighbors, of which each node is in one or a few.  UINT32_MAX: in none. */
uint32_t    node_cluster(Node *self, NodeId node);

/* Hands a publication to the application here.  True if this incarnation of
 * the node has not had it before; else it counts as a duplicate.  The source
 * has its own publication from the start. */
bool        node_deliver(Node *self, const Message *publication);

/* True if node_deliver() would return false. */
bool        node_has(const Node *self, uint32_t publication);

const Publication *node_publication(const Node *self, uint32_t publication);

/* True if this node is a member of the publication's group. */
bool        node_is_member(const Node *self, uint32_t publication);

/* True if `node` belongs to a group of the scope; everybody is in group 0. */
bool        node_in_group(const Node *self, NodeId node, uint32_t group);

/* The members of the publication's group, ascending; NULL and *count = all nodes for everybody. */
const NodeId *node_members(const Node *self, uint32_t publication, uint32_t *count);

/* Keeps a publication from expiring while this node may yet send it though no
 * message of it travels; each hold is let go of once, in stop() at the latest. */
void        node_hold(Node *self, uint32_t publication);
void        node_release(Node *self, uint32_t publication);

/* Calls timer(self, tag) once, `delay` ns from now, unless the node goes down or
 * cancels first.  node_cancel() is false if there was nothing left to cancel. */
uint64_t    node_after(Node *self, SimTime delay, uint32_t tag);
bool        node_cancel(Node *self, uint64_t timer);

/* For the metrics alone: from now on this node takes `other` for failed; it has found
 * another node in its place. */
void        node_found_down(Node *self, NodeId other);
void        node_replaced(Node *self, NodeId other);
