/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results made by hand for the tests of figures: the tables of SCENARIO.md with
 * chosen numbers in them. */
#pragma once
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>

/* Everything that a shell, gnuplot, TeX, SVG or printf might take for more than text. */
#define HOSTILE "Say \"hi\" `touch pwned` $(touch pwned) system(\"touch pwned\") \\TeX{} {/Symbol a} x_i^2 50 % " \
                "& <b> # 'q' \\n"

typedef struct {
    char *directory;            /* with results.db in it */
    sqlite3 *db;
} Made;

static inline void made_exec(Made *made, const char *sql)
{
    char *why = NULL;
    sqlite3_exec(made->db, sql, NULL, NULL, &why);
    g_assert_cmpstr(why, ==, NULL);
}

/* `format` is that of sqlite3_mprintf(): %Q quotes. */
static inline void made_execf(Made *made, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *sql = sqlite3_vmprintf(format, values);
    va_end(values);
    made_exec(made, sql);
    sqlite3_free(sql);
}

static inline void made_new(Made *made, gconstpointer unused)
{
    (void)unused;
    made->directory = g_dir_make_tmp("banyan-plot-XXXXXX", NULL);
    g_autofree char *file = g_build_filename(made->directory, "results.db", NULL);
    g_assert_cmpint(sqlite3_open(file, &made->db), ==, SQLITE_OK);
    made_exec(made,
        "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT);"
        "CREATE TABLE run(id INTEGER PRIMARY KEY, variant, point, replication, seed, status, events, wall_s);"
        "CREATE TABLE metric(run, name, value, numerator, denominator);"
        "CREATE TABLE histogram(run, name, low, high, count);"
        "CREATE TABLE series(run, name, time_s, value);"
        "CREATE TABLE event(run, time_s, failure, kind, node, other);"
        "CREATE TABLE node(run, node, name, x, y);"
        "CREATE TABLE link(run, a, b, latency_ms);"
        "CREATE TABLE publication(run, workload, publication, source, published_s, size);"
        "CREATE TABLE delivery(run, workload, publication, node, published_s, delivered_s, hops);"
        "CREATE TABLE packet(run, number, sent_s, ended_s, fate, sender, receiver, model, kind, label, bytes);"
        "CREATE TABLE step(run, time_s, event, node, process, object, message, number, reason);"
        "PRAGMA synchronous = OFF");
}

static inline void made_free(Made *made, gconstpointer unused)
{
    (void)unused;
    sqlite3_close(made->db);
    char *command[] = { "rm", "-r", made->directory, NULL };
    g_assert_true(g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
    g_free(made->directory);
}

static inline void made_scenario(Made *made, const char *text)
{
    made_execf(made, "REPLACE INTO meta VALUES('scenario', %Q)", text);
}

static inline void made_clear(Made *made)
{
    made_exec(made, "DELETE FROM run; DELETE FROM metric; DELETE FROM histogram; DELETE FROM series; DELETE FROM node");
}

/* Runs of each variant at each point, with 4 replications: in variant number v,
 * at place p, replication r, the delivery ratio is 0.96 - 0.2 v - 0.1 p + 0.01 r. */
static inline void made_runs(Made *made, char *const *variants, char *const *points)
{
    int id = 0;
    made_exec(made, "BEGIN");
    for (int v = 0; variants[v]; v++)
        for (int p = 0; points[p]; p++)
            for (int r = 0; r < 4; r++, id++) {
                made_execf(made, "INSERT INTO run VALUES(%d, %Q, %Q, %d, 1, 'done', 10, 0.1)", id, variants[v],
                           points[p], r);
                made_execf(made, "INSERT INTO metric VALUES(%d, 'delivery_ratio', %f, NULL, NULL),"
                                 "(%d, 'latency_p99_ms', %d, NULL, NULL), (%d, 'redundancy', %d, NULL, NULL)",
                           id, 0.96 - 0.2 * v - 0.1 * p + 0.01 * r, id, 100 + 10 * v + p + r, id, v);
                made_execf(made, "INSERT INTO histogram VALUES(%d, 'latency', 50000000, 50000001, 30),"
                                 "(%d, 'latency', 90000000, 90000001, 10), (%d, 'load', 3, 4, 7)", id, id, id);
            }
    made_exec(made, "COMMIT");
}

/* The links 0-1-2-3, 1-4 and 0-5 in the run of that id: node 0 publishes; node 1
 * goes down, comes up and goes down, so that 2, 3 and 4 are cut off. */
static inline void made_overlay(Made *made, int run)
{
    made_execf(made, "INSERT INTO node SELECT %d, value, NULL, NULL, NULL FROM json_each('[0,1,2,3,4,5]')", run);
    made_execf(made, "INSERT INTO link VALUES(%d,0,1,1),(%d,1,2,1),(%d,2,3,1),(%d,1,4,1),(%d,0,5,1)", run, run, run,
               run, run);
    made_execf(made, "INSERT INTO event VALUES(%d,1,'storm','down',1,NULL),(%d,2,'storm','up',1,NULL),"
                     "(%d,3,'storm','down',1,NULL)", run, run, run);
    made_execf(made, "INSERT INTO publication VALUES(%d,'news',0,0,0,1000),(%d,'news',1,0,5,1000)", run, run);
    made_execf(made, "INSERT INTO delivery VALUES(%d,'news',0,1,0,0.1,1),(%d,'news',0,5,0,0.1,1),"
                     "(%d,'news',0,2,0,0.2,2),(%d,'news',1,5,5,5.1,1)", run, run, run, run);
}

/* One of the files beside the figures; free it. */
static G_GNUC_NO_INLINE G_GNUC_UNUSED char *made_text(const Made *made, const char *name)
{
    g_autofree char *path = g_build_filename(made->directory, "plots", name, NULL);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}
