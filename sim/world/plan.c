/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workloads plan for one run. */
#include <string.h>

#include "world/state.h"

struct WorkloadScope {
    World *world;
    uint32_t workload;          /* place in scenario->workloads */
    Random random;
    uint32_t made;              /* publications planned so far */
};

static uint32_t group_find(const World *world, const char *name)
{
    for (uint32_t g = 1; name && g < world->group_count; g++)
        if (strcmp(world->groups[g].name, name) == 0) return g;
    return 0;
}

NodeId *plan_nodes(const World *world, const Nodes *nodes, Random *random, uint32_t *count)
{
    const Members *members = &world->groups[nodes->kind == NODES_MEMBERS ? group_find(world, nodes->group) : 0];
    return nodes_resolve(nodes, world->nodes, members->members, members->members ? members->count : 0, random, count);
}

uint32_t workload_node_count(const WorkloadScope *scope) { return scope->world->nodes; }
Random *workload_random(WorkloadScope *scope) { return &scope->random; }

NodeId *workload_nodes(WorkloadScope *scope, const Nodes *nodes, uint32_t *count)
{
    return plan_nodes(scope->world, nodes, &scope->random, count);
}

void workload_publication(WorkloadScope *scope, SimTime at, NodeId source, uint64_t size, const char *group)
{
    workload_coded(scope, at, source, size, group, (Code){ 0 });
}

void workload_coded(WorkloadScope *scope, SimTime at, NodeId source, uint64_t size, const char *group, Code code)
{
    World *world = scope->world;
    uint32_t number = scope->made++;
    if (world->scenario->end >= 0 && at > world->scenario->end) {
        world->unmade++;
        return;
    }
    Live live = {
        .public = { .published = at, .source = source, .number = number, .size = (uint32_t)MIN(size, UINT32_MAX),
                    .group = group_find(world, group) },
        .workload = scope->workload, .packets = code.packets, .needed = code.needed,
    };
    g_array_append_val(world->planned, live);
}

Random plan_stream(const World *world, const char *room, const char *name)
{
    g_autofree char *stream = g_strconcat(room, "/", name, NULL);
    return random_stream(world->seed, stream, 0);
}

void workloads_plan(World *world)
{
    world->planned = g_array_new(FALSE, FALSE, sizeof(Live));
    const GPtrArray *parts = world->scenario->workloads;
    for (guint i = 0; i < parts->len; i++) {
        const Part *part = parts->pdata[i];
        WorkloadScope scope = { .world = world, .workload = i, .random = plan_stream(world, "workload", part->name) };
        ((const Workload *)part->variant)->plan(part->config, &scope);
    }
    world->end = world->scenario->end;
    if (world->end >= 0) return;
    SimTime last = 0;
    for (guint i = 0; i < world->planned->len; i++)
        last = MAX(last, g_array_index(world->planned, Live, i).public.published);
    world->end = last + world->scenario->settings.drain;
}
