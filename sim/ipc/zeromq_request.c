/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REQ, REP and ROUTER: messages that say where they came from. */
#include <string.h>

#include "ipc/zeromq_parts.h"

/* ---- ROUTER ---- */

/* What other peers are not called: byte 0 and a number. */
static GBytes *generated(ZeromqSocket *socket)
{
    uint32_t n = ++socket->identities;
    uint8_t bytes[5] = { 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
    return g_bytes_new(bytes, sizeof bytes);
}

static void unroute(ZeromqSocket *socket, Pipe *pipe)
{
    if (!pipe->identity) return;
    g_hash_table_remove(socket->routes, pipe->identity);
    pipe->identity = NULL;
}

static void route(ZeromqSocket *socket, Pipe *pipe, GBytes *identity)
{
    pipe->identity = identity;
    g_hash_table_insert(socket->routes, identity, pipe);
}

/* False: another peer has its name. */
static bool identify(ZeromqSocket *socket, Pipe *pipe)
{
    if (!socket->routes) socket->routes = g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    if (!pipe->announced) {
        route(socket, pipe, generated(socket));
        return true;
    }
    Pipe *other = g_hash_table_lookup(socket->routes, pipe->announced);
    if (other && !socket->options.handover) return false;
    if (other) {
        unroute(socket, other);
        route(socket, pipe, g_bytes_ref(pipe->announced));
        pipe_leave(other);
        return true;
    }
    route(socket, pipe, g_bytes_ref(pipe->announced));
    return true;
}

static void router_attached(ZeromqSocket *socket, Pipe *pipe)
{
    if (pipe->identity || identify(socket, pipe)) ring_add(&socket->rings[RING_READING], pipe);
}

/* One that was ignored is looked at again whenever it sends. */
static void router_arrived(ZeromqSocket *socket, Pipe *pipe)
{
    if (!pipe->identity && pipe->attached) router_attached(socket, pipe);
}

/* Messages that can still be read keep the name of who sent them. */
static void router_closed(ZeromqSocket *socket, Pipe *pipe)
{
    if (!pipe->identity) return;
    GBytes *kept = g_bytes_ref(pipe->identity);
    unroute(socket, pipe);
    if (pipe->announced) g_bytes_unref(pipe->announced);
    pipe->announced = kept;
}

static GBytes *name_of(const Pipe *pipe) { return pipe->identity ? pipe->identity : pipe->announced; }

/* Where a message with this first frame would go; 0, or why it cannot. */
static int destination(ZeromqSocket *socket, const IpcMessage *message, Pipe **pipe)
{
    const Frame *first = message->frames;
    *pipe = NULL;
    if (message->frame_count && socket->routes) {
        g_autoptr(GBytes) key = g_bytes_new_static(first->data, first->data ? first->size : 0);
        *pipe = g_hash_table_lookup(socket->routes, key);
    }
    if (!*pipe) return -IPC_EHOSTUNREACH;
    return pipe_writable(*pipe) ? 0 : -IPC_EAGAIN;
}

static int router_ready(ZeromqSocket *socket, const IpcMessage *message)
{
    Pipe *pipe;
    return socket->options.mandatory ? destination(socket, message, &pipe) : 0;
}

static int router_send(ZeromqSocket *socket, IpcMessage *message)
{
    Pipe *pipe;
    int error = destination(socket, message, &pipe);
    if (error && socket->options.mandatory) return error;
    socket->account->published++;
    message = zeromq_own(message);
    if (message->frame_count) zeromq_shift(message, 1);
    Parcel parcel = zeromq_enter(socket, message);
    if (error) zeromq_drop(socket, &parcel, error == -IPC_EAGAIN ? IPC_DROP_HWM : IPC_DROP_UNROUTABLE);
    else if (!message->frame_count) zeromq_drop(socket, &parcel, IPC_DROP_PROTOCOL);        /* nothing but an address */
    else pipe_write(pipe, parcel);
    return 0;
}

static int router_fetch(ZeromqSocket *socket, Parcel *parcel)
{
    Pipe *pipe = pipe_read_next(socket, parcel);
    if (!pipe) return -IPC_EAGAIN;
    gsize size;
    const void *data = g_bytes_get_data(name_of(pipe), &size);
    parcel->message = zeromq_own(parcel->message);
    zeromq_prepend(parcel->message, data, (uint32_t)size);
    return 0;
}

/* ---- REP ---- */

/* How many frames stand before the empty one that ends the envelope; -1: there is none. */
static int envelope_of(const IpcMessage *message)
{
    for (int i = 0; i + 1 < message->frame_count; i++)
        if (message->frames[i].size == 0) return i;
    return -1;
}

static int rep_fetch(ZeromqSocket *socket, Parcel *parcel)
{
    if (socket->asked) return -IPC_EFSM;
    Pipe *pipe;
    while ((pipe = pipe_read_next(socket, parcel)) != NULL) {
        int addresses = envelope_of(parcel->message);
        if (addresses < 0) {
            zeromq_drop(socket, parcel, IPC_DROP_PROTOCOL);
            continue;
        }
        IpcMessage *message = parcel->message = zeromq_own(parcel->message);
        socket->envelope = ipc_message_empty();
        for (int i = 0; i <= addresses; i++) ipc_message_frame(socket->envelope, message->frames[i].data, message->frames[i].size);
        zeromq_shift(message, (unsigned)addresses + 1);
        socket->asked_of = pipe->attached ? pipe : NULL;
        return 0;
    }
    return -IPC_EAGAIN;
}

static void rep_taken(ZeromqSocket *socket) { socket->asked = true; }

static int rep_ready(ZeromqSocket *socket, const IpcMessage *message)
{
    (void)message;
    return socket->asked ? 0 : -IPC_EFSM;
}

static int rep_send(ZeromqSocket *socket, IpcMessage *message)
{
    if (!socket->asked) return -IPC_EFSM;
    Pipe *pipe = socket->asked_of;
    IpcMessage *envelope = g_steal_pointer(&socket->envelope);
    message = zeromq_own(message);
    for (int i = envelope->frame_count - 1; i >= 0; i--) zeromq_prepend(message, envelope->frames[i].data, envelope->frames[i].size);
    ipc_message_drop(envelope);
    socket->asked = false;
    socket->asked_of = NULL;
    socket->account->published++;
    Parcel parcel = zeromq_enter(socket, message);
    if (!pipe) zeromq_drop(socket, &parcel, IPC_DROP_PEER_GONE);
    else if (!pipe_writable(pipe)) zeromq_drop(socket, &parcel, IPC_DROP_HWM);
    else pipe_write(pipe, parcel);
    return 0;
}

static bool rep_writable(ZeromqSocket *socket) { return socket->asked; }

/* ---- REQ ---- */

static int req_ready(ZeromqSocket *socket, const IpcMessage *message)
{
    if (socket->asked && !socket->options.relaxed) return -IPC_EFSM;
    return zeromq_queue_ready(socket, message);
}

/* Replies that came without being waited for are not to be taken for the next one. */
static void discard(ZeromqSocket *socket)
{
    Parcel parcel;
    if (socket->stash.message) zeromq_drop(socket, &socket->stash, IPC_DROP_LATE_REPLY);
    while (pipe_read_next(socket, &parcel)) zeromq_drop(socket, &parcel, IPC_DROP_LATE_REPLY);
}

static int req_send(ZeromqSocket *socket, IpcMessage *message)
{
    if (socket->asked && !socket->options.relaxed) return -IPC_EFSM;
    if (!socket->reserved && !pipe_write_next(socket)) return -IPC_EAGAIN;
    discard(socket);
    Pipe *pipe = zeromq_queue_turn(socket);
    message = zeromq_own(message);
    zeromq_prepend(message, NULL, 0);
    if (socket->options.correlate) {
        socket->request++;
        zeromq_prepend(message, &socket->request, sizeof socket->request);
    }
    socket->asked = true;
    socket->asked_of = pipe;
    socket->account->published++;
    pipe_write(pipe, zeromq_enter(socket, message));
    return 0;
}

/* Frames before the reply proper; or 0, and why it is none. */
static unsigned reply_head(const ZeromqSocket *socket, const IpcMessage *message, IpcDrop *reason)
{
    unsigned head = 0;
    *reason = IPC_DROP_PROTOCOL;
    if (socket->options.correlate) {
        const Frame *id = message->frames;
        if (message->frame_count < 2 || id->size != sizeof socket->request || !id->data) return 0;
        if (memcmp(id->data, &socket->request, sizeof socket->request) != 0) {
            *reason = IPC_DROP_LATE_REPLY;
            return 0;
        }
        head = 1;
    }
    return message->frame_count > head + 1 && message->frames[head].size == 0 ? head + 1 : 0;
}

static int req_fetch(ZeromqSocket *socket, Parcel *parcel)
{
    if (!socket->asked) return -IPC_EFSM;
    Pipe *pipe;
    while ((pipe = pipe_read_next(socket, parcel)) != NULL) {
        IpcDrop reason = IPC_DROP_LATE_REPLY;
        unsigned head = pipe == socket->asked_of ? reply_head(socket, parcel->message, &reason) : 0;
        if (!head) {
            zeromq_drop(socket, parcel, reason);
            continue;
        }
        parcel->message = zeromq_own(parcel->message);
        zeromq_shift(parcel->message, head);
        return 0;
    }
    return -IPC_EAGAIN;
}

static void req_taken(ZeromqSocket *socket)
{
    socket->asked = false;
    socket->asked_of = NULL;
}

static bool req_writable(ZeromqSocket *socket)
{
    return (!socket->asked || socket->options.relaxed) && pipe_write_next(socket) != NULL;
}

static bool fits_req(ZeromqType peer) { return peer == ZEROMQ_REP || peer == ZEROMQ_ROUTER; }
static bool fits_rep(ZeromqType peer) { return peer == ZEROMQ_REQ || peer == ZEROMQ_DEALER; }
static bool fits_router(ZeromqType peer)
{
    return peer == ZEROMQ_REQ || peer == ZEROMQ_DEALER || peer == ZEROMQ_ROUTER;
}

/* A REP writes to whom it was asked by alone: the ring of writing stays empty of turns. */
const Pattern zeromq_req = {
    .fits = fits_req, .attached = zeromq_queue_attached, .ready = req_ready, .send = req_send, .fetch = req_fetch,
    .taken = req_taken, .writable = req_writable,
};
const Pattern zeromq_rep = {
    .fits = fits_rep, .attached = zeromq_queue_attached, .ready = rep_ready, .send = rep_send, .fetch = rep_fetch,
    .taken = rep_taken, .writable = rep_writable,
};
const Pattern zeromq_router = {
    .fits = fits_router, .attached = router_attached, .closed = router_closed, .noticed = router_arrived,
    .ready = router_ready, .send = router_send, .fetch = router_fetch, .readable = zeromq_queue_readable,
};
