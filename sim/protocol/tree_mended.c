/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The protocol `tree` where it is repaired or recovers what was missed: a publication
 * crosses every link of the tree as it is now, but the one it came by. */
#include <string.h>

#include "core/error.h"
#include "protocol/tree.h"

enum { SINCE_MASK = (1 << TREE_NUMBER_BITS) - 1, HEAP_GUESS = 400 };
#define ANCESTORS_MOST 2.5e8        /* ids in the ways to the root of all nodes: 1 GB */

static void push(Node *self, NodeId except, Message message)
{
    const TreePlace *place = tree_place(node_state(self), tree_of(&message));
    NodeId parent = place->parent;
    message.kind = tree_kind_of(self, &message);
    for (uint32_t i = 0; i < place->count; i++) {
        NodeId child = place->children[i].node;
        if (parent < child) {                       /* in the order of their ids, as a plain tree */
            if (parent != except) node_send(self, parent, &message);
            parent = NODE_NONE;
        }
        if (child != except) node_send(self, child, &message);
    }
    if (parent != NODE_NONE && parent != except) node_send(self, parent, &message);
}

static void climb(Node *self, const Message *message)
{
    uint32_t tree = tree_of(message);
    const TreePlace *place = tree_place(node_state(self), tree);
    tree_climb_keep(self, message);
    if (place->parent != NODE_NONE) node_send(self, place->parent, message);
}

static void begin(Node *self, Message message)
{
    const TreeConfig *config = node_config(self);
    uint32_t tree = tree_of(&message);
    bool climbs = config->via_root && !tree_is_root(self, tree);
    message.word = tree_number(self, tree);
    message.kind = climbs ? TREE_CLIMBING : TREE_DOWN;
    if (climbs) {
        climb(self, &message);
        return;
    }
    (void)tree_take(self, NODE_NONE, &message);
    tree_keep(self, &message);
    push(self, NODE_NONE, message);
}

static void publish(Node *self, const Message *publication)
{
    tree_each(self, publication, begin);
}

static void receive_payload(Node *self, NodeId from, const Message *message)
{
    if (message->kind == TREE_CLIMBING && !tree_is_root(self, tree_of(message))) {
        climb(self, message);
        return;
    }
    bool delivered = node_deliver(self, message), fresh = tree_take(self, from, message);
    if (!delivered && !fresh) return;
    tree_keep(self, message);
    push(self, message->kind == TREE_CLIMBING ? NODE_NONE : from, *message);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    if (tree_repair_receive(self, from, message)) return;
    if (message->kind == TREE_ASK || message->kind == TREE_ASK_REST) tree_answer(self, from, message);
    else receive_payload(self, from, message);
}

static void timer(Node *self, uint32_t tag)
{
    if (tag % TREE_TAGS == TREE_ASKING) tree_ask_again(self, tag / TREE_TAGS);
    else tree_repair_timer(self, tag);
}

/* The children that the tree was laid out with. */
static void children_laid_out(Node *self, uint32_t tree)
{
    const TreeShared *shared = node_shared(self);
    TreePlace *place = tree_place(node_state(self), tree);
    bool complete = !shared->links[tree] && shared->by_source;
    if (complete && !tree_is_root(self, tree)) return;
    for (uint32_t i = 0; i < node_degree(self); i++) {
        NodeId other = node_neighbor(self, i);
        if (shared->parents[tree][other] == node_id(self)) tree_child_add(place, other);
    }
    for (uint32_t i = 0; i < place->count; i++) {
        place->children[i].heard = node_now(self);
        place->children[i].kept = UINT64_MAX;       /* who was here from the start may ask for all */
    }
}

static void place_begin(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    const TreeShared *shared = node_shared(self);
    const NodeId *parents = shared->parents[tree];
    TreePlace *place = tree_place(node_state(self), tree);
    place->parent = place->lost = place->asked = place->backup = place->sibling = NODE_NONE;
    place->moving = NODE_NONE;
    place->asked_rest = place->distance = place->probed = -1;
    place->heard = node_now(self);
    if (config->join == TREE_JOIN_LATENCY) {
        if (tree_is_root(self, tree)) return;
        SimTime phase = (SimTime)random_below(node_random(self), (uint64_t)config->improve);
        tree_orphan(self, tree, false);
        node_after(self, phase, tree * TREE_TAGS + TREE_IMPROVE);
        return;
    }
    for (NodeId v = parents[node_id(self)]; v != NODE_NONE; v = parents[v]) place->path_room++;
    place->path = g_new(NodeId, place->path_room);
    for (NodeId v = parents[node_id(self)]; v != NODE_NONE; v = parents[v]) place->path[place->path_count++] = v;
    place->rooted = place->path_count && place->path[place->path_count - 1] == shared->roots[tree];
    if (shared->siblings && place->path_count) {
        place->sibling = shared->siblings[tree][node_id(self)];
        place->backup = shared->siblings[tree][place->path[0]];
    }
    bool laid_out = node_now(self) == 0 || config->repair == REPAIR_NONE;
    if (laid_out) children_laid_out(self, tree);
    if (tree_is_root(self, tree)) return;
    if (laid_out) place->parent = parents[node_id(self)];
    if (place->parent == NODE_NONE) {
        if (config->repair != REPAIR_NONE) tree_orphan(self, tree, true);
        return;
    }
    tree_watch(self, tree);
    if (node_now(self) > 0) tree_ask_rest(self, tree);
}

static void start(Node *self)
{
    const TreeConfig *config = node_config(self);
    const TreeShared *shared = node_shared(self);
    TreeState *state = node_state(self);
    SimTime now = node_now(self), period = config->heartbeat;
    state->since = (uint32_t)(now / SIM_MS) & SINCE_MASK;
    if (shared->trees > 1) state->more = g_new0(TreePlace, shared->trees - 1);
    for (uint32_t t = 0; t < shared->trees; t++) place_begin(self, t);
    if (config->repair == REPAIR_NONE) return;
    for (uint32_t t = 0; t < shared->trees; t++) tree_watch_children(self, t);
    bool synchronous = config->clock == TREE_CLOCK_SYNCHRONOUS;
    SimTime phase = synchronous ? -now % period + period : (SimTime)random_below(node_random(self), (uint64_t)period);
    node_after(self, phase % period, TREE_TICK);
}

static void stop(Node *self)
{
    const TreeShared *shared = node_shared(self);
    TreeState *state = node_state(self);
    for (uint32_t t = 0; t < shared->trees; t++) {
        TreePlace *place = tree_place(state, t);
        tree_forget(self, place);
        tree_seek_end(self, place);
        g_free(place->path);
        g_free(place->children);
    }
    g_free(state->more);
}

/* The next child of each node's parent, in a ring; NODE_NONE for an only child. */
static NodeId *siblings_of(const NodeId *parents, uint32_t nodes)
{
    NodeId *next = g_new(NodeId, nodes);
    g_autofree NodeId *first = g_new(NodeId, nodes), *last = g_new(NodeId, nodes);
    memset(first, 0xff, nodes * sizeof *first);
    memset(next, 0xff, nodes * sizeof *next);
    for (NodeId v = 0; v < nodes; v++) {
        NodeId parent = parents[v];
        if (parent == NODE_NONE) continue;
        if (first[parent] == NODE_NONE) first[parent] = v;
        else next[last[parent]] = v;
        last[parent] = v;
    }
    for (NodeId v = 0; v < nodes; v++)
        if (first[v] != NODE_NONE && first[v] != last[v]) next[last[v]] = first[v];
    return next;
}

/* How many ancestors all nodes have together. */
static double ancestors_of(const NodeId *parents, uint32_t nodes)
{
    double sum = 0;
    g_autofree uint32_t *depth = g_new0(uint32_t, nodes);
    for (NodeId v = 0; v < nodes; v++) {
        uint32_t up = 0, known = 0;
        for (NodeId a = parents[v]; a != NODE_NONE && !known; a = parents[a]) up++, known = depth[a];
        sum += up + known;
        for (NodeId a = v; parents[a] != NODE_NONE && !depth[a]; a = parents[a]) depth[a] = known + up--;
    }
    return sum;
}

/* What a mended tree cannot be: too many, or so deep that the ways to the root fill the memory. */
static bool prepare(const void *data, const ProtocolScope *scope, void *data_shared, GError **error)
{
    const TreeConfig *config = data;
    TreeShared *shared = data_shared;
    double ancestors = 0;
    if (!tree_prepare(config, scope, shared, error)) return false;
    for (uint32_t t = 0; config->join == TREE_JOIN_GIVEN && t < shared->trees; t++)
        ancestors += ancestors_of(shared->parents[t], shared->nodes);
    if (shared->trees > TREES_MOST || ancestors > ANCESTORS_MOST) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_RANGE,
                    "%u trees in which the nodes have %.3g ancestors together are too much to be repaired; "
                    "at most %d trees and %.3g ancestors would be right",
                    shared->trees, ancestors, TREES_MOST, ANCESTORS_MOST);
        return false;
    }
    if (config->repair != REPAIR_BACKUP) return true;
    shared->siblings = g_new0(NodeId *, shared->trees + 1);
    for (uint32_t t = 0; t < shared->trees; t++) shared->siblings[t] = siblings_of(shared->parents[t], shared->nodes);
    return true;
}

static double idle(const void *data)
{
    const TreeConfig *config = data;
    return config->repair == REPAIR_NONE ? 0 : 2 * (double)SIM_S / (double)config->heartbeat;
}

const Protocol tree_mended = {
    .variant = { .name = "tree", .summary = "a tree that is mended", .config_size = sizeof(TreeConfig) },
    .state_size = sizeof(TreeState), .shared_size = sizeof(TreeShared), .heap_size = HEAP_GUESS,
    .fixed_overlay = true, .detects = true, .idle = idle,
    .prepare = prepare, .release = tree_release, .start = start, .publish = publish, .receive = receive, .timer = timer,
    .stop = stop,
};
