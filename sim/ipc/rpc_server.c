/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server: calls wait in line, are served by threads, and are answered. */
#include <string.h>

#include "ipc/rpc_part.h"

typedef enum { EXECUTION_QUEUED, EXECUTION_RUNNING, EXECUTION_PAUSED } ExecutionState;

typedef struct {
    char *name;
    SimTime (*service)(void *user, Random *random);
    void (*work)(void *user, RpcExecution *execution);
    RpcStatus (*handler)(Process *thread, RpcExecution *execution, void *user);
    void *user;
} Method;

struct RpcExecution {
    RpcServer *server;          /* NULL: the place is free */
    uint64_t call, process;
    Address client;             /* of a datagram; its host in any case */
    Connection *connection;     /* NULL: by datagram, or the client's end is gone */
    bool by_connection;
    const Method *method;
    IpcMessage *request, *reply;
    SimTime arrived, deadline, began, left;     /* left: service time when paused */
    int priority;
    unsigned attempt;
    bool cancelled, one_way;
    ExecutionState state;
    RpcStatus status;
    IpcTimer timer, quantum;
    Process *thread;            /* that runs its handler */
    RpcFuture *children;        /* calls made for it */
    RpcExecution *next, *previous;      /* in line, or in service */
};

typedef struct { RpcExecution *first, *last; uint32_t count; } Line;

/* What at-most-once remembers of a call. */
typedef struct Remembered {
    uint64_t call;
    bool finished;
    RpcStatus status;
    IpcMessage *reply;
    struct Remembered *newer;   /* in the order finished */
} Remembered;

struct RpcServer {
    Resource resource;
    Rpc *rpc;
    RpcServerSettings settings;
    Address at;
    Station *station;
    Listener *listener;
    GPtrArray *connections;     /* of Connection *, accepted */
    GArray *methods;            /* of Method *, owned */
    Line line, service;
    GHashTable *remembered;     /* call -> Remembered *; looked up alone */
    Remembered *oldest, *newest;
    uint32_t finished;
    GPtrArray *idle_threads;    /* of Thread * */
    GPtrArray *threads;
    RpcExecution *spare;
    SimTime counted;
    bool ended;
};

typedef struct { RpcServer *server; Process *process; RpcExecution *execution; WaitList work; } Thread;

const RpcServerSettings rpc_server_defaults = {
    .name = "rpc", .semantics = RPC_AT_MOST_ONCE, .cache = 64, .threads = 1,
};

static void dispatch(RpcServer *server);

/* ---- sums over time ---- */

void station_count(RpcServer *server)
{
    SimTime now = ipc_now(server->rpc->ipc);
    uint64_t since = (uint64_t)(now - server->counted);
    RpcServerCounts *counts = &server->station->counts;
    server->counted = now;
    counts->waiting += (unsigned __int128)server->line.count * since;
    unsigned __int128 present = server->line.count + server->service.count;
    counts->present += present * since;
    counts->squared += present * present * since;
    if (!server->service.count) counts->idle += (SimTime)since;
    else counts->busy += (SimTime)(since * server->service.count);
}

RpcServerCounts rpc_server_counts(RpcServer *server)
{
    if (!server->ended) station_count(server);
    return server->station->counts;
}

static void line_add(Line *line, RpcExecution *execution, RpcExecution *behind)
{
    execution->previous = behind;
    execution->next = behind ? behind->next : line->first;
    if (execution->next) execution->next->previous = execution;
    else line->last = execution;
    if (behind) behind->next = execution;
    else line->first = execution;
    line->count++;
}

static void line_remove(Line *line, RpcExecution *execution)
{
    if (execution->previous) execution->previous->next = execution->next;
    else line->first = execution->next;
    if (execution->next) execution->next->previous = execution->previous;
    else line->last = execution->previous;
    line->count--;
}

/* In line behind all of its priority, or before those (one that was interrupted). */
static void enqueue(RpcServer *server, RpcExecution *execution, bool first)
{
    RpcExecution *behind = server->line.last;
    bool ordered = server->settings.discipline != RPC_FIFO;
    while (behind && ordered && (behind->priority < execution->priority || (first && behind->priority == execution->priority)))
        behind = behind->previous;
    execution->state = first ? EXECUTION_PAUSED : EXECUTION_QUEUED;
    line_add(&server->line, execution, behind);
}

/* ---- at most once ---- */

static void remembered_free(gpointer data)
{
    ipc_message_drop(((Remembered *)data)->reply);
    g_free(data);
}

static void remember_call(RpcServer *server, uint64_t call)
{
    Remembered *entry = g_new0(Remembered, 1);
    entry->call = call;
    g_hash_table_insert(server->remembered, &entry->call, entry);
}

static void remember_reply(RpcServer *server, const RpcExecution *execution)
{
    Remembered *entry = g_hash_table_lookup(server->remembered, &execution->call);
    if (!entry) return;
    entry->finished = true;
    entry->status = execution->status;
    entry->reply = execution->reply ? ipc_message_hold(execution->reply) : NULL;
    if (server->newest) server->newest->newer = entry;
    else server->oldest = entry;
    server->newest = entry;
    if (++server->finished <= server->settings.cache) return;
    Remembered *gone = server->oldest;
    server->oldest = gone->newer;
    if (!server->oldest) server->newest = NULL;
    server->finished--;
    g_hash_table_remove(server->remembered, &gone->call);
}

/* ---- replies ---- */

static void post(RpcServer *server, Address to, Connection *connection, Wire *wire)
{
    if (connection) connection_send(connection, wire, wire_lose, wire_size(wire));
    else wire_post(server->rpc, server->at, to, wire, server->settings.overlay);
}

static void answer(RpcServer *server, Address to, Connection *connection, uint64_t call, RpcStatus status, IpcMessage *reply)
{
    Wire *wire = wire_new(server->rpc, WIRE_REPLY, call);
    wire->status = status;
    wire->message = reply ? ipc_message_hold(reply) : NULL;
    wire->incarnation = server->station->incarnation;
    wire->account = server->station->account;
    wire->account->published++;
    wire->account->entered++;
    rpc_tell(server->rpc, "rpc.reply", server->at.host, server->station->name, call, status);
    post(server, to, connection, wire);
}

static void reply(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    if (server->settings.semantics == RPC_AT_MOST_ONCE && !execution->by_connection) remember_reply(server, execution);
    if (execution->one_way) return;
    if (execution->by_connection && !execution->connection) {           /* nobody is there any more */
        Account *account = server->station->account;
        account->published++, account->entered++, account->dropped[IPC_DROP_LATE_REPLY]++;
        server->station->counts.late++;
        return;
    }
    answer(server, execution->client, execution->connection, execution->call, execution->status, execution->reply);
}

/* ---- service ---- */

static void execution_free(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    ipc_cancel(server->rpc->ipc, &execution->timer);
    ipc_cancel(server->rpc->ipc, &execution->quantum);
    ipc_message_drop(execution->request);
    ipc_message_drop(execution->reply);
    execution->server = NULL;
    execution->request = execution->reply = NULL;
    execution->next = server->spare;
    server->spare = execution;
}

/* Tells the server's owner how far a call has got; false where that ended the server. */
static bool step(RpcExecution *execution, int done)
{
    RpcServer *server = execution->server;
    if (server->settings.step) server->settings.step(server->settings.user, execution, done);
    return !server->ended;
}

/* Its service time is over, or its handler has returned. */
static void complete(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    const Method *method = execution->method;
    bool first = server->settings.reply_first;
    if (method->work) method->work(method->user, execution);
    if (server->ended) return;
    server->station->counts.finished++;
    rpc_tell(server->rpc, "rpc.exec.end", server->at.host, server->station->name, execution->call, 0);
    if (!step(execution, first ? 2 : 1)) return;
    if (!first) {
        reply(execution);
        if (!step(execution, 2)) return;
    }
    station_count(server);
    line_remove(&server->service, execution);
    execution_free(execution);
    dispatch(server);
}

static void service_over(void *subject, uint64_t detail)
{
    RpcExecution *execution = subject;
    (void)detail;
    execution->timer = 0;
    complete(execution);
}

static void thread_body(Process *self, void *argument)
{
    Thread *thread = argument;
    for (;;) {
        while (!thread->execution) (void)process_wait(self, &thread->work, -1);
        RpcExecution *execution = thread->execution;
        RpcStatus status = execution->method->handler(self, execution, execution->method->user);
        if (execution->status == RPC_OK) execution->status = status;
        thread->execution = NULL;
        execution->thread = NULL;
        g_ptr_array_add(thread->server->idle_threads, thread);
        complete(execution);
    }
}

static Thread *thread_take(RpcServer *server)
{
    if (server->idle_threads->len) return g_ptr_array_steal_index(server->idle_threads, server->idle_threads->len - 1);
    Thread *thread = g_new0(Thread, 1);
    g_autofree char *name = g_strdup_printf("%s/thread-%u", server->station->name, server->threads->len + 1);
    thread->server = server;
    thread->process = process_spawn(server->rpc->ipc, server->at.host, name, thread_body, thread);
    g_ptr_array_add(server->threads, thread);
    return thread;
}

static void run(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    const Method *method = execution->method;
    if (method->handler) {
        Thread *thread = thread_take(server);
        thread->execution = execution;
        execution->thread = thread->process;
        (void)wait_list_wake(&thread->work, NULL);
        return;
    }
    SimTime service = execution->state == EXECUTION_PAUSED ? execution->left
                      : method->service ? method->service(method->user, ipc_random(server->rpc->ipc, server->at.host)) : 0;
    execution->began = ipc_now(server->rpc->ipc);
    execution->left = service;
    execution->state = EXECUTION_RUNNING;
    if (service > 0) execution->timer = ipc_after(server->rpc->ipc, server->at.host, service, service_over, execution, 0);
    else complete(execution);
}

static void quantum_start(RpcExecution *execution);

static void begin(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    bool fresh = execution->state == EXECUTION_QUEUED;
    line_remove(&server->line, execution);
    line_add(&server->service, execution, server->service.last);
    if (fresh) {
        server->station->counts.begun++;
        server->station->counts.waited += execution->arrived < ipc_now(server->rpc->ipc);
        rpc_tell(server->rpc, "rpc.exec.begin", server->at.host, server->station->name, execution->call, execution->attempt);
        if (!step(execution, 0)) return;
        if (server->settings.reply_first) {
            reply(execution);
            if (!step(execution, 1)) return;
        }
        if (server->settings.orphans == ORPHANS_EXPIRE) quantum_start(execution);
    }
    run(execution);
}

/* Whom a call of that priority may interrupt: the least urgent, latest begun. */
static RpcExecution *victim(const RpcServer *server, int priority)
{
    RpcExecution *least = NULL;
    for (RpcExecution *e = server->service.first; e; e = e->next)
        if (!e->method->handler && e->priority < priority && (!least || e->priority <= least->priority)) least = e;
    return least;
}

static void interrupt(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    ipc_cancel(server->rpc->ipc, &execution->timer);
    execution->left -= ipc_now(server->rpc->ipc) - execution->began;
    line_remove(&server->service, execution);
    enqueue(server, execution, true);
}

static void dispatch(RpcServer *server)
{
    while (!server->ended && server->line.first) {
        bool full = server->settings.threads && server->service.count >= server->settings.threads;
        RpcExecution *next = server->line.first;
        RpcExecution *out = full && server->settings.discipline == RPC_PREEMPTIVE ? victim(server, next->priority) : NULL;
        if (full && !out) return;
        station_count(server);
        if (out) interrupt(out);
        begin(next);
    }
}

/* ---- orphans ---- */

static void kill_execution(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    station_count(server);
    server->station->counts.killed++;
    rpc_tell(server->rpc, "rpc.exec.killed", server->at.host, server->station->name, execution->call, 0);
    line_remove(execution->state == EXECUTION_QUEUED || (execution->state == EXECUTION_PAUSED && !execution->quantum)
                ? &server->line : &server->service, execution);
    for (guint i = 0; execution->thread && i < server->threads->len; i++) {
        Thread *thread = server->threads->pdata[i];
        if (thread->process != execution->thread) continue;
        thread->execution = NULL;
        process_crash(thread->process);
        process_restart(thread->process);
        g_ptr_array_add(server->idle_threads, thread);
    }
    execution_free(execution);
}

static void kill_where(RpcServer *server, bool (*is_orphan)(const RpcExecution *execution, const Wire *wire), const Wire *wire)
{
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        for (RpcExecution *e = lines[l]->first, *next; e; e = next) {
            next = e->next;
            if (is_orphan(e, wire)) kill_execution(e);
        }
    dispatch(server);
}

static bool of_host(const RpcExecution *execution, const Wire *wire) { return execution->client.host == wire->host; }

static bool of_process(const RpcExecution *execution, const Wire *wire)
{
    return execution->process >> 32 == wire->process >> 32 && execution->process != wire->process;
}

static bool of_call(const RpcExecution *execution, const Wire *wire) { return execution->call == wire->call; }

static void not_renewed(void *subject, uint64_t detail)
{
    RpcExecution *execution = subject;
    RpcServer *server = execution->server;
    (void)detail;
    kill_execution(execution);
    dispatch(server);
}

/* The quantum is over: the execution stops until its owner answers for it. */
static void quantum_over(void *subject, uint64_t detail)
{
    RpcExecution *execution = subject;
    RpcServer *server = execution->server;
    (void)detail;
    if (execution->timer) {
        ipc_cancel(server->rpc->ipc, &execution->timer);
        execution->left -= ipc_now(server->rpc->ipc) - execution->began;
    }
    rpc_tell(server->rpc, "rpc.exec.stop", server->at.host, server->station->name, execution->call, 0);
    execution->quantum = ipc_after(server->rpc->ipc, server->at.host, server->settings.quantum, not_renewed, execution, 0);
    Wire *ask = wire_new(server->rpc, WIRE_ASK, execution->call);
    if (!execution->by_connection || execution->connection) post(server, execution->client, execution->connection, ask);
    else wire_free(ask);
}

static void quantum_start(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    ipc_cancel(server->rpc->ipc, &execution->quantum);
    execution->quantum = ipc_after(server->rpc->ipc, server->at.host, server->settings.quantum, quantum_over, execution, 0);
}

static RpcExecution *execution_find(RpcServer *server, uint64_t call)
{
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        for (RpcExecution *e = lines[l]->first; e; e = e->next)
            if (e->call == call) return e;
    return NULL;
}

static void renewed(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    bool stopped = !execution->timer && !execution->method->handler && execution->state == EXECUTION_RUNNING;
    quantum_start(execution);
    if (!stopped) return;
    execution->began = ipc_now(server->rpc->ipc);
    execution->timer = ipc_after(server->rpc->ipc, server->at.host, execution->left, service_over, execution, 0);
}

/* ---- what arrives ---- */

static const Method *method_of(const RpcServer *server, const char *name)
{
    for (guint i = 0; i < server->methods->len; i++) {
        const Method *method = g_array_index(server->methods, Method *, i);
        if (!method->name || strcmp(method->name, name) == 0) return method;
    }
    return NULL;
}

/* Why a call is not even put in line; RPC_OK: it is. */
static RpcStatus refusal(const RpcServer *server, const Wire *wire)
{
    const RpcServerSettings *settings = &server->settings;
    if (settings->refuses_all) return RPC_UNAUTHENTICATED;
    if (!method_of(server, wire->method)) return RPC_UNIMPLEMENTED;
    if (wire->incarnation && wire->incarnation != server->station->incarnation) return RPC_FAILED_PRECONDITION;
    if (settings->largest && wire->message && wire->message->size > settings->largest) return RPC_RESOURCE_EXHAUSTED;
    if (settings->capacity && server->line.count + server->service.count >= settings->capacity) return RPC_RESOURCE_EXHAUSTED;
    return RPC_OK;
}

/* True where it is a copy of a call that at-most-once knows; it has been dealt with. */
static bool is_duplicate(RpcServer *server, Address from, const Wire *wire)
{
    Remembered *entry = g_hash_table_lookup(server->remembered, &wire->call);
    if (!entry) return false;
    server->station->counts.duplicates++;
    rpc_tell(server->rpc, "rpc.dup", server->at.host, server->station->name, wire->call, entry->finished);
    if (!entry->finished) return true;
    server->station->counts.resent++;
    answer(server, from, NULL, wire->call, entry->status, entry->reply);
    return true;
}

static void call_arrive(RpcServer *server, Address from, Wire *wire, Connection *connection)
{
    bool filtered = server->settings.semantics == RPC_AT_MOST_ONCE && !connection && wire->kind == WIRE_CALL;
    if (filtered && is_duplicate(server, from, wire)) return;
    RpcStatus status = refusal(server, wire);
    if (status != RPC_OK) {
        server->station->counts.refused++;
        if (wire->kind == WIRE_CALL) answer(server, from, connection, wire->call, status, NULL);
        return;
    }
    if (filtered) remember_call(server, wire->call);
    RpcExecution *execution = server->spare;
    if (execution) server->spare = execution->next;
    else execution = g_new(RpcExecution, 1);
    *execution = (RpcExecution){
        .server = server, .call = wire->call, .process = wire->process, .client = { wire->host, from.port },
        .connection = connection, .by_connection = connection != NULL, .method = method_of(server, wire->method),
        .request = g_steal_pointer(&wire->message), .deadline = wire->deadline, .priority = wire->priority,
        .arrived = ipc_now(server->rpc->ipc), .attempt = wire->attempt, .one_way = wire->kind == WIRE_ONE_WAY,
    };
    station_count(server);
    enqueue(server, execution, false);
    dispatch(server);
}

static void cancel(RpcExecution *execution)
{
    execution->cancelled = true;
    rpc_tell(execution->server->rpc, "rpc.cancelled", execution->server->at.host, execution->server->station->name,
             execution->call, 0);
    for (RpcFuture *child = execution->children, *next; child; child = next) {
        next = child->sibling;
        rpc_cancel(child);
    }
}

void server_receive(RpcServer *server, Address from, Wire *wire, Connection *connection)
{
    RpcExecution *execution;
    RpcOrphans orphans = server->settings.orphans;
    switch (wire->kind) {
    case WIRE_CALL: call_arrive(server, from, wire, connection); break;
    case WIRE_ONE_WAY:
        if (wire->account) wire->account->delivered++;
        call_arrive(server, from, wire, connection);
        break;
    case WIRE_CANCEL: if ((execution = execution_find(server, wire->call))) cancel(execution); break;
    case WIRE_HELLO: {
        Wire *welcome = wire_new(server->rpc, WIRE_WELCOME, wire->call);
        welcome->incarnation = server->station->incarnation;
        post(server, from, connection, welcome);
        break;
    }
    case WIRE_EPOCH:
        if (orphans == ORPHANS_REINCARNATED) kill_where(server, of_host, wire);
        if (orphans == ORPHANS_GENTLE) kill_where(server, of_process, wire);
        break;
    case WIRE_KILL: if (orphans == ORPHANS_EXTERMINATED) kill_where(server, of_call, wire); break;
    case WIRE_RENEW: if ((execution = execution_find(server, wire->call))) renewed(execution); break;
    default: break;
    }
    wire_free(wire);
}

/* ---- connections ---- */

static void connection_over(void *user, Connection *connection)
{
    RpcServer *server = user;
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        for (RpcExecution *e = lines[l]->first; e; e = e->next)
            if (e->connection == connection) {
                e->connection = NULL;
                cancel(e);
            }
    (void)g_ptr_array_remove(server->connections, connection);
    connection_free(connection);
}

static void connection_failed(void *user, Connection *connection, int error)
{
    (void)error;
    connection_over(user, connection);
}

static void connection_received(void *user, Connection *connection, void *content, uint32_t size)
{
    (void)size;
    server_receive(user, connection_peer(connection), content, connection);
}

static const ConnectionUser server_calls = {
    .failed = connection_failed, .received = connection_received, .ended = connection_over,
    .label = wire_label,
};

static bool incoming(void *user, Connection *connection)
{
    RpcServer *server = user;
    connection_use(connection, &server_calls, server);
    g_ptr_array_add(server->connections, connection);
    return true;
}

/* ---- life ---- */

static void server_end(Resource *resource, ProcessEnd why)
{
    RpcServer *server = (RpcServer *)resource;
    uint64_t key = (uint64_t)server->at.host << 32 | server->at.port;
    station_count(server);
    server->ended = true;
    g_hash_table_remove(server->rpc->servers, &key);
    for (guint i = 0; i < server->threads->len; i++) process_crash(((Thread *)server->threads->pdata[i])->process);
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        while (lines[l]->first) {
            RpcExecution *execution = lines[l]->first;
            server->station->counts.lost++;
            line_remove(lines[l], execution);
            execution_free(execution);
        }
    if (why != PROCESS_HOST_DOWN) {
        for (guint i = 0; i < server->connections->len; i++) connection_free(server->connections->pdata[i]);
        if (server->listener) listener_close(server->listener);
    }
    g_ptr_array_set_size(server->connections, 0);
    server->listener = NULL;
}

Station *station_of(Rpc *rpc, const char *name)
{
    for (guint i = 0; i < rpc->stations->len; i++) {
        Station *station = rpc->stations->pdata[i];
        if (g_strcmp0(station->name, name) == 0) return station;
    }
    Station *station = g_new0(Station, 1);
    station->name = g_strdup(name);
    station->account = ipc_account(rpc->ipc, "rpc", name);
    g_ptr_array_add(rpc->stations, station);
    return station;
}

static void method_free(gpointer data)
{
    Method *method = *(Method **)data;
    g_free(method->name);
    g_free(method);
}

RpcServer *rpc_serve(Process *owner, uint32_t port, const RpcServerSettings *settings)
{
    Rpc *rpc = rpc_of(process_ipc(owner));
    Address at = { process_host(owner), port };
    if (rpc_server_at(rpc, at)) return NULL;
    RpcServer *server = g_new0(RpcServer, 1);
    *server = (RpcServer){ .resource = { .end = server_end }, .rpc = rpc, .settings = *settings, .at = at,
                           .station = station_of(rpc, settings->name), .counted = ipc_now(rpc->ipc) };
    server->connections = g_ptr_array_new();
    server->methods = g_array_new(FALSE, FALSE, sizeof(Method *));
    g_array_set_clear_func(server->methods, method_free);
    server->remembered = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, remembered_free);
    server->idle_threads = g_ptr_array_new();
    server->threads = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(rpc->all_servers, server);
    if (settings->transport == RPC_STREAM) {
        ListenerSettings listens = { .backlog = 128, .options = stream_defaults, .incoming = incoming, .user = server };
        listens.options.overlay = settings->overlay;
        server->listener = listener_open(rpc->ipc, at, &listens);
        if (!server->listener) {
            server->ended = true;
            return NULL;
        }
    }
    uint64_t key = (uint64_t)at.host << 32 | at.port;
    g_hash_table_insert(rpc->servers, g_memdup2(&key, sizeof key), server);
    server->station->incarnation++;
    process_owns(owner, &server->resource);
    return server;
}

void server_free(void *data)
{
    RpcServer *server = data;
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        while (lines[l]->first) {
            RpcExecution *execution = lines[l]->first;
            lines[l]->first = execution->next;
            ipc_message_drop(execution->request);
            ipc_message_drop(execution->reply);
            g_free(execution);
        }
    while (server->spare) {
        RpcExecution *execution = server->spare;
        server->spare = execution->next;
        g_free(execution);
    }
    g_ptr_array_unref(server->connections);
    g_array_unref(server->methods);
    g_hash_table_unref(server->remembered);
    g_ptr_array_unref(server->idle_threads);
    g_ptr_array_unref(server->threads);
    g_free(server);
}

static Method *method_add(RpcServer *server, const char *name, void *user)
{
    Method *method = g_new0(Method, 1);
    method->name = g_strdup(name);
    method->user = user;
    g_array_append_val(server->methods, method);
    return method;
}

void rpc_timed(RpcServer *server, const char *name, SimTime (*service)(void *user, Random *random),
               void (*work)(void *user, RpcExecution *execution), void *user)
{
    Method *method = method_add(server, name, user);
    method->service = service;
    method->work = work;
}

void rpc_method(RpcServer *server, const char *name, RpcStatus (*handler)(Process *thread, RpcExecution *execution, void *user),
                void *user)
{
    method_add(server, name, user)->handler = handler;
}

const IpcMessage *rpc_request(const RpcExecution *execution) { return execution->request; }
unsigned rpc_attempt(const RpcExecution *execution) { return execution->attempt; }

void rpc_reply(RpcExecution *execution, IpcMessage *message)
{
    ipc_message_drop(execution->reply);
    execution->reply = message;
}

SimTime rpc_time_left(const RpcExecution *execution)
{
    if (execution->deadline < 0) return SIM_NEVER;
    return MAX(0, execution->deadline - ipc_now(execution->server->rpc->ipc));
}

bool rpc_is_cancelled(const RpcExecution *execution)
{
    return execution->cancelled || rpc_time_left(execution) == 0;
}

void execution_adopt(RpcExecution *parent, RpcFuture *child)
{
    child->sibling = parent->children;
    parent->children = child;
}

void execution_disown(RpcExecution *parent, RpcFuture *child)
{
    for (RpcFuture **at = &parent->children; *at; at = &(*at)->sibling)
        if (*at == child) {
            *at = child->sibling;
            return;
        }
}
