/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rest of a period that is met at random, against its moments. */
#include <math.h>

#include "core/residual.h"

enum { DRAWS = 40000 };

/* E[R^2] = E[L^3] / (3 E[L]), by the quantiles: enough for a standard error. */
static void rests_have_their_mean(void)
{
    const struct { const char *law; double mean; } rows[] = {
        { "constant(30 s)", 15 },                   { "uniform(10 s, 50 s)", (50. * 50 * 50 - 10 * 10 * 10) / 3 / (50. * 50 - 100) },
        { "exponential(30 s)", 30 },                /* */
        { "lognormal(20 s, 0.5)", 10 * exp(1.5 * 0.25) },   { "pareto(10 s, 4)", 10 * 3. / 2 / 2 },
        { "weibull(20 s, 2)", 20 * 1 / tgamma(1.5) / 2 },   { "weibull(20 s, 0.7)", 10 * tgamma(1 + 2 / 0.7) / tgamma(1 + 1 / 0.7) },
        { "gamma(30 s, 3)", 20 },                   { "normal(40 s, 5 s)", (40 + 25. / 40) / 2 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Distribution law;
        Random random = random_stream(7, "test/residual", i);
        double sum = 0, squares = 0;
        g_assert_true(distribution_parse(rows[i].law, UNIT_TIME, ".", &law, NULL));
        g_assert_cmpfloat_with_epsilon(residual_mean(&law) / 1e9, rows[i].mean, 1e-9 * rows[i].mean + 1e-6);
        for (int k = 0; k < DRAWS; k++) {
            double rest = (double)residual_time(&law, &random) / 1e9;
            sum += rest, squares += rest * rest;
        }
        double mean = sum / DRAWS, error = sqrt((squares / DRAWS - mean * mean) / DRAWS);
        g_test_message("%s: %g, expected %g", rows[i].law, mean, rows[i].mean);
        g_assert_cmpfloat(fabs(mean - rows[i].mean), <, 4 * error);
        g_assert_cmpuint(random.drawn, ==, 2 * DRAWS);
        distribution_clear(&law);
    }
}

/* pareto with shape 3 and scale 10 has mean 15 and mean rest 10; the
 * variance of the rest is infinite, so the distribution function is judged:
 * P(R > r) = 1 - r/15 up to 10, then (10/r)^2 / 3. */
static void a_heavy_tail(void)
{
    Distribution law;
    Random random = random_stream(7, "test/pareto", 0);
    int beyond[2] = { 0 };
    double sum = 0;
    g_assert_true(distribution_parse("pareto(10 s, 3)", UNIT_TIME, ".", &law, NULL));
    g_assert_cmpfloat(distribution_mean(&law), ==, 15e9);
    g_assert_cmpfloat(residual_mean(&law), ==, 10e9);
    for (int k = 0; k < 10 * DRAWS; k++) {
        double rest = residual_draw(&law, &random) / 1e9;
        sum += rest, beyond[0] += rest > 5, beyond[1] += rest > 20;
    }
    const double expected[] = { 1 - 5. / 15, 1. / 12 };
    for (int i = 0; i < 2; i++) {
        double share = beyond[i] / (10. * DRAWS);
        g_assert_cmpfloat(fabs(share - expected[i]), <, 4 * sqrt(expected[i] * (1 - expected[i]) / (10. * DRAWS)));
    }
    g_assert_cmpfloat(fabs(sum / (10 * DRAWS) - 10), <, 0.3);      /* 3 %, as A-83 allows */
    distribution_clear(&law);
}

static void an_empirical_law_is_drawn_by_length(void)
{
    double values[] = { 1e9, 3e9 };
    Distribution law = { .kind = LAW_EMPIRICAL, .values = values, .count = 2 };
    Random random = random_stream(7, "test/empirical", 0);
    int over = 0;                       /* only a rest of the long one exceeds 1 s: 3/4 * 2/3 */
    for (int k = 0; k < DRAWS; k++) over += residual_draw(&law, &random) > 1e9;
    g_assert_cmpfloat(fabs((double)over / DRAWS - 0.5), <, 4 * 0.5 / sqrt(DRAWS));
    g_assert_cmpfloat(residual_mean(&law), ==, 1.25e9);
}

static void no_balance_without_a_mean(void)
{
    Distribution zero = { .kind = LAW_CONSTANT }, endless = { .kind = LAW_PARETO, .a = 1, .b = 1 };
    g_assert_false(residual_exists(&zero));
    g_assert_false(residual_exists(&endless));
    endless.b = 1.5;
    g_assert_true(residual_exists(&endless));
    g_assert_true(isinf(residual_mean(&endless)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/residual/A-84_rests_have_their_mean", rests_have_their_mean);
    g_test_add_func("/residual/A-83_a_heavy_tail", a_heavy_tail);
    g_test_add_func("/residual/an_empirical_law_is_drawn_by_length", an_empirical_law_is_drawn_by_length);
    g_test_add_func("/residual/no_balance_without_a_mean", no_balance_without_a_mean);
    return g_test_run();
}
