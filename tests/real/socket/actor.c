/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An actor of rows.txt: one call of its sockets after the other. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "stage/stage.h"

enum { CHUNK = 1000, FLOOD = 1000 };

typedef struct { char name[12]; int fd; uint64_t sent, received; bool spoilt; } Descriptor;
typedef struct { Descriptor open[16]; int count; } Desk;
_Static_assert(sizeof(Desk) <= STAGE_DESK, "an actor's memory is too small");

typedef struct { const char *argument, *rest; Desk *desk; Descriptor *on; void *self; char *result; } Call;

static void say(Call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(Call *call, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(call->result, STAGE_WORDS, format, list);
    va_end(list);
}

static void say_done(Call *call, int64_t outcome) { say(call, "%s", outcome < 0 ? net_error(outcome) : "ok"); }

static void say_count(Call *call, int64_t outcome)
{
    if (outcome < 0) say(call, "%s", net_error(outcome));
    else say(call, "%lld", (long long)outcome);
}

static void open_one(Call *call, const char *name, int64_t fd)
{
    Descriptor *made = &call->desk->open[call->desk->count];
    if (fd >= 0) {
        *made = (Descriptor){ .fd = (int)fd };
        snprintf(made->name, sizeof made->name, "%s", name);
        call->desk->count++;
    }
    say_done(call, fd);
}

static Descriptor *find(Desk *desk, const char *name)
{
    for (int i = desk->count - 1; i >= 0; i--)
        if (strcmp(desk->open[i].name, name) == 0) return &desk->open[i];
    return NULL;
}

static const char *text_of(const char *argument) { return strcmp(argument, "-") == 0 ? "" : argument; }

static void do_set(Call *call) { say_done(call, net_set(call->self, call->on->fd, call->argument, atoi(call->rest))); }
static void do_error(Call *call) { say_done(call, net_pending(call->self, call->on->fd)); }
static void do_bind(Call *call) { say_done(call, net_bind(call->self, call->on->fd, atoi(call->argument))); }
static void do_listen(Call *call) { say_done(call, net_listen(call->self, call->on->fd, atoi(call->argument))); }
static void do_accept(Call *call) { open_one(call, call->argument, net_accept(call->self, call->on->fd)); }
static void do_connect(Call *call) { say_done(call, net_connect(call->self, call->on->fd, atoi(call->argument))); }
static void do_close(Call *call) { say_done(call, net_close(call->self, call->on->fd)); }

static void do_send(Call *call)
{
    const char *text = text_of(call->argument);
    say_count(call, net_send(call->self, call->on->fd, text, strlen(text), true));
}

static void do_send_to(Call *call)
{
    const char *text = text_of(call->rest);
    say_count(call, net_send_to(call->self, call->on->fd, text, strlen(text), atoi(call->argument)));
}

static void do_send_bytes(Call *call)
{
    size_t size = (size_t)atoi(call->argument);
    char *data = calloc(size, 1);
    int port = atoi(call->rest);
    if (port) say_count(call, net_send_to(call->self, call->on->fd, data, size, port));
    else say_count(call, net_send(call->self, call->on->fd, data, size, true));
    free(data);
}

static void do_receive(Call *call)
{
    char data[100];
    size_t size = (size_t)atoi(call->argument);
    int64_t got = net_receive(call->self, call->on->fd, data, size < sizeof data ? size : sizeof data, true);
    if (got < 0) say(call, "%s", net_error(got));
    else say(call, "'%.*s'", (int)got, data);
}

static char pattern(uint64_t at) { return (char)(at * 31 >> 3); }

/* Sends without waiting until there is no room. */
static void do_fill(Call *call)
{
    for (;;) {
        char data[CHUNK];
        for (int i = 0; i < CHUNK; i++) data[i] = pattern(call->on->sent + (uint64_t)i);
        int64_t sent = net_send(call->self, call->on->fd, data, sizeof data, false);
        if (sent < 0) {
            say(call, "%s, %s", call->on->sent ? "some" : "nothing", net_error(sent));
            return;
        }
        call->on->sent += (uint64_t)sent;
    }
}

/* Reads without waiting all there is, and judges it. */
static void do_drain(Call *call)
{
    for (;;) {
        char data[CHUNK];
        int64_t got = net_receive(call->self, call->on->fd, data, sizeof data, false);
        if (got <= 0) {
            const char *what = call->on->spoilt ? "spoilt" : call->on->received ? "in order" : "nothing";
            say(call, "%s, %s", what, got ? net_error(got) : "end");
            return;
        }
        for (int64_t i = 0; i < got; i++) call->on->spoilt |= data[i] != pattern(call->on->received++);
    }
}

/* Reads, waiting, to the end. */
static void do_read_all(Call *call)
{
    static char data[65536];
    int64_t got;
    while ((got = net_receive(call->self, call->on->fd, data, sizeof data, true)) > 0)
        call->on->received += (uint64_t)got;
    say(call, "%llu, %s", (unsigned long long)call->on->received, got ? net_error(got) : "end");
}

/* Many numbered datagrams. */
static void do_flood(Call *call)
{
    int refused = 0;
    for (int i = 0; i < FLOOD; i++) {
        char data[CHUNK];
        memset(data, 0, sizeof data);
        memcpy(data, &i, sizeof i);
        refused += net_send_to(call->self, call->on->fd, data, sizeof data, atoi(call->argument)) != CHUNK;
    }
    say(call, "%d sent, %d refused", FLOOD, refused);
}

static void do_numbers(Call *call)
{
    int count = 0, number;
    char data[CHUNK];
    bool prefix = true;
    while (net_receive(call->self, call->on->fd, data, sizeof data, false) > 0) {
        memcpy(&number, data, sizeof number);
        prefix = prefix && number == count++;
    }
    say(call, "%s", !prefix ? "others" : count == 0 ? "none" : count < FLOOD ? "the first ones" : "all");
}

static void do_shutdown(Call *call)
{
    int sides = strcmp(call->argument, "read") == 0 ? 1 : strcmp(call->argument, "write") == 0 ? 2 : 3;
    say_done(call, net_shutdown(call->self, call->on->fd, sides));
}

static void do_poll(Call *call)
{
    int64_t is = net_poll(call->self, call->on->fd, NET_IN | NET_OUT);
    say(call, "%s%s%s%s%s%s", is == 0 ? "nothing" : "", is & NET_IN ? "in " : "", is & NET_OUT ? "out " : "",
        is & NET_ERR ? "err " : "", is & NET_HUP ? "hup " : "", is & NET_NVAL ? "nval " : "");
}

unsigned actor_sockets(const void *memory, int fds[STAGE_FDS])
{
    const Desk *desk = memory;
    for (int i = 0; i < desk->count; i++) fds[i] = desk->open[i].fd;
    return (unsigned)desk->count;
}

void actor_obey(void *desk, void *self, const char *order, char result[STAGE_WORDS])
{
    static const struct { const char *name; void (*call)(Call *call); } calls[] = {
        { "set", do_set }, { "error", do_error }, { "bind", do_bind }, { "listen", do_listen }, { "accept", do_accept },
        { "connect", do_connect }, { "close", do_close }, { "send", do_send }, { "send-to", do_send_to },
        { "send-bytes", do_send_bytes }, { "receive", do_receive }, { "fill", do_fill }, { "drain", do_drain },
        { "read-all", do_read_all }, { "flood", do_flood }, { "numbers", do_numbers }, { "shutdown", do_shutdown },
        { "poll", do_poll },
    };
    char op[16], object[12], argument[64] = "", rest[64] = "";
    if (sscanf(order, "%15s %11s %63s %63s", op, object, argument, rest) < 2) abort();
    Call call = { argument, rest, desk, find(desk, object), self, result };
    if (strcmp(op, "open") == 0) {
        open_one(&call, object, net_open(self, strcmp(argument, "datagram") == 0));
        return;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(op, calls[i].name) != 0) continue;
        if (call.on) calls[i].call(&call);
        else say(&call, "no such descriptor");
        return;
    }
    abort();
}
