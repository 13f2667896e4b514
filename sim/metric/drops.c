/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the messages that did not arrive. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "dropped_loss", "messages", "lost by the network" },
    { "dropped_node_down", "messages", "arrived at a node that was down" },
    { "dropped_link_cut", "messages", "sent over a link that was cut" },
    { "dropped_no_route", "messages", "sent where no route leads" },
    { "dropped_partition", "messages", "sent between nodes that a partition keeps apart" },
    { "dropped_withheld", "messages", "handed over at a node that misbehaves and kept them to itself" },
    { "dropped_queue_full", "messages", "that found the queue of an access link full" },
    { "dropped_carrier", "messages", "lost by the communication model that carries them; in runs that have one" },
    { "arrived", "messages", "messages handed to a node that was up, since time 0" },
    { "in_flight", "messages", "messages still on their way at the end" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    for (int r = 0; r < DROP_REASONS; r++)
        if (r != DROP_CARRIER || seen->packets) report_value(out, names[r].name, (double)seen->counters.dropped[r]);
    report_value(out, "arrived", (double)seen->ledger.arrived);
    report_value(out, "in_flight", (double)seen->ledger.in_flight);
    g_assert(seen->ledger.sent == seen->ledger.arrived + seen->ledger.dropped + seen->ledger.in_flight);
}

const Metric metric_drops = {
    .variant = { .name = "drops", .summary = "what became of the messages that did not arrive",
                 .source = "conservation: sent = arrived + dropped + in flight" },
    .names = names, .report = report,
};
