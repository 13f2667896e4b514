/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams are what Philox says, uniform, and strangers to each other. */
#include "core/random.h"

#include <Random123/philox.h>
#include <glib.h>
#include <math.h>
#include <string.h>

/* Source: kat_vectors of the Random123 distribution, "philox2x64 10". */
static const struct { uint64_t counter[2], key, block[2]; } known[] = {
    { { 0, 0 }, 0, { 0xca00a0459843d731, 0x66c24222c9a845b5 } },
    { { 0xffffffffffffffff, 0xffffffffffffffff }, 0xffffffffffffffff, { 0x65b021d60cd8310f, 0x4d02f3222f86df20 } },
    { { 0x243f6a8885a308d3, 0x13198a2e03707344 }, 0xa4093822299f31d0, { 0x0a5e742c2997341c, 0xb0f883d38000de5d } },
};

static void the_generator_is_philox_2x64_10(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        philox2x64_ctr_t counter = { { known[i].counter[0], known[i].counter[1] } };
        philox2x64_key_t key = { { known[i].key } };
        philox2x64_ctr_t block = philox2x64(counter, key);
        g_assert_cmphex(block.v[0], ==, known[i].block[0]);
        g_assert_cmphex(block.v[1], ==, known[i].block[1]);
        if (known[i].counter[1] >> 63) continue;            /* beyond what one stream can draw */
        Random random = random_keyed(known[i].key, known[i].counter[0]);
        random.drawn = 2 * known[i].counter[1];
        g_assert_cmphex(random_bits(&random), ==, known[i].block[0]);
        g_assert_cmphex(random_bits(&random), ==, known[i].block[1]);
    }
}

/* Changing any of these changes every result ever published. */
static void named_streams_are_frozen(void)
{
    Random random = random_stream(1, "failure/crash", 0);
    g_assert_cmphex(random_bits(&random), ==, 0xe8128f54d8822017);
    g_assert_cmphex(random_bits(&random), ==, 0x25ad68b8481f29c4);
    g_assert_cmphex(random_replication_seed(1, 0), ==, 0xe87548b86728157b);
}

static void a_stream_is_a_value_found_by_its_three_arguments(void)
{
    Random a = random_stream(7, "protocol", 3), b = random_keyed(random_key(7, "protocol"), 3);
    for (int i = 0; i < 9; i++) g_assert_cmphex(random_bits(&a), ==, random_bits(&b));
    Random copy = a;
    for (int i = 0; i < 9; i++) g_assert_cmphex(random_bits(&a), ==, random_bits(&copy));
    Random others[] = { random_stream(8, "protocol", 3), random_stream(7, "protocol", 4),
                        random_stream(7, "protocon", 3), random_stream(7, "", 3) };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        Random first = random_stream(7, "protocol", 3);
        g_assert_cmphex(random_bits(&others[i]), !=, random_bits(&first));
    }
}

static void no_two_of_a_million_streams_begin_alike(void)
{
    enum { STREAMS = 100000 };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (uint64_t seed = 0; seed < 10; seed++) {
        uint64_t key = random_key(seed, "node");
        for (uint64_t i = 0; i < STREAMS; i++) {
            Random random = random_keyed(key, i);
            uint64_t *bits = g_new(uint64_t, 1);
            *bits = random_bits(&random);
            g_assert_true(g_hash_table_add(seen, bits));
        }
    }
}

/* The chi-square statistic of `cells` counts of `total` equally likely draws,
 * in standard deviations from its mean. */
static double deviation(const uint32_t *counts, uint32_t cells, double total)
{
    double expected = total / cells, chi = 0;
    for (uint32_t i = 0; i < cells; i++) chi += (counts[i] - expected) * (counts[i] - expected) / expected;
    return (chi - (cells - 1)) / sqrt(2.0 * (cells - 1));
}

static void draws_are_uniform(void)
{
    enum { CELLS = 1000, DRAWS = 1000000 };
    uint32_t unit[CELLS] = { 0 }, open[CELLS] = { 0 }, below[CELLS] = { 0 };
    Random random = random_stream(1, "test/uniform", 0);
    for (int i = 0; i < DRAWS; i++) {
        double u = random_unit(&random), v = random_open(&random);
        g_assert_true(u >= 0 && u < 1 && v > 0 && v < 1);
        unit[(int)(u * CELLS)]++;
        open[(int)(v * CELLS)]++;
        below[random_below(&random, CELLS)]++;
    }
    g_assert_cmpfloat(fabs(deviation(unit, CELLS, DRAWS)), <, 4);
    g_assert_cmpfloat(fabs(deviation(open, CELLS, DRAWS)), <, 4);
    g_assert_cmpfloat(fabs(deviation(below, CELLS, DRAWS)), <, 4);
}

static void neighboring_streams_do_not_correlate(void)
{
    enum { STREAMS = 200000 };
    uint64_t key = random_key(1, "node");
    double sum = 0;
    for (uint64_t i = 0; i < STREAMS; i++) {
        Random a = random_keyed(key, i), b = random_keyed(key, i + 1);
        sum += (random_unit(&a) - 0.5) * (random_unit(&b) - 0.5) * 12;
    }
    g_assert_cmpfloat(fabs(sum / sqrt(STREAMS)), <, 4);             /* a unit normal */
}

static void below_has_no_modulo_bias(void)
{
    /* Without rejection every multiple of 3 would come up twice as often as the others. */
    const uint64_t bound = (uint64_t)3 << 62;
    enum { DRAWS = 100000 };
    Random random = random_stream(1, "test/below", 0);
    uint32_t thirds[3] = { 0 };
    for (int i = 0; i < DRAWS; i++) {
        uint64_t draw = random_below(&random, bound);
        g_assert_cmpuint(draw, <, bound);
        thirds[draw >> 62]++;
    }
    g_assert_cmpfloat(fabs(deviation(thirds, 3, DRAWS)), <, 4);
    uint32_t multiples = 0;
    for (int i = 0; i < DRAWS; i++) multiples += random_below(&random, bound) % 3 == 0;
    double sd = sqrt(DRAWS * 2.0 / 9);
    g_assert_cmpfloat(fabs(multiples - DRAWS / 3.0) / sd, <, 4);
    g_assert_cmpuint(random_below(&random, 1), ==, 0);
}

static void open_never_meets_an_end(void)
{
    Random zero = { .drawn = 1, .spare = 0 }, ones = { .drawn = 1, .spare = UINT64_MAX };
    g_assert_cmpfloat(random_open(&zero), >, 0);
    g_assert_cmpfloat(random_open(&ones), <, 1);
    Random same = { .drawn = 1, .spare = UINT64_MAX };
    g_assert_cmpfloat(random_unit(&same), <, 1);
}

static void a_shuffle_is_every_permutation_alike(void)
{
    uint32_t counts[24] = { 0 };
    enum { ROUNDS = 48000 };
    Random random = random_stream(1, "test/shuffle", 0);
    for (int r = 0; r < ROUNDS; r++) {
        uint32_t items[4] = { 0, 1, 2, 3 }, code = 0;
        random_shuffle(&random, items, 4);
        for (int i = 0; i < 3; i++) {
            uint32_t smaller = 0;
            for (int j = i + 1; j < 4; j++) smaller += items[j] < items[i];
            code = code * (uint32_t)(4 - i) + smaller;
        }
        counts[code]++;
    }
    g_assert_cmpfloat(fabs(deviation(counts, 24, ROUNDS)), <, 4);
}

static void samples_are_distinct_ascending_and_in_range(void)
{
    static const uint32_t rows[][2] = { { 1, 0 }, { 1, 1 }, { 8, 1 }, { 8, 8 }, { 100, 12 }, { 100, 13 },
                                        { 100, 99 }, { 4000000000u, 50 }, { 100000, 5000 }, { 0, 0 } };
    Random random = random_stream(1, "test/sample", 0);
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        uint32_t count = rows[r][0], take = rows[r][1];
        g_autofree uint32_t *out = g_new(uint32_t, take + 1);
        out[take] = 0xfeedface;
        random_sample(&random, count, take, out);
        for (uint32_t i = 0; i < take; i++) {
            g_assert_cmpuint(out[i], <, count);
            if (i) g_assert_cmpuint(out[i - 1], <, out[i]);
        }
        g_assert_cmphex(out[take], ==, 0xfeedface);
    }
}

/* Both ways of sampling: 2 of 5 (one pass) and 2 of 20 (Floyd). */
static void samples_are_uniform_over_subsets(void)
{
    static const uint32_t sizes[] = { 5, 20 };
    Random random = random_stream(1, "test/subsets", 0);
    for (size_t s = 0; s < G_N_ELEMENTS(sizes); s++) {
        uint32_t n = sizes[s], cells = n * (n - 1) / 2, counts[190] = { 0 };
        for (uint32_t r = 0; r < 400 * cells; r++) {
            uint32_t pair[2];
            random_sample(&random, n, 2, pair);
            counts[pair[1] * (pair[1] - 1) / 2 + pair[0]]++;
        }
        g_assert_cmpfloat(fabs(deviation(counts, cells, 400.0 * cells)), <, 4);
    }
}

#define CASE(name) g_test_add_func("/random/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(the_generator_is_philox_2x64_10);
    CASE(named_streams_are_frozen);
    CASE(a_stream_is_a_value_found_by_its_three_arguments);
    CASE(no_two_of_a_million_streams_begin_alike);
    CASE(draws_are_uniform);
    CASE(neighboring_streams_do_not_correlate);
    CASE(below_has_no_modulo_bias);
    CASE(open_never_meets_an_end);
    CASE(a_shuffle_is_every_permutation_alike);
    CASE(samples_are_distinct_ascending_and_in_range);
    CASE(samples_are_uniform_over_subsets);
    return g_test_run();
}
