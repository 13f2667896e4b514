/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/calendar.h"

#include <string.h>

#include "core/memory.h"

/* Slabs of chunks double from the first to the largest: a small run stays small. */
enum { SLAB_FIRST = 32, SLAB_MOST = 512 };

G_STATIC_ASSERT(sizeof(Chunk) <= CHUNK_BYTES);

typedef struct { Chunk *chunks; uint32_t count; } Slab;

static void slab_add(Calendar *calendar)
{
    guint before = calendar->slabs->len;
    Slab *slab = g_new(Slab, 1);
    slab->count = before < 5 ? SLAB_FIRST << before : SLAB_MOST;
    slab->chunks = big_new(slab->count, CHUNK_BYTES);
    g_ptr_array_add(calendar->slabs, slab);
    for (uint32_t i = slab->count; i; i--) {
        Chunk *chunk = (Chunk *)((char *)slab->chunks + (size_t)(i - 1) * CHUNK_BYTES);
        chunk->next = calendar->free_chunks;
        calendar->free_chunks = chunk;
    }
}

static void slab_free(gpointer data)
{
    Slab *slab = data;
    big_free(slab->chunks, slab->count, CHUNK_BYTES);
    g_free(slab);
}

/* Frees a chunk; returns the one behind it. */
static inline Chunk *chunk_done(Calendar *calendar, Chunk *chunk)
{
    Chunk *next = chunk->next;
    chunk->next = calendar->free_chunks;
    calendar->free_chunks = chunk;
    return next;
}

G_GNUC_NO_INLINE Chunk *calendar_extend(Calendar *calendar, List *list)
{
    if (!calendar->free_chunks) slab_add(calendar);
    Chunk *chunk = calendar->free_chunks;
    calendar->free_chunks = chunk->next;
    chunk->next = NULL;
    chunk->count = 0;
    if (list->head) list->tail->next = chunk;
    else list->head = chunk;
    return list->tail = chunk;
}

/* Takes what is in a list and leaves it empty. */
static List list_take(Calendar *calendar, List *list)
{
    List taken = *list;
    *list = (List){ NULL, calendar->full };
    return taken;
}

static void lists_empty(Calendar *calendar)
{
    for (int i = 0; i < 2 * BUCKETS; i++) calendar->near[i] = (List){ NULL, calendar->full };
    for (int i = 0; i < 2 * BLOCKS; i++) calendar->far[i] = (List){ NULL, calendar->full };
    calendar->farthest = (List){ NULL, calendar->full };
    memset(calendar->near_used, 0, sizeof calendar->near_used);
    calendar->near_count = calendar->far_count = calendar->farthest_count = 0;
}

/* The last instant before bucket number `bucket`, or the end of time. */
static SimTime last_before(__int128 bucket, uint32_t width_bits)
{
    __int128 start = bucket * ((__int128)1 << width_bits);
    return start > INT64_MAX ? INT64_MAX : (SimTime)start - 1;
}

/* Times that follow from the numbers of bucket and block. */
static void limits_set(Calendar *calendar)
{
    calendar->late_last = last_before((__int128)calendar->bucket + 1, calendar->width_bits);
    calendar->near_last = last_before((__int128)(calendar->block_near + 1) * BUCKETS, calendar->width_bits);
}

void calendar_init(Calendar *calendar, uint32_t width_bits)
{
    calendar->width_bits = width_bits;
    calendar->bucket = -1;
    calendar->block_near = calendar->group_far = 1;
    calendar->slabs = g_ptr_array_new_with_free_func(slab_free);
    calendar->full = g_malloc0(CHUNK_BYTES);
    calendar->full->count = NEAR_IN_CHUNK;
    lists_empty(calendar);
    limits_set(calendar);
}

void calendar_clear(Calendar *calendar)
{
    g_ptr_array_unref(calendar->slabs);
    g_free(calendar->full);
}

static void far_append(Calendar *calendar, List *list, Far event)
{
    Chunk *chunk = list->tail;
    if (chunk->count >= FAR_IN_CHUNK) chunk = calendar_extend(calendar, list);
    chunk->far[chunk->count++] = event;
}

G_GNUC_NO_INLINE void calendar_add_far(Calendar *calendar, Far event)
{
    calendar->far_added++;
    int64_t block = (event.time >> calendar->width_bits) / BUCKETS;
    if (block / BLOCKS <= calendar->group_far) {
        far_append(calendar, &calendar->far[block % (2 * BLOCKS)], event);
        calendar->far_count++;
    } else {
        far_append(calendar, &calendar->farthest, event);
        calendar->farthest_count++;
    }
}

/* Moves the groups up to `group` from the farthest list to the far ring. */
static void groups_move(Calendar *calendar, int64_t group)
{
    if (group <= calendar->group_far) return;
    calendar->group_far = group;
    List all = list_take(calendar, &calendar->farthest);
    calendar->farthest_count = 0;
    for (Chunk *chunk = all.head; chunk; chunk = chunk_done(calendar, chunk))
        for (uint32_t i = 0; i < chunk->count; i++) calendar_add_far(calendar, chunk->far[i]);
}

/* Moves the blocks up to `block` from the far ring to the near ring. */
static void blocks_move(Calendar *calendar, int64_t block)
{
    int64_t from = calendar->block_near + 1;
    calendar->block_near = MAX(calendar->block_near, block);
    limits_set(calendar);
    for (int64_t b = from; b <= block && calendar->far_count; b++) {
        List list = list_take(calendar, &calendar->far[b % (2 * BLOCKS)]);
        for (Chunk *chunk = list.head; chunk; chunk = chunk_done(calendar, chunk)) {
            calendar->far_count -= chunk->count;
            for (uint32_t i = 0; i < chunk->count; i++) {
                const Far *far = &chunk->far[i];
                calendar_add(calendar, far->time, far->class, far->to, far->from, far->word);
            }
        }
    }
}

static int64_t least_bucket(const Calendar *calendar, const List *list)
{
    int64_t least = INT64_MAX;
    for (const Chunk *chunk = list->head; chunk; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->count; i++) least = MIN(least, chunk->far[i].time >> calendar->width_bits);
    return least;
}

/* The first bucket that holds a far event; all in the ring come before the farthest. */
static int64_t first_far_bucket(const Calendar *calendar)
{
    if (!calendar->far_count) return least_bucket(calendar, &calendar->farthest);
    int64_t block = calendar->block_near + 1;
    while (!calendar->far[block % (2 * BLOCKS)].head) block++;
    return least_bucket(calendar, &calendar->far[block % (2 * BLOCKS)]);
}

/* The number of the first bucket after the one taken last that holds a near event. */
static int64_t first_near_bucket(const Calendar *calendar)
{
    int64_t bucket = calendar->bucket + 1;
    for (;;) {
        uint32_t slot = (uint32_t)bucket & (2 * BUCKETS - 1);
        uint64_t used = calendar->near_used[slot / 64] >> slot % 64;
        if (used) return bucket + __builtin_ctzll(used);
        bucket += 64 - slot % 64;
    }
}

int64_t calendar_first(Calendar *calendar, SimTime end)
{
    int64_t bucket;
    if (calendar->near_count) bucket = first_near_bucket(calendar);
    else if (calendar->far_count || calendar->farthest_count) bucket = first_far_bucket(calendar);
    else return -1;
    if (bucket > end >> calendar->width_bits) return -1;
    int64_t block = bucket / BUCKETS;
    groups_move(calendar, block / BLOCKS + 1);
    calendar->block_near = MAX(calendar->block_near, block - 1);    /* nothing waits in the blocks passed over */
    blocks_move(calendar, block + 1);
    return bucket;
}

uint32_t calendar_count(const Calendar *calendar, int64_t bucket)
{
    uint32_t count = 0;
    for (const Chunk *chunk = calendar->near[bucket & (2 * BUCKETS - 1)].head; chunk; chunk = chunk->next)
        count += chunk->count;
    return count;
}

void calendar_take(Calendar *calendar, int64_t bucket, Pending *out)
{
    uint32_t slot = (uint32_t)bucket & (2 * BUCKETS - 1);
    List list = list_take(calendar, &calendar->near[slot]);
    calendar->near_used[slot / 64] &= ~(1ull << slot % 64);
    for (Chunk *chunk = list.head; chunk; chunk = chunk_done(calendar, chunk)) {
        memcpy(out, chunk->near, chunk->count * sizeof(Pending));
        out += chunk->count;
        calendar->near_count -= chunk->count;
    }
    calendar->bucket = bucket;
    limits_set(calendar);
}

/* The number of the bucket in a slot: one of the ring's length after the one taken last. */
static int64_t bucket_of_slot(const Calendar *calendar, uint32_t slot)
{
    int64_t next = calendar->bucket + 1;
    return next + ((slot - next) & (2 * BUCKETS - 1));
}

static Far far_of(int64_t bucket, uint32_t width_bits, const Pending *p)
{
    return (Far){ (bucket << width_bits) + (p->key >> KEY_CLASS_BITS), p->key & ((1 << KEY_CLASS_BITS) - 1),
                  p->to, p->from, p->word };
}

static void add_again(Calendar *calendar, Far event)
{
    calendar_add(calendar, event.time, event.class, event.to, event.from, event.word);
}

static void far_list_again(Calendar *calendar, List list)
{
    for (Chunk *chunk = list.head; chunk; chunk = chunk_done(calendar, chunk))
        for (uint32_t i = 0; i < chunk->count; i++) add_again(calendar, chunk->far[i]);
}

void calendar_resize(Calendar *calendar, uint32_t width_bits)
{
    Calendar *old = g_memdup2(calendar, sizeof *calendar);
    SimTime next = (old->bucket + 1) << old->width_bits;        /* all that waits is not before this */
    lists_empty(calendar);
    calendar->width_bits = width_bits;
    calendar->bucket = (next >> width_bits) - 1;
    calendar->block_near = (calendar->bucket + 1) / BUCKETS + 1;
    calendar->group_far = calendar->block_near / BLOCKS + 1;
    limits_set(calendar);
    for (uint32_t i = 0; i < 2 * BUCKETS; i++) {
        uint32_t slot = (uint32_t)(old->bucket + 1 + i) & (2 * BUCKETS - 1);
        int64_t bucket = bucket_of_slot(old, slot);
        for (Chunk *chunk = old->near[slot].head; chunk; chunk = chunk_done(calendar, chunk))
            for (uint32_t e = 0; e < chunk->count; e++) add_again(calendar, far_of(bucket, old->width_bits, &chunk->near[e]));
    }
    for (uint32_t i = 0; i < 2 * BLOCKS; i++) far_list_again(calendar, old->far[i]);
    far_list_again(calendar, old->farthest);
    g_free(old);
}

static void visit_one(Far far, void (*visit)(void *, const Event *), void *data)
{
    visit(data, &(Event){ far.time, (EventClass)far.class, far.to, far.from, far.word });
}

static void visit_far(const List *list, void (*visit)(void *, const Event *), void *data)
{
    for (const Chunk *chunk = list->head; chunk; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->count; i++) visit_one(chunk->far[i], visit, data);
}

void calendar_visit(const Calendar *calendar, void (*visit)(void *data, const Event *event), void *data)
{
    for (uint32_t slot = 0; slot < 2 * BUCKETS; slot++)
        for (const Chunk *chunk = calendar->near[slot].head; chunk; chunk = chunk->next)
            for (uint32_t i = 0; i < chunk->count; i++)
                visit_one(far_of(bucket_of_slot(calendar, slot), calendar->width_bits, &chunk->near[i]), visit, data);
    for (uint32_t i = 0; i < 2 * BLOCKS; i++) visit_far(&calendar->far[i], visit, data);
    visit_far(&calendar->farthest, visit, data);
}

uint64_t calendar_bytes(const Calendar *calendar)
{
    uint64_t bytes = sizeof *calendar;
    for (guint i = 0; i < calendar->slabs->len; i++)
        bytes += (uint64_t)((const Slab *)calendar->slabs->pdata[i])->count * CHUNK_BYTES;
    return bytes;
}
