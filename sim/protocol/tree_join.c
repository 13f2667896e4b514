/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that build the tree themselves, each near those it is close to.
 *
 * A newcomer asks a member, the root at first, who its children are, and measures how far
 * it and they are by asking them.  It goes down to the closest child, until none is closer
 * than the member it has come to, which it asks to be its parent.  Who has no room is left
 * out, and where all have none it goes one up; in the end the root sends it to somebody.
 * An orphan begins at the ancestor that repair names.  Every `improve` a member looks
 * again, from a random ancestor on, and changes to a parent that is closer than its own.
 *
 * Those that join at once find nobody but the root; a [overlay] join spreads them.
 *
 * Left out: foster parents, which serve a newcomer while it is still looking.
 *
 * Source: B. Zhang, S. Jamin, L. Zhang, "Host Multicast: a framework for delivering
 * multicast to end users", INFOCOM 2002 (HMTP).
 */
#include "protocol/tree.h"

enum { STEPS_MOST = 256, TIED_BIT = TREE_BITS };

typedef struct { NodeId node; SimTime distance; } Near;         /* distance: there and back, ns; -1: not known */

typedef enum { LOOKING, PROBING, ASKING } Phase;

struct TreeSearch {
    NodeId at;                  /* the member it has come to */
    SimTime distance, sent;     /* of that member; when the questions were sent that are open */
    Phase phase;
    bool improving;
    uint32_t steps, waiting;    /* waiting: answers that are missing */
    GArray *near;               /* of Near: its children */
    GArray *above, *refused;    /* of NodeId: on the way down to it; that have no room */
    uint64_t timer;
};

static void simple_tell(Node *self, NodeId to, uint8_t kind, uint32_t tree)
{
    Message message = { .word = tree, .publication = PUBLICATION_NONE, .kind = kind, .size = TREE_CONTROL_BYTES };
    node_send(self, to, &message);
}

static void timer_set(Node *self, uint32_t tree, TreeSearch *search)
{
    const TreeConfig *config = node_config(self);
    if (search->timer) (void)node_cancel(self, search->timer);
    search->timer = node_after(self, config->retry, tree * TREE_TAGS + TREE_SEEKING);
}

void tree_seek_end(Node *self, TreePlace *place)
{
    TreeSearch *search = place->search;
    place->moving = NODE_NONE;
    if (!search) return;
    if (search->timer) (void)node_cancel(self, search->timer);
    g_array_unref(search->near);
    g_array_unref(search->above);
    g_array_unref(search->refused);
    g_free(search);
    place->search = NULL;
}

static bool is_refused(const TreeSearch *search, NodeId node)
{
    for (guint i = 0; i < search->refused->len; i++)
        if (g_array_index(search->refused, NodeId, i) == node) return true;
    return false;
}

/* It found nobody: one that has a parent keeps it; the others go on as repair does. */
static void seek_fail(Node *self, uint32_t tree, bool full)
{
    const TreeShared *shared = node_shared(self);
    TreePlace *place = tree_place(node_state(self), tree);
    bool improving = place->search->improving;
    tree_seek_end(self, place);
    if (improving) return;
    if (full) tree_ask(self, tree, shared->roots[tree]);
    else tree_ask_next(self, tree, false);
}

static void look(Node *self, uint32_t tree, NodeId at)
{
    TreeSearch *search = tree_place(node_state(self), tree)->search;
    if (search->steps++ == STEPS_MOST) {
        seek_fail(self, tree, true);
        return;
    }
    search->at = at;
    search->phase = LOOKING;
    search->sent = node_now(self);
    g_array_set_size(search->near, 0);
    simple_tell(self, at, TREE_LOOK, tree);
    timer_set(self, tree, search);
}

void tree_seek(Node *self, uint32_t tree, NodeId from, bool improving)
{
    TreePlace *place = tree_place(node_state(self), tree);
    tree_seek_end(self, place);
    if (place->retry) (void)node_cancel(self, place->retry);
    place->retry = 0;
    place->search = g_new0(TreeSearch, 1);
    place->search->improving = improving;
    place->search->near = g_array_new(FALSE, FALSE, sizeof(Near));
    place->search->above = g_array_new(FALSE, FALSE, sizeof(NodeId));
    place->search->refused = g_array_new(FALSE, FALSE, sizeof(NodeId));
    look(self, tree, from);
}

/* The closest member is `at`: it is asked, unless this node has as good a parent. */
static void settle(Node *self, uint32_t tree)
{
    TreePlace *place = tree_place(node_state(self), tree);
    TreeSearch *search = place->search;
    search->phase = ASKING;
    if (!search->improving) {
        (void)node_cancel(self, search->timer);
        search->timer = 0;
        tree_ask(self, tree, search->at);
    } else if (search->at == place->parent || place->distance < 0 || search->distance >= place->distance) {
        tree_seek_end(self, place);
    } else {
        place->moving = search->at;
        simple_tell(self, search->at, TREE_ATTACH, tree);
        timer_set(self, tree, search);
    }
}

/* All that answer have: down to the closest, or here, or one up. */
static void decide(Node *self, uint32_t tree)
{
    TreeSearch *search = tree_place(node_state(self), tree)->search;
    bool here = !is_refused(search, search->at);
    NodeId best = here ? search->at : NODE_NONE;
    SimTime distance = here ? search->distance : SIM_NEVER;
    for (guint i = 0; i < search->near->len; i++) {
        const Near *near = &g_array_index(search->near, Near, i);
        if (near->distance >= 0 && near->distance < distance) best = near->node, distance = near->distance;
    }
    if (best == search->at) {
        settle(self, tree);
    } else if (best != NODE_NONE) {
        g_array_append_val(search->above, search->at);
        look(self, tree, best);
    } else if (search->above->len) {
        NodeId up = g_array_index(search->above, NodeId, search->above->len - 1);
        g_array_set_size(search->above, search->above->len - 1);
        look(self, tree, up);
    } else {
        seek_fail(self, tree, true);
    }
}

static void refuse(TreeSearch *search, NodeId node)
{
    g_array_append_val(search->refused, node);
    for (guint i = 0; i < search->near->len; i++) {
        Near *near = &g_array_index(search->near, Near, i);
        if (near->node == node) near->distance = -1;
    }
}

bool tree_seek_refused(Node *self, uint32_t tree, NodeId from)
{
    TreePlace *place = tree_place(node_state(self), tree);
    TreeSearch *search = place->search;
    if (!search || search->phase != ASKING || search->at != from) return false;
    place->moving = NODE_NONE;
    refuse(search, from);
    decide(self, tree);
    return true;
}

/* Who is asked says who hangs on it, and whether it hangs on the root itself. */
static void show(Node *self, NodeId to, uint32_t tree)
{
    const TreePlace *place = tree_place(node_state(self), tree);
    g_autofree NodeId *ids = g_new(NodeId, place->count + 1);
    uint32_t count = 0;
    for (uint32_t i = 0; i < place->count; i++)
        if (place->children[i].node != to) ids[count++] = place->children[i].node;
    Message message = { .word = tree | (uint64_t)tree_is_tied(self, tree) << TIED_BIT, .publication = PUBLICATION_NONE,
                        .kind = TREE_SHOWN, .size = TREE_CONTROL_BYTES + TREE_ID_BYTES * count,
                        .data = count ? ids : NULL, .data_size = count * (uint32_t)sizeof *ids };
    node_send(self, to, &message);
}

static void receive_shown(Node *self, NodeId from, const Message *message)
{
    uint32_t tree = tree_of(message);
    TreeSearch *search = tree_place(node_state(self), tree)->search;
    if (!search || search->phase != LOOKING || search->at != from) return;
    if (!(message->word >> TIED_BIT & 1)) {
        seek_fail(self, tree, false);
        return;
    }
    const NodeId *ids = message->data;
    search->distance = node_now(self) - search->sent;
    search->phase = PROBING;
    search->sent = node_now(self);
    search->waiting = 0;
    for (uint32_t i = 0; i < message->data_size / sizeof *ids; i++) {
        Near near = { ids[i], -1 };
        if (is_refused(search, ids[i])) continue;
        g_array_append_val(search->near, near);
        simple_tell(self, ids[i], TREE_PROBE, tree);
        search->waiting++;
    }
    if (search->waiting) timer_set(self, tree, search);
    else decide(self, tree);
}

static void receive_probed(Node *self, NodeId from, uint32_t tree)
{
    TreePlace *place = tree_place(node_state(self), tree);
    TreeSearch *search = place->search;
    if (from == place->parent && place->probed >= 0) {
        place->distance = node_now(self) - place->probed;
        place->probed = -1;
        return;
    }
    if (!search || search->phase != PROBING) return;
    for (guint i = 0; i < search->near->len; i++) {
        Near *near = &g_array_index(search->near, Near, i);
        if (near->node != from || near->distance >= 0) continue;
        near->distance = node_now(self) - search->sent;
        if (--search->waiting == 0) decide(self, tree);
        return;
    }
}

bool tree_join_receive(Node *self, NodeId from, const Message *message)
{
    uint32_t tree = tree_of(message);
    switch (message->kind) {
    case TREE_LOOK: show(self, from, tree); return true;
    case TREE_SHOWN: receive_shown(self, from, message); return true;
    case TREE_PROBE: simple_tell(self, from, TREE_PROBED, tree); return true;
    case TREE_PROBED: receive_probed(self, from, tree); return true;
    default: return false;
    }
}

/* Whoever has not answered is left out; nothing is without the member itself. */
void tree_seek_on(Node *self, uint32_t tree)
{
    TreeSearch *search = tree_place(node_state(self), tree)->search;
    if (!search) return;
    search->timer = 0;
    if (search->phase == PROBING) decide(self, tree);
    else seek_fail(self, tree, false);
}

void tree_improve(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    node_after(self, config->improve, tree * TREE_TAGS + TREE_IMPROVE);
    if (place->parent == NODE_NONE || !place->rooted || place->search) return;
    place->probed = node_now(self);
    place->distance = -1;
    simple_tell(self, place->parent, TREE_PROBE, tree);
    NodeId from = place->path[random_below(node_random(self), place->path_count)];
    tree_seek(self, tree, from, true);
}
