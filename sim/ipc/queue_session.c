/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues as processes have them open: at hand, or over a connection. */
#include "ipc/queue_part.h"

struct QueueHandle {
    Getter getter;              /* first; of a get that waits */
    Notice notice;
    QueueHandle *next;          /* of its session */
    Session *session;
    Place place;                /* of a local one */
    uint32_t number;            /* of a remote one */
    Entry *handed;              /* given to a getter that has not gone on yet */
    WaitList waiting;
    void (*handler)(QueueHandle *handle, void *argument);
    void *argument;
    uint64_t news;              /* messages the handler is to hear of */
    IpcTimer telling;
};

/* What a process has to do with one store. */
struct Session {
    Resource resource;          /* first */
    Session *next, *previous;   /* of the library */
    Session *next_own;          /* of the process */
    Process *process;
    QueueStore *store;          /* its address, where it is remote */
    Connection *connection;     /* NULL: on the same host */
    int error;                  /* < 0: it is broken */
    bool connected, in_unit;    /* in_unit: of a remote one */
    Work unit;
    Wire *reply;
    WaitList waiting;
    QueueHandle *handles;
};

static Ipc *ipc_of(const Session *session) { return session->store->all->ipc; }

/* ---- handlers ---- */

static void tell_news(void *subject, uint64_t detail)
{
    QueueHandle *handle = subject;
    (void)detail;
    handle->telling = 0;
    while (handle->news && handle->handler) {
        handle->news--;
        handle->handler(handle, handle->argument);
    }
    handle->news = 0;
}

static void hear(QueueHandle *handle)
{
    if (!handle->handler) return;
    handle->news++;
    if (!handle->telling) handle->telling = ipc_after(ipc_of(handle->session), process_host(handle->session->process), 0, tell_news, handle, 0);
}

static void noticed(Notice *notice)
{
    hear((QueueHandle *)((char *)notice - offsetof(QueueHandle, notice)));
}

/* ---- sessions ---- */

/* What a getter was given and has not seen; in a unit of work it goes back with that. */
static void unhand(QueueHandle *handle)
{
    Entry *entry = g_steal_pointer(&handle->handed);
    if (entry && !handle->getter.unit) queue_return(entry, false);
}

static void handle_free(QueueHandle *handle)
{
    ipc_cancel(ipc_of(handle->session), &handle->telling);
    getter_leave(&handle->getter);
    notice_leave(&handle->notice);
    unhand(handle);
    g_free(handle);
}

static void session_free(Session *session)
{
    Queues *all = session->store->all;
    if (session->previous) session->previous->next = session->next;
    else all->sessions = session->next;
    if (session->next) session->next->previous = session->previous;
    Session *first = g_hash_table_lookup(all->by_process, session->process);
    if (first == session) {
        if (session->next_own) g_hash_table_insert(all->by_process, session->process, session->next_own);
        else g_hash_table_remove(all->by_process, session->process);
    } else {
        while (first->next_own != session) first = first->next_own;
        first->next_own = session->next_own;
    }
    while (session->handles) {
        QueueHandle *handle = session->handles;
        session->handles = handle->next;
        handle_free(handle);
    }
    if (session->reply) queue_wire_free(session->reply);
    g_free(session);
}

/* What a reply took out of a queue and nobody has read is lost with its process. */
static void reply_lose(Session *session)
{
    Wire *reply = session->reply;
    if (reply && reply->account) reply->account->dropped[IPC_DROP_CRASH]++, reply->account = NULL;
}

static void session_end(Resource *resource, ProcessEnd why)
{
    Session *session = (Session *)resource;
    (void)why;
    reply_lose(session);
    unit_backout(&session->unit);
    if (session->connection) connection_free(session->connection);
    session_free(session);
}

void sessions_free(Queues *all)
{
    for (Session *session = all->sessions, *next; session; session = next) {
        next = session->next;
        for (QueueHandle *handle = session->handles; handle; handle = handle->next) handle->handed = NULL;
        session_free(session);
    }
}

static void wake(Session *session)
{
    wait_list_wake_all(&session->waiting);
    for (QueueHandle *handle = session->handles; handle; handle = handle->next) wait_list_wake_all(&handle->waiting);
}

static void session_break(Session *session, int error)
{
    session->error = error;
    for (QueueHandle *handle = session->handles; handle; handle = handle->next) {
        getter_leave(&handle->getter);
        notice_leave(&handle->notice);
        unhand(handle);
    }
    unit_backout(&session->unit);
    if (session->connection) connection_free(g_steal_pointer(&session->connection));
    wake(session);
}

void sessions_break(QueueStore *store)
{
    for (Session *session = store->all->sessions; session; session = session->next)
        if (session->store == store && process_host(session->process) == store->at.host) session_break(session, -IPC_ECONNRESET);
}

static void connected(void *user, Connection *connection)
{
    Session *session = user;
    (void)connection;
    session->connected = true;
    wake(session);
}

static void failed(void *user, Connection *connection, int error)
{
    Session *session = user;
    (void)connection;
    session_break(session, -(session->connected || error == IPC_ECONNREFUSED ? error : IPC_ETIMEDOUT));
}

static void ended(void *user, Connection *connection)
{
    (void)connection;
    session_break(user, -IPC_ECONNRESET);
}

static QueueHandle *handle_of(const Session *session, uint32_t number)
{
    QueueHandle *handle = session->handles;
    while (handle && handle->number != number) handle = handle->next;
    return handle;
}

static void received(void *user, Connection *connection, void *content, uint32_t size)
{
    Session *session = user;
    Wire *wire = content;
    (void)connection, (void)size;
    if (wire->kind == WIRE_NOTICE) {
        QueueHandle *handle = handle_of(session, wire->number);
        if (handle) hear(handle);
        queue_wire_free(wire);
        return;
    }
    g_assert(!session->reply);
    session->reply = wire;
    wake(session);
}

static Session *session_new(Process *self, QueueStore *store)
{
    Queues *all = store->all;
    Session *session = g_new0(Session, 1);
    *session = (Session){ .resource.end = session_end, .process = self, .store = store, .next = all->sessions,
                          .next_own = g_hash_table_lookup(all->by_process, self) };
    if (session->next) session->next->previous = session;
    all->sessions = session;
    g_hash_table_insert(all->by_process, self, session);
    process_owns(self, &session->resource);
    return session;
}

static void session_drop(Session *session)
{
    process_disowns(&session->resource);
    session_end(&session->resource, PROCESS_EXITED);
}

/* A session that stands, made where there is none; NULL and *error. */
static Session *session_with(Process *self, QueueStore *store, int *error)
{
    static const ConnectionUser calls = { .connected = connected, .failed = failed, .received = received, .ended = ended,
                                          .label = queue_wire_label };
    Session *session = g_hash_table_lookup(store->all->by_process, self);
    while (session && (session->store != store || session->error)) session = session->next_own;
    if (session) return session;
    bool local = process_host(self) == store->at.host;
    *error = local ? -IPC_ECONNREFUSED : -IPC_EDEADLK;
    if (local ? !store->up : process_running(store->all->ipc) != self) return NULL;
    session = session_new(self, store);
    if (local) return session;
    StreamOptions options = queue_stream_options(&store->settings);
    session->connection = connection_open(store->all->ipc, process_host(self), store->at, &options, &calls, session);
    while (!session->connected && !session->error) (void)process_wait(self, &session->waiting, -1);
    if (!session->error) return session;
    *error = session->error;
    session_drop(session);
    return NULL;
}

/* A request, and its reply in session->reply, for the caller to free; < 0: there is none. */
static int call(Session *session, Wire *request)
{
    int error = session->error ? session->error : process_running(ipc_of(session)) != session->process ? -IPC_EDEADLK : 0;
    if (error) {
        queue_wire_free(request);
        return error;
    }
    (void)queue_wire_send(session->connection, request, &session->store->settings);
    while (!session->reply && !session->error) (void)process_wait(session->process, &session->waiting, -1);
    return session->reply ? 0 : session->error;
}

/* The same where the status is all that counts. */
static int call_status(Session *session, Wire *request)
{
    int error = call(session, request);
    if (error) return error;
    error = session->reply->status;
    queue_wire_free(g_steal_pointer(&session->reply));
    return error;
}

static Wire *request_new(const QueueHandle *handle, WireKind kind)
{
    Wire *request = queue_wire_new(handle->session->store->all, kind);
    request->number = handle->number;
    return request;
}

/* ---- what processes call ---- */

int queue_open(Process *self, QueueStore *store, const char *name, const char *manager, QueueHandle **out)
{
    int error = 0;
    Session *session = session_with(self, store, &error);
    if (!session) return error;
    QueueHandle *handle = g_new0(QueueHandle, 1);
    handle->session = session;
    if (session->connection) {
        Wire *request = queue_wire_new(store->all, WIRE_OPEN);
        request->name = queues_text(store->all, name);
        request->manager = queues_text(store->all, manager);
        error = call(session, request);
        if (!error) error = session->reply->status, handle->number = session->reply->number;
        if (session->reply) queue_wire_free(g_steal_pointer(&session->reply));
    } else {
        error = place_find(store, name, manager, &handle->place);
    }
    if (error) {
        g_free(handle);
        return error;
    }
    handle->next = session->handles;
    session->handles = handle;
    *out = handle;
    return 0;
}

/* The disk of a local store; < 0 where it went down meanwhile, or a handler must not wait. */
static int disk_wait(Session *session, SimTime latency)
{
    if (!latency) return 0;
    if (process_running(ipc_of(session)) != session->process) return -IPC_EDEADLK;
    process_sleep(session->process, latency);
    return session->error;
}

static int put_remote(QueueHandle *handle, IpcMessage *message, bool unit)
{
    Session *session = handle->session;
    Wire *request = request_new(handle, WIRE_PUT);
    request->message = message;
    request->unit = unit;
    session->in_unit |= unit;
    return call_status(session, request);
}

int queue_put(QueueHandle *handle, IpcMessage *message, int flags)
{
    Session *session = handle->session;
    int error = session->error;
    if (G_LIKELY(!error)) {
        if (session->connection) return put_remote(handle, message, flags & QUEUE_UNIT);
        SimTime latency = flags & QUEUE_UNIT ? 0 : place_latency(&handle->place, message);
        if (G_UNLIKELY(latency != 0) && queue_has_room(handle->place.queue)) error = disk_wait(session, latency);
        if (G_LIKELY(!error)) return place_put(&handle->place, message, flags & QUEUE_UNIT ? &session->unit : NULL);
    }
    ipc_message_drop(message);
    return error;
}

static void take_reply(Session *session, QueueTaken *taken)
{
    Wire *reply = g_steal_pointer(&session->reply);
    *taken = (QueueTaken){ g_steal_pointer(&reply->message), reply->backouts, reply->reason };
    if (reply->account) reply->account->delivered++;
    queue_wire_free(reply);
}

static int get_remote(QueueHandle *handle, QueueTaken *taken, SimTime wait, bool unit)
{
    Session *session = handle->session;
    Wire *request = request_new(handle, WIRE_GET);
    request->wait = wait;
    request->unit = unit;
    session->in_unit |= unit;
    int error = call(session, request);
    if (error) return error;
    if (session->reply->message) {
        take_reply(session, taken);
        return 0;
    }
    error = session->reply->status;
    queue_wire_free(g_steal_pointer(&session->reply));
    return error;
}

static void give(Getter *getter, Entry *entry)
{
    QueueHandle *handle = (QueueHandle *)getter;
    handle->handed = entry;
    (void)wait_list_wake(&handle->waiting, NULL);
}

/* Waits for the queue to have one; NULL: time is up, or the store is down. */
static Entry *wait_for(QueueHandle *handle, Work *unit, SimTime until)
{
    handle->getter.unit = unit;
    handle->getter.give = give;
    getter_join(handle->place.queue, &handle->getter);
    bool woken = process_wait(handle->session->process, &handle->waiting, until);
    if (!woken) getter_leave(&handle->getter);
    return g_steal_pointer(&handle->handed);
}

int queue_get(QueueHandle *handle, QueueTaken *taken, SimTime until, int flags)
{
    Session *session = handle->session;
    if (G_UNLIKELY(session->error)) return session->error;
    if (G_UNLIKELY(handle->place.target != NULL)) return -IPC_ENOTSUP;
    SimTime now = process_now(session->process);
    if (session->connection) return get_remote(handle, taken, until < 0 ? -1 : MAX(0, until - now), flags & QUEUE_UNIT);
    Work *unit = flags & QUEUE_UNIT ? &session->unit : NULL;
    Entry *entry = queue_pick(handle->place.queue, unit);
    if (!entry) {
        if (until >= 0 && until <= now) return -IPC_EAGAIN;
        if (process_running(ipc_of(session)) != session->process) return -IPC_EDEADLK;
        entry = wait_for(handle, unit, until);
        if (!entry) return session->error ? session->error : -IPC_EAGAIN;
    }
    *taken = (QueueTaken){ entry->message, entry->backouts, entry->reason };
    if (unit) ipc_message_hold(entry->message);
    else (void)queue_done(entry);
    return 0;
}

int queue_poll(QueueHandle *handle, QueueTaken *taken, int flags) { return queue_get(handle, taken, 0, flags); }

int queue_notify(QueueHandle *handle, void (*handler)(QueueHandle *handle, void *argument), void *argument)
{
    Session *session = handle->session;
    if (session->error) return session->error;
    handle->handler = handler;
    handle->argument = argument;
    handle->news = 0;
    if (session->connection) {
        Wire *request = request_new(handle, WIRE_NOTIFY);
        request->unit = handler != NULL;
        return call_status(session, request);
    }
    Queue *queue = handle->place.queue;
    if (handle->place.target) return -IPC_ENOTSUP;
    notice_leave(&handle->notice);
    if (!handler) return 0;
    handle->notice.call = noticed;
    notice_join(queue, &handle->notice);
    for (uint32_t i = 0; i < queue->ready && !queue->settings.quiet; i++) hear(handle);
    return 0;
}

static int unit_end(Session *session, bool commits)
{
    if (session->connection || session->error) {
        bool begun = session->in_unit;
        session->in_unit = false;
        if (!begun) return 0;
        if (session->error) return session->error;
        return call_status(session, queue_wire_new(session->store->all, commits ? WIRE_COMMIT : WIRE_BACKOUT));
    }
    int error = commits ? disk_wait(session, unit_latency(&session->unit)) : 0;
    if (error) return error;
    if (commits) unit_commit(&session->unit);
    else unit_backout(&session->unit);
    return 0;
}

static int units_end(Process *self, bool commits)
{
    Queues *all = queues_of(process_ipc(self));
    int first = 0;
    for (Session *session = g_hash_table_lookup(all->by_process, self); session; session = session->next_own) {
        int error = unit_end(session, commits);
        if (!first) first = error;
    }
    return first;
}

int queue_commit(Process *self) { return units_end(self, true); }
int queue_backout(Process *self) { return units_end(self, false); }

bool queue_in_unit(Process *self)
{
    Session *session = g_hash_table_lookup(queues_of(process_ipc(self))->by_process, self);
    for (; session; session = session->next_own)
        if (session->in_unit || session->unit.store) return true;
    return false;
}

void queue_close(QueueHandle *handle)
{
    Session *session = handle->session;
    QueueHandle **at = &session->handles;
    while (*at != handle) at = &(*at)->next;
    *at = handle->next;
    if (session->connection && !session->error)
        (void)queue_wire_send(session->connection, request_new(handle, WIRE_CLOSE), &session->store->settings);
    handle_free(handle);
    if (session->error && !session->handles) session_drop(session);
}
