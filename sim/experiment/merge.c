/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/merge.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "experiment/database.h"
#include "experiment/schema.h"
#include "experiment/settings.h"

/* What has to be the same in all sources, taken from the first. */
typedef struct { char *path, *hash, *version, *text, *set; } Origin;

static void origin_clear(Origin *origin)
{
    g_free(origin->path), g_free(origin->hash), g_free(origin->version), g_free(origin->text), g_free(origin->set);
    *origin = (Origin){ 0 };
}

static bool origin_read(Origin *origin, const char *source, GError **error)
{
    sqlite3 *db = database_read(source, error);
    if (!db) return false;
    *origin = (Origin){
        .path = database_path(source), .hash = database_meta(db, "hash"), .version = database_meta(db, "version"),
        .text = database_meta(db, "scenario"), .set = database_meta(db, "overrides"),
    };
    sqlite3_close(db);
    if (origin->hash && origin->version && origin->text && origin->set) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: is damaged: table meta lacks rows", origin->path);
    origin_clear(origin);
    return false;
}

static bool same_origin(const Origin *first, const Origin *other, GError **error)
{
    if (strcmp(first->version, other->version) != 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s was made by banyan %s, %s by banyan %s; results of different "
                    "versions are not joined", first->path, first->version, other->path, other->version);
        return false;
    }
    if (strcmp(first->hash, other->hash) == 0) return true;
    g_autofree char *difference = settings_difference(first->text, first->set, other->text, other->set);
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s and %s are of different settings%s%s", first->path, other->path,
                *difference ? " (- the first, + the second):\n" : ": a file that the scenario reads has changed", difference);
    return false;
}

/* Without a log beside it nobody writes, and its directory may be closed to us. */
static bool attach(sqlite3 *db, const char *file, GError **error)
{
    g_autofree char *log = g_strconcat(file, "-wal", NULL), *absolute = g_canonicalize_filename(file, NULL);
    g_autofree char *escaped = g_uri_escape_string(absolute, "/", FALSE);
    g_autofree char *uri = g_strdup_printf("file:%s%s", escaped, g_file_test(log, G_FILE_TEST_EXISTS) ? "" : "?immutable=1");
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, "ATTACH ? AS source", -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_bind_text(statement, 1, uri, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return ok || database_fail(db, file, error);
}

/* A run that both have. */
static bool overlaps(sqlite3 *db, const char *file, GError **error)
{
    sqlite3_stmt *row = NULL;
    sqlite3_prepare_v2(db, "SELECT variant, point, replication, (SELECT count(*) FROM source.run WHERE id IN (SELECT id FROM "
                       "main.run)) FROM source.run WHERE id IN (SELECT id FROM main.run) ORDER BY id LIMIT 1", -1, &row, NULL);
    int code = sqlite3_step(row);
    if (code == SQLITE_ROW)
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: %d of its runs are in an earlier one too, the first being %s %s, "
                    "replication %d; `first-replication` makes each machine's runs its own", file, sqlite3_column_int(row, 3),
                    (const char *)sqlite3_column_text(row, 0), (const char *)sqlite3_column_text(row, 1),
                    sqlite3_column_int(row, 2));
    else if (code != SQLITE_DONE) database_fail(db, file, error);
    sqlite3_finalize(row);
    return code != SQLITE_DONE;
}

static bool copy(sqlite3 *db, const char *file, const char *target, bool first, GError **error)
{
    GString *sql = g_string_new("BEGIN IMMEDIATE; INSERT INTO main.run SELECT * FROM source.run ORDER BY id;");
    if (first) g_string_append(sql, "INSERT INTO main.meta SELECT * FROM source.meta;");
    for (guint i = 0; schema_run_tables[i]; i++)
        g_string_append_printf(sql, "INSERT INTO main.%s SELECT * FROM source.%s ORDER BY rowid;", schema_run_tables[i],
                               schema_run_tables[i]);
    g_string_append(sql, "COMMIT; DETACH source");
    g_autofree char *text = g_string_free(sql, FALSE);
    return attach(db, file, error) && !overlaps(db, file, error) && database_exec(db, target, text, error);
}

static bool fill(sqlite3 *db, const char *const *sources, const char *target, GError **error)
{
    g_autofree char *marks = g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d; PRAGMA synchronous = NORMAL",
                                             DATABASE_APPLICATION, BANYAN_SCHEMA);
    if (!database_exec(db, target, marks, error) || !database_exec(db, target, schema_sql, error)) return false;
    Origin first = { 0 };
    bool ok = true;
    for (size_t i = 0; sources[i] && ok; i++) {
        Origin origin = { 0 };
        ok = origin_read(&origin, sources[i], error) && (i == 0 || same_origin(&first, &origin, error)) &&
             copy(db, origin.path, target, i == 0, error);
        if (i == 0) first = origin;
        else origin_clear(&origin);
    }
    origin_clear(&first);
    return ok;
}

/* The new file takes its name only once it is whole. */
static bool make(const char *const *sources, const char *path, GError **error)
{
    g_autofree char *unfinished = g_strconcat(path, ".part", NULL);
    sqlite3 *db = NULL;
    g_unlink(unfinished);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
    bool ok = sqlite3_open_v2(unfinished, &db, flags, NULL) == SQLITE_OK ? fill(db, sources, unfinished, error)
                                                                         : database_fail(db, unfinished, error);
    sqlite3_close(db);
    if (ok && g_rename(unfinished, path) < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s: cannot be written: %s", path, g_strerror(errno));
        ok = false;
    }
    if (!ok) g_unlink(unfinished);
    return ok;
}

bool merge_results(const char *const *sources, const char *directory, GError **error)
{
    g_autofree char *path = g_build_filename(directory, "results.db", NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: is there already; choose another directory with -o", path);
        return false;
    }
    if (g_mkdir_with_parents(directory, 0777) < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: cannot be made a directory for results: %s", directory,
                    g_strerror(errno));
        return false;
    }
    return make(sources, path, error);
}
