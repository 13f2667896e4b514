/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all communication models stand on: hosts that send packets to each other, a
 * clock, timers, and books.  The models are libraries on top (stream, socket, rpc,
 * zeromq, queue, …), their programs are processes (process.h).
 *
 * A host is a node of the run.  Its crash is silent: its timers never fire, packets to
 * it are lost, its processes are gone.  Where two things happen at one instant, their
 * order is the engine's; processes that become ready go on in the order in which they
 * became so, within the event that made them ready. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "core/random.h"
#include "core/units.h"
#include "ipc/ledger.h"

typedef struct Ipc Ipc;

/* Below: what carries packets and keeps the time; the world of a run gives it.  Each
 * packet sent ends in one ipc_arrived() or ipc_lost(), never within send(). */
typedef struct {
    void *user;
    const SimTime *now;
    uint32_t hosts;
    uint64_t seed;
    /* ipc_timer() is called `delay` >= 0 ns from now, unless cancelled or the host goes down.
     * tag < 2^30; the handle is never 0. */
    uint64_t (*timer)(void *user, NodeId host, SimTime delay, uint32_t tag);
    void (*cancel)(void *user, uint64_t timer);
    /* from != to.  `overlay`: hop by hop along the overlay, else straight over the network. */
    void (*send)(void *user, NodeId from, NodeId to, uint32_t bytes, uint32_t packet, bool overlay);
    bool (*is_up)(void *user, NodeId host);
} Fabric;

Ipc *ipc_new(const Fabric *fabric);
void ipc_free(Ipc *ipc);
/* At the end of the run: libraries count what stands in their queues into the accounts. */
void ipc_finish(Ipc *ipc);

/* Called by the fabric. */
void ipc_arrived(Ipc *ipc, uint32_t packet);
void ipc_lost(Ipc *ipc, uint32_t packet);
void ipc_timer(Ipc *ipc, NodeId host, uint32_t tag);
void ipc_packet_ends(const Ipc *ipc, uint32_t packet, NodeId *from, NodeId *to);
void ipc_host_down(Ipc *ipc, NodeId host);
void ipc_host_up(Ipc *ipc, NodeId host);
void ipc_settle(Ipc *ipc);              /* runs what has become ready; after calls from outside an event */

/* ---- for the libraries ---- */

SimTime ipc_now(const Ipc *ipc);
uint32_t ipc_hosts(const Ipc *ipc);
bool ipc_is_up(const Ipc *ipc, NodeId host);
Random *ipc_random(Ipc *ipc, NodeId host);          /* the host's own stream */

typedef void (*IpcCall)(void *subject, uint64_t detail);
typedef uint64_t IpcTimer;                          /* 0: none */

/* call(subject, detail) once, `delay` >= 0 ns from now, on `host`; forgotten when the
 * host goes down.  ipc_cancel() sets *timer to 0; one that has fired must not be cancelled. */
IpcTimer ipc_after(Ipc *ipc, NodeId host, SimTime delay, IpcCall call, void *subject, uint64_t detail);
void ipc_cancel(Ipc *ipc, IpcTimer *timer);

typedef struct Library Library;

/* What travels between two hosts (or within one, without delay). */
typedef struct {
    const Library *library;     /* whose arrive() gets it */
    NodeId from, to;
    uint32_t size;              /* bytes on the wire, without the network's header */
    uint32_t port_from, port_to;
    uint64_t word, other;       /* the library's own */
    void *content;              /* owned by the packet until arrive() or lost(), which take it over */
    uint8_t kind;               /* the library's own */
    bool overlay;               /* by the links of the overlay */
} Packet;

/* A library of one model: its state is one block a run. */
struct Library {
    const char *name;
    size_t size;                                    /* bytes of its state, zeroed */
    const char *const *kinds;                       /* names of the packets' kinds, for traces and charts */
    void (*start)(Ipc *ipc, void *state);           /* (optional) first use in this run */
    void (*arrive)(void *state, Packet *packet);    /* takes over packet->content; it and lost() are NULL where
                                                     * the library sends no packets of its own */
    void (*lost)(void *state, Packet *packet);      /* the same; an omniscient view, for the books and for
                                                     * freeing: no model may act on it but to retransmit
                                                     * when its timer would have said so */
    void (*host_down)(void *state, NodeId host);    /* (optional) before its processes end; silent to others */
    void (*host_up)(void *state, NodeId host);      /* (optional) */
    void (*finish)(void *state);                    /* (optional) counts what stands: account->queued, in_flight */
    void (*unfinished)(void *state, Packet *packet);    /* (optional) after finish(): the run ended with it on
                                                     * its way; takes over content.  Else lost() is called */
    void (*part)(void *state);                      /* (optional) before any stop(): lets go of what others will free */
    void (*stop)(void *state);                      /* (optional) frees what the state holds */
    void (*label)(void *state, const Packet *packet, GString *words);   /* (optional) adds what it carries, as
                                                     * "call print", in place of its kind */
};

/* The state of a library in this run, made at its first use. */
void *ipc_library(Ipc *ipc, const Library *library);

/* Sends a copy of *packet.  To a host that is down or cut off it is lost. */
void ipc_send(Ipc *ipc, const Packet *packet);

/* settle(data) runs what has become ready, after each event; for process.c. */
void ipc_on_settle(Ipc *ipc, void (*settle)(void *data), void *data);

/* The account of an object, made at the first call; owned by ipc, in the order made. */
Account *ipc_account(Ipc *ipc, const char *model, const char *object);
unsigned ipc_account_count(const Ipc *ipc);
Account *ipc_account_at(Ipc *ipc, unsigned i);

/* ---- what can be watched ---- */

/* One event of a model, as "rpc.retransmit" of an object.  Texts live for the run
 * or are NULL. */
typedef struct {
    SimTime time;
    const char *event;          /* MODEL.VERB, see trace.h */
    NodeId node;                /* where */
    const char *process;        /* who */
    const char *object;         /* which queue, socket, call … */
    uint64_t message;           /* its id */
    uint64_t number;            /* sequence number, or another figure of the event */
    const char *reason;
} IpcEvent;

typedef void (*IpcWatch)(void *data, const IpcEvent *event);
void ipc_watch(Ipc *ipc, IpcWatch watch, void *data);   /* one; NULL: nobody */
bool ipc_watched(const Ipc *ipc);
void ipc_tell(Ipc *ipc, const IpcEvent *event);         /* time is filled in */

/* Every packet, as lines of a message-sequence chart: told when sent (end -1), when it
 * arrived, and when it was lost. */
typedef enum { PACKET_SENT, PACKET_ARRIVED, PACKET_LOST } PacketFate;
typedef void (*PacketWatch)(void *data, const Packet *packet, uint32_t number, PacketFate fate);
void ipc_watch_packets(Ipc *ipc, PacketWatch watch, void *data);
void ipc_packet_label(const Ipc *ipc, const Packet *packet, GString *words);    /* adds what one just sent carries, or nothing */
