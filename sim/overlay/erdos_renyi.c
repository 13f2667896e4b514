/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "graph/edges.h"
#include "overlay/overlay.h"

typedef struct { double degree; } Config;

static const Param params[] = {
    { "degree", PARAM_NUMBER, offsetof(Config, degree), NULL, 0, 1e9,
      "mean number of neighbors; may be fractional", NULL },
    PARAM_END
};

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "nodes", "degree", NULL };
    const Config *c = config;
    g_autofree char *degree = format_number(c->degree);
    if (c->degree > nodes - 1.0)
        overlay_fault(keys, blamed, "a mean of %s neighbors among %u nodes; at most %u", degree, nodes, nodes - 1);
    /* Ten standard deviations above the mean: the number of links is drawn. */
    double links = nodes * c->degree / 2;
    overlay_fits_links(keys, blamed, links + 10 * sqrt(links));
}

/* Walks through the pairs (v, w < v) in order and leaps from link to link: the
 * pairs between two links are geometrically many. */
static Graph *draw(uint32_t nodes, double chance, Random *random)
{
    Edges edges = { 0 };
    double scale = chance < 1 ? 1 / log1p(-chance) : 0;
    uint64_t v = 1, w = 0, most = (uint64_t)nodes * nodes;
    double expected = chance * nodes / 2 * (nodes - 1.0);
    edges_reserve(&edges, (size_t)(expected + 4 * sqrt(expected)) + 1);
    while (chance > 0) {
        double leap = floor(log(random_open(random)) * scale);
        w += leap < (double)most ? (uint64_t)leap : most;
        while (v < nodes && w >= v) w -= v++;
        if (v >= nodes) break;
        edges_add(&edges, (NodeId)v, (NodeId)w++);
    }
    return edges_graph(&edges, nodes);
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    Random random = random_stream(scope->seed, "overlay/erdos-renyi", 0);
    double chance = scope->nodes > 1 ? c->degree / (scope->nodes - 1.0) : 0;
    return topology_new(scope->nodes, draw(scope->nodes, chance, &random));
}

const Overlay overlay_erdos_renyi = {
    .variant = {
        .name = "erdos-renyi",
        .summary = "every pair is linked with the same probability, degree / (nodes - 1)",
        .source = "E. N. Gilbert, \"Random graphs\", Annals of Mathematical Statistics 30, 1959; drawn as in V. "
                  "Batagelj and U. Brandes, \"Efficient generation of large random networks\", "
                  "Physical Review E 71, 2005",
        .params = params, .config_size = sizeof(Config),
    },
    .fits = fits, .build = build,
};
