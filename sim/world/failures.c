/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the failures of a scenario plan for one run. */
#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "world/state.h"

static const char RESTART[] = "restart";       /* the end of what another section began */

struct FailureScope {
    World *world;
    const char *name;
    Random random;
    NodeId *sources;
};

uint32_t failure_node_count(const FailureScope *scope) { return scope->world->nodes; }
SimTime failure_end(const FailureScope *scope) { return scope->world->end; }
Random *failure_random(FailureScope *scope) { return &scope->random; }
const Topology *failure_overlay(const FailureScope *scope) { return scope->world->topology; }

NodeId *failure_nodes(FailureScope *scope, const Nodes *nodes, uint32_t *count)
{
    return plan_nodes(scope->world, nodes, &scope->random, count);
}

const NodeId *failure_sources(const FailureScope *scope, uint32_t *count)
{
    *count = scope->world->source_count;
    return scope->sources;
}

NodeId *failure_candidates(FailureScope *scope, const Nodes *nodes, bool spare, uint32_t *count)
{
    static const Nodes all = { .kind = NODES_ALL };
    uint32_t sources = 0, s = 0, kept = 0;
    const NodeId *source = spare ? failure_sources(scope, &sources) : NULL;
    NodeId *out = failure_nodes(scope, nodes->kind == NODES_ABSENT ? &all : nodes, count);
    for (uint32_t i = 0; i < *count; i++) {
        while (s < sources && source[s] < out[i]) s++;
        if (s == sources || source[s] != out[i]) out[kept++] = out[i];
    }
    *count = kept;
    return out;
}

SimTime failure_latency(const FailureScope *scope, NodeId a, NodeId b)
{
    return a == b ? 0 : world_latency(scope->world, a, b);
}

bool failure_position(const FailureScope *scope, NodeId node, double *x, double *y)
{
    const World *world = scope->world;
    if (world->topology->x) {
        *x = world->topology->x[node], *y = world->topology->y[node];
        return !isnan(*x) && !isnan(*y);
    }
    return world->network->position && world->network->position(world->network_state, node, x, y);
}

const char *failure_place(const FailureScope *scope, NodeId node)
{
    const World *world = scope->world;
    if (world->topology->names) return world->topology->names[node];
    return world->network->place_name ? world->network->place_name(world->network_state, node) : NULL;
}

/* Adds what begins at `at` and, where that is not for good, its end. */
static void span_add(World *world, Change change, SimTime at, SimTime until, const char *ends)
{
    if (at > world->end) return;
    change.time = at;
    g_array_append_val(world->changes, change);
    if (until > world->end) return;
    change.time = until;
    change.kind = ends;
    change.up = true;
    change.orderly = false;
    g_array_append_val(world->changes, change);
}

static void node_down(FailureScope *scope, NodeId node, SimTime at, SimTime until, bool orderly)
{
    Change change = { .node = node, .other = NODE_NONE, .type = CHANGE_NODE, .orderly = orderly, .failure = scope->name,
                      .kind = orderly ? "leave" : "down" };
    span_add(scope->world, change, at, until, "up");
}

void failure_node_down(FailureScope *scope, NodeId node, SimTime at, SimTime until)
{
    node_down(scope, node, at, until, false);
}

void failure_node_up(FailureScope *scope, NodeId node, SimTime at)
{
    Change change = { .time = at, .node = node, .other = NODE_NONE, .type = CHANGE_NODE, .up = true, .failure = scope->name,
                      .kind = RESTART };
    if (at <= scope->world->end) g_array_append_val(scope->world->changes, change);
}

NodeId *failure_hosts(FailureScope *scope, const char *target, uint32_t *count)
{
    NodeId *nodes = models_hosts(scope->world, target, count);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++) {
        bool again = nodes[i] >= scope->world->nodes;
        for (uint32_t j = 0; j < kept; j++) again |= nodes[j] == nodes[i];
        if (!again) nodes[kept++] = nodes[i];
    }
    *count = kept;
    return nodes;
}

void failure_node_leave(FailureScope *scope, NodeId node, SimTime at, SimTime until)
{
    node_down(scope, node, at, until, true);
}

static void join_add(World *world, const char *failure, NodeId node, SimTime at)
{
    Change change = { .time = at, .node = node, .other = NODE_NONE, .type = CHANGE_NODE, .up = true, .failure = failure,
                      .kind = "join" };
    Absent absent = { node, failure };
    g_array_append_val(world->absent, absent);
    if (at <= world->end) g_array_append_val(world->changes, change);
}

void failure_node_absent(FailureScope *scope, NodeId node, SimTime until)
{
    join_add(scope->world, scope->name, node, until);
}

void failure_link_down(FailureScope *scope, NodeId a, NodeId b, SimTime at, SimTime until)
{
    Change change = { .node = a, .other = b, .type = CHANGE_LINK, .failure = scope->name, .kind = "cut" };
    span_add(scope->world, change, at, until, "mend");
}

void failure_split(FailureScope *scope, const uint32_t *part, SimTime at, SimTime until)
{
    failure_split_way(scope, part, PART_ANY, PART_ANY, at, until);
}

void failure_split_way(FailureScope *scope, const uint32_t *part, uint32_t from, uint32_t to, SimTime at, SimTime until)
{
    World *world = scope->world;
    Partition partition = { .part = g_memdup2(part, world->nodes * sizeof *part), .from = from, .to = to };
    Change change = { .node = NODE_NONE, .other = NODE_NONE, .type = CHANGE_PARTITION, .index = world->partitions->len,
                      .failure = scope->name, .kind = "part" };
    g_array_append_val(world->partitions, partition);
    span_add(world, change, at, until, "heal");
}

void failure_disturb(FailureScope *scope, const Disturbance *what, SimTime at, SimTime until)
{
    World *world = scope->world;
    Disturbed disturbed = { .what = *what };
    disturbed.what.nodes = NULL;
    if (what->nodes) {
        disturbed.nodes = g_new0(uint64_t, world->words + 1);
        for (uint32_t i = 0; i < what->count; i++) bit_set(disturbed.nodes, what->nodes[i]);
    }
    if (what->loss && loss_bursts(what->loss)) disturbed.states = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    Change change = { .node = NODE_NONE, .other = NODE_NONE, .type = CHANGE_DISTURBANCE, .index = world->disturbed->len,
                      .failure = scope->name, .kind = what->kind };
    g_array_append_val(world->disturbed, disturbed);
    span_add(world, change, at, until, "normal");
}

void failure_spam(FailureScope *scope, NodeId node, double interval, uint32_t size, SimTime at, SimTime until)
{
    World *world = scope->world;
    Spam spam = { interval, size, until };
    Change change = { .time = at, .node = node, .other = NODE_NONE, .type = CHANGE_SPAM, .index = world->spams->len,
                      .failure = scope->name, .kind = "spam" };
    if (at > world->end) return;
    g_array_append_val(world->spams, spam);
    g_array_append_val(world->changes, change);
}

void failure_control(FailureScope *scope, const char *kind, const char *target, const char *value, SimTime at)
{
    World *world = scope->world;
    Change change = { .time = at, .node = NODE_NONE, .other = NODE_NONE, .type = CHANGE_CONTROL, .index = world->controls->len,
                      .failure = scope->name, .kind = kind };
    change.up = g_str_has_suffix(kind, "restart");      /* after the host of a process came back at the same instant */
    if (at > world->end) return;
    g_ptr_array_add(world->controls, g_strdup(target));
    g_ptr_array_add(world->controls, g_strdup(value ? value : ""));
    g_array_append_val(world->changes, change);
}

void failure_note(FailureScope *scope, const char *what, double realised, double asked)
{
    g_autofree char *section = g_strdelimit(g_strdup(scope->name), "-", '_');
    Note note = { g_strdup_printf("failure_%s_%s", section, what), realised, 0 };
    g_array_append_val(scope->world->notes, note);
    if (isnan(asked)) return;
    Note beside = { g_strconcat(note.name, "_asked", NULL), asked, 0 };
    g_array_append_val(scope->world->notes, beside);
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
        join_add(world, "overlay", v, MIN(at, world->end));
    }
}

static void note_clear(gpointer data) { g_free(((Note *)data)->name); }

static void disturbed_clear(gpointer data)
{
    Disturbed *disturbed = data;
    g_free(disturbed->nodes);
    if (disturbed->states) g_hash_table_unref(disturbed->states);
}

static void partition_clear(gpointer data) { g_free(((Partition *)data)->part); }

static GArray *list_new(guint size, GDestroyNotify clear)
{
    GArray *list = g_array_new(FALSE, FALSE, size);
    if (clear) g_array_set_clear_func(list, clear);
    return list;
}

/* How many nodes a section took down at some time, and for which share of all
 * nodes' time: what everything it asked for came to. */
static void tally(FailureScope *scope, guint first, guint first_absent)
{
    World *world = scope->world;
    g_autofree uint64_t *hit = g_new0(uint64_t, world->words + 1);
    double time = 0, downs = 0, nodes = 0;
    for (guint i = first_absent; i < world->absent->len; i++) {
        NodeId node = g_array_index(world->absent, Absent, i).node;
        time += (double)world->end;
        if (!bit_get(hit, node)) bit_set(hit, node), nodes++;
    }
    for (guint i = first; i < world->changes->len; i++) {
        const Change *change = &g_array_index(world->changes, Change, i);
        if (change->type != CHANGE_NODE || change->kind == RESTART) continue;
        time += (change->up ? -1 : 1) * (double)(world->end - change->time);
        downs += !change->up;
        if (!bit_get(hit, change->node)) bit_set(hit, change->node), nodes++;
    }
    if (!nodes) return;
    failure_note(scope, "nodes", nodes, NAN);
    failure_note(scope, "downs", downs, NAN);
    if (world->end > 0) failure_note(scope, "down_share", time / ((double)world->end * world->nodes), NAN);
}

void failures_plan(World *world)
{
    world->changes = list_new(sizeof(Change), NULL);
    world->absent = list_new(sizeof(Absent), NULL);
    world->notes = list_new(sizeof(Note), note_clear);
    world->partitions = list_new(sizeof(Partition), partition_clear);
    world->disturbed = list_new(sizeof(Disturbed), disturbed_clear);
    world->spams = list_new(sizeof(Spam), NULL);
    world->controls = g_ptr_array_new_with_free_func(g_free);
    joins_plan(world);
    g_autofree NodeId *sources = g_new(NodeId, world->source_count + 1);
    for (uint32_t i = 0; i < world->source_count; i++) sources[i] = world->sources[i].node;
    const GPtrArray *parts = world->scenario->failures;
    for (guint i = 0; i < parts->len; i++) {
        const Part *part = parts->pdata[i];
        FailureScope scope = { .world = world, .name = part->name, .sources = sources,
                               .random = plan_stream(world, "failure", part->name) };
        guint changes = world->changes->len, absent = world->absent->len;
        ((const Failure *)part->variant)->plan(part->config, &scope);
        tally(&scope, changes, absent);
    }
}

void failures_free(World *world)
{
    g_clear_pointer(&world->changes, g_array_unref);
    g_clear_pointer(&world->absent, g_array_unref);
    g_clear_pointer(&world->notes, g_array_unref);
    g_clear_pointer(&world->partitions, g_array_unref);
    g_clear_pointer(&world->disturbed, g_array_unref);
    g_clear_pointer(&world->spams, g_array_unref);
    g_clear_pointer(&world->controls, g_ptr_array_unref);
}
