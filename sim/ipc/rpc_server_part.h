/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a server share.  For rpc_server*.c alone.
 *
 *     rpc_server.c            life, methods, what arrives
 *     rpc_server_service.c    the line, threads, replies
 *     rpc_server_memory.c     at most once
 *     rpc_server_orphans.c    calls whose callers are gone
 */
#pragma once
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

/* rpc_server_service.c */
void server_enqueue(RpcServer *server, RpcExecution *execution);       /* behind all of its priority */
void server_dispatch(RpcServer *server);                                /* begins what can begin */
void server_answer(RpcServer *server, Address to, Connection *connection, uint64_t call, RpcStatus status, IpcMessage *reply);
void server_post(RpcServer *server, Address to, Connection *connection, Wire *wire);
void server_line_remove(Line *line, RpcExecution *execution);
void execution_free(RpcExecution *execution);
void execution_resume(RpcExecution *execution);     /* a stopped one goes on with what is left */
void execution_stop(RpcExecution *execution);       /* its service time stands still */
RpcExecution *server_execution(RpcServer *server, uint64_t call);      /* NULL: it is over, or never came */

/* rpc_server_memory.c */
void remembered_free(gpointer data);
void remember_call(RpcServer *server, uint64_t call);
void remember_reply(RpcServer *server, const RpcExecution *execution);
bool remember_duplicate(RpcServer *server, Address from, const Wire *wire);     /* a known call: dealt with */

/* rpc_server_orphans.c */
void orphans_message(RpcServer *server, const Wire *wire);     /* an epoch, a kill, or a renewal */
void orphans_quantum(RpcExecution *execution);                 /* its first quantum begins */
