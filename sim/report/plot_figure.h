/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of figures: each turns a request into the sheet that one script of plots/ draws. */
#pragma once
#include "core/units.h"
#include "report/plot_data.h"
#include "report/plot_sheet.h"

/* What is asked for; texts as in [plot]. */
typedef struct {
    const char *y;              /* a metric, or a series over time */
    const char *x;              /* a sweep key (or two), a metric, or a histogram */
    unsigned columns;           /* of the page: 1 or 2; 0: what suits */
    SimTime from, until;        /* of a sequence: what is shown; until -1: all that there is room for */
    const char *of;             /* of a sequence: the variant; NULL or "": the first */
    enum { PLOT_CDF, PLOT_CCDF, PLOT_HISTOGRAM, PLOT_BOX } law;       /* of a distribution */
} PlotAsk;

/* NULL and *error (SIM_ERROR_RESULT) where the results do not have what it takes. */
typedef PlotSheet *PlotMaker(const PlotData *data, const PlotAsk *ask, GError **error);

PlotMaker plot_sweep;           /* y against one swept key */
PlotMaker plot_heat;            /* y over two swept keys, "KEY1, KEY2" */
PlotMaker plot_bars;            /* y of each variant */
PlotMaker plot_forest;          /* differences of y to the first variant */
PlotMaker plot_pareto;          /* y against the metric x */
PlotMaker plot_distribution;    /* CDF, tail or shares of the histogram x */
PlotMaker plot_box;             /* quartiles and tails of the histogram x, a box a variant */
PlotMaker plot_time;            /* the series y over time */
PlotMaker plot_overlay;         /* nodes and links of replication 0, with what failed; y: latency, degree or neither */

PlotMaker plot_sequence;        /* what nodes send each other in replication 0, as a message-sequence chart */

PlotMaker plot_spread;          /* the last publication of replication 0 as it spreads, for a film */

/* One curve (or panel) of a figure that shows runs at single settings. */
typedef struct {
    guint variant, point;
    char *name;                 /* "" where there is nothing to tell apart */
} PlotSlice;

/* The variants, each at the last point; or, of a single variant, up to `most`
 * of its points.  *where: what all have in common, such as "fanout = 4", or "";
 * free both.  An array of PlotSlice. */
GArray *plot_slices(const PlotData *data, guint most, char **where);

/* Binds ?1, ?2 and ?3 to variant, point and `name`. */
void plot_slice_bind(sqlite3_stmt *rows, const PlotData *data, const PlotSlice *slice, const char *name);

/* The scenario's title with what a figure shows of it, into the sheet. */
void plot_title(PlotSheet *sheet, const PlotData *data, const PlotAsk *ask, const char *where);

/* Notes a number in the ends *least and *most, unless it is NaN. */
void plot_stretch(double *least, double *most, double value);
