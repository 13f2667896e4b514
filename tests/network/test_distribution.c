/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fixture.h"

static void a_constant_is_the_same_for_every_pair(void)
{
    Fixture *f = fixture_new("50 ms", 100, 1, PLACEMENT_RANDOM);
    for (NodeId a = 0; a < 100; a++)
        for (NodeId b = 0; b < 100; b++) g_assert_cmpint(fixture_latency(f, a, b), ==, 50 * SIM_MS);
    g_assert_cmpint(f->variant->horizon(f->config), ==, 50 * SIM_MS);
    fixture_free(f);
}

static void both_directions_of_a_pair_are_equal(void)
{
    Fixture *f = fixture_new("uniform(10 ms, 90 ms)", 50, 1, PLACEMENT_RANDOM);
    for (NodeId a = 0; a < 50; a++)
        for (NodeId b = a + 1; b < 50; b++) g_assert_cmpint(fixture_latency(f, a, b), ==, fixture_latency(f, b, a));
    g_assert_cmpint(fixture_latency(f, 0, 1), !=, fixture_latency(f, 0, 2));
    fixture_free(f);
}

static void asymmetric_draws_each_direction(void)
{
    Fixture *f = fixture_read("uniform(10 ms, 90 ms)"), *plain = fixture_new("uniform(10 ms, 90 ms)", 50, 1, 0);
    f->scope.asymmetric = true;
    fixture_build(f, 50, 1, PLACEMENT_RANDOM);
    for (NodeId a = 0; a < 50; a++)
        for (NodeId b = a + 1; b < 50; b++) {
            g_assert_cmpint(fixture_latency(f, a, b), !=, fixture_latency(f, b, a));
            g_assert_cmpint(fixture_latency(f, a, b), ==, fixture_latency(plain, a, b));
        }
    fixture_free(f);
    fixture_free(plain);
}

static void a_value_depends_on_the_seed_and_the_two_ids_alone(void)
{
    Fixture *small = fixture_new("exponential(40 ms)", 10, 5, 0), *large = fixture_new("exponential(40 ms)", 4000, 5, 0),
            *other = fixture_new("exponential(40 ms)", 10, 6, 0);
    for (NodeId b = 1; b < 10; b++) {
        g_assert_cmpint(fixture_latency(small, 0, b), ==, fixture_latency(large, 0, b));
        g_assert_cmpint(fixture_latency(small, 0, b), !=, fixture_latency(other, 0, b));
    }
    fixture_free(small);
    fixture_free(large);
    fixture_free(other);
}

/* Pinned: a change here changes the results of every published scenario. */
static void known_values_stay(void)
{
    Fixture *f = fixture_new("uniform(0 ms, 100 ms)", 4, 1, 0);
    Random random = random_keyed(random_key(1, "network/distribution"), (uint64_t)2 << 32 | 3);
    g_assert_cmpint(fixture_latency(f, 3, 2), ==, llround(1e8 * random_open(&random)));
    fixture_free(f);
}

static void pairs_follow_the_law(void)
{
    enum { NODES = 300 };
    Fixture *f = fixture_new("uniform(10 ms, 90 ms)", NODES, 2, 0);
    double sum = 0;
    uint32_t pairs = 0, low = 0;
    for (NodeId a = 0; a < NODES; a++)
        for (NodeId b = a + 1; b < NODES; b++, pairs++) {
            SimTime ns = fixture_latency(f, a, b);
            g_assert_cmpint(ns, >=, 10 * SIM_MS);
            g_assert_cmpint(ns, <=, 90 * SIM_MS);
            sum += (double)ns;
            low += ns < 30 * SIM_MS;
        }
    g_assert_cmpfloat(fabs(sum / pairs - 50e6), <, 4 * 80e6 / sqrt(12.0 * pairs));
    g_assert_cmpfloat(fabs(low - pairs / 4.0), <, 4 * sqrt(pairs * 3 / 16.0));
    g_assert_cmpfloat(fabs((double)f->variant->horizon(f->config) - 89.2e6), <, 1);
    fixture_free(f);
}

static void an_endless_draw_stays_in_the_range_of_time(void)
{
    Fixture *f = fixture_new("pareto(100000 h, 0.05)", 50, 1, 0);
    for (NodeId b = 1; b < 50; b++) {
        g_assert_cmpint(fixture_latency(f, 0, b), >=, 0);
        g_assert_cmpint(fixture_latency(f, 0, b), <=, (SimTime)1 << 62);
    }
    g_assert_cmpint(f->variant->horizon(f->config), <=, (SimTime)1 << 62);
    fixture_free(f);
}

static void wrong_laws_are_refused(void)
{
    static const struct { const char *text, *fault; } rows[] = {
        { "50", "x.ini:2: [network] latency: '50' needs a unit: ns, us, ms, s, min or h" },
        { "uniform(9 ms, 3 ms)", "x.ini:2: [network] latency: 'uniform(9 ms, 3 ms)': the upper end lies below the lower" },
        { "-5 ms", "x.ini:2: [network] latency: '-5 ms' is negative; 0 or more is expected" },
        { "5 ms, 6 ms", "x.ini:2: [network] latency: 2 arguments where at most 1 are expected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture *f = fixture_read(rows[i].text);
        g_assert_cmpstr(f->faults, ==, rows[i].fault);
        fixture_free(f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/distribution/" #name, name)
    CASE(a_constant_is_the_same_for_every_pair);
    CASE(both_directions_of_a_pair_are_equal);
    CASE(asymmetric_draws_each_direction);
    CASE(a_value_depends_on_the_seed_and_the_two_ids_alone);
    CASE(known_values_stay);
    CASE(pairs_follow_the_law);
    CASE(an_endless_draw_stays_in_the_range_of_time);
    CASE(wrong_laws_are_refused);
    return g_test_run();
}
