/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [zmq NAME] and [proxy NAME] as written, and what is checked of them. */
#pragma once
#include "workload/model.h"

typedef struct {
    char *processes, *process, *bind, *connect, *subscribe, *heartbeat, *routing_id;
    int type, route;
    uint32_t sndhwm, rcvhwm;
    uint64_t sndbuf, rcvbuf, reply;
    SimTime linger, interval, interval_max, timeout, ttl;
    bool immediate, conflate, nodrop, verbose, mandatory, handover, relaxed, correlate, strict;
    Distribution at;
    SimTime beat, silence;      /* of `heartbeat` */
    const char *own;            /* the key that says whose it is */
} ZmqConfig;                   /* `processes` says whose it is, however it was written */

typedef struct { char *processes, *front, *back; } ZmqProxyConfig;

extern const Variant zmq_section, zmq_proxy_section;

void zmq_check(const ModelSection *section, ModelCheck *check);

/* Of a producer or consumer in these processes, which refers at `key` to [zmq NAME] where there is one. */
void zmq_check_user(ModelCheck *check, const char *key, const char *name, const char *processes, bool sends);

/* PROCESS of the endpoint "PROCESS.NAME"; NULL: it is none.  Free it. */
char *zmq_process_of(const char *endpoint);
bool zmq_is_local(const char *endpoint);        /* inproc://NAME */
