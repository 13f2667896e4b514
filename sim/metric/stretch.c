/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much longer than the direct way: the relative delay penalty. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "stretch_mean", "1", "publication to first delivery over the direct latency from the source, mean" },
    { "stretch_p90", "1", "the same, 90th percentile" },
    { "stretch_max", "1", "the same, largest" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    const Histogram *stretch = &seen->stretch;
    if (!stretch->count) return;
    report_value(out, "stretch_mean", histogram_mean(stretch) / 1e9);
    report_value(out, "stretch_p90", histogram_quantile(stretch, 0.90) / 1e9);
    report_value(out, "stretch_max", (double)stretch->most / 1e9);
}

const Metric metric_stretch = {
    .variant = { .name = "stretch", .summary = "how much longer than the direct way: relative delay penalty",
                 .source = "Y. Chu, S. Rao, S. Seshan, H. Zhang, \"A case for end system multicast\", SIGMETRICS 2000" },
    .names = names, .report = report,
};
