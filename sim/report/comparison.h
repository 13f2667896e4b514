/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variants against one of them: paired differences, and what they prove. */
#pragma once
#include "report/samples.h"

/* The text for people: for every other variant and each of `chosen` (places of
 * metrics, a GArray of guint) the difference with its 95 % interval, how much
 * variance the pairing took away, a verdict, and along a sweep where the sign
 * changes.  Verdicts of one metric hold together (Holm).  Free it. */
char *comparison_text(const Samples *samples, guint against, const GArray *chosen);

/* What a difference at one point proves, in words, such as "mesh is higher by 43 %"; free it. */
char *comparison_verdict(const Samples *samples, guint variant, guint against, guint point, guint metric);
