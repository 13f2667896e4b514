/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/engine.h"

#include <string.h>

#include "core/batch.h"
#include "core/memory.h"
#include "core/timers.h"

/* The near ring holds the present block of BUCKETS buckets and the next one;
 * the far ring the present group of BLOCKS blocks and the next one.  A block is
 * moved near when the block before it begins, before anything can be added to
 * it directly, so that events of one sender keep their order. */
enum {
    BUCKETS = 1024, BLOCKS = 1024,
    CHUNK_BYTES = 4096, CHUNKS_IN_SLAB = 512,
    NEAR_IN_CHUNK = (CHUNK_BYTES - 16) / sizeof(Pending),
    KEY_BITS_MOST = 32, WIDTH_BITS_MOST = KEY_BITS_MOST - KEY_CLASS_BITS,
};

typedef struct { int64_t time; uint32_t class, to, from, word; } Far;

enum { FAR_IN_CHUNK = (CHUNK_BYTES - 16) / sizeof(Far) };

typedef struct Chunk {
    struct Chunk *next;
    uint32_t count;
    union { Pending near[NEAR_IN_CHUNK]; Far far[FAR_IN_CHUNK]; };
} Chunk;

G_STATIC_ASSERT(sizeof(Chunk) <= CHUNK_BYTES);

/* A first-in first-out list of events; `tail` is valid where `head` is. */
typedef struct { Chunk *head, *tail; } List;

/* An event of the running bucket, made while it runs. */
typedef struct {
    SimTime time;
    uint64_t order;             /* how many came before it */
    uint32_t round, class, to, from, word;
} Late;

struct Engine {
    Pending *batch, *spare;     /* the running bucket, sorted; scratch */
    uint32_t batch_count, batch_next, batch_room;
    SimTime batch_start;        /* time of the running bucket */
    int64_t bucket;             /* its number; -1 before the first */
    uint32_t width_bits;        /* a bucket is 2^width_bits ns wide */

    SimTime now;
    uint32_t round;             /* of the event handed out last */

    List near[2 * BUCKETS];
    uint64_t near_used[2 * BUCKETS / 64];
    List far[2 * BLOCKS];
    List farthest;
    int64_t block_near;         /* blocks up to this one have been moved near */
    int64_t group_far;          /* groups up to this one have been moved to the far ring */
    uint64_t near_count, far_count, farthest_count;

    Late *late;                 /* binary heap */
    uint32_t late_count, late_room;
    uint64_t late_order;

    Chunk *free_chunks;
    GPtrArray *slabs;
    Timers *timers;
};

static void slab_add(Engine *engine)
{
    Chunk *slab = big_new(CHUNKS_IN_SLAB, CHUNK_BYTES);
    g_ptr_array_add(engine->slabs, slab);
    for (int i = CHUNKS_IN_SLAB - 1; i >= 0; i--) {
        Chunk *chunk = (Chunk *)((char *)slab + (size_t)i * CHUNK_BYTES);
        chunk->next = engine->free_chunks;
        engine->free_chunks = chunk;
    }
}

/* The chunk at the end of `list` that has room for one more of `most`. */
static inline Chunk *room_at_end(Engine *engine, List *list, uint32_t most)
{
    Chunk *chunk = list->tail;
    if (list->head && chunk->count < most) return chunk;
    if (G_UNLIKELY(!engine->free_chunks)) slab_add(engine);
    chunk = engine->free_chunks;
    engine->free_chunks = chunk->next;
    chunk->next = NULL;
    chunk->count = 0;
    if (list->head) list->tail->next = chunk;
    else list->head = chunk;
    return list->tail = chunk;
}

static inline Chunk *chunk_done(Engine *engine, Chunk *chunk)
{
    Chunk *next = chunk->next;
    chunk->next = engine->free_chunks;
    engine->free_chunks = chunk;
    return next;
}

Engine *engine_new(SimTime horizon, uint64_t density)
{
    Engine *engine = big_new(1, sizeof *engine);
    /* About 4,000 events a bucket stay in the first caches; the horizon should
     * span at least 16 buckets and fit into one block. */
    double span = (double)MAX(horizon, 1), width = span * 4096 / (double)MAX(density, 1);
    width = CLAMP(width, span / BUCKETS, span / 16);
    while (engine->width_bits < WIDTH_BITS_MOST && (double)(1ull << engine->width_bits) < width) engine->width_bits++;
    engine->bucket = -1;
    engine->round = UINT32_MAX;                 /* what is made before the first event is of round 0 */
    engine->block_near = engine->group_far = 1;
    engine->slabs = g_ptr_array_new();
    engine->timers = timers_new();
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine) return;
    for (guint i = 0; i < engine->slabs->len; i++) big_free(engine->slabs->pdata[i], CHUNKS_IN_SLAB, CHUNK_BYTES);
    g_ptr_array_unref(engine->slabs);
    timers_free(engine->timers);
    g_free(engine->late);
    big_free(engine->batch, engine->batch_room, sizeof(Pending));
    big_free(engine->spare, engine->batch_room, sizeof(Pending));
    big_free(engine, 1, sizeof *engine);
}

SimTime engine_now(const Engine *engine)
{
    return engine->now;
}

static inline bool late_before(const Late *a, const Late *b)
{
    if (a->time != b->time) return a->time < b->time;
    if (a->round != b->round) return a->round < b->round;
    if (a->class != b->class) return a->class < b->class;
    if (a->to != b->to) return a->to < b->to;
    if (a->from != b->from) return a->from < b->from;
    return a->order < b->order;
}

static void late_push(Engine *engine, Late late)
{
    if (engine->late_count == engine->late_room) {
        engine->late_room = engine->late_room ? 2 * engine->late_room : 256;
        engine->late = g_renew(Late, engine->late, engine->late_room);
    }
    uint32_t i = engine->late_count++;
    for (; i && late_before(&late, &engine->late[(i - 1) / 2]); i = (i - 1) / 2)
        engine->late[i] = engine->late[(i - 1) / 2];
    engine->late[i] = late;
}

static Late late_pop(Engine *engine)
{
    Late top = engine->late[0], moved = engine->late[--engine->late_count];
    uint32_t i = 0, n = engine->late_count;
    for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && late_before(&engine->late[child + 1], &engine->late[child])) child++;
        if (!late_before(&engine->late[child], &moved)) break;
        engine->late[i] = engine->late[child];
    }
    engine->late[i] = moved;
    return top;
}

static inline void near_push(Engine *engine, int64_t bucket, uint32_t offset, EventClass class, uint32_t to,
                             uint32_t from, uint32_t word)
{
    uint32_t slot = (uint32_t)bucket & (2 * BUCKETS - 1);
    Chunk *chunk = room_at_end(engine, &engine->near[slot], NEAR_IN_CHUNK);
    chunk->near[chunk->count++] = (Pending){ from, to, offset << KEY_CLASS_BITS | class, word };
    engine->near_used[slot / 64] |= 1ull << slot % 64;
    engine->near_count++;
}

static void far_push(Engine *engine, List *list, Far event)
{
    Chunk *chunk = room_at_end(engine, list, FAR_IN_CHUNK);
    chunk->far[chunk->count++] = event;
}

/* Puts an event beyond the near ring where it belongs. */
static void far_add(Engine *engine, Far event)
{
    int64_t block = (event.time >> engine->width_bits) / BUCKETS;
    if (block / BLOCKS <= engine->group_far) {
        far_push(engine, &engine->far[block % (2 * BLOCKS)], event);
        engine->far_count++;
    } else {
        far_push(engine, &engine->farthest, event);
        engine->farthest_count++;
    }
}

static void late_add(Engine *engine, SimTime time, EventClass class, uint32_t to, uint32_t from, uint32_t word)
{
    g_assert(time >= engine->now);
    Late late = { .time = time, .order = engine->late_order++, .class = class, .to = to, .from = from, .word = word };
    late.round = time == engine->now ? engine->round + 1 : 0;
    late_push(engine, late);
}

void engine_at(Engine *engine, SimTime time, EventClass class, uint32_t to, uint32_t from, uint32_t word)
{
    int64_t bucket = time >> engine->width_bits;
    if (G_UNLIKELY(bucket <= engine->bucket)) late_add(engine, time, class, to, from, word);
    else if (G_LIKELY(bucket / BUCKETS <= engine->block_near))
        near_push(engine, bucket, (uint32_t)(time & ((1ll << engine->width_bits) - 1)), class, to, from, word);
    else far_add(engine, (Far){ time, class, to, from, word });
}

/* Moves the groups up to `group` from the farthest list to the far ring. */
static void groups_move(Engine *engine, int64_t group)
{
    if (group <= engine->group_far) return;
    engine->group_far = group;
    List all = engine->farthest;
    engine->farthest = (List){ 0 };
    engine->farthest_count = 0;
    for (Chunk *chunk = all.head; chunk; chunk = chunk_done(engine, chunk))
        for (uint32_t i = 0; i < chunk->count; i++) far_add(engine, chunk->far[i]);
}

/* Moves the blocks up to `block` from the far ring to the near ring. */
static void blocks_move(Engine *engine, int64_t block)
{
    for (int64_t b = engine->block_near + 1; b <= block && engine->far_count; b++) {
        List list = engine->far[b % (2 * BLOCKS)];
        engine->far[b % (2 * BLOCKS)] = (List){ 0 };
        for (Chunk *chunk = list.head; chunk; chunk = chunk_done(engine, chunk))
            for (uint32_t i = 0; i < chunk->count; i++) {
                Far *far = &chunk->far[i];
                near_push(engine, far->time >> engine->width_bits,
                          (uint32_t)(far->time & ((1ll << engine->width_bits) - 1)), far->class, far->to, far->from,
                          far->word);
                engine->far_count--;
            }
    }
    engine->block_near = MAX(engine->block_near, block);
}

static int64_t least_bucket(const Engine *engine, const List *list)
{
    int64_t least = INT64_MAX;
    for (const Chunk *chunk = list->head; chunk; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->count; i++) least = MIN(least, chunk->far[i].time >> engine->width_bits);
    return least;
}

/* The first bucket that holds a far event; all in the ring come before the farthest. */
static int64_t first_far_bucket(const Engine *engine)
{
    if (!engine->far_count) return least_bucket(engine, &engine->farthest);
    int64_t block = engine->block_near + 1;
    while (!engine->far[block % (2 * BLOCKS)].head) block++;
    return least_bucket(engine, &engine->far[block % (2 * BLOCKS)]);
}

/* The number of the first bucket after the running one that holds a near event. */
static int64_t first_near_bucket(const Engine *engine)
{
    int64_t bucket = engine->bucket + 1;
    for (;;) {
        uint32_t slot = (uint32_t)bucket & (2 * BUCKETS - 1);
        uint64_t used = engine->near_used[slot / 64] >> slot % 64;
        if (used) return bucket + __builtin_ctzll(used);
        bucket += 64 - slot % 64;
    }
}

/* The first bucket after the running one that holds an event, moved near with
 * all that belongs before it; -1 if nothing is pending, or nothing up to `end`. */
static int64_t find_bucket(Engine *engine, SimTime end)
{
    int64_t bucket;
    if (engine->near_count) bucket = first_near_bucket(engine);
    else if (engine->far_count || engine->farthest_count) bucket = first_far_bucket(engine);
    else return -1;
    if (bucket > end >> engine->width_bits) return -1;
    int64_t block = bucket / BUCKETS;
    groups_move(engine, block / BLOCKS + 1);
    engine->block_near = MAX(engine->block_near, block - 1);    /* nothing waits in the blocks passed over */
    blocks_move(engine, block + 1);
    return bucket;
}

static void batch_reserve(Engine *engine, uint32_t count)
{
    if (count <= engine->batch_room) return;
    big_free(engine->batch, engine->batch_room, sizeof(Pending));
    big_free(engine->spare, engine->batch_room, sizeof(Pending));
    engine->batch_room = MAX(count + count / 2, 1024);
    engine->batch = big_new(engine->batch_room, sizeof(Pending));
    engine->spare = big_new(engine->batch_room, sizeof(Pending));
}

/* Gathers and sorts the next bucket; false if nothing is pending up to `end`. */
static bool batch_load(Engine *engine, SimTime end)
{
    int64_t bucket = find_bucket(engine, end);
    if (bucket < 0) return false;
    uint32_t slot = (uint32_t)bucket & (2 * BUCKETS - 1), count = 0;
    List list = engine->near[slot];
    engine->near[slot] = (List){ 0 };
    engine->near_used[slot / 64] &= ~(1ull << slot % 64);
    for (const Chunk *chunk = list.head; chunk; chunk = chunk->next) count += chunk->count;
    batch_reserve(engine, count);
    count = 0;
    for (Chunk *chunk = list.head; chunk; chunk = chunk_done(engine, chunk)) {
        memcpy(engine->batch + count, chunk->near, chunk->count * sizeof(Pending));
        count += chunk->count;
    }
    Pending *sorted = batch_sort(engine->batch, engine->spare, count, engine->width_bits + KEY_CLASS_BITS);
    if (sorted != engine->batch) engine->spare = engine->batch, engine->batch = sorted;
    engine->near_count -= count;
    engine->batch_count = count;
    engine->batch_next = 0;
    engine->bucket = bucket;
    engine->batch_start = bucket << engine->width_bits;
    return true;
}

static inline Event batch_event(const Engine *engine, uint32_t i)
{
    const Pending *p = &engine->batch[i];
    return (Event){ engine->batch_start + (p->key >> KEY_CLASS_BITS), p->key & ((1 << KEY_CLASS_BITS) - 1),
                    p->to, p->from, p->word };
}

static bool next_with_late(Engine *engine, SimTime end, Event *event)
{
    const Late *top = &engine->late[0];
    if (engine->batch_next < engine->batch_count) {
        Event next = batch_event(engine, engine->batch_next);
        /* What was in the bucket before it ran is of round 0 and older than any late event. */
        Late waiting = { .time = next.time, .class = next.class, .to = next.to, .from = next.from };
        if (!late_before(top, &waiting)) {
            if (next.time > end) return false;
            engine->batch_next++;
            engine->now = next.time;
            engine->round = 0;
            *event = next;
            return true;
        }
    }
    if (top->time > end) return false;
    Late late = late_pop(engine);
    engine->now = late.time;
    engine->round = late.round;
    *event = (Event){ late.time, late.class, late.to, late.from, late.word };
    return true;
}

bool engine_next(Engine *engine, SimTime end, Event *event)
{
    if (G_UNLIKELY(engine->late_count)) return next_with_late(engine, end, event);
    if (G_UNLIKELY(engine->batch_next == engine->batch_count) && !batch_load(engine, end)) return false;
    Event next = batch_event(engine, engine->batch_next);
    if (G_UNLIKELY(next.time > end)) return false;
    engine->batch_next++;
    engine->now = next.time;
    engine->round = 0;
    *event = next;
    return true;
}

bool engine_peek(const Engine *engine, uint32_t ahead, uint32_t *to, uint32_t *word)
{
    if (ahead >= engine->batch_count - engine->batch_next) return false;
    uint32_t i = engine->batch_next + ahead;
    *to = engine->batch[i].to;
    *word = engine->batch[i].word;
    return true;
}

TimerId engine_timer(Engine *engine, SimTime time, uint32_t owner, uint32_t epoch, uint32_t tag)
{
    uint32_t slot;
    TimerId id = timers_add(engine->timers, epoch, tag, &slot);
    engine_at(engine, time, EVENT_TIMER, owner, owner, slot);
    return id;
}

bool engine_cancel(Engine *engine, TimerId timer)
{
    return timers_cancel(engine->timers, timer);
}

bool engine_timer_take(Engine *engine, uint32_t word, uint32_t *epoch, uint32_t *tag)
{
    return timers_take(engine->timers, word, epoch, tag);
}

static void visit_far(const List *list, void (*visit)(void *, const Event *), void *data)
{
    for (const Chunk *chunk = list->head; chunk; chunk = chunk->next)
        for (uint32_t i = 0; i < chunk->count; i++) {
            const Far *far = &chunk->far[i];
            visit(data, &(Event){ far->time, far->class, far->to, far->from, far->word });
        }
}

static void visit_near(const Engine *engine, void (*visit)(void *, const Event *), void *data)
{
    for (uint32_t slot = 0; slot < 2 * BUCKETS; slot++)
        for (const Chunk *chunk = engine->near[slot].head; chunk; chunk = chunk->next)
            for (uint32_t i = 0; i < chunk->count; i++) {
                const Pending *p = &chunk->near[i];
                int64_t ahead = (slot - engine->bucket - 1) & (2 * BUCKETS - 1);    /* 0: the bucket after it */
                SimTime time = ((engine->bucket + 1 + ahead) << engine->width_bits) + (p->key >> KEY_CLASS_BITS);
                visit(data, &(Event){ time, p->key & ((1 << KEY_CLASS_BITS) - 1), p->to, p->from, p->word });
            }
}

uint64_t engine_pending(const Engine *engine, void (*visit)(void *, const Event *), void *data)
{
    uint64_t count = engine->near_count + engine->far_count + engine->farthest_count + engine->late_count +
                     engine->batch_count - engine->batch_next;
    if (!visit) return count;
    visit_near(engine, visit, data);
    for (uint32_t i = 0; i < 2 * BLOCKS; i++) visit_far(&engine->far[i], visit, data);
    visit_far(&engine->farthest, visit, data);
    for (uint32_t i = engine->batch_next; i < engine->batch_count; i++) {
        Event event = batch_event(engine, i);
        visit(data, &event);
    }
    for (uint32_t i = 0; i < engine->late_count; i++) {
        const Late *late = &engine->late[i];
        visit(data, &(Event){ late->time, late->class, late->to, late->from, late->word });
    }
    return count;
}

uint64_t engine_bytes(const Engine *engine)
{
    return (uint64_t)engine->slabs->len * CHUNKS_IN_SLAB * CHUNK_BYTES +
           (uint64_t)engine->batch_room * 2 * sizeof(Pending) + (uint64_t)engine->late_room * sizeof(Late) +
           timers_bytes(engine->timers) + sizeof *engine;
}
