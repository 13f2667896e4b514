/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees that are rooted where a key leads: what Scribe and SplitStream share.
 *
 * Each topic has a key, and the node responsible for it is the root of the topic's
 * tree.  Whoever wants the topic routes a join to the key; the first node on the way
 * takes it for a child, and joins itself where it does not belong to the tree yet.
 * Parents and children tell each other every `heartbeat` that they are there; whoever
 * hears nothing for `timeout` forgets the other, and a child joins anew.  Heartbeats
 * carry the clock of the root, so that a part that hangs on itself finds out.
 *
 * This is no variant: a protocol keeps a GroupTrees in its state, hands its messages
 * and timer on, and says with GroupRules how large a node's share is.
 */
#pragma once
#include "protocol/protocol.h"

typedef struct { NodeId node; SimTime heard; } GroupChild;

typedef struct {
    uint32_t topic;
    NodeId parent;              /* NODE_NONE: at the root, or while it joins */
    bool wanted, root;          /* wanted: by this node itself, not only passed on */
    SimTime heard, fresh, sent; /* from the parent; the root's clock as last told; data to the children */
    uint32_t tries;             /* to find a parent, since the last tick */
    GroupChild *children;       /* owned */
    uint32_t count, room;
} GroupTree;

enum { GROUP_OWN = 8 };

/* A node's part in all trees. */
typedef struct {
    GroupTree *trees;           /* owned */
    uint32_t count, room;
    uint32_t children;          /* in all trees together */
    uint32_t own[GROUP_OWN], own_next;      /* its own publications that it passed on last, + 1 */
} GroupTrees;

typedef struct {
    SimTime heartbeat, timeout;
    uint32_t capacity;          /* most children in all trees together; UINT32_MAX: no limit */
    uint64_t (*key)(Node *self, uint32_t topic);

    /* True if `node` is meant to be an inner node of the topic's tree: a child there
     * may take the place of one elsewhere.  NULL where there is no limit. */
    bool (*is_inner)(Node *self, NodeId node, uint32_t topic);

    GroupTrees *(*trees)(Node *self);
} GroupRules;

/* Joins the tree of a topic for good. */
void group_join(Node *self, const GroupRules *rules, uint32_t topic);

/* Sends a publication down the tree of a topic, by way of its root. */
void group_publish(Node *self, const GroupRules *rules, uint32_t topic, const Message *publication);

/* Every message of the protocol, routed or not; forward() of the contract. */
void group_receive(Node *self, const GroupRules *rules, NodeId from, const Message *message);
bool group_forward(Node *self, const GroupRules *rules, NodeId from, const Message *message);

/* To be called once every heartbeat; when the node stops. */
void group_tick(Node *self, const GroupRules *rules);
void group_stop(GroupTrees *trees);
