/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chord: its hops, its ring as nodes come and go, the load of its keys. */
#include "routing.h"

#define ADD(name) g_test_add_func("/chord/" #name, name)

static void its_defaults_are_the_published_ones(void)
{
    const Overlay *chord = (const Overlay *)room_find(room_of("overlay"), "chord", NULL);
    g_assert_cmpstr(params_find(chord->variant.params, "stabilise")->fallback, ==, "30 s");
}

/* */
static void hops_on_a_full_ring_are_half_its_bits(void)
{
    static const struct { uint32_t nodes; const char *sources; int publications; double hops; uint32_t most; } rows[] = {
        { 1024, "0..9", 10, 5, 10 }, { 16384, "77", 1, 7, 14 }, { 2, "0", 1, 0.5, 1 }, { 64, "0..63", 64, 3, 6 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *news = g_strdup_printf("[workload w]\nkind = publish\nsource = %s\npublications = %d\ninterval = 1 ms\n",
                                                rows[i].sources, rows[i].publications);
        g_autoptr(RunResult) result = routing_run(rows[i].nodes, "", "kind = chord\nids = even\nsuccessors = 1", news, 0);
        g_assert_cmpfloat(routing.arrived, ==, routing.sent);
        g_assert_cmpfloat(routing.right, ==, routing.sent);
        g_assert_cmpfloat(routing.hops / routing.sent, ==, rows[i].hops);
        g_assert_cmpuint(routing.most, ==, rows[i].most);
    }
}

static void a_ring_in_order_answers_every_lookup_rightly(void)
{
    g_autoptr(RunResult) result = routing_run(1000, "", "kind = chord",
        "[workload w]\nkind = publish\nsource = 0..99\npublications = 100\ninterval = 1 ms\n", 30);
    g_assert_cmpfloat(routing.right, ==, 3000);
    g_assert_cmpfloat(routing.hops / routing.sent, >, 4.5);         /* log2(1000) / 2 + 1/2, less what the list saves */
    g_assert_cmpfloat(routing.hops / routing.sent, <, 5.5);
    g_assert_cmpfloat(routing.passed, >=, routing.hops - routing.sent);     /* every hop but the last; none where it stays */
}

static void nodes_that_join_find_their_place(void)
{
    static const char *const begins[] = { "join", "ready" };
    for (size_t i = 0; i < G_N_ELEMENTS(begins); i++) {
        g_autofree char *keys = g_strdup_printf("kind = chord\nbegin = %s\nstabilise = 2 s\nfix-fingers = 1 s\njoin = uniform(0 s, 60 s)",
                                                begins[i]);
        g_autoptr(RunResult) result = routing_run(500, "duration = 120 s", keys,
            "[workload w]\nkind = publish\nsource = 0..99\npublications = 100\nstart = 80 s\ninterval = 10 ms\n", 20);
        g_assert_cmpfloat(routing.sent, ==, 2000);
        g_assert_cmpfloat(routing.right, ==, 2000);
        g_assert_cmpfloat(routing.hops / routing.sent, <, 5.5);
    }
}

static void the_ring_closes_over_those_that_fail(void)
{
    g_autoptr(RunResult) result = routing_run(500, "duration = 150 s", "kind = chord\nstabilise = 5 s\nfix-fingers = 2 s",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 40 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 100 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(routing.right, ==, 2000);
}

static void those_that_come_back_are_taken_in_again(void)
{
    g_autoptr(RunResult) result = routing_run(500, "duration = 200 s", "kind = chord\nstabilise = 5 s\nfix-fingers = 2 s",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 50 %\nspare = source\nrecover-after = uniform(1 s, 60 s)\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 150 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(routing.right, ==, 2000);
}

static void a_message_whose_next_hop_failed_takes_another_way(void)
{
    g_autoptr(RunResult) result = routing_run(500, "duration = 60 s", "kind = chord",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 20 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 50\nstart = 20.1 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 1000);
    g_assert_cmpfloat(routing.arrived / routing.sent, >, 0.99);
    g_assert_cmpfloat(routing.right / routing.sent, >, 0.95);
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), >, 0);
}

/* Every lookup ends somewhere, always at the same node, on a whole ring and on one that was mended. */
static void virtual_nodes_are_one_ring(void)
{
    static const char *const keys[] = {
        "kind = chord\nvirtual = 4\nsuccessors = 8", "kind = chord\nvirtual = 4\nbegin = join\njoin = uniform(0 s, 20 s)\nstabilise = 2 s\n"
        "fix-fingers = 1 s", "kind = chord\nvirtual = 4\nstabilise = 4 s\nfix-fingers = 2 s\n[failure f]\nkind = crash\nat = 5 s\n"
        "fraction = 40 %\nspare = source",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(RunResult) result = routing_run(100, "duration = 75 s", keys[i],
            "[workload w]\nkind = publish\nsource = 0..39\npublications = 100\nstart = 70 s\ninterval = 10 ms\n", 20);
        g_assert_cmpfloat(routing.sent, ==, 2000);
        g_assert_cmpfloat(routing.arrived, ==, 2000);
        g_assert_cmpfloat(routing.right, ==, 2000);
        g_assert_cmpfloat(routing.hops / routing.sent, <, 6);           /* log2(400) / 2, less what stays at a node */
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    routing.distance = clockwise;
    ADD(its_defaults_are_the_published_ones);
    ADD(hops_on_a_full_ring_are_half_its_bits);
    ADD(a_ring_in_order_answers_every_lookup_rightly);
    ADD(nodes_that_join_find_their_place);
    ADD(the_ring_closes_over_those_that_fail);
    ADD(those_that_come_back_are_taken_in_again);
    ADD(a_message_whose_next_hop_failed_takes_another_way);
    ADD(virtual_nodes_are_one_ring);
    return g_test_run();
}
