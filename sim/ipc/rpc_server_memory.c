/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At most once: which calls a server knows, and the replies of those it has finished. */
#include "ipc/rpc_server_part.h"

void remembered_free(gpointer data)
{
    ipc_message_drop(((Remembered *)data)->reply);
    g_free(data);
}

void remember_call(RpcServer *server, uint64_t call)
{
    Remembered *entry = g_new0(Remembered, 1);
    entry->call = call;
    g_hash_table_insert(server->remembered, &entry->call, entry);
}

void remember_reply(RpcServer *server, const RpcExecution *execution)
{
    Remembered *entry = g_hash_table_lookup(server->remembered, &execution->call);
    if (!entry) return;
    entry->finished = true;
    entry->status = execution->status;
    entry->reply = execution->reply ? ipc_message_hold(execution->reply) : NULL;
    if (server->newest) server->newest->newer = entry;
    else server->oldest = entry;
    server->newest = entry;
    if (++server->finished <= server->settings.cache) return;
    Remembered *gone = server->oldest;
    server->oldest = gone->newer;
    if (!server->oldest) server->newest = NULL;
    server->finished--;
    g_hash_table_remove(server->remembered, &gone->call);
}

bool remember_duplicate(RpcServer *server, Address from, const Wire *wire)
{
    Remembered *entry = g_hash_table_lookup(server->remembered, &wire->call);
    if (!entry) return false;
    server->station->counts.duplicates++;
    rpc_tell(server->rpc, "rpc.dup", server->at.host, server->station->name, wire->call, entry->finished);
    if (!entry->finished) return true;
    server->station->counts.resent++;
    server_answer(server, from, NULL, wire->call, entry->status, entry->reply);
    return true;
}
