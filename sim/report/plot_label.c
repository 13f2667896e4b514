/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_label.h"

#include <math.h>
#include <string.h>

#include "registry.h"

/* Names whose words alone would not say enough. */
static const struct { const char *name, *words; } special[] = {
    { "latency", "latency (ms)" },
    { "hops", "overlay hops" },
    { "degree", "degree (links per node)" },
    { "load", "load (messages sent per node)" },
    { "redundancy", "redundancy (extra per delivery)" },
    { "duplicates", "duplicates (messages)" },
    { "available_mean", "nodes up (time-average share)" },
    { "available", "nodes up (share)" },
    { "wall_s", "time of the event loop (s)" },
    { "events_per_s", "events per second" },
};

static char *plain_name(const char *name) { return g_strndup(name, strcspn(name, "[")); }

/* The unit of a metric; `name` without the object. */
static const char *unit_of(const char *name)
{
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *row = metrics[i]->names; row && row->name; row++)
            if (strcmp(row->name, name) == 0) return row->unit && strcmp(row->unit, "1") != 0 ? row->unit : "";
    if (g_str_has_suffix(name, "_per_s") || g_str_has_suffix(name, "_per_node_s")) return "";
    return g_str_has_suffix(name, "_ms") ? "ms" : g_str_has_suffix(name, "_s") ? "s" : "";
}

char *plot_label_words(const char *name)
{
    const char *object = strchr(name, '[');                 /* of a section: NAME[OBJECT] */
    g_autofree char *words = plain_name(name);
    g_autofree char *unit = g_strconcat("_", unit_of(words), NULL);
    if (unit[1] && g_str_has_suffix(words, unit)) words[strlen(words) - strlen(unit)] = '\0';
    g_strdelimit(words, "_", ' ');
    if (!object) return g_steal_pointer(&words);
    size_t length = strlen(object + 1);
    bool closed = length && object[length] == ']';
    return g_strdup_printf("%s of %.*s", words, (int)(length - closed), object + 1);
}

char *plot_label(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(special); i++)
        if (strcmp(special[i].name, name) == 0) return g_strdup(special[i].words);
    g_autofree char *words = plot_label_words(name), *plain = plain_name(name);
    const char *unit = unit_of(plain);
    return *unit && strcmp(unit, words) != 0 ? g_strdup_printf("%s (%s)", words, unit) : g_steal_pointer(&words);
}

bool plot_label_is_share(const char *name)
{
    return strstr(name, "_ratio") || g_str_has_suffix(name, "_share") || g_str_has_suffix(name, "_gini") ||
           g_str_has_prefix(name, "available");
}

static void number(PlotSheet *sheet, char axis, const char *key, double value)
{
    g_autofree char *name = g_strdup_printf("%c%s", axis, key);
    plot_sheet_number(sheet, name, value);
}

/* The highest round start of an axis up to 1 that leaves `least` clear of its end. */
static double zoom(double least)
{
    static const double starts[] = { 0.999, 0.998, 0.995, 0.99, 0.98, 0.95, 0.9, 0.8 };
    if (least > 1 - 1e-9) return 0;
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
        if (least >= starts[i] + 0.02 * (1 - starts[i])) return starts[i];
    return 0;
}

/* 1, 2 or 5 times a power of ten, so that about `steps` of them make `range`. */
static double step_of(double range, double steps)
{
    double power = pow(10, floor(log10(range / steps))), factor = range / steps / power;
    return power * (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10);
}

static void set_ends(PlotSheet *sheet, char axis, double low, double high, double steps)
{
    number(sheet, axis, "min", low);
    number(sheet, axis, "max", high);
    bool broad = axis == 'x' && high >= 10000;          /* numbers of five digits */
    number(sheet, axis, "step", step_of(high - low, broad ? fmin(steps, 3.6) : steps));
}

void plot_label_ends(PlotSheet *sheet, char axis, double low, double high)
{
    set_ends(sheet, axis, low, high, 5);
}

void plot_label_ends_coarse(PlotSheet *sheet, char axis, double low, double high)
{
    set_ends(sheet, axis, low, high, 2.6);
}

void plot_label_axis(PlotSheet *sheet, char axis, const char *name, double least, double most)
{
    g_autofree char *label = plot_label(name), *key = g_strdup_printf("%clabel", axis);
    double start = 0;
    if (plot_label_is_share(name) && least >= 0 && most > 0.4 && most <= 1.2) {
        start = zoom(least);
        plot_label_ends(sheet, axis, start, fmax(1, most) + 0.02 * (1 - start));
    } else if (least > 0 && most > 1000 * least) {
        number(sheet, axis, "log", 1);
    } else {
        double low = fmin(least, 0), high = fmax(most, 0);
        if (high <= low) high = low + 1;
        double step = step_of(high - low, 5);
        plot_label_ends(sheet, axis, floor(low / step) * step, ceil(1.02 * high / step) * step);
    }
    g_autofree char *from = start > 0 ? g_strdup_printf("%s, axis from %g", label, start) : g_strdup(label);
    plot_sheet_text(sheet, key, from);
}

char *plot_label_estimate(double mean, double half)
{
    char value[G_ASCII_DTOSTR_BUF_SIZE], around[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(half) || half <= 0) {
        g_ascii_formatd(value, sizeof value, fabs(mean) >= 1000 ? "%.0f" : "%.4g", mean);
        return isnan(half) ? g_strdup(value) : g_strdup_printf("%s ± 0", value);
    }
    int digits = CLAMP((int)ceil(-log10(half)), 0, 6);
    g_autofree char *format = g_strdup_printf("%%.%df", fabs(mean) >= 1000 ? 0 : MIN(digits, 4));
    g_ascii_formatd(value, sizeof value, format, mean);
    g_ascii_formatd(around, sizeof around, format, half);
    return g_strdup_printf("%s ± %s", value, around);
}

void plot_label_note(PlotSheet *sheet, guint replications, const char *what)
{
    if (replications < 2) {
        plot_sheet_text(sheet, "note", "one run, so no interval");
        return;
    }
    g_autofree char *note = g_strdup_printf("mean of %u runs, %s: 95 %% interval", replications, what);
    plot_sheet_text(sheet, "note", note);
}
