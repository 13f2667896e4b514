/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/zeromq_parts.h"

Pipe *pipe_new(ZeromqSocket *socket, Endpoint *endpoint, bool dialed)
{
    Pipe *pipe = g_new0(Pipe, 1);
    *pipe = (Pipe){ .socket = socket, .previous = socket->pipes_last, .endpoint = endpoint, .dialed = dialed,
                    .place = { RING_NOWHERE, RING_NOWHERE }, .interval = socket->options.reconnect_ivl };
    if (socket->pipes_last) socket->pipes_last->next = pipe;
    else socket->pipes = pipe;
    socket->pipes_last = pipe;
    if (dialed) endpoint->pipe = pipe;
    pipe_marks(pipe);
    return pipe;
}

static uint32_t both(uint32_t sndhwm, uint32_t rcvhwm) { return sndhwm && rcvhwm ? sndhwm + rcvhwm : 0; }

void pipe_marks(Pipe *pipe)
{
    const ZeromqOptions *here = &pipe->socket->options;
    pipe->in.limit = here->rcvhwm;
    pipe->out.limit = here->sndhwm;
    pipe->in.conflate = pipe->out.conflate = here->conflate;
    if (!pipe->peer) return;
    const ZeromqOptions *there = &pipe->peer->socket->options;
    pipe->in.limit = both(there->sndhwm, here->rcvhwm);
    pipe->in.conflate = here->conflate || there->conflate;
}

void pipe_empty(Pipe *pipe, Lane *lane, IpcDrop reason)
{
    Parcel parcel;
    bool credit;
    while (lane_pop(lane, &parcel, &credit)) zeromq_drop(pipe->socket, &parcel, reason);
}

void pipe_free(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    pipe_close_out(pipe);
    if (socket->asked_of == pipe) socket->asked_of = NULL;
    session_close(pipe, false);
    inproc_cut(pipe);
    ipc_cancel(zeromq_ipc(socket), &pipe->linger);
    ring_remove(&socket->rings[RING_READING], pipe);
    pipe_empty(pipe, &pipe->in, IPC_DROP_PEER_GONE);
    pipe_empty(pipe, &pipe->out, IPC_DROP_PEER_GONE);
    lane_free(&pipe->in);
    lane_free(&pipe->out);
    if (pipe->endpoint && pipe->endpoint->pipe == pipe) pipe->endpoint->pipe = NULL;
    if (pipe->previous) pipe->previous->next = pipe->next;
    else socket->pipes = pipe->next;
    if (pipe->next) pipe->next->previous = pipe->previous;
    else socket->pipes_last = pipe->previous;
    if (pipe->announced) g_bytes_unref(pipe->announced);
    g_free(pipe);
}

bool pipe_writable(const Pipe *pipe)
{
    return pipe->open && lane_writable(pipe->peer ? &pipe->peer->in : &pipe->out);
}

void pipe_write(Pipe *pipe, Parcel parcel)
{
    Parcel old;
    if (pipe->peer) {
        pipe_arrived(pipe->peer, parcel);
        return;
    }
    if (lane_push(&pipe->out, parcel, &old)) zeromq_drop(pipe->socket, &old, IPC_DROP_CONFLATED);
    if (pipe->shake == SHAKE_DONE) session_pump(pipe);
}

void pipe_arrived(Pipe *pipe, Parcel parcel)
{
    ZeromqSocket *socket = pipe->socket;
    Parcel old;
    if (pipe->leaving) {
        zeromq_drop(socket, &parcel, IPC_DROP_PEER_GONE);
        return;
    }
    if (socket->pattern->arrived) {
        socket->pattern->arrived(socket, pipe, parcel);
        return;
    }
    if (lane_push(&pipe->in, parcel, &old)) zeromq_drop(socket, &old, IPC_DROP_CONFLATED);
    if (socket->pattern->noticed) socket->pattern->noticed(socket, pipe);
    ring_activate(&socket->rings[RING_READING], pipe);
    zeromq_wake_readers(socket);
}

void pipe_credited(Pipe *pipe)
{
    if (!pipe->open) return;
    ring_activate(&pipe->socket->rings[RING_WRITING], pipe);
    zeromq_wake_writers(pipe->socket);
}

void pipe_attach(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    if (pipe->attached || pipe->leaving) return;
    pipe->attached = pipe->open = true;
    socket->pattern->attached(socket, pipe);
    zeromq_wake_writers(socket);
}

bool pipe_is_refused(const Pipe *pipe)
{
    if (pipe->socket->type != ZEROMQ_PAIR) return false;
    for (const Pipe *other = pipe->socket->pipes; other; other = other->next)
        if (other != pipe && other->attached) return true;
    return false;
}

void pipe_close_out(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    if (!pipe->attached) return;
    pipe->attached = pipe->open = false;
    ring_remove(&socket->rings[RING_WRITING], pipe);
    if (socket->reserved == pipe) socket->reserved = NULL, socket->dropping = true;
    if (socket->asked_of == pipe && socket->type == ZEROMQ_REP) socket->asked_of = NULL;
    if (socket->pattern->closed) socket->pattern->closed(socket, pipe);
}

void pipe_end(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    pipe_close_out(pipe);
    session_close(pipe, false);
    pipe_empty(pipe, &pipe->out, IPC_DROP_PEER_GONE);
    if (socket->options.strict_rfc) pipe_empty(pipe, &pipe->in, IPC_DROP_PEER_GONE);
    pipe->gone = true;
    if (pipe->in.count && pipe->place[RING_READING] != RING_NOWHERE) return;        /* still to be read */
    pipe_free(pipe);
    zeromq_release(socket);
}

static void linger_ends(void *subject, uint64_t detail)
{
    Pipe *pipe = subject;
    ZeromqSocket *socket = pipe->socket;
    (void)detail;
    pipe->linger = 0;
    pipe_empty(pipe, &pipe->out, IPC_DROP_LINGER);
    pipe_free(pipe);
    zeromq_release(socket);
}

void pipe_leave(Pipe *pipe)
{
    ZeromqSocket *socket = pipe->socket;
    SimTime linger = socket->options.linger;
    pipe_close_out(pipe);
    ring_remove(&socket->rings[RING_READING], pipe);
    pipe_empty(pipe, &pipe->in, IPC_DROP_PEER_GONE);
    if (linger == 0) pipe_empty(pipe, &pipe->out, IPC_DROP_LINGER);
    if (pipe->endpoint && !pipe->dialed) pipe->endpoint = NULL;
    pipe->leaving = true;
    if (!pipe->out.count) {
        pipe_free(pipe);
        zeromq_release(socket);
    } else if (linger > 0) {
        pipe->linger = ipc_after(zeromq_ipc(socket), socket->host, linger, linger_ends, pipe, 0);
    }
}

/* ---- turns ---- */

/* The pipe whose turn it is and that holds something, or NULL. */
static Pipe *waiting(ZeromqSocket *socket)
{
    Ring *ring = &socket->rings[RING_READING];
    while (ring->active) {
        Pipe *pipe = ring->pipes[ring->current];
        if (pipe->in.count) return pipe;
        ring_rest(ring);
        if (pipe->gone) pipe_free(pipe);
    }
    return NULL;
}

bool pipe_waits(ZeromqSocket *socket) { return waiting(socket) != NULL; }

Pipe *pipe_read_next(ZeromqSocket *socket, Parcel *parcel)
{
    Pipe *pipe = waiting(socket);
    bool credit;
    if (!pipe) return NULL;
    (void)lane_pop(&pipe->in, parcel, &credit);
    ring_turn(&socket->rings[RING_READING]);
    if (credit && pipe->peer) pipe_credited(pipe->peer);
    else if (credit && pipe->paused) session_resume(pipe);
    return pipe;
}

Pipe *pipe_write_next(ZeromqSocket *socket)
{
    Ring *ring = &socket->rings[RING_WRITING];
    while (ring->active) {
        Pipe *pipe = ring->pipes[ring->current];
        if (pipe_writable(pipe)) return pipe;
        ring_rest(ring);
    }
    return NULL;
}
