/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "amqp_lab.h"
#include "ipc/amqp_route.h"

/* RabbitMQ 3.10.8, IPC.md 12. */
static const char *const patterns[] = { "a.*", "a.#", "#", "*", "*.b", "#.b", "a.*.c", "a.#.c", "a.b", "#.#", "*.*",
                                        "" };
static const struct { const char *key; const char *match; } topics[] = {
    { "a", "a.# # * #.#" },
    { "a.b", "a.* a.# # *.b #.b a.b #.# *.*" },
    { "a.b.c", "a.# # a.*.c a.#.c #.#" },
    { "a.c", "a.* a.# # a.#.c #.# *.*" },
    { "b", "# * #.b #.#" },
    { "", "# #.# (empty)" },
    { "a..c", "a.# # a.*.c a.#.c #.#" },
    { ".", "# #.# *.*" },
    { "a.x.y.c", "a.# # a.#.c #.#" },
};

static void note_pattern(GString *got, const char *pattern)
{
    g_string_append_printf(got, "%s ", *pattern ? pattern : "(empty)");
}

static void topic_patterns_alone(void)
{
    for (size_t k = 0; k < G_N_ELEMENTS(topics); k++) {
        g_autoptr(GString) got = g_string_new(NULL);
        for (size_t p = 0; p < G_N_ELEMENTS(patterns); p++)
            if (amqp_topic_matches(patterns[p], topics[k].key)) note_pattern(got, patterns[p]);
        g_strchomp(got->str);
        g_test_message("key '%s'", topics[k].key);
        g_assert_cmpstr(got->str, ==, topics[k].match);
    }
    g_assert_true(amqp_topic_matches("#.a.#.b.#", "x.a.y.a.b"));
    g_assert_false(amqp_topic_matches("#.a.#.b.#", "b.y.a"));
    g_assert_true(amqp_topic_matches("#.*", "a"));
    g_assert_false(amqp_topic_matches("#.*", ""));
    g_assert_false(amqp_topic_matches("ab", "a"));
}

/* By every way of splitting, against the one pass. */
static bool slow_match(const char *p, const char *k)
{
    if (!p) return !k;
    const char *dot = strchr(p, '.'), *rest = dot ? dot + 1 : NULL;
    size_t length = strcspn(p, ".");
    if (length == 1 && *p == '#') {
        if (slow_match(rest, k)) return true;
        for (const char *d = k; d;) {
            d = strchr(d, '.');
            d = d ? d + 1 : NULL;
            if (slow_match(rest, d)) return true;
        }
        return false;
    }
    if (!k) return false;
    const char *kdot = strchr(k, '.');
    bool same = (length == 1 && *p == '*') || (length == strcspn(k, ".") && strncmp(p, k, length) == 0);
    return same && slow_match(rest, kdot ? kdot + 1 : NULL);
}

static void random_patterns_match_as_if_tried_one_by_one(void)
{
    static const char *const words[] = { "a", "b", "*", "#", "" };
    Random random = random_stream(1, "test", 0);
    unsigned matched = 0;
    for (int round = 0; round < 20000; round++) {
        g_autoptr(GString) pattern = g_string_new(NULL), key = g_string_new(NULL);
        for (uint64_t i = random_below(&random, 6), n = 0; n < i; n++)
            g_string_append_printf(pattern, "%s%s", n ? "." : "", words[random_below(&random, 5)]);
        for (uint64_t i = random_below(&random, 6), n = 0; n < i; n++)
            g_string_append_printf(key, "%s%s", n ? "." : "", words[random_below(&random, 2)]);
        bool slow = slow_match(*pattern->str ? pattern->str : NULL, *key->str ? key->str : NULL);
        if (amqp_topic_matches(pattern->str, key->str) != slow) g_error("'%s' on '%s'", pattern->str, key->str);
        matched += slow;
    }
    g_assert_cmpuint(matched, >, 1000);
}

/* ---- the rows, at a broker ---- */

static void declaring(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpQueueSettings durable = amqp_queue_defaults;
    durable.durable = true;
    declare(channel, "q");
    declare(channel, "q");                              /* the same again */
    declare_exchange(channel, "x", AMQP_DIRECT);
    declare_exchange(channel, "x", AMQP_DIRECT);
    g_assert_cmpint(amqp_exchange_declare(channel, "x", NULL), ==, 0);
    g_assert_cmpint(amqp_queue_declare(channel, "q", NULL, NULL), ==, 0);
    AmqpChannel *first = channel;
    g_assert_cmpint(amqp_queue_declare(first, "q", &durable, NULL), ==, -IPC_EPROTO);
    g_assert_cmpint(amqp_channel_code(first), ==, AMQP_PRECONDITION);
    g_assert_cmpint(amqp_queue_declare(first, "q", &amqp_queue_defaults, NULL), ==, -IPC_EPIPE);       /* unusable */
    g_assert_true(amqp_is_open(connection));
    channel = channel_on(connection);
    CLOSES(connection, channel, AMQP_PRECONDITION, amqp_exchange_declare(channel, "x",
                                                                         &(AmqpExchange){ .kind = AMQP_FANOUT }));
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_queue_declare(channel, "none", NULL, NULL));
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_exchange_declare(channel, "none", NULL));
    CLOSES(connection, channel, AMQP_REFUSED, amqp_queue_declare(channel, "amq.mine", &amqp_queue_defaults, NULL));
    CLOSES(connection, channel, AMQP_REFUSED, amqp_exchange_declare(channel, "amq.mine",
                                                                    &(AmqpExchange){ .kind = AMQP_FANOUT }));
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_consume(channel, &(AmqpConsume){ .queue = "none" }));
    g_assert_cmpint(amqp_queue_declare(channel, "", &amqp_queue_defaults, NULL), ==, 0);
    g_assert_true(g_str_has_prefix(amqp_queue_name(channel), "amq.gen-"));
}

static void direct(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare_exchange(channel, "d", AMQP_DIRECT);
    declare(channel, "f1"), declare(channel, "f2");
    bind_queue(channel, "d", "f1", "k1"), bind_queue(channel, "d", "f2", "k1"), bind_queue(channel, "d", "f2", "k2");
    publish_text(channel, "d", "k1", "1"), publish_text(channel, "d", "k2", "2"), publish_text(channel, "d", "K1", "3");
    publish_text(channel, "", "f1", "own");             /* by its name through the default exchange */
    drains_to(channel, "f1", "1 own");
    drains_to(channel, "f2", "1 2");
    CLOSES(connection, channel, AMQP_REFUSED, amqp_bind(channel, &(AmqpBinding){ .source = "", .destination = "f1",
        .key = "f1" }));
    CLOSES(connection, channel, AMQP_NOT_FOUND, amqp_bind(channel, &(AmqpBinding){ .source = "d",
        .destination = "none" }));
    AmqpBinding gone = { .source = "d", .destination = "f2", .key = "k1" };
    g_assert_cmpint(amqp_unbind(channel, &gone), ==, 0);
    publish_text(channel, "d", "k1", "4");
    drains_to(channel, "f1", "4");
    drains_to(channel, "f2", "");
}

static void fanout(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    static const char *const queues[] = { "a", "b", "c" };
    declare_exchange(channel, "f", AMQP_FANOUT);
    for (int i = 0; i < 3; i++) declare(channel, queues[i]), bind_queue(channel, "f", queues[i], "ignored");
    publish_text(channel, "f", "whatever", "1");
    for (int i = 0; i < 3; i++) drains_to(channel, queues[i], "1");
}

static void topic(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_exchange(channel, "t", AMQP_TOPIC);
    for (size_t p = 0; p < G_N_ELEMENTS(patterns); p++) {
        g_autofree char *queue = g_strdup_printf("q%zu", p);
        declare(channel, queue);
        bind_queue(channel, "t", queue, patterns[p]);
    }
    for (size_t k = 0; k < G_N_ELEMENTS(topics); k++) {
        g_autoptr(GString) got = g_string_new(NULL);
        publish_text(channel, "t", topics[k].key, "m");
        sync_up(self);
        for (size_t p = 0; p < G_N_ELEMENTS(patterns); p++) {
            g_autofree char *queue = g_strdup_printf("q%zu", p);
            if (amqp_queue_purge(channel, queue) == 1) note_pattern(got, patterns[p]);
        }
        g_strchomp(got->str);
        g_assert_cmpstr(got->str, ==, topics[k].match);
    }
}

static void headers(Bench *bench, Process *self)
{
    static const AmqpArgument rv[] = { { "t", "r" }, { "v", "1" }, { NULL, NULL } };
    static const AmqpArgument x[] = { { "x-h", "1" }, { "t", "r" }, { NULL, NULL } };
    static const struct { const char *queue; AmqpMatch match; const AmqpArgument *arguments; } bindings[] = {
        { "all", AMQP_ALL, rv }, { "any", AMQP_ANY, rv }, { "none", AMQP_ALL, NULL }, { "def", AMQP_ALL, rv },
        { "allx", AMQP_ALL_WITH_X, x }, { "allnx", AMQP_ALL, x },
    };
    static const struct { const char *headers; const char *queues; } rows[] = {
        { "t=r,v=1,o=2", "all any none def allnx" }, { "t=r", "any none allnx" }, { "v=2", "none" }, { "", "none" },
        { "t=r,x-h=1", "any none allx allnx" },
    };
    AmqpChannel *channel = dial_channel(bench, self);
    declare_exchange(channel, "h", AMQP_HEADERS);
    for (size_t i = 0; i < G_N_ELEMENTS(bindings); i++) {
        AmqpBinding binding = { .source = "h", .destination = bindings[i].queue, .match = bindings[i].match,
                                .arguments = bindings[i].arguments };
        declare(channel, bindings[i].queue);
        g_assert_cmpint(amqp_bind(channel, &binding), ==, 0);
    }
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        IpcMessage *message = ipc_message_text("m");
        g_auto(GStrv) pairs = g_strsplit(rows[r].headers, ",", -1);
        for (char **pair = pairs; *pair; pair++) {
            g_auto(GStrv) parts = g_strsplit(*pair, "=", 2);
            ipc_message_header(message, parts[0], parts[1]);
        }
        publish(channel, "h", "", message);
        sync_up(self);
        g_autoptr(GString) got = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(bindings); i++)
            if (amqp_queue_purge(channel, bindings[i].queue) == 1) g_string_append_printf(got, "%s ",
                bindings[i].queue);
        g_strchomp(got->str);
        g_test_message("headers '%s'", rows[r].headers);
        g_assert_cmpstr(got->str, ==, rows[r].queues);
    }
}

static void one_copy(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    declare_exchange(channel, "t", AMQP_TOPIC);
    declare(channel, "q");
    bind_queue(channel, "t", "q", "a.*"), bind_queue(channel, "t", "q", "*.b"), bind_queue(channel, "t", "q", "a.*");
    publish_text(channel, "t", "a.b", "1");
    drains_to(channel, "q", "1");
    AmqpBinding binding = { .source = "t", .destination = "q", .key = "a.*" };
    g_assert_cmpint(amqp_unbind(channel, &binding), ==, 0);     /* the double was one */
    publish_text(channel, "t", "a.c", "2");
    drains_to(channel, "q", "");
}

static void note_return(void *user, int code, const AmqpTarget *to, IpcMessage *message)
{
    (void)message;
    g_string_append_printf(user, "return %d %s ", code, to->key);
}

static void unroutable(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    AmqpExchange with_alternate = { .kind = AMQP_DIRECT, .alternate = "stray" };
    amqp_on_returned(channel, note_return, bench->log);
    declare_exchange(channel, "d", AMQP_DIRECT);
    declare_exchange(channel, "stray", AMQP_FANOUT);
    g_assert_cmpint(amqp_exchange_declare(channel, "da", &with_alternate), ==, 0);
    declare(channel, "found");
    bind_queue(channel, "stray", "found", "");
    publish_text(channel, "d", "nowhere", "1");
    sync_up(self);
    g_assert_cmpuint(lab_count(bench->lab, "amqp.drop", "rabbit.d", "unroutable"), ==, 1);
    g_assert_cmpstr(bench->log->str, ==, "");
    amqp_publish(channel, &(AmqpTarget){ "d", "nowhere", true }, ipc_message_text("2"));
    sync_up(self);
    g_assert_cmpstr(bench->log->str, ==, "return 312 nowhere ");
    amqp_publish(channel, &(AmqpTarget){ "da", "nowhere", true }, ipc_message_text("3"));
    sync_up(self);
    g_assert_cmpstr(bench->log->str, ==, "return 312 nowhere ");        /* nothing more */
    drains_to(channel, "found", "3");
}

static void missing_exchange(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    g_assert_cmpint(amqp_publish(channel, &(AmqpTarget){ "none", "k", false }, ipc_message_text("1")), ==, 0);
    g_assert_true(amqp_channel_is_open(channel));       /* it has not heard of it yet */
    sync_up(self);
    g_assert_false(amqp_channel_is_open(channel));
    g_assert_cmpint(amqp_channel_code(channel), ==, AMQP_NOT_FOUND);
    g_assert_cmpint(amqp_publish(channel, &(AmqpTarget){ "", "k", false }, ipc_message_text("2")), ==, -IPC_EPIPE);
    g_assert_true(amqp_is_open(connection));
}

static void diamond(Bench *bench, Process *self)
{
    AmqpChannel *channel = dial_channel(bench, self);
    static const char *const names[] = { "top", "left", "right", "bottom" };
    for (int i = 0; i < 4; i++) declare_exchange(channel, names[i], AMQP_FANOUT);
    declare(channel, "q");
    for (int i = 1; i <= 2; i++) {
        g_assert_cmpint(amqp_bind(channel, &(AmqpBinding){ .source = "top", .destination = names[i],
                                                           .to_exchange = true }), ==, 0);
        g_assert_cmpint(amqp_bind(channel, &(AmqpBinding){ .source = names[i], .destination = "bottom",
                                                           .to_exchange = true }), ==, 0);
    }
    bind_queue(channel, "bottom", "q", ""), bind_queue(channel, "left", "q", "");
    publish_text(channel, "top", "", "1");
    drains_to(channel, "q", "1");
    g_assert_cmpint(amqp_exchange_delete(channel, "bottom", false), ==, 0);
    publish_text(channel, "top", "", "2");
    drains_to(channel, "q", "2");
    g_assert_cmpint(amqp_exchange_delete(channel, "left", false), ==, 0);
    publish_text(channel, "top", "", "3");
    drains_to(channel, "q", "");
}

static void row_01(void) { bench_play(NULL, declaring); }
static void row_02(void) { bench_play(NULL, direct); }
static void row_03(void) { bench_play(NULL, fanout); }
static void row_04(void) { bench_play(NULL, topic); }
static void row_05(void) { bench_play(NULL, headers); }
static void row_06(void) { bench_play(NULL, one_copy); }
static void row_07(void) { bench_play(NULL, unroutable); }
static void row_08(void) { bench_play(NULL, missing_exchange); }
static void row_09(void) { bench_play(NULL, diamond); }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP-04 patterns match by words", topic_patterns_alone);
    ROW("random patterns match as if tried one by one", random_patterns_match_as_if_tried_one_by_one);
    ROW("AMQP-01 declaring again, passively, and reserved names", row_01);
    ROW("AMQP-02 direct and default exchange", row_02);
    ROW("AMQP-03 fanout copies to every queue", row_03);
    ROW("AMQP-04 topic table at a broker", row_04);
    ROW("AMQP-05 headers table at a broker", row_05);
    ROW("AMQP-06 one copy whatever the bindings", row_06);
    ROW("AMQP-07 unroutable is dropped, returned, or goes to the alternate", row_07);
    ROW("AMQP-08 a missing exchange closes the channel later", row_08);
    ROW("AMQP-09 a diamond of exchanges gives one copy", row_09);
    return g_test_run();
}
