/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the communication models put on the wire, handshakes and acknowledgements included. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "packets", "packets", "sent by the communication models, on each hop where they go along the overlay" },
    { "packet_bytes", "B", "their bytes" },
    { "packets_lost", "packets", "of them that did not arrive" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    if (!seen->packets) return;
    report_value(out, "packets", (double)seen->packets->sent);
    report_value(out, "packet_bytes", (double)seen->packets->bytes);
    report_value(out, "packets_lost", (double)seen->packets->dropped);
}

const Metric metric_packets = {
    .variant = { .name = "packets", .summary = "what the communication models put on the wire", .source = "counted at each send" },
    .names = names, .report = report,
};
