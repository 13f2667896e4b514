/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An internet drawn for each run: transit domains that carry traffic, and stub
 * domains that hang on their routers by one link each and hold the hosts.  A path
 * between two stubs leads out of the one, over transit routers, into the other,
 * so only the transit routers need a search.
 *
 * Domains are G(n, p) drawn until connected, as GT-ITM's method 3; latencies come
 * from laws where GT-ITM has lengths in a plane, and every domain has the stated
 * size where GT-ITM varies it. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "graph/paths.h"
#include "network/network.h"

#define ROWS_MEMORY ((size_t)1 << 28)
#define TRIES 1000
#define MOST_CELLS ((uint64_t)1 << 27)          /* of paths within stubs: 1 GiB */

typedef struct {
    uint32_t domains, routers, stubs, size;
    Distribution backbone, transit, uplink, local;
    double domain_links, transit_links, stub_links;
} Config;

typedef struct { uint32_t a, b; } Pair;

/* Routers that hosts stand on are numbered stub by stub, stubs by their transit router. */
typedef struct {
    const Config *config;
    Graph *transit;
    Paths *paths;
    SimTime *within;                            /* for each stub, size * size */
    SimTime *out;                               /* of each stub router, to its transit router */
    uint32_t *place;                            /* of each node */
} Internet;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "domains", PARAM_COUNT, AT(domains), "10", 1, 1000, "transit domains", NULL },
    { "transit-routers", PARAM_COUNT, AT(routers), "5", 1, 1000, "routers of a transit domain", NULL },
    { "stubs", PARAM_COUNT, AT(stubs), "10", 1, 10000, "stub domains at each transit router", NULL },
    { "stub-routers", PARAM_COUNT, AT(size), "10", 1, 100, "routers of a stub domain", NULL },
    { "backbone", PARAM_DURATION_LAW, AT(backbone), "50 ms", 0, 0, "a link between transit domains", NULL },
    { "transit", PARAM_DURATION_LAW, AT(transit), "20 ms", 0, 0, "a link within a transit domain", NULL },
    { "uplink", PARAM_DURATION_LAW, AT(uplink), "5 ms", 0, 0, "the link from a stub domain to its transit router", NULL },
    { "local", PARAM_DURATION_LAW, AT(local), "2 ms", 0, 0, "a link within a stub domain", NULL },
    { "domain-links", PARAM_SHARE, AT(domain_links), "0.6", 0, 0, "chance that two transit domains are linked", NULL },
    { "transit-links", PARAM_SHARE, AT(transit_links), "0.6", 0, 0,
      "chance that two routers of a transit domain are linked", NULL },
    { "stub-links", PARAM_SHARE, AT(stub_links), "0.42", 0, 0,
      "chance that two routers of a stub domain are linked", NULL },
    PARAM_END
};

static uint32_t transit_count(const Config *config) { return config->domains * config->routers; }
static uint64_t stub_count(const Config *config) { return (uint64_t)transit_count(config) * config->stubs; }

static uint32_t places(const void *config)
{
    return (uint32_t)(stub_count(config) * ((const Config *)config)->size);
}

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (transit_count(config) > 20000)
        keys_fault(keys, "latency", "%u transit routers; at most 20000 are expected", transit_count(config));
    else if (stub_count(config) * config->size * config->size > MOST_CELLS)
        keys_fault(keys, "latency", "%" G_GUINT64_FORMAT " stub domains of %u routers take more than 1 GiB; "
                   "fewer or smaller ones are expected", stub_count(config), config->size);
}

static bool connected(uint32_t size, const GArray *pairs)
{
    g_autofree uint32_t *label = g_new(uint32_t, size);
    uint32_t parts = size;
    for (uint32_t i = 0; i < size; i++) label[i] = i;
    for (guint p = 0; p < pairs->len && parts > 1; p++) {
        const Pair *pair = &g_array_index(pairs, Pair, p);
        uint32_t from = label[pair->a], to = label[pair->b];
        if (from == to) continue;
        for (uint32_t i = 0; i < size; i++)
            if (label[i] == from) label[i] = to;
        parts--;
    }
    return parts == 1;
}

/* Sets `pairs` to the links of a connected G(size, share); false and *error
 * where no draw is. */
static bool draw_domain(Random *random, uint32_t size, double share, GArray *pairs, GError **error)
{
    for (unsigned t = 0; t < TRIES; t++) {
        g_array_set_size(pairs, 0);
        for (uint32_t a = 0; a < size; a++)
            for (uint32_t b = a + 1; b < size; b++) {
                Pair pair = { a, b };
                if (random_unit(random) < share) g_array_append_val(pairs, pair);
            }
        if (connected(size, pairs)) return true;
    }
    g_autofree char *text = format_number(share * 100);
    g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "none of %d draws of a domain of %u with a chance of %s %% for each "
                "link is connected; a larger chance is expected", TRIES, size, text);
    return false;
}

/* Adds the links within transit domain `domain`, and what they take. */
static bool add_domain(const Config *config, Random *random, uint32_t domain, GArray *links, GArray *ns, GError **error)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    if (!draw_domain(random, config->routers, config->transit_links, pairs, error)) return false;
    for (guint p = 0; p < pairs->len; p++) {
        Pair pair = g_array_index(pairs, Pair, p);
        Pair link = { domain * config->routers + pair.a, domain * config->routers + pair.b };
        double time = (double)distribution_time(&config->transit, random);
        g_array_append_val(links, link);
        g_array_append_val(ns, time);
    }
    return true;
}

/* Adds a link between two routers of each two domains that are linked. */
static bool add_backbone(const Config *config, Random *random, GArray *links, GArray *ns, GError **error)
{
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    if (!draw_domain(random, config->domains, config->domain_links, pairs, error)) return false;
    for (guint p = 0; p < pairs->len; p++) {
        Pair pair = g_array_index(pairs, Pair, p), link;
        link.a = pair.a * config->routers + (uint32_t)random_below(random, config->routers);
        link.b = pair.b * config->routers + (uint32_t)random_below(random, config->routers);
        double time = (double)distribution_time(&config->backbone, random);
        g_array_append_val(links, link);
        g_array_append_val(ns, time);
    }
    return true;
}

static void take_transit(Internet *net, const GArray *links, const GArray *ns)
{
    g_autofree NodeId *a = g_new(NodeId, links->len + 1), *b = g_new(NodeId, links->len + 1);
    for (guint i = 0; i < links->len; i++) {
        a[i] = g_array_index(links, Pair, i).a;
        b[i] = g_array_index(links, Pair, i).b;
    }
    net->transit = graph_new(transit_count(net->config), a, b, links->len);
    g_autofree double *times = g_new0(double, 2 * links->len + 1);
    for (guint i = 0; i < links->len; i++) {
        times[graph_find(net->transit, a[i], b[i])] = g_array_index(ns, double, i);
        times[graph_find(net->transit, b[i], a[i])] = g_array_index(ns, double, i);
    }
    net->paths = paths_new(net->transit, times, ROWS_MEMORY);
}

static bool draw_transit(Internet *net, uint64_t seed, GError **error)
{
    Random random = random_stream(seed, "network/transit-stub/transit", 0);
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(Pair)), ns = g_array_new(FALSE, FALSE, sizeof(double));
    if (!add_backbone(net->config, &random, links, ns, error)) return false;
    for (uint32_t d = 0; d < net->config->domains; d++)
        if (!add_domain(net->config, &random, d, links, ns, error)) return false;
    take_transit(net, links, ns);
    return true;
}

/* All shortest paths of a stub, by the triple loop: it has 100 routers at most. */
static void close_paths(SimTime *d, uint32_t size)
{
    for (uint32_t k = 0; k < size; k++)
        for (uint32_t i = 0; i < size; i++)
            for (uint32_t j = 0; j < size; j++)
                d[i * size + j] = MIN(d[i * size + j], d[i * size + k] + d[k * size + j]);
}

static bool draw_stub(Internet *net, uint64_t stub, Random random, GArray *pairs, GError **error)
{
    const Config *config = net->config;
    uint32_t size = config->size;
    SimTime *within = net->within + stub * size * size;
    if (!draw_domain(&random, size, config->stub_links, pairs, error)) return false;
    for (uint32_t i = 0; i < size * size; i++) within[i] = i % (size + 1) ? PATHS_NONE : 0;
    for (guint p = 0; p < pairs->len; p++) {
        Pair pair = g_array_index(pairs, Pair, p);
        SimTime time = MIN(distribution_time(&config->local, &random), PATHS_NONE);
        within[pair.a * size + pair.b] = within[pair.b * size + pair.a] = time;
    }
    close_paths(within, size);
    uint32_t gateway = (uint32_t)random_below(&random, size);
    SimTime up = MIN(distribution_time(&config->uplink, &random), PATHS_NONE);
    for (uint32_t i = 0; i < size; i++) net->out[stub * size + i] = within[i * size + gateway] + up;
    return true;
}

static void unbuild(void *network)
{
    Internet *net = network;
    paths_free(net->paths);
    graph_free(net->transit);
    g_free(net->within);
    g_free(net->out);
    g_free(net->place);
    g_free(net);
}

static void *build(const void *data, const NetworkScope *scope, GError **error)
{
    Internet *net = g_new0(Internet, 1);
    net->config = data;
    uint64_t stubs = stub_count(data), key = random_key(scope->seed, "network/transit-stub/stub");
    uint32_t size = net->config->size;
    net->within = g_new(SimTime, stubs * size * size);
    net->out = g_new(SimTime, stubs * size);
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(Pair));
    bool ok = draw_transit(net, scope->seed, error);
    for (uint64_t s = 0; s < stubs && ok; s++) ok = draw_stub(net, s, random_keyed(key, s), pairs, error);
    if (!ok) {
        unbuild(net);
        return NULL;
    }
    net->place = network_place(scope, places(data));
    return net;
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Internet *net = network;
    uint32_t size = net->config->size, from = net->place[a], to = net->place[b];
    uint32_t stub_a = from / size, stub_b = to / size;
    if (stub_a == stub_b) return net->within[(size_t)from * size + to % size];
    uint32_t stubs = net->config->stubs;
    return net->out[from] + paths_between(net->paths, stub_a / stubs, stub_b / stubs) + net->out[to];
}

static SimTime horizon(const void *data)
{
    const Config *config = data;
    double ns = distribution_quantile(&config->backbone, 0.99) + 2 * distribution_quantile(&config->transit, 0.99) +
                2 * distribution_quantile(&config->uplink, 0.99) + 4 * distribution_quantile(&config->local, 0.99);
    return (SimTime)fmin(ns, 0x1p60);
}

const Network network_transit_stub = {
    .variant = {
        .name = "transit-stub",
        .summary = "an internet of transit and stub domains: `latency = transit-stub(domains = 4, stubs = 3)`",
        .source = "E. W. Zegura, K. L. Calvert, S. Bhattacharjee, \"How to model an internetwork\", INFOCOM 1996",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .places = places,
};
