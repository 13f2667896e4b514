/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as records of connections, one for each ordered pair of hosts. */
#include "ipc/carrier_part.h"
#include "ipc/stream.h"

typedef struct Ends Ends;

/* A record's content: which load of which carrier. */
typedef struct Record { Ends *ends; LoadId load; struct Record *next_free; } Record;

/* A connection that a host has opened. */
typedef struct { Ends *ends; Connection *connection; NodeId to; } Way;

typedef struct { GPtrArray *ways, *accepted; Listener *listener; } End;     /* ways: of Way *, ascending by `to` */

struct Ends {
    Carrier *carrier;
    End *hosts;
    Record *free;
};

static Record *record_new(Ends *ends, LoadId load)
{
    Record *record = ends->free;
    if (record) ends->free = record->next_free;
    else record = g_new(Record, 1);
    *record = (Record){ .ends = ends, .load = load };
    return record;
}

static LoadId record_end(Record *record)
{
    record->next_free = record->ends->free;
    record->ends->free = record;
    return record->load;
}

static void record_lost(void *content)
{
    Record *record = content;
    Carrier *carrier = record->ends->carrier;
    carrier_lose(carrier, record_end(record));
}

static void *ends_open(Carrier *carrier)
{
    Ends *ends = g_new0(Ends, 1);
    ends->carrier = carrier;
    ends->hosts = g_new0(End, ipc_hosts(carrier->ipc));
    for (NodeId v = 0; v < ipc_hosts(carrier->ipc); v++) {
        ends->hosts[v].ways = g_ptr_array_new_with_free_func(g_free);
        ends->hosts[v].accepted = g_ptr_array_new();
    }
    return ends;
}

/* ---- receiving ---- */

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    Ends *ends = user;
    (void)connection, (void)size;
    carrier_deliver(ends->carrier, record_end(content));
}

static void accepted_over(void *user, Connection *connection)
{
    Ends *ends = user;
    (void)g_ptr_array_remove_fast(ends->hosts[connection_here(connection).host].accepted, connection);
    connection_free(connection);
}

static void accepted_failed(void *user, Connection *connection, int error) { (void)error, accepted_over(user, connection); }

static const ConnectionUser accepted_calls = { .failed = accepted_failed, .received = received, .ended = accepted_over };

static bool incoming(void *user, Connection *connection)
{
    Ends *ends = user;
    connection_use(connection, &accepted_calls, ends);
    g_ptr_array_add(ends->hosts[connection_here(connection).host].accepted, connection);
    return true;
}

static void end_up(void *state, NodeId host)
{
    Ends *ends = state;
    ListenerSettings settings = { .backlog = 4096, .options = stream_defaults, .incoming = incoming, .user = ends };
    ends->hosts[host].listener = listener_open(ends->carrier->ipc, (Address){ host, CARRIER_PORT }, &settings);
}

static void end_down(void *state, NodeId host)
{
    End *end = &((Ends *)state)->hosts[host];               /* the transport has dropped its connections */
    g_ptr_array_set_size(end->ways, 0);
    g_ptr_array_set_size(end->accepted, 0);
    end->listener = NULL;
}

/* ---- sending ---- */

/* The connection is of no use any more: the next message makes another. */
static void way_over(void *user, Connection *connection)
{
    Way *way = user;
    GPtrArray *ways = way->ends->hosts[connection_here(connection).host].ways;
    connection_free(connection);
    (void)g_ptr_array_remove(ways, way);
}

static void way_failed(void *user, Connection *connection, int error) { (void)error, way_over(user, connection); }

static const ConnectionUser way_calls = { .failed = way_failed, .ended = way_over };

static Way *way_to(Ends *ends, NodeId from, NodeId to)
{
    GPtrArray *ways = ends->hosts[from].ways;
    guint low = 0, high = ways->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (((Way *)ways->pdata[middle])->to < to) low = middle + 1;
        else high = middle;
    }
    if (low < ways->len && ((Way *)ways->pdata[low])->to == to) return ways->pdata[low];
    Way *way = g_new0(Way, 1);
    way->ends = ends;
    way->to = to;
    way->connection = connection_open(ends->carrier->ipc, from, (Address){ to, CARRIER_PORT }, &stream_defaults, &way_calls, way);
    g_ptr_array_insert(ways, (gint)low, way);
    return way;
}

static void ends_send(void *state, LoadId load, uint32_t size)
{
    Ends *ends = state;
    const Load *what = carrier_load(ends->carrier, load);
    Way *way = way_to(ends, what->from, what->to);
    connection_send(way->connection, record_new(ends, load), record_lost, size);
}

static void ends_close(void *state)
{
    Ends *ends = state;
    for (NodeId v = 0; v < ipc_hosts(ends->carrier->ipc); v++) {
        g_ptr_array_unref(ends->hosts[v].ways);
        g_ptr_array_unref(ends->hosts[v].accepted);
    }
    g_free(ends->hosts);
    while (ends->free) {
        Record *record = ends->free;
        ends->free = record->next_free;
        g_free(record);
    }
    g_free(ends);
}

const CarrierModel carrier_stream = {
    .open = ends_open, .host_up = end_up, .host_down = end_down, .send = ends_send, .close = ends_close,
};
