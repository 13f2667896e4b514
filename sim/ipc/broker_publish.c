/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes in: routing, returns, confirms, transactions. */
#include "ipc/broker_parts.h"

int broker_route(Broker *broker, AmqpContent *content, Confirm *confirm)
{
    AmqpTarget to = { .exchange = content->exchange, .key = content->key };
    unsigned count;
    RouteEnd *const *queues = amqp_router_route(broker->router, &to, content->message, &count);
    if (!queues) return -1;
    for (unsigned i = 0; i < count; i++)
        if (!broker_queue_put((Queue *)queues[i], content, confirm) && confirm) confirm->refused = true;
    return (int)count;
}

static void give_back(Lane *lane, AmqpFrame *frame)
{
    AmqpFrame *answer = amqp_frame_new(frame->amqp, FRAME_RETURN, lane->number);
    answer->code = AMQP_NO_ROUTE;
    answer->content = amqp_content_hold(frame->content);
    frame->account->returned++;
    broker_lane_send(lane, answer);
}

static void unroutable(Lane *lane, AmqpFrame *frame)
{
    bool returned = frame->flags & FRAME_MANDATORY;
    ipc_tell(frame->amqp->ipc, &(IpcEvent){ .event = returned ? "amqp.return" : "amqp.drop",
                                            .node = lane->link->broker->host,
                                            .object = frame->account->object, .message = frame->content->message->id,
                                            .reason = ipc_drop_names[IPC_DROP_UNROUTABLE] });
    frame->account->entered++;
    if (returned) give_back(lane, frame);
    else frame->account->dropped[IPC_DROP_UNROUTABLE]++;
}

/* Takes over the frame. */
static void take(Lane *lane, AmqpFrame *frame)
{
    Broker *broker = lane->link->broker;
    AmqpContent *content = frame->content;
    Confirm *confirm = lane->confirms ? broker_confirm_new(lane) : NULL;
    int count = broker_route(broker, content, confirm);
    ipc_tell(broker->ipc, &(IpcEvent){ .event = "amqp.route", .node = broker->host, .object = frame->account->object,
                                       .message = content->message->id, .number = count > 0 ? (uint64_t)count : 0 });
    if (count <= 0) unroutable(lane, frame);            /* else each queue it reached has an instance of its own */
    if (confirm) broker_confirm_part(confirm);
    amqp_frame_settled(frame);
    amqp_frame_free(frame);
}

void broker_lane_publish(Lane *lane, AmqpFrame *frame)
{
    Broker *broker = lane->link->broker;
    const char *exchange = frame->content->exchange;
    bool there = amqp_router_has(broker->router, exchange), internal = amqp_router_is_internal(broker->router,
        exchange);
    lane->link->publishes = true;
    if (!there || internal) {
        amqp_frame_drop(frame, IPC_DROP_PROTOCOL);
        broker_lane_error(lane, there ? AMQP_REFUSED : AMQP_NOT_FOUND);
    } else if (lane->transacted) {
        g_ptr_array_add(lane->pending, frame);
    } else {
        take(lane, frame);
    }
}

void broker_lane_rollback(Lane *lane)
{
    for (guint i = 0; i < lane->pending->len; i++) {
        AmqpFrame *frame = lane->pending->pdata[i];
        if (frame->account) {
            frame->account->entered++;
            frame->account->returned++;
        }
        amqp_frame_settled(frame);
        amqp_frame_free(frame);
    }
    g_ptr_array_set_size(lane->pending, 0);
}

/* Publications and acknowledgements, in the order in which they came. */
void broker_lane_commit(Lane *lane)
{
    g_autoptr(GPtrArray) pending = lane->pending;
    lane->pending = g_ptr_array_new();
    lane->transacted = false;
    for (guint i = 0; i < pending->len; i++) {
        AmqpFrame *frame = pending->pdata[i];
        if (lane->closing) amqp_frame_drop(frame, IPC_DROP_PROTOCOL);
        else if (frame->method == FRAME_PUBLISH) take(lane, frame);
        else broker_lane_receive(lane, frame);
    }
    lane->transacted = true;
}
