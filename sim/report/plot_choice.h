/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which figures to draw. */
#pragma once
#include "report/plot_figure.h"

typedef struct {
    char *name;                 /* of its files: letters, digits, - and _ */
    PlotMaker *make;
    char *y, *x, *of;           /* what `ask` points to */
    char *format;               /* as [plot] gives it, or NULL */
    PlotAsk ask;
} PlotRequested;

/* An empty array of PlotRequested *, and one more in it; `name` is made fit for files. */
GPtrArray *plot_choice_new(void);
PlotRequested *plot_choice_add(GPtrArray *requests, const char *name, PlotMaker *make, const char *y, const char *x);

/* Every [plot] of the scenario, in its order.  NULL and *error (SIM_ERROR_UNKNOWN)
 * where one asks for what the results do not have.  */
GPtrArray *plot_choice_asked(const PlotData *data, GError **error);

/* What shows best what the experiment varied; the same shape. */
GPtrArray *plot_choice_default(const PlotData *data, GError **error);
