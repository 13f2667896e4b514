/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as records of connections, one for each ordered pair of hosts. */
#include "ipc/carrier_part.h"
#include "ipc/stream.h"

/* A record's content: which load of which carrier. */
typedef struct { Carrier *carrier; LoadId load; } Record;

/* A connection that a host has opened. */
typedef struct { CarrierEnd *end; Connection *connection; } Line;

static void record_lost(void *content)
{
    Record *record = content;
    carrier_lose(record->carrier, record->load);
    g_free(record);
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    Record *record = content;
    (void)user, (void)connection, (void)size;
    carrier_deliver(record->carrier, record->load);
    g_free(record);
}

static void accepted_over(void *user, Connection *connection)
{
    (void)user;
    connection_free(connection);
}

static void accepted_failed(void *user, Connection *connection, int error) { (void)error, accepted_over(user, connection); }

static const ConnectionUser accepted_calls = { .failed = accepted_failed, .received = received, .ended = accepted_over };

static bool incoming(void *user, Connection *connection)
{
    connection_use(connection, &accepted_calls, user);
    return true;
}

static void listen_for_ever(Process *self, void *argument)
{
    const CarrierEnd *end = argument;
    WaitList for_ever = { NULL, NULL };
    ListenerSettings settings = { .backlog = 4096, .options = stream_defaults, .incoming = incoming, .user = argument };
    (void)listener_open(end->carrier->ipc, (Address){ end->host, CARRIER_PORT }, &settings);
    (void)process_wait(self, &for_ever, -1);
}

/* The connection is of no use any more: the next message makes another. */
static void line_over(void *user, Connection *connection)
{
    Line *line = user;
    connection_free(connection);
    for (guint i = 0; i < line->end->ways->len; i++) {
        Way *way = &g_array_index(line->end->ways, Way, i);
        if (way->handle == line) way->handle = NULL;
    }
    g_free(line);
}

static void line_failed(void *user, Connection *connection, int error) { (void)error, line_over(user, connection); }

static const ConnectionUser line_calls = { .failed = line_failed, .ended = line_over };

static void send_record(CarrierEnd *from, Way *way, LoadId load, uint32_t size)
{
    Line *line = way->handle;
    if (!line) {
        line = way->handle = g_new0(Line, 1);
        *line = (Line){ from, NULL };
        line->connection = connection_open(from->carrier->ipc, from->host, (Address){ way->to, CARRIER_PORT }, &stream_defaults,
                                           &line_calls, line);
    }
    Record *record = g_new(Record, 1);
    *record = (Record){ from->carrier, load };
    connection_send(line->connection, record, record_lost, size);
}

const CarrierModel carrier_stream = { .body = listen_for_ever, .send = send_record, .forget = g_free };
