/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message-sequence chart of replication 0 of one variant. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/chart.h"
#include "report/plot_figure.h"

/* mm; plots/sequence.gp has the same margins. */
#define MOST_DEPTH 300.0
#define LEFT 17.0
#define RIGHT 2.0
#define HEAD 12.0               /* names above the lifelines */
#define LETTER 1.36             /* of a label, on average */
#define BAR 1.2                 /* half of a bar */

enum { NARROW = 3 };            /* columns that fit one column of a paper */

typedef struct { PlotSheet *sheet; const Chart *chart; double gap; } Drawing;   /* gap: mm from lifeline to lifeline */

/* ---- texts ---- */

static char *shortened(const char *text, double mm)
{
    glong room = MAX((glong)(mm / LETTER), 3);
    if (g_utf8_strlen(text, -1) <= room) return g_strdup(text);
    g_autofree char *start = g_utf8_substring(text, 0, room - 1);
    return g_strconcat(start, "…", NULL);
}

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

static char *time_text(SimTime time, size_t unit)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof text, "%.7g", (double)time / (double)units[unit].ns));
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

static void add_lifeline(const Drawing *drawing, guint column)
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

static void add_heads(const Drawing *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    for (guint i = 0; i < chart->columns->len; i++) {
        const ChartColumn *column = chart_column_at(chart, i);
        g_autofree char *names = names_of(column), *fits = shortened(names, 0.9 * drawing->gap - 2);
        g_autofree char *tex = plot_sheet_tex(fits), *node = g_strdup_printf("node %u", column->node);
        plot_sheet_row(drawing->sheet, "ssns", fits, tex, i + 1.0, column->processes->len ? node : " ");
    }
}

static void add_lifelines(const Drawing *drawing)
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

static void add_marks(const Drawing *drawing)
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
    plot_sheet_row(drawing->sheet, "nn", -9.0, -9.0);
    for (guint i = 0; i < chart->breaks->len; i++)
        for (guint c = 0; c < chart->columns->len; c++) {
            const ChartBreak *idle = &g_array_index(chart->breaks, ChartBreak, i);
            plot_sheet_row(drawing->sheet, "nn", c + 1.0, (idle->y1 + idle->y2) / 2);
        }
}

/* ---- arrows ---- */

enum { KIND_PAYLOAD, KIND_CONTROL, KIND_LOST, KIND_UNDER_WAY };

static int kind_of(const ChartArrow *arrow)
{
    if (arrow->fate != CHART_ARRIVED) return arrow->fate == CHART_LOST ? KIND_LOST : KIND_UNDER_WAY;
    return arrow->weight ? KIND_PAYLOAD : KIND_CONTROL;
}

/* Where an arrow that does not arrive ends: on its way, or near the sender where it never left. */
static void end_of(const ChartArrow *arrow, double *x, double *y)
{
    double way = (double)arrow->to - (double)arrow->from, side = way > 0 ? 1 : -1;
    *x = arrow->to + 1.0;
    *y = arrow->y2;
    if (arrow->fate == CHART_ARRIVED) return;
    bool at_once = arrow->fate == CHART_LOST && arrow->ended == arrow->sent;
    double share = at_once ? 0 : arrow->fate == CHART_LOST ? 0.85 : 0.6;
    *x = arrow->from + 1.0 + (at_once ? 0.75 * side : share * way);
    *y = at_once ? arrow->y1 + 0.8 : arrow->fate == CHART_LOST ? arrow->y1 + share * (arrow->y2 - arrow->y1)
                                                               : MIN(arrow->y1 + 6, arrow->y2);
}

static void add_arrows(const Drawing *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "nnnnnn", -9.0, -9.0, -8.0, -8.0, 0.0, 0.0);
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        double x, y;
        end_of(arrow, &x, &y);
        if (arrow->from != arrow->to)
            plot_sheet_row(drawing->sheet, "nnnnnn", arrow->from + 1.0, arrow->y1, x, y, (double)kind_of(arrow),
                           (double)arrow->count);
    }
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "nnnnnn", -9.0, -9.0, -8.0, -8.0, 0.0, 0.0);
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        if (arrow->from == arrow->to)
            plot_sheet_row(drawing->sheet, "nnnnnn", arrow->from + 1.0, arrow->y1, 3.5 / drawing->gap, arrow->y2,
                           (double)kind_of(arrow), (double)arrow->count);
    }
}

/* Two that leave one point to the same side, for different nodes: their labels stand at their other ends. */
static bool fans_out(const Chart *chart, const ChartArrow *arrow)
{
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *other = &g_array_index(chart->arrows, ChartArrow, i);
        if (other->sent > arrow->sent) break;
        if (other != arrow && other->sent == arrow->sent && other->from == arrow->from && other->from != other->to &&
            (other->to > other->from) == (arrow->to > arrow->from))
            return true;
    }
    return false;
}

static void add_label(const Drawing *drawing, const ChartArrow *arrow)
{
    double x, y, way = (double)arrow->to - (double)arrow->from, side = way > 0 ? 1 : -1;
    end_of(arrow, &x, &y);
    g_autofree char *text = shortened(arrow->label, drawing->gap - 3), *tex = plot_sheet_tex(text);
    bool last = fabs(way) > 1 && arrow->fate == CHART_ARRIVED && fans_out(drawing->chart, arrow);
    double at = last ? x - 0.5 * side : arrow->from + 1 + 0.5 * side;
    double slope = (y - arrow->y1) / (x - arrow->from - 1);
    double angle = -atan(slope / drawing->gap) * 180 / G_PI;
    plot_sheet_row(drawing->sheet, "ssnnnn", text, tex, at, arrow->y1 + slope * (at - arrow->from - 1), angle,
                   arrow->weight ? 0.0 : 1.0);
}

static void add_labels(const Drawing *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "ssnnnn", " ", " ", 1.0, 0.0, 0.0, 0.0);         /* no block is empty */
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        if (arrow->from != arrow->to) add_label(drawing, arrow);
    }
}

/* ---- notes ---- */

/* What leaves and reaches a point to its right and to its left. */
typedef struct { bool leaves[2], reaches[2]; } Busy;

static Busy busy_at(const Chart *chart, guint column, double y)
{
    Busy busy = { { false, false }, { false, false } };
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        if (arrow->from == column && fabs(arrow->y1 - y) < 1) busy.leaves[arrow->to < column] = true;
        if (arrow->to == column && arrow->from != column && fabs(arrow->y2 - y) < 1 && arrow->fate == CHART_ARRIVED)
            busy.reaches[arrow->from < column] = true;
    }
    return busy;
}

static void add_note(const Drawing *drawing, guint column, double y, const char *words, double weight, bool left)
{
    Busy busy = busy_at(drawing->chart, column, y);
    double shift = busy.leaves[left] && busy.reaches[left] ? 0 : busy.leaves[left] ? -1.5 : busy.reaches[left] ? 1.6 : 0;
    double room = column == 0 && left ? drawing->gap / 2 - 2 : drawing->gap - 6;
    g_autofree char *text = shortened(words, room), *tex = plot_sheet_tex(text);
    double x = column + 1 + (left ? -2.2 : 2.2) / drawing->gap;
    plot_sheet_row(drawing->sheet, "ssnnn", text, tex, x, y + shift, weight);
}

/* On the side where fewer arrows are; to the right where both are alike. */
static bool goes_left(const Chart *chart, guint column, double y)
{
    Busy busy = busy_at(chart, column, y);
    int right = busy.leaves[0] + busy.reaches[0], left = busy.leaves[1] + busy.reaches[1];
    if (column == 0 && chart->columns->len > 1) return right > 1 && !left;
    return left < right || (column + 1 == chart->columns->len && column > 0 && left == right && !left);
}

static void add_notes(const Drawing *drawing, bool left)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "ssnnn", " ", " ", 1.0, 0.0, 0.0);
    for (guint i = 0; i < chart->notes->len; i++) {
        const ChartNote *note = &g_array_index(chart->notes, ChartNote, i);
        if (goes_left(chart, note->column, note->y) == left)
            add_note(drawing, note->column, note->y, note->text, note->bad ? 1.0 : 0.0, left);
    }
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        if (left || arrow->from != arrow->to) continue;
        g_autofree char *text = shortened(arrow->label, drawing->gap / 2), *tex = plot_sheet_tex(text);
        plot_sheet_row(drawing->sheet, "ssnnn", text, tex, arrow->from + 1 + 4.5 / drawing->gap, (arrow->y1 + arrow->y2) / 2,
                       2.0);
    }
}

static void add_lines(const Drawing *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "ssn", " ", " ", -99.0);
    for (guint i = 0; i < chart->lines->len; i++) {
        const ChartLine *line = &g_array_index(chart->lines, ChartLine, i);
        g_autofree char *text = shortened(line->text, 2 * drawing->gap), *tex = plot_sheet_tex(text);
        plot_sheet_row(drawing->sheet, "ssn", text, tex, line->y);
    }
}

/* The time of each instant, where there is room. */
static void add_ticks(const Drawing *drawing)
{
    const Chart *chart = drawing->chart;
    size_t unit = unit_of(chart);
    double last = -9;
    for (guint i = 0; i < chart->ticks->len; i++) {
        const ChartTick *tick = &g_array_index(chart->ticks, ChartTick, i);
        g_autofree char *text = time_text(tick->time, unit);
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
    g_autofree char *from = format_duration(ask->from), *until = format_duration(MAX(chart->until, 0));
    if (ask->from > 0) g_ptr_array_add(words, g_strdup_printf("from %s", from));
    if (chart->until >= 0) g_ptr_array_add(words, g_strdup_printf("until %s", until));
    if (chart->left_out) g_ptr_array_add(words, g_strdup_printf("%u packets of further nodes left out", chart->left_out));
    g_ptr_array_add(words, NULL);
    return g_strjoinv(", ", (char **)words->pdata);
}

static PlotSheet *draw(const PlotData *data, const PlotAsk *ask, const Chart *chart, const char *where)
{
    g_autoptr(PlotSheet) sheet = plot_sheet_new("sequence.gp",
        "x\ty1\ty2\tdown\nx1\tx2\ty1\ty2\twork\nx1\ty1\tx2\ty2\tkind\tcount\ntext\ttex\tx\ty\tangle");
    PlotAsk wide = *ask;
    if (!wide.columns) wide.columns = chart->columns->len > NARROW ? 2 : 1;
    Drawing drawing = { sheet, chart, ((wide.columns == 2 ? 174 : 84) - LEFT - RIGHT) / chart->columns->len };
    add_lifelines(&drawing);
    add_arrows(&drawing);
    add_labels(&drawing);
    add_notes(&drawing, false);
    add_notes(&drawing, true);
    add_marks(&drawing);
    add_heads(&drawing);
    add_lines(&drawing);
    add_ticks(&drawing);
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
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "replication 0 recorded no packet of a communication model there; "
                    "sequence = yes in [record] does so for more than 2,000 too");
        return NULL;
    }
    g_autofree char *where = words_of(data, variant, point, ask, chart);
    return draw(data, ask, chart, where);
}
