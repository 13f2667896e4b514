/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the run took its failures: how long until new publications arrived again,
 * and how much of the overlay still hung together. */
#include <math.h>

#include "core/memory.h"
#include "world/state.h"

#define WHOLE 0.99                          /* share of a publication's members that counts as arrived */
#define CONNECTED_WORK 3e7                  /* nodes and links looked at in a run, all samples together */

/* The first instant at which a section did harm; -1: it did none. */
static SimTime first_harm(const World *world, const char *failure)
{
    for (guint i = 0; i < world->changes->len; i++) {       /* ascending */
        const Change *change = &g_array_index(world->changes, Change, i);
        if (!change->up && change->type != CHANGE_SPAM && change->failure == failure) return change->time;
    }
    return -1;
}

/* One failure at `at`, seen in the publications made from then on. */
static void failure_look(World *world, SimTime at)
{
    Observation *seen = &world->seen;
    SimTime first_bad = -1, back = -1;
    bool any = false, bad = false;
    for (uint32_t i = 0; i < world->live_count; i++) {
        const Live *live = &world->lives[i];
        if (!live->counted || live->public.published < at || live->state == LIVE_PLANNED || !live->expected) continue;
        bool now = (double)live->delivered < WHOLE * (double)live->expected;
        if (now && first_bad < 0) first_bad = live->public.published;
        if (bad && !now) back = live->public.published;
        bad = now;
        any = true;
    }
    if (!any) return;
    seen->failures++;
    if (first_bad >= 0) seen->outage_time += (double)((bad ? world->end : back) - first_bad);
    if (bad) return;
    seen->recovered++;
    if (first_bad >= 0) seen->recovery_time += (double)(back - at);
}

void recovery_look(World *world)
{
    const GPtrArray *parts = world->scenario->failures;
    for (guint i = 0; i < parts->len; i++) {
        SimTime at = first_harm(world, ((const Part *)parts->pdata[i])->name);
        if (at >= world->warmup) failure_look(world, at);
    }
}

/* Disjoint sets of nodes, each named by one of them. */
static uint32_t root_of(uint32_t *parent, uint32_t v)
{
    while (parent[v] != v) v = parent[v] = parent[parent[v]];
    return v;
}

static void join(World *world, uint32_t *parent, NodeId a, NodeId b, uint32_t place)
{
    if (!bit_get(world->up, b) || (place != UINT32_MAX && world->cut && bit_get(world->cut, place))) return;
    if (world->partitions_active && partition_divides(world, a, b)) return;
    uint32_t x = root_of(parent, a), y = root_of(parent, b);
    if (x < y) parent[y] = x;
    else parent[x] = y;
}

/* The share of the nodes up that are in the largest part of the overlay as it is now. */
static double connected_share(World *world)
{
    uint32_t largest = 0;
    g_autofree uint32_t *parent = g_new(uint32_t, world->nodes + 1), *size = g_new0(uint32_t, world->nodes + 1);
    for (NodeId v = 0; v < world->nodes; v++) parent[v] = v;
    for (NodeId v = 0; v < world->nodes; v++) {
        if (!bit_get(world->up, v)) continue;
        if (world->views)
            for (uint32_t i = 0; i < world->views[v].count; i++) join(world, parent, v, world->views[v].links[i].to, UINT32_MAX);
        for (uint32_t i = world->graph ? world->graph->first[v] : 0; world->graph && i < world->graph->first[v + 1]; i++)
            if (world->graph->links[i].to > v) join(world, parent, v, world->graph->links[i].to, i);
    }
    for (NodeId v = 0; v < world->nodes; v++) {
        uint32_t *count = &size[root_of(parent, v)];
        *count += bit_get(world->up, v);
        largest = MAX(largest, *count);
    }
    return (double)largest / world->up_count;
}

bool recovery_connected(World *world, uint32_t sample, double *share)
{
    bool may_change = world->live || world->last_transition || world->cut || world->partitions->len;
    double work = world->nodes + (world->graph ? world->graph->first[world->nodes] : 16.0 * world->nodes);
    uint32_t stride = (uint32_t)ceil(100 * work / CONNECTED_WORK);
    if (!may_change || (!world->graph && !world->views) || sample % MAX(stride, 1) || !world->up_count) return false;
    *share = connected_share(world);
    if (world->now < world->warmup) return true;
    Observation *seen = &world->seen;
    seen->connected_least = seen->connected_samples ? fmin(seen->connected_least, *share) : *share;
    seen->connected_sum += *share;
    seen->connected_samples++;
    return true;
}
