/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes uniform in a square; the latency of two is their distance.  A place is a
 * function of the run's seed and the node's id: nothing is stored. */
#include <math.h>

#include "network/network.h"

typedef struct { SimTime width; } Config;
typedef struct { uint64_t key; double width; } Square;

static const Param params[] = {
    { "width", PARAM_DURATION, offsetof(Config, width), NULL, 0, 0,
      "side of the square as one-way latency; two nodes are 0.52 of it apart on average", NULL },
    PARAM_END
};

static void *build(const void *config, const NetworkScope *scope, GError **error)
{
    (void)error;
    Square *square = g_new(Square, 1);
    *square = (Square){ random_key(scope->seed, "network/euclidean"), (double)((const Config *)config)->width };
    return square;
}

static void locate(const Square *square, NodeId node, double *x, double *y)
{
    Random random = random_keyed(square->key, node);
    *x = square->width * random_unit(&random);
    *y = square->width * random_unit(&random);
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    double ax, ay, bx, by;
    locate(network, a, &ax, &ay);
    locate(network, b, &bx, &by);
    /* sqrt is rounded correctly on every machine, hypot is not. */
    return (SimTime)llround(fmin(sqrt((ax - bx) * (ax - bx) + (ay - by) * (ay - by)), 0x1p60));
}

static SimTime horizon(const void *config)
{
    return ((const Config *)config)->width;
}

static bool position(const void *network, NodeId node, double *x, double *y)
{
    locate(network, node, x, y);
    *x /= (double)SIM_MS;
    *y /= (double)SIM_MS;
    return true;
}

const Network network_euclidean = {
    .variant = {
        .name = "euclidean",
        .summary = "distance in a square: `latency = euclidean(100 ms)`",
        .source = "B. M. Waxman, \"Routing of multipoint connections\", IEEE JSAC 6(9), 1988 (its placement)",
        .params = params, .config_size = sizeof(Config),
    },
    .build = build, .free = g_free, .latency = latency, .horizon = horizon, .position = position,
};
