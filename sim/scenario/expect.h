/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [expect NAME] and [plot NAME]: what is asked of the results. */
#pragma once
#include "scenario/point.h"
#include "scenario/sections.h"
#include "scenario/text.h"

/* The expectation of a section, checked against the variants and axes of `plan`;
 * owned by the caller, free it with expect_free. */
Expect *expect_read(const Section *section, const Plan *plan, Faults *faults);
void expect_free(Expect *expect);

/* The same of a plot. */
PlotRequest *plot_read(const Section *section, const Plan *plan, Faults *faults);
void plot_free(PlotRequest *plot);

/* What the store adds to each run's metrics; ended by a NULL name. */
extern const MetricName run_metrics[];
extern const MetricName book_columns[];    /* of every model that keeps books: <model>_<column>; NULL-terminated */

/* The metric of that name, or NULL: those of the menu and of run_metrics; any
 * name that begins with failure_, for sections name what they report. */
const MetricName *metric_find(const char *name);

/* The total of that name that a communication model reports, books left out; NULL: it is none. */
const MetricName *metric_of_model(const char *name);

/* What is wrong with a name that metric_find() does not know; free it. */
char *metric_unknown(const char *name);

/* The keys of a section as params_fill() reads them. */
Keys *section_keys(const Section *section, Faults *faults);
