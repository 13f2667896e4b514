/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [qmgr NAME], [mq-queue QMGR.NAME] and [channel NAME]: queue managers that store messages
 * and pass them on. */
#include "ipc/mq.h"

#include <string.h>

#include "ipc/queue_port.h"
#include "workload/model.h"

typedef struct { uint32_t node; char *dead_letters, *default_xmitq; int npmclass, route; SimTime heartbeat; } ManagerConfig;

static const Param manager_params[] = {
    { "node", PARAM_COUNT, offsetof(ManagerConfig, node), "0", 0, 0, "where it runs", NULL },
    { "dead-letter-queue", PARAM_TEXT, offsetof(ManagerConfig, dead_letters), "", 0, 0,
      "NAME of its [mq-queue] for what its channels cannot deliver; absent: the channel ends", NULL },
    { "default-xmitq", PARAM_TEXT, offsetof(ManagerConfig, default_xmitq), "", 0, 0,
      "NAME of its transmission queue for managers that have none of their own", NULL },
    { "npmclass", PARAM_CHOICE, offsetof(ManagerConfig, npmclass), "normal", 0, 0,
      "messages that are not persistent are lost whenever it stops, or only when it crashes", "normal|high" },
    { "heartbeat", PARAM_DURATION, offsetof(ManagerConfig, heartbeat), "10 s", 0, 0x1p60,
      "of connections of processes on other nodes; three in silence end one; 0 s: never", NULL },
    MODEL_ROUTE(ManagerConfig),
    PARAM_END
};

typedef struct { int usage, order, trigger; uint32_t depth, threshold; char *channel, *remote, *alias, *xmitq, *backout; } QueueConfig;

static const Param queue_params[] = {
    { "usage", PARAM_CHOICE, offsetof(QueueConfig, usage), "normal", 0, 0, "xmit: it holds what is on its way to another manager", "normal|xmit" },
    { "maxdepth", PARAM_COUNT, offsetof(QueueConfig, depth), "5000", 0, 4e9, "messages in it; more are refused; 0: no limit", NULL },
    { "order", PARAM_CHOICE, offsetof(QueueConfig, order), "priority", 0, 0, "which message is the next: the most urgent, or the oldest",
      "priority|fifo" },
    { "trigger", PARAM_CHOICE, offsetof(QueueConfig, trigger), "none", 0, 0,
      "first: a message in an empty transmission queue starts its channel, if that is inactive", "none|first" },
    { "channel", PARAM_TEXT, offsetof(QueueConfig, channel), "", 0, 0, "the [channel] to start; absent: the one that serves it", NULL },
    { "remote", PARAM_TEXT, offsetof(QueueConfig, remote), "", 0, 0,
      "QUEUE@QMGR: it stands for a queue of another manager; @QMGR: for the manager", NULL },
    { "alias", PARAM_TEXT, offsetof(QueueConfig, alias), "", 0, 0, "it stands for this queue of its own manager", NULL },
    { "xmitq", PARAM_TEXT, offsetof(QueueConfig, xmitq), "", 0, 0, "the way there; absent: the one called as the manager, or the default", NULL },
    { "backout-threshold", PARAM_COUNT, offsetof(QueueConfig, threshold), "0", 0, 1e6,
      "a message that was backed out so often is moved to the backout queue; 0: never", NULL },
    { "backout-queue", PARAM_TEXT, offsetof(QueueConfig, backout), "", 0, 0, "NAME of a queue of the same manager", NULL },
    PARAM_END
};

typedef struct {
    char *from, *to, *xmitq;
    uint32_t batchsz, shortrty, longrty, mrrty;
    SimTime batchint, shorttmr, longtmr, mrtmr, hbint, discint;
    int npmspeed, start, route;
    bool usedlq;
} ChannelConfig;

static const Param channel_params[] = {
    { "from", PARAM_TEXT, offsetof(ChannelConfig, from), NULL, 0, 0, "the [qmgr] that sends", NULL },
    { "to", PARAM_TEXT, offsetof(ChannelConfig, to), NULL, 0, 0, "the [qmgr] that receives", NULL },
    { "xmitq", PARAM_TEXT, offsetof(ChannelConfig, xmitq), NULL, 0, 0, "NAME of the transmission queue that it empties", NULL },
    { "batchsz", PARAM_COUNT, offsetof(ChannelConfig, batchsz), "50", 1, 9999, "messages of a batch, which commits as a whole", NULL },
    { "batchint", PARAM_DURATION, offsetof(ChannelConfig, batchint), "0 s", 0, 0x1p62,
      "how long a batch stays open for more; 0 s: until the transmission queue is empty", NULL },
    { "npmspeed", PARAM_CHOICE, offsetof(ChannelConfig, npmspeed), "fast", 0, 0,
      "fast: messages that are not persistent travel outside of batches, and are lost with the connection", "fast|normal" },
    { "shortrty", PARAM_COUNT, offsetof(ChannelConfig, shortrty), "10", 0, 999999999, "retries after a failure, at first", NULL },
    { "shorttmr", PARAM_DURATION, offsetof(ChannelConfig, shorttmr), "60 s", 0, 0x1p60, "between them", NULL },
    { "longrty", PARAM_COUNT, offsetof(ChannelConfig, longrty), "999999999", 0, 999999999, "retries after those; then it is stopped", NULL },
    { "longtmr", PARAM_DURATION, offsetof(ChannelConfig, longtmr), "20 min", 0, 0x1p60, "between them", NULL },
    { "mrrty", PARAM_COUNT, offsetof(ChannelConfig, mrrty), "10", 0, 999999999,
      "retries of a message that its queue does not take, while all others wait", NULL },
    { "mrtmr", PARAM_DURATION, offsetof(ChannelConfig, mrtmr), "1 s", 0, 0x1p60, "between them", NULL },
    { "hbint", PARAM_DURATION, offsetof(ChannelConfig, hbint), "300 s", 0, 0x1p60,
      "heartbeat of an idle channel, and how long an answer may take; 0 s: never", NULL },
    { "discint", PARAM_DURATION, offsetof(ChannelConfig, discint), "6000 s", 0, 0x1p60, "idle for so long it becomes inactive; 0 s: never", NULL },
    { "start", PARAM_CHOICE, offsetof(ChannelConfig, start), "auto", 0, 0,
      "with its manager, by channel-start alone, or by the trigger of its transmission queue", "auto|manual|triggered" },
    { "usedlq", PARAM_BOOL, offsetof(ChannelConfig, usedlq), "yes", 0, 0, "what cannot be delivered goes to the dead-letter queue", NULL },
    MODEL_ROUTE(ChannelConfig),
    PARAM_END
};

static void queue_check(void *data, const Keys *keys)
{
    const QueueConfig *config = data;
    bool local = !config->remote && !config->alias;
    if (config->remote && config->alias) keys_fault(keys, "alias", "it stands for one thing alone; remote is given too");
    if (config->remote && !strchr(config->remote, '@')) keys_fault(keys, "remote", "'%s' is no QUEUE@QMGR", config->remote);
    if (config->xmitq && !config->remote) keys_fault(keys, "xmitq", "it goes with `remote`");
    if (config->usage && !local) keys_fault(keys, "usage", "what stands for another queue holds no messages");
    if (config->trigger && !config->usage) keys_fault(keys, "trigger", "channels are started by transmission queues; usage = xmit");
    if (config->channel && !config->trigger) keys_fault(keys, "channel", "nothing starts it without trigger = first");
    if (config->threshold && !config->backout) keys_fault(keys, "backout-threshold", "there is no backout-queue to move it to");
    if (config->backout && !config->threshold) keys_fault(keys, "backout-queue", "nothing is moved there without a backout-threshold");
}

/* ---- checks across sections ---- */

/* "QMGR.NAME": the name, and *manager to be freed; NULL where it has no point. */
static const char *split(const char *name, char **manager)
{
    const char *point = strchr(name, '.');
    *manager = g_strndup(name, strcspn(name, "."));
    return point && point > name && point[1] ? point + 1 : NULL;
}

static const QueueConfig *queue_of(const ModelCheck *check, const char *manager, const char *name)
{
    g_autofree char *full = g_strconcat(manager, ".", name, NULL);
    return model_config(check, "mq-queue", full);
}

static void check_own(ModelCheck *check, const char *key, const char *manager, const char *name, bool transmission)
{
    if (!name) return;
    g_autofree char *full = g_strconcat(manager, ".", name, NULL);
    if (!model_refer(check, key, "mq-queue", full)) return;
    const QueueConfig *config = queue_of(check, manager, name);
    if (!config) return;
    if (transmission && !config->usage) model_fault(check, key, "[mq-queue %s] is no transmission queue; usage = xmit", full);
    if (!transmission && (config->remote || config->alias || config->usage))
        model_fault(check, key, "[mq-queue %s] is no queue to keep messages in", full);
}

static void check_manager(const ModelSection *section, ModelCheck *check)
{
    const ManagerConfig *config = section->config;
    uint32_t nodes = model_check_nodes(check);
    if (nodes && config->node >= nodes) model_fault(check, "node", "there is no node %u; the nodes are 0 .. %u", config->node, nodes - 1);
    if (strpbrk(section->name, ".@")) model_fault(check, "node", "the name of a queue manager has no point and no @ in it");
    check_own(check, "dead-letter-queue", section->name, config->dead_letters, false);
    check_own(check, "default-xmitq", section->name, config->default_xmitq, true);
}

/* A manager that is meant is one, or a name that this one has for one. */
static void check_remote(const QueueConfig *config, const char *manager, ModelCheck *check)
{
    static const char *const either[] = { "qmgr", NULL };
    const char *target = strchr(config->remote, '@') + 1;
    const QueueConfig *renamed = queue_of(check, manager, target);
    if (!renamed || !renamed->remote) (void)model_refer_any(check, "remote", either, target);
    check_own(check, "xmitq", manager, config->xmitq, true);
}

static void check_queue(const ModelSection *section, ModelCheck *check)
{
    const QueueConfig *config = section->config;
    g_autofree char *manager = NULL;
    const char *name = split(section->name, &manager);
    if (!name || strchr(name, '@')) {
        model_fault(check, "usage", "'%s' is no QMGR.NAME", section->name);
        return;
    }
    if (!model_refer(check, "usage", "qmgr", manager)) return;
    if (config->remote && strchr(config->remote, '@')) check_remote(config, manager, check);
    if (config->alias) {
        g_autofree char *full = g_strconcat(manager, ".", config->alias, NULL);
        const QueueConfig *base = queue_of(check, manager, config->alias);
        if (model_refer(check, "alias", "mq-queue", full) && base && base->alias)
            model_fault(check, "alias", "[mq-queue %s] is an alias itself", full);
    }
    if (config->channel && model_refer(check, "channel", "channel", config->channel)) {
        const ChannelConfig *channel = model_config(check, "channel", config->channel);
        if (channel && (strcmp(channel->from, manager) != 0 || strcmp(channel->xmitq, name) != 0))
            model_fault(check, "channel", "[channel %s] does not empty this queue", config->channel);
    }
    check_own(check, "backout-queue", manager, config->backout, false);
    if (config->backout && strcmp(config->backout, name) == 0) model_fault(check, "backout-queue", "it is the queue itself");
}

static void check_channel(const ModelSection *section, ModelCheck *check)
{
    const ChannelConfig *config = section->config;
    bool known = model_refer(check, "from", "qmgr", config->from);
    if (model_refer(check, "to", "qmgr", config->to) && strcmp(config->from, config->to) == 0)
        model_fault(check, "to", "a channel goes from one queue manager to another");
    if (!known) return;
    check_own(check, "xmitq", config->from, config->xmitq, true);
    const QueueConfig *queue = queue_of(check, config->from, config->xmitq);
    if (config->start == MQ_TRIGGERED && queue && !queue->trigger)
        model_fault(check, "start", "its transmission queue starts nothing; trigger = first there");
}

static void check(const ModelSection *section, ModelCheck *check)
{
    if (strcmp(section->section, "qmgr") == 0) check_manager(section, check);
    else if (strcmp(section->section, "mq-queue") == 0) check_queue(section, check);
    else check_channel(section, check);
}

/* ---- what is made ---- */

/* Of a section: one of the three.  A name for another queue has a port alone. */
typedef struct { MqManager *manager; MqChannel *channel; Queue *queue; QueuePort *port; } Built;

static void stop_manager(void *subject, const char *value) { (void)value, queue_store_stop(mq_store(subject)); }
static void start_manager(void *subject, const char *value) { (void)value, queue_store_start(mq_store(subject)); }
static void stop_channel(void *subject, const char *value) { (void)mq_channel_stop(subject, value && strcmp(value, "force") == 0); }
static void start_channel(void *subject, const char *value) { (void)value, (void)mq_channel_start(subject); }
static void resolve_channel(void *subject, const char *value) { (void)mq_channel_resolve(subject, value && strcmp(value, "commit") == 0); }

static void reset_channel(void *subject, const char *value)
{
    guint64 number = value ? g_ascii_strtoull(value, NULL, 10) : 1;
    (void)mq_channel_reset(subject, number ? (uint32_t)number : 1);
}

static MqManager *manager_of(const ModelScope *scope, const char *name)
{
    const Built *built = model_built(scope, "qmgr", name);
    return built->manager;
}

static void build_manager(const ModelSection *section, ModelScope *scope, Built *built)
{
    const ManagerConfig *config = section->config;
    MqManagerSettings settings = { .dead_letter_queue = config->dead_letters, .default_xmitq = config->default_xmitq,
                                   .keeps_all = config->npmclass, .overlay = config->route, .heartbeat = config->heartbeat };
    built->manager = mq_manager_new(model_ipc(scope), config->node, section->name, &settings);
    model_control(scope, "qmgr-stop", section->name, stop_manager, built->manager);
    model_control(scope, "qmgr-start", section->name, start_manager, built->manager);
}

static void build_queue(const ModelSection *section, ModelScope *scope, Built *built)
{
    const QueueConfig *config = section->config;
    g_autofree char *owner = NULL;
    const char *name = split(section->name, &owner);
    g_autofree char *full = g_strconcat(name, "@", owner, NULL), *base = config->remote ? g_strdup(config->remote) : NULL;
    MqManager *manager = manager_of(scope, owner);
    if (config->remote) {
        char *at = strchr(base, '@');
        *at = '\0';
        mq_define_remote(manager, name, *base ? base : NULL, at + 1, config->xmitq);
    } else if (config->alias) {
        mq_define_alias(manager, name, config->alias);
    } else {
        MqQueueSettings settings = { .max_depth = config->depth, .transmission = config->usage, .fifo = config->order,
                                     .trigger_first = config->trigger, .channel = config->channel };
        built->queue = mq_define_local(manager, name, &settings);
    }
    built->port = queue_port_new(&(QueuePortSettings){ .store = mq_store(manager), .name = name, .backout_queue = config->backout,
                                                       .backout_threshold = config->threshold });
    Outlet outlet = queue_port_outlet(built->port);
    Inlet inlet = queue_port_inlet(built->port);
    model_outlet(scope, full, &outlet);
    model_inlet(scope, full, &inlet);
}

static void build_channel(const ModelSection *section, ModelScope *scope, Built *built)
{
    const ChannelConfig *config = section->config;
    MqManager *from = manager_of(scope, config->from), *to = manager_of(scope, config->to);
    MqChannelSettings settings = {
        .xmitq = config->xmitq, .to = mq_address(to), .batch_size = config->batchsz, .batch_interval = config->batchint,
        .normal = config->npmspeed, .heartbeat = config->hbint, .disconnect = config->discint, .short_retries = config->shortrty,
        .long_retries = config->longrty, .short_timer = config->shorttmr, .long_timer = config->longtmr,
        .message_retries = config->mrrty, .message_timer = config->mrtmr, .no_dead_letters = !config->usedlq,
        .overlay = config->route, .start = (MqStart)config->start,
    };
    (void)mq_define_receiver(to, section->name, &settings);
    MqChannel *channel = built->channel = mq_define_sender(from, section->name, &settings);
    model_control(scope, "channel-stop", section->name, stop_channel, channel);
    model_control(scope, "channel-start", section->name, start_channel, channel);
    model_control(scope, "channel-resolve", section->name, resolve_channel, channel);
    model_control(scope, "channel-reset", section->name, reset_channel, channel);
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    Built *built = g_new0(Built, 1);
    if (strcmp(section->section, "qmgr") == 0) build_manager(section, scope, built);
    else if (strcmp(section->section, "mq-queue") == 0) build_queue(section, scope, built);
    else build_channel(section, scope, built);
    return built;
}

static void clear(void *data)
{
    Built *built = data;
    if (built->port) queue_port_free(built->port);
    g_free(built);
}

static const MetricName metrics[] = {
    { "mq_depth_max", "messages", "most that stood in the queue, those in units of work included" },
    { "mq_depth_mean", "messages", "that stood in it, mean over time" },
    { "mq_wait_mean_ms", "ms", "from the put to the get, mean over what was taken for good" },
    { "mq_refused", "messages", "refused because the queue was full" },
    { "mq_backouts", "messages", "put back in their places, by a backout or the end of who had them" },
    { "mq_moved", "messages", "moved to the backout queue" },
    { "mq_batches", "batches", "that the channel committed" },
    { "mq_batched", "messages", "that the channel committed in batches" },
    { "mq_fast", "messages", "that the channel sent outside of batches" },
    { "mq_resent", "messages", "backed out by the sender, to be sent again" },
    { "mq_indoubt", "times", "that the channel broke with a batch in doubt" },
    { "mq_attempts", "times", "that the sender called the other end" },
    { "mq_retries", "times", "that it did so after a failure" },
    { "mq_sequence", "messages", "the last number that both ends committed, as the sender knows" },
    { "mq_running", "1", "the channel runs at the end" },
    { NULL, NULL, NULL },
};

static void report_queue(const Built *built, ModelScope *scope)
{
    QueueCounts counts = queue_counts(built->queue);
    model_own(scope, "mq_depth_max", counts.deepest);
    model_own(scope, "mq_depth_mean", counts.depth_time / (double)model_end(scope));
    model_ratio(scope, "mq_wait_mean_ms", counts.wait_time / SIM_MS, (double)counts.gets);
    model_value(scope, "mq_refused", (double)counts.refused);
    model_value(scope, "mq_backouts", (double)counts.backouts);
    model_value(scope, "mq_moved", (double)queue_port_moved(built->port));
}

static void report_channel(const MqChannel *channel, ModelScope *scope)
{
    MqChannelStatus status = mq_channel_status(channel);
    model_value(scope, "mq_batches", (double)status.batches);
    model_value(scope, "mq_batched", (double)status.messages);
    model_value(scope, "mq_fast", (double)status.fast);
    model_value(scope, "mq_resent", (double)status.resent);
    model_value(scope, "mq_indoubt", (double)status.doubts);
    model_value(scope, "mq_attempts", (double)status.attempts);
    model_value(scope, "mq_retries", (double)status.retries);
    model_own(scope, "mq_sequence", status.sequence);
    model_own(scope, "mq_running", status.state == MQ_RUNNING);
}

static void report(const ModelSection *section, void *data, ModelScope *scope)
{
    const Built *built = data;
    (void)section;
    if (built->queue) report_queue(built, scope);
    if (built->channel) report_channel(built->channel, scope);
}

static const Variant manager = {
    .name = "qmgr", .summary = "a queue manager",
    .params = manager_params, .config_size = sizeof(ManagerConfig),
};

static const Variant queue = {
    .name = "mq-queue", .summary = "a queue of a queue manager: its own, on the way to another one, or a name for one elsewhere",
    .params = queue_params, .config_size = sizeof(QueueConfig), .check = queue_check,
};

static const Variant channel = {
    .name = "channel", .summary = "a message channel from one queue manager to another",
    .params = channel_params, .config_size = sizeof(ChannelConfig),
};

static const Variant *const sections[] = { &manager, &queue, &channel, NULL };

const Model model_mq = {
    .variant = { .name = "mq", .summary = "queue managers that store messages and pass them on by channels", .source = "IBM MQ documentation" },
    .sections = sections, .metrics = metrics, .books = "mq", .check = check, .build = build, .report = report, .clear = clear,
};
