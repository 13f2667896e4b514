/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publications that a node keeps for a while to send them on request.
 *
 * This is no variant: what Plumtree and GossipSub have in common.
 */
#pragma once
#include "protocol/protocol.h"

typedef struct {
    int64_t since;              /* on the keeper's own clock: ns, or heartbeats */
    uint32_t publication;
    uint16_t hops;              /* that it had made when it came here */
} HeldOne;

/* Zeroed: none.  A ring, oldest at `first`; owned. */
typedef struct {
    HeldOne *list;
    uint32_t first, count, room;
} Held;

/* Adds one, which is not older than those that are there. */
void held_add(Node *self, Held *held, const Message *message, int64_t since);

/* Lets go of those from before `before`. */
void held_expire(Node *self, Held *held, int64_t before);

/* Lets go of all; to be called in stop(). */
void held_clear(Node *self, Held *held);

/* Number `i` of `count`, oldest first. */
static inline const HeldOne *held_at(const Held *held, uint32_t i)
{
    return &held->list[(held->first + i) % held->room];
}

/* The one of that publication, or NULL. */
const HeldOne *held_find(const Held *held, uint32_t publication);

/* Answers a request: sends it as `kind`; nothing where it is no longer here. */
void held_send(Node *self, const Held *held, uint32_t publication, NodeId to, uint8_t kind);
