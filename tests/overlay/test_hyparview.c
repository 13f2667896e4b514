/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HyParView: its sizes, its symmetry, and how it repairs itself. */
#include "../run_text.h"
#include "fixture.h"

#undef ADD
#define ADD(name) g_test_add_func("/hyparview/" #name, name)

/* A thousand nodes that join within ten shuffles, and `extra` keys and sections. */
static char *thousand(const char *keys, const char *extra)
{
    return g_strdup_printf(
        "[scenario]\nduration = 400 s\n[network]\nlatency = uniform(1 ms, 20 ms)\n[overlay]\nkind = hyparview\nnodes = 1000\n"
        "join = uniform(0 s, 40 s)\nshuffle-period = 4 s\n%s\n[protocol]\nkind = flood\n%s\n", keys, extra);
}

/* Nodes of each degree 0 .. 15, and the sum of all degrees. */
static uint64_t degrees(const RunResult *result, uint64_t counts[16])
{
    uint64_t sum = 0;
    memset(counts, 0, 16 * sizeof *counts);
    for (guint i = 0; i < result->histograms->len; i++) {
        const HistogramRow *row = &g_array_index(result->histograms, HistogramRow, i);
        if (strcmp(row->name, "degree") != 0) continue;
        g_assert_cmpuint(row->low, <, 16);
        counts[row->low] += row->count;
        sum += row->low * row->count;
    }
    return sum;
}

/* Which nodes the run left down. */
static bool *down_at_the_end(const RunResult *result)
{
    bool *down = g_new0(bool, result->nodes->len);
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        down[row->node] = strcmp(row->kind, "down") == 0;
    }
    return down;
}

static uint32_t components(const RunResult *result)
{
    guint links = result->links->len;
    g_autofree NodeId *a = g_new(NodeId, links), *b = g_new(NodeId, links);
    g_autofree uint32_t *labels = g_new(uint32_t, result->nodes->len);
    for (guint i = 0; i < links; i++) {
        a[i] = g_array_index(result->links, LinkRow, i).a;
        b[i] = g_array_index(result->links, LinkRow, i).b;
    }
    g_autoptr(Graph) graph = graph_new(result->nodes->len, a, b, links);
    return graph_components(graph, labels);
}

static void its_sizes_are_the_published_ones(void)
{
    static const struct { const char *name, *value; } rows[] = {
        { "active", "5" }, { "passive", "30" }, { "arwl", "6" }, { "prwl", "3" }, { "ka", "3" }, { "kp", "4" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(params_find(kind_of("hyparview")->variant.params, rows[i].name)->fallback, ==, rows[i].value);
}

static void nearly_every_active_view_is_full_and_links_have_two_ends(void)
{
    g_autofree char *text = thousand("", "");
    g_autoptr(RunResult) result = run_text(text, 0);
    uint64_t counts[16], sum = degrees(result, counts);
    g_assert_cmpuint(counts[5], >=, 950);
    g_assert_cmpuint(counts[5] + counts[4] + counts[3], ==, 1000);
    g_assert_cmpuint(sum, ==, 2 * result->links->len);
    g_assert_cmpuint(components(result), ==, 1);
}

static void all_may_join_at_once(void)
{
    g_autofree char *text = g_strdup(
        "[scenario]\nduration = 60 s\n[network]\nlatency = 5 ms\n[overlay]\nkind = hyparview\nnodes = 1000\nactive = 4\n"
        "shuffle-period = 1 s\n[protocol]\nkind = flood\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    uint64_t counts[16], sum = degrees(result, counts);
    g_assert_cmpuint(counts[4], >=, 950);
    g_assert_cmpuint(sum, ==, 2 * result->links->len);
    g_assert_cmpuint(components(result), ==, 1);
}

static void what_is_sent_finds_the_failed_and_others_take_their_place(void)
{
    g_autofree char *text = thousand("",
        "[failure f]\nkind = crash\nat = 300 s\nfraction = 60 %\nspare = source\n"
        "[workload w]\nkind = publish\nsource = 0..9\npublications = 40\nstart = 300.1 s\ninterval = 500 ms\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_autofree bool *down = down_at_the_end(result);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >=, 0.99);
    for (guint i = 0; i < result->links->len; i++) {
        const LinkRow *row = &g_array_index(result->links, LinkRow, i);
        g_assert_false(down[row->a] || down[row->b]);
    }
}

static void what_broke_goes_to_the_new_neighbor(void)
{
    static const char storm[] =
        "[failure f]\nkind = crash\nat = 300 s\nfraction = 70 %\nspare = source\n"
        "[workload w]\nkind = publish\npublications = 1\nstart = 300.1 s\n";
    g_autofree char *with = thousand("", storm), *without = thousand("resend = no", storm);
    g_autoptr(RunResult) a = run_text(with, 0), b = run_text(without, 0);
    g_assert_cmpfloat(metric_value(a, "delivery_ratio"), >, 0.9);
    g_assert_cmpfloat(metric_value(b, "delivery_ratio"), <, 0.5);
}

static void probes_find_the_failed_where_nothing_is_sent(void)
{
    g_autofree char *text = thousand("keep-alive = 2 s", "[failure f]\nkind = crash\nat = 300 s\nfraction = 50 %\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_autofree bool *down = down_at_the_end(result);
    uint64_t counts[16], sum = degrees(result, counts);
    for (guint i = 0; i < result->links->len; i++) {
        const LinkRow *row = &g_array_index(result->links, LinkRow, i);
        g_assert_false(down[row->a] || down[row->b]);
    }
    g_assert_cmpuint(counts[5], >=, 475);
    g_assert_cmpuint(counts[0], ==, 500);
    g_assert_cmpuint(sum, ==, 2 * result->links->len);
}

static void the_restarted_join_again(void)
{
    g_autofree char *text = thousand("",
        "[failure f]\nkind = crash\nat = 200 s\nfraction = 30 %\nrecover-after = uniform(1 s, 50 s)\n"
        "[workload w]\nkind = publish\nsource = 0..99\npublications = 10\nstart = 390 s\ninterval = 100 ms\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    uint64_t counts[16], sum = degrees(result, counts);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpuint(counts[5], >=, 950);
    g_assert_cmpuint(sum, ==, 2 * result->links->len);
}

static void a_walk_cannot_have_more_hops_left_than_it_has(void)
{
    g_autofree void *config = NULL;
    g_autofree char *told = configure(kind_of("hyparview"), 10, "prwl=7 arwl=6", &config);
    g_assert_cmpstr(told, ==,
                    "test.ini:2: [overlay] prwl: 7 hops left never occur in a walk of 6; at most 'arwl'\n"
                    "test.ini:3: [overlay] arwl: a walk of 6 hops never has 7 left; at least 'prwl'");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(its_sizes_are_the_published_ones);
    ADD(nearly_every_active_view_is_full_and_links_have_two_ends);
    ADD(all_may_join_at_once);
    ADD(what_is_sent_finds_the_failed_and_others_take_their_place);
    ADD(what_broke_goes_to_the_new_neighbor);
    ADD(probes_find_the_failed_where_nothing_is_sent);
    ADD(the_restarted_join_again);
    ADD(a_walk_cannot_have_more_hops_left_than_it_has);
    return g_test_run();
}
