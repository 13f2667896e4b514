/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latency drawn from a law: a value belongs to a pair of nodes for the whole
 * run, as a function of the run's seed and the two ids alone.  Nothing is
 * stored, so pairs that are no overlay link have a value too. */
#include <math.h>

#include "network/network.h"

typedef struct { Distribution latency; } Config;

typedef struct {
    const Distribution *law;
    uint64_t key;
    SimTime constant;           /* -1: draw */
    bool asymmetric;
} Drawn;

static const Param params[] = {
    { "latency", PARAM_DURATION_LAW, offsetof(Config, latency), NULL, 0, 0,
      "one way between two nodes; drawn once for each pair", NULL },
    PARAM_END
};

static void *build(const void *config, const NetworkScope *scope, GError **error)
{
    (void)error;
    const Distribution *law = &((const Config *)config)->latency;
    Drawn *drawn = g_new(Drawn, 1);
    *drawn = (Drawn){ .law = law, .key = random_key(scope->seed, "network/distribution"), .constant = -1,
                      .asymmetric = scope->asymmetric };
    if (law->kind == LAW_CONSTANT) drawn->constant = distribution_time(law, NULL);
    return drawn;
}

static SimTime latency(const void *network, NodeId a, NodeId b)
{
    const Drawn *drawn = network;
    if (drawn->constant >= 0) return drawn->constant;
    bool swap = a > b && !drawn->asymmetric;
    uint64_t from = swap ? b : a, to = swap ? a : b;
    Random random = random_keyed(drawn->key, from << 32 | to);
    return distribution_time(drawn->law, &random);
}

static SimTime horizon(const void *config)
{
    const Distribution *law = &((const Config *)config)->latency;
    return (SimTime)fmin(distribution_quantile(law, 0.99), 0x1p62);
}

const Network network_distribution = {
    .variant = {
        .name = "distribution",
        .summary = "a constant, or a draw for each pair of nodes: `latency = 50 ms`, `latency = uniform(10 ms, 90 ms)`",
        .source = "the laws of the GNU Scientific Library",
        .params = params, .config_size = sizeof(Config),
    },
    .build = build, .free = g_free, .latency = latency, .horizon = horizon,
};
