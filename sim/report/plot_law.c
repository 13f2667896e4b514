/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distributions: all of one, or its quartiles and tails as a box. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_figure.h"
#include "report/plot_label.h"

enum { MOST_SLICES = 8, MOST_STEPS = 2000, MOST_BINS = 40, MOST_BOXES = 20 };

static bool none(const char *what, const char *name, GError **error)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "the results have no %s called '%s'", what, name);
    return false;
}

typedef struct { double value, count; } Step;

/* The histogram of a slice, all its runs together, ascending; latencies become ms. */
static GArray *steps_of(const PlotData *data, const PlotSlice *slice, const char *name, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data,
        "SELECT h.low, h.high, sum(h.count) FROM histogram h JOIN run r ON r.id = h.run "
        "WHERE r.variant = ? AND r.point = ? AND h.name = ? GROUP BY h.low, h.high ORDER BY h.high", error);
    if (!rows) return NULL;
    plot_slice_bind(rows, data, slice, name);
    double factor = strstr(name, "latency") ? 1e-6 : 1;
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {         /* whole numbers: all of [low, high) are at most high - 1 */
        Step step = { factor * (sqlite3_column_double(rows, 1) - 1), sqlite3_column_double(rows, 2) };
        g_array_append_val(steps, step);
    }
    if (broken) return g_propagate_error(error, broken), NULL;
    return g_steal_pointer(&steps);
}

/* The share at most, or above, each value.  Steps too small to be seen are left out. */
static void add_cumulative(PlotSheet *sheet, const char *name, const GArray *steps, double total, bool above,
                           double *least)
{
    double below = 0, shown = -1;
    plot_sheet_row(sheet, "snn", name, g_array_index(steps, Step, 0).value, above ? 1.0 : 0.0);
    for (guint i = 0; i < steps->len; i++) {
        const Step *step = &g_array_index(steps, Step, i);
        below += step->count;
        double share = above ? (total - below) / total : below / total;
        bool last = i + 1 == steps->len;
        if (!last && steps->len > MOST_STEPS && fabs(share - shown) < (above ? 0.002 * share : 0.0005)) continue;
        shown = share;
        if (share > 0) *least = fmin(*least, share);
        plot_sheet_row(sheet, "snn", name, step->value, above && last ? NAN : share);
    }
}

/* The share in each of up to MOST_BINS bins of one width, the same for all curves. */
static void add_bins(PlotSheet *sheet, const char *name, const GArray *steps, double total, double most)
{
    double width = most < MOST_BINS ? 1 : ceil(most / MOST_BINS);
    g_autofree double *bins = g_new0(double, MOST_BINS + 1);
    for (guint i = 0; i < steps->len; i++)
        bins[(guint)(g_array_index(steps, Step, i).value / width)] += g_array_index(steps, Step, i).count / total;
    guint last = MOST_BINS, first = 0;
    while (last > 0 && bins[last] <= 0) last--;
    while (first < last && bins[first] <= 0) first++;
    plot_sheet_row(sheet, "snn", name, (first - 0.5) * width, 0.0);
    for (guint i = first; i <= last; i++) plot_sheet_row(sheet, "snn", name, (i - 0.5) * width, bins[i]);
    plot_sheet_row(sheet, "snn", name, (last + 0.5) * width, 0.0);
}

/* Whole decades down to the least share. */
static void set_tail(PlotSheet *sheet, double least)
{
    plot_sheet_number(sheet, "ylog", 1);
    plot_sheet_number(sheet, "ymin", pow(10, fmin(-1, floor(log10(least)))));
    plot_sheet_number(sheet, "ymax", 1);
}

static void set_shares(PlotSheet *sheet, const PlotAsk *ask, double most, double least)
{
    static const char *const formats[] = { "share of %s ≤ x", "share of %s > x", "share of %s" };
    bool per_node = strcmp(ask->x, "load") == 0 || strcmp(ask->x, "degree") == 0;
    const char *of = per_node ? "nodes" : strstr(ask->x, "latency") || strstr(ask->x, "hops") ? "deliveries" : "values";
    g_auto(GStrv) parts = g_strsplit(formats[ask->law], "%s", 2);
    g_autofree char *xlabel = plot_label(ask->x), *ylabel = g_strjoin(of, parts[0], parts[1], NULL);
    plot_sheet_text(sheet, "xlabel", xlabel);
    plot_sheet_text(sheet, "ylabel", ylabel);
    plot_label_ends(sheet, 'x', 0, 1.03 * fmax(most, 1));
    if (ask->law == PLOT_CCDF) set_tail(sheet, least);
    else if (ask->law == PLOT_CDF) plot_label_ends(sheet, 'y', 0, 1.02);
    else plot_sheet_number(sheet, "ymin", 0);
    plot_sheet_text(sheet, "note", "all runs together");
}

static void add_law(PlotSheet *sheet, const PlotAsk *ask, const char *name, const GArray *steps, double most,
                    double *least)
{
    double total = 0;
    for (guint i = 0; i < steps->len; i++) total += g_array_index(steps, Step, i).count;
    plot_sheet_block(sheet);
    plot_sheet_text(sheet, "curve", name);
    if (ask->law == PLOT_HISTOGRAM) add_bins(sheet, name, steps, total, most);
    else add_cumulative(sheet, name, steps, total, ask->law == PLOT_CCDF, least);
}

PlotSheet *plot_distribution(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_SLICES, &where);
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    double most = 0, least = 1;
    for (guint i = 0; i < slices->len; i++) {
        GArray *steps = steps_of(data, &g_array_index(slices, PlotSlice, i), ask->x, error);
        if (!steps) return NULL;
        g_ptr_array_add(all, steps);
        if (steps->len) most = fmax(most, g_array_index(steps, Step, steps->len - 1).value);
    }
    g_autoptr(PlotSheet) sheet = plot_sheet_new("cdf.gp", "curve\tvalue\tshare");
    guint found = 0;
    for (guint i = 0; i < slices->len; i++) {
        const GArray *steps = all->pdata[i];
        if (!steps->len) continue;
        add_law(sheet, ask, g_array_index(slices, PlotSlice, i).name, steps, most, &least);
        found++;
    }
    if (!found) return none("histogram", ask->x, error), NULL;
    set_shares(sheet, ask, most, least);
    plot_title(sheet, data, ask, where);
    return g_steal_pointer(&sheet);
}

/* The value that this share of all is at most: nearest rank. */
static double rank_of(const GArray *steps, double total, double share)
{
    double below = 0;
    for (guint i = 0; i < steps->len; i++) {
        below += g_array_index(steps, Step, i).count;
        if (below >= share * total) return g_array_index(steps, Step, i).value;
    }
    return NAN;
}

/* A row of box.gp; returns its 99th percentile. */
static double add_box(PlotSheet *sheet, const char *name, double y, const GArray *steps)
{
    static const double shares[] = { 0.05, 0.25, 0.5, 0.75, 0.95, 0.99 };
    double total = 0, rank[G_N_ELEMENTS(shares)];
    for (guint i = 0; i < steps->len; i++) total += g_array_index(steps, Step, i).count;
    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) rank[i] = rank_of(steps, total, shares[i]);
    plot_sheet_row(sheet, "snnnnnnnn", name, y, rank[0], rank[1], rank[2], rank[3], rank[4], rank[5], total);
    char value[G_ASCII_DTOSTR_BUF_SIZE];
    plot_sheet_mark(sheet, "ytick", name, y);
    plot_sheet_mark(sheet, "mark", g_ascii_formatd(value, sizeof value, "%.4g", rank[2]), y);
    return rank[5];
}

PlotSheet *plot_box(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_BOXES, &where);
    g_autoptr(PlotSheet) sheet = plot_sheet_new("box.gp", "row\ty\tp5\tp25\tp50\tp75\tp95\tp99\tn");
    double most = 0;
    glong longest = 0;
    guint rows = 0;
    plot_sheet_block(sheet);
    for (guint i = 0; i < slices->len; i++) {
        const PlotSlice *slice = &g_array_index(slices, PlotSlice, i);
        g_autoptr(GArray) steps = steps_of(data, slice, ask->x, error);
        if (!steps) return NULL;
        if (!steps->len) continue;
        most = fmax(most, add_box(sheet, slice->name, slices->len - i, steps));
        longest = MAX(longest, g_utf8_strlen(slice->name, -1));
        rows++;
    }
    if (!rows) return none("histogram", ask->x, error), NULL;
    plot_sheet_rows(sheet, slices->len, longest, ask->columns);
    g_autofree char *xlabel = plot_label(ask->x);
    plot_sheet_text(sheet, "xlabel", xlabel);
    plot_label_ends_coarse(sheet, 'x', 0, 1.05 * fmax(most, 1));
    plot_sheet_text(sheet, "note", "box 25–75 %, whiskers 5–95 %, ring 99 %");
    plot_title(sheet, data, ask, where);
    return g_steal_pointer(&sheet);
}
