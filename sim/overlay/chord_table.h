/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node of Chord knows of the ring, and where that sends a key.
 *
 * This is no variant: chord.c keeps it up to date by messages.
 */
#pragma once
#include "overlay/identifiers.h"

enum { CHORD_BITS = 64, CHORD_FAILED = 8, CHORD_LIST = 130 };

typedef struct {
    uint32_t successors;
    SimTime stabilise, fix_fingers;
    int ids, begin;
} ChordConfig;

typedef struct {
    NodeId *successors;         /* nearest first; owned */
    NodeId fingers[CHORD_BITS]; /* [i]: at least 2^i ahead; NODE_NONE where that is the successor, or none */
    NodeId failed[CHORD_FAILED];        /* found out since the last stabilisation: not believed from others */
    NodeId predecessor, notifier;       /* notifier: claims to be the predecessor, which is being probed */
    NodeId contact;             /* through whom it joins, while it has not joined */
    uint64_t joining;           /* the timer by which it tries again */
    uint32_t successor_count, failed_next, finger;
    bool joined, filling;       /* filling: a newcomer looks its fingers up one after the other */
} ChordTable;

/* How far ahead of this node another one is. */
uint64_t chord_ahead(const Node *self, NodeId node);

bool chord_is_failed(const ChordTable *table, NodeId node);

/* The next hop of a key, as the contract of overlays has it. */
NodeId chord_route(Node *self, uint64_t key);

/* Adds to a successor list of at most `room` in the order of the ring. */
void chord_insert(const Node *self, NodeId *list, uint32_t *count, uint32_t room, NodeId node);

/* Makes what this node knows the neighbors that the protocol above sees; the next two do so too. */
void chord_show(Node *self);

/* Fills the table as it is where everything has settled; `at`: this node's place on the ring. */
void chord_ready(Node *self, uint32_t at);

/* Takes a node that failed out of the table, and puts what is left in its places. */
void chord_remove(Node *self, NodeId node);
