/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RanSub: every node of a tree is told a changing random subset of the others.
 *
 * Once in every epoch the root sends down the tree (distribute); what a node gets is
 * a uniform sample of those that are not below it.  The leaves answer, and each node
 * sends up a sample of those below it, with how many they are (collect), from which
 * the next epoch's samples are made.  A sample carries a ticket: a sketch of what the
 * node has, whose equal places estimate how much two nodes have in common.
 *
 * A child that has not answered within half an epoch is not waited for until it is
 * heard of again, and counts as nothing two epochs later.  What is cut off from the
 * root hears of nobody new.
 *
 * A message takes 20 bytes, and 6 and a ticket of 120 for each node in it.
 *
 * This is no variant: a protocol keeps a Ransub in its state, and hands messages and
 * timers of its kinds and tags on.
 *
 * Source: D. Kostic et al., "Using random subsets to build scalable network services",
 * USITS 2003 (RanSub-nondescendants); A. Broder, "On the resemblance and containment
 * of documents", 1997 (tickets).
 */
#pragma once
#include "protocol/protocol.h"

enum { RANSUB_COLLECT = 200, RANSUB_DISTRIBUTE };               /* kinds of message */
enum { RANSUB_TAG_EPOCH = 1 << 29, RANSUB_TAG_COLLECT };        /* timers */
enum { RANSUB_TICKET = 30, RANSUB_MOST = 100 };                 /* places of a ticket; nodes in a subset */

typedef struct { NodeId node; uint32_t ticket[RANSUB_TICKET]; } RansubSample;

/* The tree: the children of v are children[first[v]] .. children[first[v + 1] - 1], ascending. */
typedef struct {
    NodeId *parents, *children;
    uint32_t *first;
} RansubTree;

typedef struct {
    SimTime epoch;
    uint32_t most;              /* nodes in a subset, at most RANSUB_MOST */
    const RansubTree *tree;
    void (*sketch)(Node *self, uint32_t *ticket);               /* what this node has now */
    void (*told)(Node *self, const RansubSample *samples, uint32_t count);      /* this epoch's subset */
} RansubRules;

/* What was last heard of below a child. */
typedef struct {
    RansubSample *samples;      /* owned */
    uint32_t count, population; /* population: nodes that they stand for */
    uint32_t epoch;             /* when it was sent */
    bool silent;                /* it is not waited for */
} RansubBelow;

/* A node's part. */
typedef struct {
    RansubBelow *below;         /* of each child; NULL before the first epoch */
    uint64_t deadline;          /* timer of the collect phase */
    uint32_t epoch;             /* the running one, from 1 */
    uint32_t waiting;           /* children that it waits for */
    bool collecting;
} Ransub;

void ransub_start(Node *self, Ransub *ransub, const RansubRules *rules);
void ransub_receive(Node *self, Ransub *ransub, const RansubRules *rules, NodeId from, const Message *message);
void ransub_timer(Node *self, Ransub *ransub, const RansubRules *rules, uint32_t tag);
void ransub_stop(Node *self, Ransub *ransub, const RansubRules *rules);

/* A ticket of nothing; with one thing more; how many places of two are equal. */
void ransub_ticket_clear(uint32_t *ticket);
void ransub_ticket_add(uint32_t *ticket, uint32_t thing);
uint32_t ransub_ticket_equal(const uint32_t *a, const uint32_t *b);
