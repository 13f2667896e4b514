/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the models of a carrier share.  Private to carrier*.c. */
#pragma once
#include <glib.h>

#include "ipc/carrier.h"
#include "ipc/message.h"

enum { CARRIER_PORT = 4000 };

/* One message under way. */
typedef struct { NodeId from, to; uint32_t cargo, next_free, serial; bool used; } Load;

typedef uint64_t LoadId;                    /* its place, and a serial number that tells reuse apart */

/* How one model carries. */
typedef struct {
    void *(*open)(Carrier *carrier);                        /* for the whole run */
    void (*host_up)(void *state, NodeId host);              /* its end begins; also for those up at first */
    void (*host_down)(void *state, NodeId host);            /* all it had is gone */
    void (*send)(void *state, LoadId load, uint32_t size);
    void (*close)(void *state);
} CarrierModel;

extern const CarrierModel carrier_stream, carrier_zeromq, carrier_rpc;

struct Carrier {
    Ipc *ipc;
    CarrierSettings settings;
    CarrierUser user;
    const CarrierModel *model;
    void *state;
    Load *loads;
    uint32_t count, room, free, held;
};

static inline const Load *carrier_load(const Carrier *carrier, LoadId load) { return &carrier->loads[(uint32_t)load]; }
void carrier_deliver(Carrier *carrier, LoadId load);      /* it has arrived; a copy of what has does nothing */
void carrier_lose(Carrier *carrier, LoadId load);           /* without effect where it has arrived */
