/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "report/csv.h"
#include "report/export.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void write_quantile(const Samples *samples, const guint place[3], const double *sorted, guint count, double share,
                           GString *out)
{
    size_t low = 0, high = 0, rank = (size_t)ceil(share * count);
    double coverage = NAN;
    bool enclosed = statistics_quantile_ranks(count, share, SAMPLES_CONFIDENCE, &low, &high, &coverage);
    csv_field(out, samples_variant(samples, place[0]));
    g_string_append_c(out, ',');
    csv_field(out, samples_point(samples, place[1]));
    g_string_append_c(out, ',');
    csv_field(out, samples_metric(samples, place[2]));
    csv_value(out, share);
    csv_value(out, sorted[MAX(rank, 1) - 1]);
    csv_value(out, enclosed ? sorted[low - 1] : NAN);
    csv_value(out, enclosed ? sorted[high - 1] : NAN);
    csv_value(out, coverage);
    g_string_append_printf(out, ",%u\n", count);
}

static void write_cell(const Samples *samples, const guint place[3], GString *out)
{
    static const double shares[] = { 0.1, 0.5, 0.9 };
    guint count;
    const Sample *list = samples_of(samples, place[0], place[1], place[2], &count);
    if (!count || samples_measures_machine(samples_metric(samples, place[2]))) return;
    g_autofree double *sorted = g_new(double, count);
    for (guint i = 0; i < count; i++) sorted[i] = list[i].value;
    qsort(sorted, count, sizeof *sorted, by_value);
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) write_quantile(samples, place, sorted, count, shares[i], out);
}

char *export_quantiles(const Samples *samples)
{
    GString *out = g_string_new("variant,point,metric,quantile,value,ci_low,ci_high,coverage,n\n");
    for (guint v = 0; v < samples->variants->len; v++)
        for (guint p = 0; p < samples->points->len; p++)
            for (guint m = 0; m < samples->metrics->len; m++) write_cell(samples, (guint[]){ v, p, m }, out);
    return g_string_free(out, FALSE);
}
