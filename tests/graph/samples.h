/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of topologies/: one network in every format. */
#pragma once
#include "graph/load.h"

static const struct { const char *path; TopologyFormat format; const char *column, *unit; } samples[] = {
    { "topologies/baltic.graphml", FORMAT_GRAPHML, "delay", "ms" },
    { "topologies/baltic.gml", FORMAT_GML, "latency", NULL },
    { "topologies/baltic.edgelist", FORMAT_EDGELIST, "weight", "ms" },
    { "topologies/baltic.net", FORMAT_PAJEK, "weight", "ms" },
    { "topologies/baltic.brite", FORMAT_BRITE, "length", "km" },
    { "topologies/baltic.inet", FORMAT_INET, "distance", "ms" },
    { "topologies/baltic.orbis", FORMAT_ORBIS, NULL, NULL },
    { "topologies/baltic.rocketfuel", FORMAT_ROCKETFUEL, "weight", "ms" },
    { "topologies/baltic.alt", FORMAT_GT_ITM, "length", "ms" },
    { "topologies/baltic.graph", FORMAT_REPETITA, "delay", "ms" },
    { "topologies/baltic-channels.csv", FORMAT_LIGHTNING, NULL, NULL },
};
