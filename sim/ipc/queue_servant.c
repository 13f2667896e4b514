/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a store does for a process that is connected to it from another host. */
#include "ipc/queue_part.h"

typedef struct {
    Notice notice;              /* first */
    Servant *servant;
    uint32_t number;
    Place place;
} Opened;

struct Servant {
    Getter getter;              /* first: of the one call that waits */
    Servant *next, *previous;
    QueueStore *store;
    Connection *connection;
    Work unit;
    GPtrArray *opened;          /* of Opened *, by number; NULL: closed */
    IpcTimer later;             /* a get's limit, or the disk */
    Wire *request;              /* what waits for the disk */
};

static void answer(Servant *servant, Wire *reply)
{
    (void)queue_wire_send(servant->connection, reply, &servant->store->settings);
}

static void answer_status(Servant *servant, int status)
{
    Wire *reply = queue_wire_new(servant->store->all, WIRE_REPLY);
    reply->status = status;
    answer(servant, reply);
}

static void servant_end(Servant *servant)
{
    QueueStore *store = servant->store;
    if (servant->previous) servant->previous->next = servant->next;
    else store->servants = servant->next;
    if (servant->next) servant->next->previous = servant->previous;
    ipc_cancel(store->all->ipc, &servant->later);
    getter_leave(&servant->getter);
    for (guint i = 0; i < servant->opened->len; i++) {
        Opened *opened = servant->opened->pdata[i];
        if (opened) notice_leave(&opened->notice);
        g_free(opened);
    }
    g_ptr_array_unref(servant->opened);
    if (servant->request) queue_wire_free(servant->request);
    unit_backout(&servant->unit);
    if (!store->all->stopped) connection_free(servant->connection);
    g_free(servant);
}

void servants_end(QueueStore *store)
{
    while (store->servants) servant_end(store->servants);
}

/* ---- requests ---- */

static Opened *opened_of(const Servant *servant, const Wire *request)
{
    g_assert(request->number < servant->opened->len);
    return servant->opened->pdata[request->number];
}

static void serve_open(Servant *servant, const Wire *request)
{
    Place place;
    int error = place_find(servant->store, request->name, request->manager, &place);
    Wire *reply = queue_wire_new(servant->store->all, WIRE_REPLY);
    reply->status = error;
    reply->number = servant->opened->len;
    if (!error) {
        Opened *opened = g_new0(Opened, 1);
        *opened = (Opened){ .servant = servant, .number = reply->number, .place = place };
        g_ptr_array_add(servant->opened, opened);
    }
    answer(servant, reply);
}

static void serve_close(Servant *servant, const Wire *request)
{
    Opened *opened = opened_of(servant, request);
    notice_leave(&opened->notice);
    servant->opened->pdata[request->number] = NULL;
    g_free(opened);
}

static void serve_put(Servant *servant, Wire *request)
{
    Work *unit = request->unit ? &servant->unit : NULL;
    answer_status(servant, place_put(&opened_of(servant, request)->place, g_steal_pointer(&request->message), unit));
}

static void give(Getter *getter, Entry *entry)
{
    Servant *servant = (Servant *)getter;
    Wire *reply = queue_wire_new(servant->store->all, WIRE_REPLY);
    ipc_cancel(servant->store->all->ipc, &servant->later);
    reply->message = entry->message;
    reply->backouts = entry->backouts;
    reply->reason = entry->reason;
    if (getter->unit) {
        ipc_message_hold(reply->message);
    } else {
        reply->account = entry->queue->account;
        queue_leaves(entry);
    }
    answer(servant, reply);
}

static void limit(void *subject, uint64_t detail)
{
    Servant *servant = subject;
    (void)detail;
    servant->later = 0;
    getter_leave(&servant->getter);
    answer_status(servant, -IPC_EAGAIN);
}

static void serve_get(Servant *servant, const Wire *request)
{
    const Place *place = &opened_of(servant, request)->place;
    servant->getter.unit = request->unit ? &servant->unit : NULL;
    servant->getter.give = give;
    if (place->target) {
        answer_status(servant, -IPC_ENOTSUP);
        return;
    }
    Entry *entry = queue_pick(place->queue, servant->getter.unit);
    if (entry) {
        give(&servant->getter, entry);
        return;
    }
    if (request->wait == 0) {
        answer_status(servant, -IPC_EAGAIN);
        return;
    }
    getter_join(place->queue, &servant->getter);
    if (request->wait > 0)
        servant->later = ipc_after(servant->store->all->ipc, servant->store->at.host, request->wait, limit, servant, 0);
}

static void notify(Notice *notice)
{
    Opened *opened = (Opened *)notice;
    Wire *wire = queue_wire_new(opened->servant->store->all, WIRE_NOTICE);
    wire->number = opened->number;
    answer(opened->servant, wire);
}

static void serve_notify(Servant *servant, const Wire *request)
{
    Opened *opened = opened_of(servant, request);
    Queue *queue = opened->place.queue;
    notice_leave(&opened->notice);
    answer_status(servant, opened->place.target ? -IPC_ENOTSUP : 0);
    if (!request->unit || opened->place.target) return;         /* unit: it is switched on */
    opened->notice.call = notify;
    notice_join(queue, &opened->notice);
    for (uint32_t i = 0; i < queue->ready && !queue->settings.quiet; i++) notify(&opened->notice);
}

static void serve(Servant *servant, Wire *request)
{
    switch (request->kind) {
    case WIRE_OPEN: serve_open(servant, request); break;
    case WIRE_CLOSE: serve_close(servant, request); break;
    case WIRE_PUT: serve_put(servant, request); break;
    case WIRE_GET: serve_get(servant, request); break;
    case WIRE_NOTIFY: serve_notify(servant, request); break;
    case WIRE_COMMIT: unit_commit(&servant->unit), answer_status(servant, 0); break;
    case WIRE_BACKOUT: unit_backout(&servant->unit), answer_status(servant, 0); break;
    default: g_assert_not_reached();
    }
    queue_wire_free(request);
}

static void stored(void *subject, uint64_t detail)
{
    Servant *servant = subject;
    (void)detail;
    servant->later = 0;
    serve(servant, g_steal_pointer(&servant->request));
}

/* How long the disk makes a request wait. */
static SimTime disk(const Servant *servant, const Wire *request)
{
    if (request->kind == WIRE_COMMIT) return unit_latency(&servant->unit);
    if (request->kind != WIRE_PUT || request->unit) return 0;
    return place_latency(&opened_of(servant, request)->place, request->message);
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    Servant *servant = user;
    SimTime wait = disk(servant, content);
    (void)connection, (void)size;
    if (!wait) {
        serve(servant, content);
        return;
    }
    servant->request = content;
    servant->later = ipc_after(servant->store->all->ipc, servant->store->at.host, wait, stored, servant, 0);
}

static void failed(void *user, Connection *connection, int error) { (void)connection, (void)error, servant_end(user); }
static void ended(void *user, Connection *connection) { (void)connection, servant_end(user); }

static bool incoming(void *user, Connection *connection)
{
    static const ConnectionUser calls = { .failed = failed, .received = received, .ended = ended,
                                          .label = queue_wire_label };
    QueueStore *store = user;
    Servant *servant = g_new0(Servant, 1);
    *servant = (Servant){ .store = store, .connection = connection, .next = store->servants,
                          .opened = g_ptr_array_new() };
    if (servant->next) servant->next->previous = servant;
    store->servants = servant;
    connection_use(connection, &calls, servant);
    return true;
}

void servant_listen(QueueStore *store)
{
    enum { BACKLOG = 100 };
    ListenerSettings settings = { .backlog = BACKLOG, .options = queue_stream_options(&store->settings),
                                  .incoming = incoming, .user = store };
    store->listener = listener_open(store->all->ipc, store->at, &settings);
    g_assert(store->listener);
}
