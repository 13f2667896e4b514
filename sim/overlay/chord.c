/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chord: a ring of identifiers with fingers across it.
 *
 * A node stands on the ring where the hash of its number says, and is responsible
 * for the keys between its predecessor and itself.  It knows its next successors,
 * and for each power of two the first node at least that far ahead; a message goes
 * to the last node known before its key.  `stabilise` asks the successor for its
 * predecessor and successors, and tells it who precedes it; every `fix-fingers`
 * one finger is looked up anew.
 *
 * Nodes that are there from the start find the ring in order (`begin` = ready):
 * Chord orders a ring to which all come at once only in as many rounds as there are
 * nodes.  Those that come later join, and should come apart where `begin` = join.
 *
 * All its messages go over connections: one that finds a node failed comes back,
 * and takes another way.  Beyond the paper: a node whose predecessor changes tells
 * the old one; one that is told of a predecessor before the one it knows probes that
 * at once; a newcomer looks up its fingers one after the other without waiting.
 *
 * Identifiers have 64 bits.  A message takes 20 bytes, 8 with a key, and 6 for each
 * node listed in it.  Left out: virtual nodes, and what the nodes would store.
 *
 * 100,000 nodes under Scribe: 16 s with ten publications take about 3 s of a processor.
 *
 * Source: I. Stoica, R. Morris, D. Karger, M. F. Kaashoek, H. Balakrishnan, "Chord:
 * a scalable peer-to-peer lookup service for Internet applications", SIGCOMM 2001.
 */
#include <string.h>

#include "overlay/overlay.h"

typedef enum { IDS_HASH, IDS_EVEN } Ids;
typedef enum { BEGIN_READY, BEGIN_JOIN } Begin;

typedef struct {
    uint32_t successors;
    SimTime stabilise, fix_fingers;
    int ids, begin;
} Config;

enum { FIND, FOUND, ASK, LIST, NOTIFY, HINT, PROBE };               /* messages */
enum { TICK_STABILISE, TICK_FIX, TICK_JOIN };                       /* timers */
enum { BITS = 64, TAG_JOIN = BITS, FAILED_MOST = 8, LIST_MOST = 130, HOPS_MOST = 255 };
enum { MESSAGE_BYTES = 20, KEY_BYTES = 8, ENTRY_BYTES = 6 };
static const SimTime join_again = 2000000000;                       /* a newcomer that hears nothing asks another, ns */

static const Param params[] = {
    { "successors", PARAM_COUNT, offsetof(Config, successors), "16", 1, 128, "length of the successor list", NULL },
    { "stabilise", PARAM_DURATION, offsetof(Config, stabilise), "30 s", 1, 9e17,
      "mean time between a node's stabilisations; each is drawn between half and one and a half of it", NULL },
    { "fix-fingers", PARAM_DURATION, offsetof(Config, fix_fingers), "30 s", 1, 9e17,
      "mean time between lookups of a finger, in turn; drawn in the same way", NULL },
    { "ids", PARAM_CHOICE, offsetof(Config, ids), "hash", 0, 0,
      "places on the ring: by a hash of the node's number, or evenly spaced in its order", "hash|even" },
    { "begin", PARAM_CHOICE, offsetof(Config, begin), "ready", 0, 0,
      "nodes that are there from the start: with the tables of an ordered ring, or by joining", "ready|join" },
    PARAM_END
};

typedef struct { uint64_t id; NodeId node; } Place;

typedef struct {
    uint64_t *ids;              /* of each node */
    Place *ring;                /* those that are there from the start, ascending */
    uint32_t count;
} Shared;

typedef struct {
    NodeId *successors;         /* nearest first; owned */
    NodeId fingers[BITS];       /* [i]: at least 2^i ahead; NODE_NONE where that is the successor, or none */
    NodeId failed[FAILED_MOST]; /* found out since the last stabilisation: not believed from others */
    NodeId predecessor, notifier;       /* notifier: claims to be the predecessor, which is being probed */
    NodeId contact;             /* through whom it joins, while it has not joined */
    uint64_t joining;           /* the timer by which it tries again */
    uint32_t successor_count, failed_next, finger;
    bool joined, filling;       /* filling: a newcomer looks its fingers up one after the other */
} State;

typedef struct { NodeId origin; uint32_t tag; } Find;      /* tag: a finger, or TAG_JOIN */

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
    shared->ring = g_new(Place, scope->nodes);
    for (NodeId v = 0; v < scope->nodes; v++) {
        shared->ids[v] = config->ids == IDS_EVEN ? (uint64_t)(((unsigned __int128)v << 64) / scope->nodes)
                                                 : mix(v ^ mix(scope->seed));
        if (scope->up[v >> 6] >> (v & 63) & 1) shared->ring[shared->count++] = (Place){ shared->ids[v], v };
    }
    qsort(shared->ring, shared->count, sizeof(Place), by_id);
}

static void release(void *data)
{
    Shared *shared = data;
    g_free(shared->ids);
    g_free(shared->ring);
}

static uint64_t id_of(const Node *self, NodeId node) { return ((const Shared *)overlay_shared(self))->ids[node]; }
static uint64_t key_of(Node *self, NodeId node) { return id_of(self, node); }

/* How far ahead of this node another one is. */
static uint64_t ahead(const Node *self, NodeId node) { return id_of(self, node) - id_of(self, node_id(self)); }

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word)
{
    Message message = { .word = word, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES, .kind = kind };
    if (to != node_id(self)) overlay_send_connected(self, to, &message);
}

static bool is_failed(const State *state, NodeId node)
{
    for (int i = 0; i < FAILED_MOST; i++)
        if (state->failed[i] == node) return true;
    return false;
}

static int by_node(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;
    return (x > y) - (x < y);
}

/* Makes what this node knows the neighbors that the protocol above sees. */
static void show(Node *self)
{
    const State *state = overlay_state(self);
    NodeId known[BITS + LIST_MOST + 1];
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < state->successor_count; i++) known[count++] = state->successors[i];
    for (int i = 0; i < BITS; i++)
        if (state->fingers[i] != NODE_NONE && (i == 0 || state->fingers[i] != state->fingers[i - 1]))
            known[count++] = state->fingers[i];
    if (state->predecessor != NODE_NONE) known[count++] = state->predecessor;
    qsort(known, count, sizeof *known, by_node);
    for (uint32_t i = 0; i < count; i++)
        if (i == 0 || known[i] != known[i - 1]) known[kept++] = known[i];
    for (uint32_t i = 0, k = 0; i < overlay_degree(self); ) {
        NodeId neighbor = overlay_neighbor(self, i);
        while (k < kept && known[k] < neighbor) k++;
        if (k < kept && known[k] == neighbor) i++;
        else overlay_neighbor_remove(self, neighbor);
    }
    for (uint32_t k = 0; k < kept; k++) overlay_neighbor_add(self, known[k]);
}

/* The last node known that is not past `distance` ahead. */
static NodeId last_before(Node *self, uint64_t distance)
{
    const State *state = overlay_state(self);
    NodeId best = NODE_NONE;
    uint64_t furthest = 0;
    for (int i = distance ? BITS - 1 - __builtin_clzll(distance) : -1; i >= 0; i--) {
        if (state->fingers[i] == NODE_NONE) continue;
        uint64_t at = ahead(self, state->fingers[i]);
        if (at > distance || at <= furthest) continue;
        best = state->fingers[i], furthest = at;
        break;
    }
    for (uint32_t i = 0; i < state->successor_count; i++) {
        uint64_t at = ahead(self, state->successors[i]);
        if (at <= distance && at > furthest) best = state->successors[i], furthest = at;
    }
    return best;
}

static NodeId route(Node *self, uint64_t key)
{
    const State *state = overlay_state(self);
    NodeId me = node_id(self);
    uint64_t distance = key - id_of(self, me);
    if (!state->joined) return state->contact == NODE_NONE ? me : state->contact;
    if (distance == 0 || !state->successor_count) return me;
    if (distance <= ahead(self, state->successors[0])) return state->successors[0];
    if (state->predecessor != NODE_NONE && distance > ahead(self, state->predecessor)) return me;
    NodeId next = last_before(self, distance);
    /* Without a predecessor what lies behind all it knows is taken for its own. */
    if (state->predecessor == NODE_NONE && next == last_before(self, UINT64_MAX)) return me;
    return next == NODE_NONE ? state->successors[0] : next;
}

static void find_send(Node *self, NodeId to, uint64_t key, Find find)
{
    Message message = {
        .word = key, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + KEY_BYTES + ENTRY_BYTES, .kind = FIND,
        .data = &find, .data_size = sizeof find,
    };
    overlay_send_connected(self, to, &message);
}

static void join(Node *self)
{
    State *state = overlay_state(self);
    state->contact = overlay_contact(self);
    state->joined = state->contact == NODE_NONE;
    if (state->joined) return;
    find_send(self, state->contact, id_of(self, node_id(self)), (Find){ node_id(self), TAG_JOIN });
    overlay_cancel(self, state->joining);
    state->joining = overlay_after(self, join_again, TICK_JOIN);
}

/* Looks up finger number state->finger; those within reach of the successor are no fingers. */
static void fix_finger(Node *self)
{
    State *state = overlay_state(self);
    if (!state->joined || !state->successor_count) return;
    uint64_t first = ahead(self, state->successors[0]);
    while (state->finger < BITS && 1ull << state->finger <= first) state->fingers[state->finger++] = NODE_NONE;
    if (state->finger >= BITS) {
        state->finger = 0, state->filling = false;
        return;
    }
    uint64_t key = id_of(self, node_id(self)) + (1ull << state->finger);
    NodeId next = route(self, key);
    if (next != node_id(self)) find_send(self, next, key, (Find){ node_id(self), state->finger });
    else state->fingers[state->finger++] = NODE_NONE;           /* nobody is that far ahead */
}

/* Finger number `tag` is `node`, and so are all that it is far enough for. */
static void found_finger(Node *self, NodeId node, uint32_t tag)
{
    State *state = overlay_state(self);
    uint64_t at = ahead(self, node);
    if (is_failed(state, node)) return;
    uint32_t i = tag;
    for (; i < BITS && at >= 1ull << i; i++) state->fingers[i] = node;
    for (; node == node_id(self) && i < BITS; i++) state->fingers[i] = NODE_NONE;
    state->finger = MAX(i, tag + 1);
    show(self);
    if (state->filling) fix_finger(self);
}

static void found(Node *self, NodeId node, uint32_t tag)
{
    const State *state = overlay_state(self);
    if (tag != TAG_JOIN) found_finger(self, node, tag);
    else if (!state->joined) send(self, node, ASK, 0);
}

/* A lookup goes on towards its key, or is answered. */
static void find_on(Node *self, NodeId from, const Message *message)
{
    const State *state = overlay_state(self);
    Find find;
    memcpy(&find, message->data, sizeof find);
    NodeId me = node_id(self), next = route(self, message->word);
    if (find.origin == me && find.tag == TAG_JOIN) {            /* `from` still knows it from before, and precedes it */
        if (!state->joined) send(self, from, ASK, 0);
    } else if (next == me) {
        if (find.origin == me) found(self, me, find.tag);
        else send(self, find.origin, FOUND, find.tag);
    } else if (message->hops < HOPS_MOST) {
        overlay_send_connected(self, next, message);
    }
}

/* Adds to a successor list of at most `room` in the order of the ring. */
static void insert(const Node *self, NodeId *list, uint32_t *count, uint32_t room, NodeId node)
{
    uint64_t at = ahead(self, node);
    uint32_t i = 0;
    while (i < *count && ahead(self, list[i]) < at) i++;
    if (at == 0 || i == room || (i < *count && list[i] == node)) return;
    *count = MIN(*count + 1, room);
    memmove(&list[i + 1], &list[i], (*count - 1 - i) * sizeof *list);
    list[i] = node;
}

static void notify(Node *self, NodeId successor) { send(self, successor, NOTIFY, 0); }

/* Takes over the successors of `from`, which this node asked; `list` starts with its predecessor. */
static void receive_list(Node *self, NodeId from, const NodeId *list, uint32_t count)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    NodeId merged[LIST_MOST];
    uint32_t merged_count = 0;
    bool newcomer = !state->joined;
    insert(self, merged, &merged_count, config->successors, from);
    for (uint32_t i = 0; i < count; i++) {
        bool between = list[i] != NODE_NONE && (i > 0 || ahead(self, list[i]) < ahead(self, from));
        if (between && !is_failed(state, list[i])) insert(self, merged, &merged_count, config->successors, list[i]);
    }
    if (!newcomer && state->successor_count && ahead(self, state->successors[0]) < ahead(self, merged[0])) return;
    memcpy(state->successors, merged, merged_count * sizeof *merged);
    state->successor_count = merged_count;
    state->joined = true;
    if (merged[0] != from) send(self, merged[0], ASK, 0);
    notify(self, merged[0]);
    show(self);
    if (!newcomer) return;
    state->finger = 0, state->filling = true;
    fix_finger(self);
}

static void send_list(Node *self, NodeId to)
{
    const State *state = overlay_state(self);
    NodeId list[LIST_MOST] = { state->predecessor };
    uint32_t count = 1 + state->successor_count;
    if (!state->joined) return;
    memcpy(list + 1, state->successors, state->successor_count * sizeof *list);
    Message message = {
        .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES * count, .kind = LIST,
        .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    overlay_send_connected(self, to, &message);
}

/* `node` comes right behind this one. */
static void take_successor(Node *self, NodeId node)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (!state->joined || (state->successor_count && ahead(self, node) >= ahead(self, state->successors[0]))) return;
    insert(self, state->successors, &state->successor_count, config->successors, node);
    send(self, node, ASK, 0);
    show(self);
}

static void receive_notify(Node *self, NodeId from)
{
    State *state = overlay_state(self);
    NodeId old = state->predecessor;
    if (old == from) return;
    if (old != NODE_NONE && ahead(self, from) < ahead(self, old)) {
        state->notifier = from;
        send(self, old, PROBE, 0);
        return;
    }
    state->predecessor = from;
    if (old != NODE_NONE) send(self, old, HINT, from);
    if (!state->successor_count) take_successor(self, from);
    show(self);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    switch (message->kind) {
    case FIND: find_on(self, from, message); break;
    case FOUND: found(self, from, (uint32_t)message->word); break;
    case ASK: send_list(self, from); break;
    case LIST: receive_list(self, from, message->data, message->data_size / sizeof(NodeId)); break;
    case NOTIFY: receive_notify(self, from); break;
    case HINT: take_successor(self, (NodeId)message->word); break;
    default: break;
    }
}

/* Forgets a node that failed. */
static void forget(Node *self, NodeId node)
{
    State *state = overlay_state(self);
    NodeId first = state->successor_count ? state->successors[0] : NODE_NONE;
    uint32_t kept = 0;
    state->failed[state->failed_next++ % FAILED_MOST] = node;
    for (uint32_t i = 0; i < state->successor_count; i++)
        if (state->successors[i] != node) state->successors[kept++] = state->successors[i];
    state->successor_count = kept;
    for (int i = 0; i < BITS; i++)
        if (state->fingers[i] == node) state->fingers[i] = NODE_NONE;
    if (state->predecessor == node) {
        state->predecessor = state->notifier == node ? NODE_NONE : state->notifier;
        state->notifier = NODE_NONE;
    }
    for (int i = 0; !kept && i < BITS; i++)                     /* the nearest node that it still knows */
        if (state->fingers[i] != NODE_NONE) state->successors[kept++] = state->fingers[i];
    if (!kept && state->predecessor != NODE_NONE) state->successors[kept++] = state->predecessor;
    state->successor_count = kept;
    show(self);
    if (!kept && state->joined) join(self);
    else if (first == node && kept) send(self, state->successors[0], ASK, 0);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    const State *state = overlay_state(self);
    forget(self, to);
    if (overlay_carried(message) || message->kind != FIND) return;
    if (state->joined) find_on(self, node_id(self), message);
    else if (to == state->contact) join(self);
}

static SimTime period(Node *self, SimTime mean) { return mean / 2 + (SimTime)random_below(overlay_random(self), (uint64_t)mean); }

static void timer(Node *self, uint32_t tag)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (tag == TICK_JOIN) {
        if (!state->joined) join(self);
    } else if (tag == TICK_FIX) {
        fix_finger(self);
        overlay_after(self, period(self, config->fix_fingers), TICK_FIX);
    } else {
        memset(state->failed, 0xff, sizeof state->failed);
        if (state->joined && state->successor_count) send(self, state->successors[0], ASK, 0);
        if (state->predecessor != NODE_NONE) send(self, state->predecessor, PROBE, 0);
        overlay_after(self, period(self, config->stabilise), TICK_STABILISE);
    }
}

/* The place on the ring at the start of the first node that is not before `id`. */
static uint32_t ring_find(const Shared *shared, uint64_t id)
{
    uint32_t low = 0, high = shared->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (shared->ring[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low == shared->count ? 0 : low;
}

/* Fills the tables as they are where everything has settled. */
static void be_ready(Node *self)
{
    const Config *config = overlay_config(self);
    const Shared *shared = overlay_shared(self);
    State *state = overlay_state(self);
    uint64_t id = id_of(self, node_id(self));
    uint32_t count = shared->count, at = ring_find(shared, id);
    state->joined = true;
    if (count == 1) return;
    state->predecessor = shared->ring[(at + count - 1) % count].node;
    state->successor_count = MIN(config->successors, count - 1);
    for (uint32_t i = 0; i < state->successor_count; i++) state->successors[i] = shared->ring[(at + 1 + i) % count].node;
    for (int i = 0; i < BITS; i++) {
        if (1ull << i <= ahead(self, state->successors[0])) continue;
        NodeId node = shared->ring[ring_find(shared, id + (1ull << i))].node;
        if (ahead(self, node) >= 1ull << i) state->fingers[i] = node;
    }
    show(self);
}

static void start(Node *self)
{
    const Config *config = overlay_config(self);
    const Shared *shared = overlay_shared(self);
    State *state = overlay_state(self);
    NodeId me = node_id(self);
    state->successors = g_new(NodeId, config->successors + 1);
    memset(state->fingers, 0xff, sizeof state->fingers);
    memset(state->failed, 0xff, sizeof state->failed);
    state->predecessor = state->notifier = state->contact = NODE_NONE;
    bool there = node_now(self) == 0 && shared->count && shared->ring[ring_find(shared, id_of(self, me))].node == me;
    if (there && config->begin == BEGIN_READY) be_ready(self);
    else join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->stabilise), TICK_STABILISE);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->fix_fingers), TICK_FIX);
}

static void stop(Node *self)
{
    State *state = overlay_state(self);
    g_clear_pointer(&state->successors, g_free);
}

static const LiveOverlay live = {
    .state_size = sizeof(State), .connected = true, .shared_size = sizeof(Shared), .prepare = prepare, .release = release,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .stop = stop, .route = route, .key = key_of,
};

const Overlay overlay_chord = {
    .variant = {
        .name = "chord",
        .summary = "a ring of identifiers with successor lists and fingers; routes by key",
        .source = "I. Stoica et al., SIGCOMM 2001",
        .params = params, .config_size = sizeof(Config),
    },
    .live = &live,
};
