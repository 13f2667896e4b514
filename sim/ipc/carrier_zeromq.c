/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages from a PUSH socket for each neighbor into the neighbor's PULL socket. */
#include "ipc/carrier_part.h"
#include "ipc/zeromq.h"

static ZeromqSocket *open_socket(const CarrierEnd *end, ZeromqType type, NodeId at)
{
    ZeromqOptions options = zeromq_defaults;
    options.sndhwm = options.rcvhwm = end->carrier->settings.hwm;
    g_autofree char *endpoint = g_strdup_printf("tcp://n%u:%d", at, CARRIER_PORT);
    ZeromqSocket *socket = zeromq_open(end->process, type, type == ZEROMQ_PULL ? "carrier-pull" : "carrier-push", &options);
    (void)(type == ZEROMQ_PULL ? zeromq_bind : zeromq_connect)(socket, endpoint);
    return socket;
}

static void pull(Process *self, void *argument)
{
    const CarrierEnd *end = argument;
    ZeromqSocket *socket = open_socket(end, ZEROMQ_PULL, process_host(self));
    IpcMessage *message;
    while (zeromq_recv(socket, &message, 0) >= 0) {
        carrier_deliver(end->carrier, message->id);
        ipc_message_drop(message);
    }
}

static void push(CarrierEnd *from, Way *way, LoadId load, uint32_t size)
{
    if (!way->handle) way->handle = open_socket(from, ZEROMQ_PUSH, way->to);
    IpcMessage *message = carrier_message(from->carrier, load, size);
    if (zeromq_send(way->handle, message, ZEROMQ_DONTWAIT) < 0) ipc_message_drop(message);
}

const CarrierModel carrier_zeromq = { .body = pull, .send = push };
