/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How late: time from publication to first delivery. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "latency_mean_ms", "ms", "publication to first delivery, mean" },
    { "latency_p50_ms", "ms", "the same, median" },
    { "latency_p90_ms", "ms", "the same, 90th percentile" },
    { "latency_p99_ms", "ms", "the same, 99th percentile" },
    { "latency_max_ms", "ms", "the same, largest" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    const Histogram *latency = &seen->latency;
    if (!latency->count) return;
    report_value(out, "latency_mean_ms", histogram_mean(latency) / 1e6);
    report_value(out, "latency_p50_ms", histogram_quantile(latency, 0.50) / 1e6);
    report_value(out, "latency_p90_ms", histogram_quantile(latency, 0.90) / 1e6);
    report_value(out, "latency_p99_ms", histogram_quantile(latency, 0.99) / 1e6);
    report_value(out, "latency_max_ms", (double)latency->most / 1e6);
}

const Metric metric_latency = {
    .variant = { .name = "latency", .summary = "how late: publication to first delivery",
                 .source = "nearest-rank percentiles of a log-linear histogram" },
    .names = names, .report = report,
};
