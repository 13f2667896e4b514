/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's declarations and consumers. */
#include <string.h>

#include "ipc/amqp_parts.h"

static AmqpFrame *request(AmqpChannel *channel, AmqpMethod method, const char *name)
{
    AmqpFrame *frame = amqp_frame_new(channel->connection->amqp, method, channel->number);
    frame->name = g_intern_string(name);
    return frame;
}

/* ---- declaring ---- */

int amqp_exchange_declare(AmqpChannel *channel, const char *name, const AmqpExchange *settings)
{
    AmqpFrame *frame = request(channel, FRAME_EXCHANGE_DECLARE, name);
    if (settings) {
        AmqpExchange *copy = frame->settings = g_memdup2(settings, sizeof *settings);
        copy->alternate = g_intern_string(settings->alternate);
    }
    return amqp_channel_ask(channel, frame, NULL);
}

int amqp_exchange_delete(AmqpChannel *channel, const char *name, bool if_unused)
{
    AmqpFrame *frame = request(channel, FRAME_EXCHANGE_DELETE, name);
    frame->flags = if_unused ? FRAME_IF_UNUSED : 0;
    return amqp_channel_ask(channel, frame, NULL);
}

int amqp_queue_declare(AmqpChannel *channel, const char *name, const AmqpQueueSettings *settings, AmqpQueueState *state)
{
    AmqpFrame *frame = request(channel, FRAME_QUEUE_DECLARE, name), *answer;
    if (settings) {
        AmqpQueueSettings *copy = frame->settings = g_memdup2(settings, sizeof *settings);
        copy->dead_exchange = g_intern_string(settings->dead_exchange);
        copy->dead_key = g_intern_string(settings->dead_key);
    }
    int error = amqp_channel_ask(channel, frame, &answer);
    if (error) return error;
    channel->queue_name = answer->name;
    if (state) *state = (AmqpQueueState){ .ready = answer->number, .consumers = answer->count };
    amqp_frame_free(answer);
    return 0;
}

const char *amqp_queue_name(const AmqpChannel *channel) { return channel->queue_name; }

int amqp_queue_delete(AmqpChannel *channel, const char *name, bool if_unused, bool if_empty)
{
    AmqpFrame *frame = request(channel, FRAME_QUEUE_DELETE, name);
    frame->flags = (uint16_t)((if_unused ? FRAME_IF_UNUSED : 0) | (if_empty ? FRAME_IF_EMPTY : 0));
    return amqp_channel_ask(channel, frame, NULL);
}

int amqp_queue_purge(AmqpChannel *channel, const char *name)
{
    AmqpFrame *answer;
    int error = amqp_channel_ask(channel, request(channel, FRAME_QUEUE_PURGE, name), &answer);
    if (error) return error;
    int count = (int)answer->number;
    amqp_frame_free(answer);
    return count;
}

static int ask_binding(AmqpChannel *channel, AmqpMethod method, const AmqpBinding *binding)
{
    AmqpFrame *frame = request(channel, method, binding->source);
    frame->settings = amqp_binding_copy(binding);
    return amqp_channel_ask(channel, frame, NULL);
}

int amqp_bind(AmqpChannel *channel, const AmqpBinding *binding) { return ask_binding(channel, FRAME_BIND, binding); }
int amqp_unbind(AmqpChannel *channel, const AmqpBinding *binding) { return ask_binding(channel, FRAME_UNBIND,
    binding); }

/* ---- deliveries ---- */

void amqp_delivery_from(AmqpChannel *channel, AmqpFrame *frame, AmqpDelivery *delivery)
{
    AmqpContent *content = frame->content;
    if (frame->account) frame->account->delivered++;    /* nobody acknowledges it: it has reached its application */
    amqp_frame_settled(frame);
    *delivery = (AmqpDelivery){
        .channel = channel, .tag = frame->tag, .consumer = frame->method == FRAME_DELIVER ? frame->number : 0,
        .count = frame->count, .left = frame->method == FRAME_GET_OK ? frame->number : 0,
        .redelivered = frame->flags & FRAME_REDELIVERED, .exchange = content->exchange, .key = content->key,
            .ttl = content->ttl,
        .message = content->message, .deaths = content->deaths, .death_count = content->death_count, .content = content,
    };
    frame->content = NULL;
    amqp_frame_free(frame);
}

void amqp_delivery_clear(AmqpDelivery *delivery)
{
    amqp_content_drop(delivery->content);
    *delivery = (AmqpDelivery){ 0 };
}

static Taker *taker_of(AmqpChannel *channel, uint32_t number)
{
    if (!number || number > channel->takers->len) return NULL;
    Taker *taker = &g_array_index(channel->takers, Taker, number - 1);
    return taker->number ? taker : NULL;
}

static void into_inbox(AmqpChannel *channel, AmqpFrame *frame)
{
    if (channel->inbox_count == channel->inbox_room) {
        uint32_t room = channel->inbox_room ? channel->inbox_room * 2 : 16;
        AmqpFrame **inbox = g_new(AmqpFrame *, room);
        for (uint32_t i = 0; i < channel->inbox_count; i++)
            inbox[i] = channel->inbox[(channel->inbox_first + i) & (channel->inbox_room - 1)];
        g_free(channel->inbox);
        channel->inbox = inbox;
        channel->inbox_room = room;
        channel->inbox_first = 0;
    }
    channel->inbox[(channel->inbox_first + channel->inbox_count++) & (channel->inbox_room - 1)] = frame;
    wait_list_wake_all(&channel->waiting);
}

void amqp_channel_delivered(AmqpChannel *channel, AmqpFrame *frame)
{
    const Taker *taker = taker_of(channel, frame->number);
    if (!taker || !taker->deliver) {
        into_inbox(channel, frame);
        return;
    }
    Taker known = *taker;
    AmqpDelivery delivery;
    amqp_delivery_from(channel, frame, &delivery);
    known.deliver(known.user, &delivery);
}

void amqp_channel_cancelled(AmqpChannel *channel, uint32_t number)
{
    Taker *taker = taker_of(channel, number);
    if (!taker) return;
    Taker known = *taker;
    taker->number = 0;
    if (known.cancelled) known.cancelled(known.user, number);
}

int amqp_qos(AmqpChannel *channel, uint32_t prefetch, bool global)
{
    AmqpFrame *frame = request(channel, FRAME_QOS, NULL);
    frame->number = prefetch;
    frame->flags = global ? FRAME_GLOBAL : 0;
    return amqp_channel_ask(channel, frame, NULL);
}

int amqp_consume(AmqpChannel *channel, const AmqpConsume *settings)
{
    AmqpFrame *frame = request(channel, FRAME_CONSUME, settings->queue);
    Taker taker = { channel->takers->len + 1, settings->deliver, settings->cancelled, settings->user };
    frame->number = taker.number;
    frame->count = (uint32_t)settings->priority;
    frame->flags = (uint16_t)((settings->auto_ack ? FRAME_AUTO_ACK : 0) | (settings->exclusive ? FRAME_EXCLUSIVE : 0));
    g_array_append_val(channel->takers, taker);         /* deliveries may come with the answer */
    int error = amqp_channel_ask(channel, frame, NULL);
    if (error) g_array_index(channel->takers, Taker, taker.number - 1).number = 0;
    return error ? error : (int)taker.number;
}

int amqp_cancel(AmqpChannel *channel, uint32_t consumer)
{
    AmqpFrame *frame = request(channel, FRAME_CANCEL, NULL);
    frame->number = consumer;
    int error = amqp_channel_ask(channel, frame, NULL);
    Taker *taker = taker_of(channel, consumer);
    if (!error && taker) taker->number = 0;
    return error;
}

int amqp_get(AmqpChannel *channel, const char *queue, bool auto_ack, AmqpDelivery *delivery)
{
    AmqpFrame *frame = request(channel, FRAME_GET, queue), *answer;
    frame->flags = auto_ack ? FRAME_AUTO_ACK : 0;
    int error = amqp_channel_ask(channel, frame, &answer);
    if (error) return error;
    if (answer->method == FRAME_GET_OK) {
        amqp_delivery_from(channel, answer, delivery);
        return 1;
    }
    amqp_frame_free(answer);
    return 0;
}

int amqp_next(AmqpChannel *channel, AmqpDelivery *delivery, SimTime until)
{
    AmqpConnection *connection = channel->connection;
    while (!channel->inbox_count) {
        if (!channel->open) return amqp_channel_error(channel);
        if (!until) return -IPC_EAGAIN;
        if (!amqp_connection_may_wait(connection)) return -IPC_EDEADLK;
        if (!process_wait(connection->process, &channel->waiting, until) && !channel->inbox_count) return -IPC_EAGAIN;
    }
    AmqpFrame *frame = channel->inbox[channel->inbox_first];
    channel->inbox_first = (channel->inbox_first + 1) & (channel->inbox_room - 1);
    channel->inbox_count--;
    amqp_delivery_from(channel, frame, delivery);
    return 1;
}

unsigned amqp_waiting(const AmqpChannel *channel) { return channel->inbox_count; }

/* ---- acknowledging ---- */

static int settle(AmqpChannel *channel, AmqpMethod method, uint64_t tag, unsigned flags)
{
    if (!channel->open) return -IPC_EPIPE;
    AmqpFrame *frame = amqp_frame_new(channel->connection->amqp, method, channel->number);
    frame->tag = tag;
    frame->flags = (uint16_t)flags;
    amqp_connection_post(channel->connection, frame);
    return 0;
}

int amqp_ack(AmqpChannel *channel, uint64_t tag, bool multiple)
{
    return settle(channel, FRAME_ACK, tag, multiple ? FRAME_MULTIPLE : 0);
}

int amqp_nack(AmqpChannel *channel, uint64_t tag, bool multiple, bool requeue)
{
    return settle(channel, FRAME_NACK, tag, (multiple ? FRAME_MULTIPLE : 0) | (requeue ? FRAME_REQUEUE : 0));
}

int amqp_reject(AmqpChannel *channel, uint64_t tag, bool requeue) { return amqp_nack(channel, tag, false, requeue); }
