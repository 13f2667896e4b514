/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in a queue: by priority, then by position. */
#include <string.h>

#include "ipc/broker_parts.h"

static void due(void *subject, uint64_t detail);

/* ---- the list of one level ---- */

static void level_link(Level *level, Entry *entry, Entry *after)
{
    entry->previous = after;
    entry->next = after ? after->next : level->first;
    if (entry->next) entry->next->previous = entry;
    else level->last = entry;
    if (after) after->next = entry;
    else level->first = entry;
}

/* From where the last one was put back: what returns together lies close together. */
static void level_insert(Level *level, Entry *entry)
{
    Entry *after = level->finger;
    if (!after) after = level->first && level->first->position < entry->position ? level->first : NULL;
    while (after && after->position > entry->position) after = after->previous;
    while (after && after->next && after->next->position < entry->position) after = after->next;
    level_link(level, entry, after);
    level->finger = entry;
}

static void level_unlink(Level *level, Entry *entry)
{
    if (level->finger == entry) level->finger = entry->previous ? entry->previous : entry->next;
    if (entry->previous) entry->previous->next = entry->next;
    else level->first = entry->next;
    if (entry->next) entry->next->previous = entry->previous;
    else level->last = entry->previous;
    entry->next = entry->previous = NULL;
}

static Level *level_of(Queue *queue, const Entry *entry) { return &queue->levels[entry->level]; }

/* Levels from the most urgent down. */
static Entry *first_of(const Queue *queue)
{
    for (unsigned i = queue->set.max_priority + 1; i-- > 0;)
        if (queue->levels[i].first) return queue->levels[i].first;
    return NULL;
}

static void count_in(Queue *queue, const Entry *entry)
{
    queue->ready++;
    queue->bytes += entry->content->message->size;
    if (queue->ready > queue->deepest) queue->deepest = queue->ready;
}

void broker_queue_take(Queue *queue, Entry *entry)
{
    level_unlink(level_of(queue, entry), entry);
    queue->ready--;
    queue->bytes -= entry->content->message->size;
}

/* ---- how an entry ends ---- */

void broker_entry_end(Entry *entry)
{
    if (entry->write) entry->write->entry = NULL;
    if (entry->confirm) broker_confirm_part(entry->confirm);
    amqp_content_drop(entry->content);
    g_slice_free(Entry, entry);
}

static void entry_drop(Entry *entry, IpcDrop reason)
{
    entry->queue->account->dropped[reason]++;
    broker_tell(entry->queue, "amqp.drop", entry->content, ipc_drop_names[reason]);
    broker_entry_end(entry);
}

void broker_entry_dies(Entry *entry, AmqpDeathReason reason)
{
    static const IpcDrop drops[] = { [AMQP_REJECTED] = IPC_DROP_REJECTED, [AMQP_MAXLEN] = IPC_DROP_MAXLEN };
    Queue *queue = entry->queue;
    if (queue->set.dead_exchange && !queue->deleted) {
        broker_dead_letter(queue, entry->content, reason);
        broker_entry_end(entry);
    } else if (reason == AMQP_EXPIRED) {
        queue->account->expired++;
        broker_tell(queue, "amqp.drop", entry->content, ipc_drop_names[IPC_DROP_EXPIRED]);
        broker_entry_end(entry);
    } else {
        entry_drop(entry, drops[reason]);
    }
}

/* ---- expiry and limits ---- */

/* At the heads alone, as RabbitMQ; `now_too` takes those whose time has just come. */
static void expire_heads(Queue *queue, bool now_too)
{
    SimTime now = broker_now(queue->broker);
    for (unsigned i = queue->set.max_priority + 1; i-- > 0;)
        for (Entry *e = queue->levels[i].first; e && e->expires >= 0; e = queue->levels[i].first) {
            if (now_too ? e->expires > now : e->expires >= now) break;
            broker_queue_take(queue, e);
            broker_entry_dies(e, AMQP_EXPIRED);
        }
}

Entry *broker_queue_head(Queue *queue)
{
    expire_heads(queue, false);
    return first_of(queue);
}

static void watch_heads(Queue *queue)
{
    SimTime soonest = -1;
    for (unsigned i = 0; i <= queue->set.max_priority; i++) {
        const Entry *e = queue->levels[i].first;
        if (e && e->expires >= 0 && (soonest < 0 || e->expires < soonest)) soonest = e->expires;
    }
    if (queue->ttl_timer && queue->ttl_due == soonest) return;
    ipc_cancel(queue->broker->ipc, &queue->ttl_timer);
    if (soonest < 0) return;
    queue->ttl_due = soonest;
    queue->ttl_timer = ipc_after(queue->broker->ipc, queue->broker->host, MAX(0, soonest - broker_now(queue->broker)),
                                 due, queue, 0);
}

static bool over(const Queue *queue, uint32_t more, uint64_t bytes)
{
    const AmqpQueueSettings *set = &queue->set;
    return (set->max_length >= 0 && queue->ready + more > set->max_length) ||
           (set->max_bytes >= 0 && queue->bytes + bytes > (uint64_t)set->max_bytes);
}

void broker_queue_trim(Queue *queue)
{
    expire_heads(queue, true);
    while (queue->set.overflow == AMQP_DROP_HEAD && queue->ready && over(queue, 0, 0)) {
        Entry *head = first_of(queue);
        broker_queue_take(queue, head);
        broker_entry_dies(head, AMQP_MAXLEN);
    }
    watch_heads(queue);
}

static void due(void *subject, uint64_t detail)
{
    Queue *queue = subject;
    (void)detail;
    queue->ttl_timer = 0;
    broker_queue_trim(queue);
    broker_settle(queue->broker);
}

/* ---- putting ---- */

static bool refuse(Queue *queue, AmqpContent *content)
{
    if (queue->set.overflow == AMQP_REJECT_PUBLISH_DLX && queue->set.dead_exchange) {
        broker_dead_letter(queue, content, AMQP_MAXLEN);
    } else {
        queue->account->dropped[IPC_DROP_MAXLEN]++;
        broker_tell(queue, "amqp.drop", content, ipc_drop_names[IPC_DROP_MAXLEN]);
    }
    return false;
}

static SimTime expiry(const Queue *queue, const AmqpContent *content)
{
    SimTime ttl = content->ttl, all = queue->set.message_ttl;
    if (ttl < 0 || (all >= 0 && all < ttl)) ttl = all;
    return ttl < 0 ? -1 : broker_now(queue->broker) + ttl;
}

bool broker_queue_put(Queue *queue, AmqpContent *content, Confirm *confirm)
{
    const IpcMessage *message = content->message;
    queue->account->entered++;
    if (queue->set.overflow != AMQP_DROP_HEAD && over(queue, 1, message->size)) return refuse(queue, content);
    Entry *entry = g_slice_new(Entry);
    *entry = (Entry){ .content = amqp_content_hold(content), .queue = queue, .position = queue->next_position++,
                      .level = (uint8_t)MIN(message->priority, queue->set.max_priority), .expires = expiry(queue,
                          content) };
    if (message->persistent && queue->end.durable) {
        if (confirm) confirm->waits++;
        entry->confirm = confirm;
        broker_store_write(queue->broker, entry);
    }
    Level *level = level_of(queue, entry);
    level_link(level, entry, level->last);
    count_in(queue, entry);
    broker_queue_pump(queue);
    return true;
}

void broker_queue_put_back(Queue *queue, Entry *entry)
{
    entry->redelivered = true;
    broker_tell(queue, "amqp.requeue", entry->content, NULL);
    if (queue->deleted) {
        entry_drop(entry, IPC_DROP_DELETED);
        return;
    }
    level_insert(level_of(queue, entry), entry);
    count_in(queue, entry);
}

uint32_t broker_queue_purge(Queue *queue)
{
    uint32_t count = queue->ready;
    for (Entry *e; (e = first_of(queue));) {
        broker_queue_take(queue, e);
        entry_drop(e, IPC_DROP_DELETED);
    }
    watch_heads(queue);
    return count;
}

/* ---- declaring and deleting ---- */

Queue *broker_queue_find(const Broker *broker, const char *name) { return (Queue *)amqp_router_queue(broker->router,
    name); }

static void unused(void *subject, uint64_t detail)
{
    Queue *queue = subject;
    (void)detail;
    queue->unused_timer = 0;
    SimTime left = queue->used + queue->set.expires - broker_now(queue->broker);
    if (queue->consumers->len) return;
    if (left > 0) queue->unused_timer = ipc_after(queue->broker->ipc, queue->broker->host, left, unused, queue, 0);
    else broker_queue_delete(queue);
    broker_settle(queue->broker);
}

void broker_queue_used(Queue *queue)
{
    queue->used = broker_now(queue->broker);
    if (queue->set.expires < 0 || queue->unused_timer || queue->deleted) return;
    queue->unused_timer = ipc_after(queue->broker->ipc, queue->broker->host, queue->set.expires, unused, queue, 0);
}

static bool same_settings(const AmqpQueueSettings *a, const AmqpQueueSettings *b)
{
    return a->durable == b->durable && a->exclusive == b->exclusive && a->auto_delete == b->auto_delete &&
           a->single_active == b->single_active && a->message_ttl == b->message_ttl && a->expires == b->expires &&
           a->max_length == b->max_length && a->max_bytes == b->max_bytes && a->overflow == b->overflow &&
           a->dead_exchange == b->dead_exchange && a->dead_key == b->dead_key && a->max_priority == b->max_priority;
}

static void queue_new(Broker *broker, const char *name, const AmqpQueueSettings *settings, Link *owner)
{
    Queue *queue = g_new0(Queue, 1);
    g_autofree char *label = g_strdup_printf("%s.%s", broker->name, name);
    *queue = (Queue){ .end = { name, settings->durable, 0 }, .broker = broker, .set = *settings, .owner = owner,
                      .label = g_intern_string(label), .account = ipc_account(broker->ipc, "amqp", label),
                      .levels = g_new0(Level, settings->max_priority + 1), .consumers = g_ptr_array_new() };
    g_ptr_array_add(broker->queues, queue);
    amqp_router_add(broker->router, &queue->end);
    broker_queue_used(queue);
}

int broker_queue_declare(Broker *broker, const char *name, const AmqpQueueSettings *settings, Link *owner)
{
    Queue *there = broker_queue_find(broker, name);
    if (there && there->owner && there->owner != owner) return AMQP_LOCKED;
    if (!settings) return there ? 0 : AMQP_NOT_FOUND;
    AmqpQueueSettings set = *settings;
    set.dead_exchange = g_intern_string(settings->dead_exchange);
    set.dead_key = g_intern_string(settings->dead_key);
    set.max_priority = MIN(set.max_priority, 255);
    if (there) {
        broker_queue_used(there);
        return same_settings(&there->set, &set) ? 0 : AMQP_PRECONDITION;
    }
    if (g_str_has_prefix(name, "amq.") && !g_str_has_prefix(name, "amq.gen-")) return AMQP_REFUSED;
    if (set.dead_key && !set.dead_exchange) return AMQP_PRECONDITION;
    queue_new(broker, name, &set, set.exclusive ? owner : NULL);
    return 0;
}

/* Those delivered and not yet acknowledged keep the record alive until the broker goes. */
void broker_queue_delete(Queue *queue)
{
    Broker *broker = queue->broker;
    queue->deleted = true;
    amqp_router_remove(broker->router, &queue->end);
    g_ptr_array_remove(broker->queues, queue);
    g_ptr_array_add(broker->deleted, queue);
    broker_queue_purge(queue);
    ipc_cancel(broker->ipc, &queue->unused_timer);
    while (queue->consumers->len) {
        Consumer *consumer = queue->consumers->pdata[0];
        if (consumer->terminus) {
            broker_session_queue_gone(consumer);
        } else {
            AmqpFrame *notice = amqp_frame_new(broker->amqp, FRAME_CANCEL, consumer->lane->number);
            notice->number = consumer->number;
            broker_lane_send(consumer->lane, notice);
        }
        broker_consumer_end(consumer);
    }
}

void broker_queue_free(Queue *queue)
{
    for (unsigned i = 0; i <= queue->set.max_priority; i++)
        for (Entry *e; (e = queue->levels[i].first);) {
            broker_queue_take(queue, e);
            broker_entry_end(e);
        }
    g_ptr_array_unref(queue->consumers);
    g_free(queue->levels);
    g_free(queue);
}

/* ---- restart ---- */

static IpcDrop lost_for(const Queue *queue, const Entry *entry)
{
    return queue->end.durable && entry->content->message->persistent ? IPC_DROP_CRASH : IPC_DROP_NONPERSISTENT_RESTART;
}

void broker_queue_recover(Queue *queue, bool crashed)
{
    for (unsigned i = 0; i <= queue->set.max_priority; i++) {
        for (Entry *e = queue->levels[i].first, *next; e; e = next) {
            next = e->next;
            if (e->stored) {
                e->redelivered = e->redelivered || (crashed && queue->broker->set.flag_all_after_crash);
                continue;
            }
            broker_queue_take(queue, e);
            entry_drop(e, lost_for(queue, e));
        }
    }
    queue->ttl_timer = queue->unused_timer = 0;
}

void broker_queue_wake(Queue *queue)
{
    broker_queue_used(queue);
    broker_queue_trim(queue);
}
