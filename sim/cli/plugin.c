/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/plugin.h"

#include <dlfcn.h>

#include "core/error.h"
#include "registry.h"

static const struct { const char *symbol, *section; } exports[] = {
    { "banyan_networks", "network" },   { "banyan_overlays", "overlay" }, { "banyan_protocols", "protocol" },
    { "banyan_workloads", "workload" }, { "banyan_failures", "failure" }, { "banyan_metrics", "metric" },
};

static bool refuse(const char *path, const char *why, GError **error)
{
    g_set_error(error, SIM_ERROR, SIM_ERROR_FILE, "--plugin %s: %s", path, why);
    return false;
}

/* Every contract begins with its Variant, so a list of any of them is one of these. */
static bool add_list(const Variant *const *list, const char *section, unsigned *count, GError **error)
{
    for (; *list; list++, ++*count)
        if (!registry_add(section, *list, error)) return false;
    return true;
}

bool plugin_load(const char *path, GError **error)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);    /* a bare name is looked for elsewhere */
    unsigned count = 0;
    void *plugin = dlopen(absolute, RTLD_NOW | RTLD_LOCAL);
    if (!plugin) return refuse(path, dlerror(), error);
    const unsigned *contract = dlsym(plugin, "banyan_contract");
    if (!contract) return refuse(path, "is no plugin: it lacks the line BANYAN_PLUGIN (core/variant.h)", error);
    if (*contract != BANYAN_CONTRACT) return refuse(path, "was built against the headers of another version", error);
    for (size_t i = 0; i < G_N_ELEMENTS(exports); i++) {
        const Variant *const *list = dlsym(plugin, exports[i].symbol);
        if (!list || add_list(list, exports[i].section, &count, error)) continue;
        g_prefix_error(error, "--plugin %s: ", path);
        return false;
    }
    return count || refuse(path, "has no variants; banyan_protocols or a list like it is expected", error);
}

bool plugins_load(char *const *paths, GError **error)
{
    for (char *const *path = paths; path && *path; path++)
        if (!plugin_load(*path, error)) return false;
    return true;
}
