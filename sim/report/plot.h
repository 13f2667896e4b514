/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of an experiment: every [plot] of its scenario, or a default set
 * chosen from what it varied.
 *
 * [plot NAME] x =        draws y
 *   KEY                  against that key of the sweep (plots/sweep.gp)
 *   KEY, KEY             over two keys of the sweep (plots/heat.gp)
 *   time                 over the time of a run; y is a series (plots/time.gp)
 *   METRIC               against that metric (plots/pareto.gp)
 *   variant              of each variant (plots/bars.gp)
 *   difference           as differences to the first variant (plots/forest.gp)
 *   cdf(H), ccdf(H), histogram(H)   the histogram H: latency, hops, degree, load (plots/cdf.gp)
 *   box(H)               its quartiles and tails (plots/box.gp)
 *   overlay              the nodes and links of replication 0 (plots/overlay.gp); y = latency
 *                        or degree colours the nodes
 *   sequence             what the nodes of replication 0 send each other by a communication model,
 *                        as a message-sequence chart (plots/sequence.gp); `of` = a variant, `from`
 *                        and `until` = a part of the run
 * Without x it is the first key of the sweep, or variant; y is delivery_ratio.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
    const char *results;        /* a directory of results, or its results.db */
    const char *directory;      /* for the figures; NULL: plots/ beside the database */
    const char *format;         /* svg, pdf, png or tex (or several, with commas); NULL: as [plot] says, else svg */
    bool animate;               /* draw the film of a publication alone: gif (default), svg or png */
    unsigned columns;           /* width: 1 or 2 columns of a paper; 0: what suits */
} PlotOrder;

/* Draws; adds the path of each image to `drawn` (of char *).  False and *error:
 * SIM_ERROR_RESULT or _FILE for results that cannot be used, _UNKNOWN for a
 * [plot] that asks for what is not there, _MACHINE where gnuplot is missing. */
bool plot_results(const PlotOrder *order, GPtrArray *drawn, GError **error);
