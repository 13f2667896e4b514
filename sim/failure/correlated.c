/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failures with a common cause: beside failures of its own, each node is hit by
 * shocks that strike many at once.
 *
 * A node fails at the rate 1/interval.  The share `common` of that comes from
 * shocks: each hits every node of one group with probability `hit`, so shocks
 * come to a group at the rate common / (interval * hit).
 *
 * Sources: A. Marshall, I. Olkin, "A multivariate exponential distribution",
 * JASA 62, 1967; K. Fleming, 1975 (the beta factor is `common`).
 */

#include "failure/failure.h"

typedef struct {
    SimTime interval;
    double common, hit;
    uint32_t groups;
    Distribution downtime;
    int spare;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "interval", PARAM_DURATION, offsetof(Config, interval), NULL, 1, 9e18, "mean time between the failures of a node", NULL },
    { "common", PARAM_SHARE, offsetof(Config, common), "20 %", 0, 0, "share of a node's failures that have a common cause", NULL },
    { "hit", PARAM_SHARE, offsetof(Config, hit), "100 %", 0, 0, "chance of each node of the group to be hit by a shock", NULL },
    { "groups", PARAM_COUNT, offsetof(Config, groups), "1", 1, 4e9, "groups that shocks strike one at a time, by ranges of node numbers (racks)", NULL },
    { "downtime", PARAM_DURATION_LAW, offsetof(Config, downtime), NULL, 0, 0, "how long a node is down", NULL },
    { "spare", PARAM_CHOICE, offsetof(Config, spare), "none", 0, 0, "nodes that never fail: none, or all that publish", "none|source" },
    FAILURE_SPAN(Config),
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    failure_check_span(keys, config->at, config->until);
    if (config->common > 0 && config->hit == 0) keys_fault(keys, "hit", "shocks that hit nobody; a share above 0 is expected");
}

/* One section at work. */
typedef struct {
    const Config *config;
    FailureScope *scope;
    double end;
    double own, hits, shocks, largest;
} Storm;

static void strike(Storm *storm, NodeId node, double time)
{
    SimTime at = (SimTime)time;
    failure_node_down(storm->scope, node, at, failure_later(at, distribution_time(&storm->config->downtime, failure_random(storm->scope))));
}

/* The next instant of a Poisson process of this mean gap, ns. */
static double next(Storm *storm, double time, double gap)
{
    return time - gap * log(random_open(failure_random(storm->scope)));
}

static void own_failures(Storm *storm, NodeId node)
{
    const Config *config = storm->config;
    double gap = (double)config->interval / (1 - config->common);
    for (double time = next(storm, (double)config->at, gap); time <= storm->end; time = next(storm, time, gap)) {
        strike(storm, node, time);
        storm->own++;
    }
}

static void shocks(Storm *storm, const NodeId *nodes, uint32_t count)
{
    const Config *config = storm->config;
    double gap = (double)config->interval * config->hit / config->common;
    for (double time = next(storm, (double)config->at, gap); time <= storm->end; time = next(storm, time, gap)) {
        double hit = 0;
        for (uint32_t i = 0; i < count; i++) {
            if (random_unit(failure_random(storm->scope)) >= config->hit) continue;
            strike(storm, nodes[i], time);
            hit++;
        }
        storm->shocks++, storm->hits += hit;
        storm->largest = fmax(storm->largest, hit);
    }
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    const Nodes all = { .kind = NODES_ALL };
    SimTime end = failure_end(scope);
    uint32_t count;
    g_autofree NodeId *nodes = failure_candidates(scope, &all, config->spare == 1, &count);
    Storm storm = { .config = config, .scope = scope, .end = (double)(config->until >= 0 ? MIN(config->until, end) : end) };
    for (uint32_t i = 0; config->common < 1 && i < count; i++) own_failures(&storm, nodes[i]);
    for (uint32_t g = 0; config->common > 0 && g < config->groups && g < count; g++) {
        uint32_t from = (uint32_t)((uint64_t)count * g / config->groups), to = (uint32_t)((uint64_t)count * (g + 1) / config->groups);
        shocks(&storm, nodes + from, to - from);
    }
    double failures = storm.own + storm.hits, node_time = (storm.end - (double)config->at) * count;
    if (failures > 0) failure_note(scope, "interval_ms", node_time / failures / 1e6, (double)config->interval / 1e6);
    if (failures > 0) failure_note(scope, "common", storm.hits / failures, config->common);
    failure_note(scope, "shocks", storm.shocks, NAN);
    failure_note(scope, "largest_shock", storm.largest, NAN);
}

const Failure failure_correlated = {
    .variant = {
        .name = "correlated",
        .summary = "failures with a common cause: shocks that strike many nodes at once",
        .source = "A. Marshall, I. Olkin, JASA 62, 1967; K. Fleming, 1975 (beta factor)",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .plan = plan,
};
