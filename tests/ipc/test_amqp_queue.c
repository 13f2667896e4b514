/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "amqp_lab.h"

static AmqpQueueSettings settings_with(void (*change)(AmqpQueueSettings *))
{
    AmqpQueueSettings settings = amqp_queue_defaults;
    change(&settings);
    return settings;
}

static void exclusive(AmqpQueueSettings *s) { s->exclusive = true; }
static void auto_delete(AmqpQueueSettings *s) { s->auto_delete = true; s->dead_exchange = "amq.fanout"; }
static void expires(AmqpQueueSettings *s) { s->expires = 500 * MS; s->dead_exchange = "amq.fanout"; }
static void single_active(AmqpQueueSettings *s) { s->single_active = true; }

static void declare_with(AmqpChannel *channel, const char *queue, void (*change)(AmqpQueueSettings *))
{
    AmqpQueueSettings settings = settings_with(change);
    g_assert_cmpint(amqp_queue_declare(channel, queue, &settings, NULL), ==, 0);
}

typedef struct { GString *log; char name; AmqpChannel *channel; bool acks; } Note;

static void note(void *user, AmqpDelivery *delivery)
{
    Note *n = user;
    const Frame *frame = &delivery->message->frames[0];
    g_string_append_printf(n->log, "%c%.*s%s ", n->name, (int)frame->size, (const char *)frame->data,
                           delivery->redelivered ? "*" : "");
    if (n->acks) amqp_ack(delivery->channel, delivery->tag, false);
    amqp_delivery_clear(delivery);
}

static void take_turns(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection), *full = channel_on(connection);
    Note notes[] = { { bench->log, 'a', NULL, true }, { bench->log, 'b', NULL, true }, { bench->log, 'c', NULL, true },
                     { bench->log, 'f', NULL, false } };
    declare(channel, "q");
    for (int i = 0; i < 3; i++) amqp_consume(channel, &(AmqpConsume){ .queue = "q", .deliver = note,
                                                                      .user = &notes[i] });
    publish_numbers(channel, "q", 0, 6);
    sync_up(self);
    g_assert_cmpstr(bench->log->str, ==, "a0 b1 c2 a3 b4 c5 a6 ");
    g_string_set_size(bench->log, 0);
    amqp_qos(full, 1, false);                           /* one that takes its turn once, and is full then */
    amqp_consume(full, &(AmqpConsume){ .queue = "q", .deliver = note, .user = &notes[3] });
    publish_numbers(channel, "q", 0, 7);
    sync_up(self);
    g_assert_cmpstr(bench->log->str, ==, "b0 c1 a2 f3 b4 c5 a6 b7 ");
    holds(bench, "q", 0, 1);
}

static void publishes_100(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    for (int i = 0; i < 100; i++) {
        g_autofree char *text = g_strdup_printf("%c%03d", process_name(self)[1] == '1' ? 'x' : 'y', i);
        publish_text(channel, "", "q", text);
        process_sleep(self, 3 * MS);
    }
    sync_up(self);
}

static void reads_200(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    int next[2] = { 0, 0 }, changes = 0, last = 0;
    declare(channel, "q");
    consume(channel, "q");
    for (int i = 0; i < 200; i++) {
        AmqpDelivery delivery;
        g_assert_cmpint(amqp_next(channel, &delivery, -1), ==, 1);
        const char *text = delivery.message->frames[0].data;
        int whose = text[0] == 'y';
        g_assert_cmpint((text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0', ==, next[whose]++);
        changes += whose != last;
        last = whose;
        amqp_ack(channel, delivery.tag, false);
        amqp_delivery_clear(&delivery);
    }
    g_assert_cmpint(changes, >, 50);                    /* they were mixed */
}

static void row_11(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, reads_200);
    lab_run(bench->lab, 50 * MS);
    bench_program(bench, publishes_100);
    bench_program(bench, publishes_100);
    lab_run(bench->lab, 10 * S);
    bench_free(bench, 3);
}

static void get_or_empty(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    AmqpDelivery delivery;
    SimTime before = process_now(self);
    declare(channel, "q");
    before = process_now(self);
    g_assert_cmpint(amqp_get(channel, "q", false, &delivery), ==, 0);
    g_assert_cmpint(process_now(self) - before, ==, 2 * MS);        /* at once: one round trip */
    amqp_qos(channel, 1, false);
    consume(channel, "q");
    publish_numbers(channel, "q", 0, 2);
    sync_up(self);
    pushed_are(channel, "0");                           /* the prefetch is full */
    g_autoptr(GString) log = g_string_new(NULL);
    g_assert_cmpuint(get_one(channel, "q", log), >, 0);
    g_assert_cmpstr(log->str, ==, "1 ");
}

static void owns_exclusive(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_with(channel, "mine", exclusive);
    publish_text(channel, "", "mine", "1");
    process_sleep(self, 100 * MS);
    process_crash(self);
}

static void meets_exclusive(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    process_sleep(self, 50 * MS);
    CLOSES(connection, channel, AMQP_LOCKED, amqp_queue_declare(channel, "mine", NULL, NULL));
    CLOSES(connection, channel, AMQP_LOCKED, amqp_consume(channel, &(AmqpConsume){ .queue = "mine" }));
    CLOSES(connection, channel, AMQP_LOCKED, amqp_queue_purge(channel, "mine"));
    process_sleep(self, 100 * MS);
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_queue_declare(channel, "mine", NULL, NULL));
}

static void row_13_exclusive(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, owns_exclusive);
    bench_program(bench, meets_exclusive);
    lab_run(bench->lab, 10 * S);
    bench_free(bench, 1);
}

static void deletes_itself(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "dead");
    bind_queue(channel, "amq.fanout", "dead", "");
    declare_with(channel, "auto", auto_delete);
    publish_numbers(channel, "auto", 0, 2);
    process_sleep(self, 1 * S);
    g_assert_true(exists(bench, "auto"));               /* not before the first consumer came */
    amqp_qos(channel, 1, false);
    uint32_t one = consume(channel, "auto"), two = consume(channel, "auto");
    amqp_cancel(channel, one);
    g_assert_true(exists(bench, "auto"));
    amqp_cancel(channel, two);
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_queue_declare(channel, "auto", NULL, NULL));
    drains_to(channel, "dead", "");                     /* nothing of it is dead-lettered */

    declare_with(channel, "leased", expires);
    publish_numbers(channel, "leased", 0, 1);
    process_sleep(self, 400 * MS);
    g_assert_cmpuint(get_one(channel, "leased", NULL), >, 0);       /* that is a use */
    process_sleep(self, 400 * MS);
    g_assert_true(exists(bench, "leased"));
    process_sleep(self, 200 * MS);
    g_assert_false(exists(bench, "leased"));
    drains_to(channel, "dead", "");
    declare_with(channel, "held", expires);
    consume(channel, "held");
    process_sleep(self, 2 * S);
    g_assert_true(exists(bench, "held"));               /* a consumer keeps it */
}

static void first_active(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_with(channel, "q", single_active);
    consume(channel, "q");
    process_sleep(self, 200 * MS);
    pushed_are(channel, "0 1 2");
    process_crash(self);
}

static void second_active(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    process_sleep(self, 50 * MS);
    consume(channel, "q");
    publish_numbers(channel, "q", 0, 2);
    process_sleep(self, 100 * MS);
    pushed_are(channel, "");                            /* the other one is active */
    process_sleep(self, 100 * MS);
    pushed_are(channel, "0* 1* 2*");
}

static void row_14_single(void)
{
    Bench *bench = bench_new(NULL);
    bench_program(bench, first_active);
    bench_program(bench, second_active);
    lab_run(bench->lab, 10 * S);
    bench_free(bench, 1);
}

static void exclusive_consumer(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection), *other = channel_on(connection);
    declare(channel, "q");
    uint32_t one = consume(channel, "q");
    CLOSES(connection, other, AMQP_REFUSED, amqp_consume(other, &(AmqpConsume){ .queue = "q", .exclusive = true }));
    amqp_cancel(channel, one);
    g_assert_cmpint(amqp_consume(channel, &(AmqpConsume){ .queue = "q", .exclusive = true }), >, 0);
    CLOSES(connection, other, AMQP_REFUSED, amqp_consume(other, &(AmqpConsume){ .queue = "q" }));
}

static void consumer_priority(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    Note low = { bench->log, 'l', NULL, false }, high = { bench->log, 'h', NULL, false };
    declare(channel, "q");
    amqp_qos(channel, 2, false);
    amqp_consume(channel, &(AmqpConsume){ .queue = "q", .deliver = note, .user = &low });
    amqp_consume(channel, &(AmqpConsume){ .queue = "q", .deliver = note, .user = &high, .priority = 10 });
    publish_numbers(channel, "q", 0, 5);
    sync_up(self);
    g_assert_cmpstr(bench->log->str, ==, "h0 h1 l2 l3 ");
    holds(bench, "q", 2, 4);
}

static void note_cancel(void *user, uint32_t consumer) { g_string_append_printf(user, "cancelled %u ", consumer); }

static void deleted_under_it(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection), *other = channel_on(connection);
    declare(channel, "q");
    amqp_consume(channel, &(AmqpConsume){ .queue = "q", .cancelled = note_cancel, .user = bench->log });
    publish_text(channel, "", "q", "1");
    sync_up(self);
    CLOSES(connection, other, AMQP_PRECONDITION, amqp_queue_delete(other, "q", true, false));
    uint64_t tag = pushed_are(channel, "1");
    g_assert_cmpint(amqp_queue_delete(other, "q", false, false), ==, 0);
    sync_up(self);
    g_assert_cmpstr(bench->log->str, ==, "cancelled 1 ");
    amqp_ack(channel, tag, false);                      /* of a queue that is gone: still its own */
    sync_up(self);
    g_assert_true(amqp_channel_is_open(channel));
    declare(channel, "full");
    publish_text(channel, "", "full", "1");
    CLOSES(connection, channel, AMQP_PRECONDITION, amqp_queue_delete(channel, "full", false, true));
    drains_to(channel, "full", "1");
    g_assert_cmpint(amqp_queue_delete(channel, "full", true, true), ==, 0);
}

static void row_10(void) { bench_play(NULL, take_turns); }
static void row_12(void) { bench_play(NULL, get_or_empty); }
static void row_13(void) { bench_play(NULL, deletes_itself); }
static void row_14(void) { bench_play(NULL, exclusive_consumer); }
static void row_15(void) { bench_play(NULL, consumer_priority); }
static void row_16(void) { bench_play(NULL, deleted_under_it); }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP-10 competing consumers take turns, the full are skipped", row_10);
    ROW("AMQP-11 each publisher's order is kept", row_11);
    ROW("AMQP-12 get returns one or empty at once", row_12);
    ROW("AMQP-13 an exclusive queue is its connection's and ends with it", row_13_exclusive);
    ROW("AMQP-13 auto-delete and expires", row_13);
    ROW("AMQP-14 an exclusive consumer is refused beside others", row_14);
    ROW("AMQP-14 a single active consumer is followed by the next", row_14_single);
    ROW("AMQP-15 consumers of higher priority first", row_15);
    ROW("AMQP-16 deleting under a consumer", row_16);
    return g_test_run();
}
