/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/schema.h"

#include <stddef.h>

const char *const schema_run_tables[] = {
    "metric", "histogram", "series", "event", "node", "link", "publication", "delivery", "packet", "step", "problem", NULL
};

/* Rows of one run are read together and replaced together: hence the indexes. */
const char schema_sql[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE run(id INTEGER PRIMARY KEY, variant TEXT NOT NULL, point TEXT NOT NULL,"
    "  replication INTEGER NOT NULL, seed INTEGER NOT NULL, status TEXT NOT NULL, events INTEGER, wall_s REAL);"
    "CREATE TABLE metric(run INTEGER NOT NULL, name TEXT NOT NULL, value REAL, numerator REAL, denominator REAL);"
    "CREATE UNIQUE INDEX metric_run ON metric(run, name);"
    "CREATE TABLE histogram(run INTEGER NOT NULL, name TEXT NOT NULL, low INTEGER, high INTEGER, count INTEGER);"
    "CREATE INDEX histogram_run ON histogram(run);"
    "CREATE TABLE series(run INTEGER NOT NULL, name TEXT NOT NULL, time_s REAL, value REAL);"
    "CREATE INDEX series_run ON series(run);"
    "CREATE TABLE event(run INTEGER NOT NULL, time_s REAL, failure TEXT, kind TEXT, node INTEGER, other INTEGER);"
    "CREATE INDEX event_run ON event(run);"
    "CREATE TABLE node(run INTEGER NOT NULL, node INTEGER NOT NULL, name TEXT, x REAL, y REAL);"
    "CREATE INDEX node_run ON node(run);"
    "CREATE TABLE link(run INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, latency_ms REAL);"
    "CREATE INDEX link_run ON link(run);"
    "CREATE TABLE publication(run INTEGER NOT NULL, workload TEXT, publication INTEGER NOT NULL,"
    "  source INTEGER NOT NULL, published_s REAL NOT NULL, size INTEGER NOT NULL);"
    "CREATE INDEX publication_run ON publication(run, workload, publication);"
    "CREATE TABLE delivery(run INTEGER NOT NULL, workload TEXT, publication INTEGER NOT NULL,"
    "  node INTEGER NOT NULL, published_s REAL NOT NULL, delivered_s REAL NOT NULL, hops INTEGER NOT NULL);"
    "CREATE INDEX delivery_run ON delivery(run);"
    "CREATE TABLE packet(run INTEGER NOT NULL, number INTEGER NOT NULL, sent_s REAL NOT NULL, ended_s REAL,"
    "  fate TEXT NOT NULL, sender INTEGER NOT NULL, receiver INTEGER NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL,"
    "  label TEXT, bytes INTEGER NOT NULL);"
    "CREATE INDEX packet_run ON packet(run);"
    "CREATE TABLE step(run INTEGER NOT NULL, time_s REAL NOT NULL, event TEXT NOT NULL, node INTEGER NOT NULL,"
    "  process TEXT, object TEXT, message INTEGER, number INTEGER, reason TEXT);"
    "CREATE INDEX step_run ON step(run);"
    "CREATE TABLE problem(run INTEGER PRIMARY KEY, message TEXT NOT NULL);"

    /* SELECT * FROM outcome WHERE metric = 'delivery_ratio' AND variant = 'mesh' */
    "CREATE VIEW outcome AS SELECT run.id AS run, variant, point, replication, metric.name AS metric, value,"
    "  numerator, denominator FROM run JOIN metric ON metric.run = run.id WHERE status = 'done';"

    /* SELECT variant, mean FROM summary WHERE metric = 'latency_mean_ms' */
    "CREATE VIEW summary AS SELECT variant, point, metric, avg(value) AS mean, count(value) AS n,"
    "  min(value) AS min, max(value) AS max, sum(numerator) / sum(denominator) AS pooled"
    "  FROM outcome GROUP BY variant, point, metric ORDER BY min(run), metric;"

    /* SELECT avg(difference) FROM paired WHERE metric = 'delivery_ratio' AND variant = 'mesh' AND against = 'tree' */
    "CREATE VIEW paired AS SELECT a.metric AS metric, a.variant AS variant, b.variant AS against, a.point AS point,"
    "  a.replication AS replication, a.value - b.value AS difference FROM outcome a JOIN outcome b"
    "  ON b.metric = a.metric AND b.point = a.point AND b.replication = a.replication AND b.variant <> a.variant;"

    /* SELECT node, max(latency_ms) FROM latency WHERE variant = 'tree' GROUP BY node */
    "CREATE VIEW latency AS SELECT variant, point, replication, workload, publication, node, hops,"
    "  (delivered_s - published_s) * 1000 AS latency_ms FROM delivery JOIN run ON run.id = delivery.run;"

    /* SELECT * FROM failed */
    "CREATE VIEW failed AS SELECT id AS run, variant, point, replication, printf('%u', seed) AS seed, message"
    "  FROM run LEFT JOIN problem ON problem.run = run.id WHERE status = 'failed';";
