/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>

#include "core/error.h"
#include "core/units.h"
#include "report/csv.h"
#include "report/export.h"

/* The keys of a point and its values, as texts, in order. */
static void read_point(const char *json, GPtrArray *keys, GPtrArray *values)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_data(parser, json, -1, NULL) || !JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) return;
    JsonObjectIter iter;
    const char *key;
    JsonNode *value;
    json_object_iter_init_ordered(&iter, json_node_get_object(json_parser_get_root(parser)));
    while (json_object_iter_next_ordered(&iter, &key, &value)) {
        g_ptr_array_add(keys, g_strdup(key));
        if (!JSON_NODE_HOLDS_VALUE(value)) g_ptr_array_add(values, json_to_string(value, FALSE));
        else if (json_node_get_value_type(value) == G_TYPE_STRING) g_ptr_array_add(values, g_strdup(json_node_get_string(value)));
        else if (json_node_get_value_type(value) == G_TYPE_BOOLEAN)
            g_ptr_array_add(values, g_strdup(json_node_get_boolean(value) ? "yes" : "no"));
        else g_ptr_array_add(values, format_number(json_node_get_double(value)));
    }
}

static void write_head(const Samples *samples, GString *out)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free), values = g_ptr_array_new_with_free_func(g_free);
    if (samples->points->len) read_point(samples_point(samples, 0), keys, values);
    g_string_append(out, "variant");
    for (guint i = 0; i < keys->len; i++) {
        g_string_append_c(out, ',');
        csv_field(out, keys->pdata[i]);
    }
    g_string_append(out, ",replication");
    for (guint m = 0; m < samples->metrics->len; m++) {
        if (samples_measures_machine(samples_metric(samples, m))) continue;
        g_string_append_c(out, ',');
        csv_field(out, samples_metric(samples, m));
    }
    g_string_append_c(out, '\n');
}

/* All replications of one variant and point.  Cells ascend by replication, and each
 * metric may lack some: one place in each, moved along together. */
static void write_cell(const Samples *samples, guint variant, guint point, GString *out)
{
    guint columns = samples->metrics->len;
    g_autofree guint *at = g_new0(guint, columns + 1);
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free), values = g_ptr_array_new_with_free_func(g_free);
    read_point(samples_point(samples, point), keys, values);
    for (;;) {
        uint32_t replication = UINT32_MAX;
        for (guint m = 0, count; m < columns; m++) {
            const Sample *list = samples_of(samples, variant, point, m, &count);
            if (at[m] < count) replication = MIN(replication, list[at[m]].replication);
        }
        if (replication == UINT32_MAX) return;
        csv_field(out, samples_variant(samples, variant));
        for (guint i = 0; i < values->len; i++) {
            g_string_append_c(out, ',');
            csv_field(out, values->pdata[i]);
        }
        g_string_append_printf(out, ",%u", replication);
        for (guint m = 0, count; m < columns; m++) {
            const Sample *list = samples_of(samples, variant, point, m, &count);
            bool here = at[m] < count && list[at[m]].replication == replication;
            if (!samples_measures_machine(samples_metric(samples, m))) csv_value(out, here ? list[at[m]].value : NAN);
            at[m] += here;
        }
        g_string_append_c(out, '\n');
    }
}

char *export_runs(const Samples *samples)
{
    GString *out = g_string_new("");
    write_head(samples, out);
    for (guint v = 0; v < samples->variants->len; v++)
        for (guint p = 0; p < samples->points->len; p++) write_cell(samples, v, p, out);
    return g_string_free(out, FALSE);
}

static bool write_file(const char *directory, const char *name, char *text, GError **error)
{
    g_autofree char *path = g_build_filename(directory, name, NULL), *owned = text;
    g_autoptr(GError) failure = NULL;
    if (g_file_set_contents(path, owned, -1, &failure)) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_MACHINE, "%s", failure->message);
    return false;
}

bool export_write(const Samples *samples, const char *directory, const GArray *verdicts, GError **error)
{
    return write_file(directory, "summary.csv", export_csv(samples), error) &&
           write_file(directory, "summary.json", export_json(samples, 0, verdicts), error) &&
           write_file(directory, "runs.csv", export_runs(samples), error) &&
           write_file(directory, "quantiles.csv", export_quantiles(samples), error);
}
