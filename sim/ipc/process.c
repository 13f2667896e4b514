/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/process.h"

#include <glib.h>
#include <string.h>

#include "ipc/coroutine.h"

/* A process's place in one list. */
struct Waiter {
    Waiter *next, *previous;
    WaitList *list;
    Process *process;
};

typedef enum { STATE_NEW, STATE_READY, STATE_RUNNING, STATE_BLOCKED, STATE_DOWN } State;

typedef struct Processes Processes;

struct Process {
    Processes *all;
    char *name;
    NodeId host;
    ProcessBody body;
    void *argument;
    Coroutine *coroutine;
    State state;
    bool restarts, dying;       /* dying: it crashed or exited by its own call, and still has the stack */
    bool was_up;                /* when its host went down */
    unsigned incarnation;
    Process *next_ready;
    Waiter *waiters;            /* owned; while blocked one for each list */
    unsigned waiter_count, waiter_room;
    int woken_by;               /* number of the list, -1: time is up */
    IpcTimer timer;
    Resource *owned_first, *owned_last;
    GPtrArray *kept;            /* of IpcMessage *, a hold of each; NULL: none yet */
};

struct Processes {
    Ipc *ipc;
    CoroutineSlab *slab;
    GPtrArray *list;            /* of Process *, in the order made */
    GHashTable *by_name;
    Process *ready_first, *ready_last;
    Process *running;
    bool settling;
};

static void start(Ipc *ipc, void *state);
static void host_down(void *state, NodeId host);
static void host_up(void *state, NodeId host);
static void part(void *state);
static void stop(void *state);

static const Library processes_library = {
    .name = "process", .size = sizeof(Processes), .start = start,
    .host_down = host_down, .host_up = host_up, .part = part, .stop = stop,
};

static void ready_add(Process *process)
{
    Processes *all = process->all;
    process->state = STATE_READY;
    process->next_ready = NULL;
    if (all->ready_last) all->ready_last->next_ready = process;
    else all->ready_first = process;
    all->ready_last = process;
}

static void ready_remove(Process *process)
{
    Processes *all = process->all;
    Process *before = NULL, *p = all->ready_first;
    for (; p && p != process; p = p->next_ready) before = p;
    if (!p) return;
    if (before) before->next_ready = p->next_ready;
    else all->ready_first = p->next_ready;
    if (all->ready_last == p) all->ready_last = before;
}

static void tell(Process *process, const char *event)
{
    IpcEvent told = { .event = event, .node = process->host, .process = process->name, .number = process->incarnation };
    ipc_tell(process->all->ipc, &told);
}

static void resources_end(Process *process, ProcessEnd why)
{
    while (process->owned_first) {
        Resource *resource = process->owned_first;
        process_disowns(resource);
        resource->end(resource, why);
    }
}

/* What is left of an incarnation goes. */
static void end(Process *process, ProcessEnd why)
{
    process->state = STATE_DOWN;
    coroutine_free(process->coroutine);
    process->coroutine = NULL;
    process->dying = false;
    resources_end(process, why);
    if (process->kept) g_ptr_array_set_size(process->kept, 0);
}

static void enter(void *argument)
{
    Process *process = argument;
    process->body(process, process->argument);
}

/* Runs it until it blocks or ends. */
static void go_on(Process *process)
{
    Processes *all = process->all;
    all->running = process;
    process->state = STATE_RUNNING;
    bool alive = coroutine_resume(process->coroutine);
    all->running = NULL;
    if (!alive || process->dying) {
        bool crashed = process->dying && process->woken_by == -2;
        tell(process, crashed ? "proc.crash" : "proc.exit");
        end(process, crashed ? PROCESS_CRASHED : PROCESS_EXITED);
    }
}

static void settle(void *data)
{
    Processes *all = data;
    if (all->settling || all->running) return;
    all->settling = true;
    while (all->ready_first) {
        Process *process = all->ready_first;
        all->ready_first = process->next_ready;
        if (!all->ready_first) all->ready_last = NULL;
        go_on(process);
    }
    all->settling = false;
}

static void process_free(gpointer data)
{
    Process *process = data;
    g_free(process->name);
    g_free(process->waiters);
    if (process->kept) g_ptr_array_unref(process->kept);
    g_free(process);
}

static void start(Ipc *ipc, void *state)
{
    Processes *all = state;
    all->ipc = ipc;
    all->slab = coroutine_slab_new();
    all->list = g_ptr_array_new_with_free_func(process_free);
    all->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    ipc_on_settle(ipc, settle, all);
}

/* What processes own may be freed before or after them: nobody owns it any more. */
static void part(void *state)
{
    Processes *all = state;
    for (guint i = 0; i < all->list->len; i++) {
        Process *process = all->list->pdata[i];
        while (process->owned_first) process_disowns(process->owned_first);
    }
}

static void stop(void *state)
{
    Processes *all = state;
    coroutine_slab_free(all->slab);
    g_hash_table_unref(all->by_name);
    g_ptr_array_unref(all->list);
}

Process *process_new(Ipc *ipc, NodeId host, const char *name, ProcessBody body, void *argument)
{
    Processes *all = ipc_library(ipc, &processes_library);
    Process *process = g_new0(Process, 1);
    *process = (Process){ .all = all, .name = g_strdup(name), .host = host, .body = body, .argument = argument };
    g_ptr_array_add(all->list, process);
    g_hash_table_insert(all->by_name, process->name, process);
    return process;
}

Process *process_spawn(Ipc *ipc, NodeId host, const char *name, ProcessBody body, void *argument)
{
    Process *process = process_new(ipc, host, name, body, argument);
    process_restart(process);
    return process;
}

void process_restarts(Process *process, bool with_host) { process->restarts = with_host; }
const char *process_name(const Process *process) { return process->name; }
NodeId process_host(const Process *process) { return process->host; }
Ipc *process_ipc(const Process *process) { return process->all->ipc; }
SimTime process_now(const Process *process) { return ipc_now(process->all->ipc); }
unsigned process_incarnation(const Process *process) { return process->incarnation; }
bool process_is_up(const Process *process) { return process->coroutine != NULL && !process->dying; }
bool process_is_blocked(const Process *process) { return process->state == STATE_BLOCKED; }

Process *process_find(Ipc *ipc, const char *name)
{
    return g_hash_table_lookup(((Processes *)ipc_library(ipc, &processes_library))->by_name, name);
}

Process *process_running(Ipc *ipc)
{
    return ((Processes *)ipc_library(ipc, &processes_library))->running;
}

/* ---- waiting ---- */

static void waiter_add(Waiter *waiter, Process *process, WaitList *list)
{
    *waiter = (Waiter){ .previous = list->last, .list = list, .process = process };
    if (list->last) list->last->next = waiter;
    else list->first = waiter;
    list->last = waiter;
}

static void waiter_remove(Waiter *waiter)
{
    WaitList *list = waiter->list;
    if (waiter->previous) waiter->previous->next = waiter->next;
    else list->first = waiter->next;
    if (waiter->next) waiter->next->previous = waiter->previous;
    else list->last = waiter->previous;
}

/* It waits for nothing any more. */
static void unblock(Process *process)
{
    for (unsigned i = 0; i < process->waiter_count; i++) waiter_remove(&process->waiters[i]);
    process->waiter_count = 0;
    ipc_cancel(process->all->ipc, &process->timer);
}

static void time_is_up(void *subject, uint64_t detail)
{
    Process *process = subject;
    (void)detail;
    process->timer = 0;
    process->woken_by = -1;
    unblock(process);
    ready_add(process);
}

static void block(Process *self)
{
    g_assert(self->all->running == self);               /* blocking calls are for the body of a process */
    self->state = STATE_BLOCKED;
    coroutine_suspend(self->coroutine);
}

int process_wait_any(Process *self, WaitList *const *lists, unsigned count, SimTime until)
{
    SimTime now = process_now(self);
    g_assert(self->all->running == self);
    if (until >= 0 && until <= now) return -1;
    if (count > self->waiter_room) {
        self->waiter_room = count;
        self->waiters = g_renew(Waiter, self->waiters, count);
    }
    Waiter *waiters = self->waiters;
    for (unsigned i = 0; i < count; i++) waiter_add(&waiters[i], self, lists[i]);
    self->waiter_count = count;
    self->timer = until >= 0 ? ipc_after(self->all->ipc, self->host, until - now, time_is_up, self, 0) : 0;
    block(self);
    return self->woken_by;
}

bool process_wait(Process *self, WaitList *list, SimTime until)
{
    return process_wait_any(self, &list, 1, until) == 0;
}

Process *wait_list_first(const WaitList *list) { return list->first ? list->first->process : NULL; }

Process *wait_list_wake(WaitList *list)
{
    Waiter *waiter = list->first;
    if (!waiter) return NULL;
    Process *process = waiter->process;
    process->woken_by = (int)(waiter - process->waiters);
    unblock(process);
    ready_add(process);
    return process;
}

void wait_list_wake_all(WaitList *list)
{
    while (list->first) (void)wait_list_wake(list);
}

void process_sleep(Process *self, SimTime delay)
{
    g_assert(self->all->running == self && delay >= 0);
    self->timer = ipc_after(self->all->ipc, self->host, delay, time_is_up, self, 0);
    block(self);
}

void process_exit(Process *self)
{
    g_assert(self->all->running == self);
    self->dying = true;
    self->woken_by = 0;
    coroutine_suspend(self->coroutine);
    g_assert_not_reached();
}

static void kept_drop(gpointer message) { ipc_message_drop(message); }

void process_keep(Process *self, IpcMessage *message)
{
    if (!self->kept) self->kept = g_ptr_array_new_with_free_func(kept_drop);
    g_ptr_array_add(self->kept, message);
}

void process_unkeep(Process *self, IpcMessage *message)
{
    for (guint i = self->kept->len; i-- > 0; )
        if (self->kept->pdata[i] == message) {
            (void)g_ptr_array_steal_index_fast(self->kept, i);
            return;
        }
    g_assert_not_reached();
}

/* ---- failures ---- */

static void crash(Process *process, ProcessEnd why)
{
    if (process->state == STATE_BLOCKED) unblock(process);
    if (process->state == STATE_READY) ready_remove(process);
    tell(process, why == PROCESS_HOST_DOWN ? "proc.lost" : "proc.crash");
    end(process, why);
}

void process_crash(Process *process)
{
    if (!process_is_up(process)) return;
    if (process->all->running != process) {
        crash(process, PROCESS_CRASHED);
        return;
    }
    process->dying = true;
    process->woken_by = -2;
    coroutine_suspend(process->coroutine);
}

void process_restart(Process *process)
{
    g_assert(!process->coroutine && ipc_is_up(process->all->ipc, process->host));
    process->coroutine = coroutine_new(process->all->slab, enter, process);
    process->incarnation++;
    tell(process, process->incarnation > 1 ? "proc.restart" : "proc.start");
    ready_add(process);
}

static void host_down(void *state, NodeId host)
{
    Processes *all = state;
    for (guint i = 0; i < all->list->len; i++) {
        Process *process = all->list->pdata[i];
        if (process->host != host) continue;
        process->was_up = process->coroutine != NULL;
        if (process->was_up) crash(process, PROCESS_HOST_DOWN);
    }
}

static void host_up(void *state, NodeId host)
{
    Processes *all = state;
    for (guint i = 0; i < all->list->len; i++) {
        Process *process = all->list->pdata[i];
        if (process->host == host && process->restarts && process->was_up && !process->coroutine) process_restart(process);
    }
}

/* ---- what a process owns ---- */

void process_owns(Process *process, Resource *resource)
{
    resource->process = process;
    resource->previous = process->owned_last;
    resource->next = NULL;
    if (process->owned_last) process->owned_last->next = resource;
    else process->owned_first = resource;
    process->owned_last = resource;
}

void process_disowns(Resource *resource)
{
    Process *process = resource->process;
    if (!process) return;
    if (resource->previous) resource->previous->next = resource->next;
    else process->owned_first = resource->next;
    if (resource->next) resource->next->previous = resource->previous;
    else process->owned_last = resource->previous;
    *resource = (Resource){ .end = resource->end };
}
