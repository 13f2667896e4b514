/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "graph/analyse.h"
#include "graph/load.h"
#include "overlay/overlay.h"

typedef struct {
    char *path;
    int format;                 /* TopologyFormat */
    Topology *topology;         /* from check(); each run has a copy */
    char *notes;                /* NULL: nothing to tell */
} Config;

static const Param params[] = {
    { "path", PARAM_FILE, offsetof(Config, path), NULL, 0, 0, "the file; it may be compressed by gzip", NULL },
    { "format", PARAM_CHOICE, offsetof(Config, format), NULL, 0, 0, "how the file is written", TOPOLOGY_FORMATS },
    PARAM_END
};

/* Each run would say it; a file can be told so before the first one. */
static void check_components(const Topology *topology, const Keys *keys)
{
    const char *rule = keys_value(keys, "disconnected");
    if (rule && strcmp(rule, "refuse") != 0) return;
    g_autofree uint32_t *labels = g_new(uint32_t, topology->nodes);
    uint32_t components = graph_components(topology->graph, labels);
    if (components > 1)
        keys_fault(keys, rule ? "disconnected" : "path", "the file has %u components, not one; 'disconnected = keep' "
                   "runs it all the same, 'largest' only the largest component", components);
}

static void check(void *config, const Keys *keys)
{
    Config *c = config;
    g_autoptr(GError) error = NULL;
    c->topology = topology_load(c->path, (TopologyFormat)c->format, &error);
    if (!c->topology) {
        keys_fault(keys, "path", "%s", error->message);
        return;
    }
    check_components(c->topology, keys);
    g_autofree char *name = g_path_get_basename(c->path);
    g_auto(GStrv) lines = g_strsplit(g_strchomp(c->topology->notes->str), "\n", -1);
    g_autofree char *all = g_strjoinv("; ", lines);
    if (*all) c->notes = g_strdup_printf("%s: %s", name, all);
}

static void clear(void *config)
{
    Config *c = config;
    topology_free(c->topology);
    g_free(c->notes);
}

static uint32_t nodes(const void *config)
{
    const Config *c = config;
    return c->topology ? c->topology->nodes : 0;
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)scope;
    (void)error;
    return topology_copy(((const Config *)config)->topology);
}

static const char *notes(const void *config)
{
    return ((const Config *)config)->notes;
}

const Overlay overlay_file = {
    .variant = {
        .name = "file",
        .summary = "the nodes and links of a file, with their names and measured values",
        .source = "GraphML, GML, Pajek, SNAP edge lists, BRITE, Inet, Orbis, Rocketfuel, GT-ITM, REPETITA, Lightning",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .from_file = true, .nodes = nodes, .build = build, .notes = notes,
};
