/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks that draw their routers: barabasi-albert and waxman. */
#include <math.h>

#include "fixture.h"
#include "graph/paths.h"

static const char *const texts[] = {
    "barabasi-albert(60, 2, uniform(1 ms, 9 ms))", "waxman(60, 50 ms)", "waxman(60, 50 ms, degree = 0.5)",
};

static void latencies_are_shortest_paths_and_alike_both_ways(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        Fixture *f = fixture_new(texts[i], 60, 3, PLACEMENT_IN_ORDER);
        for (NodeId a = 0; a < 60; a++)
            for (NodeId b = 0; b < 60; b++) {
                SimTime direct = fixture_latency(f, a, b);
                g_assert_cmpint(direct, <, PATHS_NONE);
                g_assert_cmpint(direct, ==, fixture_latency(f, b, a));
                NodeId c = (a * 7 + b * 13) % 60;
                g_assert_cmpint(direct, <=, fixture_latency(f, a, c) + fixture_latency(f, c, b));
            }
        fixture_free(f);
    }
}

static void count_one(void *data, uint32_t link)
{
    (void)link;
    ++*(uint32_t *)data;
}

/* Constant delays make a latency the number of links of its way. */
static void a_way_has_the_links_of_its_latency(void)
{
    Fixture *f = fixture_new("barabasi-albert(100, 2, 3 ms)", 300, 5, PLACEMENT_RANDOM);
    for (NodeId a = 0; a < 300; a += 7)
        for (NodeId b = 1; b < 300; b += 11) {
            uint32_t links = 0;
            f->variant->path(f->network, a, b, count_one, &links);
            g_assert_cmpint(fixture_latency(f, a, b), ==, links * 3 * SIM_MS);
        }
    fixture_free(f);
}

/* links(network) counts directed places, twice the links: 3 of the first three
 * routers, and two for each other one. */
static void each_router_that_joins_makes_its_links(void)
{
    Fixture *f = fixture_new("barabasi-albert(500, 2)", 10, 5, PLACEMENT_RANDOM);
    g_assert_cmpuint(f->variant->links(f->network), ==, 2 * (3 + 2 * (500 - 3)));
    g_assert_cmpuint(f->variant->places(f->config), ==, 500);
    fixture_free(f);
}

/* The number of links is a sum of independent draws: its variance is below its mean. */
static void waxman_has_the_mean_degree_asked_for(void)
{
    enum { ROUTERS = 600, RUNS = 5 };
    double links = 0, wanted = RUNS * ROUTERS * 6 / 2.0;
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        Fixture *f = fixture_new("waxman(600, 50 ms, degree = 6)", 1, seed, PLACEMENT_RANDOM);
        links += f->variant->links(f->network) / 2.0;
        fixture_free(f);
    }
    g_assert_cmpfloat(fabs(links - wanted), <, 4 * sqrt(wanted) + RUNS * 5);    /* and those that join its parts */
}

/* Between its ends a way is as long as the straight line at least, which places tell. */
static void a_way_is_no_shorter_than_the_straight_line(void)
{
    Fixture *f = fixture_new("waxman(200, 50 ms)", 200, 2, PLACEMENT_IN_ORDER);
    for (NodeId a = 0; a < 200; a++)
        for (NodeId b = a + 1; b < 200; b++) {
            double ax, ay, bx, by;
            g_assert_true(f->variant->position(f->network, a, &ax, &ay));
            g_assert_true(f->variant->position(f->network, b, &bx, &by));
            double line = sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by)) * 1e6;
            g_assert_cmpfloat((double)fixture_latency(f, a, b), >, line - 50);      /* each link is rounded */
        }
    fixture_free(f);
}

static void more_links_than_routers_are_refused(void)
{
    Fixture *f = fixture_read("barabasi-albert(3, 3)");
    g_assert_nonnull(strstr(f->faults, "fewer links than routers"));
    fixture_free(f);
}

/* 100,000 hosts on 5,000 routers: all rows take 100 MB, where all pairs of hosts would take 40 GB. */
static void a_hundred_thousand_hosts_stand_on_five_thousand_routers(void)
{
    enum { HOSTS = 100000, ROUTERS = 5000 };
    if (!g_test_slow()) {
        g_test_skip("slow: 5,000 searches");
        return;
    }
    Fixture *f = fixture_new("barabasi-albert(5000, 2)", HOSTS, 1, PLACEMENT_RANDOM);
    for (NodeId a = 0; a < HOSTS; a++) g_assert_cmpint(fixture_latency(f, a, (a + 1) % HOSTS), <, PATHS_NONE);
    g_autofree char *status = NULL;
    g_assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    const char *most = strstr(status, "VmHWM:");
    g_assert_nonnull(most);
    uint64_t kib = g_ascii_strtoull(most + strlen("VmHWM:"), NULL, 10);
    g_test_message("%" G_GUINT64_FORMAT " MiB at most", kib >> 10);
    g_assert_cmpuint(kib, <, 1 << 20);
    fixture_free(f);
}

#define CASE(name) g_test_add_func("/routers/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(latencies_are_shortest_paths_and_alike_both_ways);
    CASE(a_way_has_the_links_of_its_latency);
    CASE(each_router_that_joins_makes_its_links);
    CASE(waxman_has_the_mean_degree_asked_for);
    CASE(a_way_is_no_shorter_than_the_straight_line);
    CASE(more_links_than_routers_are_refused);
    CASE(a_hundred_thousand_hosts_stand_on_five_thousand_routers);
    return g_test_run();
}
