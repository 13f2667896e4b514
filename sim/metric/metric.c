/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metric/metric.h"

const char *const drop_names[DROP_REASONS] = {
    [DROP_LOSS] = "loss", [DROP_NODE_DOWN] = "node_down", [DROP_LINK_CUT] = "link_cut", [DROP_NO_ROUTE] = "no_route",
    [DROP_PARTITION] = "partition", [DROP_WITHHELD] = "withheld", [DROP_QUEUE_FULL] = "queue_full",
    [DROP_CARRIER] = "carrier",
};
