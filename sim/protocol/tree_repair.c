/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree that is mended: who hangs on whom.
 *
 * Parents and children tell each other every `heartbeat` that they are there.  A parent's
 * heartbeat carries its way to the root, so every node knows its ancestors; a change is
 * told at once.  A child that hears nothing from its parent for `timeout` is an orphan: it
 * asks its grandparent, then the ancestors above, to take it as a child; or the root; or
 * first its backup, the next sibling of its parent, of which the heartbeats told it.  The
 * last one to be asked is always the root; without it there is no tree, and the parts
 * wait for it.  What hangs below an orphan stays there.  A node with `max-degree`
 * children sends an orphan on to them in turn.
 *
 * Loops: only a node that is tied to the root takes a child, and none that is on its own
 * way to the root.  Where two move at once and close a loop, the way that goes round
 * shows a node itself: it leaves, and asks the root.
 *
 * A node that starts later or again asks the ancestors it had when the tree was laid out.
 *
 * Sources: S. Banerjee, B. Bhattacharjee, C. Kommareddy, "Scalable application layer
 * multicast", SIGCOMM 2002 (heartbeats); B. Zhang, S. Jamin, L. Zhang, "Host Multicast",
 * INFOCOM 2002 (root paths, loops); M. Yang, Z. Fei, "A proactive approach to
 * reconstructing overlay multicast trees", INFOCOM 2004 (parents chosen in advance).
 */
#include <string.h>

#include "protocol/tree.h"

enum { REDIRECTS_MOST = 64, ROOTED_BIT = TREE_BITS, SIBLING_SHIFT = 32 };

bool tree_is_linked(const TreePlace *place, NodeId node) { return place->parent == node || tree_child(place, node); }

bool tree_is_root(Node *self, uint32_t tree)
{
    const TreeShared *shared = node_shared(self);
    return shared->roots[tree] == node_id(self);
}

bool tree_is_tied(Node *self, uint32_t tree)
{
    const TreePlace *place = tree_place(node_state(self), tree);
    return tree_is_root(self, tree) || (place->parent != NODE_NONE && place->rooted);
}

/* The number of a child, or where it would stand. */
static uint32_t child_at(const TreePlace *place, NodeId node)
{
    uint32_t low = 0, high = place->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (place->children[middle].node < node) low = middle + 1;
        else high = middle;
    }
    return low;
}

TreeChild *tree_child(const TreePlace *place, NodeId node)
{
    uint32_t at = child_at(place, node);
    return at < place->count && place->children[at].node == node ? &place->children[at] : NULL;
}

TreeChild *tree_child_add(TreePlace *place, NodeId node)
{
    uint32_t at = child_at(place, node);
    if (place->count == place->room) {
        place->room = place->room ? 2 * place->room : 2;
        place->children = g_renew(TreeChild, place->children, place->room);
    }
    memmove(&place->children[at + 1], &place->children[at], (place->count++ - at) * sizeof *place->children);
    place->children[at] = (TreeChild){ .node = node };
    return &place->children[at];
}

static void child_drop(TreePlace *place, NodeId node)
{
    const TreeChild *child = tree_child(place, node);
    if (!child) return;
    uint32_t at = (uint32_t)(child - place->children);
    memmove(&place->children[at], &place->children[at + 1], (--place->count - at) * sizeof *place->children);
}

static bool on_path(const TreePlace *place, NodeId node)
{
    for (uint32_t i = 0; i < place->path_count; i++)
        if (place->path[i] == node) return true;
    return false;
}

static void tell(Node *self, NodeId to, uint8_t kind, uint32_t tree, NodeId about)
{
    Message message = { .word = tree | (uint64_t)about << SIBLING_SHIFT, .publication = PUBLICATION_NONE, .kind = kind,
                        .size = TREE_CONTROL_BYTES + (about == NODE_NONE ? 0 : TREE_ID_BYTES) };
    node_send(self, to, &message);
}

/* The way to the root, and where siblings are backups this node's next sibling and the child's. */
static void tell_path(Node *self, uint32_t tree, uint32_t number, uint8_t kind)
{
    enum { FEW = 64 };
    const TreeConfig *config = node_config(self);
    const TreePlace *place = tree_place(node_state(self), tree);
    bool backup = config->repair == REPAIR_BACKUP, attached = place->parent != NODE_NONE;
    uint32_t count = attached ? place->path_count : 0;
    NodeId few[FEW], *ids = count < FEW ? few : g_new(NodeId, count + 1);
    ids[0] = backup ? place->sibling : NODE_NONE;
    if (count) memcpy(&ids[1], place->path, count * sizeof *ids);
    uint64_t sibling = backup && place->count > 1 ? place->children[(number + 1) % place->count].node : NODE_NONE;
    bool rooted = tree_is_root(self, tree) || (attached && place->rooted);
    Message message = { .word = tree | (uint64_t)rooted << ROOTED_BIT | sibling << SIBLING_SHIFT, .kind = kind,
                        .publication = PUBLICATION_NONE, .data = ids, .data_size = (count + 1) * (uint32_t)sizeof *ids,
                        .size = TREE_CONTROL_BYTES + TREE_ID_BYTES * (count + (backup ? 2 : 0)) };
    node_send(self, place->children[number].node, &message);
    if (ids != few) g_free(ids);
}

static void beat(Node *self, uint32_t tree)
{
    const TreePlace *place = tree_place(node_state(self), tree);
    for (uint32_t i = 0; i < place->count; i++) tell_path(self, tree, i, TREE_HEARTBEAT);
}

/* Takes over what the parent `from` says of its way to the root; true where that is news. */
static bool path_learn(TreePlace *place, NodeId from, const Message *message)
{
    const NodeId *ids = message->data;
    uint32_t count = message->data_size / (uint32_t)sizeof *ids;
    bool rooted = message->word >> ROOTED_BIT & 1;
    NodeId sibling = (NodeId)(message->word >> SIBLING_SHIFT);
    bool same = rooted == place->rooted && count == place->path_count && place->path[0] == from &&
                place->sibling == sibling && memcmp(&place->path[1], &ids[1], (count - 1) * sizeof *ids) == 0;
    place->backup = ids[0];
    if (same) return false;
    if (count > place->path_room) {
        place->path_room = count;
        place->path = g_renew(NodeId, place->path, count);
    }
    place->path[0] = from;
    memcpy(&place->path[1], &ids[1], (count - 1) * sizeof *ids);
    place->path_count = count, place->rooted = rooted, place->sibling = sibling;
    return true;
}

/* The node that an orphan asks as number i: its former parent where that answers, its backup,
 * the ancestors upwards, the root.  NODE_NONE: it has none there; false: there are no more. */
static bool candidate_at(Node *self, uint32_t tree, uint32_t i, NodeId *node)
{
    const TreeConfig *config = node_config(self);
    const TreeShared *shared = node_shared(self);
    const TreePlace *place = tree_place(node_state(self), tree);
    bool ancestors = config->repair != REPAIR_ROOT;
    uint32_t known = ancestors ? place->path_count : 0;
    *node = NODE_NONE;
    if (i == 0) *node = place->parent_answers && known ? place->path[0] : NODE_NONE;
    else if (i == 1) *node = config->repair == REPAIR_BACKUP ? place->backup : NODE_NONE;
    else if (i - 1 < known) *node = place->path[i - 1];
    else if (i - 1 == MAX(known, 1)) *node = shared->roots[tree];
    else return false;
    if (*node == node_id(self) || (i > 2 && *node == place->asked)) *node = NODE_NONE;
    return true;
}

void tree_ask(Node *self, uint32_t tree, NodeId node)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    place->asked = node;
    if (place->retry) (void)node_cancel(self, place->retry);
    place->retry = node_after(self, config->retry, tree * TREE_TAGS + TREE_RETRY);
    if (node != NODE_NONE) tell(self, node, TREE_ATTACH, tree, NODE_NONE);
}

/* Asks the next candidate, or where nodes look for themselves begins there; behind the last
 * one it pauses, unless it has waited anyway. */
void tree_ask_next(Node *self, uint32_t tree, bool waited)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    NodeId node;
    place->redirects = 0;
    for (int rounds = 0; rounds < 2; rounds++) {
        while (candidate_at(self, tree, place->candidate, &node)) {
            place->candidate++;
            if (node == NODE_NONE) continue;
            if (config->join == TREE_JOIN_GIVEN) tree_ask(self, tree, node);
            else tree_seek(self, tree, place->asked = node, false);
            return;
        }
        place->candidate = 0;
        if (!waited) break;
    }
    tree_ask(self, tree, NODE_NONE);
}

void tree_orphan(Node *self, uint32_t tree, bool parent_answers)
{
    TreePlace *place = tree_place(node_state(self), tree);
    tree_seek_end(self, place);
    place->parent = NODE_NONE;
    place->parent_answers = parent_answers;
    place->candidate = 0, place->asked = NODE_NONE;
    beat(self, tree);                               /* who hangs below must not take in what it hangs on */
    tree_ask_next(self, tree, false);
}

/* The way to the root leads back here: of all nodes only the root is surely elsewhere. */
static void break_loop(Node *self, uint32_t tree)
{
    TreePlace *place = tree_place(node_state(self), tree);
    tell(self, place->parent, TREE_LEAVE, tree, NODE_NONE);
    place->lost = NODE_NONE;
    place->path_count = 0;
    place->backup = NODE_NONE;
    tree_orphan(self, tree, false);
}

void tree_watch(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    if (place->watch || config->repair == REPAIR_NONE) return;
    place->watch = node_after(self, place->heard + config->timeout - node_now(self), tree * TREE_TAGS + TREE_WATCH);
}

/* Since the last heartbeat of the parent `timeout` may have passed. */
static void watch_ends(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    place->watch = 0;
    if (place->parent == NODE_NONE) return;
    if (node_now(self) < place->heard + config->timeout) {
        tree_watch(self, tree);
        return;
    }
    place->lost = place->parent;
    node_found_down(self, place->lost);
    tree_orphan(self, tree, false);
}

void tree_watch_children(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    SimTime longest = SIM_NEVER;
    for (uint32_t i = 0; i < place->count; i++) longest = MIN(longest, place->children[i].heard);
    if (place->watch_children || !place->count) return;
    SimTime wait = longest + config->timeout - node_now(self);
    place->watch_children = node_after(self, wait, tree * TREE_TAGS + TREE_WATCH_CHILDREN);
}

/* Forgets the children whose last heartbeat is `timeout` ago. */
static void watch_children_ends(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    uint32_t left = 0;
    place->watch_children = 0;
    for (uint32_t i = 0; i < place->count; i++) {
        if (node_now(self) < place->children[i].heard + config->timeout) place->children[left++] = place->children[i];
        else node_found_down(self, place->children[i].node);
    }
    place->count = left;
    tree_watch_children(self, tree);
}

static void receive_heartbeat(Node *self, NodeId from, const Message *message)
{
    uint32_t tree = tree_of(message);
    TreePlace *place = tree_place(node_state(self), tree);
    if (place->parent != from) {
        tell(self, from, TREE_LEAVE, tree, NODE_NONE);
        return;
    }
    place->heard = node_now(self);
    if (!path_learn(place, from, message)) return;
    if (on_path(place, node_id(self))) break_loop(self, tree);
    else beat(self, tree);
}

static void receive_attach(Node *self, NodeId from, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    TreeChild *child = tree_child(place, from);
    if (!tree_is_tied(self, tree) || on_path(place, from)) {
        tell(self, from, TREE_REJECT, tree, NODE_NONE);
        return;
    }
    if (!child && config->max_degree && place->count >= config->max_degree) {
        tell(self, from, TREE_REDIRECT, tree, place->children[place->turn++ % place->count].node);
        return;
    }
    if (!child) child = tree_child_add(place, from);
    child->heard = node_now(self);
    child->kept = place->kept.total;
    if (!place->watch_children) tree_watch_children(self, tree);
    tell_path(self, tree, (uint32_t)(child - place->children), TREE_ACCEPT);
}

static void receive_accept(Node *self, NodeId from, const Message *message)
{
    uint32_t tree = tree_of(message);
    TreePlace *place = tree_place(node_state(self), tree);
    if (place->parent == from) return;
    bool moves = place->parent != NODE_NONE;
    if ((moves ? place->moving : place->asked) != from) {
        tell(self, from, TREE_LEAVE, tree, NODE_NONE);
        return;
    }
    if (moves) tell(self, place->parent, TREE_LEAVE, tree, NODE_NONE);
    tree_seek_end(self, place);
    if (place->retry) (void)node_cancel(self, place->retry);
    place->retry = 0, place->asked = NODE_NONE;
    child_drop(place, from);
    place->parent = from;
    place->heard = node_now(self);
    (void)path_learn(place, from, message);
    if (on_path(place, node_id(self))) {
        break_loop(self, tree);
        return;
    }
    if (place->lost != NODE_NONE) node_replaced(self, place->lost);
    place->lost = NODE_NONE;
    tree_watch(self, tree);
    beat(self, tree);
    tree_climb_again(self, tree);
    tree_ask_rest(self, tree);
}

/* Another one is asked: the one that it names, or the next candidate. */
static void receive_refusal(Node *self, NodeId from, const Message *message)
{
    uint32_t tree = tree_of(message);
    TreePlace *place = tree_place(node_state(self), tree);
    if (tree_seek_refused(self, tree, from) || place->parent != NODE_NONE || place->asked != from) return;
    NodeId named = (NodeId)(message->word >> SIBLING_SHIFT);
    bool follow = message->kind == TREE_REDIRECT && named != node_id(self) && place->redirects++ < REDIRECTS_MOST;
    if (follow) tree_ask(self, tree, named);
    else tree_ask_next(self, tree, false);
}

static void receive_alive(Node *self, NodeId from, uint32_t tree)
{
    TreeChild *child = tree_child(tree_place(node_state(self), tree), from);
    if (child) child->heard = node_now(self);
    else tell(self, from, TREE_GONE, tree, NODE_NONE);
}

/* Tells the children and the parent that this node is there. */
static void tick(Node *self)
{
    const TreeConfig *config = node_config(self);
    const TreeShared *shared = node_shared(self);
    for (uint32_t t = 0; t < shared->trees; t++) {
        const TreePlace *place = tree_place(node_state(self), t);
        beat(self, t);
        if (place->parent != NODE_NONE) tell(self, place->parent, TREE_ALIVE, t, NODE_NONE);
    }
    node_after(self, config->heartbeat, TREE_TICK);
}

bool tree_repair_receive(Node *self, NodeId from, const Message *message)
{
    uint32_t tree = tree_of(message);
    TreePlace *place = tree_place(node_state(self), tree);
    switch (message->kind) {
    case TREE_HEARTBEAT: receive_heartbeat(self, from, message); return true;
    case TREE_ALIVE: receive_alive(self, from, tree); return true;
    case TREE_ATTACH: receive_attach(self, from, tree); return true;
    case TREE_ACCEPT: receive_accept(self, from, message); return true;
    case TREE_REJECT: case TREE_REDIRECT: receive_refusal(self, from, message); return true;
    case TREE_LEAVE: child_drop(place, from); return true;
    case TREE_GONE:
        if (place->parent == from) tree_orphan(self, tree, true);
        return true;
    default: return tree_join_receive(self, from, message);
    }
}

void tree_repair_timer(Node *self, uint32_t tag)
{
    uint32_t tree = tag / TREE_TAGS;
    TreePlace *place = tree_place(node_state(self), tree);
    switch (tag % TREE_TAGS) {
    case TREE_TICK: tick(self); break;
    case TREE_WATCH: watch_ends(self, tree); break;
    case TREE_SEEKING: tree_seek_on(self, tree); break;
    case TREE_IMPROVE: tree_improve(self, tree); break;
    case TREE_WATCH_CHILDREN: watch_children_ends(self, tree); break;
    default:
        place->retry = 0;
        if (place->parent == NODE_NONE) tree_ask_next(self, tree, true);
        break;
    }
}
