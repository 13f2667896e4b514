/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [rpc-client NAME]: processes that call. */
#include <string.h>

#include "core/histogram.h"
#include "workload/rpc_sections.h"

typedef enum { REISSUE_NONE, REISSUE_ALWAYS, REISSUE_NEVER, REISSUE_ACKED, REISSUE_NOT_ACKED } Reissue;
typedef enum { LOOP_CLOSED, LOOP_OPEN } Loop;
typedef enum { SPREAD_TURNS, SPREAD_ALL } Spread;

static const Param client_params[] = {
    { "processes", PARAM_TEXT, offsetof(RpcClientConfig, processes), NULL, 0, 0, "who calls: NAME, NAME[0..3], …", NULL },
    { "rpc", PARAM_TEXT, offsetof(RpcClientConfig, rpc), NULL, 0, 0, "the [rpc NAME] that is called", NULL },
    { "method", PARAM_TEXT, offsetof(RpcClientConfig, method), "call", 0, 0, "what the call is named in traces and charts", NULL },
    { "calls", PARAM_COUNT, offsetof(RpcClientConfig, calls), "1", 0, 4e9, "of each process", NULL },
    { "arrivals", PARAM_DURATION_LAW, offsetof(RpcClientConfig, arrivals), "1 s", 0, 0,
      "time before each call: after the last was over (closed), or after it was made (open)", NULL },
    { "loop", PARAM_CHOICE, offsetof(RpcClientConfig, loop), "closed", 0, 0, "the caller waits for each call, or has many pending", "closed|open" },
    { "spread", PARAM_CHOICE, offsetof(RpcClientConfig, spread), "turns", 0, 0, "of several servers each in turn is called, or all at once", "turns|all" },
    { "quorum", PARAM_COUNT, offsetof(RpcClientConfig, quorum), "0", 0, 1e6, "replies that are enough with spread = all; 0: all", NULL },
    { "priority", PARAM_COUNT, offsetof(RpcClientConfig, priority), "0", 0, 1000, "higher goes first where the server has priorities", NULL },
    { "start", PARAM_DURATION, offsetof(RpcClientConfig, start), "0 s", 0, 0x1p62, "after the start of the process", NULL },
    { "deadline", PARAM_DURATION, offsetof(RpcClientConfig, deadline), "off", 1, 0x1p62, "of each call, over all attempts", NULL },
    { "retry-interval", PARAM_DURATION, offsetof(RpcClientConfig, retry_interval), "1 s", 0, 0x1p62,
      "datagram: the same call is sent again so often; 0 s: never", NULL },
    { "max-attempts", PARAM_COUNT, offsetof(RpcClientConfig, attempts), "1", 1, 5, "of the retry policy, the first included", NULL },
    { "initial-backoff", PARAM_DURATION, offsetof(RpcClientConfig, initial_backoff), "100 ms", 0, 0x1p62, "before the second attempt", NULL },
    { "max-backoff", PARAM_DURATION, offsetof(RpcClientConfig, max_backoff), "10 s", 0, 0x1p62, "before any attempt", NULL },
    { "backoff-multiplier", PARAM_NUMBER, offsetof(RpcClientConfig, multiplier), "2", 1, 100, "from one backoff to the next", NULL },
    { "jitter", PARAM_CHOICE, offsetof(RpcClientConfig, jitter), "full", 0, 0, "of a backoff: between 0 and the bound, around it, or none", "none|20%|full" },
    { "retryable", PARAM_TEXT, offsetof(RpcClientConfig, retryable), "UNAVAILABLE", 0, 0, "statuses that are retried", NULL },
    { "wait-for-ready", PARAM_BOOL, offsetof(RpcClientConfig, wait_for_ready), "no", 0, 0, "stream: a call waits for the server instead of failing at once", NULL },
    { "checks-incarnation", PARAM_BOOL, offsetof(RpcClientConfig, checks_incarnation), "no", 0, 0,
      "datagram: the server refuses calls meant for its former life", NULL },
    { "request-size", PARAM_SIZE, offsetof(RpcClientConfig, request_size), "100 B", 0, 0x1p31, "of each call", NULL },
    { "reply-size", PARAM_SIZE, offsetof(RpcClientConfig, reply_size), "0 B", 0, 0x1p31, "of each reply that the server makes", NULL },
    { "reissue", PARAM_CHOICE, offsetof(RpcClientConfig, reissue), "none", 0, 0,
      "stream: once the server has crashed and is back, the call is made again", "none|always|never|if-acked|if-not-acked" },
    PARAM_END
};

/* The status of that name, or -1. */
static int status_of(const char *name)
{
    for (int status = 0; status < RPC_STATUSES; status++)
        if (strcmp(rpc_status_name((RpcStatus)status), name) == 0) return status;
    return -1;
}

static void client_check(void *data, const Keys *keys)
{
    RpcClientConfig *config = data;
    g_auto(GStrv) list = parse_list(config->retryable);
    for (char **name = list; *name; name++) {
        int status = status_of(*name);
        if (status < 0) keys_fault(keys, "retryable", "'%s' is no status of a call; UNAVAILABLE, RESOURCE_EXHAUSTED, … are", *name);
        else config->codes |= 1u << status;
    }
    if (config->quorum && config->spread != SPREAD_ALL) keys_fault(keys, "quorum", "a quorum is of calls to all servers; spread = all");
    if (config->reissue && config->loop == LOOP_OPEN) keys_fault(keys, "reissue", "only who waits for a call can make it again; loop = closed");
}

typedef struct Client Client;

struct RpcClients {
    bool serves;
    const RpcClientConfig *config;
    char *name;
    GArray *targets;                    /* of Address */
    const RpcServed *served;               /* the last one called: how calls travel */
    Client *clients;
    uint32_t count;
    Histogram latency;                  /* of calls that came back OK */
    uint64_t calls, statuses[RPC_STATUSES];
    SimTime blocked, last;
};

struct Client {
    RpcClients *all;
    RpcChannel **channels;              /* one for each target, of this incarnation */
    uint32_t made, turn;
    Random random;
};

/* One call while it is pending; of several servers where they are all called. */
typedef struct {
    RpcClients *all;
    SimTime began;
    uint32_t replies, failures, needed, asked;
    RpcStatus status;
    bool over, held;                    /* held: the caller still looks at it */
    WaitList waiting;
    const Ipc *ipc;
} Pending;

static void call_over(RpcClients *all, RpcStatus status, SimTime began, SimTime now)
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

/* The id of a request says how long a reply it asks for. */
static RpcRequest request_of(const RpcClientConfig *config, SimTime now)
{
    IpcMessage *message = config->request_size || config->reply_size ? ipc_message_new(NULL, (uint32_t)config->request_size) : NULL;
    if (message) message->id = config->reply_size;
    return (RpcRequest){
        .method = config->method, .request = message,
        .deadline = config->deadline < 0 ? -1 : now + config->deadline, .priority = (int)config->priority,
    };
}

/* Calls one server in turn, or all; goes on at once where `wait` is off. */
static RpcStatus call(Process *self, Client *client, bool wait)
{
    RpcClients *all = client->all;
    const RpcClientConfig *config = all->config;
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
    const RpcClients *all = client->all;
    const RpcClientConfig *config = all->config;
    RpcPolicy policy = rpc_policy_defaults;
    const RpcServerConfig *server = all->served->config;
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
    const RpcClientConfig *config = client->all->config;
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

void *rpc_client_build(const ModelSection *section, ModelScope *scope)
{
    RpcClients *all = g_new0(RpcClients, 1);
    all->config = section->config;
    all->name = g_strdup(section->name);
    all->targets = g_array_new(FALSE, FALSE, sizeof(Address));
    all->last = -1;
    g_auto(GStrv) list = parse_list(all->config->rpc);
    for (char **name = list; *name; name++) {
        const RpcServed *served = all->served = model_built(scope, "rpc", *name);
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

void rpc_client_report(const RpcClients *all, ModelScope *scope)
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

void rpc_client_clear(RpcClients *all)
{
    for (uint32_t i = 0; i < all->count; i++) g_free(all->clients[i].channels);
    g_free(all->clients);
    g_free(all->name);
    g_array_unref(all->targets);
    histogram_clear(&all->latency);
    g_free(all);
}

const Variant rpc_client_section = {
    .name = "rpc-client", .summary = "processes that call it",
    .params = client_params, .config_size = sizeof(RpcClientConfig), .check = client_check,
};
