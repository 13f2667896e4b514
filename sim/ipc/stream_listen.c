/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listeners, and the ends that wait at them. */
#include "ipc/stream_state.h"

void waiting_add(WaitingEnds *list, Connection *end)
{
    end->next_waiting = NULL;
    if (list->last) list->last->next_waiting = end;
    else list->first = end;
    list->last = end;
    list->count++;
}

void waiting_remove(WaitingEnds *list, Connection *end)
{
    Connection *before = NULL, *at = list->first;
    for (; at && at != end; at = at->next_waiting) before = at;
    g_assert(at);
    if (before) before->next_waiting = end->next_waiting;
    else list->first = end->next_waiting;
    if (list->last == end) list->last = before;
    list->count--;
}

Listener *listener_find(Streams *all, Address at)
{
    Listener *listener = all->listeners[at.host];
    while (listener && listener->at.port != at.port) listener = listener->next;
    return listener;
}

Listener *listener_open(Ipc *ipc, Address at, const ListenerSettings *settings)
{
    Streams *all = ipc_library(ipc, &stream_library);
    if (listener_find(all, at)) return NULL;
    Listener *listener = g_new0(Listener, 1);
    *listener = (Listener){ .all = all, .at = at, .settings = *settings, .next = all->listeners[at.host] };
    listener->settings.options.port = at.port;
    all->listeners[at.host] = listener;
    return listener;
}

Connection *listener_take(Listener *listener)
{
    Connection *end = listener->full.first;
    if (!end) return NULL;
    waiting_remove(&listener->full, end);
    end->listener = NULL;
    return end;
}

unsigned listener_backlog(const Listener *listener) { return listener->full.count; }
void listener_allow(Listener *listener, uint32_t more) { listener->more = more; }
void listener_resize(Listener *listener, uint32_t backlog) { listener->settings.backlog = backlog; }

void listener_unlist(Listener *listener)
{
    Listener **at = &listener->all->listeners[listener->at.host];
    while (*at != listener) at = &(*at)->next;
    *at = listener->next;
}

void listener_close(Listener *listener)
{
    if (listener->gone || !ipc_is_up(listener->all->ipc, listener->at.host)) return;
    while (listener->full.first) connection_abort(listener->full.first);
    while (listener->half.first) connection_abort(listener->half.first);
    listener_unlist(listener);
    g_free(listener);
}
