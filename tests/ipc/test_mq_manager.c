/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 6: queue managers, their queues and names, several hops. */
#include "mq_lab.h"

static void a_put_elsewhere_is_stored_here(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings manual = mq_channel_defaults;
    const char *target, *manager;
    manual.start = MQ_MANUAL;
    (void)net_channel(net, 1, 2, &manual);
    SimTime began = net->lab->now;
    g_assert_cmpint(net_put(net, 1, "Q", "QM2", 1, true), ==, 0);
    g_assert_cmpint(net->lab->now, ==, began);
    g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, 1);
    g_assert_nonnull(queue_browse(queue_find(mq_store(net->managers[0]), "QM2"), 0, &target, &manager, NULL));
    g_assert_cmpstr(target, ==, "Q");
    g_assert_cmpstr(manager, ==, "QM2");
    g_assert_cmpuint(lab_count(net->lab, "mq.xmit", "QM2@QM1", "QM2"), ==, 1);
    net_free(net);
}

/* Which transmission queue took it: 'n'amed, called as the 'm'anager, 'd'efault; or the reason why none. */
static const char *way(bool named, bool by_name, bool with_default)
{
    MqManagerSettings settings = mq_manager_defaults;
    MqQueueSettings transmission = { .transmission = true };
    settings.default_xmitq = with_default ? "ANY" : NULL;
    Net *net = net_new(2, &settings);
    MqManager *manager = net->managers[0];
    (void)mq_define_local(manager, "NAMED", &transmission);
    (void)mq_define_local(manager, "ANY", &transmission);
    if (by_name) (void)net_xmitq(net, 1, 2, 0, false);
    mq_define_remote(manager, "FAR", "Q", "QM2", named ? "NAMED" : NULL);
    int error = net_put(net, 1, "FAR", NULL, 1, true);
    const char *found = error ? queue_reason(error) : net_depth(net, 1, "NAMED") ? "n" : net_depth(net, 1, "ANY")
        ? "d" : "m";
    net_free(net);
    return found;
}

static void the_transmission_queue_is_chosen_in_order(void)
{
    g_assert_cmpstr(way(true, true, true), ==, "n");
    g_assert_cmpstr(way(false, true, true), ==, "m");
    g_assert_cmpstr(way(false, false, true), ==, "d");
    g_assert_cmpstr(way(false, false, false), ==, "MQRC_UNKNOWN_REMOTE_Q_MGR");
}

static void a_channel_goes_one_way(void)
{
    Net *net = net_new(2, NULL);
    (void)net_channel(net, 1, 2, NULL);
    g_assert_cmpint(net_put(net, 2, "Q", "QM1", 1, true), ==, -IPC_EHOSTUNREACH);
    (void)net_xmitq(net, 2, 1, 0, false);
    g_assert_cmpint(net_put(net, 2, "Q", "QM1", 2, true), ==, 0);
    g_assert_cmpint(net_put(net, 1, "Q", "QM2", 3, true), ==, 0);
    net_wait(net, S);
    g_assert_cmpuint(net_depth(net, 2, "QM1"), ==, 1);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "3 ");
    net_free(net);
}

static void a_transmission_queue_fills_up(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings manual = mq_channel_defaults;
    manual.start = MQ_MANUAL;
    (void)net_xmitq(net, 1, 2, 100, false);
    MqChannel *channel = net_channel(net, 1, 2, &manual);
    unsigned ok = 0, full = 0;
    for (unsigned i = 1; i <= 120; i++) {
        int error = net_put(net, 1, "Q", "QM2", i, true);
        ok += error == 0;
        full += error == -IPC_ENOBUFS;
    }
    g_assert_cmpuint(ok, ==, 100);
    g_assert_cmpuint(full, ==, 20);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    g_assert_cmpint(net_put(net, 1, "Q", "QM2", 121, true), ==, 0);
    net_free(net);
}

static void a_restart_keeps_what_is_persistent(void)
{
    static const bool by_crash[] = { false, true };
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned high = 0; high < 2; high++) {
            MqManagerSettings settings = mq_manager_defaults;
            settings.keeps_all = high;
            Net *net = net_new(2, &settings);
            (void)net_xmitq(net, 1, 2, 0, false);
            for (unsigned id = 1; id <= 4; id++) {
                g_assert_cmpint(net_put(net, 1, "Q", NULL, id, id % 2), ==, 0);
                g_assert_cmpint(net_put(net, 1, "Q", "QM2", id, id % 2), ==, 0);
            }
            if (by_crash[i]) lab_host_crash(net->lab, 0), net_wait(net, S), lab_host_restart(net->lab, 0);
            else net_stop(net, 1), net_wait(net, S), net_start(net, 1);
            net_wait(net, S);
            const char *left = high && !by_crash[i] ? "1 2 3 4 " : "1 3 ";
            g_assert_cmpstr(net_take(net, 1, "QM2"), ==, left);
            g_assert_cmpstr(net_take(net, 1, "Q"), ==, left);
            net_free(net);
        }
    }
}

/* ---- several hops ---- */

static Net *three_in_a_row(MqChannel **second)
{
    Net *net = net_new(3, NULL);
    MqChannelSettings manual = mq_channel_defaults;
    manual.start = MQ_MANUAL;
    (void)net_channel(net, 1, 2, NULL);
    *second = net_channel(net, 2, 3, &manual);
    mq_define_remote(net->managers[0], "FAR", "Q", "QM3", "QM2");
    return net;
}

static void a_manager_on_the_way_forwards(void)
{
    MqChannel *second;
    Net *net = three_in_a_row(&second);
    for (unsigned id = 1; id <= 5; id++) g_assert_cmpint(net_put(net, 1, "FAR", NULL, id, true), ==, 0);
    net_wait(net, S);
    g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 0);
    g_assert_cmpuint(net_depth(net, 2, "QM3"), ==, 5);
    lab_host_crash(net->lab, 1);
    net_wait(net, S);
    lab_host_restart(net->lab, 1);
    g_assert_cmpuint(net_depth(net, 2, "QM3"), ==, 5);
    g_assert_cmpint(mq_channel_start(second), ==, 0);
    net_wait(net, S);
    g_assert_cmpuint(net_held(net, 2, "QM3"), ==, 0);
    g_assert_cmpstr(net_take(net, 3, "Q"), ==, "1 2 3 4 5 ");
    net_free(net);
}

static void a_manager_can_have_another_name(void)
{
    MqChannel *second;
    Net *net = three_in_a_row(&second);
    const char *target, *manager;
    mq_define_remote(net->managers[0], "OFFICE", NULL, "QM3", "QM2");
    g_assert_cmpint(net_put(net, 1, "Q", "OFFICE", 7, true), ==, 0);
    g_assert_nonnull(queue_browse(queue_find(mq_store(net->managers[0]), "QM2"), 0, &target, &manager, NULL));
    g_assert_cmpstr(target, ==, "Q");
    g_assert_cmpstr(manager, ==, "QM3");
    g_assert_cmpint(mq_channel_start(second), ==, 0);
    mq_define_remote(net->managers[2], "HERE", NULL, "QM3", NULL);      /* a name of its own */
    g_assert_cmpint(net_put(net, 3, "Q", "HERE", 8, true), ==, 0);
    net_wait(net, S);
    g_assert_cmpstr(net_take(net, 3, "Q"), ==, "8 7 ");
    net_free(net);
}

static void a_queue_can_have_another_name(void)
{
    Net *net = net_new(1, NULL);
    mq_define_alias(net->managers[0], "OTHER", "Q");
    g_assert_cmpint(net_put(net, 1, "OTHER", NULL, 1, true), ==, 0);
    g_assert_cmpint(net_put(net, 1, "NONE", NULL, 1, true), ==, -IPC_ENOENT);
    g_assert_cmpstr(net_take(net, 1, "Q"), ==, "1 ");
    net_free(net);
}

static void an_unknown_queue_far_away_is_found_out_there(void)
{
    MqManagerSettings settings = mq_manager_defaults;
    settings.dead_letter_queue = "DLQ";
    Net *net = net_new(2, &settings);
    (void)mq_define_local(net->managers[1], "DLQ", NULL);
    (void)net_channel(net, 1, 2, NULL);
    g_assert_cmpint(net_put(net, 1, "NONE", NULL, 1, true), ==, -IPC_ENOENT);
    g_assert_cmpint(net_put(net, 1, "NONE", "QM2", 1, true), ==, 0);
    net_wait(net, S);
    g_assert_cmpstr(net_take(net, 2, "DLQ"), ==, "1 MQRC_UNKNOWN_OBJECT_NAME ");
    g_assert_cmpuint(net_books(net, "NONE@QM2")->dead_lettered, ==, 1);
    net_free(net);
}

static void the_time_to_live_runs_on_every_hop(void)
{
    for (unsigned late = 0; late < 2; late++) {
        MqChannel *second;
        Net *net = three_in_a_row(&second);
        int error;
        QueueHandle *handle = net_open(net, 1, "FAR", NULL, &error);
        IpcMessage *message = ipc_message_text("x");
        message->ttl = S;
        g_assert_cmpint(queue_put(handle, message, 0), ==, 0);
        net_wait(net, late ? 1500 * MS : 900 * MS);
        g_assert_cmpuint(net_depth(net, 2, "QM3"), ==, 1);
        g_assert_cmpint(mq_channel_start(second), ==, 0);
        net_wait(net, 50 * MS);
        g_assert_cmpuint(net_books(net, "QM3@QM2")->expired, ==, late);
        g_assert_cmpuint(net_depth(net, 3, "Q"), ==, !late);
        net_wait(net, 200 * MS);
        g_assert_cmpstr(net_take(net, 3, "Q"), ==, "");
        g_assert_cmpuint(net_books(net, "Q@QM3")->expired, ==, !late);
        net_free(net);
    }
}

/* ---- units of work ---- */

typedef struct { Net *net; GString *counts; } Poison;

/* Backs out until the threshold, then moves the message away in a unit of work. */
static void gives_up_after_three(Process *self, void *argument)
{
    Poison *poison = argument;
    QueueStore *store = mq_store(poison->net->managers[0]);
    QueueHandle *from, *to;
    QueueTaken taken;
    g_assert_cmpint(queue_open(self, store, "Q", NULL, &from), ==, 0);
    g_assert_cmpint(queue_open(self, store, "BACKOUT", NULL, &to), ==, 0);
    for (bool done = false; !done;) {
        g_assert_cmpint(queue_get(from, &taken, -1, QUEUE_UNIT), ==, 0);
        g_string_append_printf(poison->counts, "%u ", taken.backouts);
        done = taken.backouts >= 3;
        if (done) g_assert_cmpint(queue_put(to, ipc_message_hold(taken.message), QUEUE_UNIT), ==, 0);
        ipc_message_drop(taken.message);
        g_assert_cmpuint(net_depth(poison->net, 1, "Q"), ==, 1);        /* the second one alone is seen */
        g_assert_cmpint(done ? queue_commit(self) : queue_backout(self), ==, 0);
    }
}

static void a_message_that_is_backed_out_too_often_is_moved(void)
{
    Poison poison = { net_new(1, NULL), g_string_new(NULL) };
    (void)mq_define_local(poison.net->managers[0], "BACKOUT", NULL);
    g_assert_cmpint(net_put(poison.net, 1, "Q", NULL, 1, true), ==, 0);
    g_assert_cmpint(net_put(poison.net, 1, "Q", NULL, 2, true), ==, 0);
    (void)process_spawn(poison.net->lab->ipc, 0, "app", gives_up_after_three, &poison);
    net_wait(poison.net, S);
    g_assert_cmpstr(poison.counts->str, ==, "0 1 2 3 ");
    g_assert_cmpstr(net_take(poison.net, 1, "BACKOUT"), ==, "1 ");
    g_assert_cmpstr(net_take(poison.net, 1, "Q"), ==, "2 ");
    net_free(poison.net);
    g_string_free(poison.counts, TRUE);
}

static void a_client_reaches_a_manager_elsewhere(void)
{
    Net *net = net_new(2, NULL);
    int error = 0;
    QueueHandle *handle = NULL;
    error = queue_open(net->apps[1], mq_store(net->managers[0]), "Q", NULL, &handle);
    g_assert_cmpint(error, ==, -IPC_EDEADLK);           /* from outside of a process it cannot wait */
    net_free(net);
}

#define ROW(name, function) g_test_add_func("/mq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("MQ-01 a put elsewhere is stored here", a_put_elsewhere_is_stored_here);
    ROW("MQ-02 the transmission queue is chosen in order", the_transmission_queue_is_chosen_in_order);
    ROW("MQ-03 a channel goes one way", a_channel_goes_one_way);
    ROW("MQ-04 a transmission queue fills up", a_transmission_queue_fills_up);
    ROW("MQ-13 a restart keeps what is persistent", a_restart_keeps_what_is_persistent);
    ROW("MQ-18 a manager on the way forwards", a_manager_on_the_way_forwards);
    ROW("MOM-10 the time to live runs on every hop", the_time_to_live_runs_on_every_hop);
    ROW("MQ-19 a manager can have another name", a_manager_can_have_another_name);
    ROW("MQ-19 a queue can have another name", a_queue_can_have_another_name);
    ROW("MQ-21 a message that is backed out too often is moved", a_message_that_is_backed_out_too_often_is_moved);
    ROW("MOM-11 an unknown queue far away is found out there", an_unknown_queue_far_away_is_found_out_there);
    ROW("a client that must not wait cannot reach a manager elsewhere", a_client_reaches_a_manager_elsewhere);
    return g_test_run();
}
