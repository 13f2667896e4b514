/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues as processes have them open, and what they call. */
#include "ipc/queue_session.h"

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

void handle_hear(QueueHandle *handle)
{
    if (!handle->handler) return;
    handle->news++;
    if (!handle->telling)
        handle->telling = ipc_after(session_ipc(handle->session), process_host(handle->session->process), 0,
                                    tell_news, handle, 0);
}

static void noticed(Notice *notice)
{
    handle_hear((QueueHandle *)((char *)notice - offsetof(QueueHandle, notice)));
}

/* In a unit of work it goes back with that. */
void handle_unhand(QueueHandle *handle)
{
    Entry *entry = g_steal_pointer(&handle->handed);
    if (entry && !handle->getter.unit) queue_return(entry, false);
}

void handle_free(QueueHandle *handle)
{
    ipc_cancel(session_ipc(handle->session), &handle->telling);
    getter_leave(&handle->getter);
    notice_leave(&handle->notice);
    handle_unhand(handle);
    ipc_message_drop(handle->storing);
    g_free(handle);
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
        error = session_call(session, request);
        if (!error) error = session->reply->status, handle->number = session->reply->number;
        if (session->reply) queue_wire_free(g_steal_pointer(&session->reply));
    } else {
        error = place_find(store, name, manager, &handle->place);
    }
    if (error) {
        g_free(handle);
        if (session->error && !session->handles) session_drop(session);
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
    if (process_running(session_ipc(session)) != session->process) return -IPC_EDEADLK;
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
    return session_call_status(session, request);
}

int queue_put(QueueHandle *handle, IpcMessage *message, int flags)
{
    Session *session = handle->session;
    int error = session->error;
    if (G_LIKELY(!error)) {
        if (session->connection) return put_remote(handle, message, flags & QUEUE_UNIT);
        SimTime latency = flags & QUEUE_UNIT ? 0 : place_latency(&handle->place, message);
        if (G_UNLIKELY(latency != 0) && queue_has_room(handle->place.queue)) {
            handle->storing = message;
            error = disk_wait(session, latency);
            handle->storing = NULL;
        }
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
    int error = session_call(session, request);
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
    (void)wait_list_wake(&handle->waiting);
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
        if (process_running(session_ipc(session)) != session->process) return -IPC_EDEADLK;
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
        return session_call_status(session, request);
    }
    Queue *queue = handle->place.queue;
    if (handle->place.target) return -IPC_ENOTSUP;
    notice_leave(&handle->notice);
    if (!handler) return 0;
    handle->notice.call = noticed;
    notice_join(queue, &handle->notice);
    for (uint32_t i = 0; i < queue->ready && !queue->settings.quiet; i++) handle_hear(handle);
    return 0;
}

static int unit_end(Session *session, bool commits)
{
    if (session->connection || session->error) {
        bool begun = session->in_unit;
        session->in_unit = false;
        if (!begun) return 0;
        if (session->error) return session->error;
        return session_call_status(session, queue_wire_new(session->store->all, commits ? WIRE_COMMIT : WIRE_BACKOUT));
    }
    int error = commits ? disk_wait(session, unit_latency(&session->unit)) : 0;
    if (error) return error;
    if (commits) unit_commit(&session->unit);
    else unit_backout(&session->unit);
    return 0;
}

/* Where a part of it is lost already, nothing is committed. */
static int units_end(Process *self, bool commits)
{
    Session *own = g_hash_table_lookup(queues_of(process_ipc(self))->by_process, self);
    int first = 0;
    for (const Session *session = own; session; session = session->next_own)
        if (session->error && session->in_unit) commits = false;
    for (Session *session = own; session; session = session->next_own) {
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
