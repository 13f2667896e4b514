/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GossipSub v1.1: for each group a mesh among the neighbors, and gossip beside it.
 *
 * A publication goes to the mesh neighbors at once (to all where this node is the
 * source and floods).  At each heartbeat the mesh is kept between `d-low` and
 * `d-high` neighbors by GRAFT and PRUNE, and some of the others are told what came
 * lately (IHAVE); they ask for what they lack (IWANT).  A source that is no
 * member sends to a fanout of members instead.  Who is in which group neighbors
 * know of each other: a subscription costs no message here.
 *
 * A publication is kept for `mcache-len` heartbeats and announced in the first
 * `mcache-gossip` of them.  Control messages take 20 bytes and 20 more for each
 * publication listed; each travels on its own.
 *
 * Left out: peer scores and all that rests on them (opportunistic grafting,
 * thresholds, penalties), the quota of outbound neighbors, peer exchange, the
 * limits on IHAVE and IWANT.
 *
 * Source: D. Vyzovitis et al., "GossipSub: attack-resilient message propagation
 * in the Filecoin and ETH2.0 networks", 2020; libp2p specification, pubsub/gossipsub v1.1.
 */
#include <string.h>

#include "protocol/held.h"

typedef struct {
    uint32_t d, d_low, d_high, d_lazy, mcache_len, mcache_gossip;
    double gossip_factor;
    SimTime heartbeat, fanout_ttl, prune_backoff;
    bool flood_publish;
} Config;

enum { PUBLISH, GRAFT, PRUNE, IHAVE, IWANT };           /* kinds; the word of the middle three is the group */
enum { CONTROL_BYTES = 20, ENTRY_BYTES = 20 };
typedef enum { TO_FILL, TO_TELL } Purpose;

static const Param params[] = {
    { "d", PARAM_COUNT, offsetof(Config, d), "6", 0, 1000, "neighbors wanted in the mesh of a group", NULL },
    { "d-low", PARAM_COUNT, offsetof(Config, d_low), "5", 0, 1000, "fewer are filled up to d", NULL },
    { "d-high", PARAM_COUNT, offsetof(Config, d_high), "12", 0, 1000, "more are pruned to d", NULL },
    { "d-lazy", PARAM_COUNT, offsetof(Config, d_lazy), "6", 0, 100000, "neighbors outside the mesh told at a heartbeat, at least", NULL },
    { "gossip-factor", PARAM_SHARE, offsetof(Config, gossip_factor), "0.25", 0, 0, "share of those outside the mesh told at a heartbeat", NULL },
    { "heartbeat", PARAM_DURATION, offsetof(Config, heartbeat), "1 s", 1, 9e18, "time between a node's heartbeats", NULL },
    { "mcache-len", PARAM_COUNT, offsetof(Config, mcache_len), "5", 1, 255, "heartbeats for which a publication is kept", NULL },
    { "mcache-gossip", PARAM_COUNT, offsetof(Config, mcache_gossip), "3", 0, 255, "heartbeats in which it is announced", NULL },
    { "fanout-ttl", PARAM_DURATION, offsetof(Config, fanout_ttl), "60 s", 0, 0,
      "time after its last publication that a source outside the group keeps its fanout", NULL },
    { "prune-backoff", PARAM_DURATION, offsetof(Config, prune_backoff), "60 s", 0, 0, "time after a PRUNE without a GRAFT between the two", NULL },
    { "flood-publish", PARAM_BOOL, offsetof(Config, flood_publish), "yes", 0, 0, "a source sends to all its neighbors in the group", NULL },
    PARAM_END
};

/* The groups that are published to. */
typedef struct { uint32_t *groups, count; } Shared;

typedef struct { SimTime until; NodeId node; } Backoff;

/* One group at one node. */
typedef struct {
    NodeId *mesh;               /* of a member; else the fanout */
    Backoff *backoffs;
    SimTime published;          /* when this node last did */
    uint32_t group, count, room, backoff_count, backoff_room;       /* count, room: of `mesh` */
    bool member;
} Topic;

typedef struct {
    Topic *topics;              /* of each group of Shared */
    Held cache;                 /* what came, since which heartbeat */
    int64_t beats;              /* heartbeats so far */
} State;

static void order_fault(const Keys *keys, const char *low, const char *high)
{
    keys_fault(keys, low, "it is more than '%s'; at most that is expected", high);
    if (keys_given(keys, high)) keys_fault(keys, high, "it is less than '%s'; at least that is expected", low);
}

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->d_low > config->d) order_fault(keys, "d-low", "d");
    if (config->d > config->d_high) order_fault(keys, "d", "d-high");
    if (config->mcache_gossip > config->mcache_len) order_fault(keys, "mcache-gossip", "mcache-len");
}

static bool prepare(const void *config, const ProtocolScope *scope, void *data, GError **error)
{
    (void)config, (void)error;
    Shared *shared = data;
    shared->groups = g_memdup2(scope->groups, scope->group_count * sizeof *scope->groups);
    shared->count = scope->group_count;
    return true;
}

static void release(void *data) { g_free(((Shared *)data)->groups); }

static Topic *topic_of(Node *self, uint32_t group)
{
    Topic *topic = ((State *)node_state(self))->topics;
    while (topic->group != group) topic++;
    return topic;
}

/* A list with room for one more. */
static void *grown(void *list, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room) return list;
    *room = *room ? 2 * *room : 4;
    return g_realloc_n(list, *room, size);
}

static uint32_t mesh_find(const Topic *topic, NodeId node)
{
    uint32_t i = 0;
    while (i < topic->count && topic->mesh[i] != node) i++;
    return i;
}

static bool in_mesh(const Topic *topic, NodeId node) { return mesh_find(topic, node) < topic->count; }

static void mesh_add(Topic *topic, NodeId node)
{
    topic->mesh = grown(topic->mesh, topic->count, &topic->room, sizeof *topic->mesh);
    topic->mesh[topic->count++] = node;
}

static void mesh_remove(Topic *topic, NodeId node)
{
    uint32_t at = mesh_find(topic, node);
    if (at < topic->count) topic->mesh[at] = topic->mesh[--topic->count];
}

static bool backs_off(const Topic *topic, NodeId node, SimTime now)
{
    for (uint32_t i = 0; i < topic->backoff_count; i++)
        if (topic->backoffs[i].node == node) return topic->backoffs[i].until > now;
    return false;
}

static void back_off(Node *self, Topic *topic, NodeId node)
{
    const Config *config = node_config(self);
    uint32_t i = 0;
    while (i < topic->backoff_count && topic->backoffs[i].node != node) i++;
    topic->backoffs = grown(topic->backoffs, i, &topic->backoff_room, sizeof *topic->backoffs);
    if (i == topic->backoff_count) topic->backoff_count++;
    topic->backoffs[i] = (Backoff){ node_now(self) + config->prune_backoff, node };
}

static void backoffs_expire(Topic *topic, SimTime now)
{
    for (uint32_t i = topic->backoff_count; i--; )
        if (topic->backoffs[i].until <= now) topic->backoffs[i] = topic->backoffs[--topic->backoff_count];
}

/* Random neighbors of the group outside the mesh: those to fill it with, none of
 * whom backs off, or those to be told what came.  Free it. */
static NodeId *outsiders(Node *self, const Topic *topic, Purpose purpose, uint32_t *count)
{
    const Config *config = node_config(self);
    uint32_t degree = node_degree(self), found = 0;
    NodeId *nodes = g_new(NodeId, degree + 1);
    for (uint32_t i = 0; i < degree; i++) {
        NodeId node = node_neighbor(self, i);
        if (in_mesh(topic, node) || !node_in_group(self, node, topic->group)) continue;
        if (purpose == TO_TELL || !backs_off(topic, node, node_now(self))) nodes[found++] = node;
    }
    uint32_t told = MAX(config->d_lazy, (uint32_t)(config->gossip_factor * found));
    *count = MIN(found, purpose == TO_TELL ? told : config->d - topic->count);
    for (uint32_t i = 0; i < *count && *count < found; i++) {
        uint32_t pick = i + (uint32_t)random_below(node_random(self), found - i);
        NodeId node = nodes[pick];
        nodes[pick] = nodes[i], nodes[i] = node;
    }
    return nodes;
}

/* `list`: numbers of publications, or NULL. */
static void control(Node *self, NodeId to, uint8_t kind, uint32_t group, const GArray *list)
{
    Message message = { .word = group, .publication = PUBLICATION_NONE, .size = CONTROL_BYTES, .kind = kind };
    if (list) message.data = list->data, message.data_size = list->len * (uint32_t)sizeof(uint32_t);
    if (list) message.size += ENTRY_BYTES * list->len;
    node_send(self, to, &message);
}

static void prune(Node *self, Topic *topic, NodeId node)
{
    mesh_remove(topic, node);
    back_off(self, topic, node);
    control(self, node, PRUNE, topic->group, NULL);
}

/* Fills the mesh, or the fanout of one that is no member, up to d. */
static void fill(Node *self, Topic *topic)
{
    uint32_t count;
    g_autofree NodeId *nodes = outsiders(self, topic, TO_FILL, &count);
    for (uint32_t i = 0; i < count; i++) {
        mesh_add(topic, nodes[i]);
        if (topic->member) control(self, nodes[i], GRAFT, topic->group, NULL);
    }
}

static void start(Node *self)
{
    const Config *config = node_config(self);
    const Shared *shared = node_shared(self);
    State *state = node_state(self);
    state->topics = g_new0(Topic, shared->count + 1);
    for (uint32_t t = 0; t < shared->count; t++) {
        Topic *topic = &state->topics[t];
        topic->group = shared->groups[t];
        topic->member = node_in_group(self, node_id(self), topic->group);
        if (topic->member) fill(self, topic);
    }
    node_after(self, (SimTime)random_below(node_random(self), (uint64_t)config->heartbeat), 0);
}

static void stop(Node *self)
{
    const Shared *shared = node_shared(self);
    State *state = node_state(self);
    held_clear(self, &state->cache);
    for (uint32_t t = 0; t < shared->count; t++) {
        g_free(state->topics[t].mesh);
        g_free(state->topics[t].backoffs);
    }
    g_free(state->topics);
    memset(state, 0, sizeof *state);
}

static void cache_add(Node *self, const Message *message)
{
    State *state = node_state(self);
    held_add(self, &state->cache, message, state->beats);
}

/* Tells some outside the mesh what came lately. */
static void gossip(Node *self, const Topic *topic)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    g_autoptr(GArray) list = NULL;
    for (uint32_t i = 0; i < state->cache.count; i++) {
        const HeldOne *cached = held_at(&state->cache, i);
        if (node_publication(self, cached->publication)->group != topic->group) continue;
        if (state->beats - cached->since >= config->mcache_gossip) continue;
        if (!list) list = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g_array_append_val(list, cached->publication);
    }
    if (!list) return;
    uint32_t count;
    g_autofree NodeId *nodes = outsiders(self, topic, TO_TELL, &count);
    for (uint32_t i = 0; i < count; i++) control(self, nodes[i], IHAVE, topic->group, list);
}

/* Keeps d of the mesh, at random. */
static void thin(Node *self, Topic *topic)
{
    const Config *config = node_config(self);
    random_shuffle(node_random(self), topic->mesh, topic->count);
    while (topic->count > config->d) prune(self, topic, topic->mesh[topic->count - 1]);
}

static void timer(Node *self, uint32_t tag)
{
    (void)tag;
    const Config *config = node_config(self);
    const Shared *shared = node_shared(self);
    State *state = node_state(self);
    for (uint32_t t = 0; t < shared->count; t++) {
        Topic *topic = &state->topics[t];
        backoffs_expire(topic, node_now(self));
        if (topic->member && topic->count < config->d_low) fill(self, topic);
        if (topic->member && topic->count > config->d_high) thin(self, topic);
        if (!topic->member && topic->published + config->fanout_ttl < node_now(self)) topic->count = 0;
        gossip(self, topic);
    }
    held_expire(self, &state->cache, ++state->beats - config->mcache_len + 1);
    node_after(self, config->heartbeat, 0);
}

/* To the mesh, but neither to where it came from nor to its source. */
static void forward(Node *self, const Topic *topic, NodeId from, Message message)
{
    NodeId source = node_publication(self, message.publication)->source;
    message.kind = PUBLISH;
    for (uint32_t i = 0; i < topic->count; i++)
        if (topic->mesh[i] != from && topic->mesh[i] != source) node_send(self, topic->mesh[i], &message);
}

static void flood(Node *self, uint32_t group, Message message)
{
    message.kind = PUBLISH;
    for (uint32_t i = 0; i < node_degree(self); i++)
        if (node_in_group(self, node_neighbor(self, i), group)) node_send_neighbor(self, i, &message);
}

static void publish(Node *self, const Message *publication)
{
    const Config *config = node_config(self);
    Topic *topic = topic_of(self, node_publication(self, publication->publication)->group);
    cache_add(self, publication);
    if (!topic->member) fill(self, topic);
    topic->published = node_now(self);
    if (config->flood_publish) flood(self, topic->group, *publication);
    else forward(self, topic, NODE_NONE, *publication);
}

static void receive_publication(Node *self, NodeId from, const Message *message)
{
    if (!node_deliver(self, message)) return;
    const Topic *topic = topic_of(self, node_publication(self, message->publication)->group);
    if (!topic->member) return;
    cache_add(self, message);
    forward(self, topic, from, *message);
}

/* Each link was made by one of its ends; which, a coin of the pair's own says. */
static bool outbound(NodeId self, NodeId other) { return ((self ^ other) & 1) == (self < other); }

/* A full mesh takes only neighbors that it chose itself. */
static void receive_graft(Node *self, NodeId from, Topic *topic)
{
    const Config *config = node_config(self);
    bool full = topic->count >= config->d_high && !outbound(node_id(self), from);
    if (topic->member && in_mesh(topic, from)) return;
    if (!topic->member || full || backs_off(topic, from, node_now(self))) prune(self, topic, from);
    else mesh_add(topic, from);
}

static void receive_prune(Node *self, NodeId from, Topic *topic)
{
    mesh_remove(topic, from);
    back_off(self, topic, from);
}

static void receive_ihave(Node *self, NodeId from, const Message *message)
{
    const uint32_t *list = message->data;
    g_autoptr(GArray) wanted = NULL;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) {
        if (node_has(self, list[i])) continue;
        if (!wanted) wanted = g_array_new(FALSE, FALSE, sizeof(uint32_t));
        g_array_append_val(wanted, list[i]);
    }
    if (wanted) control(self, from, IWANT, 0, wanted);
}

static void receive_iwant(Node *self, NodeId from, const Message *message)
{
    const State *state = node_state(self);
    const uint32_t *list = message->data;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) held_send(self, &state->cache, list[i], from, PUBLISH);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    switch (message->kind) {
    case PUBLISH: receive_publication(self, from, message); break;
    case GRAFT: receive_graft(self, from, topic_of(self, (uint32_t)message->word)); break;
    case PRUNE: receive_prune(self, from, topic_of(self, (uint32_t)message->word)); break;
    case IHAVE: receive_ihave(self, from, message); break;
    default: receive_iwant(self, from, message); break;
    }
}

static void neighbor_down(Node *self, NodeId other)
{
    const Shared *shared = node_shared(self);
    State *state = node_state(self);
    for (uint32_t t = 0; t < shared->count; t++) mesh_remove(&state->topics[t], other);
}

const Protocol protocol_gossipsub = {
    .variant = {
        .name = "gossipsub",
        .summary = "a mesh of a few neighbors for each group, and gossip about what came to the others",
        .source = "Vyzovitis et al., 2020; libp2p gossipsub v1.1",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .state_size = sizeof(State), .shared_size = sizeof(Shared),
    .prepare = prepare, .release = release, .start = start, .publish = publish, .receive = receive, .timer = timer,
    .neighbor_down = neighbor_down, .stop = stop,
};
