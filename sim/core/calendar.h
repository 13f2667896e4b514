/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The events that wait, by time: the engine's store.
 *
 * Near events wait in a ring of time buckets that hold chunks of 16-byte events,
 * far ones in coarse buckets of a second ring, the farthest in one list.  Events
 * of one instant keep the order in which they were added.
 *
 * Source: R. Brown, "Calendar queues", CACM 31(10), 1988, made of two fixed
 * rings, with a bucket width that is adapted as a whole.
 */
#pragma once
#include <glib.h>

#include "core/batch.h"
#include "core/engine.h"

/* The near ring holds the present block of BUCKETS buckets and the next one;
 * the far ring the present group of BLOCKS blocks and the next one.  A block is
 * moved near when the block before it begins, before anything can be added to
 * it directly, so that events keep their order. */
enum {
    BUCKETS = 1024, BLOCKS = 1024, CHUNK_BYTES = 4096,
    NEAR_IN_CHUNK = (CHUNK_BYTES - 16) / sizeof(Pending),
    WIDTH_BITS_MOST = 32 - KEY_CLASS_BITS,
};

typedef struct { int64_t time; uint32_t class, to, from, word; } Far;

enum { FAR_IN_CHUNK = (CHUNK_BYTES - 16) / sizeof(Far) };

typedef struct Chunk {
    struct Chunk *next;
    uint32_t count;
    union { Pending near[NEAR_IN_CHUNK]; Far far[FAR_IN_CHUNK]; };
} Chunk;

/* A first-in first-out list of events.  Where it is empty `head` is NULL and
 * `tail` a chunk that is always full, so that one comparison finds room. */
typedef struct { Chunk *head, *tail; } List;

struct Calendar {
    uint32_t width_bits;        /* a bucket is 2^width_bits ns wide */
    int64_t bucket;             /* number of the bucket taken last; -1 before the first */
    SimTime late_last;          /* the last instant of that bucket: events up to it are late */
    SimTime near_last;          /* the last instant of the near ring: events after it are far */
    Chunk *full;                /* of empty lists */
    List near[2 * BUCKETS];
    uint64_t near_used[2 * BUCKETS / 64];
    List far[2 * BLOCKS];
    List farthest;
    int64_t block_near;         /* blocks up to this one have been moved near */
    int64_t group_far;          /* groups up to this one have been moved to the far ring */
    uint64_t near_count, far_count, farthest_count;
    uint64_t far_added;         /* how many were ever added beyond the near ring */
    Chunk *free_chunks;
    GPtrArray *slabs;
};

void calendar_init(Calendar *calendar, uint32_t width_bits);
void calendar_clear(Calendar *calendar);

/* The number of the first bucket that holds an event, made ready to be taken;
 * -1 if nothing waits up to `end`. */
int64_t calendar_first(Calendar *calendar, SimTime end);

/* How many events wait in a bucket that calendar_first() returned, and moves them to `out`. */
uint32_t calendar_count(const Calendar *calendar, int64_t bucket);
void calendar_take(Calendar *calendar, int64_t bucket, Pending *out);

/* Sorts all that waits into buckets of another width.  O(events). */
void calendar_resize(Calendar *calendar, uint32_t width_bits);

void calendar_visit(const Calendar *calendar, void (*visit)(void *data, const Event *event), void *data);
uint64_t calendar_bytes(const Calendar *calendar);

void calendar_add_far(Calendar *calendar, Far event);

/* Puts an empty chunk at the end of `list`. */
Chunk *calendar_extend(Calendar *calendar, List *list);

static inline uint64_t calendar_events(const Calendar *calendar)
{
    return calendar->near_count + calendar->far_count + calendar->farthest_count;
}

/* Adds an event whose bucket comes after `calendar->bucket`. */
static inline void calendar_add(Calendar *calendar, SimTime time, uint32_t class, uint32_t to, uint32_t from, uint32_t word)
{
    if (G_UNLIKELY(time > calendar->near_last)) {
        calendar_add_far(calendar, (Far){ time, class, to, from, word });
        return;
    }
    uint32_t bits = calendar->width_bits, slot = (uint32_t)(time >> bits) & (2 * BUCKETS - 1);
    uint32_t offset = (uint32_t)time & (uint32_t)((1ull << bits) - 1);
    List *list = &calendar->near[slot];
    Chunk *chunk = list->tail;
    if (G_UNLIKELY(chunk->count == NEAR_IN_CHUNK)) chunk = calendar_extend(calendar, list);
    chunk->near[chunk->count++] = (Pending){ from, to, offset << KEY_CLASS_BITS | class, word };
    calendar->near_used[slot / 64] |= 1ull << slot % 64;
    calendar->near_count++;
}
