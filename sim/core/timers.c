/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/timers.h"

#include <glib.h>

/* A slot is used again only after its event was taken, and each use has a
 * generation of its own, so an old id can never cancel a new timer. */
typedef struct {
    uint32_t epoch;         /* of a pending timer; next free slot + 1 of a free one */
    uint32_t tag;
    uint32_t generation;    /* odd while it can be cancelled */
} Slot;

struct Timers {
    Slot *slots;
    uint32_t count, room;
    uint32_t free;          /* first free slot + 1; 0: none */
};

Timers *timers_new(void)
{
    return g_new0(Timers, 1);
}

void timers_free(Timers *timers)
{
    g_free(timers->slots);
    g_free(timers);
}

uint64_t timers_add(Timers *timers, uint32_t epoch, uint32_t tag, uint32_t *slot)
{
    uint32_t i;
    if (timers->free) {
        i = timers->free - 1;
        timers->free = timers->slots[i].epoch;
    } else {
        if (timers->count == timers->room) {
            timers->room = timers->room ? 2 * timers->room : 256;
            timers->slots = g_renew(Slot, timers->slots, timers->room);
        }
        i = timers->count++;
        timers->slots[i].generation = 0;
    }
    Slot *s = &timers->slots[i];
    s->epoch = epoch;
    s->tag = tag;
    s->generation++;
    *slot = i;
    return (uint64_t)s->generation << 32 | i;
}

bool timers_cancel(Timers *timers, uint64_t id)
{
    uint32_t i = (uint32_t)id, generation = (uint32_t)(id >> 32);
    if (i >= timers->count || timers->slots[i].generation != generation || !(generation & 1)) return false;
    timers->slots[i].generation++;
    return true;
}

bool timers_take(Timers *timers, uint32_t slot, uint32_t *epoch, uint32_t *tag)
{
    Slot *s = &timers->slots[slot];
    bool live = s->generation & 1;
    *epoch = s->epoch;
    *tag = s->tag;
    if (live) s->generation++;
    s->epoch = timers->free;
    timers->free = slot + 1;
    return live;
}

uint64_t timers_bytes(const Timers *timers)
{
    return (uint64_t)timers->room * sizeof(Slot);
}
