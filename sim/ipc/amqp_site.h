/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A broker with what is declared at it, as a scenario describes both, and the producers
 * and consumers of outlet.h at its exchanges and queues.
 *
 * A producer's handle connects by itself, again and again after a loss, with a process of
 * its own beside the thread.  Publications are confirmed as they come, without the
 * producer waiting for each; with `resend` those that are open when the connection goes
 * are published again over the next one, before anything new, and a put waits for that
 * one.  Without it a put fails while there is no connection.  What is open when the
 * producer ends is still waited for.
 *
 * A consumer's handle connects again in its next take.  Mode `get` asks again every
 * `poll`, as AMQP's get does not wait; `notify` is `push`.  ack = uow acknowledges in a
 * transaction.
 *
 * Both declare what a restart of the broker may have taken along: what is not durable, and
 * what only its connection may own. */
#pragma once
#include "ipc/broker.h"
#include "ipc/outlet.h"

typedef struct AmqpSite AmqpSite;

typedef struct {
    uint64_t confirmed, refused;        /* publications, as the broker said */
    uint64_t resent;                    /* publications made again */
    uint64_t given_up;                  /* open as the connection went, and not made again */
    uint64_t connections;               /* made, the first ones included */
} AmqpSiteCounts;

/* `client`: of the connections to it.  The broker must exist; lives as long as ipc. */
AmqpSite *amqp_site_new(Broker *broker, const AmqpSettings *client);
void amqp_site_free(AmqpSite *site);

/* Declares it at once too, but for exclusive queues; 0 or the reply code. */
int amqp_site_exchange(AmqpSite *site, const char *name, const AmqpExchange *settings);
int amqp_site_queue(AmqpSite *site, const char *name, const AmqpQueueSettings *settings);
int amqp_site_bind(AmqpSite *site, const AmqpBinding *binding);

/* At an exchange ("": the default one), and at a queue; both have been declared here. */
Outlet amqp_site_outlet(AmqpSite *site, const char *exchange);
Inlet amqp_site_inlet(AmqpSite *site, const char *queue);
AmqpSiteCounts amqp_site_counts(const AmqpSite *site, const char *exchange);
