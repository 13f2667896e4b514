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

#include "overlay/chord_table.h"

enum { FIND, FOUND, ASK, LIST, NOTIFY, HINT, PROBE };               /* messages */
enum { TICK_STABILISE, TICK_FIX, TICK_JOIN };                       /* timers */
enum { TAG_JOIN = CHORD_BITS, HOPS_MOST = 255 };
enum { MESSAGE_BYTES = 20, KEY_BYTES = 8, ENTRY_BYTES = 6 };
static const SimTime join_again = 2000000000;                       /* a newcomer that hears nothing asks another, ns */

static const Param params[] = {
    { "successors", PARAM_COUNT, offsetof(ChordConfig, successors), "16", 1, 128,
      "length of the successor list", NULL },
    { "stabilise", PARAM_DURATION, offsetof(ChordConfig, stabilise), "30 s", 1, 9e17,
      "mean time between a node's stabilisations; each is drawn between half and one and a half of it", NULL },
    { "fix-fingers", PARAM_DURATION, offsetof(ChordConfig, fix_fingers), "30 s", 1, 9e17,
      "mean time between lookups of a finger, in turn; drawn in the same way", NULL },
    IDENTIFIERS_PARAMS(ChordConfig),
    PARAM_END
};

typedef struct { NodeId origin; uint32_t tag; } Find;      /* tag: a finger, or TAG_JOIN */

static void prepare(const void *data, const LiveScope *scope, void *shared)
{
    const ChordConfig *config = data;
    identifiers_prepare(shared, scope, (Ids)config->ids);
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word)
{
    Message message = {
        .word = word, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES, .kind = kind,
    };
    if (to != node_id(self)) overlay_send_connected(self, to, &message);
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
    ChordTable *table = overlay_state(self);
    table->contact = overlay_contact(self);
    table->joined = table->contact == NODE_NONE;
    if (table->joined) return;
    find_send(self, table->contact, identifiers_own(self), (Find){ node_id(self), TAG_JOIN });
    overlay_cancel(self, table->joining);
    table->joining = overlay_after(self, join_again, TICK_JOIN);
}

/* Looks up finger number table->finger; those within reach of the successor are no fingers. */
static void fix_finger(Node *self)
{
    ChordTable *table = overlay_state(self);
    if (!table->joined || !table->successor_count) return;
    uint64_t first = chord_ahead(self, table->successors[0]);
    while (table->finger < CHORD_BITS && 1ull << table->finger <= first) table->fingers[table->finger++] = NODE_NONE;
    if (table->finger >= CHORD_BITS) {
        table->finger = 0, table->filling = false;
        return;
    }
    uint64_t key = identifiers_own(self) + (1ull << table->finger);
    NodeId next = chord_route(self, key);
    if (next != node_id(self)) find_send(self, next, key, (Find){ node_id(self), table->finger });
    else table->fingers[table->finger++] = NODE_NONE;           /* nobody is that far ahead */
}

/* Finger number `tag` is `node`, and so are all that it is far enough for. */
static void found_finger(Node *self, NodeId node, uint32_t tag)
{
    ChordTable *table = overlay_state(self);
    uint64_t at = chord_ahead(self, node);
    if (chord_is_failed(table, node)) return;
    uint32_t i = tag;
    for (; i < CHORD_BITS && at >= 1ull << i; i++) table->fingers[i] = node;
    for (; node == node_id(self) && i < CHORD_BITS; i++) table->fingers[i] = NODE_NONE;
    table->finger = MAX(i, tag + 1);
    chord_show(self);
    if (table->filling) fix_finger(self);
}

static void found(Node *self, NodeId node, uint32_t tag)
{
    const ChordTable *table = overlay_state(self);
    if (tag != TAG_JOIN) found_finger(self, node, tag);
    else if (!table->joined) send(self, node, ASK, 0);
}

/* A lookup goes on towards its key, or is answered. */
static void find_on(Node *self, NodeId from, const Message *message)
{
    const ChordTable *table = overlay_state(self);
    Find find;
    memcpy(&find, message->data, sizeof find);
    NodeId me = node_id(self), next = chord_route(self, message->word);
    if (find.origin == me && find.tag == TAG_JOIN) {            /* `from` still knows it from before, and precedes it */
        if (!table->joined) send(self, from, ASK, 0);
    } else if (next == me) {
        if (find.origin == me) found(self, me, find.tag);
        else send(self, find.origin, FOUND, find.tag);
    } else if (message->hops < HOPS_MOST) {
        overlay_send_connected(self, next, message);
    }
}

static void notify(Node *self, NodeId successor) { send(self, successor, NOTIFY, 0); }

/* Takes over the successors of `from`, which this node asked; `list` starts with its predecessor. */
static void receive_list(Node *self, NodeId from, const NodeId *list, uint32_t count)
{
    const ChordConfig *config = overlay_config(self);
    ChordTable *table = overlay_state(self);
    NodeId merged[CHORD_LIST];
    uint32_t merged_count = 0;
    bool newcomer = !table->joined;
    chord_insert(self, merged, &merged_count, config->successors, from);
    for (uint32_t i = 0; i < count; i++) {
        bool between = list[i] != NODE_NONE && (i > 0 || chord_ahead(self, list[i]) < chord_ahead(self, from));
        if (between && !chord_is_failed(table, list[i]))
            chord_insert(self, merged, &merged_count, config->successors, list[i]);
    }
    bool closer = table->successor_count && chord_ahead(self, table->successors[0]) < chord_ahead(self, merged[0]);
    if (!newcomer && closer) return;
    memcpy(table->successors, merged, merged_count * sizeof *merged);
    table->successor_count = merged_count;
    table->joined = true;
    if (merged[0] != from) send(self, merged[0], ASK, 0);
    notify(self, merged[0]);
    chord_show(self);
    if (!newcomer) return;
    table->finger = 0, table->filling = true;
    fix_finger(self);
}

static void send_list(Node *self, NodeId to)
{
    const ChordTable *table = overlay_state(self);
    NodeId list[CHORD_LIST] = { table->predecessor };
    uint32_t count = 1 + table->successor_count;
    if (!table->joined) return;
    memcpy(list + 1, table->successors, table->successor_count * sizeof *list);
    Message message = {
        .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES * count, .kind = LIST,
        .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    overlay_send_connected(self, to, &message);
}

/* `node` comes right behind this one. */
static void take_successor(Node *self, NodeId node)
{
    const ChordConfig *config = overlay_config(self);
    ChordTable *table = overlay_state(self);
    if (!table->joined) return;
    if (table->successor_count && chord_ahead(self, node) >= chord_ahead(self, table->successors[0])) return;
    chord_insert(self, table->successors, &table->successor_count, config->successors, node);
    send(self, node, ASK, 0);
    chord_show(self);
}

static void receive_notify(Node *self, NodeId from)
{
    ChordTable *table = overlay_state(self);
    NodeId old = table->predecessor;
    if (old == from) return;
    if (old != NODE_NONE && chord_ahead(self, from) < chord_ahead(self, old)) {
        table->notifier = from;
        send(self, old, PROBE, 0);
        return;
    }
    table->predecessor = from;
    if (old != NODE_NONE) send(self, old, HINT, from);
    if (!table->successor_count) take_successor(self, from);
    chord_show(self);
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
    const ChordTable *table = overlay_state(self);
    NodeId first = table->successor_count ? table->successors[0] : NODE_NONE;
    chord_remove(self, node);
    if (!table->successor_count && table->joined) join(self);
    else if (first == node && table->successor_count) send(self, table->successors[0], ASK, 0);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    const ChordTable *table = overlay_state(self);
    forget(self, to);
    if (overlay_carried(message) || message->kind != FIND) return;
    if (table->joined) find_on(self, node_id(self), message);
    else if (to == table->contact) join(self);
}

static SimTime period(Node *self, SimTime mean)
{
    return mean / 2 + (SimTime)random_below(overlay_random(self), (uint64_t)mean);
}

static void timer(Node *self, uint32_t tag)
{
    const ChordConfig *config = overlay_config(self);
    ChordTable *table = overlay_state(self);
    if (tag == TICK_JOIN) {
        if (!table->joined) join(self);
    } else if (tag == TICK_FIX) {
        fix_finger(self);
        overlay_after(self, period(self, config->fix_fingers), TICK_FIX);
    } else {
        memset(table->failed, 0xff, sizeof table->failed);
        if (table->joined && table->successor_count) send(self, table->successors[0], ASK, 0);
        if (table->predecessor != NODE_NONE) send(self, table->predecessor, PROBE, 0);
        overlay_after(self, period(self, config->stabilise), TICK_STABILISE);
    }
}

static void start(Node *self)
{
    const ChordConfig *config = overlay_config(self);
    const Identifiers *places = overlay_shared(self);
    ChordTable *table = overlay_state(self);
    uint32_t at = identifiers_first_place(self);
    table->successors = g_new(NodeId, config->successors + 1);
    memset(table->fingers, 0xff, sizeof table->fingers);
    memset(table->failed, 0xff, sizeof table->failed);
    table->predecessor = table->notifier = table->contact = NODE_NONE;
    if (at < places->count && config->begin == BEGIN_READY) chord_ready(self, at);
    else join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->stabilise), TICK_STABILISE);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->fix_fingers), TICK_FIX);
}

static void stop(Node *self)
{
    ChordTable *table = overlay_state(self);
    g_clear_pointer(&table->successors, g_free);
}

static const LiveOverlay live = {
    .state_size = sizeof(ChordTable), .connected = true, .shared_size = sizeof(Identifiers), .prepare = prepare,
    .release = identifiers_release,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .stop = stop, .route = chord_route,
    .key = identifiers_key,
};

const Overlay overlay_chord = {
    .variant = {
        .name = "chord",
        .summary = "a ring of identifiers with successor lists and fingers; routes by key",
        .source = "I. Stoica et al., SIGCOMM 2001",
        .params = params, .config_size = sizeof(ChordConfig),
    },
    .live = &live,
};
