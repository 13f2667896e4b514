/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tcp endpoints: a pipe over a connection, as ZMTP 3 has it.
 *
 * Both sides send a greeting of 64 bytes once connected, READY on receiving one, and
 * traffic on receiving READY. */
#include <string.h>

#include "ipc/zeromq_parts.h"

void session_pump(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    Parcel parcel;
    bool credit, room = false;
    if (pipe->shake != SHAKE_DONE) return;
    while (pipe->out.count && connection_room(pipe->connection) > 0) {
        (void)lane_pop(&pipe->out, &parcel, &credit);
        zmtp_send(pipe, parcel);
        room |= credit;
    }
    if (room) pipe_credited(pipe);
    if (!pipe->leaving || pipe->out.count) return;
    pipe_free(pipe);                                    /* its host sends what is left */
    zeromq_release(socket);
}

void session_resume(Pipe *pipe)
{
    pipe->paused = false;
    if (pipe->connection) connection_pause(pipe->connection, false);
}

/* ---- life of a connection ---- */

static void dial(Pipe *pipe);
static void dial_again(void *subject, uint64_t detail);

void session_close(Pipe *pipe, bool host_is_down)
{
    Ipc *ipc = zeromq_ipc(pipe->socket);
    ipc_cancel(ipc, &pipe->retry);
    ipc_cancel(ipc, &pipe->limit);
    ipc_cancel(ipc, &pipe->ping);
    ipc_cancel(ipc, &pipe->silence);
    ipc_cancel(ipc, &pipe->ttl);
    Connection *connection = g_steal_pointer(&pipe->connection);
    if (connection && !host_is_down) connection_free(connection);
    if (pipe->shake == SHAKE_DONE) zeromq_detached(pipe->socket);
    pipe->shake = SHAKE_NONE;
    pipe->up = pipe->paused = false;
}

static SimTime next_interval(Pipe *pipe)
{
    const ZeromqOptions *options = &pipe->socket->options;
    SimTime interval = pipe->interval;
    if (options->reconnect_ivl_max > options->reconnect_ivl) pipe->interval = MIN(interval * 2, options->reconnect_ivl_max);
    if (!options->reconnect_jitter) return interval;
    Random *random = ipc_random(zeromq_ipc(pipe->socket), pipe->socket->host);
    return interval + (SimTime)(random_unit(random) * (double)options->reconnect_ivl);
}

static void lost(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    bool was_up = pipe->up, was_done = pipe->shake == SHAKE_DONE;
    session_close(pipe, false);
    zeromq_monitored(socket, was_up ? ZEROMQ_DISCONNECTED : ZEROMQ_CLOSED, pipe->endpoint);
    if (!pipe->dialed || socket->options.reconnect_ivl < 0 || (socket->type == ZEROMQ_PAIR && was_done)) {
        pipe_end(pipe);
        return;
    }
    if (socket->options.immediate && !pipe->leaving) {
        pipe_close_out(pipe);
        pipe_empty(pipe, &pipe->out, IPC_DROP_PEER_GONE);
    }
    zeromq_monitored(socket, ZEROMQ_CONNECT_RETRIED, pipe->endpoint);
    pipe->retry = ipc_after(zeromq_ipc(socket), socket->host, next_interval(pipe), dial_again, pipe, 0);
}

static void dial_again(void *subject, uint64_t detail)
{
    Pipe *pipe = subject;
    (void)detail;
    pipe->retry = 0;
    pipe->socket->counts->retried++;
    dial(pipe);
}

static void too_long(void *subject, uint64_t detail)
{
    Pipe *pipe = subject;
    (void)detail;
    pipe->limit = 0;
    lost(pipe);
}

static void no_traffic(void *subject, uint64_t detail)
{
    Pipe *pipe = subject;
    if (detail) pipe->ttl = 0;
    else pipe->silence = 0;
    lost(pipe);
}

static void beat(void *subject, uint64_t detail)
{
    Pipe *pipe = subject;
    Ipc *ipc = zeromq_ipc(pipe->socket);
    NodeId host = pipe->socket->host;
    const ZeromqOptions *options = &pipe->socket->options;
    (void)detail;
    zmtp_command(pipe, WIRE_PING);
    pipe->ping = ipc_after(ipc, host, options->heartbeat_ivl, beat, pipe, 0);
    if (!pipe->silence) pipe->silence = ipc_after(ipc, host, options->heartbeat_timeout, no_traffic, pipe, 0);
}

/* ---- the handshake ---- */

static void shake(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    pipe->up = true;
    pipe->shake = SHAKE_GREETING;
    ipc_cancel(zeromq_ipc(socket), &pipe->limit);
    if (socket->options.handshake_ivl > 0)
        pipe->limit = ipc_after(zeromq_ipc(socket), socket->host, socket->options.handshake_ivl, too_long, pipe, 0);
    zmtp_command(pipe, WIRE_GREETING);
}

static void shaken(Pipe *pipe, const Wire *ready)
{
    ZeromqSocket *socket = pipe->socket;
    ipc_cancel(zeromq_ipc(socket), &pipe->limit);
    if (!socket->pattern->fits(ready->type) || pipe_is_refused(pipe)) {
        zeromq_monitored(socket, ZEROMQ_HANDSHAKE_FAILED, pipe->endpoint);
        pipe_end(pipe);
        return;
    }
    if (!pipe->announced && ready->identity && *ready->identity)
        pipe->announced = g_bytes_new(ready->identity, strlen(ready->identity));
    pipe->shake = SHAKE_DONE;
    zeromq_monitored(socket, ZEROMQ_HANDSHAKE_SUCCEEDED, pipe->endpoint);
    zeromq_attached(socket);
    pipe_attach(pipe);
    zeromq_resubscribe(socket, pipe);
    if (socket->options.heartbeat_ivl > 0)
        pipe->ping = ipc_after(zeromq_ipc(socket), socket->host, socket->options.heartbeat_ivl, beat, pipe, 0);
    session_pump(pipe);
}

/* ---- what the connection says ---- */

static void heard(Pipe *pipe, const Wire *wire)
{
    ZeromqSocket *socket = pipe->socket;
    Ipc *ipc = zeromq_ipc(socket);
    ipc_cancel(ipc, &pipe->silence);
    ipc_cancel(ipc, &pipe->ttl);
    if (wire->kind != WIRE_PING) return;
    zmtp_command(pipe, WIRE_PONG);
    if (wire->ttl > 0) pipe->ttl = ipc_after(ipc, socket->host, wire->ttl, no_traffic, pipe, 1);
}

static void parcel_arrived(Pipe *pipe, Parcel parcel, Connection *connection)
{
    pipe_arrived(pipe, parcel);
    if (pipe->paused || lane_writable(&pipe->in)) return;
    pipe->paused = true;                                /* the sender is held back by the window */
    connection_pause(connection, true);
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    Pipe *pipe = user;
    Wire wire = *(Wire *)content;
    (void)size;
    zmtp_free(content);
    heard(pipe, &wire);
    if (wire.kind == WIRE_GREETING) {
        pipe->shake = SHAKE_READY;
        zmtp_command(pipe, WIRE_READY);
    } else if (wire.kind == WIRE_READY) {
        shaken(pipe, &wire);
    } else if (wire.parcel.message) {
        parcel_arrived(pipe, wire.parcel, connection);
    }
}

static void connected(void *user, Connection *connection)
{
    Pipe *pipe = user;
    (void)connection;
    pipe->interval = pipe->socket->options.reconnect_ivl;
    zeromq_monitored(pipe->socket, ZEROMQ_CONNECTED, pipe->endpoint);
    shake(pipe);
}

static void failed(void *user, Connection *connection, int error) { (void)connection, (void)error; lost(user); }
static void ended(void *user, Connection *connection) { (void)connection; lost(user); }
static void drained(void *user, Connection *connection) { (void)connection; session_pump(user); }

static const ConnectionUser calls = {
    .connected = connected, .failed = failed, .received = received, .ended = ended, .drained = drained,
    .label = zmtp_label,
};

static StreamOptions stream_options(const ZeromqSocket *socket)
{
    StreamOptions options = stream_defaults;
    options.sndbuf = socket->options.sndbuf;
    options.rcvbuf = socket->options.rcvbuf;
    options.user_timeout = socket->options.user_timeout;
    options.overlay = socket->options.overlay;
    return options;
}

static void dial(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    StreamOptions options = stream_options(socket);
    pipe->connection = connection_open(zeromq_ipc(socket), socket->host, pipe->endpoint->address, &options, &calls, pipe);
    zeromq_monitored(socket, ZEROMQ_CONNECT_DELAYED, pipe->endpoint);
    if (socket->options.connect_timeout > 0)
        pipe->limit = ipc_after(zeromq_ipc(socket), socket->host, socket->options.connect_timeout, too_long, pipe, 0);
}

void session_connect(Pipe *pipe)
{
    const ZeromqSocket *socket = pipe->socket;
    if (socket->type != ZEROMQ_ROUTER && !socket->options.immediate) pipe_attach(pipe);
    dial(pipe);
}

static bool incoming(void *user, Connection *connection)
{
    Endpoint *endpoint = user;
    Pipe *pipe = pipe_new(endpoint->socket, endpoint, false);
    pipe->connection = connection;
    connection_use(connection, &calls, pipe);
    zeromq_monitored(endpoint->socket, ZEROMQ_ACCEPTED, endpoint);
    shake(pipe);
    return true;
}

int session_bind(Endpoint *endpoint)
{
    enum { BACKLOG = 100 };
    ZeromqSocket *socket = endpoint->socket;
    ListenerSettings settings = { .backlog = BACKLOG, .options = stream_options(socket), .incoming = incoming, .user = endpoint };
    endpoint->listener = listener_open(zeromq_ipc(socket), endpoint->address, &settings);
    return endpoint->listener ? 0 : -IPC_EADDRINUSE;
}
