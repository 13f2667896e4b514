/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/statistics.h"

#include <glib.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

/* Relative to the first value, so that equal values have exactly their own mean. */
static double mean_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += values[i] - values[0];
    return values[0] + sum / (double)count;
}

static double squares_about(const double *values, size_t count, double centre)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (values[i] - centre) * (values[i] - centre);
    return sum;
}

double estimate_half_width(const Estimate *estimate)
{
    return (estimate->high - estimate->low) / 2;
}

double statistics_student(double share, double freedom)
{
    return gsl_cdf_tdist_Pinv(share, freedom);
}

static void set_interval(Estimate *estimate, double standard_error, double confidence)
{
    double reach = statistics_student((1 + confidence) / 2, (double)estimate->count - 1) * standard_error;
    estimate->low = estimate->value - reach;
    estimate->high = estimate->value + reach;
}

Estimate statistics_mean(const double *values, size_t count, double confidence)
{
    Estimate estimate = { count, NAN, NAN, NAN, NAN, NAN, NAN };
    if (!count) return estimate;
    estimate.value = mean_of(values, count);
    estimate.least = estimate.most = values[0];
    for (size_t i = 1; i < count; i++) {
        estimate.least = MIN(estimate.least, values[i]);
        estimate.most = MAX(estimate.most, values[i]);
    }
    if (count < 2) return estimate;
    estimate.variance = squares_about(values, count, estimate.value) / (double)(count - 1);
    set_interval(&estimate, sqrt(estimate.variance / (double)count), confidence);
    return estimate;
}

static double two_sided_p(const Estimate *difference)
{
    if (difference->count < 2) return NAN;
    if (difference->variance == 0) return difference->value == 0 ? 1 : 0;
    double t = fabs(difference->value) / sqrt(difference->variance / (double)difference->count);
    return 2 * gsl_cdf_tdist_Q(t, (double)difference->count - 1);
}

Paired statistics_paired(const double *a, const double *b, size_t count, double confidence)
{
    g_autofree double *differences = g_new(double, count + 1);
    for (size_t i = 0; i < count; i++) differences[i] = a[i] - b[i];
    Paired paired = { .difference = statistics_mean(differences, count, confidence), .variance_ratio = NAN };
    paired.p = two_sided_p(&paired.difference);
    double apart = statistics_mean(a, count, confidence).variance + statistics_mean(b, count, confidence).variance;
    if (apart > 0) paired.variance_ratio = paired.difference.variance / apart;
    return paired;
}

Estimate statistics_ratio(const double *numerators, const double *denominators, size_t count, double confidence)
{
    Estimate estimate = { count, NAN, NAN, NAN, NAN, NAN, NAN };
    double above = 0, below = 0;
    for (size_t i = 0; i < count; i++) above += numerators[i], below += denominators[i];
    if (!(below > 0)) return estimate;
    estimate.value = above / below;
    for (size_t i = 0; i < count; i++) {
        if (!(denominators[i] > 0)) continue;
        double share = numerators[i] / denominators[i];
        estimate.least = isnan(estimate.least) ? share : MIN(estimate.least, share);
        estimate.most = isnan(estimate.most) ? share : MAX(estimate.most, share);
    }
    if (count < 2) return estimate;
    double squares = 0, mean_below = below / (double)count;
    for (size_t i = 0; i < count; i++) {
        double rest = numerators[i] - estimate.value * denominators[i];
        squares += rest * rest;
    }
    estimate.variance = squares / (double)(count - 1) / (mean_below * mean_below);
    set_interval(&estimate, sqrt(estimate.variance / (double)count), confidence);
    return estimate;
}

void statistics_wilson(uint64_t successes, uint64_t trials, double confidence, double *low, double *high)
{
    g_assert(trials > 0 && successes <= trials);
    double n = (double)trials, share = (double)successes / n, z = gsl_cdf_ugaussian_Pinv((1 + confidence) / 2);
    double centre = share + z * z / (2 * n);
    double reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    *low = successes ? (centre - reach) / (1 + z * z / n) : 0;
    *high = successes < trials ? (centre + reach) / (1 + z * z / n) : 1;
}

double statistics_none_of(uint64_t trials, double confidence)
{
    g_assert(trials > 0);
    return -expm1(log1p(-confidence) / (double)trials);
}

double statistics_rank_coverage(size_t count, double share, size_t low, size_t high)
{
    g_assert(low >= 1 && low <= high && high <= count);
    return gsl_cdf_binomial_P((unsigned)high - 1, share, (unsigned)count) -
           gsl_cdf_binomial_P((unsigned)low - 1, share, (unsigned)count);
}

bool statistics_quantile_ranks(size_t count, double share, double confidence, size_t *low, size_t *high,
                               double *coverage)
{
    double tail = (1 - confidence) / 2;
    unsigned n = (unsigned)count, l = 0, h = 0;
    while (l < n && gsl_cdf_binomial_P(l, share, n) <= tail) l++;       /* at most l - 1 values lie below */
    if (!l) return false;
    while (h < n && gsl_cdf_binomial_Q(h, share, n) > tail) h++;        /* more than h lie below */
    if (++h > n) return false;
    *low = l, *high = h;
    *coverage = statistics_rank_coverage(count, share, l, h);
    return true;
}

typedef struct { double p; size_t place; } Ranked;

static int by_p(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->p != y->p) return x->p < y->p ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

void statistics_holm(double *p, size_t count)
{
    g_autofree Ranked *ranked = g_new(Ranked, count + 1);
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(p[i])) ranked[known++] = (Ranked){ p[i], i };
    qsort(ranked, known, sizeof *ranked, by_p);
    double most = 0;
    for (size_t i = 0; i < known; i++) {
        most = MAX(most, MIN(1, ranked[i].p * (double)(known - i)));
        p[ranked[i].place] = most;
    }
}
