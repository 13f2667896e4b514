/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What failure detectors do for an overlay, and what they say of nodes that come back. */
#include "run_text.h"

static const char *const detectors[] = { "detector = heartbeat", "detector = swim\ndetector-suspicion = 1" };

static char *meshed(const char *overlay, const char *rest)
{
    return g_strdup_printf("[scenario]\nseed = 3\nduration = 60 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = hyparview\n"
                           "nodes = 100\nshuffle-period = 1 h\n%s\n[protocol]\nkind = flood\n%s\n", overlay, rest);
}

static char *watched(const char *overlay, const char *rest)
{
    return g_strdup_printf("[scenario]\nseed = 3\nduration = 100 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = complete\n"
                           "nodes = 10\n%s\n[protocol]\nkind = flood\n%s\n", overlay, rest);
}

/* Links that a live node still has to one that went down for good. */
static guint links_to_the_dead(const RunResult *result)
{
    guint count = 0;
    for (guint i = 0; i < result->links->len; i++) {
        const LinkRow *link = &g_array_index(result->links, LinkRow, i);
        for (guint k = 0; k < result->events->len; k++) {
            NodeId down = g_array_index(result->events, EventRow, k).node;
            count += down == link->a || down == link->b;
        }
    }
    return count;
}

#define THIRD "[failure f]\nkind = crash\nat = 20 s\nfraction = 30 %\n"

static void a_detector_finds_the_dead_that_nobody_talks_to(void)
{
    g_autofree char *text = meshed("", THIRD);
    g_autoptr(RunResult) quiet = run_text(text, 0);
    g_assert_cmpuint(links_to_the_dead(quiet), >, 50);
    for (size_t i = 0; i < G_N_ELEMENTS(detectors); i++) {
        g_autofree char *with = meshed(detectors[i], THIRD);
        g_autoptr(RunResult) result = run_text(with, 0);
        g_assert_cmpuint(links_to_the_dead(result), ==, 0);
        g_assert_cmpfloat(metric_value(result, "detected_share"), >, 0.9);          /* some fell with all their neighbors */
        g_assert_cmpfloat(metric_value(result, "false_suspicions"), ==, 0);
    }
}

static void connections_tell_nothing_where_there_is_a_detector(void)
{
    g_autofree char *open = meshed("keep-alive = 1 s", THIRD), *told = meshed("keep-alive = 1 s\ndetector = heartbeat", THIRD);
    g_autoptr(RunResult) a = run_text(open, 0), b = run_text(told, 0);
    g_assert_cmpfloat(metric_value(a, "detection_max_ms"), <=, 1020);
    g_assert_cmpfloat(metric_value(b, "detection_first_ms"), >=, 2500);
    g_assert_cmpfloat(metric_value(b, "detection_max_ms"), <=, 3510);
    g_assert_cmpfloat(metric_value(a, "false_suspicions"), ==, 0);
    g_assert_true(isnan(metric_value(a, "detector_messages")));
}

/* Twice down, and found each time by all others. */
static void a_node_that_comes_back_is_watched_again(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(detectors); i++) {
        g_autofree char *text = watched(detectors[i], "[failure f]\nkind = crash\nnodes = 3\nat = 10 s\nrecover-after = 30 s\n"
                                                      "[failure g]\nkind = crash\nnodes = 3\nat = 60 s\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "detections"), ==, 2 * 9);
        g_assert_cmpfloat(metric_value(result, "detected_share"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "false_suspicions"), ==, 0);
    }
}

/* Cut off for a time, then heard again, then down. */
static void who_was_cut_off_is_believed_again(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(detectors); i++) {
        g_autofree char *text = watched(detectors[i], "[failure p]\nkind = loss\nnodes = 3\nloss = 100 %\nat = 10 s\nuntil = 40 s\n"
                                                      "[failure g]\nkind = crash\nnodes = 3\nat = 70 s\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "false_suspicions"), ==, 2 * 9);         /* 3 of the others, they of 3 */
        g_assert_cmpfloat(metric_value(result, "detections"), ==, 9);
    }
}

static void who_says_goodbye_is_no_crash(void)
{
    g_autofree char *text = meshed("detector = heartbeat", "[failure f]\nkind = churn\nsession = exponential(20 s)\n"
                                                           "downtime = exponential(20 s)\ngraceful = 100 %\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_null(metric_row(result, "detected_share"));
    g_assert_cmpfloat(metric_value(result, "detections"), ==, 0);
}

static void a_static_overlay_without_detector_reports_nothing(void)
{
    g_autofree char *text = watched("", THIRD);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_null(metric_row(result, "false_suspicions"));
    g_assert_null(metric_row(result, "detections"));
}

static void a_probe_is_repeated_within_its_period(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL, *text = watched("detector = swim\ndetector-period = 200 ms\ndetector-timeout = 200 ms", "");
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_set_contents(path, text, -1, &error));
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_nonnull(strstr(error->message, "[overlay] detector-timeout: a probe is repeated within its period"));
    g_assert_nonnull(strstr(error->message, "[overlay] detector-period: a probe is repeated within its period"));
}

#define CASE(name) g_test_add_func("/detector/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_detector_finds_the_dead_that_nobody_talks_to);
    CASE(connections_tell_nothing_where_there_is_a_detector);
    CASE(a_node_that_comes_back_is_watched_again);
    CASE(who_was_cut_off_is_believed_again);
    CASE(who_says_goodbye_is_no_crash);
    CASE(a_static_overlay_without_detector_reports_nothing);
    CASE(a_probe_is_repeated_within_its_period);
    return g_test_run();
}
