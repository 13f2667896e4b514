/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page_replay.h"

#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/plot_figure.h"
#include "report/plot_picture.h"

enum { MOST_RUNS = 4, MOST_NODES = 2000, MOST_LINKS = 12000, MOST_EVENTS = 20000, MOST_DELIVERIES = 40000 };

typedef struct {
    const PlotData *data;
    const Picture *picture;
    gint64 run;
    NodeId *place;              /* of each node of the run in the picture, or NODE_NONE */
    guint all;                  /* nodes of the run */
    double end;                 /* s; the latest thing shown */
    GString *out, *note;
} Replay;

/* A text as JSON; < and the line ends of JavaScript are escaped too. */
static void append_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_string_append_c(out, '"');
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c < ' ' || strchr("\"\\<>&'", (int)(c < 128 ? c : 'a')) || c == 0x2028 || c == 0x2029)
            g_string_append_printf(out, "\\u%04x", c);
        else g_string_append_unichar(out, c);
    }
    g_string_append_c(out, '"');
}

static void append_number(GString *out, double number)
{
    g_autofree char *text = format_number(number);
    g_string_append(out, text);
}

static sqlite3_stmt *of_run(const Replay *replay, const char *sql, GError **error)
{
    sqlite3_stmt *rows = plot_data_prepare(replay->data, sql, error);
    if (rows) sqlite3_bind_int64(rows, 1, replay->run);
    return rows;
}

/* The place of the node in that column, or NODE_NONE. */
static NodeId place_at(const Replay *replay, sqlite3_stmt *rows, int column)
{
    guint64 node = (guint64)sqlite3_column_int64(rows, column);
    return sqlite3_column_type(rows, column) != SQLITE_NULL && node < replay->all ? replay->place[node] : NODE_NONE;
}

static void note(Replay *replay, const char *what, guint shown, guint all)
{
    g_string_append_printf(replay->note, "%s%u of %u %s", replay->note->len ? ", " : "shows ", shown, all, what);
}

static void write_nodes(Replay *replay)
{
    const Picture *picture = replay->picture;
    g_string_append_printf(replay->out, "\"nodes\":%u,\"ids\":[", picture->nodes);
    for (guint i = 0; i < picture->nodes; i++)
        g_string_append_printf(replay->out, "%s%u", i ? "," : "", picture->ids[i]);
    g_string_append(replay->out, "],\"x\":[");
    for (guint i = 0; i < picture->nodes; i++)
        g_string_append_printf(replay->out, "%s%d", i ? "," : "", (int)lround(1000 * picture->x[i]));
    g_string_append(replay->out, "],\"y\":[");
    for (guint i = 0; i < picture->nodes; i++)
        g_string_append_printf(replay->out, "%s%d", i ? "," : "", (int)lround(1000 * (1 - picture->y[i])));
    g_string_append(replay->out, "],\"links\":[");
    guint links = MIN(picture->links->len, MOST_LINKS);
    for (guint i = 0; i < links; i++) {
        const PictureLink *link = &g_array_index(picture->links, PictureLink, i);
        g_string_append_printf(replay->out, "%s%u,%u", i ? "," : "", link->a, link->b);
    }
    g_string_append(replay->out, "],");
    if (picture->nodes < replay->all) note(replay, "nodes", picture->nodes, replay->all);
    if (links < picture->links->len) note(replay, "links", links, picture->links->len);
}

static bool write_events(Replay *replay, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(replay, "SELECT time_s, kind, node, other FROM event WHERE run = ? "
                                                  "ORDER BY time_s", error);
    if (!rows) return false;
    GError *broken = NULL;
    guint count = 0, all = 0;
    g_string_append(replay->out, "\"events\":[");
    while (plot_data_step(rows, &broken)) {
        NodeId node = place_at(replay, rows, 2), other = place_at(replay, rows, 3);
        bool pair = sqlite3_column_type(rows, 3) != SQLITE_NULL;
        if (node == NODE_NONE || (pair && other == NODE_NONE) || all++ >= MOST_EVENTS) continue;
        const char *kind = (const char *)sqlite3_column_text(rows, 1);
        g_string_append(replay->out, count++ ? ",[" : "[");
        append_number(replay->out, sqlite3_column_double(rows, 0));
        g_string_append_c(replay->out, ',');
        append_text(replay->out, kind ? kind : "");
        g_string_append_printf(replay->out, ",%u,%d]", node, pair ? (int)other : -1);
        replay->end = fmax(replay->end, sqlite3_column_double(rows, 0));
    }
    g_string_append(replay->out, "],");
    if (count < all) note(replay, "failures and repairs", count, all);
    if (broken) return g_propagate_error(error, broken), false;
    return true;
}

/* Who has a publication; `source` as a place in the picture, or -1 where that does not show it. */
typedef struct { GString *nodes, *times; guint count; int source; } Reached;

static void close_publication(Replay *replay, Reached *reached)
{
    if (!reached->count) return;
    g_string_append_printf(replay->out, "\"source\":%d,\"nodes\":[%s],\"times\":[%s]}",
                           reached->source, reached->nodes->str, reached->times->str);
    g_string_truncate(reached->nodes, 0);
    g_string_truncate(reached->times, 0);
    reached->count = 0;
}

static void open_publication(Replay *replay, sqlite3_stmt *rows, bool first)
{
    const char *workload = (const char *)sqlite3_column_text(rows, 0);
    g_string_append(replay->out, first ? "{\"workload\":" : ",{\"workload\":");
    append_text(replay->out, workload ? workload : "");
    g_string_append_printf(replay->out, ",\"number\":%" G_GINT64_FORMAT ",\"at\":",
                           (gint64)sqlite3_column_int64(rows, 1));
    append_number(replay->out, sqlite3_column_double(rows, 3));
    g_string_append_c(replay->out, ',');
}

/* Every `stride`-th publication, counted from the last. */
static bool write_publications(Replay *replay, guint stride, Reached *reached, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(replay,
        "SELECT workload, publication, node, published_s, delivered_s, rank, (SELECT source FROM publication AS made "
        "WHERE made.run = ?1 AND made.workload IS delivery.workload AND made.publication = delivery.publication) FROM delivery JOIN "
        "(SELECT workload AS w, publication AS p, row_number() OVER (ORDER BY published_s DESC, workload, publication) "
        "AS rank FROM delivery WHERE run = ?1 GROUP BY workload, publication) ON w IS workload AND p = publication "
        "WHERE run = ?1 AND (rank - 1) % ?2 = 0 ORDER BY rank, node", error);
    if (!rows) return false;
    sqlite3_bind_int(rows, 2, (int)stride);
    GError *broken = NULL;
    gint64 last = 0;
    while (plot_data_step(rows, &broken)) {
        NodeId node = place_at(replay, rows, 2);
        if (sqlite3_column_int64(rows, 5) != last) {
            close_publication(replay, reached);
            if (node == NODE_NONE) continue;
            open_publication(replay, rows, last == 0);
            reached->source = (int)place_at(replay, rows, 6);       /* NODE_NONE is -1 */
            last = sqlite3_column_int64(rows, 5);
        }
        if (node == NODE_NONE) continue;
        const char *comma = reached->count++ ? "," : "";
        g_string_append_printf(reached->nodes, "%s%u", comma, node);
        g_string_append(reached->times, comma);
        append_number(reached->times, sqlite3_column_double(rows, 4));
        replay->end = fmax(replay->end, sqlite3_column_double(rows, 4));
    }
    close_publication(replay, reached);
    if (broken) return g_propagate_error(error, broken), false;
    return true;
}

static bool write_deliveries(Replay *replay, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(replay, "SELECT count(*), count(DISTINCT workload || ' ' || publication) "
                                                  "FROM delivery WHERE run = ?", error);
    GError *broken = NULL;
    if (!rows || !plot_data_step(rows, error)) return false;
    guint deliveries = (guint)sqlite3_column_int64(rows, 0), publications = (guint)sqlite3_column_int64(rows, 1);
    guint stride = deliveries / MOST_DELIVERIES + 1;
    if (stride > 1) note(replay, "publications", (publications + stride - 1) / stride, publications);
    Reached reached = { g_string_new(NULL), g_string_new(NULL), 0, -1 };
    g_string_append(replay->out, "\"publications\":[");
    bool done = write_publications(replay, stride, &reached, &broken);
    g_string_append(replay->out, "],");
    g_string_free(reached.nodes, TRUE);
    g_string_free(reached.times, TRUE);
    if (!done) g_propagate_error(error, broken);
    return done;
}

static bool write_run(Replay *replay, const char *name, GError **error)
{
    replay->place = g_new(NodeId, replay->all + 1);
    for (guint i = 0; i < replay->all; i++) replay->place[i] = NODE_NONE;
    for (guint i = 0; i < replay->picture->nodes; i++) replay->place[replay->picture->ids[i]] = i;
    g_string_append(replay->out, "{\"name\":");
    append_text(replay->out, name);
    g_string_append_c(replay->out, ',');
    write_nodes(replay);
    bool done = write_events(replay, error) && write_deliveries(replay, error);
    g_string_append(replay->out, "\"note\":");
    append_text(replay->out, replay->note->str);
    g_string_append_c(replay->out, '}');
    g_free(replay->place);
    return done;
}

char *page_replay(const PlotData *data, char **shown, GError **error)
{
    g_autofree char *where = NULL;
    g_autoptr(GArray) slices = plot_slices(data, MOST_RUNS, &where);
    g_autoptr(GString) out = g_string_new("{\"runs\":[");
    double end = 0;
    guint runs = 0;
    for (guint i = 0; i < slices->len; i++) {
        const PlotSlice *slice = &g_array_index(slices, PlotSlice, i);
        GError *broken = NULL;
        gint64 run = plot_data_first_run(data, slice->variant, slice->point, &broken);
        g_autoptr(Picture) picture = run < 0 ? NULL : plot_picture_read(data, run, &broken);
        guint all = picture ? picture->nodes : 0;
        if (picture) plot_picture_sample(picture, MOST_NODES);
        if (picture) (void)plot_picture_place(picture, &broken);
        if (broken) return g_propagate_error(error, broken), NULL;
        if (!picture) continue;
        if (runs++) g_string_append_c(out, ',');
        g_autoptr(GString) notes = g_string_new(NULL);
        Replay replay = { data, picture, run, NULL, all, end, out, notes };
        if (!write_run(&replay, slice->name, error)) return NULL;
        end = replay.end;
    }
    if (!runs) return g_strdup("");
    g_string_append(out, "],\"end\":");
    append_number(out, end > 0 ? 1.02 * end : 1);
    g_string_append_c(out, '}');
    *shown = g_steal_pointer(&where);
    return g_string_free(g_steal_pointer(&out), FALSE);
}
