/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VALIDATION.md, and how often an interval holds the truth. */
#include "experiment/statistics.h"

#include <glib.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "core/random.h"

static double draw_exponential(double uniform, double mean) { return -mean * log1p(-uniform); }

static void students_quantiles_are_those_of_the_tables(void)        /* */
{
    static const struct { double freedom, t; } rows[] = {
        { 1, 12.7062 }, { 4, 2.77645 }, { 9, 2.26216 }, { 29, 2.04523 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpfloat_with_epsilon(statistics_student(0.975, rows[i].freedom), rows[i].t, 1e-5);
}

static void the_normal_quantile_would_be_too_short(void)            /* A-99, exact */
{
    static const struct { int n; double coverage; } rows[] = {
        { 3, 0.810938 }, { 5, 0.87844 }, { 10, 0.918351 }, { 30, 0.940328 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double freedom = rows[i].n - 1;
        double z = 1 - 2 * gsl_cdf_tdist_Q(1.959964, freedom);
        double t = 1 - 2 * gsl_cdf_tdist_Q(statistics_student(0.975, freedom), freedom);
        g_assert_cmpfloat_with_epsilon(z, rows[i].coverage, 1e-6);
        g_assert_cmpfloat_with_epsilon(t, 0.95, 1e-9);
    }
}

/* The share of 10,000 synthetic experiments of n normal values whose interval holds the mean. */
static double coverage(size_t n, uint64_t seed)
{
    enum { EXPERIMENTS = 10000 };
    Random random = random_stream(seed, "test/coverage", n);
    g_autofree double *values = g_new(double, n);
    int held = 0;
    for (int i = 0; i < EXPERIMENTS; i++) {
        for (size_t j = 0; j < n; j++) values[j] = 10 + 3 * gsl_cdf_ugaussian_Pinv(random_open(&random));
        Estimate mean = statistics_mean(values, n, 0.95);
        held += mean.low <= 10 && 10 <= mean.high;
    }
    return held / (double)EXPERIMENTS;
}

static void nineteen_of_twenty_intervals_hold_the_truth(void)
{
    static const size_t sizes[] = { 3, 5, 10, 30 };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        double share = coverage(sizes[i], 7);
        g_test_message("n = %zu: %.4f", sizes[i], share);
        g_assert_cmpfloat(share, >=, 0.941);
        g_assert_cmpfloat(share, <=, 0.959);
    }
}

/* Paired values: exponentials by inversion, means 1 and `mean_b`; `how` makes the second uniform of the first. */
static Paired exponentials(double mean_b, double (*how)(double u, Random *random))
{
    enum { COUNT = 100000 };
    Random random = random_stream(11, "test/pairs", 0);
    g_autofree double *a = g_new(double, COUNT), *b = g_new(double, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        double u = random_unit(&random);
        a[i] = draw_exponential(u, 1);
        b[i] = draw_exponential(how(u, &random), mean_b);
    }
    return statistics_paired(a, b, COUNT, 0.95);
}

static double the_same(double u, Random *random) { (void)random; return u; }
static double another(double u, Random *random) { (void)u; return random_unit(random); }
static double the_opposite(double u, Random *random) { (void)random; return 1 - u - 0x1p-54; }

/* The variance of an exponential's variance estimate is 8 m^4 / n: 4 SE below. */
static void common_numbers_cut_the_variance_of_a_difference(void)   /* */
{
    Paired common = exponentials(1.2, the_same), apart = exponentials(1.2, another);
    double se = sqrt(8.0 / 100000);
    g_assert_cmpfloat_with_epsilon(common.difference.variance, 0.04, 4 * 0.04 * se);
    g_assert_cmpfloat_with_epsilon(common.variance_ratio, 0.0163934, 1e-6);      /* exact: a and b are proportional */
    g_assert_cmpfloat_with_epsilon(apart.difference.variance, 2.44, 4 * 2.44 * se);
    g_assert_cmpfloat_with_epsilon(apart.variance_ratio, 1, 4 * 2 * se);
    g_assert_cmpfloat_with_epsilon(common.difference.value, -0.2, 4 * 0.2 / sqrt(100000));
    g_assert_cmpfloat(common.p, <, 1e-6);
}

static void antithetic_exponentials_lean_apart(void)                /* ratio = 1 - correlation */
{
    Paired opposite = exponentials(1, the_opposite);
    g_assert_cmpfloat_with_epsilon(1 - opposite.variance_ratio, 1 - G_PI * G_PI / 6, 4 * sqrt(2.0 / 100000));
}

static void shares_have_wilsons_interval(void)                      /* */
{
    double low, high;
    statistics_wilson(8, 10, 0.95, &low, &high);
    g_assert_cmpfloat_with_epsilon(low, 0.490162, 1e-6);
    g_assert_cmpfloat_with_epsilon(high, 0.943318, 1e-6);
    statistics_wilson(0, 10, 0.95, &low, &high);
    g_assert_cmpfloat(low, ==, 0);
    statistics_wilson(10, 10, 0.95, &low, &high);
    g_assert_cmpfloat(high, ==, 1);
    g_assert_cmpfloat_with_epsilon(statistics_none_of(1000, 0.95), 0.00299125, 1e-8);
}

static void order_statistics_enclose_the_median(void)               /* */
{
    size_t low, high;
    double sure;
    g_assert_true(statistics_quantile_ranks(100, 0.5, 0.95, &low, &high, &sure));
    g_assert_cmpuint(low, ==, 40);
    g_assert_cmpuint(high, ==, 61);
    g_assert_cmpfloat_with_epsilon(sure, 0.9648, 5e-5);
    g_assert_cmpfloat_with_epsilon(statistics_rank_coverage(100, 0.5, 40, 61), 0.9648, 5e-5);
    g_assert_false(statistics_quantile_ranks(5, 0.5, 0.95, &low, &high, &sure));
    g_assert_true(statistics_quantile_ranks(6, 0.5, 0.95, &low, &high, &sure));
    g_assert_cmpuint(low, ==, 1);
    g_assert_cmpuint(high, ==, 6);
    g_assert_false(statistics_quantile_ranks(100, 0.99, 0.95, &low, &high, &sure));
}

static void few_values_leave_the_interval_open(void)
{
    Estimate none = statistics_mean(NULL, 0, 0.95);
    g_assert_true(isnan(none.value) && isnan(none.low) && none.count == 0);
    double one = 4;
    Estimate single = statistics_mean(&one, 1, 0.95);
    g_assert_cmpfloat(single.value, ==, 4);
    g_assert_true(isnan(single.low) && isnan(single.high) && isnan(single.variance));
    g_assert_true(isnan(statistics_paired(&one, &one, 1, 0.95).p));
}

static void equal_values_have_exactly_their_own_mean(void)
{
    double values[10];
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) values[i] = 0.1;
    Estimate mean = statistics_mean(values, G_N_ELEMENTS(values), 0.95);
    g_assert_true(mean.value == 0.1 && mean.low == 0.1 && mean.high == 0.1);
    Paired none = statistics_paired(values, values, G_N_ELEMENTS(values), 0.95);
    g_assert_cmpfloat(none.p, ==, 1);
    g_assert_true(isnan(none.variance_ratio));
}

static void ratios_are_pooled_not_averaged(void)
{
    double above[] = { 1, 30 }, below[] = { 2, 40 };
    Estimate pooled = statistics_ratio(above, below, 2, 0.95);
    g_assert_cmpfloat_with_epsilon(pooled.value, 31.0 / 42, 1e-15);
    g_assert_cmpfloat(pooled.least, ==, 0.5);
    g_assert_cmpfloat(pooled.most, ==, 0.75);
    double rest = 1 - 2 * 31.0 / 42, se = sqrt(2 * rest * rest / 1) / 21 / sqrt(2);
    g_assert_cmpfloat_with_epsilon(estimate_half_width(&pooled), 12.706204736 * se, 1e-6);
    double nothing[] = { 0, 0 };
    g_assert_true(isnan(statistics_ratio(nothing, nothing, 2, 0.95).value));
}

static void many_comparisons_are_adjusted_by_holm(void)
{
    double p[] = { 0.01, 0.04, NAN, 0.03, 0.005 };
    statistics_holm(p, G_N_ELEMENTS(p));
    g_assert_cmpfloat_with_epsilon(p[4], 0.02, 1e-12);
    g_assert_cmpfloat_with_epsilon(p[0], 0.03, 1e-12);
    g_assert_cmpfloat_with_epsilon(p[3], 0.06, 1e-12);
    g_assert_cmpfloat_with_epsilon(p[1], 0.06, 1e-12);         /* never below the one before it */
    g_assert_true(isnan(p[2]));
    double large[] = { 0.7, 0.9 };
    statistics_holm(large, 2);
    g_assert_true(large[0] == 1 && large[1] == 1);
}

#define CASE(name) g_test_add_func("/statistics/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(students_quantiles_are_those_of_the_tables);
    CASE(the_normal_quantile_would_be_too_short);
    CASE(nineteen_of_twenty_intervals_hold_the_truth);
    CASE(common_numbers_cut_the_variance_of_a_difference);
    CASE(antithetic_exponentials_lean_apart);
    CASE(shares_have_wilsons_interval);
    CASE(order_statistics_enclose_the_median);
    CASE(few_values_leave_the_interval_open);
    CASE(equal_values_have_exactly_their_own_mean);
    CASE(ratios_are_pooled_not_averaged);
    CASE(many_comparisons_are_adjusted_by_holm);
    return g_test_run();
}
