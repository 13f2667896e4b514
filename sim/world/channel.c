/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a message from one node to another: its sender's access, then what
 * befalls it, cut, loss, latency and jitter. */
#include "core/memory.h"
#include "world/state.h"

static uint64_t pair_of(NodeId from, NodeId to)
{
    return (uint64_t)from << 32 | to;
}

void channel_prepare(World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    size_t links = world->graph ? (size_t)world->graph->first[world->nodes] + 1 : 0;
    bool jitter = !(network->jitter.kind == LAW_CONSTANT && network->jitter.a == 0);
    bool cuts = world->cut || world->cut_pairs || world->partitions->len, disturbed = world->disturbed->len > 0;
    bool loses = loss_any(&network->loss);
    lanes_prepare(world);
    world->plain = !world->lane_count && !jitter && !loses && !cuts && !disturbed && !world->staged && !world->stress_links;
    world->draws = jitter || loses;
    if (world->draws || disturbed || world->spams->len || world->lane_count) {
        world->channels = big_new(world->nodes, sizeof(Random));
        world->channel_key = random_key(world->seed, "network/channel");
    }
    if (loss_bursts(&network->loss)) {
        if (links) world->loss_states = big_new(links, sizeof(uint8_t));
        world->far_losses = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    }
    if ((!jitter && !disturbance_delays(world)) || network->reorder) return;
    if (links) world->last_arrival = big_new(links, sizeof(SimTime));
    world->far_arrivals = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
}

Random *channel_random(World *world, NodeId from)
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

LossState *channel_loss_state(GHashTable *states, NodeId from, NodeId to)
{
    uint64_t pair = pair_of(from, to);
    LossState *state = g_hash_table_lookup(states, &pair);
    if (state) return state;
    state = g_new0(LossState, 1);
    g_hash_table_insert(states, g_memdup2(&pair, sizeof pair), state);
    return state;
}

/* True if the network loses this message of the link at `place`. */
static bool is_lost(World *world, NodeId from, NodeId to, uint32_t place)
{
    const Loss *loss = &world->scenario->network.loss;
    LossState state = LOSS_GOOD;
    Random *random = channel_random(world, from);
    if (!loss_bursts(loss)) return loss_next(loss, &state, random);
    if (!world->loss_states || place == UINT32_MAX) return loss_next(loss, channel_loss_state(world->far_losses, from, to), random);
    state = (LossState)world->loss_states[place];
    bool lost = loss_next(loss, &state, random);
    world->loss_states[place] = (uint8_t)state;
    return lost;
}

/* What happens to a message on its way: false and *reason where it is dropped,
 * else *latency as it will be. */
static bool pass(World *world, const Way *way, const Message *message, SimTime *latency, DropReason *reason)
{
    bool connected = message->flags & MESSAGE_CONNECTED;
    if (world->disturbed_active && !disturbance_pass(world, way, message, latency, reason)) return false;
    *reason = DROP_PARTITION;
    if (world->partitions_active && partition_divides(world, way->from, way->to)) return false;
    *reason = DROP_LINK_CUT;
    if (is_cut(world, way->from, way->to, way->place)) return false;
    *reason = DROP_LOSS;
    bool ruled = false;
    if (world->lane_count && !lane_pass(world, way, message, latency, &ruled)) return false;
    if (!world->draws) return true;
    if (!ruled && loss_any(&world->scenario->network.loss) && is_lost(world, way->from, way->to, way->place) && !connected) return false;
    *latency += distribution_time(&world->scenario->network.jitter, channel_random(world, way->from));
    return true;
}

void drop_count(World *world, const Message *message, DropReason reason)
{
    if (!(message->flags & MESSAGE_IPC)) {
        world->counters.dropped[reason]++;
        return;
    }
    world->packets.dropped++;
    fabric_dropped(world, message);
}

/* True for what the protocol itself sends: the rest goes by datagram, or as its own model says. */
static bool is_carried(const Message *message)
{
    enum { OTHERS = MESSAGE_OVERLAY | MESSAGE_JUNK | MESSAGE_ROUTED | MESSAGE_DETECTOR | MESSAGE_IPC | MESSAGE_RESET };
    return !(message->flags & OTHERS);
}

void channel_send(World *world, NodeId from, NodeId to, uint32_t place, SimTime latency, uint32_t body)
{
    if (world->carrier && is_carried(&world->bodies.list[body].message)) {
        over_send(world, from, to, body);
        return;
    }
    Waiting waiting = { .latency = latency, .other = to, .place = place, .body = body };
    if (world->staged) access_send(world, from, &waiting);
    else wire_send(world, from, to, place, latency, body);
}

void wire_send(World *world, NodeId from, NodeId to, uint32_t place, SimTime latency, uint32_t body)
{
    DropReason reason;
    Way way = { from, to, place };
    SimTime usual = latency;
    Message message = world->bodies.list[body].message;
    if (world->stress_links) stress_count(world, from, to, &message);
    if (!pass(world, &way, &message, &latency, &reason)) {
        drop_count(world, &message, reason);
        bool breaks = message.flags & MESSAGE_CONNECTED && (reason == DROP_LINK_CUT || reason == DROP_PARTITION);
        if (breaks) connection_reset(world, from, to, world->now + usual + world_latency(world, to, from), &message);
        return;
    }
    SimTime arrival = world->now + latency;
    if (world->far_arrivals) {
        SimTime *last = last_arrival(world, from, to, place);
        arrival = *last = MAX(arrival, *last);
    }
    world->bodies.list[body].copies++;
    engine_at(world->engine, arrival, EVENT_MESSAGE, to, from, body);
}
