/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "amqp_lab.h"

typedef void (*Change)(AmqpQueueSettings *settings);

static void declare_with(AmqpChannel *channel, const char *queue, Change change)
{
    AmqpQueueSettings settings = amqp_queue_defaults;
    change(&settings);
    g_assert_cmpint(amqp_queue_declare(channel, queue, &settings, NULL), ==, 0);
}

static void ttl_200(AmqpQueueSettings *s) { s->message_ttl = 200 * MS; }
static void ttl_0(AmqpQueueSettings *s) { s->message_ttl = 0; }
static void dlx(AmqpQueueSettings *s) { s->dead_exchange = "dlx"; }
static void dlx_keyed(AmqpQueueSettings *s) { s->dead_exchange = "dlx"; s->dead_key = "other"; }
static void dlx_short(AmqpQueueSettings *s) { s->dead_exchange = "dlx"; s->max_length = 2; }
static void dlx_missing(AmqpQueueSettings *s) { s->dead_exchange = "none"; }
static void to_itself(AmqpQueueSettings *s) { s->dead_exchange = ""; s->dead_key = "cycle"; s->message_ttl = 50 * MS; }
static void to_waiting(AmqpQueueSettings *s) { s->dead_exchange = ""; s->dead_key = "waiting"; }
static void back_to_work(AmqpQueueSettings *s) { s->dead_exchange = ""; s->dead_key = "work";
                                                 s->message_ttl = 50 * MS; }
static void length_2(AmqpQueueSettings *s) { s->max_length = 2; }
static void length_2_reject(AmqpQueueSettings *s) { s->max_length = 2; s->overflow = AMQP_REJECT_PUBLISH; }
static void length_2_reject_dlx(AmqpQueueSettings *s) { dlx_short(s); s->overflow = AMQP_REJECT_PUBLISH_DLX; }
static void bytes_25(AmqpQueueSettings *s) { s->max_bytes = 25; }
static void priority_5(AmqpQueueSettings *s) { s->max_priority = 5; }

static void time_to_live(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_with(channel, "q", ttl_200);
    publish_with(channel, "q", "50", false, 50 * MS);
    process_sleep(self, 40 * MS);
    holds(bench, "q", 1, 0);
    process_sleep(self, 80 * MS);
    holds(bench, "q", 0, 0);                            /* the smaller one held: gone at 50 */
    publish_with(channel, "q", "900", false, 900 * MS);
    process_sleep(self, 190 * MS);
    g_autoptr(GString) log = g_string_new(NULL);
    uint64_t tag = get_one(channel, "q", log);          /* at 192 of 200 */
    process_sleep(self, 100 * MS);
    holds(bench, "q", 0, 1);                            /* held, it does not expire */
    amqp_reject(channel, tag, true);
    sync_up(self);
    holds(bench, "q", 0, 0);                            /* put back, it has expired long ago */
    drains_to(channel, "q", "");
    declare_with(channel, "zero", ttl_0);
    publish_text(channel, "", "zero", "0");
    sync_up(self);
    holds(bench, "zero", 0, 0);
    consume(channel, "zero");
    publish_text(channel, "", "zero", "1");
    sync_up(self);
    pushed_are(channel, "1");
    g_assert_cmpuint(ipc_account(bench->lab->ipc, "amqp", "rabbit.zero")->expired, ==, 1);
}

static void at_the_head(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare(channel, "q");
    publish_with(channel, "q", "live", false, 2000 * MS);
    publish_with(channel, "q", "dead", false, 50 * MS);
    process_sleep(self, 300 * MS);
    holds(bench, "q", 2, 0);
    drains_to(channel, "q", "live");
    holds(bench, "q", 0, 0);
}

static void is_dead_of(AmqpChannel *channel, const char *queue, const char *text, AmqpDeath expected)
{
    AmqpDelivery delivery;
    g_assert_cmpint(amqp_get(channel, queue, true, &delivery), ==, 1);
    g_assert_true(ipc_message_is(delivery.message, 0, text));
    g_assert_false(delivery.redelivered);
    g_assert_cmpint(delivery.ttl, ==, -1);              /* no expiration any more */
    g_assert_cmpuint(delivery.death_count, >=, 1);
    const AmqpDeath *death = delivery.deaths;
    g_assert_cmpstr(death->queue, ==, expected.queue);
    g_assert_cmpstr(amqp_death_names[death->reason], ==, amqp_death_names[expected.reason]);
    g_assert_cmpuint(death->count, ==, expected.count);
    g_assert_cmpstr(death->exchange, ==, expected.exchange);
    g_assert_cmpstr(death->key, ==, expected.key);
    g_assert_cmpint(death->expiration, ==, expected.expiration);
    amqp_delivery_clear(&delivery);
}

static void dead_letters(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_exchange(channel, "dlx", AMQP_DIRECT);
    declare(channel, "same"), declare(channel, "other");
    declare_with(channel, "q", dlx), declare_with(channel, "k", dlx_keyed), declare_with(channel, "short", dlx_short);
    bind_queue(channel, "dlx", "same", "q"), bind_queue(channel, "dlx", "same", "short"), bind_queue(channel, "dlx",
        "other", "other");

    publish_with(channel, "q", "r", false, 5000 * MS);
    amqp_reject(channel, get_one(channel, "q", NULL), false);
    sync_up(self);
    is_dead_of(channel, "same", "r", (AmqpDeath){ "q", "", "q", AMQP_REJECTED, 1, 5000 * MS });

    publish_with(channel, "k", "e", true, 20 * MS);
    process_sleep(self, 100 * MS);
    is_dead_of(channel, "other", "e", (AmqpDeath){ "k", "", "k", AMQP_EXPIRED, 1, 20 * MS });

    publish_numbers(channel, "short", 0, 3);
    sync_up(self);
    is_dead_of(channel, "same", "0", (AmqpDeath){ "short", "", "short", AMQP_MAXLEN, 1, -1 });
    is_dead_of(channel, "same", "1", (AmqpDeath){ "short", "", "short", AMQP_MAXLEN, 1, -1 });
    drains_to(channel, "short", "2 3");
    g_assert_cmpuint(ipc_account(bench->lab->ipc, "amqp", "rabbit.short")->dead_lettered, ==, 2);
    g_assert_cmpuint(lab_count(bench->lab, "amqp.deadletter", NULL, "maxlen"), ==, 2);
}

static void nowhere_to_go(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_with(channel, "q", dlx_missing);
    publish_text(channel, "", "q", "1");
    amqp_reject(channel, get_one(channel, "q", NULL), false);
    sync_up(self);
    declare_exchange(channel, "dlx", AMQP_DIRECT);
    declare_with(channel, "unbound", dlx);
    publish_text(channel, "", "unbound", "2");
    amqp_reject(channel, get_one(channel, "unbound", NULL), false);
    sync_up(self);
    g_assert_true(amqp_channel_is_open(channel));
    holds(bench, "q", 0, 0), holds(bench, "unbound", 0, 0);
    g_assert_cmpuint(lab_count(bench->lab, "amqp.drop", NULL, "dead-letter-missing"), ==, 2);
}

static void cycles(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_with(channel, "cycle", to_itself);
    publish_text(channel, "", "cycle", "1");
    process_sleep(self, 300 * MS);
    holds(bench, "cycle", 0, 0);
    g_assert_cmpuint(lab_count(bench->lab, "amqp.drop", "rabbit.cycle", "dead-letter-cycle"), ==, 1);
    /* try again later */
    declare_with(channel, "work", to_waiting), declare_with(channel, "waiting", back_to_work);
    publish_text(channel, "", "work", "2");
    sync_up(self);
    for (uint32_t i = 1; i <= 3; i++) {                 /* with a rejection in it, it may go round */
        AmqpDelivery delivery;
        g_assert_cmpint(amqp_get(channel, "work", false, &delivery), ==, 1);
        g_assert_cmpuint(delivery.death_count, ==, i > 1 ? 2 : 0);
        if (i > 1) g_assert_cmpuint(delivery.deaths[0].count, ==, i - 1);
        amqp_reject(channel, delivery.tag, false);
        amqp_delivery_clear(&delivery);
        process_sleep(self, 200 * MS);
    }
    holds(bench, "work", 1, 0);
}

static void lengths(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_with(channel, "q", length_2);
    for (int i = 0; i < 4; i++) publish_with(channel, "q", i == 0 ? "0" : i == 1 ? "1" : i == 2 ? "2" : "3", true, -1);
    drains_to(channel, "q", "2 3");                     /* persistent ones go too */
    declare_with(channel, "r", length_2_reject);
    publish_numbers(channel, "r", 0, 3);
    drains_to(channel, "r", "0 1");
    publish_numbers(channel, "q", 0, 1);
    (void)get_one(channel, "q", NULL), (void)get_one(channel, "q", NULL);
    publish_numbers(channel, "q", 2, 4);                /* those held do not count */
    sync_up(self);
    holds(bench, "q", 2, 2);
    amqp_recover(channel);                              /* returning ones come first, and are the first to go */
    drains_to(channel, "q", "3 4");
    declare_with(channel, "b", bytes_25);
    for (int i = 0; i < 4; i++) publish(channel, "", "b", ipc_message_new("0123456789", 10));
    sync_up(self);
    holds(bench, "b", 2, 0);
    declare_exchange(channel, "dlx", AMQP_FANOUT);
    declare(channel, "dead");
    bind_queue(channel, "dlx", "dead", "");
    declare_with(channel, "d", length_2_reject_dlx);
    publish_numbers(channel, "d", 0, 3);
    drains_to(channel, "d", "0 1");
    drains_to(channel, "dead", "2 3");
}

static void publish_priority(AmqpChannel *channel, const char *text, uint8_t priority)
{
    IpcMessage *message = ipc_message_text(text);
    message->priority = priority;
    publish(channel, "", "q", message);
}

static void priorities(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    static const struct { const char *text; uint8_t priority; } rows[] = { { "a", 1 }, { "b", 3 }, { "c", 0 }, { "d",
        9 }, { "e", 5 }, { "f", 3 } };
    declare_with(channel, "q", priority_5);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) publish_priority(channel, rows[i].text, rows[i].priority);
    drains_to(channel, "q", "d e b f a c");
    for (int i = 0; i < 20; i++) publish_priority(channel, "n", 0);
    amqp_qos(channel, 10, false);
    consume(channel, "q");
    sync_up(self);
    publish_priority(channel, "urgent", 5);
    sync_up(self);
    uint64_t last = pushed_are(channel, "n n n n n n n n n n");
    amqp_ack(channel, last - 9, false);
    sync_up(self);
    pushed_are(channel, "urgent");                      /* the eleventh */
}

/* ---- the bookkeeping and the speed ---- */

static void mixed(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_exchange(channel, "dlx", AMQP_FANOUT);
    declare_exchange(channel, "t", AMQP_TOPIC);
    declare(channel, "dead"), declare_with(channel, "a", dlx_short), declare_with(channel, "b", ttl_200);
    bind_queue(channel, "dlx", "dead", ""), bind_queue(channel, "t", "a", "#"), bind_queue(channel, "t", "b", "*.b");
    consume(channel, "b");
    for (int i = 0; i < 30; i++) publish_text(channel, "t", i % 3 == 0 ? "x.b" : i % 3 == 1 ? "x" : "", "m");
    publish_text(channel, "dlx", "", "x"), publish_text(channel, "t", "x.b", "still under way");
}

static void com_04(void)
{
    uint64_t under_way = 0, queued = 0;
    for (SimTime stop = 5 * MS; stop < 60 * MS; stop += MS / 2) {
        Bench *bench = bench_new(NULL);
        bench_program(bench, mixed);
        lab_run(bench->lab, stop);
        Ipc *ipc = bench->lab->ipc;
        ipc_finish(ipc);
        for (unsigned i = 0; i < ipc_account_count(ipc); i++) {
            Account *account = ipc_account_at(ipc, i);
            under_way += account->in_flight;
            queued += account->queued;
            g_assert_cmpint(account_balance(account), ==, 0);
        }
        ipc_free(ipc);
        bench->lab->ipc = ipc_new(&(Fabric){ .user = bench->lab, .now = &bench->lab->now });
        bench_free(bench, bench->ended);
    }
    g_assert_cmpuint(under_way, >, 50);                 /* the case is not empty */
    g_assert_cmpuint(queued, >, 100);
}

enum { MANY = 100000 };

static void takes_many(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare(channel, "q");
    amqp_qos(channel, 100, false);
    consume(channel, "q");
    for (int i = 0; i < MANY; i++) {
        AmqpDelivery delivery;
        g_assert_cmpint(amqp_next(channel, &delivery, -1), ==, 1);
        if (i % 50 == 49) amqp_ack(channel, delivery.tag, true);
        amqp_delivery_clear(&delivery);
    }
}

static void puts_many(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    for (int i = 0; i < MANY; i++) publish(channel, "", "q", ipc_message_new(NULL, 100));
}

static void speed(void)
{
    Bench *bench = bench_new(NULL);
    ipc_watch(bench->lab->ipc, NULL, NULL);
    bench_program(bench, takes_many);
    lab_run(bench->lab, 50 * MS);
    bench_program(bench, puts_many);
    gint64 before = g_get_monotonic_time();
    lab_run(bench->lab, 1000 * S);
    double seconds = (double)(g_get_monotonic_time() - before) / 1e6;
    g_test_message("%.0f messages a second published, queued, delivered and acknowledged", MANY / seconds);
    bench_free(bench, 2);
}

/* A thousand messages of 10 kB do not fit into the buffers of a connection: what is pushed waits for room. */
static void back_pressure(Bench *bench, Process *self)
{
    enum { COUNT = 1000, BYTES = 10000 };
    AmqpChannel *channel = dial_channel(bench, self), *other = dial_channel(bench, self);
    declare(channel, "q");
    for (int i = 0; i < COUNT; i++) publish(channel, "", "q", ipc_message_new(NULL, BYTES));
    sync_up(self);
    pause_for(self, S);
    holds(bench, "q", COUNT, 0);
    consume(other, "q");
    AmqpQueueState state;
    g_assert_true(broker_queue_state(bench->broker, "q", &state));
    g_assert_cmpuint(state.unacked, >, 5);
    g_assert_cmpuint(state.unacked, <, 100);
    pause_for(self, 10 * S);
    holds(bench, "q", 0, COUNT);
    g_assert_cmpuint(amqp_waiting(other), ==, COUNT);
}

static void row_pressure(void) { bench_play(NULL, back_pressure); }
static void row_43(void) { bench_play(NULL, time_to_live); }
static void row_44(void) { bench_play(NULL, at_the_head); }
static void row_45(void) { bench_play(NULL, dead_letters); }
static void row_46(void) { bench_play(NULL, nowhere_to_go); }
static void row_47(void) { bench_play(NULL, cycles); }
static void row_48(void) { bench_play(NULL, lengths); }
static void row_49(void) { bench_play(NULL, priorities); }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP-43 time to live", row_43);
    ROW("AMQP-44 messages expire at the head", row_44);
    ROW("AMQP-45 dead letters and their history", row_45);
    ROW("AMQP-46 dead letters with nowhere to go", row_46);
    ROW("AMQP-47 a cycle ends unless somebody rejects in it", row_47);
    ROW("AMQP-48 length limits", row_48);
    ROW("AMQP-49 priorities", row_49);
    ROW("what is pushed waits for room in the connection", row_pressure);
    ROW("COM-04 the books balance wherever the run stops", com_04);
    ROW("a hundred thousand messages go through", speed);
    return g_test_run();
}
