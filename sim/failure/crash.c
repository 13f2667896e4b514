/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes stop at one instant, without a word; they may come back. */

#include "failure/failure.h"

typedef enum { SPARE_NONE, SPARE_SOURCE } Spare;

typedef struct {
    Distribution at, recover_after;
    double fraction, probability;
    Nodes nodes;
    uint32_t count;
    int spare;
} Config;

static const Param params[] = {
    { "at", PARAM_DURATION_LAW, offsetof(Config, at), "0 s", 0, 0, "when; a distribution is drawn for each node", NULL },
    { "fraction", PARAM_SHARE, offsetof(Config, fraction), "", 0, 0,
      "exact share of the nodes that are not spared, rounded to the nearest number", NULL },
    { "probability", PARAM_SHARE, offsetof(Config, probability), "", 0, 0, "chance of each node, independently", NULL },
    { "nodes", PARAM_NODES, offsetof(Config, nodes), "", 0, 0, "these nodes", NULL },
    { "count", PARAM_COUNT, offsetof(Config, count), "", 0, 4e9, "this many nodes, drawn at random", NULL },
    { "spare", PARAM_CHOICE, offsetof(Config, spare), "none", 0, 0,
      "nodes that never crash: none, or all that publish", "none|source" },
    { "recover-after", PARAM_DURATION_LAW, offsetof(Config, recover_after), "off", 0, 0,
      "time until the node restarts with empty state; off: never", NULL },
    PARAM_END
};

static void check(void *config, const Keys *keys)
{
    (void)config;
    static const char *const ways[] = { "fraction", "probability", "nodes", "count" };
    int given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) given += keys_given(keys, ways[i]);
    if (given == 0) keys_fault(keys, NULL, "it says not who crashes; one of fraction, probability, nodes or count");
    for (size_t i = 0; given > 1 && i < G_N_ELEMENTS(ways); i++)
        if (keys_given(keys, ways[i])) keys_fault(keys, ways[i], "one of fraction, probability, nodes or count is enough; %d are given", given);
}

static void refers(const void *data, const Nodes **nodes)
{
    *nodes = &((const Config *)data)->nodes;
}

/* Nodes that may crash, ascending. */
static NodeId *candidates(const Config *config, FailureScope *scope, uint32_t *count)
{
    uint32_t nodes = failure_node_count(scope), sources = 0, s = 0, n = 0;
    const NodeId *source = config->spare == SPARE_SOURCE ? failure_sources(scope, &sources) : NULL;
    NodeId *out = g_new(NodeId, nodes + 1);
    for (NodeId v = 0; v < nodes; v++) {
        while (s < sources && source[s] < v) s++;
        if (s == sources || source[s] != v) out[n++] = v;
    }
    *count = n;
    return out;
}

static uint32_t crash(const Config *config, FailureScope *scope, NodeId node)
{
    Random *random = failure_random(scope);
    SimTime at = distribution_time(&config->at, random), until = SIM_NEVER;
    if (config->recover_after.kind != LAW_ABSENT) {
        SimTime after = distribution_time(&config->recover_after, random);
        if (after < SIM_NEVER - at) until = at + after;
    }
    failure_node_down(scope, node, at, until);
    return 1;
}

/* Crashes `take` of the candidates, drawn at random.  The first of one shuffled
 * order: a larger share of a sweep takes the nodes of a smaller one, and more. */
static uint32_t crash_some(const Config *config, FailureScope *scope, NodeId *from, uint32_t count, uint32_t take)
{
    uint32_t crashed = 0;
    random_shuffle(failure_random(scope), from, count);
    for (uint32_t i = 0; i < MIN(take, count); i++) crashed += crash(config, scope, from[i]);
    return crashed;
}

static uint32_t crash_named(const Config *config, FailureScope *scope, const NodeId *from, uint32_t count)
{
    uint32_t named, crashed = 0;
    g_autofree NodeId *nodes = failure_nodes(scope, &config->nodes, &named);
    for (uint32_t i = 0, j = 0; i < named; i++) {
        while (j < count && from[j] < nodes[i]) j++;
        if (j < count && from[j] == nodes[i]) crashed += crash(config, scope, nodes[i]);
    }
    return crashed;
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t count, crashed = 0;
    g_autofree NodeId *from = candidates(config, scope, &count);
    if (!isnan(config->fraction)) crashed = crash_some(config, scope, from, count, (uint32_t)floor(config->fraction * count + 0.5));
    else if (config->count != PARAM_NO_COUNT) crashed = crash_some(config, scope, from, count, config->count);
    else if (!isnan(config->probability)) {
        for (uint32_t i = 0; i < count; i++)
            if (random_unit(failure_random(scope)) < config->probability) crashed += crash(config, scope, from[i]);
    } else crashed = crash_named(config, scope, from, count);
    double share = isnan(config->fraction) ? config->probability : config->fraction;
    if (count && !isnan(share)) failure_note(scope, "crashed_share", (double)crashed / count, share);
    else failure_note(scope, "crashed", crashed, config->count != PARAM_NO_COUNT ? config->count : NAN);
}

const Failure failure_crash = {
    .variant = {
        .name = "crash",
        .summary = "nodes stop at one instant, and may restart later",
        .source = "fail-stop; crash-recovery with recover-after",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .refers = refers, .plan = plan,
};
