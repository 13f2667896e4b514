/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/expect.h"

#include <string.h>

#include "core/error.h"
#include "core/suggest.h"

Keys *section_keys(const Section *section, Faults *faults)
{
    Keys *keys = keys_new(faults, section->title, section->line, ".");
    for (guint i = 0; i < section->entries->len; i++) {
        const Entry *entry = &g_array_index(section->entries, Entry, i);
        keys_add(keys, entry->key, entry->value, entry->line);
    }
    return keys;
}

const MetricName run_metrics[] = {
    { "wall_s", "s", "seconds of the run's event loop alone; differs from machine to machine" },
    { "events_per_s", "events/s", "events / wall_s; differs from machine to machine" },
    { NULL, NULL, NULL },
};

/* What failures report of themselves: failure_<section>_<what>. */
static const MetricName failure_metric = { "failure_…", "", "a number that a failure drew, or was asked for" };

/* What the books of every communication model have: <model>_<column>. */
const MetricName book_columns[] = {
    { "published", "messages", "handed over by applications" },
    { "delivered", "messages", "taken by an application, and acknowledged where that is asked for" },
    { "queued", "messages", "waiting somewhere at the end" },
    { "in_flight", "messages", "on their way at the end" },
    { "dropped", "messages", "ended undelivered, for any reason" },
    { "dropped_…", "messages", "for one reason, as dropped_peer_gone" },
    { "returned", "messages", "given back to the publisher" },
    { "expired", "messages", "outlived their time to live" },
    { "dead_lettered", "messages", "moved to a dead-letter queue" },
    { NULL, NULL, NULL },
};

/* The column of the books that `name` is, as in zmq_dropped_hwm; or NULL. */
static const MetricName *book_find(const char *name)
{
    for (size_t m = 0; models[m]; m++) {
        size_t length = models[m]->books ? strlen(models[m]->books) : 0;
        if (!length || strncmp(name, models[m]->books, length) != 0 || name[length] != '_') continue;
        for (const MetricName *column = book_columns; column->name; column++)
            if (strcmp(name + length + 1, column->name) == 0 ||
                (g_str_has_suffix(column->name, "…") && g_str_has_prefix(name + length + 1, "dropped_"))) return column;
    }
    return NULL;
}

const MetricName *metric_of_model(const char *name)
{
    for (size_t m = 0; models[m]; m++)
        for (const MetricName *row = models[m]->metrics; row && row->name; row++)
            if (strcmp(row->name, name) == 0) return row;
    return NULL;
}

/* A number of a communication model, of one object or of all. */
static const MetricName *model_metric_find(const char *name)
{
    g_autofree char *plain = g_strndup(name, strcspn(name, "["));
    const MetricName *row = metric_of_model(plain);
    return row ? row : book_find(plain);
}

const MetricName *metric_find(const char *name)
{
    if (g_str_has_prefix(name, "failure_")) return &failure_metric;
    const MetricName *of_model = model_metric_find(name);
    if (of_model) return of_model;
    for (const MetricName *m = run_metrics; m->name; m++)
        if (strcmp(m->name, name) == 0) return m;
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++)
            if (strcmp(m->name, name) == 0) return m;
    return NULL;
}

char *metric_unknown(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; metrics[i]; i++)
        for (const MetricName *m = metrics[i]->names; m->name; m++) g_ptr_array_add(names, (gpointer)m->name);
    for (size_t m = 0; models[m]; m++)
        for (const MetricName *row = models[m]->metrics; row && row->name; row++) g_ptr_array_add(names, (gpointer)row->name);
    for (const MetricName *m = run_metrics; m->name; m++) g_ptr_array_add(names, (gpointer)m->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    return g_strdup_printf("no metric is called '%s'%s", name, hint);
}

void expect_free(Expect *expect)
{
    g_free(expect->name);
    g_free(expect->metric);
    g_free(expect->of);
    g_strfreev(expect->where);
    g_free(expect);
}

static void check_metric(const Keys *keys, const ExpectKeys *given)
{
    if (!given->metric) return;
    const MetricName *metric = metric_find(given->metric);
    g_autofree char *unknown = metric ? NULL : metric_unknown(given->metric);
    if (unknown) keys_fault(keys, "metric", "%s", unknown);
    if (!metric || !given->use || strcmp(metric->unit, "1") == 0) return;
    static const char what[] = "only ratios can be pooled, and this metric is none";
    keys_fault(keys, "use", "%s", what);
    keys_fault(keys, "metric", "%s", what);
}

/* True if it names what a section of a communication model makes: NAME, NAME[2], or QUEUE@MANAGER. */
static bool is_object(const Plan *plan, const char *of)
{
    g_autofree char *base = g_strndup(of, strcspn(of, "["));
    return strchr(of, '@') || g_ptr_array_find_with_equal_func(plan->objects, base, g_str_equal, NULL);
}

/* The metric that a family has under a shorter name: `executions` of an [rpc] is rpc_executions,
 * and dropped(peer-gone) of a [zmq] zmq_dropped_peer_gone.  Free it; NULL: none. */
static char *family_metric(const Model *family, const char *name)
{
    g_autofree char *plain = g_strdelimit(g_strdup(name), "(-", '_');
    plain[strcspn(plain, ")")] = '\0';
    static const char *const other[][2] = { { "max_depth", "depth_max" }, { "blocked_time", "blocked_s" }, { "latency_p50", "latency_p50_ms" },
                                            { "latency_p99", "latency_p99_ms" } };
    for (size_t i = 0; i < G_N_ELEMENTS(other); i++)
        if (strcmp(plain, other[i][0]) == 0) {
            g_free(plain);
            plain = g_strdup(other[i][1]);
        }
    g_autofree char *of_books = g_strconcat(family->books ? family->books : "", "_", plain, NULL);
    if (family->books && book_find(of_books)) return g_steal_pointer(&of_books);
    for (const MetricName *row = family->metrics; row && row->name; row++) {
        const char *rest = strchr(row->name, '_');
        if (rest && strcmp(rest + 1, plain) == 0) return g_strdup(row->name);
    }
    return NULL;
}

/* The full name of a metric of the object `of`: as given where that is one, or by its family. */
static char *object_metric(const Plan *plan, const char *metric, const char *of)
{
    const char *at = strchr(of, '@');                       /* QUEUE@MANAGER is [mq-queue MANAGER.QUEUE] */
    g_autofree char *base = at ? g_strdup_printf("%s.%.*s", at + 1, (int)(at - of), of) : g_strndup(of, strcspn(of, "["));
    if (model_metric_find(metric)) return g_strdup(metric);
    for (guint i = 0; i < plan->objects->len; i++) {
        char *full = strcmp(plan->objects->pdata[i], base) == 0 ? family_metric(plan->families->pdata[i], metric) : NULL;
        if (full) return full;
    }
    return g_strdup(metric);
}

/* NAME[object], as runs report it: the books call a queue QUEUE@MANAGER, its section says MANAGER.QUEUE. */
static char *object_full(const char *metric, const char *of)
{
    const char *at = strchr(of, '@');
    if (!at || !metric_of_model(metric)) return g_strdup_printf("%s[%s]", metric, of);
    return g_strdup_printf("%s[%s.%.*s]", metric, at + 1, (int)(at - of), of);
}

static void check_variant(const Keys *keys, const char *of, const Plan *plan)
{
    if (!of || g_strv_contains((const char *const *)plan->variants, of)) return;
    if (is_object(plan, of)) {
        keys_fault(keys, "of", "no metric of that name is of [… %s] alone; `banyan list metrics` has those of its model", of);
        return;
    }
    g_autofree char *hint = suggest(of, (const char *const *)plan->variants);
    keys_fault(keys, "of", "no variant is called '%s'%s", of, hint);
}

static const Axis *axis_find(const Plan *plan, const char *key)
{
    for (uint32_t i = 0; i < plan->axis_count; i++)
        if (strcmp(plan->axes[i].key, key) == 0) return &plan->axes[i];
    return NULL;
}

static void unknown_axis(const Keys *keys, const char *key, const Plan *plan)
{
    g_autofree const char **names = g_new0(const char *, plan->axis_count + 1);
    for (uint32_t i = 0; i < plan->axis_count; i++) names[i] = plan->axes[i].key;
    g_autofree char *hint = suggest(key, names);
    keys_fault(keys, "where", "'%s' is not swept%s", key, *names ? hint : "; there is no [sweep]");
}

/* The value of the axis that is written so, or differently but equal ("20 %", "0.2"). */
static const char *axis_value(const Axis *axis, const char *text)
{
    static const Param as_share = { .type = PARAM_MEMBERS };
    g_autofree char *wanted = point_value(&as_share, text);
    for (guint i = 0; axis->values[i]; i++) {
        g_autofree char *value = point_value(&as_share, axis->values[i]);
        if (strcmp(value, wanted) == 0) return axis->values[i];
    }
    return NULL;
}

/* One `key=value` of `where`, as the point has it; NULL where it is wrong. */
static char *condition(const Keys *keys, const char *text, const Plan *plan)
{
    const char *equals = strchr(text, '=');
    if (!equals) {
        keys_fault(keys, "where", "'%s' lacks a '='; key=value, … is expected", text);
        return NULL;
    }
    g_autofree char *key = g_strstrip(g_strndup(text, (size_t)(equals - text)));
    g_autofree char *value = g_strstrip(g_strdup(equals + 1));
    const Axis *axis = axis_find(plan, key);
    if (!axis) {
        unknown_axis(keys, key, plan);
        return NULL;
    }
    const char *found = axis_value(axis, value);
    if (found) return g_strdup_printf("%s=%s", key, found);
    g_autofree char *list = g_strjoinv(", ", axis->values);
    keys_fault(keys, "where", "'%s' is no value of %s; one of %s", value, key, list);
    return NULL;
}

static char **conditions(const Keys *keys, const char *text, const Plan *plan)
{
    if (!text) return NULL;
    g_auto(GStrv) items = parse_list(text);
    GPtrArray *out = g_ptr_array_new();
    for (guint i = 0; items[i]; i++) {
        char *one = condition(keys, items[i], plan);
        if (one) g_ptr_array_add(out, one);
    }
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}

/* A number in the unit of the metric; shares may carry %, milliseconds any unit of time. */
static bool read_value(const char *text, const MetricName *metric, double *out, GError **error)
{
    SimTime time;
    if (parse_number(text, out, NULL)) return true;
    if (metric && strcmp(metric->unit, "1") == 0 && parse_quantity(text, UNIT_SHARE, out, NULL)) return true;
    if (metric && strcmp(metric->unit, "ms") == 0 && parse_duration(text, &time, NULL))
        return *out = (double)time / SIM_MS, true;
    return parse_number(text, out, error);
}

static bool read_range(const char *text, const MetricName *metric, Expect *out, GError **error)
{
    const char *dots = strstr(text, "..");
    if (!dots) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_SYNTAX, "'%s' is no range; LOW .. HIGH is expected for within", text);
        return false;
    }
    g_autofree char *low = g_strstrip(g_strndup(text, (size_t)(dots - text)));
    if (!read_value(low, metric, &out->value, error) || !read_value(dots + 2, metric, &out->high, error)) return false;
    if (out->value <= out->high) return true;
    g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "'%s' runs backwards; LOW .. HIGH is expected", text);
    return false;
}

static void read_bounds(const Keys *keys, const ExpectKeys *given, Expect *out)
{
    g_autoptr(GError) error = NULL;
    if (!given->value || !*given->value || !keys_given(keys, "op")) return;
    const MetricName *metric = given->metric ? metric_find(given->metric) : NULL;
    bool read = given->op == EXPECT_WITHIN ? read_range(given->value, metric, out, &error)
                                           : read_value(given->value, metric, &out->value, &error);
    if (!read) keys_fault(keys, "value", "%s", error->message);
}

Expect *expect_read(const Section *section, const Plan *plan, Faults *faults)
{
    Keys *keys = section_keys(section, faults);
    ExpectKeys given = { 0 };
    params_fill(expect_params, keys, &given);
    Expect *expect = g_new0(Expect, 1);
    if (given.of && given.metric && is_object(plan, given.of)) {
        char *full = object_metric(plan, given.metric, given.of);
        g_free(given.metric);
        given.metric = full;
    }
    check_metric(keys, &given);
    *expect = (Expect){ .name = g_strdup(section->name), .metric = g_strdup(given.metric), .of = g_strdup(given.of),
                        .pooled = given.use, .op = (ExpectOp)given.op, .line = section->line };
    if (given.of && given.metric && is_object(plan, given.of) && model_metric_find(given.metric) && !strchr(given.metric, '[')) {
        g_free(expect->metric);
        expect->metric = object_full(given.metric, given.of);
        g_clear_pointer(&expect->of, g_free);
    } else if (!given.of || !is_object(plan, given.of) || !given.metric || metric_find(given.metric)) {
        check_variant(keys, given.of, plan);
    }
    expect->where = conditions(keys, given.where, plan);
    read_bounds(keys, &given, expect);
    params_clear(expect_params, &given);
    keys_free(keys);
    return expect;
}
