/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scribe: what its tree reaches, what it costs, how it is mended. */
#include "run_text.h"

#define ADD(name) g_test_add_func("/scribe/" #name, name)

static const char *const overlays_with_keys[] = {
    "kind = pastry\nkeep-alive = 5 s", "kind = chord\nstabilise = 5 s\nfix-fingers = 2 s",
};

/* A run over one of them; `rest` are further sections. */
static RunResult *run_over(const char *overlay, uint32_t nodes, const char *before, const char *rest)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\n%s\n[network]\nlatency = uniform(5 ms, 50 ms)\n[overlay]\n%s\nnodes = %u\n[protocol]\nkind = scribe\n%s\n",
        before, overlay, nodes, rest);
    g_test_message("%s", overlay);
    return run_text(text, 0);
}

static void everybody_gets_everything_once(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_with_keys); i++) {
        g_autoptr(RunResult) result = run_over(overlays_with_keys[i], 1000, "",
            "[workload w]\nkind = publish\nsource = 0..19\npublications = 20\nstart = 5 s\ninterval = 200 ms\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "redundancy"), <, 0.015);            /* the way to the root, and back to the source */
        g_assert_cmpfloat(metric_value(result, "duplicates"), <=, 20 + 20 * 10);
    }
}

static void a_group_reaches_its_members_and_few_others(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_with_keys); i++) {
        g_autoptr(RunResult) result = run_over(overlays_with_keys[i], 1000, "",
            "[group few]\nmembers = 50\n[workload w]\nkind = publish\nsource = random\npublications = 10\nstart = 5 s\ngroup = few\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), <, 10 * 250);
        g_assert_cmpfloat(metric_value(result, "deliveries"), >=, 10 * 49);
    }
}

static void the_tree_is_mended_where_nodes_fail(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_with_keys); i++) {
        g_autoptr(RunResult) broken = run_over(overlays_with_keys[i], 500, "",
            "[workload w]\nkind = publish\npublications = 10\nstart = 10.5 s\ninterval = 100 ms\n"
            "[failure f]\nkind = crash\nat = 10 s\nfraction = 30 %\nspare = source\n");
        g_assert_cmpfloat(metric_value(broken, "delivery_ratio"), <, 0.9);
        g_autoptr(RunResult) mended = run_over(overlays_with_keys[i], 500, "",
            "[workload w]\nkind = publish\npublications = 10\nstart = 28 s\ninterval = 100 ms\n"
            "[failure f]\nkind = crash\nat = 10 s\nfraction = 30 %\nspare = source\n");
        g_assert_cmpfloat(metric_value(mended, "delivery_ratio"), ==, 1);
    }
}

static void those_that_come_late_or_again_are_reached(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_with_keys); i++) {
        g_autofree char *late = g_strconcat(overlays_with_keys[i], "\njoin = uniform(0 s, 20 s)", NULL);
        g_autoptr(RunResult) result = run_over(late, 500, "",
            "[workload w]\nkind = publish\nsource = 0..9\npublications = 20\nstart = 100 s\ninterval = 100 ms\n"
            "[failure f]\nkind = crash\nat = uniform(20 s, 50 s)\nfraction = 40 %\nrecover-after = uniform(1 s, 10 s)\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "redundancy"), <, 0.03);
    }
}

static void two_messages_a_heartbeat_keep_each_link_of_the_tree(void)
{
    g_autoptr(RunResult) result = run_over("kind = pastry\nkeep-alive = 1 h", 500, "warmup = 10 s\nduration = 110 s",
                                            "[workload w]\nkind = publish\npublications = 1\n");
    g_assert_cmpfloat(metric_value(result, "control_messages") / 100 / 500, >, 0.95);
    g_assert_cmpfloat(metric_value(result, "control_messages") / 100 / 500, <, 1.05);
}

static void it_wants_an_overlay_that_routes_by_key(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
    g_file_set_contents(path, "[scenario]\nduration = 1 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\nnodes = 9\n"
                              "[protocol]\nkind = scribe\ntimeout = 1 s\n", -1, NULL);
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_nonnull(strstr(error->message, ":10: [protocol] timeout: silence of less than a heartbeat"));
    g_clear_error(&error);
    g_file_set_contents(path, "[scenario]\nduration = 1 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\nnodes = 9\n"
                              "[protocol]\nkind = scribe\n", -1, NULL);
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_nonnull(strstr(error->message, ":9: [protocol] kind: it routes by key"));
    g_assert_nonnull(strstr(error->message, ":6: [overlay] kind: it cannot route by key"));
    unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(everybody_gets_everything_once);
    ADD(a_group_reaches_its_members_and_few_others);
    ADD(the_tree_is_mended_where_nodes_fail);
    ADD(those_that_come_late_or_again_are_reached);
    ADD(two_messages_a_heartbeat_keep_each_link_of_the_tree);
    ADD(it_wants_an_overlay_that_routes_by_key);
    return g_test_run();
}
