/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A difference between two variants in plain words, each kind of metric in its unit:
 * shares in points, durations in ms or s, counts as a ratio, the rest as they are. */
#pragma once
#include "report/samples.h"

/* What was found for one metric at one point. */
typedef struct {
    const char *metric;
    const char *variant, *against;
    Paired paired;              /* variant - against */
    Estimate base, other;       /* means of `against` and of `variant` */
    double p;                   /* that there is no difference, adjusted for all comparisons; NaN: unknown */
} Finding;

/* True where the difference is more than chance. */
bool finding_holds(const Finding *finding);

/* "mesh delivers 28.6 ± 2.1 points more", "latency p99 is 61.0 ± 4.2 ms lower", "it sends 6.1
 * times the messages", with `subject` for the variant.  Of a finding that holds.  Free it. */
char *finding_clause(const Finding *finding, const char *subject);

/* The metric as said in a sentence, "latency p99"; free it. */
char *finding_name(const Finding *finding);

/* "0.40 points": half the width of the interval, with its unit; free it. */
char *finding_precision(const Finding *finding);

/* The whole verdict, whatever was found; free it. */
char *finding_verdict(const Finding *finding);
