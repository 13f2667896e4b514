/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_axis.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/units.h"

void plot_axis_free(gpointer data)
{
    PlotAxis *axis = data;
    g_free(axis->key);
    g_free(axis->label);
    g_strfreev(axis->raw);
    g_strfreev(axis->texts);
    g_free(axis->values);
    g_free(axis);
}

const PlotAxis *plot_axis_find(const PlotData *data, const char *key, guint *place)
{
    for (guint i = 0; i < data->axes->len; i++) {
        const PlotAxis *axis = data->axes->pdata[i];
        if (strcmp(axis->key, key) != 0) continue;
        if (place) *place = i;
        return axis;
    }
    return NULL;
}

/* A section with a name goes by that name; its kind would only repeat the key. */
char *plot_axis_words(const char *key)
{
    g_auto(GStrv) parts = g_strsplit(key, ".", -1);
    char *words = g_strjoinv(" ", parts + (g_strv_length(parts) > 2 ? 1 : 0));
    return g_strdelimit(words, "_-", ' ');
}

/* format_number() is exact, and so writes 50 as 5e+01. */
static char *plain_number(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof text, "%.12g", value));
}

/* Values of a quantity are shown in the largest unit that leaves the greatest at 1 or more. */
typedef struct { const char *name; double factor; } Shown;
static const Shown times[] = { { "s", 1e9 }, { "ms", 1e6 }, { "us", 1e3 }, { "ns", 1 }, { NULL, 0 } };
static const Shown sizes[] = { { "GB", 1e9 }, { "MB", 1e6 }, { "kB", 1e3 }, { "B", 1 }, { NULL, 0 } };
static const Shown bandwidths[] = { { "Gbit/s", 1e9 }, { "Mbit/s", 1e6 }, { "kbit/s", 1e3 }, { "bit/s", 1 },
                                    { NULL, 0 } };
static const Shown rates[] = { { "/s", 1 }, { NULL, 0 } };
static const Shown shares[] = { { "%", 0.01 }, { NULL, 0 } };
static const Shown numbers[] = { { NULL, 0 } };

static const struct { Unit unit; const Shown *shown; } readings[] = {
    { UNIT_NONE, numbers }, { UNIT_TIME, times }, { UNIT_SIZE, sizes }, { UNIT_BANDWIDTH, bandwidths },
    { UNIT_RATE, rates }, { UNIT_SHARE, shares },
};

static bool reads(char **texts, Unit unit, double *values)
{
    for (guint i = 0; texts[i]; i++)
        if (unit == UNIT_NONE ? !parse_number(texts[i], &values[i], NULL)
                              : !parse_quantity(texts[i], unit, &values[i], NULL)) return false;
    return true;
}

/* The unit to show `values` in, which become multiples of it; NULL for none. */
static const char *scale(const Shown *shown, double *values, guint count)
{
    double most = 0;
    for (guint i = 0; i < count; i++) most = fmax(most, fabs(values[i]));
    while (shown->name && shown[1].name && most < shown->factor) shown++;
    for (guint i = 0; i < count && shown->name; i++)
        values[i] = round(values[i] / shown->factor * 1e9) / 1e9;       /* 0.07 / 0.01 is not quite 7 */
    return shown->name;
}

/* Whether [sweep] writes this key's values in per cent; a point has only 0.2. */
static bool in_percent(const char *scenario, const char *key)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_data(file, scenario, (gsize)-1, G_KEY_FILE_NONE, NULL)) return false;
    g_autofree char *values = g_key_file_get_value(file, "sweep", key, NULL);
    return values && strchr(values, '%');
}

static void sort(PlotAxis *axis)
{
    for (guint i = 1; i < axis->count; i++)
        for (guint k = i; k > 0 && axis->values[k] < axis->values[k - 1]; k--) {
            double value = axis->values[k];
            char *text = axis->raw[k];
            axis->values[k] = axis->values[k - 1], axis->raw[k] = axis->raw[k - 1];
            axis->values[k - 1] = value, axis->raw[k - 1] = text;
        }
}

static bool grows_by_factors(const PlotAxis *axis)
{
    const double *v = axis->values;
    guint last = axis->count - 1;
    return axis->count >= 4 && v[0] > 0 && v[last] >= 16 * v[0] && v[last] - v[last - 1] >= 4 * (v[1] - v[0]);
}

static void finish(PlotAxis *axis, const char *scenario)
{
    const char *unit = NULL;
    bool percent = false;
    axis->values = g_new(double, axis->count);
    for (guint i = 0; i < G_N_ELEMENTS(readings) && !axis->numeric; i++)
        if ((axis->numeric = reads(axis->raw, readings[i].unit, axis->values)))
            unit = scale(readings[i].shown, axis->values, axis->count);
    if (axis->numeric && !unit && (percent = in_percent(scenario, axis->key)))
        unit = scale(shares, axis->values, axis->count);
    if (axis->numeric) sort(axis), axis->logarithmic = grows_by_factors(axis);
    else for (guint i = 0; i < axis->count; i++) axis->values[i] = i + 1;

    axis->texts = g_strdupv(axis->raw);
    for (guint i = 0; i < axis->count && percent; i++) {
        g_autofree char *number = plain_number(axis->values[i]);
        g_free(axis->texts[i]);
        axis->texts[i] = g_strconcat(number, " %", NULL);
    }
    g_autofree char *words = plot_axis_words(axis->key);
    axis->label = unit ? g_strdup_printf("%s (%s)", words, unit) : g_steal_pointer(&words);
}

char *plot_axis_value(const PlotAxis *axis, guint i)
{
    return axis->numeric ? plain_number(axis->values[i]) : g_strdup(axis->texts[i]);
}

static char *value_text(JsonNode *node)
{
    if (!JSON_NODE_HOLDS_VALUE(node)) return g_strdup("?");
    if (json_node_get_value_type(node) == G_TYPE_STRING) return g_strdup(json_node_get_string(node));
    return plain_number(json_node_get_double(node));
}

static guint place_of(const PlotAxis *axis, const char *raw)
{
    for (guint i = 0; i < axis->count; i++)
        if (strcmp(axis->raw[i], raw) == 0) return i;
    return PLOT_NO_PLACE;
}

static PlotAxis *axis_of(PlotData *data, const char *key)
{
    PlotAxis *axis = (PlotAxis *)plot_axis_find(data, key, NULL);
    if (axis) return axis;
    axis = g_new0(PlotAxis, 1);
    axis->key = g_strdup(key);
    axis->raw = g_new0(char *, data->points->len + 1);
    g_ptr_array_add(data->axes, axis);
    return axis;
}

/* Notes each value of each key, once. */
static void note_values(PlotData *data, JsonObject *point)
{
    g_autoptr(GList) keys = json_object_get_members(point);
    for (GList *key = keys; key; key = key->next) {
        PlotAxis *axis = axis_of(data, key->data);
        g_autofree char *text = value_text(json_object_get_member(point, key->data));
        if (place_of(axis, text) == PLOT_NO_PLACE) axis->raw[axis->count++] = g_steal_pointer(&text);
    }
}

static void place(PlotData *data, PlotPoint *point, JsonObject *object)
{
    GString *label = g_string_new(NULL);
    point->places = g_new(guint, data->axes->len + 1);
    for (guint a = 0; a < data->axes->len; a++) {
        const PlotAxis *axis = data->axes->pdata[a];
        point->places[a] = PLOT_NO_PLACE;
        if (!json_object_has_member(object, axis->key)) continue;
        g_autofree char *text = value_text(json_object_get_member(object, axis->key));
        g_autofree char *words = plot_axis_words(axis->key);
        point->places[a] = place_of(axis, text);
        g_string_append_printf(label, "%s%s = %s", label->len ? ", " : "", words, axis->texts[point->places[a]]);
    }
    point->label = g_string_free(label, FALSE);
}

bool plot_axes_read(PlotData *data, GError **error)
{
    g_autoptr(GPtrArray) objects = g_ptr_array_new_with_free_func((GDestroyNotify)json_object_unref);
    for (guint i = 0; i < data->points->len; i++) {
        const char *json = plot_data_point(data, i)->json;
        g_autoptr(JsonNode) node = json_from_string(*json ? json : "{}", NULL);
        if (!node || !JSON_NODE_HOLDS_OBJECT(node)) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_RESULT, "%s: a point is no JSON object: '%s'",
                        sqlite3_db_filename(data->db, "main"), json);
            return false;
        }
        g_ptr_array_add(objects, json_node_dup_object(node));
        note_values(data, objects->pdata[i]);
    }
    for (guint a = 0; a < data->axes->len; a++) finish(data->axes->pdata[a], data->scenario);
    for (guint i = 0; i < data->points->len; i++) place(data, data->points->pdata[i], objects->pdata[i]);
    return true;
}
