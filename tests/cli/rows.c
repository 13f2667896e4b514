/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints the rows of a results database that must be equal wherever it is made:
 * sorted by their columns, without what a clock measured.
 *
 * usage: rows RESULTS.db
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const queries[] = {
    "SELECT 'run', id, variant, point, replication, seed, status, events FROM run ORDER BY 2, 3, 4, 5, 6, 7, 8",
    "SELECT 'metric', run, name, value, numerator, denominator FROM metric "
    "WHERE name NOT IN ('wall_s', 'events_per_s') ORDER BY 2, 3, 4, 5, 6",
    "SELECT 'histogram', run, name, low, high, count FROM histogram ORDER BY 2, 3, 4, 5, 6",
    "SELECT 'series', run, name, time_s, value FROM series ORDER BY 2, 3, 4, 5",
    "SELECT 'event', run, time_s, failure, kind, node, other FROM event ORDER BY 2, 3, 4, 5, 6, 7",
    "SELECT 'node', run, node, name, x, y FROM node ORDER BY 2, 3, 4, 5, 6",
    "SELECT 'link', run, a, b, latency_ms FROM link ORDER BY 2, 3, 4, 5",
    "SELECT 'publication', run, workload, publication, source, published_s, size FROM publication ORDER BY 2, 3, 4, 5, 6, 7",
    "SELECT 'delivery', run, workload, publication, node, published_s, delivered_s, hops FROM delivery "
    "ORDER BY 2, 3, 4, 5, 6, 7, 8",
};

static void fail(sqlite3 *db)
{
    fprintf(stderr, "rows: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void column_print(sqlite3_stmt *row, int i)
{
    if (i) putchar('\t');
    if (sqlite3_column_type(row, i) == SQLITE_FLOAT) printf("%a", sqlite3_column_double(row, i));   /* every bit */
    else if (sqlite3_column_type(row, i) != SQLITE_NULL) fputs((const char *)sqlite3_column_text(row, i), stdout);
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        fprintf(stderr, "usage: rows RESULTS.db\n");
        return 2;
    }
    for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
        sqlite3_stmt *row;
        int step;
        if (sqlite3_prepare_v2(db, queries[q], -1, &row, NULL) != SQLITE_OK) fail(db);
        while ((step = sqlite3_step(row)) == SQLITE_ROW) {
            for (int i = 0; i < sqlite3_column_count(row); i++) column_print(row, i);
            putchar('\n');
        }
        if (step != SQLITE_DONE) fail(db);
        sqlite3_finalize(row);
    }
    sqlite3_close(db);
    return 0;
}
