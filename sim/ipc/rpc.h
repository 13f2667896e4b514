/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remote procedure calls: a caller that waits, a server that executes, and what each of
 * them knows when something fails between the two.
 *
 * Over datagrams a call is sent again until its deadline (ONC RPC, RFC 5531); the server
 * filters duplicates or does not.  Over connections nothing is sent twice, a broken
 * connection fails the call at once, and a policy may retry (gRPC).  The deadline is one
 * absolute instant over all attempts.  A server keeps executing what nobody waits for
 * (orphans) unless its policy says otherwise (Tanenbaum and van Steen, ch. 8).
 *
 * Left out: authentication beyond its refusal, streaming calls, hedging, name resolution,
 * transparent retries. */
#pragma once
#include "ipc/message.h"
#include "ipc/process.h"
#include "ipc/stream.h"

/* How a call ends.  In brackets what ONC RPC calls it. */
typedef enum {
    RPC_OK,
    RPC_CANCELLED,
    RPC_UNKNOWN,                /* the handler failed */
    RPC_INVALID_ARGUMENT,       /* [GARBAGE_ARGS] the arguments cannot be decoded */
    RPC_DEADLINE_EXCEEDED,      /* [RPC_TIMEDOUT] */
    RPC_NOT_FOUND,
    RPC_RESOURCE_EXHAUSTED,     /* the server's capacity or the size of a message */
    RPC_FAILED_PRECONDITION,    /* [PROG_MISMATCH]; the server is another incarnation than the one called */
    RPC_UNIMPLEMENTED,          /* [PROG_UNAVAIL, PROC_UNAVAIL] no such method */
    RPC_INTERNAL,               /* [SYSTEM_ERR] */
    RPC_UNAVAILABLE,            /* [RPC_CANTSEND, RPC_CANTRECV] nobody there, or the connection broke */
    RPC_UNAUTHENTICATED,        /* [AUTH_ERROR] */
    RPC_STATUSES
} RpcStatus;

const char *rpc_status_name(RpcStatus status);              /* "DEADLINE_EXCEEDED" */

typedef enum { RPC_DATAGRAM, RPC_STREAM } RpcTransport;
typedef enum { RPC_MAYBE, RPC_AT_LEAST_ONCE, RPC_AT_MOST_ONCE } RpcSemantics;
typedef enum { RPC_FIFO, RPC_PRIORITY, RPC_PREEMPTIVE } RpcDiscipline;     /* preemptive: with resume */
typedef enum {
    ORPHANS_IGNORED,            /* they go on; their replies are dropped */
    ORPHANS_EXTERMINATED,       /* the client logs its calls, and kills what is left of them after its restart */
    ORPHANS_REINCARNATED,       /* a restarted client's host announces a new epoch, which kills all older calls from it */
    ORPHANS_GENTLE,             /* the same for calls whose own process is gone alone */
    ORPHANS_EXPIRE              /* a call stops after a quantum unless its owner answers for it */
} RpcOrphans;

/* ---- server ---- */

typedef struct RpcServer RpcServer;
typedef struct RpcExecution RpcExecution;       /* one call being served */

typedef struct {
    const char *name;               /* of its account and in events */
    RpcTransport transport;
    RpcSemantics semantics;
    uint32_t cache;                 /* finished calls whose replies are kept, at most once */
    uint32_t threads;               /* calls served at a time; 0: as many as come */
    uint32_t capacity;              /* calls in service and in line, at most; more are refused; 0: no limit */
    RpcDiscipline discipline;
    RpcOrphans orphans;
    SimTime quantum;                /* ORPHANS_EXPIRE */
    uint32_t largest;               /* bytes of a request; 0: no limit */
    bool reply_first;               /* the reply goes out before the work is done */
    bool refuses_all;               /* authentication fails */
    bool overlay;                   /* packets along the overlay */
    /* (optional) What has just been done of a call: 0 nothing yet, 1 the first of reply and work, 2 both.
     * May crash the server's process. */
    void (*step)(void *user, RpcExecution *execution, int done);
    void *user;
} RpcServerSettings;

extern const RpcServerSettings rpc_server_defaults;     /* datagram, at most once, cache 64, one thread, fifo */

/* Serves at a port of the process's host until the process ends.  NULL: the port is taken. */
RpcServer *rpc_serve(Process *owner, uint32_t port, const RpcServerSettings *settings);

/* A method (NULL: every one that has no own) that keeps a thread for a drawn time and then calls work() (optional): quick to
 * simulate.  service() NULL: no time. */
void rpc_timed(RpcServer *server, const char *method, SimTime (*service)(void *user, Random *random),
               void (*work)(void *user, RpcExecution *execution), void *user);

/* A method whose code runs in a thread of the server and may block and call others. */
void rpc_method(RpcServer *server, const char *method, RpcStatus (*handler)(Process *thread, RpcExecution *execution, void *user),
                void *user);

const IpcMessage *rpc_request(const RpcExecution *execution);
void rpc_reply(RpcExecution *execution, IpcMessage *reply);         /* takes over one hold; none: an empty reply */
SimTime rpc_time_left(const RpcExecution *execution);               /* until the caller's deadline; SIM_NEVER: none */
bool rpc_is_cancelled(const RpcExecution *execution);               /* the caller has cancelled; only who looks stops */
unsigned rpc_attempt(const RpcExecution *execution);                /* retries of the policy before this one */

typedef struct {
    uint64_t begun, finished;       /* executions */
    uint64_t waited;                /* that did not begin at once */
    uint64_t duplicates;            /* copies of calls that were filtered out */
    uint64_t resent;                /* replies from the cache */
    uint64_t refused;               /* at capacity */
    uint64_t killed;                /* orphans that a policy ended */
    uint64_t lost;                  /* ended with the server's process */
    uint64_t late;                  /* replies that nobody waited for */
    SimTime busy;                   /* thread time, ns */
    unsigned __int128 waiting;      /* sum over time of calls in line, ns */
    unsigned __int128 present;      /* the same of those in line and in service */
    unsigned __int128 squared;      /* the same of its square */
    SimTime idle;                   /* time with nobody in service */
} RpcServerCounts;
RpcServerCounts rpc_server_counts(RpcServer *server);       /* up to now, through restarts of the same name */

/* ---- client ---- */

typedef struct RpcChannel RpcChannel;
typedef struct RpcFuture RpcFuture;

typedef enum { RPC_JITTER_NONE, RPC_JITTER_FIFTH, RPC_JITTER_FULL } RpcJitter;     /* none, +-20 %, from 0 to the bound */

typedef struct {
    const char *name;
    RpcTransport transport;
    SimTime retry_interval;         /* datagram: the same call again; 0: never */
    uint32_t max_attempts;          /* of the policy, the first included; at most 5 */
    SimTime initial_backoff, max_backoff;
    double multiplier;
    RpcJitter jitter;
    uint32_t retryable;             /* bit 1 << status */
    bool wait_for_ready;            /* a call waits for the channel until its deadline instead of failing fast */
    double max_tokens, token_ratio; /* retry throttle; 0: none */
    bool logs_calls;                /* on stable storage, for a server that exterminates orphans */
    bool checks_incarnation;        /* datagram: calls are for the server's incarnation that was bound */
    bool overlay;
} RpcPolicy;

extern const RpcPolicy rpc_policy_defaults;     /* datagram, retry every second, one attempt, UNAVAILABLE retryable */

/* A channel of the process to a server; nothing is sent until it is used, but with
 * checks_incarnation, which asks the server first and blocks for it. */
RpcChannel *rpc_dial(Process *owner, Address server, const RpcPolicy *policy);
void rpc_hang_up(RpcChannel *channel);                          /* pending calls are cancelled */

typedef struct {
    const char *method;             /* must outlive the run */
    IpcMessage *request;            /* taken over; NULL: empty */
    SimTime deadline;               /* absolute; -1: none */
    int priority;                   /* higher goes first */
    /* (optional) rpc_start(): called once when the call is over, and no rpc_wait() follows.  Must not block;
     * the reply is lent, NULL: none. */
    void (*over)(void *user, RpcStatus status, const IpcMessage *reply);
    void *user;
    RpcExecution *parent;           /* whose cancellation and remaining time it inherits; NULL: nobody's */
} RpcRequest;

/* Calls and waits.  *reply (may be NULL): the caller's hold, NULL where there is none. */
RpcStatus rpc_call(RpcChannel *channel, const RpcRequest *request, IpcMessage **reply);

/* Calls and goes on; rpc_wait() gets the result and ends the future (NULL with `over`).  rpc_cancel() lets a waiting
 * caller go on at once with RPC_CANCELLED and tells the server. */
RpcFuture *rpc_start(RpcChannel *channel, const RpcRequest *request);
RpcStatus rpc_wait(RpcFuture *future, IpcMessage **reply);
bool rpc_is_done(const RpcFuture *future);
void rpc_cancel(RpcFuture *future);

/* Sends and forgets: no reply, no retransmission, no news of a failure. */
void rpc_one_way(RpcChannel *channel, const RpcRequest *request);

/* Waits until the server has been away and is back (true), or `until`. */
bool rpc_wait_restart(RpcChannel *channel, SimTime until);

typedef struct { uint64_t calls, transmissions, retransmissions, retries, statuses[RPC_STATUSES]; } RpcChannelCounts;
RpcChannelCounts rpc_calls_of(Ipc *ipc, const char *name);     /* of all channels whose policy has that name, through restarts */
