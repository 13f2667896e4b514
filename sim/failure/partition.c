/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network falls into parts that do not hear each other, and heals: once, or
 * as a recorded trace says, whose types of nodes are the parts. */

#include "failure/failure.h"
#include "graph/trace.h"

typedef enum { BY_RANDOM, BY_NUMBER } By;

typedef struct {
    uint32_t groups;
    int by;
    Nodes nodes;
    double fraction;
    SimTime at, until;
    char *path;
    double speed;
    Trace *trace;
} Config;

static const Param params[] = {
    { "groups", PARAM_COUNT, offsetof(Config, groups), "2", 2, 1e9,
      "how many parts of equal size; left out with a trace: as many as it tells apart", NULL },
    { "by", PARAM_CHOICE, offsetof(Config, by), "random", 0, 0, "who falls into which part: at random, or by ranges of node numbers",
      "random|number" },
    { "fraction", PARAM_SHARE, offsetof(Config, fraction), "", 0, 0, "instead of equal parts: this share of the nodes against the rest", NULL },
    { "nodes", PARAM_NODES, offsetof(Config, nodes), "", 0, 0, "these nodes against the rest", NULL },
    FAILURE_SPAN(Config),
    { "trace", PARAM_FILE, offsetof(Config, path), "", 0, 0,
      "instead of one split: an OverSim trace that says which part hears which, from `at` on", NULL },
    { "speed", PARAM_NUMBER, offsetof(Config, speed), "1", 1e-9, 1e12, "trace seconds that pass in one second of the run", NULL },
    PARAM_END
};

static void check_trace(Config *config, const Keys *keys, bool two)
{
    g_autoptr(GError) error = NULL;
    if (keys_given(keys, "until")) keys_fault(keys, "until", "the trace says when it is over");
    config->trace = trace_load(config->path, TRACE_OVERSIM, &error);
    if (!config->trace) {
        keys_fault(keys, "trace", "%s", error->message);
        return;
    }
    uint32_t types = trace_types(config->trace);
    if (!types) keys_fault(keys, "trace", "it cuts nobody off; a line such as `100 0 DISCONNECT_NODETYPES 0 1` is expected");
    if (two && types > 2) keys_fault(keys, "trace", "it tells %u parts apart, fraction and nodes two; groups = %u is expected", types, types);
    if (!keys_given(keys, "groups")) config->groups = MAX(types, 2);
    else if (config->groups < types) keys_fault(keys, "groups", "the trace tells %u parts apart; as many are expected", types);
}

static void check(void *data, const Keys *keys)
{
    static const char *const ways[] = { "groups", "fraction", "nodes" };
    const Config *config = data;
    int given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) given += keys_given(keys, ways[i]);
    for (size_t i = 0; given > 1 && i < G_N_ELEMENTS(ways); i++)
        if (keys_given(keys, ways[i])) keys_fault(keys, ways[i], "one of groups, fraction or nodes is enough; %d are given", given);
    if (keys_given(keys, "nodes") && keys_given(keys, "by")) keys_fault(keys, "by", "`nodes` says who falls into which part");
    failure_check_span(keys, config->at, config->until);
    if (config->path) check_trace(data, keys, keys_given(keys, "fraction") || keys_given(keys, "nodes"));
    else if (keys_given(keys, "speed")) keys_fault(keys, "speed", "it belongs to `trace`, which is not given");
}

static void clear(void *data)
{
    g_clear_pointer(&((Config *)data)->trace, trace_free);
}

static void refers(const void *data, const Nodes **nodes)
{
    *nodes = &((const Config *)data)->nodes;
}

/* The part of each node; returns how many nodes are in the largest. */
static uint32_t divide(const Config *config, FailureScope *scope, uint32_t *part)
{
    uint32_t nodes = failure_node_count(scope), named;
    g_autofree uint32_t *order = g_new(uint32_t, nodes + 1);
    if (config->nodes.kind != NODES_ABSENT) {
        g_autofree NodeId *first = failure_nodes(scope, &config->nodes, &named);
        for (uint32_t i = 0; i < named; i++) part[first[i]] = 1;
        return MAX(named, nodes - named);
    }
    for (uint32_t v = 0; v < nodes; v++) order[v] = v;
    if (config->by == BY_RANDOM) random_shuffle(failure_random(scope), order, nodes);
    if (!isnan(config->fraction)) {
        named = (uint32_t)floor(config->fraction * nodes + 0.5);
        for (uint32_t i = 0; i < named; i++) part[order[i]] = 1;
        return MAX(named, nodes - named);
    }
    for (uint32_t i = 0; i < nodes; i++) part[order[i]] = (uint32_t)((uint64_t)i * config->groups / nodes);
    return (nodes + config->groups - 1) / config->groups;
}

/* The share of the overlay's links that lead from part to part; NaN without links. */
static double links_between(const Topology *overlay, const uint32_t *part)
{
    const Graph *graph = overlay->graph;
    uint64_t between = 0;
    if (!graph || !graph->first[graph->nodes]) return NAN;
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) between += part[v] != part[graph->links[i].to];
    return (double)between / graph->first[graph->nodes];
}

/* Each cut of the trace is one way. */
static void follow(const Config *config, FailureScope *scope, const uint32_t *part)
{
    TraceWindow window = { 0, -1, config->speed, config->at, failure_end(scope) };
    g_autoptr(GArray) cuts = trace_cuts(config->trace, &window);
    double replayed = 0;
    for (guint i = 0; i < cuts->len; i++) {
        const TraceCut *cut = &g_array_index(cuts, TraceCut, i);
        failure_split_way(scope, part, cut->from, cut->to, cut->at, cut->until);
        replayed += cut->at <= window.end;
    }
    failure_note(scope, "trace_cuts", replayed, cuts->len);
}

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    uint32_t nodes = failure_node_count(scope);
    g_autofree uint32_t *part = g_new0(uint32_t, nodes + 1);
    uint32_t largest = divide(config, scope, part);
    if (config->trace) follow(config, scope, part);
    else failure_split(scope, part, config->at, failure_until(config->until));
    double asked = !isnan(config->fraction) ? fmax(config->fraction, 1 - config->fraction)
                 : config->nodes.kind == NODES_ABSENT ? 1. / config->groups : NAN;
    if (nodes) failure_note(scope, "largest_part", (double)largest / nodes, asked);
    double between = links_between(failure_overlay(scope), part);
    if (!isnan(between)) failure_note(scope, "links_between", between, NAN);
}

const Failure failure_partition = {
    .variant = {
        .name = "partition",
        .summary = "the network falls into parts that do not hear each other, and heals",
        .source = "network partition; E. Brewer, PODC 2000; traces: OverSim's DISCONNECT_NODETYPES",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .refers = refers, .plan = plan,
};
