/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The client's end: its connection, its life, and what it says of its former one. */
#include "ipc/rpc_channel_part.h"

#define RECONNECT_FIRST ((SimTime)1000000000)       /* gRPC's connection backoff: 1 s, times 1.6, up to 2 min */
#define RECONNECT_MOST (120 * RECONNECT_FIRST)

const RpcPolicy rpc_policy_defaults = {
    .name = "calls", .retry_interval = (SimTime)1000000000, .max_attempts = 1, .initial_backoff = (SimTime)100 * 1000000,
    .max_backoff = (SimTime)10 * 1000000000, .multiplier = 2, .jitter = RPC_JITTER_FULL, .retryable = 1u << RPC_UNAVAILABLE,
};

NodeId channel_host(const RpcChannel *channel) { return channel->host; }
Account *channel_account(const RpcChannel *channel) { return channel->account; }
RpcChannelCounts rpc_calls_of(Ipc *ipc, const char *name) { return station_of(rpc_of(ipc), name)->calls; }

/* ---- connections ---- */

static bool somebody_waits(const RpcChannel *channel)
{
    if (wait_list_first(&channel->restarts)) return true;
    for (const RpcFuture *f = channel->first; f; f = f->next)
        if (!f->sent && !f->backoff) return true;
    return false;
}

static void reconnect_due(void *subject, uint64_t detail)
{
    RpcChannel *channel = subject;
    (void)detail;
    channel->reconnect = 0;
    channel->state = CHANNEL_IDLE;
    if (somebody_waits(channel)) channel_connect(channel);
}

static void broken(RpcChannel *channel)
{
    channel->connection = NULL;
    channel->state = CHANNEL_FAILED;
    channel->was_broken = true;
    double jitter = 0.8 + 0.4 * random_unit(ipc_random(channel->rpc->ipc, channel->host));
    channel->reconnect = ipc_after(channel->rpc->ipc, channel->host, (SimTime)((double)channel->backoff * jitter), reconnect_due, channel, 0);
    channel->backoff = MIN((SimTime)((double)channel->backoff * 1.6), RECONNECT_MOST);
    for (RpcFuture *f = channel->first, *next; f; f = next) {
        next = f->next;
        if (f->backoff || (!f->sent && channel->policy.wait_for_ready)) continue;
        call_attempt_failed(f, RPC_UNAVAILABLE);
    }
}

static void connection_failed(void *user, Connection *connection, int error)
{
    (void)error;
    connection_free(connection);
    broken(user);
}

static void peer_ended(void *user, Connection *connection)
{
    connection_free(connection);
    broken(user);
}

static void connected(void *user, Connection *connection)
{
    RpcChannel *channel = user;
    (void)connection;
    channel->state = CHANNEL_READY;
    channel->backoff = RECONNECT_FIRST;
    if (channel->was_broken) wait_list_wake_all(&channel->restarts);
    for (RpcFuture *f = channel->first; f; f = f->next)
        if (!f->sent && !f->backoff) call_send(f);
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    const RpcChannel *channel = user;
    (void)connection, (void)size;
    channel_receive(channel->rpc, channel->host, content);
}

static const ConnectionUser channel_calls = {
    .connected = connected, .failed = connection_failed, .received = received, .ended = peer_ended,
    .label = wire_label,
};

void channel_connect(RpcChannel *channel)
{
    StreamOptions options = stream_defaults;
    options.overlay = channel->policy.overlay;
    channel->state = CHANNEL_CONNECTING;
    channel->connection = connection_open(channel->rpc->ipc, channel->host, channel->server, &options, &channel_calls, channel);
}

bool rpc_wait_restart(RpcChannel *channel, SimTime until)
{
    Process *self = process_running(channel->rpc->ipc);
    if (channel->state == CHANNEL_READY) channel->was_broken = false;
    else if (channel->state == CHANNEL_IDLE) channel_connect(channel);
    return process_wait(self, &channel->restarts, until);
}

/* ---- life ---- */

static void channel_close(RpcChannel *channel, bool host_down)
{
    while (channel->first) call_abandon(channel->first);
    ipc_cancel(channel->rpc->ipc, &channel->reconnect);
    if (channel->connection && !host_down) connection_free(channel->connection);
    process_disowns(&channel->resource);
    (void)g_ptr_array_remove(channel->rpc->channels, channel);
    g_free(channel);
}

void channel_forget(RpcChannel *channel) { channel_close(channel, true); }

static void owner_ended(Resource *resource, ProcessEnd why)
{
    channel_close((RpcChannel *)resource, why == PROCESS_HOST_DOWN);
}

/* What a client does about the calls of its former life. */
static void announce(RpcChannel *channel)
{
    Rpc *rpc = channel->rpc;
    if (process_incarnation(channel->owner) < 2) return;
    Wire *epoch = wire_new(rpc, WIRE_EPOCH, 0);
    epoch->process = channel->process;
    epoch->host = channel->host;
    wire_post(rpc, channel->here, channel->server, epoch, channel->policy.overlay);
    for (guint i = rpc->log->len; i-- > 0; ) {
        const Logged *logged = rpc->log->pdata[i];
        if (g_strcmp0(logged->process, process_name(channel->owner)) != 0) continue;
        wire_post(rpc, channel->here, logged->server, wire_new(rpc, WIRE_KILL, logged->call), channel->policy.overlay);
        (void)g_ptr_array_remove_index(rpc->log, i);
    }
}

/* Learns the server's incarnation; without an answer it stays unknown. */
static void bind_server(RpcChannel *channel)
{
    RpcFuture *future = call_new(channel);
    future->request.method = "";
    future->attempt = 1;
    future->request.deadline = ipc_now(channel->rpc->ipc) + channel->policy.retry_interval;
    call_expire_at(future, channel->policy.retry_interval);
    channel->account->published++, channel->account->entered++;
    channel_wire(channel, call_wire(future, WIRE_HELLO));
    (void)rpc_wait(future, NULL);
}

RpcChannel *rpc_dial(Process *owner, Address server, const RpcPolicy *policy)
{
    Rpc *rpc = rpc_of(process_ipc(owner));
    RpcChannel *channel = g_new0(RpcChannel, 1);
    *channel = (RpcChannel){
        .resource = { .end = owner_ended }, .rpc = rpc, .policy = *policy, .owner = owner, .host = process_host(owner),
        .here = { process_host(owner), rpc->next_port++ }, .server = server, .backoff = RECONNECT_FIRST, .tokens = policy->max_tokens,
        .process = (uint64_t)g_str_hash(process_name(owner)) << 32 | process_incarnation(owner),
        .account = ipc_account(rpc->ipc, "rpc", policy->name), .counts = &station_of(rpc, policy->name)->calls,
    };
    process_owns(owner, &channel->resource);
    g_ptr_array_add(rpc->channels, channel);
    announce(channel);
    if (policy->checks_incarnation && policy->transport == RPC_DATAGRAM) bind_server(channel);
    return channel;
}

void rpc_hang_up(RpcChannel *channel)
{
    while (channel->first) rpc_cancel(channel->first);
    channel_close(channel, false);
}
