/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handshake: SYN, SYN-ACK, and the first packet after them. */
#include "ipc/stream_state.h"

enum { ANSWER_RETRIES = 5 };        /* tcp_synack_retries */

static void send_handshake(Connection *end, SegmentKind kind)
{
    end->base = ipc_now(end->all->ipc);
    if (kind == KIND_SYN) end_tell(end, "stream.syn", end->retries);
    send_control(end, kind);
    retry_at(end, end->base + end->rto);
}

Connection *connection_open(Ipc *ipc, NodeId host, Address to, const StreamOptions *options, const ConnectionUser *calls,
                            void *user)
{
    Streams *all = ipc_library(ipc, &stream_library);
    g_assert(to.host < ipc_hosts(ipc) && ipc_is_up(ipc, host));
    Connection *end = end_new(all, host, to, options);
    end->state = END_CONNECTING;
    end->calls = calls;
    end->user = user;
    send_handshake(end, KIND_SYN);
    return end;
}

/* A request that was sent again finds the end that the first one made. */
static Connection *find_half(const Listener *listener, const Packet *packet)
{
    if (((const Segment *)packet->content)->seq == 0) return NULL;
    Connection *end = listener->half.first;
    while (end && end->peer_id != packet->other) end = end->next_waiting;
    return end;
}

static bool has_room(const Listener *listener)
{
    uint32_t taken = listener->full.count;
    if (!listener->settings.incoming) taken += listener->half.count;
    return taken < listener->settings.backlog + listener->more;
}

static void answer(Listener *listener, const Packet *packet)
{
    const Segment *segment = packet->content;
    Connection *end = end_new(listener->all, packet->to, (Address){ packet->from, packet->port_from }, &listener->settings.options);
    end->state = END_HALF;
    end->listener = listener;
    end->peer_id = packet->other;
    end->edge = end->peer_buffer = segment->edge;
    waiting_add(&listener->half, end);
    send_handshake(end, KIND_SYN_ACK);
}

void connect_request(Streams *all, Packet *packet)
{
    Listener *listener = listener_find(all, (Address){ packet->to, packet->port_to });
    Connection *end = listener ? find_half(listener, packet) : NULL;
    if (end) send_control(end, KIND_SYN_ACK);
    else if (listener && has_room(listener)) answer(listener, packet);
    else if (!listener || listener->settings.overflow_resets) send_reset(all, packet);
    segment_free(packet->content, all);
}

void connect_answer(Streams *all, Packet *packet)
{
    Segment *segment = packet->content;
    Connection *end = end_find(all, packet->word);
    if (!end || end->state == END_FAILED || (end->state == END_OPEN && end->peer_id != packet->other)) {
        send_reset(all, packet);
    } else if (end->state == END_OPEN) {
        send_control(end, KIND_ACK);
    } else {
        end->state = END_OPEN;
        end->peer_id = packet->other;
        end->edge = end->peer_buffer = segment->edge;
        end->heard = ipc_now(all->ipc);
        ipc_cancel(all->ipc, &end->timer);
        if (!end->retries) retry_measure(end, end->heard - end->base);
        end->retries = 0;
        uint64_t id = end->id;
        send_control(end, KIND_ACK);
        retry_keepalive(end);
        send_queued(end);
        if (end->calls && end->calls->connected) end->calls->connected(end->user, end);
        if (end->id == id && end->state == END_OPEN) receive_deliver(end);
    }
    segment_free(segment, all);
}

void connect_finish(Connection *end, const Segment *segment)
{
    Listener *listener = end->listener;
    end->state = END_OPEN;
    ipc_cancel(end->all->ipc, &end->timer);
    if (!end->retries) retry_measure(end, ipc_now(end->all->ipc) - end->base);
    end->retries = 0;
    end->edge = MAX(end->edge, segment->edge);
    waiting_remove(&listener->half, end);
    end->listener = NULL;
    retry_keepalive(end);
    if (listener->settings.incoming && listener->settings.incoming(listener->settings.user, end)) return;
    end->listener = listener;
    waiting_add(&listener->full, end);
    if (listener->settings.waiting) listener->settings.waiting(listener->settings.user);
}

void connect_timer(Connection *end)
{
    bool asks = end->state == END_CONNECTING;
    if (end->retries >= (asks ? end->options.syn_retries : ANSWER_RETRIES)) {
        end_fail(end, IPC_ETIMEDOUT);
        return;
    }
    end->retries++;
    end->rto *= 2;
    send_handshake(end, asks ? KIND_SYN : KIND_SYN_ACK);
}
