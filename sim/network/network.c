/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "network/network.h"

#define AT(field) offsetof(NetworkSettings, field)

const Param network_params[] = {
    { "latency", PARAM_TEXT, AT(latency), NULL, 0, 0,
      "how long a message takes between two nodes: a duration, a distribution, or one of `list networks`", NULL },
    { "placement", PARAM_CHOICE, AT(placement), "random", 0, 0,
      "nodes on the rows of a matrix or the routers of a graph: random draws with replacement",
      "random|distinct|in-order" },
    { "access", PARAM_DURATION_LAW, AT(access), "0 s", 0, 0,
      "last-mile delay of a node, added at both ends of every way", NULL },
    { "asymmetric", PARAM_BOOL, AT(asymmetric), "no", 0, 0,
      "a drawn latency differs between the two directions of a pair", NULL },
    { "jitter", PARAM_DURATION_LAW, AT(jitter), "0 s", 0, 0, "added to each message on each overlay hop", NULL },
    { "loss", PARAM_LOSS, AT(loss), "0", 0, 0,
      "share of the messages lost on each overlay hop, each independently of all others; "
      "gilbert-elliott(P, R, GOOD, BAD) loses them in bursts, each way of a link by itself", NULL },
    { "reorder", PARAM_BOOL, AT(reorder), "no", 0, 0,
      "a later message may overtake an earlier one of its link", NULL },
    { "seed", PARAM_WHOLE, AT(seed), "", 0, 0,
      "the same network in every replication; absent: drawn for each", NULL },
    PARAM_END
};

/* Each node draws from its own stream: more nodes leave the first where they were. */
static void place_random(const NetworkScope *scope, uint32_t places, uint32_t *out)
{
    uint64_t key = random_key(scope->seed, "network/placement");
    for (uint32_t i = 0; i < scope->nodes; i++) {
        Random random = random_keyed(key, i);
        out[i] = (uint32_t)random_below(&random, places);
    }
}

/* The first `nodes` places of a shuffle of them all. */
static void place_distinct(const NetworkScope *scope, uint32_t places, uint32_t *out)
{
    g_autofree uint32_t *deck = g_new(uint32_t, places);
    Random random = random_stream(scope->seed, "network/placement", 0);
    for (uint32_t i = 0; i < places; i++) deck[i] = i;
    for (uint32_t i = 0; i < scope->nodes; i++) {
        uint32_t j = i + (uint32_t)random_below(&random, places - i);
        out[i] = deck[j];
        deck[j] = deck[i];
    }
}

uint32_t *network_place(const NetworkScope *scope, uint32_t places)
{
    g_assert(places > 0);
    g_assert(scope->placement == PLACEMENT_RANDOM || scope->nodes <= places);
    uint32_t *out = g_new(uint32_t, scope->nodes);
    switch (scope->placement) {
    case PLACEMENT_RANDOM: place_random(scope, places, out); break;
    case PLACEMENT_DISTINCT: place_distinct(scope, places, out); break;
    case PLACEMENT_IN_ORDER:
        for (uint32_t i = 0; i < scope->nodes; i++) out[i] = i;
        break;
    }
    return out;
}
