/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/places.h"

#include <math.h>

typedef struct { double x, y, z; } Vector;

#define DEGREE (G_PI / 180)

/* On the unit sphere, where the mean of 170 and -170 degrees is 180. */
static Vector to_vector(const Topology *topology, NodeId node)
{
    double x = topology->x[node], y = topology->y[node];
    if (!topology->geographic) return (Vector){ x, y, 0 };
    return (Vector){ cos(y * DEGREE) * cos(x * DEGREE), cos(y * DEGREE) * sin(x * DEGREE), sin(y * DEGREE) };
}

static void from_vector(const Topology *topology, Vector mean, double *x, double *y)
{
    *x = mean.x;
    *y = mean.y;
    if (!topology->geographic) return;
    *x = atan2(mean.y, mean.x) / DEGREE;
    *y = atan2(mean.z, sqrt(mean.x * mean.x + mean.y * mean.y)) / DEGREE;
}

/* The middle of the neighbors that have a place; false where none has. */
static bool middle(const Topology *topology, NodeId node, Vector *out)
{
    const Graph *graph = topology->graph;
    Vector sum = { 0, 0, 0 };
    uint32_t placed = 0;
    for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
        NodeId to = graph->links[i].to;
        if (isnan(topology->x[to]) || isnan(topology->y[to])) continue;
        Vector one = to_vector(topology, to);
        sum = (Vector){ sum.x + one.x, sum.y + one.y, sum.z + one.z };
        placed++;
    }
    *out = (Vector){ sum.x / placed, sum.y / placed, sum.z / placed };
    return placed > 0;
}

uint32_t places_fill(Topology *topology)
{
    if (!topology->x || !topology->graph) return 0;
    g_autofree NodeId *found = g_new(NodeId, topology->nodes);
    g_autofree Vector *means = g_new(Vector, topology->nodes);
    uint32_t filled = 0, count;
    do {
        count = 0;
        for (NodeId v = 0; v < topology->nodes; v++)
            if ((isnan(topology->x[v]) || isnan(topology->y[v])) && middle(topology, v, &means[count])) found[count++] = v;
        for (uint32_t i = 0; i < count; i++)
            from_vector(topology, means[i], &topology->x[found[i]], &topology->y[found[i]]);
        filled += count;
    } while (count);
    return filled;
}
