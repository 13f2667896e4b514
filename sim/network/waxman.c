/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hosts on routers in a square, where near routers are linked more often than far
 * ones: with a chance in proportion to exp(-distance / (beta * diagonal)), scaled
 * to the mean degree that is asked for.  A draw in several parts is joined by the
 * shortest link from each lesser part to the largest. */
#include <math.h>

#include "graph/analyse.h"
#include "graph/routers.h"
#include "network/network.h"

typedef struct {
    uint32_t routers;
    SimTime width;
    double degree, beta;
} Config;

typedef struct {
    Routers *routers;
    double *x, *y;                              /* of each router, ns */
    uint32_t *place;                            /* of each node */
} Square;

#define AT(field) offsetof(Config, field)

static const Param params[] = {
    { "routers", PARAM_COUNT, AT(routers), NULL, 2, 20000, "how many", NULL },
    { "width", PARAM_DURATION, AT(width), NULL, 1, 0x1p50, "side of the square as one-way latency", NULL },
    { "degree", PARAM_NUMBER, AT(degree), "4", 0.1, 1000, "mean number of links of a router", NULL },
    { "beta", PARAM_NUMBER, AT(beta), "0.2", 0.001, 1000, "how far links reach, as a share of the diagonal", NULL },
    PARAM_END
};

static double distance(const Square *square, NodeId a, NodeId b)
{
    double x = square->x[a] - square->x[b], y = square->y[a] - square->y[b];
    return sqrt(x * x + y * y);                 /* rounded correctly on every machine, hypot is not */
}

static void link_add(const Square *square, GArray *links, NodeId a, NodeId b)
{
    RouterLink link = { a, b, (SimTime)llround(distance(square, a, b)) };
    g_array_append_val(links, link);
}

static void draw_links(const Config *config, const Square *square, Random *random, GArray *links)
{
    double reach = config->beta * sqrt(2) * (double)config->width, sum = 0;
    uint32_t n = config->routers;
    for (NodeId a = 0; a < n; a++)
        for (NodeId b = a + 1; b < n; b++) sum += exp(-distance(square, a, b) / reach);
    double scale = config->degree * n / 2 / sum;
    for (NodeId a = 0; a < n; a++)
        for (NodeId b = a + 1; b < n; b++)
            if (random_unit(random) < scale * exp(-distance(square, a, b) / reach)) link_add(square, links, a, b);
}

/* Links each lesser part to the largest, where the two are nearest. */
static void join_parts(const Square *square, uint32_t n, GArray *links)
{
    Routers *routers = routers_new(n, links);
    g_autofree uint32_t *label = g_new(uint32_t, n);
    uint32_t parts = graph_components(routers->graph, label), largest = 0;
    routers_free(routers);
    g_autofree uint32_t *size = g_new0(uint32_t, parts);
    for (NodeId v = 0; v < n; v++) size[label[v]]++;
    for (uint32_t p = 1; p < parts; p++)
        if (size[p] > size[largest]) largest = p;
    g_autofree RouterLink *nearest = g_new(RouterLink, parts);
    for (uint32_t p = 0; p < parts; p++) nearest[p].ns = PATHS_NONE;
    for (NodeId a = 0; a < n; a++)
        for (NodeId b = 0; label[a] != largest && b < n; b++) {
            if (label[b] != largest) continue;
            SimTime ns = (SimTime)llround(distance(square, a, b));
            if (ns < nearest[label[a]].ns) nearest[label[a]] = (RouterLink){ a, b, ns };
        }
    for (uint32_t p = 0; p < parts; p++)
        if (p != largest) g_array_append_val(links, nearest[p]);
}

static void *build(const void *data, const NetworkScope *scope, GError **error)
{
    (void)error;
    const Config *config = data;
    Square *square = g_new(Square, 1);
    uint32_t n = config->routers;
    square->x = g_new(double, n);
    square->y = g_new(double, n);
    uint64_t key = random_key(scope->seed, "network/waxman/place");
    for (NodeId v = 0; v < n; v++) {
        Random random = random_keyed(key, v);
        square->x[v] = (double)config->width * random_unit(&random);
        square->y[v] = (double)config->width * random_unit(&random);
    }
    Random random = random_stream(scope->seed, "network/waxman/link", 0);
    g_autoptr(GArray) links = g_array_new(FALSE, FALSE, sizeof(RouterLink));
    draw_links(config, square, &random, links);
    join_parts(square, n, links);
    square->routers = routers_new(n, links);
    square->place = network_place(scope, n);
    return square;
}

static void unbuild(void *network)
{
    Square *square = network;
    routers_free(square->routers);
    g_free(square->x);
    g_free(square->y);
    g_free(square->place);
    g_free(square);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Square *square = network;
    return routers_latency(square->routers, square->place[a], square->place[b]);
}

static void path(const void *network, NodeId a, NodeId b, void (*visit)(void *, uint32_t), void *data)
{
    const Square *square = network;
    paths_walk(square->routers->paths, square->place[a], square->place[b], visit, data);
}

static uint32_t links(const void *network)
{
    const Graph *graph = ((const Square *)network)->routers->graph;
    return graph->first[graph->nodes];
}

static bool position(const void *network, NodeId node, double *x, double *y)
{
    const Square *square = network;
    *x = square->x[square->place[node]] / (double)SIM_MS;
    *y = square->y[square->place[node]] / (double)SIM_MS;
    return true;
}

static SimTime horizon(const void *config) { return 2 * ((const Config *)config)->width; }
static uint32_t places(const void *config) { return ((const Config *)config)->routers; }

const Network network_waxman = {
    .variant = {
        .name = "waxman",
        .summary = "hosts on routers in a square, near ones linked more often: `latency = waxman(1000, 50 ms)`",
        .source = "B. M. Waxman, \"Routing of multipoint connections\", IEEE JSAC 6(9), 1988",
        .params = params, .config_size = sizeof(Config),
    },
    .build = build, .free = unbuild, .latency = latency, .horizon = horizon, .position = position, .places = places,
    .path = path, .links = links,
};
