/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded sessions, small ones by hand and shared ones against their documentation. */
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "graph/trace.h"

static Trace *load(const char *text, TraceFormat format, GError **error)
{
    g_autofree char *path = NULL;
    GError *fault = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.trace", &path, &fault);
    g_assert_no_error(fault);
    g_close(file, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    Trace *trace = trace_load(path, format, error);
    g_unlink(path);
    return trace;
}

static Trace *load_well(const char *text, TraceFormat format)
{
    GError *error = NULL;
    Trace *trace = load(text, format, &error);
    g_assert_no_error(error);
    return trace;
}

/* "from-until …" of a node in seconds, "-" alone for an end that never comes. */
static char *absences(const Trace *trace, uint32_t node, TraceWindow window)
{
    g_autoptr(GArray) away = trace_absences(trace, node, &window);
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < away->len; i++) {
        TraceAbsence absence = g_array_index(away, TraceAbsence, i);
        g_string_append_printf(out, "%s%g-", i ? " " : "", (double)absence.from / 1e9);
        if (absence.until != SIM_NEVER) g_string_append_printf(out, "%g", (double)absence.until / 1e9);
    }
    return g_string_free(out, FALSE);
}

#define WHOLE ((TraceWindow){ 0, -1, 1, 0, 1000 * SIM_S })

static void assert_absences(const Trace *trace, uint32_t node, TraceWindow window, const char *expected)
{
    g_autofree char *seen = absences(trace, node, window);
    g_assert_cmpstr(seen, ==, expected);
}

static void joins_and_leaves(void)
{
    g_autoptr(Trace) trace = load_well("1 7 JOIN\n5 9 JOIN\n11 7 LEAVE\n15 7 JOIN\n20 9 PUT a b\n\n", TRACE_GUESS);
    g_assert_cmpint(trace->format, ==, TRACE_OVERSIM);
    g_assert_cmpuint(trace->nodes, ==, 2);
    g_assert_cmpuint(trace->lines, ==, 5);
    g_assert_cmpuint(trace->sessions, ==, 3);
    g_assert_cmpfloat(trace->up_s, ==, 10 + 5 + 15);
    assert_absences(trace, 0, WHOLE, "0-1 11-15");
    assert_absences(trace, 1, WHOLE, "0-5");
}

static void a_window_is_cut_and_sped_up(void)
{
    g_autoptr(Trace) trace = load_well("1 7 JOIN\n11 7 LEAVE\n21 7 JOIN\n31 7 LEAVE\n", TRACE_OVERSIM);
    assert_absences(trace, 0, (TraceWindow){ 11 * SIM_S, -1, 2, 0, 100 * SIM_S }, "0-5 10-");
    assert_absences(trace, 0, (TraceWindow){ 5 * SIM_S, 10 * SIM_S, 1, 3 * SIM_S, 100 * SIM_S }, "9-19");
    assert_absences(trace, 0, (TraceWindow){ 5 * SIM_S, 3 * SIM_S, 1, 0, 100 * SIM_S }, "");
    assert_absences(trace, 0, (TraceWindow){ 0, -1, 1, 0, 15 * SIM_S }, "0-1 11-");
}

static void intervals_of_no_length_change_nothing(void)
{
    g_autoptr(Trace) trace = load_well("event_id a node b c type start stop reason\n0 0 5 3 x 0 100 200 NULL\n"
                                       "1 0 5 3 x 1\t 200 200 7\n2 0 5 3 x 0 200 260 NULL\n3 0 5 3 x 1 260 300 1\n", TRACE_GUESS);
    g_assert_cmpuint(trace->empty, ==, 1);
    g_assert_cmpuint(trace->intervals, ==, 4);
    g_assert_cmpuint(trace->sessions, ==, 1);
    g_assert_cmpfloat(trace->down_s, ==, 160);
    assert_absences(trace, 0, WHOLE, "0-160");
    g_assert_true(trace->up_first[0]);
}

static void a_week_is_a_node(void)
{
    g_autoptr(Trace) trace = load_well("u/a 1 1402358400000 2 2000 1000 3000\nu/a 0 1402358400000 -5 4000 6000\n", TRACE_GUESS);
    g_assert_cmpint(trace->format, ==, TRACE_PHONE);
    g_assert_cmpuint(trace->nodes, ==, 2);
    assert_absences(trace, 0, WHOLE, "2-3 6-");
    assert_absences(trace, 1, WHOLE, "0-4 10-");
}

static void a_viewer_leaves_by_stopping(void)
{
    g_autoptr(Trace) trace = load_well("# Number of clients\n1\n# Start of actions\n10\ta\tfilm\tseek\t0\trestart\n"
                                       "10\ta\tfilm\tpause\n20\ta\tfilm\tstop\n30.5\ta\tfilm\tseek\t5\t\n40\tb\tfilm\tseek\t0\t\n", TRACE_GUESS);
    g_assert_cmpuint(trace->nodes, ==, 2);
    g_assert_cmpuint(trace->lines, ==, 5);
    g_assert_cmpuint(trace->sessions, ==, 2);                   /* b's begins with the last action */
    assert_absences(trace, 0, WHOLE, "0-10 20-30.5");
}

static void a_profile_begins_again(void)
{
    g_autoptr(Trace) trace = load_well("1 0\n2 1\nLOOPAFTER 3", TRACE_GUESS);
    g_assert_cmpint(trace->period, ==, 5 * SIM_S);
    assert_absences(trace, 0, (TraceWindow){ 0, -1, 1, 0, 12 * SIM_S }, "1-2 6-7 11-12");
    assert_absences(trace, 0, (TraceWindow){ 0, 6 * SIM_S, 1, 0, 100 * SIM_S }, "1-2 6-7");
    g_autoptr(Trace) down = load_well("0 0\n4 1\nLOOPAFTER 2\n", TRACE_SIMGRID);
    assert_absences(down, 0, (TraceWindow){ 0, -1, 1, 0, 9 * SIM_S }, "0-4 6-");
}

static void faults_say_where(void)
{
    static const struct { const char *text; TraceFormat format; int code; const char *says; } rows[] = {
        { "1 2 JOIN\n2 2 JION\n", TRACE_OVERSIM, SIM_ERROR_UNKNOWN, ":2: no command is called 'JION'" },
        { "1 2\n", TRACE_OVERSIM, SIM_ERROR_SYNTAX, ":1: time, node and command" },
        { "x 2 JOIN\n", TRACE_OVERSIM, SIM_ERROR_SYNTAX, ":1: " },
        { "-1 2 JOIN\n", TRACE_OVERSIM, SIM_ERROR_RANGE, ":1: '-1' is out of range" },
        { "1 0.5\n", TRACE_SIMGRID, SIM_ERROR_SYNTAX, "is no state" },
        { "1 2 3\n", TRACE_SIMGRID, SIM_ERROR_SYNTAX, "a time and a value" },
        { "LOOPAFTER 3\n", TRACE_SIMGRID, SIM_ERROR_SYNTAX, "no line" },
        { "0 0 5 3 x 2 100 200 NULL\n", TRACE_FTA, SIM_ERROR_SYNTAX, "event_type '2'" },
        { "0 0 5 3 x 1 200 100 NULL\n", TRACE_FTA, SIM_ERROR_RANGE, "before it starts" },
        { "0 0 5 3\n", TRACE_FTA, SIM_ERROR_SYNTAX, "less than 8 columns" },
        { "# only a comment\n", TRACE_FTA, SIM_ERROR_SYNTAX, "no record" },
        { "u 2 0 0 5\n", TRACE_PHONE, SIM_ERROR_SYNTAX, "first state '2'" },
        { "u 1 0\n", TRACE_PHONE, SIM_ERROR_SYNTAX, "before the lengths" },
        { "1\ta\tf\tfly\n", TRACE_VIEWER, SIM_ERROR_UNKNOWN, "no action is called 'fly'" },
        { "1\ta\tf\n", TRACE_VIEWER, SIM_ERROR_SYNTAX, "less than 4 columns" },
        { "", TRACE_GUESS, SIM_ERROR_FILE, "empty" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("%s", rows[i].text);
        g_assert_null(load(rows[i].text, rows[i].format, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_nonnull(strstr(error->message, rows[i].says));
    }
}

/* The counts of data/README.md. */
static void shared_files_hold_what_is_documented(void)
{
    static const struct { const char *name; TraceFormat format; uint32_t nodes; uint64_t lines, intervals, empty, sessions; } rows[] = {
        { "fta-lanl/event_trace.tab", TRACE_FTA, 2504, 30452, 30452, 93, 13942 },
        { "smartphone/peersim_session_100.txt", TRACE_PHONE, 2688, 2688, 207674, 0, 103228 },
        { "vod-actions/eurovision.actions", TRACE_VIEWER, 126, 3238, 0, 0, 136 },
        { "vod-actions/kerrang.actions", TRACE_VIEWER, 137, 1569, 0, 0, 144 },
        { "simgrid-profiles/faulty_host.profile", TRACE_SIMGRID, 1, 7, 0, 0, 3 },
        { "simgrid-profiles/fafard_state.profile", TRACE_SIMGRID, 1, 3, 0, 0, 1 },
        { "simgrid-profiles/jupiter_state.profile", TRACE_SIMGRID, 1, 2, 0, 0, 1 },
        { "simgrid-profiles/link3_state.profile", TRACE_SIMGRID, 1, 6, 0, 0, 3 },
        { "oversim/dht.trace", TRACE_OVERSIM, 4, 8, 0, 0, 4 },          /* and an empty line */
        { "oversim/partition.trace", TRACE_OVERSIM, 0, 5, 0, 0, 0 },
    };
    if (!g_file_test("../shared/data/churn", G_FILE_TEST_IS_DIR)) {
        g_test_skip("../shared/data/churn is not there");
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = g_build_filename("../shared/data/churn", rows[i].name, NULL);
        g_test_message("%s", path);
        g_autoptr(Trace) trace = trace_load(path, TRACE_GUESS, &error);
        g_assert_no_error(error);
        g_assert_cmpint(trace->format, ==, rows[i].format);
        g_assert_cmpuint(trace->nodes, ==, rows[i].nodes);
        g_assert_cmpuint(trace->lines, ==, rows[i].lines);
        g_assert_cmpuint(trace->intervals, ==, rows[i].intervals);
        g_assert_cmpuint(trace->empty, ==, rows[i].empty);
        g_assert_cmpuint(trace->sessions, ==, rows[i].sessions);
        if (i) continue;
        g_assert_cmpfloat_with_epsilon(trace->down_s / 16478 / 3600, 6.0, 0.05);      /* mean of type 0 */
        g_assert_cmpfloat_with_epsilon(trace->up_s / (30452 - 16478) / 3600, 1833, 10);
        g_assert_cmpint(trace->first, ==, 852712800 * SIM_S);
        g_assert_cmpint(trace->last, ==, 1126266900 * SIM_S);
    }
}

#define CASE(name) g_test_add_func("/trace/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(joins_and_leaves);
    CASE(a_window_is_cut_and_sped_up);
    CASE(intervals_of_no_length_change_nothing);
    CASE(a_week_is_a_node);
    CASE(a_viewer_leaves_by_stopping);
    CASE(a_profile_begins_again);
    CASE(faults_say_where);
    CASE(shared_files_hold_what_is_documented);
    return g_test_run();
}
