/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "files.h"
#include "fixture.h"

static Fixture *places_of(const char *bytes, char **plain_faults)
{
    char *path = file_write("c.txt", bytes, -1);
    g_autofree char *text = g_strdup_printf("coordinates(%s)", path);
    Fixture *f = fixture_read(text);
    if (plain_faults) *plain_faults = file_plain(f->faults, path);
    file_remove(path);
    return f;
}

static void latency_is_the_distance_in_ms(void)
{
    static const char *const files[] = {
        "0 0\n30 40\n-5 12\n", "# ms\n0,0\r\n30,40\r\n-5,12\r\n",
        "<nodelist dimensions=\"2\" rootnodes=\"1\">\n<node isroot=\"1\"><coord> 0 </coord><coord>0</coord></node>\n"
        "<node isroot=\"0\" ip=\"c01\"><coord>30</coord><coord> 40 </coord></node>\n"
        "<node isroot=\"0\" ip=\"c02\"><coord>-5</coord><coord>12</coord></node></nodelist>\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        Fixture *f = places_of(files[i], NULL);
        fixture_build(f, 3, 1, PLACEMENT_IN_ORDER);
        g_assert_cmpstr(f->variant->notes(f->config), ==, "c.txt: 3 places");
        g_assert_cmpint(fixture_latency(f, 0, 1), ==, 50 * SIM_MS);
        g_assert_cmpint(fixture_latency(f, 2, 0), ==, 13 * SIM_MS);
        g_assert_cmpint(fixture_latency(f, 0, 0), ==, 0);
        double x, y;
        g_assert_true(f->variant->position(f->network, 2, &x, &y));
        g_assert_true(x == -5 && y == 12);
        g_assert_cmpint(f->variant->horizon(f->config), ==, llround(1e6 * sqrt(35 * 35 + 40 * 40)));
        fixture_free(f);
    }
}

static void two_nodes_of_one_place_are_0_apart(void)
{
    Fixture *f = places_of("1 1\n4 5\n", NULL);
    fixture_build(f, 200, 5, PLACEMENT_RANDOM);
    g_autofree uint32_t *at = network_place(&f->scope, 2);
    for (NodeId b = 0; b < 200; b++) g_assert_cmpint(fixture_latency(f, 0, b), ==, at[b] == at[0] ? 0 : 5 * SIM_MS);
    fixture_free(f);
}

static void wrong_files_are_refused(void)
{
    static const struct { const char *bytes, *fault; } rows[] = {
        { "", "c.txt: the file is empty" },
        { "1 2\n3\n", "c.txt:2: 1 fields; 'x y' is expected" },
        { "1 2\n3 nan\n", "c.txt:2: coordinate 'nan' is not a finite number" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = NULL, *want = g_strconcat("x.ini:2: [network] latency: ", rows[i].fault, NULL);
        Fixture *f = places_of(rows[i].bytes, &got);
        g_assert_cmpstr(got, ==, want);
        fixture_free(f);
    }
}

static void the_shared_file_has_15000_places(void)
{
    if (!g_file_test(DATA "overlay", G_FILE_TEST_IS_DIR)) {
        g_test_skip("no shared data beside the tree");
        return;
    }
    Fixture *f = fixture_new("coordinates(" DATA "overlay/oversim-coords/nodes_2d_15000.xml)", 15000, 1, PLACEMENT_IN_ORDER);
    g_assert_cmpuint(f->variant->places(f->config), ==, 15000);
    double expected = 1e6 * hypot(-24.1991 + 23.5895, -12.7714 + 67.4973);
    g_assert_cmpint(fixture_latency(f, 0, 1), ==, llround(expected));
    g_assert_cmpint(f->variant->horizon(f->config), >, 371 * SIM_MS);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/coordinates/" #name, name)
    CASE(latency_is_the_distance_in_ms);
    CASE(two_nodes_of_one_place_are_0_apart);
    CASE(wrong_files_are_refused);
    CASE(the_shared_file_has_15000_places);
    return g_test_run();
}
