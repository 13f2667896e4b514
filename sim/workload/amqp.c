/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [broker NAME], [exchange BROKER.NAME], [amqp-queue BROKER.NAME] and [binding NAME]:
 * AMQP brokers and what is declared at them. */
#include "ipc/amqp_site.h"

#include <string.h>

#include "workload/model.h"

typedef struct {
    uint32_t node, port;
    SimTime store_latency, heartbeat, ack_timeout;
    int recover_flag, route;
} BrokerConfig;

static const Param broker_params[] = {
    { "node", PARAM_COUNT, offsetof(BrokerConfig, node), "0", 0, 0, "where it runs", NULL },
    { "port", PARAM_COUNT, offsetof(BrokerConfig, port), "5672", 1, 65535, "where it listens", NULL },
    { "store-latency", PARAM_DURATION, offsetof(BrokerConfig, store_latency), "0 s", 0, 0x1p62,
      "until a persistent message is on disk, and confirmed", NULL },
    { "heartbeat", PARAM_DURATION, offsetof(BrokerConfig, heartbeat), "60 s", 0, 0x1p62,
      "silence after which either end takes the other for dead; 0 s: never", NULL },
    { "ack-timeout", PARAM_DURATION, offsetof(BrokerConfig, ack_timeout), "off", 1, 0x1p62,
      "a delivery unacknowledged for so long closes its channel", NULL },
    { "recover-flag", PARAM_CHOICE, offsetof(BrokerConfig, recover_flag), "exact", 0, 0,
      "which messages a killed broker marks redelivered: those that were delivered, or all", "exact|all-after-crash" },
    MODEL_ROUTE(BrokerConfig),
    PARAM_END
};

typedef struct { int type; bool durable, auto_delete; char *alternate; } ExchangeConfig;

static const Param exchange_params[] = {
    { "type", PARAM_CHOICE, offsetof(ExchangeConfig, type), "direct", 0, 0, "how it finds the queues of a message",
      "direct|fanout|topic|headers" },
    { "durable", PARAM_BOOL, offsetof(ExchangeConfig, durable), "yes", 0, 0, "it survives a restart", NULL },
    { "auto-delete", PARAM_BOOL, offsetof(ExchangeConfig, auto_delete), "no", 0, 0, "it goes with its last binding",
      NULL },
    { "alternate", PARAM_TEXT, offsetof(ExchangeConfig, alternate), "", 0, 0,
      "BROKER.EXCHANGE for what it finds no queue for", NULL },
    PARAM_END
};

typedef struct {
    bool durable, exclusive, auto_delete, single_active;
    SimTime message_ttl, expires;
    uint32_t max_length, max_priority;
    uint64_t max_bytes;
    int overflow;
    char *dead_exchange, *dead_key;
} QueueConfig;

static const Param queue_params[] = {
    { "durable", PARAM_BOOL, offsetof(QueueConfig, durable), "yes", 0, 0,
      "it survives a restart, with its persistent messages",
      NULL },
    { "exclusive", PARAM_BOOL, offsetof(QueueConfig, exclusive), "no", 0, 0,
      "it is declared by its consumer's connection and ends with it", NULL },
    { "auto-delete", PARAM_BOOL, offsetof(QueueConfig, auto_delete), "no", 0, 0, "it goes with its last consumer",
      NULL },
    { "message-ttl", PARAM_DURATION, offsetof(QueueConfig, message_ttl), "off", 0, 0x1p62,
      "messages that wait longer are dropped, or dead letters", NULL },
    { "expires", PARAM_DURATION, offsetof(QueueConfig, expires), "off", 1, 0x1p62, "unused for so long it is deleted",
      NULL },
    { "max-length", PARAM_COUNT, offsetof(QueueConfig, max_length), "unlimited", 0, 4e9, "messages that wait", NULL },
    { "max-length-bytes", PARAM_SIZE, offsetof(QueueConfig, max_bytes), "unlimited", 0, 0x1p62, "their bytes", NULL },
    { "overflow", PARAM_CHOICE, offsetof(QueueConfig, overflow), "drop-head", 0, 0,
      "beyond, the oldest goes, or the newcomer is refused, or is and becomes a dead letter",
      "drop-head|reject-publish|reject-publish-dlx" },
    { "dead-letter-exchange", PARAM_TEXT, offsetof(QueueConfig, dead_exchange), "", 0, 0,
      "BROKER.EXCHANGE, or BROKER for the default one, where what is rejected, expired or over the length goes", NULL },
    { "dead-letter-routing-key", PARAM_TEXT, offsetof(QueueConfig, dead_key), "", 0, 0,
      "with this key; absent: the one it came with", NULL },
    { "max-priority", PARAM_COUNT, offsetof(QueueConfig, max_priority), "0", 0, 255,
      "highest priority; 0: none are kept", NULL },
    { "single-active-consumer", PARAM_BOOL, offsetof(QueueConfig, single_active), "no", 0, 0,
      "one consumer gets everything, the next takes over when it is gone", NULL },
    PARAM_END
};

typedef struct { char *source, *destination, *key, *headers; int match; } BindingConfig;

static const Param binding_params[] = {
    { "source", PARAM_TEXT, offsetof(BindingConfig, source), NULL, 0, 0, "BROKER.EXCHANGE", NULL },
    { "destination", PARAM_TEXT, offsetof(BindingConfig, destination), NULL, 0, 0,
      "BROKER.QUEUE, or where none is called so another exchange", NULL },
    { "key", PARAM_TEXT, offsetof(BindingConfig, key), "", 0, 0,
      "of messages that pass; * is one word and # any number at a topic exchange; in quotes where it starts with #",
          NULL },
    { "x-match", PARAM_CHOICE, offsetof(BindingConfig, match), "all", 0, 0,
      "how many of `headers` a message must have; those that start with x- count with -with-x alone",
      "all|any|all-with-x|any-with-x" },
    { "headers", PARAM_TEXT, offsetof(BindingConfig, headers), "", 0, 0, "KEY:VALUE, … for a headers exchange", NULL },
    PARAM_END
};

/* A pattern that starts with # would be a comment; in quotes it is none. */
static void unquote(char *text)
{
    size_t length = text ? strlen(text) : 0;
    if (length < 2 || text[0] != '"' || text[length - 1] != '"') return;
    memmove(text, text + 1, length - 2);
    text[length - 2] = '\0';
}

static void binding_check(void *data, const Keys *keys)
{
    BindingConfig *config = data;
    unquote(config->key);
    g_auto(GStrv) headers = config->headers ? parse_list(config->headers) : NULL;
    for (char **header = headers; header && *header; header++)
        if (!strchr(*header, ':')) keys_fault(keys, "headers", "'%s' is no KEY:VALUE", *header);
}

static void queue_check(void *data, const Keys *keys)
{
    const QueueConfig *config = data;
    if (config->dead_key && !config->dead_exchange)
        keys_fault(keys, "dead-letter-routing-key", "there is no dead-letter-exchange to go with it");
    if (config->overflow == AMQP_REJECT_PUBLISH_DLX && !config->dead_exchange)
        keys_fault(keys, "overflow", "there is no dead-letter-exchange for what is refused");
}

/* ---- checks across sections ---- */

/* "BROKER.NAME" -> NAME; NULL where it has no point. */
static const char *own_name(const char *name)
{
    const char *point = strchr(name, '.');
    return point && point[1] && point > name ? point + 1 : NULL;
}

static char *broker_of(const char *name) { return g_strndup(name, strcspn(name, ".")); }

static bool same_broker(const char *a, const char *b)
{
    size_t length = strcspn(a, ".");
    return length == strcspn(b, ".") && strncmp(a, b, length) == 0;
}

/* The exchange exists, at this broker; `to_default`: the broker alone will do. */
static void check_exchange(ModelCheck *check, const char *key, const char *here, const char *exchange, bool to_default)
{
    static const char *const either[] = { "exchange", "broker", NULL };
    bool right = to_default ? model_refer_any(check, key, either, exchange) : model_refer(check, key, "exchange",
        exchange);
    if (right && !same_broker(here, exchange)) model_fault(check, key, "'%s' is at another broker than '%s'",
                                                           exchange, here);
}

static void check_at_broker(const ModelSection *section, ModelCheck *check, const char *key)
{
    g_autofree char *broker = broker_of(section->name);
    const char *name = own_name(section->name);
    if (!name) model_fault(check, key, "'%s' is no BROKER.NAME", section->name);
    else if (model_refer(check, key, "broker", broker) && g_str_has_prefix(name, "amq."))
        model_fault(check, key, "names that start with amq. are the broker's own");
}

static void check_binding(const BindingConfig *config, ModelCheck *check)
{
    static const char *const ends[] = { "amqp-queue", "exchange", NULL };
    if (!model_refer(check, "source", "exchange", config->source)) return;
    const ExchangeConfig *source = model_config(check, "exchange", config->source);
    if (config->headers && source && source->type != AMQP_HEADERS)
        model_fault(check, "headers", "'%s' is no exchange of type = headers", config->source);
    if (model_refer_any(check, "destination", ends, config->destination) && !same_broker(config->source,
        config->destination))
        model_fault(check, "destination", "'%s' is at another broker than '%s'", config->destination, config->source);
}

static void check(const ModelSection *section, ModelCheck *check)
{
    if (strcmp(section->section, "broker") == 0) {
        const BrokerConfig *config = section->config;
        uint32_t nodes = model_check_nodes(check);
        if (nodes && config->node >= nodes)
            model_fault(check, "node", "there is no node %u; the nodes are 0 .. %u", config->node, nodes - 1);
        if (strchr(section->name, '.')) model_fault(check, "node", "the name of a broker has no point in it");
    } else if (strcmp(section->section, "exchange") == 0) {
        const ExchangeConfig *config = section->config;
        check_at_broker(section, check, "type");
        if (config->alternate) check_exchange(check, "alternate", section->name, config->alternate, false);
    } else if (strcmp(section->section, "amqp-queue") == 0) {
        const QueueConfig *config = section->config;
        check_at_broker(section, check, "durable");
        if (config->dead_exchange)
            check_exchange(check, "dead-letter-exchange", section->name, config->dead_exchange, true);
    } else {
        check_binding(section->config, check);
    }
}

/* ---- what is made ---- */

typedef struct { AmqpSite *site; Broker *broker; } Site;    /* of a [broker]; the other sections make nothing to keep */

static void stop_broker(void *subject, const char *value) { (void)value, broker_stop(subject); }
static void kill_broker(void *subject, const char *value) { (void)value, broker_kill(subject); }
static void start_broker(void *subject, const char *value) { (void)value, broker_start(subject); }

static void *build_broker(const ModelSection *section, ModelScope *scope)
{
    enum { PATIENCE_S = 10 };
    const BrokerConfig *config = section->config;
    BrokerSettings settings = broker_defaults;
    AmqpSettings client = amqp_defaults;
    settings.port = config->port;
    settings.store_latency = config->store_latency;
    settings.heartbeat = config->heartbeat;
    settings.ack_timeout = MAX(0, config->ack_timeout);
    settings.flag_all_after_crash = config->recover_flag;
    settings.stream.overlay = client.stream.overlay = config->route;
    client.heartbeat = 0;                               /* as the broker wishes */
    client.timeout = PATIENCE_S * SIM_S;
    Site *site = g_new0(Site, 1);
    site->broker = broker_new(model_ipc(scope), config->node, section->name, &settings);
    site->site = amqp_site_new(site->broker, &client);
    Outlet outlet = amqp_site_outlet(site->site, "");
    model_outlet(scope, section->name, &outlet);
    model_control(scope, "broker-stop", section->name, stop_broker, site->broker);
    model_control(scope, "broker-kill", section->name, kill_broker, site->broker);
    model_control(scope, "broker-start", section->name, start_broker, site->broker);
    return site;
}

static AmqpSite *site_of(const char *name, const ModelScope *scope)
{
    g_autofree char *broker = broker_of(name);
    return ((Site *)model_built(scope, "broker", broker))->site;
}

/* As the broker calls an exchange of the scenario; "" for a broker's name alone. */
static const char *exchange_name(const char *name) { return !name ? NULL : own_name(name) ? own_name(name) : ""; }

static void build_exchange(const ModelSection *section, ModelScope *scope)
{
    const ExchangeConfig *config = section->config;
    AmqpSite *site = site_of(section->name, scope);
    AmqpExchange settings = { .kind = (AmqpKind)config->type, .durable = config->durable,
                              .auto_delete = config->auto_delete,
                              .alternate = exchange_name(config->alternate) };
    int code = amqp_site_exchange(site, own_name(section->name), &settings);
    g_assert(code == 0);
    Outlet outlet = amqp_site_outlet(site, own_name(section->name));
    model_outlet(scope, section->name, &outlet);
}

static void build_queue(const ModelSection *section, ModelScope *scope)
{
    const QueueConfig *config = section->config;
    AmqpSite *site = site_of(section->name, scope);
    AmqpQueueSettings settings = {
        .durable = config->durable, .exclusive = config->exclusive, .auto_delete = config->auto_delete,
        .single_active = config->single_active, .message_ttl = config->message_ttl, .expires = config->expires,
        .max_length = config->max_length == PARAM_NO_COUNT ? -1 : (int64_t)config->max_length,
        .max_bytes = config->max_bytes == UINT64_MAX ? -1 : (int64_t)config->max_bytes,
        .overflow = (AmqpOverflow)config->overflow, .dead_exchange = exchange_name(config->dead_exchange),
        .dead_key = config->dead_key, .max_priority = config->max_priority,
    };
    int code = amqp_site_queue(site, own_name(section->name), &settings);
    g_assert(code == 0);
    Inlet inlet = amqp_site_inlet(site, own_name(section->name));
    model_inlet(scope, section->name, &inlet);
}

static void build_binding(const ModelSection *section, ModelScope *scope)
{
    const BindingConfig *config = section->config;
    g_auto(GStrv) headers = config->headers ? parse_list(config->headers) : g_new0(char *, 1);
    guint count = g_strv_length(headers);
    g_autofree AmqpArgument *arguments = g_new0(AmqpArgument, count + 1);
    for (guint i = 0; i < count; i++) {
        char *colon = strchr(headers[i], ':');
        *colon = '\0';
        arguments[i] = (AmqpArgument){ g_strstrip(headers[i]), g_strstrip(colon + 1) };
    }
    AmqpBinding binding = {
        .source = own_name(config->source), .destination = own_name(config->destination), .key = config->key,
        .to_exchange = !model_inlet_of(scope, config->destination), .match = (AmqpMatch)config->match,
        .arguments = arguments,
    };
    int code = amqp_site_bind(site_of(config->source, scope), &binding);
    g_assert(code == 0);
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    if (strcmp(section->section, "broker") == 0) return build_broker(section, scope);
    if (strcmp(section->section, "exchange") == 0) build_exchange(section, scope);
    else if (strcmp(section->section, "amqp-queue") == 0) build_queue(section, scope);
    else build_binding(section, scope);
    return NULL;
}

static const MetricName metrics[] = {
    { "amqp_confirmed", "messages", "publications that the broker confirmed" },
    { "amqp_refused", "messages", "publications that the broker refused: negative confirms" },
    { "amqp_resent", "messages", "publications made again after a reconnection" },
    { "amqp_given_up", "messages", "unconfirmed when the connection went, and not made again" },
    { "amqp_connections", "connections", "made by producers, the first ones included" },
    { "amqp_depth_max", "messages", "most that waited in the queue at once" },
    { NULL, NULL, NULL },
};

static void report_exchange(const AmqpSite *site, const char *exchange, ModelScope *scope)
{
    AmqpSiteCounts counts = amqp_site_counts(site, exchange);
    if (!counts.connections) return;                    /* nobody publishes here */
    model_value(scope, "amqp_confirmed", (double)counts.confirmed);
    model_value(scope, "amqp_refused", (double)counts.refused);
    model_value(scope, "amqp_resent", (double)counts.resent);
    model_value(scope, "amqp_given_up", (double)counts.given_up);
    model_value(scope, "amqp_connections", (double)counts.connections);
}

static void report(const ModelSection *section, void *built, ModelScope *scope)
{
    const Site *site = built;
    if (site) report_exchange(site->site, "", scope);
    else if (strcmp(section->section, "exchange") == 0)
        report_exchange(site_of(section->name, scope), own_name(section->name), scope);
    else if (strcmp(section->section, "amqp-queue") == 0) {
        g_autofree char *name = broker_of(section->name);
        const Site *at = model_built(scope, "broker", name);
        model_own(scope, "amqp_depth_max", broker_depth_max(at->broker, own_name(section->name)));
    }
}

static void clear(void *built)
{
    Site *site = built;
    if (!site) return;
    amqp_site_free(site->site);
    g_free(site);
}

static const Variant broker = {
    .name = "broker", .summary = "an AMQP message broker",
    .params = broker_params, .config_size = sizeof(BrokerConfig),
};

static const Variant exchange = {
    .name = "exchange", .summary = "an exchange of a broker: where messages are published",
    .params = exchange_params, .config_size = sizeof(ExchangeConfig),
};

static const Variant queue = {
    .name = "amqp-queue", .summary = "a queue of a broker",
    .params = queue_params, .config_size = sizeof(QueueConfig), .check = queue_check,
};

static const Variant binding = {
    .name = "binding", .summary = "which messages of an exchange go to a queue, or to another exchange",
    .params = binding_params, .config_size = sizeof(BindingConfig), .check = binding_check,
};

static const Variant *const sections[] = { &broker, &exchange, &queue, &binding, NULL };

const Model model_amqp = {
    .variant = { .name = "amqp", .summary = "AMQP brokers with exchanges, queues and bindings",
                 .source = "AMQP 0-9-1; RabbitMQ 3.10" },
    .sections = sections, .metrics = metrics, .books = "amqp",
    .check = check, .build = build, .report = report, .clear = clear,
};
