/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues and queue managers while everything fails: what was promised holds, and the books balance. */
#include "mq_lab.h"

enum { STORM_HOSTS = 3, MESSAGES = 300, DISTURBANCES = 40 };

/* ---- one queue on host 0, a producer and two consumers on each host ---- */

typedef struct {
    Lab *lab;
    QueueStore *store;
    Random random;
    bool put[STORM_HOSTS * MESSAGES];           /* the put returned: it is promised */
    unsigned had[STORM_HOSTS * MESSAGES];       /* commits that returned */
    unsigned unsure[STORM_HOSTS * MESSAGES];    /* commits of which nobody knows */
    unsigned next[STORM_HOSTS];                 /* what each producer puts next */
    Process *processes[STORM_HOSTS * 3];
} Storm;

static QueueHandle *insist(Process *self, Storm *storm)
{
    QueueHandle *handle = NULL;
    while (queue_open(self, storm->store, "q", NULL, &handle) != 0) process_sleep(self, 50 * MS);
    return handle;
}

static void storm_produces(Process *self, void *argument)
{
    Storm *storm = argument;
    NodeId host = process_host(self);
    QueueHandle *handle = insist(self, storm);
    while (storm->next[host] < MESSAGES) {
        unsigned id = host * MESSAGES + storm->next[host]++;
        IpcMessage *message = ipc_message_text("x");
        message->id = id + 1;
        message->persistent = true;
        message->priority = (uint8_t)(id % 3);
        int error = queue_put(handle, message, 0);
        storm->put[id] = error == 0;
        if (error) queue_close(handle), handle = insist(self, storm);
        process_sleep(self, (SimTime)random_below(&storm->random, 100 * MS));
    }
}

static void storm_consumes(Process *self, void *argument)
{
    Storm *storm = argument;
    QueueHandle *handle = insist(self, storm);
    for (;;) {
        QueueTaken taken;
        if (queue_get(handle, &taken, process_now(self) + 300 * MS, QUEUE_UNIT) != 0) {
            (void)queue_backout(self);
            queue_close(handle);
            process_sleep(self, 10 * MS);
            handle = insist(self, storm);
            continue;
        }
        unsigned id = (unsigned)taken.message->id - 1;
        ipc_message_drop(taken.message);
        g_assert_cmpuint(storm->had[id], ==, 0);        /* what was committed never comes back */
        process_sleep(self, (SimTime)random_below(&storm->random, 60 * MS));
        if (random_below(&storm->random, 10) == 0) {
            (void)queue_backout(self);
            continue;
        }
        storm->unsure[id]++;                            /* a crash within the commit leaves it so */
        int error = queue_commit(self);
        if (!error) storm->had[id]++, storm->unsure[id]--;
    }
}

static void disturb(Lab *lab, void *data)
{
    Storm *storm = data;
    NodeId host = (NodeId)random_below(&storm->random, STORM_HOSTS),
        other = (NodeId)random_below(&storm->random, STORM_HOSTS);
    switch (random_below(&storm->random, 6)) {
    case 0: lab_host_crash(lab, host); break;
    case 1: queue_store_stop(storm->store); break;
    case 2: if (host != other) lab_link(lab, host, other, false); break;
    case 3: if (host != other) lab_drop_next(lab, host, other, 3); break;
    default: process_crash(storm->processes[random_below(&storm->random, STORM_HOSTS * 3)]); break;
    }
}

static void soothe(Lab *lab, void *data)
{
    Storm *storm = data;
    for (NodeId host = 0; host < STORM_HOSTS; host++) {
        lab_host_restart(lab, host);
        for (NodeId other = 0; other < STORM_HOSTS; other++) lab_link(lab, host, other, true);
    }
    queue_store_start(storm->store);
    for (unsigned i = 0; i < STORM_HOSTS * 3; i++)
        if (!process_is_up(storm->processes[i])) process_restart(storm->processes[i]);
}

static void promises_of_a_queue_hold(void)
{
    unsigned promised = 0, unsure = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        Storm *storm = g_new0(Storm, 1);
        QueueSettings settings = { .by_priority = seed % 2, .store_latency = seed % 3 ? 5 * MS : 0,
                                   .max_depth = seed % 5 ? 0 : 20 };
        QueueStoreSettings store = queue_store_defaults;
        store.heartbeat = S;
        storm->lab = lab_new(STORM_HOSTS, MS);
        storm->random = random_stream(seed, "storm", 0);
        storm->store = queue_store_new(storm->lab->ipc, (Address){ 0, 1400 }, &store);
        Queue *queue = queue_new(storm->store, "q", &settings);
        for (unsigned i = 0; i < STORM_HOSTS * 3; i++) {
            g_autofree char *name = g_strdup_printf("p%u", i);
            storm->processes[i] = process_spawn(storm->lab->ipc, i % 3, name, i < 3 ? storm_produces : storm_consumes,
                                                storm);
        }
        SimTime at = 0;
        for (unsigned i = 0; i < DISTURBANCES; i++) {
            at += (SimTime)random_below(&storm->random, S);
            lab_at(storm->lab, at, disturb, storm);
            if (i % 2) lab_at(storm->lab, at += (SimTime)random_below(&storm->random, 3 * S), soothe, storm);
        }
        lab_at(storm->lab, at + S, soothe, storm);
        lab_run(storm->lab, at + 600 * S);
        g_assert_cmpuint(queue_counts(queue).depth + queue_counts(queue).uncommitted, ==, 0);
        for (unsigned id = 0; id < STORM_HOSTS * MESSAGES; id++) {
            promised += storm->put[id];
            unsure += storm->had[id] == 0 && storm->unsure[id] > 0;
            if (storm->put[id]) g_assert_cmpuint(storm->had[id] + storm->unsure[id], >, 0);
            g_assert_cmpuint(storm->had[id], <=, 1);
        }
        lab_free(storm->lab);
        g_free(storm);
    }
    g_test_message("%u messages promised, all taken; %u by a commit that never returned", promised, unsure);
}

/* ---- three managers in a row ---- */

typedef struct { Net *net; Random random; GString *accepted; unsigned next; } Row;

static void row_disturb(Lab *lab, void *data)
{
    Row *row = data;
    unsigned which = (unsigned)random_below(&row->random, 3);
    switch (random_below(&row->random, 4)) {
    case 0: lab_host_crash(lab, which); break;
    case 1: queue_store_stop(mq_store(row->net->managers[which])); break;
    case 2: lab_link(lab, which, (which + 1) % 3, false); break;
    default: lab_drop_next(lab, which, (which + 1) % 3, 2); break;
    }
}

static void row_soothe(Lab *lab, void *data)
{
    Row *row = data;
    for (NodeId host = 0; host < 3; host++) {
        lab_host_restart(lab, host);
        lab_link(lab, host, (host + 1) % 3, true);
        queue_store_start(mq_store(row->net->managers[host]));
    }
}

static void row_put(Lab *lab, void *data)
{
    Row *row = data;
    (void)lab;
    if (!process_is_up(row->net->apps[0])) return;
    if (net_put(row->net, 1, "FAR", NULL, ++row->next, true) == 0)
        g_string_append_printf(row->accepted, "%u ", row->next);
}

static void what_a_manager_accepted_arrives_once_and_in_order(void)
{
    uint64_t doubts = 0, resent = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        Row row = { net_new(3, NULL), random_stream(seed, "row", 0), g_string_new(NULL), 0 };
        MqChannelSettings settings = mq_channel_defaults;
        settings.batch_size = 4;
        settings.batch_interval = seed % 2 ? 0 : 20 * MS;
        settings.heartbeat = settings.short_timer = S;
        settings.short_retries = 100000;
        settings.start = seed % 3 ? MQ_AUTO : MQ_TRIGGERED;
        MqChannel *first = net_channel(row.net, 1, 2, &settings), *second = net_channel(row.net, 2, 3, &settings);
        mq_define_remote(row.net->managers[0], "FAR", "Q", "QM3", "QM2");
        SimTime at = 0;
        for (unsigned i = 0; i < DISTURBANCES; i++) {
            at += (SimTime)random_below(&row.random, S);
            lab_at(row.net->lab, at, row_disturb, &row);
            for (unsigned n = 0; n < 8; n++)
                lab_at(row.net->lab, at + (SimTime)random_below(&row.random, 3 * S), row_put, &row);
            if (i % 2) lab_at(row.net->lab, at += (SimTime)random_below(&row.random, 3 * S), row_soothe, &row);
        }
        lab_at(row.net->lab, at + 4 * S, row_soothe, &row);
        lab_run(row.net->lab, at + 900 * S);
        g_assert_cmpstr(net_take(row.net, 3, "Q"), ==, row.accepted->str);
        doubts += mq_channel_status(first).doubts + mq_channel_status(second).doubts;
        resent += mq_channel_status(first).resent + mq_channel_status(second).resent;
        net_free(row.net);
        g_string_free(row.accepted, TRUE);
    }
    g_test_message("%" G_GUINT64_FORMAT " times in doubt, %" G_GUINT64_FORMAT " messages sent again", doubts, resent);
    g_assert_cmpuint(doubts, >, 50);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue/storm/promises of a queue hold", promises_of_a_queue_hold);
    g_test_add_func("/queue/storm/what a manager accepted arrives once and in order",
                    what_a_manager_accepted_arrives_once_and_in_order);
    return g_test_run();
}
