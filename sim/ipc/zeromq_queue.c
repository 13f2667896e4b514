/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PUSH, PULL, DEALER and PAIR: round-robin out, fair-queued in. */
#include "ipc/zeromq_parts.h"

void zeromq_queue_attached(ZeromqSocket *socket, Pipe *pipe)
{
    if (socket->pattern->fetch) ring_add(&socket->rings[RING_READING], pipe);
    if (socket->pattern->send) ring_add(&socket->rings[RING_WRITING], pipe);
}

bool zeromq_queue_readable(ZeromqSocket *socket) { return pipe_waits(socket); }
bool zeromq_queue_writable(ZeromqSocket *socket) { return pipe_write_next(socket) != NULL; }

int zeromq_queue_ready(ZeromqSocket *socket, const IpcMessage *message)
{
    (void)message;
    socket->reserved = pipe_write_next(socket);
    return socket->reserved ? 0 : -IPC_EAGAIN;
}

Pipe *zeromq_queue_turn(ZeromqSocket *socket)
{
    Ring *ring = &socket->rings[RING_WRITING];
    Pipe *pipe = socket->reserved ? socket->reserved : pipe_write_next(socket);
    if (pipe && ring->active && ring->pipes[ring->current] == pipe) ring_turn(ring);
    return pipe;
}

static int queue_send(ZeromqSocket *socket, IpcMessage *message)
{
    Pipe *pipe = zeromq_queue_turn(socket);
    if (!pipe) return -IPC_EAGAIN;
    socket->account->published++;
    pipe_write(pipe, zeromq_enter(socket, message));
    return 0;
}

int zeromq_queue_fetch(ZeromqSocket *socket, Parcel *parcel)
{
    return pipe_read_next(socket, parcel) ? 0 : -IPC_EAGAIN;
}

static bool fits_push(ZeromqType peer) { return peer == ZEROMQ_PUSH; }
static bool fits_pull(ZeromqType peer) { return peer == ZEROMQ_PULL; }
static bool fits_pair(ZeromqType peer) { return peer == ZEROMQ_PAIR; }
static bool fits_dealer(ZeromqType peer) { return peer == ZEROMQ_REP || peer == ZEROMQ_DEALER || peer == ZEROMQ_ROUTER; }

const Pattern zeromq_push = {
    .fits = fits_pull, .attached = zeromq_queue_attached, .ready = zeromq_queue_ready, .send = queue_send,
    .writable = zeromq_queue_writable,
};
const Pattern zeromq_pull = {
    .fits = fits_push, .attached = zeromq_queue_attached, .fetch = zeromq_queue_fetch, .readable = zeromq_queue_readable,
};
const Pattern zeromq_dealer = {
    .fits = fits_dealer, .attached = zeromq_queue_attached, .ready = zeromq_queue_ready, .send = queue_send,
    .fetch = zeromq_queue_fetch, .readable = zeromq_queue_readable, .writable = zeromq_queue_writable,
};
/* One peer alone: see pipe_is_refused(). */
const Pattern zeromq_pair = {
    .fits = fits_pair, .attached = zeromq_queue_attached, .ready = zeromq_queue_ready, .send = queue_send,
    .fetch = zeromq_queue_fetch, .readable = zeromq_queue_readable, .writable = zeromq_queue_writable,
};
