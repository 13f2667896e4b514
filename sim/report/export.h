/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results for other programs: CSV and JSON (SCENARIO.md, Results).
 *
 * Doubles stand as the shortest text that reads back equal, without locale;
 * what is not known is an empty field or null.
 */
#pragma once
#include "report/expectation.h"
#include "report/samples.h"

/* One line for each variant, point and metric, quoted as RFC 4180 says; free it. */
char *export_csv(const Samples *samples);

/* The whole summary; differences are against the variant of that place.
 * `verdicts`: of expectation_judge(), or NULL.  Free it. */
char *export_json(const Samples *samples, guint against, const GArray *verdicts);

/* One line for each run: variant, a column for each swept key, replication, a column for
 * each metric but those of the machine's speed; free it. */
char *export_runs(const Samples *samples);

/* One line for each variant, point, metric and quantile (0.1, 0.5, 0.9 of the runs, by
 * nearest rank), with the order statistics that enclose it with at least 95 % whatever
 * the distribution, empty where there are too few runs; free it. */
char *export_quantiles(const Samples *samples);

/* Writes summary.csv, summary.json, runs.csv and quantiles.csv into the directory.  False and *error
 * (SIM_ERROR_MACHINE) where one of them cannot be written. */
bool export_write(const Samples *samples, const char *directory, const GArray *verdicts, GError **error);
