/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One name that a metric, or a communication model, reports. */
#pragma once

typedef struct {
    const char *name;
    const char *unit;                   /* "ms", "1" for ratios, "messages", … */
    const char *help;                   /* one line: the meaning */
} MetricName;
