/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The instants of a chart as places on paper.
 *
 * Time is not to scale where it cannot be: two instants stand at least a line of text apart,
 * time in proportion between that and a little more than a usual packet takes, and where
 * nothing happens for much longer the axis is broken.  The ticks say what is true. */
#include "report/chart.h"

#include <string.h>

/* mm */
#define LINE 3.7                /* of text */
#define FLIGHT 8.0              /* for what the median packet takes; more where arrows cross many columns */
#define LONGEST 17.0            /* between two instants, without a break */
#define BROKEN 9.0              /* with one */
#define FIRST 3.0               /* from the head of the lifelines to the first instant */
#define TAIL 6.0                /* below the last instant */
#define LOCAL 2.4               /* from a node to itself */

typedef struct { SimTime time; double y; } Instant;

static gint by_time(gconstpointer a, gconstpointer b)
{
    SimTime first = *(const SimTime *)a, second = *(const SimTime *)b;
    return first < second ? -1 : first > second;
}

static void add(GArray *times, SimTime time)
{
    if (time >= 0) g_array_append_val(times, time);
}

/* Every instant at which something is drawn, ascending, each once. */
static GArray *instants_of(const Chart *chart)
{
    GArray *times = g_array_new(FALSE, FALSE, sizeof(SimTime));
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        add(times, arrow->sent);
        add(times, arrow->ended);
    }
    for (guint i = 0; i < chart->notes->len; i++) add(times, g_array_index(chart->notes, ChartNote, i).time);
    for (guint i = 0; i < chart->lines->len; i++) add(times, g_array_index(chart->lines, ChartLine, i).time);
    for (guint i = 0; i < chart->bars->len; i++) {
        const ChartBar *bar = &g_array_index(chart->bars, ChartBar, i);
        add(times, bar->begin);
        add(times, bar->end);
    }
    for (guint i = 0; i < chart->outages->len; i++) {
        add(times, g_array_index(chart->outages, ChartOutage, i).begin);
        add(times, g_array_index(chart->outages, ChartOutage, i).end);
    }
    g_array_sort(times, by_time);
    guint kept = 0;
    for (guint i = 0; i < times->len; i++) {
        SimTime time = g_array_index(times, SimTime, i);
        if (!kept || g_array_index(times, SimTime, kept - 1) != time) g_array_index(times, SimTime, kept++) = time;
    }
    return g_array_set_size(times, kept);
}

/* Of the packets that take any time, ns; 1 ms where none does. */
static SimTime median_flight(const Chart *chart)
{
    g_autoptr(GArray) flights = g_array_new(FALSE, FALSE, sizeof(SimTime));
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        SimTime flight = arrow->ended - arrow->sent;
        if (arrow->fate == CHART_ARRIVED && flight > 0) g_array_append_val(flights, flight);
    }
    g_array_sort(flights, by_time);
    return flights->len ? g_array_index(flights, SimTime, flights->len / 2) : SIM_MS;
}

/* Places the instants until they are too deep. */
static GArray *places_of(Chart *chart, double most)
{
    g_autoptr(GArray) times = instants_of(chart);
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Instant));
    double flight = FLIGHT + MAX(chart->columns->len, 3) - 3, scale = flight / (double)median_flight(chart), y = FIRST;
    for (guint i = 0; i < times->len; i++) {
        SimTime time = g_array_index(times, SimTime, i), gap = i ? time - g_array_index(times, SimTime, i - 1) : 0;
        double step = (double)gap * scale;
        bool broken = step > LONGEST + flight - FLIGHT;
        step = i == 0 ? 0 : broken ? BROKEN : MAX(step, LINE);
        if (y + step > most) {
            chart->until = g_array_index(times, SimTime, i - 1);
            break;
        }
        if (broken) {
            ChartBreak idle = { y + 0.5 * (step - 2), y + 0.5 * (step + 2), gap };
            g_array_append_val(chart->breaks, idle);
        }
        y += step;
        Instant instant = { time, y };
        g_array_append_val(places, instant);
    }
    chart->depth = y + TAIL;
    return places;
}

/* The place of an instant that has one; `otherwise` where it is -1 or too late. */
static double place_of(const GArray *places, SimTime time, double otherwise)
{
    guint low = 0, high = places->len;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (g_array_index(places, Instant, middle).time < time) low = middle + 1;
        else high = middle;
    }
    if (time < 0 || low == places->len) return otherwise;
    return g_array_index(places, Instant, low).y;
}

static void place_arrows(Chart *chart, const GArray *places)
{
    for (guint i = chart->arrows->len; i-- > 0;) {
        ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        arrow->y1 = place_of(places, arrow->sent, -1);
        if (arrow->y1 < 0) {
            chart->packets -= arrow->count;
            g_array_remove_index(chart->arrows, i);
            continue;
        }
        arrow->y2 = place_of(places, arrow->ended, chart->depth);
        if (arrow->from == arrow->to) arrow->y2 = arrow->y1 + LOCAL;
    }
}

static bool arrives_then(const Chart *chart, const ChartNote *note)
{
    for (guint i = 0; i < chart->arrows->len; i++) {
        const ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        if (arrow->to == note->column && arrow->ended == note->time && arrow->fate == CHART_ARRIVED) return true;
    }
    return false;
}

/* Notes of one place become one; equal words are said once. */
static bool note_joins(Chart *chart, guint i)
{
    ChartNote *note = &g_array_index(chart->notes, ChartNote, i);
    for (guint k = i; k-- > 0;) {
        ChartNote *earlier = &g_array_index(chart->notes, ChartNote, k);
        if (earlier->time != note->time || earlier->column != note->column) continue;
        if (!strstr(earlier->text, note->text)) {
            char *text = g_strconcat(earlier->text, ", ", note->text, NULL);
            g_free(earlier->text);
            earlier->text = text;
        }
        earlier->bad = earlier->bad || note->bad;
        return true;
    }
    return false;
}

static void place_notes(Chart *chart, const GArray *places)
{
    for (guint i = chart->notes->len; i-- > 0;) {
        ChartNote *note = &g_array_index(chart->notes, ChartNote, i);
        note->y = place_of(places, note->time, -1);
        bool said = note->late && arrives_then(chart, note);
        if (note->y < 0 || said || note_joins(chart, i)) g_array_remove_index(chart->notes, i);
    }
    for (guint i = chart->lines->len; i-- > 0;) {
        ChartLine *line = &g_array_index(chart->lines, ChartLine, i);
        line->y = place_of(places, line->time, -1);
        if (line->y < 0) g_array_remove_index(chart->lines, i);
    }
}

static void place_spans(Chart *chart, const GArray *places)
{
    for (guint i = chart->bars->len; i-- > 0;) {
        ChartBar *bar = &g_array_index(chart->bars, ChartBar, i);
        bar->y1 = place_of(places, bar->begin, -1);
        bar->y2 = place_of(places, bar->end, chart->depth);
        if (bar->y1 < 0) g_array_remove_index(chart->bars, i);
    }
    for (guint i = chart->outages->len; i-- > 0;) {
        ChartOutage *outage = &g_array_index(chart->outages, ChartOutage, i);
        outage->y1 = place_of(places, outage->begin, -1);
        outage->y2 = place_of(places, outage->end, chart->depth);
        if (outage->y1 < 0) g_array_remove_index(chart->outages, i);
    }
}

void chart_place(Chart *chart, double most)
{
    g_autoptr(GArray) places = places_of(chart, most);
    place_arrows(chart, places);
    place_notes(chart, places);
    place_spans(chart, places);
    for (guint i = 0; i < places->len; i++) {
        const Instant *instant = &g_array_index(places, Instant, i);
        ChartTick tick = { instant->time, instant->y };
        g_array_append_val(chart->ticks, tick);
    }
}
