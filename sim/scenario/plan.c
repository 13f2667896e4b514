/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/plan.h"

#include <string.h>

#include "core/error.h"
#include "scenario/expect.h"
#include "scenario/hash.h"
#include "scenario/layers.h"
#include "scenario/make.h"

enum { MOST_SETTINGS = 100000 };

/* A plan while it is read. */
typedef struct {
    Plan *plan;
    Faults *faults;
    Text *text;
    Layers *layers;
    Setting **settings;         /* one for each of plan->scenarios */
    uint32_t count;
} Reading;

/* True for a zipped axis that an earlier one stands for in the grid. */
static bool is_carried(const Plan *plan, uint32_t axis)
{
    bool carried = false;
    for (uint32_t i = 0; i < axis; i++) carried |= plan->axes[i].zipped;
    return carried && plan->axes[axis].zipped;
}

/* The number of points, or 0 where the grid is too large, which is reported. */
static uint32_t grid_size(const Reading *reading)
{
    uint64_t size = 1, variants = reading->plan->variant_count;
    for (uint32_t i = 0; i < reading->plan->axis_count; i++) {
        if (is_carried(reading->plan, i)) continue;
        size *= g_strv_length(reading->plan->axes[i].values);
        if (size * variants <= MOST_SETTINGS) continue;
        for (guint k = 0; k < reading->layers->swept->len; k++)
            faults_add(reading->faults, g_array_index(reading->layers->swept, Assign, k).line, "sweep",
                       reading->plan->axes[k].key, "the grid has more than %d settings", MOST_SETTINGS);
        return 0;
    }
    return (uint32_t)size;
}

static bool zip_is_broken(const Plan *plan)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < plan->axis_count; i++) {
        if (!plan->axes[i].zipped) continue;
        uint32_t own = g_strv_length(plan->axes[i].values);
        if (length && own != length) return true;
        length = own;
    }
    return false;
}

/* The texts of point number `index`; the last axis is the fastest. */
static void place_values(const Plan *plan, Point *point, uint32_t index)
{
    point->values = g_new0(char *, plan->axis_count + 1);
    for (uint32_t i = plan->axis_count; i-- > 0;) {
        if (is_carried(plan, i)) continue;
        uint32_t length = g_strv_length(plan->axes[i].values);
        point->values[i] = plan->axes[i].values[index % length];
        for (uint32_t k = i + 1; plan->axes[i].zipped && k < plan->axis_count; k++)
            if (plan->axes[k].zipped) point->values[k] = plan->axes[k].values[index % length];
        index /= length;
    }
}

/* The row of a swept key, in the first variant that knows it. */
static const Param *axis_param(const Reading *reading, uint32_t axis)
{
    const Assign *swept = &g_array_index(reading->layers->swept, Assign, axis);
    for (uint32_t v = 0; v < reading->plan->variant_count; v++) {
        const Setting *setting = reading->settings[v * reading->plan->point_count];
        const Block *block = setting_block(setting, swept->kind, swept->name);
        Vocabulary words = block ? block_vocabulary(block) : (Vocabulary){ .kind = swept->kind };
        const Param *param = vocabulary_find(&words, swept->key);
        if (param) return param;
    }
    return NULL;
}

/* Two writings of one value would make two points that no result can tell apart. */
static void refuse_equal_values(const Reading *reading, uint32_t axis, const Param *param)
{
    const Axis *a = &reading->plan->axes[axis];
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; a->values[i]; i++) {
        char *value = point_value(param, a->values[i]);
        const char *first = g_hash_table_lookup(seen, value);
        if (first)
            faults_add(reading->faults, g_array_index(reading->layers->swept, Assign, axis).line, "sweep", a->key,
                       "'%s' and '%s' are the same value", first, a->values[i]);
        g_hash_table_replace(seen, value, a->values[i]);
    }
}

/* Of keys in step one may stay as it is, but not all of them. */
static void refuse_equal_points(const Reading *reading, uint32_t axis)
{
    const Plan *plan = reading->plan;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (uint32_t p = 0; p < plan->point_count; p++)
        if (!g_hash_table_add(seen, plan->points[p].json))
            faults_add(reading->faults, g_array_index(reading->layers->swept, Assign, axis).line, "sweep",
                       plan->axes[axis].key, "%s is there twice", plan->points[p].label);
}

static void describe_points(const Reading *reading)
{
    Plan *plan = reading->plan;
    g_autofree const Param **params = g_new0(const Param *, plan->axis_count + 1);
    for (uint32_t i = 0; i < plan->axis_count; i++) {
        params[i] = axis_param(reading, i);
        if (!plan->axes[i].zipped) refuse_equal_values(reading, i, params[i]);
    }
    for (uint32_t p = 0; p < plan->point_count; p++)
        point_describe(&plan->points[p], plan->axes, plan->axis_count, params);
    for (uint32_t i = 0; i < plan->axis_count; i++)
        if (is_carried(plan, i)) {
            refuse_equal_points(reading, i);
            break;
        }
}

static void make_scenarios(Reading *reading)
{
    Plan *plan = reading->plan;
    g_autofree char *directory = g_path_get_dirname(plan->path);
    Parts *parts = parts_new(reading->faults);
    reading->count = plan->variant_count * plan->point_count;
    reading->settings = g_new0(Setting *, reading->count + 1);
    plan->scenarios = g_new0(Scenario *, reading->count + 1);
    for (uint32_t i = 0; i < reading->count; i++) {
        const Point *point = &plan->points[i % plan->point_count];
        reading->settings[i] = layers_merge(reading->layers, reading->text, i / plan->point_count, point->values,
                                            reading->faults);
        plan->scenarios[i] = scenario_make(reading->settings[i], parts, reading->faults, directory);
    }
    parts_free(parts);
}

static void find_objects(const Reading *reading)
{
    const GPtrArray *sections = reading->text->sections;
    const Variant *section;
    for (guint i = 0; i < sections->len; i++) {
        const Section *s = sections->pdata[i];
        const Model *family = s->name ? model_of(s->kind, &section) : NULL;
        if (!family) continue;
        g_ptr_array_add(reading->plan->objects, g_strdup(s->name));
        g_ptr_array_add(reading->plan->families, (gpointer)family);
    }
}

static void read_requests(const Reading *reading)
{
    const GPtrArray *sections = reading->text->sections;
    find_objects(reading);
    for (guint i = 0; i < sections->len; i++) {
        const Section *section = sections->pdata[i];
        if (!section->name) continue;
        if (strcmp(section->kind, "expect") == 0)
            g_ptr_array_add(reading->plan->expects, expect_read(section, reading->plan, reading->faults));
        if (strcmp(section->kind, "plot") == 0)
            g_ptr_array_add(reading->plan->plots, plot_read(section, reading->plan, reading->faults));
    }
}

/* What loading a file left out or filled in, each once. */
static void take_note(Plan *plan, const char *(*notes)(const void *config), const void *config)
{
    const char *note = notes && config ? notes(config) : NULL;
    if (note && *note && !g_ptr_array_find_with_equal_func(plan->notes, note, g_str_equal, NULL))
        g_ptr_array_add(plan->notes, g_strdup(note));
}

/* What holds for all settings stands in each of them. */
static void take_settings(Plan *plan)
{
    const Settings *settings = &plan->scenarios[0]->settings;
    plan->title = g_strdup(settings->title ? settings->title : plan->stem);
    plan->seed = settings->seed;
    plan->replications = settings->replications;
    plan->first_replication = settings->first_replication;
    plan->replications_max = settings->replications_max;
    plan->precision = settings->precision;
}

/* Of sound scenarios only: a faulty one may lack the variants that would say something. */
static void take_notes(Plan *plan)
{
    for (uint32_t i = 0; plan->scenarios[i]; i++) {
        const Scenario *scenario = plan->scenarios[i];
        const Overlay *mesh = (const Overlay *)scenario->mesh.variant;
        take_note(plan, scenario_overlay(scenario)->notes, scenario->overlay.config);
        if (mesh) take_note(plan, mesh->notes, scenario->mesh.config);
        take_note(plan, scenario_network(scenario)->notes, scenario->latency.config);
    }
}

static void read_all(Reading *reading, const char *const *overrides)
{
    Plan *plan = reading->plan;
    base_check(reading->text, reading->faults);
    reading->layers = layers_read(reading->text, overrides, reading->faults);
    plan->variants = g_steal_pointer(&reading->layers->variants);
    plan->variant_count = g_strv_length(plan->variants);
    plan->axes = g_steal_pointer(&reading->layers->axes);
    plan->axis_count = reading->layers->swept->len;
    read_requests(reading);
    plan->point_count = faults_count(reading->faults) && zip_is_broken(plan) ? 0 : grid_size(reading);
    if (!plan->point_count) return;
    plan->points = g_new0(Point, plan->point_count);
    for (uint32_t i = 0; i < plan->point_count; i++) place_values(plan, &plan->points[i], i);
    make_scenarios(reading);
    describe_points(reading);
    take_settings(plan);
    if (faults_count(reading->faults) == 0) take_notes(plan);
    plan->hash = settings_hash(plan, reading->settings);
}

static Plan *plan_new(const char *path)
{
    Plan *plan = g_new0(Plan, 1);
    plan->path = g_canonicalize_filename(path, NULL);
    plan->stem = g_path_get_basename(plan->path);
    char *dot = strrchr(plan->stem, '.');
    if (dot && dot > plan->stem) *dot = '\0';
    plan->objects = g_ptr_array_new_with_free_func(g_free);
    plan->families = g_ptr_array_new();
    plan->expects = g_ptr_array_new_with_free_func((GDestroyNotify)expect_free);
    plan->plots = g_ptr_array_new_with_free_func((GDestroyNotify)plot_free);
    plan->notes = g_ptr_array_new_with_free_func(g_free);
    return plan;
}

static void reading_clear(Reading *reading)
{
    for (uint32_t i = 0; i < reading->count; i++) setting_free(reading->settings[i]);
    g_free(reading->settings);
    if (reading->layers) layers_free(reading->layers);
    text_free(reading->text);
    faults_free(reading->faults);
}

Plan *plan_read(const char *path, const char *const *overrides, GError **error)
{
    g_autofree char *bytes = NULL;
    g_autoptr(GError) reason = NULL;
    gsize length;
    if (!g_file_get_contents(path, &bytes, &length, &reason)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "%s: the scenario cannot be read: %s", path, reason->message);
        return NULL;
    }
    g_autoptr(Plan) plan = plan_new(path);
    Reading reading = { .plan = plan, .faults = faults_new(path) };
    reading.text = text_parse(bytes, length, reading.faults);
    plan->text = g_steal_pointer(&bytes);
    if (reading.text) read_all(&reading, overrides);
    bool good = faults_count(reading.faults) == 0;
    g_autofree char *faults = faults_text(reading.faults);
    reading_clear(&reading);
    if (good) return g_steal_pointer(&plan);
    g_set_error(error, SIM_ERROR, SIM_ERROR_SCENARIO, "%s", faults);
    return NULL;
}

void plan_free(Plan *plan)
{
    if (!plan) return;
    for (uint32_t i = 0; plan->scenarios && plan->scenarios[i]; i++) scenario_free(plan->scenarios[i]);
    for (uint32_t i = 0; plan->points && i < plan->point_count; i++) {
        g_free(plan->points[i].values);
        g_free(plan->points[i].json);
        g_free(plan->points[i].label);
    }
    g_free(plan->scenarios);
    g_free(plan->points);
    if (plan->axes) axes_free(plan->axes, plan->axis_count);
    g_strfreev(plan->variants);
    g_ptr_array_unref(plan->objects);
    g_ptr_array_unref(plan->families);
    g_ptr_array_unref(plan->expects);
    g_ptr_array_unref(plan->plots);
    g_ptr_array_unref(plan->notes);
    g_free(plan->path);
    g_free(plan->stem);
    g_free(plan->text);
    g_free(plan->hash);
    g_free(plan->title);
    g_free(plan);
}
