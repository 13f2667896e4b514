/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arrows of a message-sequence chart, and the words at them and at the lifelines. */
#include <math.h>
#include <string.h>

#include "report/plot_figure.h"
#include "report/plot_sequence.h"

#define LETTER 1.36             /* mm of a letter, on average */

char *sequence_shortened(const char *text, double mm)
{
    glong room = MAX((glong)(mm / LETTER), 3);
    if (g_utf8_strlen(text, -1) <= room) return g_strdup(text);
    const char *last = strchr(text, ',') ? NULL : g_str_has_suffix(text, "]") ? strrchr(text, '[') : strrchr(text, ' ');
    bool numbered = last && (last[0] == '[' || last[1] == '#') && g_utf8_strlen(last, -1) < room / 2 + 1;
    glong tail = numbered ? g_utf8_strlen(last, -1) : 0;
    g_autofree char *start = g_utf8_substring(text, 0, room - 1 - tail);
    return g_strconcat(start, "…", tail ? last : "", NULL);
}

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
    *x = arrow->from + 1.0 + (at_once ? 0.6 * side : share * way);
    *y = at_once ? arrow->y1 + 0.8 : arrow->fate == CHART_LOST ? arrow->y1 + share * (arrow->y2 - arrow->y1)
                                                               : MIN(arrow->y1 + 6, arrow->y2);
}

static void add_arrows(const Sequence *drawing)
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

/* What a label there would touch: each arrow counts, each label twice. */
static guint crowd_at(const Sequence *drawing, const ChartArrow *arrow, const Taken *place)
{
    guint crowd = 0;
    for (guint i = 0; i < drawing->chart->arrows->len; i++) {
        const ChartArrow *other = &g_array_index(drawing->chart->arrows, ChartArrow, i);
        double from = other->from + 1, to, end;
        if (other == arrow || other->from == other->to) continue;
        end_of(other, &to, &end);
        if (place->x <= fmin(from, to) || place->x >= fmax(from, to)) continue;
        double there = other->y1 + (end - other->y1) * (place->x - from) / (to - from);
        crowd += there < place->y + 0.5 && there > place->y - 3.5;
    }
    for (guint i = 0; i < drawing->taken->len; i++) {
        const Taken *taken = &g_array_index(drawing->taken, Taken, i);
        bool beside = fabs(taken->x - place->x) > taken->half + place->half;
        crowd += !beside && fabs(taken->y - place->y) < 3 ? 2 : 0;
    }
    return crowd;
}

/* Another leaves there for a node on the same side. */
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

/* Above the arrow, between two lifelines that it passes: where it touches least, and near its sender; near its
 * receiver where several leave at once. */
static Taken place_of(const Sequence *drawing, const ChartArrow *arrow, double half, double slope)
{
    static const double within[] = { 0.5, 0.36, 0.64, 0.25, 0.75 };
    double from = arrow->from + 1, side = arrow->to > arrow->from ? 1 : -1;
    bool arrives = arrow->fate == CHART_ARRIVED, last = arrives && fans_out(drawing->chart, arrow);
    guint gaps = (guint)fabs((double)arrow->to - (double)arrow->from), least = G_MAXUINT;
    Taken best = { from + 0.5 * side, arrow->y1 + 0.5 * side * slope, half };
    for (guint i = 0; i < (arrives ? gaps : 1); i++)
        for (size_t k = 0; k < G_N_ELEMENTS(within); k++) {
            if (half > fmin(within[k], 1 - within[k])) continue;
            double x = from + side * ((last ? gaps - 1 - i : i) + within[k]);
            Taken place = { x, arrow->y1 + slope * (x - from), half };
            guint crowd = crowd_at(drawing, arrow, &place);
            if (crowd < least) least = crowd, best = place;
        }
    return best;
}

static void add_label(const Sequence *drawing, const ChartArrow *arrow)
{
    double x, y, side = arrow->to > arrow->from ? 1 : -1;
    end_of(arrow, &x, &y);
    double from = arrow->from + 1, slope = (y - arrow->y1) / (x - from);
    g_autofree char *text = sequence_shortened(arrow->label, drawing->gap - 2.5), *tex = plot_sheet_tex(text);
    double half = ((double)g_utf8_strlen(text, -1) * LETTER / 2 + 1) / drawing->gap;
    Taken place = place_of(drawing, arrow, half, slope);
    if (arrow->fate == CHART_LOST && arrow->ended == arrow->sent)       /* the other side may lose one, too */
        place.x = from + side * fmin(fmax(0.3, half + 1.5 / drawing->gap), 0.5), place.y = arrow->y1;
    g_array_append_val(drawing->taken, place);
    double angle = -atan(slope / drawing->gap) * 180 / G_PI;
    plot_sheet_row(drawing->sheet, "ssnnnn", text, tex, place.x, place.y, angle, arrow->weight ? 0.0 : 1.0);
}

static void add_labels(const Sequence *drawing)
{
    const Chart *chart = drawing->chart;
    plot_sheet_block(drawing->sheet);
    plot_sheet_row(drawing->sheet, "ssnnnn", " ", " ", 1.0, 0.0, 0.0, 0.0);         /* no block is empty */
    for (int pass = 0; pass < 2; pass++)                    /* those that say most choose first */
        for (guint i = 0; i < chart->arrows->len; i++) {
            const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
            if (arrow->from != arrow->to && (arrow->weight == CHART_TRANSPORT) == pass) add_label(drawing, arrow);
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

static void add_note(const Sequence *drawing, guint column, double y, const char *words, double weight, bool left)
{
    Busy busy = busy_at(drawing->chart, column, y);
    double shift = 1.6 * busy.reaches[left] - 1.6 * busy.leaves[left];
    bool margin = column == 0 && left;                      /* where the times stand: below its own */
    if (margin) shift += 3.2;
    double room = margin ? drawing->gap / 2 + 12 : drawing->gap - 6;
    g_autofree char *text = sequence_shortened(words, room), *tex = plot_sheet_tex(text);
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

static void add_notes(const Sequence *drawing, bool left)
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
        g_autofree char *text = sequence_shortened(arrow->label, drawing->gap / 2), *tex = plot_sheet_tex(text);
        plot_sheet_row(drawing->sheet, "ssnnn", text, tex, arrow->from + 1 + 4.5 / drawing->gap,
                       (arrow->y1 + arrow->y2) / 2, 2.0);
    }
}

void sequence_arrows(const Sequence *drawing)
{
    add_arrows(drawing);
    add_labels(drawing);
    add_notes(drawing, false);
    add_notes(drawing, true);
}
