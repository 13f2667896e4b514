/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How clusters of NICE change: members and leaders, splits and merges. */
#include "overlay/nice.h"

static uint32_t largest(const NiceConfig *config) { return 3 * config->k - 1; }

NiceLayer *nice_push(Node *self, NodeId leader)
{
    NiceState *state = overlay_state(self);
    NiceLayer *there = &state->layers[state->count++];
    g_assert(state->count <= NICE_LAYERS);
    *there = (NiceLayer){ .leader = leader, .claimed = node_now(self) };
    nice_cluster_add(&there->cluster, node_id(self), node_now(self));
    state->changed = true;
    state->orphan = false;
    return there;
}

static void tell_all(Node *self, uint32_t layer, uint8_t kind, NodeId other)
{
    NiceState *state = overlay_state(self);
    const NiceCluster *cluster = &state->layers[layer].cluster;
    for (uint32_t i = 0; i < cluster->count; i++) nice_send(self, cluster->members[i].node, kind, layer, other);
}

void nice_truncate(Node *self, uint32_t count, bool say)
{
    NiceState *state = overlay_state(self);
    while (state->count > count) {
        if (say) tell_all(self, state->count - 1, NICE_LEAVE, NODE_NONE);
        nice_cluster_clear(&state->layers[--state->count].cluster);
        state->changed = true;
    }
    state->orphan = false;
}

void nice_add(Node *self, uint32_t layer, NodeId node)
{
    NiceState *state = overlay_state(self);
    NiceCluster *cluster = &state->layers[layer].cluster;
    if (nice_cluster_find(cluster, node) < cluster->count) return;
    if (nice_cluster_add(cluster, node, node_now(self))) state->changed = true;
}

static void drop(Node *self, uint32_t layer, NodeId node)
{
    NiceState *state = overlay_state(self);
    if (node != node_id(self) && nice_cluster_remove(&state->layers[layer].cluster, node)) state->changed = true;
}

/* The members are those of the list, and this node. */
static void take_members(Node *self, uint32_t layer, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    NiceCluster *cluster = &state->layers[layer].cluster;
    for (uint32_t i = cluster->count; i-- > 0; )
        if (!nice_lists(list, cluster->members[i].node)) drop(self, layer, cluster->members[i].node);
    for (uint32_t i = 0; i < list->head.count; i++) nice_add(self, layer, list->entries[i].node);
}

void nice_adopt(Node *self, uint32_t layer, NodeId leader, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    NiceLayer *there = &state->layers[layer];
    there->leader = leader;
    there->claimed = node_now(self);
    if (leader != node_id(self)) state->orphan = false;
    if (nice_lists(list, node_id(self))) take_members(self, layer, list);
    else nice_send(self, leader, NICE_JOIN, layer, node_id(self));          /* it has been given up in error */
    nice_keep_super(state, list);
}

static void super_drop(NiceState *state, NodeId node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->super_count; i++)
        if (state->super[i] != node) state->super[kept++] = state->super[i];
    state->super_count = kept;
    if (state->super_leader == node) state->super_leader = kept ? state->super[0] : NODE_NONE;
}

static uint32_t lowest(const NiceCluster *cluster, uint32_t except)
{
    uint32_t best = cluster->count;
    for (uint32_t i = 0; i < cluster->count; i++)
        if (i != except && (best == cluster->count || cluster->members[i].node < cluster->members[best].node)) best = i;
    return best;
}

void nice_elect(Node *self, uint32_t layer, NodeId gone, bool by_centre)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    NiceLayer *there = &state->layers[layer];
    uint32_t except = nice_cluster_find(&there->cluster, gone);
    uint32_t chosen = by_centre ? nice_cluster_centre(&there->cluster, except) : lowest(&there->cluster, except);
    there->leader = there->cluster.members[chosen].node;
    there->claimed = node_now(self) - config->timeout + 2 * config->heartbeat;      /* it may find out a heartbeat later */
    if (there->leader != node_id(self)) return;
    nice_settled(self);
    super_drop(state, gone);
    state->orphan = state->super_count > 0;
    nice_beat(self, layer);
    if (state->orphan) nice_attach(self, true);
}

void nice_lost(Node *self, NodeId node, uint32_t layer)
{
    NiceState *state = overlay_state(self);
    for (uint32_t l = 0; l < state->count; l++) {
        if (layer != UINT32_MAX && layer != l) continue;
        drop(self, l, node);
        if (state->layers[l].leader == node) nice_elect(self, l, node, true);
    }
    if (layer == UINT32_MAX) super_drop(state, node);
}

/* `by` takes the place of `from` in a cluster. */
static void replace(Node *self, uint32_t layer, NodeId from, NodeId by)
{
    NiceState *state = overlay_state(self);
    NiceLayer *there = &state->layers[layer];
    drop(self, layer, from);
    nice_add(self, layer, by);
    if (there->leader != from) return;
    there->leader = by;
    there->claimed = node_now(self);
}

void nice_transfer(Node *self, uint32_t layer, NodeId to)
{
    NiceState *state = overlay_state(self);
    NiceLayer *there = &state->layers[layer];
    NodeId me = node_id(self);
    for (uint32_t i = 0; i < there->cluster.count; i++)
        nice_send_part(self, there->cluster.members[i].node, NICE_UPDATE, layer, &there->cluster, to);
    for (uint32_t l = layer + 1; l < state->count; l++) {
        NiceLayer *above = &state->layers[l];
        tell_all(self, l, NICE_REPLACE, to);
        nice_cluster_remove(&above->cluster, me);
        nice_add(self, l, to);
        if (above->leader == me) above->leader = to;
        nice_send_list(self, to, NICE_UPDATE, l);
        if (l > layer + 1) continue;
        state->super_count = above->cluster.count;
        state->super = g_renew(NodeId, state->super, state->super_count);
        for (uint32_t i = 0; i < state->super_count; i++) state->super[i] = above->cluster.members[i].node;
        state->super_leader = above->leader;
    }
    if (layer + 1 == state->count) state->super_count = 0;
    nice_truncate(self, layer + 1, false);
    there->leader = to;
    there->claimed = node_now(self);
}

void nice_receive_replace(Node *self, NodeId from, uint32_t layer, NodeId by)
{
    NiceState *state = overlay_state(self);
    if (layer >= state->count || by == node_id(self)) return;
    NiceCluster *cluster = &state->layers[layer].cluster;
    if (nice_cluster_find(cluster, from) < cluster->count) replace(self, layer, from, by);
}

/* Told by the leader: it may hand over to this node, or leave it to lead the other half. */
static void follow(Node *self, NodeId from, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    uint32_t layer = list->head.layer;
    bool promoted = list->head.leader == node_id(self) && state->layers[layer].leader != node_id(self);
    nice_adopt(self, layer, list->head.leader, list);
    if (!promoted) return;
    nice_settled(self);
    state->orphan = state->super_count > 0;
    if (state->orphan) nice_attach(self, !nice_lists(list, from));
}

/* The cluster that this node has asked for, or been given, on a layer where it has none, or another. */
static void enter(Node *self, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    nice_truncate(self, list->head.layer, true);
    nice_push(self, list->head.leader);
    take_members(self, list->head.layer, list);
    nice_keep_super(state, list);
    nice_settled(self);
}

void nice_receive_update(Node *self, NodeId from, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    uint32_t layer = list->head.layer;
    const NiceLayer *there = nice_layer(state, layer);
    bool listed = nice_lists(list, node_id(self)), wanted = nice_wants(state, layer);
    bool enters = layer == state->count ? (state->count ? nice_is_top(self) : wanted) : layer + 1 == state->count && wanted;
    if (there && there->leader != node_id(self) &&
        (there->leader == from || nice_cluster_find(&there->cluster, from) < there->cluster.count)) {
        follow(self, from, list);
    } else if (listed && enters && layer < NICE_LAYERS) {
        enter(self, list);
    } else if (listed && (!there || nice_cluster_find(&there->cluster, from) == there->cluster.count)) {
        nice_send(self, from, NICE_LEAVE, layer, NODE_NONE);
    }
}

/* Lets a node in, or refuses it. */
static void let_in(Node *self, uint32_t layer, NodeId node, bool refining)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    NiceCluster *cluster = &state->layers[layer].cluster;
    uint32_t room = refining ? largest(config) : layer ? NICE_MOST : MIN(3 * largest(config), NICE_MOST);
    bool new = nice_cluster_find(cluster, node) == cluster->count;
    if (new && cluster->count >= room) {
        nice_send(self, node, NICE_REFUSE, layer, NODE_NONE);
        return;
    }
    nice_add(self, layer, node);
    nice_hear(self, layer, node);
    nice_send_list(self, node, NICE_UPDATE, layer);
    if (new) nice_beat(self, layer);
}

void nice_receive_join(Node *self, const Message *message)
{
    enum { REFINING = 1u << 31, HOPS_MOST = 16 };
    NiceState *state = overlay_state(self);
    uint32_t layer = (uint32_t)message->word & ~REFINING;
    NodeId node = (NodeId)(message->word >> 32);
    if (node == node_id(self)) return;
    if (layer == state->count && nice_is_top(self) && layer < NICE_LAYERS) {
        nice_push(self, node_id(self));
        nice_settled(self);
        state->refined = 0;             /* there may be more tops */
    }
    const NiceLayer *there = nice_layer(state, layer);
    if (there && there->leader == node_id(self)) let_in(self, layer, node, (uint32_t)message->word & REFINING);
    else if (there && there->leader != node && message->hops < HOPS_MOST) overlay_send_connected(self, there->leader, message);
    else nice_send(self, node, NICE_REFUSE, layer, NODE_NONE);
}

/* Leaves the half that is farther from it to a leader of its own. */
static void split(Node *self, uint32_t layer)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    NiceCluster *cluster = &state->layers[layer].cluster;
    bool away[NICE_MOST];
    if (layer + 1 == NICE_LAYERS) return;
    nice_cluster_split(cluster, nice_cluster_find(cluster, node_id(self)), 3 * config->k / 2, away);
    NiceCluster other = nice_cluster_part(cluster, away, true), own = nice_cluster_part(cluster, away, false);
    NodeId leader = other.members[nice_cluster_centre(&other, other.count)].node;
    if (layer + 1 == state->count) {
        nice_push(self, node_id(self));
        nice_settled(self);
    }
    for (uint32_t i = 0; i < other.count; i++) nice_send_part(self, other.members[i].node, NICE_UPDATE, layer, &other, leader);
    nice_cluster_clear(&other);
    nice_cluster_clear(cluster);
    *cluster = own;
    state->changed = true;
}

/* The member of a cluster that is nearest to this node. */
static NodeId nearest(Node *self, const NiceCluster *cluster)
{
    uint32_t me = nice_cluster_find(cluster, node_id(self)), best = cluster->count;
    for (uint32_t i = 0; i < cluster->count; i++)
        if (i != me && (best == cluster->count || nice_cluster_distance(cluster, me, i) < nice_cluster_distance(cluster, me, best)))
            best = i;
    return cluster->members[best].node;
}

/* Gives its cluster over to that of `into`, one of its own cluster above, which it leaves. */
static void merge_into(Node *self, uint32_t layer, NodeId into)
{
    NiceState *state = overlay_state(self);
    NiceCluster *cluster = &state->layers[layer].cluster;
    nice_send_list(self, into, NICE_MERGE, layer);
    nice_add(self, layer, into);
    for (uint32_t i = 0; i < cluster->count; i++)
        if (cluster->members[i].node != into)
            nice_send_part(self, cluster->members[i].node, NICE_UPDATE, layer, cluster, into);
    nice_truncate(self, layer + 1, true);
    state->layers[layer].leader = into;
    state->layers[layer].claimed = node_now(self);
}

void nice_receive_merge(Node *self, NodeId from, const NiceList *list)
{
    if (!nice_leads(self, list->head.layer)) {
        nice_send(self, from, NICE_LEAVE, list->head.layer, NODE_NONE);         /* it leads no more: they elect anew */
        return;
    }
    for (uint32_t i = 0; i < list->head.count; i++) nice_add(self, list->head.layer, list->entries[i].node);
    nice_beat(self, list->head.layer);
}

void nice_receive_merge_ask(Node *self, NodeId from, uint32_t layer)
{
    NiceState *state = overlay_state(self);
    if (layer + 2 == state->count && state->layers[layer + 1].leader == from) merge_into(self, layer, from);
}

/* A leader joins the nearest cluster to its own; one that leads above too has the nearest join it. */
static void merge(Node *self, uint32_t layer)
{
    NiceState *state = overlay_state(self);
    const NiceLayer *above = &state->layers[layer + 1];
    NodeId other = nearest(self, &above->cluster);
    if (above->leader == node_id(self)) nice_send(self, other, NICE_MERGE_ASK, layer, NODE_NONE);
    else merge_into(self, layer, other);
}

/* The member that ought to lead in this node's place, or this node. */
static NodeId better_centre(Node *self, const NiceCluster *cluster)
{
    const NiceConfig *config = overlay_config(self);
    uint32_t own = nice_cluster_radius(cluster, nice_cluster_find(cluster, node_id(self)));
    uint32_t best = nice_cluster_centre(cluster, cluster->count), radius = nice_cluster_radius(cluster, best);
    bool better = own != NICE_UNKNOWN && radius < own * (1 - config->hysteresis);
    return better ? cluster->members[best].node : node_id(self);
}

/* Nobody else is left on its last layer. */
static void drop_top(Node *self)
{
    NiceState *state = overlay_state(self);
    bool orphan = state->orphan;
    nice_truncate(self, state->count - 1, false);
    state->orphan = orphan;
    state->super_count = 0;
    if (orphan) nice_attach(self, true);
}

void nice_maintain(Node *self)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    while (state->count > 1 && state->layers[state->count - 1].cluster.count == 1) drop_top(self);
    for (uint32_t l = 0; l < state->count && nice_leads(self, l); l++) {
        const NiceCluster *cluster = &state->layers[l].cluster;
        if (state->orphan && l + 1 == state->count) break;              /* it has nobody to ask for help */
        NodeId centre = better_centre(self, cluster);
        if (cluster->count > largest(config)) {
            split(self, l);
        } else if (cluster->count < config->k && l + 1 < state->count && state->layers[l + 1].cluster.count > 1) {
            merge(self, l);
        } else if (centre != node_id(self)) {
            nice_transfer(self, l, centre);
        }
    }
}
