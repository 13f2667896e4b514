/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/amqp_route.h"

#include <glib.h>
#include <string.h>

enum { CACHE_MAX = 4096 };      /* routes remembered; then all are forgotten */

typedef struct Exchange {
    const char *name;
    AmqpExchange set;           /* alternate interned */
    GPtrArray *bindings;        /* that lead away, of Binding *, in the order made */
    unsigned into;              /* bindings that lead here */
    uint32_t stamp;
} Exchange;

typedef struct {
    Exchange *source, *exchange;    /* exchange: the destination, or NULL */
    RouteEnd *queue;
    const char *key;
    AmqpMatch match;
    AmqpArgument *arguments;        /* owned, with their texts */
} Binding;

typedef struct { const char *exchange, *key; RouteEnd **queues; unsigned count; } Route;

struct Router {
    GHashTable *exchanges;      /* by interned name */
    GPtrArray *order;           /* the same, in the order made */
    GHashTable *queues;         /* by interned name, of RouteEnd * */
    GHashTable *cache;          /* of Route */
    GPtrArray *found;           /* of RouteEnd * */
    uint32_t stamp;
    bool cacheable;
};

static void binding_free(gpointer data)
{
    Binding *binding = data;
    for (AmqpArgument *a = binding->arguments; a && a->key; a++) {
        g_free((char *)a->key);
        g_free((char *)a->value);
    }
    g_free(binding->arguments);
    g_free(binding);
}

static void exchange_free(gpointer data)
{
    Exchange *exchange = data;
    g_ptr_array_unref(exchange->bindings);
    g_free(exchange);
}

static guint route_hash(gconstpointer data)
{
    const Route *route = data;
    return g_direct_hash(route->exchange) * 31 + g_direct_hash(route->key);
}

static gboolean route_equal(gconstpointer a, gconstpointer b)
{
    const Route *one = a, *other = b;
    return one->exchange == other->exchange && one->key == other->key;
}

static void route_free(gpointer data)
{
    Route *route = data;
    g_free(route->queues);
    g_free(route);
}

static void forget_routes(Router *router)
{
    if (g_hash_table_size(router->cache)) g_hash_table_remove_all(router->cache);
}

static Exchange *find(const Router *router, const char *name)
{
    return g_hash_table_lookup(router->exchanges, name);
}

static void add(Router *router, const char *name, const AmqpExchange *settings)
{
    Exchange *exchange = g_new0(Exchange, 1);
    exchange->name = g_intern_string(name);
    exchange->set = *settings;
    exchange->set.alternate = g_intern_string(settings->alternate);
    exchange->bindings = g_ptr_array_new_with_free_func(binding_free);
    g_hash_table_insert(router->exchanges, (gpointer)exchange->name, exchange);
    g_ptr_array_add(router->order, exchange);
    forget_routes(router);
}

Router *amqp_router_new(void)
{
    static const struct { const char *name; AmqpKind kind; } given[] = {
        { "", AMQP_DIRECT }, { "amq.direct", AMQP_DIRECT }, { "amq.fanout", AMQP_FANOUT },
        { "amq.topic", AMQP_TOPIC }, { "amq.headers", AMQP_HEADERS }, { "amq.match", AMQP_HEADERS },
    };
    Router *router = g_new0(Router, 1);
    router->exchanges = g_hash_table_new(g_direct_hash, g_direct_equal);
    router->order = g_ptr_array_new_with_free_func(exchange_free);
    router->queues = g_hash_table_new(g_direct_hash, g_direct_equal);
    router->cache = g_hash_table_new_full(route_hash, route_equal, NULL, route_free);
    router->found = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(given); i++)
        add(router, given[i].name, &(AmqpExchange){ .kind = given[i].kind, .durable = true });
    return router;
}

void amqp_router_free(Router *router)
{
    if (!router) return;
    g_hash_table_unref(router->cache);
    g_hash_table_unref(router->exchanges);
    g_hash_table_unref(router->queues);
    g_ptr_array_unref(router->order);
    g_ptr_array_unref(router->found);
    g_free(router);
}

bool amqp_router_has(const Router *router, const char *exchange) { return find(router, exchange) != NULL; }

bool amqp_router_is_internal(const Router *router, const char *exchange)
{
    const Exchange *found = find(router, exchange);
    return found && found->set.internal;
}

int amqp_router_declare(Router *router, const char *name, const AmqpExchange *settings)
{
    const Exchange *there = find(router, name);
    if (!settings) return there ? 0 : AMQP_NOT_FOUND;
    if (there) {
        bool same = there->set.kind == settings->kind && there->set.durable == settings->durable &&
                    there->set.auto_delete == settings->auto_delete && there->set.internal == settings->internal &&
                    there->set.alternate == g_intern_string(settings->alternate);
        return !*name ? AMQP_REFUSED : same ? 0 : AMQP_PRECONDITION;
    }
    if (g_str_has_prefix(name, "amq.")) return AMQP_REFUSED;
    add(router, name, settings);
    return 0;
}

/* ---- bindings ---- */

static bool same_arguments(const AmqpArgument *one, const AmqpArgument *other)
{
    for (;; one++, other++) {
        const char *a = one ? one->key : NULL, *b = other ? other->key : NULL;
        if (!a || !b) return a == b;
        if (strcmp(a, b) != 0 || g_strcmp0(one->value, other->value) != 0) return false;
    }
}

static int binding_at(const Exchange *source, const Binding *like)
{
    for (guint i = 0; i < source->bindings->len; i++) {
        const Binding *b = source->bindings->pdata[i];
        if (b->queue == like->queue && b->exchange == like->exchange && b->key == like->key &&
            b->match == like->match &&
            same_arguments(b->arguments, like->arguments)) return (int)i;
    }
    return -1;
}

/* The ends of a binding, or the code of what is wrong with them. */
static int resolve(const Router *router, const AmqpBinding *binding, Binding *out)
{
    *out = (Binding){ .source = find(router, g_intern_string(binding->source)), .match = binding->match,
                      .key = g_intern_string(binding->key ? binding->key : ""),
                      .arguments = (AmqpArgument *)binding->arguments };
    const char *destination = g_intern_string(binding->destination);
    if (binding->to_exchange) out->exchange = find(router, destination);
    else out->queue = amqp_router_queue(router, destination);
    if (!out->source || (!out->exchange && !out->queue)) return AMQP_NOT_FOUND;
    if (!*out->source->name || (out->exchange && !*out->exchange->name)) return AMQP_REFUSED;
    return 0;
}

static AmqpArgument *copy_arguments(const AmqpArgument *arguments)
{
    size_t count = 0;
    while (arguments && arguments[count].key) count++;
    if (!count) return NULL;
    AmqpArgument *copy = g_new0(AmqpArgument, count + 1);
    for (size_t i = 0; i < count; i++)
        copy[i] = (AmqpArgument){ g_strdup(arguments[i].key), g_strdup(arguments[i].value) };
    return copy;
}

int amqp_router_bind(Router *router, const AmqpBinding *binding)
{
    Binding made;
    int code = resolve(router, binding, &made);
    if (code || binding_at(made.source, &made) >= 0) return code;
    made.arguments = copy_arguments(binding->arguments);
    g_ptr_array_add(made.source->bindings, g_memdup2(&made, sizeof made));
    if (made.exchange) made.exchange->into++;
    forget_routes(router);
    return 0;
}

static void remove_exchange(Router *router, Exchange *exchange);

/* Takes out those of `source` that lead to what is given; an auto-delete exchange goes with its last one. */
static void cut(Router *router, Exchange *source, const RouteEnd *queue, const Exchange *exchange)
{
    guint kept = 0, before = source->bindings->len;
    for (guint i = 0; i < before; i++) {
        Binding *b = source->bindings->pdata[i];
        bool goes = (queue && b->queue == queue) || (exchange && b->exchange == exchange);
        if (goes) binding_free(b);
        else source->bindings->pdata[kept++] = b;
    }
    if (kept == before) return;
    for (guint i = kept; i < before; i++) source->bindings->pdata[i] = NULL;
    g_ptr_array_set_free_func(source->bindings, NULL);
    g_ptr_array_set_size(source->bindings, (int)kept);
    g_ptr_array_set_free_func(source->bindings, binding_free);
    if (!kept && source->set.auto_delete) remove_exchange(router, source);
}

static void cut_all(Router *router, const RouteEnd *queue, const Exchange *exchange)
{
    for (guint i = router->order->len; i-- > 0;)
        if (i < router->order->len) cut(router, router->order->pdata[i], queue, exchange);
    forget_routes(router);
}

static void remove_exchange(Router *router, Exchange *exchange)
{
    g_hash_table_remove(router->exchanges, exchange->name);
    for (guint i = 0; i < exchange->bindings->len; i++) {
        const Binding *b = exchange->bindings->pdata[i];
        if (b->exchange) b->exchange->into--;
    }
    guint at;
    if (g_ptr_array_find(router->order, exchange, &at)) (void)g_ptr_array_steal_index(router->order, at);
    if (exchange->into) cut_all(router, NULL, exchange);
    exchange_free(exchange);
    forget_routes(router);
}

int amqp_router_delete(Router *router, const char *name, bool if_unused)
{
    Exchange *exchange = find(router, name);
    if (!exchange) return 0;                            /* as RabbitMQ since 3.2: nothing to do */
    if (!*name || g_str_has_prefix(name, "amq.")) return AMQP_REFUSED;
    if (if_unused && exchange->bindings->len) return AMQP_PRECONDITION;
    remove_exchange(router, exchange);
    return 0;
}

int amqp_router_unbind(Router *router, const AmqpBinding *binding)
{
    Binding like;
    int code = resolve(router, binding, &like);
    int at = code ? -1 : binding_at(like.source, &like);
    if (code == AMQP_NOT_FOUND) return 0;
    if (at < 0) return code;
    if (like.exchange) like.exchange->into--;
    g_ptr_array_remove_index(like.source->bindings, (guint)at);
    if (!like.source->bindings->len && like.source->set.auto_delete) remove_exchange(router, like.source);
    forget_routes(router);
    return 0;
}

void amqp_router_add(Router *router, RouteEnd *queue)
{
    g_hash_table_insert(router->queues, (gpointer)queue->name, queue);
    forget_routes(router);
}

void amqp_router_remove(Router *router, RouteEnd *queue)
{
    g_hash_table_remove(router->queues, queue->name);
    cut_all(router, queue, NULL);
}

RouteEnd *amqp_router_queue(const Router *router, const char *name) { return g_hash_table_lookup(router->queues,
    name); }

/* ---- routing ---- */

static bool matches(const Binding *binding, const AmqpTarget *to, const IpcMessage *message)
{
    switch (binding->source->set.kind) {
    case AMQP_DIRECT: return binding->key == to->key;
    case AMQP_FANOUT: return true;
    case AMQP_TOPIC: return amqp_topic_matches(binding->key, to->key);
    default: return amqp_headers_match(binding->match, binding->arguments, message);
    }
}

static void reach(Router *router, RouteEnd *queue)
{
    if (queue->stamp == router->stamp) return;
    queue->stamp = router->stamp;
    g_ptr_array_add(router->found, queue);
}

/* Each exchange is gone through once; one that matches nothing hands on to its alternate. */
static void pass(Router *router, Exchange *exchange, const AmqpTarget *to, const IpcMessage *message)
{
    if (exchange->stamp == router->stamp) return;
    exchange->stamp = router->stamp;
    bool any = false;
    if (exchange->set.kind == AMQP_HEADERS) router->cacheable = false;
    if (!*exchange->name) {
        RouteEnd *queue = amqp_router_queue(router, to->key);
        if (queue) reach(router, queue);
        return;
    }
    for (guint i = 0; i < exchange->bindings->len; i++) {
        const Binding *b = exchange->bindings->pdata[i];
        if (!matches(b, to, message)) continue;
        any = true;
        if (b->queue) reach(router, b->queue);
        else pass(router, b->exchange, to, message);
    }
    if (any || !exchange->set.alternate) return;
    Exchange *alternate = find(router, exchange->set.alternate);
    if (alternate) pass(router, alternate, to, message);
}

static void remember(Router *router, const AmqpTarget *to)
{
    if (g_hash_table_size(router->cache) >= CACHE_MAX) forget_routes(router);
    Route *route = g_new(Route, 1);
    unsigned count = router->found->len;
    *route = (Route){ to->exchange, to->key, g_memdup2(router->found->pdata, count * sizeof(RouteEnd *)), count };
    g_hash_table_add(router->cache, route);
}

RouteEnd *const *amqp_router_route(Router *router, const AmqpTarget *to, const IpcMessage *message, unsigned *count)
{
    Route like = { .exchange = to->exchange, .key = to->key };
    const Route *route = g_hash_table_lookup(router->cache, &like);
    if (route) {
        *count = route->count;
        return route->count ? route->queues : (RouteEnd *const *)&router->found;
    }
    Exchange *exchange = find(router, to->exchange);
    *count = 0;
    if (!exchange) return NULL;
    router->stamp++;
    router->cacheable = true;
    g_ptr_array_set_size(router->found, 0);
    pass(router, exchange, to, message);
    if (router->cacheable) remember(router, to);
    *count = router->found->len;
    return router->found->len ? (RouteEnd *const *)router->found->pdata : (RouteEnd *const *)&router->found;
}

void amqp_router_restart(Router *router)
{
    for (guint i = router->order->len; i-- > 0;) {
        if (i >= router->order->len) continue;          /* others went along */
        Exchange *exchange = router->order->pdata[i];
        if (!exchange->set.durable) remove_exchange(router, exchange);
    }
    for (guint i = 0; i < router->order->len; i++) {
        Exchange *exchange = router->order->pdata[i];
        for (guint b = exchange->bindings->len; b-- > 0;) {
            Binding *binding = exchange->bindings->pdata[b];
            if (binding->queue && !binding->queue->durable) g_ptr_array_remove_index(exchange->bindings, b);
        }
    }
    forget_routes(router);
}
