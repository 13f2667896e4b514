/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last publication of replication 0 as it spreads, for a film. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_figure.h"
#include "report/plot_picture.h"

#define NEVER 1e12              /* ms; gnuplot takes no NaN in an expression */

enum { MOST_PANELS = 4, MOST_NODES = 1000, FRAMES = 40 };

/* When a node was down, ms after the publication. */
typedef struct { double from, until; int held; } Outage;

static sqlite3_stmt *of_run(const PlotData *data, gint64 run, const char *sql, GError **error)
{
    sqlite3_stmt *rows = plot_data_prepare(data, sql, error);
    if (rows) sqlite3_bind_int64(rows, 1, run);
    return rows;
}

/* The first outage of each node that lasts past the publication; ids are those of the run. */
static bool read_outages(const PlotData *data, gint64 run, Outage *outages, guint nodes, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(data, run,
        "SELECT node, kind, 1000 * (time_s - (SELECT max(published_s) FROM delivery WHERE run = ?1)) FROM event "
        "WHERE run = ?1 AND other IS NULL AND kind IN ('down', 'up') ORDER BY time_s", error);
    if (!rows) return false;
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        guint64 node = (guint64)sqlite3_column_int64(rows, 0);
        if (node >= nodes || sqlite3_column_type(rows, 2) == SQLITE_NULL) continue;
        Outage *outage = &outages[node];
        double time = sqlite3_column_double(rows, 2);
        if (outage->until > 0 && outage->held == 0) continue;
        bool down = strcmp((const char *)sqlite3_column_text(rows, 1), "down") == 0;
        if (down && outage->held++ == 0) outage->from = time;
        if (!down && outage->held > 0 && --outage->held == 0) outage->until = time;
        if (outage->held == 0 && outage->until <= 0) outage->from = NEVER;
    }
    if (broken) return g_propagate_error(error, broken), false;
    for (guint i = 0; i < nodes; i++)
        if (outages[i].held > 0) outages[i].until = NEVER;
    return true;
}

static void add_panel(PlotSheet *sheet, const Picture *picture, const Outage *outages, const char *name)
{
    double size = CLAMP(22 / sqrt(picture->nodes + 1.0), 0.25, 1.7);
    plot_sheet_text(sheet, "panel", name);
    plot_sheet_block(sheet);
    if (!picture->links->len) plot_sheet_row(sheet, "nnnn", 9.0, 9.0, 9.0, 9.0);        /* out of sight */
    for (guint i = 0; i < picture->links->len; i++) {
        const PictureLink *link = &g_array_index(picture->links, PictureLink, i);
        plot_sheet_row(sheet, "nnnn", picture->x[link->a], picture->y[link->a], picture->x[link->b],
                       picture->y[link->b]);
    }
    plot_sheet_block(sheet);
    for (guint i = 0; i < picture->nodes; i++) {
        const Outage *outage = &outages[picture->ids[i]];
        g_autofree char *number = g_strdup_printf("%u", picture->ids[i]);
        plot_sheet_row(sheet, "snnnnnnn", picture->names[i] ? picture->names[i] : number, picture->x[i], picture->y[i],
                       isnan(picture->latency[i]) ? NEVER : picture->latency[i], outage->from, outage->until,
                       picture->states[i] == PICTURE_SOURCE ? 1.0 : 0.0, size);
    }
}

typedef struct { guint panels, links; double span; } Film;

static bool add_slice(PlotSheet *sheet, const PlotData *data, const PlotSlice *slice, Film *film, GError **error)
{
    GError *broken = NULL;
    gint64 run = plot_data_first_run(data, slice->variant, slice->point, &broken);
    g_autoptr(Picture) picture = run < 0 ? NULL : plot_picture_read(data, run, &broken);
    g_autofree Outage *outages = picture ? g_new0(Outage, picture->nodes) : NULL;
    for (guint i = 0; picture && i < picture->nodes; i++) outages[i].from = NEVER;
    if (picture) (void)read_outages(data, run, outages, picture->nodes, &broken);
    if (picture && !broken) plot_picture_sample(picture, MOST_NODES);
    if (picture && !broken) (void)plot_picture_place(picture, &broken);
    if (broken) return g_propagate_error(error, broken), false;
    double last = 0;
    for (guint i = 0; picture && i < picture->nodes; i++)
        if (picture->latency[i] > last) last = picture->latency[i];
    if (last <= 0) return true;                             /* nothing recorded, or it reached nobody */
    add_panel(sheet, picture, outages, slice->name);
    film->panels++;
    film->links = MAX(film->links, picture->links->len);
    film->span = fmax(film->span, last);
    return true;
}

PlotSheet *plot_spread(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_PANELS, &where);
    g_autoptr(PlotSheet) sheet = plot_sheet_new("spread.gp", "x1\ty1\tx2\ty2\nnode\tx\ty\tgot\tdown\tup\tsource\tsize");
    Film film = { 0 };
    for (guint i = 0; i < slices->len; i++)
        if (!add_slice(sheet, data, &g_array_index(slices, PlotSlice, i), &film, error)) return NULL;
    if (!film.panels) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT,
                    "no run recorded a publication that spread; set deliveries = first in [record]");
        return NULL;
    }
    PlotAsk wide = *ask;
    if (!wide.columns) wide.columns = film.panels > 1 ? 2 : 1;
    guint rows = film.panels > 3 ? 2 : 1, across = (film.panels + rows - 1) / rows;
    plot_sheet_number(sheet, "height", 24 + rows * ((wide.columns == 2 ? 174 : 84) / across + 3.0));
    plot_sheet_number(sheet, "frames", FRAMES);
    plot_sheet_number(sheet, "span", 1.05 * film.span);
    plot_sheet_number(sheet, "thin", film.links > 1500 ? 0.3 : 0.6);
    plot_title(sheet, data, &wide, where);
    return g_steal_pointer(&sheet);
}
