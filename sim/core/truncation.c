/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/truncation.h"

#include <glib.h>
#include <math.h>

/* Relative to the first value, so that equal values have no spread. */
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

size_t truncation_mser5(const double *series, size_t count)
{
    size_t batches = count / 5, best = 0;
    if (batches < 2) return 0;
    g_autofree double *means = g_new(double, batches);
    for (size_t i = 0; i < batches; i++) means[i] = mean_of(series + 5 * i, 5);
    double least = INFINITY;
    for (size_t cut = 0; cut <= batches / 2; cut++) {
        size_t left = batches - cut;
        double squares = squares_about(means + cut, left, mean_of(means + cut, left));
        double error = squares / ((double)left * (double)left);
        if (error < least) least = error, best = cut;
    }
    return 5 * best;
}
