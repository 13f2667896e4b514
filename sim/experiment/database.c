/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/database.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/error.h"

bool database_fail(sqlite3 *db, const char *path, GError **error)
{
    int code = db ? sqlite3_errcode(db) & 0xff : SQLITE_NOMEM;
    const char *reason = db ? sqlite3_errmsg(db) : "out of memory";
    int kind = SIM_ERROR_RESULT;
    const char *remedy = "";
    switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        reason = "another program is writing to it";
        remedy = "; wait for it to end, or choose another directory with -o";
        break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        remedy = "; move it away, or start anew with --fresh";
        break;
    case SQLITE_FULL:
    case SQLITE_IOERR:
        remedy = "; what was written before is kept, and the same command goes on once there is room";
        kind = SIM_ERROR_MACHINE;
        break;
    case SQLITE_NOMEM:
        kind = SIM_ERROR_MACHINE;
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        remedy = "; choose another directory with -o";
        kind = SIM_ERROR_FILE;
        break;
    }
    g_set_error(error, SIM_ERROR, kind, "%s: %s%s", path, reason, remedy);
    return false;
}

bool database_exec(sqlite3 *db, const char *path, const char *sql, GError **error)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || database_fail(db, path, error);
}

bool database_number(sqlite3 *db, const char *path, const char *sql, int64_t *out, GError **error)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_ROW;
    if (ok) *out = sqlite3_column_int64(statement, 0);
    else database_fail(db, path, error);
    sqlite3_finalize(statement);
    return ok;
}

char *database_meta(sqlite3 *db, const char *key)
{
    sqlite3_stmt *statement = NULL;
    char *value = NULL;
    if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = ?", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW)
            value = g_strdup((const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return value;
}

char *database_path(const char *path)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) return g_build_filename(path, "results.db", NULL);
    return g_strdup(path);
}

static bool is_ours(sqlite3 *db, const char *path, GError **error)
{
    int64_t application, schema;
    if (!database_number(db, path, "PRAGMA application_id", &application, error) ||
        !database_number(db, path, "PRAGMA user_version", &schema, error))
        return false;
    if (application != DATABASE_APPLICATION) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: is no results database", path);
        return false;
    }
    if (schema == BANYAN_SCHEMA) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: has schema %d, this program reads schema %d", path,
                (int)schema, BANYAN_SCHEMA);
    return false;
}

/* A directory that may not be written to has no room for the files that reading
 * next to a writer needs; without a log beside it nobody writes. */
static sqlite3 *open_unchanging(const char *path)
{
    g_autofree char *log = g_strconcat(path, "-wal", NULL);
    if (g_file_test(log, G_FILE_TEST_EXISTS)) return NULL;
    g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
    g_autofree char *uri = g_strdup_printf("file:%s?immutable=1", escaped);
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK) return db;
    sqlite3_close(db);
    return NULL;
}

sqlite3 *database_read(const char *path, GError **error)
{
    g_autofree char *file = database_path(path);
    struct stat about;
    if (stat(file, &about) < 0) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: %s", file, g_strerror(errno));
        return NULL;
    }
    sqlite3 *db = NULL;
    int64_t pages;
    int code = sqlite3_open_v2(file, &db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK && !database_number(db, file, "SELECT count(*) FROM sqlite_master", &pages, NULL))
        code = sqlite3_errcode(db) & 0xff;
    if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) {
        sqlite3 *other = open_unchanging(file);
        if (other) {
            sqlite3_close(db);
            db = other;
        }
    }
    if (is_ours(db, file, error)) return db;
    sqlite3_close(db);
    return NULL;
}
