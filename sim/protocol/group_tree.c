/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/group_tree.h"

#include <string.h>

enum { JOIN, ATTACH, ACCEPT, REJECT, GONE, LEAVE, HEARTBEAT, REFRESH, PUBLISH, DATA };     /* messages; JOIN and PUBLISH are routed */
enum { CONTROL_BYTES = 20, ENTRY_BYTES = 6, KEY_BYTES = 8, LISTED_MOST = 16, STALE_TIMEOUTS = 4 };
enum { TRIES_INNER = 12, TRIES_MOST = 20 };         /* of an orphan between two ticks: among inner nodes; all */

static const SimTime tick_ns = 1000000;             /* of the root's clock in a heartbeat */

static GroupTree *tree_find(const GroupTrees *trees, uint32_t topic)
{
    for (uint32_t i = 0; i < trees->count; i++)
        if (trees->trees[i].topic == topic) return &trees->trees[i];
    return NULL;
}

static GroupTree *tree_add(GroupTrees *trees, uint32_t topic)
{
    if (trees->count == trees->room) {
        trees->room = trees->room ? 2 * trees->room : 1;
        trees->trees = g_renew(GroupTree, trees->trees, trees->room);
    }
    GroupTree *tree = &trees->trees[trees->count++];
    *tree = (GroupTree){ .topic = topic, .parent = NODE_NONE, .sent = -1 };
    return tree;
}

static Message control(uint8_t kind, const GroupTree *tree)
{
    return (Message){ .word = tree->topic | (uint64_t)(uint32_t)(tree->fresh / tick_ns) << 32, .publication = PUBLICATION_NONE,
                      .size = CONTROL_BYTES + ENTRY_BYTES, .kind = kind };
}

static void tell(Node *self, NodeId to, uint8_t kind, uint32_t topic)
{
    GroupTree about = { .topic = topic };
    Message message = control(kind, &about);
    if (to != node_id(self)) node_send(self, to, &message);
}

/* Routes a join to the tree's key; where that is this node itself it is the root. */
static void ask_to_join(Node *self, const GroupRules *rules, GroupTree *tree)
{
    Message message = control(JOIN, tree);
    message.size += KEY_BYTES;
    tree->root = !node_route(self, rules->key(self, tree->topic), &message);
    if (!tree->root) return;
    if (tree->parent != NODE_NONE) tell(self, tree->parent, LEAVE, tree->topic);
    tree->parent = NODE_NONE;
    tree->fresh = node_now(self);
}

void group_join(Node *self, const GroupRules *rules, uint32_t topic)
{
    GroupTrees *trees = rules->trees(self);
    GroupTree *tree = tree_find(trees, topic);
    if (!tree) {
        tree = tree_add(trees, topic);
        tree->fresh = node_now(self);
        ask_to_join(self, rules, tree);
    }
    tree->wanted = true;
}

static uint32_t child_find(const GroupTree *tree, NodeId node)
{
    uint32_t i = 0;
    while (i < tree->count && tree->children[i].node != node) i++;
    return i;
}

static void child_drop(GroupTrees *trees, GroupTree *tree, uint32_t at)
{
    tree->children[at] = tree->children[--tree->count];
    trees->children--;
}

static void child_add(GroupTrees *trees, GroupTree *tree, NodeId node, SimTime now)
{
    uint32_t at = child_find(tree, node);
    if (at == tree->count) {
        if (tree->count == tree->room) {
            tree->room = tree->room ? 2 * tree->room : 2;
            tree->children = g_renew(GroupChild, tree->children, tree->room);
        }
        tree->count++, trees->children++;
    }
    tree->children[at] = (GroupChild){ node, now };
}

/* Says no, and whom to ask instead: children of this node that are inner nodes of that tree. */
static void reject(Node *self, const GroupRules *rules, const GroupTree *tree, NodeId child)
{
    NodeId list[LISTED_MOST];
    uint32_t count = 0, first = tree->count ? (uint32_t)random_below(node_random(self), tree->count) : 0;
    for (uint32_t i = 0; i < tree->count && count < LISTED_MOST; i++) {
        NodeId other = tree->children[(first + i) % tree->count].node;
        if (other != child && rules->is_inner && rules->is_inner(self, other, tree->topic)) list[count++] = other;
    }
    Message message = control(REJECT, tree);
    message.size = CONTROL_BYTES + ENTRY_BYTES * count;
    message.data = list, message.data_size = count * (uint32_t)sizeof *list;
    node_send(self, child, &message);
}

/* True where this node is to have children: everywhere but in a limited tree whose inner
 * nodes are others.  A root has to, wherever its own place is. */
static bool is_meant_inner(Node *self, const GroupRules *rules, const GroupTree *tree)
{
    return tree->root || (rules->is_inner && rules->is_inner(self, node_id(self), tree->topic));
}

/* The tree and child to let go of: one where this node need not be an inner node, or
 * else the child whose own place shares least with the key.  NULL: there is none. */
static GroupTree *least_fitting(Node *self, const GroupRules *rules, uint32_t *child)
{
    GroupTrees *trees = rules->trees(self);
    GroupTree *found = NULL;
    uint64_t worst = 0;
    for (uint32_t t = 0; t < trees->count; t++) {
        GroupTree *tree = &trees->trees[t];
        bool inner = is_meant_inner(self, rules, tree);
        for (uint32_t i = 0; i < tree->count; i++) {
            uint64_t differs = (node_key(self, tree->children[i].node) ^ rules->key(self, tree->topic)) >> 1;
            if (!inner) differs |= 1ull << 63;
            if (found && differs < worst) continue;
            found = tree, *child = i, worst = differs;
        }
    }
    return found;
}

/* Takes a child; where that is one too many another, or this one, is told to go. */
static void adopt(Node *self, const GroupRules *rules, uint32_t topic, NodeId child)
{
    GroupTrees *trees = rules->trees(self);
    GroupTree *tree = tree_find(trees, topic);
    if (child == tree->parent) {                    /* it lost its own parent: both would hang on each other */
        tree->parent = NODE_NONE;
        ask_to_join(self, rules, tree);
    }
    child_add(trees, tree, child, node_now(self));
    uint32_t at;
    GroupTree *full = trees->children > rules->capacity ? least_fitting(self, rules, &at) : NULL;
    NodeId gone = full ? full->children[at].node : NODE_NONE;
    if (full) {
        child_drop(trees, full, at);
        reject(self, rules, full, gone);
    }
    if (full == tree && gone == child) return;
    Message message = control(ACCEPT, tree);
    node_send(self, child, &message);
}

/* A routed join has come here, to the root or on its way. */
static void receive_join(Node *self, const GroupRules *rules, NodeId from, uint32_t topic)
{
    GroupTrees *trees = rules->trees(self);
    if (from == node_id(self)) return;              /* its own, after all: the next tick sees that it is the root */
    if (!tree_find(trees, topic)) {
        GroupTree *tree = tree_add(trees, topic);
        tree->fresh = node_now(self);
        ask_to_join(self, rules, tree);
    }
    adopt(self, rules, topic, from);
}

/* Somebody asks this very node, for another had no room. */
static void receive_attach(Node *self, const GroupRules *rules, NodeId from, uint32_t topic)
{
    GroupTrees *trees = rules->trees(self);
    GroupTree *tree = tree_find(trees, topic), none = { .topic = topic };
    bool attached = tree && (tree->root || (tree->parent != NODE_NONE && tree->parent != from));
    bool room = trees->children < rules->capacity || (tree && is_meant_inner(self, rules, tree));
    if (attached && room) adopt(self, rules, topic, from);
    else reject(self, rules, tree ? tree : &none, from);
}

static void receive_accept(Node *self, GroupTree *tree, NodeId from, const Message *message)
{
    if (!tree) {
        tell(self, from, LEAVE, (uint32_t)message->word);
        return;
    }
    if (tree->parent != NODE_NONE && tree->parent != from) tell(self, tree->parent, LEAVE, tree->topic);
    tree->parent = from;
    tree->root = false;
    tree->heard = node_now(self);
    tree->fresh = MAX(tree->fresh, (SimTime)(message->word >> 32) * tick_ns);
}

/* A neighbor that may have room: one that is an inner node, at first. */
static NodeId other_parent(Node *self, const GroupRules *rules, const GroupTree *tree)
{
    uint32_t degree = node_degree(self), first = degree ? (uint32_t)random_below(node_random(self), degree) : 0;
    for (uint32_t i = 0; tree->tries <= TRIES_INNER && i < degree; i++) {
        NodeId node = node_neighbor(self, (first + i) % degree);
        if (rules->is_inner && rules->is_inner(self, node, tree->topic)) return node;
    }
    return degree ? node_neighbor(self, first) : NODE_NONE;
}

/* Turned away: tries one of those named, or a neighbor. */
static void receive_reject(Node *self, const GroupRules *rules, GroupTree *tree, NodeId from, const Message *message)
{
    const NodeId *list = message->data;
    uint32_t count = message->data_size / sizeof *list;
    if (!tree || tree->root || (tree->parent != NODE_NONE && tree->parent != from)) return;
    tree->parent = NODE_NONE;
    if (++tree->tries > TRIES_MOST) return;
    NodeId next = count ? list[random_below(node_random(self), count)] : other_parent(self, rules, tree);
    if (next != NODE_NONE && child_find(tree, next) == tree->count) tell(self, next, ATTACH, tree->topic);
}

static void receive_heartbeat(Node *self, GroupTree *tree, NodeId from, const Message *message)
{
    if (!tree || tree->parent != from) {
        tell(self, from, LEAVE, (uint32_t)message->word);
        return;
    }
    tree->heard = node_now(self);
    tree->fresh = MAX(tree->fresh, (SimTime)(message->word >> 32) * tick_ns);
}

/* Its own publication comes back from the root: true once. */
static bool own_returns(Node *self, GroupTrees *trees, uint32_t publication)
{
    if (node_publication(self, publication)->source != node_id(self)) return false;
    for (uint32_t i = 0; i < GROUP_OWN; i++)
        if (trees->own[i] == publication + 1) return false;
    trees->own[trees->own_next++ % GROUP_OWN] = publication + 1;
    return true;
}

static void pass_down(Node *self, GroupTrees *trees, GroupTree *tree, NodeId from, const Message *message)
{
    bool fresh = node_deliver(self, message) || own_returns(self, trees, message->publication);
    if (!tree || !fresh) return;
    Message down = *message;
    down.kind = DATA;
    for (uint32_t i = 0; i < tree->count; i++)
        if (tree->children[i].node != from) node_send(self, tree->children[i].node, &down);
    tree->sent = node_now(self);
}

static void receive_data(Node *self, GroupTrees *trees, NodeId from, const Message *message)
{
    GroupTree *tree = tree_find(trees, (uint32_t)message->word);
    if (tree && tree->parent == from) tree->heard = tree->fresh = node_now(self);
    else tell(self, from, LEAVE, (uint32_t)message->word);
    pass_down(self, trees, tree, from, message);
}

void group_publish(Node *self, const GroupRules *rules, uint32_t topic, const Message *publication)
{
    Message message = *publication;
    message.word = topic;
    message.kind = PUBLISH;
    if (node_route(self, rules->key(self, topic), &message)) return;
    GroupTrees *trees = rules->trees(self);
    pass_down(self, trees, tree_find(trees, topic), NODE_NONE, &message);
}

static void receive_refresh(Node *self, GroupTree *tree, NodeId from, uint32_t topic)
{
    uint32_t at = tree ? child_find(tree, from) : 0;
    if (tree && at < tree->count) tree->children[at].heard = node_now(self);
    else tell(self, from, GONE, topic);
}

void group_receive(Node *self, const GroupRules *rules, NodeId from, const Message *message)
{
    GroupTrees *trees = rules->trees(self);
    uint32_t topic = (uint32_t)message->word;
    GroupTree *tree = tree_find(trees, topic);
    switch (message->kind) {
    case JOIN: receive_join(self, rules, from, topic); break;
    case ATTACH: receive_attach(self, rules, from, topic); break;
    case ACCEPT: receive_accept(self, tree, from, message); break;
    case REJECT: receive_reject(self, rules, tree, from, message); break;
    case HEARTBEAT: receive_heartbeat(self, tree, from, message); break;
    case REFRESH: receive_refresh(self, tree, from, topic); break;
    case PUBLISH: pass_down(self, trees, tree, NODE_NONE, message); break;
    case DATA: receive_data(self, trees, from, message); break;
    case LEAVE:
        if (tree && child_find(tree, from) < tree->count) child_drop(trees, tree, child_find(tree, from));
        break;
    case GONE:
        if (!tree || tree->parent != from) break;
        tree->parent = NODE_NONE;
        ask_to_join(self, rules, tree);
        break;
    default: break;
    }
}

bool group_forward(Node *self, const GroupRules *rules, NodeId from, const Message *message)
{
    if (message->kind != JOIN) return true;
    receive_join(self, rules, from, (uint32_t)message->word);
    return false;
}

/* Finds out who is gone; joins anew where this node hangs on nobody. */
static void tree_check(Node *self, const GroupRules *rules, GroupTrees *trees, GroupTree *tree)
{
    SimTime now = node_now(self);
    for (uint32_t i = tree->count; i--; )
        if (tree->children[i].heard + rules->timeout < now) child_drop(trees, tree, i);
    bool silent = tree->parent != NODE_NONE && tree->heard + rules->timeout < now;
    bool stale = tree->fresh + STALE_TIMEOUTS * rules->timeout < now;
    if (silent || stale) {
        if (tree->parent != NODE_NONE) tell(self, tree->parent, LEAVE, tree->topic);
        tree->parent = NODE_NONE;
        tree->fresh = now;
    }
    tree->tries = 0;
    if (tree->parent == NODE_NONE) ask_to_join(self, rules, tree);
    if (tree->root) tree->fresh = now;
}

void group_tick(Node *self, const GroupRules *rules)
{
    GroupTrees *trees = rules->trees(self);
    for (uint32_t t = trees->count; t--; ) {
        GroupTree *tree = &trees->trees[t];
        tree_check(self, rules, trees, tree);
        if (!tree->wanted && !tree->count) {
            if (tree->parent != NODE_NONE) tell(self, tree->parent, LEAVE, tree->topic);
            g_free(tree->children);
            *tree = trees->trees[--trees->count];
            continue;
        }
        Message alive = control(HEARTBEAT, tree), here = control(REFRESH, tree);
        bool told = tree->sent >= 0 && tree->sent + rules->heartbeat > node_now(self);
        for (uint32_t i = 0; !told && i < tree->count; i++) node_send(self, tree->children[i].node, &alive);
        if (tree->parent != NODE_NONE) node_send(self, tree->parent, &here);
    }
}

void group_stop(GroupTrees *trees)
{
    for (uint32_t t = 0; t < trees->count; t++) g_free(trees->trees[t].children);
    g_free(trees->trees);
    memset(trees, 0, sizeof *trees);
}
