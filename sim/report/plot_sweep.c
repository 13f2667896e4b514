/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A metric against a swept key, or over two of them. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"
#include "report/plot_axis.h"
#include "report/plot_figure.h"
#include "report/plot_label.h"

enum { MOST_CURVES = 16, MOST_BARS = 25, MOST_TEXTS = 120 };

static const PlotAxis *axis_or_error(const PlotData *data, const char *key, guint *place, GError **error)
{
    const PlotAxis *axis = plot_axis_find(data, key, place);
    if (axis) return axis;
    g_autoptr(GString) keys = g_string_new(NULL);
    for (guint i = 0; i < data->axes->len; i++)
        g_string_append_printf(keys, "%s%s", i ? ", " : "", ((PlotAxis *)data->axes->pdata[i])->key);
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "'%s' was not swept; %s%s", key,
                keys->len ? "swept were " : "nothing was", keys->str);
    return NULL;
}

/* The point's settings of all keys but those at `a` and `b`, for people; free it. */
static char *rest(const PlotData *data, guint point, guint a, guint b)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < data->axes->len; i++) {
        guint place = plot_data_point(data, point)->places[i];
        if (i == a || i == b || place == PLOT_NO_PLACE) continue;
        const PlotAxis *axis = data->axes->pdata[i];
        g_autofree char *words = plot_axis_words(axis->key);
        g_string_append_printf(text, "%s%s = %s", text->len ? ", " : "", words, axis->texts[place]);
    }
    return g_string_free(text, FALSE);
}

/* The distinct rests, in order. */
static GPtrArray *rests(const PlotData *data, guint a, guint b)
{
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < data->points->len; i++) {
        g_autofree char *text = rest(data, i, a, b);
        if (!g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL))
            g_ptr_array_add(texts, g_steal_pointer(&text));
    }
    return texts;
}

/* The point at these places whose rest is `others`, or PLOT_NO_PLACE. */
static guint point_at(const PlotData *data, const guint axes[2], const guint places[2], const char *others)
{
    for (guint i = 0; i < data->points->len; i++) {
        const PlotPoint *point = plot_data_point(data, i);
        if (point->places[axes[0]] != places[0] || point->places[axes[1]] != places[1]) continue;
        g_autofree char *text = rest(data, i, axes[0], axes[1]);
        if (strcmp(text, others) == 0) return i;
    }
    return PLOT_NO_PLACE;
}

typedef struct { double least, most; } Span;

static void add_curve(PlotSheet *sheet, const PlotData *data, const PlotValues *values, guint variant, guint axis_place,
                      const char *others, Span *span)
{
    const PlotAxis *axis = data->axes->pdata[axis_place];
    bool alone = data->variants->len == 1 && strcmp(plot_data_variant(data, 0), "default") == 0;
    g_autofree char *name = g_strdup_printf("%s%s%s", alone ? "" : plot_data_variant(data, variant),
                                            !alone && *others ? ", " : "", others);
    plot_sheet_block(sheet);
    plot_sheet_text(sheet, "curve", name);
    for (guint i = 0; i < axis->count; i++) {
        guint point = point_at(data, (guint[]){ axis_place, axis_place }, (guint[]){ i, i }, others);
        if (point == PLOT_NO_PLACE) continue;
        const PlotCell *cell = plot_values_cell(values, variant, point);
        if (!cell->count) continue;
        Estimate mean = plot_cell_mean(cell);
        plot_sheet_row(sheet, "snnnnn", name, axis->values[i], mean.value, mean.low, mean.high, (double)cell->count);
        plot_stretch(&span->least, &span->most, mean.value);
        plot_stretch(&span->least, &span->most, mean.low);
        plot_stretch(&span->least, &span->most, mean.high);
    }
}

/* Ticks stand at the values where steps of equal width would miss them. */
static void set_x(PlotSheet *sheet, const PlotAxis *axis)
{
    double first = axis->values[0], last = axis->values[axis->count - 1];
    double room = axis->logarithmic ? pow(last / first, 0.04) : axis->numeric ? 0.03 * (last - first) : 0.3;
    plot_sheet_text(sheet, "xlabel", axis->label);
    if (axis->logarithmic) plot_sheet_number(sheet, "xlog", 1);
    if (last <= first) room = 1;
    plot_label_ends(sheet, 'x', axis->logarithmic ? first / room : first - room,
                    axis->logarithmic ? last * room : last + room);
    if (axis->numeric && !(axis->logarithmic && axis->count <= 10)) return;
    for (guint i = 0; i < axis->count; i++) {
        g_autofree char *number = plot_axis_value(axis, i);
        plot_sheet_mark(sheet, "xtick", number, axis->values[i]);
    }
}

static bool has_values(const PlotValues *values, const char *metric, GError **error)
{
    if (values->filled) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "no run has a value of the metric '%s'", metric);
    return false;
}

PlotSheet *plot_sweep(const PlotData *data, const PlotAsk *ask, GError **error)
{
    guint place = 0;
    const PlotAxis *axis = axis_or_error(data, ask->x, &place, error);
    g_autoptr(PlotValues) values = axis ? plot_data_values(data, ask->y, error) : NULL;
    if (!values || !has_values(values, ask->y, error)) return NULL;
    g_autoptr(PlotSheet) sheet = plot_sheet_new("sweep.gp", "curve\tx\tmean\tlow\thigh\tn");
    g_autoptr(GPtrArray) others = rests(data, place, place);
    bool all = others->len * data->variants->len <= MOST_CURVES;
    Span span = { NAN, NAN };
    for (guint v = 0; v < data->variants->len; v++)
        for (guint i = 0; i < (all ? others->len : 1); i++)
            add_curve(sheet, data, values, v, place, others->pdata[i], &span);
    set_x(sheet, axis);
    plot_label_axis(sheet, 'y', ask->y, span.least, span.most);
    bool band = axis->count > MOST_BARS;
    plot_sheet_number(sheet, "band", band && axis->numeric);
    plot_sheet_number(sheet, "named", !axis->numeric);
    plot_label_note(sheet, values->most, band ? "bands" : "bars");
    plot_title(sheet, data, ask, all ? "" : others->pdata[0]);
    return g_steal_pointer(&sheet);
}

static void add_panel(PlotSheet *sheet, const PlotData *data, const PlotValues *values, guint variant,
                      const guint axes[2], const char *others)
{
    const PlotAxis *x = data->axes->pdata[axes[0]], *y = data->axes->pdata[axes[1]];
    const char *name = plot_data_variant(data, variant);
    plot_sheet_block(sheet);
    plot_sheet_text(sheet, "panel", data->variants->len == 1 && strcmp(name, "default") == 0 ? "" : name);
    for (guint i = 0; i < x->count; i++)
        for (guint k = 0; k < y->count; k++) {
            guint point = point_at(data, axes, (guint[]){ i, k }, others);
            const PlotCell *cell = point == PLOT_NO_PLACE ? NULL : plot_values_cell(values, variant, point);
            if (!cell || !cell->count) continue;
            double mean = plot_cell_mean(cell).value;
            char text[G_ASCII_DTOSTR_BUF_SIZE];
            g_ascii_formatd(text, sizeof text, fabs(mean) >= 100 ? "%.0f" : fabs(mean) >= 10 ? "%.1f" : "%.2f", mean);
            plot_sheet_row(sheet, "snnns", name, i + 1.0, k + 1.0, mean, text);
        }
}

static void set_cells(PlotSheet *sheet, const PlotAxis *x, const PlotAxis *y, const PlotValues *values)
{
    double least = NAN, most = NAN;
    for (guint i = 0; i < values->variants * values->points; i++)
        if (values->cells[i].count) plot_stretch(&least, &most, plot_cell_mean(&values->cells[i]).value);
    plot_sheet_number(sheet, "cmin", least);
    plot_sheet_number(sheet, "cmax", most > least ? most : least + 1);
    plot_sheet_text(sheet, "xlabel", x->label);
    plot_sheet_text(sheet, "ylabel", y->label);
    plot_sheet_number(sheet, "texts", x->count * y->count <= MOST_TEXTS);
    plot_sheet_number(sheet, "xmin", 0.5), plot_sheet_number(sheet, "xmax", x->count + 0.5);
    plot_sheet_number(sheet, "ymin", 0.5), plot_sheet_number(sheet, "ymax", y->count + 0.5);
    const PlotAxis *both[] = { x, y };
    for (guint a = 0; a < 2; a++)
        for (guint i = 0; i < both[a]->count; i += both[a]->count / 12 + 1) {
            g_autofree char *number = plot_axis_value(both[a], i);
            plot_sheet_mark(sheet, a ? "ytick" : "xtick", number, i + 1);
        }
}

PlotSheet *plot_heat(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_auto(GStrv) keys = parse_list(ask->x);
    g_assert(g_strv_length(keys) == 2);
    guint axes[2] = { 0, 0 };
    const PlotAxis *x = axis_or_error(data, keys[0], &axes[0], error);
    const PlotAxis *y = x ? axis_or_error(data, keys[1], &axes[1], error) : NULL;
    g_autoptr(PlotValues) values = y ? plot_data_values(data, ask->y, error) : NULL;
    if (!values || !has_values(values, ask->y, error)) return NULL;
    g_autoptr(PlotSheet) sheet = plot_sheet_new("heat.gp", "panel\tx\ty\tmean\tvalue");
    g_autoptr(GPtrArray) others = rests(data, axes[0], axes[1]);
    for (guint v = 0; v < data->variants->len; v++) add_panel(sheet, data, values, v, axes, others->pdata[0]);
    set_cells(sheet, x, y, values);
    g_autofree char *label = plot_label(ask->y);
    plot_sheet_text(sheet, "clabel", label);
    PlotAsk wide = *ask;
    if (!wide.columns) wide.columns = data->variants->len > 1 ? 2 : 1;
    plot_sheet_number(sheet, "body", 46);
    plot_title(sheet, data, &wide, others->pdata[0]);
    return g_steal_pointer(&sheet);
}
