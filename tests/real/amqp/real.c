/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows on a real broker, by librabbitmq; usage: real PORT RESTART, where RESTART stop|kill|start
 * is a command for the shell. */
#include "rows.h"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { CHANS = 8, TAGS = 100, CH = 1, QUIET_MS = 60, SETTLE_MS = 150 };

struct Chan {
    char name[8];
    amqp_connection_state_t connection;     /* NULL: closed */
    amqp_channel_t number;
    struct { char text[16]; uint64_t tag; } tags[TAGS];
    unsigned tag_count, consumers;
    char taken[2000], events[2000];         /* what has come and was not printed yet */
    int code;                               /* of a channel that the broker closed; 0: open */
    uint64_t published;
    char confirmed[64];
    unsigned confirms;
};

static Chan chans[CHANS];
static unsigned chan_count;
static char row[8];
static int port;
static const char *control;

static void die(const char *why)
{
    fprintf(stderr, "real: %s\n", why);
    exit(1);
}

/* ---- words ---- */

static amqp_bytes_t bytes(const char *text) { return amqp_cstring_bytes(text); }

/* Names of this row alone, kept for good. */
static const char *own(const char *name)
{
    if (!name || !*name || strncmp(name, "amq.", 4) == 0) return name;
    char *full = NULL;
    if (asprintf(&full, "%s%s", row, name) < 0) abort();
    return full;
}

static const char *word(const char *options, const char *name)
{
    static char value[4][32];
    static int turn;
    size_t length = strlen(name);
    for (const char *w = options; w && *w; w = strchr(w, ' ') ? strchr(w, ' ') + 1 : NULL) {
        if (strncmp(w, name, length) != 0) continue;
        size_t rest = strcspn(w + length, " ");
        if (name[length - 1] != '=' && rest) continue;
        char *v = value[turn++ % 4];
        snprintf(v, sizeof *value, "%.*s", (int)rest, w + length);
        return v;
    }
    return NULL;
}

typedef struct { amqp_table_entry_t entries[12]; amqp_table_t table; } Arguments;

static void add(Arguments *a, const char *key, amqp_field_value_t value)
{
    a->entries[a->table.num_entries++] = (amqp_table_entry_t){ bytes(strdup(key)), value };
    a->table.entries = a->entries;
}

static void add_text(Arguments *a, const char *key, const char *value)
{
    if (value) add(a, key, (amqp_field_value_t){ .kind = AMQP_FIELD_KIND_UTF8, .value.bytes = bytes(strdup(value)) });
}

static void add_number(Arguments *a, const char *key, const char *value)
{
    if (value) add(a, key, (amqp_field_value_t){ .kind = AMQP_FIELD_KIND_I32, .value.i32 = atoi(value) });
}

static void add_headers(Arguments *a, const char *options)
{
    for (const char *w = options; w && *w; w = strchr(w, ' ') ? strchr(w, ' ') + 1 : NULL) {
        char key[32];
        size_t length = strcspn(w, "= ");
        if (w[length] != '=' || strncmp(w, "ttl=", 4) == 0 || strncmp(w, "priority=", 9) == 0) continue;
        snprintf(key, sizeof key, "%.*s", (int)length, w);
        char value[32];
        snprintf(value, sizeof value, "%.*s", (int)strcspn(w + length + 1, " "), w + length + 1);
        add_text(a, key, value);
    }
}

/* ---- frames that come by themselves ---- */

static void append(char *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void append(char *to, const char *format, ...)
{
    size_t used = strlen(to);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(to + used, 2000 - used, format, arguments);
    va_end(arguments);
}

static void body(Chan *c, amqp_message_t *message)
{
    amqp_rpc_reply_t reply = amqp_read_message(c->connection, c->number, message, 0);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) die("a message is cut short");
}

static void remember(Chan *c, amqp_bytes_t text, uint64_t tag)
{
    snprintf(c->tags[c->tag_count % TAGS].text, 16, "%.*s", (int)text.len, (char *)text.bytes);
    c->tags[c->tag_count++ % TAGS].tag = tag;
}

static void confirmed(Chan *c, uint64_t number, int many, const char *how)
{
    for (uint64_t i = many ? 1 : number; i <= number; i++) {
        if (c->confirmed[i]) continue;
        c->confirmed[i] = 1;
        c->confirms++;
        append(c->events, "%s:%d ", how, (int)i);
    }
}

static void on_method(Chan *c, const amqp_method_t *method)
{
    amqp_message_t message;
    if (method->id == AMQP_BASIC_DELIVER_METHOD) {
        const amqp_basic_deliver_t *d = method->decoded;
        char consumer[12];
        snprintf(consumer, sizeof consumer, "%.*s", (int)d->consumer_tag.len, (char *)d->consumer_tag.bytes);
        uint64_t tag = d->delivery_tag;
        int again = d->redelivered;
        body(c, &message);
        append(c->taken, "%s:%.*s%s ", consumer, (int)message.body.len, (char *)message.body.bytes, again ? "*" : "");
        remember(c, message.body, tag);
        amqp_destroy_message(&message);
    } else if (method->id == AMQP_BASIC_RETURN_METHOD) {
        append(c->events, "return:%d ", ((const amqp_basic_return_t *)method->decoded)->reply_code);
        body(c, &message);
        amqp_destroy_message(&message);
    } else if (method->id == AMQP_BASIC_ACK_METHOD) {
        const amqp_basic_ack_t *ack = method->decoded;
        confirmed(c, ack->delivery_tag, ack->multiple, "ack");
    } else if (method->id == AMQP_BASIC_NACK_METHOD) {
        const amqp_basic_nack_t *nack = method->decoded;
        confirmed(c, nack->delivery_tag, nack->multiple, "nack");
    } else if (method->id == AMQP_BASIC_CANCEL_METHOD) {
        const amqp_bytes_t tag = ((const amqp_basic_cancel_t *)method->decoded)->consumer_tag;
        append(c->events, "cancel:%.*s ", (int)tag.len, (char *)tag.bytes);
    } else if (method->id == AMQP_CHANNEL_CLOSE_METHOD) {
        c->code = ((const amqp_channel_close_t *)method->decoded)->reply_code;
        amqp_channel_close_ok_t ok;
        amqp_send_method(c->connection, c->number, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
    }
}

/* Until nothing has come for a while. */
static void pump(Chan *c)
{
    amqp_frame_t frame;
    struct timeval quiet = { 0, QUIET_MS * 1000 };
    while (c->connection && amqp_simple_wait_frame_noblock(c->connection, &frame, &quiet) == AMQP_STATUS_OK)
        if (frame.frame_type == AMQP_FRAME_METHOD) on_method(c, &frame.payload.method);
}

static void again(Chan *c)
{
    c->code = 0;
    c->number++;
    amqp_channel_open(c->connection, c->number);
}

/* The result of the last call. */
static void say(Chan *c, const char *op, const char *object)
{
    amqp_rpc_reply_t reply = amqp_get_rpc_reply(c->connection);
    printf("%s %s %s ", c->name, op, *object ? object : "-");
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
        printf("ok\n");
    } else if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        printf("%d\n", ((amqp_channel_close_t *)reply.reply.decoded)->reply_code);
        amqp_channel_close_ok_t ok;
        amqp_send_method(c->connection, c->number, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
        again(c);
    } else {
        printf("failed %d %s\n", reply.reply_type, amqp_error_string2(reply.library_error));
        exit(1);
    }
}

/* ---- connections ---- */

void fresh(const char *name)
{
    static unsigned count;
    while (chan_count > 0) closes(&chans[--chan_count]);
    snprintf(row, sizeof row, "%u.", ++count);
    printf("# %s\n", name);
    fflush(stdout);
}

Chan *chan(const char *name)
{
    Chan *c = &chans[chan_count++];
    *c = (Chan){ .connection = amqp_new_connection(), .number = CH };
    snprintf(c->name, sizeof c->name, "%s", name);
    amqp_socket_t *socket = amqp_tcp_socket_new(c->connection);
    if (amqp_socket_open(socket, "127.0.0.1", port)) die("there is no broker");
    Arguments tells = { .table = { 0, NULL } }, can = { .table = { 0, NULL } };     /* without it nobody hears of a cancel */
    add(&can, "consumer_cancel_notify", (amqp_field_value_t){ .kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1 });
    add(&tells, "capabilities", (amqp_field_value_t){ .kind = AMQP_FIELD_KIND_TABLE, .value.table = can.table });
    amqp_rpc_reply_t reply = amqp_login_with_properties(c->connection, "/", 0, 131072, 0, &tells.table, AMQP_SASL_METHOD_PLAIN,
                                                        "guest", "guest");
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) die("it does not let us in");
    amqp_channel_open(c->connection, c->number);
    return c;
}

void closes(Chan *c)
{
    if (!c->connection) return;
    amqp_connection_close(c->connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(c->connection);
    c->connection = NULL;
}

void waits(int ms) { usleep((useconds_t)ms * 1000); }
void settle(void) { waits(SETTLE_MS); }

static void run(const char *verb)
{
    char *command = NULL;
    if (asprintf(&command, "%s %s", control, verb) < 0 || system(command)) die("the broker does not do that");
    free(command);
}

void restart(bool clean)
{
    run(clean ? "stop" : "kill");
    for (unsigned i = 0; i < chan_count; i++) {
        amqp_destroy_connection(chans[i].connection);
        chans[i].connection = NULL;
    }
    chan_count = 0;
    run("start");
}

/* ---- declaring ---- */

void exchange(Chan *c, const char *name, const char *options)
{
    static const char *const kinds[] = { "direct", "fanout", "topic", "headers" };
    const char *kind = kinds[0], *alternate = word(options, "alternate=");
    Arguments a = { .table = { 0, NULL } };
    for (int i = 0; i < 4; i++)
        if (word(options, kinds[i])) kind = kinds[i];
    if (alternate) add_text(&a, "alternate-exchange", own(alternate));
    amqp_exchange_declare(c->connection, c->number, bytes(own(name)), bytes(kind), word(options, "passive") != NULL,
                          word(options, "durable") != NULL, 0, 0, a.table);
    say(c, "exchange", name);
}

void queue(Chan *c, const char *name, const char *options)
{
    Arguments a = { .table = { 0, NULL } };
    const char *dlx = word(options, "dlx="), *dlk = word(options, "dlk=");
    add_number(&a, "x-message-ttl", word(options, "ttl="));
    add_number(&a, "x-expires", word(options, "expires="));
    add_number(&a, "x-max-length", word(options, "maxlen="));
    add_number(&a, "x-max-priority", word(options, "maxprio="));
    if (word(options, "reject-publish")) add_text(&a, "x-overflow", "reject-publish");
    if (dlx) add_text(&a, "x-dead-letter-exchange", own(dlx));
    if (dlk) add_text(&a, "x-dead-letter-routing-key", dlx && !*dlx ? own(dlk) : dlk);
    if (word(options, "sac"))
        add(&a, "x-single-active-consumer", (amqp_field_value_t){ .kind = AMQP_FIELD_KIND_BOOLEAN, .value.boolean = 1 });
    amqp_queue_declare(c->connection, c->number, bytes(own(name)), word(options, "passive") != NULL,
                       word(options, "durable") != NULL, word(options, "exclusive") != NULL,
                       word(options, "auto-delete") != NULL, a.table);
    say(c, "queue", name);
}

void binds(Chan *c, const char *name, const char *source, const char *key, const char *options)
{
    static const char *const matches[] = { "any", "all-with-x", "any-with-x" };
    Arguments a = { .table = { 0, NULL } };
    add_headers(&a, options);
    for (int i = 0; i < 3; i++)
        if (word(options, matches[i])) add_text(&a, "x-match", matches[i]);
    amqp_bytes_t to = bytes(own(name)), from = bytes(own(source)), by = bytes(*source ? key : own(key));
    if (word(options, "to-exchange")) amqp_exchange_bind(c->connection, c->number, to, from, by, a.table);
    else amqp_queue_bind(c->connection, c->number, to, from, by, a.table);
    say(c, "bind", name);
}

void deletes(Chan *c, const char *name, const char *options)
{
    amqp_queue_delete(c->connection, c->number, bytes(own(name)), word(options, "if-unused") != NULL,
                      word(options, "if-empty") != NULL);
    say(c, "delete", name);
}

void publishes(Chan *c, const char *to, const char *key, const char *text, const char *options)
{
    Arguments a = { .table = { 0, NULL } };
    const char *ttl = word(options, "ttl="), *priority = word(options, "priority=");
    amqp_basic_properties_t p = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG };
    p.delivery_mode = word(options, "persistent") ? 2 : 1;
    add_headers(&a, options);
    p.headers = a.table;
    if (ttl) p._flags |= AMQP_BASIC_EXPIRATION_FLAG, p.expiration = bytes(ttl);
    if (priority) p._flags |= AMQP_BASIC_PRIORITY_FLAG, p.priority = (uint8_t)atoi(priority);
    amqp_basic_publish(c->connection, c->number, bytes(own(to)), bytes(*to ? key : own(key)),
                       word(options, "mandatory") != NULL, 0, &p, bytes(text));
    c->published++;
    printf("%s publish %s\n", c->name, text);
}

/* ---- taking ---- */

/* 1 and the message, or 0: the queue is empty. */
static int fetch(Chan *c, const char *name, int no_ack, amqp_message_t *message, int *redelivered, uint64_t *tag)
{
    amqp_rpc_reply_t reply = amqp_basic_get(c->connection, c->number, bytes(own(name)), no_ack);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) die("a get fails");
    if (reply.reply.id != AMQP_BASIC_GET_OK_METHOD) return 0;
    const amqp_basic_get_ok_t *ok = reply.reply.decoded;
    *redelivered = ok->redelivered;
    *tag = ok->delivery_tag;
    body(c, message);
    return 1;
}

static void print_text(const amqp_message_t *message, int redelivered)
{
    printf("%.*s%s", (int)message->body.len, (char *)message->body.bytes, redelivered ? "*" : "");
}

void gets(Chan *c, const char *name)
{
    amqp_message_t message;
    int redelivered;
    uint64_t tag;
    printf("%s get %s ", c->name, name);
    if (fetch(c, name, 0, &message, &redelivered, &tag)) {
        print_text(&message, redelivered);
        remember(c, message.body, tag);
        amqp_destroy_message(&message);
    } else {
        printf("empty");
    }
    printf("\n");
}

void drains(Chan *c, const char *name)
{
    amqp_message_t message;
    int redelivered;
    uint64_t tag;
    printf("%s drain %s", c->name, name);
    while (fetch(c, name, 1, &message, &redelivered, &tag)) {
        printf(" ");
        print_text(&message, redelivered);
        amqp_destroy_message(&message);
    }
    printf("\n");
}

static const amqp_field_value_t *entry(const amqp_table_t *table, const char *key)
{
    for (int i = 0; i < table->num_entries; i++)
        if (table->entries[i].key.len == strlen(key) && memcmp(table->entries[i].key.bytes, key, strlen(key)) == 0)
            return &table->entries[i].value;
    return NULL;
}

static void print_death(const amqp_table_t *death)
{
    const amqp_bytes_t queue_name = entry(death, "queue")->value.bytes, reason = entry(death, "reason")->value.bytes;
    const char *point = memchr(queue_name.bytes, '.', queue_name.len);
    printf(" %.*s/%.*s/%d/%s", (int)(queue_name.len - (size_t)(point + 1 - (char *)queue_name.bytes)), point + 1,
           (int)reason.len, (char *)reason.bytes, (int)entry(death, "count")->value.i64,
           entry(death, "original-expiration") ? "expiration" : "-");
}

void dies_of(Chan *c, const char *name)
{
    amqp_message_t message;
    int redelivered;
    uint64_t tag;
    printf("%s history %s ", c->name, name);
    if (fetch(c, name, 1, &message, &redelivered, &tag)) {
        const amqp_field_value_t *deaths = entry(&message.properties.headers, "x-death");
        print_text(&message, redelivered);
        printf(" %s", message.properties._flags & AMQP_BASIC_EXPIRATION_FLAG ? "limited" : "unlimited");
        for (int i = 0; deaths && i < deaths->value.array.num_entries; i++)
            print_death(&deaths->value.array.entries[i].value.table);
        amqp_destroy_message(&message);
    }
    printf("\n");
}

void consumes(Chan *c, const char *name, const char *options)
{
    Arguments a = { .table = { 0, NULL } };
    char tag[12];
    snprintf(tag, sizeof tag, "%u", c->consumers + 1);
    add_number(&a, "x-priority", word(options, "priority="));
    amqp_basic_consume(c->connection, c->number, bytes(own(name)), bytes(tag), 0, word(options, "auto") != NULL,
                       word(options, "exclusive") != NULL, a.table);
    if (amqp_get_rpc_reply(c->connection).reply_type == AMQP_RESPONSE_NORMAL) c->consumers++;
    say(c, "consume", name);
}

void takes(Chan *c)
{
    pump(c);
    printf("%s take %s%s\n", c->name, c->taken, c->events);
    c->taken[0] = c->events[0] = '\0';
}

static uint64_t tag_of(const Chan *c, const char *text)
{
    for (unsigned i = c->tag_count; i-- > 0;)
        if (strcmp(c->tags[i % TAGS].text, text) == 0) return c->tags[i % TAGS].tag;
    return 0;
}

void acks(Chan *c, const char *text, bool many) { amqp_basic_ack(c->connection, c->number, tag_of(c, text), many); }

void rejects(Chan *c, const char *text, bool many, bool requeue)
{
    amqp_basic_nack(c->connection, c->number, tag_of(c, text), many, requeue);
}

void recovers(Chan *c) { amqp_basic_recover(c->connection, c->number, 1); }
void prefetches(Chan *c, int count, bool all) { amqp_basic_qos(c->connection, c->number, 0, (uint16_t)count, all); }

void numbers(Chan *c)
{
    amqp_confirm_select(c->connection, c->number);
    say(c, "number", "");
    c->published = 0;
}

void confirms(Chan *c)
{
    settle();
    pump(c);
    printf("%s confirms ", c->name);
    if (c->confirms > 2) printf("%u of them", c->confirms);
    else printf("%s", c->events);
    c->events[0] = '\0';
    c->confirms = 0;
    printf("\n");
}

void transacts(Chan *c, const char *what)
{
    if (*what == 's') amqp_tx_select(c->connection, c->number);
    else if (*what == 'c') amqp_tx_commit(c->connection, c->number);
    else amqp_tx_rollback(c->connection, c->number);
    say(c, "tx", what);
}

void depth(Chan *c, const char *name)
{
    const amqp_queue_declare_ok_t *ok =
        amqp_queue_declare(c->connection, c->number, bytes(own(name)), 1, 0, 0, 0, amqp_empty_table);
    printf("%s depth %s %u\n", c->name, name, ok ? ok->message_count : 9999);
}

void state(Chan *c)
{
    pump(c);
    if (!c->code) {
        printf("%s is open\n", c->name);
    } else {
        printf("%s is closed %d\n", c->name, c->code);
        again(c);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    port = atoi(argv[1]);
    control = argv[2];
    rows();
    while (chan_count > 0) closes(&chans[--chan_count]);
    return 0;
}
