/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses: round trips, time-outs (RFC 6298), sending again, giving up. */
#include "ipc/stream_state.h"

#define MS ((SimTime)1000 * 1000)

enum { RETRIES = 15 };
static const SimTime RTO_MIN = 200 * MS, RTO_MAX = 120000 * MS;

SimTime retry_rto(const Connection *end)
{
    if (end->srtt < 0) return end->options.rto;
    return CLAMP(end->srtt + 4 * end->rttvar, RTO_MIN, RTO_MAX);
}

void retry_measure(Connection *end, SimTime round_trip)
{
    if (end->srtt < 0) {
        end->srtt = round_trip;
        end->rttvar = round_trip / 2;
    } else {
        end->rttvar += (ABS(end->srtt - round_trip) - end->rttvar) / 4;
        end->srtt += (round_trip - end->srtt) / 8;
    }
    end->rto = retry_rto(end);
}

void retry_at(Connection *end, SimTime due)
{
    Ipc *ipc = end->all->ipc;
    due = MAX(due, ipc_now(ipc));
    if (end->timer && end->due <= due) return;
    ipc_cancel(ipc, &end->timer);
    end->due = due;
    end->timer = ipc_after(ipc, end->here.host, due - ipc_now(ipc), retry_timer, end, 0);
}

SimTime retry_deadline(const Connection *end)
{
    SimTime due = end->base + end->rto;
    return end->options.user_timeout ? MIN(due, end->progress + end->options.user_timeout) : due;
}

void retry_lost(Connection *end, bool all)
{
    while (end->lost.first) {
        Segment *segment = segments_pop(&end->lost);
        segment->push = true;
        segment->hole = false;
        end->last_sent = ipc_now(end->all->ipc);
        end_tell(end, "stream.retransmit", end->retries);
        send_packet(end, segment->fin ? KIND_FIN : KIND_DATA, segment);
        if (!all) return;
    }
}

/* The retransmission timer, which would have run all the time, is looked at from now on. */
static void suspect(Connection *end, uint64_t seq, SimTime sent)
{
    if (!end->suspect) {
        end->suspect = true;
        end->retries = 0;
        end->rto = retry_rto(end);
        end->una = MIN(end->una, seq);
        end->base = MAX(end->base, sent);
        end->progress = MAX(end->progress, sent);
    }
    end->recover = end->sequence;
    retry_at(end, retry_deadline(end));
}

void retry_packet_lost(Streams *all, Packet *packet)
{
    Segment *segment = packet->content;
    Connection *from = end_find(all, packet->other), *to = end_find(all, packet->word);
    bool data = packet->kind == KIND_DATA || packet->kind == KIND_FIN;
    bool told = data || packet->kind == KIND_ACK || packet->kind == KIND_RST;       /* it acknowledged something */
    if (told && to && to->state == END_OPEN && to->una < to->sequence && (segment->ack > to->una || packet->kind == KIND_RST))
        suspect(to, to->una, to->last_sent);
    if (data && from && from->state == END_OPEN) {
        segments_insert(&from->lost, segment);
        suspect(from, segment->seq, segment->sent);
    } else {
        segment_free(segment, all);
    }
}

static void give_up_or_repeat(Connection *end, SimTime now)
{
    if (end->options.user_timeout ? now >= end->progress + end->options.user_timeout : end->retries >= RETRIES) {
        end_tell(end, "stream.timeout", end->retries);
        end_fail(end, IPC_ETIMEDOUT);
        return;
    }
    end->retries++;
    end->rto = MIN(end->rto * 2, RTO_MAX);
    end->base = now;
    if (end->lost.first) {
        retry_lost(end, false);
    } else {
        end_tell(end, "stream.probe", end->retries);
        send_control(end, KIND_PROBE);
    }
    retry_at(end, retry_deadline(end));
}

static void open_timer(Connection *end)
{
    SimTime now = ipc_now(end->all->ipc);
    if (end->suspect || end->blocked) {
        if (now >= retry_deadline(end)) give_up_or_repeat(end, now);
        else retry_at(end, retry_deadline(end));
        return;
    }
    send_granted(end);
    if (end->asked && end->una != end->sequence) retry_at(end, send_granted_at(end));
    else send_room_made(end);
}

void retry_timer(void *subject, uint64_t detail)
{
    Connection *end = subject;
    (void)detail;
    end->timer = 0;
    if (end->state == END_OPEN) open_timer(end);
    else connect_timer(end);
}

/* ---- keepalive ---- */

static void keepalive(void *subject, uint64_t detail)
{
    Connection *end = subject;
    SimTime now = ipc_now(end->all->ipc), idle_until = end->heard + end->options.keepalive_idle;
    (void)detail;
    end->keep_timer = 0;
    if (now < idle_until || end->suspect || end->queued.first) {
        end->probes = 0;
        end->keep_timer = ipc_after(end->all->ipc, end->here.host, now < idle_until ? idle_until - now : end->options.keepalive_idle,
                                    keepalive, end, 0);
        return;
    }
    if (end->probes >= end->options.keepalive_probes) {
        end_fail(end, IPC_ETIMEDOUT);
        return;
    }
    end->probes++;
    end_tell(end, "stream.keepalive", end->probes);
    send_control(end, KIND_PROBE);
    end->keep_timer = ipc_after(end->all->ipc, end->here.host, end->options.keepalive_interval, keepalive, end, 0);
}

void retry_keepalive(Connection *end)
{
    if (end->options.keepalive_idle)
        end->keep_timer = ipc_after(end->all->ipc, end->here.host, end->options.keepalive_idle, keepalive, end, 0);
}
