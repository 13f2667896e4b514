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
    { "overrides", PARAM_FILE, AT(overrides), "", 0, 0,
      "a file of lines NODE, NODE, LATENCY or NODE, NODE, THERE, BACK that stand in place of the network's", NULL },
    { "jitter", PARAM_DURATION_LAW, AT(jitter), "0 s", 0, 0, "added to each message on each overlay hop", NULL },
    { "loss", PARAM_LOSS, AT(loss), "0", 0, 0,
      "share of the messages lost on each overlay hop, each independently of all others; "
      "gilbert-elliott(P, R, GOOD, BAD) loses them in bursts, each way of a link by itself", NULL },
    { "reorder", PARAM_BOOL, AT(reorder), "no", 0, 0,
      "a later message may overtake an earlier one of its link", NULL },
    { "upload", PARAM_BANDWIDTH_LAW, AT(upload), "unlimited", 0, 0,
      "rate at which a node puts messages on the wire; a distribution is drawn once for each node", NULL },
    { "download", PARAM_BANDWIDTH_LAW, AT(download), "unlimited", 0, 0,
      "rate at which a node takes messages off the wire; a distribution is drawn once for each node", NULL },
    { "classes", PARAM_FILE, AT(classes), "", 0, 0,
      "a file of lines SHARE, UPLOAD, DOWNLOAD (or node N in place of the share): each node has a class with both rates", NULL },
    { "sharing", PARAM_CHOICE, AT(sharing), "fifo", 0, 0,
      "of an access link: one message at a time in the order sent, or all at once at equal shares", "fifo|equal" },
    { "queue", PARAM_SIZE, AT(queue), "unlimited", 0, 0,
      "bytes that may wait for an access link behind the message it carries; more are dropped", NULL },
    { "header", PARAM_SIZE, AT(header), "0 B", 0, 65536, "bytes added to each message", NULL },
    { "processing", PARAM_DURATION_LAW, AT(processing), "0 s", 0, 0,
      "time that a node takes for each message that arrives, one at a time", NULL },
    { "rate", PARAM_BANDWIDTH_LAW, AT(rate), "unlimited", 0, 0,
      "what a node sends passes a token bucket that fills at this rate; needs burst", NULL },
    { "burst", PARAM_SIZE, AT(burst), "", 0, 0, "bytes that the token bucket holds; it is full at first", NULL },
    { "shaped", PARAM_CHOICE, AT(shaped), "all", 0, 0,
      "which nodes have a token bucket: all, or those that publish", "all|sources" },
    { "routing", PARAM_CHOICE, AT(routing), "shortest", 0, 0,
      "ways of what goes by route = overlay: the shortest over all links, or along a spanning tree of them", "shortest|tree" },
    { "heal", PARAM_BOOL, AT(heal), "yes", 0, 0, "these ways follow links and nodes that fail or come back", NULL },
    { "convergence", PARAM_DURATION, AT(convergence), "0 s", 0, 0x1p62, "time until every node knows of such a change", NULL },
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
