/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from a PUSH socket for each neighbor into the neighbor's PULL socket. */
#include "ipc/carrier_part.h"
#include "ipc/zeromq.h"

typedef struct Ends Ends;
typedef struct { NodeId to; ZeromqSocket *socket; } Way;
typedef struct { Ends *ends; Process *process; GArray *ways; } End;     /* ways: ascending by `to`, of this incarnation */

struct Ends { Carrier *carrier; End *hosts; };

static ZeromqOptions options_of(const Carrier *carrier)
{
    ZeromqOptions options = zeromq_defaults;
    options.sndhwm = options.rcvhwm = carrier->settings.hwm;
    return options;
}

/* Hands on what comes, and is there to own the sockets. */
static void pull(Process *self, void *argument)
{
    End *end = argument;
    ZeromqOptions options = options_of(end->ends->carrier);
    g_autofree char *endpoint = g_strdup_printf("tcp://n%u:%d", process_host(self), CARRIER_PORT);
    ZeromqSocket *socket = zeromq_open(self, ZEROMQ_PULL, "carrier-pull", &options);
    IpcMessage *message;
    (void)zeromq_bind(socket, endpoint);
    g_clear_pointer(&endpoint, g_free);
    while (zeromq_recv(socket, &message, 0) >= 0) {
        carrier_deliver(end->ends->carrier, message->id);
        ipc_message_drop(message);
    }
}

static void *ends_open(Carrier *carrier)
{
    Ends *ends = g_new0(Ends, 1);
    ends->carrier = carrier;
    ends->hosts = g_new0(End, ipc_hosts(carrier->ipc));
    for (NodeId v = 0; v < ipc_hosts(carrier->ipc); v++) {
        g_autofree char *name = g_strdup_printf("carrier-%u", v);
        ends->hosts[v] = (End){ ends, NULL, g_array_new(FALSE, FALSE, sizeof(Way)) };
        ends->hosts[v].process = process_new(carrier->ipc, v, name, pull, &ends->hosts[v]);
    }
    return ends;
}

static void end_up(void *state, NodeId host) { process_restart(((Ends *)state)->hosts[host].process); }
static void end_down(void *state, NodeId host) { g_array_set_size(((Ends *)state)->hosts[host].ways, 0); }

static ZeromqSocket *socket_to(Ends *ends, NodeId from, NodeId to)
{
    End *end = &ends->hosts[from];
    guint low = 0, high = end->ways->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(end->ways, Way, middle).to < to) low = middle + 1;
        else high = middle;
    }
    if (low < end->ways->len && g_array_index(end->ways, Way, low).to == to) return g_array_index(end->ways, Way, low).socket;
    ZeromqOptions options = options_of(ends->carrier);
    g_autofree char *endpoint = g_strdup_printf("tcp://n%u:%d", to, CARRIER_PORT);
    Way way = { to, zeromq_open(end->process, ZEROMQ_PUSH, "carrier-push", &options) };
    (void)zeromq_connect(way.socket, endpoint);
    g_array_insert_val(end->ways, low, way);
    return way.socket;
}

static void message_gone(void *user, LoadId load) { carrier_lose(user, load); }

static void ends_send(void *state, LoadId load, uint32_t size)
{
    Ends *ends = state;
    const Load *what = carrier_load(ends->carrier, load);
    IpcMessage *message = ipc_message_new(NULL, size);
    message->id = load;
    ipc_message_on_end(message, message_gone, ends->carrier);
    if (zeromq_send(socket_to(ends, what->from, what->to), message, ZEROMQ_DONTWAIT) < 0) ipc_message_drop(message);
}

static void ends_close(void *state)
{
    Ends *ends = state;
    for (NodeId v = 0; v < ipc_hosts(ends->carrier->ipc); v++) g_array_unref(ends->hosts[v].ways);
    g_free(ends->hosts);
    g_free(ends);
}

const CarrierModel carrier_zeromq = {
    .open = ends_open, .host_up = end_up, .host_down = end_down, .send = ends_send, .close = ends_close,
};
