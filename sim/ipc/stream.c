/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library of connections: its ends, listeners, and what failures of hosts do. */
#include "ipc/stream_state.h"

enum { CHUNK = 256, FIRST_PORT = 49152 };

const StreamOptions stream_defaults = { .syn_retries = UINT32_MAX };

/* ---- segments ---- */

Segment *segment_new(Streams *all)
{
    Segment *segment = all->free_segment;
    if (!segment) {
        Segment *chunk = g_new0(Segment, CHUNK);
        g_ptr_array_add(all->chunks, chunk);
        for (unsigned i = 0; i < CHUNK; i++) chunk[i].next = i + 1 < CHUNK ? &chunk[i + 1] : NULL;
        segment = chunk;
    }
    all->free_segment = segment->next;
    *segment = (Segment){ .echo = -1 };
    return segment;
}

void segment_free(Segment *segment, Streams *all)
{
    if (segment->content && segment->release) segment->release(segment->content);
    segment->content = NULL;
    segment->next = all->free_segment;
    all->free_segment = segment;
}

void segments_free(Segments *list, Streams *all)
{
    while (list->first) segment_free(segments_pop(list), all);
}

void segments_append(Segments *list, Segment *segment)
{
    segment->next = NULL;
    if (list->last) list->last->next = segment;
    else list->first = segment;
    list->last = segment;
}

Segment *segments_pop(Segments *list)
{
    Segment *segment = list->first;
    list->first = segment->next;
    if (!list->first) list->last = NULL;
    return segment;
}

void segments_insert(Segments *list, Segment *segment)
{
    if (!list->last || list->last->seq < segment->seq) {
        segments_append(list, segment);
        return;
    }
    Segment **at = &list->first;
    while ((*at)->seq < segment->seq) at = &(*at)->next;
    segment->next = *at;
    *at = segment;
}

/* ---- ends ---- */

static Connection *place_take(Streams *all)
{
    Connection *end = all->free_first;
    if (end) {
        all->free_first = end->next;
        if (!all->free_first) all->free_last = NULL;
        return end;
    }
    if (all->end_count == all->end_room) {
        all->end_room = all->end_room ? all->end_room * 2 : 64;
        all->ends = g_renew(Connection *, all->ends, all->end_room);
    }
    end = g_new0(Connection, 1);
    end->id = 1ULL << 32 | all->end_count;
    all->ends[all->end_count++] = end;
    return end;
}

static uint32_t port_take(Streams *all, NodeId host)
{
    uint32_t *next = &all->ports[host];
    if (!*next) *next = FIRST_PORT;
    while (listener_find(all, (Address){ host, *next })) ++*next;
    return (*next)++;
}

Connection *end_new(Streams *all, NodeId host, Address peer, const StreamOptions *options)
{
    Connection *end = place_take(all), *first = all->by_host[host];
    *end = (Connection){ .all = all, .id = end->id, .closed_id = end->closed_id, .here = { host, options->port }, .peer = peer,
                         .options = *options, .next = first, .srtt = -1, .echo_at = -1, .heard = ipc_now(all->ipc) };
    if (!end->options.sndbuf) end->options.sndbuf = 212992;
    if (!end->options.rcvbuf) end->options.rcvbuf = 212992;
    if (!end->options.rto) end->options.rto = 1000000000;
    if (end->options.syn_retries == UINT32_MAX) end->options.syn_retries = 6;
    if (!end->here.port) end->here.port = port_take(all, host);
    end->rto = end->options.rto;
    end->told_edge = end->options.rcvbuf;
    if (first) first->previous = end;
    all->by_host[host] = end;
    return end;
}

Connection *end_find(Streams *all, uint64_t id)
{
    uint32_t place = (uint32_t)id;
    if (place >= all->end_count) return NULL;
    Connection *end = all->ends[place];
    return end->id == id && end->state != END_FREE ? end : NULL;
}

static void end_empty(Connection *end)
{
    segments_free(&end->queued, end->all);
    segments_free(&end->lost, end->all);
    segments_free(&end->early, end->all);
    end->queued_bytes = 0;
    ipc_cancel(end->all->ipc, &end->timer);
    ipc_cancel(end->all->ipc, &end->keep_timer);
}

static void end_leave_listener(Connection *end)
{
    if (!end->listener) return;
    waiting_remove(end->state == END_HALF ? &end->listener->half : &end->listener->full, end);
    end->listener = NULL;
}

void end_release(Connection *end)
{
    Streams *all = end->all;
    end_leave_listener(end);
    end_empty(end);
    segments_free(&end->unread, all);
    ipc_cancel(all->ipc, &end->wake_timer);
    if (end->previous) end->previous->next = end->next;
    else all->by_host[end->here.host] = end->next;
    if (end->next) end->next->previous = end->previous;
    end->state = END_FREE;
    end->id += 1ULL << 32;
    end->next = NULL;
    if (all->free_last) all->free_last->next = end;
    else all->free_first = end;
    all->free_last = end;
}

void end_finish(Connection *end)
{
    if (end->told_ack != end->expected) send_control(end, KIND_ACK);
    end->closed_id = end->id;
    end_release(end);
}

void end_fail(Connection *end, int error)
{
    if (end->orphan || end->state == END_HALF) {
        end_release(end);
        return;
    }
    end->state = END_FAILED;
    end->error = error;
    end_empty(end);
    receive_deliver(end);
}

void end_tell(const Connection *end, const char *event, uint64_t number)
{
    if (G_LIKELY(!ipc_watched(end->all->ipc))) return;
    IpcEvent told = { .event = event, .node = end->here.host, .message = end->here.port, .number = number };
    ipc_tell(end->all->ipc, &told);
}

static void woken(void *subject, uint64_t detail)
{
    Connection *end = subject;
    (void)detail;
    end->wake_timer = 0;
    receive_deliver(end);
}

void end_wake(Connection *end)
{
    if (!end->wake_timer) end->wake_timer = ipc_after(end->all->ipc, end->here.host, 0, woken, end, 0);
}

void connection_use(Connection *connection, const ConnectionUser *calls, void *user)
{
    connection->calls = calls;
    connection->user = user;
    if (connection->unread.first || connection->ended || connection->state == END_FAILED) end_wake(connection);
}

Address connection_here(const Connection *connection) { return connection->here; }
Address connection_peer(const Connection *connection) { return connection->peer; }
bool connection_is_open(const Connection *connection) { return connection->state == END_OPEN && !connection->fin_queued; }

void connection_abort(Connection *connection)
{
    Connection *end = connection;
    if (end->state == END_FREE || !ipc_is_up(end->all->ipc, end->here.host)) {      /* gone with its host */
        g_assert(!ipc_is_up(end->all->ipc, end->here.host));
        return;
    }
    if (end->state == END_OPEN || end->state == END_HALF) send_control(end, KIND_RST);
    end_release(end);
}

void connection_free(Connection *connection)
{
    Connection *end = connection;
    if (end->state != END_OPEN || end->unread.first || !ipc_is_up(end->all->ipc, end->here.host)) {
        connection_abort(end);
        return;
    }
    end->orphan = true;
    end->calls = NULL;
    if (!end->fin_queued) connection_shutdown(end);
    else if (end->fin_sent && end->una == end->sequence && end->ended) end_finish(end);
}

/* ---- the library ---- */

static void start(Ipc *ipc, void *state)
{
    Streams *all = state;
    all->ipc = ipc;
    all->chunks = g_ptr_array_new_with_free_func(g_free);
    all->by_host = g_new0(Connection *, ipc_hosts(ipc) + 1);
    all->listeners = g_new0(Listener *, ipc_hosts(ipc) + 1);
    all->ports = g_new0(uint32_t, ipc_hosts(ipc) + 1);
}

static void arrive(void *state, Packet *packet)
{
    Streams *all = state;
    if (packet->kind == KIND_SYN) {
        connect_request(all, packet);
        return;
    }
    if (packet->kind == KIND_SYN_ACK) {
        connect_answer(all, packet);
        return;
    }
    Connection *end = end_find(all, packet->word);
    if (!end || end->state == END_FAILED) {
        if (packet->kind != KIND_RST) send_reset(all, packet);
        segment_free(packet->content, all);
        return;
    }
    receive_segment(end, packet);
}

static void lost(void *state, Packet *packet)
{
    retry_packet_lost(state, packet);
}

/* An orphan that only waits for the peer's end would wait for ever. */
static void let_peer_go(Connection *end)
{
    Connection *peer = end->peer_id ? end_find(end->all, end->peer_id) : NULL;
    if (peer && peer->orphan && peer->fin_sent && peer->una == peer->sequence) end_release(peer);
}

static void host_down(void *state, NodeId host)
{
    Streams *all = state;
    for (Connection *end = all->by_host[host]; end; end = end->next) end->closed_id = 0, end->orphan = false;
    while (all->by_host[host]) {
        let_peer_go(all->by_host[host]);
        end_release(all->by_host[host]);
    }
    while (all->listeners[host]) {
        Listener *listener = all->listeners[host];
        listener_unlist(listener);
        listener->gone = true;
        listener->next = all->gone;
        all->gone = listener;
    }
}

void stream_each(Ipc *ipc, void (*release)(void *content), void (*call)(void *content, void *data), void *data)
{
    Streams *all = ipc_library(ipc, &stream_library);
    for (guint c = 0; c < all->chunks->len; c++) {
        Segment *chunk = all->chunks->pdata[c];
        for (unsigned i = 0; i < CHUNK; i++)
            if (chunk[i].content && chunk[i].release == release) call(chunk[i].content, data);
    }
}

static void stop(void *state)
{
    Streams *all = state;
    for (uint32_t host = 0; host < ipc_hosts(all->ipc); host++) host_down(all, host);
    for (guint c = 0; c < all->chunks->len; c++) {              /* what is still on its way */
        Segment *chunk = all->chunks->pdata[c];
        for (unsigned i = 0; i < CHUNK; i++)
            if (chunk[i].content && chunk[i].release) chunk[i].release(chunk[i].content);
    }
    for (uint32_t i = 0; i < all->end_count; i++) g_free(all->ends[i]);
    g_free(all->ends);
    g_free(all->by_host);
    while (all->gone) {
        Listener *next = all->gone->next;
        g_free(all->gone);
        all->gone = next;
    }
    g_free(all->listeners);
    g_free(all->ports);
    g_ptr_array_unref(all->chunks);
}

static void label(void *state, const Packet *packet, GString *words)
{
    const Streams *all = state;
    const Segment *segment = packet->content;
    const Connection *end = all->ends[(uint32_t)packet->other];
    if (packet->kind == KIND_DATA && segment->content && end->id == packet->other && end->calls && end->calls->label)
        end->calls->label(segment->content, words);
}

static const char *const kinds[] = { "syn", "syn-ack", "data", "fin", "ack", "probe", "rst", NULL };

const Library stream_library = {
    .name = "stream", .size = sizeof(Streams), .kinds = kinds, .start = start, .arrive = arrive, .lost = lost,
    .host_down = host_down, .stop = stop, .label = label,
};
