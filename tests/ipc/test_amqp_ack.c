/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "amqp_lab.h"

static void unacked(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 4);
    uint64_t tags[3];
    for (int i = 0; i < 3; i++) tags[i] = get_one(channel, "q", NULL);
    holds(bench, "q", 2, 3);
    amqp_ack(channel, tags[1], false);
    sync_up(self);
    holds(bench, "q", 2, 2);
}

/* 0, 1, 2 of five delivered, 1 acknowledged. */
static void three_of_five(Bench *bench, Process *self, AmqpChannel *channel)
{
    (void)bench;
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 4);
    (void)get_one(channel, "q", NULL);
    uint64_t middle = get_one(channel, "q", NULL);
    (void)get_one(channel, "q", NULL);
    amqp_ack(channel, middle, false);
    sync_up(self);
}

static void back_in_place(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    three_of_five(bench, self, channel);
    amqp_channel_close(channel);                        /* its channel alone */
    channel = channel_on(connection);
    drains_to(channel, "q", "0* 2* 3 4");
    three_of_five(bench, self, channel);
    amqp_close(connection);                             /* the connection */
    drains_to(dial_channel(bench, self), "q", "0* 2* 3 4");
}

static void crashes_holding(Bench *bench, Process *self)
{
    three_of_five(bench, self, dial_channel(bench, self));
    process_crash(self);
}

static void looks_later(Bench *bench, Process *self)
{
    process_sleep(self, 100 * MS);
    drains_to(dial_channel(bench, self), "q", "0* 2* 3 4");
}

static void row_21_crash(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, crashes_holding);
    bench_program(bench, looks_later);
    lab_run(bench->lab, 10 * S);
    bench_free(bench, 1);
}

static void takes_four_and_crashes(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 9);
    g_assert_cmpint(amqp_consume(channel, &(AmqpConsume){ .queue = "q", .auto_ack = true }), >, 0);
    sync_up(self);
    holds(bench, "q", 0, 0);                            /* gone when sent */
    for (int i = 0; i < 4; i++) {
        AmqpDelivery delivery;
        g_assert_cmpint(amqp_next(channel, &delivery, -1), ==, 1);
        amqp_delivery_clear(&delivery);
    }
    process_crash(self);
}

static void row_22(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, takes_four_and_crashes);
    lab_run(bench->lab, 10 * S);
    const Account *account = ipc_account(bench->lab->ipc, "amqp", "rabbit.q");
    g_assert_cmpuint(account->delivered, ==, 4);
    g_assert_cmpuint(account->dropped[IPC_DROP_AUTO_ACK], ==, 6);
    bench_free(bench, 0);
}

static void refusing(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 3);
    uint64_t zero = get_one(channel, "q", NULL), one = get_one(channel, "q", NULL);
    amqp_reject(channel, one, true);
    amqp_reject(channel, zero, false);                  /* dropped */
    sync_up(self);
    drains_to(channel, "q", "1* 2 3");
    publish_numbers(channel, "q", 0, 4);
    for (int i = 0; i < 3; i++) zero = get_one(channel, "q", NULL);
    amqp_nack(channel, zero, true, true);               /* several at once */
    sync_up(self);
    drains_to(channel, "q", "0* 1* 2* 3 4");
    consume(channel, "q");
    publish_text(channel, "", "q", "x");
    sync_up(self);
    for (int i = 0; i < 3; i++) {                       /* the same consumer again: a loop */
        amqp_reject(channel, pushed_are(channel, i ? "x*" : "x"), true);
        sync_up(self);
    }
    pushed_are(channel, "x*");
}

static void multiple(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection), *other;
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 3);
    uint64_t tags[3];
    for (int i = 0; i < 3; i++) tags[i] = get_one(channel, "q", NULL);
    amqp_ack(channel, tags[1], true);
    g_assert_cmpint(amqp_recover(channel), ==, 0);
    drains_to(channel, "q", "2* 3");
    publish_numbers(channel, "q", 0, 2);
    uint64_t one = get_one(channel, "q", NULL);
    (void)get_one(channel, "q", NULL);
    amqp_ack(channel, one, false);
    amqp_ack(channel, one, false);                      /* a second time */
    sync_up(self);
    g_assert_cmpint(amqp_channel_code(channel), ==, AMQP_PRECONDITION);
    other = channel_on(connection);
    drains_to(other, "q", "1* 2");                      /* its other one is back */
    amqp_ack(other, 4711, false);                       /* one that never was */
    sync_up(self);
    g_assert_cmpint(amqp_channel_code(other), ==, AMQP_PRECONDITION);
    g_assert_true(amqp_is_open(connection));
}

static void prefetch(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 9);
    amqp_qos(channel, 3, false);
    consume(channel, "q");
    sync_up(self);
    uint64_t third = pushed_are(channel, "0 1 2");
    amqp_ack(channel, third - 2, false);
    sync_up(self);
    uint64_t fourth = pushed_are(channel, "3");
    g_autoptr(GString) got = g_string_new(NULL);
    (void)get_one(channel, "q", got);
    g_assert_cmpstr(got->str, ==, "4 ");                /* a get does not ask for room */
    amqp_ack(channel, fourth, true);
    sync_up(self);
    pushed_are(channel, "5 6 7");                       /* three more: seven in all */
    amqp_close(connection);

    connection = dial(bench, self);
    AmqpChannel *one = channel_on(connection), *two = channel_on(connection), *all = channel_on(connection);
    amqp_queue_purge(all, "q");
    publish_numbers(one, "q", 0, 9);
    amqp_qos(one, 2, false), amqp_qos(two, 2, false);
    consume(one, "q"), consume(two, "q");
    sync_up(self);
    pushed_are(one, "0 1"), pushed_are(two, "2 3");
    amqp_channel_close(one), amqp_channel_close(two);
    amqp_qos(all, 3, true);
    consume(all, "q"), consume(all, "q");
    sync_up(self);
    uint64_t last = pushed_are(all, "0* 1* 2*");        /* in total */
    amqp_ack(all, last, true);
    sync_up(self);
    pushed_are(all, "3* 4 5");
    amqp_qos(all, 0, true);                             /* 0: no limit */
    sync_up(self);
    pushed_are(all, "6 7 8 9");
}

static void holds_and_is_cut_off(Bench *bench, Process *self)
{
    AmqpConnection *connection = NULL;
    AmqpSettings settings = amqp_defaults;
    settings.heartbeat = 10 * S;
    g_assert_cmpint(amqp_connect(self, broker_address(bench->broker), &settings, &connection), ==, 0);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    publish_text(channel, "", "q", "0");
    uint64_t tag = get_one(channel, "q", NULL);
    process_sleep(self, 130 * S - process_now(self));
    g_assert_false(amqp_is_open(connection));           /* its own heartbeats told it */
    g_assert_cmpint(amqp_error(connection), ==, IPC_ETIMEDOUT);
    g_assert_cmpint(amqp_ack(channel, tag, false), ==, -IPC_EPIPE);
}

static void cut(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, false); }

static void row_26(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, holds_and_is_cut_off);
    lab_at(bench->lab, 100 * S, cut, NULL);
    lab_run(bench->lab, 105 * S);
    holds(bench, "q", 0, 1);                            /* not before */
    lab_run(bench->lab, 200 * S);
    holds(bench, "q", 1, 0);
    SimTime when = lab_when(bench->lab, "amqp.requeue", 0);
    g_assert_cmpint(when, >, 105 * S);
    g_assert_cmpint(when, <=, 115 * S);
    bench_free(bench, 1);
}

/* Its host is silent for a while, then sends its late acknowledgement. */
static void late_ack(Bench *bench, Process *self)
{
    AmqpConnection *connection = NULL;
    AmqpSettings settings = amqp_defaults;
    settings.heartbeat = 20 * S;
    g_assert_cmpint(amqp_connect(self, broker_address(bench->broker), &settings, &connection), ==, 0);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    publish_text(channel, "", "q", "0");
    uint64_t tag = get_one(channel, "q", NULL);
    bench->lab->links[1][0].down = true;                /* from here to the broker alone */
    process_sleep(self, 30 * S);
    holds(bench, "q", 1, 0);
    g_assert_false(amqp_is_open(connection) && amqp_ack(channel, tag, false) == 0 && amqp_recover(channel) == 0);
    drains_to(dial_channel((bench->lab->links[1][0].down = false, bench), self), "q", "0*");
}

static void overdue(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    publish_text(channel, "", "q", "0");
    SimTime before = process_now(self);
    (void)get_one(channel, "q", NULL);
    process_sleep(self, before + 29 * S - process_now(self));
    g_assert_true(amqp_channel_is_open(channel));
    process_sleep(self, 2 * S);
    g_assert_cmpint(amqp_channel_code(channel), ==, AMQP_PRECONDITION);
    drains_to(channel_on(connection), "q", "0*");
}

static void row_27(void)
{
    BrokerSettings settings = broker_defaults;
    settings.ack_timeout = 30 * S;
    bench_play(&settings, overdue);
}

static void row_20(void) { bench_play(NULL, unacked); }
static void row_21(void) { bench_play(NULL, back_in_place); }
static void row_23(void) { bench_play(NULL, refusing); }
static void row_24(void) { bench_play(NULL, multiple); }
static void row_25(void) { bench_play(NULL, prefetch); }
static void row_26_late(void) { bench_play(NULL, late_ack); }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP-20 unacked is neither ready nor gone", row_20);
    ROW("AMQP-21 what was held returns to its place", row_21);
    ROW("AMQP-21 after a consumer's crash too", row_21_crash);
    ROW("AMQP-22 automatic mode loses the buffer of a crash", row_22);
    ROW("AMQP-23 reject and nack", row_23);
    ROW("AMQP-24 multiple, unknown and repeated tags", row_24);
    ROW("AMQP-25 prefetch per consumer and per channel", row_25);
    ROW("AMQP-26 a silent link is noticed by heartbeats", row_26);
    ROW("AMQP-26 late acknowledgements are refused", row_26_late);
    ROW("AMQP-27 an overdue acknowledgement closes the channel", row_27);
    return g_test_run();
}
