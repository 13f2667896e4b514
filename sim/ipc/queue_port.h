/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A queue as producers and consumers of a scenario see it. */
#pragma once
#include "ipc/outlet.h"
#include "ipc/queue.h"

typedef struct QueuePort QueuePort;

typedef struct {
    QueueStore *store;
    const char *name, *manager;         /* `manager` NULL: of the store itself */
    uint32_t backout_threshold;         /* a consumer that gets a message for the next time moves it away; 0: never */
    const char *backout_queue;          /* to this one, of the same store */
} QueuePortSettings;

/* Texts are copied.  Freed after the run. */
QueuePort *queue_port_new(const QueuePortSettings *settings);
void queue_port_free(QueuePort *port);

/* Puts join the unit of work of their process, where one has begun.  The routing key means
 * nothing here.  A handle whose store went down is opened again by the next put. */
Outlet queue_port_outlet(QueuePort *port);

/* Acknowledged by hand is one message a unit of work; TAKE_PUSH is a get that waits. */
Inlet queue_port_inlet(QueuePort *port);

uint64_t queue_port_moved(const QueuePort *port);       /* messages on the backout queue by its consumers */
