/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows in the simulator. */
#include <stdio.h>
#include <stdlib.h>

#include "ipc/zeromq_lab.h"
#include "zeromq.h"

enum { SOCKS = 64 };

struct Sock { ZeromqSocket *socket; Process *process; char name[16]; };

static Lab *lab;
static Sock socks[SOCKS];
static int count;

static const char *result(int error) { return error ? ipc_error_name(error) : "ok"; }

static void say(const Sock *s, const char *op, const char *object, const char *what)
{
    printf("%s %s %s %s\n", s->name, op, *object ? object : "-", what);
}

void fresh(const char *row)
{
    if (lab) lab_free(lab);
    lab = lab_new(1, MS);
    count = 0;
    printf("# %s\n", row);
}

static ZeromqType type_of(const char *type)
{
    for (int i = 0; i < ZEROMQ_TYPES; i++)
        if (strcmp(zeromq_type_names[i], type) == 0) return (ZeromqType)i;
    abort();
}

static void set(ZeromqOptions *options, const char *option)
{
    int value = strchr(option, '=') ? atoi(strchr(option, '=') + 1) : 1;
    if (g_str_has_prefix(option, "sndhwm=")) options->sndhwm = (uint32_t)value;
    else if (g_str_has_prefix(option, "rcvhwm=")) options->rcvhwm = (uint32_t)value;
    else if (g_str_has_prefix(option, "linger=")) options->linger = value < 0 ? -1 : value * MS;
    else if (g_str_has_prefix(option, "id=")) options->routing_id = option + 3;
    else if (strcmp(option, "once") == 0) options->reconnect_ivl = -1;
    else if (strcmp(option, "immediate") == 0) options->immediate = true;
    else if (strcmp(option, "relaxed") == 0) options->relaxed = true;
    else if (strcmp(option, "correlate") == 0) options->correlate = true;
    else if (strcmp(option, "conflate") == 0) options->conflate = true;
    else if (strcmp(option, "nodrop") == 0) options->nodrop = true;
    else if (strcmp(option, "mandatory") == 0) options->mandatory = true;
    else if (strcmp(option, "handover") == 0) options->handover = true;
    else abort();
}

Sock *sock(const char *name, const char *type, const char *text)
{
    Sock *s = &socks[count++];
    ZeromqOptions options = zeromq_defaults;
    g_auto(GStrv) list = g_strsplit(text, " ", -1);
    options.linger = 0;
    for (char **option = list; *option; option++)
        if (**option) set(&options, *option);
    *s = (Sock){ .process = zlab_process(lab, 0, name) };
    g_strlcpy(s->name, name, sizeof s->name);
    s->socket = zeromq_open(s->process, type_of(type), name, &options);
    return s;
}

static const char *address(const char *endpoint)
{
    static char text[64];
    if (!g_str_has_prefix(endpoint, "tcp://")) return endpoint;
    g_snprintf(text, sizeof text, "tcp://n0:%d", 5000 + atoi(endpoint + 6));
    return text;
}

void binds(Sock *s, const char *endpoint) { say(s, "bind", endpoint, result(zeromq_bind(s->socket, address(endpoint)))); }
void connects(Sock *s, const char *endpoint) { say(s, "connect", endpoint, result(zeromq_connect(s->socket, address(endpoint)))); }
void unbinds(Sock *s, const char *endpoint) { say(s, "unbind", endpoint, result(zeromq_unbind(s->socket, address(endpoint)))); }
void disconnects(Sock *s, const char *endpoint) { say(s, "disconnect", endpoint, result(zeromq_disconnect(s->socket, address(endpoint)))); }

void subscribes(Sock *s, const char *topic)
{
    say(s, "subscribe", topic, result(zeromq_subscribe(s->socket, topic, (uint32_t)strlen(topic))));
}

void unsubscribes(Sock *s, const char *topic)
{
    say(s, "unsubscribe", topic, result(zeromq_unsubscribe(s->socket, topic, (uint32_t)strlen(topic))));
}

void sends(Sock *s, const char *text) { say(s, "send", *text < ' ' ? "subscription" : text, zlab_put(s->socket, text)); }
void sends_part(Sock *s, const char *text) { say(s, "send-part", text, zlab_put_part(s->socket, text)); }

static void fill(Sock *s, unsigned most, const char *format)
{
    char number[16];
    g_snprintf(number, sizeof number, "%u", zlab_fill(s->socket, format, most));
    say(s, "fill", "-", number);
}

void fills(Sock *s, unsigned most) { fill(s, most, "#"); }
void fills_parts(Sock *s, unsigned most) { fill(s, most, "#|b|c"); }
void receives(Sock *s) { say(s, "recv", "-", zlab_get(s->socket)); }

void receives_all(Sock *s)
{
    g_autofree char *all = g_strchomp(g_strdup(zlab_get_all(s->socket)));
    printf("%s recv-all -%s%s\n", s->name, *all ? " " : "", all);
}

void closes(Sock *s)
{
    zeromq_close(s->socket);
    say(s, "close", "-", "ok");
}

void settle(void) { zlab_wait(lab, 1000 * MS); }

int main(void)
{
    rows();
    lab_free(lab);
    return 0;
}
