/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In-process endpoints: two pipes that write into each other's lanes. */
#include <string.h>

#include "ipc/zeromq_parts.h"

static char *key_of(const Endpoint *endpoint)
{
    return g_strdup_printf("%u %s", endpoint->socket->host, endpoint->name);
}

static GBytes *announced_by(const ZeromqSocket *socket)
{
    const char *id = socket->options.routing_id;
    return id && *id ? g_bytes_new(id, strlen(id)) : NULL;
}

/* What was sent before somebody bound goes over. */
static void hand_over(Pipe *from)
{
    Lane lane = from->out;
    Parcel parcel;
    bool credit;
    from->out = (Lane){ 0 };
    while (lane_pop(&lane, &parcel, &credit)) pipe_write(from, parcel);
    lane_free(&lane);
}

static void join(Pipe *dialed, Endpoint *bound)
{
    ZeromqSocket *here = dialed->socket, *there = bound->socket;
    Pipe *other = pipe_new(there, bound, false);
    if (!here->pattern->fits(there->type) || pipe_is_refused(other)) {
        zeromq_monitored(here, ZEROMQ_HANDSHAKE_FAILED, dialed->endpoint);
        pipe_free(other);
        pipe_end(dialed);
        return;
    }
    dialed->peer = other;
    other->peer = dialed;
    dialed->announced = announced_by(there);
    other->announced = announced_by(here);
    pipe_marks(dialed);
    pipe_marks(other);
    pipe_attach(dialed);
    pipe_attach(other);
    zeromq_attached(here);
    zeromq_attached(there);
    hand_over(dialed);
    if (dialed->leaving) {                              /* closed, and lingered for this */
        pipe_free(dialed);
        zeromq_release(here);
        return;
    }
    zeromq_resubscribe(here, dialed);
    zeromq_resubscribe(there, other);
    pipe_credited(dialed);
}

int inproc_bind(Endpoint *endpoint)
{
    Zeromq *all = endpoint->socket->all;
    char *key = key_of(endpoint);
    if (g_hash_table_contains(all->bound, key)) {
        g_free(key);
        return -IPC_EADDRINUSE;
    }
    g_hash_table_insert(all->bound, key, endpoint);
    for (guint i = 0; i < all->waiting->len;) {
        Pipe *pipe = all->waiting->pdata[i];
        ZeromqSocket *socket = pipe->socket;
        bool meant = socket->host == endpoint->socket->host && strcmp(pipe->endpoint->name, endpoint->name) == 0;
        if (!meant) {
            i++;
            continue;
        }
        g_ptr_array_remove_index(all->waiting, i);
        join(pipe, endpoint);
    }
    return 0;
}

void inproc_connect(Endpoint *endpoint)
{
    Zeromq *all = endpoint->socket->all;
    g_autofree char *key = key_of(endpoint);
    Endpoint *bound = g_hash_table_lookup(all->bound, key);
    if (bound) {
        join(endpoint->pipe, bound);
        return;
    }
    g_ptr_array_add(all->waiting, endpoint->pipe);
    if (endpoint->socket->type != ZEROMQ_ROUTER && !endpoint->socket->options.immediate) pipe_attach(endpoint->pipe);
}

void inproc_unbind(Endpoint *endpoint)
{
    g_autofree char *key = key_of(endpoint);
    g_hash_table_remove(endpoint->socket->all->bound, key);
}

void inproc_cut(Pipe *pipe)
{
    (void)g_ptr_array_remove(pipe->socket->all->waiting, pipe);
    Pipe *peer = pipe->peer;
    if (!peer) return;
    pipe->peer = peer->peer = NULL;
    zeromq_detached(pipe->socket);
    zeromq_detached(peer->socket);
    pipe_end(peer);
}
