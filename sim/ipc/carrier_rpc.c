/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as calls: each is sent again until it is answered, executed at most once. */
#include "ipc/carrier_part.h"
#include "ipc/program.h"
#include "ipc/rpc.h"

typedef struct Ends Ends;
typedef struct { NodeId to; RpcChannel *channel; } Way;
typedef struct { Ends *ends; Process *process; GArray *ways; } End;     /* ways: ascending by `to`, of this incarnation */

struct Ends { Carrier *carrier; End *hosts; };

static void arrive(void *user, RpcExecution *execution)
{
    const Ends *ends = user;
    carrier_deliver(ends->carrier, rpc_request(execution)->id);
}

/* Serves, and is there to own the channels. */
static void serve(Process *self, void *argument)
{
    End *end = argument;
    WaitList for_ever = { NULL, NULL };
    RpcServerSettings settings = rpc_server_defaults;
    settings.name = "carrier";
    settings.threads = 0;
    settings.cache = 4096;
    rpc_timed(rpc_serve(self, CARRIER_PORT, &settings), NULL, NULL, arrive, end->ends);
    (void)process_wait(self, &for_ever, -1);
}

static void *ends_open(Carrier *carrier)
{
    Ends *ends = g_new0(Ends, 1);
    ends->carrier = carrier;
    ends->hosts = g_new0(End, ipc_hosts(carrier->ipc));
    for (NodeId v = 0; v < ipc_hosts(carrier->ipc); v++) {
        g_autofree char *name = g_strdup_printf("carrier-%u", v);
        ends->hosts[v] = (End){ ends, NULL, g_array_new(FALSE, FALSE, sizeof(Way)) };
        ends->hosts[v].process = process_new(carrier->ipc, v, name, serve, &ends->hosts[v]);
    }
    return ends;
}

static void end_up(void *state, NodeId host) { process_restart(((Ends *)state)->hosts[host].process); }
static void end_down(void *state, NodeId host) { g_array_set_size(((Ends *)state)->hosts[host].ways, 0); }

static RpcChannel *channel_to(Ends *ends, NodeId from, NodeId to)
{
    End *end = &ends->hosts[from];
    guint low = 0, high = end->ways->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(end->ways, Way, middle).to < to) low = middle + 1;
        else high = middle;
    }
    if (low < end->ways->len && g_array_index(end->ways, Way, low).to == to) return g_array_index(end->ways, Way, low).channel;
    RpcPolicy policy = rpc_policy_defaults;
    policy.name = "carrier-calls";
    policy.retry_interval = ends->carrier->settings.retry;
    Way way = { to, rpc_dial(end->process, (Address){ to, CARRIER_PORT }, &policy) };
    g_array_insert_val(end->ways, low, way);
    return way.channel;
}

/* Its caller knows no more than that no answer came in time; what did arrive has been delivered. */
static void over(void *user, RpcStatus status, const IpcMessage *reply)
{
    (void)user, (void)status, (void)reply;
}

/* The last copy of a request is gone. */
static void request_gone(void *user, LoadId load) { carrier_lose(user, load); }

static void ends_send(void *state, LoadId load, uint32_t size)
{
    Ends *ends = state;
    Carrier *carrier = ends->carrier;
    const Load *what = carrier_load(carrier, load);
    RpcRequest request = { .method = "message", .request = ipc_message_new(NULL, size), .over = over,
                           .deadline = ipc_now(carrier->ipc) + carrier->settings.deadline };
    request.request->id = load;
    ipc_message_on_end(request.request, request_gone, carrier);
    (void)rpc_start(channel_to(ends, what->from, what->to), &request);
}

static void ends_close(void *state)
{
    Ends *ends = state;
    for (NodeId v = 0; v < ipc_hosts(ends->carrier->ipc); v++) g_array_unref(ends->hosts[v].ways);
    g_free(ends->hosts);
    g_free(ends);
}

const CarrierModel carrier_rpc = {
    .open = ends_open, .host_up = end_up, .host_down = end_down, .send = ends_send, .close = ends_close,
};
