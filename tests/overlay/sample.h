/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Means judged by four standard errors. */
#pragma once
#include <glib.h>
#include <math.h>

typedef struct { double count, sum, square; } Sample;

static inline void sample_add(Sample *sample, double value)
{
    sample->count++;
    sample->sum += value;
    sample->square += value * value;
}

static inline double sample_mean(const Sample *sample) { return sample->sum / sample->count; }

/* Square of the standard error of the mean. */
static inline double sample_error2(const Sample *sample)
{
    double mean = sample_mean(sample);
    return MAX(0, sample->square / sample->count - mean * mean) / (sample->count - 1);
}

#define assert_mean(sample, expected) \
    g_assert_cmpfloat(fabs(sample_mean(sample) - (expected)), <=, 4 * sqrt(sample_error2(sample)) + 1e-9)

#define assert_same_mean(a, b) \
    g_assert_cmpfloat(fabs(sample_mean(a) - sample_mean(b)), <=, 4 * sqrt(sample_error2(a) + sample_error2(b)))
