/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that are pending: sent, sent again, retried, and given up. */
#include <math.h>

#include "ipc/rpc_channel_part.h"

enum { ATTEMPTS_MOST = 5 };                 /* whatever the policy asks for */

static void attempt(RpcFuture *future);

/* ---- places of calls ---- */

static uint64_t id_of(const RpcFuture *future) { return (uint64_t)future->serial << 32 | future->place; }

RpcFuture *future_of(Rpc *rpc, uint64_t call)
{
    uint32_t place = (uint32_t)call;
    if (place >= rpc->futures->len) return NULL;
    RpcFuture *future = rpc->futures->pdata[place];
    return future->channel && future->serial == call >> 32 && !future->done ? future : NULL;
}

RpcFuture *call_new(RpcChannel *channel)
{
    Rpc *rpc = channel->rpc;
    RpcFuture *future;
    if (rpc->free_futures->len) {
        uint32_t place = g_array_index(rpc->free_futures, uint32_t, rpc->free_futures->len - 1);
        g_array_set_size(rpc->free_futures, rpc->free_futures->len - 1);
        future = rpc->futures->pdata[place];
        *future = (RpcFuture){ .rpc = rpc, .channel = channel, .serial = future->serial + 1, .place = place };
    } else {
        future = g_new0(RpcFuture, 1);
        *future = (RpcFuture){ .rpc = rpc, .channel = channel, .serial = 1, .place = rpc->futures->len };
        g_ptr_array_add(rpc->futures, future);
    }
    future->previous = channel->last;
    if (channel->last) channel->last->next = future;
    else channel->first = future;
    channel->last = future;
    return future;
}

static void future_unlink(RpcFuture *future)
{
    RpcChannel *channel = future->channel;
    if (future->previous) future->previous->next = future->next;
    else channel->first = future->next;
    if (future->next) future->next->previous = future->previous;
    else channel->last = future->previous;
}

static void future_free(RpcFuture *future)
{
    Rpc *rpc = future->rpc;
    ipc_message_drop(future->reply);
    ipc_message_drop(future->request.request);
    future->reply = future->request.request = NULL;
    future->channel = NULL;
    g_array_append_val(rpc->free_futures, future->place);
}

static void timers_stop(RpcFuture *future)
{
    Ipc *ipc = future->channel->rpc->ipc;
    ipc_cancel(ipc, &future->deadline);
    ipc_cancel(ipc, &future->again);
    ipc_cancel(ipc, &future->backoff);
}

/* What a client of an exterminating server keeps on stable storage. */
static void log_write(const RpcFuture *future)
{
    const RpcChannel *channel = future->channel;
    Logged *logged = g_new0(Logged, 1);
    *logged = (Logged){ id_of(future), g_strdup(process_name(channel->owner)), channel->server, channel->host };
    g_ptr_array_add(channel->rpc->log, logged);
}

static void log_strike(const RpcFuture *future)
{
    GPtrArray *log = future->channel->rpc->log;
    for (guint i = 0; i < log->len; i++)
        if (((Logged *)log->pdata[i])->call == id_of(future)) {
            (void)g_ptr_array_remove_index(log, i);
            return;
        }
}

static void finish(RpcFuture *future, RpcStatus status, IpcMessage *reply)
{
    RpcChannel *channel = future->channel;
    Account *account = channel->account;
    timers_stop(future);
    if (channel->policy.logs_calls) log_strike(future);
    future_unlink(future);
    if (future->request.parent) execution_disown(future->request.parent, future);
    future->done = true;
    future->channel = NULL;
    future->status = status;
    future->reply = reply;
    channel->counts->statuses[status]++;
    if (status == RPC_OK) account->delivered++;
    else if (status == RPC_DEADLINE_EXCEEDED) account->expired++;
    else account->returned++;
    IpcEvent told = { .event = "rpc.status", .node = channel->host, .object = channel->policy.name, .message = id_of(future),
                      .number = status, .reason = rpc_status_name(status) };
    ipc_tell(channel->rpc->ipc, &told);
    wait_list_wake_all(&future->waiting);
    if (!future->request.over) return;
    future->request.over(future->request.user, status, reply);
    future_free(future);
}

/* ---- sending ---- */

Wire *call_wire(const RpcFuture *future, WireKind kind)
{
    const RpcChannel *channel = future->channel;
    Wire *wire = wire_new(channel->rpc, kind, id_of(future));
    wire->process = channel->process;
    wire->host = channel->host;
    wire->method = future->request.method;
    wire->deadline = future->request.deadline;
    wire->priority = future->request.priority;
    wire->attempt = future->attempt - 1;
    wire->incarnation = channel->incarnation;
    return wire;
}

/* By the channel's way of sending; a connection that is gone takes it along. */
void channel_wire(RpcChannel *channel, Wire *wire)
{
    if (channel->policy.transport == RPC_DATAGRAM) wire_post(channel->rpc, channel->here, channel->server, wire, channel->policy.overlay);
    else if (channel->connection && channel->state == CHANNEL_READY) connection_send(channel->connection, wire, wire_lose, wire_size(wire));
    else wire_lose(wire);
}

void call_send(RpcFuture *future)
{
    RpcChannel *channel = future->channel;
    Wire *wire = call_wire(future, WIRE_CALL);
    if (future->request.request) wire->message = ipc_message_hold(future->request.request);
    future->sent = true;
    channel->counts->transmissions++;
    channel_wire(channel, wire);
}

static void send_again(void *subject, uint64_t detail)
{
    RpcFuture *future = subject;
    RpcChannel *channel = future->channel;
    (void)detail;
    channel->counts->retransmissions++;
    rpc_tell(channel->rpc, "rpc.retransmit", channel->host, channel->policy.name, id_of(future), channel->counts->transmissions);
    future->again = ipc_after(channel->rpc->ipc, channel->host, channel->policy.retry_interval, send_again, future, 0);
    call_send(future);
}

/* ---- the policy of retries ---- */

static SimTime backoff_of(RpcChannel *channel, unsigned attempt)
{
    const RpcPolicy *policy = &channel->policy;
    double bound = fmin((double)policy->initial_backoff * pow(policy->multiplier, attempt - 1), (double)policy->max_backoff);
    double unit = policy->jitter == RPC_JITTER_NONE ? 1 : random_unit(ipc_random(channel->rpc->ipc, channel->host));
    if (policy->jitter == RPC_JITTER_FULL) bound *= unit;
    if (policy->jitter == RPC_JITTER_FIFTH) bound *= 0.8 + 0.4 * unit;
    return (SimTime)bound;
}

static void retry(void *subject, uint64_t detail)
{
    RpcFuture *future = subject;
    (void)detail;
    future->backoff = 0;
    future->channel->counts->retries++;
    attempt(future);
}

/* This attempt has failed: another one, or the end. */
void call_attempt_failed(RpcFuture *future, RpcStatus status)
{
    RpcChannel *channel = future->channel;
    const RpcPolicy *policy = &channel->policy;
    ipc_cancel(channel->rpc->ipc, &future->again);
    if (policy->max_tokens > 0) channel->tokens = fmax(channel->tokens - 1, 0);
    bool throttled = policy->max_tokens > 0 && channel->tokens <= policy->max_tokens / 2;
    bool may = future->attempt < MIN(policy->max_attempts, ATTEMPTS_MOST) && policy->retryable >> status & 1 && !throttled;
    if (!may) {
        finish(future, status, NULL);
        return;
    }
    future->sent = false;
    future->backoff = ipc_after(channel->rpc->ipc, channel->host, backoff_of(channel, future->attempt), retry, future, 0);
}

/* ---- calls ---- */

/* Sends it, or has it wait for the channel; or fails at once. */
static void attempt(RpcFuture *future)
{
    RpcChannel *channel = future->channel;
    const RpcPolicy *policy = &channel->policy;
    future->attempt++;
    if (policy->transport == RPC_DATAGRAM) {
        call_send(future);
        if (policy->retry_interval > 0)
            future->again = ipc_after(channel->rpc->ipc, channel->host, policy->retry_interval, send_again, future, 0);
        return;
    }
    if (channel->state == CHANNEL_READY) call_send(future);
    else if (channel->state == CHANNEL_IDLE) channel_connect(channel);
    else if (channel->state == CHANNEL_FAILED && !policy->wait_for_ready) call_attempt_failed(future, RPC_UNAVAILABLE);
}

static void deadline_over(void *subject, uint64_t detail)
{
    RpcFuture *future = subject;
    (void)detail;
    future->deadline = 0;
    finish(future, RPC_DEADLINE_EXCEEDED, NULL);
}

void call_expire_at(RpcFuture *future, SimTime delay)
{
    RpcChannel *channel = future->channel;
    future->deadline = ipc_after(channel->rpc->ipc, channel->host, delay, deadline_over, future, 0);
}

void call_abandon(RpcFuture *future)
{
    timers_stop(future);
    future_unlink(future);
    future->channel->account->dropped[IPC_DROP_CRASH]++;
    if (future->request.parent) execution_disown(future->request.parent, future);
    if (future->request.over) future->request.over(future->request.user, RPC_CANCELLED, NULL);
    future_free(future);
}

static RpcFuture *start(RpcChannel *channel, const RpcRequest *request)
{
    RpcFuture *future = call_new(channel);
    SimTime now = ipc_now(channel->rpc->ipc);
    future->request = *request;
    if (request->parent) {
        SimTime left = rpc_time_left(request->parent);
        if (left != SIM_NEVER && (request->deadline < 0 || now + left < request->deadline)) future->request.deadline = now + left;
        execution_adopt(request->parent, future);
    }
    channel->counts->calls++;
    channel->account->published++;
    channel->account->entered++;
    rpc_tell(channel->rpc, "rpc.send", channel->host, channel->policy.name, id_of(future), 0);
    if (channel->policy.logs_calls) log_write(future);
    if (future->request.deadline >= 0) call_expire_at(future, MAX(0, future->request.deadline - now));
    attempt(future);
    return future;
}

RpcFuture *rpc_start(RpcChannel *channel, const RpcRequest *request)
{
    RpcFuture *future = start(channel, request);
    return request->over ? NULL : future;
}

bool rpc_is_done(const RpcFuture *future) { return future->done; }

RpcStatus rpc_wait(RpcFuture *future, IpcMessage **reply)
{
    if (!future->done) (void)process_wait(process_running(future->rpc->ipc), &future->waiting, -1);
    RpcStatus status = future->status;
    if (reply) *reply = g_steal_pointer(&future->reply);
    future_free(future);
    return status;
}

RpcStatus rpc_call(RpcChannel *channel, const RpcRequest *request, IpcMessage **reply)
{
    return rpc_wait(start(channel, request), reply);
}

void rpc_cancel(RpcFuture *future)
{
    if (future->done) return;                       /* before its future was waited for */
    if (future->sent) channel_wire(future->channel, call_wire(future, WIRE_CANCEL));
    finish(future, RPC_CANCELLED, NULL);
}

void rpc_one_way(RpcChannel *channel, const RpcRequest *request)
{
    RpcFuture *future = call_new(channel);
    future->request = *request;
    future->attempt = 1;
    Wire *wire = call_wire(future, WIRE_ONE_WAY);
    wire->message = request->request;
    wire->account = channel->account;
    future->request.request = NULL;
    channel->counts->calls++;
    channel->counts->transmissions++;
    channel->account->published++;
    channel->account->entered++;
    channel->account->in_flight++;
    future_unlink(future);
    future_free(future);
    channel->account->in_flight--;
    if (channel->policy.transport == RPC_STREAM && channel->state == CHANNEL_IDLE) channel_connect(channel);
    if (channel->connection && channel->state == CHANNEL_CONNECTING) connection_send(channel->connection, wire, wire_lose, wire_size(wire));
    else channel_wire(channel, wire);
}

/* ---- what arrives ---- */

static void reply_arrive(Rpc *rpc, NodeId host, RpcFuture *future, Wire *wire)
{
    if (!future || (wire->status != RPC_OK && future->backoff)) {
        wire->account->dropped[IPC_DROP_LATE_REPLY]++;
        rpc_tell(rpc, "rpc.late", host, wire->account->object, wire->call, 0);
        return;
    }
    RpcChannel *channel = future->channel;
    wire->account->delivered++;
    if (wire->status != RPC_OK) {
        call_attempt_failed(future, wire->status);
        return;
    }
    channel->tokens = fmin(channel->tokens + channel->policy.token_ratio, channel->policy.max_tokens);
    finish(future, RPC_OK, g_steal_pointer(&wire->message));
}

void channel_receive(Rpc *rpc, NodeId host, Wire *wire)
{
    RpcFuture *future = future_of(rpc, wire->call);
    if (future && future->channel->host != host) future = NULL;
    switch (wire->kind) {
    case WIRE_REPLY: reply_arrive(rpc, host, future, wire); break;
    case WIRE_UNREACHABLE: if (future) call_attempt_failed(future, RPC_UNAVAILABLE); break;
    case WIRE_WELCOME:
        if (!future) break;
        future->channel->incarnation = wire->incarnation;
        finish(future, RPC_OK, NULL);
        break;
    case WIRE_ASK: if (future) channel_wire(future->channel, call_wire(future, WIRE_RENEW)); break;
    default: break;
    }
    wire_free(wire);
}
