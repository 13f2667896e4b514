/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NICE: a hierarchy of clusters of nodes that are near each other.
 *
 * Every node is in a cluster of k to 3k-1 members on layer 0; the leader of a cluster,
 * its graph-theoretic centre, is in a cluster on the next layer too, up to one at the
 * top.  Members of a cluster are neighbors, and the protocol can ask which of them are
 * in one cluster.  They send each other a heartbeat with their distances; the leader's
 * says who belongs to it, and who is in its own cluster one layer up.  Leaders hand
 * over to a better centre, split a cluster that is too large into two halves whose
 * larger radius is least, and merge one that is too small with the nearest.  A newcomer
 * asks the top and goes down, layer by layer, by the nearest leader; a member probes
 * the leaders near its own every `refine`, and moves to one that is nearer.
 *
 * Defaults: k = 3 is the paper's; heartbeats every 5 s of which three may be missed, and
 * 30 s for the top, are those of OverSim's NICE (2009); the hysteresis is ours.  In place
 * of a fixed rendezvous point any node that has joined passes a question up to the top.  A leader
 * that hands over gives its places on all higher layers to the new one; one that leaves
 * in order does the same first.  The new leader after a crash is the centre as each
 * member knows it; where two claim it the lower number stays.  A top asks at random
 * whether there is another, so that parts become one again after a partition.  A move
 * or a new centre has to be nearer by `hysteresis`, and a move neither makes the old
 * cluster too small nor the new one too large.
 *
 * Heartbeats, probes and their answers are datagrams; all else goes over connections.
 * Distances are those of overlay_measure(), known once a message has come that way.
 * Left out: the newcomer's data by way of the leaders it asks, while it joins.
 *
 * A message takes 26 bytes, 6 for each node listed in it, and 2 for a distance.
 *
 * Source: S. Banerjee, B. Bhattacharjee, C. Kommareddy, "Scalable application layer
 * multicast", SIGCOMM 2002.
 */
#include <string.h>

#include "overlay/nice.h"

enum { MESSAGE_BYTES = 26, NODE_BYTES = 6, DISTANCE_BYTES = 2 };

static const Param params[] = {
    { "k", PARAM_COUNT, offsetof(NiceConfig, k), "3", 2, 10, "clusters have k to 3k-1 members", NULL },
    { "heartbeat", PARAM_DURATION, offsetof(NiceConfig, heartbeat), "5 s", 1, 9e17,
      "time between a node's messages to the other members of its clusters, and between a leader's looks at its own", NULL },
    { "timeout", PARAM_DURATION, offsetof(NiceConfig, timeout), "15 s", 1, 9e17,
      "silence after which a member counts as gone", NULL },
    { "refine", PARAM_DURATION, offsetof(NiceConfig, refine), "30 s", 1, 9e17,
      "time between a member's probes for a nearer leader, and the top's for another top", NULL },
    { "hysteresis", PARAM_SHARE, offsetof(NiceConfig, hysteresis), "10 %", 0, 0.9,
      "how much nearer another leader, or how much smaller another centre's radius, has to be", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    const NiceConfig *config = data;
    if (config->timeout <= config->heartbeat)
        keys_fault(keys, "timeout", "silence of less than a heartbeat says nothing; more than 'heartbeat'");
}

NiceLayer *nice_layer(NiceState *state, uint32_t layer) { return layer < state->count ? &state->layers[layer] : NULL; }

bool nice_leads(Node *self, uint32_t layer)
{
    NiceLayer *there = nice_layer(overlay_state(self), layer);
    return there && there->leader == node_id(self);
}

bool nice_is_top(Node *self)
{
    const NiceState *state = overlay_state(self);
    return state->count && nice_leads(self, state->count - 1);
}

NiceList nice_list(const Message *message)
{
    NiceList list;
    memcpy(&list.head, message->data, sizeof list.head);
    list.entries = (const NiceEntry *)((const char *)message->data + sizeof list.head);
    list.super = (const NodeId *)(list.entries + list.head.count);
    return list;
}

bool nice_lists(const NiceList *list, NodeId node)
{
    for (uint32_t i = 0; i < list->head.count; i++)
        if (list->entries[i].node == node) return true;
    return false;
}

void nice_send(Node *self, NodeId to, uint8_t kind, uint32_t layer, NodeId other)
{
    Message message = { .word = layer | (uint64_t)other << 32, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + NODE_BYTES,
                        .kind = kind };
    if (kind == NICE_PROBE || kind == NICE_ECHO) overlay_send(self, to, &message);
    else if (to != node_id(self)) overlay_send_connected(self, to, &message);
}

/* Room for a message with a list in it. */
typedef struct { uint32_t words[5 + 3 * NICE_MOST]; } Packed;

/* A message about a cluster; a leader's says who is one layer up. */
static Message pack(Node *self, Packed *packed, uint32_t layer, const NiceCluster *cluster, NodeId leader)
{
    NiceState *state = overlay_state(self);
    const NiceLayer *above = nice_leads(self, layer) ? nice_layer(state, layer + 1) : NULL;
    uint32_t count = cluster->count, supers = above ? above->cluster.count : 0, *word = packed->words;
    uint32_t me = nice_cluster_find(cluster, node_id(self));
    *word++ = layer, *word++ = count, *word++ = supers, *word++ = leader, *word++ = above ? above->leader : NODE_NONE;
    for (uint32_t i = 0; i < count; i++) {
        *word++ = cluster->members[i].node;
        *word++ = me < count ? cluster->distances[me * cluster->room + i] : NICE_UNKNOWN;
    }
    for (uint32_t i = 0; i < supers; i++) *word++ = above->cluster.members[i].node;
    return (Message){
        .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + (NODE_BYTES + DISTANCE_BYTES) * count + NODE_BYTES * supers,
        .data = packed->words, .data_size = (uint32_t)((char *)word - (char *)packed->words),
    };
}

void nice_send_part(Node *self, NodeId to, uint8_t kind, uint32_t layer, const NiceCluster *cluster, NodeId leader)
{
    Packed packed;
    Message message = pack(self, &packed, layer, cluster, leader);
    message.kind = kind;
    if (to != node_id(self)) overlay_send_connected(self, to, &message);
}

void nice_send_list(Node *self, NodeId to, uint8_t kind, uint32_t layer)
{
    NiceState *state = overlay_state(self);
    nice_send_part(self, to, kind, layer, &state->layers[layer].cluster, state->layers[layer].leader);
}

void nice_beat(Node *self, uint32_t layer)
{
    NiceState *state = overlay_state(self);
    const NiceLayer *there = &state->layers[layer];
    Packed packed;
    Message message = pack(self, &packed, layer, &there->cluster, there->leader);
    message.kind = NICE_HEARTBEAT;
    for (uint32_t i = 0; i < there->cluster.count; i++)
        if (there->cluster.members[i].node != node_id(self)) overlay_send(self, there->cluster.members[i].node, &message);
}

void nice_hear(Node *self, uint32_t layer, NodeId from)
{
    NiceState *state = overlay_state(self);
    NiceCluster *cluster = &state->layers[layer].cluster;
    uint32_t at = nice_cluster_find(cluster, from);
    if (at == cluster->count) return;
    cluster->members[at].heard = node_now(self);
    SimTime us = overlay_measure(self, from) / 1000;
    nice_cluster_tell(cluster, nice_cluster_find(cluster, node_id(self)), at, (uint32_t)MIN(us, NICE_UNKNOWN / 4));
}

void nice_keep_super(NiceState *state, const NiceList *list)
{
    if (list->head.super_count > state->super_count) state->super = g_renew(NodeId, state->super, list->head.super_count);
    if (list->head.super_count) memcpy(state->super, list->super, list->head.super_count * sizeof *state->super);
    state->super_count = list->head.super_count;
    state->super_leader = list->head.super_leader;
}

/* Two claim one cluster: one of them steps back. */
static void contest(Node *self, NodeId from, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    uint32_t layer = list->head.layer;
    bool attached = layer + 1 < state->count, other = list->head.super_count > 0;
    if (attached != other ? attached : node_id(self) < from) {
        nice_beat(self, layer);
        return;
    }
    nice_truncate(self, layer + 1, true);
    nice_adopt(self, layer, from, list);
}

/* A heartbeat of somebody who is not in this node's cluster there. */
static void hear_stranger(Node *self, NodeId from, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    uint32_t layer = list->head.layer;
    if (nice_leads(self, layer) && list->head.leader == node_id(self)) {
        nice_add(self, layer, from);
        nice_hear(self, layer, from);
    } else if (list->head.leader == from && nice_lists(list, node_id(self)) && !nice_wants(state, layer)) {
        nice_send(self, from, NICE_LEAVE, layer, NODE_NONE);
    }
}

static void receive_heartbeat(Node *self, NodeId from, const NiceList *list)
{
    NiceState *state = overlay_state(self);
    uint32_t layer = list->head.layer;
    NiceLayer *there = nice_layer(state, layer);
    uint32_t at = there ? nice_cluster_find(&there->cluster, from) : 0;
    if (!there || at == there->cluster.count) {
        hear_stranger(self, from, list);
        return;
    }
    nice_hear(self, layer, from);
    for (uint32_t i = 0; i < list->head.count; i++) {
        uint32_t j = nice_cluster_find(&there->cluster, list->entries[i].node);
        if (j < there->cluster.count && list->entries[i].us != NICE_UNKNOWN)
            nice_cluster_tell(&there->cluster, at, j, list->entries[i].us);
    }
    if (list->head.leader != from) return;
    if (there->leader == node_id(self)) contest(self, from, list);
    else nice_adopt(self, layer, from, list);
}

/* The other members of a cluster that have been silent too long. */
static void expire(Node *self, uint32_t layer)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    NiceLayer *there = &state->layers[layer];
    NodeId gone[NICE_MOST];
    uint32_t count = 0;
    for (uint32_t i = 0; i < there->cluster.count; i++) {
        const NiceMember *member = &there->cluster.members[i];
        if (member->node != node_id(self) && node_now(self) - member->heard > config->timeout) gone[count++] = member->node;
    }
    for (uint32_t i = 0; i < count; i++) nice_lost(self, gone[i], layer);
    if (there->leader != node_id(self) && node_now(self) - there->claimed > config->timeout)
        nice_elect(self, layer, there->leader, false);
}

static void beat(Node *self)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    for (uint32_t l = 0; l < state->count; l++) expire(self, l);
    nice_maintain(self);
    for (uint32_t l = 0; l < state->count; l++) nice_beat(self, l);
    if (!state->count || node_now(self) - state->refined < config->refine) return;
    state->refined = node_now(self);
    if (nice_is_top(self)) nice_look(self);
    else nice_refine(self);
}

static int by_node(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;
    return (x > y) - (x < y);
}

/* Makes the members of its clusters the neighbors that the protocol sees. */
static void show(Node *self)
{
    NiceState *state = overlay_state(self);
    NodeId known[NICE_LAYERS * NICE_MOST];
    uint32_t count = 0, kept = 0;
    if (!state->changed) return;
    state->changed = false;
    for (uint32_t l = 0; l < state->count; l++)
        for (uint32_t i = 0; i < state->layers[l].cluster.count; i++) {
            NodeId node = state->layers[l].cluster.members[i].node;
            if (node != node_id(self)) known[count++] = node;
        }
    qsort(known, count, sizeof *known, by_node);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || known[i] != known[i - 1]) known[kept++] = known[i];
    for (uint32_t i = 0, at = 0; i < overlay_degree(self); ) {
        NodeId neighbor = overlay_neighbor(self, i);
        while (at < kept && known[at] < neighbor) at++;
        if (at < kept && known[at] == neighbor) i++;
        else overlay_neighbor_remove(self, neighbor);
    }
    for (uint32_t i = 0; i < kept; i++) overlay_neighbor_add(self, known[i]);
}

static uint32_t cluster(Node *self, NodeId other)
{
    const NiceState *state = overlay_state(self);
    for (uint32_t l = state->count; l-- > 0; )
        if (nice_cluster_find(&state->layers[l].cluster, other) < state->layers[l].cluster.count) return l;
    return UINT32_MAX;
}

static void start(Node *self)
{
    const NiceConfig *config = overlay_config(self);
    NiceState *state = overlay_state(self);
    state->refined = node_now(self);
    nice_join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->heartbeat), NICE_TICK);
    show(self);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    uint32_t layer = (uint32_t)message->word;
    NodeId other = (NodeId)(message->word >> 32);
    NiceList list = { 0 };
    if (message->data) list = nice_list(message);
    switch (message->kind) {
    case NICE_HEARTBEAT: receive_heartbeat(self, from, &list); break;
    case NICE_UPDATE: nice_receive_update(self, from, &list); break;
    case NICE_REPLACE: nice_receive_replace(self, from, layer, other); break;
    case NICE_LEAVE: nice_lost(self, from, layer); break;
    case NICE_JOIN: nice_receive_join(self, message); break;
    case NICE_REFUSE: if (nice_wants(overlay_state(self), layer)) nice_seek_failed(self); break;
    case NICE_MERGE: nice_receive_merge(self, from, &list); break;
    case NICE_MERGE_ASK: nice_receive_merge_ask(self, from, layer); break;
    case NICE_FIND: nice_receive_find(self, message); break;
    case NICE_TOP: nice_receive_top(self, from, &list, false); break;
    case NICE_MEET: nice_receive_top(self, from, &list, true); break;
    case NICE_QUERY: nice_receive_query(self, from, layer); break;
    case NICE_LIST: nice_receive_list(self, from, &list); break;
    case NICE_PROBE: nice_send(self, from, NICE_ECHO, layer, NODE_NONE); break;
    default: nice_receive_echo(self, from, layer); break;
    }
    show(self);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    const NiceState *state = overlay_state(self);
    (void)message;
    nice_lost(self, to, UINT32_MAX);
    if (state->seek.stage != SEEK_NONE && state->seek.stage != SEEK_PROBE && state->seek.asked == to) nice_seek_failed(self);
    show(self);
}

static void timer(Node *self, uint32_t tag)
{
    const NiceConfig *config = overlay_config(self);
    if (tag == NICE_TICK_SEEK) nice_seek_timer(self);
    else {
        beat(self);
        overlay_after(self, config->heartbeat, NICE_TICK);
    }
    show(self);
}

static void leave(Node *self)
{
    NiceState *state = overlay_state(self);
    if (!state->count) return;
    const NiceCluster *cluster_0 = &state->layers[0].cluster;
    uint32_t me = nice_cluster_find(cluster_0, node_id(self));
    if (nice_leads(self, 0) && cluster_0->count > 1)
        nice_transfer(self, 0, cluster_0->members[nice_cluster_centre(cluster_0, me)].node);
    nice_truncate(self, 0, true);
}

static void stop(Node *self)
{
    NiceState *state = overlay_state(self);
    nice_truncate(self, 0, false);
    g_clear_pointer(&state->super, g_free);
}

static const LiveOverlay live = {
    .state_size = sizeof(NiceState),
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .leave = leave, .stop = stop,
    .cluster = cluster,
};

const Overlay overlay_nice = {
    .variant = {
        .name = "nice",
        .summary = "a hierarchy of clusters of near nodes, each led by its centre",
        .source = "S. Banerjee et al., SIGCOMM 2002",
        .params = params, .config_size = sizeof(NiceConfig), .check = check,
    },
    .live = &live,
};
