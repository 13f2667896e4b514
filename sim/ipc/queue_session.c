/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process has to do with a store: at hand, or over a connection. */
#include "ipc/queue_session.h"

static void session_free(Session *session)
{
    Queues *all = session->store->all;
    process_disowns(&session->resource);
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
    session->in_unit |= session->unit.store != NULL;
    for (QueueHandle *handle = session->handles; handle; handle = handle->next) {
        getter_leave(&handle->getter);
        notice_leave(&handle->notice);
        handle_unhand(handle);
        handle_hear(handle);                            /* the handler finds it out */
    }
    unit_backout(&session->unit);
    if (session->connection) connection_free(g_steal_pointer(&session->connection));
    wake(session);
}

void sessions_break(QueueStore *store)
{
    for (Session *session = store->all->sessions; session; session = session->next)
        if (session->store == store && process_host(session->process) == store->at.host)
            session_break(session, -IPC_ECONNRESET);
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
        if (handle) handle_hear(handle);
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

void session_drop(Session *session)
{
    process_disowns(&session->resource);
    session_end(&session->resource, PROCESS_EXITED);
}

Session *session_with(Process *self, QueueStore *store, int *error)
{
    static const ConnectionUser calls = { .connected = connected, .failed = failed, .received = received,
                                          .ended = ended,
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

int session_call(Session *session, Wire *request)
{
    int error = session->error ? session->error : process_running(session_ipc(session)) != session->process
        ? -IPC_EDEADLK : 0;
    if (error) {
        queue_wire_free(request);
        return error;
    }
    (void)queue_wire_send(session->connection, request, &session->store->settings);
    while (!session->reply && !session->error) (void)process_wait(session->process, &session->waiting, -1);
    return session->reply ? 0 : session->error;
}

int session_call_status(Session *session, Wire *request)
{
    int error = session_call(session, request);
    if (error) return error;
    error = session->reply->status;
    queue_wire_free(g_steal_pointer(&session->reply));
    return error;
}
