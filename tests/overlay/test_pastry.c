/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pastry: its hops, its circle as nodes come and go. */
#include "routing.h"

#define ADD(name) g_test_add_func("/pastry/" #name, name)

static void its_defaults_are_the_published_ones(void)
{
    const Overlay *pastry = (const Overlay *)room_find(room_of("overlay"), "pastry", NULL);
    g_assert_cmpstr(params_find(pastry->variant.params, "digit-bits")->fallback, ==, "4");
    g_assert_cmpstr(params_find(pastry->variant.params, "leaf-set")->fallback, ==, "16");
}

/* */
static void hops_over_a_full_space_are_the_digits_that_differ(void)
{
    static const struct { uint32_t nodes, bits, most; double hops; bool slow; } rows[] = {
        { 4096, 4, 3, 2.8125, false }, { 4096, 1, 12, 6, false }, { 4096, 3, 4, 3.5, false },
        { 65536, 4, 4, 3.75, true }, { 65536, 1, 16, 8, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].slow && !g_test_slow()) continue;
        g_autofree char *keys = g_strdup_printf("kind = pastry\nids = even\nleaf-set = 0\ndigit-bits = %u", rows[i].bits);
        g_autoptr(RunResult) result = routing_run(rows[i].nodes, "", keys,
            "[workload w]\nkind = publish\nsource = 5..8\npublications = 4\ninterval = 1 ms\n", 0);
        g_assert_cmpfloat(routing.right, ==, routing.sent);
        g_assert_cmpfloat(routing.hops / routing.sent, ==, rows[i].hops);
        g_assert_cmpuint(routing.most, ==, rows[i].most);
    }
}

static void tables_in_order_answer_every_lookup_rightly(void)
{
    g_autoptr(RunResult) result = routing_run(1000, "", "kind = pastry",
        "[workload w]\nkind = publish\nsource = 0..99\npublications = 100\ninterval = 1 ms\n", 30);
    g_assert_cmpfloat(routing.right, ==, 3000);
    g_assert_cmpfloat(routing.hops / routing.sent, >, 2);           /* log16(1000) is 2.5 */
    g_assert_cmpfloat(routing.hops / routing.sent, <, 3);
}

static void nodes_that_join_find_their_place(void)
{
    static const char *const begins[] = { "join", "ready" };
    for (size_t i = 0; i < G_N_ELEMENTS(begins); i++) {
        g_autofree char *keys = g_strdup_printf("kind = pastry\nbegin = %s\nkeep-alive = 2 s\njoin = uniform(0 s, 60 s)",
                                                begins[i]);
        g_autoptr(RunResult) result = routing_run(500, "duration = 120 s", keys,
            "[workload w]\nkind = publish\nsource = 0..99\npublications = 100\nstart = 80 s\ninterval = 10 ms\n", 20);
        g_assert_cmpfloat(routing.sent, ==, 2000);
        g_assert_cmpfloat(routing.right, ==, 2000);
        g_assert_cmpfloat(routing.hops / routing.sent, <, 3.5);
    }
}

static void the_circle_closes_over_those_that_fail(void)
{
    g_autoptr(RunResult) result = routing_run(500, "duration = 150 s", "kind = pastry\nkeep-alive = 5 s",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 40 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 100 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(routing.right, ==, 2000);
}

static void those_that_come_back_are_taken_in_again(void)
{
    g_autoptr(RunResult) result = routing_run(500, "duration = 200 s", "kind = pastry\nkeep-alive = 5 s",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 50 %\nspare = source\nrecover-after = uniform(1 s, 60 s)\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 100\nstart = 150 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 2000);
    g_assert_cmpfloat(routing.right, ==, 2000);
}

static void a_message_whose_next_hop_failed_takes_another_way(void)
{
    g_autoptr(RunResult) result = routing_run(500, "duration = 60 s", "kind = pastry",
        "[failure f]\nkind = crash\nat = 20 s\nfraction = 20 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..49\npublications = 50\nstart = 20.1 s\ninterval = 10 ms\n", 20);
    g_assert_cmpfloat(routing.sent, ==, 1000);
    g_assert_cmpfloat(routing.arrived / routing.sent, >, 0.99);
    g_assert_cmpfloat(routing.right / routing.sent, >, 0.95);
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), >, 0);
}

static void near_nodes_are_preferred(void)
{
    g_autofree char *text = g_strdup("[scenario]\nduration = 1 s\n[network]\nlatency = euclidean(100 ms)\n[overlay]\nkind = pastry\n"
                                     "nodes = 2000\nleaf-set = 8\n[protocol]\nkind = flood\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    double sum = 0;
    for (guint i = 0; i < result->links->len; i++) sum += g_array_index(result->links, LinkRow, i).latency_ms;
    g_assert_cmpfloat(sum / result->links->len, <, 45);             /* two points of the square are 52 ms apart, on average */
}

static void an_odd_leaf_set_is_refused(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL);
    close(file);
    g_file_set_contents(path, "[scenario]\nduration = 1 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = pastry\nnodes = 9\nleaf-set = 3\n"
                              "[protocol]\nkind = flood\n", -1, NULL);
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_nonnull(strstr(error->message, ":8: [overlay] leaf-set: 3 leaves are not the same on both sides"));
    unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    routing.distance = either_way;
    ADD(its_defaults_are_the_published_ones);
    ADD(hops_over_a_full_space_are_the_digits_that_differ);
    ADD(tables_in_order_answer_every_lookup_rightly);
    ADD(nodes_that_join_find_their_place);
    ADD(the_circle_closes_over_those_that_fail);
    ADD(those_that_come_back_are_taken_in_again);
    ADD(a_message_whose_next_hop_failed_takes_another_way);
    ADD(near_nodes_are_preferred);
    ADD(an_odd_leaf_set_is_refused);
    return g_test_run();
}
