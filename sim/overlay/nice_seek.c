/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a node of NICE finds its place: down from the top by the nearest, or at the
 * leaders near its own. */
#include "overlay/nice.h"

enum { SILENT_MOST = 4, ALONE_MOST = 3, HOPS_MOST = 64 };
static const SimTime patience = 2000000000;             /* before an answer counts as lost, ns */
static const uint32_t refining = 1u << 31;              /* in the layer of a NICE_JOIN */

static void stage_set(Node *self, SeekStage stage, NodeId asked, SimTime delay)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    if (seek->timer) overlay_cancel(self, seek->timer);
    seek->timer = stage == SEEK_NONE ? 0 : overlay_after(self, delay, NICE_TICK_SEEK);
    seek->stage = stage, seek->asked = asked;
    if (stage == SEEK_NONE) seek->refine = false;
}

void nice_settled(Node *self)
{
    NiceState *state = overlay_state(self);
    stage_set(self, SEEK_NONE, NODE_NONE, 0);
    state->seek.silent = state->seek.alone = 0;
    state->orphan = false;
}

bool nice_wants(const NiceState *state, uint32_t layer) { return state->seek.stage == SEEK_JOIN && state->seek.layer == layer; }

/* A node that nobody belongs to is a hierarchy of its own. */
static void be_alone(Node *self)
{
    NiceState *state = overlay_state(self);
    if (!state->count) nice_push(self, node_id(self));
    nice_settled(self);
}

/* Asks the top, by way of a node that is there. */
static void begin(Node *self)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    bool single = state->count == 1 && state->layers[0].cluster.count == 1;
    seek->layer = single ? 0 : state->count;
    seek->contact = overlay_contact(self);
    if (seek->contact == NODE_NONE) {
        be_alone(self);
        return;
    }
    stage_set(self, SEEK_TOP, seek->contact, patience);
    nice_send(self, seek->contact, NICE_FIND, 0, node_id(self));
}

void nice_join(Node *self) { begin(self); }

void nice_look(Node *self)
{
    const NiceState *state = overlay_state(self);
    if (state->seek.stage == SEEK_NONE) begin(self);
}

static void ask_in(Node *self, NodeId leader)
{
    const NiceState *state = overlay_state(self);
    stage_set(self, SEEK_JOIN, leader, patience);
    nice_send(self, leader, NICE_JOIN, state->seek.layer | (state->seek.refine ? refining : 0), node_id(self));
}

void nice_attach(Node *self, bool now)
{
    NiceState *state = overlay_state(self);
    state->seek.layer = state->count;
    state->seek.refine = false;
    state->seek.contact = NODE_NONE;
    if (!now) {
        stage_set(self, SEEK_WAIT, NODE_NONE, patience);
        return;
    }
    while (state->super_count) {
        NodeId other = state->super_leader;
        uint32_t at = 0;
        while (at < state->super_count && state->super[at] != other) at++;
        if (at == state->super_count) other = state->super[at = 0];
        state->super[at] = state->super[--state->super_count];
        if (state->super_count) state->super_leader = state->super[0];
        if (other == node_id(self)) continue;
        ask_in(self, other);
        return;
    }
    begin(self);
}

void nice_seek_failed(Node *self)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    if (seek->stage == SEEK_TOP) seek->silent++;
    if (state->count && !state->orphan) stage_set(self, SEEK_NONE, NODE_NONE, 0);
    else if (!state->count && seek->silent >= SILENT_MOST) be_alone(self);
    else stage_set(self, SEEK_WAIT, NODE_NONE, patience / 2 + (SimTime)random_below(overlay_random(self), (uint64_t)patience));
}

/* Goes on to what the nearest leader leads. */
static void descend(Node *self)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    if (seek->best == NODE_NONE) {
        nice_seek_failed(self);
    } else if (seek->level - 1 == seek->layer) {
        ask_in(self, seek->best);
    } else {
        stage_set(self, SEEK_LIST, seek->best, patience);
        nice_send(self, seek->best, NICE_QUERY, seek->level - 1, NODE_NONE);
    }
}

/* The best leader is known to a refining node. */
static void move(Node *self)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    NodeId leader = state->count ? state->layers[state->count - 1].leader : NODE_NONE;
    bool stays = seek->layer + 1 != state->count || leader == node_id(self) || seek->best == NODE_NONE || seek->best == leader ||
                 (double)seek->best_away >= (double)overlay_measure(self, leader) * (1 - config->hysteresis);
    if (stays) stage_set(self, SEEK_NONE, NODE_NONE, 0);
    else ask_in(self, seek->best);
}

static void probed(Node *self)
{
    const NiceState *state = overlay_state(self);
    if (state->seek.refine) move(self);
    else descend(self);
}

void nice_seek_timer(Node *self)
{
    NiceState *state = overlay_state(self);
    state->seek.timer = 0;
    if (state->seek.stage == SEEK_PROBE) {
        probed(self);
    } else if (state->seek.stage != SEEK_WAIT) {
        nice_seek_failed(self);
    } else if (state->orphan) {
        nice_attach(self, true);
    } else if (!state->count) {
        begin(self);
    } else {
        stage_set(self, SEEK_NONE, NODE_NONE, 0);
    }
}

static void probe(Node *self, const NodeId *nodes, uint32_t count)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    seek->best = NODE_NONE, seek->waiting = 0, seek->serial++;
    stage_set(self, SEEK_PROBE, NODE_NONE, patience);
    for (uint32_t i = 0; i < count; i++) {
        if (nodes[i] == node_id(self)) continue;
        seek->waiting++;
        nice_send(self, nodes[i], NICE_PROBE, seek->serial, NODE_NONE);
    }
    if (!seek->waiting) probed(self);
}

void nice_receive_echo(Node *self, NodeId from, uint32_t serial)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    if (seek->stage != SEEK_PROBE || seek->serial != serial) return;
    SimTime away = overlay_measure(self, from);
    bool nearer = seek->best == NODE_NONE || away < seek->best_away || (away == seek->best_away && from < seek->best);
    if (nearer) seek->best = from, seek->best_away = away;
    if (--seek->waiting == 0) probed(self);
}

void nice_refine(Node *self)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    const NiceLayer *last = &state->layers[state->count - 1];
    if (state->seek.stage != SEEK_NONE || state->super_count < 2 || last->cluster.count <= config->k) return;
    state->seek.refine = true;
    state->seek.layer = state->count - 1;
    probe(self, state->super, state->super_count);
}

static void probe_list(Node *self, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    NodeId nodes[NICE_MOST];
    state->seek.level = list->head.layer;
    for (uint32_t i = 0; i < list->head.count; i++) nodes[i] = list->entries[i].node;
    probe(self, nodes, list->head.count);
}

/* True if this node's hierarchy is the one that the other joins. */
static bool outranks(Node *self, NodeId from, const NiceList *list)
{
    const NiceState *state = overlay_state(self);
    if (!nice_is_top(self)) return false;
    uint32_t height = state->count - 1;
    if (height != list->head.layer) return height > list->head.layer;
    bool single = height == 0 && state->layers[0].cluster.count == 1, other = height == 0 && list->head.count == 1;
    return single != other ? other : node_id(self) < from;
}

/* The way to the top leads back here: there is no other, as far as that node knows. */
static void found_itself(Node *self)
{
    NiceState *state = overlay_state(self);
    state->seek.silent = 0;
    if (state->orphan && ++state->seek.alone < ALONE_MOST) nice_seek_failed(self);
    else nice_settled(self);
}

void nice_receive_top(Node *self, NodeId from, const NiceList *list, bool meet)
{
    NiceState *state = overlay_state(self);
    NiceSeek *seek = &state->seek;
    if (meet ? !nice_is_top(self) || seek->stage == SEEK_JOIN : seek->stage != SEEK_TOP) return;
    if (state->count && !nice_is_top(self)) {
        nice_settled(self);
        return;
    }
    seek->silent = 0, seek->refine = false;
    bool single = state->count == 1 && state->layers[0].cluster.count == 1;
    seek->layer = single ? 0 : state->count;
    if (outranks(self, from, list)) {
        nice_settled(self);
        if (!meet) nice_send_list(self, from, NICE_MEET, state->count - 1);
    } else if (seek->layer >= list->head.layer) {
        ask_in(self, from);
    } else {
        probe_list(self, list);
    }
}

void nice_receive_list(Node *self, NodeId from, const NiceList *list)
{
    const NiceState *state = overlay_state(self);
    if (state->seek.stage != SEEK_LIST || state->seek.asked != from || list->head.layer <= state->seek.layer) return;
    probe_list(self, list);
}

void nice_receive_query(Node *self, NodeId from, uint32_t layer)
{
    if (nice_leads(self, layer)) nice_send_list(self, from, NICE_LIST, layer);
}

void nice_receive_find(Node *self, const Message *message)
{
    const NiceState *state = overlay_state(self);
    NodeId origin = (NodeId)(message->word >> 32);
    if (nice_is_top(self)) {
        if (origin == node_id(self)) found_itself(self);
        else nice_send_list(self, origin, NICE_TOP, state->count - 1);
        return;
    }
    NodeId next = state->count ? state->layers[state->count - 1].leader : state->seek.contact;
    if (next != NODE_NONE && next != node_id(self) && message->hops < HOPS_MOST) overlay_send_connected(self, next, message);
}
