/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads from the tables of a run what became of each node and link. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "report/plot_picture.h"

static sqlite3_stmt *of_run(const PlotData *data, gint64 run, const char *sql, GError **error)
{
    sqlite3_stmt *rows = plot_data_prepare(data, sql, error);
    if (rows) sqlite3_bind_int64(rows, 1, run);
    return rows;
}

static double number_or_nan(sqlite3_stmt *rows, int column)
{
    return sqlite3_column_type(rows, column) == SQLITE_NULL ? NAN : sqlite3_column_double(rows, column);
}

static Picture *read_nodes(const PlotData *data, gint64 run, GError **error)
{
    g_autoptr(sqlite3_stmt) most = of_run(data, run, "SELECT max(node) FROM node WHERE run = ?", error);
    if (!most) return NULL;
    if (!plot_data_step(most, error) || sqlite3_column_type(most, 0) == SQLITE_NULL) return NULL;
    g_autoptr(Picture) picture = plot_picture_new((guint)sqlite3_column_int64(most, 0) + 1);
    g_autoptr(sqlite3_stmt) rows = of_run(data, run, "SELECT node, name, x, y FROM node WHERE run = ?", error);
    if (!rows) return NULL;
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        gint64 node = sqlite3_column_int64(rows, 0);
        if (node < 0) continue;
        g_free(picture->names[node]);
        picture->names[node] = g_strdup((const char *)sqlite3_column_text(rows, 1));
        picture->x[node] = number_or_nan(rows, 2);
        picture->y[node] = number_or_nan(rows, 3);
    }
    if (broken) return g_propagate_error(error, broken), NULL;
    return g_steal_pointer(&picture);
}

static guint64 pair(guint64 a, guint64 b)
{
    return MIN(a, b) << 32 | MAX(a, b);
}

static bool read_links(const PlotData *data, gint64 run, Picture *picture, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(data, run, "SELECT a, b FROM link WHERE run = ? ORDER BY a, b", error);
    if (!rows) return false;
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        PictureLink link = { (NodeId)sqlite3_column_int64(rows, 0), (NodeId)sqlite3_column_int64(rows, 1), false };
        if (link.a < picture->nodes && link.b < picture->nodes) g_array_append_val(picture->links, link);
    }
    if (broken) return g_propagate_error(error, broken), false;
    return true;
}

/* Nodes and links that more failures took down than let go by the end. */
static bool read_failures(const PlotData *data, gint64 run, Picture *picture, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(data, run, "SELECT kind, node, other FROM event WHERE run = ?", error);
    if (!rows) return false;
    g_autofree int *held = g_new0(int, picture->nodes);
    g_autoptr(GHashTable) cuts = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        const char *kind = (const char *)sqlite3_column_text(rows, 0);
        guint64 node = (guint64)sqlite3_column_int64(rows, 1), other = (guint64)sqlite3_column_int64(rows, 2);
        if (!kind || node >= picture->nodes) continue;
        int step = strcmp(kind, "down") == 0 || strcmp(kind, "cut") == 0 ? 1 :
                   strcmp(kind, "up") == 0 || strcmp(kind, "mend") == 0 ? -1 : 0;
        if (sqlite3_column_type(rows, 2) == SQLITE_NULL || other >= picture->nodes) {
            held[node] += step;
            continue;
        }
        guint64 key = pair(node, other);
        int now = GPOINTER_TO_INT(g_hash_table_lookup(cuts, &key)) + step;
        g_hash_table_insert(cuts, g_memdup2(&key, sizeof key), GINT_TO_POINTER(now));
    }
    if (broken) return g_propagate_error(error, broken), false;
    for (guint i = 0; i < picture->nodes; i++)
        if (held[i] > 0) picture->states[i] = PICTURE_DEAD;
    for (guint i = 0; i < picture->links->len; i++) {
        PictureLink *link = &g_array_index(picture->links, PictureLink, i);
        guint64 key = pair(link->a, link->b);
        link->cut = GPOINTER_TO_INT(g_hash_table_lookup(cuts, &key)) > 0;
    }
    return true;
}

/* The value of a key of [workload NAME] in a run: of its point, its variant, or the file; NULL where unset. */
static char *workload_key(const PlotData *data, gint64 run, const char *workload, const char *key)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_data(file, data->scenario, (gsize)-1, G_KEY_FILE_NONE, NULL)) return NULL;
    g_autoptr(sqlite3_stmt) rows = of_run(data, run,
        "SELECT variant, json_extract(point, '$.\"' || ?2 || '\"') FROM run WHERE id = ?1", NULL);
    g_autofree char *path = g_strdup_printf("workload.%s.%s", workload, key);
    if (rows) sqlite3_bind_text(rows, 2, path, -1, SQLITE_STATIC);
    char *value = NULL;
    if (rows && plot_data_step(rows, NULL)) {
        g_autofree char *variant = g_strdup_printf("variant %s", (const char *)sqlite3_column_text(rows, 0));
        value = g_strdup((const char *)sqlite3_column_text(rows, 1));
        if (!value) value = g_key_file_get_value(file, variant, path, NULL);
    }
    g_autofree char *section = g_strdup_printf("workload %s", workload);
    return value ? value : g_key_file_get_value(file, section, key, NULL);
}

static bool is_grouped(const PlotData *data, gint64 run, const char *workload)
{
    g_autofree char *group = workload_key(data, run, workload, "group");
    return group && strcmp(group, "all") != 0;
}

/* Nodes that the workload ever reached in this run: what is known of its group. */
static bool read_members(const PlotData *data, gint64 run, const char *workload, bool *member, guint nodes,
                         GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(data, run,
        "SELECT DISTINCT node FROM delivery WHERE run = ? AND workload IS ?", error);
    if (!rows) return false;
    sqlite3_bind_text(rows, 2, workload, -1, SQLITE_STATIC);
    GError *broken = NULL;
    while (plot_data_step(rows, &broken))
        if ((guint64)sqlite3_column_int64(rows, 0) < nodes) member[sqlite3_column_int64(rows, 0)] = true;
    if (broken) return g_propagate_error(error, broken), false;
    return true;
}

static bool read_last(const PlotData *data, gint64 run, Picture *picture, GError **error)
{
    g_autoptr(sqlite3_stmt) rows = of_run(data, run,
        "WITH last AS (SELECT workload AS w, publication AS p FROM delivery WHERE run = ?1 "
        "ORDER BY published_s DESC, workload, publication LIMIT 1) "
        "SELECT workload, node, hops, round(1000 * (delivered_s - published_s), 6), (SELECT source FROM publication "
        "WHERE run = ?1 AND workload IS w AND publication = p) FROM delivery, last "
        "WHERE run = ?1 AND workload IS w AND publication = p", error);
    if (!rows) return false;
    g_autofree guint *hops = g_new0(guint, picture->nodes);
    g_autofree char *workload = NULL;
    guint64 source = G_MAXUINT64;
    GError *broken = NULL;
    while (plot_data_step(rows, &broken)) {
        guint64 node = (guint64)sqlite3_column_int64(rows, 1);
        if (node < picture->nodes) {
            hops[node] = (guint)sqlite3_column_int64(rows, 2);
            picture->latency[node] = sqlite3_column_double(rows, 3);
        }
        if (workload) continue;
        workload = g_strdup((const char *)sqlite3_column_text(rows, 0));
        if (sqlite3_column_type(rows, 4) != SQLITE_NULL) source = (guint64)sqlite3_column_int64(rows, 4);
    }
    if (broken) return g_propagate_error(error, broken), false;
    if (!workload) return true;
    bool grouped = is_grouped(data, run, workload);
    g_autofree bool *member = g_new0(bool, picture->nodes);
    if (grouped && !read_members(data, run, workload, member, picture->nodes, error)) return false;
    for (guint i = 0; i < picture->nodes; i++) {
        if (picture->states[i] == PICTURE_DEAD || hops[i]) continue;
        if (i == source) picture->states[i] = PICTURE_SOURCE;
        else picture->states[i] = !grouped || member[i] ? PICTURE_CUT_OFF : PICTURE_ASIDE;
    }
    return true;
}

Picture *plot_picture_read(const PlotData *data, gint64 run, GError **error)
{
    g_autoptr(Picture) picture = read_nodes(data, run, error);
    if (!picture || !read_links(data, run, picture, error) || !read_failures(data, run, picture, error) ||
        !read_last(data, run, picture, error)) return NULL;
    return g_steal_pointer(&picture);
}
