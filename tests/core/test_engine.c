/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events come in the one total order: time, round, class, destination, sender,
 * the sender's own order; whatever the widths, distances and pauses. */
#include "core/engine.h"

#include <string.h>

#include "core/random.h"

/* The reference: a list kept sorted by insertion. */
typedef struct {
    SimTime time;
    uint32_t round, class, to, from, word;
    TimerId timer;              /* 0: no timer */
    bool cancelled;
} Known;

typedef struct {
    Engine *engine;
    GArray *list;               /* of Known, ascending; equal ones in order of arrival */
    SimTime now;
    uint32_t round, made, handed;
    Random random;
} Pair;

static bool known_before(const Known *a, const Known *b)
{
    if (a->time != b->time) return a->time < b->time;
    if (a->round != b->round) return a->round < b->round;
    if (a->class != b->class) return a->class < b->class;
    if (a->to != b->to) return a->to < b->to;
    return a->from < b->from;
}

static Pair pair_new(SimTime horizon, uint64_t density, uint64_t seed)
{
    Pair pair = { .engine = engine_new(horizon, density), .list = g_array_new(FALSE, FALSE, sizeof(Known)),
                  .round = UINT32_MAX, .random = random_stream(seed, "test/engine", 0) };
    return pair;
}

static void pair_free(Pair *pair)
{
    engine_free(pair->engine);
    g_array_unref(pair->list);
}

static void remember(Pair *pair, Known known)
{
    known.round = known.time == pair->now ? pair->round + 1 : 0;
    guint i = pair->list->len;
    while (i && known_before(&known, &g_array_index(pair->list, Known, i - 1))) i--;
    g_array_insert_val(pair->list, i, known);
}

static void add(Pair *pair, SimTime time, EventClass class, uint32_t to, uint32_t from)
{
    uint32_t number = pair->made++;
    if (class != EVENT_TIMER) {
        engine_at(pair->engine, time, class, to, from, number);
        remember(pair, (Known){ .time = time, .class = class, .to = to, .from = from, .word = number });
        return;
    }
    TimerId id = engine_timer(pair->engine, time, to, number, ~number);
    g_assert_cmpuint(id, !=, 0);
    remember(pair, (Known){ .time = time, .class = class, .to = to, .from = to, .word = number, .timer = id });
}

/* A few names only, so that ties are common. */
static void add_drawn(Pair *pair, SimTime time)
{
    Random *r = &pair->random;
    add(pair, time, (EventClass)random_below(r, 6), (uint32_t)random_below(r, 3), (uint32_t)random_below(r, 3));
}

/* Takes one event from both and compares; false if both have none up to `end`. */
static bool step(Pair *pair, SimTime end)
{
    Event event = { .word = 0xabcd };
    bool more = engine_next(pair->engine, end, &event);
    const Known *first = pair->list->len ? &g_array_index(pair->list, Known, 0) : NULL;
    g_assert_cmpint(more, ==, first && first->time <= end);
    if (!more) {
        g_assert_cmpuint(event.word, ==, 0xabcd);
        return false;
    }
    Known known = *first;
    g_array_remove_index(pair->list, 0);
    g_assert_cmpint(event.time, ==, known.time);
    g_assert_cmpint(event.time, ==, engine_now(pair->engine));
    g_assert_cmpuint(event.class, ==, known.class);
    g_assert_cmpuint(event.to, ==, known.to);
    g_assert_cmpuint(event.from, ==, known.from);
    if (known.timer) {
        uint32_t epoch, tag;
        g_assert_cmpint(engine_timer_take(pair->engine, event.word, &epoch, &tag), ==, !known.cancelled);
        if (!known.cancelled) g_assert_true(epoch == known.word && tag == ~known.word);
        g_assert_false(engine_cancel(pair->engine, known.timer));
    } else {
        g_assert_cmpuint(event.word, ==, known.word);
    }
    pair->now = known.time;
    pair->round = known.round;
    pair->handed++;
    return true;
}

static void cancel_one(Pair *pair)
{
    if (!pair->list->len) return;
    Known *known = &g_array_index(pair->list, Known, random_below(&pair->random, pair->list->len));
    if (!known->timer) return;
    g_assert_cmpint(engine_cancel(pair->engine, known->timer), ==, !known->cancelled);
    known->cancelled = true;
}

typedef struct { uint64_t count, sum; SimTime now; } Seen;

/* A hash of an event that does not depend on the order they are seen in. */
static uint64_t mark(SimTime time, uint32_t class, uint32_t to, uint32_t from)
{
    return ((uint64_t)time * 31 + class * 7 + to * 3 + from) * 0x9e3779b97f4a7c15u;
}

static void see(void *data, const Event *event)
{
    Seen *seen = data;
    g_assert_cmpint(event->time, >=, seen->now);
    seen->count++;
    seen->sum += mark(event->time, event->class, event->to, event->from);
}

static void compare_pending(Pair *pair)
{
    Seen seen = { .now = pair->now };
    uint64_t expected = 0;
    for (guint i = 0; i < pair->list->len; i++) {
        const Known *k = &g_array_index(pair->list, Known, i);
        expected += mark(k->time, k->class, k->to, k->from);
    }
    g_assert_cmpuint(engine_pending(pair->engine, NULL, NULL), ==, pair->list->len);
    g_assert_cmpuint(engine_pending(pair->engine, see, &seen), ==, pair->list->len);
    g_assert_cmpuint(seen.count, ==, pair->list->len);
    g_assert_cmpuint(seen.sum, ==, expected);
}

/* A delay whose logarithm is uniform up to 2^bits ns; one in four is 0. */
static SimTime drawn_delay(Pair *pair, uint32_t bits)
{
    Random *r = &pair->random;
    if (random_below(r, 4) == 0) return 0;
    return (SimTime)random_below(r, (uint64_t)1 << random_below(r, bits + 1));
}

typedef struct { SimTime horizon; uint64_t density; uint32_t bits; } Row;

static void follow(Row row, uint64_t seed)
{
    enum { EVENTS = 4000 };
    Pair pair = pair_new(row.horizon, row.density, seed);
    Random *r = &pair.random;
    SimTime end = 0;
    for (int i = 0; i < 40; i++) add_drawn(&pair, drawn_delay(&pair, row.bits));
    compare_pending(&pair);
    while (pair.handed < EVENTS) {
        /* In pauses of the run things are added too, at once or later. */
        end = MAX(end, pair.now) + drawn_delay(&pair, row.bits);
        while (step(&pair, end)) {
            uint32_t children = pair.list->len < 300 ? (uint32_t)random_below(r, 3) : 0;
            for (uint32_t c = 0; c < children; c++) add_drawn(&pair, pair.now + drawn_delay(&pair, row.bits));
            if (random_below(r, 5) == 0) cancel_one(&pair);
            if (pair.handed >= EVENTS) break;
        }
        if (random_below(r, 8) == 0) compare_pending(&pair);
        if (random_below(r, 2)) add_drawn(&pair, pair.now + drawn_delay(&pair, row.bits));
        if (pair.list->len < 10) add_drawn(&pair, end + drawn_delay(&pair, row.bits));
    }
    while (step(&pair, SIM_NEVER)) continue;
    g_assert_cmpuint(pair.handed, ==, pair.made);
    compare_pending(&pair);
    pair_free(&pair);
}

static void any_schedule_follows_the_reference(void)
{
    static const Row rows[] = {
        { 50 * SIM_MS, 1000, 3 },       { 50 * SIM_MS, 1000, 20 },     { 50 * SIM_MS, 1000, 30 },
        { 50 * SIM_MS, 1000000, 40 },   { 50 * SIM_MS, 10, 47 },       { 1, 1, 4 },
        { 1, 1, 12 },                   { 1, 1, 25 },                  { 1, 1, 47 },
        { 1000, 1, 16 },                { SIM_S, 100, 33 },            { 3600 * SIM_S, 1, 47 },
        { (SimTime)1 << 50, 1, 47 },    { 10 * SIM_US, 100000000, 30 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (uint64_t seed = 1; seed <= 3; seed++) follow(rows[i], seed);
}

static void crowds_at_one_instant_follow_the_reference(void)
{
    Pair pair = pair_new(SIM_MS, 1000, 5);
    for (int i = 0; i < 3000; i++) add_drawn(&pair, 7 * SIM_US + (SimTime)random_below(&pair.random, 2));
    while (step(&pair, SIM_NEVER))
        if (pair.made < 4000) add_drawn(&pair, pair.now + (SimTime)random_below(&pair.random, 2));
    g_assert_cmpuint(pair.handed, ==, 4000);
    pair_free(&pair);
}

static void equal_times_run_by_class_then_destination_then_sender(void)
{
    Engine *engine = engine_new(SIM_MS, 1);
    for (int class = EVENT_SAMPLE; class >= EVENT_MARK; class--)
        for (uint32_t to = 3; to--;)
            for (uint32_t from = 3; from--;)
                for (uint32_t own = 0; own < 2; own++) engine_at(engine, 5, (EventClass)class, to, from, own);
    Event event;
    for (uint32_t i = 0; engine_next(engine, 10, &event); i++) {
        g_assert_cmpuint(event.class, ==, i / 18);
        g_assert_cmpuint(event.to, ==, i / 6 % 3);
        g_assert_cmpuint(event.from, ==, i / 2 % 3);
        g_assert_cmpuint(event.word, ==, i % 2);
    }
    g_assert_cmpuint(engine_pending(engine, NULL, NULL), ==, 0);
    engine_free(engine);
}

static void what_is_made_for_now_belongs_to_the_next_round(void)
{
    Engine *engine = engine_new(SIM_MS, 1);
    engine_at(engine, 5, EVENT_MESSAGE, 9, 0, 1);
    engine_at(engine, 5, EVENT_SAMPLE, 0, 0, 2);
    Event event;
    g_assert_true(engine_next(engine, 5, &event));
    g_assert_cmpuint(event.word, ==, 1);
    engine_at(engine, 5, EVENT_DOWN, 0, 0, 3);          /* a lower class, but a later round */
    engine_at(engine, 5, EVENT_MESSAGE, 0, 0, 4);
    static const uint32_t order[] = { 2, 3, 4 };
    for (int i = 0; i < 3; i++) {
        g_assert_true(engine_next(engine, 5, &event));
        g_assert_cmpuint(event.word, ==, order[i]);
        if (event.word == 3) engine_at(engine, 5, EVENT_DOWN, 0, 0, 5);     /* round 2 */
    }
    g_assert_true(engine_next(engine, 5, &event));
    g_assert_cmpuint(event.word, ==, 5);
    g_assert_false(engine_next(engine, SIM_NEVER, &event));
    engine_free(engine);
}

static void the_end_is_inclusive_and_a_run_goes_on_after_it(void)
{
    Engine *engine = engine_new(50 * SIM_MS, 1);
    engine_at(engine, 100, EVENT_TIMER, 0, 0, 1);
    engine_at(engine, 101, EVENT_TIMER, 0, 0, 2);
    Event event;
    g_assert_false(engine_next(engine, 99, &event));
    g_assert_cmpint(engine_now(engine), ==, 0);
    g_assert_true(engine_next(engine, 100, &event));
    g_assert_false(engine_next(engine, 100, &event));
    engine_at(engine, 100, EVENT_MESSAGE, 0, 0, 3);         /* behind what is already loaded */
    engine_at(engine, 101, EVENT_DOWN, 0, 0, 4);
    g_assert_true(engine_next(engine, 100, &event));
    g_assert_cmpuint(event.word, ==, 3);
    g_assert_false(engine_next(engine, 100, &event));
    g_assert_true(engine_next(engine, 101, &event));
    g_assert_cmpuint(event.word, ==, 4);
    g_assert_true(engine_next(engine, 101, &event));
    g_assert_cmpuint(event.word, ==, 2);
    g_assert_false(engine_next(engine, SIM_NEVER, &event));
    engine_free(engine);
}

static void times_reach_from_nanoseconds_to_the_end_of_time(void)
{
    static const SimTime horizons[] = { 1, SIM_US, 50 * SIM_MS, SIM_S, (SimTime)1 << 40, INT64_MAX };
    for (size_t h = 0; h < G_N_ELEMENTS(horizons); h++) {
        Pair pair = pair_new(horizons[h], 1000, 1);
        for (int bit = 62; bit >= 0; bit--)
            for (SimTime near = -1; near <= 1; near++) add(&pair, ((SimTime)1 << bit) + near, EVENT_MESSAGE, 0, 0);
        add(&pair, INT64_MAX - 1, EVENT_MESSAGE, 0, 0);
        add(&pair, INT64_MAX, EVENT_MESSAGE, 0, 0);
        compare_pending(&pair);
        while (step(&pair, SIM_NEVER)) continue;
        g_assert_cmpuint(pair.handed, ==, 3 * 63 + 2);
        pair_free(&pair);
    }
}

/* Every bucket of the rings at once, seen through engine_pending before the first event. */
static void all_that_waits_is_seen_with_its_time(void)
{
    Pair pair = pair_new(1, 1, 1);                          /* buckets of 1 ns */
    for (SimTime time = 0; time < 6000; time++) add(&pair, time, EVENT_MESSAGE, (uint32_t)time, 0);
    compare_pending(&pair);
    for (int i = 0; i < 6000; i++) {
        g_assert_true(step(&pair, SIM_NEVER));
        if (i % 97 == 0) compare_pending(&pair);
    }
    pair_free(&pair);
}

static void a_timer_is_cancelled_once_and_its_slot_used_again(void)
{
    Engine *engine = engine_new(SIM_MS, 1);
    TimerId a = engine_timer(engine, 10, 1, 77, 88), b = engine_timer(engine, 20, 1, 78, 89);
    g_assert_cmpuint(a, !=, b);
    g_assert_true(engine_cancel(engine, a));
    g_assert_false(engine_cancel(engine, a));
    g_assert_false(engine_cancel(engine, 0));
    g_assert_false(engine_cancel(engine, UINT64_MAX));
    g_assert_cmpuint(engine_pending(engine, NULL, NULL), ==, 2);

    Event event;
    uint32_t epoch, tag;
    g_assert_true(engine_next(engine, 100, &event));
    g_assert_false(engine_timer_take(engine, event.word, &epoch, &tag));
    TimerId c = engine_timer(engine, 30, 1, 79, 90);        /* in the slot of a */
    g_assert_cmpuint((uint32_t)c, ==, (uint32_t)a);
    g_assert_false(engine_cancel(engine, a));               /* the old id is dead */
    g_assert_true(engine_next(engine, 100, &event));
    g_assert_true(engine_timer_take(engine, event.word, &epoch, &tag));
    g_assert_true(epoch == 78 && tag == 89);
    g_assert_false(engine_cancel(engine, b));               /* fired */
    g_assert_true(engine_cancel(engine, c));
    engine_free(engine);
}

static void slots_do_not_grow_with_timers_that_are_over(void)
{
    Engine *engine = engine_new(SIM_MS, 1);
    Event event;
    uint32_t epoch, tag;
    for (SimTime i = 0; i < 200; i++) engine_timer(engine, i, 0, 0, 0);
    uint64_t before = engine_bytes(engine);
    for (int i = 0; i < 100000; i++) {
        g_assert_true(engine_next(engine, SIM_NEVER, &event));
        engine_timer_take(engine, event.word, &epoch, &tag);
        TimerId id = engine_timer(engine, event.time + 200, 0, 0, 0);
        if (i % 3 == 0) engine_cancel(engine, id);
    }
    g_assert_cmpuint(engine_bytes(engine), <=, before + (3 << 20));
    engine_free(engine);
}

static void peeking_shows_what_comes_next(void)
{
    Engine *engine = engine_new(SIM_S, 1);
    for (uint32_t i = 0; i < 10; i++) engine_at(engine, 5, EVENT_MESSAGE, 9 - i, 0, i);
    uint32_t to, word;
    g_assert_false(engine_peek(engine, 0, &to, &word));
    Event event;
    g_assert_true(engine_next(engine, 5, &event));
    for (uint32_t ahead = 0; ahead < 9; ahead++) {
        g_assert_true(engine_peek(engine, ahead, &to, &word));
        g_assert_true(to == ahead + 1 && word == 8 - ahead);
    }
    g_assert_false(engine_peek(engine, 9, &to, &word));
    g_assert_false(engine_peek(engine, UINT32_MAX, &to, &word));
    engine_free(engine);
}

static void the_past_is_refused(void)
{
    if (g_test_subprocess()) {
        Engine *engine = engine_new(SIM_MS, 1);
        Event event;
        engine_at(engine, 5, EVENT_MESSAGE, 0, 0, 0);
        engine_next(engine, 5, &event);
        engine_at(engine, 4, EVENT_MESSAGE, 0, 0, 0);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
}

#define CASE(name) g_test_add_func("/engine/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(any_schedule_follows_the_reference);
    CASE(crowds_at_one_instant_follow_the_reference);
    CASE(equal_times_run_by_class_then_destination_then_sender);
    CASE(what_is_made_for_now_belongs_to_the_next_round);
    CASE(the_end_is_inclusive_and_a_run_goes_on_after_it);
    CASE(times_reach_from_nanoseconds_to_the_end_of_time);
    CASE(all_that_waits_is_seen_with_its_time);
    CASE(a_timer_is_cancelled_once_and_its_slot_used_again);
    CASE(slots_do_not_grow_with_timers_that_are_over);
    CASE(peeking_shows_what_comes_next);
    CASE(the_past_is_refused);
    return g_test_run();
}
