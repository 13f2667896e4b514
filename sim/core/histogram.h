/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of whole numbers by size, for percentiles.
 *
 * Log-linear: 128 steps an octave, so a bucket is narrower than 1 % of its
 * values; numbers below 256 have a bucket each.  A bucket also keeps how far its
 * values lie above its low end, so one that stands alone reads back exactly.
 * An octave takes 2 KiB once the first value falls into it.
 *
 * Source: the layout of HdrHistogram (G. Tene), with sums added.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { HISTOGRAM_STEPS = 128, HISTOGRAM_OCTAVES = 58 };

typedef struct { uint64_t count, above; } HistogramBucket;

/* Zeroed is empty; histogram_clear() frees the octaves. */
typedef struct {
    HistogramBucket *octaves[HISTOGRAM_OCTAVES];
    uint64_t count;
    uint64_t least, most;           /* of all values; valid where count > 0 */
    unsigned __int128 sum;          /* exact */
} Histogram;

void histogram_add(Histogram *histogram, uint64_t value);
void histogram_merge(Histogram *into, const Histogram *from);
void histogram_clear(Histogram *histogram);

/* Mean of all values, exact but for the last rounding; 0 where empty. */
double histogram_mean(const Histogram *histogram);

/* Nearest-rank percentile: the ceil(share * count)-th smallest value, as the
 * mean of its bucket, within 1 %; share in (0, 1]; 0 where empty. */
double histogram_quantile(const Histogram *histogram, double share);

/* The rank-th smallest value (1 .. count), read the same way. */
double histogram_rank(const Histogram *histogram, uint64_t rank);

/* Goes through the buckets that hold something, ascending.  Start with
 * *position 0; returns false after the last.  Values lie in [*low, *high). */
bool histogram_next(const Histogram *histogram, uint32_t *position, uint64_t *low, uint64_t *high, uint64_t *count);
