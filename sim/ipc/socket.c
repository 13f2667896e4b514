/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptors, names, options, closing. */
#include "ipc/socket_state.h"

#include <string.h>

enum { FIRST_DESCRIPTOR = 3, FIRST_PORT = 49152 };

static const int64_t defaults[SOCKET_OPTIONS] = {
    [SOCKET_SNDBUF] = 212992, [SOCKET_RCVBUF] = 212992, [SOCKET_LINGER] = -1,
    [SOCKET_KEEPIDLE] = 7200 * SIM_S, [SOCKET_KEEPINTVL] = 75 * SIM_S, [SOCKET_KEEPCNT] = 9,
    [SOCKET_SYN_RETRIES] = 6, [SOCKET_RTO] = SIM_S,
};

/* ---- descriptors ---- */

static void let_go(Socket *socket, bool crash)
{
    if (socket->type == SOCKET_STREAM) socket_stream_let_go(socket);
    else socket_datagram_empty(socket, crash);
    socket_give_up(socket);
}

static void table_end(Resource *resource, ProcessEnd why)
{
    Descriptors *table = (Descriptors *)resource;
    Sockets *all = table->all;
    for (unsigned i = 0; i < table->room; i++)
        if (table->by_fd[i]) let_go(table->by_fd[i], why != PROCESS_EXITED);
    if (all->latest == table) all->latest = NULL;
    g_hash_table_remove(all->tables, table->process);
    g_free(table->by_fd);
    g_free(table);
}

static Descriptors *table_of(Process *self)
{
    Sockets *all = ipc_library(process_ipc(self), &socket_library);
    if (all->latest && all->latest->process == self) return all->latest;
    Descriptors *table = g_hash_table_lookup(all->tables, self);
    if (!table) {
        table = g_new0(Descriptors, 1);
        *table = (Descriptors){ .resource = { .end = table_end }, .all = all, .process = self };
        g_hash_table_insert(all->tables, self, table);
        process_owns(self, &table->resource);
    }
    all->latest = table;
    return table;
}

Socket *socket_find(Process *self, int fd, int *error)
{
    Descriptors *table = table_of(self);
    *error = -IPC_EBADF;
    if (fd < FIRST_DESCRIPTOR || (unsigned)(fd - FIRST_DESCRIPTOR) >= table->room) return NULL;
    return table->by_fd[fd - FIRST_DESCRIPTOR];
}

/* The smallest free number, or -IPC_EMFILE. */
static int descriptor_free(Descriptors *table)
{
    unsigned place = 0;
    while (place < table->room && table->by_fd[place]) place++;
    if (place + FIRST_DESCRIPTOR >= SOCKET_DESCRIPTORS) return -IPC_EMFILE;
    if (place == table->room) {
        table->room = table->room ? table->room * 2 : 8;
        table->by_fd = g_renew(Socket *, table->by_fd, table->room);
        for (unsigned i = place; i < table->room; i++) table->by_fd[i] = NULL;
    }
    return (int)place + FIRST_DESCRIPTOR;
}

Socket *socket_new(Process *self, SocketType type)
{
    Descriptors *table = table_of(self);
    int fd = descriptor_free(table);
    if (fd < 0) return NULL;
    Socket *socket = g_new0(Socket, 1);
    *socket = (Socket){ .all = table->all, .process = self, .type = type, .fd = fd, .here = { process_host(self), 0 } };
    memcpy(socket->options, defaults, sizeof defaults);
    table->by_fd[fd - FIRST_DESCRIPTOR] = socket;
    return socket;
}

int socket_pass(Process *self, int fd, Process *to)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (process_host(to) != process_host(self) || !process_is_up(to)) return -IPC_EINVAL;
    Descriptors *into = table_of(to);
    int there = descriptor_free(into);
    if (there < 0) return there;
    table_of(self)->by_fd[fd - FIRST_DESCRIPTOR] = NULL;
    into->by_fd[there - FIRST_DESCRIPTOR] = socket;
    socket->process = to;
    socket->fd = there;
    return there;
}

static void unbind(Socket *socket)
{
    if (!socket->bound) return;
    Socket **at = &socket->all->bound[socket->type][socket->here.host];
    while (*at != socket) at = &(*at)->next_bound;
    *at = socket->next_bound;
    socket->bound = false;
}

void socket_give_up(Socket *socket)
{
    Descriptors *table = table_of(socket->process);
    unbind(socket);
    wait_list_wake_all(&socket->readers);
    wait_list_wake_all(&socket->writers);
    table->by_fd[socket->fd - FIRST_DESCRIPTOR] = NULL;
    g_free(socket);
}

int socket_open(Process *self, SocketType type)
{
    Socket *socket = socket_new(self, type);
    return socket ? socket->fd : -IPC_EMFILE;
}

int socket_close(Process *self, int fd)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    Connection *connection = socket->connection;
    SimTime linger = socket->options[SOCKET_LINGER];
    if (linger > 0 && socket->state == SOCKET_CONNECTED && !connection_unread(connection)) {
        connection_shutdown(connection);
        SimTime until = process_now(self) + linger;
        while (socket->state == SOCKET_CONNECTED && connection_unsent(connection) > 0)
            if (socket_wait(socket, &socket->writers, 0, until) < 0) break;
    }
    let_go(socket, false);
    return 0;
}

/* ---- names ---- */

static bool held(Sockets *all, const Socket *socket, uint32_t port)
{
    for (guint i = 0; i < all->holds->len;) {
        const Hold *hold = &g_array_index(all->holds, Hold, i);
        if (hold->until <= ipc_now(all->ipc)) {
            g_array_remove_index_fast(all->holds, i);
            continue;
        }
        bool both = hold->reuse && socket->options[SOCKET_REUSEADDR];
        if (hold->at.host == socket->here.host && hold->at.port == port && !both) return true;
        i++;
    }
    return false;
}

/* Two that allow it may share a port until one of them listens. */
static bool taken(const Socket *socket, uint32_t port)
{
    if (socket->type == SOCKET_STREAM && held(socket->all, socket, port)) return true;
    for (const Socket *other = socket->all->bound[socket->type][socket->here.host]; other; other = other->next_bound) {
        if (other->here.port != port) continue;
        bool both = socket->options[SOCKET_REUSEADDR] && other->options[SOCKET_REUSEADDR];
        if (!both || other->state == SOCKET_LISTENING) return true;
    }
    return false;
}

int socket_find_port(Socket *socket, uint32_t port)
{
    uint32_t *next = &socket->all->ports[socket->here.host];
    if (port && taken(socket, port)) return -IPC_EADDRINUSE;
    while (!port)
        if (!taken(socket, ++*next + FIRST_PORT)) port = *next + FIRST_PORT;
    Socket **list = &socket->all->bound[socket->type][socket->here.host];
    socket->here.port = port;
    socket->bound = true;
    socket->next_bound = *list;
    *list = socket;
    return 0;
}

int socket_bind(Process *self, int fd, Address at)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->bound || socket->state != SOCKET_NEW || at.host != socket->here.host) return -IPC_EINVAL;
    return socket_find_port(socket, at.port);
}

int socket_name(Process *self, int fd, Address *here, Address *peer)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (here) *here = socket->here;
    if (peer) *peer = socket->peer;
    return 0;
}

/* ---- options ---- */

int socket_set(Process *self, int fd, SocketOption option, int64_t value)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (option >= SOCKET_ERROR || value < (option == SOCKET_LINGER ? -1 : 0)) return -IPC_EINVAL;
    if ((option == SOCKET_SNDBUF || option == SOCKET_RCVBUF) && value == 0) return -IPC_EINVAL;
    socket->options[option] = value;
    return 0;
}

int64_t socket_option(Process *self, int fd, SocketOption option)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (option >= SOCKET_OPTIONS) return -IPC_EINVAL;
    if (option == SOCKET_ERROR) return -socket_error_once(socket);
    return socket->options[option];
}

int socket_error_once(Socket *socket)
{
    int error = socket->error;
    socket->error = IPC_OK;
    return -error;
}

/* ---- waiting ---- */

SimTime socket_until(const Socket *socket, SocketOption time_out)
{
    return socket->options[time_out] ? ipc_now(socket->all->ipc) + socket->options[time_out] : -1;
}

int socket_wait(Socket *socket, WaitList *list, int flags, SimTime until)
{
    if ((flags & SOCKET_DONTWAIT) || socket->options[SOCKET_NONBLOCK]) return -IPC_EAGAIN;
    if (process_running(socket->all->ipc) != socket->process) return -IPC_EDEADLK;
    return process_wait(socket->process, list, until) ? 0 : -IPC_EAGAIN;
}

void socket_tell(const Socket *socket, const char *event, uint64_t number)
{
    Sockets *all = socket->all;
    if (!ipc_watched(all->ipc)) return;
    Address at = socket->state == SOCKET_LISTENING || !socket->peer.port ? socket->here : socket->peer;
    char name[32];
    g_snprintf(name, sizeof name, "n%u:%u", at.host, at.port);
    IpcEvent told = { .event = event, .node = socket->here.host, .process = process_name(socket->process),
                      .object = g_string_chunk_insert_const(all->names, name), .message = (uint64_t)socket->fd, .number = number };
    ipc_tell(all->ipc, &told);
}

/* ---- sending and receiving ---- */

int64_t socket_send(Process *self, int fd, const void *data, size_t size, int flags)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->type == SOCKET_STREAM) return socket_stream_send(socket, data, size, flags);
    if (socket->state != SOCKET_CONNECTED) return -IPC_EDESTADDRREQ;
    return socket_datagram_send(socket, data, size, socket->peer);
}

int64_t socket_send_to(Process *self, int fd, const void *data, size_t size, int flags, Address to)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->type == SOCKET_STREAM) return socket->state == SOCKET_CONNECTED ? -IPC_EISCONN : -IPC_ENOTCONN;
    (void)flags;                            /* a datagram never waits */
    return socket_datagram_send(socket, data, size, to);
}

int64_t socket_receive_from(Process *self, int fd, void *data, size_t size, int flags, Address *from)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->type == SOCKET_DATAGRAM) return socket_datagram_receive(socket, data, size, flags, from);
    if (from) *from = socket->peer;
    return socket_stream_receive(socket, data, size, flags);
}

int64_t socket_receive(Process *self, int fd, void *data, size_t size, int flags)
{
    return socket_receive_from(self, fd, data, size, flags, NULL);
}

int socket_connect(Process *self, int fd, Address to)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (to.host >= ipc_hosts(socket->all->ipc)) return -IPC_ENETUNREACH;
    if (socket->type == SOCKET_STREAM) return socket_stream_connect(socket, to);
    socket->peer = to;
    socket->state = SOCKET_CONNECTED;
    return socket->bound ? 0 : socket_find_port(socket, 0);
}

/* ---- the library ---- */

static void start(Ipc *ipc, void *state)
{
    Sockets *all = state;
    all->ipc = ipc;
    all->tables = g_hash_table_new(NULL, NULL);
    for (int i = 0; i < 2; i++) all->bound[i] = g_new0(Socket *, ipc_hosts(ipc) + 1);
    all->ports = g_new0(uint32_t, ipc_hosts(ipc) + 1);
    all->holds = g_array_new(FALSE, FALSE, sizeof(Hold));
    all->names = g_string_chunk_new(256);
}

/* Whoever is still open goes with its process; the holds go with the host. */
static void host_down(void *state, NodeId host)
{
    Sockets *all = state;
    for (guint i = all->holds->len; i-- > 0;)
        if (g_array_index(all->holds, Hold, i).at.host == host) g_array_remove_index_fast(all->holds, i);
}

static void count_piece(void *content, void *data)
{
    const Piece *piece = content;
    ((Sockets *)data)->bytes->queued += piece->size - piece->read;
}

static void finish(void *state)
{
    Sockets *all = state;
    stream_each(all->ipc, socket_piece_free, count_piece, all);
    for (NodeId host = 0; host < ipc_hosts(all->ipc); host++)
        for (const Socket *socket = all->bound[SOCKET_DATAGRAM][host]; socket; socket = socket->next_bound)
            if (socket->first) all->datagrams->queued += socket_datagram_bytes(socket);
    if (all->datagrams) all->datagrams->in_flight += all->flying;
}

static void stop(void *state)
{
    Sockets *all = state;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, all->tables);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Descriptors *table = value;
        for (unsigned i = 0; i < table->room; i++) {
            if (table->by_fd[i]) socket_datagram_empty(table->by_fd[i], true);
            g_free(table->by_fd[i]);
        }
        g_free(table->by_fd);
        process_disowns(&table->resource);
        g_free(table);
    }
    g_hash_table_unref(all->tables);
    for (int i = 0; i < 2; i++) g_free(all->bound[i]);
    g_free(all->ports);
    g_array_unref(all->holds);
    g_string_chunk_free(all->names);
}

static void arrive(void *state, Packet *packet) { socket_datagram_arrive(state, packet); }
static void lost(void *state, Packet *packet) { socket_datagram_lost(state, packet); }
static void unfinished(void *state, Packet *packet) { (void)state, g_free(packet->content); }   /* finish() has counted it */

static const char *const kinds[] = { "datagram", "unreachable", NULL };

const Library socket_library = {
    .name = "socket", .size = sizeof(Sockets), .kinds = kinds, .start = start, .arrive = arrive, .lost = lost,
    .host_down = host_down, .finish = finish, .unfinished = unfinished, .stop = stop,
};
