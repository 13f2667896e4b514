/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a client of 1.0, for amqp10.c and amqp10_link.c alone. */
#pragma once
#include "ipc/amqp_parts.h"

struct AmqpSession {
    AmqpChannel *channel;
    GPtrArray *links;           /* by handle; NULL: none */
};

/* One that this end has not settled; or, sent, whose outcome nobody has asked for yet. */
typedef struct { uint64_t delivery, tag; AmqpOutcome outcome; bool settled; IpcMessage *message; } LinkDelivery;

struct AmqpLink {
    AmqpLink *next, *previous;  /* of the run */
    Resource resource;
    Process *process;
    Amqp *amqp;
    AmqpSession *session;       /* NULL: detached */
    uint32_t handle, credit;
    AmqpAttach set;             /* texts interned */
    uint64_t sent;              /* number of the last transfer from here */
    GQueue inbox;               /* of AmqpFrame *, owned */
    GArray *open;               /* of LinkDelivery */
    bool drained;
    WaitList waiting;
};

void amqp10_link_received(AmqpLink *link, AmqpFrame *frame);   /* takes over frame */
void amqp10_link_lost(AmqpLink *link);
LinkDelivery *amqp10_link_open(AmqpLink *link, uint64_t delivery);     /* NULL: not known */
void amqp10_settle_sent(AmqpLink *link, LinkDelivery *delivery);  /* its outcome is known */
Account *amqp10_target_account(AmqpLink *link);
