/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/residual.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define MOST 0x1p62         /* as in distribution.c */

bool residual_exists(const Distribution *law)
{
    double mean = distribution_mean(law);
    return mean > 0 && isfinite(mean);
}

/* The part of the mean of a normal law cut off below 0 that lies below x, times
 * the share that is not cut off. */
static double normal_part(const Distribution *law, double x)
{
    double from = -law->a / law->b, to = (x - law->a) / law->b;
    double below = gsl_cdf_ugaussian_P(to) - gsl_cdf_ugaussian_P(from);
    return law->a * below - law->b * (exp(-to * to / 2) - exp(-from * from / 2)) / sqrt(2 * G_PI);
}

/* No closed form: halve the interval until it is as narrow as a double. */
static double normal_by_length(const Distribution *law, double u)
{
    if (law->b == 0) return law->a;
    double low = 0, high = fmax(law->a, 0) + 40 * law->b, whole = normal_part(law, high);
    for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
        double middle = (low + high) / 2;
        if (normal_part(law, middle) < u * whole) low = middle;
        else high = middle;
    }
    return high;
}

static double empirical_by_length(const Distribution *law, double u)
{
    double whole = 0, part = 0;
    for (uint32_t i = 0; i < law->count; i++) whole += law->values[i];
    for (uint32_t i = 0; i < law->count; i++)
        if ((part += law->values[i]) > u * whole) return law->values[i];
    return law->values[law->count - 1];
}

/* The quantile of the law whose density is x f(x) / E[L]. */
static double by_length(const Distribution *law, double u)
{
    Distribution other = *law;
    switch (law->kind) {
    case LAW_UNIFORM: return sqrt(law->a * law->a + u * (law->b * law->b - law->a * law->a));
    case LAW_NORMAL: return normal_by_length(law, u);
    case LAW_EMPIRICAL: return empirical_by_length(law, u);
    case LAW_LOGNORMAL:
        other.a = law->a * exp(law->b * law->b);
        return distribution_quantile(&other, u);
    case LAW_PARETO:
        other.b = law->b - 1;
        return distribution_quantile(&other, u);
    case LAW_GAMMA: case LAW_EXPONENTIAL: case LAW_WEIBULL: {
        /* Of x, or of (x / scale)^shape: a gamma law with the shape one, or 1/shape, larger. */
        double shape = law->kind == LAW_GAMMA ? law->b + 1 : law->kind == LAW_WEIBULL ? 1 + 1 / law->b : 2;
        other = (Distribution){ .kind = LAW_GAMMA, .a = shape, .b = shape };
        double x = distribution_quantile(&other, u);
        return law->kind == LAW_GAMMA ? law->a / law->b * x : law->kind == LAW_WEIBULL ? law->a * pow(x, 1 / law->b) : law->a * x;
    }
    case LAW_CONSTANT: return law->a;
    case LAW_ABSENT: break;
    }
    g_assert_not_reached();
}

double residual_draw(const Distribution *law, Random *random)
{
    double length = by_length(law, random_open(random));
    return fmin(length, MOST) * random_open(random);
}

SimTime residual_time(const Distribution *law, Random *random)
{
    return (SimTime)llround(residual_draw(law, random));
}

/* E[L^2] / E[L]. */
static double mean_by_length(const Distribution *law)
{
    double a = law->a, b = law->b, squares = 0, sum = 0;
    switch (law->kind) {
    case LAW_CONSTANT:    return a;
    case LAW_UNIFORM:     return a == b ? a : 2 * (b * b * b - a * a * a) / (3 * (b * b - a * a));
    case LAW_EXPONENTIAL: return 2 * a;
    case LAW_LOGNORMAL:   return a * exp(1.5 * b * b);
    case LAW_PARETO:      return b > 2 ? a * (b - 1) / (b - 2) : INFINITY;
    case LAW_WEIBULL:     return a * tgamma(1 + 2 / b) / tgamma(1 + 1 / b);
    case LAW_GAMMA:       return a * (b + 1) / b;
    case LAW_NORMAL:      return a + b * b / distribution_mean(law);    /* E[L^2] = a E[L] + b^2, by parts */
    case LAW_EMPIRICAL:
        for (uint32_t i = 0; i < law->count; i++) squares += law->values[i] * law->values[i], sum += law->values[i];
        return squares / sum;
    case LAW_ABSENT: break;
    }
    g_assert_not_reached();
}

double residual_mean(const Distribution *law)
{
    return mean_by_length(law) / 2;
}
