/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts on the routers of a topology by `placement`; the latency of two is the
 * shortest path between their routers.  Paths belong to the file, not to the run:
 * they are found when first asked for and shared by all replications. */
#include <string.h>

#include "graph/analyse.h"
#include "graph/load.h"
#include "graph/paths.h"
#include "graph/places.h"
#include "network/network.h"

#define ROWS_MEMORY ((size_t)1 << 29)           /* all rows of 11,000 routers */

typedef struct {
    char *path, *attribute;
    int format, unit, disconnected, missing;
    Topology *topology;                         /* from check(), as the rest */
    Paths *paths;
    uint32_t *routers, count;                   /* that hosts may stand on, ascending */
    char *notes;
} Config;

typedef struct {
    const Config *config;
    uint32_t *router;                           /* of each node */
} Placed;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "file", PARAM_FILE, AT(path), NULL, 0, 0, "routers and their links; may be gzip", NULL },
    { "format", PARAM_CHOICE, AT(format), NULL, 0, 0, "of the file; never guessed", TOPOLOGY_FORMATS },
    { "attribute", PARAM_TEXT, AT(attribute), NULL, 0, 0,
      "column of the links that holds their latency; great-circle: distance of the routers at 200 km a ms", NULL },
    { "unit", PARAM_CHOICE, AT(unit), "own", 0, 0,
      "of bare numbers in that column; km is fibre at 200 km a ms; own: every value has its unit with it",
      "own|ns|us|ms|s|km" },
    { "disconnected", PARAM_CHOICE, AT(disconnected), "refuse", 0, 0,
      "routers without a path between them: refused, or hosts stand on the largest component only", "refuse|largest" },
    { "missing", PARAM_CHOICE, AT(missing), "refuse", 0, 0,
      "routers without a place, for great-circle: refused, or in the middle of their neighbors", "refuse|neighbors" },
    PARAM_END
};

/* Sets `routers` to the largest component, among equals the one with the lowest
 * router; false and a fault where there are more than are allowed. */
static bool choose_routers(Config *config, const Keys *keys)
{
    uint32_t nodes = config->topology->nodes, largest = 0;
    g_autofree uint32_t *labels = g_new(uint32_t, nodes);
    uint32_t components = graph_components(config->topology->graph, labels);
    g_autofree uint32_t *sizes = g_new0(uint32_t, components);
    for (uint32_t i = 0; i < nodes; i++) sizes[labels[i]]++;
    for (uint32_t c = 1; c < components; c++)
        if (sizes[c] > sizes[largest]) largest = c;
    if (components > 1 && !config->disconnected) {
        keys_fault(keys, "latency", "%s: the routers fall into %u components, the largest of %u out of %u; "
                   "say disconnected = largest", config->path, components, sizes[largest], nodes);
        return false;
    }
    config->routers = g_new(uint32_t, sizes[largest]);
    for (uint32_t i = 0; i < nodes; i++)
        if (labels[i] == largest) config->routers[config->count++] = i;
    return true;
}

static char *notes_new(const Config *config, uint32_t filled)
{
    g_autofree char *name = g_path_get_basename(config->path), *told = g_strdup(config->topology->notes->str);
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%s: %u routers, %" G_GUINT64_FORMAT " links", name, config->topology->nodes,
                    graph_links(config->topology->graph));
    if (config->count < config->topology->nodes)
        g_string_append_printf(text, "; hosts stand on the largest component, %u routers", config->count);
    if (filled) g_string_append_printf(text, "; %u routers placed in the middle of their neighbors", filled);
    g_strdelimit(g_strstrip(told), "\n", ';');
    if (*told) g_string_append_printf(text, "; %s", told);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* What to do where a router without a place may be what is wrong. */
static const char *advice(const Config *config)
{
    if (strcmp(config->attribute, "great-circle") != 0 || !config->topology->geographic || config->missing) return "";
    return "; say missing = neighbors";
}

static void check(void *data, const Keys *keys)
{
    static const char *const units[] = { NULL, "ns", "us", "ms", "s", "km" };
    Config *config = data;
    g_autoptr(GError) error = NULL;
    config->topology = topology_load(config->path, (TopologyFormat)config->format, &error);
    if (!config->topology) {
        keys_fault(keys, "latency", "%s", error->message);
        return;
    }
    const Graph *graph = config->topology->graph;
    g_autofree double *ns = g_new(double, graph->first[graph->nodes] + 1);
    uint32_t filled = config->missing ? places_fill(config->topology) : 0;
    if (!topology_latencies(config->topology, config->attribute, units[config->unit], ns, &error)) {
        keys_fault(keys, "latency", "%s: %s%s", config->path, error->message, advice(config));
        return;
    }
    if (!choose_routers(config, keys)) return;
    config->paths = paths_new(graph, ns, ROWS_MEMORY);
    config->notes = notes_new(config, filled);
}

static void clear(void *data)
{
    Config *config = data;
    g_clear_pointer(&config->paths, paths_free);
    g_clear_pointer(&config->topology, topology_free);
    g_clear_pointer(&config->routers, g_free);
    g_clear_pointer(&config->notes, g_free);
}

static void *build(const void *data, const NetworkScope *scope, GError **error)
{
    (void)error;
    Placed *placed = g_new(Placed, 1);
    placed->config = data;
    placed->router = network_place(scope, placed->config->count);
    for (uint32_t i = 0; i < scope->nodes; i++) placed->router[i] = placed->config->routers[placed->router[i]];
    return placed;
}

static void unbuild(void *network)
{
    g_free(((Placed *)network)->router);
    g_free(network);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Placed *placed = network;
    NodeId from = placed->router[a], to = placed->router[b];
    return from == to ? 0 : paths_between(placed->config->paths, from, to);
}

static void path(const void *network, NodeId a, NodeId b, void (*visit)(void *, uint32_t), void *data)
{
    const Placed *placed = network;
    paths_walk(placed->config->paths, placed->router[a], placed->router[b], visit, data);
}

static uint32_t links(const void *network)
{
    const Graph *graph = ((const Placed *)network)->config->topology->graph;
    return graph->first[graph->nodes];
}

static bool position(const void *network, NodeId node, double *x, double *y)
{
    const Placed *placed = network;
    const Topology *topology = placed->config->topology;
    if (!topology->x) return false;
    *x = topology->x[placed->router[node]];
    *y = topology->y[placed->router[node]];
    return *x == *x && *y == *y;                /* a router without a place has NaN */
}

static const char *place_name(const void *network, NodeId node)
{
    const Placed *placed = network;
    char **names = placed->config->topology->names;
    return names ? names[placed->router[node]] : NULL;
}

static SimTime horizon(const void *config) { return paths_longest_link(((const Config *)config)->paths); }
static uint32_t places(const void *config) { return ((const Config *)config)->count; }
static const char *notes(const void *config) { return ((const Config *)config)->notes; }

const Network network_graph = {
    .variant = {
        .name = "graph",
        .summary = "hosts on routers, shortest paths between: `latency = graph(FILE, repetita, delay, us)`",
        .source = "the formats of `[overlay] kind = file`",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .position = position, .places = places,
    .path = path, .links = links, .notes = notes, .place_name = place_name,
};
