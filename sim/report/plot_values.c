/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "report/plot_data.h"

typedef struct { guint cell, replication; double value; } Row;

static int by_cell(gconstpointer a, gconstpointer b)
{
    const Row *x = a, *y = b;
    if (x->cell != y->cell) return x->cell < y->cell ? -1 : 1;
    return (x->replication > y->replication) - (x->replication < y->replication);
}

static bool read_rows(const PlotData *data, const char *metric, GArray *into, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data,
        "SELECT r.variant, r.point, r.replication, m.value FROM metric m JOIN run r ON r.id = m.run "
        "WHERE m.name = ? AND m.value IS NOT NULL", error);
    if (!rows) return false;
    sqlite3_bind_text(rows, 1, metric, -1, SQLITE_STATIC);
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        guint variant = plot_data_find_variant(data, (const char *)sqlite3_column_text(rows, 0));
        guint point = plot_data_find_point(data, (const char *)sqlite3_column_text(rows, 1));
        Row row = { variant * data->points->len + point, (guint)sqlite3_column_int64(rows, 2),
                    sqlite3_column_double(rows, 3) };
        if (isfinite(row.value) && variant != G_MAXUINT && point != G_MAXUINT) g_array_append_val(into, row);
    }
    if (broken) return g_propagate_error(error, broken), false;
    g_array_sort(into, by_cell);
    return true;
}

PlotValues *plot_data_values(const PlotData *data, const char *metric, GError **error)
{
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(Row));
    if (!read_rows(data, metric, rows, error)) return NULL;
    PlotValues *values = g_new0(PlotValues, 1);
    values->variants = data->variants->len;
    values->points = data->points->len;
    values->cells = g_new0(PlotCell, values->variants * values->points);
    const Row *all = (const Row *)(void *)rows->data;
    for (guint i = 0, end; i < rows->len; i = end) {
        for (end = i; end < rows->len && all[end].cell == all[i].cell;) end++;
        PlotCell *cell = &values->cells[all[i].cell];
        cell->count = end - i;
        cell->replications = g_new(guint, cell->count);
        cell->values = g_new(double, cell->count);
        for (guint k = 0; k < cell->count; k++) {
            cell->replications[k] = all[i + k].replication;
            cell->values[k] = all[i + k].value;
        }
        values->filled++;
        values->most = MAX(values->most, cell->count);
    }
    return values;
}

void plot_values_free(PlotValues *values)
{
    for (guint i = 0; i < values->variants * values->points; i++) {
        g_free(values->cells[i].replications);
        g_free(values->cells[i].values);
    }
    g_free(values->cells);
    g_free(values);
}

Estimate plot_cell_mean(const PlotCell *cell)
{
    return statistics_mean(cell->values, cell->count, 0.95);
}

Estimate plot_cell_difference(const PlotCell *a, const PlotCell *b)
{
    g_autofree double *left = g_new(double, a->count + 1), *right = g_new(double, a->count + 1);
    guint pairs = 0;
    for (guint i = 0, k = 0; i < a->count; i++) {
        while (k < b->count && b->replications[k] < a->replications[i]) k++;
        if (k == b->count || b->replications[k] != a->replications[i]) continue;
        left[pairs] = a->values[i];
        right[pairs++] = b->values[k];
    }
    return statistics_paired(left, right, pairs, 0.95).difference;
}
