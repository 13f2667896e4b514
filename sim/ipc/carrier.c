/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/carrier_part.h"

static void carrier_stop(void *state);
static void host_down(void *state, NodeId host);
static void host_up(void *state, NodeId host);

static const Library carrier_library = {
    .name = "carrier", .size = sizeof(Carrier), .host_down = host_down, .host_up = host_up,
    .stop = carrier_stop,
};

Carrier *carrier_new(Ipc *ipc, const CarrierSettings *settings, const CarrierUser *user)
{
    static const CarrierModel *const models[] = {
        [CARRIER_STREAM] = &carrier_stream, [CARRIER_ZEROMQ] = &carrier_zeromq, [CARRIER_QUEUE] = &carrier_queue,
        [CARRIER_RPC] = &carrier_rpc,
    };
    const CarrierModel *model = models[settings->kind];
    (void)process_running(ipc);                             /* processes end before the carrier's host_down() */
    Carrier *carrier = ipc_library(ipc, &carrier_library);
    *carrier = (Carrier){ .ipc = ipc, .settings = *settings, .user = *user, .model = model };
    carrier->ends = g_new0(CarrierEnd, ipc_hosts(ipc));
    for (NodeId v = 0; v < ipc_hosts(ipc); v++) {
        CarrierEnd *end = &carrier->ends[v];
        g_autofree char *name = g_strdup_printf("carrier-%u", v);
        *end = (CarrierEnd){ carrier, v, NULL, g_array_new(FALSE, FALSE, sizeof(Way)), NULL };
        if (model->prepare) model->prepare(end);
        end->process = process_new(ipc, v, name, model->body, end);
        if (ipc_is_up(ipc, v)) process_restart(end->process);
    }
    return carrier;
}

static void ways_forget(CarrierEnd *end)
{
    void (*forget)(void *handle) = end->carrier->model->forget;
    for (guint i = 0; i < end->ways->len; i++) {
        Way *way = &g_array_index(end->ways, Way, i);
        if (forget && way->handle) forget(way->handle);
        way->handle = NULL;
    }
}

static void carrier_stop(void *state)
{
    Carrier *carrier = state;
    for (NodeId v = 0; v < ipc_hosts(carrier->ipc); v++) {
        ways_forget(&carrier->ends[v]);
        g_array_unref(carrier->ends[v].ways);
    }
    g_free(carrier->ends);
    g_free(carrier->loads);
}

static void host_down(void *state, NodeId host) { ways_forget(&((Carrier *)state)->ends[host]); }
static void host_up(void *state, NodeId host) { process_restart(((Carrier *)state)->ends[host].process); }

/* The way to a host, made where there is none. */
static Way *way_to(CarrierEnd *end, NodeId to)
{
    guint low = 0, high = end->ways->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(end->ways, Way, middle).to < to) low = middle + 1;
        else high = middle;
    }
    if (low == end->ways->len || g_array_index(end->ways, Way, low).to != to) {
        Way way = { to, NULL };
        g_array_insert_val(end->ways, low, way);
    }
    return &g_array_index(end->ways, Way, low);
}

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
    LoadId id = (LoadId)load->serial << 32 | place;
    carrier->model->send(&carrier->ends[from], way_to(&carrier->ends[from], to), id, size);
}

static bool is_under_way(const Carrier *carrier, LoadId id)
{
    const Load *load = &carrier->loads[(uint32_t)id];
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

static void message_gone(void *user, LoadId load) { carrier_lose(user, load); }

IpcMessage *carrier_message(Carrier *carrier, LoadId load, uint32_t size)
{
    IpcMessage *message = ipc_message_new(NULL, size);
    message->id = load;
    ipc_message_on_end(message, message_gone, carrier);
    return message;
}

uint32_t carrier_held(const Carrier *carrier) { return carrier->held; }
