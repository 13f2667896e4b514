/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who bears the cost: messages sent by each node. */
#include <stdlib.h>

#include "metric/metric.h"

static const MetricName names[] = {
    { "load_mean", "messages", "messages sent by a node, mean" },
    { "load_max", "messages", "most messages sent by one node" },
    { "load_gini", "1", "inequality of the messages sent over the nodes: 0 all equal, 1 one node sends all" },
    { "load_jain", "1", "fairness of the messages sent over the nodes: 1 all equal, 1/n one node sends all" },
    { NULL, NULL, NULL },
};

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* G = sum_i (2i - n - 1) x_i / (n sum x), x ascending, i from 1. */
static double gini(const uint32_t *load, uint32_t nodes, double total)
{
    g_autofree uint32_t *sorted = g_memdup2(load, nodes * sizeof *load);
    qsort(sorted, nodes, sizeof *sorted, ascending);
    double sum = 0;
    for (uint32_t i = 0; i < nodes; i++) sum += (2.0 * i + 1 - nodes) * sorted[i];
    return sum / (nodes * total);
}

static void report(const Observation *seen, Report *out)
{
    double total = 0, squares = 0;
    uint32_t most = 0;
    for (uint32_t v = 0; v < seen->nodes; v++) {
        total += seen->load[v];
        squares += (double)seen->load[v] * seen->load[v];
        most = MAX(most, seen->load[v]);
    }
    if (!seen->nodes) return;
    report_value(out, "load_mean", total / seen->nodes);
    report_value(out, "load_max", most);
    if (total == 0) return;
    report_value(out, "load_gini", gini(seen->load, seen->nodes, total));
    report_value(out, "load_jain", total * total / (seen->nodes * squares));
}

const Metric metric_load = {
    .variant = { .name = "load", .summary = "who bears the cost: messages sent by each node",
                 .source = "C. Gini, 1912; R. Jain, D. Chiu, W. Hawe, DEC TR-301, 1984" },
    .names = names, .report = report,
};
