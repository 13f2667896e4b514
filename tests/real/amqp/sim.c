/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows in the simulator: one program that holds all connections, a millisecond from its broker. */
#include "rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "ipc/amqp_lab.h"

enum { CHANS = 8, TAGS = 100 };

struct Chan {
    char name[8];
    AmqpConnection *connection;
    AmqpChannel *channel;
    struct { char text[16]; uint64_t tag; } tags[TAGS];
    unsigned tag_count;
    GString *events;            /* returns, confirms, cancellations */
    bool confirmed[64];
    unsigned confirms;          /* since they were printed */
};

static Bench *bench;
static Process *self;
static Chan chans[CHANS];
static unsigned chan_count;
static char row[8];

/* Names of this row alone; what is the broker's own keeps its name. */
static const char *own(const char *name)
{
    g_autofree char *full = g_strconcat(row, name, NULL);
    return !name || !*name || g_str_has_prefix(name, "amq.") ? name : g_intern_string(full);
}

static const char *word(const char *options, const char *name)
{
    static char value[32];
    g_auto(GStrv) words = g_strsplit(options, " ", -1);
    size_t length = strlen(name);
    for (char **w = words; *w; w++) {
        if (strncmp(*w, name, length) != 0) continue;
        if (name[length - 1] == '=') return g_strlcpy(value, *w + length, sizeof value), value;
        if (!(*w)[length]) return "";
    }
    return NULL;
}

static int number(const char *options, const char *name, int otherwise)
{
    const char *value = word(options, name);
    return value ? atoi(value) : otherwise;
}

static void note_return(void *user, int code, const AmqpTarget *to, IpcMessage *message);

/* A channel; also where the broker has closed one. */
static void again(Chan *c)
{
    c->channel = channel_on(c->connection);
    amqp_on_returned(c->channel, note_return, c);
}

static void say(Chan *c, const char *op, const char *object, int result)
{
    printf("%s %s %s ", c->name, op, *object ? object : "-");
    if (result >= 0) {
        printf("ok\n");
    } else if (amqp_channel_code(c->channel)) {
        printf("%d\n", amqp_channel_code(c->channel));
        again(c);
    } else {
        printf("%s\n", ipc_error_name(result));
    }
}

void fresh(const char *name)
{
    static unsigned count;
    for (unsigned i = 0; i < chan_count; i++) closes(&chans[i]);
    chan_count = 0;
    g_snprintf(row, sizeof row, "%u.", ++count);
    printf("# %s\n", name);
}

static void note_return(void *user, int code, const AmqpTarget *to, IpcMessage *message)
{
    (void)to, (void)message;
    g_string_append_printf(((Chan *)user)->events, "return:%d ", code);
}

/* Each number, in whichever frames they come. */
static void note_confirm(void *user, uint64_t n, bool many, bool stored)
{
    Chan *c = user;
    for (uint64_t i = many ? 1 : n; i <= n; i++) {
        if (c->confirmed[i]) continue;
        c->confirmed[i] = true;
        c->confirms++;
        g_string_append_printf(c->events, "%s:%d ", stored ? "ack" : "nack", (int)i);
    }
}

Chan *chan(const char *name)
{
    Chan *c = &chans[chan_count++];
    *c = (Chan){ .events = g_string_new(NULL) };
    g_strlcpy(c->name, name, sizeof c->name);
    c->connection = dial(bench, self);
    again(c);
    return c;
}

void closes(Chan *c)
{
    if (c->connection) amqp_close(c->connection);
    if (c->events) g_string_free(c->events, TRUE);
    c->connection = NULL;
    c->events = NULL;
}

void waits(int ms) { process_sleep(self, ms * MS); }
void settle(void) { waits(20); }

void restart(bool clean)
{
    if (clean) broker_stop(bench->broker);
    else broker_kill(bench->broker);
    settle();
    broker_start(bench->broker);
    for (unsigned i = 0; i < chan_count; i++) closes(&chans[i]);
    chan_count = 0;
}

void exchange(Chan *c, const char *name, const char *options)
{
    AmqpExchange set = { .durable = word(options, "durable"), .alternate = own(word(options, "alternate=")) };
    while (!word(options, amqp_kind_names[set.kind])) set.kind++;
    say(c, "exchange", name, amqp_exchange_declare(c->channel, own(name), word(options, "passive") ? NULL : &set));
}

void queue(Chan *c, const char *name, const char *options)
{
    AmqpQueueSettings set = amqp_queue_defaults;
    set.durable = word(options, "durable");
    set.exclusive = word(options, "exclusive");
    set.auto_delete = word(options, "auto-delete");
    set.single_active = word(options, "sac");
    set.message_ttl = word(options, "ttl=") ? number(options, "ttl=", 0) * MS : -1;
    set.expires = word(options, "expires=") ? number(options, "expires=", 0) * MS : -1;
    set.max_length = number(options, "maxlen=", -1);
    set.max_priority = (unsigned)number(options, "maxprio=", 0);
    set.overflow = word(options, "reject-publish") ? AMQP_REJECT_PUBLISH : AMQP_DROP_HEAD;
    set.dead_exchange = own(g_intern_string(word(options, "dlx=")));
    set.dead_key = g_intern_string(word(options, "dlk="));
    if (set.dead_exchange && !*set.dead_exchange) set.dead_key = own(set.dead_key);
    say(c, "queue", name, amqp_queue_declare(c->channel, own(name), word(options, "passive") ? NULL : &set, NULL));
}

/* KEY=VALUE words that are no options. */
static unsigned headers_of(const char *options, AmqpArgument *arguments)
{
    static const char *const not[] = { "ttl=", "priority=" };
    unsigned count = 0;
    g_auto(GStrv) words = g_strsplit(options, " ", -1);
    for (char **w = words; *w; w++) {
        char *equals = strchr(*w, '=');
        if (!equals || g_str_has_prefix(*w, not[0]) || g_str_has_prefix(*w, not[1])) continue;
        *equals = '\0';
        arguments[count++] = (AmqpArgument){ g_intern_string(*w), g_intern_string(equals + 1) };
    }
    return count;
}

void binds(Chan *c, const char *name, const char *source, const char *key, const char *options)
{
    AmqpArgument arguments[8] = { { NULL, NULL } };
    (void)headers_of(options, arguments);
    AmqpMatch match = AMQP_ALL;
    for (int m = 0; amqp_match_names[m]; m++)
        if (word(options, amqp_match_names[m])) match = (AmqpMatch)m;
    AmqpBinding binding = { own(source), own(name), *source ? key : own(key), word(options, "to-exchange"), match, arguments };
    say(c, "bind", name, amqp_bind(c->channel, &binding));
}

void deletes(Chan *c, const char *name, const char *options)
{
    say(c, "delete", name,
        amqp_queue_delete(c->channel, own(name), word(options, "if-unused"), word(options, "if-empty")));
}

void publishes(Chan *c, const char *to, const char *key, const char *text, const char *options)
{
    AmqpArgument arguments[8];
    IpcMessage *message = ipc_message_text(text);
    message->persistent = word(options, "persistent");
    message->ttl = word(options, "ttl=") ? number(options, "ttl=", 0) * MS : -1;
    message->priority = (uint8_t)number(options, "priority=", 0);
    for (unsigned i = 0, count = headers_of(options, arguments); i < count; i++)
        ipc_message_header(message, arguments[i].key, arguments[i].value);
    AmqpTarget target = { own(to), *to ? key : own(key), word(options, "mandatory") };
    (void)amqp_publish(c->channel, &target, message);
    printf("%s publish %s\n", c->name, text);
}

/* ---- taking ---- */

static void print_text(const AmqpDelivery *delivery)
{
    const Frame *frame = &delivery->message->frames[0];
    printf("%.*s%s", (int)frame->size, (const char *)frame->data, delivery->redelivered ? "*" : "");
}

static void remember(Chan *c, const AmqpDelivery *delivery)
{
    const Frame *frame = &delivery->message->frames[0];
    g_snprintf(c->tags[c->tag_count % TAGS].text, 16, "%.*s", (int)frame->size, (const char *)frame->data);
    c->tags[c->tag_count++ % TAGS].tag = delivery->tag;
}

void gets(Chan *c, const char *name)
{
    AmqpDelivery delivery;
    printf("%s get %s ", c->name, name);
    if (amqp_get(c->channel, own(name), false, &delivery) == 1) {
        print_text(&delivery);
        remember(c, &delivery);
        amqp_delivery_clear(&delivery);
    } else {
        printf("empty");
    }
    printf("\n");
}

void drains(Chan *c, const char *name)
{
    AmqpDelivery delivery;
    printf("%s drain %s", c->name, name);
    while (amqp_get(c->channel, own(name), true, &delivery) == 1) {
        printf(" ");
        print_text(&delivery);
        amqp_delivery_clear(&delivery);
    }
    printf("\n");
}

void dies_of(Chan *c, const char *name)
{
    AmqpDelivery delivery;
    printf("%s history %s ", c->name, name);
    if (amqp_get(c->channel, own(name), true, &delivery) == 1) {
        print_text(&delivery);
        printf(" %s", delivery.ttl < 0 ? "unlimited" : "limited");
        for (unsigned i = 0; i < delivery.death_count; i++) {
            const AmqpDeath *death = &delivery.deaths[i];
            printf(" %s/%s/%u/%s", strchr(death->queue, '.') + 1, amqp_death_names[death->reason], death->count,
                   death->expiration < 0 ? "-" : "expiration");
        }
        amqp_delivery_clear(&delivery);
    }
    printf("\n");
}

static void note_cancel(void *user, uint32_t consumer)
{
    g_string_append_printf(((Chan *)user)->events, "cancel:%u ", consumer);
}

void consumes(Chan *c, const char *name, const char *options)
{
    AmqpConsume set = { .queue = own(name), .auto_ack = word(options, "auto"), .exclusive = word(options, "exclusive"),
                        .priority = number(options, "priority=", 0), .cancelled = note_cancel, .user = c };
    say(c, "consume", name, amqp_consume(c->channel, &set));
}

static void print_events(Chan *c)
{
    printf("%s", c->events->str);
    g_string_set_size(c->events, 0);
}

void takes(Chan *c)
{
    AmqpDelivery delivery;
    printf("%s take ", c->name);
    while (amqp_next(c->channel, &delivery, 0) == 1) {
        printf("%u:", delivery.consumer);
        print_text(&delivery);
        printf(" ");
        remember(c, &delivery);
        amqp_delivery_clear(&delivery);
    }
    print_events(c);
    printf("\n");
}

static uint64_t tag_of(const Chan *c, const char *text)
{
    for (unsigned i = c->tag_count; i-- > 0;)
        if (strcmp(c->tags[i % TAGS].text, text) == 0) return c->tags[i % TAGS].tag;
    return 0;
}

void acks(Chan *c, const char *text, bool many) { (void)amqp_ack(c->channel, tag_of(c, text), many); }

void rejects(Chan *c, const char *text, bool many, bool requeue)
{
    (void)amqp_nack(c->channel, tag_of(c, text), many, requeue);
}

void recovers(Chan *c) { (void)amqp_recover(c->channel); }
void prefetches(Chan *c, int count, bool all) { (void)amqp_qos(c->channel, (uint32_t)count, all); }
void numbers(Chan *c) { say(c, "number", "", amqp_confirm(c->channel, note_confirm, c)); }

void confirms(Chan *c)
{
    settle();
    printf("%s confirms ", c->name);
    if (c->confirms > 2) printf("%u of them", c->confirms);     /* in which order is the broker's own matter */
    else printf("%s", c->events->str);
    g_string_set_size(c->events, 0);
    c->confirms = 0;
    printf("\n");
}

void transacts(Chan *c, const char *what)
{
    say(c, "tx", what, *what == 's' ? amqp_tx_select(c->channel) :
                       *what == 'c' ? amqp_tx_commit(c->channel) : amqp_tx_rollback(c->channel));
}

void depth(Chan *c, const char *name)
{
    AmqpQueueState found = { 0, 0, 0 };
    (void)amqp_queue_declare(c->channel, own(name), NULL, &found);
    printf("%s depth %s %u\n", c->name, name, found.ready);
}

void state(Chan *c)
{
    if (amqp_channel_is_open(c->channel)) {
        printf("%s is open\n", c->name);
    } else {
        printf("%s is closed %d\n", c->name, amqp_channel_code(c->channel));
        again(c);
    }
}

static void run(Bench *given, Process *process)
{
    bench = given;
    self = process;
    rows();
    while (chan_count > 0) closes(&chans[--chan_count]);
}

int main(void)
{
    BrokerSettings settings = broker_defaults;
    settings.flag_all_after_crash = true;               /* as 3.10.8 */
    Bench *b = bench_new(&settings);
    bench_program(b, run);
    lab_run(b->lab, 3600 * S);
    bench_free(b, 1);
    return 0;
}
