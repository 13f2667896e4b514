/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulator's calls. */
#include "ipc/rpc.h"

#include <stdlib.h>
#include <string.h>

#include "rpc.h"
#include "stage/stage.h"

enum { CLIENTS = 4 };

typedef struct { RpcChannel *clients[CLIENTS]; int executed; } Memory;
G_STATIC_ASSERT(sizeof(Memory) <= STAGE_DESK);

/* ---- server ---- */

static const char *text_of(const IpcMessage *message, char text[RPC_TEXT])
{
    const Frame *frame = &message->frames[0];
    memset(text, 0, RPC_TEXT);
    if (message->frame_count) memcpy(text, frame->data, MIN(frame->size, RPC_TEXT - 1));
    return text;
}

static RpcStatus echo(Process *thread, RpcExecution *execution, void *user)
{
    char text[RPC_TEXT];
    (void)thread;
    ((Memory *)user)->executed++;
    rpc_reply(execution, ipc_message_text(text_of(rpc_request(execution), text)));
    return RPC_OK;
}

static RpcStatus sleeps(Process *thread, RpcExecution *execution, void *user)
{
    char text[RPC_TEXT];
    ((Memory *)user)->executed++;
    process_sleep(thread, atoi(text_of(rpc_request(execution), text)) * SIM_MS);
    rpc_reply(execution, ipc_message_text(text));
    return RPC_OK;
}

static RpcStatus fail(Process *thread, RpcExecution *execution, void *user)
{
    (void)thread, (void)execution;
    ((Memory *)user)->executed++;
    return RPC_INTERNAL;
}

static RpcStatus garble(Process *thread, RpcExecution *execution, void *user)
{
    (void)thread, (void)execution;
    ((Memory *)user)->executed++;
    return RPC_INVALID_ARGUMENT;
}

bool server_open(void *memory, void *self, const ServerOrder *order)
{
    RpcServerSettings settings = rpc_server_defaults;
    settings.name = "s";
    settings.transport = order->stream ? RPC_STREAM : RPC_DATAGRAM;
    settings.semantics = order->filters ? RPC_AT_MOST_ONCE : RPC_AT_LEAST_ONCE;
    RpcServer *server = rpc_serve(self, (uint32_t)order->port, &settings);
    if (!server) return false;
    rpc_method(server, "echo", echo, memory);
    rpc_method(server, "sleep", sleeps, memory);
    rpc_method(server, "fail", fail, memory);
    rpc_method(server, "garble", garble, memory);
    return true;
}

int server_executed(const void *memory) { return ((const Memory *)memory)->executed; }

/* ---- clients ---- */

bool client_open(void *memory, void *self, int number, const ClientOrder *order)
{
    RpcPolicy policy = rpc_policy_defaults;
    policy.name = "c";
    policy.transport = order->stream ? RPC_STREAM : RPC_DATAGRAM;
    policy.retry_interval = order->retry_ms * SIM_MS;
    Address server = { (NodeId)(order->port / STAGE_PORTS), (uint32_t)order->port };
    return (((Memory *)memory)->clients[number] = rpc_dial(self, server, &policy)) != NULL;
}

static RpcRequest request(Process *self, const CallOrder *order)
{
    return (RpcRequest){ .method = g_intern_string(order->method), .request = ipc_message_text(order->text),
                         .deadline = order->limit_ms ? process_now(self) + order->limit_ms * SIM_MS : -1 };
}

const char *client_call(void *memory, void *self, int number, const CallOrder *order, char answer[RPC_TEXT])
{
    RpcRequest made = request(self, order);
    IpcMessage *reply = NULL;
    RpcStatus status = rpc_call(((Memory *)memory)->clients[number], &made, &reply);
    if (reply) text_of(reply, answer);
    if (reply) ipc_message_drop(reply);
    return rpc_status_name(status);
}

void client_tell(void *memory, void *self, int number, const CallOrder *order)
{
    RpcRequest made = request(self, order);
    rpc_one_way(((Memory *)memory)->clients[number], &made);
}
