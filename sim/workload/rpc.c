/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [rpc NAME] and [rpc-client NAME]: remote procedure calls between processes. */
#include "ipc/rpc.h"

#include <string.h>

#include "core/histogram.h"
#include "workload/model.h"

typedef struct {
    char *server, *address;
    uint32_t port, node;                /* of `address`; node NODE_NONE: not given */
    int transport, semantics, order, discipline, orphans, route;
    uint32_t cache, threads, capacity;
    Distribution service;
    SimTime quantum;
} ServerConfig;

static const Param server_params[] = {
    { "server", PARAM_TEXT, offsetof(ServerConfig, server), NULL, 0, 0, "the process that serves, or several", NULL },
    { "address", PARAM_TEXT, offsetof(ServerConfig, address), "", 0, 0, "nNODE:PORT; by default port 111 of the server's node", NULL },
    { "transport", PARAM_CHOICE, offsetof(ServerConfig, transport), "datagram", 0, 0, "what carries calls and replies", "datagram|stream" },
    { "semantics", PARAM_CHOICE, offsetof(ServerConfig, semantics), "at-most-once", 0, 0,
      "what a copy of a call does: executed again, or filtered by a cache; maybe: calls are never sent again",
      "maybe|at-least-once|at-most-once" },
    { "cache", PARAM_COUNT, offsetof(ServerConfig, cache), "64", 0, 1e6, "finished calls whose replies are kept", NULL },
    { "threads", PARAM_COUNT, offsetof(ServerConfig, threads), "1", 0, 1e6, "calls served at a time; 0: as many as come", NULL },
    { "capacity", PARAM_COUNT, offsetof(ServerConfig, capacity), "0", 0, 4e9, "calls in service and in line; more are refused; 0: no limit", NULL },
    { "discipline", PARAM_CHOICE, offsetof(ServerConfig, discipline), "fifo", 0, 0,
      "who is served next; preemptive: an urgent call interrupts, and the other is resumed", "fifo|priority|preemptive" },
    { "service-time", PARAM_DURATION_LAW, offsetof(ServerConfig, service), "0 s", 0, 0, "what an execution takes", NULL },
    { "order", PARAM_CHOICE, offsetof(ServerConfig, order), "perform-then-reply", 0, 0,
      "whether the reply goes out before the work is done", "perform-then-reply|reply-then-perform" },
    { "orphans", PARAM_CHOICE, offsetof(ServerConfig, orphans), "ignore", 0, 0, "what becomes of calls whose caller is gone",
      "ignore|extermination|reincarnation|gentle|expiration" },
    { "quantum", PARAM_DURATION, offsetof(ServerConfig, quantum), "5 s", 1, 0x1p62, "of orphans = expiration", NULL },
    MODEL_ROUTE(ServerConfig),
    PARAM_END
};

typedef enum { REISSUE_NONE, REISSUE_ALWAYS, REISSUE_NEVER, REISSUE_ACKED, REISSUE_NOT_ACKED } Reissue;
typedef enum { LOOP_CLOSED, LOOP_OPEN } Loop;
typedef enum { SPREAD_TURNS, SPREAD_ALL } Spread;

typedef struct {
    char *processes, *rpc, *method, *retryable;
    Distribution arrivals;
    uint32_t calls, attempts, quorum, priority;
    SimTime start, deadline, retry_interval, initial_backoff, max_backoff;
    double multiplier;
    int jitter, loop, reissue, spread, route;
    bool wait_for_ready, checks_incarnation;
    uint64_t request_size;
    uint32_t codes;
} ClientConfig;

static const Param client_params[] = {
    { "processes", PARAM_TEXT, offsetof(ClientConfig, processes), NULL, 0, 0, "who calls: NAME, NAME[0..3], …", NULL },
    { "rpc", PARAM_TEXT, offsetof(ClientConfig, rpc), NULL, 0, 0, "the [rpc NAME] that is called", NULL },
    { "method", PARAM_TEXT, offsetof(ClientConfig, method), "call", 0, 0, "what the call is named in traces and charts", NULL },
    { "calls", PARAM_COUNT, offsetof(ClientConfig, calls), "1", 0, 4e9, "of each process", NULL },
    { "arrivals", PARAM_DURATION_LAW, offsetof(ClientConfig, arrivals), "1 s", 0, 0,
      "time before each call: after the last was over (closed), or after it was made (open)", NULL },
    { "loop", PARAM_CHOICE, offsetof(ClientConfig, loop), "closed", 0, 0, "the caller waits for each call, or has many pending", "closed|open" },
    { "spread", PARAM_CHOICE, offsetof(ClientConfig, spread), "turns", 0, 0, "of several servers each in turn is called, or all at once", "turns|all" },
    { "quorum", PARAM_COUNT, offsetof(ClientConfig, quorum), "0", 0, 1e6, "replies that are enough with spread = all; 0: all", NULL },
    { "priority", PARAM_COUNT, offsetof(ClientConfig, priority), "0", 0, 1000, "higher goes first where the server has priorities", NULL },
    { "start", PARAM_DURATION, offsetof(ClientConfig, start), "0 s", 0, 0x1p62, "after the start of the process", NULL },
    { "deadline", PARAM_DURATION, offsetof(ClientConfig, deadline), "off", 1, 0x1p62, "of each call, over all attempts", NULL },
    { "retry-interval", PARAM_DURATION, offsetof(ClientConfig, retry_interval), "1 s", 0, 0x1p62,
      "datagram: the same call is sent again so often; 0 s: never", NULL },
    { "max-attempts", PARAM_COUNT, offsetof(ClientConfig, attempts), "1", 1, 5, "of the retry policy, the first included", NULL },
    { "initial-backoff", PARAM_DURATION, offsetof(ClientConfig, initial_backoff), "100 ms", 0, 0x1p62, "before the second attempt", NULL },
    { "max-backoff", PARAM_DURATION, offsetof(ClientConfig, max_backoff), "10 s", 0, 0x1p62, "before any attempt", NULL },
    { "backoff-multiplier", PARAM_NUMBER, offsetof(ClientConfig, multiplier), "2", 1, 100, "from one backoff to the next", NULL },
    { "jitter", PARAM_CHOICE, offsetof(ClientConfig, jitter), "full", 0, 0, "of a backoff: between 0 and the bound, around it, or none", "none|20%|full" },
    { "retryable", PARAM_TEXT, offsetof(ClientConfig, retryable), "UNAVAILABLE", 0, 0, "statuses that are retried", NULL },
    { "wait-for-ready", PARAM_BOOL, offsetof(ClientConfig, wait_for_ready), "no", 0, 0, "stream: a call waits for the server instead of failing at once", NULL },
    { "checks-incarnation", PARAM_BOOL, offsetof(ClientConfig, checks_incarnation), "no", 0, 0,
      "datagram: the server refuses calls meant for its former life", NULL },
    { "request-size", PARAM_SIZE, offsetof(ClientConfig, request_size), "100 B", 0, 0x1p31, "of each call", NULL },
    { "reissue", PARAM_CHOICE, offsetof(ClientConfig, reissue), "none", 0, 0,
      "stream: once the server has crashed and is back, the call is made again", "none|always|never|if-acked|if-not-acked" },
    PARAM_END
};

static void server_check(void *data, const Keys *keys)
{
    ServerConfig *config = data;
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

/* The status of that name, or -1. */
static int status_of(const char *name)
{
    for (int status = 0; status < RPC_STATUSES; status++)
        if (strcmp(rpc_status_name((RpcStatus)status), name) == 0) return status;
    return -1;
}

static void client_check(void *data, const Keys *keys)
{
    ClientConfig *config = data;
    g_auto(GStrv) list = parse_list(config->retryable);
    for (char **name = list; *name; name++) {
        int status = status_of(*name);
        if (status < 0) keys_fault(keys, "retryable", "'%s' is no status of a call; UNAVAILABLE, RESOURCE_EXHAUSTED, … are", *name);
        else config->codes |= 1u << status;
    }
    if (config->quorum && config->spread != SPREAD_ALL) keys_fault(keys, "quorum", "a quorum is of calls to all servers; spread = all");
    if (config->reissue && config->loop == LOOP_OPEN) keys_fault(keys, "reissue", "only who waits for a call can make it again; loop = closed");
}

/* ---- the server ---- */

typedef struct Served Served;
typedef struct { Served *all; uint32_t port; } Place;   /* one of its processes */

struct Served {
    bool serves;
    const ServerConfig *config;
    char *name;
    Program **programs;
    Place *places;
    uint32_t count;
    GPtrArray *servers;                 /* of RpcServer *, of every incarnation; the counts are shared */
};

static SimTime service_time(void *user, Random *random) { return distribution_time(&((const Served *)user)->config->service, random); }

static void serve(Process *self, void *argument)
{
    const Place *place = argument;
    Served *served = place->all;
    const ServerConfig *config = served->config;
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
    RpcServer *server = rpc_serve(self, place->port, &settings);
    g_assert(server);
    rpc_timed(server, NULL, service_time, NULL, served);
    g_ptr_array_add(served->servers, server);
}

/* ---- the client ---- */

typedef struct Client Client;

typedef struct {
    bool serves;
    const ClientConfig *config;
    char *name;
    GArray *targets;                    /* of Address */
    const Served *served;               /* the last one called: how calls travel */
    Client *clients;
    uint32_t count;
    Histogram latency;                  /* of calls that came back OK */
    uint64_t calls, statuses[RPC_STATUSES];
    SimTime blocked, last;
} Clients;

struct Client {
    Clients *all;
    RpcChannel **channels;              /* one for each target, of this incarnation */
    uint32_t made, turn;
    Random random;
};

/* One call while it is pending; of several servers where they are all called. */
typedef struct {
    Clients *all;
    SimTime began;
    uint32_t replies, failures, needed, asked;
    RpcStatus status;
    bool over, held;                    /* held: the caller still looks at it */
    WaitList waiting;
    const Ipc *ipc;
} Pending;

static void call_over(Clients *all, RpcStatus status, SimTime began, SimTime now)
{
    all->statuses[status]++;
    all->last = now;
    if (status == RPC_OK) histogram_add(&all->latency, (uint64_t)(now - began));
}

static void pending_free(Pending *pending)
{
    if (!pending->held && pending->replies + pending->failures == pending->asked) g_free(pending);
}

static void part_over(void *user, RpcStatus status, const IpcMessage *reply)
{
    Pending *pending = user;
    (void)reply;
    if (status == RPC_OK) pending->replies++;
    else pending->failures++, pending->status = status;
    bool enough = pending->replies >= pending->needed, lost = pending->failures > pending->asked - pending->needed;
    if (!pending->over && (enough || lost)) {
        pending->over = true;
        if (enough) pending->status = RPC_OK;
        call_over(pending->all, pending->status, pending->began, ipc_now(pending->ipc));
        wait_list_wake_all(&pending->waiting);
    }
    pending_free(pending);
}

static RpcRequest request_of(const ClientConfig *config, SimTime now)
{
    return (RpcRequest){
        .method = config->method, .request = config->request_size ? ipc_message_new(NULL, (uint32_t)config->request_size) : NULL,
        .deadline = config->deadline < 0 ? -1 : now + config->deadline, .priority = (int)config->priority,
    };
}

/* Calls one server in turn, or all; goes on at once where `wait` is off. */
static RpcStatus call(Process *self, Client *client, bool wait)
{
    Clients *all = client->all;
    const ClientConfig *config = all->config;
    SimTime now = process_now(self);
    RpcRequest request = request_of(config, now);
    bool every = config->spread == SPREAD_ALL;
    RpcChannel *channel = client->channels[client->turn++ % all->targets->len];
    all->calls++;
    if (wait && !every) {
        RpcStatus status = rpc_call(channel, &request, NULL);
        call_over(all, status, now, process_now(self));
        all->blocked += process_now(self) - now;
        return status;
    }
    Pending *pending = g_new0(Pending, 1);
    *pending = (Pending){ .all = all, .began = now, .asked = every ? all->targets->len : 1, .ipc = process_ipc(self), .held = true };
    pending->needed = every && config->quorum ? MIN(config->quorum, pending->asked) : pending->asked;
    for (uint32_t i = 0; i < pending->asked; i++) {
        RpcRequest part = request;
        part.request = request.request ? ipc_message_hold(request.request) : NULL;
        part.over = part_over;
        part.user = pending;
        (void)rpc_start(every ? client->channels[i] : channel, &part);
    }
    ipc_message_drop(request.request);
    if (wait && !pending->over) {
        pending->held = false;                          /* a caller that crashes lets go of nothing */
        (void)process_wait(self, &pending->waiting, -1);
        return RPC_OK;
    }
    pending->held = false;
    pending_free(pending);
    return RPC_OK;
}

static void reissue(Process *self, Client *client, bool acked)
{
    enum { PATIENCE_S = 60 };
    RpcChannel *channel = client->channels[(client->turn - 1) % client->all->targets->len];
    if (!rpc_wait_restart(channel, process_now(self) + PATIENCE_S * SIM_S)) return;
    int policy = client->all->config->reissue;
    if (policy == REISSUE_ALWAYS || (policy == REISSUE_ACKED && acked) || (policy == REISSUE_NOT_ACKED && !acked))
        (void)call(self, client, true);
}

static void dial(Process *self, Client *client)
{
    const Clients *all = client->all;
    const ClientConfig *config = all->config;
    RpcPolicy policy = rpc_policy_defaults;
    const ServerConfig *server = all->served->config;
    policy.name = all->name;
    policy.transport = server->transport ? RPC_STREAM : RPC_DATAGRAM;
    policy.retry_interval = server->semantics == RPC_MAYBE ? 0 : config->retry_interval;
    policy.max_attempts = config->attempts;
    policy.initial_backoff = config->initial_backoff;
    policy.max_backoff = config->max_backoff;
    policy.multiplier = config->multiplier;
    policy.jitter = (RpcJitter)config->jitter;
    policy.retryable = config->codes;
    policy.wait_for_ready = config->wait_for_ready || config->reissue;
    policy.checks_incarnation = config->checks_incarnation;
    policy.logs_calls = server->orphans == ORPHANS_EXTERMINATED;
    policy.overlay = server->route;
    for (guint i = 0; i < all->targets->len; i++)
        client->channels[i] = rpc_dial(self, g_array_index(all->targets, Address, i), &policy);
}

static void run_client(Process *self, void *argument)
{
    Client *client = argument;
    const ClientConfig *config = client->all->config;
    process_sleep(self, config->start);
    dial(self, client);
    SimTime due = process_now(self);
    while (client->made < config->calls) {
        due += distribution_time(&config->arrivals, &client->random);
        process_sleep(self, MAX(0, due - process_now(self)));
        client->made++;
        RpcStatus status = call(self, client, config->loop == LOOP_CLOSED);
        if (config->reissue) reissue(self, client, status == RPC_OK);
        if (config->loop == LOOP_CLOSED) due = process_now(self);
    }
    WaitList for_ever = { NULL, NULL };
    (void)process_wait(self, &for_ever, -1);            /* its channels live on for what is pending */
}

/* ---- the sections ---- */

static void check(const ModelSection *section, ModelCheck *check)
{
    if (strcmp(section->section, "rpc") == 0) {
        const ServerConfig *config = section->config;
        (void)model_refer_processes(check, "server", config->server);
        uint32_t nodes = model_check_nodes(check);
        if (nodes && config->node != NODE_NONE && config->node >= nodes)
            model_fault(check, "address", "there is no node %u; the nodes are 0 .. %u", config->node, nodes - 1);
        return;
    }
    const ClientConfig *config = section->config;
    g_auto(GStrv) list = parse_list(config->rpc);
    (void)model_refer_processes(check, "processes", config->processes);
    for (char **name = list; *name; name++) (void)model_refer(check, "rpc", "rpc", *name);
    if (!*list) model_fault(check, "rpc", "no [rpc NAME] is named");
}

/* The port of the section, or the next one that nobody of the same host has. */
static uint32_t port_of(const Served *served, uint32_t i, ModelScope *scope)
{
    GHashTable *taken = model_shared(scope, "rpc ports");
    uint64_t key = (uint64_t)program_host(served->programs[i]) << 32 | served->config->port;
    while (g_hash_table_contains(taken, &key)) key++;
    g_hash_table_add(taken, g_memdup2(&key, sizeof key));
    return (uint32_t)key;
}

static void *build_server(const ModelSection *section, ModelScope *scope)
{
    Served *served = g_new0(Served, 1);
    served->serves = true;
    served->config = section->config;
    served->name = g_strdup(section->name);
    served->programs = model_programs(scope, served->config->server, &served->count);
    served->servers = g_ptr_array_new();
    served->places = g_new0(Place, served->count);
    for (uint32_t i = 0; i < served->count; i++) {
        served->places[i] = (Place){ served, port_of(served, i, scope) };
        program_setup(served->programs[i], serve, &served->places[i]);
    }
    return served;
}

static void *build_client(const ModelSection *section, ModelScope *scope)
{
    Clients *all = g_new0(Clients, 1);
    all->config = section->config;
    all->name = g_strdup(section->name);
    all->targets = g_array_new(FALSE, FALSE, sizeof(Address));
    all->last = -1;
    g_auto(GStrv) list = parse_list(all->config->rpc);
    for (char **name = list; *name; name++) {
        const Served *served = all->served = model_built(scope, "rpc", *name);
        for (uint32_t i = 0; i < served->count; i++) {
            Address at = { program_host(served->programs[i]), served->places[i].port };
            g_array_append_val(all->targets, at);
        }
    }
    g_autofree Program **programs = model_programs(scope, all->config->processes, &all->count);
    all->clients = g_new0(Client, all->count);
    for (uint32_t i = 0; i < all->count; i++) {
        Client *client = &all->clients[i];
        client->all = all;
        client->channels = g_new0(RpcChannel *, all->targets->len + 1);
        client->random = random_keyed(random_bits(model_random(scope)), i);
        program_thread(programs[i], section->name, run_client, client);
    }
    return all;
}

static void *build(const ModelSection *section, ModelScope *scope)
{
    return strcmp(section->section, "rpc") == 0 ? build_server(section, scope) : build_client(section, scope);
}

static const MetricName metrics[] = {
    { "rpc_executions", "executions", "that a server finished" },
    { "rpc_executions_begun", "executions", "that a server began" },
    { "rpc_copies_filtered", "calls", "copies that at-most-once did not execute" },
    { "rpc_replies_resent", "replies", "from the cache of finished calls" },
    { "rpc_refused", "calls", "at the server's capacity, or for an error of the call" },
    { "rpc_orphans_killed", "executions", "ended by the policy for orphans" },
    { "rpc_executions_lost", "executions", "that ended with the server" },
    { "rpc_late_replies", "replies", "that nobody waited for: of orphans and of copies" },
    { "rpc_utilisation", "1", "share of the time of a server's threads that they were busy; with any number of threads: mean busy" },
    { "rpc_idle_share", "1", "share of the time that nobody was served" },
    { "rpc_line_mean", "calls", "in line, mean over time" },
    { "rpc_present_mean", "calls", "in line and in service, mean over time" },
    { "rpc_present_variance", "calls^2", "variance over time of those in line and in service" },
    { "rpc_waited_share", "1", "of the executions did not begin at once" },
    { "rpc_wait_mean_ms", "ms", "in line, mean over the executions" },
    { "rpc_calls", "calls", "made" },
    { "rpc_success_ratio", "1", "of the calls came back OK" },
    { "rpc_latency_mean_ms", "ms", "of the calls that came back OK" },
    { "rpc_latency_p50_ms", "ms", "its median" },
    { "rpc_latency_p95_ms", "ms", "its 95th percentile" },
    { "rpc_latency_p99_ms", "ms", "its 99th percentile" },
    { "rpc_throughput", "calls/s", "OK a second of the run" },
    { "rpc_blocked_s", "s", "that the callers were suspended, in total" },
    { "rpc_transmissions", "messages", "calls sent, copies and retries included" },
    { "rpc_retransmissions", "messages", "copies of a call that got no reply in time" },
    { "rpc_retries", "calls", "attempts of the retry policy after the first" },
    { "rpc_ok", "calls", "that came back OK" },
    { "rpc_deadline_exceeded", "calls", "that ended so" },
    { "rpc_unavailable", "calls", "that ended so" },
    { "rpc_resource_exhausted", "calls", "that ended so" },
    { "rpc_failed_precondition", "calls", "that ended so: the server was another incarnation" },
    { "rpc_pending", "calls", "still waiting at the end, or ended with their caller" },
    { NULL, NULL, NULL },
};

static void report_server(const Served *served, ModelScope *scope)
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

static void report_client(const Clients *all, ModelScope *scope)
{
    const uint64_t *ended = all->statuses;
    uint64_t over = 0;
    for (int status = 0; status < RPC_STATUSES; status++) over += ended[status];
    model_value(scope, "rpc_calls", (double)all->calls);
    model_ratio(scope, "rpc_success_ratio", (double)ended[RPC_OK], (double)all->calls);
    model_ratio(scope, "rpc_latency_mean_ms", (double)all->latency.sum / SIM_MS, (double)all->latency.count);
    if (all->latency.count) {
        model_own(scope, "rpc_latency_p50_ms", histogram_quantile(&all->latency, 0.5) / SIM_MS);
        model_own(scope, "rpc_latency_p95_ms", histogram_quantile(&all->latency, 0.95) / SIM_MS);
        model_own(scope, "rpc_latency_p99_ms", histogram_quantile(&all->latency, 0.99) / SIM_MS);
    }
    model_value(scope, "rpc_throughput", (double)ended[RPC_OK] * (double)SIM_S / (double)model_end(scope));
    model_value(scope, "rpc_blocked_s", (double)all->blocked / SIM_S);
    RpcChannelCounts c = rpc_calls_of(model_ipc(scope), all->name);
    model_value(scope, "rpc_transmissions", (double)c.transmissions);
    model_value(scope, "rpc_retransmissions", (double)c.retransmissions);
    model_value(scope, "rpc_retries", (double)c.retries);
    model_value(scope, "rpc_ok", (double)ended[RPC_OK]);
    model_value(scope, "rpc_deadline_exceeded", (double)ended[RPC_DEADLINE_EXCEEDED]);
    model_value(scope, "rpc_unavailable", (double)ended[RPC_UNAVAILABLE]);
    model_value(scope, "rpc_resource_exhausted", (double)ended[RPC_RESOURCE_EXHAUSTED]);
    model_value(scope, "rpc_failed_precondition", (double)ended[RPC_FAILED_PRECONDITION]);
    model_value(scope, "rpc_pending", (double)(all->calls - over));
}

static void report(const ModelSection *section, void *built, ModelScope *scope)
{
    if (strcmp(section->section, "rpc") == 0) report_server(built, scope);
    else report_client(built, scope);
}

static void clear_server(Served *served)
{
    g_free(served->name);
    g_free(served->programs);
    g_free(served->places);
    g_ptr_array_unref(served->servers);
    g_free(served);
}

static void clear_client(Clients *all)
{
    for (uint32_t i = 0; i < all->count; i++) g_free(all->clients[i].channels);
    g_free(all->clients);
    g_free(all->name);
    g_array_unref(all->targets);
    histogram_clear(&all->latency);
    g_free(all);
}

static void clear(void *built)
{
    if (*(bool *)built) clear_server(built);
    else clear_client(built);
}

static const Variant server = {
    .name = "rpc", .summary = "a procedure that a process serves to others",
    .params = server_params, .config_size = sizeof(ServerConfig), .check = server_check,
};

static const Variant client = {
    .name = "rpc-client", .summary = "processes that call it",
    .params = client_params, .config_size = sizeof(ClientConfig), .check = client_check,
};

static const Variant *const sections[] = { &server, &client, NULL };

const Model model_rpc = {
    .variant = { .name = "rpc", .summary = "remote procedure calls", .source = "RFC 5531; gRPC" },
    .sections = sections, .metrics = metrics, .books = "rpc", .check = check, .build = build, .report = report, .clear = clear,
};
