/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws pictures of overlays: those of runs side by side, or one topology alone. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_figure.h"
#include "report/plot_picture.h"

static const char columns[] = "from\tx1\ty1\tx2\ty2\tstate\nnode\tx\ty\tstate\tsize\tvalue";

enum { MOST_NAMED = 24, MOST_PANELS = 6, MOST_NODES = 5000 };

static double thinness(guint links)
{
    return links > 8000 ? 0.15 : links > 1500 ? 0.25 : 0.5;
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

/* Adds it as the next panel; `values` colour its nodes, or NULL. */
static void add_panel(PlotSheet *sheet, const Picture *picture, const char *title, const double *values)
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
    if (!picture->links->len) plot_sheet_row(sheet, "snnnnn", "", 9.0, 9.0, 9.0, 9.0, 0.0);     /* out of sight */
    double size = CLAMP(22 / sqrt(picture->nodes + 1.0), 0.25, 1.7);
    plot_sheet_block(sheet);
    for (NodeId i = 0; i < picture->nodes; i++) {
        const char *name = name_of(picture, i, one);
        plot_sheet_row(sheet, "snnnnn", name, picture->x[i], picture->y[i], (double)picture->states[i], size,
                       values ? values[i] : NAN);
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
    add_panel(sheet, picture, "", NULL);
    plot_sheet_title(sheet, title, 1);
    plot_sheet_number(sheet, "height", 90);
    plot_sheet_number(sheet, "thin", thinness(picture->links->len));
    plot_sheet_number(sheet, "labelled", picture->nodes <= MOST_NAMED);
    return draw_apart(sheet, file, ending, error);
}

/* What colours the nodes: NULL for their state alone; free it. */
static double *values_of(const Picture *picture, const char *y)
{
    if (strcmp(y, "latency") == 0) return g_memdup2(picture->latency, picture->nodes * sizeof(double));
    if (strcmp(y, "degree") != 0) return NULL;
    double *degree = g_new0(double, picture->nodes);
    for (guint i = 0; i < picture->links->len; i++) {
        const PictureLink *link = &g_array_index(picture->links, PictureLink, i);
        degree[link->a]++, degree[link->b]++;
    }
    return degree;
}

typedef struct { guint panels, nodes, links; double least, most; } Extent;

/* "mesh", and below it "500 dead, 4 cut off". */
static char *panel_title(const Picture *picture, const char *name, guint all)
{
    guint count[PICTURE_ASIDE + 1] = { 0 };
    for (guint v = 0; v < picture->nodes; v++) count[picture->states[v]]++;
    g_autofree char *part = picture->nodes < all ? g_strdup_printf(" (%u of %u nodes)", picture->nodes, all) : NULL;
    return g_strdup_printf("%s%s%u dead, %u cut off%s", name, *name ? "\n" : "", count[PICTURE_DEAD],
                           count[PICTURE_CUT_OFF], part ? part : "");
}

static bool add_slice(PlotSheet *sheet, const PlotData *data, const PlotSlice *slice, const char *y, Extent *extent,
                      GError **error)
{
    GError *broken = NULL;
    gint64 run = plot_data_first_run(data, slice->variant, slice->point, &broken);
    g_autoptr(Picture) picture = run < 0 ? NULL : plot_picture_read(data, run, &broken);
    guint all = picture ? picture->nodes : 0;
    if (picture) plot_picture_sample(picture, MOST_NODES);
    if (picture) (void)plot_picture_place(picture, &broken);
    if (broken) return g_propagate_error(error, broken), false;
    if (!picture) return true;
    g_autofree char *title = panel_title(picture, slice->name, all);
    g_autofree double *values = values_of(picture, y);
    add_panel(sheet, picture, title, values);
    extent->panels++;
    extent->nodes = MAX(extent->nodes, picture->nodes);
    extent->links = MAX(extent->links, picture->links->len);
    for (guint v = 0; values && v < picture->nodes; v++)
        if (picture->states[v] == PICTURE_REACHED) plot_stretch(&extent->least, &extent->most, values[v]);
    return true;
}

PlotSheet *plot_overlay(const PlotData *data, const PlotAsk *ask, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_PANELS, &where);
    g_autoptr(PlotSheet) sheet = plot_sheet_new("overlay.gp", columns);
    Extent extent = { .least = NAN, .most = NAN };
    for (guint i = 0; i < slices->len; i++)
        if (!add_slice(sheet, data, &g_array_index(slices, PlotSlice, i), ask->y, &extent, error)) return NULL;
    if (!extent.panels) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT,
                    "no run recorded its overlay; set deliveries = first in [record]");
        return NULL;
    }
    PlotAsk wide = *ask;
    if (!wide.columns) wide.columns = extent.panels > 1 ? 2 : 1;
    guint rows = extent.panels > 3 ? 2 : 1, across = (extent.panels + rows - 1) / rows;
    double width = wide.columns == 2 ? 174 : 84;
    if (!isnan(extent.most)) {
        plot_sheet_number(sheet, "cmin", extent.least);
        plot_sheet_number(sheet, "cmax", extent.most > extent.least ? extent.most : extent.least + 1);
        bool degree = strcmp(ask->y, "degree") == 0;
        plot_sheet_text(sheet, "clabel", degree ? "degree (links)" : "first delivery after (ms)");
        width -= 15;
    }
    plot_sheet_number(sheet, "height", 20 + rows * (width / across + 7));
    plot_sheet_number(sheet, "named", 1);
    plot_sheet_number(sheet, "thin", thinness(extent.links));
    plot_sheet_number(sheet, "labelled", extent.nodes <= MOST_NAMED);
    plot_title(sheet, data, &wide, where);
    return g_steal_pointer(&sheet);
}
