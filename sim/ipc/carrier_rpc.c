/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as calls: each is sent again until it is answered, executed at most once. */
#include "ipc/carrier_part.h"
#include "ipc/rpc.h"

static void arrive(void *user, RpcExecution *execution)
{
    carrier_deliver(user, rpc_request(execution)->id);
}

static void serve(Process *self, void *argument)
{
    const CarrierEnd *end = argument;
    WaitList for_ever = { NULL, NULL };
    RpcServerSettings settings = rpc_server_defaults;
    settings.name = "carrier";
    settings.threads = 0;
    settings.cache = 4096;
    rpc_timed(rpc_serve(self, CARRIER_PORT, &settings), NULL, NULL, arrive, end->carrier);
    (void)process_wait(self, &for_ever, -1);
}

/* A caller knows no more than that no answer came in time; what did arrive has been delivered. */
static void over(void *user, RpcStatus status, const IpcMessage *reply)
{
    (void)user, (void)status, (void)reply;
}

static void send_call(CarrierEnd *from, Way *way, LoadId load, uint32_t size)
{
    const CarrierSettings *settings = &from->carrier->settings;
    if (!way->handle) {
        RpcPolicy policy = rpc_policy_defaults;
        policy.name = "carrier-calls";
        policy.retry_interval = settings->retry;
        way->handle = rpc_dial(from->process, (Address){ way->to, CARRIER_PORT }, &policy);
    }
    RpcRequest request = { .method = "message", .request = carrier_message(from->carrier, load, size), .over = over,
                           .deadline = ipc_now(from->carrier->ipc) + settings->deadline };
    (void)rpc_start(way->handle, &request);
}

const CarrierModel carrier_rpc = { .body = serve, .send = send_call };
