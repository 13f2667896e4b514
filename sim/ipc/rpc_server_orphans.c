/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls whose callers are gone, and what a server does about them. */
#include "ipc/rpc_server_part.h"

static void kill_execution(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    station_count(server);
    server->station->counts.killed++;
    rpc_tell(server->rpc, "rpc.exec.killed", server->at.host, server->station->name, execution->call, 0);
    server_line_remove(execution->state == EXECUTION_QUEUED || (execution->state == EXECUTION_PAUSED && !execution->quantum)
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
    server_dispatch(server);
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
    server_dispatch(server);
}

/* The quantum is over: the execution stops until its owner answers for it. */
static void quantum_over(void *subject, uint64_t detail)
{
    RpcExecution *execution = subject;
    RpcServer *server = execution->server;
    (void)detail;
    execution_stop(execution);
    rpc_tell(server->rpc, "rpc.exec.stop", server->at.host, server->station->name, execution->call, 0);
    execution->quantum = ipc_after(server->rpc->ipc, server->at.host, server->settings.quantum, not_renewed, execution, 0);
    Wire *ask = wire_new(server->rpc, WIRE_ASK, execution->call);
    if (!execution->by_connection || execution->connection) server_post(server, execution->client, execution->connection, ask);
    else wire_free(ask);
}

void orphans_quantum(RpcExecution *execution)
{
    RpcServer *server = execution->server;
    ipc_cancel(server->rpc->ipc, &execution->quantum);
    execution->quantum = ipc_after(server->rpc->ipc, server->at.host, server->settings.quantum, quantum_over, execution, 0);
}

static void renewed(RpcExecution *execution)
{
    bool stopped = !execution->timer && !execution->method->handler && execution->state == EXECUTION_RUNNING;
    orphans_quantum(execution);
    if (stopped) execution_resume(execution);
}

void orphans_message(RpcServer *server, const Wire *wire)
{
    RpcOrphans policy = server->settings.orphans;
    RpcExecution *execution = wire->kind == WIRE_RENEW ? server_execution(server, wire->call) : NULL;
    if (execution) renewed(execution);
    if (wire->kind == WIRE_EPOCH && policy == ORPHANS_REINCARNATED) kill_where(server, of_host, wire);
    if (wire->kind == WIRE_EPOCH && policy == ORPHANS_GENTLE) kill_where(server, of_process, wire);
    if (wire->kind == WIRE_KILL && policy == ORPHANS_EXTERMINATED) kill_where(server, of_call, wire);
}
