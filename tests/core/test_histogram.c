/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Percentiles within 1 %, everything else exact. */
#include "core/histogram.h"

#include <glib.h>
#include <math.h>
#include <stdlib.h>

#include "core/random.h"

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void an_empty_one_reads_zero(void)
{
    Histogram h = { 0 };
    uint32_t position = 0;
    uint64_t low, high, count;
    g_assert_cmpfloat(histogram_mean(&h), ==, 0);
    g_assert_cmpfloat(histogram_quantile(&h, 0.5), ==, 0);
    g_assert_false(histogram_next(&h, &position, &low, &high, &count));
    histogram_clear(&h);
}

static void a_value_alone_reads_back_exactly(void)
{
    Random random = random_stream(1, "test/single", 0);
    for (int bit = 0; bit < 53; bit++)
        for (int i = 0; i < 20; i++) {
            Histogram h = { 0 };
            uint64_t value = ((uint64_t)1 << bit) + random_below(&random, (uint64_t)1 << bit);
            histogram_add(&h, value);
            g_assert_true(histogram_quantile(&h, 0.5) == (double)value);
            g_assert_cmpuint(h.least, ==, value);
            g_assert_cmpuint(h.most, ==, value);
            histogram_clear(&h);
        }
}

static void small_numbers_have_a_bucket_each(void)
{
    Histogram h = { 0 };
    for (uint64_t v = 0; v < 256; v++) histogram_add(&h, v);
    for (uint64_t v = 0; v < 256; v++) g_assert_true(histogram_rank(&h, v + 1) == (double)v);
    histogram_clear(&h);
}

static void percentiles_are_nearest_rank_within_one_percent(void)
{
    enum { VALUES = 5000 };
    static const double shares[] = { 1e-9, 0.01, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
    Random random = random_stream(1, "test/percentiles", 0);
    uint64_t values[VALUES];
    Histogram h = { 0 };
    for (int i = 0; i < VALUES; i++) {
        values[i] = (uint64_t)exp(random_unit(&random) * 43);       /* up to 4.7e18 */
        histogram_add(&h, values[i]);
    }
    qsort(values, VALUES, sizeof *values, ascending);
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        double exact = (double)values[(int)fmax(ceil(shares[i] * VALUES - 1e-6), 1) - 1];
        g_assert_cmpfloat(fabs(histogram_quantile(&h, shares[i]) - exact), <=, exact * 0.01);
    }
    for (uint64_t rank = 1; rank <= VALUES; rank++) {
        double exact = (double)values[rank - 1];
        g_assert_cmpfloat(fabs(histogram_rank(&h, rank) - exact), <=, exact * 0.01);
    }
    g_assert_cmpuint(h.least, ==, values[0]);
    g_assert_cmpuint(h.most, ==, values[VALUES - 1]);
    histogram_clear(&h);
}

/* A share that is no binary fraction must not climb to the next rank. */
static void ranks_of_shares_are_exact(void)
{
    for (uint64_t n = 1; n <= 250; n++) {
        Histogram h = { 0 };
        for (uint64_t v = 1; v <= n; v++) histogram_add(&h, v);
        for (uint64_t percent = 1; percent <= 100; percent++)
            g_assert_cmpfloat(histogram_quantile(&h, (double)percent / 100), ==, (double)((percent * n + 99) / 100));
        histogram_clear(&h);
    }
}

static void the_mean_is_exact_however_large_the_sum(void)
{
    Histogram h = { 0 };
    for (int i = 0; i < 1000; i++) histogram_add(&h, (uint64_t)1 << 62);
    g_assert_true(histogram_mean(&h) == 0x1p62);
    g_assert_true(histogram_quantile(&h, 0.5) == 0x1p62);           /* its bucket's sum passes 2^64 */
    histogram_clear(&h);
    for (uint64_t v = 1; v <= 1001; v++) histogram_add(&h, v * 1000003);
    g_assert_true(histogram_mean(&h) == 501.0 * 1000003);
    histogram_clear(&h);
}

static void merging_in_any_order_equals_adding_all(void)
{
    Histogram parts[3] = { { { 0 }, 0, 0, 0, 0 } }, all = { 0 }, merged = { 0 }, empty = { 0 };
    Random random = random_stream(1, "test/merge", 0);
    for (int i = 0; i < 3000; i++) {
        uint64_t value = 1000 + (uint64_t)i % 3 + (random_bits(&random) >> (1 + random_below(&random, 63)));
        histogram_add(&parts[i % 3], value);
        histogram_add(&all, value);
    }
    histogram_merge(&merged, &empty);
    for (int i = 0; i < 3; i++) histogram_merge(&merged, &parts[i]);
    g_assert_cmpuint(merged.count, ==, all.count);
    g_assert_cmpuint(merged.least, ==, all.least);
    g_assert_cmpuint(merged.most, ==, all.most);
    g_assert_true(merged.sum == all.sum);
    for (uint64_t rank = 1; rank <= all.count; rank++)
        g_assert_true(histogram_rank(&merged, rank) == histogram_rank(&all, rank));
    for (int i = 0; i < 3; i++) histogram_clear(&parts[i]);
    histogram_clear(&all);
    histogram_clear(&merged);
    g_assert_cmpuint(merged.count, ==, 0);
}

static void walking_meets_every_value_once_in_ascending_buckets(void)
{
    Histogram h = { 0 };
    Random random = random_stream(1, "test/walk", 0);
    for (int i = 0; i < 3000; i++) histogram_add(&h, random_bits(&random) >> (1 + random_below(&random, 63)));
    uint64_t low, high, count, total = 0, before = 0;
    for (uint32_t position = 0; histogram_next(&h, &position, &low, &high, &count);) {
        g_assert_cmpuint(low, >=, before);
        g_assert_cmpuint(high, >, low);
        g_assert_cmpuint(high - low, <=, MAX(1, low / 128));        /* narrower than 1 % */
        g_assert_cmpfloat(histogram_rank(&h, total + 1), >=, (double)low);
        g_assert_cmpfloat(histogram_rank(&h, total + count), <, (double)high);
        total += count;
        before = high;
    }
    g_assert_cmpuint(total, ==, 3000);
    histogram_clear(&h);
}

#define CASE(name) g_test_add_func("/histogram/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(an_empty_one_reads_zero);
    CASE(a_value_alone_reads_back_exactly);
    CASE(small_numbers_have_a_bucket_each);
    CASE(percentiles_are_nearest_rank_within_one_percent);
    CASE(ranks_of_shares_are_exact);
    CASE(the_mean_is_exact_however_large_the_sum);
    CASE(merging_in_any_order_equals_adding_all);
    CASE(walking_meets_every_value_once_in_ascending_buckets);
    return g_test_run();
}
