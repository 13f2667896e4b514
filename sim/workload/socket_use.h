/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clients that a [socket-client NAME] describes: each connects, sends what it has to,
 * and closes, again and again.  Part of the variant socket. */
#pragma once
#include "core/histogram.h"
#include "workload/socket_serve.h"

typedef struct {
    SocketKeys keys;
    char *processes, *server, *address, *send;
    uint32_t port, node;                /* of `address`; node NODE_NONE: not given */
    int route;
    uint32_t connections, syn_retries;
    bool half_close, wait_for_end;
    SimTime start, rto, receive_timeout;
    Distribution arrivals, think_time;
    uint64_t *sizes;                    /* of `send`; owned */
    uint32_t size_count;
} SocketClientConfig;

typedef struct SocketClient SocketClient;

typedef struct {
    bool serves;                        /* first: no */
    const SocketClientConfig *config;
    char *name;
    const SocketServer *server;         /* NULL: an address alone */
    SocketClient *clients;
    uint32_t count;
    Histogram connecting, round_trips;
    uint64_t attempts, ended, connected, refused, unreachable;
    uint64_t completed, resets, timeouts, cut_short, failures, sent, received, datagrams, datagrams_back;
    SimTime blocked, last, failed_at;   /* -1: never */
} SocketClients;

SocketClients *socket_clients_new(const ModelSection *section, ModelScope *scope);
void socket_clients_free(SocketClients *all);
