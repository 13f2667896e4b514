/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the models of a carrier share.  Private to carrier*.c. */
#pragma once
#include <glib.h>

#include "ipc/carrier.h"
#include "ipc/message.h"
#include "ipc/process.h"

enum { CARRIER_PORT = 4000 };

typedef uint64_t LoadId;                    /* its place, and a serial number that tells reuse apart */

/* One message under way. */
typedef struct { NodeId from, to; uint32_t cargo, next_free, serial; bool used; } Load;

/* To one other host; the handle is the model's (a connection, a channel, a socket, a queue), NULL
 * where there is none in this incarnation of the host. */
typedef struct { NodeId to; void *handle; } Way;

/* A host's end: its process receives, and owns what the ways need. */
typedef struct {
    Carrier *carrier;
    NodeId host;
    Process *process;
    GArray *ways;               /* of Way, ascending by `to` */
    void *own;                  /* the model's, for the whole run */
} CarrierEnd;

/* How one model carries. */
typedef struct {
    void (*prepare)(CarrierEnd *end);                       /* (optional) once in a run */
    ProcessBody body;                                       /* of the process, with its end as argument */
    void (*send)(CarrierEnd *from, Way *way, LoadId load, uint32_t size);
    void (*forget)(void *handle);                           /* (optional) its host went down, or the run ended */
} CarrierModel;

extern const CarrierModel carrier_stream, carrier_zeromq, carrier_queue, carrier_rpc;

struct Carrier {
    Ipc *ipc;
    CarrierSettings settings;
    CarrierUser user;
    const CarrierModel *model;
    CarrierEnd *ends;           /* of each host */
    Load *loads;
    uint32_t count, room, free, held;
};

void carrier_deliver(Carrier *carrier, LoadId load);      /* it has arrived; a copy of what has does nothing */
void carrier_lose(Carrier *carrier, LoadId load);         /* without effect where it has arrived */

/* A message of `size` bytes that stands for the load: lost with its last holder. */
IpcMessage *carrier_message(Carrier *carrier, LoadId load, uint32_t size);
