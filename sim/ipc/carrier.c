/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/carrier_part.h"

#include "ipc/process.h"

static void carrier_stop(void *state);
static void host_down(void *state, NodeId host);
static void host_up(void *state, NodeId host);
static void no_packet(void *state, Packet *packet) { (void)state, (void)packet; g_assert_not_reached(); }

static const Library carrier_library = {
    .name = "carrier", .size = sizeof(Carrier), .arrive = no_packet, .lost = no_packet, .host_down = host_down, .host_up = host_up,
    .stop = carrier_stop,
};

Carrier *carrier_new(Ipc *ipc, const CarrierSettings *settings, const CarrierUser *user)
{
    static const CarrierModel *const models[] = {
        [CARRIER_STREAM] = &carrier_stream, [CARRIER_ZEROMQ] = &carrier_zeromq, [CARRIER_RPC] = &carrier_rpc,
    };
    const CarrierModel *model = models[settings->kind];
    (void)process_running(ipc);                             /* processes end before the carrier's host_down() */
    Carrier *carrier = ipc_library(ipc, &carrier_library);
    *carrier = (Carrier){ .ipc = ipc, .settings = *settings, .user = *user, .model = model };
    carrier->state = model->open(carrier);
    for (NodeId v = 0; v < ipc_hosts(ipc); v++)
        if (ipc_is_up(ipc, v)) model->host_up(carrier->state, v);
    return carrier;
}

static void carrier_stop(void *state)
{
    Carrier *carrier = state;
    carrier->model->close(carrier->state);
    g_free(carrier->loads);
}

static void host_down(void *state, NodeId host) { ((Carrier *)state)->model->host_down(((Carrier *)state)->state, host); }
static void host_up(void *state, NodeId host) { ((Carrier *)state)->model->host_up(((Carrier *)state)->state, host); }

static uint32_t load_take(Carrier *carrier)
{
    if (carrier->free) {
        uint32_t load = carrier->free - 1;
        carrier->free = carrier->loads[load].next_free;
        return load;
    }
    if (carrier->count == carrier->room) {
        carrier->room = carrier->room ? carrier->room * 2 : 256;
        carrier->loads = g_renew(Load, carrier->loads, carrier->room);
    }
    carrier->loads[carrier->count] = (Load){ 0 };
    return carrier->count++;
}

void carrier_send(Carrier *carrier, NodeId from, NodeId to, uint32_t cargo, uint32_t size)
{
    uint32_t place = load_take(carrier);
    Load *load = &carrier->loads[place];
    *load = (Load){ .from = from, .to = to, .cargo = cargo, .serial = load->serial + 1, .used = true };
    carrier->held++;
    carrier->model->send(carrier->state, (LoadId)load->serial << 32 | place, size);
}

static bool is_under_way(const Carrier *carrier, LoadId id)
{
    const Load *load = carrier_load(carrier, id);
    return load->used && load->serial == id >> 32;
}

static Load load_end(Carrier *carrier, uint32_t number)
{
    Load load = carrier->loads[number];
    carrier->loads[number].used = false;
    carrier->loads[number].next_free = carrier->free;
    carrier->free = number + 1;
    carrier->held--;
    return load;
}

void carrier_deliver(Carrier *carrier, LoadId id)
{
    if (!is_under_way(carrier, id)) return;
    Load load = load_end(carrier, (uint32_t)id);
    carrier->user.deliver(carrier->user.user, load.from, load.to, load.cargo);
}

void carrier_lose(Carrier *carrier, LoadId id)
{
    if (!is_under_way(carrier, id)) return;
    Load load = load_end(carrier, (uint32_t)id);
    carrier->user.lost(carrier->user.user, load.from, load.to, load.cargo);
}

uint32_t carrier_held(const Carrier *carrier) { return carrier->held; }
