/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending, and what is done about losses. */
#include "ipc/stream_state.h"

#define MS ((SimTime)1000 * 1000)

enum { SMALL_PIECE = 1460 };
static const SimTime ACK_DELAY = 40 * MS;

static void send_segment(Connection *end, SegmentKind kind, uint64_t to, Segment *segment)
{
    Packet packet = { .library = &stream_library, .from = end->here.host, .to = end->peer.host, .size = segment->size,
                      .port_from = end->here.port, .port_to = end->peer.port, .word = to, .other = end->id,
                      .content = segment, .kind = (uint8_t)kind, .overlay = end->options.overlay };
    ipc_send(end->all->ipc, &packet);
}

void send_packet(Connection *end, SegmentKind kind, Segment *segment)
{
    SimTime now = ipc_now(end->all->ipc);
    segment->ack = end->told_ack = end->expected;
    segment->edge = end->told_edge = receive_edge(end);
    segment->sent = now;
    if (end->echo_at >= 0) segment->echo = end->echo_sent + (now - end->echo_at);
    send_segment(end, kind, end->peer_id, segment);
}

void send_control(Connection *end, SegmentKind kind)
{
    Segment *segment = segment_new(end->all);
    segment->seq = kind == KIND_SYN ? end->retries : end->sequence;
    send_packet(end, kind, segment);
}

void send_reset(Streams *all, const Packet *packet)
{
    Segment *segment = segment_new(all);
    SegmentKind kind = KIND_RST;
    uint32_t place = (uint32_t)packet->word;
    bool asks = packet->kind == KIND_FIN || packet->kind == KIND_PROBE;
    if (asks && place < all->end_count && all->ends[place]->closed_id == packet->word) {
        kind = KIND_ACK;            /* what TIME-WAIT is for: our last acknowledgement was lost */
        segment->ack = ((const Segment *)packet->content)->seq + (packet->kind == KIND_FIN);
    }
    Packet back = { .library = &stream_library, .from = packet->to, .to = packet->from, .port_from = packet->port_to,
                    .port_to = packet->port_from, .word = packet->other, .other = packet->word, .content = segment,
                    .kind = (uint8_t)kind, .overlay = packet->overlay };
    ipc_send(all->ipc, &back);
}

SimTime send_granted_at(const Connection *end)
{
    return end->last_sent + (end->srtt < 0 ? end->rto : end->srtt) + ACK_DELAY;
}

void send_granted(Connection *end)
{
    if (end->una == end->sequence || end->suspect || end->fin_sent) return;
    if (ipc_now(end->all->ipc) >= send_granted_at(end)) end->una = end->sequence;
}

/* ---- data ---- */

/* True where the sender is likely to wait for the acknowledgement of this one. */
static bool wants_answer(const Connection *end, uint64_t length)
{
    uint64_t held = end->sequence - end->una + end->queued_bytes, sndbuf = end->options.sndbuf;
    if (held * 2 < sndbuf) return false;
    return held + length > sndbuf || end->sequence - end->pushed >= sndbuf / 8;
}

static void send_next(Connection *end)
{
    Segment *segment = segments_pop(&end->queued);
    uint64_t length = segment_length(segment);
    SimTime now = ipc_now(end->all->ipc);
    send_granted(end);
    if (end->una == end->sequence) {
        end->base = end->progress = now;
        if (!end->suspect) end->rto = retry_rto(end), end->retries = 0;
    }
    end->last_sent = now;
    segment->seq = end->sequence;
    end->sequence += length;
    if (segment->fin) end->fin_sent = true;
    else end->queued_bytes -= length;
    segment->push = segment->fin || wants_answer(end, length);
    if (segment->push) end->pushed = end->sequence;
    send_packet(end, segment->fin ? KIND_FIN : KIND_DATA, segment);
}

/* Takes the first `size` bytes of the first record off it; its content goes with the rest. */
static void split(Connection *end, uint32_t size)
{
    Segment *piece = segment_new(end->all), *rest = end->queued.first;
    piece->size = size;
    rest->size -= size;
    piece->next = rest;
    end->queued.first = piece;
}

/* As RFC 9293, 3.8.6.2.1: no silly little pieces while more room is to come. */
static bool fits(Connection *end)
{
    const Segment *first = end->queued.first;
    uint64_t length = segment_length(first), window = end->edge > end->sequence ? end->edge - end->sequence : 0;
    if (first->fin || length <= window) return true;
    if (window < SMALL_PIECE && window * 2 < end->peer_buffer && (window == 0 || end->una != end->sequence)) return false;
    if (window > 0) split(end, (uint32_t)window);
    return window > 0;
}

void send_queued(Connection *end)
{
    if (end->state != END_OPEN) return;
    bool sent = false;
    for (; end->queued.first && fits(end); sent = true) send_next(end);
    bool blocked = end->queued.first != NULL;
    if (blocked && (sent || !end->blocked) && !end->suspect) {
        end->base = end->progress = ipc_now(end->all->ipc);
        end->retries = 0;
        end->rto = retry_rto(end);
    }
    end->blocked = blocked;
    if (blocked && !end->suspect) retry_at(end, retry_deadline(end));
}

void connection_send(Connection *connection, void *content, void (*release)(void *content), uint32_t size)
{
    Connection *end = connection;
    bool open = (end->state == END_OPEN || end->state == END_CONNECTING) && !end->fin_queued;
    if (!open) {
        if (content && release) release(content);
        return;
    }
    Segment *segment = segment_new(end->all);
    segment->size = segment->whole = size;
    segment->completes = true;
    segment->content = content;
    segment->release = release;
    end->queued_bytes += segment_length(segment);
    segments_append(&end->queued, segment);
    send_queued(end);
}

void connection_shutdown(Connection *connection)
{
    Connection *end = connection;
    if (end->fin_queued || (end->state != END_OPEN && end->state != END_CONNECTING)) return;
    Segment *segment = segment_new(end->all);
    segment->fin = true;
    end->fin_queued = true;
    segments_append(&end->queued, segment);
    send_queued(end);
}

static uint64_t held(const Connection *end)
{
    send_granted((Connection *)end);
    uint64_t bytes = end->sequence - end->una + end->queued_bytes;
    return end->fin_sent && bytes ? bytes - 1 : bytes;
}

uint64_t connection_unsent(const Connection *connection) { return held(connection); }

uint64_t connection_room(const Connection *connection)
{
    Connection *end = (Connection *)connection;
    uint64_t bytes = held(end), sndbuf = end->options.sndbuf, room = bytes < sndbuf ? sndbuf - bytes : 0;
    if (room * 2 < sndbuf && end->state == END_OPEN) {
        end->asked = true;
        end->room_asked = room;
        if (end->una != end->sequence && !end->suspect) retry_at(end, send_granted_at(end));
    }
    return room;
}

uint32_t connection_window(const Connection *connection) { return (uint32_t)MIN(connection->peer_buffer, UINT32_MAX); }

/* ---- acknowledgements ---- */

void send_room_made(Connection *end)
{
    if (!end->asked || !end->calls || end->state != END_OPEN) return;
    uint64_t bytes = held(end), sndbuf = end->options.sndbuf;
    if (bytes >= sndbuf || sndbuf - bytes <= end->room_asked) return;
    end->asked = false;
    if (end->calls->drained) end->calls->drained(end->user, end);
}

void send_acknowledged(Connection *end, const Segment *segment)
{
    uint64_t id = end->id;
    bool progress = segment->ack > end->una, wider = segment->edge > end->edge;
    if (wider) end->edge = segment->edge;
    if (progress) {
        end->una = segment->ack;
        end->base = end->progress = end->heard;
        end->retries = 0;
        if (segment->echo >= 0) retry_measure(end, end->heard - segment->echo);
        if (end->suspect && end->una >= end->recover && !end->lost.first) end->suspect = false;
    }
    if (progress || segment->hole) retry_lost(end, true);
    if (progress && end->suspect) retry_at(end, retry_deadline(end));
    if ((progress || wider) && end->queued.first) send_queued(end);
    if (!progress && !end->fin_sent) return;
    send_room_made(end);
    if (end->id != id || end->state != END_OPEN) return;
    if (end->fin_sent && end->una == end->sequence) {
        if (end->calls && end->calls->flushed && progress) end->calls->flushed(end->user, end);
        if (end->id == id && end->orphan && end->ended) end_finish(end);
    }
}
