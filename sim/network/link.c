/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The latency of an overlay link is what the overlay's file says of it; a pair
 * without a link is reached over the overlay's shortest path. */
#include "core/error.h"
#include "graph/load.h"
#include "graph/paths.h"
#include "network/network.h"

#define ROWS_MEMORY ((size_t)1 << 28)           /* all rows of 8,000 nodes */

typedef struct {
    char *attribute;
    int unit;
} Config;

typedef struct {
    const Topology *overlay;
    Paths *paths;
} Links;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "attribute", PARAM_TEXT, AT(attribute), NULL, 0, 0,
      "column of the overlay file's links that holds their latency; great-circle: distance of the nodes at 200 km a ms",
      NULL },
    { "unit", PARAM_CHOICE, AT(unit), "own", 0, 0,
      "of bare numbers in that column; km is fibre at 200 km a ms; own: every value has its unit with it",
      "own|ns|us|ms|s|km" },
    PARAM_END
};

static void *build(const void *data, const NetworkScope *scope, GError **error)
{
    static const char *const units[] = { NULL, "ns", "us", "ms", "s", "km" };
    const Config *config = data;
    const Graph *graph = scope->overlay->graph;
    if (!graph) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "latency = link(%s): a complete overlay has no links that "
                    "carry a latency; use an overlay from a file", config->attribute);
        return NULL;
    }
    g_autofree double *ns = g_new(double, graph->first[graph->nodes] + 1);
    g_autoptr(GError) reason = NULL;
    if (!topology_latencies(scope->overlay, config->attribute, units[config->unit], ns, &reason)) {
        g_set_error(error, SIM_ERROR, reason->code, "latency = link(%s): %s", config->attribute, reason->message);
        return NULL;
    }
    Links *links = g_new(Links, 1);
    *links = (Links){ scope->overlay, paths_new(graph, ns, ROWS_MEMORY) };
    return links;
}

static void unbuild(void *network)
{
    paths_free(((Links *)network)->paths);
    g_free(network);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Links *links = network;
    uint32_t link = graph_find(links->overlay->graph, a, b);
    return link != UINT32_MAX ? paths_link(links->paths, link) : paths_between(links->paths, a, b);
}

const Network network_link = {
    .variant = {
        .name = "link",
        .summary = "from the links of the overlay's file: `latency = link(delay, ms)`",
        .source = "the formats of `[overlay] kind = file`",
        .params = params, .config_size = sizeof(Config),
    },
    .after_overlay = true, .build = build, .free = unbuild, .latency = latency,
};
