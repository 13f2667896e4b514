/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot.h"

#include "core/error.h"
#include "core/units.h"
#include "report/plot_choice.h"

/* The formats of one figure; NULL and *error for one that there is not. */
static char **formats_of(const PlotOrder *order, const PlotRequested *request, GError **error)
{
    static const char *const figures[] = { "svg", "pdf", "png", "tex", NULL };
    static const char *const films[] = { "gif", "svg", "png", NULL };
    const char *const *known = order->animate ? films : figures;
    g_auto(GStrv) formats = parse_list(order->format ? order->format : request->format ? request->format : known[0]);
    for (guint i = 0; formats[i]; i++) {
        if (g_strv_contains(known, formats[i])) continue;
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "'%s' is no format of a %s", formats[i],
                    order->animate ? "film; gif, svg or png" : "figure; svg, pdf, png or tex");
        return NULL;
    }
    return g_steal_pointer(&formats);
}

static char *directory_of(const PlotOrder *order)
{
    if (order->directory) return g_strdup(order->directory);
    if (g_file_test(order->results, G_FILE_TEST_IS_DIR)) return g_build_filename(order->results, "plots", NULL);
    g_autofree char *beside = g_path_get_dirname(order->results);
    return g_build_filename(beside, "plots", NULL);
}

static bool draw(const PlotOrder *order, const PlotData *data, PlotRequested *request, GPtrArray *drawn, GError **error)
{
    g_auto(GStrv) formats = formats_of(order, request, error);
    if (!formats) return false;
    if (order->columns) request->ask.columns = order->columns;
    g_autoptr(PlotSheet) sheet = request->make(data, &request->ask, error);
    if (!sheet) {
        g_prefix_error(error, "%s: ", request->name);
        return false;
    }
    g_autofree char *directory = directory_of(order);
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func(g_free);
    if (!plot_sheet_draw(sheet, directory, request->name, formats, images, error)) return false;
    for (guint i = 0; i < images->len; i++) g_ptr_array_add(drawn, g_build_filename(directory, images->pdata[i], NULL));
    return true;
}

/* What to draw: the film, every [plot], or the default set. */
static GPtrArray *requests_of(const PlotOrder *order, const PlotData *data, GError **error)
{
    if (order->animate) {
        GPtrArray *film = plot_choice_new();
        plot_choice_add(film, "spread", plot_spread, "", "");
        return film;
    }
    g_autoptr(GPtrArray) asked = plot_choice_asked(data, error);
    if (!asked) return NULL;
    return asked->len ? g_steal_pointer(&asked) : plot_choice_default(data, error);
}

bool plot_results(const PlotOrder *order, GPtrArray *drawn, GError **error)
{
    if (!plot_sheet_ready(error)) return false;
    g_autoptr(PlotData) data = plot_data_open(order->results, error);
    g_autoptr(GPtrArray) requests = data ? requests_of(order, data, error) : NULL;
    for (guint i = 0; requests && i < requests->len; i++)
        if (!draw(order, data, requests->pdata[i], drawn, error)) return false;
    return requests != NULL;
}
