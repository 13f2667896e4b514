/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variants side by side: bars, paired differences, cost against benefit. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_axis.h"
#include "report/plot_figure.h"
#include "report/plot_label.h"

enum { MOST_ROWS = 40, MOST_SLICES = 40 };

static PlotValues *values_of(const PlotData *data, const char *metric, GError **error)
{
    g_autoptr(PlotValues) values = plot_data_values(data, metric, error);
    if (!values) return NULL;
    if (values->filled) return g_steal_pointer(&values);
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "no run has a value of the metric '%s'", metric);
    return NULL;
}

static void stretch_estimate(double *least, double *most, const Estimate *mean)
{
    plot_stretch(least, most, mean->value);
    plot_stretch(least, most, mean->low);
    plot_stretch(least, most, mean->high);
}

/* One named row of a figure, from the top; its number stands at the right. */
static void add_row(PlotSheet *sheet, const char *name, guint above, guint rows, const Estimate *mean)
{
    double y = rows - above;
    g_autofree char *value = plot_label_estimate(mean->value, estimate_half_width(mean));
    plot_sheet_row(sheet, "snnnnns", name, y, mean->value, mean->low, mean->high, (double)mean->count, value);
    plot_sheet_mark(sheet, "ytick", name, y);
    plot_sheet_mark(sheet, "mark", value, y);
}

PlotSheet *plot_bars(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autoptr(PlotValues) values = values_of(data, ask->y, error);
    if (!values) return NULL;
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_SLICES, &where);
    g_autoptr(PlotSheet) sheet = plot_sheet_new("bars.gp", "row\ty\tmean\tlow\thigh\tn\tvalue");
    plot_sheet_block(sheet);
    double least = 0, most = 0;
    glong longest = 0;
    for (guint i = 0; i < slices->len; i++) {
        const PlotSlice *slice = &g_array_index(slices, PlotSlice, i);
        Estimate mean = plot_cell_mean(plot_values_cell(values, slice->variant, slice->point));
        if (!mean.count) continue;
        add_row(sheet, slice->name, i, slices->len, &mean);
        longest = MAX(longest, g_utf8_strlen(slice->name, -1));
        stretch_estimate(&least, &most, &mean);
    }
    plot_sheet_rows(sheet, slices->len, longest, ask->columns);
    plot_label_axis(sheet, 'x', ask->y, least, most);
    plot_label_note(sheet, values->most, "bars");
    plot_title(sheet, data, ask, where);
    return g_steal_pointer(&sheet);
}

/* "mesh", or "mesh, 20 %" where there are several points. */
static char *row_name(const PlotData *data, guint variant, guint point, bool several)
{
    GString *name = g_string_new(plot_data_variant(data, variant));
    for (guint a = 0; a < data->axes->len && several; a++) {
        const PlotAxis *axis = data->axes->pdata[a];
        guint place = plot_data_point(data, point)->places[a];
        if (place != PLOT_NO_PLACE) g_string_append_printf(name, ", %s", axis->texts[place]);
    }
    return g_string_free(name, FALSE);
}

/* The keys whose values row_name() gives, as "by storm fraction, fanout"; free it. */
static char *by_keys(const PlotData *data)
{
    GString *text = g_string_new(NULL);
    for (guint a = 0; a < data->axes->len; a++) {
        g_autofree char *words = plot_axis_words(((PlotAxis *)data->axes->pdata[a])->key);
        g_string_append_printf(text, "%s%s", a ? ", " : "by ", words);
    }
    return g_string_free(text, FALSE);
}

PlotSheet *plot_forest(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autoptr(PlotValues) values = values_of(data, ask->y, error);
    if (!values) return NULL;
    if (data->variants->len < 2) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "differences take two variants; the results have one");
        return NULL;
    }
    g_autoptr(PlotSheet) sheet = plot_sheet_new("forest.gp", "row\ty\tmean\tlow\thigh\tn\tvalue");
    guint points = data->points->len, others = data->variants->len - 1;
    guint first = points * others <= MOST_ROWS ? 0 : points - 1, rows = (points - first) * others, pairs = 0;
    double least = 0, most = 0;
    glong longest = 0;
    plot_sheet_block(sheet);
    for (guint v = 1; v <= others; v++)
        for (guint p = first; p < points; p++) {
            Estimate mean = plot_cell_difference(plot_values_cell(values, v, p), plot_values_cell(values, 0, p));
            if (!mean.count) continue;
            g_autofree char *name = row_name(data, v, p, points - first > 1);
            add_row(sheet, name, (v - 1) * (points - first) + p - first, rows, &mean);
            stretch_estimate(&least, &most, &mean);
            longest = MAX(longest, g_utf8_strlen(name, -1));
            pairs = MAX(pairs, (guint)mean.count);
        }
    plot_sheet_rows(sheet, rows, longest, ask->columns);
    g_autofree char *label = plot_label(ask->y);
    g_autofree char *against = g_strdup_printf("%s: difference to %s", label, plot_data_variant(data, 0));
    plot_sheet_text(sheet, "xlabel", against);
    double room = most > least ? 0.05 * (most - least) : 1;
    plot_label_ends_coarse(sheet, 'x', least - room, most + room);
    plot_label_note(sheet, pairs, "paired; bars");
    g_autofree char *where = points - first > 1 ? by_keys(data) : g_strdup(plot_data_point(data, first)->label);
    plot_title(sheet, data, ask, where);
    return g_steal_pointer(&sheet);
}

typedef struct { double x0, x1, y0, y1; } Box;

static void add_trade_off(PlotSheet *sheet, const PlotData *data, guint variant, const PlotValues *cost,
                          const PlotValues *benefit, Box *box)
{
    const char *name = plot_data_variant(data, variant);
    plot_sheet_block(sheet);
    plot_sheet_text(sheet, "curve", data->variants->len == 1 && strcmp(name, "default") == 0 ? "" : name);
    for (guint p = 0; p < data->points->len; p++) {
        Estimate x = plot_cell_mean(plot_values_cell(cost, variant, p));
        Estimate y = plot_cell_mean(plot_values_cell(benefit, variant, p));
        if (!x.count || !y.count) continue;
        plot_sheet_row(sheet, "snnnnnns", name, x.value, y.value, x.low, x.high, y.low, y.high,
                       plot_data_point(data, p)->label);
        stretch_estimate(&box->x0, &box->x1, &x);
        stretch_estimate(&box->y0, &box->y1, &y);
    }
}

PlotSheet *plot_pareto(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autoptr(PlotValues) cost = values_of(data, ask->x, error);
    g_autoptr(PlotValues) benefit = cost ? values_of(data, ask->y, error) : NULL;
    if (!benefit) return NULL;
    g_autoptr(PlotSheet) sheet = plot_sheet_new("pareto.gp", "curve\tx\ty\txlow\txhigh\tylow\tyhigh\tpoint");
    Box box = { NAN, NAN, NAN, NAN };
    for (guint v = 0; v < data->variants->len; v++) add_trade_off(sheet, data, v, cost, benefit, &box);
    plot_label_axis(sheet, 'x', ask->x, box.x0, box.x1);
    plot_label_axis(sheet, 'y', ask->y, box.y0, box.y1);
    plot_label_note(sheet, MAX(cost->most, benefit->most), "bars");
    g_autofree char *along = by_keys(data);
    plot_title(sheet, data, ask, along);
    return g_steal_pointer(&sheet);
}
