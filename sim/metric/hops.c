/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far: overlay hops of first deliveries. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "hops_mean", "hops", "overlay hops of first deliveries, mean; a neighbor of the source is at 1" },
    { "hops_max", "hops", "the same, largest: the last delivery hop" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    if (!seen->hops.count) return;
    report_value(out, "hops_mean", histogram_mean(&seen->hops));
    report_value(out, "hops_max", (double)seen->hops.most);
}

const Metric metric_hops = {
    .variant = { .name = "hops", .summary = "how far: overlay hops of first deliveries",
                 .source = "J. Leitao et al., SRDS 2007 (last delivery hop)" },
    .names = names, .report = report,
};
