/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stretch and link stress on six routers in a ring, reckoned by hand.
 *
 *     0 -10- 1 -10- 2 -10- 3 -10- 4 -10- 5 -45- 0     (ms; hosts 0 .. 5 stand on them)
 */
#include "run_text.h"

static RunResult *ring_of_six(const char *overlay, const char *rest)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.edges", &path, &error));
    g_file_set_contents(path, "0 1 10\n1 2 10\n2 3 10\n3 4 10\n4 5 10\n5 0 45\n", -1, &error);
    g_assert_no_error(error);
    g_autofree char *text = g_strdup_printf(
        "[network]\nlatency = graph(%s, edgelist, weight, ms)\nplacement = in-order\n[overlay]\n%s\n[workload w]\n"
        "kind = publish\npublications = 3\n%s\n", path, overlay, rest);
    RunResult *result = run_text(text, 0);
    g_assert_cmpint(unlink(path), ==, 0);
    return result;
}

static void stretch_and_stress_are_those_reckoned_by_hand(void)
{
    static const struct { const char *overlay; double stretch, stress, most; } rows[] = {
        /* 0-1 carries four copies, 1-2 three, 2-3 two, 3-4 and 0-5 one, 4-5 none */
        { "kind = star\nnodes = 6\n[protocol]\nkind = unicast", 1, 11.0 / 5, 4 },
        /* one each but 0-5; the last is reached after 50 ms, the direct way takes 45 */
        { "kind = chain\nnodes = 6\n[protocol]\nkind = tree", (4 + 50.0 / 45) / 5, 1, 1 },
        /* 0-1 two, 1-2 three, 2-3 three, 3-4 two, 4-5 one */
        { "kind = kary-tree\narity = 2\nnodes = 6\n[protocol]\nkind = tree", (4 + 50.0 / 45) / 5, 11.0 / 5, 3 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = ring_of_six(rows[i].overlay, "");
        g_test_message("%s", rows[i].overlay);
        g_assert_cmpfloat(fabs(metric_value(result, "stretch_mean") - rows[i].stretch), <, 1e-9);
        g_assert_cmpfloat(fabs(metric_value(result, "stress_mean") - rows[i].stress), <, 1e-9);
        g_assert_cmpfloat(metric_value(result, "stress_max"), ==, rows[i].most);
    }
}

static void what_is_not_asked_for_is_not_reported(void)
{
    g_autoptr(RunResult) none = ring_of_six("kind = chain\nnodes = 6\n[protocol]\nkind = tree",
                                            "[record]\nstretch = no\nstress = no\n");
    g_assert_null(metric_row(none, "stretch_mean"));
    g_assert_null(metric_row(none, "stress_mean"));
    g_autoptr(RunResult) plain = run_text("[network]\nlatency = 10 ms\n[overlay]\nkind = chain\nnodes = 4\n[protocol]\n"
                                          "kind = tree\n[workload w]\nkind = publish\npublications = 1\n", 0);
    g_assert_cmpfloat(metric_value(plain, "stretch_mean"), ==, 2);
    g_assert_cmpfloat(metric_value(plain, "stretch_max"), ==, 3);
    g_assert_null(metric_row(plain, "stress_mean"));            /* no links to speak of */
}

/* A publication before the end of the warm-up counts nowhere. */
static void the_warm_up_is_left_out(void)
{
    g_autoptr(RunResult) result = ring_of_six("kind = chain\nnodes = 6\n[protocol]\nkind = tree", "[scenario]\nwarmup = 10 s\n");
    g_assert_null(metric_row(result, "stress_mean"));
    g_assert_null(metric_row(result, "stretch_mean"));
}

/* Of a star of five, the centre sends all: (4)^2 / (5 * 16); all bytes but the copies' are useful. */
static void fairness_and_the_useful_share(void)
{
    g_autoptr(RunResult) star = run_text("[network]\nlatency = 10 ms\n[overlay]\nkind = star\nnodes = 5\n[protocol]\n"
                                         "kind = tree\n[workload w]\nkind = publish\npublications = 1\n", 0);
    g_assert_cmpfloat(metric_value(star, "load_jain"), ==, 0.2);
    g_assert_cmpfloat(metric_value(star, "useful_ratio"), ==, 1);
    g_autoptr(RunResult) ring = run_text("[network]\nlatency = 10 ms\nheader = 1 kB\n[overlay]\nkind = ring\nnodes = 5\n"
                                         "[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 1\n", 0);
    g_assert_cmpfloat(metric_value(ring, "useful_ratio"), ==, 4.0 / 12);        /* 6 messages of 2 kB */
    g_assert_cmpfloat(metric_value(ring, "load_jain"), ==, 36.0 / (5 * 8));     /* 2, 1, 1, 1, 1 */
}

#define CASE(name) g_test_add_func("/stress/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(stretch_and_stress_are_those_reckoned_by_hand);
    CASE(what_is_not_asked_for_is_not_reported);
    CASE(the_warm_up_is_left_out);
    CASE(fairness_and_the_useful_share);
    return g_test_run();
}
