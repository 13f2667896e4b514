/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Remote procedure calls, row by row of what a real one does. */
#include "ipc/rpc.h"
#include "lab.h"

#define S ((SimTime)1000000000)
#define MS ((SimTime)1000000)

/* One server at host 1, port 111, and what its method does. */
typedef struct {
    RpcServerSettings settings;
    SimTime service;
    unsigned executed;                  /* times work() was called */
    RpcStatus fails_with;               /* the first `fails` executions */
    unsigned fails;
    bool down;                          /* its process is not started */
    RpcServer *server;
    unsigned attempt;                   /* as the last execution saw it */
    int crash_at;                       /* step after which its process crashes; -1: never */
    Process *process;
} Service;

/* One caller at host 0. */
typedef struct {
    RpcPolicy policy;
    const char *method;
    SimTime deadline;                   /* relative; -1: none */
    unsigned calls;
    int priority;
    uint32_t request;                   /* bytes */
    RpcStatus status[8];
    SimTime at[8];                      /* when the call returned */
    unsigned done;
    RpcChannel *channel;
    SimTime cancel_at;                  /* > 0: instead of waiting */
    SimTime later;                      /* deadline of all calls but the first; 0: the same */
} Caller;

static SimTime service_time(void *user, Random *random) { (void)random; return ((Service *)user)->service; }

static void work(void *user, RpcExecution *execution)
{
    (void)execution;
    Service *service = user;
    service->executed++;
}

static RpcStatus handle(Process *thread, RpcExecution *execution, void *user)
{
    Service *service = user;
    process_sleep(thread, service->service);
    service->executed++;
    service->attempt = rpc_attempt(execution);
    if (service->executed <= service->fails) return service->fails_with;
    rpc_reply(execution, ipc_message_text("done"));
    return RPC_OK;
}

static void serve(Process *self, void *argument)
{
    Service *service = argument;
    WaitList for_ever = { NULL, NULL };
    service->server = rpc_serve(self, 111, &service->settings);
    g_assert_nonnull(service->server);
    rpc_timed(service->server, "work", service_time, work, service);
    rpc_method(service->server, "handle", handle, service);
    (void)process_wait(self, &for_ever, -1);
}

static void call(Process *self, void *argument)
{
    Caller *caller = argument;
    Address server = { 1, 111 };
    caller->channel = rpc_dial(self, server, &caller->policy);
    for (unsigned i = 0; i < caller->calls; i++) {
        RpcRequest request = { .method = caller->method, .priority = caller->priority,
                               .request = caller->request ? ipc_message_new(NULL, caller->request) : NULL,
                               .deadline = caller->deadline < 0 ? -1 : process_now(self) + caller->deadline };
        if (caller->cancel_at) {
            RpcFuture *future = rpc_start(caller->channel, &request);
            process_sleep(self, caller->cancel_at - process_now(self));
            rpc_cancel(future);
            caller->status[i] = rpc_wait(future, NULL);
        } else {
            caller->status[i] = rpc_call(caller->channel, &request, NULL);
        }
        caller->at[i] = process_now(self);
        caller->done++;
        if (caller->later) caller->deadline = caller->later;
    }
}

static Service a_service(RpcTransport transport, RpcSemantics semantics, SimTime time)
{
    Service service = { .settings = rpc_server_defaults, .service = time, .crash_at = -1 };
    service.settings.name = "print";
    service.settings.transport = transport;
    service.settings.semantics = semantics;
    return service;
}

static Caller a_caller(RpcTransport transport, SimTime retry, SimTime deadline)
{
    Caller caller = { .policy = rpc_policy_defaults, .method = "work", .deadline = deadline, .calls = 1 };
    caller.policy.name = "client";
    caller.policy.transport = transport;
    caller.policy.retry_interval = retry;
    return caller;
}

static Lab *play(SimTime latency, Service *service, Caller *caller)
{
    Lab *lab = lab_new(4, latency);
    if (service && !service->down) process_spawn(lab->ipc, 1, "server", serve, service);
    if (caller) process_spawn(lab->ipc, 0, "client", call, caller);
    return lab;
}

static void crash_server(Lab *lab, void *data) { (void)data, process_crash(process_find(lab->ipc, "server")); }
static void restart_server(Lab *lab, void *data) { (void)data, process_restart(process_find(lab->ipc, "server")); }
static void crash_client(Lab *lab, void *data) { (void)data, process_crash(process_find(lab->ipc, "client")); }
static void restart_client(Lab *lab, void *data) { (void)data, process_restart(process_find(lab->ipc, "client")); }
static void host_1_down(Lab *lab, void *data) { (void)data, lab_host_crash(lab, 1); }
static void start_server(Lab *lab, void *data) { process_spawn(lab->ipc, 1, "server", serve, data); }
static void drop_reply(Lab *lab, void *data) { (void)data, lab_drop_next(lab, 1, 0, 1); }

static void rpc_01(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 5 * S);
    Caller caller = a_caller(RPC_DATAGRAM, 0, -1);
    Lab *lab = play(2 * S, &service, &caller);
    lab_run(lab, 8 * S);
    g_assert_true(process_is_blocked(process_find(lab->ipc, "client")));
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_OK);
    g_assert_cmpint(caller.at[0], ==, 9 * S);
    lab_free(lab);
}

static void rpc_02(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_LEAST_ONCE, 4 * S);
    service.settings.threads = 0;
    Caller caller = a_caller(RPC_DATAGRAM, 0, -1);
    caller.calls = 2;
    caller.deadline = 7 * S;                            /* the first reply comes at 8, while the second call waits */
    caller.later = 20 * S;
    Lab *lab = play(2 * S, &service, &caller);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[1], ==, RPC_OK);
    g_assert_cmpint(caller.at[1], ==, 15 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_DEADLINE_EXCEEDED);
    g_assert_cmpint(caller.at[0], ==, 7 * S);
    g_assert_cmpuint(lab_count(lab, "rpc.late", "print", NULL), ==, 1);
    lab_free(lab);
}

static void rpc_03(void)
{
    RpcTransport transports[] = { RPC_DATAGRAM, RPC_STREAM };
    for (int t = 0; t < 2; t++) {
        Caller caller = a_caller(transports[t], S, 10 * S);
        Lab *lab = play(3 * MS, NULL, &caller);
        lab_run(lab, 100 * S);
        g_assert_cmpint(caller.status[0], ==, RPC_UNAVAILABLE);
        g_assert_cmpint(caller.at[0], ==, 6 * MS);
        lab_free(lab);
        Caller cut = a_caller(transports[t], S, 10 * S);
        lab = play(3 * MS, NULL, &cut);
        lab_link(lab, 0, 1, false);
        lab_run(lab, 100 * S);
        g_assert_cmpint(cut.status[0], ==, RPC_DEADLINE_EXCEEDED);
        g_assert_cmpint(cut.at[0], ==, 10 * S);
        lab_free(lab);
    }
}

static void rpc_04(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 0);
    Caller caller = a_caller(RPC_DATAGRAM, S, 5 * S);
    Lab *lab = play(MS, &service, &caller);
    lab_drop_next(lab, 0, 1, 2);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_OK);
    g_assert_cmpuint(rpc_calls_of(lab->ipc, "client").transmissions, ==, 3);
    g_assert_cmpuint(service.executed, ==, 1);
    lab_free(lab);
    Service deaf = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 0);
    Caller alone = a_caller(RPC_DATAGRAM, S, 5 * S);
    lab = play(MS, &deaf, &alone);
    lab_drop_next(lab, 0, 1, 100);
    lab_run(lab, 100 * S);
    g_assert_cmpint(alone.status[0], ==, RPC_DEADLINE_EXCEEDED);
    g_assert_cmpint(alone.at[0], ==, 5 * S);
    g_assert_cmpuint(lab_count(lab, "rpc.retransmit", NULL, NULL), ==, 4);
    for (unsigned i = 0; i < 4; i++) g_assert_cmpint(lab_when(lab, "rpc.retransmit", i), ==, (i + 1) * S);
    lab_free(lab);
}

static void rpc_05(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_LEAST_ONCE, 7 * S);
    service.settings.threads = 0;
    Caller caller = a_caller(RPC_DATAGRAM, 2 * S, 60 * S);
    Lab *lab = play(0, &service, &caller);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_OK);
    g_assert_cmpuint(service.executed, ==, 4);          /* at 0, 2, 4 and 6; the reply comes at 7 */
    g_assert_cmpuint(lab_count(lab, "rpc.late", "print", NULL), ==, 3);
    lab_free(lab);
}

static void rpc_06(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 7 * S);
    Caller caller = a_caller(RPC_DATAGRAM, 2 * S, 60 * S);
    Lab *lab = play(0, &service, &caller);
    lab_run(lab, 100 * S);
    g_assert_cmpuint(service.executed, ==, 1);
    g_assert_cmpuint(rpc_server_counts(service.server).duplicates, ==, 3);
    lab_free(lab);
    Service again = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 1 * S);
    Caller waits = a_caller(RPC_DATAGRAM, 3 * S, 60 * S);
    lab = play(0, &again, &waits);
    lab_at(lab, S / 2, drop_reply, NULL);               /* the reply sent at 1 is lost */
    lab_run(lab, 100 * S);
    g_assert_cmpint(waits.status[0], ==, RPC_OK);
    g_assert_cmpint(waits.at[0], ==, 3 * S);
    g_assert_cmpuint(again.executed, ==, 1);
    g_assert_cmpuint(rpc_server_counts(again.server).resent, ==, 1);
    lab_free(lab);
}

static void rpc_07(void)
{
    for (int checks = 0; checks < 2; checks++) {
        Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, S);
        Caller caller = a_caller(RPC_DATAGRAM, 5 * S, 60 * S);
        caller.policy.checks_incarnation = checks;
        Lab *lab = play(MS, &service, &caller);
        lab_at(lab, S / 2, drop_reply, NULL);
        lab_at(lab, 2 * S, crash_server, NULL);
        lab_at(lab, 3 * S, restart_server, NULL);
        lab_run(lab, 100 * S);
        g_assert_cmpuint(service.executed, ==, checks ? 1 : 2);
        g_assert_cmpint(caller.status[0], ==, checks ? RPC_FAILED_PRECONDITION : RPC_OK);
        lab_free(lab);
    }
}

static void crash_step(void *user, RpcExecution *execution, int done)
{
    Service *service = user;
    (void)execution;
    if (service->crash_at != done) return;
    service->crash_at = -1;
    process_crash(service->process);
}

static void rpc_08(void)
{
    for (int after = 0; after < 2; after++) {
        Service service = a_service(RPC_STREAM, RPC_MAYBE, S);
        service.settings.step = crash_step;
        service.settings.user = &service;
        service.crash_at = after;                       /* before it executes, or before it replies */
        Caller caller = a_caller(RPC_STREAM, 0, 60 * S);
        Lab *lab = play(100 * MS, NULL, &caller);
        service.process = process_spawn(lab->ipc, 1, "server", serve, &service);
        lab_run(lab, 100 * S);
        g_assert_cmpint(caller.status[0], ==, RPC_UNAVAILABLE);
        g_assert_cmpuint(service.executed, ==, (unsigned)after);
        lab_free(lab);
    }
}

static void rpc_09(void)
{
    Service service = a_service(RPC_STREAM, RPC_MAYBE, 50 * S);
    Caller caller = a_caller(RPC_STREAM, 0, 20 * S);
    caller.calls = 2;
    Lab *lab = play(10 * MS, &service, &caller);
    lab_at(lab, 2 * S, crash_server, NULL);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_UNAVAILABLE);
    g_assert_cmpint(caller.at[0], ==, 2 * S + 10 * MS);
    g_assert_cmpint(caller.status[1], ==, RPC_UNAVAILABLE);             /* the broken channel, at once */
    g_assert_cmpint(caller.at[1], ==, 2 * S + 10 * MS);
    lab_free(lab);
    Service gone = a_service(RPC_STREAM, RPC_MAYBE, 50 * S);
    Caller waits = a_caller(RPC_STREAM, 0, 20 * S);
    lab = play(10 * MS, &gone, &waits);
    lab_at(lab, 2 * S, host_1_down, NULL);
    lab_run(lab, 100 * S);
    g_assert_cmpint(waits.status[0], ==, RPC_DEADLINE_EXCEEDED);
    g_assert_cmpint(waits.at[0], ==, 20 * S);
    lab_free(lab);
}

/* ---- RPC-10: a printer crashes between the completion message M and the printing P ---- */

typedef enum { ALWAYS, NEVER, IF_ACKED, IF_NOT_ACKED } Reissue;

typedef struct { Caller caller; Reissue reissue; } Reissuer;

static void call_and_reissue(Process *self, void *argument)
{
    Reissuer *reissuer = argument;
    Caller *caller = &reissuer->caller;
    Address server = { 1, 111 };
    caller->policy.wait_for_ready = true;
    caller->channel = rpc_dial(self, server, &caller->policy);
    RpcRequest request = { .method = "work", .deadline = -1 };
    bool acked = rpc_call(caller->channel, &request, NULL) == RPC_OK;
    if (!rpc_wait_restart(caller->channel, process_now(self) + 30 * S)) return;
    bool again = reissuer->reissue == ALWAYS || (reissuer->reissue == IF_ACKED && acked) ||
                 (reissuer->reissue == IF_NOT_ACKED && !acked);
    if (again) (void)rpc_call(caller->channel, &request, NULL);
}

static unsigned printed(bool reply_first, Reissue reissue, int crash_at)
{
    Service service = a_service(RPC_STREAM, RPC_MAYBE, 0);
    service.settings.reply_first = reply_first;
    service.settings.step = crash_step;
    service.settings.user = &service;
    service.crash_at = crash_at;
    Reissuer reissuer = { a_caller(RPC_STREAM, 0, -1), reissue };
    Lab *lab = lab_new(4, 10 * MS);
    service.process = process_spawn(lab->ipc, 1, "server", serve, &service);
    process_spawn(lab->ipc, 0, "client", call_and_reissue, &reissuer);
    lab_at(lab, S, restart_server, NULL);
    lab_run(lab, 100 * S);
    lab_free(lab);
    return service.executed;
}

static void rpc_10(void)
{
    /* [order][reissue][crash after step 2, 1, 0]: MPC, MC(P), C(MP) and PMC, PC(M), C(PM) */
    static const unsigned expected[2][4][3] = {
        { { 2, 1, 1 }, { 1, 0, 0 }, { 2, 1, 0 }, { 1, 0, 1 } },
        { { 2, 2, 1 }, { 1, 1, 0 }, { 2, 1, 0 }, { 1, 2, 1 } },
    };
    for (int order = 0; order < 2; order++)
        for (int reissue = 0; reissue < 4; reissue++)
            for (int crash = 0; crash < 3; crash++) {
                g_test_message("order %d, reissue %d, crash %d", order, reissue, crash);
                g_assert_cmpuint(printed(order == 0, (Reissue)reissue, 2 - crash), ==, expected[order][reissue][crash]);
            }
}

static void rpc_11(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 10 * S);
    Caller caller = a_caller(RPC_DATAGRAM, 0, 3 * S);
    Lab *lab = play(MS, &service, &caller);
    lab_run(lab, 9 * S);
    g_assert_cmpint(caller.at[0], ==, 3 * S);
    g_assert_cmpuint(service.executed, ==, 0);
    lab_run(lab, 100 * S);
    g_assert_cmpuint(service.executed, ==, 1);
    g_assert_cmpuint(ipc_account(lab->ipc, "rpc", "print")->dropped[IPC_DROP_LATE_REPLY], ==, 1);
    lab_free(lab);
}

static void rpc_12(void)
{
    static const struct { RpcOrphans policy; SimTime stops; const char *event; } rows[] = {
        { ORPHANS_IGNORED, -1, NULL }, { ORPHANS_EXTERMINATED, 6 * S + 10 * MS, "rpc.exec.killed" },
        { ORPHANS_REINCARNATED, 6 * S + 10 * MS, "rpc.exec.killed" }, { ORPHANS_GENTLE, 6 * S + 10 * MS, "rpc.exec.killed" },
        { ORPHANS_EXPIRE, 5 * S + 10 * MS, "rpc.exec.stop" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 20 * S);
        service.settings.orphans = rows[i].policy;
        service.settings.quantum = 5 * S;
        Caller caller = a_caller(RPC_DATAGRAM, 0, -1);
        caller.policy.logs_calls = true;
        Lab *lab = play(10 * MS, &service, &caller);
        lab_at(lab, 3 * S, crash_client, NULL);
        lab_at(lab, 6 * S, restart_client, NULL);
        lab_run(lab, 15 * S);
        if (rows[i].event) g_assert_cmpint(lab_when(lab, rows[i].event, 0), ==, rows[i].stops);
        lab_run(lab, 21 * S);
        g_assert_cmpuint(service.executed, ==, rows[i].event ? 0 : 1);
        lab_free(lab);
    }
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 12 * S);        /* the owner answers: it goes on */
    service.settings.orphans = ORPHANS_EXPIRE;
    service.settings.quantum = 5 * S;
    Caller caller = a_caller(RPC_DATAGRAM, 0, -1);
    Lab *lab = play(10 * MS, &service, &caller);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_OK);
    g_assert_cmpint(caller.at[0], ==, 12 * S + 6 * 10 * MS);            /* there, two questions, back */
    lab_free(lab);
}

static void rpc_13(void)
{
    Caller caller = a_caller(RPC_STREAM, 0, S);
    caller.policy.max_attempts = 4;
    caller.policy.initial_backoff = 10 * MS;
    Lab *lab = play(MS, NULL, &caller);
    lab_link(lab, 0, 1, false);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.status[0], ==, RPC_DEADLINE_EXCEEDED);
    g_assert_cmpint(caller.at[0], ==, S);
    lab_free(lab);
}

static void rpc_14(void)
{
    for (int waits = 0; waits < 2; waits++) {
        Service service = a_service(RPC_STREAM, RPC_MAYBE, 0);
        service.down = true;
        Caller caller = a_caller(RPC_STREAM, 0, 10 * S);
        caller.policy.wait_for_ready = waits;
        Lab *lab = play(MS, &service, &caller);
        lab_at(lab, 2 * S, start_server, &service);
        lab_run(lab, 100 * S);
        g_assert_cmpint(caller.status[0], ==, waits ? RPC_OK : RPC_UNAVAILABLE);
        if (!waits) g_assert_cmpint(caller.at[0], ==, 2 * MS);
        else g_assert_cmpint(caller.at[0], <, 10 * S);
        lab_free(lab);
    }
    Caller never = a_caller(RPC_STREAM, 0, S);
    never.policy.wait_for_ready = true;
    Lab *lab = play(MS, NULL, &never);
    lab_run(lab, 100 * S);
    g_assert_cmpint(never.status[0], ==, RPC_DEADLINE_EXCEEDED);
    g_assert_cmpint(never.at[0], ==, S);
    lab_free(lab);
}

static void rpc_15(void)
{
    static const struct { RpcStatus status; unsigned fails, max, executed; RpcStatus ends; } rows[] = {
        { RPC_UNAVAILABLE, 2, 4, 3, RPC_OK }, { RPC_NOT_FOUND, 2, 4, 1, RPC_NOT_FOUND },
        { RPC_UNAVAILABLE, 9, 4, 4, RPC_UNAVAILABLE }, { RPC_UNAVAILABLE, 9, 8, 5, RPC_UNAVAILABLE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Service service = a_service(RPC_STREAM, RPC_MAYBE, 0);
        service.fails = rows[i].fails;
        service.fails_with = rows[i].status;
        Caller caller = a_caller(RPC_STREAM, 0, -1);
        caller.method = "handle";
        caller.policy.max_attempts = rows[i].max;
        caller.policy.initial_backoff = 100 * MS;
        caller.policy.jitter = RPC_JITTER_NONE;
        Lab *lab = play(0, &service, &caller);
        lab_run(lab, 1000 * S);
        g_assert_cmpuint(service.executed, ==, rows[i].executed);
        g_assert_cmpuint(service.attempt, ==, rows[i].executed - 1);
        g_assert_cmpint(caller.status[0], ==, rows[i].ends);
        SimTime waited = 0;
        for (unsigned a = 1; a < rows[i].executed; a++) waited += 100 * MS << (a - 1);
        g_assert_cmpint(caller.at[0], ==, waited);
        for (unsigned a = 0, n = 0; a < lab->told->len; a++) {
            const LabTold *told = lab->told->pdata[a];
            if (strcmp(told->event, "rpc.exec.begin") == 0) g_assert_cmpuint(told->number, ==, n++);
        }
        lab_free(lab);
    }
}

static void rpc_17(void)
{
    Service service = a_service(RPC_STREAM, RPC_MAYBE, 0);
    service.fails = 1000;
    service.fails_with = RPC_UNAVAILABLE;
    Caller caller = a_caller(RPC_STREAM, 0, -1);
    caller.method = "handle";
    caller.calls = 2;
    caller.policy.max_attempts = 5;
    caller.policy.initial_backoff = MS;
    caller.policy.max_tokens = 10;
    caller.policy.token_ratio = 0.1;
    Lab *lab = play(0, &service, &caller);
    lab_run(lab, 1000 * S);
    /* The first call's five attempts take the tokens from 10 to 5, which is half: the second is not retried. */
    g_assert_cmpuint(service.executed, ==, 6);
    lab_free(lab);
}

static void rpc_18(void)
{
    static const struct { const char *method; bool refuses; RpcStatus fails; uint32_t request; RpcStatus expected; unsigned executed; } rows[] = {
        { "missing", false, RPC_OK, 0, RPC_UNIMPLEMENTED, 0 }, { "handle", true, RPC_OK, 0, RPC_UNAUTHENTICATED, 0 },
        { "handle", false, RPC_UNKNOWN, 0, RPC_UNKNOWN, 1 }, { "handle", false, RPC_INTERNAL, 0, RPC_INTERNAL, 1 },
        { "handle", false, RPC_OK, 5000000, RPC_RESOURCE_EXHAUSTED, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Service service = a_service(RPC_STREAM, RPC_MAYBE, 0);
        service.settings.refuses_all = rows[i].refuses;
        service.settings.largest = 4 << 20;
        service.fails = rows[i].fails != RPC_OK;
        service.fails_with = rows[i].fails;
        Caller caller = a_caller(RPC_STREAM, 0, -1);
        caller.method = rows[i].method;
        caller.request = rows[i].request;
        Lab *lab = play(MS, &service, &caller);
        lab_run(lab, 1000 * S);
        g_assert_cmpstr(rpc_status_name(caller.status[0]), ==, rpc_status_name(rows[i].expected));
        g_assert_cmpuint(service.executed, ==, rows[i].executed);
        lab_free(lab);
    }
}

/* A method that calls the same method of the next host, with what is left of the time. */
typedef struct { NodeId next; SimTime before, left, cancelled_at; RpcChannel *channel; RpcServerSettings settings; } Chain;

static RpcStatus pass_on(Process *thread, RpcExecution *execution, void *user)
{
    Chain *chain = user;
    RpcPolicy policy = rpc_policy_defaults;
    policy.transport = RPC_STREAM;
    chain->left = rpc_time_left(execution);
    process_sleep(thread, chain->before);
    if (!chain->next) {
        for (int i = 0; i < 1000 && !rpc_is_cancelled(execution); i++) process_sleep(thread, 10 * MS);
        chain->cancelled_at = rpc_is_cancelled(execution) ? process_now(thread) : -1;
        return RPC_OK;
    }
    if (!chain->channel) chain->channel = rpc_dial(thread, (Address){ chain->next, 111 }, &policy);
    RpcStatus status = rpc_call(chain->channel, &(RpcRequest){ .method = "pass", .deadline = -1, .parent = execution }, NULL);
    chain->cancelled_at = rpc_is_cancelled(execution) ? process_now(thread) : -1;
    return status;
}

static void serve_chain(Process *self, void *argument)
{
    Chain *chain = argument;
    WaitList for_ever = { NULL, NULL };
    RpcServer *server = rpc_serve(self, 111, &chain->settings);
    rpc_method(server, "pass", pass_on, chain);
    (void)process_wait(self, &for_ever, -1);
}

static void play_chain(Chain chains[2], Caller *caller, SimTime latency)
{
    for (int i = 0; i < 2; i++) {
        chains[i].settings = rpc_server_defaults;
        chains[i].settings.transport = RPC_STREAM;
        chains[i].settings.name = i ? "D" : "B";
    }
    caller->method = "pass";
    Lab *lab = lab_new(4, latency);
    process_spawn(lab->ipc, 1, "B", serve_chain, &chains[0]);
    process_spawn(lab->ipc, 2, "D", serve_chain, &chains[1]);
    process_spawn(lab->ipc, 0, "A", call, caller);
    lab_run(lab, 100 * S);
    lab_free(lab);
}

static void rpc_19(void)
{
    Chain chains[2] = { { .next = 2 }, { .next = 0 } };
    Caller caller = a_caller(RPC_STREAM, 0, -1);
    caller.cancel_at = 2 * S;
    play_chain(chains, &caller, 100 * MS);
    g_assert_cmpint(caller.status[0], ==, RPC_CANCELLED);
    g_assert_cmpint(caller.at[0], ==, 2 * S);
    g_assert_cmpint(chains[0].cancelled_at, ==, 2 * S + 100 * MS);
    g_assert_cmpint(chains[1].cancelled_at, ==, 2 * S + 210 * MS);     /* it looks every 10 ms, and just before the news at 200 */
}

static void rpc_20(void)
{
    Chain chains[2] = { { .next = 2, .before = 4 * S }, { .next = 0 } };
    Caller caller = a_caller(RPC_STREAM, 0, 10 * S);
    play_chain(chains, &caller, 100 * MS);
    g_assert_cmpint(caller.status[0], ==, RPC_DEADLINE_EXCEEDED);
    g_assert_cmpint(chains[0].left, ==, 10 * S - 300 * MS);            /* the connection's round trip, and the way */
    g_assert_cmpint(chains[1].left, ==, 10 * S - 300 * MS - 4 * S - 300 * MS);
}

static void one_way(Process *self, void *argument)
{
    Caller *caller = argument;
    caller->channel = rpc_dial(self, (Address){ 1, 111 }, &caller->policy);
    rpc_one_way(caller->channel, &(RpcRequest){ .method = "work", .deadline = -1 });
    caller->at[0] = process_now(self);
    RpcFuture *future = rpc_start(caller->channel, &(RpcRequest){ .method = "work", .deadline = -1 });
    caller->at[1] = process_now(self);
    process_sleep(self, S);
    g_assert_false(rpc_is_done(future));
    caller->status[2] = rpc_wait(future, NULL);
    caller->at[2] = process_now(self);
}

static void rpc_21(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 10 * S);
    service.settings.threads = 0;
    Caller caller = a_caller(RPC_DATAGRAM, 0, -1);
    Lab *lab = lab_new(4, MS);
    process_spawn(lab->ipc, 1, "server", serve, &service);
    process_spawn(lab->ipc, 0, "client", one_way, &caller);
    lab_run(lab, 100 * S);
    g_assert_cmpint(caller.at[0], ==, 0);
    g_assert_cmpint(caller.at[1], ==, 0);
    g_assert_cmpint(caller.at[2], ==, 10 * S + 2 * MS);
    g_assert_cmpuint(service.executed, ==, 2);
    lab_free(lab);
}

/* A one-way call that the connection still holds when the run ends is in flight, by the books. */
static void one_way_on_its_way(void)
{
    Service service = a_service(RPC_STREAM, RPC_AT_MOST_ONCE, S);
    Caller caller = a_caller(RPC_STREAM, 0, -1);
    Lab *lab = lab_new(4, 10 * MS);
    process_spawn(lab->ipc, 1, "server", serve, &service);
    process_spawn(lab->ipc, 0, "client", one_way, &caller);
    lab_run(lab, MS);
    lab_free(lab);
}

static void note_status(void *user, RpcStatus status, const IpcMessage *reply)
{
    Caller *caller = user;
    (void)reply;
    caller->status[caller->done++] = status;
}

static void start_and_hang_up(Process *self, void *argument)
{
    Caller *caller = argument;
    RpcChannel *channel = rpc_dial(self, (Address){ 1, 111 }, &caller->policy);
    for (int i = 0; i < 2; i++)
        (void)rpc_start(channel, &(RpcRequest){ .method = "work", .deadline = -1, .over = note_status, .user = caller });
    process_sleep(self, S);
    rpc_hang_up(channel);
}

static void hanging_up_cancels_what_is_pending(void)
{
    RpcTransport transports[] = { RPC_DATAGRAM, RPC_STREAM };
    for (int t = 0; t < 2; t++) {
        Service service = a_service(transports[t], RPC_AT_MOST_ONCE, 10 * S);
        Caller caller = a_caller(transports[t], 0, -1);
        Lab *lab = lab_new(4, MS);
        process_spawn(lab->ipc, 1, "server", serve, &service);
        process_spawn(lab->ipc, 0, "client", start_and_hang_up, &caller);
        lab_run(lab, 100 * S);
        g_assert_cmpuint(caller.done, ==, 2);
        for (int i = 0; i < 2; i++) g_assert_cmpint(caller.status[i], ==, RPC_CANCELLED);
        g_assert_cmpuint(service.executed, ==, 2);              /* orphans go on */
        lab_free(lab);
    }
}

static void rpc_22(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 4 * S);
    Caller callers[3];
    Lab *lab = lab_new(4, 0);
    process_spawn(lab->ipc, 1, "server", serve, &service);
    for (int i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("client-%d", i);
        callers[i] = a_caller(RPC_DATAGRAM, 0, 10 * S);
        process_spawn(lab->ipc, 0, name, call, &callers[i]);
    }
    lab_run(lab, 11 * S);
    g_assert_cmpint(callers[0].at[0], ==, 4 * S);
    g_assert_cmpint(callers[1].at[0], ==, 8 * S);
    g_assert_cmpint(callers[2].at[0], ==, 10 * S);
    g_assert_cmpint(callers[2].status[0], ==, RPC_DEADLINE_EXCEEDED);
    lab_run(lab, 100 * S);
    g_assert_cmpint(lab_when(lab, "rpc.exec.end", 2), ==, 12 * S);
    g_assert_cmpuint(service.executed, ==, 3);
    lab_free(lab);
}

/* Two classes: an urgent call comes while another is served and a third waits. */
static void disciplines(void)
{
    static const struct { RpcDiscipline discipline; SimTime low, waits, high; } rows[] = {
        { RPC_FIFO, 4 * S, 8 * S, 12 * S }, { RPC_PRIORITY, 4 * S, 12 * S, 8 * S }, { RPC_PREEMPTIVE, 8 * S, 12 * S, 5 * S },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 4 * S);
        service.settings.discipline = rows[i].discipline;
        Caller low = a_caller(RPC_DATAGRAM, 0, -1), waits = low, high = low;
        high.priority = 1;
        Lab *lab = lab_new(4, 0);
        process_spawn(lab->ipc, 1, "server", serve, &service);
        process_spawn(lab->ipc, 0, "low", call, &low);
        process_spawn(lab->ipc, 2, "waits", call, &waits);
        lab_run(lab, S);
        process_spawn(lab->ipc, 3, "high", call, &high);
        lab_run(lab, 100 * S);
        g_assert_cmpint(low.at[0], ==, rows[i].low);
        g_assert_cmpint(waits.at[0], ==, rows[i].waits);
        g_assert_cmpint(high.at[0], ==, rows[i].high);
        lab_free(lab);
    }
}

static void capacity(void)
{
    Service service = a_service(RPC_DATAGRAM, RPC_AT_MOST_ONCE, 4 * S);
    service.settings.capacity = 1;
    Caller one = a_caller(RPC_DATAGRAM, 0, -1), two = one;
    Lab *lab = play(0, &service, &one);
    lab_run(lab, S);
    process_spawn(lab->ipc, 2, "two", call, &two);
    lab_run(lab, 100 * S);
    g_assert_cmpint(two.status[0], ==, RPC_RESOURCE_EXHAUSTED);
    g_assert_cmpint(one.status[0], ==, RPC_OK);
    lab_free(lab);
}

static void many(Process *self, void *argument)
{
    Caller *caller = argument;
    caller->channel = rpc_dial(self, (Address){ 1, 111 }, &caller->policy);
    for (unsigned i = 0; i < caller->calls; i++)
        g_assert_cmpint(rpc_call(caller->channel, &(RpcRequest){ .method = "work", .deadline = -1 }, NULL), ==, RPC_OK);
}

static void speed(void)
{
    enum { CALLS = 200000 };
    Service service = a_service(RPC_DATAGRAM, RPC_MAYBE, 0);
    Caller caller = a_caller(RPC_DATAGRAM, 0, -1);
    caller.calls = CALLS;
    Lab *lab = lab_new(4, MS);
    ipc_watch(lab->ipc, NULL, NULL);
    process_spawn(lab->ipc, 1, "server", serve, &service);
    process_spawn(lab->ipc, 0, "client", many, &caller);
    gint64 before = g_get_monotonic_time();
    lab_run(lab, 1000 * S);
    g_assert_cmpuint(service.executed, ==, CALLS);
    g_test_message("%.0f calls a second", CALLS * 1e6 / (double)(g_get_monotonic_time() - before));
    lab_free(lab);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    static const struct { const char *name; void (*test)(void); } rows[] = {
        { "RPC-01 the caller waits", rpc_01 }, { "RPC-02 a late reply is ignored", rpc_02 }, { "RPC-03 nobody there, and no way there", rpc_03 },
        { "RPC-04 a lost request is sent again", rpc_04 }, { "RPC-05 at least once", rpc_05 }, { "RPC-06 at most once", rpc_06 },
        { "RPC-07 the cache is volatile", rpc_07 }, { "RPC-08 no reply says nothing", rpc_08 }, { "RPC-09 a process and a host that die", rpc_09 },
        { "RPC-10 no strategy is all right", rpc_10 }, { "RPC-11 an orphan goes on", rpc_11 }, { "RPC-12 orphan policies", rpc_12 },
        { "RPC-13 one deadline over all attempts", rpc_13 }, { "RPC-14 fail fast, or wait for ready", rpc_14 },
        { "RPC-15 retry policy", rpc_15 }, { "RPC-17 retry throttle", rpc_17 }, { "RPC-18 errors can be told apart", rpc_18 },
        { "RPC-19 cancellation travels", rpc_19 }, { "RPC-20 time left shrinks along a chain", rpc_20 },
        { "RPC-21 one-way and deferred calls", rpc_21 },
        { "COM-04 a one-way call on its way at the end", one_way_on_its_way }, { "RPC-22 one thread, in order", rpc_22 },
        { "priorities, with and without interruption", disciplines }, { "hanging up cancels what is pending", hanging_up_cancels_what_is_pending }, { "capacity", capacity }, { "speed", speed },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat("/rpc/", rows[i].name, NULL);
        g_test_add_func(path, rows[i].test);
    }
    return g_test_run();
}
