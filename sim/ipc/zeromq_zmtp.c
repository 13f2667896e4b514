/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a connection carries for a pipe: each frame and command is a record. */
#include <string.h>

#include "ipc/zeromq_parts.h"

static Wire *zmtp_new(const Pipe *pipe, WireKind kind, Parcel parcel)
{
    Zeromq *all = pipe->socket->all;
    Wire *wire = g_slice_new(Wire);
    *wire = (Wire){ .next = all->wires, .all = all, .host = pipe->socket->host, .kind = kind, .type = pipe->socket->type,
                    .parcel = parcel };
    if (wire->next) wire->next->previous = wire;
    all->wires = wire;
    return wire;
}

void zmtp_free(Wire *wire)
{
    if (wire->previous) wire->previous->next = wire->next;
    else wire->all->wires = wire->next;
    if (wire->next) wire->next->previous = wire->previous;
    g_slice_free(Wire, wire);
}

/* It never arrives: its connection is gone. */
static void zmtp_lost(void *content)
{
    Wire *wire = content;
    Account *account = wire->parcel.account;
    if (account) {
        account->dropped[IPC_DROP_PEER_GONE]++;
        IpcEvent told = { .event = "zmq.drop", .node = wire->host, .object = account->object,
                          .message = wire->parcel.message->id, .reason = ipc_drop_names[IPC_DROP_PEER_GONE] };
        if (!wire->all->stopped) ipc_tell(wire->all->ipc, &told);
    }
    ipc_message_drop(wire->parcel.message);
    zmtp_free(wire);
}

/* As much of a frame as is text and short: a topic, as a rule. */
static void frame_words(const Frame *frame, GString *words)
{
    enum { LONGEST = 24 };
    const char *text = frame->data, *end;
    if (!text || !frame->size) return;
    (void)g_utf8_validate(text, MIN(frame->size, LONGEST), &end);
    gssize length = 0;
    while (length < end - text && (guchar)text[length] >= ' ') length++;
    if (length) g_string_append_printf(words, " %.*s", (int)length, text);
}

void zmtp_label(const void *content, GString *words)
{
    static const char *const commands[] = { [WIRE_GREETING] = "greeting", [WIRE_READY] = "ready", [WIRE_SUBSCRIBE] = "subscribe",
                                            [WIRE_CANCEL] = "unsubscribe", [WIRE_PING] = "ping", [WIRE_PONG] = "pong" };
    const Wire *wire = content;
    const IpcMessage *message = wire->parcel.message;
    if (wire->kind == WIRE_FRAME && !message) return;           /* more of it follows */
    g_string_append(words, wire->kind == WIRE_FRAME ? zeromq_type_names[wire->type] : commands[wire->kind]);
    if (message && message->frame_count) frame_words(&message->frames[0], words);
    if (message && wire->kind == WIRE_FRAME) g_string_append_printf(words, " #%u", (uint32_t)message->id);
}

void zmtp_count(Zeromq *all)
{
    for (const Wire *wire = all->wires; wire; wire = wire->next)
        if (wire->parcel.account) wire->parcel.account->in_flight++;
}

/* ---- sending ---- */

static uint32_t ready_size(const ZeromqSocket *socket)
{
    size_t properties = 1 + strlen("Socket-Type") + 4 + strlen(zeromq_type_names[socket->type]);
    if (socket->type == ZEROMQ_REQ || socket->type == ZEROMQ_DEALER || socket->type == ZEROMQ_ROUTER)
        properties += 1 + strlen("Identity") + 4 + (socket->options.routing_id ? strlen(socket->options.routing_id) : 0);
    return (uint32_t)(2 + 1 + strlen("READY") + properties);
}

static uint32_t command_size(const ZeromqSocket *socket, WireKind kind)
{
    enum { GREETING = 64, PING = 9, PONG = 7 };
    return kind == WIRE_GREETING ? GREETING : kind == WIRE_READY ? ready_size(socket) : kind == WIRE_PING ? PING : PONG;
}

void zmtp_command(Pipe *pipe, WireKind kind)
{
    Wire *wire = zmtp_new(pipe, kind, (Parcel){ 0 });
    wire->identity = pipe->socket->options.routing_id;
    wire->ttl = pipe->socket->options.heartbeat_ttl;
    connection_send(pipe->connection, wire, zmtp_lost, command_size(pipe->socket, kind));
}

static uint32_t frame_size(uint32_t size) { return size + (size > 255 ? 9 : 2); }

void zmtp_send(Pipe *pipe, Parcel parcel)
{
    const IpcMessage *message = parcel.message;
    if (parcel.kind != PARCEL_MESSAGE) {
        WireKind kind = parcel.kind == PARCEL_SUBSCRIBE ? WIRE_SUBSCRIBE : WIRE_CANCEL;
        uint32_t size = frame_size(1 + message->size);
        connection_send(pipe->connection, zmtp_new(pipe, kind, parcel), zmtp_lost, size);
        return;
    }
    for (unsigned i = 0; i + 1 < message->frame_count; i++)
        connection_send(pipe->connection, zmtp_new(pipe, WIRE_FRAME, (Parcel){ 0 }), zmtp_lost, frame_size(message->frames[i].size));
    uint32_t last = message->frame_count ? message->frames[message->frame_count - 1].size : 0;
    connection_send(pipe->connection, zmtp_new(pipe, WIRE_FRAME, parcel), zmtp_lost, frame_size(last));
}
