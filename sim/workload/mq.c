/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [qmgr NAME], [mq-queue QMGR.NAME] and [channel NAME]: queue managers that store messages
 * and pass them on. */
#include "ipc/mq.h"

#include <string.h>

#include "ipc/queue_port.h"
#include "workload/mq_sections.h"

/* Of a section: one of the three.  A name for another queue has a port alone. */
typedef struct { MqManager *manager; MqChannel *channel; Queue *queue; QueuePort *port; } Built;

static void stop_manager(void *subject, const char *value) { (void)value, queue_store_stop(mq_store(subject)); }
static void start_manager(void *subject, const char *value) { (void)value, queue_store_start(mq_store(subject)); }
static void stop_channel(void *subject, const char *value) { (void)value, (void)mq_channel_stop(subject, false); }
static void start_channel(void *subject, const char *value) { (void)value, (void)mq_channel_start(subject); }

static void resolve_channel(void *subject, const char *value)
{
    (void)mq_channel_resolve(subject, value && strcmp(value, "commit") == 0);
}

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
    const MqManagerConfig *config = section->config;
    MqManagerSettings settings = { .dead_letter_queue = config->dead_letters, .default_xmitq = config->default_xmitq,
                                   .keeps_all = config->npmclass, .overlay = config->route,
                                   .heartbeat = config->heartbeat };
    built->manager = mq_manager_new(model_ipc(scope), config->node, section->name, &settings);
    model_control(scope, "qmgr-stop", section->name, stop_manager, built->manager);
    model_control(scope, "qmgr-start", section->name, start_manager, built->manager);
}

static void build_queue(const ModelSection *section, ModelScope *scope, Built *built)
{
    const MqQueueConfig *config = section->config;
    g_autofree char *owner = NULL;
    const char *name = mq_name_split(section->name, &owner);
    g_autofree char *full = g_strconcat(name, "@", owner, NULL), *base = config->remote ? g_strdup(config->remote)
        : NULL;
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
    built->port = queue_port_new(&(QueuePortSettings){ .store = mq_store(manager), .name = name,
                                                       .backout_queue = config->backout,
                                                       .backout_threshold = config->threshold });
    Outlet outlet = queue_port_outlet(built->port);
    Inlet inlet = queue_port_inlet(built->port);
    model_outlet(scope, full, &outlet);
    model_inlet(scope, full, &inlet);
}

static void build_channel(const ModelSection *section, ModelScope *scope, Built *built)
{
    const MqChannelConfig *config = section->config;
    MqManager *from = manager_of(scope, config->from), *to = manager_of(scope, config->to);
    MqChannelSettings settings = {
        .xmitq = config->xmitq, .to = mq_address(to), .batch_size = config->batchsz, .batch_interval = config->batchint,
        .normal = config->npmspeed, .heartbeat = config->hbint, .disconnect = config->discint,
        .short_retries = config->shortrty,
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

static const Variant *const sections[] = { &mq_manager_section, &mq_queue_section, &mq_channel_section, NULL };

const Model model_mq = {
    .variant = { .name = "mq", .summary = "queue managers that store messages and pass them on by channels",
                 .source = "IBM MQ documentation" },
    .sections = sections, .metrics = metrics, .books = "mq", .check = mq_check, .build = build, .report = report,
    .clear = clear,
};
