/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workload/mq_sections.h"

#include <string.h>

enum { TRIGGERED = 2 };                 /* of `start` */

static const Param manager_params[] = {
    { "node", PARAM_COUNT, offsetof(MqManagerConfig, node), "0", 0, 0, "where it runs", NULL },
    { "dead-letter-queue", PARAM_TEXT, offsetof(MqManagerConfig, dead_letters), "", 0, 0,
      "NAME of its [mq-queue] for what its channels cannot deliver; absent: the channel ends", NULL },
    { "default-xmitq", PARAM_TEXT, offsetof(MqManagerConfig, default_xmitq), "", 0, 0,
      "NAME of its transmission queue for managers that have none of their own", NULL },
    { "npmclass", PARAM_CHOICE, offsetof(MqManagerConfig, npmclass), "normal", 0, 0,
      "messages that are not persistent are lost whenever it stops, or only when it crashes", "normal|high" },
    { "heartbeat", PARAM_DURATION, offsetof(MqManagerConfig, heartbeat), "10 s", 0, 0x1p60,
      "of connections of processes on other nodes; three in silence end one; 0 s: never", NULL },
    MODEL_ROUTE(MqManagerConfig),
    PARAM_END
};

static const Param queue_params[] = {
    { "usage", PARAM_CHOICE, offsetof(MqQueueConfig, usage), "normal", 0, 0,
      "xmit: it holds what is on its way to another manager", "normal|xmit" },
    { "maxdepth", PARAM_COUNT, offsetof(MqQueueConfig, depth), "5000", 0, 4e9,
      "messages in it; more are refused; 0: no limit", NULL },
    { "order", PARAM_CHOICE, offsetof(MqQueueConfig, order), "priority", 0, 0,
      "which message is the next: the most urgent, or the oldest",
      "priority|fifo" },
    { "trigger", PARAM_CHOICE, offsetof(MqQueueConfig, trigger), "none", 0, 0,
      "first: a message in an empty transmission queue starts its channel, if that is inactive", "none|first" },
    { "channel", PARAM_TEXT, offsetof(MqQueueConfig, channel), "", 0, 0,
      "the [channel] to start; absent: the one that serves it", NULL },
    { "remote", PARAM_TEXT, offsetof(MqQueueConfig, remote), "", 0, 0,
      "QUEUE@QMGR: it stands for a queue of another manager; @QMGR: for the manager", NULL },
    { "alias", PARAM_TEXT, offsetof(MqQueueConfig, alias), "", 0, 0, "it stands for this queue of its own manager",
      NULL },
    { "xmitq", PARAM_TEXT, offsetof(MqQueueConfig, xmitq), "", 0, 0,
      "the way there; absent: the one called as the manager, or the default", NULL },
    { "backout-threshold", PARAM_COUNT, offsetof(MqQueueConfig, threshold), "0", 0, 1e6,
      "a message that was backed out so often is moved to the backout queue; 0: never", NULL },
    { "backout-queue", PARAM_TEXT, offsetof(MqQueueConfig, backout), "", 0, 0, "NAME of a queue of the same manager",
      NULL },
    PARAM_END
};

static const Param channel_params[] = {
    { "from", PARAM_TEXT, offsetof(MqChannelConfig, from), NULL, 0, 0, "the [qmgr] that sends", NULL },
    { "to", PARAM_TEXT, offsetof(MqChannelConfig, to), NULL, 0, 0, "the [qmgr] that receives", NULL },
    { "xmitq", PARAM_TEXT, offsetof(MqChannelConfig, xmitq), NULL, 0, 0,
      "NAME of the transmission queue that it empties", NULL },
    { "batchsz", PARAM_COUNT, offsetof(MqChannelConfig, batchsz), "50", 1, 9999,
      "messages of a batch, which commits as a whole", NULL },
    { "batchint", PARAM_DURATION, offsetof(MqChannelConfig, batchint), "0 s", 0, 0x1p62,
      "how long a batch stays open for more; 0 s: until the transmission queue is empty", NULL },
    { "npmspeed", PARAM_CHOICE, offsetof(MqChannelConfig, npmspeed), "fast", 0, 0,
      "fast: messages that are not persistent travel outside of batches, and are lost with the connection",
          "fast|normal" },
    { "shortrty", PARAM_COUNT, offsetof(MqChannelConfig, shortrty), "10", 0, 999999999,
      "retries after a failure, at first", NULL },
    { "shorttmr", PARAM_DURATION, offsetof(MqChannelConfig, shorttmr), "60 s", 0, 0x1p60, "between them", NULL },
    { "longrty", PARAM_COUNT, offsetof(MqChannelConfig, longrty), "999999999", 0, 999999999,
      "retries after those; then it is stopped", NULL },
    { "longtmr", PARAM_DURATION, offsetof(MqChannelConfig, longtmr), "20 min", 0, 0x1p60, "between them", NULL },
    { "mrrty", PARAM_COUNT, offsetof(MqChannelConfig, mrrty), "10", 0, 999999999,
      "retries of a message that its queue does not take, while all others wait", NULL },
    { "mrtmr", PARAM_DURATION, offsetof(MqChannelConfig, mrtmr), "1 s", 0, 0x1p60, "between them", NULL },
    { "hbint", PARAM_DURATION, offsetof(MqChannelConfig, hbint), "300 s", 0, 0x1p60,
      "heartbeat of an idle channel, and how long an answer may take; 0 s: never", NULL },
    { "discint", PARAM_DURATION, offsetof(MqChannelConfig, discint), "6000 s", 0, 0x1p60,
      "idle for so long it becomes inactive; 0 s: never", NULL },
    { "start", PARAM_CHOICE, offsetof(MqChannelConfig, start), "auto", 0, 0,
      "with its manager, by channel-start alone, or by the trigger of its transmission queue",
          "auto|manual|triggered" },
    { "usedlq", PARAM_BOOL, offsetof(MqChannelConfig, usedlq), "yes", 0, 0,
      "what cannot be delivered goes to the dead-letter queue", NULL },
    MODEL_ROUTE(MqChannelConfig),
    PARAM_END
};

static void queue_check(void *data, const Keys *keys)
{
    const MqQueueConfig *config = data;
    bool local = !config->remote && !config->alias;
    if (config->remote && config->alias)
        keys_fault(keys, "alias", "it stands for one thing alone; remote is given too");
    if (config->remote && !strchr(config->remote, '@'))
        keys_fault(keys, "remote", "'%s' is no QUEUE@QMGR", config->remote);
    if (config->xmitq && !config->remote) keys_fault(keys, "xmitq", "it goes with `remote`");
    if (config->usage && !local) keys_fault(keys, "usage", "what stands for another queue holds no messages");
    if (config->trigger && !config->usage)
        keys_fault(keys, "trigger", "channels are started by transmission queues; usage = xmit");
    if (config->channel && !config->trigger) keys_fault(keys, "channel", "nothing starts it without trigger = first");
    if (config->threshold && !config->backout)
        keys_fault(keys, "backout-threshold", "there is no backout-queue to move it to");
    if (config->backout && !config->threshold)
        keys_fault(keys, "backout-queue", "nothing is moved there without a backout-threshold");
}

/* ---- checks across sections ---- */

const char *mq_name_split(const char *name, char **manager)
{
    const char *point = strchr(name, '.');
    *manager = g_strndup(name, strcspn(name, "."));
    return point && point > name && point[1] ? point + 1 : NULL;
}

static const MqQueueConfig *queue_of(const ModelCheck *check, const char *manager, const char *name)
{
    g_autofree char *full = g_strconcat(manager, ".", name, NULL);
    return model_config(check, "mq-queue", full);
}

static void check_own(ModelCheck *check, const char *key, const char *manager, const char *name, bool transmission)
{
    if (!name) return;
    g_autofree char *full = g_strconcat(manager, ".", name, NULL);
    if (!model_refer(check, key, "mq-queue", full)) return;
    const MqQueueConfig *config = queue_of(check, manager, name);
    if (!config) return;
    if (transmission && !config->usage)
        model_fault(check, key, "[mq-queue %s] is no transmission queue; usage = xmit", full);
    if (!transmission && (config->remote || config->alias || config->usage))
        model_fault(check, key, "[mq-queue %s] is no queue to keep messages in", full);
}

static void check_manager(const ModelSection *section, ModelCheck *check)
{
    const MqManagerConfig *config = section->config;
    uint32_t nodes = model_check_nodes(check);
    if (nodes && config->node >= nodes)
        model_fault(check, "node", "there is no node %u; the nodes are 0 .. %u", config->node, nodes - 1);
    if (strpbrk(section->name, ".@"))
        model_fault(check, "node", "the name of a queue manager has no point and no @ in it");
    check_own(check, "dead-letter-queue", section->name, config->dead_letters, false);
    check_own(check, "default-xmitq", section->name, config->default_xmitq, true);
}

/* A manager that is meant is one, or a name that this one has for one. */
static void check_remote(const MqQueueConfig *config, const char *manager, ModelCheck *check)
{
    static const char *const either[] = { "qmgr", NULL };
    const char *target = strchr(config->remote, '@') + 1;
    const MqQueueConfig *renamed = queue_of(check, manager, target);
    if (!renamed || !renamed->remote) (void)model_refer_any(check, "remote", either, target);
    check_own(check, "xmitq", manager, config->xmitq, true);
}

static void check_queue(const ModelSection *section, ModelCheck *check)
{
    const MqQueueConfig *config = section->config;
    g_autofree char *manager = NULL;
    const char *name = mq_name_split(section->name, &manager);
    if (!name || strchr(name, '@')) {
        model_fault(check, "usage", "'%s' is no QMGR.NAME", section->name);
        return;
    }
    if (!model_refer(check, "usage", "qmgr", manager)) return;
    if (config->remote && strchr(config->remote, '@')) check_remote(config, manager, check);
    if (config->alias) {
        g_autofree char *full = g_strconcat(manager, ".", config->alias, NULL);
        const MqQueueConfig *base = queue_of(check, manager, config->alias);
        if (model_refer(check, "alias", "mq-queue", full) && base && base->alias)
            model_fault(check, "alias", "[mq-queue %s] is an alias itself", full);
    }
    if (config->channel && model_refer(check, "channel", "channel", config->channel)) {
        const MqChannelConfig *channel = model_config(check, "channel", config->channel);
        if (channel && (strcmp(channel->from, manager) != 0 || strcmp(channel->xmitq, name) != 0))
            model_fault(check, "channel", "[channel %s] does not empty this queue", config->channel);
    }
    check_own(check, "backout-queue", manager, config->backout, false);
    if (config->backout && strcmp(config->backout, name) == 0)
        model_fault(check, "backout-queue", "it is the queue itself");
}

static void check_channel(const ModelSection *section, ModelCheck *check)
{
    const MqChannelConfig *config = section->config;
    bool known = model_refer(check, "from", "qmgr", config->from);
    if (model_refer(check, "to", "qmgr", config->to) && strcmp(config->from, config->to) == 0)
        model_fault(check, "to", "a channel goes from one queue manager to another");
    if (!known) return;
    check_own(check, "xmitq", config->from, config->xmitq, true);
    const MqQueueConfig *queue = queue_of(check, config->from, config->xmitq);
    if (config->start == TRIGGERED && queue && !queue->trigger)
        model_fault(check, "start", "its transmission queue starts nothing; trigger = first there");
}

void mq_check(const ModelSection *section, ModelCheck *check)
{
    if (strcmp(section->section, "qmgr") == 0) check_manager(section, check);
    else if (strcmp(section->section, "mq-queue") == 0) check_queue(section, check);
    else check_channel(section, check);
}

const Variant mq_manager_section = {
    .name = "qmgr", .summary = "a queue manager",
    .params = manager_params, .config_size = sizeof(MqManagerConfig),
};

const Variant mq_queue_section = {
    .name = "mq-queue",
    .summary = "a queue of a queue manager: its own, on the way to another one, or a name for one elsewhere",
    .params = queue_params, .config_size = sizeof(MqQueueConfig), .check = queue_check,
};

const Variant mq_channel_section = {
    .name = "channel", .summary = "a message channel from one queue manager to another",
    .params = channel_params, .config_size = sizeof(MqChannelConfig),
};
