/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node of Chord knows of the ring, and where that sends a key.
 *
 * A node has one table for each of its spots, and works on one at a time: `at`.
 *
 * This is no variant: chord.c keeps it up to date by messages.
 */
#pragma once
#include "overlay/identifiers.h"

enum { CHORD_BITS = 64, CHORD_FAILED = 8, CHORD_LIST = 130, CHORD_SPOTS = 64 };

typedef struct {
    uint32_t successors, virtual_nodes;
    SimTime stabilise, fix_fingers;
    int ids, begin;
} ChordConfig;

typedef struct {
    Spot *successors;          /* nearest first; owned */
    Spot fingers[CHORD_BITS];  /* [i]: at least 2^i ahead; NODE_NONE where that is the successor, or none */
    NodeId failed[CHORD_FAILED];        /* nodes found out since the last stabilisation: not believed from others */
    Spot predecessor, notifier;       /* notifier: claims to be the predecessor, which is being probed */
    Spot contact;              /* through whom it joins, while it has not joined */
    uint64_t joining;           /* the timer by which it tries again */
    uint32_t successor_count, failed_next, finger;
    bool joined, filling;       /* filling: a newcomer looks its fingers up one after the other */
} ChordTable;

typedef struct {
    ChordTable first;
    ChordTable *others;         /* of the other spots; owned; NULL where there is one */
    uint32_t at;                /* which spot it works on */
} ChordNode;

/* How many spots a node has; the one it works on, its identifier and table. */
uint32_t chord_each(const Node *self);
Spot chord_spot(Node *self);
uint64_t chord_own(Node *self);
ChordTable *chord_table(Node *self);

/* How far ahead of this spot another one is. */
uint64_t chord_ahead(Node *self, Spot spot);

/* True if the spot's node has failed lately. */
bool chord_is_failed(Node *self, Spot spot);

/* The next hop of a key from this spot; this spot itself where it is responsible. */
Spot chord_route(Node *self, uint64_t key);

/* From whichever of the node's spots is closest, as the contract of overlays has it. */
NodeId chord_route_node(Node *self, uint64_t key);

/* Adds to a successor list of at most `room` in the order of the ring. */
void chord_insert(Node *self, Spot *list, uint32_t *count, uint32_t room, Spot spot);

/* Makes what this node knows at all its spots the neighbors that the protocol above sees. */
void chord_show(Node *self);

/* Fills the table as it is where everything has settled; `at`: this spot's place on the ring. */
void chord_ready(Node *self, uint32_t at);

/* Takes all spots of a node that failed out of the table, puts what is left in its places, and shows it. */
void chord_remove(Node *self, NodeId node);
