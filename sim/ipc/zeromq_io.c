/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an application calls to send, receive and wait. */
#include <string.h>

#include "ipc/zeromq_parts.h"

/* ---- messages ---- */

IpcMessage *zeromq_own(IpcMessage *message)
{
    if (message->holders == 1) return message;
    IpcMessage *copy = ipc_message_copy(message);
    ipc_message_drop(message);
    return copy;
}

void zeromq_prepend(IpcMessage *message, const void *data, uint32_t size)
{
    ipc_message_frame(message, data, size);
    Frame added = message->frames[message->frame_count - 1];
    memmove(message->frames + 1, message->frames, (message->frame_count - 1u) * sizeof added);
    message->frames[0] = added;
}

void zeromq_shift(IpcMessage *message, unsigned frames)
{
    for (unsigned i = 0; i < frames; i++) {
        message->size -= message->frames[i].size;
        g_free(message->frames[i].data);
    }
    message->frame_count -= (uint16_t)frames;
    memmove(message->frames, message->frames + frames, message->frame_count * sizeof *message->frames);
}

/* ---- waiting ---- */

void zeromq_wake_readers(ZeromqSocket *socket)
{
    if (!socket->all->stopped) wait_list_wake_all(&socket->readers);
}

void zeromq_wake_writers(ZeromqSocket *socket)
{
    if (!socket->all->stopped) wait_list_wake_all(&socket->writers);
    if (!socket->muted) return;
    socket->muted = false;
    zeromq_tell(socket, "zmq.ready", 0, 0, NULL);
}

static SimTime limit_of(const ZeromqSocket *socket, SimTime timeout)
{
    return timeout < 0 ? -1 : ipc_now(zeromq_ipc(socket)) + timeout;
}

/* 0: try again. */
static int block(ZeromqSocket *socket, WaitList *list, SimTime until)
{
    Process *self = process_running(zeromq_ipc(socket));
    if (!self) return -IPC_EDEADLK;
    if (!process_wait(self, list, until)) return -IPC_EAGAIN;
    return socket->closing ? -IPC_ETERM : 0;
}

/* ---- sending ---- */

static void append(IpcMessage *whole, const IpcMessage *part)
{
    for (unsigned i = 0; i < part->frame_count; i++) ipc_message_frame(whole, part->frames[i].data, part->frames[i].size);
}

/* The last part is there: all of it goes, or nothing. */
static void complete(ZeromqSocket *socket)
{
    IpcMessage *whole = g_steal_pointer(&socket->partial);
    bool dropping = socket->dropping;
    socket->dropping = false;
    if (!dropping && socket->pattern->send(socket, whole) == 0) {
        socket->reserved = NULL;
        return;
    }
    socket->reserved = NULL;
    socket->account->published++;
    Parcel parcel = zeromq_enter(socket, whole);
    zeromq_drop(socket, &parcel, IPC_DROP_PEER_GONE);
}

static int send_part(ZeromqSocket *socket, IpcMessage *part, bool more)
{
    if (!socket->partial) {
        socket->reserved = NULL;
        socket->dropping = false;
        int error = socket->pattern->ready ? socket->pattern->ready(socket, part) : 0;
        if (error) return error;
        socket->partial = zeromq_own(part);
    } else {
        append(socket->partial, part);
        ipc_message_drop(part);
    }
    if (!more) complete(socket);
    return 0;
}

static int try_send(ZeromqSocket *socket, IpcMessage *message, unsigned flags)
{
    if (socket->partial || flags & ZEROMQ_SNDMORE) return send_part(socket, message, flags & ZEROMQ_SNDMORE);
    return socket->pattern->send(socket, message);
}

int zeromq_send(ZeromqSocket *socket, IpcMessage *message, unsigned flags)
{
    if (!socket->pattern->send) return -IPC_ENOTSUP;
    uint64_t id = message->id;
    SimTime until = limit_of(socket, socket->options.sndtimeo);
    for (;;) {
        int error = try_send(socket, message, flags);
        if (error == 0) zeromq_tell(socket, "zmq.send", id, 0, NULL);
        if (error != -IPC_EAGAIN) return error;
        if (!socket->muted) socket->counts->muted++, zeromq_tell(socket, "zmq.mute", id, 0, NULL);
        socket->muted = true;
        if (flags & ZEROMQ_DONTWAIT) return error;
        Process *self = process_running(zeromq_ipc(socket));
        if (self) process_keep(self, message);              /* it may die waiting */
        error = block(socket, &socket->writers, until);
        if (self) process_unkeep(self, message);
        if (error) return error;
    }
}

/* ---- receiving ---- */

static int fetch(ZeromqSocket *socket, Parcel *parcel)
{
    if (!socket->stash.message) return socket->pattern->fetch(socket, parcel);
    *parcel = socket->stash;
    socket->stash = (Parcel){ 0 };
    return 0;
}

int zeromq_recv(ZeromqSocket *socket, IpcMessage **message, unsigned flags)
{
    if (!socket->pattern->fetch) return -IPC_ENOTSUP;
    SimTime until = limit_of(socket, socket->options.rcvtimeo);
    Parcel parcel;
    for (;;) {
        int error = fetch(socket, &parcel);
        if (error == 0) break;
        if (error != -IPC_EAGAIN || flags & ZEROMQ_DONTWAIT) return error;
        error = block(socket, &socket->readers, until);
        if (error) return error;
    }
    if (socket->pattern->taken) socket->pattern->taken(socket);
    if (parcel.account) parcel.account->delivered++, socket->counts->received++;
    zeromq_tell(socket, "zmq.recv", parcel.message->id, 0, NULL);
    *message = parcel.message;
    return 0;
}

/* ---- polling ---- */

static bool readable(ZeromqSocket *socket)
{
    if (!socket->pattern->fetch) return false;
    if (socket->stash.message) return true;
    if (socket->pattern->readable) return socket->pattern->readable(socket);
    return socket->pattern->fetch(socket, &socket->stash) == 0;
}

static bool writable(ZeromqSocket *socket)
{
    return socket->pattern->send && (!socket->pattern->writable || socket->pattern->writable(socket));
}

static unsigned look(ZeromqPoll *items, unsigned count)
{
    unsigned ready = 0;
    for (unsigned i = 0; i < count; i++) {
        ZeromqPoll *item = &items[i];
        item->ready = 0;
        if (item->events & ZEROMQ_IN && readable(item->socket)) item->ready |= ZEROMQ_IN;
        if (item->events & ZEROMQ_OUT && writable(item->socket)) item->ready |= ZEROMQ_OUT;
        ready += item->ready != 0;
    }
    return ready;
}

int zeromq_poll(ZeromqPoll *items, unsigned count, SimTime timeout)
{
    g_assert(count > 0);
    Ipc *ipc = zeromq_ipc(items[0].socket);
    SimTime until = limit_of(items[0].socket, timeout);
    for (;;) {
        unsigned ready = look(items, count), lists = 0;
        if (ready || timeout == 0) return (int)ready;
        Process *self = process_running(ipc);
        if (!self) return -IPC_EDEADLK;
        WaitList *list[count * 2];
        for (unsigned i = 0; i < count; i++) {
            if (items[i].events & ZEROMQ_IN) list[lists++] = &items[i].socket->readers;
            if (items[i].events & ZEROMQ_OUT) list[lists++] = &items[i].socket->writers;
        }
        int woken = process_wait_any(self, list, lists, until);
        for (unsigned i = 0; i < count; i++)
            if (items[i].socket->closing) return -IPC_ETERM;
        if (woken < 0) return (int)look(items, count);
    }
}

/* Passes on one message where there is one and room for it. */
static bool forward(ZeromqSocket *from, ZeromqSocket *to)
{
    IpcMessage *message;
    if (from->closing || to->closing) return false;
    if (!readable(from) || !writable(to)) return false;
    if (zeromq_recv(from, &message, ZEROMQ_DONTWAIT)) return false;
    if (zeromq_send(to, message, 0)) ipc_message_drop(message);
    return true;
}

void zeromq_proxy(ZeromqSocket *front, ZeromqSocket *back)
{
    for (;;) {
        bool down = forward(front, back), up = front != back && forward(back, front);
        if (down || up) continue;
        /* A side that has a message waits for room on the other; one that has none, for a message. */
        ZeromqPoll items[2] = {
            { .socket = front, .events = (readable(front) ? 0 : ZEROMQ_IN) | (readable(back) ? ZEROMQ_OUT : 0) },
            { .socket = back, .events = (readable(back) ? 0 : ZEROMQ_IN) | (readable(front) ? ZEROMQ_OUT : 0) },
        };
        if (zeromq_poll(items, 2, -1) < 0) return;
    }
}
