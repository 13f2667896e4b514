/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests against closed forms: many replications, judged by 4 standard errors.
 *
 * A run is one sampling unit: deliveries inside one run are strongly correlated.
 */
#pragma once
#include "run_text.h"

/* Sums over runs of a value and of what it is a share of. */
typedef struct { double n, num, den, num2, den2, cross; } Sample;

static inline void sample_add(Sample *s, double numerator, double denominator)
{
    s->n++;
    s->num += numerator, s->den += denominator;
    s->num2 += numerator * numerator, s->den2 += denominator * denominator, s->cross += numerator * denominator;
}

/* The pooled ratio and its standard error over runs (linearised). */
static inline double sample_ratio(const Sample *s, double *error)
{
    double ratio = s->num / s->den;
    double squares = s->num2 - 2 * ratio * s->cross + ratio * ratio * s->den2;
    *error = sqrt(fmax(0, squares) * s->n / (s->n - 1)) / s->den;
    return ratio;
}

/* Fails unless |observed - expected| <= 4 standard errors + allowance. */
static inline void judge(const char *what, double observed, double error, double expected, double allowance)
{
    g_test_message("%s: %.6g, expected %.6g, standard error %.2g", what, observed, expected, error);
    g_assert_cmpfloat(fabs(observed - expected), <=, 4 * error + allowance);
}

static inline void judge_ratio(const char *what, const Sample *s, double expected, double allowance)
{
    double error, ratio = sample_ratio(s, &error);
    judge(what, ratio, error, expected, allowance);
}

/* The pooled value of a ratio metric over `runs` replications of a text. */
static inline Sample sample_metric(const char *text, const char *metric, uint32_t runs)
{
    g_autoptr(Plan) plan = plan_text(text);
    Sample sample = { 0 };
    for (uint32_t r = 0; r < runs; r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        const MetricRow *row = metric_row(result, metric);
        if (!row) continue;
        bool ratio = !isnan(row->denominator);
        sample_add(&sample, ratio ? row->numerator : row->value, ratio ? row->denominator : 1);
    }
    g_assert_cmpfloat(sample.n, >, 1);
    return sample;
}
