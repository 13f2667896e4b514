/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Topologies into files: names, places, measured links and latencies with them.
 *
 *     .graphml    GraphML; attributes label, x and y (Longitude and Latitude)
 *     .gml        GML; the same
 *     .dot        Graphviz; label and pos
 *     .edges      lines of "a b", or "a b weight" of the first column of numbers without a gap
 *
 * Nodes without links are lost in .edges.  Latencies are the attribute `latency`, a text with its unit ("12.5 ms"; in
 * .edges a number of ms).  Where the two directions of some link differ, the
 * graph is written as directed, with both.  topology_load() reads back what was
 * written, but for DOT.  Texts are escaped, control characters replaced.
 */
#pragma once
#include <stdbool.h>

#include "graph/topology.h"

/* Writes to `path`, all or nothing; its ending says the format.  False and
 * *error (SIM_ERROR): UNKNOWN for another ending, TOPOLOGY for a complete overlay
 * of more than 20,000 nodes, FILE where it cannot be opened, MACHINE where the
 * disk is full or broken. */
bool topology_write(const Topology *topology, const char *path, GError **error);
