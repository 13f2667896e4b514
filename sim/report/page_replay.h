/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the replay of a page shows, as JSON that is safe inside <script>.
 *
 * { "end": s, "runs": [ { "name", "note", "nodes": N, "ids": [...], "x": [0..1000], "y",
 *   "links": [a, b, a, b, ...], "events": [[s, kind, node, other or -1], ...],
 *   "publications": [{ "workload", "number", "at": s, "source": node or -1,
 *                      "nodes": [...], "times": [s, ...] }, ...] } ] }
 *
 * Nodes are places in the arrays; `ids` has their numbers in the run.
 */
#pragma once
#include "report/plot_data.h"

/* Replication 0 of up to four variants (or points); what is too much is left out,
 * and `note` says so.  "" where no run recorded its overlay.  *shown: what all have
 * in common, such as "fanout = 4"; free both.  NULL and *error where reading fails. */
char *page_replay(const PlotData *data, char **shown, GError **error);
