/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who takes from a queue, and what has been handed out and not yet acknowledged. */
#include "ipc/broker_parts.h"

/* ---- whose turn it is ---- */

static bool may_take(const Consumer *consumer)
{
    const Lane *lane = consumer->lane;
    if (lane->link->stalled) return false;
    if (consumer->queue->set.single_active && consumer->queue->active != consumer) return false;
    if (consumer->terminus) return broker_session_may_send(consumer);
    if (consumer->auto_ack) return true;
    return (!consumer->prefetch || consumer->unacked < consumer->prefetch) &&
           (!lane->prefetch_all || lane->pushed < lane->prefetch_all);
}

static void able_remove(Consumer *consumer)
{
    Queue *queue = consumer->queue;
    if (!consumer->able) return;
    if (consumer->previous) consumer->previous->next = consumer->next;
    else queue->able = consumer->next;
    if (consumer->next) consumer->next->previous = consumer->previous;
    else queue->able_last = consumer->previous;
    consumer->able = false;
}

/* Behind all of its own priority. */
static void able_add(Consumer *consumer)
{
    Queue *queue = consumer->queue;
    Consumer *after = queue->able_last;
    while (after && after->priority < consumer->priority) after = after->previous;
    consumer->previous = after;
    consumer->next = after ? after->next : queue->able;
    if (consumer->next) consumer->next->previous = consumer;
    else queue->able_last = consumer;
    if (after) after->next = consumer;
    else queue->able = consumer;
    consumer->able = true;
}

void broker_consumer_refresh(Consumer *consumer)
{
    bool may = may_take(consumer);
    if (may == consumer->able) return;
    if (may) able_add(consumer);
    else able_remove(consumer);
}

static void lane_refresh_only(Lane *lane)
{
    for (guint i = 0; i < lane->consumers->len; i++) broker_consumer_refresh(lane->consumers->pdata[i]);
}

void broker_lane_refresh(Lane *lane)
{
    lane_refresh_only(lane);
    for (guint i = 0; i < lane->consumers->len; i++) broker_queue_pump(((Consumer *)lane->consumers->pdata[i])->queue);
}

void broker_link_refresh(Link *link)
{
    for (guint i = 0; i < link->lanes->len; i++)
        if (link->lanes->pdata[i]) broker_lane_refresh(link->lanes->pdata[i]);
}

/* ---- handing out ---- */

static void ring_grow(Lane *lane)
{
    uint32_t room = lane->room ? lane->room * 2 : 16;
    Unacked *ring = g_new0(Unacked, room);
    for (uint64_t tag = lane->first; tag <= lane->last; tag++)
        ring[tag & (room - 1)] = lane->ring[tag & (lane->room - 1)];
    g_free(lane->ring);
    lane->ring = ring;
    lane->room = room;
}

static void ack_overdue(void *subject, uint64_t detail)
{
    Lane *lane = subject;
    (void)detail;
    lane->ack_timer = 0;
    SimTime limit = lane->link->broker->set.ack_timeout, now = broker_now(lane->link->broker);
    if (lane->first > lane->last) return;
    SimTime left = lane->ring[lane->first & (lane->room - 1)].since + limit - now;
    if (left > 0) lane->ack_timer = ipc_after(lane->link->broker->ipc, lane->link->broker->host, left, ack_overdue,
                                              lane, 0);
    else broker_lane_error(lane, AMQP_PRECONDITION);
    broker_settle(lane->link->broker);
}

/* The next tag, with a place of its own. */
static uint64_t tag_new(Lane *lane)
{
    if (lane->last - lane->first + 1 == lane->room) ring_grow(lane);
    lane->ring[++lane->last & (lane->room - 1)] = (Unacked){ 0 };
    return lane->last;
}

uint64_t broker_lane_hand_out(Lane *lane, Entry *entry, Consumer *consumer)
{
    Broker *broker = lane->link->broker;
    uint64_t tag = tag_new(lane);
    lane->ring[tag & (lane->room - 1)] = (Unacked){ .entry = entry, .consumer = consumer, .since = broker_now(broker),
                                                    .terminus = consumer ? consumer->terminus : NULL,
                                                        .pushed = consumer != NULL };
    entry->queue->unacked++;
    if (consumer) {
        consumer->unacked++;
        lane->pushed++;
    }
    if (broker->set.ack_timeout && !lane->ack_timer)
        lane->ack_timer = ipc_after(broker->ipc, broker->host, broker->set.ack_timeout, ack_overdue, lane, 0);
    return tag;
}

/* Nobody will acknowledge this one: without a place, but among others that somebody will. */
uint64_t broker_lane_give_away(Lane *lane)
{
    if (lane->first <= lane->last) return tag_new(lane);
    lane->first = ++lane->last + 1;
    return lane->last;
}

static void deliver(Consumer *consumer, Entry *entry)
{
    Lane *lane = consumer->lane;
    AmqpFrame *frame = amqp_frame_new(lane->link->broker->amqp, FRAME_DELIVER, lane->number);
    frame->number = consumer->number;
    frame->count = entry->count++;
    frame->flags = entry->redelivered ? FRAME_REDELIVERED : 0;
    frame->content = amqp_content_hold(entry->content);
    if (consumer->auto_ack) {
        frame->tag = broker_lane_give_away(lane);
        amqp_frame_carries(frame, entry->queue->account, lane->link->broker->host, false);
        broker_entry_end(entry);
    } else {
        frame->tag = broker_lane_hand_out(lane, entry, consumer);
    }
    broker_lane_send(lane, frame);
}

/* The next turn is the next one's. */
static void turn(Consumer *consumer)
{
    Lane *lane = consumer->lane;
    able_remove(consumer);
    if (may_take(consumer)) able_add(consumer);
    if (lane->prefetch_all && lane->pushed >= lane->prefetch_all) lane_refresh_only(lane);
    if (lane->link->stalled)
        for (guint i = 0; i < lane->link->lanes->len; i++)
            if (lane->link->lanes->pdata[i]) lane_refresh_only(lane->link->lanes->pdata[i]);
}

/* The first message that somebody who can take one may have. */
static bool pair_up(Queue *queue, Entry **entry, Consumer **consumer)
{
    for (unsigned i = queue->set.max_priority + 1; i-- > 0;)
        for (Entry *e = queue->levels[i].first; e; e = e->next)
            for (Consumer *c = queue->able; c; c = c->next) {
                if (e->shuns == c->id || (e->expires >= 0 && e->expires < broker_now(queue->broker))) continue;
                *entry = e;
                *consumer = c;
                return true;
            }
    return false;
}

void broker_queue_pump(Queue *queue)
{
    if (!queue->broker->up || queue->deleted) return;
    while (queue->able && queue->ready) {
        Entry *entry = broker_queue_head(queue);
        Consumer *consumer = queue->able;
        if (!entry || (entry->shuns && !pair_up(queue, &entry, &consumer))) break;
        broker_tell(queue, "amqp.deliver", entry->content, NULL);
        broker_queue_take(queue, entry);
        if (consumer->terminus) broker_session_deliver(consumer, entry);
        else deliver(consumer, entry);
        turn(consumer);
    }
    broker_queue_trim(queue);
    if (queue->watchers) broker_session_watch(queue);
}

/* ---- acknowledging ---- */

Unacked *broker_lane_unacked(Lane *lane, uint64_t tag)
{
    if (tag < lane->first || tag > lane->last) return NULL;
    Unacked *unacked = &lane->ring[tag & (lane->room - 1)];
    return unacked->entry ? unacked : NULL;
}

Entry *broker_lane_settle(Lane *lane, uint64_t tag)
{
    Unacked *unacked = broker_lane_unacked(lane, tag);
    Entry *entry = unacked->entry;
    Consumer *consumer = unacked->consumer;
    if (unacked->pushed) lane->pushed--;
    if (consumer) consumer->unacked--;
    entry->queue->unacked--;
    *unacked = (Unacked){ 0 };
    while (lane->first <= lane->last && !lane->ring[lane->first & (lane->room - 1)].entry) lane->first++;
    if (consumer) broker_consumer_refresh(consumer);
    return entry;
}

void broker_lane_accept(Lane *lane, uint64_t tag)
{
    Entry *entry = broker_lane_settle(lane, tag);
    entry->queue->account->delivered++;
    broker_tell(entry->queue, "amqp.ack", entry->content, NULL);
    broker_entry_end(entry);
}

void broker_lane_refuse(Lane *lane, uint64_t tag, bool requeue)
{
    Entry *entry = broker_lane_settle(lane, tag);
    if (requeue) broker_queue_put_back(entry->queue, entry);
    else broker_entry_dies(entry, AMQP_REJECTED);
}

/* The last first, so that each is put before the one put back just now. */
void broker_lane_requeue_all(Lane *lane)
{
    g_autoptr(GPtrArray) queues = g_ptr_array_new();
    for (uint64_t tag = lane->last; tag >= lane->first && tag > 0; tag--) {
        if (!broker_lane_unacked(lane, tag)) continue;
        Queue *queue = lane->ring[tag & (lane->room - 1)].entry->queue;
        broker_lane_refuse(lane, tag, true);
        if (!queues->len || queues->pdata[queues->len - 1] != queue) g_ptr_array_add(queues, queue);
    }
    for (guint i = 0; i < queues->len; i++) broker_queue_pump(queues->pdata[i]);
}

/* ---- consumers come and go ---- */

Consumer *broker_consumer_new(Lane *lane, Queue *queue, const AmqpFrame *wish)
{
    Consumer *consumer = g_new0(Consumer, 1);
    *consumer = (Consumer){ .queue = queue, .lane = lane, .number = wish->number, .prefetch = lane->prefetch,
                            .priority = (int)(int32_t)wish->count, .id = ++queue->broker->consumers,
                                .auto_ack = wish->flags & FRAME_AUTO_ACK,
                            .exclusive = wish->flags & FRAME_EXCLUSIVE };
    g_ptr_array_add(lane->consumers, consumer);
    g_ptr_array_add(queue->consumers, consumer);
    if (!queue->active) queue->active = consumer;
    return consumer;
}

void broker_consumer_end(Consumer *consumer)
{
    Queue *queue = consumer->queue;
    Lane *lane = consumer->lane;
    able_remove(consumer);
    for (uint64_t tag = lane->first; tag <= lane->last; tag++)
        if (lane->ring[tag & (lane->room - 1)].consumer == consumer) lane->ring[tag & (lane->room - 1)].consumer = NULL;
    g_ptr_array_remove(queue->consumers, consumer);
    if (queue->active == consumer) {
        queue->active = queue->consumers->len ? queue->consumers->pdata[0] : NULL;
        if (queue->active) broker_consumer_refresh(queue->active);
    }
    g_ptr_array_remove(lane->consumers, consumer);
    g_free(consumer);
    if (queue->deleted || queue->consumers->len) return;
    broker_queue_used(queue);
    if (queue->set.auto_delete && queue->broker->up) broker_queue_delete(queue);
}
