/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows on libzmq: in-process, or on the loopback. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "zeromq.h"

enum { SOCKS = 64, ROUND = 20 };

struct Sock { void *socket; char name[16]; bool quiet; };

static void *context;
static Sock socks[SOCKS];
static int count;
static int first_port;

static const char *result(int rc)
{
    if (rc >= 0) return "ok";
    return errno == EFSM ? "EFSM" : errno == EAGAIN ? "EAGAIN" : errno == ENOTSUP ? "ENOTSUP" : errno == EHOSTUNREACH ? "EHOSTUNREACH"
         : errno == EADDRINUSE ? "EADDRINUSE" : errno == ENOENT ? "ENOENT" : errno == EPROTONOSUPPORT ? "EPROTONOSUPPORT"
         : errno == EINVAL ? "EINVAL" : zmq_strerror(errno);
}

static void say(const Sock *s, const char *op, const char *object, const char *what)
{
    printf("%s %s %s %s\n", s->name, op, *object ? object : "-", what);
}

static void end_row(void)
{
    for (int i = 0; i < count; i++)
        if (socks[i].socket) zmq_close(socks[i].socket);
    count = 0;
    if (context) zmq_ctx_term(context);
}

void fresh(const char *row)
{
    end_row();
    context = zmq_ctx_new();
    first_port += 20;
    printf("# %s\n", row);
}

static int type_of(const char *type)
{
    static const struct { const char *name; int type; } types[] = {
        { "PAIR", ZMQ_PAIR }, { "PUB", ZMQ_PUB }, { "SUB", ZMQ_SUB }, { "REQ", ZMQ_REQ }, { "REP", ZMQ_REP }, { "DEALER", ZMQ_DEALER },
        { "ROUTER", ZMQ_ROUTER }, { "PULL", ZMQ_PULL }, { "PUSH", ZMQ_PUSH }, { "XPUB", ZMQ_XPUB }, { "XSUB", ZMQ_XSUB },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0) return types[i].type;
    abort();
}

static void set(void *socket, const char *option)
{
    static const struct { const char *name; int option; } known[] = {
        { "sndhwm", ZMQ_SNDHWM }, { "rcvhwm", ZMQ_RCVHWM }, { "linger", ZMQ_LINGER }, { "immediate", ZMQ_IMMEDIATE },
        { "relaxed", ZMQ_REQ_RELAXED }, { "correlate", ZMQ_REQ_CORRELATE }, { "conflate", ZMQ_CONFLATE },
        { "nodrop", ZMQ_XPUB_NODROP }, { "mandatory", ZMQ_ROUTER_MANDATORY }, { "handover", ZMQ_ROUTER_HANDOVER },
    };
    const char *equals = strchr(option, '=');
    size_t length = equals ? (size_t)(equals - option) : strlen(option);
    int value = equals ? atoi(equals + 1) : 1;
    if (strncmp(option, "id=", 3) == 0) {
        if (zmq_setsockopt(socket, ZMQ_ROUTING_ID, option + 3, strlen(option + 3))) abort();
        return;
    }
    if (strcmp(option, "once") == 0) {
        value = -1;
        if (zmq_setsockopt(socket, ZMQ_RECONNECT_IVL, &value, sizeof value)) abort();
        return;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != length || strncmp(known[i].name, option, length) != 0) continue;
        if (zmq_setsockopt(socket, known[i].option, &value, sizeof value)) abort();
        return;
    }
    abort();
}

Sock *sock(const char *name, const char *type, const char *options)
{
    Sock *s = &socks[count++];
    char copy[128];
    *s = (Sock){ .socket = zmq_socket(context, type_of(type)) };
    snprintf(s->name, sizeof s->name, "%s", name);
    set(s->socket, "linger=0");
    snprintf(copy, sizeof copy, "%s", options);
    for (char *option = strtok(copy, " "); option; option = strtok(NULL, " ")) set(s->socket, option);
    s->quiet = strcmp(type, "SUB") == 0;            /* asking one what there is takes a message out of its pipe */
    return s;
}

static const char *address(const char *endpoint)
{
    static char text[64];
    if (strncmp(endpoint, "tcp://", 6) != 0) return endpoint;
    snprintf(text, sizeof text, "tcp://127.0.0.1:%d", first_port + atoi(endpoint + 6));
    return text;
}

static void loud(Sock *s, const char *endpoint) { s->quiet = s->quiet && strncmp(endpoint, "inproc", 6) == 0; }

void binds(Sock *s, const char *endpoint) { loud(s, endpoint), say(s, "bind", endpoint, result(zmq_bind(s->socket, address(endpoint)))); }
void connects(Sock *s, const char *endpoint) { loud(s, endpoint), say(s, "connect", endpoint, result(zmq_connect(s->socket, address(endpoint)))); }
void unbinds(Sock *s, const char *endpoint) { say(s, "unbind", endpoint, result(zmq_unbind(s->socket, address(endpoint)))); }
void disconnects(Sock *s, const char *endpoint) { say(s, "disconnect", endpoint, result(zmq_disconnect(s->socket, address(endpoint)))); }

void subscribes(Sock *s, const char *topic)
{
    say(s, "subscribe", topic, result(zmq_setsockopt(s->socket, ZMQ_SUBSCRIBE, topic, strlen(topic))));
}

void unsubscribes(Sock *s, const char *topic)
{
    say(s, "unsubscribe", topic, result(zmq_setsockopt(s->socket, ZMQ_UNSUBSCRIBE, topic, strlen(topic))));
}

static int put(Sock *s, const char *text, int flags)
{
    for (;;) {
        size_t length = strcspn(text, "|");
        int more = text[length] ? ZMQ_SNDMORE : 0;
        int rc = zmq_send(s->socket, text, length, ZMQ_DONTWAIT | flags | more);
        if (rc < 0 || !more) return rc;
        text += length + 1;
    }
}

void sends(Sock *s, const char *text) { say(s, "send", *text < ' ' ? "subscription" : text, result(put(s, text, 0))); }
void sends_part(Sock *s, const char *text) { say(s, "send-part", text, result(put(s, text, ZMQ_SNDMORE))); }

static void fill(Sock *s, unsigned most, const char *format)
{
    char text[64], number[16];
    unsigned sent = 0;
    for (; sent < most; sent++) {
        snprintf(text, sizeof text, format, sent);
        if (put(s, text, 0) < 0) break;
    }
    snprintf(number, sizeof number, "%u", sent);
    say(s, "fill", "-", number);
}

void fills(Sock *s, unsigned most) { fill(s, most, "%u"); }
void fills_parts(Sock *s, unsigned most) { fill(s, most, "%u|b|c"); }

/* One message into `out`; 0, or -1. */
static int take(Sock *s, char *out, size_t size)
{
    size_t used = 0;
    int more = 1;
    size_t length = sizeof more;
    while (more) {
        char bytes[256];
        int rc = zmq_recv(s->socket, bytes, sizeof bytes, ZMQ_DONTWAIT);
        if (rc < 0) return rc;
        if (used) out[used++] = '|';
        for (int i = 0; i < rc; i++)
            used += (size_t)snprintf(out + used, size - used, bytes[i] < ' ' ? "<%d>" : "%c", bytes[i]);
        zmq_getsockopt(s->socket, ZMQ_RCVMORE, &more, &length);
        if (more && !used) out[used++] = '|';       /* an empty first frame */
        else if (more && rc == 0) continue;
    }
    out[used] = '\0';
    return 0;
}

void receives(Sock *s)
{
    char text[1024];
    int rc = take(s, text, sizeof text);
    say(s, "recv", "-", rc ? result(rc) : text);
}

void receives_all(Sock *s)
{
    char text[1024];
    printf("%s recv-all -", s->name);
    while (take(s, text, sizeof text) == 0) printf(" %s", text);
    printf("\n");
}

void closes(Sock *s)
{
    zmq_close(s->socket);
    s->socket = NULL;
    say(s, "close", "-", "ok");
}

/* A socket does its part of the work only when it is called. */
void settle(void)
{
    for (int round = 0; round < ROUND; round++) {
        for (int i = 0; i < count; i++) {
            int events;
            size_t size = sizeof events;
            if (socks[i].socket && !socks[i].quiet) zmq_getsockopt(socks[i].socket, ZMQ_EVENTS, &events, &size);
        }
        usleep(15000);
    }
}

int main(void)
{
    first_port = 10000 + getpid() % 20000;     /* below those that connections take */
    rows();
    end_row();
    return 0;
}
