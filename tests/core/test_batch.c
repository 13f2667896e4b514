/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch is sorted by key, to and from, and equal events keep their order. */
#include "core/batch.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"

/* `word` numbers the events as they came, so a plain sort by it last is the stable one. */
static int reference(const void *a, const void *b)
{
    const Pending *x = a, *y = b;
    if (pending_before(x, y)) return -1;
    if (pending_before(y, x)) return 1;
    return (x->word > y->word) - (x->word < y->word);
}

typedef struct { uint32_t times, nodes, senders; } Shape;

/* Sorts `count` events drawn from so many different times, destinations and
 * senders; times spread over all of `key_bits`. */
static void check(uint32_t count, uint32_t key_bits, Shape shape, Random *random)
{
    size_t bytes = (count + 1) * sizeof(Pending);
    g_autofree Pending *events = g_malloc0(bytes), *spare = g_malloc0(bytes), *expected = g_malloc0(bytes);
    uint64_t top = (uint64_t)1 << key_bits, step = MAX(top / shape.times, 1);
    for (uint32_t i = 0; i < count; i++)
        events[i] = (Pending){ .from = (uint32_t)random_below(random, shape.senders) * 0x01000193u,
                               .to = (uint32_t)random_below(random, shape.nodes) * 0x9e3779b1u,
                               .key = (uint32_t)(random_below(random, shape.times) * step % top), .word = i };
    memcpy(expected, events, bytes);
    qsort(expected, count, sizeof(Pending), reference);
    Pending *sorted = batch_sort(events, spare, count, key_bits);
    g_assert_true(sorted == events || sorted == spare);
    g_assert_cmpmem(sorted, count * sizeof(Pending), expected, count * sizeof(Pending));
}

static const Shape shapes[] = {
    { UINT32_MAX, 100000, 100000 },     /* all different */
    { 1, 1000, 1000 },                  /* one instant */
    { 1, 1, 1 },                        /* one instant, one link: order of arrival alone */
    { 2, 100000, 3 },                   /* two instants */
    { 5, 1, 100000 },                   /* everybody to a hub */
    { 5, 100000, 1 },                   /* a hub to everybody */
    { 1000, 2, 2 },
};

static void any_shape_is_sorted_like_the_reference(void)
{
    static const uint32_t counts[] = { 0, 1, 2, 3, 23, 24, 25, 100, 1000, 4096, 30000 };
    static const uint32_t widths[] = { 3, 4, 10, 11, 12, 16, 22, 23, 31, 32 };
    Random random = random_stream(1, "test/batch", 0);
    for (size_t c = 0; c < G_N_ELEMENTS(counts); c++)
        for (size_t w = 0; w < G_N_ELEMENTS(widths); w++)
            for (size_t s = 0; s < G_N_ELEMENTS(shapes); s++) check(counts[c], widths[w], shapes[s], &random);
}

/* Already in order, backwards, and a ramp with one straggler: the insertion
 * sort must give up in time and leave a stable arrangement behind. */
static void patterns_are_sorted_like_the_reference(void)
{
    enum { COUNT = 50000 };
    g_autofree Pending *events = g_new0(Pending, COUNT), *spare = g_new0(Pending, COUNT);
    for (int pattern = 0; pattern < 4; pattern++) {
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t to = pattern == 0 ? i : pattern == 1 ? COUNT - i : pattern == 2 ? (i + 1) % COUNT : i % 7;
            events[i] = (Pending){ .from = 0, .to = to, .key = 5, .word = i };
        }
        Pending *sorted = batch_sort(events, spare, COUNT, 20);
        for (uint32_t i = 1; i < COUNT; i++) g_assert_cmpint(reference(&sorted[i - 1], &sorted[i]), <, 0);
    }
}

#define CASE(name) g_test_add_func("/batch/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(any_shape_is_sorted_like_the_reference);
    CASE(patterns_are_sorted_like_the_reference);
    return g_test_run();
}
