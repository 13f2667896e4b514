/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the physical links carry: copies of one publication. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "stress_mean", "copies", "copies of a publication on a physical link that carries any, mean" },
    { "stress_max", "copies", "most copies of a publication on one physical link" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    if (!seen->stressed) return;
    report_value(out, "stress_mean", (double)seen->stress / (double)seen->stressed);
    report_value(out, "stress_max", (double)seen->stress_most);
}

const Metric metric_stress = {
    .variant = { .name = "stress", .summary = "what the physical links carry: copies of one publication",
                 .source = "Y. Chu, S. Rao, S. Seshan, H. Zhang, \"A case for end system multicast\", SIGMETRICS 2000" },
    .names = names, .report = report,
};
