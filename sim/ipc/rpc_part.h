/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two ends of RPC share.  Private to rpc*.c. */
#pragma once
#include <glib.h>

#include "ipc/rpc.h"

typedef struct Rpc Rpc;                     /* the library in one run */
typedef struct Wire Wire;

typedef enum {
    WIRE_CALL, WIRE_ONE_WAY, WIRE_CANCEL, WIRE_REPLY, WIRE_UNREACHABLE, WIRE_HELLO, WIRE_WELCOME,
    WIRE_EPOCH, WIRE_KILL, WIRE_ASK, WIRE_RENEW, WIRE_KINDS
} WireKind;

enum { HEADER_BYTES = 40 };                 /* of a call or reply message on the wire, beside its body */

/* A message of the protocol, by datagram or as a record of a connection. */
struct Wire {
    Rpc *rpc;
    WireKind kind;
    uint64_t call;              /* the transaction id */
    uint64_t process;           /* the caller: serial number of its channel's process << 32 | incarnation */
    NodeId host;                /* the caller's */
    const char *method;
    IpcMessage *message;        /* one hold, or NULL */
    SimTime deadline;
    int priority;
    unsigned attempt, incarnation;
    RpcStatus status;
    Account *account;           /* a reply's, or a one-way call's: closed where it ends.  NULL: none */
    Wire *next_free;
};

Wire *wire_new(Rpc *rpc, WireKind kind, uint64_t call);
void wire_free(void *wire);                 /* it has done its work */
void wire_lose(void *wire);                 /* it never arrives: the books say so */
uint32_t wire_size(const Wire *wire);
void wire_label(const void *wire, GString *words);      /* "call print", "reply UNAVAILABLE" */

/* Sends a datagram of the protocol; takes over the wire. */
void wire_post(Rpc *rpc, Address from, Address to, Wire *wire, bool overlay);

/* What stays of a server, or of channels, through restarts. */
typedef struct {
    char *name;
    unsigned incarnation;
    RpcServerCounts counts;
    RpcChannelCounts calls;     /* where the name is that of channels */
    Account *account;
    uint64_t replies;           /* sent */
} Station;

/* A call on its client's side. */
struct RpcFuture {
    Rpc *rpc;
    RpcChannel *channel;        /* NULL: the place is free, or the call is over */
    uint32_t serial, place;
    RpcRequest request;
    unsigned attempt;           /* of the policy, from 1 */
    bool sent;                  /* in this attempt */
    bool done;
    RpcStatus status;
    IpcMessage *reply;
    WaitList waiting;
    IpcTimer deadline, again, backoff;
    RpcFuture *next, *previous;         /* of the channel */
    RpcFuture *sibling;                 /* started for the same execution */
};

struct Rpc {
    Ipc *ipc;
    GHashTable *servers;        /* host << 32 | port -> RpcServer *; looked up alone */
    GPtrArray *all_servers;     /* every incarnation */
    GPtrArray *stations;        /* of Station * */
    GPtrArray *channels;        /* those open, of RpcChannel * */
    GPtrArray *futures;         /* every place, of RpcFuture * */
    GArray *free_futures;       /* of uint32_t */
    GPtrArray *log;             /* what clients of exterminating servers have written down, of Logged * */
    Wire *free_wires;
    uint32_t next_port;
};

typedef struct { uint64_t call; char *process; Address server; NodeId host; } Logged;

Station *station_of(Rpc *rpc, const char *name);     /* made at the first call */
Rpc *rpc_of(Ipc *ipc);
RpcServer *rpc_server_at(Rpc *rpc, Address at);
void server_receive(RpcServer *server, Address from, Wire *wire, Connection *connection);
void channel_receive(Rpc *rpc, NodeId host, Wire *wire);
void server_free(void *server);
void channel_forget(RpcChannel *channel);   /* its host went down */
Account *channel_account(const RpcChannel *channel);
NodeId channel_host(const RpcChannel *channel);
RpcFuture *future_of(Rpc *rpc, uint64_t call);      /* NULL: it is over */
void rpc_tell(Rpc *rpc, const char *event, NodeId node, const char *object, uint64_t call, uint64_t number);
void execution_adopt(RpcExecution *parent, RpcFuture *child);      /* a call made for it, until it is over */
void execution_disown(RpcExecution *parent, RpcFuture *child);
void station_count(RpcServer *server);      /* brings the sums over time up to now */
