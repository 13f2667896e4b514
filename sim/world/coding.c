/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forward error correction: a publication goes out as `packets` packets, any
 * `needed` of which give it back.
 *
 * To the protocol each packet is a publication of its own, of the size of a
 * packet; packets of several trees or gossip rounds take different ways.  Only
 * the whole counts as delivered, at the packet that completes it.
 *
 * Source: L. Rizzo, "Effective erasure codes for reliable computer communication
 * protocols", ACM CCR 27(2), 1997. */
#include "core/memory.h"
#include "world/state.h"

static void packets_fill(World *world, uint32_t number)
{
    const Live *block = &world->lives[number];
    for (uint32_t i = 0; i < block->packets; i++) {
        Live *packet = &world->lives[block->first + i];
        *packet = (Live){ .public = block->public, .workload = block->workload, .source_index = block->source_index,
                          .block = number + 1 };
        packet->public.number = block->public.number * block->packets + i;
        packet->public.size = (uint32_t)(((uint64_t)block->public.size + block->needed - 1) / block->needed);
    }
}

void coding_expand(World *world)
{
    uint64_t packets = 0;
    for (uint32_t i = 0; i < world->live_count; i++) {
        world->lives[i].first = world->live_count + (uint32_t)packets;
        packets += world->lives[i].packets;
    }
    g_assert(world->live_count + packets < PUBLICATION_NONE);
    world->packet_count = (uint32_t)packets;
    world->lives = g_renew(Live, world->lives, world->live_count + packets + 1);
    for (uint32_t i = 0; i < world->live_count; i++)
        if (world->lives[i].packets) packets_fill(world, i);
}

void coding_publish(World *world, uint32_t number)
{
    Live *block = &world->lives[number];
    block->got = big_new(world->nodes, sizeof *block->got);
    for (uint32_t i = 0; i < block->packets; i++) {
        Live *packet = &world->lives[block->first + i];
        packet->state = LIVE_MADE;
        packet->counted = block->counted;
        packet->seen = packet->had = big_new(world->words, sizeof(uint64_t));
        bit_set(packet->seen, block->public.source);
        publication_publish(world, block->first + i, packet->public.size);
    }
}

bool coding_deliver(World *world, const Live *packet, NodeId node)
{
    Live *block = &world->lives[packet->block - 1];
    return ++block->got[node] == block->needed;
}
