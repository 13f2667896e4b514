/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two ways of each [link A-B]: their loss, their bandwidth and their packets. */
#include <math.h>
#include <stdlib.h>

#include "world/state.h"

struct Lane {
    uint64_t pair;              /* from << 32 | to */
    const LinkRule *rule;
    LossState loss;
    double rate;                /* bit/s; INFINITY: unlimited */
    SimTime free_at;            /* when it has put the last message on the wire */
};

static int by_pair(const void *a, const void *b)
{
    uint64_t x = ((const struct Lane *)a)->pair, y = ((const struct Lane *)b)->pair;
    return (x > y) - (x < y);
}

void lanes_prepare(World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    if (!network->link_count) return;
    world->lane_count = network->link_count * 2;
    world->lanes = g_new0(struct Lane, world->lane_count);
    uint64_t key = random_key(world->seed, "network/link");
    for (uint32_t i = 0; i < network->link_count; i++) {
        const LinkRule *rule = &network->links[i];
        for (uint32_t way = 0; way < 2; way++) {
            NodeId from = way ? rule->b : rule->a, to = way ? rule->a : rule->b;
            struct Lane *lane = &world->lanes[2 * i + way];
            uint64_t pair = (uint64_t)from << 32 | to;
            Random random = random_keyed(key, pair);
            bool limited = rule->bandwidth.kind != LAW_ABSENT;
            *lane = (struct Lane){ .pair = pair, .rule = rule, .loss = LOSS_GOOD,
                                   .rate = limited ? fmax(distribution_draw(&rule->bandwidth, &random), 1) : INFINITY };
        }
    }
    qsort(world->lanes, world->lane_count, sizeof *world->lanes, by_pair);
}

bool lane_pass(World *world, const Way *way, const Message *message, SimTime *latency, bool *ruled)
{
    struct Lane wanted = { .pair = (uint64_t)way->from << 32 | way->to };
    struct Lane *lane = bsearch(&wanted, world->lanes, world->lane_count, sizeof wanted, by_pair);
    if (!lane) return true;
    uint64_t header = world->scenario->network.header, bytes = message->size + header, packets = 1;
    if (lane->rule->mtu != UINT64_MAX && bytes > lane->rule->mtu) {
        uint64_t room = MAX(lane->rule->mtu, header + 1) - header;
        packets = (message->size + room - 1) / room;
        bytes = message->size + packets * header;
    }
    if (lane->rate != INFINITY) {
        SimTime begins = MAX(world->now, lane->free_at);
        lane->free_at = begins + (SimTime)((double)bytes * 8e9 / lane->rate + 0.5);
        *latency += lane->free_at - world->now;
    }
    *ruled = lane->rule->loses;
    if (!*ruled) return true;
    bool lost = false;
    for (uint64_t i = 0; i < packets; i++) lost |= loss_next(&lane->rule->loss, &lane->loss, channel_random(world, way->from));
    return !lost || message->flags & MESSAGE_CONNECTED;
}
