/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A consumer's handle at a queue. */
#include "ipc/amqp_site_parts.h"

typedef struct {
    Resource resource;
    SiteQueue *queue;
    InletOptions options;
    AmqpConnection *connection; /* NULL: none now */
    AmqpChannel *channel;
} Consumer;

static void end(Resource *resource, ProcessEnd why)
{
    Consumer *consumer = (Consumer *)((char *)resource - offsetof(Consumer, resource));
    (void)why;
    g_ptr_array_remove(consumer->queue->site->consumers, consumer);
}

static void *consumer_open(void *object, Process *thread, const InletOptions *options)
{
    Consumer *consumer = g_new0(Consumer, 1);
    *consumer = (Consumer){ .resource.end = end, .queue = object, .options = *options };
    process_owns(thread, &consumer->resource);
    g_ptr_array_add(consumer->queue->site->consumers, consumer);
    return consumer;
}

static bool is_pushed(const Consumer *consumer)
{
    return consumer->options.mode == TAKE_PUSH || consumer->options.mode == TAKE_NOTIFY;
}

static int set_up(Consumer *consumer)
{
    const InletOptions *options = &consumer->options;
    int error = amqp_channel_open(consumer->connection, &consumer->channel);
    if (!error) error = amqp_site_redeclare_queue(consumer->queue, consumer->channel);
    if (!error && options->ack == TAKE_ACK_UOW) error = amqp_tx_select(consumer->channel);
    if (!error && options->prefetch) error = amqp_qos(consumer->channel, options->prefetch, false);
    if (error || !is_pushed(consumer)) return error;
    AmqpConsume consume = { .queue = consumer->queue->name, .auto_ack = options->ack == TAKE_ACK_AUTO,
                            .priority = options->priority };
    return MIN(0, amqp_consume(consumer->channel, &consume));
}

static void hang_up(Consumer *consumer)
{
    if (consumer->connection) amqp_close(consumer->connection);
    consumer->connection = NULL;
    consumer->channel = NULL;
}

static int connect(Consumer *consumer, Process *self)
{
    const AmqpSite *site = consumer->queue->site;
    hang_up(consumer);
    int error = amqp_connect(self, broker_address(site->broker), &site->client, &consumer->connection);
    if (!error) error = set_up(consumer);
    if (error) hang_up(consumer);
    return error;
}

static int fetch(Consumer *consumer, Process *self, AmqpDelivery *delivery)
{
    if (is_pushed(consumer)) return amqp_next(consumer->channel, delivery, -1);
    for (;;) {
        int got = amqp_get(consumer->channel, consumer->queue->name, consumer->options.ack == TAKE_ACK_AUTO, delivery);
        if (got) return got;
        process_sleep(self, consumer->options.poll);
    }
}

static int consumer_take(void *handle, Taken *taken)
{
    Consumer *consumer = handle;
    Process *self = consumer->resource.process;
    AmqpDelivery delivery;
    bool automatic = consumer->options.ack == TAKE_ACK_AUTO;        /* those are its own, connection or none */
    bool open = consumer->channel && (amqp_channel_is_open(consumer->channel) ||
                                      (automatic && amqp_waiting(consumer->channel)));
    int error = open ? 0 : connect(consumer, self);
    if (!error) error = MIN(0, fetch(consumer, self, &delivery));
    if (error) return error;
    *taken = (Taken){ ipc_message_hold(delivery.message), delivery.tag, delivery.redelivered };
    amqp_delivery_clear(&delivery);
    return 0;
}

static int consumer_settle(void *handle, const Taken *taken, bool done, bool requeue)
{
    const Consumer *consumer = handle;
    if (consumer->options.ack == TAKE_ACK_AUTO) return 0;
    int error = done ? amqp_ack(consumer->channel, taken->tag, false) : amqp_reject(consumer->channel, taken->tag,
        requeue);
    return error || consumer->options.ack != TAKE_ACK_UOW ? error : amqp_tx_commit(consumer->channel);
}

static void consumer_close(void *handle)
{
    Consumer *consumer = handle;
    hang_up(consumer);
    process_disowns(&consumer->resource);
    end(&consumer->resource, PROCESS_EXITED);
}

const Inlet amqp_consumer_inlet = { .open = consumer_open, .take = consumer_take, .settle = consumer_settle,
                                    .close = consumer_close };
