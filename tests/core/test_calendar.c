/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buckets come in order with all that belongs to them, and a change of width
 * loses, delays and swaps nothing. */
#include "core/calendar.h"

#include "core/random.h"

typedef struct {
    Calendar calendar;
    GArray *times;              /* of SimTime, by number of the event */
    GArray *taken;              /* of bool */
    uint64_t waiting;
    Random random;
} Pair;

static Pair *pair_new(uint32_t width_bits, uint64_t seed)
{
    Pair *pair = g_new0(Pair, 1);
    calendar_init(&pair->calendar, width_bits);
    pair->times = g_array_new(FALSE, FALSE, sizeof(SimTime));
    pair->taken = g_array_new(FALSE, TRUE, sizeof(bool));
    pair->random = random_stream(seed, "test/calendar", 0);
    return pair;
}

static void pair_free(Pair *pair)
{
    calendar_clear(&pair->calendar);
    g_array_unref(pair->times);
    g_array_unref(pair->taken);
    g_free(pair);
}

static void add(Pair *pair, SimTime time)
{
    uint32_t number = pair->times->len;
    g_array_append_val(pair->times, time);
    g_array_set_size(pair->taken, number + 1);
    calendar_add(&pair->calendar, time, EVENT_MESSAGE, number % 5, number % 3, number);
    pair->waiting++;
}

/* Takes the first bucket; every event that waits must lie in it or behind it. */
static SimTime take(Pair *pair)
{
    Calendar *calendar = &pair->calendar;
    int64_t bucket = calendar_first(calendar, SIM_NEVER);
    g_assert_cmpint(bucket, >, calendar->bucket);
    uint32_t count = calendar_count(calendar, bucket), bits = calendar->width_bits;
    g_assert_cmpuint(count, >, 0);
    g_autofree Pending *out = g_new(Pending, count);
    g_autoptr(GHashTable) last = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    calendar_take(calendar, bucket, out);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = out[i].word;
        SimTime time = (bucket << bits) + (out[i].key >> KEY_CLASS_BITS);
        g_assert_cmpint(time, ==, g_array_index(pair->times, SimTime, number));
        g_assert_true(out[i].to == number % 5 && out[i].from == number % 3);
        g_assert_false(g_array_index(pair->taken, bool, number));
        g_array_index(pair->taken, bool, number) = true;
        gpointer before = g_hash_table_lookup(last, &time);                 /* number + 1 of the one before it */
        g_assert_cmpuint(GPOINTER_TO_UINT(before), <=, number);
        g_hash_table_replace(last, g_memdup2(&time, sizeof time), GUINT_TO_POINTER(number + 1));
    }
    pair->waiting -= count;
    SimTime end = (bucket + 1) << bits;
    for (guint n = 0; n < pair->times->len; n++)
        if (!g_array_index(pair->taken, bool, n)) g_assert_cmpint(g_array_index(pair->times, SimTime, n), >=, end);
    g_assert_cmpuint(calendar_events(calendar), ==, pair->waiting);
    return end;
}

static void count_one(void *data, const Event *event)
{
    Pair *pair = data;
    g_assert_cmpint(event->time, ==, g_array_index(pair->times, SimTime, event->word));
    pair->waiting++;
}

/* Times after `from`, their distance log-uniform up to 2^bits, one in three on the last. */
static void add_some(Pair *pair, SimTime from, uint32_t bits, uint32_t many)
{
    SimTime time = from;
    for (uint32_t i = 0; i < many; i++) {
        if (random_below(&pair->random, 3))
            time = from + (SimTime)random_below(&pair->random, (uint64_t)1 << random_below(&pair->random, bits + 1));
        add(pair, time);
    }
}

static void a_change_of_width_changes_nothing_else(void)
{
    static const uint32_t spans[] = { 8, 16, 24, 32, 40, 48 };
    for (size_t s = 0; s < G_N_ELEMENTS(spans); s++)
        for (uint64_t seed = 0; seed < 5; seed++) {
            Pair *pair = pair_new((uint32_t)(seed * 5), seed);
            SimTime end = 0;
            for (int round = 0; round < 60; round++) {
                add_some(pair, end, spans[s], 20);
                if (round % 3 == 1) calendar_resize(&pair->calendar, (uint32_t)random_below(&pair->random, 30));
                add_some(pair, end, spans[s], 10);
                end = take(pair);
                uint64_t waiting = pair->waiting;
                pair->waiting = 0;
                calendar_visit(&pair->calendar, count_one, pair);
                g_assert_cmpuint(pair->waiting, ==, waiting);
            }
            while (pair->waiting) take(pair);
            g_assert_cmpint(calendar_first(&pair->calendar, SIM_NEVER), ==, -1);
            pair_free(pair);
        }
}

static void nothing_comes_before_its_end(void)
{
    Pair *pair = pair_new(4, 1);
    add(pair, 100);
    g_assert_cmpint(calendar_first(&pair->calendar, 95), ==, -1);
    g_assert_cmpint(calendar_first(&pair->calendar, 96), ==, 6);            /* its bucket has begun */
    add(pair, 50);
    g_assert_cmpint(calendar_first(&pair->calendar, SIM_NEVER), ==, 3);
    pair_free(pair);
}

static void chunks_are_used_again(void)
{
    Pair *pair = pair_new(10, 1);
    SimTime end = 0;
    for (int i = 0; i < 300; i++) {
        for (int e = 0; e < 500; e++) calendar_add(&pair->calendar, end + 1000000, EVENT_TIMER, 0, 0, 0);
        int64_t bucket = calendar_first(&pair->calendar, SIM_NEVER);
        Pending out[500];
        g_assert_cmpuint(calendar_count(&pair->calendar, bucket), ==, 500);
        calendar_take(&pair->calendar, bucket, out);
        end = (bucket + 1) << 10;
    }
    g_assert_cmpuint(calendar_bytes(&pair->calendar), <, 1 << 20);
    pair_free(pair);
}

#define CASE(name) g_test_add_func("/calendar/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_change_of_width_changes_nothing_else);
    CASE(nothing_comes_before_its_end);
    CASE(chunks_are_used_again);
    return g_test_run();
}
