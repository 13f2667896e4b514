/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fixture.h"

/* Latencies between the first two hosts of the smallest internets. */
static void known_paths(void)
{
    static const struct { const char *text; uint32_t places; SimTime ms; } rows[] = {
        { "transit-stub(1, 1, 1, 2, stub-links = 1)", 2, 2 },                   /* local */
        { "transit-stub(1, 1, 2, 1)", 2, 10 },                                  /* up and down */
        { "transit-stub(1, 2, 1, 1, transit-links = 1)", 2, 30 },               /* up, transit, down */
        { "transit-stub(2, 1, 1, 1, domain-links = 1)", 2, 60 },                /* up, backbone, down */
        { "transit-stub(2, 1, 1, 1, 7 ms, 1 s, 400 us, 1 s, 1)", 2, -7800 },
        { "transit-stub(domains = 1, transit-routers = 1, stubs = 3, stub-routers = 1, uplink = 4 ms)", 3, 8 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture *f = fixture_new(rows[i].text, 2, 1, PLACEMENT_IN_ORDER);
        SimTime want = rows[i].ms > 0 ? rows[i].ms * SIM_MS : -rows[i].ms * SIM_US;
        g_assert_cmpuint(f->variant->places(f->config), ==, rows[i].places);
        g_assert_cmpint(fixture_latency(f, 0, 1), ==, want);
        g_assert_cmpint(fixture_latency(f, 1, 0), ==, want);
        fixture_free(f);
    }
}

static void latencies_are_shortest_paths_and_alike_both_ways(void)
{
    Fixture *f = fixture_new("transit-stub(4, 3, 3, 5, uniform(30 ms, 90 ms), uniform(5 ms, 30 ms), exponential(5 ms), "
                             "uniform(0 ms, 4 ms))", 180, 3, PLACEMENT_IN_ORDER);
    for (NodeId a = 0; a < 180; a += 3)
        for (NodeId b = 0; b < 180; b += 2) {
            SimTime direct = fixture_latency(f, a, b);
            g_assert_cmpint(direct, ==, fixture_latency(f, b, a));
            g_assert_cmpint(direct, >=, 0);
            g_assert_cmpint(direct, <, 10 * SIM_S);
            for (NodeId c = 0; c < 180; c += 7)
                g_assert_cmpint(direct, <=, fixture_latency(f, a, c) + fixture_latency(f, c, b));
        }
    for (NodeId a = 0; a < 180; a++) g_assert_cmpint(fixture_latency(f, a, a), ==, 0);
    fixture_free(f);
}

/* Of the connected graphs of 3 nodes, G(3, 1/2) makes the triangle with chance 1/4. */
static void stub_domains_are_connected_random_graphs(void)
{
    enum { STUBS = 4000 };
    Fixture *f = fixture_new("transit-stub(1, 1, 4000, 3, stub-links = 0.5)", 3 * STUBS, 5, PLACEMENT_IN_ORDER);
    uint32_t triangles = 0;
    for (NodeId s = 0; s < 3 * STUBS; s += 3) {
        SimTime sum = fixture_latency(f, s, s + 1) + fixture_latency(f, s + 1, s + 2) + fixture_latency(f, s, s + 2);
        g_assert_true(sum == 6 * SIM_MS || sum == 8 * SIM_MS);
        triangles += sum == 6 * SIM_MS;
    }
    g_assert_cmpfloat(fabs(triangles - STUBS / 4.0), <, 4 * sqrt(STUBS * 3 / 16.0));
    fixture_free(f);
}

static void every_router_of_a_stub_may_be_its_gateway(void)
{
    enum { STUBS = 4000 };
    Fixture *f = fixture_new("transit-stub(1, 1, 4001, 2, stub-links = 1)", 2 * STUBS + 1, 5, PLACEMENT_IN_ORDER);
    NodeId far = 2 * STUBS;
    uint32_t first = 0;
    for (NodeId s = 0; s < far; s += 2) {
        SimTime a = fixture_latency(f, s, far), b = fixture_latency(f, s + 1, far);
        g_assert_cmpint(a > b ? a - b : b - a, ==, 2 * SIM_MS);
        first += a < b;
    }
    g_assert_cmpfloat(fabs(first - STUBS / 2.0), <, 4 * sqrt(STUBS / 4.0));
    fixture_free(f);
}

static void the_seed_alone_decides(void)
{
    Fixture *few = fixture_new("transit-stub()", 10, 1, PLACEMENT_RANDOM), *many = fixture_new("transit-stub()", 500, 1, 0),
            *other = fixture_new("transit-stub()", 10, 2, PLACEMENT_RANDOM);
    g_assert_cmpuint(few->variant->places(few->config), ==, 5000);
    uint32_t differ = 0;
    for (NodeId a = 0; a < 10; a++)
        for (NodeId b = 0; b < 10; b++) {
            g_assert_cmpint(fixture_latency(few, a, b), ==, fixture_latency(many, a, b));
            differ += fixture_latency(few, a, b) != fixture_latency(other, a, b);
        }
    g_assert_cmpuint(differ, >, 20);
    fixture_free(few);
    fixture_free(many);
    fixture_free(other);
}

static void impossible_internets_are_refused(void)
{
    static const struct { const char *text, *fault; } rows[] = {
        { "transit-stub(1000, 30)", "30000 transit routers; at most 20000 are expected" },
        { "transit-stub(100, 100, 100, 100)", "1000000 stub domains of 100 routers take more than 1 GiB; fewer or smaller ones "
          "are expected" },
        { "transit-stub(0)", "'0' is out of range; 1 to 1000 is expected" },
        { "transit-stub(stub-routers = 101)", "'101' is out of range; 1 to 100 is expected" },
        { "transit-stub(stub-links = 101 %)", "'101 %' is more than the whole; 0 % to 100 % is expected" },
        { "transit-stub(uplink = 5)", "'5' needs a unit: ns, us, ms, s, min or h" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *want = g_strconcat("x.ini:2: [network] latency: ", rows[i].fault, NULL);
        Fixture *f = fixture_read(rows[i].text);
        g_assert_cmpstr(f->faults, ==, want);
        fixture_free(f);
    }
}

static void domains_that_never_connect_are_refused(void)
{
    static const struct { const char *text, *message; } rows[] = {
        { "transit-stub(stub-links = 0)", "none of 1000 draws of a domain of 10 with a chance of 0 % for each link is "
          "connected; a larger chance is expected" },
        { "transit-stub(domain-links = 0)", "none of 1000 draws of a domain of 10 with a chance of 0 % for each link is "
          "connected; a larger chance is expected" },
        { "transit-stub(transit-routers = 3, transit-links = 0 %)", "none of 1000 draws of a domain of 3 with a chance of 0 % "
          "for each link is connected; a larger chance is expected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Fixture *f = fixture_read(rows[i].text);
        f->scope.nodes = 4;
        g_assert_null(f->variant->build(f->config, &f->scope, &error));
        g_assert_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY);
        g_assert_cmpstr(error->message, ==, rows[i].message);
        fixture_free(f);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/transit-stub/" #name, name)
    CASE(known_paths);
    CASE(latencies_are_shortest_paths_and_alike_both_ways);
    CASE(stub_domains_are_connected_random_graphs);
    CASE(every_router_of_a_stub_may_be_its_gateway);
    CASE(the_seed_alone_decides);
    CASE(impossible_internets_are_refused);
    CASE(domains_that_never_connect_are_refused);
    return g_test_run();
}
