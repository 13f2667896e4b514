/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The course of a quantity over the time of a run, with what went wrong. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_figure.h"
#include "report/plot_label.h"

enum { MOST_SLICES = 8, MOST_MARKS = 5, MOST_RUG = 300 };

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
    plot_slice_bind(rows, data, slice, name);
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
    if (*groups) plot_sheet_number(sheet, "over", *groups <= MOST_MARKS ? *groups : 1);
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
    if (!course.runs) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "the results have no series called '%s'", ask->y);
        return NULL;
    }
    for (guint i = slices->len, groups = 0; i-- > 0 && !groups;)        /* all variants meet the same failures */
        if (!add_failures(sheet, data, &g_array_index(slices, PlotSlice, i), &groups, error)) return NULL;
    plot_sheet_text(sheet, "xlabel", "time (s)");
    plot_label_ends(sheet, 'x', -0.02 * course.last, 1.03 * course.last);
    plot_label_axis(sheet, 'y', ask->y, course.least, course.most);
    plot_label_note(sheet, course.runs, "bands");
    plot_title(sheet, data, ask, where);
    return g_steal_pointer(&sheet);
}
