/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node of Pastry knows of the others, and where that sends a key.
 *
 * This is no variant: pastry.c keeps it up to date by messages.
 */
#pragma once
#include "overlay/identifiers.h"

enum { PASTRY_BITS = 64, PASTRY_FAILED = 8, PASTRY_LEAVES = 128 };

typedef struct {
    uint32_t digit_bits, leaf_set;
    SimTime keep_alive;
    int ids, begin;
} PastryConfig;

/* The leaves on one side, nearest first. */
typedef struct { NodeId *list; uint32_t count; } PastrySide;

typedef struct {
    PastrySide sides[2];        /* 0: behind, 1: ahead; the first owns the room of both */
    NodeId **rows;              /* [row][digit], NODE_NONE where nobody is known; a row may be NULL; owned */
    NodeId failed[PASTRY_FAILED];       /* found out since the last probes: not believed from others */
    NodeId contact;             /* through whom it joins, while it has not joined */
    uint64_t joining;           /* the timer by which it tries again */
    uint32_t failed_next;
    bool joined;
} PastryTable;

/* Rows of the table; digit number `row` of an identifier; leading digits that two
 * share, at most pastry_rows() - 1 for a row of the table. */
uint32_t pastry_rows(const PastryConfig *config);
uint32_t pastry_digit(const PastryConfig *config, uint64_t id, uint32_t row);
uint32_t pastry_digits_shared(const PastryConfig *config, uint64_t a, uint64_t b);

/* The leaves, each once; `list` has room for PASTRY_LEAVES. */
uint32_t pastry_leaves(const PastryTable *table, NodeId *list);
bool pastry_is_leaf(const PastryTable *table, NodeId node);

/* The next hop of a key, as the contract of overlays has it. */
NodeId pastry_route(Node *self, uint64_t key);

/* Hears of a node, which becomes a leaf, an entry or neither; true where it is a new leaf. */
bool pastry_learn(Node *self, NodeId node);

/* Takes a node that failed out of the table; true where it was an entry; was_leaf[2]: on each side. */
bool pastry_remove(Node *self, NodeId node, bool *was_leaf);

/* Fills the table as it is where everything has settled; `at`: this node's place on the ring. */
void pastry_ready(Node *self, uint32_t at);
