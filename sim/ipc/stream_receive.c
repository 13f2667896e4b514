/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrivals, the window, and handing over to the user. */
#include "ipc/stream_state.h"

enum { PASSED = 3 };        /* segments that pass a lost one before it is sent again */

uint64_t receive_edge(const Connection *end)
{
    uint64_t used = end->unread_bytes + (end->unread.first ? end->partial : 0), rcvbuf = end->options.rcvbuf;
    return MAX(end->told_edge, end->expected + (used < rcvbuf ? rcvbuf - used : 0));
}

/* Whether an acknowledgement has to travel by itself: the sender's window is running out. */
static bool owes_much(const Connection *end)
{
    uint64_t quarter = MAX(end->options.rcvbuf / 4, 1);
    return end->expected - end->told_ack >= quarter;
}

/* The window has grown enough for a sender that may be waiting for it. */
static void tell_window(Connection *end)
{
    uint64_t rcvbuf = end->options.rcvbuf, known = end->told_edge - end->expected;
    if (end->state != END_OPEN || known * 2 >= rcvbuf) return;
    if (receive_edge(end) - end->told_edge >= MAX(rcvbuf / 4, 1)) send_control(end, KIND_ACK);
}

/* ---- to the user ---- */

static void hand_over(Connection *end, Segment *segment)
{
    void *content = segment->content;
    uint32_t size = segment->whole;
    if (end->calls->received) segment->content = NULL;
    segment_free(segment, end->all);
    if (end->calls->received) end->calls->received(end->user, end, content, size);
}

static void deliver_unread(Connection *end)
{
    uint64_t id = end->id;
    bool any = end->unread.first != NULL;
    while (end->unread.first && !end->paused) {
        Segment *segment = segments_pop(&end->unread);
        end->unread_bytes -= segment->whole - end->head_read;
        end->head_read = 0;
        hand_over(end, segment);
        if (end->id != id || !end->calls) return;
    }
    if (any) tell_window(end);
}

void receive_deliver(Connection *end)
{
    uint64_t id = end->id;
    if (!end->calls) return;
    deliver_unread(end);
    if (end->id != id || !end->calls) return;
    if (end->paused && (end->unread.first || end->ended) && end->state == END_OPEN && end->calls->readable) {
        end->calls->readable(end->user, end);
        if (end->id != id || !end->calls) return;
    }
    if (end->state == END_FAILED && !end->failed_told) {
        end->failed_told = true;
        if (end->calls->failed) end->calls->failed(end->user, end, end->error);
    } else if (end->state == END_OPEN && end->ended && !end->ended_told && !end->unread.first) {
        end->ended_told = true;
        if (end->calls->ended) end->calls->ended(end->user, end);
    }
}

void connection_pause(Connection *connection, bool paused)
{
    connection->paused = paused;
    if (!paused && (connection->unread.first || connection->ended)) end_wake(connection);
}

uint64_t connection_unread(const Connection *connection) { return connection->unread_bytes; }
bool connection_ended(const Connection *connection) { return connection->ended; }

bool connection_peek(const Connection *connection, void **content, uint32_t *left, uint32_t *size)
{
    const Segment *head = connection->unread.first;
    if (!head) return false;
    *content = head->content;
    *left = head->whole - connection->head_read;
    *size = head->whole;
    return true;
}

void connection_read(Connection *connection, uint32_t bytes)
{
    Connection *end = connection;
    Segment *head = end->unread.first;
    g_assert(head && bytes <= head->whole - end->head_read);
    end->head_read += bytes;
    end->unread_bytes -= bytes;
    if (end->head_read == head->whole) {
        end->head_read = 0;
        segment_free(segments_pop(&end->unread), end->all);
    }
    tell_window(end);
}

/* ---- from the network ---- */

/* The next one in order. */
static void take(Connection *end, Segment *segment)
{
    end->expected += segment_length(segment);
    if (segment->fin) end->ended = true;
    if (!segment->completes) {
        end->partial += segment->size;
        segment_free(segment, end->all);
        return;
    }
    end->partial = 0;
    end->unread_bytes += segment->whole;
    segments_append(&end->unread, segment);
}

/* Data or the end of it; true where the sender is to hear of it at once. */
static bool take_in_order(Connection *end, Segment *segment, bool *hole)
{
    bool answer = segment->push;
    g_assert(segment->seq >= end->expected);        /* a segment travels until it has arrived, once */
    if (segment->seq > end->expected) {
        segments_insert(&end->early, segment);
        *hole = ++end->early_count % PASSED == 0;
        return *hole;
    }
    end->echo_sent = segment->sent;     /* of what fills a hole, not of what waited behind it */
    end->echo_at = end->heard;
    take(end, segment);
    if (G_LIKELY(!end->early.first)) return answer;
    while (end->early.first && end->early.first->seq == end->expected) take(end, segments_pop(&end->early));
    if (!end->early.first) end->early_count = 0;
    return true;
}

static void refused_or_reset(Connection *end)
{
    end_fail(end, end->state == END_CONNECTING ? IPC_ECONNREFUSED : IPC_ECONNRESET);
}

/* Data for somebody who has closed, as after close(): a reset, and what was queued is gone. */
static bool reset_orphan(Connection *end)
{
    if (!end->orphan || !end->unread.first) return false;
    send_control(end, KIND_RST);
    end_release(end);
    return true;
}

static void receive_data(Connection *end, Segment *segment)
{
    uint64_t id = end->id, before = end->expected;
    bool hole = false, answer = take_in_order(end, segment, &hole);
    if (reset_orphan(end)) return;
    receive_deliver(end);
    if (end->id != id || end->state != END_OPEN) return;
    bool told = end->expected != before && end->told_ack == end->expected;  /* by what the user has just sent */
    if ((answer && !told) || owes_much(end)) {
        Segment *ack = segment_new(end->all);
        ack->hole = hole;
        send_packet(end, KIND_ACK, ack);
    }
    if (end->orphan && end->ended && end->fin_sent && end->una == end->sequence) end_finish(end);
}

void receive_segment(Connection *end, Packet *packet)
{
    uint64_t id = end->id;
    Segment *segment = packet->content;
    end->heard = ipc_now(end->all->ipc);
    if (packet->kind == KIND_RST) {
        segment_free(segment, end->all);
        refused_or_reset(end);
        return;
    }
    if (end->state == END_HALF) connect_finish(end, segment);
    if (end->id == id && end->state == END_OPEN) {
        if (end->blocked && !end->suspect) end->retries = 0, end->progress = end->heard;
        send_acknowledged(end, segment);
    }
    if (end->id != id || end->state != END_OPEN) {
        segment_free(segment, end->all);
        return;
    }
    if (packet->kind == KIND_DATA || packet->kind == KIND_FIN) {
        receive_data(end, segment);
        return;
    }
    segment_free(segment, end->all);
    if (packet->kind == KIND_PROBE) send_control(end, KIND_ACK);
}
