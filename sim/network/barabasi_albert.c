/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts on routers that joined one by one and linked to others by their degree:
 * a few hubs carry most of the ways, as between the domains of the internet. */
#include <math.h>

#include "graph/routers.h"
#include "network/network.h"

typedef struct {
    uint32_t routers, links;
    Distribution latency;
} Config;

typedef struct {
    Routers *routers;
    uint32_t *place;                            /* of each node */
} Placed;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "routers", PARAM_COUNT, AT(routers), NULL, 2, 100000, "how many", NULL },
    { "links", PARAM_COUNT, AT(links), "2", 1, 1000, "links that each router makes when it joins", NULL },
    { "delay", PARAM_DURATION_LAW, AT(latency), "uniform(1 ms, 20 ms)", 0, 0, "of a link, one way", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->links < config->routers) return;
    keys_fault(keys, "latency", "each of %u routers makes %u links; fewer links than routers are expected", config->routers,
               config->links);
}

/* The first links + 1 routers are all linked; each other one draws ends of links
 * until it has enough different ones.  Two ends stand in `ends` for each link. */
static void grow(const Config *config, Random *random, GArray *links)
{
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(NodeId));
    g_autofree NodeId *chosen = g_new(NodeId, config->links + 1);
    for (NodeId joiner = 1; joiner < config->routers; joiner++) {
        uint32_t wanted = MIN(config->links, joiner), count = 0;
        guint known = ends->len;
        while (count < wanted) {
            NodeId pick = joiner <= config->links ? count : g_array_index(ends, NodeId, random_below(random, known));
            bool fresh = true;
            for (uint32_t i = 0; i < count; i++) fresh &= chosen[i] != pick;
            if (fresh) chosen[count++] = pick;
        }
        for (uint32_t i = 0; i < count; i++) {
            RouterLink link = { joiner, chosen[i], MIN(distribution_time(&config->latency, random), PATHS_NONE / 2) };
            g_array_append_val(links, link);
            g_array_append_val(ends, joiner);
            g_array_append_val(ends, chosen[i]);
        }
    }
}

static void *build(const void *data, const NetworkScope *scope, GError **error)
{
    (void)error;
    const Config *config = data;
    Random random = random_stream(scope->seed, "network/barabasi-albert", 0);
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(RouterLink));
    grow(config, &random, links);
    Placed *placed = g_new(Placed, 1);
    placed->routers = routers_new(config->routers, links);
    placed->place = network_place(scope, config->routers);
    return placed;
}

static void unbuild(void *network)
{
    Placed *placed = network;
    routers_free(placed->routers);
    g_free(placed->place);
    g_free(placed);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Placed *placed = network;
    return routers_latency(placed->routers, placed->place[a], placed->place[b]);
}

static void path(const void *network, NodeId a, NodeId b, void (*visit)(void *, uint32_t), void *data)
{
    const Placed *placed = network;
    paths_walk(placed->routers->paths, placed->place[a], placed->place[b], visit, data);
}

static uint32_t links(const void *network)
{
    const Graph *graph = ((const Placed *)network)->routers->graph;
    return graph->first[graph->nodes];
}

static SimTime horizon(const void *config)
{
    return (SimTime)fmin(6 * distribution_mean(&((const Config *)config)->latency), 0x1p60);
}

static uint32_t places(const void *config) { return ((const Config *)config)->routers; }

const Network network_barabasi_albert = {
    .variant = {
        .name = "barabasi-albert",
        .summary = "hosts on routers linked by preferential attachment: `latency = barabasi-albert(5000, 2)`",
        .source = "A.-L. Barabási, R. Albert, \"Emergence of scaling in random networks\", Science 286, 1999",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .places = places, .path = path, .links = links,
};
