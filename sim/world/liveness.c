/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which nodes and links are up, and since when. */
#include <string.h>

#include "core/memory.h"
#include "world/state.h"

static gint by_time(gconstpointer a, gconstpointer b)
{
    const Change *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    if (x->up != y->up) return x->up ? 1 : -1;
    if (x->node != y->node) return x->node < y->node ? -1 : 1;
    if (x->other != y->other) return x->other < y->other ? -1 : 1;
    return strcmp(x->failure, y->failure);
}

/* Counts the node into, or out of, everybody and its groups. */
static void count_up(World *world, NodeId node, int step)
{
    world->up_count += (uint32_t)step;
    for (uint32_t g = 0; g < world->group_count; g++)
        if (g == 0 || bit_get(world->groups[g].is_member, node)) world->groups[g].up += (uint32_t)step;
}

static void start_down(World *world, const Absent *absent)
{
    NodeId node = absent->node;
    EventRow row = { 0, result_text(world->result, absent->failure), "absent", node, NODE_NONE };
    g_array_append_val(world->result->events, row);
    if (world->down_holds[node]++) return;
    bit_clear(world->up, node);
    count_up(world, node, -1);
    Transition transition = { .time = -1, .up = false };
    g_array_append_val(world->transitions, transition);
    world->last_transition[node] = world->transitions->len;
}

static void cut_prepare(World *world)
{
    if (world->graph) world->cut = big_new((size_t)world->graph->first[world->nodes] / 64 + 1, sizeof(uint64_t));
    else world->cut_pairs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    world->cut_holds = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

/* Puts the planned changes into the engine; says whether nodes and links are among them. */
static void changes_schedule(World *world, bool *nodes, bool *links)
{
    *nodes = world->absent->len > 0;
    *links = false;
    g_array_sort(world->changes, by_time);
    for (guint i = 0; i < world->changes->len; i++) {
        const Change *change = &g_array_index(world->changes, Change, i);
        if (change->type == CHANGE_LINK) *links = true;
        if (change->type == CHANGE_NODE) *nodes = true, world->last_change = change->time;
        engine_at(world->engine, change->time, change->up ? EVENT_UP : EVENT_DOWN, change->node == NODE_NONE ? 0 : change->node,
                  change->other == NODE_NONE ? 0 : change->other, i);
    }
}

void liveness_prepare(World *world)
{
    bool nodes, links;
    world->up = big_new(world->words + 1, sizeof(uint64_t));
    for (NodeId v = 0; v < world->nodes; v++) bit_set(world->up, v);
    world->up_count = world->nodes;
    world->transitions = g_array_new(FALSE, FALSE, sizeof(Transition));
    world->last_change = -1;
    changes_schedule(world, &nodes, &links);
    if (links) cut_prepare(world);
    if (!nodes) return;
    world->down_holds = big_new(world->nodes, sizeof(uint16_t));
    world->epochs = big_new(world->nodes, sizeof(uint32_t));
    world->last_transition = big_new(world->nodes, sizeof(uint32_t));
    for (guint i = 0; i < world->absent->len; i++) start_down(world, &g_array_index(world->absent, Absent, i));
}

void liveness_count_time(World *world)
{
    world->counters.up_time += (unsigned __int128)world->up_count * (uint64_t)(world->now - world->up_since_sample);
    world->up_since_sample = world->now;
}

static void transition_add(World *world, NodeId node, bool up)
{
    liveness_count_time(world);
    Transition transition = { .time = world->now, .up = up, .earlier = world->last_transition[node] };
    g_array_append_val(world->transitions, transition);
    world->last_transition[node] = world->transitions->len;
    count_up(world, node, up ? 1 : -1);
}

/* Its incarnation ends: its timers never fire, its state is gone. */
static void node_go_down(World *world, NodeId node)
{
    transition_add(world, node, false);
    world_stop(world, node);
    bit_clear(world->up, node);
    world->epochs[node]++;
    if (world->ipc) ipc_host_down(world->ipc, node);
    if (world->staged) access_down(world, node);
}

static void node_come_up(World *world, NodeId node)
{
    transition_add(world, node, true);
    bit_set(world->up, node);
    publications_restart(world, node);
    world_start(world, node);
    if (world->ipc) ipc_host_up(world->ipc, node);
}

/* True where the link changes now, not while another failure still holds it. */
static bool link_turns(World *world, uint64_t pair, bool up)
{
    guint holds = GPOINTER_TO_UINT(g_hash_table_lookup(world->cut_holds, &pair));
    if (up && !holds) return false;
    holds += up ? -1u : 1;
    g_hash_table_insert(world->cut_holds, g_memdup2(&pair, sizeof pair), GUINT_TO_POINTER(holds));
    return up ? holds == 0 : holds == 1;
}

static void pair_add(World *world, uint64_t pair)
{
    if (!world->cut_pairs) world->cut_pairs = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_hash_table_add(world->cut_pairs, g_memdup2(&pair, sizeof pair));
}

static void pair_remove(World *world, uint64_t pair)
{
    if (world->cut_pairs) g_hash_table_remove(world->cut_pairs, &pair);
}

static void link_change(World *world, const Change *change)
{
    NodeId a = MIN(change->node, change->other), b = MAX(change->node, change->other);
    uint64_t pair = (uint64_t)a << 32 | b;
    if (!link_turns(world, pair, change->up)) return;
    if (!world->graph) {
        (change->up ? pair_remove : pair_add)(world, pair);
        return;
    }
    uint32_t there = graph_find(world->graph, a, b), back = graph_find(world->graph, b, a);
    if (there == UINT32_MAX) {                          /* no link of the overlay: what goes straight over the network */
        (change->up ? pair_remove : pair_add)(world, pair);
        return;
    }
    (change->up ? bit_clear : bit_set)(world->cut, there);
    (change->up ? bit_clear : bit_set)(world->cut, back);
}

static void node_change(World *world, const Change *change)
{
    uint16_t *holds = &world->down_holds[change->node];
    if (change->up) {
        if (*holds && --*holds == 0) node_come_up(world, change->node);
    } else if ((*holds)++ == 0) {
        if (change->orderly && world->live && world->live->leave) world->live->leave(world_node(world, change->node));
        detect_gone(world, change->node, change->orderly);
        node_go_down(world, change->node);
    }
}

static void event_record(World *world, const Change *change, NodeId node)
{
    EventRow row = { (double)world->now / 1e9, result_text(world->result, change->failure), change->kind, node, change->other };
    g_array_append_val(world->result->events, row);
}

/* Begins or ends what befalls messages, with a row for each node that it names. */
static void disturbance_turn(World *world, const Change *change)
{
    const uint64_t *nodes = g_array_index(world->disturbed, Disturbed, change->index).nodes;
    if (!nodes) event_record(world, change, NODE_NONE);
    for (NodeId v = 0; nodes && v < world->nodes; v++)
        if (bit_get(nodes, v)) event_record(world, change, v);
    disturbance_change(world, change);
}

void liveness_change(World *world, uint32_t number)
{
    const Change *change = &g_array_index(world->changes, Change, number);
    if (change->type == CHANGE_DISTURBANCE) {
        disturbance_turn(world, change);
        return;
    }
    if (change->type == CHANGE_SPAM) {
        if (world->now == change->time) event_record(world, change, change->node);
        spam_send(world, change, number);
        return;
    }
    event_record(world, change, change->node);
    if (change->type == CHANGE_NODE) node_change(world, change);
    if (change->type == CHANGE_LINK) link_change(world, change);
    if (change->type == CHANGE_PARTITION) partition_change(world, change);
    if (change->type == CHANGE_CONTROL) models_control(world, change);
    if (world->relay) relay_changed(world);
}

SimTime liveness_up_since(const World *world, NodeId node, SimTime time)
{
    for (uint32_t i = world->last_transition[node]; i; ) {
        const Transition *transition = &g_array_index(world->transitions, Transition, i - 1);
        if (transition->time <= time) return transition->up ? transition->time : time;
        i = transition->earlier;
    }
    return 0;
}

bool liveness_up_at(const World *world, NodeId node, SimTime time)
{
    if (!world->last_transition) return true;
    for (uint32_t i = world->last_transition[node]; i; ) {
        const Transition *transition = &g_array_index(world->transitions, Transition, i - 1);
        if (transition->time <= time) return transition->up;
        i = transition->earlier;
    }
    return true;
}

bool liveness_up_during(const World *world, NodeId node, SimTime from, SimTime to)
{
    if (!world->last_transition) return true;
    for (uint32_t i = world->last_transition[node]; i; ) {
        const Transition *transition = &g_array_index(world->transitions, Transition, i - 1);
        if (transition->time <= from) return transition->up;
        if (transition->time <= to) return false;
        i = transition->earlier;
    }
    return true;
}
