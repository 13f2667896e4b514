/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The k-buckets of a node of Kademlia: whom it knows, and where that sends a key.
 *
 * Bucket i holds nodes whose identifiers differ from this node's by 2^i to 2^(i+1) - 1
 * (exclusive or), least recently seen first.  Who does not fit in waits among the
 * bucket's spares.  A contact that `failures` times in a row has not answered gives way
 * to the latest spare; where there is none it stays, but is not used, until it is heard
 * again or somebody else comes.
 *
 * This is no variant: kademlia.c keeps it up to date by messages.
 */
#pragma once
#include "overlay/identifiers.h"

enum { KADEMLIA_BITS = 64, KADEMLIA_MOST = 64, KADEMLIA_SPARES = 4 };

typedef struct {
    uint32_t k, alpha, failures;
    SimTime refresh, timeout;
    int ids, begin;
} KademliaConfig;

typedef struct { NodeId node; uint32_t failures; } Contact;       /* in a row; PARAM_NO_COUNT: it is not used */

typedef struct {
    Contact *list;              /* k; least recently seen first; owned; NULL: never had one */
    NodeId spares[KADEMLIA_SPARES];     /* latest last */
    uint8_t count, spare_count;
} Bucket;

typedef struct Lookup Lookup;

typedef struct {
    Bucket *buckets;            /* [0]: number `lowest`; owned */
    uint32_t lowest;            /* those below have never had a contact; KADEMLIA_BITS: none has */
    bool joined;
    NodeId contact;             /* through whom it joins, while it has not joined */
    Lookup *lookup;             /* under way; owned */
    uint64_t due, looked;       /* bit a bucket: to be looked up; was looked up since the last refresh */
} KademliaTable;

/* The bucket of a node or key; KADEMLIA_BITS for this node's own. */
uint32_t kademlia_bucket(const Node *self, uint64_t key);

/* The next hop of a key, as the contract of overlays has it. */
NodeId kademlia_route(Node *self, uint64_t key);

/* The `room` contacts nearest to the key, nearest first; returns how many. */
uint32_t kademlia_nearest(Node *self, uint64_t key, NodeId *list, uint32_t room);

/* Has heard of a node itself. */
void kademlia_seen(Node *self, NodeId node);

/* A node has not answered, or is gone for certain. */
void kademlia_failed(Node *self, NodeId node, bool gone);

/* Fills the buckets as they are where everything has settled. */
void kademlia_ready(Node *self);

void kademlia_free(KademliaTable *table);
