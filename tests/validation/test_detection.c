/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failure detectors against closed forms, B-31, B-33, B-34. */
#include "judge.h"

/* A group of `nodes` that all watch each other; periods of 1 s, hardly any latency. */
#define GROUP \
    "[scenario]\nseed = 7\nduration = %u s\n[network]\nlatency = 1 us\n%s\n[overlay]\nkind = complete\nnodes = %u\n%s\n" \
    "[protocol]\nkind = flood\n[record]\nseries = yes\n%s\n"

#define BARE "detector = swim\ndetector-suspicion = 0\ndetector-gossip = 0\n"
#define CRASH "[failure f]\nkind = crash\ncount = 1\nat = uniform(2 s, 3 s)\n"

static Plan *group(uint32_t seconds, const char *network, uint32_t nodes, const char *overlay, const char *failure)
{
    g_autofree char *text = g_strdup_printf(GROUP, seconds, network, nodes, overlay, failure);
    return plan_text(text);
}

/* the first of n - 1 members that each probe one in a period meets the dead one. */
static void random_probes_meet_a_dead_member_in_time(void)
{
    static const struct { uint32_t nodes, seconds, runs; double periods; } rows[] = {
        { 8, 30, 1500, 1.51496 }, { 56, 25, 600, 1.57359 }, { 1000, 16, 150, 1.58152 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Plan) plan = group(rows[i].seconds, "", rows[i].nodes, BARE "detector-probe = random", CRASH);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < rows[i].runs; r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            double first = metric_value(result, "detection_first_ms") / 1000 - 1;       /* it is declared one period later */
            sample_add(&sample, ceil(first), 1);
        }
        judge_ratio("periods until a member probes the dead one", &sample, rows[i].periods, 0);
    }
}

/* */
static void a_member_sends_two_messages_a_period(void)
{
    g_autoptr(Plan) plan = group(10, "", 50, "detector = swim", "");
    g_autoptr(RunResult) result = run_plan(plan, 0, false);
    g_assert_cmpfloat(metric_value(result, "detector_messages"), ==, 2 * 10 * 50);
    g_assert_cmpfloat(metric_value(result, "detector_messages_per_node_s"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 2 * 10 * 50);
}

/* Neighbors that found the crash, at the end of each step of the series. */
static void informed(const RunResult *result, double *counts)
{
    uint32_t step = 0;
    double sum = 0;
    for (guint i = 0; i < result->series->len; i++) {
        const SeriesRow *row = &g_array_index(result->series, SeriesRow, i);
        if (strcmp(row->name, "detections") != 0) continue;
        counts[step++] = sum += row->value;
    }
    g_assert_cmpuint(step, ==, 100);
}

/* The step, between two, at which `counts` passes `level`. */
static double crossing(const double *counts, double level)
{
    uint32_t i = 0;
    while (counts[i] < level) i++;
    return i - (counts[i] - level) / (counts[i] - counts[i - 1]);
}

static double count_at(const double *counts, double step)
{
    uint32_t i = (uint32_t)step;
    return counts[i] + (step - i) * (counts[i + 1] - counts[i]);
}

/* the shape of the curve, from where it passes what the formula has at t = 3.  How
 * long it takes until then is no oracle: the formula's clock has no memory, while here
 * who learns by the answer to its own ping waits a whole period for the next one. */
static void news_spreads_as_an_infection(void)
{
    enum { RUNS = 12, STEPS = 5, ROWS = 3 };        /* steps of the series in a period */
    static const double nodes = 1000, at_three = 287.05, later[ROWS] = { 0.5, 1, 1.5 };
    g_autoptr(Plan) plan = group(20, "", 1000, "detector = swim\ndetector-suspicion = 0\ndetector-probe = random",
                                 "[failure f]\nkind = crash\ncount = 1\nat = 1 s\n");
    double sums[ROWS] = { 0 };
    for (uint32_t r = 0; r < RUNS; r++) {
        double counts[101];
        g_autoptr(RunResult) result = run_plan(plan, r, true);
        informed(result, counts);
        double start = crossing(counts, at_three);
        for (int i = 0; i < ROWS; i++) sums[i] += count_at(counts, start + STEPS * later[i]);
        g_assert_cmpfloat(counts[99], ==, nodes - 1);
    }
    for (int i = 0; i < ROWS; i++) {
        double t = 3 + later[i], expected = nodes / (1 + (nodes - 1) * exp(-(2 - 1 / nodes) * t));
        g_test_message("t = %g: %g informed, expected %g", t, sums[i] / RUNS, expected);
        g_assert_cmpfloat(fabs(sums[i] / RUNS / expected - 1), <=, 0.15);
    }
}

/* each beat that is heard begins a window of m. */
static void as_many_beats_are_lost_in_a_row_as_chance_has_it(void)
{
    enum { SECONDS = 200, RUNS = 12 };
    static const struct { const char *loss; uint32_t missed; double expected; } rows[] = {
        { "loss = 10 %", 3, 0.001 }, { "loss = 5 %", 2, 0.0025 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *overlay = g_strdup_printf("detector = heartbeat\ndetector-missed = %u", rows[i].missed);
        g_autoptr(Plan) plan = group(SECONDS, rows[i].loss, 20, overlay, "");
        Sample sample = { 0 };
        for (uint32_t r = 0; r < RUNS; r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            double heard = metric_value(result, "detector_messages") - metric_value(result, "dropped_loss");
            double whole = 1 - (rows[i].missed + 0.5) / SECONDS;                /* windows that end before the run */
            sample_add(&sample, metric_value(result, "false_suspicions"), heard * whole);
        }
        judge_ratio("false suspicions in a window", &sample, rows[i].expected, 0);
    }
}

/* crash times evenly over a period; the timeout is 3.5 periods after the last beat. */
static void a_missing_heartbeat_is_noticed_in_time(void)
{
    enum { CRASHES = 100 };
    double sum = 0, least = INFINITY, most = 0;
    for (int i = 0; i < CRASHES; i++) {
        g_autofree char *crash = g_strdup_printf("[failure f]\nkind = crash\nnodes = 1\nat = %d ms\n", 2000 + i * 1000 / CRASHES);
        g_autoptr(Plan) plan = group(10, "", 2, "detector = heartbeat", crash);
        g_autoptr(RunResult) result = run_plan(plan, 0, false);
        g_assert_cmpfloat(metric_value(result, "detections"), ==, 1);
        double took = metric_value(result, "detection_ms") / 1000;
        sum += took, least = MIN(least, took), most = MAX(most, took);
    }
    g_test_message("mean %g, %g to %g", sum / CRASHES, least, most);
    g_assert_cmpfloat(fabs(sum / CRASHES - 3), <=, 0.5 / CRASHES + 1e-5);       /* as even as the crash times */
    g_assert_cmpfloat(least, >=, 2.5);
    g_assert_cmpfloat(least, <=, 2.5 + 1.0 / CRASHES + 1e-5);
    g_assert_cmpfloat(most, <=, 3.5 + 1e-5);
    g_assert_cmpfloat(most, >=, 3.5 - 1.0 / CRASHES);
}

/* B-31: 3 ceil(ln(N + 1)) periods: 9, 12, 15 for a group of N. */
static void a_suspect_has_as_long_as_published(void)
{
    static const struct { uint32_t nodes; double periods; } rows[] = { { 8, 9 }, { 19, 9 }, { 20, 12 }, { 53, 12 }, { 54, 15 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(Plan) at_once = group(40, "", rows[i].nodes, BARE, CRASH);
        g_autoptr(Plan) later = group(40, "", rows[i].nodes, "detector = swim\ndetector-gossip = 0", CRASH);
        g_autoptr(RunResult) a = run_plan(at_once, 0, false), b = run_plan(later, 0, false);
        double more = metric_value(b, "detection_first_ms") - metric_value(a, "detection_first_ms");
        g_assert_cmpfloat_with_epsilon(more / 1000, rows[i].periods, 1e-6);
    }
}

/* B-34: in turn, 2N - 1 periods at most between two probes of one of N; one more until it is declared. */
static void probes_in_turn_are_bounded(void)
{
    enum { NODES = 12, WATCHED = NODES - 1 };
    double most = 0;
    g_autoptr(Plan) plan = group(40, "", NODES, BARE, CRASH);
    for (uint32_t r = 0; r < lighter(200); r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        g_assert_cmpfloat(metric_value(result, "detections"), ==, WATCHED);
        most = MAX(most, metric_value(result, "detection_max_ms") / 1000);
    }
    g_test_message("most %g periods", most);
    g_assert_cmpfloat(most, <=, 2 * WATCHED - 1 + 1);
    g_assert_cmpfloat(most, >, 1.5 * WATCHED);                                  /* a pass has an order of its own */
}

/* B-33, its ordering: of what loss makes of a group, infection and suspicion spare the most. */
static void suspicion_spares_members_that_lose_messages(void)
{
    double wrong[2];
    static const char *const rules[] = { "detector = swim\ndetector-suspicion = 0\ndetector-indirect = 1",
                                         "detector = swim\ndetector-indirect = 1" };
    for (int i = 0; i < 2; i++) {
        g_autoptr(Plan) plan = group(200, "loss = 10 %", 17, rules[i], "");
        wrong[i] = 0;
        for (uint32_t r = 0; r < 5; r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            wrong[i] += metric_value(result, "false_suspicions");
        }
    }
    g_test_message("%g false suspicions without suspicion, %g with", wrong[0], wrong[1]);
    g_assert_cmpfloat(wrong[0], >, 100);
    g_assert_cmpfloat(wrong[1], <, wrong[0] / 20);
}

#define CASE(name) g_test_add_func("/detection/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(random_probes_meet_a_dead_member_in_time);
    CASE(a_member_sends_two_messages_a_period);
    CASE(news_spreads_as_an_infection);
    CASE(as_many_beats_are_lost_in_a_row_as_chance_has_it);
    CASE(a_missing_heartbeat_is_noticed_in_time);
    CASE(a_suspect_has_as_long_as_published);
    CASE(probes_in_turn_are_bounded);
    CASE(suspicion_spares_members_that_lose_messages);
    return g_test_run();
}
