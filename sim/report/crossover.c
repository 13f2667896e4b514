/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/crossover.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "core/units.h"
#include "report/digits.h"

/* The last key of a point, its value as text and as a quantity, and all that stands before it. */
typedef struct {
    char *key, *text, *others;
    double value;               /* NaN: no quantity */
    Unit unit;
} Position;

static void position_clear(Position *position)
{
    g_free(position->key);
    g_free(position->text);
    g_free(position->others);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Position, position_clear)

static void read_value(Position *position, JsonNode *node)
{
    if (json_node_get_value_type(node) != G_TYPE_STRING) {
        position->value = json_node_get_double(node);
        position->text = format_number(position->value);
        return;
    }
    position->text = g_strdup(json_node_get_string(node));
    for (Unit unit = UNIT_TIME; unit <= UNIT_RATE; unit++)
        if (parse_quantity(position->text, unit, &position->value, NULL)) {
            position->unit = unit;
            return;
        }
}

static Position position_of(const char *json)
{
    Position position = { .value = NAN };
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_data(parser, json, -1, NULL)) return position;
    if (!JSON_NODE_HOLDS_OBJECT(json_parser_get_root(parser))) return position;
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    g_autoptr(GList) keys = json_object_get_members(object);
    if (!keys) return position;
    const char *last = g_list_last(keys)->data, *dot = strrchr(last, '.');
    position.key = g_strdup(dot ? dot + 1 : last);
    read_value(&position, json_object_get_member(object, last));
    json_object_remove_member(object, last);
    JsonNode *rest = json_node_init_object(json_node_alloc(), object);
    position.others = json_to_string(rest, FALSE);
    json_node_unref(rest);
    return position;
}

/* The share of the way, linearised in each replication: its mean is the
 * estimate, its spread the interval. */
static void estimate(Crossover *crossover, const GArray *first, const GArray *second)
{
    double a = 0, b = 0;
    guint count = 0;
    g_autofree double *x = g_new(double, first->len + 1), *y = g_new(double, first->len + 1);
    for (guint i = 0, j = 0; i < first->len && j < second->len; ) {
        const Sample *p = &g_array_index(first, Sample, i), *q = &g_array_index(second, Sample, j);
        if (p->replication == q->replication) {
            x[count] = p->value;
            y[count++] = q->value;
            a += p->value;
            b += q->value;
        }
        i += p->replication <= q->replication;
        j += q->replication <= p->replication;
    }
    if (!count) return;
    a /= count, b /= count;
    if (a * b >= 0) return;
    crossover->share = a / (a - b);
    for (guint i = 0; i < count; i++)
        x[i] = crossover->share + (a * (y[i] - b) - b * (x[i] - a)) / ((a - b) * (a - b));
    Estimate share = statistics_mean(x, count, SAMPLES_CONFIDENCE);
    crossover->low = share.low;
    crossover->high = share.high;
}

static bool excludes_zero(const Estimate *difference)
{
    return difference->low > 0 || difference->high < 0;
}

GArray *crossover_find(const Samples *samples, guint variant, guint against, guint metric)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(Crossover));
    int earlier = -1;           /* the last point of this line whose difference is not 0 */
    Estimate at_earlier = { 0 };
    g_autofree char *line = NULL;
    for (guint p = 0; p < samples->points->len; p++) {
        g_auto(Position) position = position_of(samples_point(samples, p));
        if (g_strcmp0(line, position.others) != 0) earlier = -1;
        g_free(line);
        line = g_steal_pointer(&position.others);
        Estimate here = samples_difference(samples, variant, against, p, metric).difference;
        if (!here.count || here.value == 0) continue;
        if (earlier >= 0 && (here.value > 0) != (at_earlier.value > 0)) {
            Crossover crossover = { (guint)earlier, p, excludes_zero(&here) && excludes_zero(&at_earlier), NAN, NAN, NAN };
            g_autoptr(GArray) first = samples_differences(samples, variant, against, (guint)earlier, metric);
            g_autoptr(GArray) second = samples_differences(samples, variant, against, p, metric);
            estimate(&crossover, first, second);
            g_array_append_val(found, crossover);
        }
        earlier = (int)p;
        at_earlier = here;
    }
    return found;
}

static char *quantity_text(double value, Unit unit)
{
    static const char *const units[] = { [UNIT_SIZE] = " B", [UNIT_BANDWIDTH] = " bit/s", [UNIT_RATE] = " /s" };
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, "%.3g", value);
    if (unit == UNIT_NONE) return g_strdup(digits);
    if (unit == UNIT_TIME) return format_duration((SimTime)llround(g_ascii_strtod(digits, NULL)));
    return g_strconcat(digits, units[unit], NULL);
}

char *crossover_text(const Samples *samples, const Crossover *crossover)
{
    g_auto(Position) from = position_of(samples_point(samples, crossover->before));
    g_auto(Position) to = position_of(samples_point(samples, crossover->after));
    const char *doubt = crossover->certain ? "" : "; the signs around it are not certain";
    if (isnan(from.value) || isnan(to.value) || from.unit != to.unit || isnan(crossover->share))
        return g_strdup_printf("between %s = %s and %s%s", from.key, from.text, to.text, doubt);
    double step = to.value - from.value;
    g_autofree char *at = quantity_text(from.value + step * crossover->share, from.unit);
    if (isnan(crossover->low)) return g_strdup_printf("%s = %s%s", from.key, at, doubt);
    double low = from.value + step * crossover->low, high = from.value + step * crossover->high;
    g_autofree char *least = quantity_text(MIN(low, high), from.unit), *most = quantity_text(MAX(low, high), from.unit);
    return g_strdup_printf("%s = %s (95 %%: %s .. %s)%s", from.key, at, least, most, doubt);
}
