/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A communication model as the carrier of somebody else's messages: any multicast
 * protocol over connections, ZeroMQ, store-and-forward queues or remote procedure calls.
 *
 * Every host has an end of its own.  What is sent from one to another goes
 *     stream   over one connection for each ordered pair, made when first needed and again
 *              after it broke; what it held is lost
 *     zeromq   from a PUSH socket for each neighbor to the neighbor's PULL socket; above the
 *              high-water mark it is dropped
 *     rpc      as a call that is sent again until it is answered or its deadline passes
 *     queue    through a transmission queue and a message channel into the receiver's queue;
 *              persistent ones survive crashes of both
 * Senders never block: these are protocols made of handlers. */
#pragma once
#include "ipc/ipc.h"

typedef enum { CARRIER_NONE, CARRIER_STREAM, CARRIER_ZEROMQ, CARRIER_QUEUE, CARRIER_RPC } CarrierKind;

typedef struct {
    CarrierKind kind;
    uint32_t hwm;               /* zeromq: of each side; 0: unlimited */
    SimTime deadline;           /* rpc: of each call */
    SimTime retry;              /* rpc: interval of retransmissions */
    bool persistent;            /* queue */
} CarrierSettings;

/* Each cargo ends in one of the two; either may be called within carrier_send(). */
typedef struct {
    void *user;
    void (*deliver)(void *user, NodeId from, NodeId to, uint32_t cargo);
    void (*lost)(void *user, NodeId from, NodeId to, uint32_t cargo);
} CarrierUser;

typedef struct Carrier Carrier;

/* With an end on every host that is up, and on each that comes up later.  Freed with ipc. */
Carrier *carrier_new(Ipc *ipc, const CarrierSettings *settings, const CarrierUser *user);

/* Sends `cargo` (the user's own number) as a message of `size` bytes; from != to. */
void carrier_send(Carrier *carrier, NodeId from, NodeId to, uint32_t cargo, uint32_t size);

uint32_t carrier_held(const Carrier *carrier);      /* cargoes that are under way */
