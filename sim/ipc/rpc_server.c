/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: its life, its methods, and what arrives. */
#include <string.h>

#include "ipc/rpc_server_part.h"

const RpcServerSettings rpc_server_defaults = {
    .name = "rpc", .semantics = RPC_AT_MOST_ONCE, .cache = 64, .threads = 1,
};

/* ---- what arrives ---- */

static const Method *method_of(const RpcServer *server, const char *name)
{
    for (guint i = 0; i < server->methods->len; i++) {
        const Method *method = g_array_index(server->methods, Method *, i);
        if (!method->name || strcmp(method->name, name) == 0) return method;
    }
    return NULL;
}

/* Why a call is not even put in line; RPC_OK: it is. */
static RpcStatus refusal(const RpcServer *server, const Wire *wire)
{
    const RpcServerSettings *settings = &server->settings;
    if (settings->refuses_all) return RPC_UNAUTHENTICATED;
    if (!method_of(server, wire->method)) return RPC_UNIMPLEMENTED;
    if (wire->incarnation && wire->incarnation != server->station->incarnation) return RPC_FAILED_PRECONDITION;
    if (settings->largest && wire->message && wire->message->size > settings->largest) return RPC_RESOURCE_EXHAUSTED;
    if (settings->capacity && server->line.count + server->service.count >= settings->capacity) return RPC_RESOURCE_EXHAUSTED;
    return RPC_OK;
}

static void call_arrive(RpcServer *server, Address from, Wire *wire, Connection *connection)
{
    bool filtered = server->settings.semantics == RPC_AT_MOST_ONCE && !connection && wire->kind == WIRE_CALL;
    if (filtered && remember_duplicate(server, from, wire)) return;
    RpcStatus status = refusal(server, wire);
    if (status != RPC_OK) {
        server->station->counts.refused++;
        if (wire->kind == WIRE_CALL) server_answer(server, from, connection, wire->call, status, NULL);
        return;
    }
    if (filtered) remember_call(server, wire->call);
    RpcExecution *execution = server->spare;
    if (execution) server->spare = execution->next;
    else execution = g_new(RpcExecution, 1);
    *execution = (RpcExecution){
        .server = server, .call = wire->call, .process = wire->process, .client = { wire->host, from.port },
        .connection = connection, .by_connection = connection != NULL, .method = method_of(server, wire->method),
        .request = g_steal_pointer(&wire->message), .deadline = wire->deadline, .priority = wire->priority,
        .arrived = ipc_now(server->rpc->ipc), .attempt = wire->attempt, .one_way = wire->kind == WIRE_ONE_WAY,
    };
    server_enqueue(server, execution);
    server_dispatch(server);
}

static void cancel(RpcExecution *execution)
{
    execution->cancelled = true;
    rpc_tell(execution->server->rpc, "rpc.cancelled", execution->server->at.host, execution->server->station->name,
             execution->call, 0);
    for (RpcFuture *child = execution->children, *next; child; child = next) {
        next = child->sibling;
        rpc_cancel(child);
    }
}

void server_receive(RpcServer *server, Address from, Wire *wire, Connection *connection)
{
    RpcExecution *execution;
    switch (wire->kind) {
    case WIRE_CALL: call_arrive(server, from, wire, connection); break;
    case WIRE_ONE_WAY:
        if (wire->account) wire->account->delivered++;
        call_arrive(server, from, wire, connection);
        break;
    case WIRE_CANCEL: if ((execution = server_execution(server, wire->call))) cancel(execution); break;
    case WIRE_HELLO: {
        Wire *welcome = wire_new(server->rpc, WIRE_WELCOME, wire->call);
        welcome->incarnation = server->station->incarnation;
        server_post(server, from, connection, welcome);
        break;
    }
    case WIRE_EPOCH: case WIRE_KILL: case WIRE_RENEW: orphans_message(server, wire); break;
    default: break;
    }
    wire_free(wire);
}

/* ---- connections ---- */

static void connection_over(void *user, Connection *connection)
{
    RpcServer *server = user;
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        for (RpcExecution *e = lines[l]->first; e; e = e->next)
            if (e->connection == connection) {
                e->connection = NULL;
                cancel(e);
            }
    (void)g_ptr_array_remove(server->connections, connection);
    connection_free(connection);
}

static void connection_failed(void *user, Connection *connection, int error)
{
    (void)error;
    connection_over(user, connection);
}

static void connection_received(void *user, Connection *connection, void *content, uint32_t size)
{
    (void)size;
    server_receive(user, connection_peer(connection), content, connection);
}

static const ConnectionUser server_calls = {
    .failed = connection_failed, .received = connection_received, .ended = connection_over,
    .label = wire_label,
};

static bool incoming(void *user, Connection *connection)
{
    RpcServer *server = user;
    connection_use(connection, &server_calls, server);
    g_ptr_array_add(server->connections, connection);
    return true;
}

/* ---- life ---- */

static void server_end(Resource *resource, ProcessEnd why)
{
    RpcServer *server = (RpcServer *)resource;
    uint64_t key = (uint64_t)server->at.host << 32 | server->at.port;
    station_count(server);
    server->ended = true;
    g_hash_table_remove(server->rpc->servers, &key);
    for (guint i = 0; i < server->threads->len; i++) process_crash(((Thread *)server->threads->pdata[i])->process);
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        while (lines[l]->first) {
            RpcExecution *execution = lines[l]->first;
            server->station->counts.lost++;
            server_line_remove(lines[l], execution);
            execution_free(execution);
        }
    if (why != PROCESS_HOST_DOWN) {
        for (guint i = 0; i < server->connections->len; i++) connection_free(server->connections->pdata[i]);
        if (server->listener) listener_close(server->listener);
    }
    g_ptr_array_set_size(server->connections, 0);
    server->listener = NULL;
}

Station *station_of(Rpc *rpc, const char *name)
{
    for (guint i = 0; i < rpc->stations->len; i++) {
        Station *station = rpc->stations->pdata[i];
        if (g_strcmp0(station->name, name) == 0) return station;
    }
    Station *station = g_new0(Station, 1);
    station->name = g_strdup(name);
    station->account = ipc_account(rpc->ipc, "rpc", name);
    g_ptr_array_add(rpc->stations, station);
    return station;
}

static void method_free(gpointer data)
{
    Method *method = *(Method **)data;
    g_free(method->name);
    g_free(method);
}

RpcServer *rpc_serve(Process *owner, uint32_t port, const RpcServerSettings *settings)
{
    Rpc *rpc = rpc_of(process_ipc(owner));
    Address at = { process_host(owner), port };
    if (rpc_server_at(rpc, at)) return NULL;
    RpcServer *server = g_new0(RpcServer, 1);
    *server = (RpcServer){ .resource = { .end = server_end }, .rpc = rpc, .settings = *settings, .at = at,
                           .station = station_of(rpc, settings->name), .counted = ipc_now(rpc->ipc) };
    server->connections = g_ptr_array_new();
    server->methods = g_array_new(FALSE, FALSE, sizeof(Method *));
    g_array_set_clear_func(server->methods, method_free);
    server->remembered = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, remembered_free);
    server->idle_threads = g_ptr_array_new();
    server->threads = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(rpc->all_servers, server);
    if (settings->transport == RPC_STREAM) {
        ListenerSettings listens = { .backlog = 128, .options = stream_defaults, .incoming = incoming, .user = server };
        listens.options.overlay = settings->overlay;
        server->listener = listener_open(rpc->ipc, at, &listens);
        if (!server->listener) {
            server->ended = true;
            return NULL;
        }
    }
    uint64_t key = (uint64_t)at.host << 32 | at.port;
    g_hash_table_insert(rpc->servers, g_memdup2(&key, sizeof key), server);
    server->station->incarnation++;
    process_owns(owner, &server->resource);
    return server;
}

void server_free(void *data)
{
    RpcServer *server = data;
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        while (lines[l]->first) {
            RpcExecution *execution = lines[l]->first;
            lines[l]->first = execution->next;
            ipc_message_drop(execution->request);
            ipc_message_drop(execution->reply);
            g_free(execution);
        }
    while (server->spare) {
        RpcExecution *execution = server->spare;
        server->spare = execution->next;
        g_free(execution);
    }
    process_disowns(&server->resource);
    g_ptr_array_unref(server->connections);
    g_array_unref(server->methods);
    g_hash_table_unref(server->remembered);
    g_ptr_array_unref(server->idle_threads);
    g_ptr_array_unref(server->threads);
    g_free(server);
}

static Method *method_add(RpcServer *server, const char *name, void *user)
{
    Method *method = g_new0(Method, 1);
    method->name = g_strdup(name);
    method->user = user;
    g_array_append_val(server->methods, method);
    return method;
}

void rpc_timed(RpcServer *server, const char *name, SimTime (*service)(void *user, Random *random),
               void (*work)(void *user, RpcExecution *execution), void *user)
{
    Method *method = method_add(server, name, user);
    method->service = service;
    method->work = work;
}

void rpc_method(RpcServer *server, const char *name, RpcStatus (*handler)(Process *thread, RpcExecution *execution, void *user),
                void *user)
{
    method_add(server, name, user)->handler = handler;
}

const IpcMessage *rpc_request(const RpcExecution *execution) { return execution->request; }
unsigned rpc_attempt(const RpcExecution *execution) { return execution->attempt; }

void rpc_reply(RpcExecution *execution, IpcMessage *message)
{
    ipc_message_drop(execution->reply);
    execution->reply = message;
}

SimTime rpc_time_left(const RpcExecution *execution)
{
    if (execution->deadline < 0) return SIM_NEVER;
    return MAX(0, execution->deadline - ipc_now(execution->server->rpc->ipc));
}

bool rpc_is_cancelled(const RpcExecution *execution)
{
    return execution->cancelled || rpc_time_left(execution) == 0;
}

void execution_adopt(RpcExecution *parent, RpcFuture *child)
{
    child->sibling = parent->children;
    parent->children = child;
}

void execution_disown(RpcExecution *parent, RpcFuture *child)
{
    for (RpcFuture **at = &parent->children; *at; at = &(*at)->sibling)
        if (*at == child) {
            *at = child->sibling;
            return;
        }
}
