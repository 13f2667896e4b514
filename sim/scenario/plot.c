/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "core/suggest.h"
#include "scenario/expect.h"

void plot_free(PlotRequest *plot)
{
    params_clear(plot_params, plot);
    g_free(plot->name);
    g_free(plot);
}

static void check_choice(const Keys *keys, const char *key, const char *text, const char *const *names)
{
    if (g_strv_contains(names, text)) return;
    g_autofree char *hint = suggest(text, names);
    keys_fault(keys, key, "'%s' is not a choice%s", text, hint);
}

/* A metric; along `time` also the one series that is no metric; of an overlay what colours its nodes. */
static void check_y(const Keys *keys, const PlotRequest *plot)
{
    bool in_time = g_strcmp0(plot->x, "time") == 0 && g_strcmp0(plot->y, "available") == 0;
    static const char *const colours[] = { "state", "latency", "degree", NULL };
    bool of_overlay = g_strcmp0(plot->x, "overlay") == 0 && plot->y && g_strv_contains(colours, plot->y);
    if (!plot->y || in_time || of_overlay || metric_find(plot->y)) return;
    g_autofree char *unknown = metric_unknown(plot->y);
    keys_fault(keys, "y", "%s", unknown);
}

/* cdf(latency) and its like. */
static void check_law(const Keys *keys, const char *function, const char *inner)
{
    static const char *const functions[] = { "cdf", "ccdf", "histogram", "box", NULL };
    static const char *const histograms[] = { "latency", "hops", "degree", "load", NULL };
    check_choice(keys, "x", function, functions);
    check_choice(keys, "x", inner, histograms);
}

/* "KEY, KEY": a map over two keys of the sweep. */
static bool is_grid(const char *x, GPtrArray *names)
{
    g_auto(GStrv) keys = parse_list(x);
    if (g_strv_length(keys) != 2) return false;
    return g_ptr_array_find_with_equal_func(names, keys[0], g_str_equal, NULL) &&
           g_ptr_array_find_with_equal_func(names, keys[1], g_str_equal, NULL);
}

static void check_x(const Keys *keys, const PlotRequest *plot, const Plan *plan)
{
    static const char *const others[] = { "time", "variant", "difference", "overlay", "sequence", "cdf(latency)" };
    if (!plot->x) return;
    g_autofree char *inner = NULL, *function = parse_call(plot->x, &inner);
    if (function) {
        check_law(keys, function, inner);
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (uint32_t i = 0; i < plan->axis_count; i++) g_ptr_array_add(names, plan->axes[i].key);
    if (is_grid(plot->x, names) || metric_find(plot->x)) return;
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) g_ptr_array_add(names, (gpointer)others[i]);
    g_ptr_array_add(names, NULL);
    if (g_strv_contains((const char *const *)names->pdata, plot->x)) return;
    g_autofree char *hint = suggest(plot->x, (const char *const *)names->pdata);
    keys_fault(keys, "x", "'%s' is neither swept nor a metric nor a distribution%s", plot->x, hint);
}

/* What chooses a part of a sequence means nothing to other figures. */
static void check_part(const Keys *keys, const PlotRequest *plot, const Plan *plan)
{
    static const char *const parts[] = { "of", "from", "until" };
    bool sequence = g_strcmp0(plot->x, "sequence") == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!sequence && keys_given(keys, parts[i])) keys_fault(keys, parts[i], "'%s' goes with x = sequence alone", parts[i]);
    if (sequence && plot->of) check_choice(keys, "of", plot->of, (const char *const *)plan->variants);
    if (sequence && plot->until >= 0 && plot->until <= plot->from) keys_fault(keys, "until", "it must come after 'from'");
}

PlotRequest *plot_read(const Section *section, const Plan *plan, Faults *faults)
{
    static const char *const formats[] = { "svg", "pdf", "png", "tex", NULL };
    Keys *keys = section_keys(section, faults);
    PlotRequest *plot = g_new0(PlotRequest, 1);
    params_fill(plot_params, keys, plot);
    plot->name = g_strdup(section->name);
    plot->line = section->line;
    check_y(keys, plot);
    check_x(keys, plot, plan);
    check_part(keys, plot, plan);
    if (plot->format) check_choice(keys, "format", plot->format, formats);
    keys_free(keys);
    return plot;
}
