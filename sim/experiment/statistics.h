/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may be concluded from independent replications.
 *
 * The run is the sampling unit everywhere: deliveries inside one run depend on
 * each other.  A share is a number 0..1; `confidence` is one too, as 0.95.
 * NaN stands for what too few values leave open.
 *
 * Sources: A. M. Law, "Simulation Modeling and Analysis", 5th ed., 2015 (paired
 * comparison, ratios); E. B. Wilson, JASA 22, 1927; S. Holm, Scand. J. Statist.
 * 6, 1979; quantiles from GSL.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An estimate with its confidence interval; low and high are NaN where count < 2. */
typedef struct {
    size_t count;
    double value;               /* NaN where count is 0 */
    double low, high;
    double variance;            /* of one value, with count - 1 below; NaN where count < 2 */
    double least, most;
} Estimate;

/* Half the width of the interval, or NaN. */
double estimate_half_width(const Estimate *estimate);

/* The mean of values, with Student's t.  Equal values give exactly that value. */
Estimate statistics_mean(const double *values, size_t count, double confidence);

/* The mean of a[i] - b[i] in `difference`. */
typedef struct {
    Estimate difference;
    double variance_ratio;      /* Var(a - b) / (Var a + Var b): below 1 where pairing helps; NaN if unknown */
    double p;                   /* two-sided, of "no difference"; NaN where count < 2 */
} Paired;

Paired statistics_paired(const double *a, const double *b, size_t count, double confidence);

/* sum of numerators / sum of denominators with the linearised interval (the run
 * is the unit); NaN where the denominators add up to 0. */
Estimate statistics_ratio(const double *numerators, const double *denominators, size_t count, double confidence);

/* Wilson's interval for `successes` of `trials` (> 0). */
void statistics_wilson(uint64_t successes, uint64_t trials, double confidence, double *low, double *high);

/* The exact one-sided upper bound of a share when none of `trials` (> 0) succeeded. */
double statistics_none_of(uint64_t trials, double confidence);

/* The ranks (1 .. count) of the order statistics that enclose the quantile
 * `share` with at least `confidence` whatever the distribution, with equal
 * tails, and in *coverage with how much.  False where count is too small. */
bool statistics_quantile_ranks(size_t count, double share, double confidence, size_t *low, size_t *high,
                               double *coverage);

/* The chance that order statistics `low` and `high` of `count` enclose the quantile `share`. */
double statistics_rank_coverage(size_t count, double share, size_t low, size_t high);

/* t with P(T <= t) = share, for `freedom` degrees of freedom (> 0). */
double statistics_student(double share, double freedom);

/* P-values adjusted for `count` comparisons made at once, in place (Holm's
 * step-down method).  NaN stays NaN and counts as no comparison. */
void statistics_holm(double *p, size_t count);
