/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a queue: its order, and who gets the next one. */
#include "ipc/queue_part.h"

enum { CHUNK = 256, LEVELS = 256 };

Entry *entry_new(Queue *queue, IpcMessage *message)
{
    Queues *all = queue->store->all;
    Entry *entry = all->free_entries;
    if (G_UNLIKELY(!entry)) {
        entry = g_new0(Entry, CHUNK);
        g_ptr_array_add(all->chunks, entry);
        for (unsigned i = 0; i < CHUNK; i++) entry[i].next = i + 1 < CHUNK ? &entry[i + 1] : NULL;
    }
    all->free_entries = entry->next;
    SimTime now = queues_now(all);
    *entry = (Entry){ .queue = queue, .message = message, .since = now, .place = ++queue->places,
                      .persistent = message->persistent || queue->settings.persistent,
                      .expires = message->ttl < 0 ? -1 : now + message->ttl };
    return entry;
}

void entry_free(Entry *entry)
{
    Queues *all = entry->queue->store->all;
    ipc_message_drop(entry->message);
    entry->next = all->free_entries;
    all->free_entries = entry;
}

void entries_append(Entries *list, Entry *entry)
{
    entry->next = NULL;
    entry->previous = list->last;
    if (list->last) list->last->next = entry;
    else list->first = entry;
    list->last = entry;
}

void entries_remove(Entries *list, Entry *entry)
{
    if (entry->previous) entry->previous->next = entry->next;
    else list->first = entry->next;
    if (entry->next) entry->next->previous = entry->previous;
    else list->last = entry->previous;
}

static void insert_before(Entries *list, Entry *at, Entry *entry)
{
    if (!at) {
        entries_append(list, entry);
        return;
    }
    entry->next = at;
    entry->previous = at->previous;
    if (at->previous) at->previous->next = entry;
    else list->first = entry;
    at->previous = entry;
}

void queue_tell(const Queue *queue, const char *event, const Entry *entry, const char *reason)
{
    if (G_LIKELY(!ipc_watched(queue->store->all->ipc))) return;
    IpcEvent told = { .event = event, .node = queue->store->at.host, .object = queue->account->object,
                      .message = entry ? entry->message->id : 0, .number = queue->ready + queue->hidden,
                      .reason = reason };
    ipc_tell(queue->store->all->ipc, &told);
}

/* ---- the visible ones ---- */

static inline Entries *level_of(Queue *queue, const Entry *entry)
{
    return queue->levels ? &queue->levels[entry->message->priority] : &queue->only;
}

/* The list of the most urgent ones. */
static Entries *top_level(Queue *queue)
{
    if (!queue->levels) return &queue->only;
    for (int word = 3; word >= 0; word--)
        if (queue->used[word]) return &queue->levels[word * 64 + 63 - __builtin_clzll(queue->used[word])];
    return &queue->levels[0];
}

static void mark(Queue *queue, const Entry *entry, const Entries *level)
{
    uint8_t priority = entry->message->priority;
    uint64_t bit = 1ULL << (priority & 63);
    if (!queue->levels) return;
    if (level->first) queue->used[priority >> 6] |= bit;
    else queue->used[priority >> 6] &= ~bit;
}

void queue_depth_note(Queue *queue)
{
    SimTime now = queues_now(queue->store->all);
    if (now == queue->depth_since) return;
    queue->depth_time += (double)(queue->ready + queue->hidden) * (double)(now - queue->depth_since);
    queue->depth_since = now;
}

static void unlist(Queue *queue, Entry *entry)
{
    Entries *level = level_of(queue, entry);
    entries_remove(level, entry);
    mark(queue, entry, level);
    queue->ready--;
}

static void expire(Queue *queue, Entry *entry)
{
    queue_depth_note(queue);
    unlist(queue, entry);
    queue->account->expired++;
    queue_tell(queue, "q.expire", entry, "expired");
    entry_free(entry);
}

static bool is_expired(const Queue *queue, const Entry *entry)
{
    return entry->expires >= 0 && entry->expires <= queues_now(queue->store->all);
}

static Entry *first_live(Queue *queue)
{
    for (;;) {
        Entry *entry = top_level(queue)->first;
        if (!entry || G_LIKELY(entry->expires < 0) || !is_expired(queue, entry)) return entry;
        expire(queue, entry);
    }
}

/* In its place: the newest ones are searched from the end, those that come back from the front. */
static void list(Queue *queue, Entry *entry, bool back)
{
    Entries *level = level_of(queue, entry);
    if (back) {
        Entry *at = level->first;
        while (at && at->place < entry->place) at = at->next;
        insert_before(level, at, entry);
    } else {
        Entry *at = level->last;
        while (at && at->place > entry->place) at = at->previous;
        insert_before(level, at ? at->next : level->first, entry);
    }
    mark(queue, entry, level);
    queue->ready++;
}

static void serve(Queue *queue)
{
    while (queue->first_getter && first_live(queue)) {
        Getter *getter = queue->first_getter;
        Work *unit = getter->unit;
        getter_leave(getter);
        getter->give(getter, queue_pick(queue, unit));
    }
}

/* Notices are not called under the hands of a store that goes down. */
static void show(Queue *queue, Entry *entry, bool back)
{
    list(queue, entry, back);
    if (queue->store->up)
        for (Notice *notice = queue->notices; notice; notice = notice->next) notice->call(notice);
    if (queue->first_getter) serve(queue);
}

/* ---- putting and getting ---- */

typedef void (*EntryCall)(Queue *queue, Entry *entry);

/* All visible ones; the call may take them out. */
static void each(Queue *queue, EntryCall call)
{
    for (int level = 0; level < (queue->levels ? LEVELS : 1); level++) {
        Entry *entry = queue->levels ? queue->levels[level].first : queue->only.first;
        for (Entry *next; entry; entry = next) {
            next = entry->next;
            call(queue, entry);
        }
    }
}

static void expire_if_due(Queue *queue, Entry *entry)
{
    if (is_expired(queue, entry)) expire(queue, entry);
}

bool queue_has_room(Queue *queue)
{
    uint32_t most = queue->settings.max_depth;
    if (!most || queue->ready + queue->hidden < most) return true;
    if (queue->expires) each(queue, expire_if_due);
    return queue->ready + queue->hidden < most;
}

void queue_enter(Entry *entry)
{
    Queue *queue = entry->queue;
    if (G_UNLIKELY(entry->meant_for != NULL)) entry->meant_for->entered++, entry->meant_for->dead_lettered++;
    queue->account->published++;
    queue->account->entered++;
    queue->puts++;
    queue_tell(queue, "q.put", entry, NULL);
    show(queue, entry, false);
}

int queue_add(Queue *queue, Entry *entry, Work *unit)
{
    if (G_UNLIKELY(queue->inhibited)) return -IPC_EPERM;
    if (G_UNLIKELY(!queue_has_room(queue))) {
        queue->refused++;
        queue_tell(queue, "q.full", entry, NULL);
        return -IPC_ENOBUFS;
    }
    queue_depth_note(queue);
    queue->expires |= entry->expires >= 0;
    queue->deepest = MAX(queue->deepest, queue->ready + queue->hidden + 1);
    if (unit) {
        unit_begin(unit, queue->store);
        entries_append(&unit->puts, entry);
        unit->count++;
        queue->hidden++;
        return 0;
    }
    queue_enter(entry);
    return 0;
}

Entry *queue_pick(Queue *queue, Work *unit)
{
    Entry *entry = first_live(queue);
    if (!entry) return NULL;
    unlist(queue, entry);
    queue->hidden++;
    if (unit) unit_adopt(unit, entry);
    return entry;
}

void queue_return(Entry *entry, bool counts)
{
    Queue *queue = entry->queue;
    queue_depth_note(queue);
    queue->hidden--;
    if (counts) entry->backouts++, queue->backouts++;
    if (!queue->store->up && !entry->persistent && !queue->store->settings.keeps_all) {
        queue->account->dropped[IPC_DROP_NONPERSISTENT_RESTART]++;
        entry_free(entry);
        return;
    }
    show(queue, entry, true);
}

void queue_leaves(Entry *entry)
{
    Queue *queue = entry->queue;
    queue_depth_note(queue);
    queue->hidden--;
    queue->gets++;
    queue->wait_time += (double)(queues_now(queue->store->all) - entry->since);
    queue_tell(queue, "q.get", entry, NULL);
    entry->message = NULL;
    entry_free(entry);
}

IpcMessage *queue_done(Entry *entry)
{
    IpcMessage *message = entry->message;
    entry->queue->account->delivered++;
    queue_leaves(entry);
    return message;
}

/* ---- waiting ---- */

void getter_join(Queue *queue, Getter *getter)
{
    getter->queue = queue;
    getter->next = NULL;
    getter->previous = queue->last_getter;
    if (queue->last_getter) queue->last_getter->next = getter;
    else queue->first_getter = getter;
    queue->last_getter = getter;
}

void getter_leave(Getter *getter)
{
    Queue *queue = getter->queue;
    if (!queue) return;
    if (getter->previous) getter->previous->next = getter->next;
    else queue->first_getter = getter->next;
    if (getter->next) getter->next->previous = getter->previous;
    else queue->last_getter = getter->previous;
    getter->queue = NULL;
}

void notice_join(Queue *queue, Notice *notice)
{
    Notice **at = &queue->notices;
    while (*at) at = &(*at)->next;
    *at = notice;
    notice->next = NULL;
    notice->queue = queue;
}

void notice_leave(Notice *notice)
{
    if (!notice->queue) return;
    Notice **at = &notice->queue->notices;
    while (*at != notice) at = &(*at)->next;
    *at = notice->next;
    notice->queue = NULL;
}

/* ---- the queue as a whole ---- */

static void drop_transient(Queue *queue, Entry *entry)
{
    if (entry->persistent) return;
    unlist(queue, entry);
    queue->account->dropped[IPC_DROP_NONPERSISTENT_RESTART]++;
    queue_tell(queue, "q.drop", entry, ipc_drop_names[IPC_DROP_NONPERSISTENT_RESTART]);
    entry_free(entry);
}

void queue_purge(Queue *queue)
{
    queue_depth_note(queue);
    each(queue, drop_transient);
}

static void count(Queue *queue, Entry *entry)
{
    if (is_expired(queue, entry)) queue->account->expired++;
    else queue->account->queued++;
}

void queue_count(Queue *queue)
{
    queue_depth_note(queue);
    each(queue, count);
}

static void let_go(Queue *queue, Entry *entry)
{
    unlist(queue, entry);
    entry_free(entry);
}

void queue_clear(Queue *queue) { each(queue, let_go); }
