/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/amqp_site.h"

#include <string.h>

#include "ipc/amqp_frame.h"
#include "ipc/amqp_site_parts.h"

AmqpSite *amqp_site_new(Broker *broker, const AmqpSettings *client)
{
    AmqpSite *site = g_new0(AmqpSite, 1);
    *site = (AmqpSite){ .broker = broker, .client = *client, .exchanges = g_ptr_array_new_with_free_func(g_free),
                        .queues = g_ptr_array_new_with_free_func(g_free),
                        .bindings = g_ptr_array_new_with_free_func(g_free),
                        .producers = g_ptr_array_new_with_free_func(amqp_producer_free),
                        .consumers = g_ptr_array_new_with_free_func(g_free) };
    (void)amqp_site_exchange(site, "", &(AmqpExchange){ .kind = AMQP_DIRECT, .durable = true });
    return site;
}

void amqp_site_free(AmqpSite *site)
{
    g_ptr_array_unref(site->producers);
    g_ptr_array_unref(site->consumers);
    g_ptr_array_unref(site->exchanges);
    g_ptr_array_unref(site->queues);
    g_ptr_array_unref(site->bindings);
    g_free(site);
}

int amqp_site_exchange(AmqpSite *site, const char *name, const AmqpExchange *settings)
{
    SiteExchange *exchange = g_new0(SiteExchange, 1);
    *exchange = (SiteExchange){ .site = site, .name = g_intern_string(name), .set = *settings };
    exchange->set.alternate = g_intern_string(settings->alternate);
    g_ptr_array_add(site->exchanges, exchange);
    return *name ? broker_declare_exchange(site->broker, name, settings) : 0;
}

int amqp_site_queue(AmqpSite *site, const char *name, const AmqpQueueSettings *settings)
{
    SiteQueue *queue = g_new0(SiteQueue, 1);
    *queue = (SiteQueue){ .site = site, .name = g_intern_string(name), .set = *settings };
    queue->set.dead_exchange = g_intern_string(settings->dead_exchange);
    queue->set.dead_key = g_intern_string(settings->dead_key);
    g_ptr_array_add(site->queues, queue);
    return settings->exclusive ? 0 : broker_declare_queue(site->broker, name, settings);
}

static SiteExchange *find_exchange(const AmqpSite *site, const char *name)
{
    for (guint i = 0; i < site->exchanges->len; i++) {
        SiteExchange *exchange = site->exchanges->pdata[i];
        if (strcmp(exchange->name, name) == 0) return exchange;
    }
    return NULL;
}

static SiteQueue *find_queue(const AmqpSite *site, const char *name)
{
    for (guint i = 0; i < site->queues->len; i++) {
        SiteQueue *queue = site->queues->pdata[i];
        if (strcmp(queue->name, name) == 0) return queue;
    }
    return NULL;
}

int amqp_site_bind(AmqpSite *site, const AmqpBinding *binding)
{
    const SiteQueue *queue = binding->to_exchange ? NULL : find_queue(site, binding->destination);
    g_ptr_array_add(site->bindings, amqp_binding_copy(binding));
    return queue && queue->set.exclusive ? 0 : broker_bind(site->broker, binding);
}

/* ---- declaring again ---- */

/* The exchange, and the bindings by which it hands on. */
int amqp_site_redeclare_exchange(SiteExchange *exchange, AmqpChannel *channel)
{
    const AmqpSite *site = exchange->site;
    if (exchange->set.durable) return 0;
    int error = amqp_exchange_declare(channel, exchange->name, &exchange->set);
    for (guint i = 0; i < site->bindings->len && !error; i++) {
        const AmqpBinding *b = site->bindings->pdata[i];
        if (strcmp(b->source, exchange->name) != 0) continue;
        const SiteQueue *queue = b->to_exchange ? NULL : find_queue(site, b->destination);
        if (b->to_exchange || (queue->set.durable && !queue->set.exclusive)) error = amqp_bind(channel, b);
    }
    return error;
}

int amqp_site_redeclare_queue(SiteQueue *queue, AmqpChannel *channel)
{
    const AmqpSite *site = queue->site;
    bool lasts = queue->set.durable && !queue->set.exclusive && !queue->set.auto_delete && queue->set.expires < 0;
    int error = lasts ? 0 : amqp_queue_declare(channel, queue->name, &queue->set, NULL);
    for (guint i = 0; i < site->bindings->len && !error; i++) {
        const AmqpBinding *b = site->bindings->pdata[i];
        if (b->to_exchange || strcmp(b->destination, queue->name) != 0) continue;
        SiteExchange *source = find_exchange(site, b->source);
        if (lasts && source->set.durable) continue;
        error = amqp_site_redeclare_exchange(source, channel);
        if (!error) error = amqp_bind(channel, b);
    }
    return error;
}

/* ---- what the traffic sees ---- */

Outlet amqp_site_outlet(AmqpSite *site, const char *exchange)
{
    Outlet outlet = amqp_producer_outlet;
    outlet.object = find_exchange(site, exchange);
    return outlet;
}

Inlet amqp_site_inlet(AmqpSite *site, const char *queue)
{
    Inlet inlet = amqp_consumer_inlet;
    inlet.object = find_queue(site, queue);
    return inlet;
}

AmqpSiteCounts amqp_site_counts(const AmqpSite *site, const char *exchange)
{
    return find_exchange(site, exchange)->counts;
}
