/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of failures: one [failure f] in a small run, and what came of it. */
#pragma once
#include "run_text.h"
#include "scenario/given.h"

/* A run of 20 s over 10 ms links, flooded once a second from node 0 on. */
static inline char *failing_text(const char *overlay, const char *failure)
{
    return g_strdup_printf("[scenario]\nduration = 20 s\n[network]\nlatency = 10 ms\n[overlay]\n%s\n[protocol]\nkind = flood\n"
                           "[workload w]\nkind = publish\npublications = 20\n[failure f]\n%s\n", overlay, failure);
}

static inline RunResult *failing(const char *overlay, const char *failure)
{
    g_autofree char *text = failing_text(overlay, failure);
    return run_text(text, 0);
}

/* Fails unless the faults of this failure say `expected`. */
static inline void assert_fault(const char *failure, const char *expected)
{
    g_autofree char *text = failing_text("kind = ring\nnodes = 10", failure), *faults = NULL;
    g_autoptr(Plan) plan = given_plan(text, NULL, &faults);
    g_test_message("%s: %s", failure, faults ? faults : "no fault");
    g_assert_nonnull(faults);
    g_assert_nonnull(strstr(faults, expected));
}

/* The events as "kind node time" with ", " between; "kind node-other time" of a link. */
static inline char *events_text(const RunResult *result)
{
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        g_string_append_printf(out, "%s%s ", i ? ", " : "", row->kind);
        if (row->node == NODE_NONE) g_string_append_c(out, '*');
        else g_string_append_printf(out, "%u", row->node);
        if (row->other != NODE_NONE) g_string_append_printf(out, "-%u", row->other);
        g_string_append_printf(out, " %g", row->time_s);
    }
    return g_string_free(out, FALSE);
}

static inline void assert_events(const RunResult *result, const char *expected)
{
    g_autofree char *seen = events_text(result);
    g_assert_cmpstr(seen, ==, expected);
}

/* How many events are of this kind. */
static inline guint count_events(const RunResult *result, const char *kind)
{
    guint count = 0;
    for (guint i = 0; i < result->events->len; i++) count += strcmp(g_array_index(result->events, EventRow, i).kind, kind) == 0;
    return count;
}
