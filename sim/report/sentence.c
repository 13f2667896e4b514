/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/sentence.h"

#include <math.h>
#include <string.h>

#include "registry.h"
#include "report/digits.h"

typedef enum { SHARE, DURATION, COUNT, PLAIN } Class;

/* How some names are said; the others with blanks, without their unit. */
static const struct { const char *metric, *said; } names[] = {
    { "atomic_ratio", "the share of publications that reach everybody" },
    { "latency_mean_ms", "mean latency" }, { "latency_p50_ms", "median latency" },
    { "latency_p90_ms", "latency p90" }, { "latency_p99_ms", "latency p99" }, { "latency_max_ms", "the longest latency" },
    { "hops_mean", "the mean of hops" }, { "hops_max", "the most hops" },
    { "load_max", "messages of its busiest node" }, { "load_mean", "messages a node" },
    { "available_mean", "the share of nodes that are up" },
};

static const char *unit_of(const char *metric)
{
    for (int i = 0; metrics[i]; i++)
        for (const MetricName *name = metrics[i]->names; name && name->name; name++)
            if (strcmp(name->name, metric) == 0) return name->unit;
    return "";
}

static Class class_of(const char *metric)
{
    static const char *const counts[] = {
        "messages", "B", "deliveries", "publications", "events", "messages/s", "requests", "bytes", NULL
    };
    const char *unit = unit_of(metric);
    bool share = strstr(metric, "_ratio") || strstr(metric, "_share") || g_str_has_prefix(metric, "available");
    if (share) return SHARE;
    if (g_str_has_suffix(metric, "_ms") || strcmp(unit, "s") == 0) return DURATION;
    return g_strv_contains(counts, unit) ? COUNT : PLAIN;
}

/* What a number of this metric is multiplied with to be said, and what stands behind it. */
static double scale_of(const char *metric) { return class_of(metric) == SHARE ? 100 : 1; }

static const char *suffix_of(const char *metric)
{
    switch (class_of(metric)) {
    case SHARE:    return " points";
    case DURATION: return g_str_has_suffix(metric, "_ms") ? " ms" : " s";
    default:       return "";
    }
}

bool finding_holds(const Finding *finding)
{
    const Estimate *difference = &finding->paired.difference;
    return difference->count > 1 && difference->value != 0 && finding->p < 1 - SAMPLES_CONFIDENCE;
}

char *finding_name(const Finding *finding)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i].metric, finding->metric) == 0) return g_strdup(names[i].said);
    char *name = g_strdup(finding->metric);
    if (g_str_has_suffix(name, "_ms")) name[strlen(name) - 3] = '\0';
    return g_strdelimit(name, "_", ' ');
}

/* Its size, without a sign, in the unit that it is said in. */
static Estimate size_of(const Finding *finding)
{
    Estimate size = finding->paired.difference;
    double scale = scale_of(finding->metric), half = estimate_half_width(&size) * scale;
    size.value = fabs(size.value) * scale;
    size.low = size.value - half;
    size.high = size.value + half;
    return size;
}

/* "61.0 ± 4.2", or the size alone where it is the same in every replication. */
static char *amount_text(const Finding *finding)
{
    Estimate size = size_of(finding);
    return finding->paired.difference.variance == 0 ? digits_number(size.value) : digits_estimate(&size);
}

char *finding_precision(const Finding *finding)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    double half = estimate_half_width(&finding->paired.difference) * scale_of(finding->metric);
    return g_strconcat(g_ascii_formatd(text, sizeof text, half >= 100 ? "%.0f" : "%.2g", half), suffix_of(finding->metric), NULL);
}

/* "6.1", and no "1" for what is not equal. */
static char *times_text(double ratio)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (int digits = ratio >= 10 ? 3 : 2; digits < 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, ratio);
        if (fabs(g_ascii_strtod(text, NULL) - ratio) <= fabs(ratio - 1) / 10) break;
    }
    return g_strdup(text);
}

static char *count_clause(const Finding *finding, const char *subject)
{
    g_autofree char *name = finding_name(finding);
    bool sent = g_str_has_suffix(finding->metric, "messages") || g_str_has_suffix(finding->metric, "bytes");
    const char *verb = sent ? "sends" : "has";
    g_autofree char *amount = amount_text(finding);
    if (finding->base.value == 0) return g_strdup_printf("%s %s %s %s, %s none", subject, verb, amount, name, finding->against);
    if (finding->other.value == 0) return g_strdup_printf("%s %s no %s, %s %s", subject, verb, name, finding->against, amount);
    g_autofree char *times = times_text(finding->other.value / finding->base.value);
    return g_strdup_printf("%s %s %s times the %s", subject, verb, times, name);
}

char *finding_clause(const Finding *finding, const char *subject)
{
    if (class_of(finding->metric) == COUNT) return count_clause(finding, subject);
    bool more = finding->paired.difference.value > 0;
    g_autofree char *amount = amount_text(finding), *name = finding_name(finding);
    const char *unit = suffix_of(finding->metric);
    if (g_str_has_prefix(finding->metric, "delivery_ratio")) {
        const char *of = strstr(finding->metric, "_all") ? ", of all members" :
                         strstr(finding->metric, "_at_send") ? ", of those up when it was sent" : "";
        return g_strdup_printf("%s delivers %s%s %s%s", subject, amount, unit, more ? "more" : "less", of);
    }
    return g_strdup_printf("%s is %s%s %s", name, amount, unit, more ? "higher" : "lower");
}

/* How many replications would show a difference of this size, if it is real. */
static char *needed_text(const Finding *finding)
{
    const Estimate *difference = &finding->paired.difference;
    double times = estimate_half_width(difference) / fabs(difference->value);
    double needed = ceil((double)difference->count * times * times);
    if (!(needed < 1e6)) return g_strdup("");
    if (needed <= (double)difference->count) return g_strdup(", among so many comparisons");
    double unit = 1;
    while (needed / unit >= 100) unit *= 10;
    return g_strdup_printf("; one of the size seen takes about %.0f replications", ceil(needed / unit) * unit);
}

char *finding_verdict(const Finding *finding)
{
    const Estimate *difference = &finding->paired.difference;
    if (difference->count == 0) return g_strdup("no replication that both measured");
    if (difference->count == 1) return g_strdup("one pair proves nothing: more replications are needed");
    if (difference->variance == 0 && difference->value == 0) return g_strdup("the same in every replication");
    if (finding_holds(finding)) return finding_clause(finding, finding->variant);
    g_autofree char *precision = finding_precision(finding), *needed = needed_text(finding);
    return g_strdup_printf("no difference found at this precision: half-width %s%s", precision, needed);
}
