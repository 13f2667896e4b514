/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of metrics, histograms and series as words with units, and axes that suit them. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#include "report/plot_sheet.h"

/* "latency_p99_ms" is "latency p99 (ms)"; free it. */
char *plot_label(const char *name);

/* The same without the unit. */
char *plot_label_words(const char *name);

/* Whether the numbers of that name lie in 0..1. */
bool plot_label_is_share(const char *name);

/* Sets label and ends of an axis ('x' or 'y') for numbers of `name` that lie in
 * least..most: shares show 0..1, or where all are high the top alone, which the
 * label then says; other numbers take in 0, or are logarithmic over three decades. */
void plot_label_axis(PlotSheet *sheet, char axis, const char *name, double least, double most);

/* The ends of a linear axis and steps that leave room for the numbers at them. */
void plot_label_ends(PlotSheet *sheet, char axis, double low, double high);

/* The same with fewer steps, for an axis beside names. */
void plot_label_ends_coarse(PlotSheet *sheet, char axis, double low, double high);

/* A mean and its interval's half as short text, such as "0.981 ± 0.004"; free it. */
char *plot_label_estimate(double mean, double half);

/* "mean of 20 runs, bars: 95 % interval", or what is true of one run. */
void plot_label_note(PlotSheet *sheet, guint replications, const char *what);
