/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages through a queue manager on every host: a put stores it on the transmission queue
 * for the neighbor, a message channel moves it into the neighbor's queue, where a process
 * takes it out.  Channels are defined when first needed, and stay. */
#include "ipc/carrier_part.h"
#include "ipc/mq.h"

#define HEARTBEAT ((SimTime)5 * 1000000000)     /* of the channels: a silent neighbor is found out in twice that */

static MqManager *manager_of(const CarrierEnd *end) { return end->own; }

static void manage(CarrierEnd *end)
{
    MqQueueSettings unlimited = mq_queue_defaults;
    g_autofree char *name = g_strdup_printf("carrier-%u", end->host);
    unlimited.max_depth = 0;
    end->own = mq_manager_new(end->carrier->ipc, end->host, name, &mq_manager_defaults);
    (void)mq_define_local(manager_of(end), "in", &unlimited);
}

/* Hands on what has come, also what came while it was away. */
static void take(Process *self, void *argument)
{
    const CarrierEnd *end = argument;
    QueueHandle *handle;
    QueueTaken taken;
    if (queue_open(self, mq_store(manager_of(end)), "in", NULL, &handle) < 0) return;
    while (queue_get(handle, &taken, -1, QUEUE_UNIT) >= 0) {
        (void)queue_commit(self);
        carrier_deliver(end->carrier, taken.message->id);
        ipc_message_drop(taken.message);
    }
}

/* Transmission queue, channel and remote queue from one host to another. */
static void define(const CarrierEnd *from, const CarrierEnd *to, const char *remote)
{
    g_autofree char *xmitq = g_strdup_printf("out-%u", to->host), *target = g_strdup_printf("carrier-%u", to->host);
    g_autofree char *channel = g_strdup_printf("carrier-%u-%u", from->host, to->host);
    MqQueueSettings transmission = mq_queue_defaults;
    MqChannelSettings settings = mq_channel_defaults;
    transmission.max_depth = 0;
    transmission.transmission = true;
    settings.xmitq = xmitq;
    settings.to = mq_address(manager_of(to));
    settings.heartbeat = HEARTBEAT;
    settings.disconnect = 0;
    settings.short_timer = from->carrier->settings.retry;
    settings.short_retries = UINT32_MAX;
    (void)mq_define_local(manager_of(from), xmitq, &transmission);
    mq_define_remote(manager_of(from), remote, "in", target, xmitq);
    (void)mq_define_receiver(manager_of(to), channel, &settings);
    (void)mq_define_sender(manager_of(from), channel, &settings);
}

static void put(CarrierEnd *from, Way *way, LoadId load, uint32_t size)
{
    g_autofree char *remote = g_strdup_printf("to-%u", way->to), *channel = g_strdup_printf("carrier-%u-%u", from->host, way->to);
    if (!mq_channel_find(manager_of(from), channel)) define(from, &from->carrier->ends[way->to], remote);
    IpcMessage *message = carrier_message(from->carrier, load, size);
    message->persistent = from->carrier->settings.persistent;
    if (!way->handle && queue_open(from->process, mq_store(manager_of(from)), remote, NULL, (QueueHandle **)&way->handle) < 0)
        ipc_message_drop(message);
    else (void)queue_put(way->handle, message, 0);
}

const CarrierModel carrier_queue = { .prepare = manage, .body = take, .send = put };
