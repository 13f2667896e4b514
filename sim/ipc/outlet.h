/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where messages can be put, and from where they can be taken, whatever the model:
 * producers and consumers of a scenario see a ZeroMQ socket, a queue, a remote queue of
 * a queue manager and an exchange alike. */
#pragma once
#include "ipc/errors.h"
#include "ipc/message.h"
#include "ipc/program.h"

typedef struct {
    bool mandatory, confirm;    /* AMQP: return what cannot be routed; wait for the broker's confirmation */
    bool resend;                /* what was not confirmed is put again after a reconnection */
} OutletOptions;

/* Each thread opens one of its own; the handle lives until its process ends or close(). */
typedef struct {
    void *object;
    /* NULL where it cannot be had now: the thread tries again later. */
    void *(*open)(void *object, Process *thread, const OutletOptions *options);
    /* Takes over one hold of the message; `key` is a topic or routing key, or NULL.  Blocks
     * where the model does; >= 0, or -IPC_E… and the message is dropped. */
    int (*put)(void *handle, IpcMessage *message, const char *key);
    void (*close)(void *handle);
} Outlet;

typedef enum { TAKE_GET, TAKE_POLL, TAKE_NOTIFY, TAKE_PUSH } TakeMode;
typedef enum { TAKE_ACK_AUTO, TAKE_ACK_MANUAL, TAKE_ACK_UOW } TakeAck;

typedef struct {
    TakeMode mode;
    TakeAck ack;
    SimTime poll;               /* interval of TAKE_POLL, ns */
    uint32_t prefetch;          /* 0: no limit */
    int priority;
} InletOptions;

typedef struct { IpcMessage *message; uint64_t tag; bool redelivered; } Taken;

typedef struct {
    void *object;
    bool copies;                /* each process gets one of its own of every message; else they compete */
    void *(*open)(void *object, Process *thread, const InletOptions *options);     /* NULL: try again later */
    int (*take)(void *handle, Taken *taken);        /* blocks until there is one; the hold is the caller's */
    /* Done with it (or not: back to the queue, or thrown away); without effect where nothing is asked for. */
    int (*settle)(void *handle, const Taken *taken, bool done, bool requeue);
    void (*close)(void *handle);
} Inlet;
