/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What queues and queue managers send over connections. */
#include "ipc/queue_part.h"

Wire *queue_wire_new(Queues *all, WireKind kind)
{
    Wire *wire = g_slice_new(Wire);
    *wire = (Wire){ .next = all->wires, .all = all, .kind = (uint8_t)kind, .expires = -1, .fate = IPC_DROP_PEER_GONE };
    if (wire->next) wire->next->previous = wire;
    all->wires = wire;
    return wire;
}

void queue_wire_free(Wire *wire)
{
    if (wire->previous) wire->previous->next = wire->next;
    else wire->all->wires = wire->next;
    if (wire->next) wire->next->previous = wire->previous;
    ipc_message_drop(wire->message);
    g_slice_free(Wire, wire);
}

/* Its connection is gone; what was nowhere else is lost. */
static void lost(void *content)
{
    Wire *wire = content;
    if (wire->account && !wire->all->stopped) {
        wire->account->dropped[wire->fate]++;
        IpcEvent told = { .event = "q.drop", .object = wire->account->object, .message = wire->message->id,
                          .reason = ipc_drop_names[wire->fate] };
        ipc_tell(wire->all->ipc, &told);
    }
    queue_wire_free(wire);
}

void queue_wire_label(const void *content, GString *words)
{
    static const char *const kinds[] = {
        "open", "close", "put", "get", "notify", "commit", "backout", "reply", "notice", "init", "accept", "refuse",
        "data", "confirm?", "confirmed", "heartbeat", "heartbeat back", "error",
    };
    const Wire *wire = content;
    g_string_append(words, kinds[wire->kind]);
    if (wire->name) g_string_append_printf(words, " %s", wire->name);
    if (wire->message) g_string_append_printf(words, " #%u", (uint32_t)wire->message->id);
    if (wire->message && wire->backouts) g_string_append(words, " again");
}

uint32_t queue_wire_send(Connection *connection, Wire *wire, const QueueStoreSettings *settings)
{
    enum { BARE = 32 };
    uint32_t size = wire->message ? wire->message->size + settings->header : BARE;
    connection_send(connection, wire, lost, size);
    return size;
}

StreamOptions queue_stream_options(const QueueStoreSettings *settings)
{
    StreamOptions options = stream_defaults;
    options.overlay = settings->overlay;
    options.keepalive_idle = options.keepalive_interval = settings->heartbeat;
    options.keepalive_probes = 2;
    options.user_timeout = 3 * settings->heartbeat;
    return options;
}
