/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/samples.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "experiment/database.h"

static guint64 cell_key(guint variant, guint point, guint metric)
{
    return ((guint64)variant << 42) | ((guint64)point << 20) | metric;
}

int samples_find(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++)
        if (strcmp(names->pdata[i], name) == 0) return (int)i;
    return -1;
}

bool samples_measures_machine(const char *metric)
{
    return strcmp(metric, "wall_s") == 0 || strcmp(metric, "events_per_s") == 0;
}

/* Places of names, in the order in which they were first met. */
typedef struct { GPtrArray *names; GHashTable *places; } Index;

static Index index_new(GPtrArray *names)
{
    return (Index){ names, g_hash_table_new(g_str_hash, g_str_equal) };
}

static guint place_of(Index *index, const char *name)
{
    gpointer found;
    if (g_hash_table_lookup_extended(index->places, name, NULL, &found)) return GPOINTER_TO_UINT(found);
    char *own = g_strdup(name);
    g_ptr_array_add(index->names, own);
    g_hash_table_insert(index->places, own, GUINT_TO_POINTER(index->names->len - 1));
    return index->names->len - 1;
}

static void free_cell(gpointer cell) { g_array_unref(cell); }

static Samples *samples_new(void)
{
    Samples *samples = g_new0(Samples, 1);
    samples->variants = g_ptr_array_new_with_free_func(g_free);
    samples->points = g_ptr_array_new_with_free_func(g_free);
    samples->metrics = g_ptr_array_new_with_free_func(g_free);
    samples->cells = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_cell);
    return samples;
}

void samples_free(Samples *samples)
{
    if (!samples) return;
    g_free(samples->stem);
    g_free(samples->title);
    g_ptr_array_unref(samples->variants);
    g_ptr_array_unref(samples->points);
    g_ptr_array_unref(samples->metrics);
    g_hash_table_unref(samples->cells);
    g_free(samples);
}

static void add(Samples *samples, guint64 key, const Sample *sample)
{
    GArray *cell = g_hash_table_lookup(samples->cells, &key);
    if (!cell) {
        cell = g_array_new(FALSE, FALSE, sizeof(Sample));
        g_hash_table_insert(samples->cells, g_memdup2(&key, sizeof key), cell);
    }
    g_array_append_vals(cell, sample, 1);
}

static double number_at(sqlite3_stmt *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? NAN : sqlite3_column_double(row, column);
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    return text ? text : "";
}

/* Runs by id, so that names come in the order of the plan whatever is missing. */
static const char query[] =
    "SELECT run.id, variant, point, replication, name, value, numerator, denominator FROM run LEFT JOIN metric "
    "ON metric.run = run.id AND run.status = 'done' WHERE replication BETWEEN ?1 AND ?2 AND (?3 = 0 OR run.id = ?3) "
    "ORDER BY run.id, metric.rowid";

static bool read_rows(Samples *samples, sqlite3 *db, const char *path, SampleRange range, GError **error)
{
    sqlite3_stmt *row = NULL;
    int code = sqlite3_prepare_v2(db, query, -1, &row, NULL);
    sqlite3_bind_int64(row, 1, range.first);
    sqlite3_bind_int64(row, 2, range.last);
    sqlite3_bind_int64(row, 3, (int64_t)range.run);
    Index variants = index_new(samples->variants), points = index_new(samples->points);
    Index metrics = index_new(samples->metrics);
    int64_t earlier = -1;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        if ((code = sqlite3_step(row)) != SQLITE_ROW) break;
        Sample sample = { (uint32_t)sqlite3_column_int64(row, 3), number_at(row, 5), number_at(row, 6), number_at(row, 7) };
        samples->replications += sample.replication != earlier;         /* ids ascend with the replication */
        earlier = sample.replication;
        guint variant = place_of(&variants, text_at(row, 1)), point = place_of(&points, text_at(row, 2));
        if (sqlite3_column_type(row, 4) == SQLITE_NULL) continue;
        guint metric = place_of(&metrics, text_at(row, 4));
        if (!isnan(sample.value)) add(samples, cell_key(variant, point, metric), &sample);
    }
    bool ok = code == SQLITE_DONE || database_fail(db, path, error);
    sqlite3_finalize(row);
    g_hash_table_unref(variants.places);
    g_hash_table_unref(points.places);
    g_hash_table_unref(metrics.places);
    return ok;
}

Samples *samples_read(const char *path, SampleRange range, GError **error)
{
    sqlite3 *db = database_read(path, error);
    if (!db) return NULL;
    Samples *samples = samples_new();
    samples->stem = database_meta(db, "stem");
    samples->title = database_meta(db, "title");
    g_autofree char *seed = database_meta(db, "seed");
    if (!seed || !parse_count(seed, &samples->seed, NULL)) samples->seed = 0;
    if (!samples->stem) samples->stem = g_strdup("");
    if (!samples->title) samples->title = g_strdup(samples->stem);
    bool ok = read_rows(samples, db, path, range, error);
    sqlite3_close(db);
    if (ok) return samples;
    samples_free(samples);
    return NULL;
}

const Sample *samples_of(const Samples *samples, guint variant, guint point, guint metric, guint *count)
{
    guint64 key = cell_key(variant, point, metric);
    const GArray *cell = g_hash_table_lookup(samples->cells, &key);
    *count = cell ? cell->len : 0;
    return cell ? (const Sample *)(const void *)cell->data : NULL;
}

Estimate samples_mean(const Samples *samples, guint variant, guint point, guint metric)
{
    guint count;
    const Sample *list = samples_of(samples, variant, point, metric, &count);
    g_autofree double *values = g_new(double, count + 1);
    for (guint i = 0; i < count; i++) values[i] = list[i].value;
    return statistics_mean(values, count, SAMPLES_CONFIDENCE);
}

Estimate samples_pooled(const Samples *samples, guint variant, guint point, guint metric)
{
    guint count, known = 0;
    const Sample *list = samples_of(samples, variant, point, metric, &count);
    g_autofree double *above = g_new(double, count + 1), *below = g_new(double, count + 1);
    for (guint i = 0; i < count; i++) {
        if (isnan(list[i].numerator) || isnan(list[i].denominator)) continue;
        above[known] = list[i].numerator;
        below[known++] = list[i].denominator;
    }
    return statistics_ratio(above, below, known, SAMPLES_CONFIDENCE);
}

/* Walks along two cells by replication; those that both have meet at equal ones. */
#define EACH_PAIR(a, b, a_count, b_count, i, j) \
    (guint i = 0, j = 0; i < (a_count) && j < (b_count); \
     (a)[i].replication < (b)[j].replication ? i++ : (a)[i].replication > (b)[j].replication ? j++ : (i++, j++))

GArray *samples_differences(const Samples *samples, guint variant, guint against, guint point, guint metric)
{
    guint a_count, b_count;
    const Sample *a = samples_of(samples, variant, point, metric, &a_count);
    const Sample *b = samples_of(samples, against, point, metric, &b_count);
    GArray *out = g_array_new(FALSE, FALSE, sizeof(Sample));
    for EACH_PAIR(a, b, a_count, b_count, i, j) {
        if (a[i].replication != b[j].replication) continue;
        Sample difference = { a[i].replication, a[i].value - b[j].value, NAN, NAN };
        g_array_append_val(out, difference);
    }
    return out;
}

Paired samples_difference(const Samples *samples, guint variant, guint against, guint point, guint metric)
{
    guint a_count, b_count, pairs = 0;
    const Sample *a = samples_of(samples, variant, point, metric, &a_count);
    const Sample *b = samples_of(samples, against, point, metric, &b_count);
    g_autofree double *x = g_new(double, a_count + 1), *y = g_new(double, a_count + 1);
    for EACH_PAIR(a, b, a_count, b_count, i, j) {
        if (a[i].replication != b[j].replication) continue;
        x[pairs] = a[i].value;
        y[pairs++] = b[j].value;
    }
    return statistics_paired(x, y, pairs, SAMPLES_CONFIDENCE);
}

static char *value_text(JsonNode *node)
{
    if (!JSON_NODE_HOLDS_VALUE(node)) return g_strdup("?");
    GType type = json_node_get_value_type(node);
    if (type == G_TYPE_STRING) return g_strdup(json_node_get_string(node));
    if (type == G_TYPE_BOOLEAN) return g_strdup(json_node_get_boolean(node) ? "yes" : "no");
    return format_number(json_node_get_double(node));
}

char *samples_point_label(const char *json)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    GString *label = g_string_new("");
    if (json_parser_load_from_data(parser, json, -1, NULL) && JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) {
        JsonObjectIter iter;
        const char *key;
        JsonNode *value;
        json_object_iter_init_ordered(&iter, json_node_get_object(json_parser_get_root(parser)));
        while (json_object_iter_next_ordered(&iter, &key, &value)) {
            const char *dot = strrchr(key, '.');
            g_autofree char *text = value_text(value);
            g_string_append_printf(label, "%s%s = %s", label->len ? ", " : "", dot ? dot + 1 : key, text);
        }
    }
    return g_string_free(label, FALSE);
}
