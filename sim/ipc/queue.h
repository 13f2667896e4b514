/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message-oriented middleware: queues that keep messages until somebody takes them, so
 * that who puts and who gets need not be up at the same time.
 *
 * A store is a service of a host that keeps queues: on its own, or as a queue manager
 * (mq.h).  A process of the same host reaches its queues directly and at no cost; any
 * other over a connection, each call a request and a reply.  When the store goes down, or
 * its host, persistent messages stay and the others are lost; what a process had in a
 * unit of work goes back where it was, with one backout more.
 *
 * Decided where sources differ (IPC.md 13): getters that wait are served first come,
 * first served; a handler that is installed on a queue with messages in it is called once
 * for each, in order.  A get outside a unit of work over a connection removes the message
 * when the store sends it: it is lost (`peer-gone`) where the connection breaks then.
 * Expired messages are counted when a get comes upon them or the queue needs the room.
 *
 * Source: A. Tanenbaum and M. van Steen, Distributed Systems (put, get, poll, notify);
 * IBM MQ, MQGET, MQPUT, MQCB, MQCMIT and MQBACK. */
#pragma once
#include "ipc/errors.h"
#include "ipc/message.h"
#include "ipc/process.h"
#include "ipc/stream.h"

typedef struct QueueStore QueueStore;
typedef struct Queue Queue;
typedef struct QueueHandle QueueHandle;         /* a queue as a process has it open */

typedef struct {
    const char *model;          /* of its accounts; NULL: "queue" */
    const char *manager;        /* the queues are called QUEUE@MANAGER; NULL: by their names alone */
    uint32_t header;            /* bytes on the wire beside a message; a request or reply without one has 32 */
    SimTime heartbeat;          /* an idle connection is tried so often, from both ends, and given up when three
                                 * such times have passed in silence; 0: never */
    bool overlay;               /* its connections go along the overlay */
    bool keeps_all;             /* stopped in order it keeps messages that are not persistent, too */
} QueueStoreSettings;

typedef struct {
    uint32_t max_depth;         /* messages, those in units of work included; 0: no limit */
    bool by_priority;           /* the most urgent first; else the oldest */
    bool persistent;            /* every message, whatever it says of itself */
    bool transmission;          /* of a queue manager: its messages are for another one */
    bool quiet;                 /* a handler hears nothing of messages that are there already */
    SimTime store_latency;      /* until a persistent message is on disk; a put, or the commit of one, takes so long */
} QueueSettings;

extern const QueueStoreSettings queue_store_defaults;       /* heartbeat 10 s */

/* In life order; texts are copied.  A store is up whenever its host is, unless it was stopped. */
QueueStore *queue_store_new(Ipc *ipc, Address at, const QueueStoreSettings *settings);
QueueStore *queue_store_at(Ipc *ipc, Address at);           /* NULL: none */
Queue *queue_new(QueueStore *store, const char *name, const QueueSettings *settings);
Queue *queue_find(const QueueStore *store, const char *name);       /* NULL: none */
void queue_inhibit(Queue *queue, bool inhibited);           /* puts are refused */
void queue_store_stop(QueueStore *store);                   /* without effect where it is stopped */
void queue_store_start(QueueStore *store);
bool queue_store_is_up(const QueueStore *store);

typedef struct {
    uint32_t depth, uncommitted;    /* can be got; are in units of work */
    uint32_t deepest;               /* both together, the most at any time */
    uint64_t puts, gets, refused, backouts;     /* refused: the queue was full */
    double depth_time, wait_time;   /* ns: depth integrated over time; time in the queue, summed over the gets */
} QueueCounts;
QueueCounts queue_counts(const Queue *queue);
const char *queue_name(const Queue *queue);                 /* as in the accounts */
/* The nth message that can be got, and the header it travels with; NULL: there are fewer. */
const IpcMessage *queue_browse(const Queue *queue, uint32_t nth, const char **target, const char **manager,
                               const char **reason);

/* ---- for processes ---- */

enum { QUEUE_UNIT = 1 };        /* within the unit of work of the process, which begins with the first such call */

typedef struct {
    IpcMessage *message;        /* the hold is the caller's */
    uint32_t backouts;          /* how often it was got before and put back */
    const char *reason;         /* of a message on a dead-letter queue: why; else NULL */
} QueueTaken;

/* Opens a queue; `manager` NULL: of the store itself.  Blocks where the store is on another
 * host.  0; -IPC_ENOENT: no such queue, where the store knows; -IPC_ECONNREFUSED: the
 * store is down; or an error of the connection.  Ends with the process or queue_close(). */
int queue_open(Process *self, QueueStore *store, const char *name, const char *manager, QueueHandle **out);

/* Takes over a hold of the message, also when it fails.  -IPC_ENOBUFS: the queue is full;
 * -IPC_EPERM: puts are inhibited; -IPC_ECONNRESET: the store went down, the handle is dead. */
int queue_put(QueueHandle *handle, IpcMessage *message, int flags);

/* Waits until `until` (absolute; -1: for ever).  -IPC_EAGAIN: there was none by then;
 * -IPC_ENOTSUP: it is a queue of another manager. */
int queue_get(QueueHandle *handle, QueueTaken *taken, SimTime until, int flags);

/* The first message or -IPC_EAGAIN; never waits for one to come. */
int queue_poll(QueueHandle *handle, QueueTaken *taken, int flags);

/* handler(handle, argument) for each message that can be got from now on, and once when the store has gone down; from
 * an event.  One per handle, NULL removes it.  It must neither close the handle nor block: a call that would fails
 * with -IPC_EDEADLK. */
int queue_notify(QueueHandle *handle, void (*handler)(QueueHandle *handle, void *argument), void *argument);

/* All that the process did with QUEUE_UNIT: done, or undone.  With stores of several hosts each by itself, one after
 * the other; where one has gone down meanwhile the others are backed out, and its error is returned. */
int queue_commit(Process *self);
int queue_backout(Process *self);
bool queue_in_unit(Process *self);      /* a unit of work has begun */

void queue_close(QueueHandle *handle);

/* "MQRC_Q_FULL" for -IPC_ENOBUFS, …: the reason as IBM MQ calls it; "MQRC_NONE" for >= 0. */
const char *queue_reason(int error);
