/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_choice.h"

#include <string.h>

#include "core/error.h"
#include "core/suggest.h"
#include "core/units.h"
#include "report/plot_axis.h"

static void free_requested(gpointer data)
{
    PlotRequested *request = data;
    g_free(request->name);
    g_free(request->y);
    g_free(request->x);
    g_free(request->of);
    g_free(request->format);
    g_free(request);
}

static bool taken(const GPtrArray *requests, const char *name)
{
    for (guint i = 0; i < requests->len; i++)
        if (strcmp(((PlotRequested *)requests->pdata[i])->name, name) == 0) return true;
    return false;
}

/* A name for files: nothing that a shell, gnuplot or a path could mistake. */
static char *file_name(const GPtrArray *requests, const char *name)
{
    g_autofree char *base = g_strdup(*name ? name : "plot");
    for (char *c = base; *c; c++)
        if (!g_ascii_isalnum(*c) && *c != '_') *c = '-';
    if (*base == '-') *base = '_';
    if (strcmp(base, "style") == 0) return g_strdup("style_");
    char *unique = g_strdup(base);
    for (guint i = 2; taken(requests, unique); i++) {
        g_free(unique);
        unique = g_strdup_printf("%s-%u", base, i);
    }
    return unique;
}

GPtrArray *plot_choice_new(void)
{
    return g_ptr_array_new_with_free_func(free_requested);
}

PlotRequested *plot_choice_add(GPtrArray *requests, const char *name, PlotMaker *make, const char *y, const char *x)
{
    PlotRequested *request = g_new0(PlotRequested, 1);
    request->name = file_name(requests, name);
    request->make = make;
    request->ask.until = -1;
    request->ask.y = request->y = g_strdup(y);
    request->ask.x = request->x = g_strdup(x);
    g_ptr_array_add(requests, request);
    return request;
}

static bool has(char **names, const char *name)
{
    return g_strv_contains((const char *const *)names, name);
}

/* The NAME of "plot NAME". */
static const char *plot_name(const char *section)
{
    section += strlen("plot");
    while (g_ascii_isspace(*section)) section++;
    return section;
}

static char *value_of(GKeyFile *file, const char *section, const char *key, const char *fallback)
{
    char *value = g_key_file_get_value(file, section, key, NULL);
    return value ? g_strstrip(value) : g_strdup(fallback);
}

static bool unknown(const char *section, const char *key, const char *value, char **names, GError **error)
{
    g_autofree char *hint = suggest(value, (const char *const *)names);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "[%s] %s: the results have no '%s'%s", section, key, value, hint);
    return false;
}

/* What x may be by name: all but keys of the sweep, metrics and laws. */
static const struct { const char *x; PlotMaker *make; const char *table; } kinds[] = {
    { "time", plot_time, "series" }, { "variant", plot_bars, "metric" }, { "difference", plot_forest, "metric" },
    { "overlay", plot_overlay, NULL }, { "sequence", plot_sequence, NULL },
};

static const char *const laws[] = { [PLOT_CDF] = "cdf", [PLOT_CCDF] = "ccdf", [PLOT_HISTOGRAM] = "histogram",
                                   [PLOT_BOX] = "box" };

/* Two keys of the sweep with a comma between them. */
static bool is_grid(const PlotData *data, const char *x)
{
    g_auto(GStrv) keys = parse_list(x);
    return g_strv_length(keys) == 2 && plot_axis_find(data, keys[0], NULL) && plot_axis_find(data, keys[1], NULL);
}

static char **possible(const PlotData *data, char **names)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; i < data->axes->len; i++) g_ptr_array_add(all, g_strdup(((PlotAxis *)data->axes->pdata[i])->key));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) g_ptr_array_add(all, g_strdup(kinds[i].x));
    g_ptr_array_add(all, g_strdup("cdf(latency)"));
    for (guint i = 0; names[i]; i++) g_ptr_array_add(all, g_strdup(names[i]));
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_steal(all, NULL);
}

/* The figure that `x` names, and the table that y must be in (NULL: none). */
static PlotMaker *maker_of(const PlotData *data, const char *x, char **measured, const char **table)
{
    *table = "metric";
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kinds[i].x, x) == 0) return *table = kinds[i].table, kinds[i].make;
    if (plot_axis_find(data, x, NULL)) return plot_sweep;
    if (is_grid(data, x)) return plot_heat;
    return has(measured, x) ? plot_pareto : NULL;
}

static bool add_law(GPtrArray *requests, const PlotData *data, const char *section, const char *x, GError **error)
{
    g_autofree char *inner = NULL, *function = parse_call(x, &inner);
    g_auto(GStrv) names = plot_data_names(data, "histogram", error);
    if (!names) return false;
    for (guint i = 0; i < G_N_ELEMENTS(laws); i++) {
        if (strcmp(function, laws[i]) != 0) continue;
        if (!has(names, inner)) return unknown(section, "x", inner, names, error);
        PlotMaker *make = i == PLOT_BOX ? plot_box : plot_distribution;
        plot_choice_add(requests, plot_name(section), make, "", inner)->ask.law = i;
        return true;
    }
    char *known[] = { "cdf(latency)", "ccdf(latency)", "histogram(hops)", "box(latency)", NULL };
    return unknown(section, "x", x, known, error);
}

/* Which part of a sequence. */
static bool narrow(PlotRequested *request, const PlotData *data, GKeyFile *file, const char *section, GError **error)
{
    g_autofree char *from = value_of(file, section, "from", "0 s"), *until = value_of(file, section, "until", NULL);
    request->ask.of = request->of = value_of(file, section, "of", NULL);
    if (request->of && plot_data_find_variant(data, request->of) == G_MAXUINT) {
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (guint i = 0; i < data->variants->len; i++) g_ptr_array_add(names, data->variants->pdata[i]);
        g_ptr_array_add(names, NULL);
        return unknown(section, "of", request->of, (char **)names->pdata, error);
    }
    return parse_duration(from, &request->ask.from, error) &&
           (!until || parse_duration(until, &request->ask.until, error));
}

static bool add_asked(GPtrArray *requests, const PlotData *data, GKeyFile *file, const char *section, GError **error)
{
    g_auto(GStrv) names = plot_data_names(data, "metric", error);
    if (!names) return false;
    const char *swept = data->axes->len ? ((PlotAxis *)data->axes->pdata[0])->key : "variant";
    g_autofree char *x = value_of(file, section, "x", swept), *y = value_of(file, section, "y", "delivery_ratio");
    g_autofree char *inner = NULL, *law = parse_call(x, &inner);
    const char *table = NULL;
    PlotMaker *make = law ? NULL : maker_of(data, x, names, &table);
    if (law && !add_law(requests, data, section, x, error)) return false;
    if (!law && !make) {
        g_auto(GStrv) all = possible(data, names);
        return unknown(section, "x", x, all, error);
    }
    if (table) {
        g_auto(GStrv) known = plot_data_names(data, table, error);
        if (!known) return false;
        if (!has(known, y)) return unknown(section, "y", y, known, error);
    }
    if (!law) plot_choice_add(requests, plot_name(section), make, y, x);
    PlotRequested *request = requests->pdata[requests->len - 1];
    request->format = value_of(file, section, "format", NULL);
    return make != plot_sequence || narrow(request, data, file, section, error);
}

GPtrArray *plot_choice_asked(const PlotData *data, GError **error)
{
    g_autoptr(GPtrArray) requests = plot_choice_new();
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_data(file, data->scenario, (gsize)-1, G_KEY_FILE_NONE, NULL))
        return g_steal_pointer(&requests);
    g_auto(GStrv) sections = g_key_file_get_groups(file, NULL);
    for (guint i = 0; sections[i]; i++) {
        bool is_plot = g_str_has_prefix(sections[i], "plot ") || strcmp(sections[i], "plot") == 0;
        if (is_plot && !add_asked(requests, data, file, sections[i], error)) return NULL;
    }
    return g_steal_pointer(&requests);
}
