/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What code on a node sees, whichever contract it stands under: the node, the
 * time, and the messages that travel. */
#pragma once
#include "core/units.h"

typedef struct Node Node;               /* one participant; the world owns it */

#define PUBLICATION_NONE UINT32_MAX

/* What travels.  A message with a publication in it is a payload message if
 * MESSAGE_PAYLOAD is set, else a control message. */
typedef struct {
    uint64_t word;              /* the sender's own */
    const void *data;           /* more of it, or NULL: copied when sent, valid in receive() */
    uint32_t data_size;         /* bytes at `data` */
    uint32_t publication;       /* its number in the run, or PUBLICATION_NONE */
    uint32_t size;              /* bytes on the wire, without the network's header */
    uint16_t hops;              /* overlay hops it has made; counted by the world at each send */
    uint8_t kind;               /* the sender's own */
    uint8_t flags;              /* MESSAGE_PAYLOAD; the other bits are the world's */
} Message;

enum { MESSAGE_PAYLOAD = 1 };

NodeId  node_id(const Node *self);
SimTime node_now(const Node *self);
uint32_t node_count(const Node *self);      /* nodes in the run */
