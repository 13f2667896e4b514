/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long until a publication has reached a share of those it should. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "reach_50_ms", "ms", "time to reach 50 % of the expected members, mean over publications that did" },
    { "reach_90_ms", "ms", "the same for 90 %" },
    { "reach_99_ms", "ms", "the same for 99 %" },
    { "reach_50_share", "1", "share of publications that reached 50 % of their expected members" },
    { "reach_90_share", "1", "the same for 90 %" },
    { "reach_99_share", "1", "the same for 99 %" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    for (int r = 0; r < REACHES; r++) {
        if (seen->reached[r]) report_value(out, names[r].name, seen->reach_time[r] / (double)seen->reached[r] / 1e6);
        report_ratio(out, names[REACHES + r].name, (double)seen->reached[r], (double)seen->judged);
    }
}

const Metric metric_reach = {
    .variant = { .name = "reach", .summary = "time until a publication has reached 50, 90, 99 % of its members",
                 .source = "C. Decker, R. Wattenhofer, P2P 2013 (propagation time)" },
    .names = names, .report = report,
};
