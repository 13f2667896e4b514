/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the run took its failures. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "recovery_ms", "ms", "from a section's first failure until new publications reach 99 % of their members again, and "
      "stay so; mean over those that did" },
    { "recovered_share", "1", "share of the failure sections after which they did" },
    { "outage_ms", "ms", "from the first publication below 99 % after a failure until then, or until the end; mean over failure sections" },
    { "connected_mean", "1", "share of the nodes up in the largest connected part of the overlay, mean over the samples of the series" },
    { "connected_least", "1", "the same, least of all samples" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    if (seen->recovered) report_value(out, "recovery_ms", seen->recovery_time / (double)seen->recovered / 1e6);
    report_ratio(out, "recovered_share", (double)seen->recovered, (double)seen->failures);
    if (seen->failures) report_value(out, "outage_ms", seen->outage_time / (double)seen->failures / 1e6);
    if (!seen->connected_samples) return;
    report_value(out, "connected_mean", seen->connected_sum / (double)seen->connected_samples);
    report_value(out, "connected_least", seen->connected_least);
}

const Metric metric_recovery = {
    .variant = { .name = "recovery", .summary = "how the run took its failures: recovery, outage, what still hung together",
                 .source = "time to recovery as in J. Leitao et al., SRDS 2007 (healing time)" },
    .names = names, .report = report,
};
