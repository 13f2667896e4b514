/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `warmup`, given or found: what precedes it enters no metric. */
#include "../run_text.h"

/* 60 publications to 50 nodes; until `at` half of the nodes are away. */
static const char scene[] =
    "[scenario]\nseed = 3\nreplications = 1\ndrain = 1 s\n%s\n"
    "[network]\nlatency = 10 ms\n[overlay]\nkind = star\nnodes = 51\n[protocol]\nkind = flood\n"
    "[workload news]\nkind = publish\npublications = 60\ninterval = 1 s\nstart = 500 ms\n"
    "[failure away]\nkind = link-cut\nfraction = 50 %%\nat = 0 s\nuntil = %s\n";

static RunResult *run_scene(const char *warmup, const char *until)
{
    g_autofree char *text = g_strdup_printf(scene, warmup, until);
    return run_text(text, 0);
}

static void a_warm_up_is_found_and_cut(void)
{
    g_autoptr(RunResult) found = run_scene("warmup = auto", "9500 ms"), given = run_scene("warmup = 10500 ms", "9500 ms");
    g_autoptr(RunResult) whole = run_scene("", "9500 ms");
    g_assert_cmpfloat(metric_value(found, "warmup_s"), ==, 10.5);
    g_assert_cmpfloat(metric_value(whole, "delivery_ratio"), <, 1);
    g_assert_cmpfloat(metric_value(found, "delivery_ratio"), ==, 1);
    g_assert_null(metric_row(given, "warmup_s"));
    g_assert_cmpuint(found->metrics->len, ==, given->metrics->len + 1);
    for (guint i = 0; i < given->metrics->len; i++) {
        const MetricRow *row = &g_array_index(given->metrics, MetricRow, i), *same = metric_row(found, row->name);
        g_assert_nonnull(same);
        g_test_message("%s", row->name);
        g_assert_true(memcmp(&row->value, &same->value, sizeof row->value) == 0);
    }
    g_assert_cmpuint(found->event_count, ==, given->event_count);
}

static void nothing_is_cut_where_nothing_changes(void)
{
    g_autoptr(RunResult) found = run_scene("warmup = auto", "1 ms"), whole = run_scene("", "1 ms");
    g_assert_cmpfloat(metric_value(found, "warmup_s"), ==, 0);
    g_assert_cmpfloat(metric_value(found, "messages"), ==, metric_value(whole, "messages"));
}

static void at_most_half_is_cut(void)
{
    g_autoptr(RunResult) found = run_scene("warmup = auto", "45500 ms");
    g_assert_cmpfloat(metric_value(found, "warmup_s"), <=, 30.5);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/warmup/a_warm_up_is_found_and_cut", a_warm_up_is_found_and_cut);
    g_test_add_func("/warmup/nothing_is_cut_where_nothing_changes", nothing_is_cut_where_nothing_changes);
    g_test_add_func("/warmup/at_most_half_is_cut", at_most_half_is_cut);
    return g_test_run();
}
