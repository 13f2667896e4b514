/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_data.h"

#include <string.h>

#include "core/error.h"
#include "report/plot_axis.h"

sqlite3_stmt *plot_data_prepare(const PlotData *data, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(data->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) return statement;
    const char *file = sqlite3_db_filename(data->db, "main");
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s: in use by another program; wait until its run is done",
                    file);
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: not a results database (%s); 'banyan run' writes one",
                    file, sqlite3_errmsg(data->db));
    return NULL;
}

bool plot_data_step(sqlite3_stmt *statement, GError **error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE) return code == SQLITE_ROW;
    sqlite3 *db = sqlite3_db_handle(statement);
    g_set_error(error, SIM_ERROR, code == SQLITE_BUSY ? SIM_ERROR_MACHINE : SIM_ERROR_RESULT, "%s: cannot be read: %s",
                sqlite3_db_filename(db, "main"), sqlite3_errmsg(db));
    return false;
}

guint plot_data_find_variant(const PlotData *data, const char *name)
{
    for (guint i = 0; i < data->variants->len; i++)
        if (strcmp(plot_data_variant(data, i), name) == 0) return i;
    return G_MAXUINT;
}

guint plot_data_find_point(const PlotData *data, const char *json)
{
    for (guint i = 0; i < data->points->len; i++)
        if (strcmp(plot_data_point(data, i)->json, json) == 0) return i;
    return G_MAXUINT;
}

static char *title_of(const char *scenario)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *title = NULL;
    if (g_key_file_load_from_data(file, scenario, (gsize)-1, G_KEY_FILE_NONE, NULL))
        title = g_key_file_get_value(file, "scenario", "title", NULL);
    return g_strstrip(title ? g_steal_pointer(&title) : g_strdup(""));
}

/* The texts of the first column, in the order of the rows. */
static GPtrArray *texts_of(const PlotData *data, const char *sql, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data, sql, error);
    if (!rows) return NULL;
    GError *broken = NULL;
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    while (plot_data_step(rows, &broken)) {
        const char *text = (const char *)sqlite3_column_text(rows, 0);
        g_ptr_array_add(texts, g_utf8_make_valid(text ? text : "", -1));
    }
    if (broken) return g_propagate_error(error, broken), NULL;
    return g_steal_pointer(&texts);
}

static bool read_scenario(PlotData *data, GError **error)
{
    g_autoptr(GPtrArray) texts = texts_of(data, "SELECT value FROM meta WHERE key = 'scenario'", error);
    if (!texts) return false;
    data->scenario = g_strdup(texts->len ? texts->pdata[0] : "");
    data->title = title_of(data->scenario);
    return true;
}

static void free_point(gpointer data)
{
    PlotPoint *point = data;
    g_free(point->json);
    g_free(point->label);
    g_free(point->places);
    g_free(point);
}

static bool read_plan(PlotData *data, GError **error)
{
    data->variants = texts_of(data, "SELECT variant FROM run WHERE id IN (SELECT run FROM metric) "
                                    "GROUP BY variant ORDER BY min(id)", error);
    if (!data->variants) return false;
    g_autoptr(GPtrArray) points = texts_of(data, "SELECT point FROM run WHERE id IN (SELECT run FROM metric) "
                                                 "GROUP BY point ORDER BY min(id)", error);
    if (!points) return false;
    if (!data->variants->len) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: holds no finished run yet; 'banyan run' adds them",
                    sqlite3_db_filename(data->db, "main"));
        return false;
    }
    for (guint i = 0; i < points->len; i++) {
        PlotPoint *point = g_new0(PlotPoint, 1);
        point->json = g_strdup(points->pdata[i]);
        g_ptr_array_add(data->points, point);
    }
    return plot_axes_read(data, error);
}

static bool open_database(PlotData *data, const char *results, GError **error)
{
    g_autofree char *file = g_file_test(results, G_FILE_TEST_IS_DIR) ? g_build_filename(results, "results.db", NULL)
                                                                     : g_strdup(results);
    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE,
                    "%s: no such file; give the directory that 'banyan run -o DIR' wrote, or its results.db", file);
        return false;
    }
    if (sqlite3_open_v2(file, &data->db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {     /* so that WAL is tidied up */
        sqlite3_exec(data->db, "PRAGMA query_only = 1", NULL, NULL, NULL);
        sqlite3_busy_timeout(data->db, 2000);
        return true;
    }
    g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: %s", file, data->db ? sqlite3_errmsg(data->db) : "no memory");
    return false;
}

PlotData *plot_data_open(const char *results, GError **error)
{
    g_autoptr(PlotData) data = g_new0(PlotData, 1);
    data->axes = g_ptr_array_new_with_free_func(plot_axis_free);
    data->points = g_ptr_array_new_with_free_func(free_point);
    if (!open_database(data, results, error) || !read_scenario(data, error) || !read_plan(data, error)) return NULL;
    return g_steal_pointer(&data);
}

void plot_data_close(PlotData *data)
{
    if (data->variants) g_ptr_array_unref(data->variants);
    g_ptr_array_unref(data->axes);
    g_ptr_array_unref(data->points);
    g_free(data->scenario);
    g_free(data->title);
    sqlite3_close(data->db);
    g_free(data);
}

char **plot_data_names(const PlotData *data, const char *table, GError **error)
{
    g_autofree char *sql = g_strdup_printf("SELECT DISTINCT name FROM %s ORDER BY name", table);
    g_autoptr(GPtrArray) names = texts_of(data, sql, error);
    if (!names) return NULL;
    g_ptr_array_add(names, NULL);
    return (char **)g_ptr_array_steal(names, NULL);
}

gint64 plot_data_first_run(const PlotData *data, guint variant, guint point, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = plot_data_prepare(data, "SELECT id FROM run WHERE variant = ? AND point = ? "
                                                           "ORDER BY replication LIMIT 1", error);
    if (!rows) return -1;
    sqlite3_bind_text(rows, 1, plot_data_variant(data, variant), -1, SQLITE_STATIC);
    sqlite3_bind_text(rows, 2, plot_data_point(data, point)->json, -1, SQLITE_STATIC);
    return plot_data_step(rows, error) ? sqlite3_column_int64(rows, 0) : -1;
}
