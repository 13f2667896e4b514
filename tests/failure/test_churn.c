/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that come and go: what is planned, and what is refused. */
#include "fixture.h"

#define RING "kind = ring\nnodes = 10"

static void constant_periods_alternate(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = churn\nnodes = 3\nsession = 4 s\ndowntime = 3 s\nbegin = up\nat = 2 s");
    assert_events(result, "down 3 6, up 3 9, down 3 13, up 3 16, down 3 20");
    g_assert_cmpfloat(metric_value(result, "failure_f_session_mean_ms"), ==, 4000);
    g_assert_cmpfloat(metric_value(result, "failure_f_session_mean_ms_asked"), ==, 4000);
    g_assert_cmpfloat(metric_value(result, "failure_f_downtime_mean_ms"), ==, 3000);
    g_assert_cmpfloat(metric_value(result, "failure_f_downs"), ==, 3);
    g_assert_cmpfloat_with_epsilon(metric_value(result, "failure_f_down_share"), 6. / 200, 1e-12);
}

static void who_is_down_at_first_joins(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = churn\nnodes = 3\nsession = 4 s\ndowntime = 3 s\nbegin = down\nuntil = 5 s");
    assert_events(result, "absent 3 0, join 3 3");          /* the session that ends at 7 goes on */
    g_assert_cmpfloat(metric_value(result, "failure_f_up_at_begin"), ==, 0);
    g_autoptr(RunResult) late = failing(RING, "kind = churn\nnodes = 3\nsession = 9 s\ndowntime = 3 s\nbegin = down\nat = 1 s");
    assert_events(late, "down 3 1, up 3 4, down 3 13, up 3 16");
}

static void sources_are_spared(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = churn\nsession = 1 s\ndowntime = 1 s\nbegin = down\nspare = source");
    g_assert_cmpuint(count_events(result, "absent"), ==, 9);
    g_assert_cmpfloat(metric_value(result, "publications_skipped"), ==, 0);
}

static void some_leave_in_order(void)
{
    g_autoptr(RunResult) result = failing("kind = ring\nnodes = 200",
                                          "kind = churn\nsession = exponential(5 s)\ndowntime = 5 s\ngraceful = 25 %");
    double leaves = count_events(result, "leave"), downs = count_events(result, "down");
    g_assert_cmpfloat(fabs(leaves / (leaves + downs) - 0.25), <, 4 * sqrt(0.25 * 0.75 / (leaves + downs)));
}

/* A node's periods are its own: more nodes change nothing for the first ones. */
static void nodes_have_streams_of_their_own(void)
{
    g_autoptr(RunResult) few = failing("kind = ring\nnodes = 10", "kind = churn\nsession = exponential(5 s)\ndowntime = exponential(5 s)");
    g_autoptr(RunResult) many = failing("kind = ring\nnodes = 30", "kind = churn\nsession = exponential(5 s)\ndowntime = exponential(5 s)");
    guint k = 0;
    for (guint i = 0; i < many->events->len; i++) {
        const EventRow *row = &g_array_index(many->events, EventRow, i), *same = &g_array_index(few->events, EventRow, k);
        if (row->node >= 10) continue;
        g_assert_cmpfloat(row->time_s, ==, same->time_s);
        g_assert_cmpuint(row->node, ==, same->node);
        k++;
    }
    g_assert_cmpuint(k, ==, few->events->len);
}

static void staged_arrivals_come_at_even_steps(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = arrivals\nrate = 0.2 /s\npattern = staged\nsession = 7 s\nbegin = down\nnodes = 4");
    /* at 10 its only node is still up: refused; from 12 on it is free again */
    assert_events(result, "absent 4 0, join 4 5, down 4 12, up 4 15");
    g_assert_cmpfloat(metric_value(result, "failure_f_refused"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "failure_f_arrivals_per_s"), ==, 0.2);
}

static void a_trace_is_replayed(void)
{
    g_autofree char *path = given_file("t.trace", "0 1 JOIN\n0 2 JOIN\n10 1 LEAVE\n14 1 JOIN\n16 2 LEAVE\n", -1);
    g_autofree char *failure = g_strdup_printf("kind = churn\ntrace = %s\nspeed = 2\nmapping = in-order\nat = 1 s", path);
    g_autoptr(RunResult) result = failing(RING, failure);
    assert_events(result, "down 0 6, up 0 8, down 1 9");
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_nodes"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_nodes_asked"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_departures"), ==, 2);
    g_autofree char *sampled = g_strdup_printf("kind = churn\ntrace = %s\norigin = 10 s\nwindow = 5 s", path);
    g_autoptr(RunResult) many = failing(RING, sampled);         /* ten nodes play two machines, each of them at least once */
    guint absent = count_events(many, "absent");
    g_assert_cmpuint(absent, >=, 1);
    g_assert_cmpuint(absent, <=, 9);
    g_assert_cmpuint(count_events(many, "join"), ==, absent);
    g_assert_cmpuint(count_events(many, "down"), ==, 0);
}

/* Every shared file drives nodes.  How much of their time these are up a script worked out from the files
 * by itself. */
static void shared_traces_are_replayed(void)
{
    static const struct { const char *name, *rest; guint nodes; double downs, available, allowance; } rows[] = {
        { "fta-lanl/event_trace.tab", "speed = 1e8", 2504, NAN, 1 - 354833100 / (2504 * 20e8), 1e-9 },
        { "smartphone/peersim_session_100.txt", "speed = 30240", 2688, NAN, 0.2152761801594, 1e-9 },
        { "vod-actions/eurovision.actions", "speed = 1e6", 126, 136, 1.1413452381e-4, 1e-12 },
        { "vod-actions/kerrang.actions", "speed = 1e6", 137, 144, 2.396350365e-5, 1e-12 },
        { "simgrid-profiles/faulty_host.profile", "speed = 10", 1, 3, 0.9985, 1e-12 },
        { "simgrid-profiles/link3_state.profile", "speed = 10", 1, 3, 0.9965, 1e-12 },
        { "simgrid-profiles/jupiter_state.profile", "", 1, 1, 0.995, 1e-12 }, { "simgrid-profiles/fafard_state.profile", "", 1, 1, 0.905, 1e-12 },
        { "oversim/dht.trace", "speed = 10", 4, 2, 0.798, 1e-12 }, { "oversim/partition.trace", "speed = 20", 0, 0, 1, 1e-12 },
    };
    if (!g_file_test("../shared/data/churn", G_FILE_TEST_IS_DIR)) {
        g_test_skip("../shared/data/churn is not there");
        return;
    }
    g_autofree char *here = g_get_current_dir();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_build_filename(here, "../shared/data/churn", rows[i].name, NULL);
        g_autofree char *failure = g_strdup_printf("kind = churn\ntrace = %s\nmapping = in-order\n%s", path, rows[i].rest);
        g_autofree char *overlay = g_strdup_printf("kind = ring\nnodes = %u", MAX(rows[i].nodes, 10));
        g_autoptr(RunResult) result = failing(overlay, failure);
        g_test_message("%s: %u events", rows[i].name, result->events->len);
        g_assert_cmpfloat(metric_value(result, "failure_f_trace_nodes"), ==, rows[i].nodes);
        if (!isnan(rows[i].downs))
            g_assert_cmpfloat(metric_value(result, "failure_f_trace_departures"), ==, rows[i].downs);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "available_mean"), rows[i].available, rows[i].allowance);
        if (i == 0) g_assert_cmpuint(result->events->len, ==, 32770);           /* 30452 lines that follow each other */
        if (i != 1) continue;
        g_assert_cmpfloat_with_epsilon(metric_value(result, "failure_f_down_share"), 1 - metric_value(result, "available_mean"), 1e-9);
    }
}

static void what_is_refused(void)
{
    g_autofree char *path = given_file("t.trace", "0 1 JOIN\n1 1 LEVE\n", -1);
    g_autofree char *broken = g_strdup_printf("kind = churn\ntrace = %s", path);
    assert_fault(broken, "t.trace:2: no command is called 'LEVE'; did you mean 'LEAVE'?");
    g_autofree char *good = given_file("g.trace", "0 1 JOIN\n1 1 LEAVE\n", -1);
    g_autofree char *both = g_strdup_printf("kind = churn\ntrace = %s\nsession = 1 s", good);
    assert_fault(both, "session: the trace says who is up");
    g_autofree char *over = g_strdup_printf("kind = churn\ntrace = %s\norigin = 2 s", good);
    assert_fault(over, "origin: the trace is over by then");
    assert_fault("kind = churn", "it says not who comes and goes");
    assert_fault("kind = churn\nsession = 1 s", "'downtime' is missing");
    assert_fault("kind = churn\ndowntime = 1 s", "'session' is missing");
    assert_fault("kind = churn\nsession = 1 s\ndowntime = 1 s\nspeed = 2", "speed: it belongs to `trace`");
    assert_fault("kind = churn\nsession = 0 s\ndowntime = 1 s", "sessions of no length");
    assert_fault("kind = churn\nsession = pareto(1 s, 1)\ndowntime = 1 s", "no long-run balance");
    assert_fault("kind = churn\nsession = 1 s\ndowntime = 0 s", "downtime: its mean is 0 or infinite");
    assert_fault("kind = churn\nsession = 1 s\ndowntime = 1 s\nat = 2 s\nuntil = 1 s", "until: it ends before it begins");
    assert_fault("kind = arrivals\nrate = 0 /s\nsession = 1 s", "nobody ever arrives");
    assert_fault("kind = arrivals\nrate = 1 /s\nsession = pareto(1 s, 0.5)", "no long-run balance");
    assert_fault("kind = arrivals\nrate = 1 /s\nsession = 1 s\nat = 2 s\nuntil = 1 s", "until: it ends before it begins");
}

#define CASE(name) g_test_add_func("/churn/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(constant_periods_alternate);
    CASE(who_is_down_at_first_joins);
    CASE(sources_are_spared);
    CASE(some_leave_in_order);
    CASE(nodes_have_streams_of_their_own);
    CASE(staged_arrivals_come_at_even_steps);
    CASE(a_trace_is_replayed);
    CASE(shared_traces_are_replayed);
    CASE(what_is_refused);
    int status = g_test_run();
    given_remove();
    return status;
}
