/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the overlay asks of the network: stretch of deliveries, stress of physical links.
 *
 * Every payload message that is put on the wire is a copy on each link of its
 * way; links that carry no copy of a publication have no stress by it. */
#include "core/memory.h"
#include "world/state.h"

static bool is_recorded(const World *world, int when)
{
    enum { SMALL = 10000 };
    return when == RECORD_ALWAYS || (when == RECORD_SMALL && world->nodes <= SMALL);
}

void stress_prepare(World *world)
{
    const Record *record = &world->scenario->record;
    world->stretches = is_recorded(world, record->stretch);
    if (is_recorded(world, record->stress) && world->network->path)
        world->stress_links = world->network->links(world->network_state);
}

void stretch_count(World *world, NodeId source, NodeId node, SimTime latency)
{
    SimTime direct = world_latency(world, source, node);
    if (direct <= 0) return;                    /* beside the source: no ratio */
    double stretch = (double)latency * 1e9 / (double)direct + 0.5;
    histogram_add(&world->seen.stretch, (uint64_t)MIN(stretch, 0x1p62));
}

static void count_link(void *data, uint32_t link)
{
    ((uint32_t *)data)[link]++;
}

void stress_count(World *world, NodeId from, NodeId to, const Message *message)
{
    if (!(message->flags & MESSAGE_PAYLOAD) || message->publication == PUBLICATION_NONE) return;
    Live *live = &world->lives[message->publication];
    if (!live->counted || live->judged) return;
    if (!live->copies) live->copies = big_new(world->stress_links, sizeof *live->copies);
    world->network->path(world->network_state, from, to, count_link, live->copies);
}

void stress_judge(World *world, Live *live)
{
    Observation *seen = &world->seen;
    if (!live->copies) return;
    for (uint32_t i = 0; i < world->stress_links; i++) {
        if (!live->copies[i]) continue;
        seen->stressed++;
        seen->stress += live->copies[i];
        seen->stress_most = MAX(seen->stress_most, live->copies[i]);
    }
    big_free(live->copies, world->stress_links, sizeof *live->copies);
    live->copies = NULL;
}
