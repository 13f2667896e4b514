/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "amqp_lab.h"

static void note_return(void *user, int code, const AmqpTarget *to, IpcMessage *message)
{
    (void)to, (void)message;
    g_string_append_printf(user, "return %d ", code);
}

static IpcMessage *persistent(const char *text)
{
    IpcMessage *message = ipc_message_text(text);
    message->persistent = true;
    return message;
}

static void declare_durable(AmqpChannel *channel, const char *queue)
{
    AmqpQueueSettings settings = amqp_queue_defaults;
    settings.durable = true;
    g_assert_cmpint(amqp_queue_declare(channel, queue, &settings, NULL), ==, 0);
}

static void kill_it(Lab *lab, void *data) { (void)lab, broker_kill(data); }
static void stop_it(Lab *lab, void *data) { (void)lab, broker_stop(data); }
static void start_it(Lab *lab, void *data) { (void)lab, broker_start(data); }

static void host_down(Lab *lab, void *data) { (void)data, lab_host_crash(lab, 0); }
static void host_up(Lab *lab, void *data) { (void)data, lab_host_restart(lab, 0); }

static void matrix(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpExchange durable = { .kind = AMQP_DIRECT, .durable = true };
    declare_durable(channel, "dq"), declare(channel, "tq");
    g_assert_cmpint(amqp_exchange_declare(channel, "dx", &durable), ==, 0);
    declare_exchange(channel, "tx", AMQP_DIRECT);
    bind_queue(channel, "dx", "dq", "k"), bind_queue(channel, "dx", "tq", "k"), bind_queue(channel, "tx", "dq", "k");
    for (int q = 0; q < 2; q++) {
        publish(channel, "", q ? "tq" : "dq", persistent("P"));
        publish_text(channel, "", q ? "tq" : "dq", "T");
    }
    process_sleep(self, 1 * S);
    g_assert_false(amqp_is_open(connection));
    connection = dial(bench, self);
    channel = channel_on(connection);
    drains_to(channel, "dq", "P");
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_queue_declare(channel, "tq", NULL, NULL));
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_exchange_declare(channel, "tx", NULL));
    g_assert_cmpint(amqp_exchange_declare(channel, "dx", NULL), ==, 0);
    publish_text(channel, "dx", "k", "routed");
    drains_to(channel, "dq", "routed");
    declare(channel, "tq"), declare_exchange(channel, "tx", AMQP_DIRECT);       /* again: without their bindings */
    publish_text(channel, "dx", "k", "1"), publish_text(channel, "tx", "k", "2");
    drains_to(channel, "tq", "");
    drains_to(channel, "dq", "1");
}

static void restart(bool clean, const BrokerSettings *settings, Body body)
{
    Bench *bench = bench_new(settings);
    bench_program(bench, body);
    lab_at(bench->lab, 500 * MS, clean ? stop_it : kill_it, bench->broker);
    lab_at(bench->lab, 700 * MS, start_it, bench->broker);
    lab_run(bench->lab, 60 * S);
    bench_free(bench, 1);
}

static void row_40_clean(void) { restart(true, NULL, matrix); }
static void row_40_kill(void) { restart(false, NULL, matrix); }

/* P0–P3 persistent, T0–T1 transient, P0 delivered and unacknowledged. */
static void golden(Bench *bench, Process *self, const char *expected)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    static const char *const texts[] = { "P0", "P1", "T0", "P2", "T1", "P3" };
    declare_durable(channel, "q");
    for (int i = 0; i < 6; i++) publish(channel, "", "q", *texts[i] == 'P' ? persistent(texts[i])
                                        : ipc_message_text(texts[i]));
    g_autoptr(GString) first = g_string_new(NULL);
    (void)get_one(channel, "q", first);
    g_assert_cmpstr(first->str, ==, "P0 ");
    process_sleep(self, 1 * S);
    drains_to(dial_channel(bench, self), "q", expected);
}

static void golden_exact(Bench *bench, Process *self) { golden(bench, self, "P0* P1 P2 P3"); }
static void golden_all(Bench *bench, Process *self) { golden(bench, self, "P0* P1* P2* P3*"); }

static void row_28_clean(void) { restart(true, NULL, golden_exact); }
static void row_28_kill(void) { restart(false, NULL, golden_exact); }

static void row_28_all(void)
{
    BrokerSettings settings = broker_defaults;
    settings.flag_all_after_crash = true;
    restart(false, &settings, golden_all);
    restart(true, &settings, golden_exact);
}

static void unstored_is_lost(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_durable(channel, "q");
    publish(channel, "", "q", persistent("early"));
    process_sleep(self, 480 * MS - process_now(self));
    publish(channel, "", "q", persistent("late"));      /* its write is under way at 500 */
    process_sleep(self, 1 * S);
    drains_to(dial_channel(bench, self), "q", bench->log->str);
}

static void row_41_write(void)
{
    BrokerSettings settings = broker_defaults;
    settings.store_latency = 100 * MS;
    for (int clean = 0; clean < 2; clean++) {
        Bench *bench = bench_new(&settings);
        g_string_assign(bench->log, clean ? "early late" : "early");
        bench_program(bench, unstored_is_lost);
        lab_at(bench->lab, 500 * MS, clean ? stop_it : kill_it, bench->broker);
        lab_at(bench->lab, 700 * MS, start_it, bench->broker);
        lab_run(bench->lab, 60 * S);
        g_assert_cmpuint(ipc_account(bench->lab->ipc, "amqp", "rabbit.q")->dropped[IPC_DROP_CRASH], ==, !clean);
        bench_free(bench, 1);
    }
}

static void note_closed(void *user, AmqpConnection *connection)
{
    g_string_append_printf(user, "closed %s %d ", ipc_error_name(amqp_error(connection)), amqp_code(connection));
}

static void sees_the_end(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    amqp_on_closed(connection, note_closed, bench->log);
    declare(channel, "gone");
    consume(channel, "gone");
    process_sleep(self, 600 * MS - process_now(self));
    AmqpConnection *other = NULL;
    g_assert_cmpint(amqp_connect(self, broker_address(bench->broker), NULL, &other), ==, -IPC_ECONNREFUSED);
    process_sleep(self, 1 * S);
    g_assert_cmpint(amqp_publish(channel, &(AmqpTarget){ "", "gone", false }, ipc_message_text("1")), ==, -IPC_EPIPE);
    channel = dial_channel(bench, self);
    amqp_on_returned(channel, note_return, bench->log);
    amqp_publish(channel, &(AmqpTarget){ "", "gone", true }, ipc_message_text("2"));
    sync_up(self);
    declare(channel, "gone");
    publish_text(channel, "", "gone", "3");
    sync_up(self);
    holds(bench, "gone", 1, 0);                         /* its consumer did not come back by itself */
}

static void row_42(void)
{
    for (int clean = 0; clean < 2; clean++) {
        Bench *bench = bench_new(NULL);
        bench_program(bench, sees_the_end);
        lab_at(bench->lab, 500 * MS, clean ? stop_it : kill_it, bench->broker);
        lab_at(bench->lab, 700 * MS, start_it, bench->broker);
        lab_run(bench->lab, 60 * S);
        g_assert_cmpstr(bench->log->str, ==, clean ? "closed EPROTO 320 return 312 "
                        : "closed ECONNRESET 0 return 312 ");
        bench_free(bench, 1);
    }
}

static void sees_a_silent_host(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare_durable(channel, "q");
    for (int i = 0; i < 3; i++) publish(channel, "", "q", persistent("P"));
    process_sleep(self, 10 * S);
    g_assert_true(amqp_is_open(connection));            /* nobody has told it */
    process_sleep(self, 60 * S);
    g_assert_cmpint(amqp_error(connection), ==, IPC_ETIMEDOUT);
    drains_to(dial_channel(bench, self), "q", "P P P");
}

static void com_01_host(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, sees_a_silent_host);
    lab_at(bench->lab, 500 * MS, host_down, NULL);
    lab_at(bench->lab, 65 * S, host_up, NULL);
    lab_run(bench->lab, 300 * S);
    bench_free(bench, 1);
}

/* ---- 50 ---- */

static void alarm_on(Lab *lab, void *data) { (void)lab, broker_alarm(data, true); }
static void alarm_off(Lab *lab, void *data) { (void)lab, broker_alarm(data, false); }

static void publishes_on(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    for (int i = 0; i < 1000; i++) {
        publish(channel, "", "q", ipc_message_new(NULL, 10000));
        process_sleep(self, 10 * MS);
    }
    g_string_append_printf(bench->log, "all at %d s ", (int)(process_now(self) / S));
}

static void consumes_on(Bench *bench, Process *self)
{
    process_sleep(self, 20 * MS);
    AmqpChannel *channel = dial_channel(bench, self);
    consume(channel, "q");
    int taken = 0;
    AmqpDelivery delivery;
    while (process_now(self) < 1500 * MS && amqp_next(channel, &delivery, 1500 * MS) == 1) {
        taken++;
        amqp_ack(channel, delivery.tag, false);
        amqp_delivery_clear(&delivery);
    }
    holds(bench, "q", 0, 0);                            /* all that is there, during the alarm */
    g_string_append_printf(bench->log, "%d by 1.5 s ", taken);
    process_sleep(self, 100 * S);
    g_assert_cmpuint(amqp_waiting(channel), ==, 1000 - (unsigned)taken);
}

static void row_50(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, publishes_on);
    bench_program(bench, consumes_on);
    lab_at(bench->lab, 1 * S, alarm_on, bench->broker);
    lab_at(bench->lab, 70 * S, alarm_off, bench->broker);
    lab_run(bench->lab, 60 * S);
    /* stalled, and not closed for its silence */
    g_assert_cmpint(lab_when(bench->lab, "amqp.route", 101), ==, -1);
    lab_run(bench->lab, 300 * S);
    g_assert_true(g_str_has_prefix(bench->log->str, "100 by 1.5 s all at 7"));
    bench_free(bench, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP-28 flags after a clean restart", row_28_clean);
    ROW("AMQP-28 flags after a kill, exact", row_28_kill);
    ROW("AMQP-28 flags after a kill, as 3.10.8", row_28_all);
    ROW("AMQP-40 what a clean restart keeps", row_40_clean);
    ROW("AMQP-40 what a kill keeps", row_40_kill);
    ROW("AMQP-41 a write under way is lost by a kill alone", row_41_write);
    ROW("AMQP-42 clients see the end and have to declare again", row_42);
    ROW("AMQP-50 an alarm stalls publishers, not consumers", row_50);
    ROW("COM-01 a broker's host is silent, and comes back with what was stored", com_01_host);
    return g_test_run();
}
