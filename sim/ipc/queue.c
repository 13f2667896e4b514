/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores and their queues: made once, up and down with their hosts, counted at the end. */
#include <string.h>

#include "ipc/queue_part.h"

const QueueStoreSettings queue_store_defaults = { .header = 32, .heartbeat = (SimTime)10 * 1000 * 1000 * 1000 };

static void start(Ipc *ipc, void *state);
static void host_down(void *state, NodeId host);
static void host_up(void *state, NodeId host);
static void finish(void *state);
static void stop(void *state);

static const Library queue_library = {
    .name = "queue", .size = sizeof(Queues), .start = start,
    .host_down = host_down, .host_up = host_up, .finish = finish, .stop = stop,
};

Queues *queues_of(Ipc *ipc) { return ipc_library(ipc, &queue_library); }

const char *queues_text(Queues *all, const char *text)
{
    if (!text) return NULL;
    const char *kept = g_hash_table_lookup(all->texts, text);
    if (kept) return kept;
    char *copy = g_strdup(text);
    g_hash_table_add(all->texts, copy);
    return copy;
}

static void start(Ipc *ipc, void *state)
{
    Queues *all = state;
    all->ipc = ipc;
    all->by_process = g_hash_table_new(NULL, NULL);
    all->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    all->chunks = g_ptr_array_new_with_free_func(g_free);
}

/* ---- stores ---- */

static void store_up(QueueStore *store)
{
    store->up = true;
    servant_listen(store);
    if (store->started) store->started(store->user);
}

static void store_down(QueueStore *store, bool in_order)
{
    bool keeps = store->settings.keeps_all;
    store->up = false;
    store->settings.keeps_all = keeps && in_order;
    if (store->stopping) store->stopping(store->user);
    sessions_break(store);
    servants_end(store);
    for (Work *unit = store->units, *next; unit; unit = next) {
        next = unit->next;
        if (!unit->lasting) unit_backout(unit);
        else if (!store->settings.keeps_all) unit_purge(unit);
    }
    for (Queue *queue = store->first; queue && !store->settings.keeps_all; queue = queue->next) queue_purge(queue);
    store->settings.keeps_all = keeps;
    listener_close(store->listener);
    store->listener = NULL;
}

QueueStore *queue_store_new(Ipc *ipc, Address at, const QueueStoreSettings *settings)
{
    Queues *all = queues_of(ipc);
    QueueStore *store = g_new0(QueueStore, 1);
    *store = (QueueStore){ .all = all, .at = at, .settings = settings ? *settings : queue_store_defaults };
    if (!store->settings.model) store->settings.model = "queue";
    store->manager = g_strdup(store->settings.manager);
    if (all->last_store) all->last_store->next = store;
    else all->stores = store;
    all->last_store = store;
    if (ipc_is_up(ipc, at.host)) store_up(store);
    return store;
}

QueueStore *queue_store_at(Ipc *ipc, Address at)
{
    QueueStore *store = queues_of(ipc)->stores;
    while (store && (store->at.host != at.host || store->at.port != at.port)) store = store->next;
    return store;
}

void queue_store_stop(QueueStore *store)
{
    if (store->stopped) return;
    store->stopped = true;
    if (store->up) store_down(store, true);
}

void queue_store_start(QueueStore *store)
{
    if (!store->stopped) return;
    store->stopped = false;
    if (ipc_is_up(store->all->ipc, store->at.host)) store_up(store);
}

bool queue_store_is_up(const QueueStore *store) { return store->up; }

static void host_down(void *state, NodeId host)
{
    for (QueueStore *store = ((Queues *)state)->stores; store; store = store->next)
        if (store->at.host == host && store->up) store_down(store, false);
}

static void host_up(void *state, NodeId host)
{
    for (QueueStore *store = ((Queues *)state)->stores; store; store = store->next)
        if (store->at.host == host && !store->stopped) store_up(store);
}

/* ---- queues ---- */

Account *queue_account(const QueueStore *store, const char *name)
{
    g_autofree char *object = store->manager ? g_strconcat(name, "@", store->manager, NULL) : g_strdup(name);
    return ipc_account(store->all->ipc, store->settings.model, object);
}

Queue *queue_new(QueueStore *store, const char *name, const QueueSettings *settings)
{
    enum { PRIORITIES = 256 };
    Queue *queue = g_new0(Queue, 1);
    *queue = (Queue){ .store = store, .name = g_strdup(name), .account = queue_account(store, name),
                      .depth_since = queues_now(store->all) };
    if (settings) queue->settings = *settings;
    if (queue->settings.by_priority) queue->levels = g_new0(Entries, PRIORITIES);
    if (store->last) store->last->next = queue;
    else store->first = queue;
    store->last = queue;
    return queue;
}

Queue *queue_find(const QueueStore *store, const char *name)
{
    Queue *queue = store->first;
    while (queue && strcmp(queue->name, name) != 0) queue = queue->next;
    return queue;
}

void queue_inhibit(Queue *queue, bool inhibited) { queue->inhibited = inhibited; }
const char *queue_name(const Queue *queue) { return queue->account->object; }

QueueCounts queue_counts(const Queue *queue)
{
    SimTime now = queues_now(queue->store->all);
    double since = (double)(queue->ready + queue->hidden) * (double)(now - queue->depth_since);
    return (QueueCounts){ queue->ready, queue->hidden, queue->deepest, queue->puts, queue->gets, queue->refused,
                          queue->backouts,
                          queue->depth_time + since, queue->wait_time };
}

const IpcMessage *queue_browse(const Queue *queue, uint32_t nth, const char **target, const char **manager,
                               const char **reason)
{
    for (int level = queue->levels ? 255 : 0; level >= 0; level--) {
        const Entry *entry = queue->levels ? queue->levels[level].first : queue->only.first;
        for (; entry; entry = entry->next) {
            if (nth--) continue;
            if (target) *target = entry->target;
            if (manager) *manager = entry->manager;
            if (reason) *reason = entry->reason;
            return entry->message;
        }
    }
    return NULL;
}

int place_find(QueueStore *store, const char *name, const char *manager, Place *place)
{
    if (store->resolve) return store->resolve(store->user, name, manager, place);
    *place = (Place){ .queue = manager ? NULL : queue_find(store, name) };
    return place->queue ? 0 : -IPC_ENOENT;
}

int place_put(const Place *place, IpcMessage *message, Work *unit)
{
    Entry *entry = entry_new(place->queue, message);
    entry->target = place->target;
    entry->manager = place->manager;
    int error = queue_add(place->queue, entry, unit);
    if (error) entry_free(entry);
    else if (G_UNLIKELY(place->target != NULL)) queue_tell(place->queue, "mq.xmit", NULL, place->manager);
    return error;
}

const char *queue_reason(int error)
{
    static const struct { int error; const char *name; } reasons[] = {
        { IPC_ENOBUFS, "MQRC_Q_FULL" }, { IPC_EPERM, "MQRC_PUT_INHIBITED" }, { IPC_EAGAIN, "MQRC_NO_MSG_AVAILABLE" },
        { IPC_ENOENT, "MQRC_UNKNOWN_OBJECT_NAME" }, { IPC_EHOSTUNREACH, "MQRC_UNKNOWN_REMOTE_Q_MGR" },
        { IPC_ECONNREFUSED, "MQRC_Q_MGR_NOT_AVAILABLE" }, { IPC_ECONNRESET, "MQRC_CONNECTION_BROKEN" },
        { IPC_ETIMEDOUT, "MQRC_CONNECTION_BROKEN" }, { IPC_ENOTSUP, "MQRC_OPTION_NOT_VALID_FOR_TYPE" },
    };
    if (error >= 0) return "MQRC_NONE";
    for (unsigned i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (reasons[i].error == -error) return reasons[i].name;
    return "MQRC_UNEXPECTED_ERROR";
}

/* ---- the end of the run ---- */

static void count_unit(const Work *unit)
{
    for (const Entry *entry = unit->gets.first; entry; entry = entry->next) entry->queue->account->queued++;
}

static void finish(void *state)
{
    Queues *all = state;
    for (QueueStore *store = all->stores; store; store = store->next) {
        for (Queue *queue = store->first; queue; queue = queue->next) queue_count(queue);
        for (const Work *unit = store->units; unit; unit = unit->next) count_unit(unit);
    }
    for (const Wire *wire = all->wires; wire; wire = wire->next)
        if (wire->account) wire->account->in_flight++;
    all->stopped = true;
}

static void free_entries(const Entries *list)
{
    for (Entry *entry = list->first, *next; entry; entry = next) {
        next = entry->next;
        entry_free(entry);
    }
}

/* Before those that began them go. */
static void units_free(QueueStore *store)
{
    while (store->units) {
        Work *unit = store->units;
        store->units = unit->next;
        free_entries(&unit->gets);
        free_entries(&unit->puts);
        *unit = (Work){ 0 };
    }
}

static void store_free(QueueStore *store)
{
    servants_end(store);
    for (Queue *queue = store->first, *next; queue; queue = next) {
        next = queue->next;
        queue_clear(queue);
        g_free(queue->levels);
        g_free(queue->name);
        g_free(queue);
    }
    g_free(store->manager);
    g_free(store);
}

static void stop(void *state)
{
    Queues *all = state;
    for (QueueStore *store = all->stores; store; store = store->next) units_free(store);
    sessions_free(all);
    while (all->stores) {
        QueueStore *next = all->stores->next;
        store_free(all->stores);
        all->stores = next;
    }
    g_hash_table_unref(all->by_process);
    g_hash_table_unref(all->texts);
    g_ptr_array_unref(all->chunks);
}
