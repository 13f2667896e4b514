/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who got it, by classes of nodes: how far from the source on the overlay as
 * built, and how long there when it was published.
 *
 * The counts become the histograms expected_by_depth, delivered_by_depth (hops),
 * expected_by_age and delivered_by_age (seconds up; whoever came up later stands
 * at 0).  With a deadline there are none: who was late is not kept.
 */
#include <string.h>

#include "graph/tree.h"
#include "world/state.h"

#define DEPTHS_MOST ((uint64_t)100 << 20)   /* bytes for the depths from all sources */
enum { DEPTH_ALONE = 64 };                  /* up to here a class each, then powers of 2 */

static uint32_t log2_of(uint64_t value) { return 63 - (uint32_t)__builtin_clzll(value | 1); }

static uint32_t depth_class(uint32_t depth) { return depth < DEPTH_ALONE ? depth : DEPTH_ALONE + log2_of(depth / DEPTH_ALONE); }
static uint32_t age_class(SimTime age) { return age < SIM_S ? 0 : 1 + log2_of((uint64_t)(age / SIM_S)); }

/* The class of each node by its hops from the source; NULL where that is not known. */
static const uint8_t *depths_of(World *world, Source *source)
{
    if (source->depths || !world->graph || (uint64_t)world->source_count * world->nodes > DEPTHS_MOST) return source->depths;
    g_autofree uint32_t *hops = g_new(uint32_t, world->nodes + 1);
    g_autofree NodeId *queue = g_new(NodeId, world->nodes + 1);
    graph_hops(world->graph, source->node, hops, queue);
    source->depths = g_new(uint8_t, world->nodes + 1);
    for (NodeId v = 0; v < world->nodes; v++) source->depths[v] = hops[v] == UINT32_MAX ? CLASS_NONE : (uint8_t)depth_class(hops[v]);
    return source->depths;
}

/* Everybody was there and got it: what one publication of the source adds is known. */
static bool count_whole(World *world, const Live *live, Source *source)
{
    const Members *members = &world->groups[live->public.group];
    if (world->last_transition || members->members || live->delivered + 1 != world->nodes) return false;
    if (!source->by_depth) {
        source->by_depth = g_new0(uint64_t, CLASSES);
        for (NodeId v = 0; v < world->nodes; v++)
            if (v != source->node && source->depths[v] != CLASS_NONE) source->by_depth[source->depths[v]]++;
    }
    for (int c = 0; c < CLASSES; c++) {
        world->by_depth.expected[c] += source->by_depth[c];
        world->by_depth.delivered[c] += source->by_depth[c];
    }
    return true;
}

static void count(Classes *classes, uint32_t class, bool delivered)
{
    classes->expected[class]++;
    classes->delivered[class] += delivered;
}

void classes_count(World *world, const Live *live)
{
    Source *source = &world->sources[live->source_index];
    const Members *members = &world->groups[live->public.group];
    const uint8_t *depths = depths_of(world, source);
    SimTime published = live->public.published;
    bool ages = world->last_transition != NULL;
    if ((!depths && !ages) || (depths && count_whole(world, live, source))) return;
    for (uint32_t i = 0; i < members->count; i++) {
        NodeId node = members->members ? members->members[i] : i;
        bool delivered = bit_get(live->had, node);
        if (node == source->node || (!delivered && !liveness_up_during(world, node, published, world->end))) continue;
        if (depths && depths[node] != CLASS_NONE) count(&world->by_depth, depths[node], delivered);
        if (ages) count(&world->by_age, age_class(published - liveness_up_since(world, node, published)), delivered);
    }
}

static void rows_add(World *world, const char *name, const uint64_t *counts, uint64_t alone)
{
    for (uint32_t c = 0; c < CLASSES; c++) {
        if (!counts[c]) continue;
        HistogramRow row = { .name = name, .count = counts[c] };
        row.low = c < alone ? c : alone << (c - alone);
        row.high = c < alone ? c + 1 : alone << (c - alone + 1);
        g_array_append_val(world->result->histograms, row);
    }
}

void classes_report(World *world)
{
    rows_add(world, "expected_by_depth", world->by_depth.expected, DEPTH_ALONE);
    rows_add(world, "delivered_by_depth", world->by_depth.delivered, DEPTH_ALONE);
    rows_add(world, "expected_by_age", world->by_age.expected, 1);
    rows_add(world, "delivered_by_age", world->by_age.delivered, 1);
}
