/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kademlia: where its lookups end, as nodes come, fail and come back. */
#include "routing.h"

#define ADD(name) g_test_add_func("/kademlia/" #name, name)

static uint64_t exclusive_or(uint64_t key, uint64_t node) { return key ^ node; }

static void its_defaults_are_the_published_ones(void)
{
    const Overlay *kademlia = (const Overlay *)room_find(room_of("overlay"), "kademlia", NULL);
    g_assert_cmpstr(params_find(kademlia->variant.params, "k")->fallback, ==, "20");
    g_assert_cmpstr(params_find(kademlia->variant.params, "alpha")->fallback, ==, "3");
    g_assert_cmpstr(params_find(kademlia->variant.params, "refresh")->fallback, ==, "1 h");
}

/* With one contact a bucket each hop mends the highest bit that differs, and those below at random. */
static void hops_are_as_many_as_the_bits_that_have_to_be_mended(void)
{
    static const struct { const char *keys; uint32_t nodes; double low, high; uint32_t most; } rows[] = {
        { "k = 1\nids = even", 1024, 4.9, 5.1, 10 },            /* half of 10 bits differ at first, and half after each hop */
        { "k = 20\nids = even", 1024, 1.5, 2.6, 10 }, { "k = 20", 1000, 1.5, 3, 10 }, { "k = 1\nids = even", 2, 0.5, 0.5, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *keys = g_strdup_printf("kind = kademlia\n%s", rows[i].keys);
        g_autoptr(RunResult) result = routing_run(rows[i].nodes, "", keys,
            "[workload w]\nkind = publish\nsource = 0..1\npublications = 10\ninterval = 1 ms\n", strstr(rows[i].keys, "even") ? 0 : 200);
        g_test_message("%s: %g hops, %u at most", rows[i].keys, routing.hops / routing.sent, routing.most);
        g_assert_cmpfloat(routing.arrived, ==, routing.sent);
        g_assert_cmpfloat(routing.right, ==, routing.sent);
        g_assert_cmpfloat(routing.hops / routing.sent, >=, rows[i].low);
        g_assert_cmpfloat(routing.hops / routing.sent, <=, rows[i].high);
        g_assert_cmpuint(routing.most, <=, rows[i].most);
    }
}

static void nodes_that_join_find_their_place(void)
{
    static const char *const begins[] = { "join", "ready" };
    for (size_t i = 0; i < G_N_ELEMENTS(begins); i++) {
        g_autofree char *keys = g_strdup_printf("kind = kademlia\nbegin = %s\nrefresh = 20 s\njoin = uniform(0 s, 60 s)", begins[i]);
        g_autoptr(RunResult) result = routing_run(250, "duration = 150 s", keys,
            "[workload w]\nkind = publish\nsource = 0..99\npublications = 100\nstart = 120 s\ninterval = 10 ms\n", 20);
        g_assert_cmpfloat(routing.sent, ==, 2000);
        g_assert_cmpfloat(routing.right, ==, 2000);
        g_assert_cmpfloat(routing.hops / routing.sent, <, 3);
    }
}

static void buckets_are_mended_by_refreshes(void)
{
    g_autoptr(RunResult) result = routing_run(250, "duration = 200 s", "kind = kademlia\nrefresh = 20 s",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 40 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 150 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(routing.right, ==, 2000);
}

static void those_that_come_back_are_taken_in_again(void)
{
    g_autoptr(RunResult) result = routing_run(250, "duration = 250 s", "kind = kademlia\nrefresh = 20 s",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 50 %\nspare = source\nrecover-after = uniform(1 s, 60 s)\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 200 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(routing.right, ==, 2000);
}

static void lookups_bear_losses(void)
{
    g_autoptr(RunResult) result = routing_run(300, "duration = 250 s", "kind = kademlia\nrefresh = 20 s\nbegin = join\n"
        "join = uniform(0 s, 60 s)\n[failure l]\nkind = loss\nloss = 10 %",
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 200 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(metric_value(result, "dropped_loss"), >, 1000);
    g_assert_cmpfloat(routing.right, >, 1990);
}

static void a_message_whose_next_hop_failed_takes_another_way(void)
{
    g_autoptr(RunResult) result = routing_run(250, "duration = 60 s", "kind = kademlia",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 20 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 50\nstart = 20.1 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 1000);
    g_assert_cmpfloat(routing.right / routing.sent, >, 0.95);
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), >, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    routing.distance = exclusive_or;
    ADD(its_defaults_are_the_published_ones);
    ADD(hops_are_as_many_as_the_bits_that_have_to_be_mended);
    ADD(nodes_that_join_find_their_place);
    ADD(buckets_are_mended_by_refreshes);
    ADD(those_that_come_back_are_taken_in_again);
    ADD(lookups_bear_losses);
    ADD(a_message_whose_next_hop_failed_takes_another_way);
    return g_test_run();
}
