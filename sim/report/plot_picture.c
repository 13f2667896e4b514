/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_picture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "graph/layout.h"
#include "report/plot_figure.h"

static const char columns[] = "from\tx1\ty1\tx2\ty2\tstate\nnode\tx\ty\tstate\tsize";

enum { MOST_NAMED = 24 };

Picture *plot_picture_new(guint nodes)
{
    Picture *picture = g_new0(Picture, 1);
    picture->nodes = nodes;
    picture->x = g_new(double, nodes);
    picture->y = g_new(double, nodes);
    picture->names = g_new0(char *, nodes + 1);
    picture->states = g_new0(PictureState, nodes);
    picture->links = g_array_new(FALSE, TRUE, sizeof(PictureLink));
    for (guint i = 0; i < nodes; i++) picture->x[i] = picture->y[i] = NAN;
    return picture;
}

void plot_picture_free(Picture *picture)
{
    for (guint i = 0; i < picture->nodes; i++) g_free(picture->names[i]);
    g_free(picture->names);
    g_free(picture->x);
    g_free(picture->y);
    g_free(picture->states);
    g_array_unref(picture->links);
    g_free(picture);
}

/* Moves the places into the unit square: in proportion, or filling it. */
static void fit(double *x, double *y, guint nodes, bool fill)
{
    double left = NAN, right = NAN, low = NAN, high = NAN;
    for (guint i = 0; i < nodes; i++) {
        plot_stretch(&left, &right, x[i]);
        plot_stretch(&low, &high, y[i]);
    }
    double width = fmax(right - left, 1e-12), height = fmax(high - low, 1e-12), side = fmax(width, height);
    for (guint i = 0; i < nodes; i++) {
        x[i] = 0.5 + (x[i] - (left + right) / 2) / (fill ? width : side);
        y[i] = 0.5 + (y[i] - (low + high) / 2) / (fill ? height : side);
    }
}

/* The links as a topology; a recorded overlay without any was complete. */
static Topology *topology_of(const Picture *picture)
{
    guint count = picture->links->len;
    if (!count) return topology_new(picture->nodes, NULL);
    g_autofree NodeId *a = g_new(NodeId, count), *b = g_new(NodeId, count);
    for (guint i = 0; i < count; i++) {
        a[i] = g_array_index(picture->links, PictureLink, i).a;
        b[i] = g_array_index(picture->links, PictureLink, i).b;
    }
    return topology_new(picture->nodes, graph_new(picture->nodes, a, b, count));
}

bool plot_picture_place(Picture *picture, GError **error)
{
    bool known = true;
    for (guint i = 0; i < picture->nodes; i++) known = known && isfinite(picture->x[i]) && isfinite(picture->y[i]);
    if (!known) {
        g_autoptr(Topology) topology = topology_of(picture);
        if (!topology_layout(topology, 1, error)) return false;
        memcpy(picture->x, topology->x, picture->nodes * sizeof *picture->x);
        memcpy(picture->y, topology->y, picture->nodes * sizeof *picture->y);
    }
    fit(picture->x, picture->y, picture->nodes, !known);
    return true;
}

static double link_state(const Picture *picture, const PictureLink *link)
{
    PictureState a = picture->states[link->a], b = picture->states[link->b];
    if (link->cut || a == PICTURE_DEAD || b == PICTURE_DEAD) return 1;
    return a == PICTURE_CUT_OFF && b == PICTURE_CUT_OFF ? 2 : 0;
}

static const char *name_of(const Picture *picture, NodeId node, char number[16])
{
    g_snprintf(number, 16, "%u", node);
    return picture->names[node] ? picture->names[node] : number;
}

void plot_picture_add(PlotSheet *sheet, const Picture *picture, const char *title)
{
    char one[16], two[16];
    plot_sheet_text(sheet, "panel", title);
    plot_sheet_block(sheet);
    for (guint i = 0; i < picture->links->len; i++) {
        const PictureLink *link = &g_array_index(picture->links, PictureLink, i);
        const char *a = name_of(picture, link->a, one), *b = name_of(picture, link->b, two);
        g_autofree char *ends = g_strdup_printf("%s - %s", a, b);
        plot_sheet_row(sheet, "snnnnn", ends, picture->x[link->a], picture->y[link->a], picture->x[link->b],
                       picture->y[link->b], link_state(picture, link));
    }
    double size = fmin(1.7, 12 / sqrt(picture->nodes + 1.0));
    plot_sheet_block(sheet);
    for (NodeId i = 0; i < picture->nodes; i++) {
        const char *name = name_of(picture, i, one);
        plot_sheet_row(sheet, "snnnn", name, picture->x[i], picture->y[i], (double)picture->states[i], size);
    }
}

/* Draws in a directory of its own and keeps the image alone. */
static bool draw_apart(const PlotSheet *sheet, const char *file, const char *ending, GError **error)
{
    static const char *const beside[] = { "style.gp", "overlay.gp", "overlay.tsv", "overlay.labels.tsv" };
    g_autoptr(GError) why = NULL;
    g_autofree char *directory = g_dir_make_tmp("banyan-XXXXXX", &why), *bytes = NULL;
    if (!directory) return g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s", why->message), false;
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    gsize length = 0;
    bool done = plot_sheet_draw(sheet, directory, "overlay", (char *[]){ (char *)ending, NULL }, drawn, error);
    g_autofree char *image = g_strdup_printf("%s/overlay.%s", directory, ending);
    if (done && (!g_file_get_contents(image, &bytes, &length, &why) ||
                 !g_file_set_contents(file, bytes, (gssize)length, &why))) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s", why->message);
        done = false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(beside); i++) {
        g_autofree char *path = g_build_filename(directory, beside[i], NULL);
        (void)g_unlink(path);
    }
    (void)g_unlink(image);
    (void)g_rmdir(directory);
    return done;
}

bool plot_picture_draw(const Topology *topology, const char *title, const char *file, GError **error)
{
    const char *dot = strrchr(file, '.'), *ending = dot ? dot + 1 : "";
    if (!g_strv_contains((const char *const[]){ "svg", "pdf", "png", NULL }, ending)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "%s: a drawing ends in .svg, .pdf or .png", file);
        return false;
    }
    if (!topology->graph) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "a complete overlay links every pair: nothing to draw");
        return false;
    }
    g_autoptr(Picture) picture = plot_picture_new(topology->nodes);
    for (NodeId v = 0; v < topology->nodes; v++) {
        if (topology->names) picture->names[v] = g_strdup(topology->names[v]);
        if (topology->x) picture->x[v] = topology->x[v], picture->y[v] = topology->y[v];
        for (uint32_t i = topology->graph->first[v]; i < topology->graph->first[v + 1]; i++) {
            PictureLink link = { v, topology->graph->links[i].to, false };
            if (link.b > v) g_array_append_val(picture->links, link);
        }
    }
    if (!plot_picture_place(picture, error)) return false;
    g_autoptr(PlotSheet) sheet = plot_sheet_new("overlay.gp", columns);
    plot_picture_add(sheet, picture, "");
    plot_sheet_title(sheet, title, 1);
    plot_sheet_number(sheet, "height", 90);
    plot_sheet_number(sheet, "labelled", picture->nodes <= MOST_NAMED);
    return draw_apart(sheet, file, ending, error);
}

PlotSheet *plot_overlay(const PlotData *data, const PlotAsk *ask, GError **error)
{
    enum { MOST_PANELS = 6 };
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_PANELS, &where);
    g_autoptr(PlotSheet) sheet = plot_sheet_new("overlay.gp", columns);
    guint panels = 0, most = 0;
    for (guint i = 0; i < slices->len; i++) {
        const PlotSlice *slice = &g_array_index(slices, PlotSlice, i);
        GError *broken = NULL;
        gint64 run = plot_data_first_run(data, slice->variant, slice->point, &broken);
        g_autoptr(Picture) picture = run < 0 ? NULL : plot_picture_read(data, run, &broken);
        if (picture) (void)plot_picture_place(picture, &broken);
        if (broken) return g_propagate_error(error, broken), NULL;
        if (!picture) continue;
        guint dead = 0, lost = 0;
        for (guint v = 0; v < picture->nodes; v++) {
            dead += picture->states[v] == PICTURE_DEAD;
            lost += picture->states[v] == PICTURE_CUT_OFF;
        }
        g_autofree char *title = g_strdup_printf("%s%s%u dead, %u cut off", slice->name, *slice->name ? ": " : "", dead,
                                                 lost);
        plot_picture_add(sheet, picture, title);
        panels++;
        most = MAX(most, picture->nodes);
    }
    if (!panels) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, 
                    "no run recorded its overlay; set deliveries = first in [record]");
        return NULL;
    }
    PlotAsk wide = *ask;
    if (!wide.columns) wide.columns = panels > 1 ? 2 : 1;
    guint rows = panels > 3 ? 2 : 1, across = (panels + rows - 1) / rows;
    double width = wide.columns == 2 ? 174 : 84;
    plot_sheet_number(sheet, "height", 14 + rows * (width / across + 3));
    plot_sheet_number(sheet, "named", 1);
    plot_sheet_number(sheet, "labelled", most <= MOST_NAMED);
    plot_title(sheet, data, &wide, where);
    return g_steal_pointer(&sheet);
}
