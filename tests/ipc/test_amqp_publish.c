/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "amqp_lab.h"

static void note_return(void *user, int code, const AmqpTarget *to, IpcMessage *message)
{
    (void)to, (void)message;
    g_string_append_printf(user, "return %d ", code);
}

static void note_confirm(void *user, uint64_t number, bool many, bool stored)
{
    g_string_append_printf(user, "%s%s %d ", stored ? "ack" : "nack", many ? "s" : "", (int)number);
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
static void start_it(Lab *lab, void *data) { (void)lab, broker_start(data); }

static void publishes_blindly(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare_durable(channel, "q");
    process_sleep(self, 100 * MS - process_now(self));
    int sent = 0;
    while (sent < 100 && amqp_publish(channel, &(AmqpTarget){ "", "q", false }, persistent("m")) == 0) {
        sent++;
        process_sleep(self, MS / 4);
    }
    g_assert_cmpint(sent, <, 100);                      /* then the connection broke */
    g_assert_cmpint(amqp_error(connection), ==, IPC_ECONNRESET);
    g_string_append_printf(bench->log, "%d", sent);
}

static void row_30(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, publishes_blindly);
    lab_at(bench->lab, 110 * MS, kill_it, bench->broker);
    lab_at(bench->lab, 1 * S, start_it, bench->broker);
    lab_run(bench->lab, 10 * S);
    int sent = atoi(bench->log->str);
    AmqpQueueState state;
    g_assert_true(broker_queue_state(bench->broker, "q", &state));
    g_assert_cmpint((int)state.ready, >, 30);
    g_assert_cmpint((int)state.ready, <, sent);         /* what was under way is lost */
    g_assert_cmpuint(ipc_account(bench->lab->ipc, "amqp", "rabbit")->dropped[IPC_DROP_PEER_GONE], ==,
                     (unsigned)sent - state.ready);
    bench_free(bench, 1);
}

typedef struct { uint64_t seen[64]; unsigned acks; } Numbers;

static void mark(void *user, uint64_t number, bool many, bool stored)
{
    Numbers *numbers = user;
    g_assert_true(stored);
    numbers->acks++;
    for (uint64_t n = many ? 1 : number; n <= number; n++) numbers->seen[n] += n == number || !numbers->seen[n];
}

static void numbered(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    Numbers numbers = { .acks = 0 };
    declare_durable(channel, "q");
    g_assert_cmpint(amqp_confirm(channel, mark, &numbers), ==, 0);
    for (int i = 0; i < 50; i++) publish(channel, "", "q", i % 3 ? ipc_message_text("t") : persistent("p"));
    g_assert_cmpuint(amqp_published(channel), ==, 50);
    g_assert_cmpuint(amqp_unconfirmed(channel), ==, 50);
    g_assert_cmpint(amqp_wait_confirms(channel), ==, 1);
    g_assert_cmpuint(amqp_unconfirmed(channel), ==, 0);
    for (int n = 1; n <= 50; n++) g_assert_cmpuint(numbers.seen[n], ==, 1);
    g_assert_cmpuint(numbers.acks, <, 50);              /* some covered a range */
    g_assert_cmpuint(numbers.acks, >, 1);
}

static void row_31(void)
{
    BrokerSettings settings = broker_defaults;
    settings.store_latency = 50 * MS;
    bench_play(&settings, numbered);
}

static void confirm_times(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_durable(channel, "q");
    amqp_confirm(channel, note_confirm, bench->log);
    amqp_on_returned(channel, note_return, bench->log);
    SimTime before = process_now(self);
    publish(channel, "", "q", persistent("p"));
    g_assert_cmpint(amqp_wait_confirms(channel), ==, 1);
    g_assert_cmpint(process_now(self) - before, ==, 52 * MS);       /* the write, and the way there and back */
    before = process_now(self);
    publish_text(channel, "", "q", "t");
    amqp_wait_confirms(channel);
    g_assert_cmpint(process_now(self) - before, ==, 2 * MS);
    before = process_now(self);
    publish_text(channel, "", "nowhere", "u");
    amqp_wait_confirms(channel);
    g_assert_cmpint(process_now(self) - before, ==, 2 * MS);
    g_assert_cmpstr(bench->log->str, ==, "ack 1 ack 2 ack 3 ");
    g_string_set_size(bench->log, 0);
    amqp_publish(channel, &(AmqpTarget){ "", "nowhere", true }, ipc_message_text("m"));
    publish_text(channel, "", "nowhere", "u");
    publish(channel, "", "q", persistent("p"));
    amqp_wait_confirms(channel);
    g_assert_cmpstr(bench->log->str, ==, "return 312 ack 4 ack 5 ack 6 ");
    publish(channel, "", "q", persistent("p"));         /* taken and acknowledged before it is stored */
    publish_text(channel, "", "q", "t");
    g_string_set_size(bench->log, 0);
    drains_to(channel, "q", "p t p p t");
    sync_up(self);
    g_assert_cmpuint(amqp_unconfirmed(channel), ==, 0);
    g_assert_cmpstr(bench->log->str, ==, "ack 8 ack 7 ");           /* out of order */
}

static void row_32(void)
{
    BrokerSettings settings = broker_defaults;
    settings.store_latency = 50 * MS;
    bench_play(&settings, confirm_times);
}

static void refused(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    AmqpQueueSettings settings = amqp_queue_defaults;
    settings.max_length = 2;
    settings.overflow = AMQP_REJECT_PUBLISH;
    g_assert_cmpint(amqp_queue_declare(channel, "q", &settings, NULL), ==, 0);
    amqp_confirm(channel, note_confirm, bench->log);
    for (int i = 0; i < 4; i++) {
        publish_numbers(channel, "q", i, i);
        g_assert_cmpint(amqp_wait_confirms(channel), ==, i < 2);
    }
    g_assert_cmpstr(bench->log->str, ==, "ack 1 ack 2 nack 3 nack 4 ");
    drains_to(channel, "q", "0 1");
}

static void host_down(Lab *lab, void *data) { (void)data, lab_host_crash(lab, 0); }
static void host_up(Lab *lab, void *data) { (void)data, lab_host_restart(lab, 0); }

/* Sends again what was not confirmed; the broker's host dies after the write, with the confirm on its way. */
static void resends(Bench *bench, Process *self)
{
    AmqpSettings settings = amqp_defaults;
    AmqpConnection *connection = NULL;
    settings.heartbeat = 1 * S;
    g_assert_cmpint(amqp_connect(self, broker_address(bench->broker), &settings, &connection), ==, 0);
    AmqpChannel *channel = channel_on(connection);
    declare_durable(channel, "q");
    amqp_confirm(channel, NULL, NULL);
    process_sleep(self, 100 * MS - process_now(self));
    publish(channel, "", "q", persistent("m"));         /* there at 101, stored at 111 */
    /* of its heartbeat, by the new incarnation */
    g_assert_cmpint(amqp_wait_confirms(channel), ==, -IPC_ECONNRESET);
    g_assert_cmpuint(amqp_unconfirmed(channel), ==, 1);
    amqp_close(connection);
    process_sleep(self, 1 * S);
    channel = dial_channel(bench, self);
    amqp_confirm(channel, NULL, NULL);
    publish(channel, "", "q", persistent("m"));
    g_assert_cmpint(amqp_wait_confirms(channel), ==, 1);
    drains_to(channel, "q", "m m");
}

static void cut_link(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, false); }
static void heal_link(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, true); }

static void row_34(void)
{
    BrokerSettings settings = broker_defaults;
    settings.store_latency = 10 * MS;
    Bench *bench = bench_new(&settings);
    bench_program(bench, resends);
    lab_at(bench->lab, 105 * MS, cut_link, NULL);       /* the confirm of 111 shall not arrive */
    lab_at(bench->lab, 115 * MS, host_down, NULL);
    lab_at(bench->lab, 116 * MS, heal_link, NULL);
    lab_at(bench->lab, 500 * MS, host_up, NULL);
    lab_run(bench->lab, 60 * S);
    bench_free(bench, 1);
}

static void transactions(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    g_assert_cmpint(amqp_tx_select(channel), ==, 0);
    publish_text(channel, "", "q", "1");
    sync_up(self);
    holds(bench, "q", 0, 0);
    g_assert_cmpint(amqp_tx_commit(channel), ==, 0);
    holds(bench, "q", 1, 0);
    publish_text(channel, "", "q", "2");
    g_assert_cmpint(amqp_tx_rollback(channel), ==, 0);
    holds(bench, "q", 1, 0);
    uint64_t tag = get_one(channel, "q", NULL);
    amqp_ack(channel, tag, false);
    g_assert_cmpint(amqp_tx_rollback(channel), ==, 0);
    holds(bench, "q", 0, 1);                            /* the delivery stands, the acknowledgement does not */
    amqp_ack(channel, tag, false);
    sync_up(self);
    holds(bench, "q", 0, 1);
    g_assert_cmpint(amqp_tx_commit(channel), ==, 0);
    holds(bench, "q", 0, 0);
    CLOSES(connection, channel, AMQP_PRECONDITION, amqp_confirm(channel, NULL, NULL));
    g_assert_cmpint(amqp_confirm(channel, NULL, NULL), ==, 0);
    CLOSES(connection, channel, AMQP_PRECONDITION, amqp_tx_select(channel));
    CLOSES(connection, channel, AMQP_PRECONDITION, amqp_tx_commit(channel));
}

static void row_33(void) { bench_play(NULL, refused); }
static void row_35(void) { bench_play(NULL, transactions); }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP-30 without confirms what was under way is lost unnoticed", row_30);
    ROW("AMQP-31 every number is confirmed once", row_31);
    ROW("AMQP-32 when confirms come, and after the return", row_32);
    ROW("AMQP-33 a refusing queue gives nacks", row_33);
    ROW("AMQP-34 sending again gives at least once", row_34);
    ROW("AMQP-35 transactions", row_35);
    return g_test_run();
}
