/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AMQP 1.0 at the same broker (OASIS AMQP 1.0 parts 2 and 3; names as in Qpid Proton):
 * sessions with windows, links with credit, settlement and outcomes.
 *
 * An unroutable transfer is answered "released" (today's brokers; RabbitMQ 3.10's plugin
 * says accepted), and the delivery count is kept (that plugin leaves it 0).
 *
 * Addresses: "QUEUE", or "/exchange/NAME/KEY": a target publishes there, a source makes a
 * subscription of its own, a queue "sub.LINK" that lives as long as the link, or, where
 * it is durable, until it is closed.
 *
 * A link whose connection is lost may be resumed at the same broker while that is up:
 * both tell what they have not settled, and go on from there. */
#pragma once
#include "ipc/amqp.h"

typedef struct AmqpSession AmqpSession;
typedef struct AmqpLink AmqpLink;

typedef enum { OUTCOME_NONE, OUTCOME_ACCEPTED, OUTCOME_REJECTED, OUTCOME_RELEASED, OUTCOME_MODIFIED } AmqpOutcome;

/* Who settles: the sender at once (at most once), the receiver as it tells the outcome (at
 * least once), or the receiver after the sender (exactly once, with resumption). */
typedef enum { SETTLE_SENDER, SETTLE_FIRST, SETTLE_SECOND } AmqpSettle;

typedef struct {
    const char *name, *address;
    bool sends;                 /* this end does */
    AmqpSettle settle;
    bool browses;               /* copies, and leaves everything in the queue */
    bool durable;               /* the subscription survives detaching and loss */
    bool resumable;             /* what is unsettled waits for the resumption when the connection is lost */
} AmqpAttach;

typedef struct {
    uint64_t delivery;          /* the sender's number of it on this link */
    uint32_t count;             /* earlier attempts that failed */
    bool settled, first_acquirer;
    IpcMessage *message;        /* held */
} AmqpTransfer;

/* Waits.  The broker may send `window` transfers (0: no limit) until told of more.  The
 * session ends with its connection. */
int amqp10_begin(AmqpConnection *connection, uint32_t window, AmqpSession **session);
int amqp10_window(AmqpSession *session, uint32_t window);
int amqp10_end(AmqpSession *session);           /* waits; frees it; its links are detached without a word, and stay */

/* Waits; IPC_ENOENT: there is no such address.  The link belongs to the process. */
int amqp10_attach(AmqpSession *session, const AmqpAttach *settings, AmqpLink **link);
int amqp10_resume(AmqpLink *link, AmqpSession *session);       /* waits; after the loss of its connection */
int amqp10_detach(AmqpLink *link, bool closed); /* waits; closed: the terminus ends too.  Frees the link */
bool amqp10_is_attached(const AmqpLink *link);
uint32_t amqp10_credit(const AmqpLink *link);
unsigned amqp10_unsettled(const AmqpLink *link);

/* Receiving: so much more credit; with `drain` the sender uses it at once or gives it up. */
int amqp10_flow(AmqpLink *link, uint32_t credit, bool drain);
/* 1 and the next transfer; or 0: drained, and nothing came; waits until then (absolute; 0: not at all): IPC_EAGAIN. */
int amqp10_receive(AmqpLink *link, AmqpTransfer *transfer, SimTime until);
void amqp10_clear(AmqpTransfer *transfer);
/* IPC_EPIPE where it cannot be told now; one that settles second tells it at the resumption. */
int amqp10_settle(AmqpLink *link, uint64_t delivery, AmqpOutcome outcome);
/* The outcome modified: it failed here, and shall not come here again. */
int amqp10_modify(AmqpLink *link, uint64_t delivery, bool failed, bool undeliverable_here);

/* Sending: waits for credit; takes over the message.  *delivery may be NULL. */
int amqp10_send(AmqpLink *link, IpcMessage *message, uint64_t *delivery);
int amqp10_outcome(AmqpLink *link, uint64_t delivery, AmqpOutcome *outcome);   /* waits */
