/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <unistd.h>

#include "fixture.h"

#define TABLE "topologies/cities.csv"

/* Tokyo is the first, Los Angeles the twentieth; 8,815 km lie between. */
static void latency_is_the_great_circle_in_fibre(void)
{
    Fixture *f = fixture_new("cities(" TABLE ", 1, 0 s)", 40, 1, PLACEMENT_IN_ORDER);
    g_assert_cmpuint(f->variant->places(f->config), ==, 40);
    g_assert_cmpfloat(fabs((double)fixture_latency(f, 0, 19) - 8815 / 200.0 * 1e6), <, 0.2e6);
    g_assert_cmpint(fixture_latency(f, 19, 0), ==, fixture_latency(f, 0, 19));
    Fixture *longer = fixture_new("cities(" TABLE ", detour = 2, local = 3 ms)", 40, 1, PLACEMENT_IN_ORDER);
    double twice = 2 * (double)fixture_latency(f, 0, 19) + 3e6;
    g_assert_cmpfloat(fabs((double)fixture_latency(longer, 0, 19) - twice), <, 2);
    fixture_free(f);
    fixture_free(longer);
}

/* 37 of 519.2 million live in Tokyo; where two nodes share a city only `local` is between. */
static void nodes_are_placed_by_weight(void)
{
    enum { NODES = 20000 };
    Fixture *f = fixture_new("cities(" TABLE ")", NODES, 4, PLACEMENT_RANDOM);
    double there = 0, total = 0, x, y;
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(TABLE, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++)
        if (*lines[i] && *lines[i] != '#') total += g_ascii_strtod(strrchr(lines[i], ',') + 1, NULL);
    NodeId first = NODE_NONE;
    for (NodeId v = 0; v < NODES; v++) {
        g_assert_true(f->variant->position(f->network, v, &x, &y));
        if (x != 139.7) continue;
        there++;
        if (first == NODE_NONE) first = v;
        else g_assert_cmpint(fixture_latency(f, first, v), ==, SIM_MS);
    }
    double share = 37 / total;
    g_assert_cmpfloat(fabs(there / NODES - share), <, 4 * sqrt(share * (1 - share) / NODES));
    fixture_free(f);
}

static void a_wrong_table_is_refused(void)
{
    static const struct { const char *text, *said; } rows[] = {
        { "# nothing\n", "no city in it" }, { "A, 1, 2\n", ":1: 'A, 1, 2' is no city" },
        { "A, 1, 2, 3\nB, 91, 0, 1\n", ":2: 'B, 91, 0, 1' lies nowhere" }, { "A, 1, 2, 0\n", "lies nowhere" },
        { "A, x, 2, 3\n", ":1: " },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = NULL;
        close(g_file_open_tmp("banyan-XXXXXX.csv", &path, NULL));
        g_assert_true(g_file_set_contents(path, rows[i].text, -1, NULL));
        g_autofree char *call = g_strdup_printf("cities(%s)", path);
        Fixture *f = fixture_read(call);
        g_test_message("%s", f->faults);
        g_assert_nonnull(strstr(f->faults, rows[i].said));
        fixture_free(f);
        g_assert_cmpint(unlink(path), ==, 0);
    }
}

#define CASE(name) g_test_add_func("/cities/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(latency_is_the_great_circle_in_fibre);
    CASE(nodes_are_placed_by_weight);
    CASE(a_wrong_table_is_refused);
    return g_test_run();
}
