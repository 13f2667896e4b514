/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [expect]: what a scenario claims of its own outcome. */
#pragma once
#include "report/samples.h"
#include "scenario/plan.h"

typedef struct {
    const Expect *expect;
    bool holds;
    double observed;            /* the first value that is not as expected, else the first; NaN: no data */
    char *expected;             /* "eq 1", "within 0.2 .. 0.4" */
    const char *variant;        /* of `observed`; NULL where nothing matches */
    const char *point;          /* JSON; NULL likewise */
} Verdict;

/* Judges all of the plan's expectations, in the order of the file; free the array
 * with g_array_unref().  Equal means within 1e-9, relative. */
GArray *expectation_judge(const Plan *plan, const Samples *samples);

/* NULL where all hold; else SIM_ERROR_EXPECTATION that lists those that do not. */
GError *expectation_error(const Plan *plan, const GArray *verdicts);
