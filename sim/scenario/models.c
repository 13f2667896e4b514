/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks across the sections of the communication models. */
#include <string.h>

#include "core/suggest.h"
#include "scenario/make.h"

struct ModelCheck {
    const Making *making;
    const ModelPart *part;
    const Keys *keys;
};

static int place_of(const ModelPart *part)
{
    int place = 0;
    for (size_t m = 0; models[m]; m++)
        for (const Variant *const *s = models[m]->sections; *s; s++, place++)
            if (*s == part->part.variant) return place;
    return place;
}

/* By the registry, then by the file. */
static int by_registry(gconstpointer a, gconstpointer b)
{
    const ModelPart *one = *(const ModelPart *const *)a, *two = *(const ModelPart *const *)b;
    int places = place_of(one) - place_of(two);
    return places ? places : one->part.line - two->part.line;
}

void models_sort(GPtrArray *parts)
{
    g_ptr_array_sort(parts, by_registry);
}

static const ModelPart *part_of(const ModelCheck *check, const char *section, const char *name)
{
    const GPtrArray *parts = check->making->scenario->models;
    for (guint i = 0; i < parts->len; i++) {
        const ModelPart *part = parts->pdata[i];
        if (strcmp(part->part.variant->name, section) == 0 && strcmp(part->part.name, name) == 0) return part;
    }
    return NULL;
}

const void *model_config(const ModelCheck *check, const char *section, const char *name)
{
    const ModelPart *part = part_of(check, section, name);
    return part ? part->part.config : NULL;
}

const void *model_config_at(const ModelCheck *check, const char *section, uint32_t i, const char **name)
{
    const GPtrArray *parts = check->making->scenario->models;
    for (guint p = 0; p < parts->len; p++) {
        const ModelPart *part = parts->pdata[p];
        if (strcmp(part->part.variant->name, section) != 0 || i-- > 0) continue;
        *name = part->part.name;
        return part->part.config;
    }
    return NULL;
}

uint32_t model_check_nodes(const ModelCheck *check) { return check->making->scenario->nodes; }

void model_fault(ModelCheck *check, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    keys_fault(check->keys, key, "%s", what);
}

bool model_refer_any(ModelCheck *check, const char *key, const char *const *sections, const char *name)
{
    const GPtrArray *parts = check->making->scenario->models;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < parts->len; i++) {
        const ModelPart *part = parts->pdata[i];
        if (!g_strv_contains(sections, part->part.variant->name)) continue;
        if (strcmp(part->part.name, name) == 0) return true;
        g_ptr_array_add(names, part->part.name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata), *kinds = g_strjoinv("] or [", (char **)sections);
    if (names->len > 1) model_fault(check, key, "no [%s] is called '%s'%s", kinds, name, hint);
    else model_fault(check, key, "no [%s] is called '%s'; there is none at all", kinds, name);
    return false;
}

bool model_refer(ModelCheck *check, const char *key, const char *section, const char *name)
{
    const char *const sections[] = { section, NULL };
    return model_refer_any(check, key, sections, name);
}

static bool refer_process(ModelCheck *check, const char *key, const char *name)
{
    g_autofree char *error = NULL;
    g_autofree char *base = g_strdup(name);
    uint32_t low = 0, high = 0;
    char *bracket = strchr(base, '[');
    if (bracket) {
        *bracket = '\0';
        error = process_range_read(name, &low, &high);
    }
    if (error) {
        model_fault(check, key, "%s", error);
        return false;
    }
    if (!model_refer(check, key, "process", base)) return false;
    uint32_t count = process_section_count(model_config(check, "process", base));
    if (!bracket || !count || high < count) return true;
    model_fault(check, key, "there is no process %s[%u]; [process %s] makes %u, numbered from 0", base, high, base, count);
    return false;
}

bool model_refer_processes(ModelCheck *check, const char *key, const char *names)
{
    g_auto(GStrv) list = g_strsplit(names, ",", -1);
    bool right = true, any = false;
    for (char **name = list; *name; name++) {
        g_strstrip(*name);
        if (!**name) continue;
        any = true;
        right &= refer_process(check, key, *name);
    }
    if (!any) model_fault(check, key, "no process is named; NAME, or NAME[0..3] is expected");
    return right && any;
}

static void check_node(ModelCheck *check, const char *key, NodeId node)
{
    uint32_t nodes = model_check_nodes(check);
    if (nodes && node >= nodes) model_fault(check, key, "there is no node %u; the nodes are 0 .. %u", node, nodes - 1);
}

static void check_host(ModelCheck *check, const char *target)
{
    NodeId node;
    if (failure_host_read(target, &node)) check_node(check, "target", node);
    else (void)refer_process(check, "target", target);
}

/* What is no link has been reported before. */
static void check_links(ModelCheck *check, const char *links)
{
    g_auto(GStrv) list = parse_list(links);
    const char *key = keys_given(check->keys, "links") ? "links" : "target";
    NodeId a, b;
    for (char **link = list; *link; link++)
        if (failure_link_read(*link, &a, &b)) check_node(check, key, MAX(a, b));
}

void fits_target(const Making *making, const Part *part)
{
    const char *target = NULL;
    const char *const *sections = ((const Failure *)part->variant)->targets(part->config, &target);
    ModelCheck check = { making, NULL, making_keys(making, "failure", part->name) };
    if (!target) return;
    if (strcmp(sections[0], FAILURE_HOST) == 0) check_host(&check, target);
    else if (strcmp(sections[0], FAILURE_LINK) == 0) check_links(&check, target);
    else if (strcmp(sections[0], "process") == 0) (void)refer_process(&check, "target", target);
    else (void)model_refer_any(&check, "target", sections, target);
}

/* Ways over the overlay are looked up in its graph, or known to its nodes. */
static void check_route(ModelCheck *check, const ModelSection *section, const Variant *variant)
{
    const Param *route = params_find(variant->params, "route");
    const Overlay *overlay = scenario_overlay(check->making->scenario);
    if (!route || !overlay || !overlay->live || overlay->live->route || overlay->live->next_hop) return;
    if (*(const int *)((const char *)section->config + route->offset))
        model_fault(check, "route", "'%s' keeps neighbors and no ways; a fixed overlay, or one that routes (chord, pastry, kademlia, "
                    "narada), is expected", overlay->variant.name);
}

void fits_models(Making *making)
{
    const GPtrArray *parts = making->scenario->models;
    for (guint i = 0; i < parts->len; i++) {
        const ModelPart *part = parts->pdata[i];
        ModelSection section = { part->part.variant->name, part->part.name, part->part.config };
        ModelCheck check = { making, part, making_keys(making, section.section, section.name) };
        if (section.config) check_route(&check, &section, part->part.variant);
        if (section.config && part->model->check) part->model->check(&section, &check);
    }
}
