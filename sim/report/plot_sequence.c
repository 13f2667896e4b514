/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message-sequence chart of replication 0 of one variant. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_figure.h"
#include "report/plot_sequence.h"

/* mm; plots/sequence.gp has the same margins. */
#define MOST_DEPTH 300.0
#define LEFT 17.0
#define RIGHT 2.0
#define HEAD 12.0               /* names above the lifelines */
#define BAR 1.2                 /* half of a bar */

enum { NARROW = 3 };            /* columns that fit one column of a paper */

/* ---- times ---- */

/* The unit in which the ticks are short. */
static const struct { SimTime ns; const char *name; } units[] = {
    { SIM_S, "s" }, { SIM_MS, "ms" }, { 1000, "µs" }, { 1, "ns" },
};

static size_t unit_of(const Chart *chart)
{
    SimTime last = g_array_index(chart->ticks, ChartTick, chart->ticks->len - 1).time;
    size_t unit = 0;
    while (unit + 1 < G_N_ELEMENTS(units) && last < 10 * units[unit].ns) unit++;
    return unit;
}

static gint by_size(gconstpointer a, gconstpointer b)
{
    SimTime first = *(const SimTime *)a, second = *(const SimTime *)b;
    return first < second ? -1 : first > second;
}

/* Digits after the point that tell most ticks apart. */
static int digits_of(const Chart *chart, size_t unit)
{
    g_autoptr(GArray) gaps = g_array_new(FALSE, FALSE, sizeof(SimTime));
    for (guint i = 1; i < chart->ticks->len; i++) {
        const ChartTick *tick = &g_array_index(chart->ticks, ChartTick, i);
        SimTime gap = tick->time - (tick - 1)->time;
        g_array_append_val(gaps, gap);
    }
    if (!gaps->len) return 3;
    g_array_sort(gaps, by_size);
    double usual = (double)g_array_index(gaps, SimTime, gaps->len / 2) / (double)units[unit].ns;
    return (int)CLAMP(ceil(-log10(usual)) + 1, 0, 6);
}

/* Without zeros at its end. */
static char *time_text(SimTime time, size_t unit, int digits)
{
    char format[8], text[G_ASCII_DTOSTR_BUF_SIZE];
    g_snprintf(format, sizeof format, "%%.%df", digits);
    g_ascii_formatd(text, sizeof text, format, (double)time / (double)units[unit].ns);
    if (strchr(text, '.')) {
        size_t length = strlen(text);
        while (text[length - 1] == '0') length--;
        text[text[length - 1] == '.' ? length - 1 : length] = 0;
    }
    return g_strdup(text);
}

/* ---- lifelines ---- */

static char *names_of(const ChartColumn *column)
{
    if (!column->processes->len) return g_strdup_printf("node %u", column->node);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < column->processes->len; i++) g_ptr_array_add(names, column->processes->pdata[i]);
    g_ptr_array_add(names, NULL);
    return g_strjoinv(", ", (char **)names->pdata);
}

static void add_lifeline(const Sequence *drawing, guint column)
{
    const Chart *chart = drawing->chart;
    double y = 0;
    for (guint i = 0; i < chart->outages->len; i++) {
        const ChartOutage *outage = &g_array_index(chart->outages, ChartOutage, i);
        if (outage->column != column) continue;
        if (outage->y1 > y) plot_sheet_row(drawing->sheet, "nnnn", column + 1.0, y, outage->y1, 0.0);
        plot_sheet_row(drawing->sheet, "nnnn", column + 1.0, outage->y1, outage->y2, 1.0);
        y = outage->y2;
    }
    if (y < chart->depth) plot_sheet_row(drawing->sheet, "nnnn", column + 1.0, y, chart->depth, 0.0);
}

static void add_heads(const Sequence *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    for (guint i = 0; i < chart->columns->len; i++) {
        const ChartColumn *column = chart_column_at(chart, i);
        g_autofree char *names = names_of(column), *fits = sequence_shortened(names, 0.9 * drawing->gap - 2);
        g_autofree char *tex = plot_sheet_tex(fits), *node = g_strdup_printf("node %u", column->node);
        const char *below = column->processes->len ? node : "\302\240";         /* no field is empty */
        plot_sheet_row(drawing->sheet, "ssns", fits, tex, i + 1.0, below);
    }
}

static void add_lifelines(const Sequence *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    for (guint i = 0; i < chart->columns->len; i++) add_lifeline(drawing, i);
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "nnnnn", -9.0, -9.0, -9.0, -9.0, 0.0);       /* out of sight: no block is empty */
    for (guint i = 0; i < chart->bars->len; i++) {
        const ChartBar *bar = &g_array_index(chart->bars, ChartBar, i);
        double x = bar->column + 1 + bar->level * BAR / drawing->gap, half = BAR / drawing->gap;
        plot_sheet_row(drawing->sheet, "nnnnn", x - half, x + half, bar->y1, bar->y2, bar->work ? 1.0 : 0.0);
    }
}

/* Of the bars that stand there. */
static guint level_at(const Chart *chart, guint column, double y)
{
    guint level = 0;
    for (guint i = 0; i < chart->bars->len; i++) {
        const ChartBar *bar = &g_array_index(chart->bars, ChartBar, i);
        if (bar->column == column && bar->y1 < y && y < bar->y2) level = MAX(level, bar->level);
    }
    return level;
}

static void add_marks(const Sequence *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "nnn", -9.0, -9.0, 0.0);
    for (guint i = 0; i < chart->outages->len; i++) {
        const ChartOutage *outage = &g_array_index(chart->outages, ChartOutage, i);
        if (outage->crash) plot_sheet_row(drawing->sheet, "nnn", outage->column + 1.0, outage->y1, 0.0);
        if (outage->end >= 0 && outage->y2 < chart->depth)
            plot_sheet_row(drawing->sheet, "nnn", outage->column + 1.0, outage->y2, 1.0);
    }
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "nnn", -9.0, -9.0, 0.0);
    for (guint i = 0; i < chart->breaks->len; i++)
        for (guint c = 0; c < chart->columns->len; c++) {
            const ChartBreak *idle = &g_array_index(chart->breaks, ChartBreak, i);
            double right = 1.8 + BAR * level_at(chart, c, (idle->y1 + idle->y2) / 2);
            plot_sheet_row(drawing->sheet, "nnn", c + 1.0, (idle->y1 + idle->y2) / 2, right / drawing->gap);
        }
}

static void add_lines(const Sequence *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "ssn", " ", " ", -99.0);
    for (guint i = 0; i < chart->lines->len; i++) {
        const ChartLine *line = &g_array_index(chart->lines, ChartLine, i);
        g_autofree char *text = sequence_shortened(line->text, 2 * drawing->gap), *tex = plot_sheet_tex(text);
        plot_sheet_row(drawing->sheet, "ssn", text, tex, line->y);
    }
}

/* The time of each instant, where there is room. */
static void add_ticks(const Sequence *drawing)
{
    const Chart *chart = drawing->chart;
    size_t unit = unit_of(chart);
    int digits = digits_of(chart, unit);
    double last = -9;
    for (guint i = 0; i < chart->ticks->len; i++) {
        const ChartTick *tick = &g_array_index(chart->ticks, ChartTick, i);
        g_autofree char *text = time_text(tick->time, unit, digits);
        if (tick->y - last >= 3.2) plot_sheet_mark(drawing->sheet, "ytick", text, last = tick->y);
    }
    g_autofree char *label = g_strdup_printf("time (%s)", units[unit].name);
    plot_sheet_text(drawing->sheet, "ylabel", label);
}

/* ---- the figure ---- */

/* What of the run is shown, in words. */
static char *words_of(const PlotData *data, guint variant, guint point, const PlotAsk *ask, const Chart *chart)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const char *name = plot_data_variant(data, variant), *where = plot_data_point(data, point)->label;
    if (data->variants->len > 1 || strcmp(name, "default") != 0) g_ptr_array_add(words, g_strdup(name));
    if (*where) g_ptr_array_add(words, g_strdup(where));
    size_t unit = unit_of(chart);
    int digits = digits_of(chart, unit);
    g_autofree char *from = time_text(ask->from, unit, digits), *until = time_text(MAX(chart->until, 0), unit, digits);
    if (ask->from > 0) g_ptr_array_add(words, g_strdup_printf("from %s %s", from, units[unit].name));
    if (chart->until >= 0) g_ptr_array_add(words, g_strdup_printf("until %s %s", until, units[unit].name));
    if (chart->left_out)
        g_ptr_array_add(words, g_strdup_printf("%u packets of further nodes left out", chart->left_out));
    g_ptr_array_add(words, NULL);
    return g_strjoinv(", ", (char **)words->pdata);
}

static PlotSheet *draw(const PlotData *data, const PlotAsk *ask, const Chart *chart, const char *where)
{
    g_autoptr(PlotSheet) sheet = plot_sheet_new("sequence.gp",
        "x\ty1\ty2\tdown\nx1\tx2\ty1\ty2\twork\nx1\ty1\tx2\ty2\tkind\tcount\ntext\ttex\tx\ty\tangle");
    PlotAsk wide = *ask;
    if (!wide.columns) wide.columns = chart->columns->len > NARROW ? 2 : 1;
    Sequence drawing = { sheet, chart, ((wide.columns == 2 ? 174 : 84) - LEFT - RIGHT) / chart->columns->len,
                        g_array_new(FALSE, FALSE, sizeof(Taken)) };
    add_lifelines(&drawing);
    sequence_arrows(&drawing);
    add_marks(&drawing);
    add_heads(&drawing);
    add_lines(&drawing);
    add_ticks(&drawing);
    g_array_unref(drawing.taken);
    plot_sheet_number(sheet, "body", chart->depth + HEAD);
    plot_sheet_number(sheet, "depth", chart->depth);
    plot_sheet_number(sheet, "lifelines", chart->columns->len);
    plot_sheet_text(sheet, "note", "time runs down, not to scale");
    plot_title(sheet, data, &wide, where);
    return g_steal_pointer(&sheet);
}

PlotSheet *plot_sequence(const PlotData *data, const PlotAsk *ask, GError **error)
{
    guint variant = ask->of && *ask->of ? plot_data_find_variant(data, ask->of) : 0, point = data->points->len - 1;
    GError *broken = NULL;
    gint64 run = variant == G_MAXUINT ? -1 : plot_data_first_run(data, variant, point, &broken);
    g_autoptr(Chart) chart = run < 0 ? NULL : chart_read(data, run, ask->from, ask->until, &broken);
    if (broken) return g_propagate_error(error, broken), NULL;
    if (chart) chart_place(chart, MOST_DEPTH);
    if (!chart || !chart->arrows->len) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "replication 0 recorded no packet of a communication model "
                    "there; sequence = yes in [record] does so for more than 2,000 too");
        return NULL;
    }
    g_autofree char *where = words_of(data, variant, point, ask, chart);
    return draw(data, ask, chart, where);
}
