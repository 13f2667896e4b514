/* SPDX-License-Identifier: GPL-3.0-or-later */
/* At what cost: messages, bytes and duplicates. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "messages", "messages", "all sent: payload and control" },
    { "payload_messages", "messages", "messages sent that carry a publication" },
    { "control_messages", "messages", "messages sent that carry none" },
    { "bytes", "B", "bytes of all messages sent" },
    { "payload_bytes", "B", "bytes of payload messages sent" },
    { "control_bytes", "B", "bytes of control messages sent" },
    { "messages_per_node_s", "messages/s", "messages sent by a node in a second" },
    { "control_per_node_s", "messages/s", "control messages sent by a node in a second" },
    { "control_bytes_per_node_s", "B/s", "their bytes" },
    { "redundancy", "1", "payload messages sent / first deliveries - 1: relative message redundancy" },
    { "duplicates", "messages", "payload messages received that were no first delivery" },
    { "useful_ratio", "1", "bytes of first deliveries / bytes of all messages sent: the useful share of bandwidth" },
    { "events", "events", "messages and packets that reached a node, timers fired and publications made" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    const Counters *c = &seen->counters;
    double sent = (double)(c->sent[0] + c->sent[1]), seconds = (double)(seen->end - seen->start) / 1e9;
    report_value(out, "messages", sent);
    report_value(out, "payload_messages", (double)c->sent[1]);
    report_value(out, "control_messages", (double)c->sent[0]);
    report_value(out, "bytes", (double)(c->bytes[0] + c->bytes[1]));
    report_value(out, "payload_bytes", (double)c->bytes[1]);
    report_value(out, "control_bytes", (double)c->bytes[0]);
    if (seconds > 0 && seen->nodes) {
        report_value(out, "messages_per_node_s", sent / seen->nodes / seconds);
        report_value(out, "control_per_node_s", (double)c->sent[0] / seen->nodes / seconds);
        report_value(out, "control_bytes_per_node_s", (double)c->bytes[0] / seen->nodes / seconds);
    }
    report_ratio(out, "redundancy", (double)c->sent[1] - (double)seen->delivered, (double)seen->delivered);
    report_value(out, "duplicates", (double)c->arrived[1] - (double)seen->delivered);
    report_ratio(out, "useful_ratio", (double)seen->useful, (double)(c->bytes[0] + c->bytes[1]));
    uint64_t packets = seen->packets ? seen->packets->arrived : 0;
    report_value(out, "events", (double)(c->reached + c->timers + c->publications + packets));
}

const Metric metric_messages = {
    .variant = { .name = "messages", .summary = "at what cost: messages, bytes, redundancy",
                 .source = "J. Leitao et al., SRDS 2007 (relative message redundancy)" },
    .names = names, .report = report,
};
