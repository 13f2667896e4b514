/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "report/plot_figure.h"

static void clear_slice(gpointer slice)
{
    g_free(((PlotSlice *)slice)->name);
}

GArray *plot_slices(const PlotData *data, guint most, char **where)
{
    GArray *slices = g_array_new(FALSE, FALSE, sizeof(PlotSlice));
    g_array_set_clear_func(slices, clear_slice);
    guint points = data->points->len, variants = data->variants->len;
    bool by_point = variants == 1 && points > 1;
    guint count = MIN(by_point ? points : variants, most);
    for (guint i = 0; i < count; i++) {
        guint at = by_point ? (count > 1 ? i * (points - 1) / (count - 1) : 0) : points - 1;
        PlotSlice slice = { by_point ? 0 : i, at, NULL };
        if (by_point) slice.name = g_strdup(plot_data_point(data, at)->label);
        else slice.name = g_strdup(variants > 1 || strcmp(plot_data_variant(data, 0), "default") != 0 ?
                                   plot_data_variant(data, i) : "");
        g_array_append_val(slices, slice);
    }
    *where = g_strdup(by_point ? "" : plot_data_point(data, points - 1)->label);
    return slices;
}

void plot_slice_bind(sqlite3_stmt *rows, const PlotData *data, const PlotSlice *slice, const char *name)
{
    sqlite3_bind_text(rows, 1, plot_data_variant(data, slice->variant), -1, SQLITE_STATIC);
    sqlite3_bind_text(rows, 2, plot_data_point(data, slice->point)->json, -1, SQLITE_STATIC);
    sqlite3_bind_text(rows, 3, name, -1, SQLITE_STATIC);
}

void plot_title(PlotSheet *sheet, const PlotData *data, const PlotAsk *ask, const char *where)
{
    g_autofree char *title = *data->title && *where ? g_strconcat(data->title, "\n", where, NULL)
                                                    : g_strdup(*where ? where : data->title);
    plot_sheet_title(sheet, title, ask->columns ? ask->columns : 1);
}

void plot_stretch(double *least, double *most, double value)
{
    if (isnan(value)) return;
    if (isnan(*least) || value < *least) *least = value;
    if (isnan(*most) || value > *most) *most = value;
}
