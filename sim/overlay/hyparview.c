/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HyParView: a small active view whose links are connections, kept symmetric,
 * and a larger passive view to repair it from.
 *
 * A node joins through a contact, which tells its neighbors; random walks spread
 * the newcomer over active and passive views.  Views exchange samples in every
 * `shuffle-period`.  A neighbor that fails is found out by what is sent to it,
 * the protocol's messages included, and replaced from the passive view.
 *
 * A message that finds a neighbor failed goes to the one that replaces it
 * (`resend`), as in the paper's simulations, whose senders notice at once.
 *
 * Beyond the paper: a node with a free place asks its passive view once in every
 * shuffle-period too, and one without any neighbor joins anew then.  A node whose
 * full view makes it refuse a neighbor probes those it has, once a shuffle-period:
 * without that a node all of whose neighbors failed is an island, for it refuses
 * everybody.  A newcomer's walks start at the neighbor that gives way to it too, for
 * that link may be all that holds a small overlay together.  `keep-alive` probes
 * neighbors that are never sent anything.
 * Left out: the cache of open connections to passive nodes.
 *
 * A message takes 26 bytes, and 6 for each node listed in it.
 *
 * Source: J. Leitao, J. Pereira, L. Rodrigues, "HyParView: a membership protocol
 * for reliable gossip-based broadcast", DSN 2007.
 */
#include "overlay/unsent.h"

typedef struct {
    uint32_t active, passive, arwl, prwl, ka, kp, shuffle_ttl;
    SimTime shuffle_period, keep_alive;
    bool resend;
} Config;

enum { JOIN, FORWARD_JOIN, NEIGHBOR, NEIGHBOR_REPLY, DISCONNECT, SHUFFLE, SHUFFLE_REPLY, KEEP_ALIVE };     /* messages */
enum { LOW, HIGH };                         /* priorities of NEIGHBOR */
enum { REJECTED, ACCEPTED };                /* answers to it */
enum { TICK_SHUFFLE, TICK_KEEP_ALIVE };     /* timers */
enum { MESSAGE_BYTES = 26, ENTRY_BYTES = 6, LIST_MOST = 257 };

static const Param params[] = {
    { "active", PARAM_COUNT, offsetof(Config, active), "5", 1, 1000, "neighbors: the places of the active view", NULL },
    { "passive", PARAM_COUNT, offsetof(Config, passive), "30", 1, 100000, "places of the passive view", NULL },
    { "arwl", PARAM_COUNT, offsetof(Config, arwl), "6", 0, 255, "hops of a newcomer's walk (active random walk length)", NULL },
    { "prwl", PARAM_COUNT, offsetof(Config, prwl), "3", 0, 255,
      "hops left of that walk when it enters a passive view (passive random walk length)", NULL },
    { "ka", PARAM_COUNT, offsetof(Config, ka), "3", 0, 128, "active nodes in a shuffle", NULL },
    { "kp", PARAM_COUNT, offsetof(Config, kp), "4", 0, 128, "passive nodes in a shuffle", NULL },
    { "shuffle-ttl", PARAM_COUNT, offsetof(Config, shuffle_ttl), "6", 1, 255, "hops of a shuffle's walk", NULL },
    { "shuffle-period", PARAM_DURATION, offsetof(Config, shuffle_period), "10 s", 1, 9e18, "time between a node's shuffles", NULL },
    { "keep-alive", PARAM_DURATION, offsetof(Config, keep_alive), "off", 1, 9e18,
      "time between probes of every neighbor; off: failures are found by other messages", NULL },
    { "resend", PARAM_BOOL, offsetof(Config, resend), "yes", 0, 0,
      "what could not be sent to a failed neighbor goes to the one that replaces it", NULL },
    PARAM_END
};

typedef struct {
    NodeId *passive;            /* owns this and the two below */
    NodeId *sent;               /* passive nodes in the last shuffle */
    NodeId *asked;              /* whom it asked to be neighbors and who have not answered */
    uint32_t passive_count, sent_count, asked_count;
    uint32_t untried;           /* passive[0 .. untried-1] are yet to be asked */
    Unsent unsent;
    bool probed;                /* its neighbors, because it was asked, in this shuffle-period */
} State;

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->prwl <= config->arwl) return;
    keys_fault(keys, "prwl", "%u hops left never occur in a walk of %u; at most 'arwl'", config->prwl, config->arwl);
    if (keys_given(keys, "arwl"))
        keys_fault(keys, "arwl", "a walk of %u hops never has %u left; at least 'prwl'", config->arwl, config->prwl);
}

static uint32_t find(const NodeId *list, uint32_t count, NodeId node)
{
    uint32_t i = 0;
    while (i < count && list[i] != node) i++;
    return i;
}

/* Takes `node` from a list whose order does not matter; false if it is not there. */
static bool list_remove(NodeId *list, uint32_t *count, NodeId node)
{
    uint32_t at = find(list, *count, node);
    if (at == *count) return false;
    list[at] = list[--*count];
    return true;
}

static bool is_neighbor(const Node *self, NodeId node)
{
    for (uint32_t i = 0; i < overlay_degree(self); i++)
        if (overlay_neighbor(self, i) == node) return true;
    return false;
}

static uint64_t pack(NodeId node, uint32_t number) { return (uint64_t)node << 32 | number; }

static void send_list(Node *self, NodeId to, uint8_t kind, uint64_t word, const NodeId *list, uint32_t count)
{
    Message message = {
        .word = word, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES * count, .kind = kind,
        .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    overlay_send_connected(self, to, &message);
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word) { send_list(self, to, kind, word, NULL, 0); }

static void send_all(Node *self, uint8_t kind)
{
    for (uint32_t i = 0; i < overlay_degree(self); i++) send(self, overlay_neighbor(self, i), kind, 0);
}

/* Makes room in a full passive view: what the other side has been sent goes first. */
static void passive_evict(Node *self, const NodeId *first, uint32_t count)
{
    State *state = overlay_state(self);
    for (uint32_t i = 0; i < count; i++)
        if (list_remove(state->passive, &state->passive_count, first[i])) return;
    uint32_t at = (uint32_t)random_below(overlay_random(self), state->passive_count);
    state->passive[at] = state->passive[--state->passive_count];
}

static void passive_add(Node *self, NodeId node, const NodeId *first, uint32_t count)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (node == node_id(self) || is_neighbor(self, node)) return;
    if (find(state->passive, state->passive_count, node) < state->passive_count) return;
    if (state->passive_count == config->passive) passive_evict(self, first, count);
    state->passive[state->passive_count++] = node;
}

static void active_drop(Node *self, NodeId node)
{
    send(self, node, DISCONNECT, 0);
    overlay_neighbor_remove(self, node);
    passive_add(self, node, NULL, 0);
}

static void active_add(Node *self, NodeId node)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (is_neighbor(self, node)) return;
    uint32_t degree = overlay_degree(self);
    if (degree >= config->active)
        active_drop(self, overlay_neighbor(self, (uint32_t)random_below(overlay_random(self), degree)));
    list_remove(state->passive, &state->passive_count, node);
    overlay_neighbor_add(self, node);
    unsent_send(self, &state->unsent, node);
}

/* A neighbor at random that is neither of the two; NODE_NONE where there is none. */
static NodeId other_neighbor(Node *self, NodeId a, NodeId b)
{
    NodeId left[1000];
    uint32_t count = 0;
    for (uint32_t i = 0; i < overlay_degree(self); i++) {
        NodeId node = overlay_neighbor(self, i);
        if (node != a && node != b) left[count++] = node;
    }
    return count ? left[random_below(overlay_random(self), count)] : NODE_NONE;
}

/* Asks as many passive nodes as there are places free. */
static void refill(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    state->untried = MIN(state->untried, state->passive_count);
    while (state->untried && overlay_degree(self) + state->asked_count < config->active) {
        NodeId node = state->passive[--state->untried];
        if (find(state->asked, state->asked_count, node) < state->asked_count) continue;
        state->asked[state->asked_count++] = node;
        send(self, node, NEIGHBOR, overlay_degree(self) ? LOW : HIGH);
    }
    if (!state->asked_count) unsent_clear(self, &state->unsent);        /* nobody will come */
}

/* The same, with every passive node to be asked again, in a new order. */
static void refill_anew(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (overlay_degree(self) >= config->active) return;
    random_shuffle(overlay_random(self), state->passive, state->passive_count);
    state->untried = state->passive_count;
    refill(self);
}

static void join(Node *self)
{
    NodeId contact = overlay_contact(self);
    if (contact == NODE_NONE) return;
    active_add(self, contact);
    send(self, contact, JOIN, 0);
}

static void start(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    state->passive = g_new(NodeId, config->passive + config->kp + config->active);
    state->sent = state->passive + config->passive;
    state->asked = state->sent + config->kp;
    join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->shuffle_period), TICK_SHUFFLE);
    if (config->keep_alive > 0)
        overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->keep_alive), TICK_KEEP_ALIVE);
}

static void stop(Node *self)
{
    State *state = overlay_state(self);
    unsent_clear(self, &state->unsent);
    g_clear_pointer(&state->passive, g_free);
}

static void leave(Node *self) { send_all(self, DISCONNECT); }

static void receive_join(Node *self, NodeId from)
{
    const Config *config = overlay_config(self);
    for (uint32_t i = 0; i < overlay_degree(self); i++) {
        NodeId node = overlay_neighbor(self, i);
        if (node != from) send(self, node, FORWARD_JOIN, pack(from, config->arwl));
    }
    active_add(self, from);
}

static void receive_forward_join(Node *self, NodeId from, NodeId newcomer, uint32_t ttl)
{
    const Config *config = overlay_config(self);
    if (newcomer == node_id(self) || is_neighbor(self, newcomer)) return;
    NodeId next = ttl ? other_neighbor(self, from, newcomer) : NODE_NONE;
    if (next == NODE_NONE) {
        active_add(self, newcomer);
        send(self, newcomer, NEIGHBOR, HIGH);
        return;
    }
    if (ttl == config->prwl) passive_add(self, newcomer, NULL, 0);
    send(self, next, FORWARD_JOIN, pack(newcomer, ttl - 1));
}

static void receive_neighbor(Node *self, NodeId from, uint32_t priority)
{
    const Config *config = overlay_config(self);
    bool takes = priority == HIGH || overlay_degree(self) < config->active || is_neighbor(self, from);
    if (takes) active_add(self, from);
    send(self, from, NEIGHBOR_REPLY, takes ? ACCEPTED : REJECTED);
    State *state = overlay_state(self);
    if (takes || state->probed) return;
    state->probed = true;
    send_all(self, KEEP_ALIVE);
}

static void receive_reply(Node *self, NodeId from, bool accepted)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    list_remove(state->asked, &state->asked_count, from);
    if (accepted && !is_neighbor(self, from)) {
        if (overlay_degree(self) < config->active) active_add(self, from);
        else send(self, from, DISCONNECT, 0);           /* the place was taken meanwhile */
    }
    refill(self);
}

static void receive_disconnect(Node *self, NodeId from)
{
    if (!overlay_neighbor_remove(self, from)) return;
    refill_anew(self);                                  /* it had a reason: others are asked first */
    passive_add(self, from, NULL, 0);
}

/* Draws up to `count` passive nodes into `out`; returns how many. */
static uint32_t passive_sample(Node *self, uint32_t count, NodeId *out)
{
    State *state = overlay_state(self);
    uint32_t picks[LIST_MOST];
    count = MIN(count, state->passive_count);
    random_sample(overlay_random(self), state->passive_count, count, picks);
    for (uint32_t i = 0; i < count; i++) out[i] = state->passive[picks[i]];
    return count;
}

static void shuffle(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    NodeId list[LIST_MOST];
    uint32_t picks[LIST_MOST], count = 0, degree = overlay_degree(self), active = MIN(config->ka, degree);
    list[count++] = node_id(self);
    random_sample(overlay_random(self), degree, active, picks);
    for (uint32_t i = 0; i < active; i++) list[count++] = overlay_neighbor(self, picks[i]);
    state->sent_count = passive_sample(self, config->kp, state->sent);
    for (uint32_t i = 0; i < state->sent_count; i++) list[count++] = state->sent[i];
    NodeId to = overlay_neighbor(self, (uint32_t)random_below(overlay_random(self), degree));
    send_list(self, to, SHUFFLE, config->shuffle_ttl, list, count);
}

static void receive_shuffle(Node *self, NodeId from, const Message *message)
{
    const NodeId *list = message->data;
    uint32_t count = message->data_size / sizeof *list, ttl = (uint32_t)message->word - 1;
    NodeId reply[LIST_MOST], origin = list[0], next = ttl ? other_neighbor(self, from, origin) : NODE_NONE;
    if (next != NODE_NONE) {
        send_list(self, next, SHUFFLE, ttl, list, count);
        return;
    }
    if (origin == node_id(self)) return;
    uint32_t replied = passive_sample(self, count, reply);
    send_list(self, origin, SHUFFLE_REPLY, 0, reply, replied);
    for (uint32_t i = 0; i < count; i++) passive_add(self, list[i], reply, replied);
}

static void receive_shuffle_reply(Node *self, const Message *message)
{
    const State *state = overlay_state(self);
    const NodeId *list = message->data;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) passive_add(self, list[i], state->sent, state->sent_count);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    bool over_link = message->kind == FORWARD_JOIN || message->kind == SHUFFLE || message->kind == KEEP_ALIVE;
    if (over_link && !is_neighbor(self, from)) send(self, from, DISCONNECT, 0);     /* this side restarted, or dropped it */
    switch (message->kind) {
    case JOIN: receive_join(self, from); break;
    case FORWARD_JOIN: receive_forward_join(self, from, (NodeId)(message->word >> 32), (uint32_t)message->word); break;
    case NEIGHBOR: receive_neighbor(self, from, (uint32_t)message->word); break;
    case NEIGHBOR_REPLY: receive_reply(self, from, message->word == ACCEPTED); break;
    case DISCONNECT: receive_disconnect(self, from); break;
    case SHUFFLE: receive_shuffle(self, from, message); break;
    case SHUFFLE_REPLY: receive_shuffle_reply(self, message); break;
    default: break;
    }
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (config->resend) unsent_add(self, &state->unsent, message);
    list_remove(state->passive, &state->passive_count, to);
    list_remove(state->asked, &state->asked_count, to);
    if (overlay_neighbor_remove(self, to)) refill_anew(self);
    else refill(self);
}

static void timer(Node *self, uint32_t tag)
{
    const Config *config = overlay_config(self);
    if (tag == TICK_KEEP_ALIVE) {
        send_all(self, KEEP_ALIVE);
        overlay_after(self, config->keep_alive, TICK_KEEP_ALIVE);
        return;
    }
    State *state = overlay_state(self);
    state->probed = false;
    if (overlay_degree(self)) shuffle(self);
    else join(self);
    refill_anew(self);
    overlay_after(self, config->shuffle_period, TICK_SHUFFLE);
}

static const LiveOverlay live = {
    .state_size = sizeof(State), .connected = true,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .leave = leave, .stop = stop,
};

const Overlay overlay_hyparview = {
    .variant = {
        .name = "hyparview",
        .summary = "a small active view of connections, repaired from a larger passive view",
        .source = "J. Leitao et al., DSN 2007",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .live = &live,
};
