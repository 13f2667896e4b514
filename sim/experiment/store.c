/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/store.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "experiment/database.h"
#include "experiment/schema.h"
#include "experiment/settings.h"
#include "experiment/store_rows.h"

struct Store {
    sqlite3 *db;
    char *path;
    Rows *rows;
};

const char *store_path(const Store *store)
{
    return store->path;
}

void store_limit_pages(Store *store, int pages)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA max_page_count = %d", pages);
    database_exec(store->db, store->path, sql, NULL);
}

void store_free(Store *store)
{
    if (!store) return;
    rows_free(store->rows);
    sqlite3_close(store->db);
    g_free(store->path);
    g_free(store);
}

static bool make_directory(const char *directory, GError **error)
{
    if (g_mkdir_with_parents(directory, 0777) == 0) return true;
    int code = errno == ENOSPC || errno == EDQUOT ? SIM_ERROR_MACHINE : SIM_ERROR_FILE;
    g_set_error(error, SIM_ERROR, code, "%s: cannot be made a directory for results: %s; choose another with -o",
                directory, g_strerror(errno));
    return false;
}

/* Takes the lock and holds it until the end; WAL without shared memory, which
 * network file systems lack, needs the exclusive mode first. */
static bool take(Store *store, GError **error)
{
    int code = sqlite3_open_v2(store->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) return database_fail(store->db, store->path, error);
    if (sqlite3_db_readonly(store->db, "main") == 1) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: may not be written to; choose another directory with -o",
                    store->path);
        return false;
    }
    int64_t application, tables;
    if (!database_exec(store->db, store->path, "PRAGMA locking_mode = EXCLUSIVE", error) ||
        !database_number(store->db, store->path, "PRAGMA application_id", &application, error) ||
        !database_number(store->db, store->path, "SELECT count(*) FROM sqlite_master", &tables, error))
        return false;
    if (tables && application != DATABASE_APPLICATION) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT,
                    "%s: is a database of another program; move it away, or choose another directory with -o",
                    store->path);
        return false;
    }
    return database_exec(store->db, store->path,
                         "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE", error);
}

/* Whoever else has it open keeps us from removing it under their feet. */
static bool throw_away(Store *store, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (!g_file_test(store->path, G_FILE_TEST_EXISTS)) return true;
    bool taken = take(store, &failure);
    bool busy = !taken && (sqlite3_errcode(store->db) & 0xff) == SQLITE_BUSY;
    sqlite3_close(store->db);
    store->db = NULL;
    if (busy) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return false;
    }
    static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *file = g_strconcat(store->path, endings[i], NULL);
        if (g_unlink(file) == 0 || errno == ENOENT) continue;
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: cannot be removed: %s", file, g_strerror(errno));
        return false;
    }
    return true;
}

static bool put_meta(Store *store, const char *key, const char *value, GError **error)
{
    sqlite3_stmt *statement = NULL;
    bool ok = sqlite3_prepare_v2(store->db, "REPLACE INTO meta VALUES(?, ?)", -1, &statement, NULL) == SQLITE_OK &&
              sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC) == SQLITE_OK &&
              sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    return ok || database_fail(store->db, store->path, error);
}

static bool put_all_meta(Store *store, const Plan *plan, const char *set, GError **error)
{
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, plan->seed);
    g_autofree char *schema = g_strdup_printf("%d", BANYAN_SCHEMA);
    g_autofree char *libraries = version_libraries();
    return put_meta(store, "scenario", plan->text, error) && put_meta(store, "hash", plan->hash, error) &&
           put_meta(store, "overrides", set, error) && put_meta(store, "path", plan->path, error) &&
           put_meta(store, "stem", plan->stem, error) && put_meta(store, "title", plan->title, error) &&
           put_meta(store, "seed", seed, error) && put_meta(store, "version", BANYAN_VERSION, error) &&
           put_meta(store, "schema", schema, error) && put_meta(store, "libraries", libraries, error);
}

static bool create(Store *store, GError **error)
{
    g_autofree char *marks = g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                             DATABASE_APPLICATION, BANYAN_SCHEMA);
    return database_exec(store->db, store->path, marks, error) &&
           database_exec(store->db, store->path, schema_sql, error);
}

static bool refuse(const Store *store, const char *why, const char *difference, GError **error)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: %s\n%s"
                "--fresh throws the old results away; -o DIR keeps both", store->path, why, difference);
    return false;
}

/* The results at hand may be extended: same program, same settings. */
static bool fits(const Store *store, const Plan *plan, const char *set, GError **error)
{
    g_autofree char *hash = database_meta(store->db, "hash"), *text = database_meta(store->db, "scenario");
    g_autofree char *old_set = database_meta(store->db, "overrides"), *schema = database_meta(store->db, "schema");
    g_autofree char *version = database_meta(store->db, "version");
    if (!hash || !text || !old_set || !schema || !version)
        return refuse(store, "is damaged: table meta lacks rows", "", error);
    if (strcmp(schema, G_STRINGIFY(BANYAN_SCHEMA)) != 0 || strcmp(version, BANYAN_VERSION) != 0) {
        g_autofree char *why = g_strdup_printf("was made by banyan %s with schema %s; this is banyan %s with schema %d",
                                               version, schema, BANYAN_VERSION, BANYAN_SCHEMA);
        return refuse(store, why, "", error);
    }
    if (strcmp(hash, plan->hash) == 0) return true;
    g_autofree char *difference = settings_difference(text, old_set, plan->text, set);
    if (!*difference)
        return refuse(store, "holds results of an earlier state of this scenario: a file that it reads has changed",
                      "", error);
    return refuse(store, "holds results of other settings (- then, + now):", difference, error);
}

static bool prepare(Store *store, const Plan *plan, const char *set, GError **error)
{
    int64_t tables;
    if (!database_number(store->db, store->path, "SELECT count(*) FROM sqlite_master", &tables, error)) return false;
    if (tables ? !fits(store, plan, set, error) : !create(store, error)) return false;
    if (!put_all_meta(store, plan, set, error)) return false;
    if (!database_exec(store->db, store->path, "COMMIT", error)) return false;
    store->rows = rows_new(store->db);
    return store->rows || database_fail(store->db, store->path, error);
}

Store *store_open(const char *directory, const Plan *plan, const char *const *overrides, bool fresh, GError **error)
{
    if (!make_directory(directory, error)) return NULL;
    g_autofree char *set = overrides ? g_strjoinv("\n", (char **)overrides) : g_strdup("");
    Store *store = g_new0(Store, 1);
    store->path = g_build_filename(directory, "results.db", NULL);
    if ((!fresh || throw_away(store, error)) && take(store, error) && prepare(store, plan, set, error)) return store;
    store_free(store);
    return NULL;
}

/* Runs `write` between BEGIN and COMMIT; what fails leaves nothing behind. */
static bool transaction(Store *store, const RunKey *key, const RunResult *result, const char *why, GError **error)
{
    if (!database_exec(store->db, store->path, "BEGIN IMMEDIATE", error)) return false;
    bool written = why ? rows_fail(store->rows, key, why) : rows_put(store->rows, key, result);
    if (!written) database_fail(store->db, store->path, error);
    else if (database_exec(store->db, store->path, "COMMIT", error)) return true;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool store_put(Store *store, const RunKey *key, const RunResult *result, GError **error)
{
    return transaction(store, key, result, NULL, error);
}

bool store_fail(Store *store, const RunKey *key, const char *why, GError **error)
{
    return transaction(store, key, NULL, why, error);
}

bool store_forget_after(Store *store, uint32_t last, GError **error)
{
    GString *sql = g_string_new("BEGIN IMMEDIATE;");
    for (guint i = 0; schema_run_tables[i]; i++)
        g_string_append_printf(sql, "DELETE FROM %s WHERE run IN (SELECT id FROM run WHERE replication > %u);",
                               schema_run_tables[i], last);
    g_string_append_printf(sql, "DELETE FROM run WHERE replication > %u; COMMIT", last);
    g_autofree char *text = g_string_free(sql, FALSE);
    if (database_exec(store->db, store->path, text, error)) return true;
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return false;
}

bool store_finished(Store *store, void (*visit)(void *data, uint64_t id, double delivery_ratio), void *data,
                    GError **error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, "SELECT id, value FROM run LEFT JOIN metric ON metric.run = run.id AND "
                                  "metric.name = 'delivery_ratio' WHERE status = 'done' ORDER BY id", -1, &statement,
                                  NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW) break;
        bool known = sqlite3_column_type(statement, 1) != SQLITE_NULL;
        visit(data, (uint64_t)sqlite3_column_int64(statement, 0), known ? sqlite3_column_double(statement, 1) : NAN);
    }
    bool ok = code == SQLITE_DONE || database_fail(store->db, store->path, error);
    sqlite3_finalize(statement);
    return ok;
}
