/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlay links stop carrying messages, in both directions. */

#include "failure/failure.h"

typedef struct {
    double fraction, probability;
    SimTime at, until;
} Config;

static const Param params[] = {
    { "fraction", PARAM_SHARE, offsetof(Config, fraction), "", 0, 0,
      "exact share of the overlay's links, rounded to the nearest number", NULL },
    { "probability", PARAM_SHARE, offsetof(Config, probability), "", 0, 0, "chance of each link, independently", NULL },
    { "at", PARAM_DURATION, offsetof(Config, at), "0 s", 0, 0, "when they are cut", NULL },
    { "until", PARAM_DURATION, offsetof(Config, until), "off", 0, 0, "when they work again; off: never", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    bool fraction = keys_given(keys, "fraction"), probability = keys_given(keys, "probability");
    if (!fraction && !probability) keys_fault(keys, NULL, "it says not which links are cut; fraction or probability");
    if (fraction && probability) {
        keys_fault(keys, "fraction", "fraction or probability is enough; both are given");
        keys_fault(keys, "probability", "fraction or probability is enough; both are given");
    }
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

static void plan(const void *data, FailureScope *scope)
{
    const Config *config = data;
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
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .plan = plan,
};
