/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server that a [socket-server NAME] describes: it listens, accepts, and serves each
 * connection by a worker of its own.  Part of the variant socket. */
#pragma once
#include "ipc/socket.h"
#include "workload/model.h"

/* What both sides may say of their sockets. */
typedef struct {
    int type;
    uint64_t sndbuf, rcvbuf;
    SimTime linger, user_timeout, time_wait;
    char *keepalive;
    SimTime idle, interval;             /* of `keepalive`; 0: none */
    uint32_t probes;
} SocketKeys;

typedef enum { ANSWER_NONE, ANSWER_ECHO, ANSWER_AT_END } SocketAnswer;

typedef struct {
    SocketKeys keys;
    char *processes, *process, *address;        /* one of the first two, the other NULL */
    uint32_t port, node;                /* of `address`; node NODE_NONE: not given */
    int overflow, answer, route;
    uint32_t backlog, threads;
    bool reuse;
    SimTime start, accept_after;
    Distribution accept_delay, read_delay;
    uint64_t answer_size, read_size;
} SocketServerConfig;

typedef struct SocketServing SocketServing;     /* one process that serves */

typedef struct {
    bool serves;                        /* first: yes */
    const SocketServerConfig *config;
    char *name;
    Program **programs;
    uint32_t count;
    SocketServing *serving;             /* of each process */
    uint64_t accepted, datagrams, received, answered, failures, bind_failures;
} SocketServer;

SocketServer *socket_server_new(const ModelSection *section, ModelScope *scope);
void socket_server_free(SocketServer *server);

/* Sets what the section says. */
void socket_keys_apply(const SocketKeys *keys, int route, Process *self, int fd);
