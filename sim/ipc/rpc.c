/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library: what travels, and who gets it. */
#include <string.h>

#include "ipc/rpc_part.h"

static void rpc_open(Ipc *ipc, void *state);
static void rpc_arrive(void *state, Packet *packet);
static void rpc_packet_lost(void *state, Packet *packet);
static void rpc_unfinished(void *state, Packet *packet);
static void rpc_host_down(void *state, NodeId host);
static void rpc_finish(void *state);
static void rpc_stop(void *state);

static const char *const kinds[WIRE_KINDS] = {
    "call", "one-way call", "cancel", "reply", "unreachable", "hello", "welcome", "epoch", "kill", "ask", "renew"
};

void wire_label(const void *content, GString *words)
{
    const Wire *wire = content;
    g_string_append(words, kinds[wire->kind]);
    if (wire->kind == WIRE_REPLY && wire->status != RPC_OK) g_string_append_printf(words, " %s", rpc_status_name(wire->status));
    else if (wire->method) g_string_append_printf(words, " %s", wire->method);
}

static void packet_label(void *state, const Packet *packet, GString *words)
{
    (void)state;
    wire_label(packet->content, words);
}

static const Library rpc_library = {
    .name = "rpc", .size = sizeof(Rpc), .kinds = kinds, .start = rpc_open, .arrive = rpc_arrive, .lost = rpc_packet_lost,
    .unfinished = rpc_unfinished, .host_down = rpc_host_down, .finish = rpc_finish, .stop = rpc_stop,
    .label = packet_label,
};

const char *rpc_status_name(RpcStatus status)
{
    static const char *const names[RPC_STATUSES] = {
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "UNAUTHENTICATED"
    };
    return names[status];
}

Rpc *rpc_of(Ipc *ipc) { return ipc_library(ipc, &rpc_library); }

static void station_free(gpointer data)
{
    g_free(((Station *)data)->name);
    g_free(data);
}

static void logged_free(gpointer data)
{
    g_free(((Logged *)data)->process);
    g_free(data);
}

static void rpc_open(Ipc *ipc, void *state)
{
    Rpc *rpc = state;
    rpc->ipc = ipc;
    rpc->servers = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    rpc->all_servers = g_ptr_array_new_with_free_func(server_free);
    rpc->stations = g_ptr_array_new_with_free_func(station_free);
    rpc->channels = g_ptr_array_new();
    rpc->futures = g_ptr_array_new_with_free_func(g_free);
    rpc->free_futures = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    rpc->log = g_ptr_array_new_with_free_func(logged_free);
    rpc->next_port = 1u << 16;
}

static void rpc_stop(void *state)
{
    Rpc *rpc = state;
    while (rpc->channels->len) channel_forget(rpc->channels->pdata[rpc->channels->len - 1]);
    g_hash_table_unref(rpc->servers);
    g_ptr_array_unref(rpc->all_servers);
    g_ptr_array_unref(rpc->channels);
    for (guint i = 0; i < rpc->futures->len; i++) {
        RpcFuture *future = rpc->futures->pdata[i];
        ipc_message_drop(future->reply);
        ipc_message_drop(future->request.request);
    }
    g_ptr_array_unref(rpc->futures);
    g_array_unref(rpc->free_futures);
    g_ptr_array_unref(rpc->stations);
    g_ptr_array_unref(rpc->log);
    while (rpc->free_wires) {
        Wire *wire = rpc->free_wires;
        rpc->free_wires = wire->next_free;
        g_free(wire);
    }
}

/* ---- what travels ---- */

Wire *wire_new(Rpc *rpc, WireKind kind, uint64_t call)
{
    Wire *wire = rpc->free_wires;
    if (wire) rpc->free_wires = wire->next_free;
    else wire = g_new(Wire, 1);
    *wire = (Wire){ .rpc = rpc, .kind = kind, .call = call, .deadline = -1 };
    return wire;
}

void wire_free(void *data)
{
    Wire *wire = data;
    ipc_message_drop(wire->message);
    wire->message = NULL;
    wire->next_free = wire->rpc->free_wires;
    wire->rpc->free_wires = wire;
}

void wire_lose(void *data)
{
    Wire *wire = data;
    if (wire->account) wire->account->dropped[IPC_DROP_LINK_LOSS]++;
    wire_free(wire);
}

uint32_t wire_size(const Wire *wire)
{
    return HEADER_BYTES + (wire->message ? wire->message->size : 0);
}

void wire_post(Rpc *rpc, Address from, Address to, Wire *wire, bool overlay)
{
    Packet packet = { .library = &rpc_library, .from = from.host, .to = to.host, .port_from = from.port, .port_to = to.port,
                      .size = wire_size(wire), .word = wire->call, .kind = (uint8_t)wire->kind, .content = wire, .overlay = overlay };
    ipc_send(rpc->ipc, &packet);
}

RpcServer *rpc_server_at(Rpc *rpc, Address at)
{
    uint64_t key = (uint64_t)at.host << 32 | at.port;
    return g_hash_table_lookup(rpc->servers, &key);
}

static void rpc_arrive(void *state, Packet *packet)
{
    Rpc *rpc = state;
    Wire *wire = packet->content;
    Address from = { packet->from, packet->port_from }, to = { packet->to, packet->port_to };
    switch (wire->kind) {
    case WIRE_REPLY: case WIRE_UNREACHABLE: case WIRE_WELCOME: case WIRE_ASK:
        channel_receive(rpc, to.host, wire);
        return;
    default: break;
    }
    RpcServer *server = rpc_server_at(rpc, to);
    if (server) {
        server_receive(server, from, wire, NULL);
        return;
    }
    if (wire->kind == WIRE_CALL) wire_post(rpc, to, from, wire_new(rpc, WIRE_UNREACHABLE, wire->call), packet->overlay);
    if (wire->account) wire->account->dropped[IPC_DROP_PEER_GONE]++;
    wire_free(wire);
}

static void rpc_packet_lost(void *state, Packet *packet)
{
    (void)state;
    wire_lose(packet->content);
}

/* Replies on their way are counted by finish(). */
static void rpc_unfinished(void *state, Packet *packet)
{
    Wire *wire = packet->content;
    (void)state;
    if (wire->account && wire->kind == WIRE_ONE_WAY) wire->account->in_flight++;
    wire_free(wire);
}

static void rpc_host_down(void *state, NodeId host)
{
    Rpc *rpc = state;                       /* servers end with their processes */
    for (guint i = rpc->channels->len; i-- > 0; )
        if (channel_host(rpc->channels->pdata[i]) == host) channel_forget(rpc->channels->pdata[i]);
}

static void count_one_way(void *content, void *data)
{
    const Wire *wire = content;
    (void)data;
    if (wire->account && wire->kind == WIRE_ONE_WAY) wire->account->in_flight++;
}

static void rpc_finish(void *state)
{
    Rpc *rpc = state;
    for (guint i = 0; i < rpc->stations->len; i++) {            /* replies on their way: all sent but those that ended */
        Account *account = ((Station *)rpc->stations->pdata[i])->account;
        if (((Station *)rpc->stations->pdata[i])->calls.calls) continue;
        account->in_flight = 0;
        account->in_flight = (uint64_t)account_balance(account);
    }
    for (guint i = 0; i < rpc->futures->len; i++) {
        const RpcFuture *future = rpc->futures->pdata[i];
        if (future->channel && !future->done) channel_account(future->channel)->in_flight++;
    }
    stream_each(rpc->ipc, wire_lose, count_one_way, NULL);
}

void rpc_tell(Rpc *rpc, const char *event, NodeId node, const char *object, uint64_t call, uint64_t number)
{
    if (G_LIKELY(!ipc_watched(rpc->ipc))) return;
    IpcEvent told = { .event = event, .node = node, .object = object, .message = call, .number = number };
    ipc_tell(rpc->ipc, &told);
}
