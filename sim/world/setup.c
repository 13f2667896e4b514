/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups, overlay and network of one run. */
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "graph/analyse.h"
#include "world/state.h"

static uint64_t seed_of(const World *world, uint64_t fixed)
{
    return fixed == UINT64_MAX ? world->seed : fixed;
}

static void group_draw(World *world, Members *members, const Group *group)
{
    g_autofree char *stream = g_strconcat("group/", group->name, NULL);
    Random random = random_stream(world->seed, stream, 0);
    members->name = group->name;
    members->members = nodes_resolve(&group->members, world->nodes, NULL, 0, &random, &members->count);
    members->is_member = big_new(world->words, sizeof(uint64_t));
    for (uint32_t i = 0; i < members->count; i++) bit_set(members->is_member, members->members[i]);
    members->up = members->count;
}

static void groups_draw(World *world)
{
    const GPtrArray *groups = world->scenario->groups;
    world->group_count = groups->len + 1;
    world->groups = g_new0(Members, world->group_count);
    world->groups[0] = (Members){ .count = world->nodes, .up = world->nodes };
    for (guint i = 0; i < groups->len; i++) group_draw(world, &world->groups[i + 1], groups->pdata[i]);
}

static bool network_build(World *world, GError **error)
{
    const NetworkSettings *settings = &world->scenario->network;
    NetworkScope scope = {
        .nodes = world->nodes, .seed = seed_of(world, settings->seed), .placement = (Placement)settings->placement,
        .asymmetric = settings->asymmetric, .overlay = world->topology,
    };
    world->network_state = world->network->build(world->scenario->latency.config, &scope, error);
    if (!world->network_state) return false;
    if (settings->access.kind == LAW_CONSTANT && settings->access.a == 0) return true;
    world->access_count = world->nodes;
    world->access = big_new(world->nodes, sizeof(SimTime));
    uint64_t key = random_key(scope.seed, "network/access");
    for (NodeId v = 0; v < world->nodes; v++) {
        Random random = random_keyed(key, v);
        world->access[v] = distribution_time(&settings->access, &random);
    }
    return true;
}

/* Sets the latency of every link; both directions are asked for, which is
 * cheaper than finding the opposite place. */
static void latencies_set(World *world, Graph *graph)
{
    for (NodeId v = 0; v < graph->nodes; v++)
        for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++)
            graph_set_latency(graph, i, world_latency(world, v, graph->links[i].to));
}

/* A tree is taken from links: a complete mesh gets arrays for that long. */
static bool mesh_links(Topology *mesh, GError **error)
{
    enum { MOST = 20000 };      /* 3.2 GB */
    if (!mesh->complete) return true;
    if (mesh->nodes > MOST) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY,
                    "[overlay] mesh: a complete mesh of %u nodes is too large to take a tree from; at most %u nodes",
                    mesh->nodes, MOST);
        return false;
    }
    mesh->graph = graph_new_complete(mesh->nodes);
    mesh->complete = false;
    return true;
}

/* Builds the overlay on nodes 0 .. count-1. */
static Topology *overlay_build(World *world, uint32_t count, GError **error)
{
    const Scenario *scenario = world->scenario;
    OverlayScope scope = { .nodes = count, .seed = seed_of(world, scenario->overlay_settings.seed) };
    g_autoptr(Topology) mesh = NULL;
    if (scenario->mesh.variant) {
        mesh = ((const Overlay *)scenario->mesh.variant)->build(scenario->mesh.config, &scope, error);
        if (!mesh || !mesh_links(mesh, error)) return NULL;
        latencies_set(world, mesh->graph);
        scope.mesh = mesh->graph;
    }
    return scenario_overlay(scenario)->build(scenario->overlay.config, &scope, error);
}

/* Spreads an overlay of a group's members over their node numbers. */
static Topology *spread(const World *world, const Topology *small, const Members *members)
{
    uint64_t links = small->graph ? graph_links(small->graph) : 0, n = 0;
    g_autofree NodeId *a = g_new(NodeId, links + 1), *b = g_new(NodeId, links + 1);
    for (NodeId v = 0; small->graph && v < small->nodes; v++)
        for (uint32_t i = small->graph->first[v]; i < small->graph->first[v + 1]; i++)
            if (small->graph->links[i].to > v) a[n] = members->members[v], b[n++] = members->members[small->graph->links[i].to];
    Topology *large = topology_new(world->nodes, graph_new(world->nodes, a, b, n));
    for (uint32_t t = 0; t < small->trees; t++) {
        NodeId *parents = g_new(NodeId, world->nodes);
        memset(parents, 0xff, world->nodes * sizeof *parents);
        for (NodeId v = 0; v < small->nodes; v++)
            if (small->parents[t][v] != NODE_NONE) parents[members->members[v]] = members->members[small->parents[t][v]];
        topology_add_tree(large, parents);
    }
    return large;
}

/* Leaves only the nodes of the largest component, numbered anew in their order. */
static void keep_largest(World *world, const uint32_t *labels, uint32_t largest)
{
    Topology *all = world->topology;
    g_autofree NodeId *number = g_new(NodeId, world->nodes);
    NodeId kept = 0;
    for (NodeId v = 0; v < world->nodes; v++) number[v] = labels[v] == largest ? kept++ : NODE_NONE;
    Topology *part = topology_part(all, number, kept);
    topology_free(all);
    world->topology = part;
    world->graph = part->graph;
    world->nodes = kept;
    world->words = (kept + 63) / 64;
}

/* Counts the components and does what `disconnected` says about several. */
static bool components_check(World *world, GError **error)
{
    world->components = 1;
    world->largest = world->nodes;
    if (!world->graph) return true;
    g_autofree uint32_t *labels = g_new(uint32_t, world->nodes);
    world->components = graph_components(world->graph, labels);
    if (world->components <= 1) return true;
    g_autofree uint32_t *sizes = g_new0(uint32_t, world->components);
    for (NodeId v = 0; v < world->nodes; v++) sizes[labels[v]]++;
    uint32_t largest = 0;
    for (uint32_t c = 1; c < world->components; c++)
        if (sizes[c] > sizes[largest]) largest = c;
    world->largest = sizes[largest];
    Disconnected rule = (Disconnected)world->scenario->overlay_settings.disconnected;
    if (rule == DISCONNECTED_DEFAULT)
        rule = scenario_overlay(world->scenario)->from_file ? DISCONNECTED_REFUSE : DISCONNECTED_KEEP;
    if (rule == DISCONNECTED_REFUSE) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY,
                    "[overlay] disconnected: the overlay has %u components, the largest of %u of %u nodes; "
                    "'keep' runs it all the same, 'largest' only that component",
                    world->components, world->largest, world->nodes);
        return false;
    }
    if (rule == DISCONNECTED_LARGEST) keep_largest(world, labels, largest);
    return true;
}

/* The overlay, checked, on the nodes of the run. */
static bool overlay_make(World *world, const Members *members_only, GError **error)
{
    uint32_t nodes = world->nodes;
    if (world->live) {
        world->topology = topology_new(nodes, NULL);
        world->topology->complete = false;
        world->topology->live = true;
        world->components = 1;
        world->largest = nodes;
        return true;
    }
    if (members_only) world->nodes = members_only->count;
    world->topology = overlay_build(world, world->nodes, error);
    if (!world->topology) return false;
    world->graph = world->topology->graph;
    if (!components_check(world, error)) return false;
    if (!members_only) return true;
    world->nodes = nodes;
    world->words = (nodes + 63) / 64;
    if (world->topology->complete) return true;
    Topology *small = world->topology;
    world->topology = spread(world, small, members_only);
    world->graph = world->topology->graph;
    topology_free(small);
    return true;
}

bool world_build(World *world, GError **error)
{
    const GPtrArray *groups = world->scenario->groups;
    bool members_only = groups->len == 1 && ((const Group *)groups->pdata[0])->overlay == GROUP_MEMBERS_ONLY;
    world->nodes = world->scenario->nodes;
    world->words = (world->nodes + 63) / 64;
    RunCost *cost = &world->result->cost;
    gint64 since = g_get_monotonic_time();
    if (members_only) groups_draw(world);
    if (!world->network->after_overlay && !network_build(world, error)) return false;
    cost->network_s = world_lap(&since);
    if (!overlay_make(world, members_only ? &world->groups[1] : NULL, error)) return false;
    cost->overlay_s = world_lap(&since);
    if (world->network->after_overlay && !network_build(world, error)) return false;
    if (world->graph) latencies_set(world, world->topology->graph);
    cost->network_s += world_lap(&since);
    if (!members_only) groups_draw(world);
    return true;
}
