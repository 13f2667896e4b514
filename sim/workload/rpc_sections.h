/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the RPC sections share: rpc.c (the family), rpc_server.c ([rpc NAME])
 * and rpc_client.c ([rpc-client NAME]). */
#pragma once
#include "ipc/rpc.h"
#include "workload/model.h"

typedef struct {
    char *server, *address;
    uint32_t port, node;                /* of `address`; node NODE_NONE: not given */
    int transport, semantics, order, discipline, orphans, route;
    uint32_t cache, threads, capacity;
    Distribution service;
    SimTime quantum;
} RpcServerConfig;

typedef struct RpcServed RpcServed;
typedef struct { RpcServed *all; uint32_t port; } RpcPlace;   /* one of its processes */

struct RpcServed {
    bool serves;
    const RpcServerConfig *config;
    char *name;
    Program **programs;
    RpcPlace *places;
    uint32_t count;
    GPtrArray *servers;                 /* of RpcServer *, of every incarnation; the counts are shared */
};

typedef struct {
    char *processes, *rpc, *method, *retryable;
    Distribution arrivals;
    uint32_t calls, attempts, quorum, priority;
    SimTime start, deadline, retry_interval, initial_backoff, max_backoff;
    double multiplier;
    int jitter, loop, reissue, spread, route;
    bool wait_for_ready, checks_incarnation;
    uint64_t request_size, reply_size;
    uint32_t codes;
} RpcClientConfig;

extern const Variant rpc_server_section, rpc_client_section;

void *rpc_server_build(const ModelSection *section, ModelScope *scope);
void rpc_server_report(const RpcServed *served, ModelScope *scope);
void rpc_server_clear(RpcServed *served);

typedef struct RpcClients RpcClients;       /* what an [rpc-client NAME] makes; its first member is `serves`, false */
void *rpc_client_build(const ModelSection *section, ModelScope *scope);
void rpc_client_report(const RpcClients *all, ModelScope *scope);
void rpc_client_clear(RpcClients *all);
