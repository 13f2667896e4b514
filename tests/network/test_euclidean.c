/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fixture.h"

static void latency_is_the_distance_of_the_places(void)
{
    Fixture *f = fixture_new("euclidean(100 ms)", 50, 3, PLACEMENT_RANDOM);
    for (NodeId a = 0; a < 50; a++)
        for (NodeId b = 0; b < 50; b++) {
            double ax, ay, bx, by;
            g_assert_true(f->variant->position(f->network, a, &ax, &ay));
            g_assert_true(f->variant->position(f->network, b, &bx, &by));
            g_assert_true(ax >= 0 && ax < 100 && ay >= 0 && ay < 100);
            g_assert_cmpfloat(fabs((double)fixture_latency(f, a, b) - 1e6 * hypot(ax - bx, ay - by)), <=, 0.51);
            g_assert_cmpint(fixture_latency(f, a, b), ==, fixture_latency(f, b, a));
        }
    fixture_free(f);
}

/* Mean distance in a unit square: (2 + sqrt 2 + 5 asinh 1) / 15 = 0.521405; of the square, 1/3. */
static void nodes_are_uniform_in_the_square(void)
{
    enum { PAIRS = 100000 };
    Fixture *f = fixture_new("euclidean(1 s)", 2 * PAIRS, 11, PLACEMENT_RANDOM);
    double sum = 0, squares = 0;
    for (NodeId i = 0; i < PAIRS; i++) {
        double d = (double)fixture_latency(f, 2 * i, 2 * i + 1) / 1e9;
        sum += d;
        squares += d * d;
    }
    double mean = sum / PAIRS, deviation = sqrt(1.0 / 3 - 0.521405 * 0.521405);
    g_assert_cmpfloat(fabs(mean - 0.521405), <, 4 * deviation / sqrt(PAIRS));
    g_assert_cmpfloat(fabs(squares / PAIRS - 1.0 / 3), <, 4 * sqrt(17.0 / 90 - 1.0 / 9) / sqrt(PAIRS));
    fixture_free(f);
}

static void a_place_depends_on_the_seed_and_the_id_alone(void)
{
    Fixture *small = fixture_new("euclidean(1 s)", 5, 1, 0), *large = fixture_new("euclidean(1 s)", 5000, 1, 0),
            *other = fixture_new("euclidean(1 s)", 5, 2, 0);
    g_assert_cmpint(fixture_latency(small, 1, 4), ==, fixture_latency(large, 1, 4));
    g_assert_cmpint(fixture_latency(small, 1, 4), !=, fixture_latency(other, 1, 4));
    fixture_free(small);
    fixture_free(large);
    fixture_free(other);
}

static void wrong_widths_are_refused(void)
{
    static const struct { const char *text, *fault; } rows[] = {
        { "euclidean()", "'width' is missing; it needs a duration: side of the square as one-way latency; two nodes are 0.52 of it "
          "apart on average" },
        { "euclidean(100)", "'100' needs a unit: ns, us, ms, s, min or h" },
        { "euclidean(1 s, 2 s)", "2 arguments where at most 1 are expected" },
        { "euclidean(-1 s)", "'-1 s' is negative; 0 or more is expected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *want = g_strconcat("x.ini:2: [network] latency: ", rows[i].fault, NULL);
        Fixture *f = fixture_read(rows[i].text);
        g_assert_cmpstr(f->faults, ==, want);
        fixture_free(f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/euclidean/" #name, name)
    CASE(latency_is_the_distance_of_the_places);
    CASE(nodes_are_uniform_in_the_square);
    CASE(a_place_depends_on_the_seed_and_the_id_alone);
    CASE(wrong_widths_are_refused);
    return g_test_run();
}
