/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exchanges and bindings of one broker: which queues a message reaches.  Knows nothing of
 * connections or time.
 *
 * Names and keys handed in are interned (g_intern_string()), so equal means the same
 * pointer.  A route is remembered for its exchange and key until a binding changes, but
 * where a headers exchange is on the way. */
#pragma once
#include "ipc/amqp.h"

/* What a binding may lead to; the first member of a queue. */
typedef struct {
    const char *name;
    bool durable;
    uint32_t stamp;             /* the router's */
} RouteEnd;

typedef struct Router Router;

Router *amqp_router_new(void);       /* with the default exchange and the amq.… ones */
void amqp_router_free(Router *router);

/* Codes: 0, or 404, 406 or 403. */
/* NULL settings: passive */
int amqp_router_declare(Router *router, const char *name, const AmqpExchange *settings);
int amqp_router_delete(Router *router, const char *name, bool if_unused);
int amqp_router_bind(Router *router, const AmqpBinding *binding);
int amqp_router_unbind(Router *router, const AmqpBinding *binding);

/* A queue enters, bound to the default exchange by its name, and leaves with its bindings. */
void amqp_router_add(Router *router, RouteEnd *queue);
void amqp_router_remove(Router *router, RouteEnd *queue);
RouteEnd *amqp_router_queue(const Router *router, const char *name);     /* NULL: none */

bool amqp_router_has(const Router *router, const char *exchange);
bool amqp_router_is_internal(const Router *router, const char *exchange);

/* The distinct queues that a message reaches, in the order of the bindings that lead
 * there; NULL where the exchange is missing.  Valid until the next call. */
RouteEnd *const *amqp_router_route(Router *router, const AmqpTarget *to, const IpcMessage *message, unsigned *count);

/* What a restart leaves: durable exchanges, and bindings between durable ends. */
void amqp_router_restart(Router *router);

/* Words are separated by dots; * is one word, # any number; an empty text has none. */
bool amqp_topic_matches(const char *pattern, const char *key);
bool amqp_headers_match(AmqpMatch match, const AmqpArgument *arguments, const IpcMessage *message);
