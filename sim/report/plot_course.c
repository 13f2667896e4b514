/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs looked like inside: distributions, and the course over time. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_figure.h"
#include "report/plot_label.h"

enum { MOST_SLICES = 8, MOST_STEPS = 2000, MOST_MARKS = 5, MOST_RUG = 300, MOST_BINS = 40 };

static void bind_slice(sqlite3_stmt *rows, const PlotData *data, const PlotSlice *slice, const char *name)
{
    sqlite3_bind_text(rows, 1, plot_data_variant(data, slice->variant), -1, SQLITE_STATIC);
    sqlite3_bind_text(rows, 2, plot_data_point(data, slice->point)->json, -1, SQLITE_STATIC);
    sqlite3_bind_text(rows, 3, name, -1, SQLITE_STATIC);
}

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
    bind_slice(rows, data, slice, name);
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

/* A run is shown in this many steps, whatever its length; runs of one figure may
 * end at different times, and one may have no value where another has. */
enum { INSTANTS = 100 };

/* The values of all runs in one step of a series. */
typedef struct { double time_sum; GArray *values; } Instant;

static void clear_instant(gpointer instant)
{
    g_array_unref(((Instant *)instant)->values);
}

static GArray *instants_of(const PlotData *data, const PlotSlice *slice, const char *name, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data,
        "SELECT s.time_s, s.value, e.last FROM series s JOIN run r ON r.id = s.run "
        "JOIN (SELECT run, max(time_s) AS last FROM series GROUP BY run) e ON e.run = s.run "
        "WHERE r.variant = ? AND r.point = ? AND s.name = ? ORDER BY s.run", error);
    if (!rows) return NULL;
    bind_slice(rows, data, slice, name);
    g_autoptr(GArray) instants = g_array_new(FALSE, FALSE, sizeof(Instant));
    g_array_set_clear_func(instants, clear_instant);
    for (guint i = 0; i <= INSTANTS; i++) {
        Instant fresh = { 0, g_array_new(FALSE, FALSE, sizeof(double)) };
        g_array_append_val(instants, fresh);
    }
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        double time = sqlite3_column_double(rows, 0), value = sqlite3_column_double(rows, 1);
        double step = round(INSTANTS * time / sqlite3_column_double(rows, 2));
        bool there = sqlite3_column_type(rows, 1) != SQLITE_NULL && isfinite(value);
        if (!there || !(step >= 0 && step <= INSTANTS)) continue;
        Instant *instant = &g_array_index(instants, Instant, (guint)step);
        instant->time_sum += time;
        g_array_append_val(instant->values, value);
    }
    if (broken) return g_propagate_error(error, broken), NULL;
    return g_steal_pointer(&instants);
}

typedef struct { double least, most, last; guint runs; } Course;

static bool add_course(PlotSheet *sheet, const PlotData *data, const PlotSlice *slice, const char *name, Course *course,
                       GError **error)
{
    g_autoptr(GArray) instants = instants_of(data, slice, name, error);
    if (!instants) return false;
    guint rows = 0;
    for (guint i = 0; i < instants->len; i++) {
        const Instant *instant = &g_array_index(instants, Instant, i);
        if (!instant->values->len) continue;
        if (!rows++) plot_sheet_block(sheet), plot_sheet_text(sheet, "curve", slice->name);
        Estimate mean = statistics_mean((double *)(void *)instant->values->data, instant->values->len, 0.95);
        plot_sheet_row(sheet, "snnnnn", slice->name, instant->time_sum / (double)mean.count, mean.value, mean.low,
                       mean.high, (double)mean.count);
        plot_stretch(&course->least, &course->most, mean.value);
        course->last = fmax(course->last, instant->time_sum / (double)mean.count);
        course->runs = MAX(course->runs, (guint)mean.count);
    }
    return true;
}

/* What went wrong in the first replication of a slice, and in *groups at how
 * many instants: a named line each where they are few, else ticks. */
static bool add_failures(PlotSheet *sheet, const PlotData *data, const PlotSlice *slice, guint *groups, GError **error)
{
    GError *broken = NULL;
    gint64 run = plot_data_first_run(data, slice->variant, slice->point, &broken);
    g_autoptr(sqlite3_stmt) rows = broken ? NULL : plot_data_prepare(data,
        "SELECT time_s, failure, kind, count(*) FROM event WHERE run = ? GROUP BY time_s, failure, kind "
        "ORDER BY time_s", &broken);
    if (broken) return g_propagate_error(error, broken), false;
    sqlite3_bind_int64(rows, 1, run);
    for (*groups = 0; plot_data_step(rows, &broken);) ++*groups;
    sqlite3_reset(rows);
    guint stride = *groups / MOST_RUG + 1;
    for (guint i = 0; !broken && plot_data_step(rows, &broken); i++) {
        const char *failure = (const char *)sqlite3_column_text(rows, 1);
        const char *kind = (const char *)sqlite3_column_text(rows, 2);
        g_autofree char *text = g_strdup_printf("%s: %d %s", failure ? failure : "", sqlite3_column_int(rows, 3),
                                                kind ? kind : "");
        if (*groups <= MOST_MARKS) plot_sheet_mark(sheet, "mark", text, sqlite3_column_double(rows, 0));
        else if (i % stride == 0) plot_sheet_mark(sheet, "rug", "", sqlite3_column_double(rows, 0));
    }
    if (broken) return g_propagate_error(error, broken), false;
    return true;
}

PlotSheet *plot_time(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_SLICES, &where);
    g_autoptr(PlotSheet) sheet = plot_sheet_new("time.gp", "curve\ttime\tmean\tlow\thigh\tn");
    Course course = { NAN, NAN, 0, 0 };
    for (guint i = 0; i < slices->len; i++)
        if (!add_course(sheet, data, &g_array_index(slices, PlotSlice, i), ask->y, &course, error)) return NULL;
    if (!course.runs) return none("series", ask->y, error), NULL;
    for (guint i = slices->len, groups = 0; i-- > 0 && !groups;)        /* all variants meet the same failures */
        if (!add_failures(sheet, data, &g_array_index(slices, PlotSlice, i), &groups, error)) return NULL;
    plot_sheet_text(sheet, "xlabel", "time (s)");
    plot_label_ends(sheet, 'x', 0, course.last);
    plot_label_axis(sheet, 'y', ask->y, course.least, course.most);
    plot_label_note(sheet, course.runs, "bands");
    plot_title(sheet, data, ask, where);
    return g_steal_pointer(&sheet);
}
