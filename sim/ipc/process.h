/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes: programs on hosts, written as straight-line code that blocks.
 *
 * A blocking call suspends its own process alone; time and everybody else go on.  A
 * process that crashes while blocked leaves every list it waits in, and its call never
 * returns; what it owns (sockets, channels, …) is ended by the libraries as its host
 * would: a process crash leaves the host up, which closes the connections of the dead;
 * a host crash says nothing to anybody. */
#pragma once
#include <glib.h>

#include "ipc/ipc.h"
#include "ipc/message.h"

typedef struct Process Process;
typedef void (*ProcessBody)(Process *self, void *argument);

/* Starts body(self, argument) on a host that is up, at the present instant, once the
 * running event is done (see ipc_settle()).  `name` is copied.  The record lives until
 * the end of the run, through exits, crashes and restarts. */
Process *process_spawn(Ipc *ipc, NodeId host, const char *name, ProcessBody body, void *argument);

/* The same without starting it: process_restart() does. */
Process *process_new(Ipc *ipc, NodeId host, const char *name, ProcessBody body, void *argument);

/* True: it starts again by itself when its host comes back up (off at first). */
void process_restarts(Process *process, bool with_host);

const char *process_name(const Process *process);
NodeId process_host(const Process *process);
Ipc *process_ipc(const Process *process);
SimTime process_now(const Process *process);
unsigned process_incarnation(const Process *process);   /* 0 before the first start */
bool process_is_up(const Process *process);             /* started, and neither ended nor crashed */
bool process_is_blocked(const Process *process);
Process *process_find(Ipc *ipc, const char *name);      /* NULL: none */
Process *process_running(Ipc *ipc);                     /* the one whose code runs now; NULL: an event's */

/* ---- within its body ---- */
void process_sleep(Process *self, SimTime delay);
G_GNUC_NORETURN void process_exit(Process *self);       /* as returning from the body */

/* ---- failures; from events or from another process ---- */
void process_crash(Process *process);                   /* without effect where it is not up */
void process_restart(Process *process);                 /* a new incarnation; its host must be up, itself not */

/* ---- for the libraries: blocking ---- */

typedef struct Waiter Waiter;
typedef struct { Waiter *first, *last; } WaitList;      /* first come, first served; zeroed: empty */

/* Suspends until the list is woken (true) or `until` (absolute; -1: no limit) has come
 * (false, also where it has come already). */
bool process_wait(Process *self, WaitList *list, SimTime until);

/* The same for several lists; the number of the one that woke it, or -1. */
int process_wait_any(Process *self, WaitList *const *lists, unsigned count, SimTime until);

/* Wakes who has waited longest, to go on once the running event is done; NULL: nobody waits. */
Process *wait_list_wake(WaitList *list);
void wait_list_wake_all(WaitList *list);
Process *wait_list_first(const WaitList *list);         /* NULL: nobody */

/* ---- for whoever holds a message across a blocking call ---- */

/* One hold of `message` is the process's: where it ends before process_unkeep() it is let go of. */
void process_keep(Process *self, IpcMessage *message);
void process_unkeep(Process *self, IpcMessage *message);

/* ---- for the libraries: what a process owns ---- */

typedef enum { PROCESS_EXITED, PROCESS_CRASHED, PROCESS_HOST_DOWN } ProcessEnd;

/* Embedded in what a process owns; end() is called when the process ends and has to
 * let go of everything, in the order in which the process came to own them. */
typedef struct Resource Resource;
struct Resource {
    Resource *next, *previous;
    Process *process;           /* NULL: owned by nobody */
    void (*end)(Resource *self, ProcessEnd why);
};
void process_owns(Process *process, Resource *resource);
void process_disowns(Resource *resource);               /* without effect where nobody owns it */
