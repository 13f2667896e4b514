/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pastry: prefix routing over a circle of identifiers, by near nodes.
 *
 * A node's place is the hash of its number, read as digits of `digit-bits` bits.  It
 * knows the nodes next to it on both sides (the leaf set), and for each length of
 * prefix and each digit that could follow one node (the routing table): of those it
 * hears of, the nearest by latency.  A key within the leaf set goes to the node
 * numerically closest; any other to a node that shares one digit more with it.
 *
 * A newcomer's join is routed to its own place; each node on the way sends it the
 * rows they share, the last one its leaf set.  It then tells all it knows that it has
 * arrived.  Leaves are probed every `keep-alive`, and one of them asked for its
 * leaves; a leaf that fails is replaced from the leaves of the furthest one on its
 * side, an entry of the table by asking another node of its row.
 *
 * All its messages go over connections: one that finds a node failed comes back,
 * and takes another way.  Nodes that are there from the start find their tables in
 * order (`begin` = ready; the table's entries are then the nearest of a few drawn);
 * those that come later join.
 *
 * Beyond the paper: who puts a node among its leaves probes it at once, which tells
 * that one too.  Left out: the neighborhood set (a newcomer's contact is any node,
 * not a near one) and exchanging rows of the table from time to time.
 *
 * Identifiers have 64 bits.  A message takes 20 bytes, 8 with a key, and 6 for each
 * node listed in it.
 *
 * 100,000 nodes under Scribe: 16 s with ten publications take about 7 s of a processor.
 *
 * Source: A. Rowstron, P. Druschel, "Pastry: scalable, decentralized object location
 * and routing for large-scale peer-to-peer systems", Middleware 2001.
 */
#include <string.h>

#include "overlay/overlay.h"

typedef enum { IDS_HASH, IDS_EVEN } Ids;
typedef enum { BEGIN_READY, BEGIN_JOIN } Begin;

typedef struct {
    uint32_t digit_bits, leaf_set;
    SimTime keep_alive;
    int ids, begin;
} Config;

enum { JOIN, ROWS, ASK_LEAVES, LEAVES, ARRIVED, PROBE, ASK_ENTRY, ENTRY };      /* messages */
enum { TICK_KEEP_ALIVE, TICK_JOIN };                                        /* timers */
enum { BITS = 64, FAILED_MOST = 8, HOPS_MOST = 255, NEAR_TRIES = 8, LEAVES_MOST = 128 };
enum { MESSAGE_BYTES = 20, KEY_BYTES = 8, ENTRY_BYTES = 6 };
static const SimTime join_again = 2000000000;       /* a newcomer that hears nothing asks another, ns */

static const Param params[] = {
    { "digit-bits", PARAM_COUNT, offsetof(Config, digit_bits), "4", 1, 8, "bits of a digit: the paper's b", NULL },
    { "leaf-set", PARAM_COUNT, offsetof(Config, leaf_set), "16", 0, LEAVES_MOST,
      "leaves, half of them on each side; 0: prefixes alone, where every identifier is taken", NULL },
    { "keep-alive", PARAM_DURATION, offsetof(Config, keep_alive), "30 s", 1, 9e18, "time between probes of the leaves", NULL },
    { "ids", PARAM_CHOICE, offsetof(Config, ids), "hash", 0, 0,
      "places on the circle: by a hash of the node's number, or evenly spaced in its order", "hash|even" },
    { "begin", PARAM_CHOICE, offsetof(Config, begin), "ready", 0, 0,
      "nodes that are there from the start: with their tables in order, or by joining", "ready|join" },
    PARAM_END
};

typedef struct { uint64_t id; NodeId node; } Place;

typedef struct {
    uint64_t *ids;              /* of each node */
    Place *circle;              /* those that are there from the start, ascending */
    uint32_t count;
} Shared;

/* The leaves on one side, nearest first. */
typedef struct { NodeId *list; uint32_t count; } Side;

typedef struct {
    Side sides[2];              /* 0: behind, 1: ahead; the first owns the room of both */
    NodeId **rows;              /* [row][digit], NODE_NONE where nobody is known; a row may be NULL; owned */
    NodeId failed[FAILED_MOST]; /* found out since the last probes: not believed from others */
    NodeId contact;             /* through whom it joins, while it has not joined */
    uint64_t joining;           /* the timer by which it tries again */
    uint32_t failed_next;
    bool joined;
} State;

typedef struct { NodeId origin; uint32_t row; } Join;      /* row: the first that the newcomer has not been sent */

/* A bijection whose values look random (the finaliser of SplitMix64). */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static int by_id(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static void prepare(const void *data, const LiveScope *scope, void *data_shared)
{
    const Config *config = data;
    Shared *shared = data_shared;
    shared->ids = g_new(uint64_t, scope->nodes);
    shared->circle = g_new(Place, scope->nodes);
    for (NodeId v = 0; v < scope->nodes; v++) {
        shared->ids[v] = config->ids == IDS_EVEN ? (uint64_t)(((unsigned __int128)v << 64) / scope->nodes)
                                                 : mix(v ^ mix(scope->seed));
        if (scope->up[v >> 6] >> (v & 63) & 1) shared->circle[shared->count++] = (Place){ shared->ids[v], v };
    }
    qsort(shared->circle, shared->count, sizeof(Place), by_id);
}

static void release(void *data)
{
    Shared *shared = data;
    g_free(shared->ids);
    g_free(shared->circle);
}

static uint64_t id_of(const Node *self, NodeId node) { return ((const Shared *)overlay_shared(self))->ids[node]; }
static uint64_t key_of(Node *self, NodeId node) { return id_of(self, node); }

/* How far from this node another one is in the direction of a side. */
static uint64_t apart(const Node *self, NodeId node, int side)
{
    uint64_t d = id_of(self, node) - id_of(self, node_id(self));
    return side ? d : 0 - d;
}

/* True if a is closer to the key than b, or as close and the lower. */
static bool is_closer(uint64_t key, uint64_t a, uint64_t b)
{
    uint64_t to_a = MIN(a - key, key - a), to_b = MIN(b - key, key - b);
    return to_a < to_b || (to_a == to_b && a < b);
}

static uint32_t row_count(const Config *config) { return BITS / config->digit_bits; }

static uint32_t digit_of(const Config *config, uint64_t id, uint32_t row)
{
    return (uint32_t)(id >> (BITS - config->digit_bits * (row + 1))) & ((1u << config->digit_bits) - 1);
}

/* Leading digits that two places share, at most row_count() - 1 for a row of the table. */
static uint32_t digits_shared(const Config *config, uint64_t a, uint64_t b)
{
    uint32_t shared = a == b ? row_count(config) : (uint32_t)__builtin_clzll(a ^ b) / config->digit_bits;
    return MIN(shared, row_count(config) - 1);
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word)
{
    Message message = { .word = word, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES, .kind = kind };
    overlay_send_connected(self, to, &message);
}

static void send_list(Node *self, NodeId to, uint8_t kind, const NodeId *list, uint32_t count)
{
    Message message = {
        .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES * count, .kind = kind,
        .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    overlay_send_connected(self, to, &message);
}

/* Its leaves, each once; `list` has room for LEAVES_MOST. */
static uint32_t leaves(const State *state, NodeId *list)
{
    uint32_t count = 0;
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < state->sides[s].count; i++) {
            uint32_t j = 0;
            while (j < count && list[j] != state->sides[s].list[i]) j++;
            if (j == count) list[count++] = state->sides[s].list[i];
        }
    return count;
}

static void send_leaves(Node *self, NodeId to, uint8_t kind)
{
    NodeId list[LEAVES_MOST];
    send_list(self, to, kind, list, leaves(overlay_state(self), list));
}

static bool is_leaf(const State *state, NodeId node)
{
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < state->sides[s].count; i++)
            if (state->sides[s].list[i] == node) return true;
    return false;
}

/* The place in the table where a node belongs; its row is made if `make`, else NULL may come. */
static NodeId *entry_of(Node *self, NodeId node, bool make)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    uint64_t me = id_of(self, node_id(self)), id = id_of(self, node);
    uint32_t row = digits_shared(config, me, id), digits = 1u << config->digit_bits;
    if (!state->rows[row] && make) {
        state->rows[row] = g_new(NodeId, digits);
        memset(state->rows[row], 0xff, digits * sizeof(NodeId));
    }
    return state->rows[row] ? &state->rows[row][digit_of(config, id, row)] : NULL;
}

static bool is_known(Node *self, NodeId node)
{
    const NodeId *entry = entry_of(self, node, false);
    return (entry && *entry == node) || is_leaf(overlay_state(self), node);
}

/* A node that has left one of the tables stays a neighbor only by the other. */
static void displaced(Node *self, NodeId node)
{
    if (!is_known(self, node)) overlay_neighbor_remove(self, node);
}

static bool side_insert(Node *self, int side, NodeId node)
{
    const Config *config = overlay_config(self);
    Side *leaves_there = &((State *)overlay_state(self))->sides[side];
    uint64_t at = apart(self, node, side);
    uint32_t i = 0, room = config->leaf_set / 2;
    NodeId last = NODE_NONE;
    while (i < leaves_there->count && apart(self, leaves_there->list[i], side) < at) i++;
    if (i == room || (i < leaves_there->count && leaves_there->list[i] == node)) return false;
    if (leaves_there->count == room) last = leaves_there->list[--leaves_there->count];
    memmove(&leaves_there->list[i + 1], &leaves_there->list[i], (leaves_there->count - i) * sizeof(NodeId));
    leaves_there->list[i] = node;
    leaves_there->count++;
    if (last != NODE_NONE) displaced(self, last);
    return true;
}

static void table_insert(Node *self, NodeId node)
{
    NodeId *entry = entry_of(self, node, true), old = *entry;
    if (old == node || (old != NODE_NONE && overlay_measure(self, node) >= overlay_measure(self, old))) return;
    *entry = node;
    if (old != NODE_NONE) displaced(self, old);
}

/* Hears of a node; one that it takes for a leaf is probed, and so hears of this one. */
static void learn(Node *self, NodeId node)
{
    const State *state = overlay_state(self);
    if (node == node_id(self)) return;
    for (int i = 0; i < FAILED_MOST; i++)
        if (state->failed[i] == node) return;
    bool was_leaf = is_leaf(state, node), leaf = side_insert(self, 0, node);
    leaf |= side_insert(self, 1, node);
    table_insert(self, node);
    if (is_known(self, node)) overlay_neighbor_add(self, node);
    if (leaf && !was_leaf && state->joined) send(self, node, PROBE, 0);
}

static void learn_list(Node *self, const Message *message)
{
    const NodeId *list = message->data;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) learn(self, list[i]);
}

/* True if the leaves reach as far as the key, or are all there is. */
static bool leaves_cover(Node *self, uint64_t key)
{
    const Config *config = overlay_config(self);
    const Side *sides = ((const State *)overlay_state(self))->sides;
    uint32_t half = config->leaf_set / 2;
    if (!half) return false;
    if (sides[0].count < half || sides[1].count < half) return true;
    uint64_t behind = apart(self, sides[0].list[half - 1], 0), ahead = apart(self, sides[1].list[half - 1], 1);
    uint64_t me = id_of(self, node_id(self));
    return ahead > UINT64_MAX - behind || key - me <= ahead || me - key <= behind;
}

static NodeId closest_leaf(Node *self, uint64_t key)
{
    const State *state = overlay_state(self);
    NodeId best = node_id(self);
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < state->sides[s].count; i++)
            if (is_closer(key, id_of(self, state->sides[s].list[i]), id_of(self, best))) best = state->sides[s].list[i];
    return best;
}

static NodeId route(Node *self, uint64_t key)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    NodeId best = node_id(self);
    uint64_t me = id_of(self, best);
    if (!state->joined) return state->contact == NODE_NONE ? best : state->contact;
    if (key == me) return best;
    if (leaves_cover(self, key)) return closest_leaf(self, key);
    uint32_t row = digits_shared(config, me, key);
    const NodeId *entries = state->rows[row];
    if (entries && entries[digit_of(config, key, row)] != NODE_NONE) return entries[digit_of(config, key, row)];
    for (uint32_t i = 0; i < overlay_degree(self); i++) {       /* rare: nobody known shares more; one closer */
        NodeId node = overlay_neighbor(self, i);
        uint64_t id = id_of(self, node);
        if (digits_shared(config, id, key) >= row && is_closer(key, id, id_of(self, best))) best = node;
    }
    return best;
}

static void join_send(Node *self, NodeId to, uint64_t key, Join join)
{
    Message message = {
        .word = key, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + KEY_BYTES + ENTRY_BYTES, .kind = JOIN,
        .data = &join, .data_size = sizeof join,
    };
    overlay_send_connected(self, to, &message);
}

static void join(Node *self)
{
    State *state = overlay_state(self);
    state->contact = overlay_contact(self);
    state->joined = state->contact == NODE_NONE;
    if (state->joined) return;
    join_send(self, state->contact, id_of(self, node_id(self)), (Join){ node_id(self), 0 });
    overlay_cancel(self, state->joining);
    state->joining = overlay_after(self, join_again, TICK_JOIN);
}

/* Sends a newcomer the rows that it shares with this node and has not had. */
static void send_rows(Node *self, NodeId to, uint32_t first, uint32_t last)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    uint32_t digits = 1u << config->digit_bits, count = 0;
    g_autofree NodeId *list = g_new(NodeId, (last + 1) * digits);
    for (uint32_t row = first; row <= last; row++)
        for (uint32_t d = 0; state->rows[row] && d < digits; d++)
            if (state->rows[row][d] != NODE_NONE && state->rows[row][d] != to) list[count++] = state->rows[row][d];
    send_list(self, to, ROWS, list, count);
}

/* A newcomer's join goes on towards its place, or has come there. */
static void join_on(Node *self, NodeId from, const Message *message)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    Join asked;
    memcpy(&asked, message->data, sizeof asked);
    NodeId me = node_id(self), next = route(self, message->word);
    if (asked.origin == me) {                           /* `from` still knows it from before, and is next to it */
        if (!state->joined && from != me) send(self, from, ASK_LEAVES, 0);
        return;
    }
    if (state->joined) {
        uint32_t last = digits_shared(config, id_of(self, me), message->word);
        if (asked.row <= last) send_rows(self, asked.origin, asked.row, last);
        asked.row = MAX(asked.row, last + 1);
        if (next == me || next == asked.origin) {
            send_leaves(self, asked.origin, LEAVES);
            return;
        }
    }
    Message onward = *message;
    onward.data = &asked;
    if (next != me && message->hops < HOPS_MOST) overlay_send_connected(self, next, &onward);
}

static void receive_leaves(Node *self, NodeId from, const Message *message)
{
    State *state = overlay_state(self);
    bool newcomer = !state->joined;
    learn(self, from);
    learn_list(self, message);
    if (!newcomer) return;
    state->joined = true;
    for (uint32_t i = 0; i < overlay_degree(self); i++) send_leaves(self, overlay_neighbor(self, i), ARRIVED);
}

static void receive_arrived(Node *self, NodeId from, const Message *message)
{
    learn(self, from);
    learn_list(self, message);
    if (is_leaf(overlay_state(self), from)) send_leaves(self, from, LEAVES);
}

static void answer_entry(Node *self, NodeId from, uint32_t row, uint32_t digit)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    if (row >= row_count(config) || !state->rows[row] || state->rows[row][digit] == NODE_NONE) return;
    send(self, from, ENTRY, state->rows[row][digit]);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    const State *state = overlay_state(self);
    switch (message->kind) {
    case JOIN: join_on(self, from, message); break;
    case ROWS: learn(self, from), learn_list(self, message); break;
    case ASK_LEAVES: if (state->joined) send_leaves(self, from, LEAVES); break;
    case LEAVES: receive_leaves(self, from, message); break;
    case ARRIVED: receive_arrived(self, from, message); break;
    case PROBE: learn(self, from); break;
    case ASK_ENTRY: answer_entry(self, from, (uint32_t)(message->word >> 32), (uint32_t)message->word); break;
    case ENTRY: learn(self, (NodeId)message->word); break;
    default: break;
    }
}

/* Asks the furthest leaf that is left on a side, or else on the other, for its leaves. */
static void repair_leaves(Node *self, int side)
{
    State *state = overlay_state(self);
    const Side *left = state->sides[side].count ? &state->sides[side] : &state->sides[!side];
    if (left->count) send(self, left->list[left->count - 1], ASK_LEAVES, 0);
    else if (state->joined && overlay_degree(self)) send(self, overlay_neighbor(self, 0), ASK_LEAVES, 0);
    else if (state->joined) join(self);
}

/* Asks another node of the row for one to put in the place of an entry. */
static void repair_entry(Node *self, NodeId node)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    uint32_t row = digits_shared(config, id_of(self, node_id(self)), id_of(self, node)), digits = 1u << config->digit_bits;
    uint32_t digit = digit_of(config, id_of(self, node), row), first = (uint32_t)random_below(overlay_random(self), digits);
    for (uint32_t i = 0; i < digits; i++) {
        NodeId other = state->rows[row][(first + i) % digits];
        if (other == NODE_NONE) continue;
        send(self, other, ASK_ENTRY, (uint64_t)row << 32 | digit);
        return;
    }
}

/* Forgets a node that failed, and looks for others in its places. */
static void forget(Node *self, NodeId node)
{
    State *state = overlay_state(self);
    NodeId *entry = entry_of(self, node, false);
    bool was_entry = entry && *entry == node, was_leaf[2] = { false, false };
    state->failed[state->failed_next++ % FAILED_MOST] = node;
    if (was_entry) *entry = NODE_NONE;
    for (int s = 0; s < 2; s++) {
        Side *side = &state->sides[s];
        uint32_t i = 0;
        while (i < side->count && side->list[i] != node) i++;
        if (i == side->count) continue;
        memmove(&side->list[i], &side->list[i + 1], (--side->count - i) * sizeof(NodeId));
        was_leaf[s] = true;
    }
    overlay_neighbor_remove(self, node);
    for (int s = 0; s < 2; s++)
        if (was_leaf[s]) repair_leaves(self, s);
    if (was_entry) repair_entry(self, node);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    const State *state = overlay_state(self);
    forget(self, to);
    if (overlay_carried(message)) return;
    if (!state->joined && (to == state->contact || message->kind == ASK_LEAVES)) join(self);
    else if (message->kind == JOIN) join_on(self, node_id(self), message);
}

static void timer(Node *self, uint32_t tag)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    NodeId list[LEAVES_MOST];
    if (tag == TICK_JOIN) {
        if (!state->joined) join(self);
        return;
    }
    memset(state->failed, 0xff, sizeof state->failed);
    uint32_t count = state->joined ? leaves(state, list) : 0;
    uint32_t asked = count ? (uint32_t)random_below(overlay_random(self), count) : 0;
    for (uint32_t i = 0; i < count; i++) send(self, list[i], i == asked ? ASK_LEAVES : PROBE, 0);
    if (!count && state->joined && config->leaf_set) join(self);
    overlay_after(self, config->keep_alive, TICK_KEEP_ALIVE);
}

/* The first place on the circle, from `low` on, that is not before `id`. */
static uint32_t circle_find(const Shared *shared, uint32_t low, uint64_t id)
{
    uint32_t high = shared->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (shared->circle[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* The nearest of a few nodes drawn from a part of the circle. */
static NodeId nearest_of(Node *self, uint32_t low, uint32_t high)
{
    const Shared *shared = overlay_shared(self);
    NodeId best = NODE_NONE;
    for (uint32_t i = 0; i < MIN(high - low, NEAR_TRIES); i++) {
        uint32_t at = high - low <= NEAR_TRIES ? low + i : low + (uint32_t)random_below(overlay_random(self), high - low);
        NodeId node = shared->circle[at].node;
        if (best == NODE_NONE || overlay_measure(self, node) < overlay_measure(self, best)) best = node;
    }
    return best;
}

/* Fills the table row by row; [low, high) are the nodes that share the digits before the row. */
static void table_ready(Node *self)
{
    const Config *config = overlay_config(self);
    const Shared *shared = overlay_shared(self);
    uint64_t me = id_of(self, node_id(self)), mask = 0;
    uint32_t low = 0, high = shared->count, digits = 1u << config->digit_bits;
    for (uint32_t row = 0; high - low > 1 && row < row_count(config); row++) {
        uint32_t shift = BITS - config->digit_bits * (row + 1), own = digit_of(config, me, row), from = low, own_low = low, own_high = high;
        for (uint32_t d = 0; d < digits; d++) {
            uint32_t to = d + 1 == digits ? high : circle_find(shared, from, (me & mask) + ((uint64_t)(d + 1) << shift));
            if (d == own) own_low = from, own_high = to;
            else if (to > from) {
                NodeId node = nearest_of(self, from, to);
                *entry_of(self, node, true) = node;
                overlay_neighbor_add(self, node);
            }
            from = to;
        }
        low = own_low, high = own_high;
        mask |= (uint64_t)(digits - 1) << shift;
    }
}

/* Fills the tables as they are where everything has settled. */
static void be_ready(Node *self, uint32_t at)
{
    const Config *config = overlay_config(self);
    const Shared *shared = overlay_shared(self);
    State *state = overlay_state(self);
    uint32_t count = shared->count, each = MIN(config->leaf_set / 2, count - 1);
    state->joined = true;
    for (uint32_t i = 0; i < each; i++) {
        state->sides[0].list[i] = shared->circle[(at + count - 1 - i) % count].node;
        state->sides[1].list[i] = shared->circle[(at + 1 + i) % count].node;
        overlay_neighbor_add(self, state->sides[0].list[i]);
        overlay_neighbor_add(self, state->sides[1].list[i]);
    }
    state->sides[0].count = state->sides[1].count = each;
    table_ready(self);
}

static void start(Node *self)
{
    const Config *config = overlay_config(self);
    const Shared *shared = overlay_shared(self);
    State *state = overlay_state(self);
    uint32_t at = circle_find(shared, 0, id_of(self, node_id(self)));
    bool there = node_now(self) == 0 && at < shared->count && shared->circle[at].node == node_id(self);
    state->sides[0].list = g_new(NodeId, config->leaf_set + 1);
    state->sides[1].list = state->sides[0].list + config->leaf_set / 2;
    state->rows = g_new0(NodeId *, row_count(config));
    memset(state->failed, 0xff, sizeof state->failed);
    state->contact = NODE_NONE;
    if (there && config->begin == BEGIN_READY) be_ready(self, at);
    else join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->keep_alive), TICK_KEEP_ALIVE);
}

static void stop(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    for (uint32_t row = 0; state->rows && row < row_count(config); row++) g_free(state->rows[row]);
    g_clear_pointer(&state->rows, g_free);
    g_clear_pointer(&state->sides[0].list, g_free);
}

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->leaf_set % 2) keys_fault(keys, "leaf-set", "%u leaves are not the same on both sides; an even number is expected",
                                         config->leaf_set);
}

static const LiveOverlay live = {
    .state_size = sizeof(State), .connected = true, .shared_size = sizeof(Shared), .prepare = prepare, .release = release,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .stop = stop, .route = route, .key = key_of,
};

const Overlay overlay_pastry = {
    .variant = {
        .name = "pastry",
        .summary = "prefix routing over leaf sets and tables of near nodes; routes by key",
        .source = "A. Rowstron, P. Druschel, Middleware 2001",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .live = &live,
};
