/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a site, for amqp_site.c, amqp_producer.c and amqp_consumer.c alone. */
#pragma once
#include <glib.h>

#include "ipc/amqp_site.h"

typedef struct { AmqpSite *site; const char *name; AmqpExchange set; AmqpSiteCounts counts; } SiteExchange;
typedef struct { AmqpSite *site; const char *name; AmqpQueueSettings set; } SiteQueue;

struct AmqpSite {
    Broker *broker;
    AmqpSettings client;
    GPtrArray *exchanges, *queues;      /* of SiteExchange *, SiteQueue *, owned */
    GPtrArray *bindings;                /* of AmqpBinding *, owned */
    GPtrArray *producers, *consumers;   /* handles, owned until their processes end */
};

/* Declares over the channel what may be missing there; 0 or an error. */
int amqp_site_redeclare_exchange(SiteExchange *exchange, AmqpChannel *channel);
int amqp_site_redeclare_queue(SiteQueue *queue, AmqpChannel *channel);

void amqp_producer_free(void *handle);
extern const Outlet amqp_producer_outlet;       /* of a SiteExchange */
extern const Inlet amqp_consumer_inlet;         /* of a SiteQueue */
