/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a message from one node to another: cut, loss, latency and jitter. */
#include "core/memory.h"
#include "world/state.h"

static uint64_t pair_of(NodeId from, NodeId to)
{
    return (uint64_t)from << 32 | to;
}

void channel_prepare(World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    bool jitter = !(network->jitter.kind == LAW_CONSTANT && network->jitter.a == 0);
    bool cuts = world->cut || world->cut_pairs;
    world->plain = !jitter && network->loss == 0 && !cuts;
    if (jitter || network->loss > 0) {
        world->channels = big_new(world->nodes, sizeof(Random));
        world->channel_key = random_key(world->seed, "network/channel");
    }
    if (!jitter || network->reorder) return;
    if (world->graph) world->last_arrival = big_new((size_t)world->graph->first[world->nodes] + 1, sizeof(SimTime));
    world->far_arrivals = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
}

static Random *draws_of(World *world, NodeId from)
{
    Random *random = &world->channels[from];
    if (!random->key) *random = random_keyed(world->channel_key, from);
    return random;
}

static bool is_cut(const World *world, NodeId from, NodeId to, uint32_t place)
{
    if (world->cut && place != UINT32_MAX) return bit_get(world->cut, place);
    if (!world->cut_pairs) return false;
    uint64_t pair = pair_of(MIN(from, to), MAX(from, to));
    return g_hash_table_contains(world->cut_pairs, &pair);
}

/* The time that the link's last message arrives, kept for the next one. */
static SimTime *last_arrival(World *world, NodeId from, NodeId to, uint32_t place)
{
    if (world->last_arrival && place != UINT32_MAX) return &world->last_arrival[place];
    uint64_t pair = pair_of(from, to);
    SimTime *last = g_hash_table_lookup(world->far_arrivals, &pair);
    if (last) return last;
    last = g_new0(SimTime, 1);
    g_hash_table_insert(world->far_arrivals, g_memdup2(&pair, sizeof pair), last);
    return last;
}

void channel_send(World *world, NodeId from, NodeId to, uint32_t place, SimTime latency, uint32_t body)
{
    const NetworkSettings *network = &world->scenario->network;
    bool connected = world->bodies.list[body].message.flags & MESSAGE_CONNECTED;
    if (is_cut(world, from, to, place)) {
        Message lost = world->bodies.list[body].message;
        world->counters.dropped[DROP_LINK_CUT]++;
        if (connected) connection_reset(world, from, to, world->now + latency + world_latency(world, to, from), &lost);
        return;
    }
    SimTime arrival = world->now + latency;
    if (world->channels) {
        Random *random = draws_of(world, from);
        if (network->loss > 0 && random_unit(random) < network->loss && !connected) {
            world->counters.dropped[DROP_LOSS]++;
            return;
        }
        arrival += distribution_time(&network->jitter, random);
    }
    if (world->far_arrivals) {
        SimTime *last = last_arrival(world, from, to, place);
        arrival = *last = MAX(arrival, *last);
    }
    world->bodies.list[body].copies++;
    engine_at(world->engine, arrival, EVENT_MESSAGE, to, from, body);
}
