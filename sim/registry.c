/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "registry.h"

#include <string.h>

#include "core/error.h"
#include "core/suggest.h"

enum { SPARE = 64 };                    /* variants that may be added to a room */

/* Each list becomes the declarations of its variants and two tables: one of the
 * contract's type, one of the part that all variants share. */
#define ONE(name) + 1
#define TABLE(type, singular, plural, LIST) \
    LIST(singular##_DECLARE) \
    const type *plural[0 LIST(ONE) + SPARE + 1] = { LIST(singular##_ENTRY) }; \
    static const Variant *plural##_variants[0 LIST(ONE) + SPARE + 1] = { LIST(singular##_VARIANT) };

#define network_DECLARE(name) extern const Network network_##name;
#define network_ENTRY(name) &network_##name,
#define network_VARIANT(name) &network_##name.variant,
#define overlay_DECLARE(name) extern const Overlay overlay_##name;
#define overlay_ENTRY(name) &overlay_##name,
#define overlay_VARIANT(name) &overlay_##name.variant,
#define protocol_DECLARE(name) extern const Protocol protocol_##name;
#define protocol_ENTRY(name) &protocol_##name,
#define protocol_VARIANT(name) &protocol_##name.variant,
#define workload_DECLARE(name) extern const Workload workload_##name;
#define workload_ENTRY(name) &workload_##name,
#define workload_VARIANT(name) &workload_##name.variant,
#define failure_DECLARE(name) extern const Failure failure_##name;
#define failure_ENTRY(name) &failure_##name,
#define failure_VARIANT(name) &failure_##name.variant,
#define metric_DECLARE(name) extern const Metric metric_##name;
#define metric_ENTRY(name) &metric_##name,
#define metric_VARIANT(name) &metric_##name.variant,

TABLE(Network, network, networks, NETWORKS)
TABLE(Overlay, overlay, overlays, OVERLAYS)
TABLE(Protocol, protocol, protocols, PROTOCOLS)
TABLE(Workload, workload, workloads, WORKLOADS)
TABLE(Failure, failure, failures, FAILURES)
TABLE(Metric, metric, metrics, METRICS)

#define model_DECLARE(name) extern const Model model_##name;
#define model_ENTRY(name) &model_##name,

MODELS(model_DECLARE)
const Model *const models[] = { MODELS(model_ENTRY) NULL };

#define command_DECLARE(name) extern const Command command_##name;
#define command_ENTRY(name) &command_##name,

COMMANDS(command_DECLARE)
const Command *const commands[] = { COMMANDS(command_ENTRY) NULL };

const Room rooms[] = {
    { "networks", "network", "how long a message takes between two nodes", networks_variants },
    { "overlays", "overlay", "who is whose neighbor", overlays_variants },
    { "protocols", "protocol", "how a publication reaches every member", protocols_variants },
    { "workloads", "workload", "what the nodes want from each other, and when", workloads_variants },
    { "failures", "failure", "what goes wrong, where and when", failures_variants },
    { "metrics", "metric", "what is measured", metrics_variants },
    { NULL, NULL, NULL, NULL },
};

const Room *room_of(const char *section)
{
    for (const Room *room = rooms; room->name; room++)
        if (strcmp(room->section, section) == 0) return room;
    return NULL;
}

const Model *model_of(const char *section, const Variant **which)
{
    for (size_t m = 0; models[m]; m++)
        for (size_t s = 0; models[m]->sections[s]; s++) {
            if (strcmp(models[m]->sections[s]->name, section) != 0) continue;
            *which = models[m]->sections[s];
            return models[m];
        }
    return NULL;
}

const Variant *room_find(const Room *room, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; room->variants[i]; i++) {
        if (strcmp(room->variants[i]->name, name) == 0) return room->variants[i];
        g_ptr_array_add(names, (gpointer)room->variants[i]->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = suggest(name, (const char *const *)names->pdata);
    g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "no %s is called '%s'%s", room->section, name, hint);
    return NULL;
}

/* The tables of a room, as far as they go. */
static const struct { const char *section; const Variant **variants; void *typed; size_t places; } tables[] = {
    { "network", networks_variants, networks, G_N_ELEMENTS(networks) },
    { "overlay", overlays_variants, overlays, G_N_ELEMENTS(overlays) },
    { "protocol", protocols_variants, protocols, G_N_ELEMENTS(protocols) },
    { "workload", workloads_variants, workloads, G_N_ELEMENTS(workloads) },
    { "failure", failures_variants, failures, G_N_ELEMENTS(failures) },
    { "metric", metrics_variants, metrics, G_N_ELEMENTS(metrics) },
};

bool registry_add(const char *section, const Variant *variant, GError **error)
{
    size_t t = 0, place = 0;
    while (t < G_N_ELEMENTS(tables) && strcmp(tables[t].section, section) != 0) t++;
    if (t == G_N_ELEMENTS(tables)) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "there is no room for variants of [%s]", section);
        return false;
    }
    if (!variant->name || !*variant->name) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "a %s has no name", section);
        return false;
    }
    for (; tables[t].variants[place]; place++)
        if (strcmp(tables[t].variants[place]->name, variant->name) == 0) {
            g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "the %s '%s' is there already", section, variant->name);
            return false;
        }
    if (place + 1 == tables[t].places) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE, "more than %d %ss are added", SPARE, section);
        return false;
    }
    tables[t].variants[place] = variant;
    memcpy((char *)tables[t].typed + place * sizeof variant, &variant, sizeof variant);
    return true;
}
