/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What results.db says of every variant, point and metric: one number a run. */
#pragma once
#include <glib.h>

#include "experiment/statistics.h"

#define SAMPLES_CONFIDENCE 0.95

typedef struct {
    uint32_t replication;
    double value, numerator, denominator;       /* the last two NaN where it is no ratio */
} Sample;

/* Which runs to read; zeroed but for `last` = UINT32_MAX: all of them. */
typedef struct {
    uint32_t first, last;       /* replications */
    uint64_t run;               /* the id of the only run; 0: any */
} SampleRange;

#define SAMPLES_ALL ((SampleRange){ .last = UINT32_MAX })

/* Owns all; names stand in the order of the plan, metrics in the order in which a run reports them. */
typedef struct {
    char *stem, *title;
    uint64_t seed;
    uint32_t replications;              /* different ones among the runs, with or without result */
    GPtrArray *variants, *points, *metrics;     /* of char *; points are JSON objects */
    GHashTable *cells;                  /* number of variant, point and metric -> GArray of Sample */
} Samples;

/* Reads runs of `path` (results.db or its directory).  NULL and *error as database_read(). */
Samples *samples_read(const char *path, SampleRange range, GError **error);
void samples_free(Samples *samples);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Samples, samples_free)

static inline const char *samples_variant(const Samples *s, guint v) { return s->variants->pdata[v]; }
static inline const char *samples_point(const Samples *s, guint p) { return s->points->pdata[p]; }
static inline const char *samples_metric(const Samples *s, guint m) { return s->metrics->pdata[m]; }

/* The place of a name, or -1. */
int samples_find(const GPtrArray *names, const char *name);

/* The values, ascending by replication; *count 0 where there are none. */
const Sample *samples_of(const Samples *samples, guint variant, guint point, guint metric, guint *count);

/* Mean over replications. */
Estimate samples_mean(const Samples *samples, guint variant, guint point, guint metric);

/* Sum of numerators over sum of denominators; value NaN where the metric is no ratio. */
Estimate samples_pooled(const Samples *samples, guint variant, guint point, guint metric);

/* The differences `variant` - `against` as Samples, one for each replication that
 * both have, ascending; free with g_array_unref(). */
GArray *samples_differences(const Samples *samples, guint variant, guint against, guint point, guint metric);

/* `variant` - `against` over the replications that both have. */
Paired samples_difference(const Samples *samples, guint variant, guint against, guint point, guint metric);

/* True for the two metrics that depend on the machine's speed. */
bool samples_measures_machine(const char *metric);

/* A point for people: "fraction = 0.2, degree = 4", the keys' last parts; "" for no sweep; free it. */
char *samples_point_label(const char *json);
