/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/histogram.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* The octave of a value and its step within: 0..255 fill octave 0 and 1. */
static inline uint32_t octave_of(uint64_t value)
{
    return value < HISTOGRAM_STEPS ? 0 : 57 - (uint32_t)__builtin_clzll(value);
}

static inline uint32_t step_of(uint64_t value, uint32_t octave)
{
    return octave ? (uint32_t)(value >> (octave - 1)) - HISTOGRAM_STEPS : (uint32_t)value;
}

/* The least value of a bucket. */
static inline uint64_t low_of(uint32_t octave, uint32_t step)
{
    return octave ? (uint64_t)(HISTOGRAM_STEPS + step) << (octave - 1) : step;
}

static HistogramBucket *octave_new(Histogram *histogram, uint32_t octave)
{
    return histogram->octaves[octave] = g_new0(HistogramBucket, HISTOGRAM_STEPS);
}

void histogram_add(Histogram *histogram, uint64_t value)
{
    uint32_t octave = octave_of(value);
    HistogramBucket *buckets = histogram->octaves[octave];
    if (G_UNLIKELY(!buckets)) buckets = octave_new(histogram, octave);
    uint32_t step = step_of(value, octave);
    buckets[step].count++;
    buckets[step].above += value - low_of(octave, step);
    if (!histogram->count++) histogram->least = histogram->most = value;
    if (value < histogram->least) histogram->least = value;
    if (value > histogram->most) histogram->most = value;
    histogram->sum += value;
}

void histogram_merge(Histogram *into, const Histogram *from)
{
    if (!from->count) return;
    for (uint32_t o = 0; o < HISTOGRAM_OCTAVES; o++) {
        if (!from->octaves[o]) continue;
        HistogramBucket *buckets = into->octaves[o];
        if (!buckets) buckets = octave_new(into, o);
        for (int i = 0; i < HISTOGRAM_STEPS; i++) {
            buckets[i].count += from->octaves[o][i].count;
            buckets[i].above += from->octaves[o][i].above;
        }
    }
    into->least = into->count ? MIN(into->least, from->least) : from->least;
    into->most = into->count ? MAX(into->most, from->most) : from->most;
    into->count += from->count;
    into->sum += from->sum;
}

void histogram_clear(Histogram *histogram)
{
    for (uint32_t o = 0; o < HISTOGRAM_OCTAVES; o++) g_free(histogram->octaves[o]);
    memset(histogram, 0, sizeof *histogram);
}

double histogram_mean(const Histogram *histogram)
{
    return histogram->count ? (double)histogram->sum / (double)histogram->count : 0;
}

double histogram_quantile(const Histogram *histogram, double share)
{
    if (!histogram->count) return 0;
    /* A share such as 0.9 times 10 must not reach rank 10 by its last bit. */
    double rank = ceil(share * (double)histogram->count * (1 - 1e-12));
    return histogram_rank(histogram, rank < 1 ? 1 : (uint64_t)rank);
}

double histogram_rank(const Histogram *histogram, uint64_t rank)
{
    for (uint32_t o = 0; o < HISTOGRAM_OCTAVES; o++) {
        const HistogramBucket *buckets = histogram->octaves[o];
        for (uint32_t i = 0; buckets && i < HISTOGRAM_STEPS; i++) {
            if (rank <= buckets[i].count)
                return (double)low_of(o, i) + (double)buckets[i].above / (double)buckets[i].count;
            rank -= buckets[i].count;
        }
    }
    return (double)histogram->most;
}

bool histogram_next(const Histogram *histogram, uint32_t *position, uint64_t *low, uint64_t *high, uint64_t *count)
{
    for (; *position < HISTOGRAM_OCTAVES * HISTOGRAM_STEPS; ++*position) {
        uint32_t octave = *position / HISTOGRAM_STEPS, step = *position % HISTOGRAM_STEPS;
        const HistogramBucket *buckets = histogram->octaves[octave];
        if (!buckets || !buckets[step].count) continue;
        *low = low_of(octave, step);
        *high = *low + ((uint64_t)1 << (octave ? octave - 1 : 0));
        *count = buckets[step].count;
        ++*position;
        return true;
    }
    return false;
}
