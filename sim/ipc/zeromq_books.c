/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ZeroMQ tells of itself: events and accounts. */
#include "ipc/zeromq_parts.h"

const char *zeromq_text(Zeromq *all, const char *name)
{
    const char *text = g_hash_table_lookup(all->names, name);
    if (text) return text;
    char *kept = g_strdup(name);
    g_hash_table_add(all->names, kept);
    return kept;
}

ZeromqCounts *zeromq_counts_of(Zeromq *all, const char *name)
{
    ZeromqCounts *counts = g_hash_table_lookup(all->counts, name);
    if (!counts) g_hash_table_insert(all->counts, (gpointer)zeromq_text(all, name), counts = g_new0(ZeromqCounts, 1));
    return counts;
}

void zeromq_attached(ZeromqSocket *socket)
{
    socket->counts->attached++;
    zeromq_tell(socket, "zmq.attach", 0, 0, NULL);
}

void zeromq_detached(ZeromqSocket *socket)
{
    socket->counts->detached++;
    zeromq_tell(socket, "zmq.detach", 0, 0, NULL);
}

void zeromq_monitored(ZeromqSocket *socket, ZeromqEvent event, const Endpoint *endpoint)
{
    if (socket->monitor) socket->monitor(socket->monitor_data, event, endpoint ? endpoint->name : "");
}

void zeromq_tell(ZeromqSocket *socket, const char *event, uint64_t message, uint64_t number, const char *reason)
{
    if (G_LIKELY(!ipc_watched(socket->all->ipc)) || socket->all->stopped) return;
    IpcEvent told = { .event = event, .node = socket->host, .process = socket->owner, .object = socket->name,
                      .message = message, .number = number, .reason = reason ? zeromq_text(socket->all, reason) : NULL };
    ipc_tell(socket->all->ipc, &told);
}

/* ---- books ---- */

Parcel zeromq_enter(ZeromqSocket *socket, IpcMessage *message)
{
    socket->account->entered++;
    return (Parcel){ message, socket->account, PARCEL_MESSAGE };
}

void zeromq_drop(ZeromqSocket *where, Parcel *parcel, IpcDrop reason)
{
    if (parcel->account) {
        parcel->account->dropped[reason]++;
        if (ipc_watched(where->all->ipc) && !where->all->stopped) {
            IpcEvent told = { .event = "zmq.drop", .node = where->host, .process = where->owner,
                              .object = parcel->account->object, .message = parcel->message->id,
                              .reason = ipc_drop_names[reason] };
            ipc_tell(where->all->ipc, &told);
        }
    }
    ipc_message_drop(parcel->message);
    *parcel = (Parcel){ 0 };
}

static void count(const Lane *lane)
{
    for (uint32_t i = 0; i < lane->count; i++)
        if (lane_at(lane, i)->account) lane_at(lane, i)->account->queued++;
}

void zeromq_count(Zeromq *all)
{
    for (ZeromqSocket *socket = all->first; socket; socket = socket->next) {
        for (Pipe *pipe = socket->pipes; pipe; pipe = pipe->next) count(&pipe->in), count(&pipe->out);
        count(&socket->notices);
        if (socket->stash.account) socket->stash.account->queued++;
    }
    zmtp_count(all);
}
