/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message broker on a host: RabbitMQ with classic queues; amqp.h and amqp10.h are its
 * clients.
 *
 * Stable storage holds durable exchanges and queues, bindings between durable ends, and
 * persistent messages in durable queues once their write is done, `store_latency` after
 * they came (writes overlap).  A removal is stable at once.  A killed broker loses the
 * rest; one that is stopped finishes its writes first.
 *
 * Order: messages of one instant are handled as they arrive; consumers of equal priority
 * take turns, first come first; what becomes due in one event is dead-lettered, then
 * confirmed, after it. */
#pragma once
#include "ipc/amqp.h"

typedef struct Broker Broker;

typedef struct {
    uint32_t port;
    SimTime store_latency;
    SimTime heartbeat;          /* see AmqpSettings */
    SimTime ack_timeout;        /* a delivery unacknowledged for so long closes its channel (406); 0: never */
    bool flag_all_after_crash;  /* all recovered messages are marked redelivered, as 3.10.8 does; else
                                 * those that had been delivered */
    StreamOptions stream;
} BrokerSettings;

extern const BrokerSettings broker_defaults;        /* 5672, 0, 60 s, never, exact */

/* Starts one; it lives until the end of the run.  `name` is copied.  It comes back with
 * its host when it was up as the host crashed. */
Broker *broker_new(Ipc *ipc, NodeId host, const char *name, const BrokerSettings *settings);
Broker *broker_find(Ipc *ipc, const char *name);    /* NULL: none */

const char *broker_name(const Broker *broker);
Address broker_address(const Broker *broker);
bool broker_is_up(const Broker *broker);

void broker_stop(Broker *broker);                   /* clean: close notices, writes finished */
void broker_kill(Broker *broker);                   /* its process crashes; the host closes the connections */
void broker_start(Broker *broker);                  /* with what is in stable storage; its host must be up */
void broker_alarm(Broker *broker, bool on);         /* out of memory or disk: publishing connections are not read */

/* The administrator's way; 0 or the reply code. */
int broker_declare_exchange(Broker *broker, const char *name, const AmqpExchange *settings);
int broker_declare_queue(Broker *broker, const char *name, const AmqpQueueSettings *settings);
int broker_bind(Broker *broker, const AmqpBinding *binding);

/* False: there is no such queue. */
bool broker_queue_state(const Broker *broker, const char *queue, AmqpQueueState *state);
bool broker_has_exchange(const Broker *broker, const char *exchange);
unsigned broker_connections(const Broker *broker);
uint32_t broker_depth_max(const Broker *broker, const char *queue);    /* most ready messages at once; 0: none such */
