/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 6: message channels. */
#include "mq_lab.h"

static MqChannelSettings small(uint32_t batch)
{
    MqChannelSettings settings = mq_channel_defaults;
    settings.batch_size = batch;
    settings.heartbeat = S;
    settings.short_timer = S;
    settings.short_retries = 1000;
    return settings;
}

/* ---- every cut point against a specification ---- */

/* The link is cut, a host crashes, or a manager is stopped on a host that lives and closes its connections. */
typedef enum { CUT_LINK, CUT_SENDER, CUT_RECEIVER, CUT_SENDING_MANAGER, CUT_RECEIVING_MANAGER, CUTS } Cut;
static bool at_sender(Cut kind) { return kind == CUT_SENDER || kind == CUT_SENDING_MANAGER; }
typedef struct { unsigned committed, confirmed; bool in_doubt; } Truth;

enum { LATENCY_MS = 1, SENT = 10, BATCH = 3 };

/* One side's message sent at `at` (in half latencies) arrives although the cut comes at `cut`. */
static bool arrives(Cut kind, bool to_receiver, int at, int cut)
{
    if (kind == CUT_LINK) return at < cut;
    bool from_dead = at_sender(kind) == to_receiver;
    return from_dead ? at < cut : at + 2 < cut;
}

/* The protocol as it is written down, with nothing of the program: what has been committed
 * and confirmed, and whether the sender is in doubt, once all is quiet after the cut. */
static Truth specification(Cut kind, int cut)
{
    Truth truth = { 0, 0, false };
    for (int step = 0; step < 4; step++)                /* connection and binding: two round trips */
        if (!arrives(kind, step % 2 == 0, 2 * step, cut)) return truth;
    for (int at = 8; truth.confirmed < SENT; at += 4) {
        unsigned batch = MIN((unsigned)BATCH, SENT - truth.confirmed);
        bool sends = !at_sender(kind) || at < cut;
        truth.in_doubt = sends;
        if (!sends || !arrives(kind, true, at, cut)) return truth;
        truth.committed += batch;
        if (!arrives(kind, false, at + 2, cut)) return truth;
        truth.confirmed += batch;
        truth.in_doubt = false;
    }
    return truth;
}

typedef struct { Net *net; Cut kind; } Cutting;

static void cut_now(Lab *lab, void *data)
{
    const Cutting *cutting = data;
    Cut kind = cutting->kind;
    if (kind == CUT_LINK) lab_link(lab, 0, 1, false);
    else if (kind <= CUT_RECEIVER) lab_host_crash(lab, at_sender(kind) ? 0 : 1);
    else queue_store_stop(mq_store(cutting->net->managers[at_sender(kind) ? 0 : 1]));
}

static void mend(Net *net, Cut kind)
{
    if (kind == CUT_LINK) lab_link(net->lab, 0, 1, true);
    else if (kind <= CUT_RECEIVER) lab_host_restart(net->lab, at_sender(kind) ? 0 : 1);
    else net_start(net, at_sender(kind) ? 1 : 2);
}

static void every_cut_point_agrees_with_the_specification(void)
{
    unsigned doubts = 0, in_doubt_committed = 0, runs = 0;
    for (Cut kind = CUT_LINK; kind < CUTS; kind++) {
        for (int cut = 0; cut <= 30; cut++) {           /* at each half latency, before what arrives then */
            Net *net = net_new(2, NULL);
            MqChannelSettings settings = small(BATCH);
            settings.start = MQ_MANUAL;
            settings.disconnect = 0;
            MqChannel *channel = net_channel(net, 1, 2, &settings);
            net_put_all(net, 1, "QM2", 1, SENT);
            g_assert_cmpint(mq_channel_start(channel), ==, 0);
            Cutting cutting = { net, kind };
            lab_at(net->lab, cut * LATENCY_MS * MS / 2, cut_now, &cutting);
            net_wait(net, 5 * S);
            Truth truth = specification(kind, cut);
            MqChannelStatus status = mq_channel_status(channel);
            g_assert_cmpuint(net_depth(net, 2, "Q"), ==, truth.committed);
            g_assert_cmpuint(net_held(net, 1, "QM2"), ==, SENT - truth.confirmed);
            g_assert_cmpint(status.in_doubt, ==, truth.in_doubt);
            g_assert_cmpuint(status.sequence, ==, truth.confirmed);
            g_assert_cmpuint(mq_channel_status(net_receiver(net, 1, 2)).sequence, ==, truth.committed);
            mend(net, kind);
            net_wait(net, S);
            g_assert_cmpint(mq_channel_start(channel), ==, 0);
            net_wait(net, 200 * S);
            g_assert_cmpstr(net_take(net, 2, "Q"), ==, net_numbers(1, SENT));
            g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 0);
            bool resent = truth.in_doubt && truth.committed == truth.confirmed;
            g_assert_cmpuint(mq_channel_status(channel).resent, ==, resent
                             ? MIN((unsigned)BATCH, SENT - truth.confirmed) : 0);
            doubts += truth.in_doubt;
            in_doubt_committed += truth.in_doubt && !resent;
            runs++;
            net_free(net);
        }
    }
    g_test_message("%u cut points: %u in doubt, %u of these with a batch that was committed", runs, doubts,
                   in_doubt_committed);
    g_assert_cmpuint(doubts, >, 20);
    g_assert_cmpuint(in_doubt_committed, >, 10);
}

static void stop_2(Lab *lab, void *data) { (void)lab, queue_store_stop(mq_store(((Net *)data)->managers[1])); }
static void start_2(Lab *lab, void *data) { (void)lab, queue_store_start(mq_store(((Net *)data)->managers[1])); }
static void stop_1(Lab *lab, void *data) { (void)lab, queue_store_stop(mq_store(((Net *)data)->managers[0])); }
static void start_1(Lab *lab, void *data) { (void)lab, queue_store_start(mq_store(((Net *)data)->managers[0])); }
static void link_down(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, false); }
static void link_up(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, true); }

static void twenty_cuts_leave_no_gap_and_no_duplicate(void)
{
    static void (*const downs[])(Lab *, void *) = { stop_1, stop_2, link_down };
    static void (*const ups[])(Lab *, void *) = { start_1, start_2, link_up };
    for (uint64_t seed = 0; seed < 10; seed++) {
        Net *net = net_new(2, NULL);
        Random random = random_stream(seed, "cuts", 0);
        MqChannelSettings settings = small(7);
        MqChannel *channel = net_channel(net, 1, 2, &settings);
        net_put_all(net, 1, "QM2", 1, 50);
        SimTime at = 0;
        for (unsigned i = 0; i < 20; i++) {
            unsigned kind = (unsigned)random_below(&random, 3);
            at += (SimTime)random_below(&random, 40 * MS) + 1;
            lab_at(net->lab, at, downs[kind], net);
            at += (SimTime)random_below(&random, 4 * S) + 1;
            lab_at(net->lab, at, ups[kind], net);
            if (i % 4 == 0) lab_run(net->lab, at), net_put_all(net, 1, "QM2", 51 + i / 4 * 30, 80 + i / 4 * 30);
        }
        net_wait(net, 300 * S);
        g_assert_cmpstr(net_take(net, 2, "Q"), ==, net_numbers(1, 200));
        g_assert_cmpuint(mq_channel_status(channel).sequence, ==, 200);
        net_free(net);
    }
}

/* ---- batches ---- */

static void numbers_are_kept_at_both_ends(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(3);
    settings.start = MQ_MANUAL;
    MqChannel *channel = net_channel(net, 1, 2, &settings), *other = net_receiver(net, 1, 2);
    net_put_all(net, 1, "QM2", 1, 7);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    static const uint32_t numbers[] = { 0, 3, 6, 7, 7 };
    for (unsigned i = 0; i < 5; i++) {                  /* bound at 4 ms; a batch takes a round trip */
        lab_run(net->lab, (4 + 2 * (SimTime)i) * MS);
        g_assert_cmpuint(mq_channel_status(channel).sequence, ==, numbers[i]);
        lab_run(net->lab, (5 + 2 * (SimTime)i) * MS);
        g_assert_cmpuint(mq_channel_status(other).sequence, ==, numbers[MIN(i + 1, 4)]);
    }
    uint64_t luwid = mq_channel_status(channel).luwid;
    g_assert_cmpuint(luwid, ==, 3);
    net_stop(net, 1), net_stop(net, 2);
    net_wait(net, S);
    net_start(net, 1), net_start(net, 2);
    g_assert_cmpuint(mq_channel_status(channel).sequence, ==, 7);
    g_assert_cmpuint(mq_channel_status(other).sequence, ==, 7);
    g_assert_cmpuint(mq_channel_status(other).luwid, ==, luwid);
    net_free(net);
}

static void a_batch_becomes_visible_as_a_whole(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(50);
    settings.start = MQ_MANUAL;
    settings.xmitq = "QM2";
    settings.to = mq_address(net->managers[1]);
    (void)net_xmitq(net, 1, 2, 0, false);
    MqChannel *channel = mq_define_sender(net->managers[0], "1.2", &settings);
    settings.batch_size = 10;
    (void)mq_define_receiver(net->managers[1], "1.2", &settings);
    net_put_all(net, 1, "QM2", 1, 25);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    static const uint32_t there[] = { 0, 10, 10, 20, 20, 25, 25 }, here[] = { 25, 25, 15, 15, 5, 5, 0 };
    for (unsigned i = 0; i < 7; i++) {
        lab_run(net->lab, (4 + (SimTime)i) * MS);
        g_assert_cmpuint(net_depth(net, 2, "Q"), ==, there[i]);
        g_assert_cmpuint(net_held(net, 1, "QM2"), ==, here[i]);
    }
    g_assert_cmpuint(lab_count(net->lab, "mq.batch.commit", "1.2", NULL), ==, 6);
    net_free(net);
}

static void a_batch_may_stay_open_for_an_interval(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(10);
    settings.batch_interval = 100 * MS;
    (void)net_channel(net, 1, 2, &settings);
    net_wait(net, S);
    SimTime began = net->lab->now;
    for (unsigned id = 1; id <= 3; id++) {
        g_assert_cmpint(net_put(net, 1, "Q", "QM2", id, true), ==, 0);
        net_wait(net, 20 * MS);
    }
    lab_run(net->lab, began + 100 * MS);
    g_assert_cmpuint(net_depth(net, 2, "Q"), ==, 0);
    lab_run(net->lab, began + 101 * MS);
    g_assert_cmpuint(net_depth(net, 2, "Q"), ==, 3);
    net_free(net);
}

static void half_a_batch_is_backed_out_and_sent_again(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(10);
    settings.batch_interval = 10 * S;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    net_wait(net, 100 * MS);
    net_put_all(net, 1, "QM2", 1, 4);
    net_wait(net, 100 * MS);
    g_assert_cmpuint(mq_channel_status(net_receiver(net, 1, 2)).in_batch, ==, 4);       /* transferred, not visible */
    g_assert_cmpuint(net_held(net, 2, "Q"), ==, 4);
    lab_link(net->lab, 0, 1, false);
    net_put_all(net, 1, "QM2", 5, 10);
    net_wait(net, 20 * S);
    g_assert_cmpuint(net_held(net, 2, "Q"), ==, 0);
    g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 10);
    lab_link(net->lab, 0, 1, true);
    net_wait(net, 100 * S);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, net_numbers(1, 10));
    g_assert_cmpuint(mq_channel_status(channel).sequence, ==, 10);
    net_free(net);
}

static void a_committed_batch_in_doubt_is_not_sent_again(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(10);
    settings.start = MQ_MANUAL;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    net_put_all(net, 1, "QM2", 1, 10);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    lab_at(net->lab, 5 * MS, link_down, NULL);          /* the batch is there, the answer never leaves */
    net_wait(net, 3 * S);
    g_assert_true(mq_channel_status(channel).in_doubt);
    g_assert_cmpuint(net_depth(net, 2, "Q"), ==, 10);
    g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 10);
    g_assert_cmpuint(lab_count(net->lab, "mq.indoubt", "1.2", NULL), ==, 1);
    lab_link(net->lab, 0, 1, true);
    net_wait(net, 60 * S);
    g_assert_false(mq_channel_status(channel).in_doubt);
    g_assert_cmpuint(net_depth(net, 2, "Q"), ==, 10);
    g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 0);
    g_assert_cmpuint(mq_channel_status(channel).resent, ==, 0);
    g_assert_cmpuint(lab_count(net->lab, "mq.resolve", "1.2", "commit"), ==, 1);
    net_free(net);
}

/* ---- messages that are not persistent ---- */

static void the_fast_ones_are_lost_in_transit(void)
{
    for (unsigned normal = 0; normal < 2; normal++) {
        Net *net = net_new(2, NULL);
        MqChannelSettings settings = small(50);
        settings.normal = normal;
        (void)net_channel(net, 1, 2, &settings);
        net_wait(net, 100 * MS);
        for (unsigned id = 1; id <= 3; id++) g_assert_cmpint(net_put(net, 1, "Q", "QM2", id, false), ==, 0);
        lab_drop_next(net->lab, 0, 1, 100);
        net_wait(net, 10 * S);
        lab_drop_next(net->lab, 0, 1, 0);
        net_wait(net, 60 * S);
        g_assert_cmpstr(net_take(net, 2, "Q"), ==, normal ? "1 2 3 " : "");
        g_assert_cmpuint(net_books(net, "QM2@QM1")->dropped[IPC_DROP_NONPERSISTENT_CHANNEL], ==, normal ? 0 : 3);
        net_free(net);
    }
}

static void the_fast_ones_overtake(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(50);
    settings.batch_interval = 100 * MS;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    net_wait(net, 50 * MS);
    for (unsigned id = 1; id <= 6; id++) g_assert_cmpint(net_put(net, 1, "Q", "QM2", id, id % 2), ==, 0);
    net_wait(net, 50 * MS);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "2 4 6 ");
    net_wait(net, 100 * MS);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "1 3 5 ");
    g_assert_cmpuint(mq_channel_status(channel).fast, ==, 3);
    g_assert_cmpuint(mq_channel_status(channel).messages, ==, 3);
    net_free(net);
}

/* ---- what cannot be delivered ---- */

static Net *full_net(bool letters, uint32_t retries, MqChannel **channel)
{
    MqManagerSettings manager = mq_manager_defaults;
    manager.dead_letter_queue = letters ? "DLQ" : NULL;
    Net *net = net_new(2, &manager);
    MqQueueSettings one = { .max_depth = 1 };
    MqChannelSettings settings = small(50);
    settings.message_retries = retries;
    settings.message_timer = 10 * MS;
    if (letters) (void)mq_define_local(net->managers[1], "DLQ", NULL);
    (void)mq_define_local(net->managers[1], "ONE", &one);
    *channel = net_channel(net, 1, 2, &settings);
    net_wait(net, 100 * MS);
    return net;
}

static void a_full_queue_is_retried_then_the_letter_is_dead(void)
{
    MqChannel *channel;
    Net *net = full_net(true, 3, &channel);
    SimTime began = net->lab->now;
    for (unsigned id = 1; id <= 3; id++) g_assert_cmpint(net_put(net, 1, "ONE", "QM2", id, true), ==, 0);
    lab_run(net->lab, began + 20 * MS);
    g_assert_cmpstr(net_state(net_receiver(net, 1, 2)), ==, "PAUSED");
    g_assert_cmpuint(lab_count(net->lab, "mq.dlq", NULL, NULL), ==, 0);
    net_wait(net, 5 * S);
    g_assert_cmpint(lab_when(net->lab, "mq.dlq", 0), ==, began + 31 * MS);      /* there after 1 ms, 30 ms of retries */
    g_assert_cmpstr(net_take(net, 2, "ONE"), ==, "1 ");
    g_assert_cmpstr(net_take(net, 2, "DLQ"), ==, "2 MQRC_Q_FULL 3 MQRC_Q_FULL ");
    g_assert_cmpuint(net_books(net, "ONE@QM2")->dead_lettered, ==, 2);
    g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 0);
    net_free(net);
}

static void room_in_time_ends_the_pause(void)
{
    MqChannel *channel;
    Net *net = full_net(true, 3, &channel);
    for (unsigned id = 1; id <= 2; id++) g_assert_cmpint(net_put(net, 1, "ONE", "QM2", id, false), ==, 0);
    net_wait(net, 15 * MS);
    g_assert_cmpstr(net_take(net, 2, "ONE"), ==, "1 ");
    net_wait(net, S);
    g_assert_cmpstr(net_take(net, 2, "ONE"), ==, "2 ");
    g_assert_cmpstr(net_state(net_receiver(net, 1, 2)), ==, "RUNNING");
    queue_inhibit(queue_find(mq_store(net->managers[1]), "ONE"), true);
    g_assert_cmpint(net_put(net, 1, "ONE", "QM2", 3, true), ==, 0);
    net_wait(net, S);
    g_assert_cmpstr(net_take(net, 2, "DLQ"), ==, "3 MQRC_PUT_INHIBITED ");
    net_free(net);
}

static void an_unknown_target_is_dead_at_once(void)
{
    MqChannel *channel;
    Net *net = full_net(true, 3, &channel);
    SimTime began = net->lab->now;
    g_assert_cmpint(net_put(net, 1, "NONE", "QM2", 1, true), ==, 0);
    g_assert_cmpint(net_put(net, 1, "Q", "QM2", 2, true), ==, 0);
    net_wait(net, S);
    g_assert_cmpint(lab_when(net->lab, "mq.dlq", 0), ==, began + MS);
    g_assert_cmpstr(net_take(net, 2, "DLQ"), ==, "1 MQRC_UNKNOWN_OBJECT_NAME ");
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "2 ");
    net_free(net);
}

static void without_a_dead_letter_queue_the_channel_ends(void)
{
    MqChannel *channel;
    Net *net = full_net(false, 0, &channel);
    g_assert_cmpint(net_put(net, 1, "NONE", "QM2", 1, true), ==, 0);
    net_wait(net, 100 * MS);
    g_assert_cmpstr(net_state(channel), ==, "RETRYING");
    g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, 1);
    (void)mq_define_local(net->managers[1], "NONE", NULL);     /* until somebody helps */
    net_wait(net, 10 * S);
    g_assert_cmpstr(net_take(net, 2, "NONE"), ==, "1 ");
    net_free(net);

    net = full_net(false, 0, &channel);
    g_assert_cmpint(net_put(net, 1, "NONE", "QM2", 1, false), ==, 0);
    net_wait(net, 100 * MS);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, 0);
    g_assert_cmpuint(net_books(net, "NONE@QM2")->dropped[IPC_DROP_DEAD_LETTER_MISSING], ==, 1);
    net_free(net);
}

static void a_long_pause_is_no_silence(void)
{
    MqChannel *channel;
    Net *net = full_net(true, 500, &channel);           /* 5 s of retries, heartbeats of 1 s */
    for (unsigned id = 1; id <= 2; id++) g_assert_cmpint(net_put(net, 1, "ONE", "QM2", id, true), ==, 0);
    net_wait(net, 10 * S);
    g_assert_cmpstr(net_take(net, 2, "DLQ"), ==, "2 MQRC_Q_FULL ");
    g_assert_cmpuint(mq_channel_status(channel).attempts, ==, 1);
    net_free(net);
}

/* ---- order, triggers, silence ---- */

static void one_channel_keeps_order_two_keep_the_set(void)
{
    for (unsigned channels = 1; channels <= 2; channels++) {
        Net *net = net_new(2, NULL);
        MqChannelSettings settings = small(3);
        settings.xmitq = "QM2";
        settings.to = mq_address(net->managers[1]);
        (void)net_xmitq(net, 1, 2, 0, false);
        for (unsigned i = 0; i < channels; i++) {
            (void)mq_define_receiver(net->managers[1], i ? "b" : "a", &settings);
            (void)mq_define_sender(net->managers[0], i ? "b" : "a", &settings);
        }
        net_put_all(net, 1, "QM2", 1, 40);
        net_wait(net, 10 * S);
        const char *got = net_take(net, 2, "Q");
        if (channels == 1) g_assert_cmpstr(got, ==, net_numbers(1, 40));
        g_auto(GStrv) ids = g_strsplit(got, " ", -1);
        uint64_t set = 0;
        for (char **id = ids; **id; id++) set |= 1ULL << g_ascii_strtoull(*id, NULL, 10);
        g_assert_cmpuint(g_strv_length(ids), ==, 41);
        g_assert_true(set == (1ULL << 41) - 2);
        net_free(net);
    }
}

static void the_first_message_starts_the_channel(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(10);
    settings.start = MQ_TRIGGERED;
    settings.disconnect = 60 * S;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    net_wait(net, 10 * S);
    g_assert_cmpstr(net_state(channel), ==, "INACTIVE");
    net_put_all(net, 1, "QM2", 1, 1);
    net_wait(net, 20 * S);
    net_put_all(net, 1, "QM2", 2, 2);                   /* the last batch ends a round trip later */
    net_wait(net, 60 * S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    net_wait(net, 2 * MS);
    g_assert_cmpstr(net_state(channel), ==, "INACTIVE");
    net_wait(net, MS);
    g_assert_cmpstr(net_state(net_receiver(net, 1, 2)), ==, "INACTIVE");
    net_put_all(net, 1, "QM2", 3, 3);
    net_wait(net, S);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "1 2 3 ");
    g_assert_cmpint(mq_channel_stop(channel, false), ==, 0);
    net_put_all(net, 1, "QM2", 4, 4);                   /* a stopped one stays */
    net_wait(net, 100 * S);
    g_assert_cmpstr(net_state(channel), ==, "STOPPED");
    g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, 1);
    net_free(net);
}

static void silence_is_noticed_by_heartbeat(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small(10);
    settings.heartbeat = 30 * S;
    settings.short_timer = 60 * S;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    net_put_all(net, 1, "QM2", 1, 3);
    lab_at(net->lab, 100 * S, link_down, NULL);
    lab_run(net->lab, 110 * S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    net_put_all(net, 1, "QM2", 4, 6);
    lab_run(net->lab, 125 * S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    lab_run(net->lab, 161 * S);
    g_assert_cmpstr(net_state(channel), ==, "RETRYING");
    g_assert_cmpuint(net_held(net, 1, "QM2"), ==, 3);
    lab_link(net->lab, 0, 1, true);
    net_wait(net, 100 * S);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, net_numbers(1, 6));
    net_free(net);
}

static void two_hundred_thousand_messages(void)
{
    enum { MANY = 200000 };
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = mq_channel_defaults;
    ipc_watch(net->lab->ipc, NULL, NULL);
    (void)net_channel(net, 1, 2, &settings);
    int error;
    QueueHandle *handle = net_open(net, 1, "Q", "QM2", &error);
    IpcMessage *message = ipc_message_text("x");
    message->persistent = true;
    gint64 before = g_get_monotonic_time();
    for (unsigned i = 0; i < MANY; i += 5000) {
        QueueTaken taken;
        QueueHandle *there = net_open(net, 2, "Q", NULL, &error);
        for (unsigned n = 0; n < 5000; n++) g_assert_cmpint(queue_put(handle, ipc_message_hold(message), 0), ==, 0);
        net_wait(net, S);
        for (unsigned n = 0; n < 5000; n++) {
            g_assert_cmpint(queue_poll(there, &taken, 0), ==, 0);
            ipc_message_drop(taken.message);
        }
        queue_close(there);
    }
    double seconds = (double)(g_get_monotonic_time() - before) / 1e6;
    g_test_message("%.2f million persistent messages a second over a channel", MANY / seconds / 1e6);
    ipc_message_drop(message);
    net_free(net);
}

#define ROW(name, function) g_test_add_func("/mq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("MQ-05 MQ-08 MQ-09 every cut point agrees with the specification",
        every_cut_point_agrees_with_the_specification);
    ROW("MQ-05 twenty cuts leave no gap and no duplicate", twenty_cuts_leave_no_gap_and_no_duplicate);
    ROW("MQ-06 numbers are kept at both ends", numbers_are_kept_at_both_ends);
    ROW("MQ-07 a batch becomes visible as a whole", a_batch_becomes_visible_as_a_whole);
    ROW("MQ-07 a batch may stay open for an interval", a_batch_may_stay_open_for_an_interval);
    ROW("MQ-08 half a batch is backed out and sent again", half_a_batch_is_backed_out_and_sent_again);
    ROW("MQ-09 a committed batch in doubt is not sent again", a_committed_batch_in_doubt_is_not_sent_again);
    ROW("MQ-12 the fast ones are lost in transit", the_fast_ones_are_lost_in_transit);
    ROW("MQ-12 the fast ones overtake", the_fast_ones_overtake);
    ROW("MQ-14 a full queue is retried, then the letter is dead", a_full_queue_is_retried_then_the_letter_is_dead);
    ROW("MQ-14 room in time ends the pause", room_in_time_ends_the_pause);
    ROW("MQ-14 an unknown target is dead at once", an_unknown_target_is_dead_at_once);
    ROW("MQ-15 without a dead-letter queue the channel ends", without_a_dead_letter_queue_the_channel_ends);
    ROW("MQ-17 the first message starts the channel", the_first_message_starts_the_channel);
    ROW("MQ-20 one channel keeps order, two keep the set", one_channel_keeps_order_two_keep_the_set);
    ROW("MQ-22 silence is noticed by heartbeat", silence_is_noticed_by_heartbeat);
    ROW("MQ-22 a long pause is no silence", a_long_pause_is_no_silence);
    ROW("two hundred thousand messages", two_hundred_thousand_messages);
    return g_test_run();
}
