/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of the sections of communication models: what is refused, and what a run reports. */
#pragma once
#include "run_text.h"
#include "scenario/given.h"

/* What a section says, and what is told of it. */
typedef struct { const char *text, *fault; } Wrong;

/* Each row behind `head` is no scenario, and its fault is told. */
static inline void assert_wrong(const char *head, const Wrong *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *text = g_strconcat(head, rows[i].text, NULL), *faults = NULL;
        g_autoptr(Plan) plan = given_plan(text, NULL, &faults);
        g_test_message("%s", rows[i].text);
        g_assert_null(plan);
        if (!strstr(faults, rows[i].fault)) g_error("expected '%s' in:\n%s", rows[i].fault, faults);
    }
}

typedef struct { const char *metric; double value; } Expected;      /* ended by a NULL metric */

/* Runs `text` behind `head` and compares metrics with values. */
static inline void assert_reported(const char *head, const char *text, const Expected *expected)
{
    g_autofree char *whole = g_strconcat(head, text, NULL);
    g_autoptr(RunResult) result = run_text(whole, 0);
    for (; expected->metric; expected++) {
        double seen = metric_value(result, expected->metric);
        if (seen != expected->value) g_error("%s is %g, expected %g", expected->metric, seen, expected->value);
    }
}
