/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/store_rows.h"

#include <math.h>
#include <string.h>

#include "experiment/schema.h"

enum { RUN, METRIC, HISTOGRAM, SERIES, EVENT, NODE, LINK, PUBLICATION, DELIVERY, PACKET, STEP, PROBLEM, DROP_RUN, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    [RUN] = "INSERT INTO run VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
    [METRIC] = "INSERT INTO metric VALUES(?, ?, ?, ?, ?)",
    [HISTOGRAM] = "INSERT INTO histogram VALUES(?, ?, ?, ?, ?)",
    [SERIES] = "INSERT INTO series VALUES(?, ?, ?, ?)",
    [EVENT] = "INSERT INTO event VALUES(?, ?, ?, ?, ?, ?)",
    [NODE] = "INSERT INTO node VALUES(?, ?, ?, ?, ?)",
    [LINK] = "INSERT INTO link VALUES(?, ?, ?, ?)",
    [PUBLICATION] = "INSERT INTO publication VALUES(?, ?, ?, ?, ?, ?)",
    [DELIVERY] = "INSERT INTO delivery VALUES(?, ?, ?, ?, ?, ?, ?)",
    [PACKET] = "INSERT INTO packet VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [STEP] = "INSERT INTO step VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [PROBLEM] = "INSERT INTO problem VALUES(?, ?)",
    [DROP_RUN] = "DELETE FROM run WHERE id = ?",
};

enum { DROPS_MOST = 16 };

struct Rows {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    sqlite3_stmt *drops[DROPS_MOST];        /* one for each of schema_run_tables */
};

Rows *rows_new(sqlite3 *db)
{
    Rows *rows = g_new0(Rows, 1);
    rows->db = db;
    bool ok = true;
    for (guint i = 0; i < STATEMENTS && ok; i++)
        ok = sqlite3_prepare_v2(db, texts[i], -1, &rows->statements[i], NULL) == SQLITE_OK;
    for (guint i = 0; schema_run_tables[i] && ok; i++) {
        g_assert(i < DROPS_MOST);
        g_autofree char *sql = g_strdup_printf("DELETE FROM %s WHERE run = ?", schema_run_tables[i]);
        ok = sqlite3_prepare_v2(db, sql, -1, &rows->drops[i], NULL) == SQLITE_OK;
    }
    if (ok) return rows;
    rows_free(rows);
    return NULL;
}

void rows_free(Rows *rows)
{
    if (!rows) return;
    for (guint i = 0; i < STATEMENTS; i++) sqlite3_finalize(rows->statements[i]);
    for (guint i = 0; i < DROPS_MOST; i++) sqlite3_finalize(rows->drops[i]);
    g_free(rows);
}

static bool step(sqlite3_stmt *statement)
{
    sqlite3_step(statement);
    return sqlite3_reset(statement) == SQLITE_OK;
}

/* Fills the parameters one after the other; `kinds` has a letter each: i whole
 * (int64_t), d double (NaN: NULL), t text (may be NULL), n node (NODE_NONE: NULL). */
static bool insert(Rows *rows, int which, const char *kinds, ...)
{
    sqlite3_stmt *statement = rows->statements[which];
    int place = 0;
    va_list values;
    va_start(values, kinds);
    for (const char *kind = kinds; *kind; kind++) {
        place++;
        if (*kind == 'i') sqlite3_bind_int64(statement, place, va_arg(values, int64_t));
        if (*kind == 'd') sqlite3_bind_double(statement, place, va_arg(values, double));
        if (*kind == 't') sqlite3_bind_text(statement, place, va_arg(values, const char *), -1, SQLITE_STATIC);
        if (*kind == 'n') {
            NodeId node = va_arg(values, NodeId);
            if (node == NODE_NONE) sqlite3_bind_null(statement, place);
            else sqlite3_bind_int64(statement, place, node);
        }
    }
    va_end(values);
    return step(statement);
}

/* Removes what an earlier try left; most runs have none. */
static bool drop(Rows *rows, int64_t run)
{
    sqlite3_bind_int64(rows->statements[DROP_RUN], 1, run);
    if (!step(rows->statements[DROP_RUN])) return false;
    if (!sqlite3_changes(rows->db)) return true;
    for (guint i = 0; schema_run_tables[i]; i++) {
        sqlite3_bind_int64(rows->drops[i], 1, run);
        if (!step(rows->drops[i])) return false;
    }
    return true;
}

#define EACH(Type, row, array) \
    (const Type *row = (const Type *)(const void *)(array)->data, *last = row + (array)->len; row < last; row++)

static bool has_metric(const RunResult *result, const char *name)
{
    for EACH(MetricRow, row, result->metrics)
        if (strcmp(row->name, name) == 0) return true;
    return false;
}

static bool put_metric(Rows *rows, int64_t run, const RunResult *result, const char *name, double value)
{
    return has_metric(result, name) || insert(rows, METRIC, "itddd", run, name, value, NAN, NAN);
}

static bool put_metrics(Rows *rows, int64_t run, const RunResult *result)
{
    for EACH(MetricRow, row, result->metrics)
        if (!insert(rows, METRIC, "itddd", run, row->name, row->value, row->numerator, row->denominator)) return false;
    double speed = result->wall_s > 0 ? (double)result->event_count / result->wall_s : NAN;
    return put_metric(rows, run, result, "events", (double)result->event_count) &&
           put_metric(rows, run, result, "wall_s", result->wall_s) &&
           put_metric(rows, run, result, "events_per_s", speed);
}

static bool put_course(Rows *rows, int64_t run, const RunResult *result)
{
    for EACH(HistogramRow, row, result->histograms)
        if (!insert(rows, HISTOGRAM, "itiii", run, row->name, row->low, row->high, row->count)) return false;
    for EACH(SeriesRow, row, result->series)
        if (!insert(rows, SERIES, "itdd", run, row->name, row->time_s, row->value)) return false;
    for EACH(EventRow, row, result->events)
        if (!insert(rows, EVENT, "idttnn", run, row->time_s, row->failure, row->kind, row->node, row->other))
            return false;
    return true;
}

static bool put_detail(Rows *rows, int64_t run, const RunResult *result)
{
    for EACH(NodeRow, row, result->nodes)
        if (!insert(rows, NODE, "intdd", run, row->node, row->name, row->x, row->y)) return false;
    for EACH(LinkRow, row, result->links)
        if (!insert(rows, LINK, "innd", run, row->a, row->b, row->latency_ms)) return false;
    for EACH(PublicationRow, row, result->publications)
        if (!insert(rows, PUBLICATION, "itindi", run, row->workload, (int64_t)row->publication, row->source,
                    (double)row->published / 1e9, (int64_t)row->size))
            return false;
    for EACH(DeliveryRow, row, result->deliveries)
        if (!insert(rows, DELIVERY, "itinddi", run, row->workload, (int64_t)row->publication, row->node,
                    (double)row->published / 1e9, (double)row->delivered / 1e9, (int64_t)row->hops))
            return false;
    return true;
}

static bool put_sequence(Rows *rows, int64_t run, const RunResult *result)
{
    int64_t number = 0;
    for EACH(PacketRow, row, result->packets)
        if (!insert(rows, PACKET, "iiddtnnttti", run, ++number, (double)row->sent / 1e9,
                    row->ended < 0 ? NAN : (double)row->ended / 1e9, row->fate, row->from, row->to, row->model, row->kind,
                    row->label, (int64_t)row->bytes))
            return false;
    for EACH(StepRow, row, result->steps)
        if (!insert(rows, STEP, "idtnttiit", run, (double)row->time / 1e9, row->event, row->node, row->process, row->object,
                    (int64_t)row->message, (int64_t)row->number, row->reason))
            return false;
    return true;
}

bool rows_put(Rows *rows, const RunKey *key, const RunResult *result)
{
    int64_t run = (int64_t)key->id;
    return drop(rows, run) &&
           insert(rows, RUN, "ittiitid", run, key->variant, key->point, (int64_t)key->replication, (int64_t)key->seed,
                  "done", (int64_t)result->event_count, result->wall_s) &&
           put_metrics(rows, run, result) && put_course(rows, run, result) && put_detail(rows, run, result) &&
           put_sequence(rows, run, result);
}

bool rows_fail(Rows *rows, const RunKey *key, const char *why)
{
    int64_t run = (int64_t)key->id;
    return drop(rows, run) &&
           insert(rows, RUN, "ittiitnd", run, key->variant, key->point, (int64_t)key->replication, (int64_t)key->seed,
                  "failed", NODE_NONE, NAN) &&
           insert(rows, PROBLEM, "it", run, why);
}
