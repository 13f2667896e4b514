/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 6: what operators see of channels, and do to them. */
#include "mq_lab.h"

static MqChannelSettings small(void)
{
    MqChannelSettings settings = mq_channel_defaults;
    settings.batch_size = 10;
    settings.heartbeat = S;
    settings.start = MQ_MANUAL;
    return settings;
}

static void link_down(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, false); }

/* Ten messages; the channel breaks in doubt with the batch committed at the other end, or not. */
static Net *doubtful(bool committed, MqChannel **channel)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.short_retries = settings.long_retries = 0;         /* it does not come back by itself */
    *channel = net_channel(net, 1, 2, &settings);
    net_put_all(net, 1, "QM2", 1, 10);
    g_assert_cmpint(mq_channel_start(*channel), ==, 0);
    lab_run(net->lab, 4 * MS - 1);
    g_assert_cmpint(mq_channel_resolve(*channel, true), ==, -IPC_EINVAL);
    if (committed) lab_at(net->lab, 5 * MS, link_down, NULL);
    else lab_drop_next(net->lab, 0, 1, 1000);
    net_wait(net, 10 * S);
    lab_drop_next(net->lab, 0, 1, 0);
    lab_link(net->lab, 0, 1, true);
    net_wait(net, 60 * S);
    g_assert_cmpstr(net_state(*channel), ==, "STOPPED");
    g_assert_true(mq_channel_status(*channel).in_doubt);
    g_assert_cmpuint(net_depth(net, 2, "Q"), ==, committed ? 10 : 0);
    return net;
}

static void the_wrong_choice_loses_or_duplicates(void)
{
    for (unsigned committed = 0; committed < 2; committed++) {
        for (unsigned choice = 0; choice < 2; choice++) {
            MqChannel *channel;
            Net *net = doubtful(committed, &channel);
            g_assert_cmpint(mq_channel_reset(channel, 1), ==, -IPC_EINVAL);
            g_assert_cmpint(mq_channel_resolve(channel, choice), ==, 0);
            g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, choice ? 0 : 10);
            g_assert_cmpint(mq_channel_resolve(channel, choice), ==, -IPC_EINVAL);
            g_assert_cmpint(mq_channel_start(channel), ==, 0);
            net_wait(net, S);
            /* the numbers differ */
            g_assert_cmpstr(net_state(channel), ==, choice == committed ? "RUNNING" : "STOPPED");
            if (choice != committed) {
                g_assert_cmpint(mq_channel_reset(channel, 1), ==, 0);
                g_assert_cmpint(mq_channel_start(channel), ==, 0);
                net_wait(net, S);
                g_assert_cmpstr(net_state(channel), ==, "RUNNING");
            }
            g_autofree char *ten = g_strdup(net_numbers(1, 10)), *twice = g_strconcat(ten, ten, NULL);
            g_assert_cmpstr(net_take(net, 2, "Q"), ==, committed && !choice ? twice : !committed && choice ? "" : ten);
            net_free(net);
        }
    }
}

static void a_mismatch_stands_until_the_reset(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.short_timer = 10 * S;
    MqChannel *channel = net_channel(net, 1, 2, &settings), *other = net_receiver(net, 1, 2);
    net_put_all(net, 1, "QM2", 1, 5);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    g_assert_cmpint(mq_channel_stop(channel, false), ==, 0);
    net_wait(net, S);
    mq_channel_forget(other);                           /* the other end was rebuilt */
    net_put_all(net, 1, "QM2", 6, 8);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, 60 * S);
    g_assert_cmpstr(net_state(channel), ==, "RETRYING");
    g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, 3);
    g_assert_cmpuint(lab_count(net->lab, "mq.break", "1.2", "sequence"), >=, 5);
    /* there alone it does not help, unless it is the same */
    g_assert_cmpint(mq_channel_reset(other, 3), ==, 0);
    net_wait(net, 20 * S);
    g_assert_cmpstr(net_state(channel), ==, "RETRYING");
    g_assert_cmpint(mq_channel_reset(channel, 1), ==, 0);
    net_wait(net, 20 * S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, net_numbers(1, 8));
    g_assert_cmpuint(mq_channel_status(channel).sequence, ==, 3);
    g_assert_cmpuint(mq_channel_status(other).sequence, ==, 3);
    g_assert_cmpint(mq_channel_reset(channel, 1), ==, -IPC_EINVAL);     /* it runs */
    net_free(net);
}

static void a_reset_of_the_receiver_to_the_senders_number_helps(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    MqChannel *channel = net_channel(net, 1, 2, &settings), *other = net_receiver(net, 1, 2);
    net_put_all(net, 1, "QM2", 1, 5);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    g_assert_cmpint(mq_channel_stop(channel, false), ==, 0);
    net_wait(net, S);
    mq_channel_forget(other);
    g_assert_cmpint(mq_channel_reset(other, 6), ==, 0);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    net_free(net);
}

static void retries_are_short_then_long_then_over(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.short_retries = 3, settings.short_timer = 10 * S;
    settings.long_retries = 2, settings.long_timer = 60 * S;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    net_put_all(net, 1, "QM2", 1, 1);
    net_stop(net, 2);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    static const int tries[] = { 0, 10, 20, 30, 90, 150 };
    for (unsigned i = 0; i < G_N_ELEMENTS(tries); i++) {        /* a refusal takes 2 ms each */
        lab_run(net->lab, tries[i] * S - S);
        g_assert_cmpuint(mq_channel_status(channel).attempts, ==, i + (tries[i] == 0));
        lab_run(net->lab, tries[i] * S + 12 * MS);
        g_assert_cmpuint(mq_channel_status(channel).attempts, ==, i + 1);
        g_assert_cmpstr(net_state(channel), ==, i + 1 < G_N_ELEMENTS(tries) ? "RETRYING" : "STOPPED");
    }
    net_start(net, 2);
    net_wait(net, 3600 * S);
    g_assert_cmpstr(net_state(channel), ==, "STOPPED");
    g_assert_cmpint(mq_channel_start(channel), ==, 0);          /* by hand */
    net_wait(net, S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "1 ");
    net_free(net);
}

/* The states that the channel went through, at each end. */
static const char *states(const Lab *lab, NodeId node)
{
    static GString *out;
    if (!out) out = g_string_new(NULL);
    g_string_truncate(out, 0);
    for (guint i = 0; i < lab->told->len; i++) {
        const LabTold *told = lab->told->pdata[i];
        if (strcmp(told->event, "mq.chstate") == 0 && told->node == node)
            g_string_append_printf(out, "%s ", told->reason);
    }
    return out->str;
}

static void a_channel_goes_through_its_states(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.batch_interval = 100 * MS;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    net_put_all(net, 1, "QM2", 1, 1);
    net_wait(net, MS);
    g_assert_cmpint(mq_channel_stop(channel, false), ==, 0);
    g_assert_cmpstr(net_state(channel), ==, "STOPPING");        /* the batch is brought to its end */
    net_wait(net, S);
    g_assert_cmpstr(net_take(net, 2, "Q"), ==, "1 ");
    g_assert_cmpstr(states(net->lab, 0), ==, "STARTING BINDING RUNNING STOPPING STOPPED ");
    g_assert_cmpstr(states(net->lab, 1), ==, "RUNNING INACTIVE ");
    net_free(net);
}

static void a_forced_stop_breaks_the_batch(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.batch_interval = S;
    MqChannel *channel = net_channel(net, 1, 2, &settings);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    net_put_all(net, 1, "QM2", 1, 3);
    net_wait(net, 10 * MS);
    g_assert_cmpint(mq_channel_stop(channel, true), ==, 0);
    g_assert_cmpstr(net_state(channel), ==, "STOPPED");
    net_wait(net, 10 * MS);
    g_assert_cmpuint(net_depth(net, 1, "QM2"), ==, 3);
    g_assert_cmpuint(net_held(net, 2, "Q"), ==, 0);
    net_free(net);
}

static void a_stopped_channel_stays_so_over_a_restart(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.start = MQ_AUTO;
    settings.short_timer = S;
    MqChannel *channel = net_channel(net, 1, 2, &settings), *other = net_receiver(net, 1, 2);
    net_wait(net, S);
    g_assert_cmpint(mq_channel_stop(channel, false), ==, 0);
    net_stop(net, 1);
    g_assert_cmpint(mq_channel_start(channel), ==, -IPC_ENOTCONN);
    net_start(net, 1);
    net_wait(net, S);
    g_assert_cmpstr(net_state(channel), ==, "STOPPED");
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    net_stop(net, 1);
    net_start(net, 1);
    net_wait(net, S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");         /* with its manager */
    g_assert_cmpint(mq_channel_stop(other, false), ==, 0);      /* the other end refuses */
    net_wait(net, 5 * S);
    g_assert_cmpstr(net_state(channel), ==, "RETRYING");
    g_assert_cmpstr(net_state(other), ==, "STOPPED");
    g_assert_cmpint(mq_channel_start(other), ==, 0);
    net_wait(net, 5 * S);
    g_assert_cmpstr(net_state(channel), ==, "RUNNING");
    net_free(net);
}

static void a_channel_that_the_partner_does_not_know_is_refused(void)
{
    Net *net = net_new(2, NULL);
    MqChannelSettings settings = small();
    settings.xmitq = "QM2";
    settings.to = mq_address(net->managers[1]);
    (void)net_xmitq(net, 1, 2, 0, false);
    MqChannel *channel = mq_define_sender(net->managers[0], "X", &settings);
    g_assert_cmpint(mq_channel_start(channel), ==, 0);
    net_wait(net, S);
    g_assert_cmpstr(net_state(channel), ==, "RETRYING");
    g_assert_cmpuint(lab_count(net->lab, "mq.break", "X", "unknown-channel"), ==, 1);
    net_free(net);
}

#define ROW(name, function) g_test_add_func("/mq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("MQ-10 the wrong choice loses or duplicates", the_wrong_choice_loses_or_duplicates);
    ROW("MQ-11 a mismatch stands until the reset", a_mismatch_stands_until_the_reset);
    ROW("MQ-11 a reset of the receiver to the sender's number helps",
        a_reset_of_the_receiver_to_the_senders_number_helps);
    ROW("MQ-16 retries are short, then long, then over", retries_are_short_then_long_then_over);
    ROW("MQ-16 a channel goes through its states", a_channel_goes_through_its_states);
    ROW("MQ-16 a forced stop breaks the batch", a_forced_stop_breaks_the_batch);
    ROW("MQ-16 a stopped channel stays so over a restart", a_stopped_channel_stays_so_over_a_restart);
    ROW("MQ-16 a channel that the partner does not know is refused",
        a_channel_that_the_partner_does_not_know_is_refused);
    return g_test_run();
}
