/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/scenario.h"

#include <math.h>
#include <string.h>

#include "core/suggest.h"
#include "scenario/make.h"

enum { DELIVERIES_KEPT = 10000 };       /* nodes up to which replication 0 keeps its deliveries */

static void part_free(gpointer data)
{
    part_clear(data);
    g_free(data);
}

static void model_part_free(gpointer data)
{
    part_clear(&((ModelPart *)data)->part);
    g_free(data);
}

static void group_free(gpointer data)
{
    Group *group = data;
    params_clear(group_params, group);
    g_free(group->name);
    g_free(group);
}

void scenario_free(Scenario *scenario)
{
    if (!scenario) return;
    params_clear(settings_params, &scenario->settings);
    params_clear(record_params, &scenario->record);
    params_clear(network_params, &scenario->network);
    g_free(scenario->network.class_list);
    g_free(scenario->network.override_list);
    for (uint32_t i = 0; i < scenario->network.link_count; i++) params_clear(link_params, &scenario->network.links[i]);
    g_free(scenario->network.links);
    params_clear(overlay_params, &scenario->overlay_settings);
    params_clear(protocol_params, &scenario->protocol_settings);
    part_clear(&scenario->latency);
    part_clear(&scenario->overlay);
    part_clear(&scenario->mesh);
    part_clear(&scenario->protocol);
    g_ptr_array_unref(scenario->groups);
    g_ptr_array_unref(scenario->workloads);
    g_ptr_array_unref(scenario->models);
    g_ptr_array_unref(scenario->failures);
    g_free(scenario);
}

const Keys *making_keys(const Making *making, const char *section, const char *name)
{
    for (guint i = 0; i < making->setting->blocks->len; i++) {
        const Block *block = making->setting->blocks->pdata[i];
        if (strcmp(block->kind->name, section) == 0 && g_strcmp0(block->name, name) == 0) return making->keys[i];
    }
    return NULL;
}

void making_blame(const Keys *keys, const char *key, const char *what)
{
    if (keys && keys_given(keys, key)) keys_fault(keys, key, "%s", what);
}

bool making_blame_params(const Keys *keys, const Variant *variant, bool (*counts)(const Param *), const char *what)
{
    bool any = false;
    for (const Param *p = variant ? variant->params : NULL; p && p->type; p++) {
        if (!keys_given(keys, p->name) || (counts && !counts(p))) continue;
        keys_fault(keys, p->name, "%s", what);
        any = true;
    }
    return any;
}

/* `warmup = auto` is no duration: its row shall read the default in its stead. */
static bool is_auto(const Block *block, const Given *given)
{
    return strcmp(block->kind->name, "scenario") == 0 && strcmp(given->key, "warmup") == 0 &&
           strcmp(given->value, "auto") == 0;
}

static Keys *block_keys(const Making *making, const Block *block)
{
    Keys *keys = keys_new(making->faults, block->title, block->line, making->directory);
    for (guint i = 0; i < block->givens->len; i++) {
        const Given *given = &g_array_index(block->givens, Given, i);
        if (!is_auto(block, given)) keys_add(keys, given->key, given->value, given->line);
    }
    return keys;
}

/* The settings of a section that may be absent: all its defaults. */
static void fill_settings(const Making *making, const char *section, const Param *params, void *config)
{
    const Keys *keys = making_keys(making, section, NULL);
    Keys *none = keys ? NULL : keys_new(making->faults, section, 1, making->directory);
    params_fill(params, keys ? keys : none, config);
    keys_free(none);
}

static void fill_scenario(Making *making)
{
    const Keys *keys = making_keys(making, "scenario", NULL);
    const Block *block = setting_block(making->setting, section_kind("scenario"), NULL);
    Settings *settings = &making->scenario->settings;
    fill_settings(making, "scenario", settings_params, settings);
    const Given *warmup = block ? block_given(block, "warmup") : NULL;
    if (warmup && is_auto(block, warmup)) settings->warmup = WARMUP_AUTO;
    if (isnan(settings->precision) || settings->replications_max >= settings->replications) return;
    making_blame(keys, "replications", "more replications than `replications-max` allows");
    making_blame(keys, "replications-max", "less than `replications`, which is the minimum");
}

static void fill_record(Making *making)
{
    const Keys *keys = making_keys(making, "record", NULL);
    Record *record = &making->scenario->record;
    fill_settings(making, "record", record_params, record);
    if (!record->trace) return;
    g_autofree char *given = record->trace, *folder = NULL;
    record->trace = g_canonicalize_filename(given, making->directory);
    folder = g_path_get_dirname(record->trace);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        keys_fault(keys, "trace", "there is no directory '%s' to write the trace to", folder);
    else if (g_file_test(record->trace, G_FILE_TEST_IS_DIR))
        keys_fault(keys, "trace", "'%s' is a directory; a file is expected", given);
}

static void fill_protocol(Making *making)
{
    ProtocolSettings *settings = &making->scenario->protocol_settings;
    fill_settings(making, "protocol", protocol_params, settings);
}

static void kind_missing(const Keys *keys, const Room *room)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; room->variants[i]; i++) g_ptr_array_add(names, (gpointer)room->variants[i]->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest("", (const char *const *)names->pdata);
    keys_fault(keys, "kind", "'kind' is missing%s", hint);
}

/* A section that names the variant `kind` by one of its keys. */
static void fill_kind(Making *making, Part *part, const Block *block, const Keys *keys, const char *key)
{
    const Room *room = room_of(block->kind->name);
    const char *kind = strcmp(key, "mesh") == 0 ? making->scenario->overlay_settings.mesh : keys_value(keys, key);
    g_autoptr(GError) error = NULL;
    part->name = g_strdup(block->name ? block->name : block->kind->name);
    part->line = block->line;
    if (!kind) {
        kind_missing(keys, room);
        return;
    }
    if (!*kind) return;             /* the reader of the text has said so */
    const Variant *variant = room_find(room, kind, &error);
    if (!variant) {
        keys_fault(keys, key, "%s", error->message);
        return;
    }
    part_fill(part, making->parts, &(PartSource){ .variant = variant, .kind = block->kind, .keys = keys });
}

/* The mesh that a tree is taken from. */
static void fill_mesh(Making *making, const Block *block, const Keys *keys)
{
    Scenario *scenario = making->scenario;
    const Overlay *overlay = scenario_overlay(scenario);
    if (!overlay || !overlay->from_mesh) return;
    fill_kind(making, &scenario->mesh, block, keys, "mesh");
    const Overlay *mesh = (const Overlay *)scenario->mesh.variant;
    if (mesh && mesh->from_mesh)
        keys_fault(keys, "mesh", "'%s' is itself taken from a mesh; a mesh is expected", mesh->variant.name);
    if (mesh && mesh->live)
        keys_fault(keys, "mesh", "'%s' maintains itself during the run; a mesh that is there before is expected",
                   mesh->variant.name);
}

static void fill_group(Making *making, const Block *block, const Keys *keys)
{
    Group *group = g_new0(Group, 1);
    group->name = g_strdup(block->name);
    params_fill(group_params, keys, group);
    if (strcmp(block->name, "all") == 0)
        faults_add(making->faults, block->line, block->title, NULL,
                   "'all' stands for every node; another name is expected");
    g_ptr_array_add(making->scenario->groups, group);
}

/* The two different nodes of [link A-B]. */
static bool read_ends(const char *name, LinkRule *link)
{
    g_auto(GStrv) ends = g_strsplit(name, "-", 2);
    uint64_t a, b;
    if (g_strv_length(ends) != 2 || !parse_count(ends[0], &a, NULL) || !parse_count(ends[1], &b, NULL)) return false;
    if (a == b || a >= NODE_NONE || b >= NODE_NONE) return false;
    link->a = (NodeId)MIN(a, b);
    link->b = (NodeId)MAX(a, b);
    return true;
}

static void fill_link(Making *making, const Block *block, const Keys *keys)
{
    NetworkSettings *network = &making->scenario->network;
    LinkRule link = { 0 };
    params_fill(link_params, keys, &link);
    link.loses = keys_given(keys, "loss");
    link.line = block->line;
    if (!read_ends(block->name, &link))
        faults_add(making->faults, block->line, block->title, NULL, "'%s' is no link; two different nodes, as in [link 0-5], are expected",
                   block->name);
    network->links = g_renew(LinkRule, network->links, network->link_count + 1);
    network->links[network->link_count++] = link;
}

static void fill_model(Making *making, const Block *block, const Keys *keys)
{
    const Variant *section;
    const Model *model = model_of(block->kind->name, &section);
    ModelPart *made = g_new0(ModelPart, 1);
    made->model = model;
    made->part.name = g_strdup(block->name);
    made->part.line = block->line;
    part_fill(&made->part, making->parts, &(PartSource){ .variant = section, .kind = block->kind, .keys = keys });
    g_ptr_array_add(making->scenario->models, made);
}

static void fill_block(Making *making, const Block *block, const Keys *keys)
{
    Scenario *scenario = making->scenario;
    const char *kind = block->kind->name;
    if (strcmp(kind, "overlay") == 0) {
        fill_kind(making, &scenario->overlay, block, keys, "kind");
        fill_mesh(making, block, keys);
    }
    if (strcmp(kind, "protocol") == 0) fill_kind(making, &scenario->protocol, block, keys, "kind");
    if (strcmp(kind, "group") == 0) fill_group(making, block, keys);
    if (strcmp(kind, "link") == 0) fill_link(making, block, keys);
    if (block->kind->model) fill_model(making, block, keys);
    if (strcmp(kind, "workload") != 0 && strcmp(kind, "failure") != 0) return;
    Part *part = g_new0(Part, 1);
    fill_kind(making, part, block, keys, "kind");
    g_ptr_array_add(*kind == 'w' ? scenario->workloads : scenario->failures, part);
}

static void demand(const Making *making, const char *section, const char *example)
{
    if (!making_keys(making, section, NULL))
        faults_add(making->faults, 1, section, NULL, "the section is missing; [%s] with %s is expected", section,
                   example);
}

/* Where nothing is published no protocol need be named: one that never sends takes the place. */
static void fill_idle(Making *making)
{
    const SectionKind *protocol = section_kind("protocol");
    Keys *none = keys_new(making->faults, "protocol", 1, making->directory);
    Part *part = &making->scenario->protocol;
    part->name = g_strdup("none");
    part_fill(part, making->parts, &(PartSource){ .variant = room_find(room_of("protocol"), "unicast", NULL), .kind = protocol, .keys = none });
    keys_free(none);
}

static void fill(Making *making)
{
    Scenario *scenario = making->scenario;
    demand(making, "network", "latency = 50 ms");
    demand(making, "overlay", "a kind");
    fill_scenario(making);
    fill_record(making);
    fill_protocol(making);
    if (making_keys(making, "network", NULL)) fill_settings(making, "network", network_params, &scenario->network);
    if (making_keys(making, "overlay", NULL)) fill_settings(making, "overlay", overlay_params, &scenario->overlay_settings);
    making_latency(making);
    for (guint i = 0; i < making->setting->blocks->len; i++)
        fill_block(making, making->setting->blocks->pdata[i], making->keys[i]);
    models_sort(scenario->models);
    if (making_keys(making, "protocol", NULL)) return;
    if (scenario->models->len && !scenario->workloads->len) fill_idle(making);
    else demand(making, "protocol", "a kind");
}

Scenario *scenario_make(const Setting *setting, Parts *parts, Faults *faults, const char *directory)
{
    Making making = { .setting = setting, .parts = parts, .faults = faults, .directory = directory };
    guint blocks = setting->blocks->len;
    Scenario *scenario = making.scenario = g_new0(Scenario, 1);
    scenario->groups = g_ptr_array_new_with_free_func(group_free);
    scenario->workloads = g_ptr_array_new_with_free_func(part_free);
    scenario->models = g_ptr_array_new_with_free_func(model_part_free);
    scenario->failures = g_ptr_array_new_with_free_func(part_free);
    making.keys = g_new0(Keys *, blocks + 1);
    for (guint i = 0; i < blocks; i++) making.keys[i] = block_keys(&making, setting->blocks->pdata[i]);
    fill(&making);
    fits_nodes(&making);
    fits_members(&making);
    fits_places(&making);
    fits_live(&making);
    fits_times(&making);
    fits_network(&making);
    fits_models(&making);
    const Keys *record = making_keys(&making, "record", NULL);
    if (scenario->nodes > DELIVERIES_KEPT && !(record && keys_given(record, "deliveries")))
        scenario->record.deliveries = RECORD_NONE;
    for (guint i = 0; i < blocks; i++) keys_free(making.keys[i]);
    g_free(making.keys);
    return scenario;
}
