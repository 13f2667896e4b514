/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a results database holds, as a figure asks for it: variants, settings of
 * the sweep, and the numbers of each.
 *
 * The database is only read.  Variants, points and keys stand in the order in
 * which the plan has them (that of run.id).
 */
#pragma once
#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "experiment/statistics.h"

/* A key of the sweep. */
typedef struct {
    char *key;                  /* "failure.storm.fraction" */
    char *label;                /* "storm fraction (%)", with the unit of `values` */
    bool numeric;               /* every value is a number or a quantity */
    bool logarithmic;           /* its values grow by factors */
    char **raw;                 /* its distinct values as in the database, ascending where numeric; NULL-terminated */
    char **texts;               /* the same for people */
    double *values;             /* the same as numbers in the unit of the label; 1, 2, … where not numeric */
    guint count;
} PlotAxis;

/* One setting of the sweep. */
typedef struct {
    char *json;                 /* as in run.point */
    char *label;                /* "storm fraction = 20 %"; "" where nothing is swept */
    guint *places;              /* for each axis, the place of its value in `texts`; PLOT_NO_PLACE if absent */
} PlotPoint;

#define PLOT_NO_PLACE G_MAXUINT

typedef struct {
    sqlite3 *db;
    char *scenario;             /* text of the file */
    char *title;                /* of the scenario, or "" */
    GPtrArray *variants;        /* of char * */
    GPtrArray *axes;            /* of PlotAxis * */
    GPtrArray *points;          /* of PlotPoint *; at least one */
} PlotData;

/* Opens the database of a directory of results, or the file itself.  NULL and
 * *error (SIM_ERROR: FILE or RESULT) where there is none, or no finished run. */
PlotData *plot_data_open(const char *results, GError **error);
void plot_data_close(PlotData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlotData, plot_data_close)

static inline const char *plot_data_variant(const PlotData *data, guint i) { return data->variants->pdata[i]; }
static inline const PlotPoint *plot_data_point(const PlotData *data, guint i) { return data->points->pdata[i]; }

/* The values of one metric in one variant at one point, ascending by replication. */
typedef struct {
    guint count;
    guint *replications;
    double *values;
} PlotCell;

typedef struct {
    guint variants, points;
    PlotCell *cells;            /* [variant * points + point] */
    guint filled;               /* cells that hold a value */
    guint most;                 /* values of the fullest cell */
} PlotValues;

/* NULL and *error where the database cannot be read. */
PlotValues *plot_data_values(const PlotData *data, const char *metric, GError **error);
void plot_values_free(PlotValues *values);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlotValues, plot_values_free)

static inline const PlotCell *plot_values_cell(const PlotValues *values, guint variant, guint point)
{
    return &values->cells[variant * values->points + point];
}

/* The mean and its 95 % interval. */
Estimate plot_cell_mean(const PlotCell *cell);

/* The same of a - b over the replications that both have. */
Estimate plot_cell_difference(const PlotCell *a, const PlotCell *b);

/* The distinct names in `table` (metric, histogram or series), ascending; NULL
 * and *error where it cannot be read.  Free with g_strfreev. */
char **plot_data_names(const PlotData *data, const char *table, GError **error);

/* Prepares a statement; NULL and *error (SIM_ERROR_RESULT) where the database has
 * not what it asks for. */
sqlite3_stmt *plot_data_prepare(const PlotData *data, const char *sql, GError **error);

/* Steps it: true with a row; false after the last, or with *error where reading fails. */
bool plot_data_step(sqlite3_stmt *statement, GError **error);

/* The run of a variant and point with the least replication; -1 where there is
 * none, or with *error. */
gint64 plot_data_first_run(const PlotData *data, guint variant, guint point, GError **error);

/* The place of a variant, or G_MAXUINT. */
guint plot_data_find_variant(const PlotData *data, const char *name);

/* The place of a point by its JSON text, or G_MAXUINT. */
guint plot_data_find_point(const PlotData *data, const char *json);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3_stmt, sqlite3_finalize)
