/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PUB, SUB, XPUB and XSUB: subscriptions go up, what matches them comes down. */
#include <string.h>

#include "ipc/zeromq_parts.h"

/* ---- the publishing side ---- */

static const char *text_of(const void *topic, uint32_t size, GString **kept)
{
    *kept = NULL;
    if (!size) return "";
    if (!g_utf8_validate(topic, size, NULL)) return NULL;
    *kept = g_string_new_len(topic, size);
    return (*kept)->str;
}

static void tell_topic(ZeromqSocket *socket, const char *event, const void *topic, uint32_t size)
{
    if (!ipc_watched(zeromq_ipc(socket))) return;
    GString *kept;
    zeromq_tell(socket, event, 0, size, text_of(topic, size, &kept));
    if (kept) g_string_free(kept, TRUE);
}

/* For an XPUB's application: byte 1 or 0 and the topic. */
static void notice(ZeromqSocket *socket, uint8_t what, const void *topic, uint32_t size)
{
    Parcel old;
    tell_topic(socket, what ? "zmq.subscribe" : "zmq.unsubscribe", topic, size);
    if (socket->type != ZEROMQ_XPUB) return;
    uint8_t *bytes = g_malloc(size + 1);
    bytes[0] = what;
    if (size) memcpy(bytes + 1, topic, size);
    (void)lane_push(&socket->notices, (Parcel){ ipc_message_new(bytes, size + 1), NULL, PARCEL_MESSAGE }, &old);
    g_free(bytes);
    zeromq_wake_readers(socket);
}

static void unsubscribed(void *data, const void *topic, uint32_t size) { notice(data, 0, topic, size); }

static void pub_closed(ZeromqSocket *socket, Pipe *pipe) { topics_leave(&socket->topics, pipe, unsubscribed, socket); }

static void pub_attached(ZeromqSocket *socket, Pipe *pipe) { ring_add(&socket->rings[RING_WRITING], pipe); }

static void pub_arrived(ZeromqSocket *socket, Pipe *pipe, Parcel parcel)
{
    const Frame *first = parcel.message->frames;
    Parcel old;
    if (parcel.kind == PARCEL_MESSAGE && socket->type == ZEROMQ_XPUB) {
        (void)lane_push(&socket->notices, parcel, &old);
        zeromq_wake_readers(socket);
        return;
    }
    if (parcel.kind == PARCEL_SUBSCRIBE) {
        bool first_one = topics_hold(&socket->topics, first->data, first->size, pipe);
        if (first_one || socket->options.verbose) notice(socket, 1, first->data, first->size);
    } else if (parcel.kind == PARCEL_CANCEL) {
        if (topics_release(&socket->topics, first->data, first->size, pipe)) notice(socket, 0, first->data, first->size);
    }
    zeromq_drop(socket, &parcel, IPC_DROP_PROTOCOL);
}

static int pub_send(ZeromqSocket *socket, IpcMessage *message)
{
    static const Frame nothing;
    if (!socket->found) socket->found = g_ptr_array_new();
    topics_find(&socket->topics, message->frame_count ? message->frames : &nothing, socket->found, ++socket->stamp);
    if (socket->options.nodrop)
        for (guint i = 0; i < socket->found->len; i++)
            if (!pipe_writable(socket->found->pdata[i])) return -IPC_EAGAIN;
    socket->account->published++;
    for (guint i = 0; i < socket->found->len; i++) {
        Parcel parcel = zeromq_enter(socket, ipc_message_hold(message));
        if (pipe_writable(socket->found->pdata[i])) pipe_write(socket->found->pdata[i], parcel);
        else zeromq_drop(socket, &parcel, IPC_DROP_HWM);
    }
    if (socket->found->len) {
        ipc_message_drop(message);
    } else {
        Parcel parcel = zeromq_enter(socket, message);
        zeromq_drop(socket, &parcel, IPC_DROP_NO_SUBSCRIBER);
    }
    return 0;
}

static int xpub_fetch(ZeromqSocket *socket, Parcel *parcel)
{
    bool credit;
    return lane_pop(&socket->notices, parcel, &credit) ? 0 : -IPC_EAGAIN;
}

static bool xpub_readable(ZeromqSocket *socket) { return socket->notices.count > 0; }

/* ---- the subscribing side ---- */

static void tell_up(ParcelKind kind, const void *topic, uint32_t size, Pipe *pipe)
{
    bool hears = pipe->attached && (pipe->peer || pipe->shake == SHAKE_DONE);      /* else on its next attachment */
    if (hears) pipe_write(pipe, (Parcel){ ipc_message_new(topic, size), NULL, kind });
}

static void tell_all(ZeromqSocket *socket, ParcelKind kind, const void *topic, uint32_t size)
{
    for (Pipe *pipe = socket->pipes, *next; pipe; pipe = next) {
        next = pipe->next;
        tell_up(kind, topic, size, pipe);
    }
}

static void repeat(void *data, const void *topic, uint32_t size)
{
    Pipe *pipe = data;
    tell_up(PARCEL_SUBSCRIBE, topic, size, pipe);
}

/* What waited for the former connection is no longer of any use. */
void zeromq_resubscribe(ZeromqSocket *socket, Pipe *pipe)
{
    uint32_t waiting = pipe->out.count;
    Parcel parcel, old;
    bool credit;
    if (socket->type != ZEROMQ_SUB && socket->type != ZEROMQ_XSUB) return;
    topics_walk(&socket->topics, repeat, pipe);
    for (; waiting; waiting--) {                        /* those of before: the oldest ones */
        (void)lane_pop(&pipe->out, &parcel, &credit);
        if (parcel.kind == PARCEL_MESSAGE) (void)lane_push(&pipe->out, parcel, &old);
        else ipc_message_drop(parcel.message);
    }
}

static void sub_attached(ZeromqSocket *socket, Pipe *pipe)
{
    ring_add(&socket->rings[RING_READING], pipe);
    ring_add(&socket->rings[RING_WRITING], pipe);
}

static void subscribe(ZeromqSocket *socket, const void *topic, uint32_t size)
{
    bool first = topics_add(&socket->topics, topic, size);
    if (first || socket->type == ZEROMQ_XSUB) tell_all(socket, PARCEL_SUBSCRIBE, topic, size);
}

static void unsubscribe(ZeromqSocket *socket, const void *topic, uint32_t size)
{
    if (topics_remove(&socket->topics, topic, size)) tell_all(socket, PARCEL_CANCEL, topic, size);
}

int zeromq_subscribe(ZeromqSocket *socket, const void *topic, uint32_t size)
{
    if (socket->type != ZEROMQ_SUB) return -IPC_EINVAL;
    subscribe(socket, topic, size);
    return 0;
}

int zeromq_unsubscribe(ZeromqSocket *socket, const void *topic, uint32_t size)
{
    if (socket->type != ZEROMQ_SUB) return -IPC_EINVAL;
    unsubscribe(socket, topic, size);
    return 0;
}

static int sub_fetch(ZeromqSocket *socket, Parcel *parcel)
{
    while (pipe_read_next(socket, parcel)) {
        if (topics_match(&socket->topics, parcel->message->frames)) return 0;
        zeromq_drop(socket, parcel, IPC_DROP_NO_SUBSCRIBER);
    }
    return -IPC_EAGAIN;
}

/* A message of byte 1 or 0 and a topic; others go to all publishers. */
static int xsub_send(ZeromqSocket *socket, IpcMessage *message)
{
    const Frame *first = message->frames;
    const uint8_t *bytes = message->frame_count ? first->data : NULL;
    if (bytes && bytes[0] <= 1) {
        if (bytes[0]) subscribe(socket, bytes + 1, first->size - 1);
        else unsubscribe(socket, bytes + 1, first->size - 1);
        ipc_message_drop(message);
        return 0;
    }
    socket->account->published++;
    unsigned sent = 0;
    for (Pipe *pipe = socket->pipes, *next; pipe; pipe = next, sent++) {
        next = pipe->next;
        Parcel parcel = zeromq_enter(socket, ipc_message_hold(message));
        if (pipe_writable(pipe)) pipe_write(pipe, parcel);
        else zeromq_drop(socket, &parcel, pipe->open ? IPC_DROP_HWM : IPC_DROP_PEER_GONE);
    }
    Parcel parcel = { message, NULL, PARCEL_MESSAGE };
    if (!sent) parcel = zeromq_enter(socket, message);
    zeromq_drop(socket, &parcel, IPC_DROP_PEER_GONE);
    return 0;
}

static bool fits_sub(ZeromqType peer) { return peer == ZEROMQ_SUB || peer == ZEROMQ_XSUB; }
static bool fits_pub(ZeromqType peer) { return peer == ZEROMQ_PUB || peer == ZEROMQ_XPUB; }

const Pattern zeromq_pub = {
    .fits = fits_sub, .attached = pub_attached, .closed = pub_closed, .arrived = pub_arrived, .send = pub_send,
};
const Pattern zeromq_xpub = {
    .fits = fits_sub, .attached = pub_attached, .closed = pub_closed, .arrived = pub_arrived, .send = pub_send,
    .fetch = xpub_fetch, .readable = xpub_readable,
};
const Pattern zeromq_sub = { .fits = fits_pub, .attached = sub_attached, .fetch = sub_fetch };
const Pattern zeromq_xsub = {
    .fits = fits_pub, .attached = sub_attached, .send = xsub_send, .fetch = zeromq_queue_fetch, .readable = zeromq_queue_readable,
};
