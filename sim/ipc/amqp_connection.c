/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's connection. */
#include "ipc/amqp_parts.h"

const AmqpSettings amqp_defaults = { .heartbeat = 60 * 1000000000LL, .timeout = -1 };

bool amqp_connection_may_wait(const AmqpConnection *connection)
{
    return process_running(connection->amqp->ipc) == connection->process;
}

SimTime amqp_connection_limit(const AmqpConnection *connection)
{
    return connection->set.timeout < 0 ? -1 : ipc_now(connection->amqp->ipc) + connection->set.timeout;
}

void amqp_connection_post(AmqpConnection *connection, AmqpFrame *frame)
{
    connection->sent = ipc_now(connection->amqp->ipc);
    amqp_frame_send(frame, connection->stream);
}

static void forget_timers(AmqpConnection *connection)
{
    ipc_cancel(connection->amqp->ipc, &connection->watch_timer);
    ipc_cancel(connection->amqp->ipc, &connection->beat_timer);
}

/* It is over; whoever waits learns why. */
static void lose(AmqpConnection *connection, int error, int code)
{
    connection->open = connection->blocked = false;
    connection->error = error;
    connection->code = code;
    forget_timers(connection);
    if (connection->stream) connection_free(connection->stream);
    connection->stream = NULL;
    for (guint i = 0; i < connection->channels->len; i++)
        if (connection->channels->pdata[i]) amqp_channel_lost(connection->channels->pdata[i], 0);
    wait_list_wake_all(&connection->waiting);
    if (connection->closed) connection->closed(connection->closed_user, connection);
}

/* ---- heartbeats ---- */

static void listen_on(void *subject, uint64_t detail)
{
    AmqpConnection *connection = subject;
    Ipc *ipc = connection->amqp->ipc;
    (void)detail;
    connection->watch_timer = 0;
    SimTime left = connection->received + connection->heartbeat - ipc_now(ipc);
    if (left > 0) {
        connection->watch_timer = ipc_after(ipc, connection->host, left, listen_on, connection, 0);
        return;
    }
    connection_abort(connection->stream);
    connection->stream = NULL;
    lose(connection, IPC_ETIMEDOUT, 0);
}

static void beat(void *subject, uint64_t detail)
{
    AmqpConnection *connection = subject;
    Ipc *ipc = connection->amqp->ipc;
    (void)detail;
    SimTime left = connection->sent + connection->heartbeat / 2 - ipc_now(ipc);
    if (left <= 0) {
        amqp_connection_post(connection, amqp_frame_new(connection->amqp, FRAME_HEARTBEAT, 0));
        left = connection->heartbeat / 2;
    }
    connection->beat_timer = ipc_after(ipc, connection->host, left, beat, connection, 0);
}

/* The smaller wish; 0 is none. */
static SimTime negotiated(SimTime here, SimTime there)
{
    if (!here || !there) return MAX(here, there);
    return MIN(here, there);
}

static void start_beating(AmqpConnection *connection)
{
    if (connection->heartbeat < 2) return;
    connection->watch_timer = ipc_after(connection->amqp->ipc, connection->host, connection->heartbeat, listen_on,
                                        connection, 0);
    connection->beat_timer = ipc_after(connection->amqp->ipc, connection->host, connection->heartbeat / 2, beat,
                                       connection, 0);
}

/* ---- the transport's calls ---- */

static void answered(AmqpConnection *connection, const AmqpFrame *frame)
{
    connection->answered = frame->method;
    if (frame->method == FRAME_TUNE) connection->heartbeat = negotiated(connection->set.heartbeat, frame->time);
    wait_list_wake_all(&connection->waiting);
}

static void closed_by_broker(AmqpConnection *connection, int code)
{
    amqp_connection_post(connection, amqp_frame_new(connection->amqp, FRAME_CLOSE_OK, 0));
    lose(connection, IPC_EPROTO, code);
}

static void set_blocked(AmqpConnection *connection, bool blocked)
{
    connection->blocked = blocked;
}

static void received(void *user, Connection *stream, void *content, uint32_t size)
{
    AmqpConnection *connection = user;
    AmqpFrame *frame = content;
    (void)stream, (void)size;
    connection->received = ipc_now(connection->amqp->ipc);
    const GPtrArray *channels = connection->channels;
    AmqpChannel *channel = frame->channel < channels->len ? channels->pdata[frame->channel] : NULL;
    int code = frame->code;
    if (frame->channel) {
        if (channel) amqp_channel_receive(channel, frame);
        else amqp_frame_free(frame);
        return;
    }
    unsigned method = frame->method;
    if (method == FRAME_BLOCKED || method == FRAME_UNBLOCKED) set_blocked(connection, method == FRAME_BLOCKED);
    else if (method != FRAME_HEARTBEAT && method != FRAME_CLOSE) answered(connection, frame);
    amqp_frame_free(frame);
    if (method == FRAME_CLOSE) closed_by_broker(connection, code);
}

static void connected(void *user, Connection *stream)
{
    AmqpConnection *connection = user;
    (void)stream;
    connection->connected = true;
    wait_list_wake_all(&connection->waiting);
}

static void failed(void *user, Connection *stream, int error)
{
    (void)stream;
    lose(user, error, 0);
}

static void ended(void *user, Connection *stream)
{
    (void)stream;
    lose(user, IPC_ECONNRESET, 0);
}

static void drained(void *user, Connection *stream)
{
    AmqpConnection *connection = user;
    (void)stream;
    for (guint i = 0; i < connection->channels->len; i++) {
        AmqpChannel *channel = connection->channels->pdata[i];
        if (channel) wait_list_wake_all(&channel->waiting);
    }
}

/* ---- life ---- */

static void forget(AmqpConnection *connection)
{
    if (connection->previous) connection->previous->next = connection->next;
    else connection->amqp->connections = connection->next;
    if (connection->next) connection->next->previous = connection->previous;
    forget_timers(connection);
    for (guint i = 0; i < connection->channels->len; i++) amqp_channel_end(connection->channels->pdata[i]);
    g_ptr_array_unref(connection->channels);
    g_free(connection);
}

/* What the host does for a process that is gone. */
static void end(Resource *resource, ProcessEnd why)
{
    AmqpConnection *connection = (AmqpConnection *)((char *)resource - offsetof(AmqpConnection, resource));
    if (connection->stream && why != PROCESS_HOST_DOWN) connection_free(connection->stream);
    connection->stream = NULL;
    forget(connection);
}

void amqp_clients_host_down(Amqp *amqp, NodeId host)
{
    for (AmqpConnection *c = amqp->connections; c; c = c->next)
        if (c->host == host) c->stream = NULL;
}

void amqp_clients_stop(Amqp *amqp)
{
    while (amqp->connections) {
        amqp->connections->stream = NULL;
        forget(amqp->connections);
    }
}

static AmqpConnection *connection_new(Process *self, Address broker, const AmqpSettings *settings)
{
    AmqpConnection *connection = g_new0(AmqpConnection, 1);
    Amqp *amqp = amqp_of(process_ipc(self));
    *connection = (AmqpConnection){ .next = amqp->connections, .resource.end = end, .amqp = amqp, .process = self,
                                    .host = process_host(self), .broker = broker, .set = *settings,
                                    .channels = g_ptr_array_new() };
    g_ptr_array_set_size(connection->channels, 1);
    if (amqp->connections) amqp->connections->previous = connection;
    amqp->connections = connection;
    process_owns(self, &connection->resource);
    return connection;
}

/* Sends one step and waits for its answer. */
static int step(AmqpConnection *connection, AmqpMethod say, AmqpMethod hear)
{
    AmqpFrame *frame = amqp_frame_new(connection->amqp, say, 0);
    SimTime limit = amqp_connection_limit(connection);
    frame->time = connection->heartbeat;
    connection->answered = FRAME_METHODS;
    amqp_connection_post(connection, frame);
    while (connection->answered != hear && connection->stream)
        if (!process_wait(connection->process, &connection->waiting, limit) &&
            connection->answered != hear) return -IPC_ETIMEDOUT;
    return connection->answered == hear ? 0 : -connection->error;
}

static int shake_hands(AmqpConnection *connection)
{
    SimTime limit = amqp_connection_limit(connection);
    while (!connection->connected && connection->stream)
        if (!process_wait(connection->process, &connection->waiting, limit) &&
            !connection->connected) return -IPC_ETIMEDOUT;
    if (!connection->connected) return -connection->error;
    int error = step(connection, FRAME_HEADER, FRAME_START);
    if (!error) error = step(connection, FRAME_START_OK, FRAME_TUNE);
    if (!error) error = step(connection, FRAME_OPEN, FRAME_OPEN_OK);
    return error;
}

int amqp_connect(Process *self, Address broker, const AmqpSettings *settings, AmqpConnection **out)
{
    static const ConnectionUser calls = { .connected = connected, .failed = failed, .received = received,
                                          .ended = ended,
                                          .drained = drained, .label = amqp_frame_label };
    if (process_running(process_ipc(self)) != self) return -IPC_EDEADLK;
    AmqpConnection *connection = connection_new(self, broker, settings ? settings : &amqp_defaults);
    connection->stream = connection_open(process_ipc(self), connection->host, broker, &connection->set.stream, &calls,
                                         connection);
    int error = shake_hands(connection);
    if (error) {
        process_disowns(&connection->resource);
        end(&connection->resource, PROCESS_EXITED);
        return error;
    }
    connection->open = true;
    start_beating(connection);
    *out = connection;
    return 0;
}

void amqp_close(AmqpConnection *connection)
{
    if (connection->open && amqp_connection_may_wait(connection)) (void)step(connection, FRAME_CLOSE, FRAME_CLOSE_OK);
    process_disowns(&connection->resource);
    end(&connection->resource, PROCESS_EXITED);
}

bool amqp_is_open(const AmqpConnection *connection) { return connection->open; }
bool amqp_is_blocked(const AmqpConnection *connection) { return connection->blocked; }
int amqp_code(const AmqpConnection *connection) { return connection->code; }
int amqp_error(const AmqpConnection *connection) { return connection->error; }

void amqp_on_closed(AmqpConnection *connection, void (*closed)(void *user, AmqpConnection *connection), void *user)
{
    connection->closed = closed;
    connection->closed_user = user;
}
