/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who got it: delivery ratios by three rules of eligibility. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "delivery_ratio", "1", "deliveries / expected: members up from the publication until its deadline or the end, or reached" },
    { "delivery_ratio_at_send", "1", "the same over members up at publication, whatever happens to them later" },
    { "delivery_ratio_all", "1", "the same over all members, up or not" },
    { "atomic_ratio", "1", "share of publications that reached every expected member" },
    { "deliveries", "deliveries", "first deliveries at members, the source's own copy left out" },
    { "publications", "publications", "publications made" },
    { "publications_skipped", "publications", "publications due while their source was down" },
    { "publications_unmade", "publications", "publications due after the end of the run" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    report_ratio(out, "delivery_ratio", (double)seen->delivered, (double)seen->expected);
    report_ratio(out, "delivery_ratio_at_send", (double)seen->delivered_at_send, (double)seen->expected_at_send);
    report_ratio(out, "delivery_ratio_all", (double)seen->delivered, (double)seen->expected_all);
    report_ratio(out, "atomic_ratio", (double)seen->complete, (double)seen->judged);
    report_value(out, "deliveries", (double)seen->delivered);
    report_value(out, "publications", (double)seen->publications);
    report_value(out, "publications_skipped", (double)seen->skipped);
    report_value(out, "publications_unmade", (double)seen->unmade);
}

const Metric metric_delivery = {
    .variant = { .name = "delivery", .summary = "who got it: delivery ratios, atomic ratio",
                 .source = "J. Leitao et al., DSN 2007 (reliability)" },
    .names = names, .report = report,
};
