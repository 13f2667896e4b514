/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [queue NAME]: message queues on nodes, which processes put to and get from. */
#include "ipc/queue_port.h"

#include <string.h>

#include "workload/model.h"

typedef struct {
    uint32_t node, depth, threshold;
    int order, route;
    bool persistent;
    SimTime latency;
    char *backout;
} Config;

static const Param params[] = {
    { "node", PARAM_COUNT, offsetof(Config, node), "0", 0, 0, "where it is kept", NULL },
    { "maxdepth", PARAM_COUNT, offsetof(Config, depth), "0", 0, 4e9,
      "messages in it, those in units of work included; more are refused; 0: no limit", NULL },
    { "order", PARAM_CHOICE, offsetof(Config, order), "fifo", 0, 0,
      "which message is the next: the oldest, or the most urgent", "fifo|priority" },
    { "persistent-default", PARAM_BOOL, offsetof(Config, persistent), "no", 0, 0,
      "every message survives a crash of the node, whatever its producer says", NULL },
    { "store-latency", PARAM_DURATION, offsetof(Config, latency), "0 s", 0, 0x1p62,
      "what the disk takes: of each put of a persistent message, and of each commit of one", NULL },
    { "backout-threshold", PARAM_COUNT, offsetof(Config, threshold), "0", 0, 1e6,
      "a message that was backed out so often is moved to the backout queue; 0: never", NULL },
    { "backout-queue", PARAM_TEXT, offsetof(Config, backout), "", 0, 0, "a [queue NAME] on the same node", NULL },
    MODEL_ROUTE(Config),
    PARAM_END
};

static void check_config(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->threshold && !config->backout)
        keys_fault(keys, "backout-threshold", "there is no backout-queue to move it to");
    if (config->backout && !config->threshold)
        keys_fault(keys, "backout-queue", "nothing is moved there without a backout-threshold");
}

static void check(const ModelSection *section, ModelCheck *check)
{
    const Config *config = section->config;
    uint32_t nodes = model_check_nodes(check);
    if (nodes && config->node >= nodes)
        model_fault(check, "node", "there is no node %u; the nodes are 0 .. %u", config->node, nodes - 1);
    if (!config->backout || !model_refer(check, "backout-queue", "queue", config->backout)) return;
    const Config *other = model_config(check, "queue", config->backout);
    if (other && (other->node != config->node || other->route != config->route))
        model_fault(check, "backout-queue", "'%s' is on another node, or has another route", config->backout);
    if (strcmp(config->backout, section->name) == 0) model_fault(check, "backout-queue", "it is the queue itself");
}

typedef struct { Queue *queue; QueuePort *port; } Built;

/* The queues of a node with one route share a store, and units of work. */
static QueueStore *store_of(const Config *config, ModelScope *scope)
{
    enum { PORT = 1400 };
    Address at = { config->node, PORT + (uint32_t)config->route };
    QueueStore *store = queue_store_at(model_ipc(scope), at);
    if (store) return store;
    QueueStoreSettings settings = queue_store_defaults;
    settings.overlay = config->route;
    return queue_store_new(model_ipc(scope), at, &settings);
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    const Config *config = section->config;
    Built *built = g_new0(Built, 1);
    QueueSettings settings = { .max_depth = config->depth, .by_priority = config->order,
                               .persistent = config->persistent,
                               .store_latency = config->latency };
    QueueStore *store = store_of(config, scope);
    built->queue = queue_new(store, section->name, &settings);
    built->port = queue_port_new(&(QueuePortSettings){ .store = store, .name = section->name,
                                                       .backout_queue = config->backout,
                                                       .backout_threshold = config->threshold });
    Outlet outlet = queue_port_outlet(built->port);
    Inlet inlet = queue_port_inlet(built->port);
    model_outlet(scope, section->name, &outlet);
    model_inlet(scope, section->name, &inlet);
    return built;
}

static const MetricName metrics[] = {
    { "queue_depth_max", "messages", "most that stood in the queue, those in units of work included" },
    { "queue_depth_mean", "messages", "that stood in it, mean over time" },
    { "queue_wait_mean_ms", "ms", "from the put to the get, mean over what was taken for good" },
    { "queue_refused", "messages", "refused because the queue was full" },
    { "queue_backouts", "messages", "put back in their places, by a backout or the end of who had them" },
    { "queue_moved", "messages", "moved to the backout queue" },
    { NULL, NULL, NULL },
};

static void report(const ModelSection *section, void *data, ModelScope *scope)
{
    const Built *built = data;
    QueueCounts counts = queue_counts(built->queue);
    (void)section;
    model_own(scope, "queue_depth_max", counts.deepest);
    model_own(scope, "queue_depth_mean", counts.depth_time / (double)model_end(scope));
    model_ratio(scope, "queue_wait_mean_ms", counts.wait_time / SIM_MS, (double)counts.gets);
    model_value(scope, "queue_refused", (double)counts.refused);
    model_value(scope, "queue_backouts", (double)counts.backouts);
    model_value(scope, "queue_moved", (double)queue_port_moved(built->port));
}

static void clear(void *data)
{
    Built *built = data;
    queue_port_free(built->port);
    g_free(built);
}

static const Variant queue = {
    .name = "queue", .summary = "a message queue on a node",
    .params = params, .config_size = sizeof(Config), .check = check_config,
};

static const Variant *const sections[] = { &queue, NULL };

const Model model_queue = {
    .variant = { .name = "queue", .summary = "message queues: put, get, poll and notify",
                 .source = "message-oriented middleware; A. Tanenbaum and M. van Steen, Distributed Systems" },
    .sections = sections, .metrics = metrics, .books = "queue", .check = check, .build = build, .report = report,
    .clear = clear,
};
