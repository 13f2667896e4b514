/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which order: deliveries that a later publication of their source overtook. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "out_of_order_ratio", "1", "deliveries that arrive after a later publication of the same source" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    report_ratio(out, "out_of_order_ratio", (double)seen->out_of_order, (double)seen->delivered);
}

const Metric metric_order = {
    .variant = { .name = "order", .summary = "in which order: deliveries overtaken by later ones",
                 .source = "RFC 4737 (reordering)" },
    .names = names, .report = report,
};
