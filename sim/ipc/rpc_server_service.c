/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls wait in line, are served by threads, and are answered. */
#include "ipc/rpc_server_part.h"

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

void server_line_remove(Line *line, RpcExecution *execution)
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

void server_enqueue(RpcServer *server, RpcExecution *execution)
{
    station_count(server);
    enqueue(server, execution, false);
}

RpcExecution *server_execution(RpcServer *server, uint64_t call)
{
    Line *lines[] = { &server->line, &server->service };
    for (size_t l = 0; l < G_N_ELEMENTS(lines); l++)
        for (RpcExecution *e = lines[l]->first; e; e = e->next)
            if (e->call == call) return e;
    return NULL;
}

/* ---- replies ---- */

void server_post(RpcServer *server, Address to, Connection *connection, Wire *wire)
{
    if (connection) connection_send(connection, wire, wire_lose, wire_size(wire));
    else wire_post(server->rpc, server->at, to, wire, server->settings.overlay);
}

void server_answer(RpcServer *server, Address to, Connection *connection, uint64_t call, RpcStatus status, IpcMessage *reply)
{
    Wire *wire = wire_new(server->rpc, WIRE_REPLY, call);
    wire->status = status;
    wire->message = reply ? ipc_message_hold(reply) : NULL;
    wire->incarnation = server->station->incarnation;
    wire->account = server->station->account;
    wire->account->published++;
    wire->account->entered++;
    rpc_tell(server->rpc, "rpc.reply", server->at.host, server->station->name, call, status);
    server_post(server, to, connection, wire);
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
    server_answer(server, execution->client, execution->connection, execution->call, execution->status, execution->reply);
}

/* ---- service ---- */

void execution_free(RpcExecution *execution)
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
    server_line_remove(&server->service, execution);
    execution_free(execution);
    server_dispatch(server);
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
        (void)wait_list_wake(&thread->work);
        return;
    }
    SimTime service = execution->state == EXECUTION_PAUSED ? execution->left
                      : method->service ? method->service(method->user, ipc_random(server->rpc->ipc, server->at.host)) : 0;
    execution->left = service;
    execution->state = EXECUTION_RUNNING;
    if (service > 0) execution_resume(execution);
    else complete(execution);
}

static void begin(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    bool fresh = execution->state == EXECUTION_QUEUED;
    server_line_remove(&server->line, execution);
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
        if (server->settings.orphans == ORPHANS_EXPIRE) orphans_quantum(execution);
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

void execution_stop(RpcExecution *execution)
{
    Ipc *ipc = execution->server->rpc->ipc;
    if (!execution->timer) return;
    ipc_cancel(ipc, &execution->timer);
    execution->left -= ipc_now(ipc) - execution->began;
}

void execution_resume(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    execution->began = ipc_now(server->rpc->ipc);
    execution->timer = ipc_after(server->rpc->ipc, server->at.host, execution->left, service_over, execution, 0);
}

static void interrupt(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    execution_stop(execution);
    server_line_remove(&server->service, execution);
    enqueue(server, execution, true);
}

void server_dispatch(RpcServer *server)
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
