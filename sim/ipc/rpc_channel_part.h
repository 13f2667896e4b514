/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a channel and its calls share.  For rpc_channel.c and rpc_call.c alone. */
#pragma once
#include "ipc/rpc_part.h"

typedef enum { CHANNEL_IDLE, CHANNEL_CONNECTING, CHANNEL_READY, CHANNEL_FAILED } ChannelState;

struct RpcChannel {
    Resource resource;
    Rpc *rpc;
    RpcPolicy policy;
    Process *owner;
    NodeId host;
    Address here, server;       /* here: of datagrams */
    uint64_t process;           /* as in Wire */
    Account *account;
    RpcChannelCounts *counts;   /* of all channels of its name */
    ChannelState state;
    Connection *connection;
    SimTime backoff;            /* before the next attempt to connect */
    IpcTimer reconnect;
    bool was_broken;
    unsigned incarnation;       /* of the server that was bound; 0: any */
    double tokens;
    RpcFuture *first, *last;    /* calls that are not over */
    WaitList restarts, bound;
};

/* rpc_channel.c */
void channel_connect(RpcChannel *channel);

/* rpc_call.c */
RpcFuture *call_new(RpcChannel *channel);
void call_send(RpcFuture *future);                  /* by the channel as it is now */
void call_attempt_failed(RpcFuture *future, RpcStatus status);      /* another attempt, or the end */
void call_expire_at(RpcFuture *future, SimTime delay);              /* its deadline, from now */
void call_abandon(RpcFuture *future);               /* its process is gone: nobody hears of it */
Wire *call_wire(const RpcFuture *future, WireKind kind);
void channel_wire(RpcChannel *channel, Wire *wire); /* what is not connected takes it along */
