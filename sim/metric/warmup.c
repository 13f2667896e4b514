/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `warmup = auto` has cut. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "warmup_s", "s", "warm-up that `warmup = auto` found: no metric counts what happens before it" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    if (seen->warmup_found) report_value(out, "warmup_s", (double)seen->start / 1e9);
}

const Metric metric_warmup = {
    .variant = { .name = "warmup", .summary = "how much of a run `warmup = auto` leaves out",
                 .source = "MSER-5: White, Cobb, Spratt, WSC 2000; the later of the cuts by latency and by delivery ratio" },
    .names = names, .report = report,
};
