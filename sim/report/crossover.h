/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where along a sweep one variant overtakes another.
 *
 * Between two neighboring points whose mean differences have opposite signs the
 * difference is taken for linear; the interval follows from the paired
 * differences at both (delta method, Student t, the replication as unit).
 */
#pragma once
#include "report/samples.h"

typedef struct {
    guint before, after;        /* points */
    bool certain;               /* the intervals of both differences exclude 0 */
    double share;               /* of the way from one to the other, 0..1 */
    double low, high;           /* its 95 % interval; NaN where it is not known */
} Crossover;

/* All changes of sign along the last key of the sweep, in its order; free with
 * g_array_unref(). */
GArray *crossover_find(const Samples *samples, guint variant, guint against, guint metric);

/* In words: "fraction = 0.48 (95 %: 0.43 .. 0.55)", or "between fraction = a and b"
 * where the values are no quantities; free it. */
char *crossover_text(const Samples *samples, const Crossover *crossover);
