/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/engine.h"

#include "core/calendar.h"
#include "core/memory.h"
#include "core/timers.h"

/* The bucket width is judged anew after so many buckets: it should hold between
 * FEW and MANY events, and most events should fall into the near ring. */
enum { JUDGED_AFTER = 512, FEW = 8, MANY = 32768, WIDEN_BITS = 4, NARROW_BITS = 2 };

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
    SimTime now;
    uint32_t round;             /* of the event handed out last */

    uint64_t most;              /* events that waited, when a bucket was taken */
    Late *late;                 /* binary heap */
    uint32_t late_count, late_room;
    uint64_t late_order;

    SimTime horizon;
    uint32_t loads;             /* buckets since the width was judged */
    uint64_t loaded, far_before;    /* events in them; far ones added before them */
    uint32_t late_most;         /* late ones that waited at once */
    uint64_t since_resize;      /* events since the width was changed */
    Timers *timers;
    Calendar calendar;
};

Engine *engine_new(SimTime horizon, uint64_t density)
{
    Engine *engine = big_new(1, sizeof *engine);
    /* About 4,000 events a bucket stay in the first caches; the horizon should
     * span at least 16 buckets and fit into one block. */
    double span = (double)MAX(horizon, 1), width = span * 4096 / (double)MAX(density, 1);
    width = CLAMP(width, span / BUCKETS, span / 16);
    uint32_t width_bits = 0;
    while (width_bits < WIDTH_BITS_MOST && (double)(1ull << width_bits) < width) width_bits++;
    calendar_init(&engine->calendar, width_bits);
    engine->horizon = MAX(horizon, 1);
    engine->round = UINT32_MAX;                 /* what is made before the first event is of round 0 */
    engine->timers = timers_new();
    return engine;
}

void engine_free(Engine *engine)
{
    if (!engine) return;
    calendar_clear(&engine->calendar);
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
    engine->late_most = MAX(engine->late_most, engine->late_count);
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

static G_GNUC_NO_INLINE void late_add(Engine *engine, SimTime time, EventClass class, uint32_t to, uint32_t from, uint32_t word)
{
    g_assert(time >= engine->now);
    Late late = { .time = time, .order = engine->late_order++, .class = class, .to = to, .from = from, .word = word };
    late.round = time == engine->now ? engine->round + 1 : 0;
    late_push(engine, late);
}

void engine_at(Engine *engine, SimTime time, EventClass class, uint32_t to, uint32_t from, uint32_t word)
{
    if (G_UNLIKELY(time <= engine->calendar.late_last))
        late_add(engine, time, class, to, from, word);
    else calendar_add(&engine->calendar, time, class, to, from, word);
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

/* Widens buckets that are nearly empty while many events are made beyond the
 * ring; narrows those that are too full for the caches, or in which too many
 * events are made while they run.  A change is paid for by as many events. */
static void width_judge(Engine *engine)
{
    Calendar *calendar = &engine->calendar;
    uint64_t average = engine->loaded / JUDGED_AFTER, far = calendar->far_added - engine->far_before;
    uint32_t bits = calendar->width_bits, wider = MIN(bits + WIDEN_BITS, WIDTH_BITS_MOST), chosen = bits;
    uint32_t narrower = bits > NARROW_BITS ? bits - NARROW_BITS : 0;
    if (average < FEW && far * 4 > engine->loaded) chosen = wider;
    else if ((average > MANY || engine->late_most > MANY) && engine->horizon >> narrower < BUCKETS) chosen = narrower;
    engine->since_resize += engine->loaded;
    if (chosen != bits && engine->since_resize >= calendar_events(calendar)) {
        calendar_resize(calendar, chosen);
        engine->since_resize = 0;
    }
    engine->loads = engine->late_most = 0;
    engine->loaded = 0;
    engine->far_before = calendar->far_added;
}

/* Gathers and sorts the next bucket; false if nothing is pending up to `end`. */
static bool batch_load(Engine *engine, SimTime end)
{
    Calendar *calendar = &engine->calendar;
    if (G_UNLIKELY(engine->loads == JUDGED_AFTER)) width_judge(engine);
    int64_t bucket = calendar_first(calendar, end);
    if (bucket < 0) return false;
    uint32_t count = calendar_count(calendar, bucket);
    batch_reserve(engine, count);
    calendar_take(calendar, bucket, engine->batch);
    Pending *sorted = batch_sort(engine->batch, engine->spare, count, calendar->width_bits + KEY_CLASS_BITS);
    if (sorted != engine->batch) engine->spare = engine->batch, engine->batch = sorted;
    engine->most = MAX(engine->most, count + calendar_events(calendar));
    engine->batch_count = count;
    engine->batch_next = 0;
    engine->batch_start = bucket << calendar->width_bits;
    engine->loads++;
    engine->loaded += count;
    return true;
}

Calendar *engine_calendar(Engine *engine)
{
    return &engine->calendar;
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

uint64_t engine_pending(const Engine *engine, void (*visit)(void *, const Event *), void *data)
{
    uint64_t count = calendar_events(&engine->calendar) + engine->late_count + engine->batch_count - engine->batch_next;
    if (!visit) return count;
    calendar_visit(&engine->calendar, visit, data);
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

uint64_t engine_most(const Engine *engine)
{
    return engine->most;
}

uint64_t engine_bytes(const Engine *engine)
{
    return calendar_bytes(&engine->calendar) +
           (uint64_t)engine->batch_room * 2 * sizeof(Pending) + (uint64_t)engine->late_room * sizeof(Late) +
           timers_bytes(engine->timers) + sizeof *engine;
}
