/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who found out that a node had failed, and when. */
#include "metric/metric.h"

static const MetricName names[] = {
    { "detection_ms", "ms", "from a crash until a neighbor takes the node to be down; mean over those neighbors and crashes" },
    { "detection_min_ms", "ms", "the shortest of these" },
    { "detection_max_ms", "ms", "the longest of these" },
    { "detection_first_ms", "ms", "from a crash until the first neighbor finds out; mean over the crashes that one found" },
    { "detected_share", "1", "share of the crashes that some neighbor found before the node came back or the run ended" },
    { "detections", "detections", "how often a neighbor found a crash" },
    { "false_suspicions", "suspicions", "how often a node that was up was taken to be down" },
    { "repairs", "repairs", "how often a protocol found another node in the place of one that had failed, before that came back" },
    { "repair_ms", "ms", "from the crash until then, mean" },
    { "repair_max_ms", "ms", "the longest of these" },
    { "detector_messages", "messages", "control messages of the failure detector" },
    { "detector_messages_per_node_s", "messages/s", "the same for each node and second" },
    { "detector_bytes_per_node_s", "B/s", "their bytes" },
    { NULL, NULL, NULL },
};

static void report(const Observation *seen, Report *out)
{
    const Detections *d = &seen->detections;
    double seconds = (double)(seen->end - seen->start) / 1e9;
    if (d->by == DETECTED_BY_NOBODY) return;
    if (d->found) {
        report_value(out, "detection_ms", (double)d->time / (double)d->found / 1e6);
        report_value(out, "detection_min_ms", (double)d->shortest / 1e6);
        report_value(out, "detection_max_ms", (double)d->longest / 1e6);
        report_value(out, "detection_first_ms", (double)d->first_time / (double)d->noticed / 1e6);
    }
    report_ratio(out, "detected_share", (double)d->noticed, (double)d->crashes);
    report_value(out, "detections", (double)d->found);
    report_value(out, "false_suspicions", (double)d->wrong);
    if (d->by == DETECTED_BY_PROTOCOL) report_value(out, "repairs", (double)d->repaired);
    if (d->repaired) {
        report_value(out, "repair_ms", (double)d->repair_time / (double)d->repaired / 1e6);
        report_value(out, "repair_max_ms", (double)d->repair_longest / 1e6);
    }
    if (d->by != DETECTED_BY_DETECTOR) return;
    report_value(out, "detector_messages", (double)d->messages);
    if (seconds <= 0 || !seen->nodes) return;
    report_value(out, "detector_messages_per_node_s", (double)d->messages / seen->nodes / seconds);
    report_value(out, "detector_bytes_per_node_s", (double)d->bytes / seen->nodes / seconds);
}

const Metric metric_detection = {
    .variant = { .name = "detection", .summary = "who found out that a node had failed, and when: detection time, false suspicions",
                 .source = "W. Chen, S. Toueg, M. K. Aguilera, IEEE Trans. Computers 51(5), 2002 (detection time, mistakes)" },
    .names = names, .report = report,
};
