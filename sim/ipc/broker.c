/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/broker.h"

#include <string.h>

#include "ipc/broker_parts.h"

const BrokerSettings broker_defaults = { .port = AMQP_PORT, .heartbeat = 60 * 1000000000LL };

SimTime broker_now(const Broker *broker) { return ipc_now(broker->ipc); }
const char *broker_name(const Broker *broker) { return broker->name; }
Address broker_address(const Broker *broker) { return (Address){ broker->host, broker->set.port }; }
bool broker_is_up(const Broker *broker) { return broker->up; }
unsigned broker_connections(const Broker *broker) { return broker->links->len; }
bool broker_has_exchange(const Broker *broker, const char *exchange) { return amqp_router_has(broker->router,
    g_intern_string(exchange)); }

void broker_tell(const Queue *queue, const char *event, const AmqpContent *content, const char *reason)
{
    const Broker *broker = queue->broker;
    if (G_LIKELY(!ipc_watched(broker->ipc)) || broker->amqp->over) return;
    ipc_tell(broker->ipc, &(IpcEvent){ .event = event, .node = broker->host, .object = queue->label,
                                       .message = content->message->id, .reason = reason });
}

void broker_settle(Broker *broker)
{
    while (broker->dead || broker->done) {
        broker_dead_flush(broker);
        broker_confirm_flush(broker);
    }
}

/* ---- life ---- */

static void listen(Broker *broker)
{
    ListenerSettings settings = { .backlog = 1024, .options = broker->set.stream, .incoming = broker_link_incoming,
                                  .user = broker };
    broker->listener = listener_open(broker->ipc, broker_address(broker), &settings);
    g_assert(broker->listener);                         /* two brokers on one port */
    broker->up = true;
}

Broker *broker_new(Ipc *ipc, NodeId host, const char *name, const BrokerSettings *settings)
{
    Amqp *amqp = amqp_of(ipc);
    Broker *broker = g_new0(Broker, 1);
    *broker = (Broker){ .amqp = amqp, .ipc = ipc, .host = host, .name = g_intern_string(name), .set = *settings,
                        .router = amqp_router_new(), .queues = g_ptr_array_new(), .deleted = g_ptr_array_new(),
                        .links = g_ptr_array_new(), .suspended = g_ptr_array_new() };
    g_ptr_array_add(amqp->brokers, broker);
    if (ipc_is_up(ipc, host)) listen(broker);
    else broker->was_up = true;
    return broker;
}

Broker *broker_find(Ipc *ipc, const char *name)
{
    const Amqp *amqp = amqp_of(ipc);
    for (guint i = 0; i < amqp->brokers->len; i++)
        if (strcmp(((Broker *)amqp->brokers->pdata[i])->name, name) == 0) return amqp->brokers->pdata[i];
    return NULL;
}

/* What a restart will find, and nothing else, stays. */
static void down(Broker *broker, bool crashed)
{
    broker->up = false;
    while (broker->links->len) broker_link_free(broker->links->pdata[0]);
    broker_session_forget(broker);
    broker_dead_flush(broker);
    broker_store_lose(broker);
    for (guint i = broker->queues->len; i-- > 0;) {
        Queue *queue = broker->queues->pdata[i];
        ipc_cancel(broker->ipc, &queue->ttl_timer);
        ipc_cancel(broker->ipc, &queue->unused_timer);
        broker_queue_recover(queue, crashed);
        if (!queue->end.durable) broker_queue_delete(queue);
    }
    amqp_router_restart(broker->router);
    ipc_tell(broker->ipc, &(IpcEvent){ .event = crashed ? "amqp.killed" : "amqp.stopped", .node = broker->host,
                                       .object = broker->name });
}

void broker_stop(Broker *broker)
{
    if (!broker->up) return;
    broker_store_finish(broker);
    broker_settle(broker);
    for (guint i = 0; i < broker->links->len; i++) broker_link_notice(broker->links->pdata[i], AMQP_CONNECTION_FORCED);
    listener_close(broker->listener);
    down(broker, false);
}

void broker_kill(Broker *broker)
{
    if (!broker->up) return;
    listener_close(broker->listener);
    down(broker, true);
}

void broker_start(Broker *broker)
{
    if (broker->up || !ipc_is_up(broker->ipc, broker->host)) return;
    listen(broker);
    for (guint i = 0; i < broker->queues->len; i++) broker_queue_wake(broker->queues->pdata[i]);
    ipc_tell(broker->ipc, &(IpcEvent){ .event = "amqp.started", .node = broker->host, .object = broker->name });
    broker_settle(broker);
}

/* The streams and the listener are gone without a word. */
void broker_host_down(Broker *broker, NodeId host)
{
    if (broker->host != host) return;
    broker->was_up = broker->up;
    if (!broker->up) return;
    for (guint i = 0; i < broker->links->len; i++) ((Link *)broker->links->pdata[i])->stream = NULL;
    down(broker, true);
}

void broker_host_up(Broker *broker, NodeId host)
{
    if (broker->host == host && broker->was_up) broker_start(broker);
}

void broker_free(Broker *broker)
{
    broker->up = false;
    for (guint i = 0; i < broker->links->len; i++) ((Link *)broker->links->pdata[i])->stream = NULL;
    while (broker->links->len) broker_link_free(broker->links->pdata[0]);
    broker_session_forget(broker);
    broker_dead_flush(broker);
    broker_store_lose(broker);
    for (guint i = 0; i < broker->queues->len; i++) broker_queue_free(broker->queues->pdata[i]);
    for (guint i = 0; i < broker->deleted->len; i++) broker_queue_free(broker->deleted->pdata[i]);
    amqp_router_free(broker->router);
    g_ptr_array_unref(broker->queues);
    g_ptr_array_unref(broker->deleted);
    g_ptr_array_unref(broker->links);
    g_ptr_array_unref(broker->suspended);
    g_free(broker);
}

/* ---- the administrator's way ---- */

int broker_declare_exchange(Broker *broker, const char *name, const AmqpExchange *settings)
{
    return amqp_router_declare(broker->router, g_intern_string(name), settings);
}

int broker_declare_queue(Broker *broker, const char *name, const AmqpQueueSettings *settings)
{
    return broker_queue_declare(broker, g_intern_string(name), settings, NULL);
}

int broker_bind(Broker *broker, const AmqpBinding *binding)
{
    g_autofree AmqpBinding *interned = amqp_binding_copy(binding);
    return amqp_router_bind(broker->router, interned);
}

bool broker_queue_state(const Broker *broker, const char *name, AmqpQueueState *state)
{
    const Queue *queue = broker_queue_find(broker, g_intern_string(name));
    if (queue) *state = (AmqpQueueState){ queue->ready, queue->unacked, queue->consumers->len };
    return queue != NULL;
}

uint32_t broker_depth_max(const Broker *broker, const char *name)
{
    const Queue *queue = broker_queue_find(broker, g_intern_string(name));
    return queue ? queue->deepest : 0;
}

/* ---- books ---- */

static void count_ready(const Queue *queue)
{
    for (unsigned i = 0; i <= queue->set.max_priority; i++)
        for (const Entry *e = queue->levels[i].first; e; e = e->next) queue->account->queued++;
}

static void count_lane(Lane *lane)
{
    for (uint64_t tag = lane->first; tag <= lane->last; tag++) {
        const Unacked *unacked = broker_lane_unacked(lane, tag);
        if (unacked) unacked->entry->queue->account->in_flight++;
    }
}

void broker_count(Broker *broker)
{
    for (guint i = 0; i < broker->queues->len; i++) count_ready(broker->queues->pdata[i]);
    for (guint i = 0; i < broker->links->len; i++) {
        const Link *link = broker->links->pdata[i];
        for (guint n = 0; n < link->lanes->len; n++)
            if (link->lanes->pdata[n]) count_lane(link->lanes->pdata[n]);
    }
    broker_session_count(broker);
}

Account *broker_account_at(Amqp *amqp, Address at, const char *exchange)
{
    g_autofree char *name = NULL;
    for (guint i = 0; i < amqp->brokers->len && !name; i++) {
        const Broker *broker = amqp->brokers->pdata[i];
        if (broker->host == at.host && broker->set.port == at.port)
            name = *exchange ? g_strdup_printf("%s.%s", broker->name, exchange) : g_strdup(broker->name);
    }
    if (!name) name = g_strdup_printf("n%u:%u.%s", at.host, at.port, exchange);
    return ipc_account(amqp->ipc, "amqp", name);
}
