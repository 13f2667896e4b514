/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of the protocol that found a neighbor failed, and wait for new ones.
 *
 * This is no variant: HyParView's part that keeps what it could not send.
 */
#pragma once
#include "overlay/overlay.h"

/* Zeroed: none. */
typedef struct {
    Message *list;              /* held, each publication once; owned */
    uint32_t count;
} Unsent;

/* Keeps a message that unreachable() was told of, if it is the protocol's and
 * carries a publication; those beyond a few are let go. */
void unsent_add(Node *self, Unsent *unsent, const Message *message);

/* Sends all of them to a new neighbor; they stay, for the next one. */
void unsent_send(Node *self, const Unsent *unsent, NodeId to);

/* Lets go of all; called in stop() at the latest. */
void unsent_clear(Node *self, Unsent *unsent);
