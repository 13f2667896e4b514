/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/chart.h"

#include <math.h>
#include <string.h>

enum { MOST_COLUMNS = 9 };

static void column_free(gpointer data)
{
    ChartColumn *column = data;
    g_ptr_array_unref(column->processes);
    g_free(column);
}

static void arrow_clear(gpointer data) { g_free(((ChartArrow *)data)->label), g_free(((ChartArrow *)data)->before); }
static void note_clear(gpointer data) { g_free(((ChartNote *)data)->text); }
static void line_clear(gpointer data) { g_free(((ChartLine *)data)->text); }

static GArray *list_of(guint size, GDestroyNotify clear)
{
    GArray *list = g_array_new(FALSE, TRUE, size);
    if (clear) g_array_set_clear_func(list, clear);
    return list;
}

static Chart *chart_new(void)
{
    Chart *chart = g_new0(Chart, 1);
    chart->columns = g_ptr_array_new_with_free_func(column_free);
    chart->arrows = list_of(sizeof(ChartArrow), arrow_clear);
    chart->notes = list_of(sizeof(ChartNote), note_clear);
    chart->bars = list_of(sizeof(ChartBar), NULL);
    chart->outages = list_of(sizeof(ChartOutage), NULL);
    chart->lines = list_of(sizeof(ChartLine), line_clear);
    chart->breaks = list_of(sizeof(ChartBreak), NULL);
    chart->ticks = list_of(sizeof(ChartTick), NULL);
    chart->until = -1;
    return chart;
}

void chart_free(Chart *chart)
{
    if (!chart) return;
    GArray *lists[] = { chart->arrows, chart->notes, chart->bars, chart->outages, chart->lines, chart->breaks,
                        chart->ticks };
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) g_array_unref(lists[i]);
    g_ptr_array_unref(chart->columns);
    g_free(chart);
}

guint chart_column(const Chart *chart, NodeId node)
{
    for (guint i = 0; i < chart->columns->len; i++)
        if (chart_column_at(chart, i)->node == node) return i;
    return G_MAXUINT;
}

static bool has_table(const PlotData *data)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data, "SELECT 1 FROM packet LIMIT 1", NULL);
    return rows != NULL;
}

/* Binds run, from and until to ?1, ?2 and ?3. */
static sqlite3_stmt *between(const PlotData *data, const char *sql, gint64 run, SimTime from, SimTime until,
                             GError **error)
{
    sqlite3_stmt *rows = plot_data_prepare(data, sql, error);
    if (!rows) return NULL;
    sqlite3_bind_int64(rows, 1, run);
    sqlite3_bind_double(rows, 2, (double)from / 1e9 - 1e-10);
    sqlite3_bind_double(rows, 3, until < 0 ? INFINITY : (double)until / 1e9 + 1e-10);
    return rows;
}

/* ---- columns ---- */

static void count_end(Chart *chart, NodeId node, gint64 packets)
{
    guint at = chart_column(chart, node);
    if (at == G_MAXUINT) {
        ChartColumn *column = g_new0(ChartColumn, 1);
        column->node = node;
        column->processes = g_ptr_array_new_with_free_func(g_free);
        at = chart->columns->len;
        g_ptr_array_add(chart->columns, column);
    }
    chart_column_at(chart, at)->packets += (guint)packets;
}

/* Whose packets are the fewest goes first; of equals the one that came last. */
static void keep_busiest(Chart *chart)
{
    while (chart->columns->len > MOST_COLUMNS) {
        guint least = 0;
        for (guint i = 1; i < chart->columns->len; i++)
            if (chart_column_at(chart, i)->packets <= chart_column_at(chart, least)->packets) least = i;
        g_ptr_array_remove_index(chart->columns, least);
    }
}

static bool read_columns(Chart *chart, const PlotData *data, gint64 run, SimTime from, SimTime until, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = between(data,
        "SELECT sender, receiver, count(*) FROM packet WHERE run = ?1 AND sent_s BETWEEN ?2 AND ?3 "
        "GROUP BY sender, receiver ORDER BY min(number)", run, from, until, error);
    GError *broken = NULL;
    while (rows && plot_data_step(rows, &broken)) {
        count_end(chart, (NodeId)sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 2));
        count_end(chart, (NodeId)sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2));
    }
    if (broken) return g_propagate_error(error, broken), false;
    keep_busiest(chart);
    return rows != NULL;
}

/* ---- arrows ---- */

static SimTime time_at(sqlite3_stmt *rows, int column)
{
    bool known = sqlite3_column_type(rows, column) != SQLITE_NULL;
    return known ? (SimTime)llround(sqlite3_column_double(rows, column) * 1e9) : -1;
}

static bool is_same(const ChartArrow *a, const ChartArrow *b)
{
    return a->sent == b->sent && a->ended == b->ended && a->from == b->from && a->to == b->to && a->fate == b->fate;
}

/* "greeting, ready" or "ready ×2", from what was said before and what was said last. */
static char *label_words(const ChartArrow *arrow)
{
    g_autofree char *times = arrow->again > 1 ? g_strdup_printf(" ×%u", arrow->again) : g_strdup("");
    return g_strconcat(arrow->before ? arrow->before : "", arrow->before ? ", " : "", arrow->label, times, NULL);
}

static void arrow_join(ChartArrow *arrow, ChartWeight weight, char *label)
{
    arrow->count++;
    bool same = weight == arrow->weight && strcmp(arrow->label, label) == 0;
    if (same) arrow->again++;
    if (same || weight < arrow->weight) {
        g_free(label);
        return;
    }
    char *before = weight > arrow->weight ? NULL : label_words(arrow);
    g_free(arrow->before);
    g_free(arrow->label);
    arrow->weight = weight;
    arrow->before = before;
    arrow->label = label;
    arrow->again = 1;
}

static void add_arrow(Chart *chart, ChartArrow *arrow)
{
    chart->packets++;
    for (guint i = chart->arrows->len; i-- > 0;) {
        ChartArrow *earlier = &g_array_index(chart->arrows, ChartArrow, i);
        if (earlier->sent != arrow->sent) break;
        if (!is_same(earlier, arrow)) continue;
        arrow_join(earlier, arrow->weight, arrow->label);
        return;
    }
    g_array_append_val(chart->arrows, *arrow);
}

static ChartFate fate_of(const char *text)
{
    return strcmp(text, "arrived") == 0 ? CHART_ARRIVED : strcmp(text, "lost") == 0 ? CHART_LOST : CHART_UNDER_WAY;
}

static bool read_arrows(Chart *chart, const PlotData *data, gint64 run, SimTime from, SimTime until, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = between(data,
        "SELECT sent_s, ended_s, fate, sender, receiver, coalesce(label, CASE WHEN kind IN ('data', 'datagram') "
        "THEN kind || ' ' || bytes || ' B' WHEN model = 'stream' THEN upper(kind) ELSE kind END), "
        "CASE WHEN label IS NOT NULL THEN 2 ELSE kind IN ('data', 'datagram') END FROM packet "
        "WHERE run = ?1 AND sent_s BETWEEN ?2 AND ?3 "
        "ORDER BY sent_s, number", run, from, until, error);
    GError *broken = NULL;
    while (rows && plot_data_step(rows, &broken)) {
        ChartArrow arrow = { time_at(rows, 0), time_at(rows, 1),
                             chart_column(chart, (NodeId)sqlite3_column_int64(rows, 3)),
                             chart_column(chart, (NodeId)sqlite3_column_int64(rows, 4)),
                             fate_of((const char *)sqlite3_column_text(rows, 2)), NULL, NULL, 1,
                             (ChartWeight)sqlite3_column_int(rows, 6), 1, 0, 0 };
        if (arrow.from == G_MAXUINT || arrow.to == G_MAXUINT) {
            chart->left_out++;
            continue;
        }
        arrow.label = g_strdup((const char *)sqlite3_column_text(rows, 5));
        add_arrow(chart, &arrow);
    }
    for (guint i = 0; i < chart->arrows->len; i++) {
        ChartArrow *arrow = &g_array_index(chart->arrows, ChartArrow, i);
        char *whole = label_words(arrow);
        g_free(arrow->label);
        arrow->label = whole;
    }
    if (broken) return g_propagate_error(error, broken), false;
    return rows != NULL;
}

Chart *chart_read(const PlotData *data, gint64 run, SimTime from, SimTime until, GError **error)
{
    if (!has_table(data)) return NULL;
    g_autoptr(Chart) chart = chart_new();
    if (!read_columns(chart, data, run, from, until, error) || !chart->columns->len) return NULL;
    bool whole = read_arrows(chart, data, run, from, until, error) &&
                 chart_read_steps(chart, data, run, from, until, error);
    return whole ? g_steal_pointer(&chart) : NULL;
}
