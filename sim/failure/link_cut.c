/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlay links stop carrying messages, in both directions. */

#include "failure/failure.h"

typedef struct { NodeId a, b; } Pair;

typedef struct {
    double fraction, probability;
    char *links;
    SimTime at, until;
    Pair *pairs;                /* of `links` */
    uint32_t count;
} Config;

static const Param params[] = {
    { "fraction", PARAM_SHARE, offsetof(Config, fraction), "", 0, 0,
      "exact share of the overlay's links, rounded to the nearest number", NULL },
    { "probability", PARAM_SHARE, offsetof(Config, probability), "", 0, 0, "chance of each link, independently", NULL },
    { "links", PARAM_TEXT, offsetof(Config, links), "", 0, 0, "these: 0-5, 3-4; pairs of nodes that are no link, too", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when they are cut", NULL },
    { "until", PARAM_DURATION, offsetof(Config, until), "off", 0, 0, "when they work again; off: never", NULL },
    PARAM_END
};

static void read_links(Config *config, const Keys *keys)
{
    g_auto(GStrv) list = parse_list(config->links);
    config->pairs = g_new0(Pair, g_strv_length(list) + 1);
    for (char **item = list; *item; item++) {
        Pair pair = { 0, 0 };
        if (!failure_link_read(*item, &pair.a, &pair.b))
            keys_fault(keys, "links", "'%s' is no link; two different nodes, as 0-5, are expected", *item);
        config->pairs[config->count++] = pair;
    }
    if (!config->count) keys_fault(keys, "links", "no link is named; A-B, … is expected");
}

static void check(void *data, const Keys *keys)
{
    static const char *const ways[] = { "fraction", "probability", "links" };
    Config *config = data;
    int given = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) given += keys_given(keys, ways[i]);
    if (!given) keys_fault(keys, NULL, "it says not which links are cut; fraction, probability or links");
    for (size_t i = 0; given > 1 && i < G_N_ELEMENTS(ways); i++)
        if (keys_given(keys, ways[i])) keys_fault(keys, ways[i], "one of fraction, probability or links is enough; %d are given", given);
    if (config->links) read_links(config, keys);
    if (config->until >= 0 && config->until <= config->at) {
        keys_fault(keys, "until", "the links are to work again before they are cut; a later time than 'at'");
        if (keys_given(keys, "at")) keys_fault(keys, "at", "the links are to be cut after they work again; an earlier time than 'until'");
    }
}

/* The ends of link number i of a complete overlay, where a < b, counted by b. */
static void complete_link(uint64_t i, NodeId *a, NodeId *b)
{
    uint64_t high = (uint64_t)((1 + sqrt(1 + 8.0 * (double)i)) / 2);
    while (high * (high - 1) / 2 > i) high--;
    while ((high + 1) * high / 2 <= i) high++;
    *b = (NodeId)high;
    *a = (NodeId)(i - high * (high - 1) / 2);
}

static void cut(const Config *config, FailureScope *scope, NodeId a, NodeId b)
{
    failure_link_down(scope, a, b, config->at, config->until >= 0 ? config->until : SIM_NEVER);
}

/* Goes through the links in a fixed order and takes each with the chance that
 * leaves the wanted number (selection sampling), or with the probability. */
typedef struct { const Config *config; FailureScope *scope; uint64_t left, wanted, taken; } Picker;

static void consider(Picker *picker, NodeId a, NodeId b)
{
    Random *random = failure_random(picker->scope);
    bool take = isnan(picker->config->fraction) ? random_unit(random) < picker->config->probability
                                                : random_below(random, picker->left) < picker->wanted;
    picker->left--;
    if (!take) return;
    if (picker->wanted) picker->wanted--;
    picker->taken++;
    cut(picker->config, picker->scope, a, b);
}

/* The links that are named; false where none is, and others are to be drawn. */
static bool cut_named(const Config *config, FailureScope *scope)
{
    uint32_t nodes = failure_node_count(scope);
    for (uint32_t i = 0; i < config->count; i++)
        if (config->pairs[i].a < nodes && config->pairs[i].b < nodes) cut(config, scope, config->pairs[i].a, config->pairs[i].b);
    return config->count > 0;
}

static const char *const *targets(const void *config, const char **target)
{
    static const char *const sections[] = { FAILURE_LINK, NULL };
    *target = ((const Config *)config)->links;
    return sections;
}

static void clear(void *data) { g_free(((Config *)data)->pairs); }

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
    if (cut_named(config, scope)) return;
    const Topology *overlay = failure_overlay(scope);
    uint64_t nodes = failure_node_count(scope);
    uint64_t links = overlay->graph ? graph_links(overlay->graph) : nodes * (nodes - 1) / 2;
    Picker picker = { config, scope, links, 0, 0 };
    if (!isnan(config->fraction)) picker.wanted = (uint64_t)floor(config->fraction * (double)links + 0.5);
    for (uint64_t i = 0; !overlay->graph && i < links; i++) {
        NodeId a, b;
        complete_link(i, &a, &b);
        consider(&picker, a, b);
    }
    for (NodeId v = 0; overlay->graph && v < nodes; v++)
        for (uint32_t i = overlay->graph->first[v]; i < overlay->graph->first[v + 1]; i++)
            if (overlay->graph->links[i].to > v) consider(&picker, v, overlay->graph->links[i].to);
    double share = isnan(config->fraction) ? config->probability : config->fraction;
    if (links) failure_note(scope, "cut_share", (double)picker.taken / (double)links, share);
}

const Failure failure_link_cut = {
    .variant = {
        .name = "link-cut",
        .summary = "overlay links stop carrying messages, for a time or for good",
        .source = "bond percolation where probability is given",
        .params = params, .config_size = sizeof(Config), .check = check, .clear = clear,
    },
    .targets = targets, .plan = plan,
};
