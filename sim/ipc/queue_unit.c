/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units of work: what is hidden until the commit, and what the disk takes for it. */
#include "ipc/queue_part.h"

void unit_begin(Work *unit, QueueStore *store)
{
    if (unit->store) return;
    *unit = (Work){ .next = store->units, .store = store };
    if (unit->next) unit->next->previous = unit;
    store->units = unit;
}

void unit_adopt(Work *unit, Entry *entry)
{
    unit_begin(unit, entry->queue->store);
    entries_append(&unit->gets, entry);
    unit->count++;
}

/* Off the store's list, with its contents handed to the caller. */
static Work unit_end(Work *unit)
{
    Work ended = *unit;
    if (unit->previous) unit->previous->next = unit->next;
    else unit->store->units = unit->next;
    if (unit->next) unit->next->previous = unit->previous;
    *unit = (Work){ 0 };
    return ended;
}

void unit_commit(Work *unit)
{
    if (!unit->store) return;
    Work ended = unit_end(unit);
    for (Entry *entry = ended.gets.first, *next; entry; entry = next) {
        next = entry->next;
        ipc_message_drop(queue_done(entry));
    }
    for (Entry *entry = ended.puts.first, *next; entry; entry = next) {
        next = entry->next;
        queue_depth_note(entry->queue);
        entry->queue->hidden--;
        queue_enter(entry);
    }
}

void unit_backout(Work *unit)
{
    if (!unit->store) return;
    Work ended = unit_end(unit);
    for (Entry *entry = ended.puts.first, *next; entry; entry = next) {
        next = entry->next;
        queue_depth_note(entry->queue);
        entry->queue->hidden--;
        entry_free(entry);
    }
    for (Entry *entry = ended.gets.first, *next; entry; entry = next) {
        next = entry->next;
        queue_return(entry, true);
    }
}

void unit_purge(Work *unit)
{
    for (Entry *entry = unit->gets.first, *next; entry; entry = next) {
        next = entry->next;
        if (entry->persistent) continue;
        entries_remove(&unit->gets, entry);
        queue_depth_note(entry->queue);
        entry->queue->hidden--;
        entry->queue->account->dropped[IPC_DROP_NONPERSISTENT_RESTART]++;
        entry_free(entry);
    }
}

SimTime place_latency(const Place *place, const IpcMessage *message)
{
    const QueueSettings *settings = &place->queue->settings;
    return message->persistent || settings->persistent ? settings->store_latency : 0;
}

static SimTime slowest(const Entries *list)
{
    SimTime latency = 0;
    for (const Entry *entry = list->first; entry; entry = entry->next)
        if (entry->persistent) latency = MAX(latency, entry->queue->settings.store_latency);
    return latency;
}

SimTime unit_latency(const Work *unit)
{
    return MAX(slowest(&unit->puts), slowest(&unit->gets));
}
