/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens on the lifelines: who is down, at work or waiting, and what is worth a word. */
#include <math.h>
#include <string.h>

#include "report/chart.h"

/* A process, or a broker, of a column. */
typedef struct { char *name; guint column; bool up; } Actor;

typedef struct {
    Chart *chart;
    GArray *actors;             /* of Actor */
    guint *holds;               /* of each column: how many failures hold its node down */
    SimTime *since;             /* of each column: when it went down; -1: it is up */
    bool *crashed;
    GArray *open;               /* of Open: bars that have not ended */
    SimTime from;
} Course;

typedef struct { guint bar; gint64 message; const char *object; const char *begin; } Open;

static void actor_clear(gpointer data) { g_free(((Actor *)data)->name); }
static void open_clear(gpointer data) { g_free((char *)((Open *)data)->object); }

static void note_add(Chart *chart, SimTime time, guint column, bool bad, char *text)
{
    ChartNote note = { time, column, text, bad, false, 0 };
    g_array_append_val(chart->notes, note);
}

/* ---- bars ---- */

typedef struct { const char *begin, *ends[4]; bool work; } BarRule;

static const BarRule bar_rules[] = {
    { "rpc.send", { "rpc.status", NULL }, false },
    { "rpc.exec.begin", { "rpc.exec.end", "rpc.exec.stop", "rpc.exec.killed", NULL }, true },
    { "zmq.mute", { "zmq.ready", NULL }, false },
    { "sock.blocked", { "sock.writable", NULL }, false },
};

static bool level_is_free(const Course *course, guint column, guint level)
{
    for (guint i = 0; i < course->open->len; i++) {
        const ChartBar *bar = &g_array_index(course->chart->bars, ChartBar, g_array_index(course->open, Open, i).bar);
        if (bar->column == column && bar->level == level) return false;
    }
    return true;
}

static void bar_begin(Course *course, const BarRule *rule, SimTime time, guint column, gint64 message,
                      const char *object)
{
    guint level = 0;
    while (level < 3 && !level_is_free(course, column, level)) level++;
    ChartBar bar = { time, -1, column, level, rule->work, 0, 0 };
    Open open = { course->chart->bars->len, message, g_strdup(object), rule->begin };
    g_array_append_val(course->chart->bars, bar);
    g_array_append_val(course->open, open);
}

/* Ends one bar of `rule`, or all of the column where it is NULL. */
static void bar_end(Course *course, const BarRule *rule, SimTime time, guint column, gint64 message, const char *object)
{
    for (guint i = 0; i < course->open->len;) {
        const Open *open = &g_array_index(course->open, Open, i);
        ChartBar *bar = &g_array_index(course->chart->bars, ChartBar, open->bar);
        bool fits = !rule || (rule->begin == open->begin && (open->message == message || !message) &&
                              g_strcmp0(open->object, object) == 0);
        if (bar->column != column || !fits) {
            i++;
            continue;
        }
        bar->end = time;
        g_array_remove_index(course->open, i);
    }
}

/* ---- who is up ---- */

static bool is_down(const Course *course, guint column)
{
    bool any = false, up = false;
    for (guint i = 0; i < course->actors->len; i++) {
        const Actor *actor = &g_array_index(course->actors, Actor, i);
        if (actor->column != column) continue;
        any = true;
        up = up || actor->up;
    }
    return course->holds[column] || (any && !up);
}

static void outage_add(Course *course, guint column, SimTime until)
{
    ChartOutage outage = { MAX(course->since[column], course->from), until, column,
                           course->crashed[column] && course->since[column] >= course->from, 0, 0 };
    if (until < 0 || until > course->from) g_array_append_val(course->chart->outages, outage);
}

/* Somebody came or went there. */
static void column_turn(Course *course, SimTime time, guint column, bool crash)
{
    bool down = is_down(course, column);
    if (down && course->since[column] < 0) {
        course->since[column] = time;
        course->crashed[column] = crash;
        bar_end(course, NULL, time, column, 0, NULL);
    } else if (!down && course->since[column] >= 0) {
        outage_add(course, column, time);
        course->since[column] = -1;
    }
}

static guint actors_of(const Course *course, guint column)
{
    guint count = 0;
    for (guint i = 0; i < course->actors->len; i++) count += g_array_index(course->actors, Actor, i).column == column;
    return count;
}

/* Its first word may be its end: then it was there from the start. */
static Actor *actor_of(Course *course, guint column, const char *name)
{
    for (guint i = 0; i < course->actors->len; i++) {
        Actor *actor = &g_array_index(course->actors, Actor, i);
        if (actor->column == column && strcmp(actor->name, name) == 0) return actor;
    }
    Actor fresh = { g_strdup(name), column, false };
    GPtrArray *names = chart_column_at(course->chart, column)->processes;
    g_array_append_val(course->actors, fresh);
    if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL)) g_ptr_array_add(names, g_strdup(name));
    return &g_array_index(course->actors, Actor, course->actors->len - 1);
}

static void say(Course *course, SimTime time, guint column, const char *name, const char *what, bool bad)
{
    if (time < course->from) return;
    bool alone = actors_of(course, column) < 2;
    note_add(course->chart, time, column, bad, alone ? g_strdup(what) : g_strdup_printf("%s %s", name, what));
}

static void actor_turn(Course *course, SimTime time, guint column, const char *name, const char *event)
{
    bool up = g_str_has_suffix(event, "start") || g_str_has_suffix(event, "started");
    bool crash = g_str_has_suffix(event, "crash") || g_str_has_suffix(event, "killed");
    Actor *actor = actor_of(course, column, name);
    bool first = up && !actor->up && !g_str_has_suffix(event, "restart");
    if (first && time > 0 && actors_of(course, column) == 1 && course->since[column] < 0) course->since[column] = 0;
    actor->up = up;
    if (crash) say(course, time, column, name, "crash", true);
    if (g_str_has_suffix(event, "restart") || (g_str_has_suffix(event, "started") && time > 0))
        say(course, time, column, name, "restart", false);
    column_turn(course, time, column, crash);
}

static void node_turn(Course *course, SimTime time, guint column, const char *kind)
{
    bool up = strcmp(kind, "up") == 0, leaves = strcmp(kind, "leave") == 0;
    guint before = course->holds[column];
    if (!up) course->holds[column]++;
    else if (before) course->holds[column]--;
    bool turned = (before == 0) != (course->holds[column] == 0);
    if (turned && time >= course->from && strcmp(kind, "absent") != 0)
        note_add(course->chart, time, column, !up, g_strdup(up ? "host up" : leaves ? "host leaves" : "host down"));
    column_turn(course, time, column, !up && !leaves && strcmp(kind, "absent") != 0);
}

/* ---- words ---- */

static const struct { const char *event, *words; bool bad, late, reason; } word_rules[] = {
    { "rpc.dup", "duplicate", false, false, false },   { "rpc.late", "too late", true, false, false },
    { "rpc.cancelled", "cancelled", true, false, false }, { "rpc.exec.stop", "stopped", true, false, false },
    { "rpc.exec.killed", "killed", true, false, false },
    { "zmq.recv", "received", false, true, false },    { "sock.refused", "refused", true, false, false },
    { "sock.timeout", "timed out", true, false, false }, { "sock.rst", "reset", true, false, false },
    { "stream.timeout", "gives up", true, false, false }, { "amqp.requeue", "requeued", true, false, false },
    { "amqp.return", "returned", true, false, true },  { "amqp.deadletter", "dead letter", true, false, true },
    { "amqp.silent", "peer silent", true, false, false }, { "q.expire", "expired", true, false, false },
    { "q.full", "full", true, false, false },          { "mq.dlq", "dead letter", true, false, true },
    { "mq.break", "breaks", true, false, true },       { "mq.indoubt", "in doubt", true, false, false },
    { "mq.resolve", "resolved", false, false, true },  { "mq.batch.backout", "batch backed out", true, false, false },
    { "mq.chstate", "channel", false, false, true },
};

static void words_add(Chart *chart, SimTime time, guint column, const char *event, const char *reason)
{
    if (g_str_has_suffix(event, ".drop")) {
        note_add(chart, time, column, true, reason ? g_strdup_printf("drop: %s", reason) : g_strdup("dropped"));
        return;
    }
    bool failed = strcmp(event, "rpc.status") == 0 && g_strcmp0(reason, "OK") != 0;
    if (failed) note_add(chart, time, column, true, g_strdup(reason ? reason : "failed"));
    for (size_t i = 0; i < G_N_ELEMENTS(word_rules); i++) {
        if (strcmp(word_rules[i].event, event) != 0) continue;
        bool why = word_rules[i].reason && reason;
        ChartNote note = { time, column, g_strconcat(word_rules[i].words, why ? ": " : "", why ? reason : "", NULL),
                           word_rules[i].bad, word_rules[i].late, 0 };
        g_array_append_val(chart->notes, note);
    }
}

/* A broker is no process: its queues tell its name, as in "rabbit.news". */
static void name_broker(Chart *chart, guint column, const char *event, const char *object)
{
    GPtrArray *names = chart_column_at(chart, column)->processes;
    if (names->len || !object || !g_str_has_prefix(event, "amqp.")) return;
    g_ptr_array_add(names, g_strndup(object, strcspn(object, ".")));
}

static bool ends_bar(const BarRule *rule, const char *event) { return g_strv_contains(rule->ends, event); }

static void step(Course *course, SimTime time, guint column, sqlite3_stmt *row)
{
    const char *event = (const char *)sqlite3_column_text(row, 1), *process = (const char *)sqlite3_column_text(row, 4);
    const char *object = (const char *)sqlite3_column_text(row, 5), *reason = (const char *)sqlite3_column_text(row, 7);
    gint64 message = sqlite3_column_int64(row, 6);
    static const char *const of_brokers[] = { "amqp.started", "amqp.stopped", "amqp.killed", NULL };
    bool whole = g_str_has_prefix(event, "proc.") && process && !strchr(process, '/');      /* not a thread of one */
    if (whole) actor_turn(course, time, column, process, event);
    else if (g_strv_contains(of_brokers, event) && object) actor_turn(course, time, column, object, event);
    for (size_t i = 0; i < G_N_ELEMENTS(bar_rules); i++) {
        if (strcmp(bar_rules[i].begin, event) == 0) bar_begin(course, &bar_rules[i], time, column, message, object);
        if (ends_bar(&bar_rules[i], event)) bar_end(course, &bar_rules[i], time, column, message, object);
    }
    name_broker(course->chart, column, event, object);
    if (time >= course->from) words_add(course->chart, time, column, event, reason);
}

/* "link 3–5 cut", or how many where several change at one instant. */
static void line_add(Course *course, SimTime time, const char *kind, gint64 a, gint64 b)
{
    GArray *lines = course->chart->lines;
    bool link = strcmp(kind, "cut") == 0 || strcmp(kind, "mend") == 0;
    bool begins = strcmp(kind, "cut") == 0 || strcmp(kind, "part") == 0;
    const char *what = link ? begins ? "cut" : "mended" : begins ? "the network parts" : "the network heals";
    char *text = !link ? g_strdup(what)
                       : g_strdup_printf("link %" G_GINT64_FORMAT "–%" G_GINT64_FORMAT " %s", a, b, what);
    ChartLine *last = lines->len ? &g_array_index(lines, ChartLine, lines->len - 1) : NULL;
    if (last && last->time == time) {
        g_free(last->text);
        g_free(text);
        last->text = g_strdup_printf(link ? "links %s" : "%s", what);
        return;
    }
    ChartLine line = { time, text, 0 };
    g_array_append_val(lines, line);
}

static void failure(Course *course, SimTime time, sqlite3_stmt *row)
{
    static const char *const of_nodes[] = { "down", "leave", "absent", "up", NULL };
    static const char *const of_links[] = { "cut", "mend", "part", "heal", NULL };
    const char *kind = (const char *)sqlite3_column_text(row, 1);
    bool node = sqlite3_column_type(row, 2) != SQLITE_NULL;
    guint column = node ? chart_column(course->chart, (NodeId)sqlite3_column_int64(row, 2)) : G_MAXUINT;
    if (g_strv_contains(of_nodes, kind)) {
        if (column != G_MAXUINT) node_turn(course, time, column, kind);
    } else if (g_strv_contains(of_links, kind) && time >= course->from) {
        line_add(course, time, kind, sqlite3_column_int64(row, 2), sqlite3_column_int64(row, 3));
    }
}

/* Failures and events of the models in the order of time; of one instant failures come first.  All from the
 * beginning: what holds at `from` began before it. */
static const char both[] =
    "SELECT time_s, event, node, NULL, process, object, message, reason, 1 AS place, rowid FROM step WHERE run = ?1 "
    "UNION ALL SELECT time_s, kind, node, other, NULL, NULL, NULL, NULL, 0, rowid FROM event WHERE run = ?1 "
    "ORDER BY 1, place, 10";

static bool walk(Course *course, sqlite3_stmt *rows, SimTime until, GError **error)
{
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        SimTime time = (SimTime)llround(sqlite3_column_double(rows, 0) * 1e9);
        if (until >= 0 && time > until) break;
        if (sqlite3_column_int(rows, 8) == 0) {
            failure(course, time, rows);
            continue;
        }
        guint column = chart_column(course->chart, (NodeId)sqlite3_column_int64(rows, 2));
        if (column != G_MAXUINT) step(course, time, column, rows);
    }
    if (broken) return g_propagate_error(error, broken), false;
    return true;
}

bool chart_read_steps(Chart *chart, const PlotData *data, gint64 run, SimTime from, SimTime until, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data, both, error);
    if (!rows) return false;
    sqlite3_bind_int64(rows, 1, run);
    guint columns = chart->columns->len;
    Course course = { chart, g_array_new(FALSE, FALSE, sizeof(Actor)), g_new0(guint, columns), g_new(SimTime, columns),
                      g_new0(bool, columns), g_array_new(FALSE, FALSE, sizeof(Open)), from };
    g_array_set_clear_func(course.actors, actor_clear);
    g_array_set_clear_func(course.open, open_clear);
    for (guint i = 0; i < columns; i++) course.since[i] = -1;
    bool read = walk(&course, rows, until, error);
    for (guint i = 0; i < columns; i++)
        if (course.since[i] >= 0) outage_add(&course, i, -1);
    for (guint i = chart->bars->len; i-- > 0;) {
        const ChartBar *bar = &g_array_index(chart->bars, ChartBar, i);
        if (bar->end >= 0 && bar->end < from) g_array_remove_index(chart->bars, i);
    }
    g_array_unref(course.actors);
    g_array_unref(course.open);
    g_free(course.holds);
    g_free(course.since);
    g_free(course.crashed);
    return read;
}
