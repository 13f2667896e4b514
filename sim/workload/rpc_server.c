/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [rpc NAME]: a procedure that processes serve. */
#include "workload/rpc_sections.h"

static const Param server_params[] = {
    { "server", PARAM_TEXT, offsetof(RpcServerConfig, server), NULL, 0, 0, "the process that serves, or several", NULL },
    { "address", PARAM_TEXT, offsetof(RpcServerConfig, address), "", 0, 0, "nNODE:PORT; by default port 111 of the server's node", NULL },
    { "transport", PARAM_CHOICE, offsetof(RpcServerConfig, transport), "datagram", 0, 0, "what carries calls and replies", "datagram|stream" },
    { "semantics", PARAM_CHOICE, offsetof(RpcServerConfig, semantics), "at-most-once", 0, 0,
      "what a copy of a call does: executed again, or filtered by a cache; maybe: calls are never sent again",
      "maybe|at-least-once|at-most-once" },
    { "cache", PARAM_COUNT, offsetof(RpcServerConfig, cache), "64", 0, 1e6, "finished calls whose replies are kept", NULL },
    { "threads", PARAM_COUNT, offsetof(RpcServerConfig, threads), "1", 0, 1e6, "calls served at a time; 0: as many as come", NULL },
    { "capacity", PARAM_COUNT, offsetof(RpcServerConfig, capacity), "0", 0, 4e9, "calls in service and in line; more are refused; 0: no limit", NULL },
    { "discipline", PARAM_CHOICE, offsetof(RpcServerConfig, discipline), "fifo", 0, 0,
      "who is served next; preemptive: an urgent call interrupts, and the other is resumed", "fifo|priority|preemptive" },
    { "service-time", PARAM_DURATION_LAW, offsetof(RpcServerConfig, service), "0 s", 0, 0, "what an execution takes", NULL },
    { "order", PARAM_CHOICE, offsetof(RpcServerConfig, order), "perform-then-reply", 0, 0,
      "whether the reply goes out before the work is done", "perform-then-reply|reply-then-perform" },
    { "orphans", PARAM_CHOICE, offsetof(RpcServerConfig, orphans), "ignore", 0, 0, "what becomes of calls whose caller is gone; expiration(5 s): after that quantum",
      "ignore|extermination|reincarnation|gentle|expiration(quantum)" },
    { "quantum", PARAM_DURATION, offsetof(RpcServerConfig, quantum), "5 s", 1, 0x1p62, "of orphans = expiration", NULL },
    MODEL_ROUTE(RpcServerConfig),
    PARAM_END
};

static void server_check(void *data, const Keys *keys)
{
    RpcServerConfig *config = data;
    config->port = 111;
    config->node = NODE_NONE;
    if (!config->address) return;
    char *end = config->address;
    bool node = *end == 'n' && g_ascii_isdigit(end[1]);
    guint64 host = node ? g_ascii_strtoull(end + 1, &end, 10) : 0, port = 0;
    bool right = node && *end == ':' && g_ascii_isdigit(end[1]);
    if (right) port = g_ascii_strtoull(end + 1, &end, 10);
    if (!right || *end || host >= NODE_NONE || !port || port > 65535)
        keys_fault(keys, "address", "'%s' is no address; nNODE:PORT is expected, as n0:111", config->address);
    config->node = (uint32_t)host;
    config->port = (uint32_t)port;
}

static SimTime service_time(void *user, Random *random) { return distribution_time(&((const RpcServed *)user)->config->service, random); }

/* As long a reply as the caller asks for, there before anything is done: it may go out first. */
static void make_reply(void *user, RpcExecution *execution, int done)
{
    const IpcMessage *request = rpc_request(execution);
    (void)user;
    if (!done && request && request->id) rpc_reply(execution, ipc_message_new(NULL, (uint32_t)request->id));
}

static void serve(Process *self, void *argument)
{
    const RpcPlace *place = argument;
    RpcServed *served = place->all;
    const RpcServerConfig *config = served->config;
    RpcServerSettings settings = rpc_server_defaults;
    settings.name = served->name;
    settings.transport = config->transport ? RPC_STREAM : RPC_DATAGRAM;
    settings.semantics = (RpcSemantics)config->semantics;
    settings.cache = config->cache;
    settings.threads = config->threads;
    settings.capacity = config->capacity;
    settings.discipline = (RpcDiscipline)config->discipline;
    settings.orphans = (RpcOrphans)config->orphans;
    settings.quantum = config->quantum;
    settings.reply_first = config->order;
    settings.overlay = config->route;
    settings.step = make_reply;
    RpcServer *server = rpc_serve(self, place->port, &settings);
    g_assert(server);
    rpc_timed(server, NULL, service_time, NULL, served);
    g_ptr_array_add(served->servers, server);
}

/* The port of the section, or the next one that nobody of the same host has. */
static uint32_t port_of(const RpcServed *served, uint32_t i, ModelScope *scope)
{
    GHashTable *taken = model_shared(scope, "rpc ports");
    uint64_t key = (uint64_t)program_host(served->programs[i]) << 32 | served->config->port;
    while (g_hash_table_contains(taken, &key)) key++;
    g_hash_table_add(taken, g_memdup2(&key, sizeof key));
    return (uint32_t)key;
}

void *rpc_server_build(const ModelSection *section, ModelScope *scope)
{
    RpcServed *served = g_new0(RpcServed, 1);
    served->serves = true;
    served->config = section->config;
    served->name = g_strdup(section->name);
    served->programs = model_programs(scope, served->config->server, &served->count);
    served->servers = g_ptr_array_new();
    served->places = g_new0(RpcPlace, served->count);
    for (uint32_t i = 0; i < served->count; i++) {
        served->places[i] = (RpcPlace){ served, port_of(served, i, scope) };
        program_setup(served->programs[i], serve, &served->places[i]);
    }
    return served;
}

void rpc_server_report(const RpcServed *served, ModelScope *scope)
{
    if (!served->servers->len) return;
    RpcServerCounts c = rpc_server_counts(served->servers->pdata[served->servers->len - 1]);
    double time = (double)model_end(scope), threads = served->config->threads ? served->config->threads : 1;
    model_value(scope, "rpc_executions", (double)c.finished);
    model_value(scope, "rpc_executions_begun", (double)c.begun);
    model_value(scope, "rpc_copies_filtered", (double)c.duplicates);
    model_value(scope, "rpc_replies_resent", (double)c.resent);
    model_value(scope, "rpc_refused", (double)c.refused);
    model_value(scope, "rpc_orphans_killed", (double)c.killed);
    model_value(scope, "rpc_executions_lost", (double)c.lost);
    Account *account = ipc_account(model_ipc(scope), "rpc", served->name);
    model_value(scope, "rpc_late_replies", (double)account->dropped[IPC_DROP_LATE_REPLY]);
    if (served->count > 1) return;                      /* sums over time are of one line */
    model_own(scope, "rpc_utilisation", (double)c.busy / (time * threads));
    model_own(scope, "rpc_idle_share", (double)c.idle / time);
    model_own(scope, "rpc_line_mean", (double)c.waiting / time);
    model_own(scope, "rpc_present_mean", (double)c.present / time);
    double mean = (double)c.present / time;
    model_own(scope, "rpc_present_variance", (double)c.squared / time - mean * mean);
    model_ratio(scope, "rpc_waited_share", (double)c.waited, (double)c.begun);
    model_ratio(scope, "rpc_wait_mean_ms", (double)c.waiting / SIM_MS, (double)c.begun);
}

void rpc_server_clear(RpcServed *served)
{
    g_free(served->name);
    g_free(served->programs);
    g_free(served->places);
    g_ptr_array_unref(served->servers);
    g_free(served);
}

const Variant rpc_server_section = {
    .name = "rpc", .summary = "a procedure that a process serves to others",
    .params = server_params, .config_size = sizeof(RpcServerConfig), .check = server_check,
};
