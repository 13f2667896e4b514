/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A broker "rabbit" on host 0 of a bench, and programs that talk to it. */
#pragma once
#include "ipc/amqp.h"
#include "ipc/broker.h"
#include "lab.h"

#define MS (1000 * 1000LL)
#define S (1000 * MS)

typedef struct Bench Bench;
typedef void (*Body)(Bench *bench, Process *self);

struct Bench {
    Lab *lab;
    Broker *broker;
    Body body[8];
    unsigned bodies, ended;
    GString *log;
    void *shared[4];            /* what the programs of one case hand each other */
};

typedef struct { Bench *bench; unsigned number; } Role;

static inline void bench_enter_(Process *self, void *argument)
{
    Role *role = argument;
    role->bench->body[role->number](role->bench, self);
    role->bench->ended++;
}

static inline Bench *bench_new(const BrokerSettings *settings)
{
    Bench *bench = g_new0(Bench, 1);
    bench->lab = lab_new(8, MS);
    bench->broker = broker_new(bench->lab->ipc, 0, "rabbit", settings ? settings : &broker_defaults);
    bench->log = g_string_new(NULL);
    return bench;
}

/* A program "pN" on host N + 1, for N = 0, 1, … in the order of the calls. */
static inline Process *bench_program(Bench *bench, Body body)
{
    static Role roles[1000];
    static unsigned used;
    Role *role = &roles[used++ % 1000];
    *role = (Role){ bench, bench->bodies };
    bench->body[bench->bodies++] = body;
    g_autofree char *name = g_strdup_printf("p%u", role->number);
    return process_spawn(bench->lab->ipc, role->number + 1, name, bench_enter_, role);
}

/* Judges the books; `ends`: how many programs came to their end. */
static inline void bench_free(Bench *bench, unsigned ends)
{
    g_assert_cmpuint(bench->ended, ==, ends);
    lab_free(bench->lab);
    g_string_free(bench->log, TRUE);
    g_free(bench);
}

static inline void bench_play(const BrokerSettings *settings, Body body)
{
    Bench *bench = bench_new(settings);
    bench_program(bench, body);
    lab_run(bench->lab, 300 * S);
    bench_free(bench, 1);
}

/* ---- within programs ---- */

static inline AmqpConnection *dial(Bench *bench, Process *self)
{
    AmqpConnection *connection = NULL;
    g_assert_cmpint(amqp_connect(self, broker_address(bench->broker), NULL, &connection), ==, 0);
    return connection;
}

static inline AmqpChannel *channel_on(AmqpConnection *connection)
{
    AmqpChannel *channel = NULL;
    g_assert_cmpint(amqp_channel_open(connection, &channel), ==, 0);
    return channel;
}

static inline AmqpChannel *dial_channel(Bench *bench, Process *self) { return channel_on(dial(bench, self)); }

static inline void pause_for(Process *self, SimTime delay) { process_sleep(self, delay); }
static inline void sync_up(Process *self) { process_sleep(self, 10 * MS); }     /* frames under way arrive */

static inline void declare(AmqpChannel *channel, const char *queue)
{
    g_assert_cmpint(amqp_queue_declare(channel, queue, &amqp_queue_defaults, NULL), ==, 0);
}

static inline void declare_exchange(AmqpChannel *channel, const char *name, AmqpKind kind)
{
    g_assert_cmpint(amqp_exchange_declare(channel, name, &(AmqpExchange){ .kind = kind }), ==, 0);
}

static inline void bind_queue(AmqpChannel *channel, const char *exchange, const char *queue, const char *key)
{
    AmqpBinding binding = { .source = exchange, .destination = queue, .key = key };
    g_assert_cmpint(amqp_bind(channel, &binding), ==, 0);
}

static inline void publish(AmqpChannel *channel, const char *exchange, const char *key, IpcMessage *message)
{
    g_assert_cmpint(amqp_publish(channel, &(AmqpTarget){ exchange, key, false }, message), ==, 0);
}

static inline void publish_text(AmqpChannel *channel, const char *exchange, const char *key, const char *text)
{
    publish(channel, exchange, key, ipc_message_text(text));
}

/* "0", "1", … to a queue. */
static inline void publish_numbers(AmqpChannel *channel, const char *queue, int first, int last)
{
    for (int i = first; i <= last; i++) {
        g_autofree char *text = g_strdup_printf("%d", i);
        publish_text(channel, "", queue, text);
    }
}

/* Publishes with properties; ttl -1: none. */
static inline void publish_with(AmqpChannel *channel, const char *queue, const char *text, bool persistent, SimTime ttl)
{
    IpcMessage *message = ipc_message_text(text);
    message->persistent = persistent;
    message->ttl = ttl;
    publish(channel, "", queue, message);
}

/* "text" or "text*" where redelivered, and a space. */
static inline void note_delivery(GString *log, const AmqpDelivery *delivery)
{
    const Frame *frame = &delivery->message->frames[0];
    g_string_append_len(log, frame->data, frame->size);
    g_string_append(log, delivery->redelivered ? "* " : " ");
}

/* Gets one, acknowledged later; its tag, or 0 where the queue is empty. */
static inline uint64_t get_one(AmqpChannel *channel, const char *queue, GString *log)
{
    AmqpDelivery delivery;
    if (amqp_get(channel, queue, false, &delivery) != 1) return 0;
    uint64_t tag = delivery.tag;
    if (log) note_delivery(log, &delivery);
    amqp_delivery_clear(&delivery);
    return tag;
}

/* All that a queue holds, as note_delivery() writes it. */
static inline void drains_to(AmqpChannel *channel, const char *queue, const char *expected)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AmqpDelivery delivery;
    while (amqp_get(channel, queue, true, &delivery) == 1) {
        note_delivery(log, &delivery);
        amqp_delivery_clear(&delivery);
    }
    g_strchomp(log->str);
    g_assert_cmpstr(log->str, ==, expected);
}

/* All that has been pushed so far, in the same manner; the tag of the last one. */
static inline uint64_t pushed_are(AmqpChannel *channel, const char *expected)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AmqpDelivery delivery;
    uint64_t tag = 0;
    while (amqp_next(channel, &delivery, 0) == 1) {
        tag = delivery.tag;
        note_delivery(log, &delivery);
        amqp_delivery_clear(&delivery);
    }
    g_strchomp(log->str);
    g_assert_cmpstr(log->str, ==, expected);
    return tag;
}

static inline uint32_t consume(AmqpChannel *channel, const char *queue)
{
    int consumer = amqp_consume(channel, &(AmqpConsume){ .queue = queue });
    g_assert_cmpint(consumer, >, 0);
    return (uint32_t)consumer;
}

static inline void holds(const Bench *bench, const char *queue, int ready, int unacked)
{
    AmqpQueueState state;
    g_assert_true(broker_queue_state(bench->broker, queue, &state));
    g_assert_cmpint((int)state.ready, ==, ready);
    g_assert_cmpint((int)state.unacked, ==, unacked);
}

static inline bool exists(const Bench *bench, const char *queue)
{
    AmqpQueueState state;
    return broker_queue_state(bench->broker, queue, &state);
}

/* The call closes the channel with that code, and the connection stands. */
#define CLOSES(connection, channel, code, call) do { \
    g_assert_cmpint((call), ==, -IPC_EPROTO); \
    g_assert_cmpint(amqp_channel_code(channel), ==, (code)); \
    g_assert_false(amqp_channel_is_open(channel)); \
    g_assert_true(amqp_is_open(connection)); \
    (channel) = channel_on(connection); \
} while (0)

#define ROW(text, body) g_test_add_func("/amqp/" text, body)
