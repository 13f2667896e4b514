/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workloads and failures plan for one run. */
#include <string.h>

#include "world/state.h"

struct WorkloadScope {
    World *world;
    uint32_t workload;          /* place in scenario->workloads */
    Random random;
    uint32_t made;              /* publications planned so far */
};

struct FailureScope {
    World *world;
    const char *name;
    Random random;
    NodeId *sources;
};

static uint32_t group_find(const World *world, const char *name)
{
    for (uint32_t g = 1; name && g < world->group_count; g++)
        if (strcmp(world->groups[g].name, name) == 0) return g;
    return 0;
}

static NodeId *resolve(const World *world, const Nodes *nodes, Random *random, uint32_t *count)
{
    const Members *members = &world->groups[nodes->kind == NODES_MEMBERS ? group_find(world, nodes->group) : 0];
    return nodes_resolve(nodes, world->nodes, members->members, members->members ? members->count : 0, random, count);
}

uint32_t workload_node_count(const WorkloadScope *scope) { return scope->world->nodes; }
Random *workload_random(WorkloadScope *scope) { return &scope->random; }

NodeId *workload_nodes(WorkloadScope *scope, const Nodes *nodes, uint32_t *count)
{
    return resolve(scope->world, nodes, &scope->random, count);
}

void workload_publication(WorkloadScope *scope, SimTime at, NodeId source, uint64_t size, const char *group)
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
        .workload = scope->workload,
    };
    g_array_append_val(world->planned, live);
}

/* A stream of its own for each section, by its name. */
static Random section_stream(const World *world, const char *room, const char *name)
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
        WorkloadScope scope = { .world = world, .workload = i, .random = section_stream(world, "workload", part->name) };
        ((const Workload *)part->variant)->plan(part->config, &scope);
    }
    world->end = world->scenario->end;
    if (world->end >= 0) return;
    SimTime last = 0;
    for (guint i = 0; i < world->planned->len; i++)
        last = MAX(last, g_array_index(world->planned, Live, i).public.published);
    world->end = last + world->scenario->settings.drain;
}

uint32_t failure_node_count(const FailureScope *scope) { return scope->world->nodes; }
SimTime failure_end(const FailureScope *scope) { return scope->world->end; }
Random *failure_random(FailureScope *scope) { return &scope->random; }
const Topology *failure_overlay(const FailureScope *scope) { return scope->world->topology; }

NodeId *failure_nodes(FailureScope *scope, const Nodes *nodes, uint32_t *count)
{
    return resolve(scope->world, nodes, &scope->random, count);
}

const NodeId *failure_sources(const FailureScope *scope, uint32_t *count)
{
    *count = scope->world->source_count;
    return scope->sources;
}

static void change_add(World *world, SimTime time, NodeId node, NodeId other, bool up, const char *failure, const char *kind)
{
    if (time > world->end) return;
    Change change = { time, node, other, up, failure, kind };
    g_array_append_val(world->changes, change);
}

void failure_node_down(FailureScope *scope, NodeId node, SimTime at, SimTime until)
{
    change_add(scope->world, at, node, NODE_NONE, false, scope->name, "down");
    if (until != SIM_NEVER) change_add(scope->world, until, node, NODE_NONE, true, scope->name, "up");
}

void failure_link_down(FailureScope *scope, NodeId a, NodeId b, SimTime at, SimTime until)
{
    change_add(scope->world, at, a, b, false, scope->name, "cut");
    if (until != SIM_NEVER) change_add(scope->world, until, a, b, true, scope->name, "mend");
}

/* Nodes that join late are down until then. */
static void joins_plan(World *world)
{
    const Distribution *join = &world->scenario->overlay_settings.join;
    if (join->kind == LAW_CONSTANT && join->a == 0) return;
    uint64_t key = random_key(world->seed, "overlay/join");
    for (NodeId v = 0; v < world->nodes; v++) {
        Random random = random_keyed(key, v);
        SimTime at = distribution_time(join, &random);
        change_add(world, MIN(at, world->end), v, NODE_NONE, true, "overlay", "join");
    }
}

void failures_plan(World *world)
{
    world->changes = g_array_new(FALSE, FALSE, sizeof(Change));
    joins_plan(world);
    g_autofree NodeId *sources = g_new(NodeId, world->source_count + 1);
    for (uint32_t i = 0; i < world->source_count; i++) sources[i] = world->sources[i].node;
    const GPtrArray *parts = world->scenario->failures;
    for (guint i = 0; i < parts->len; i++) {
        const Part *part = parts->pdata[i];
        FailureScope scope = { .world = world, .name = part->name, .sources = sources,
                               .random = section_stream(world, "failure", part->name) };
        ((const Failure *)part->variant)->plan(part->config, &scope);
    }
}
