/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ipc/zeromq_parts.h"

const char *const zeromq_type_names[] = {
    "PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB"
};

const char *const zeromq_event_names[] = {
    "listening", "accepted", "connect-delayed", "connected", "handshake-succeeded", "handshake-failed", "disconnected",
    "connect-retried", "closed"
};

const ZeromqOptions zeromq_defaults = {
    .sndhwm = 1000, .rcvhwm = 1000, .linger = -1, .sndtimeo = -1, .rcvtimeo = -1,
    .reconnect_ivl = 100 * 1000 * 1000LL, .handshake_ivl = 30 * 1000 * 1000 * 1000LL,
};

const Pattern *const zeromq_patterns[] = {
    &zeromq_pair, &zeromq_pub, &zeromq_sub, &zeromq_req, &zeromq_rep, &zeromq_dealer, &zeromq_router, &zeromq_pull,
    &zeromq_push, &zeromq_xpub, &zeromq_xsub
};

static void start(Ipc *ipc, void *state);
static void host_down(void *state, NodeId host);
static void finish(void *state) { zeromq_count(state); }
static void stop(void *state);

static const Library zeromq_library = {
    .name = "zmq", .size = sizeof(Zeromq), .start = start,
    .host_down = host_down, .finish = finish, .stop = stop,
};

static void start(Ipc *ipc, void *state)
{
    Zeromq *all = state;
    all->ipc = ipc;
    all->bound = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    all->waiting = g_ptr_array_new();
    all->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    all->counts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    all->ports = g_hash_table_new(g_str_hash, g_str_equal);
    all->closed = g_ptr_array_new_with_free_func(g_free);
}

/* ---- life ---- */

static void owner_ended(Resource *resource, ProcessEnd why);

ZeromqSocket *zeromq_open(Process *owner, ZeromqType type, const char *name, const ZeromqOptions *options)
{
    Ipc *ipc = process_ipc(owner);
    Zeromq *all = ipc_library(ipc, &zeromq_library);
    ZeromqSocket *socket = g_new0(ZeromqSocket, 1);
    *socket = (ZeromqSocket){ .resource = { .end = owner_ended }, .all = all, .previous = all->last,
                              .name = zeromq_text(all, name), .owner = zeromq_text(all, process_name(owner)),
                              .host = process_host(owner), .type = type, .pattern = zeromq_patterns[type],
                              .options = options ? *options : zeromq_defaults, .account = zeromq_patterns[type]->send ? ipc_account(ipc, "zmq", name) : NULL, .counts = zeromq_counts_of(all, name) };
    for (unsigned i = 0; i < RINGS; i++) socket->rings[i].which = i;
    if (all->last) all->last->next = socket;
    else all->first = socket;
    all->last = socket;
    if (socket->options.routing_id) socket->options.routing_id = zeromq_text(all, socket->options.routing_id);
    if (!socket->options.heartbeat_timeout) socket->options.heartbeat_timeout = socket->options.heartbeat_ivl;
    process_owns(owner, &socket->resource);
    return socket;
}

static void endpoint_close(Endpoint *endpoint, bool down)
{
    if (endpoint->bound && endpoint->inproc) inproc_unbind(endpoint);
    if (endpoint->listener && !down) listener_close(endpoint->listener);
    g_free(endpoint->name);
    g_free(endpoint);
}

static void endpoints_close(ZeromqSocket *socket, bool down)
{
    for (Pipe *pipe = socket->pipes; pipe; pipe = pipe->next)
        if (!pipe->dialed) pipe->endpoint = NULL;
    for (Endpoint **place = &socket->endpoints; *place;) {
        Endpoint *endpoint = *place;
        if (endpoint->pipe) {                           /* it may have to be dialed again */
            place = &endpoint->next;
            continue;
        }
        *place = endpoint->next;
        endpoint_close(endpoint, down);
    }
}

void zeromq_release(ZeromqSocket *socket)
{
    Zeromq *all = socket->all;
    if (!socket->closing || socket->pipes) return;
    endpoints_close(socket, false);
    if (socket->previous) socket->previous->next = socket->next;
    else all->first = socket->next;
    if (socket->next) socket->next->previous = socket->previous;
    else all->last = socket->previous;
    for (unsigned i = 0; i < RINGS; i++) g_free(socket->rings[i].pipes);
    lane_free(&socket->notices);
    if (socket->routes) g_hash_table_unref(socket->routes);
    if (socket->found) g_ptr_array_unref(socket->found);
    socket->found = NULL;
    socket->routes = NULL;
    memset(socket->rings, 0, sizeof socket->rings);
    g_ptr_array_add(all->closed, socket);               /* somebody may be blocked in it */
}

/* What the socket itself holds. */
static void let_go(ZeromqSocket *socket)
{
    Parcel parcel;
    bool credit;
    if (socket->stash.message) zeromq_drop(socket, &socket->stash, IPC_DROP_PEER_GONE);
    while (lane_pop(&socket->notices, &parcel, &credit)) zeromq_drop(socket, &parcel, IPC_DROP_PEER_GONE);
    g_clear_pointer(&socket->partial, ipc_message_drop);
    g_clear_pointer(&socket->envelope, ipc_message_drop);
    topics_free(&socket->topics);
    zeromq_wake_readers(socket);
    zeromq_wake_writers(socket);
}

void zeromq_close(ZeromqSocket *socket)
{
    process_disowns(&socket->resource);
    endpoints_close(socket, false);
    for (Pipe *pipe = socket->pipes, *next; pipe; pipe = next) {
        next = pipe->next;
        pipe_leave(pipe);
    }
    let_go(socket);
    socket->closing = true;
    zeromq_release(socket);
}

/* At once: what has not been handed to the host is lost. */
static void vanish(ZeromqSocket *socket, bool down)
{
    process_disowns(&socket->resource);
    while (socket->pipes) {
        session_close(socket->pipes, down);
        pipe_free(socket->pipes);
    }
    endpoints_close(socket, down);
    let_go(socket);
    socket->closing = true;
    zeromq_release(socket);
}

static void owner_ended(Resource *resource, ProcessEnd why)
{
    ZeromqSocket *socket = (ZeromqSocket *)resource;
    if (why == PROCESS_EXITED) zeromq_close(socket);
    else vanish(socket, why == PROCESS_HOST_DOWN);
}

static void host_down(void *state, NodeId host)
{
    Zeromq *all = state;
    for (ZeromqSocket *socket = all->first, *next; socket; socket = next) {
        next = socket->next;
        if (socket->host == host) vanish(socket, true);
    }
}

/* Its owner is gone already, or ends with the run. */
static void stop(void *state)
{
    Zeromq *all = state;
    all->stopped = true;
    while (all->first) vanish(all->first, true);
    g_hash_table_unref(all->bound);
    g_ptr_array_unref(all->waiting);
    g_hash_table_unref(all->counts);
    g_hash_table_unref(all->ports);
    g_hash_table_unref(all->names);
    g_ptr_array_unref(all->closed);
}

/* ---- endpoints ---- */

/* "nHOST:PORT" or "*:PORT" of the host itself. */
static bool read_address(const ZeromqSocket *socket, const char *text, Address *address)
{
    guint64 host = socket->host, port;
    if (*text == '*') {
        text++;
    } else {
        char *end;
        if (*text == 'n') text++;
        if (!g_ascii_isdigit(*text)) return false;
        host = g_ascii_strtoull(text, &end, 10);
        text = end;
    }
    if (*text != ':' || host >= ipc_hosts(zeromq_ipc(socket))) return false;
    if (!g_ascii_string_to_unsigned(text + 1, 10, 1, UINT32_MAX, &port, NULL)) return false;
    *address = (Address){ (NodeId)host, (uint32_t)port };
    return true;
}

static int endpoint_new(ZeromqSocket *socket, const char *name, bool bound, Endpoint **made)
{
    Endpoint endpoint = { .socket = socket, .bound = bound };
    if (g_str_has_prefix(name, "inproc://")) {
        if (!name[9]) return -IPC_EINVAL;
        endpoint.inproc = true;
    } else if (g_str_has_prefix(name, "tcp://")) {
        if (!read_address(socket, name + 6, &endpoint.address)) return -IPC_EINVAL;
        if (bound && endpoint.address.host != socket->host) return -IPC_ENODEV;
    } else {
        return strstr(name, "://") ? -IPC_EPROTONOSUPPORT : -IPC_EINVAL;
    }
    Endpoint **last = &socket->endpoints;
    while (*last) last = &(*last)->next;
    *last = *made = g_memdup2(&endpoint, sizeof endpoint);
    (*made)->name = g_strdup(name);
    return 0;
}

static void endpoint_remove(Endpoint *endpoint)
{
    Endpoint **place = &endpoint->socket->endpoints;
    while (*place != endpoint) place = &(*place)->next;
    *place = endpoint->next;
    endpoint_close(endpoint, false);
}

int zeromq_bind(ZeromqSocket *socket, const char *name)
{
    Endpoint *endpoint;
    int error = endpoint_new(socket, name, true, &endpoint);
    if (error) return error;
    error = endpoint->inproc ? inproc_bind(endpoint) : session_bind(endpoint);
    if (error) {
        endpoint->bound = false;                        /* the address is another's */
        endpoint_remove(endpoint);
        return error;
    }
    zeromq_monitored(socket, ZEROMQ_LISTENING, endpoint);
    return 0;
}

int zeromq_connect(ZeromqSocket *socket, const char *name)
{
    Endpoint *endpoint;
    int error = endpoint_new(socket, name, false, &endpoint);
    if (error) return error;
    Pipe *pipe = pipe_new(socket, endpoint, true);
    if (endpoint->inproc) inproc_connect(endpoint);
    else session_connect(pipe);
    return 0;
}

static Endpoint *endpoint_find(const ZeromqSocket *socket, const char *name, bool bound)
{
    Endpoint *endpoint = socket->endpoints;
    while (endpoint && (endpoint->bound != bound || endpoint->cut || strcmp(endpoint->name, name) != 0)) endpoint = endpoint->next;
    return endpoint;
}

int zeromq_unbind(ZeromqSocket *socket, const char *name)
{
    Endpoint *endpoint = endpoint_find(socket, name, true);
    if (!endpoint) return -IPC_ENOENT;
    for (Pipe *pipe = socket->pipes, *next; pipe; pipe = next) {
        next = pipe->next;
        if (pipe->endpoint == endpoint && !pipe->dialed) pipe_leave(pipe);
    }
    endpoint_remove(endpoint);
    return 0;
}

int zeromq_disconnect(ZeromqSocket *socket, const char *name)
{
    Endpoint *endpoint = endpoint_find(socket, name, false);
    if (!endpoint) return -IPC_ENOENT;
    if (endpoint->pipe) pipe_leave(endpoint->pipe);
    if (endpoint->pipe) endpoint->cut = true;
    else endpoint_remove(endpoint);
    return 0;
}

Ipc *zeromq_ipc(const ZeromqSocket *socket) { return socket->all->ipc; }
const char *zeromq_name(const ZeromqSocket *socket) { return socket->name; }
ZeromqType zeromq_type(const ZeromqSocket *socket) { return socket->type; }

const ZeromqCounts *zeromq_counts(Ipc *ipc, const char *name)
{
    return zeromq_counts_of(ipc_library(ipc, &zeromq_library), name);
}

uint32_t zeromq_port(Ipc *ipc, const char *name)
{
    enum { FIRST = 5000 };
    Zeromq *all = ipc_library(ipc, &zeromq_library);
    gpointer port = g_hash_table_lookup(all->ports, name);
    if (!port) {
        port = GUINT_TO_POINTER(FIRST + g_hash_table_size(all->ports));
        g_hash_table_insert(all->ports, (gpointer)zeromq_text(all, name), port);
    }
    return GPOINTER_TO_UINT(port);
}

unsigned zeromq_peers(const ZeromqSocket *socket)
{
    unsigned peers = 0;
    for (const Pipe *pipe = socket->pipes; pipe; pipe = pipe->next) peers += pipe->attached;
    return peers;
}

void zeromq_monitor(ZeromqSocket *socket, ZeromqMonitor monitor, void *data)
{
    socket->monitor = monitor;
    socket->monitor_data = data;
}
