/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/export.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/csv.h"

char *export_csv(const Samples *samples)
{
    GString *out = g_string_new("variant,point,metric,mean,ci_low,ci_high,n,min,max,pooled\n");
    for (guint v = 0; v < samples->variants->len; v++)
        for (guint p = 0; p < samples->points->len; p++)
            for (guint m = 0; m < samples->metrics->len; m++) {
                Estimate mean = samples_mean(samples, v, p, m);
                if (!mean.count) continue;
                csv_field(out, samples_variant(samples, v));
                g_string_append_c(out, ',');
                csv_field(out, samples_point(samples, p));
                g_string_append_c(out, ',');
                csv_field(out, samples_metric(samples, m));
                csv_value(out, mean.value);
                csv_value(out, mean.low);
                csv_value(out, mean.high);
                g_string_append_printf(out, ",%zu", mean.count);
                csv_value(out, mean.least);
                csv_value(out, mean.most);
                csv_value(out, samples_pooled(samples, v, p, m).value);
                g_string_append_c(out, '\n');
            }
    return g_string_free(out, FALSE);
}

static void append_string(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(out, '"');
    for (const char *p = valid; *p; p++) {
        if (*p == '"' || *p == '\\') g_string_append_printf(out, "\\%c", *p);
        else if ((unsigned char)*p < 0x20 || *p == 0x7f) g_string_append_printf(out, "\\u%04x", (unsigned char)*p);
        else g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static void append_number(GString *out, double value)
{
    g_autofree char *text = isfinite(value) ? format_number(value) : g_strdup("null");
    g_string_append(out, text);
}

static void append_interval(GString *out, const Estimate *estimate)
{
    if (!isfinite(estimate->low) || !isfinite(estimate->high)) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, '[');
    append_number(out, estimate->low);
    g_string_append(out, ", ");
    append_number(out, estimate->high);
    g_string_append_c(out, ']');
}

static void append_metric(GString *out, const char *name, const Estimate *mean, double pooled)
{
    g_string_append(out, "        ");
    append_string(out, name);
    g_string_append(out, ": {\"mean\": ");
    append_number(out, mean->value);
    g_string_append(out, ", \"ci95\": ");
    append_interval(out, mean);
    g_string_append_printf(out, ", \"n\": %zu, \"min\": ", mean->count);
    append_number(out, mean->least);
    g_string_append(out, ", \"max\": ");
    append_number(out, mean->most);
    if (!isnan(pooled)) {
        g_string_append(out, ", \"pooled\": ");
        append_number(out, pooled);
    }
    g_string_append_c(out, '}');
}

static void append_variants(GString *out, const Samples *samples)
{
    const char *comma = "\n";
    g_string_append(out, "  \"variants\": [");
    for (guint v = 0; v < samples->variants->len; v++)
        for (guint p = 0; p < samples->points->len; p++) {
            g_string_append_printf(out, "%s    { \"name\": ", comma);
            append_string(out, samples_variant(samples, v));
            g_string_append_printf(out, ", \"point\": %s,\n      \"metrics\": {", samples_point(samples, p));
            const char *inner = "\n";
            for (guint m = 0; m < samples->metrics->len; m++) {
                Estimate mean = samples_mean(samples, v, p, m);
                if (!mean.count) continue;
                g_string_append(out, inner);
                append_metric(out, samples_metric(samples, m), &mean, samples_pooled(samples, v, p, m).value);
                inner = ",\n";
            }
            g_string_append(out, "\n      } }");
            comma = ",\n";
        }
    g_string_append(out, "\n  ],\n");
}

static void append_comparison(GString *out, const Samples *samples, const guint place[4], const char *comma)
{
    Paired paired = samples_difference(samples, place[0], place[1], place[2], place[3]);
    g_string_append_printf(out, "%s    { \"metric\": ", comma);
    append_string(out, samples_metric(samples, place[3]));
    g_string_append(out, ", \"variant\": ");
    append_string(out, samples_variant(samples, place[0]));
    g_string_append(out, ", \"against\": ");
    append_string(out, samples_variant(samples, place[1]));
    g_string_append_printf(out, ", \"point\": %s, \"difference\": ", samples_point(samples, place[2]));
    append_number(out, paired.difference.value);
    g_string_append(out, ", \"ci95\": ");
    append_interval(out, &paired.difference);
    g_string_append_printf(out, ", \"n\": %zu }", paired.difference.count);
}

static void append_comparisons(GString *out, const Samples *samples, guint against)
{
    const char *comma = "\n";
    g_string_append(out, "  \"comparisons\": [");
    for (guint p = 0; p < samples->points->len; p++)
        for (guint m = 0; m < samples->metrics->len; m++)
            for (guint v = 0; v < samples->variants->len; v++) {
                if (v == against || samples_measures_machine(samples_metric(samples, m))) continue;
                if (!samples_difference(samples, v, against, p, m).difference.count) continue;
                append_comparison(out, samples, (guint[]){ v, against, p, m }, comma);
                comma = ",\n";
            }
    g_string_append(out, "\n  ],\n");
}

static void append_verdicts(GString *out, const GArray *verdicts)
{
    g_string_append(out, "  \"expectations\": [");
    for (guint i = 0; verdicts && i < verdicts->len; i++) {
        const Verdict *verdict = &g_array_index(verdicts, Verdict, i);
        g_string_append(out, i ? ",\n    { \"name\": " : "\n    { \"name\": ");
        append_string(out, verdict->expect->name);
        g_string_append_printf(out, ", \"holds\": %s, \"observed\": ", verdict->holds ? "true" : "false");
        append_number(out, verdict->observed);
        g_string_append(out, ", \"expected\": ");
        append_string(out, verdict->expected);
        if (verdict->variant) {
            g_string_append(out, ", \"metric\": ");
            append_string(out, verdict->expect->metric);
            g_string_append(out, ", \"variant\": ");
            append_string(out, verdict->variant);
            g_string_append_printf(out, ", \"point\": %s", verdict->point);
        }
        g_string_append(out, " }");
    }
    g_string_append(out, "\n  ]\n");
}

char *export_json(const Samples *samples, guint against, const GArray *verdicts)
{
    GString *out = g_string_new("{\n  \"scenario\": ");
    append_string(out, samples->stem);
    g_string_append(out, ", \"title\": ");
    append_string(out, samples->title);
    g_string_append_printf(out, ", \"seed\": %" G_GUINT64_FORMAT ", \"replications\": %u,\n", samples->seed,
                           samples->replications);
    append_variants(out, samples);
    append_comparisons(out, samples, against);
    append_verdicts(out, verdicts);
    g_string_append(out, "}\n");
    return g_string_free(out, FALSE);
}
