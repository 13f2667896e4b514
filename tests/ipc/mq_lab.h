/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queue managers QM1, QM2, … on the hosts 0, 1, … of the bench, used from outside of processes. */
#pragma once
#include "ipc/mq.h"
#include "lab.h"

#define MS (1000 * 1000LL)
#define S (1000 * MS)

enum { NET_MOST = 4 };

typedef struct {
    Lab *lab;
    uint32_t count;
    MqManager *managers[NET_MOST];
    Process *apps[NET_MOST];            /* a process on each host that lives again with it */
} Net;

static inline void net_idle_(Process *self, void *argument)
{
    (void)argument;
    for (;;) process_sleep(self, 1000 * 1000 * MS);
}

/* Each manager has a dead-letter queue DLQ and a queue Q. */
static inline Net *net_new(uint32_t count, const MqManagerSettings *settings)
{
    Net *net = g_new0(Net, 1);
    net->lab = lab_new(count, MS);
    net->count = count;
    for (uint32_t i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("QM%u", i + 1), *app = g_strdup_printf("app%u", i + 1);
        net->managers[i] = mq_manager_new(net->lab->ipc, i, name, settings);
        (void)mq_define_local(net->managers[i], "Q", NULL);
        net->apps[i] = process_spawn(net->lab->ipc, i, app, net_idle_, NULL);
        process_restarts(net->apps[i], true);
    }
    lab_run(net->lab, 0);
    return net;
}

static inline void net_free(Net *net)
{
    lab_free(net->lab);
    g_free(net);
}

static inline void net_wait(Net *net, SimTime time) { lab_run(net->lab, net->lab->now + time); }

/* The transmission queue of manager `a` for `b`, called as that one. */
static inline Queue *net_xmitq(Net *net, unsigned a, unsigned b, uint32_t depth, bool triggers)
{
    g_autofree char *name = g_strdup_printf("QM%u", b);
    MqQueueSettings queue = { .max_depth = depth, .transmission = true, .trigger_first = triggers };
    return mq_define_local(net->managers[a - 1], name, &queue);
}

/* A channel from `a` to `b`, called "a.b", and its transmission queue; the sender's end. */
static inline MqChannel *net_channel(Net *net, unsigned a, unsigned b, const MqChannelSettings *settings)
{
    g_autofree char *name = g_strdup_printf("%u.%u", a, b), *xmitq = g_strdup_printf("QM%u", b);
    MqChannelSettings made = settings ? *settings : mq_channel_defaults;
    made.xmitq = xmitq;
    made.to = mq_address(net->managers[b - 1]);
    if (!queue_find(mq_store(net->managers[a - 1]), xmitq)) (void)net_xmitq(net, a, b, 0, made.start == MQ_TRIGGERED);
    (void)mq_define_receiver(net->managers[b - 1], name, &made);
    return mq_define_sender(net->managers[a - 1], name, &made);
}

static inline MqChannel *net_receiver(Net *net, unsigned a, unsigned b)
{
    g_autofree char *name = g_strdup_printf("%u.%u", a, b);
    return mq_channel_find(net->managers[b - 1], name);
}

static inline QueueHandle *net_open(Net *net, unsigned at, const char *queue, const char *manager, int *error)
{
    QueueHandle *handle = NULL;
    *error = queue_open(net->apps[at - 1], mq_store(net->managers[at - 1]), queue, manager, &handle);
    return handle;
}

/* Puts one at manager `at`: 0, or the error of opening or putting. */
static inline int net_put(Net *net, unsigned at, const char *queue, const char *manager, unsigned id, bool persistent)
{
    int error;
    QueueHandle *handle = net_open(net, at, queue, manager, &error);
    if (error) return error;
    g_autofree char *text = g_strdup_printf("%u", id);
    IpcMessage *message = ipc_message_text(text);
    message->id = id;
    message->persistent = persistent;
    error = queue_put(handle, message, 0);
    queue_close(handle);
    ipc_settle(net->lab->ipc);
    return error;
}

/* Persistent ones, first .. last, to a queue of another manager. */
static inline void net_put_all(Net *net, unsigned at, const char *manager, unsigned first, unsigned last)
{
    for (unsigned id = first; id <= last; id++) g_assert_cmpint(net_put(net, at, "Q", manager, id, true), ==, 0);
}

/* The ids that can be got at a queue, each with a space after it, and taken.  Kept until the next call. */
static inline const char *net_take(Net *net, unsigned at, const char *queue)
{
    static GString *out;
    QueueTaken taken;
    int error;
    if (!out) out = g_string_new(NULL);
    g_string_truncate(out, 0);
    QueueHandle *handle = net_open(net, at, queue, NULL, &error);
    g_assert_cmpint(error, ==, 0);
    while (queue_poll(handle, &taken, 0) == 0) {
        g_string_append_printf(out, "%" G_GUINT64_FORMAT " ", taken.message->id);
        if (taken.reason) g_string_append_printf(out, "%s ", taken.reason);
        ipc_message_drop(taken.message);
    }
    queue_close(handle);
    return out->str;
}

static inline uint32_t net_depth(const Net *net, unsigned at, const char *queue)
{
    return queue_counts(queue_find(mq_store(net->managers[at - 1]), queue)).depth;
}

/* Uncommitted ones, too. */
static inline uint32_t net_held(const Net *net, unsigned at, const char *queue)
{
    QueueCounts counts = queue_counts(queue_find(mq_store(net->managers[at - 1]), queue));
    return counts.depth + counts.uncommitted;
}

static inline const char *net_state(const MqChannel *channel) { return mq_state_names[mq_channel_status(channel).state]; }

static inline void net_stop(Net *net, unsigned at)
{
    queue_store_stop(mq_store(net->managers[at - 1]));
    ipc_settle(net->lab->ipc);
}

static inline void net_start(Net *net, unsigned at)
{
    queue_store_start(mq_store(net->managers[at - 1]));
    ipc_settle(net->lab->ipc);
}

static inline const Account *net_books(Net *net, const char *queue) { return ipc_account(net->lab->ipc, "mq", queue); }

/* "1 2 … last ". */
static inline const char *net_numbers(unsigned first, unsigned last)
{
    static GString *out;
    if (!out) out = g_string_new(NULL);
    g_string_truncate(out, 0);
    for (unsigned id = first; id <= last; id++) g_string_append_printf(out, "%u ", id);
    return out->str;
}
