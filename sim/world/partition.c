/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Partitions: nodes that hear only their own part. */
#include "world/state.h"

static bool divides(const Partition *partition, uint32_t from, uint32_t to)
{
    return partition->from == PART_ANY ? from != to : from == partition->from && to == partition->to;
}

bool partition_divides(const World *world, NodeId from, NodeId to)
{
    for (guint i = 0; i < world->partitions->len; i++) {
        const Partition *partition = &g_array_index(world->partitions, Partition, i);
        if (partition->active && divides(partition, partition->part[from], partition->part[to])) return true;
    }
    return false;
}

void partition_change(World *world, const Change *change)
{
    g_array_index(world->partitions, Partition, change->index).active = !change->up;
    world->partitions_active += change->up ? -1u : 1;
}
