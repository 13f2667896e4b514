/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Byte streams, on connections of stream.h that are always paused: what has arrived stays
 * in the receive buffer until somebody reads it. */
#include "ipc/socket_state.h"

#include <string.h>

enum { PIECE = 65536 };     /* bytes of a send that travel together */

/* ---- what the transport tells ---- */

static void wake(Socket *socket)
{
    wait_list_wake_all(&socket->readers);
    wait_list_wake_all(&socket->writers);
}

static void connected(void *user, Connection *connection)
{
    Socket *socket = user;
    (void)connection;
    socket->state = SOCKET_CONNECTED;
    socket_tell(socket, "sock.established", 0);
    wake(socket);
}

/* A reset after the end of the stream leaves nothing to tell a reader, and breaks the pipe of who writes. */
static void failed(void *user, Connection *connection, int error)
{
    Socket *socket = user;
    bool connecting = socket->state == SOCKET_CONNECTING;
    socket_tell(socket, error == IPC_ETIMEDOUT ? "sock.timeout" : connecting ? "sock.refused" : "sock.rst", 0);
    socket->error = error == IPC_ECONNRESET && connection_ended(connection) ? IPC_EPIPE : error;
    socket->state = connecting ? SOCKET_NEW : SOCKET_DEAD;
    if (connecting) {
        connection_free(connection);
        socket->connection = NULL;
    }
    wake(socket);
}

static void readable(void *user, Connection *connection)
{
    Socket *socket = user;
    if (connection_ended(connection) && !socket->fin_told) {
        socket->fin_told = true;
        socket_tell(socket, "sock.fin", 0);
        wait_list_wake_all(&socket->writers);
    }
    wait_list_wake_all(&socket->readers);
}

static void room(void *user, Connection *connection)
{
    Socket *socket = user;
    (void)connection;
    if (socket->blocked) socket_tell(socket, "sock.writable", 0);
    socket->blocked = false;
    wait_list_wake_all(&socket->writers);
}

static const ConnectionUser calls = { .connected = connected, .failed = failed, .drained = room, .flushed = room,
                                      .readable = readable };

static StreamOptions stream_options(const Socket *socket)
{
    const int64_t *o = socket->options;
    return (StreamOptions){
        .sndbuf = (uint64_t)o[SOCKET_SNDBUF], .rcvbuf = (uint64_t)o[SOCKET_RCVBUF], .syn_retries = (uint32_t)o[SOCKET_SYN_RETRIES],
        .rto = o[SOCKET_RTO], .user_timeout = o[SOCKET_USER_TIMEOUT],
        .keepalive_idle = o[SOCKET_KEEPALIVE] ? o[SOCKET_KEEPIDLE] : 0, .keepalive_interval = o[SOCKET_KEEPINTVL],
        .keepalive_probes = (uint32_t)o[SOCKET_KEEPCNT], .port = socket->bound ? socket->here.port : 0,
        .overlay = o[SOCKET_OVERLAY] != 0,
    };
}

/* ---- connecting ---- */

static void make_new(Socket *socket)
{
    if (socket->listener) listener_close(socket->listener);
    if (socket->connection) connection_free(socket->connection);
    socket->listener = NULL;
    socket->connection = NULL;
    socket->untold = socket->fin_told = socket->shut_read = socket->shut_write = false;
    socket->state = SOCKET_NEW;
    wake(socket);
}

static void waiting(void *user)
{
    Socket *socket = user;
    wait_list_wake_all(&socket->readers);
}

int socket_listen(Process *self, int fd, int backlog)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->type != SOCKET_STREAM) return -IPC_ENOTSUP;
    if (socket->state == SOCKET_LISTENING) listener_resize(socket->listener, (uint32_t)MAX(backlog, 0) + 1);
    if (socket->state == SOCKET_LISTENING) return 0;
    if (socket->state != SOCKET_NEW) return -IPC_EINVAL;
    if (!socket->bound && (error = socket_find_port(socket, 0)) < 0) return error;
    ListenerSettings settings = { .backlog = (uint32_t)MAX(backlog, 0) + 1, .options = stream_options(socket), .waiting = waiting,
                                  .overflow_resets = socket->options[SOCKET_OVERFLOW_RESETS] != 0, .user = socket };
    socket->listener = listener_open(socket->all->ipc, socket->here, &settings);
    if (!socket->listener) return -IPC_EADDRINUSE;
    socket->state = SOCKET_LISTENING;
    return 0;
}

int socket_accept(Process *self, int fd, Address *peer)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->type != SOCKET_STREAM) return -IPC_ENOTSUP;
    if (socket->state != SOCKET_LISTENING) return -IPC_EINVAL;
    SimTime until = socket_until(socket, SOCKET_RCVTIMEO);
    while (!listener_backlog(socket->listener)) {
        listener_allow(socket->listener, 1);            /* a process that waits is as good as a place */
        error = socket_wait(socket, &socket->readers, 0, until);
        listener_allow(socket->listener, 0);
        if (error < 0) return error;
    }
    Socket *made = socket_new(self, SOCKET_STREAM);
    if (!made) return -IPC_EMFILE;
    made->connection = listener_take(socket->listener);
    made->state = SOCKET_CONNECTED;
    made->here = connection_here(made->connection);
    made->peer = connection_peer(made->connection);
    memcpy(made->options, socket->options, sizeof made->options);
    made->options[SOCKET_NONBLOCK] = 0;
    connection_pause(made->connection, true);
    connection_use(made->connection, &calls, made);
    if (peer) *peer = made->peer;
    socket_tell(made, "sock.accept", 0);
    return made->fd;
}

/* What came of a connect that nobody waited for; if it came to nothing the socket is as new. */
static int told_now(Socket *socket)
{
    int error = socket_error_once(socket);
    socket->untold = false;
    if (socket->state == SOCKET_CONNECTED) return error;
    make_new(socket);
    return error < 0 ? error : -IPC_ECONNABORTED;
}

int socket_stream_connect(Socket *socket, Address to)
{
    if (socket->state == SOCKET_CONNECTING) return -IPC_EALREADY;
    if (socket->given_up) return -IPC_EINVAL;
    if (socket->untold) return told_now(socket);
    if (socket->state != SOCKET_NEW) return -IPC_EISCONN;
    socket->error = IPC_OK;
    socket->peer = to;
    socket->state = SOCKET_CONNECTING;
    StreamOptions options = stream_options(socket);
    socket_tell(socket, "sock.syn", 0);
    socket->connection = connection_open(socket->all->ipc, socket->here.host, to, &options, &calls, socket);
    socket->here = connection_here(socket->connection);
    connection_pause(socket->connection, true);
    SimTime until = socket_until(socket, SOCKET_SNDTIMEO);
    while (socket->state == SOCKET_CONNECTING) {
        int error = socket_wait(socket, &socket->writers, 0, until);
        socket->untold = error == -IPC_EAGAIN;
        if (error < 0) return socket->untold ? -IPC_EINPROGRESS : error;
    }
    return socket_error_once(socket);
}

/* ---- data ---- */

void socket_piece_free(void *content)
{
    Piece *piece = content;
    Sockets *all = piece->all;
    bool crash = !ipc_is_up(all->ipc, piece->from) || !ipc_is_up(all->ipc, piece->to);
    all->bytes->dropped[crash ? IPC_DROP_CRASH : IPC_DROP_PEER_GONE] += piece->size - piece->read;
    g_free(piece);
}

static size_t send_piece(Socket *socket, const char *data, size_t size)
{
    uint64_t space = connection_room(socket->connection), window = MAX(connection_window(socket->connection), 1);
    size = MIN(size, MIN(MIN(space, window), PIECE));
    if (size == 0) return 0;
    Piece *piece = g_malloc(sizeof(Piece) + (data ? size : 0));
    *piece = (Piece){ .all = socket->all, .from = socket->here.host, .to = socket->peer.host, .size = (uint32_t)size, .filled = data };
    if (data) memcpy(piece->data, data, size);
    if (!socket->all->bytes) socket->all->bytes = ipc_account(socket->all->ipc, "socket", "stream");
    socket->all->bytes->published += size;
    socket->all->bytes->entered += size;
    connection_send(socket->connection, piece, socket_piece_free, (uint32_t)size);
    return size;
}

/* Why nothing can be sent now; 0: there may be no room, or no connection yet. */
static int send_error(Socket *socket)
{
    int error = socket_error_once(socket);
    if (error < 0) return error;
    bool unconnected = socket->state == SOCKET_NEW || socket->state == SOCKET_LISTENING;
    if (unconnected) return socket->untold ? -IPC_EPIPE : -IPC_ENOTCONN;
    return socket->shut_write || socket->state == SOCKET_DEAD ? -IPC_EPIPE : 0;
}

int64_t socket_stream_send(Socket *socket, const char *data, size_t size, int flags)
{
    size_t done = 0;
    SimTime until = socket_until(socket, SOCKET_SNDTIMEO);
    for (;;) {
        int error = send_error(socket);
        if (error < 0) return done ? (int64_t)done : error;
        size_t more = 0;
        while (socket->state == SOCKET_CONNECTED && done < size) {
            more = send_piece(socket, data ? data + done : NULL, size - done);
            if (!more) break;
            done += more;
        }
        if (done == size && socket->state == SOCKET_CONNECTED) return (int64_t)done;
        if (!socket->blocked) socket_tell(socket, "sock.blocked", 0);
        socket->blocked = true;
        error = socket_wait(socket, &socket->writers, flags, until);
        if (error < 0) return done ? (int64_t)done : error;
    }
}

static size_t read_some(Socket *socket, char *data, size_t size)
{
    size_t done = 0;
    void *content;
    uint32_t left, whole;
    while (done < size && connection_peek(socket->connection, &content, &left, &whole)) {
        Piece *piece = content;
        uint32_t take = (uint32_t)MIN(left, size - done);
        if (data && piece->filled) memcpy(data + done, piece->data + piece->read, take);
        else if (data) memset(data + done, 0, take);
        piece->read += take;
        done += take;
        connection_read(socket->connection, take);
    }
    if (done) socket->all->bytes->delivered += done;
    return done;
}

int64_t socket_stream_receive(Socket *socket, char *data, size_t size, int flags)
{
    SimTime until = socket_until(socket, SOCKET_RCVTIMEO);
    for (;;) {
        if (socket->connection && socket->state != SOCKET_CONNECTING) {
            size_t done = read_some(socket, data, size);
            if (done || size == 0 || connection_ended(socket->connection)) return (int64_t)done;
        }
        int error = socket_error_once(socket);
        if (error < 0) return error;
        bool unconnected = socket->state == SOCKET_NEW || socket->state == SOCKET_LISTENING;
        if (unconnected) return socket->untold ? 0 : -IPC_ENOTCONN;
        if (socket->state == SOCKET_DEAD || socket->shut_read) return 0;
        error = socket_wait(socket, &socket->readers, flags, until);
        if (error < 0) return error;
    }
}

/* ---- readiness ---- */

bool socket_stream_readable(const Socket *socket)
{
    if (socket->state == SOCKET_LISTENING) return listener_backlog(socket->listener) > 0;
    if (socket->state == SOCKET_NEW) return socket->untold;
    if (socket->state == SOCKET_DEAD) return true;
    if (socket->state == SOCKET_CONNECTING) return false;
    return socket->shut_read || connection_ended(socket->connection) || connection_unread(socket->connection) > 0;
}

bool socket_stream_writable(const Socket *socket)
{
    if (socket->state == SOCKET_NEW || socket->state == SOCKET_DEAD) return true;       /* a send fails at once */
    if (socket->state != SOCKET_CONNECTED) return false;
    return socket->shut_write || connection_room(socket->connection) > 0;
}

bool socket_stream_both_ended(const Socket *socket)
{
    return socket->state == SOCKET_CONNECTED && socket->shut_write && connection_ended(socket->connection);
}

/* ---- ending ---- */

/* True where it is this side that will stand in TIME-WAIT. */
static bool ends_first(const Socket *socket)
{
    return socket->state == SOCKET_CONNECTED && !connection_ended(socket->connection);
}

/* As Linux: who stops reading from a listener stops listening, and who shuts what is connecting gives it up. */
static int take_back(Socket *socket, SocketSide side)
{
    if (socket->state == SOCKET_LISTENING && !(side & SOCKET_READ_SIDE)) return 0;
    if (socket->state == SOCKET_CONNECTING) socket->error = IPC_ECONNRESET;
    make_new(socket);
    return 0;
}

int socket_shutdown(Process *self, int fd, SocketSide side)
{
    int error;
    Socket *socket = socket_find(self, fd, &error);
    if (!socket) return error;
    if (socket->state == SOCKET_LISTENING || socket->state == SOCKET_CONNECTING) return take_back(socket, side);
    if (socket->state != SOCKET_CONNECTED) socket->given_up = socket->untold;
    if (socket->state != SOCKET_CONNECTED) return -IPC_ENOTCONN;
    if (socket->type == SOCKET_STREAM && socket_stream_both_ended(socket)) return -IPC_ENOTCONN;
    socket->untold = false;
    if (side & SOCKET_READ_SIDE) socket->shut_read = true;
    if (side & SOCKET_WRITE_SIDE && !socket->shut_write) {
        socket->shut_write = true;
        if (socket->type == SOCKET_STREAM) {
            socket->ended_first = ends_first(socket);
            connection_shutdown(socket->connection);
        }
    }
    wake(socket);
    return 0;
}

static void hold_port(Socket *socket)
{
    Sockets *all = socket->all;
    SimTime until = ipc_now(all->ipc) + socket->options[SOCKET_TIME_WAIT];
    bool first = socket->shut_write ? socket->ended_first : ends_first(socket);
    if (!first || !socket->options[SOCKET_TIME_WAIT] || connection_unread(socket->connection)) return;
    Hold hold = { socket->here, until, socket->options[SOCKET_REUSEADDR] != 0 };
    g_array_append_val(all->holds, hold);
}

void socket_stream_let_go(Socket *socket)
{
    bool resets = socket->options[SOCKET_LINGER] == 0;
    if (socket->listener) listener_close(socket->listener);
    if (!socket->connection) return;
    if (ipc_is_up(socket->all->ipc, socket->here.host) && !resets) hold_port(socket);
    if (resets) connection_abort(socket->connection);
    else connection_free(socket->connection);
}
