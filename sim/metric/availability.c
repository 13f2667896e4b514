/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was there: nodes up over time, and the overlay as built. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "available_mean", "1", "time-average share of nodes up" },
    { "overlay_components", "components", "connected components of the overlay as built" },
    { "overlay_largest_share", "1", "share of the nodes in its largest component" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    double time = (double)(seen->end - seen->start);
    report_ratio(out, "available_mean", (double)seen->counters.up_time / 1e9, time * seen->nodes / 1e9);
    report_value(out, "overlay_components", seen->components);
    report_ratio(out, "overlay_largest_share", seen->largest, seen->nodes);
}

const Metric metric_availability = {
    .variant = { .name = "availability", .summary = "who was there: nodes up, components of the overlay",
                 .source = "time average" },
    .names = names, .report = report,
};
