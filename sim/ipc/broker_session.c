/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions of AMQP 1.0: transfers, credit, windows, dispositions. */
#include "ipc/broker_parts.h"

static Terminus *terminus_at(const Lane *lane, uint32_t handle)
{
    return handle < lane->termini->len ? lane->termini->pdata[handle] : NULL;
}

/* ---- from the broker ---- */

bool broker_session_may_send(const Consumer *consumer)
{
    return consumer->terminus->credit > 0 && consumer->lane->window > 0;
}

void broker_session_deliver(Consumer *consumer, Entry *entry)
{
    Terminus *terminus = consumer->terminus;
    broker_terminus_hand_out(terminus, entry, ++terminus->next_delivery, false);
    GPtrArray *others = consumer->lane->consumers;
    for (guint i = 0; !consumer->lane->window && i < others->len; i++)
        if (others->pdata[i] != consumer) broker_consumer_refresh(others->pdata[i]);
}

/* Uses up the credit that no message is there for, and says so. */
static void check_drain(Terminus *terminus)
{
    if (!terminus->drains || (terminus->credit && terminus->queue->ready)) return;
    AmqpFrame *frame = amqp_frame_new(terminus->lane->link->broker->amqp, FRAME_LINK_FLOW, 0);
    frame->number = terminus->handle;
    frame->flags = FRAME_DRAIN;
    terminus->credit = 0;
    terminus->drains = false;
    broker_terminus_watched(terminus, false);
    if (terminus->consumer) broker_consumer_refresh(terminus->consumer);
    broker_lane_send(terminus->lane, frame);
}

void broker_session_watch(Queue *queue)
{
    Broker *broker = queue->broker;
    for (guint l = 0; l < broker->links->len; l++) {
        const Link *link = broker->links->pdata[l];
        for (guint n = 0; n < link->lanes->len; n++) {
            const Lane *lane = link->lanes->pdata[n];
            if (!lane || !lane->termini || lane->closing) continue;
            for (guint t = 0; t < lane->termini->len; t++) {
                Terminus *terminus = lane->termini->pdata[t];
                if (!terminus || terminus->queue != queue) continue;
                if (terminus->set.browses) broker_terminus_browse(terminus);
                check_drain(terminus);
            }
        }
    }
}

static void flow(Lane *lane, const AmqpFrame *frame)
{
    if (frame->flags & FRAME_WINDOW) {
        lane->window = frame->count;
        broker_lane_refresh(lane);
        return;
    }
    Terminus *terminus = terminus_at(lane, frame->number);
    if (!terminus || !terminus->queue || terminus->set.sends) return;
    terminus->credit += frame->count;
    if ((frame->flags & FRAME_DRAIN) && !terminus->drains) {
        terminus->drains = true;
        broker_terminus_watched(terminus, true);
    }
    if (terminus->consumer) broker_consumer_refresh(terminus->consumer);
    broker_queue_pump(terminus->queue);
}

/* ---- to the broker ---- */

static void answer_transfer(const Terminus *terminus, const Seen *seen, bool settled)
{
    AmqpFrame *frame = amqp_frame_new(terminus->lane->link->broker->amqp, FRAME_LINK_DISPOSITION, 0);
    frame->number = terminus->handle;
    frame->delivery = seen->delivery;
    frame->code = (uint16_t)seen->outcome;
    frame->flags = settled ? FRAME_SETTLED : 0;
    broker_lane_send(terminus->lane, frame);
}

static void forget_seen(Terminus *terminus, Seen *seen)
{
    g_array_remove_index(terminus->seen, (guint)(seen - (Seen *)(void *)terminus->seen->data));
}

/* One that settles first forgets as it answers, heard or not; one that settles second
 * keeps what it has seen until the sender has settled. */
void broker_session_confirmed(Confirm *confirm)
{
    Terminus *terminus = confirm->terminus;
    Seen *seen = terminus ? broker_terminus_seen(terminus, confirm->delivery) : NULL;
    if (!seen) return;
    bool settles = terminus->set.settle != SETTLE_SECOND;
    seen->confirm = NULL;
    if (seen->outcome == OUTCOME_NONE) seen->outcome = confirm->refused ? OUTCOME_REJECTED : OUTCOME_ACCEPTED;
    if (terminus->lane) answer_transfer(terminus, seen, settles);
    if (settles) forget_seen(terminus, seen);
}

static void routed(Terminus *terminus, AmqpFrame *frame, int count)
{
    const Broker *broker = terminus->broker;
    Seen *seen = broker_terminus_seen(terminus, frame->delivery);
    const char *event = count > 0 ? "amqp.route" : seen ? "amqp.return" : "amqp.drop";
    ipc_tell(broker->ipc, &(IpcEvent){ .event = event, .node = broker->host, .object = terminus->account->object,
                                       .message = frame->content->message->id, .number = count > 0 ? (uint64_t)count
                                           : 0,
                                       .reason = count > 0 ? NULL : ipc_drop_names[IPC_DROP_UNROUTABLE] });
    if (count > 0) return;
    terminus->account->entered++;
    if (seen) {
        seen->outcome = OUTCOME_RELEASED;
        terminus->account->returned++;
    } else {
        terminus->account->dropped[IPC_DROP_UNROUTABLE]++;
    }
}

static void transfer(Lane *lane, AmqpFrame *frame)
{
    Terminus *terminus = terminus_at(lane, frame->number);
    if (!terminus || !terminus->set.sends) {
        amqp_frame_drop(frame, IPC_DROP_PROTOCOL);
        return;
    }
    Confirm *confirm = NULL;
    frame->content->exchange = terminus->exchange;
    frame->content->key = terminus->key;
    if (!(frame->flags & FRAME_SETTLED)) {
        confirm = broker_confirm_new(lane);
        confirm->transfer = true;
        confirm->terminus = terminus;
        confirm->delivery = frame->delivery;
        Seen seen = { frame->delivery, OUTCOME_NONE, confirm };
        g_array_append_val(terminus->seen, seen);
    }
    int count = broker_route(lane->link->broker, frame->content, confirm);
    routed(terminus, frame, count);
    if (confirm) broker_confirm_part(confirm);
    amqp_frame_settled(frame);
    amqp_frame_free(frame);
    terminus->credit--;
    broker_terminus_grant(terminus);
}

/* ---- dispositions ---- */

void broker_session_apply(Lane *lane, uint64_t tag, AmqpOutcome outcome, unsigned flags)
{
    const Unacked *unacked = broker_lane_unacked(lane, tag);
    Entry *entry = unacked->entry;
    Queue *queue = entry->queue;
    uint32_t here = unacked->consumer ? unacked->consumer->id : 0;
    switch (outcome) {
    case OUTCOME_ACCEPTED: broker_lane_accept(lane, tag); break;
    case OUTCOME_REJECTED: broker_lane_refuse(lane, tag, false); break;
    case OUTCOME_MODIFIED:
        entry->failures += (flags & FRAME_FAILED) != 0;
        if (flags & FRAME_NOT_HERE) entry->shuns = here;
        broker_lane_refuse(lane, tag, true);
        break;
    default: broker_lane_refuse(lane, tag, true);
    }
    broker_queue_pump(queue);
}

static void disposition(Lane *lane, const AmqpFrame *frame)
{
    Terminus *terminus = terminus_at(lane, frame->number);
    if (!terminus) return;
    if (terminus->set.sends) {                          /* the client that sent it has settled */
        Seen *seen = broker_terminus_seen(terminus, frame->delivery);
        if (seen && !seen->confirm) forget_seen(terminus, seen);
        return;
    }
    if (!broker_lane_unacked(lane, frame->tag)) return;
    broker_session_apply(lane, frame->tag, (AmqpOutcome)frame->code, frame->flags);
    if (frame->flags & FRAME_SETTLED) return;
    Seen settled = { frame->delivery, (AmqpOutcome)frame->code, NULL };
    answer_transfer(terminus, &settled, true);
}

static void detach(Lane *lane, const AmqpFrame *frame)
{
    Terminus *terminus = terminus_at(lane, frame->number);
    if (terminus) broker_terminus_detach(terminus, frame->flags & FRAME_CLOSED);
    AmqpFrame *answer = amqp_frame_new(frame->amqp, FRAME_OK, lane->number);
    answer->serial = frame->serial;
    broker_lane_send(lane, answer);
}

void broker_session_receive(Lane *lane, AmqpFrame *frame)
{
    if (lane->closing) {
        amqp_frame_drop(frame, IPC_DROP_PROTOCOL);
        return;
    }
    switch (frame->method) {
    case FRAME_LINK_ATTACH: broker_terminus_attach(lane, frame); break;
    case FRAME_LINK_FLOW: flow(lane, frame); break;
    case FRAME_LINK_TRANSFER: transfer(lane, frame); return;
    case FRAME_LINK_DISPOSITION: disposition(lane, frame); break;
    case FRAME_LINK_DETACH: detach(lane, frame); break;
    default: broker_lane_error(lane, AMQP_COMMAND_INVALID); break;
    }
    amqp_frame_free(frame);
}

/* ---- ends ---- */

void broker_session_end(Lane *lane)
{
    for (guint i = 0; i < lane->termini->len; i++)
        if (lane->termini->pdata[i]) broker_terminus_suspend(lane->termini->pdata[i]);
    g_ptr_array_set_size(lane->termini, 0);
}

void broker_session_queue_gone(Consumer *consumer)
{
    Terminus *terminus = consumer->terminus;
    AmqpFrame *notice = amqp_frame_new(consumer->lane->link->broker->amqp, FRAME_LINK_DETACH, 0);
    notice->number = terminus->handle;
    notice->code = AMQP_NOT_FOUND;
    broker_lane_send(consumer->lane, notice);
    terminus->consumer = NULL;
}

void broker_session_forget(Broker *broker)
{
    while (broker->suspended->len) broker_terminus_free(broker->suspended->pdata[0]);
}

void broker_session_count(Broker *broker)
{
    for (guint i = 0; i < broker->suspended->len; i++) {
        const Terminus *terminus = broker->suspended->pdata[i];
        for (guint h = 0; h < terminus->held->len; h++)
            g_array_index(terminus->held, Held, h).entry->queue->account->in_flight++;
    }
}
