/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queue managers: what they define, and where a name leads. */
#include <string.h>

#include "ipc/mq_part.h"

enum { FIRST_PORT = 1414 };

const MqManagerSettings mq_manager_defaults = { .heartbeat = 10 * SIM_S };
const MqQueueSettings mq_queue_defaults = { .max_depth = 5000 };

typedef struct { MqManager *first, *last; } Managers;

static void start(Ipc *ipc, void *state);
static void stop(void *state);

static const Library mq_library = {
    .name = "mq", .size = sizeof(Managers), .start = start, .stop = stop,
};

static void start(Ipc *ipc, void *state)
{
    (void)state;
    (void)queues_of(ipc);                               /* its host_down() stops the managers */
}

void flow_send(Connection *connection, Wire *wire)
{
    static const QueueStoreSettings flow = { .header = 456 };       /* segment and transmission headers */
    (void)queue_wire_send(connection, wire, &flow);
}

/* ---- up and down ---- */

static bool is_triggered(const MqChannel *channel)
{
    const Definition *defined = manager_defined(channel->manager, channel->xmitq->name);
    return defined->triggers && (!defined->channel || strcmp(defined->channel, channel->name) == 0);
}

static void started(void *user)
{
    MqManager *manager = user;
    receiver_listen(manager);
    for (MqChannel *channel = manager->first_channel; channel; channel = channel->next) {
        channel->state = channel->stopped ? MQ_STOPPED : MQ_INACTIVE;
        if (!channel->sender || channel->stopped) continue;
        bool waits = channel->xmitq->ready + channel->xmitq->hidden > 0 && is_triggered(channel);
        if (waits || channel->settings.start == MQ_AUTO) (void)mq_channel_start(channel);
    }
}

static void stopping(void *user)
{
    MqManager *manager = user;
    for (MqChannel *channel = manager->first_channel; channel; channel = channel->next) {
        if (!channel->sender) continue;
        sender_close(channel);
        channel->state = channel->stopped ? MQ_STOPPED : MQ_INACTIVE;
    }
    while (manager->agents) agent_end(manager->agents);
    listener_close(manager->listener);
    manager->listener = NULL;
}

static void begin(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    (void)detail;
    channel->starting = false;
    if (channel->state == MQ_INACTIVE) (void)mq_channel_start(channel);
}

static void begin_soon(MqChannel *channel)
{
    if (channel->starting) return;
    channel->starting = true;
    (void)ipc_after(channel->manager->ipc, channel->manager->channels.host, 0, begin, channel, 0);
}

static void pump(void *subject, uint64_t detail)
{
    MqChannel *channel = subject;
    (void)detail;
    channel->pump_timer = 0;
    sender_pump(channel);
}

/* A message came to be visible on the transmission queue. */
static void noticed(Notice *notice)
{
    MqChannel *channel = (MqChannel *)notice;
    Ipc *ipc = channel->manager->ipc;
    NodeId host = channel->manager->channels.host;
    if (channel->state == MQ_RUNNING) {
        if (!channel->pump_timer && !channel->asking) channel->pump_timer = ipc_after(ipc, host, 0, pump, channel, 0);
    } else if (channel->state == MQ_INACTIVE && channel->xmitq->ready == 1 && is_triggered(channel)) {
        begin_soon(channel);
    }
}

/* ---- managers ---- */

MqManager *mq_manager_new(Ipc *ipc, NodeId host, const char *name, const MqManagerSettings *settings)
{
    enum { CLIENT_HEADER = 392 };                       /* segment header and message descriptor */
    Managers *all = ipc_library(ipc, &mq_library);
    if (!settings) settings = &mq_manager_defaults;
    MqManager *manager = g_new0(MqManager, 1);
    *manager = (MqManager){ .ipc = ipc, .all = queues_of(ipc), .name = g_strdup(name),
                            .dead_letters = g_strdup(settings->dead_letter_queue),
                            .default_xmitq = g_strdup(settings->default_xmitq) };
    Address at = { host, FIRST_PORT };
    while (queue_store_at(ipc, at)) at.port += 2;
    manager->channels = (Address){ host, at.port + 1 };
    QueueStoreSettings store = { .model = "mq", .manager = name, .header = CLIENT_HEADER,
                                 .heartbeat = settings->heartbeat,
                                 .overlay = settings->overlay, .keeps_all = settings->keeps_all };
    manager->store = queue_store_new(ipc, at, &store);
    manager->store->user = manager;
    manager->store->resolve = manager_place;
    manager->store->started = started;
    manager->store->stopping = stopping;
    if (all->last) all->last->next = manager;
    else all->first = manager;
    all->last = manager;
    if (manager_is_up(manager)) started(manager);
    return manager;
}

MqManager *mq_manager_find(Ipc *ipc, const char *name)
{
    MqManager *manager = ((Managers *)ipc_library(ipc, &mq_library))->first;
    while (manager && strcmp(manager->name, name) != 0) manager = manager->next;
    return manager;
}

QueueStore *mq_store(const MqManager *manager) { return manager->store; }
Address mq_address(const MqManager *manager) { return manager->channels; }

/* ---- definitions ---- */

static Definition *define(MqManager *manager, const char *name, DefinedAs as)
{
    Definition *defined = g_new0(Definition, 1);
    g_assert(!manager_defined(manager, name));
    defined->name = g_strdup(name);
    defined->as = as;
    if (manager->last) manager->last->next = defined;
    else manager->first = defined;
    manager->last = defined;
    return defined;
}

Queue *mq_define_local(MqManager *manager, const char *name, const MqQueueSettings *settings)
{
    if (!settings) settings = &mq_queue_defaults;
    Definition *defined = define(manager, name, DEFINED_LOCAL);
    QueueSettings queue = { .max_depth = settings->max_depth, .by_priority = !settings->fifo,
                            .transmission = settings->transmission };
    defined->queue = queue_new(manager->store, name, &queue);
    defined->triggers = settings->trigger_first;
    defined->channel = g_strdup(settings->channel);
    return defined->queue;
}

void mq_define_remote(MqManager *manager, const char *name, const char *queue, const char *target, const char *xmitq)
{
    Definition *defined = define(manager, name, DEFINED_REMOTE);
    defined->base = g_strdup(queue);
    defined->target = g_strdup(target);
    defined->xmitq = g_strdup(xmitq);
}

void mq_define_alias(MqManager *manager, const char *name, const char *queue)
{
    define(manager, name, DEFINED_ALIAS)->base = g_strdup(queue);
}

const Definition *manager_defined(const MqManager *manager, const char *name)
{
    const Definition *defined = manager->first;
    while (defined && strcmp(defined->name, name) != 0) defined = defined->next;
    return defined;
}

/* ---- names ---- */

static Queue *transmission(const MqManager *manager, const char *name)
{
    const Definition *defined = name ? manager_defined(manager, name) : NULL;
    return defined && defined->queue && defined->queue->settings.transmission ? defined->queue : NULL;
}

static int place_remote(const MqManager *manager, const char *name, const char *target, const char *xmitq, Place *place)
{
    Queue *queue = transmission(manager, xmitq ? xmitq : target);
    if (!queue && !xmitq) queue = transmission(manager, manager->default_xmitq);
    if (!queue) return -IPC_EHOSTUNREACH;
    Queues *all = manager->all;
    *place = (Place){ queue, queues_text(all, name), queues_text(all, target) };
    return 0;
}

static int place_local(MqManager *manager, const char *name, Place *place)
{
    const Definition *defined = manager_defined(manager, name);
    if (defined && defined->as == DEFINED_ALIAS) defined = manager_defined(manager, defined->base);
    if (!defined || defined->as == DEFINED_ALIAS) return -IPC_ENOENT;
    if (defined->as == DEFINED_LOCAL) {
        *place = (Place){ .queue = defined->queue };
        return 0;
    }
    if (!defined->base) return -IPC_ENOENT;
    if (strcmp(defined->target, manager->name) == 0) {
        const Definition *here = manager_defined(manager, defined->base);
        *place = (Place){ .queue = here ? here->queue : NULL };
        return place->queue ? 0 : -IPC_ENOENT;
    }
    return place_remote(manager, defined->base, defined->target, defined->xmitq, place);
}

/* A queue of this manager, or the transmission queue on the way to it. */
int manager_place(void *user, const char *name, const char *target, Place *place)
{
    MqManager *manager = user;
    if (!target || strcmp(target, manager->name) == 0) return place_local(manager, name, place);
    const Definition *renamed = manager_defined(manager, target);
    if (!renamed || renamed->as != DEFINED_REMOTE || renamed->base)
        return place_remote(manager, name, target, NULL, place);
    if (strcmp(renamed->target, manager->name) == 0) return place_local(manager, name, place);
    return place_remote(manager, name, renamed->target, renamed->xmitq, place);
}

/* ---- channels ---- */

static MqChannel *channel_new(MqManager *manager, const char *name, const MqChannelSettings *settings)
{
    MqChannel *channel = g_new0(MqChannel, 1);
    *channel = (MqChannel){ .manager = manager, .name = g_strdup(name), .settings = *settings };
    if (manager->last_channel) manager->last_channel->next = channel;
    else manager->first_channel = channel;
    manager->last_channel = channel;
    return channel;
}

MqChannel *mq_define_sender(MqManager *manager, const char *name, const MqChannelSettings *settings)
{
    MqChannel *channel = channel_new(manager, name, settings);
    channel->sender = true;
    channel->xmitq = transmission(manager, settings->xmitq);
    g_assert(channel->xmitq);
    channel->settings.xmitq = NULL;                     /* the caller's text */
    channel->notice.call = noticed;
    notice_join(channel->xmitq, &channel->notice);
    if (settings->start == MQ_AUTO && manager_is_up(manager)) begin_soon(channel);
    return channel;
}

MqChannel *mq_define_receiver(MqManager *manager, const char *name, const MqChannelSettings *settings)
{
    return channel_new(manager, name, settings);
}

MqChannel *mq_channel_find(const MqManager *manager, const char *name)
{
    MqChannel *channel = manager->first_channel;
    while (channel && strcmp(channel->name, name) != 0) channel = channel->next;
    return channel;
}

/* ---- the end of the run ---- */

static void manager_free(MqManager *manager)
{
    while (manager->agents) agent_end(manager->agents);
    for (MqChannel *channel = manager->first_channel, *next; channel; channel = next) {
        next = channel->next;
        g_free(channel->name);
        g_free(channel);
    }
    for (Definition *defined = manager->first, *next; defined; defined = next) {
        next = defined->next;
        g_free(defined->name), g_free(defined->base), g_free(defined->target), g_free(defined->xmitq),
            g_free(defined->channel);
        g_free(defined);
    }
    g_free(manager->name), g_free(manager->dead_letters), g_free(manager->default_xmitq);
    g_free(manager);
}

static void stop(void *state)
{
    Managers *all = state;
    while (all->first) {
        MqManager *next = all->first->next;
        manager_free(all->first);
        all->first = next;
    }
}
