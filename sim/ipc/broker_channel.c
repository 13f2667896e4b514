/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a broker does for each method of a channel. */
#include "ipc/broker_parts.h"

Lane *broker_lane_new(Link *link, unsigned number)
{
    Lane *lane = g_new0(Lane, 1);
    *lane = (Lane){ .link = link, .number = number, .first = 1, .window = UINT32_MAX, .consumers = g_ptr_array_new() };
    return lane;
}

void broker_lane_send(Lane *lane, AmqpFrame *frame)
{
    frame->channel = (uint16_t)lane->number;
    broker_link_send(lane->link, frame);
}

/* What it holds goes back in place, once nobody of this channel could take it again. */
static void tear_down(Lane *lane)
{
    g_autoptr(GPtrArray) queues = g_ptr_array_new();
    if (lane->closing) return;
    broker_confirm_lane_gone(lane);
    for (guint i = 0; lane->pending && i < lane->pending->len; i++) amqp_frame_free(lane->pending->pdata[i]);
    if (lane->pending) g_ptr_array_set_size(lane->pending, 0);
    if (lane->termini) broker_session_end(lane);
    while (lane->consumers->len) {
        Consumer *consumer = lane->consumers->pdata[0];
        g_ptr_array_add(queues, consumer->queue);
        broker_consumer_end(consumer);
    }
    broker_lane_requeue_all(lane);
    for (guint i = 0; i < queues->len; i++) broker_queue_pump(queues->pdata[i]);
    ipc_cancel(lane->link->broker->ipc, &lane->ack_timer);
    lane->closing = true;
}

void broker_lane_free(Lane *lane)
{
    if (!lane) return;
    tear_down(lane);
    g_ptr_array_unref(lane->consumers);
    if (lane->pending) g_ptr_array_unref(lane->pending);
    if (lane->termini) g_ptr_array_unref(lane->termini);
    g_free(lane->ring);
    g_free(lane);
}

void broker_lane_error(Lane *lane, int code)
{
    if (lane->closing) return;
    tear_down(lane);
    AmqpFrame *notice = amqp_frame_new(lane->link->broker->amqp, FRAME_CHANNEL_CLOSE, lane->number);
    notice->code = (uint16_t)code;
    broker_lane_send(lane, notice);
}

static AmqpFrame *answer_new(const AmqpFrame *to, AmqpMethod method)
{
    AmqpFrame *answer = amqp_frame_new(to->amqp, method, to->channel);
    answer->serial = to->serial;
    return answer;
}

/* OK, or the channel closes with the code. */
static void answer(Lane *lane, const AmqpFrame *to, int code)
{
    if (code) broker_lane_error(lane, code);
    else broker_lane_send(lane, answer_new(to, FRAME_OK));
}

/* The queue, where the connection may use it; else the channel closes. */
static Queue *usable(Lane *lane, const char *name)
{
    Queue *queue = broker_queue_find(lane->link->broker, name);
    int code = !queue ? AMQP_NOT_FOUND : queue->owner && queue->owner != lane->link ? AMQP_LOCKED : 0;
    if (code) broker_lane_error(lane, code);
    return code ? NULL : queue;
}

/* ---- declaring ---- */

static void exchange_declare(Lane *lane, AmqpFrame *frame)
{
    answer(lane, frame, amqp_router_declare(lane->link->broker->router, frame->name, frame->settings));
}

static void exchange_delete(Lane *lane, AmqpFrame *frame)
{
    answer(lane, frame, amqp_router_delete(lane->link->broker->router, frame->name, frame->flags & FRAME_IF_UNUSED));
}

static void queue_declared(Lane *lane, AmqpFrame *frame)
{
    Broker *broker = lane->link->broker;
    const char *name = frame->name;
    if (!*name) {
        g_autofree char *invented = g_strdup_printf("amq.gen-%u", ++broker->invented);
        name = g_intern_string(invented);
    }
    int code = broker_queue_declare(broker, name, frame->settings, lane->link);
    if (code) {
        broker_lane_error(lane, code);
        return;
    }
    const Queue *queue = broker_queue_find(broker, name);
    AmqpFrame *ok = answer_new(frame, FRAME_OK);
    ok->name = name;
    ok->number = queue->ready;
    ok->count = queue->consumers->len;
    broker_lane_send(lane, ok);
}

static void queue_deleted(Lane *lane, AmqpFrame *frame)
{
    Queue *queue = broker_queue_find(lane->link->broker, frame->name);
    if (!queue) {                                       /* as RabbitMQ since 3.2: nothing to do */
        answer(lane, frame, 0);
        return;
    }
    if (!usable(lane, frame->name)) return;
    if (((frame->flags & FRAME_IF_UNUSED) && queue->consumers->len) || ((frame->flags & FRAME_IF_EMPTY) &&
                                                                        queue->ready)) {
        broker_lane_error(lane, AMQP_PRECONDITION);
        return;
    }
    broker_queue_delete(queue);
    answer(lane, frame, 0);
}

static void queue_purged(Lane *lane, AmqpFrame *frame)
{
    Queue *queue = usable(lane, frame->name);
    if (!queue) return;
    AmqpFrame *ok = answer_new(frame, FRAME_OK);
    ok->number = broker_queue_purge(queue);
    broker_lane_send(lane, ok);
}

static void bind(Lane *lane, AmqpFrame *frame)
{
    const AmqpBinding *binding = frame->settings;
    if (!binding->to_exchange && !usable(lane, binding->destination)) return;
    answer(lane, frame, amqp_router_bind(lane->link->broker->router, binding));
}

static void unbind(Lane *lane, AmqpFrame *frame)
{
    answer(lane, frame, amqp_router_unbind(lane->link->broker->router, frame->settings));
}

/* ---- consuming ---- */

static void qos(Lane *lane, AmqpFrame *frame)
{
    bool all = frame->flags & FRAME_GLOBAL;
    if (all) lane->prefetch_all = frame->number;
    else lane->prefetch = frame->number;
    answer(lane, frame, 0);
    if (all) broker_lane_refresh(lane);
}

static void consume(Lane *lane, AmqpFrame *frame)
{
    Queue *queue = usable(lane, frame->name);
    if (!queue) return;
    bool exclusive = frame->flags & FRAME_EXCLUSIVE;
    for (guint i = 0; i < queue->consumers->len; i++)
        exclusive = exclusive || ((Consumer *)queue->consumers->pdata[i])->exclusive;
    if (exclusive && queue->consumers->len) {
        broker_lane_error(lane, AMQP_REFUSED);
        return;
    }
    Consumer *consumer = broker_consumer_new(lane, queue, frame);
    answer(lane, frame, 0);
    broker_consumer_refresh(consumer);
    broker_queue_pump(queue);
}

static void cancel(Lane *lane, AmqpFrame *frame)
{
    for (guint i = 0; i < lane->consumers->len; i++) {
        Consumer *consumer = lane->consumers->pdata[i];
        if (consumer->number != frame->number) continue;
        Queue *queue = consumer->queue;
        broker_consumer_end(consumer);
        broker_queue_pump(queue);
        break;
    }
    answer(lane, frame, 0);
}

static void get(Lane *lane, AmqpFrame *frame)
{
    Queue *queue = usable(lane, frame->name);
    if (!queue) return;
    broker_queue_used(queue);
    Entry *entry = broker_queue_head(queue);
    AmqpFrame *got = answer_new(frame, entry ? FRAME_GET_OK : FRAME_GET_EMPTY);
    if (entry) {
        broker_queue_take(queue, entry);
        got->count = entry->count++;
        got->number = queue->ready;
        got->flags = entry->redelivered ? FRAME_REDELIVERED : 0;
        got->content = amqp_content_hold(entry->content);
        broker_tell(queue, "amqp.deliver", entry->content, NULL);
        if (frame->flags & FRAME_AUTO_ACK) {
            got->tag = broker_lane_give_away(lane);
            amqp_frame_carries(got, queue->account, queue->broker->host, false);
            broker_entry_end(entry);
        } else {
            got->tag = broker_lane_hand_out(lane, entry, NULL);
        }
    }
    broker_lane_send(lane, got);
    broker_queue_trim(queue);
}

/* ---- acknowledging ---- */

static void settle_one(Lane *lane, uint64_t tag, const AmqpFrame *frame)
{
    if (frame->method == FRAME_ACK) broker_lane_accept(lane, tag);
    else broker_lane_refuse(lane, tag, frame->flags & FRAME_REQUEUE);
}

/* Those of one queue in one go, the last first; then the next queue. */
static void settle(Lane *lane, AmqpFrame *frame)
{
    bool multiple = frame->flags & FRAME_MULTIPLE;
    uint64_t last = multiple && !frame->tag ? lane->last : frame->tag;
    if (!broker_lane_unacked(lane, last) && !(multiple && !frame->tag)) {
        broker_lane_error(lane, AMQP_PRECONDITION);
        return;
    }
    uint64_t first = multiple ? lane->first : last;
    g_autoptr(GPtrArray) queues = multiple ? g_ptr_array_new() : NULL;
    Queue *queue = NULL;
    for (uint64_t tag = last; tag >= first && tag; tag--) {
        const Unacked *unacked = broker_lane_unacked(lane, tag);
        if (!unacked) continue;
        if (multiple && queue != unacked->entry->queue) g_ptr_array_add(queues, unacked->entry->queue);
        queue = unacked->entry->queue;
        settle_one(lane, tag, frame);
    }
    if (lane->prefetch_all) broker_lane_refresh(lane);
    if (!multiple) broker_queue_pump(queue);
    for (guint i = 0; multiple && i < queues->len; i++) broker_queue_pump(queues->pdata[i]);
}

static void recover(Lane *lane, AmqpFrame *frame)
{
    answer(lane, frame, 0);
    broker_lane_requeue_all(lane);
    if (lane->prefetch_all) broker_lane_refresh(lane);
}

/* ---- modes ---- */

static void confirm_select(Lane *lane, AmqpFrame *frame)
{
    lane->confirms = lane->confirms || !lane->transacted;
    answer(lane, frame, lane->transacted ? AMQP_PRECONDITION : 0);
}

static void tx_select(Lane *lane, AmqpFrame *frame)
{
    lane->transacted = lane->transacted || !lane->confirms;
    if (lane->transacted && !lane->pending) lane->pending = g_ptr_array_new();
    answer(lane, frame, lane->confirms ? AMQP_PRECONDITION : 0);
}

static void tx_commit(Lane *lane, AmqpFrame *frame)
{
    if (lane->transacted) broker_lane_commit(lane);
    answer(lane, frame, lane->transacted ? 0 : AMQP_PRECONDITION);
}

static void tx_rollback(Lane *lane, AmqpFrame *frame)
{
    if (lane->transacted) broker_lane_rollback(lane);
    answer(lane, frame, lane->transacted ? 0 : AMQP_PRECONDITION);
}

typedef void (*Handler)(Lane *lane, AmqpFrame *frame);

static const Handler handlers[FRAME_METHODS] = {
    [FRAME_EXCHANGE_DECLARE] = exchange_declare, [FRAME_EXCHANGE_DELETE] = exchange_delete,
    [FRAME_QUEUE_DECLARE] = queue_declared, [FRAME_QUEUE_DELETE] = queue_deleted, [FRAME_QUEUE_PURGE] = queue_purged,
    [FRAME_BIND] = bind, [FRAME_UNBIND] = unbind, [FRAME_QOS] = qos, [FRAME_CONSUME] = consume, [FRAME_CANCEL] = cancel,
    [FRAME_GET] = get, [FRAME_ACK] = settle, [FRAME_NACK] = settle, [FRAME_RECOVER] = recover,
    [FRAME_CONFIRM_SELECT] = confirm_select, [FRAME_TX_SELECT] = tx_select, [FRAME_TX_COMMIT] = tx_commit,
    [FRAME_TX_ROLLBACK] = tx_rollback,
};

void broker_lane_receive(Lane *lane, AmqpFrame *frame)
{
    bool waits = lane->transacted && (frame->method == FRAME_ACK || frame->method == FRAME_NACK);
    if (lane->closing) {
        amqp_frame_drop(frame, IPC_DROP_PROTOCOL);
    } else if (frame->method == FRAME_PUBLISH) {
        broker_lane_publish(lane, frame);
    } else if (waits) {
        g_ptr_array_add(lane->pending, frame);
    } else {
        if (handlers[frame->method]) handlers[frame->method](lane, frame);
        else broker_lane_error(lane, AMQP_COMMAND_INVALID);
        amqp_frame_free(frame);
    }
}
