/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of a sweep as axes: texts such as "250 ms" become numbers of one unit. */
#pragma once
#include "report/plot_data.h"

/* Fills data->axes, and labels and places of data->points, from their JSON
 * texts.  False and *error (SIM_ERROR_RESULT) where one is no JSON object. */
bool plot_axes_read(PlotData *data, GError **error);

/* The axis of that key and its place; or NULL. */
const PlotAxis *plot_axis_find(const PlotData *data, const char *key, guint *place);

/* The key for people: "failure.storm.fraction" is "storm fraction"; free it. */
char *plot_axis_words(const char *key);

/* The value number `i` without its unit, which the label has; free it. */
char *plot_axis_value(const PlotAxis *axis, guint i);

void plot_axis_free(gpointer axis);
