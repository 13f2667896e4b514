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
 * Where a node has several places (`virtual`) it keeps a table for each, and all of
 * them are part of the one ring; what goes between two of its own costs no message.
 *
 * Identifiers have 64 bits.  A message takes 20 bytes, 8 with a key, and 6 for each
 * node listed in it.  Left out: what the nodes would store.
 *
 * 100,000 nodes under Scribe: 16 s with ten publications take about 3 s of a processor.
 *
 * Source: I. Stoica, R. Morris, D. Karger, M. F. Kaashoek, H. Balakrishnan, "Chord:
 * a scalable peer-to-peer lookup service for Internet applications", SIGCOMM 2001.
 */
#include <string.h>

#include "overlay/chord_table.h"

enum { FIND, FOUND, ASK, LIST, NOTIFY, HINT, PROBE };               /* messages */
enum { TICK_STABILISE, TICK_FIX, TICK_JOIN, TICKS };                /* timers */
enum { TAG_JOIN = CHORD_BITS, HOPS_MOST = 255 };
enum { MESSAGE_BYTES = 20, KEY_BYTES = 8, ENTRY_BYTES = 6 };
static const SimTime join_again = 2000000000;                       /* a newcomer that hears nothing asks another, ns */

static const Param params[] = {
    { "successors", PARAM_COUNT, offsetof(ChordConfig, successors), "16", 1, 128,
      "length of the successor list", NULL },
    { "virtual", PARAM_COUNT, offsetof(ChordConfig, virtual_nodes), "1", 1, CHORD_SPOTS,
      "virtual nodes: places on the ring that each node has", NULL },
    { "stabilise", PARAM_DURATION, offsetof(ChordConfig, stabilise), "30 s", 1, 9e17,
      "mean time between a node's stabilisations; each is drawn between half and one and a half of it", NULL },
    { "fix-fingers", PARAM_DURATION, offsetof(ChordConfig, fix_fingers), "30 s", 1, 9e17,
      "mean time between lookups of a finger, in turn; drawn in the same way", NULL },
    IDENTIFIERS_PARAMS(ChordConfig),
    PARAM_END
};

/* tag: a finger, or TAG_JOIN; to, from: which spots of the nodes that the message goes between. */
typedef struct { Spot origin; uint32_t tag; uint16_t to, from; } Find;

static void take(Node *self, Spot from, const Message *message);

static void prepare(const void *data, const LiveScope *scope, void *shared)
{
    const ChordConfig *config = data;
    identifiers_prepare(shared, scope, (Ids)config->ids, config->virtual_nodes);
}

/* Whose spots the message of another kind than FIND goes between, behind the first half of its word. */
static uint64_t pack(Node *self, uint32_t word, Spot to)
{
    uint32_t each = chord_each(self);
    return (uint64_t)(chord_spot(self) % each) << 48 | (uint64_t)(to % each) << 32 | word;
}

/* Sends to a spot; one of this node hears at once. */
static void hand(Node *self, Spot to, const Message *message)
{
    uint32_t each = chord_each(self);
    if (to / each != node_id(self)) {
        overlay_send_connected(self, to / each, message);
        return;
    }
    ChordNode *node = overlay_state(self);
    Message here = *message;
    Spot from = chord_spot(self);
    here.hops++;
    node->at = to % each;
    take(self, from, &here);
    node->at = from % each;
}

static void send(Node *self, Spot to, uint8_t kind, uint32_t word)
{
    Message message = {
        .word = pack(self, word, to), .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES,
        .kind = kind,
    };
    if (to != chord_spot(self)) hand(self, to, &message);
}

static void find_send(Node *self, Spot to, uint64_t key, uint32_t tag)
{
    uint32_t each = chord_each(self);
    Spot me = chord_spot(self);
    Find find = { me, tag, (uint16_t)(to % each), (uint16_t)(me % each) };
    Message message = {
        .word = key, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + KEY_BYTES + ENTRY_BYTES, .kind = FIND,
        .data = &find, .data_size = sizeof find,
    };
    hand(self, to, &message);
}

/* A timer of a spot. */
static uint32_t tag_of(uint32_t tick, uint32_t which) { return which * TICKS + tick; }

static void join(Node *self)
{
    ChordTable *table = chord_table(self);
    uint32_t each = chord_each(self), which = chord_spot(self) % each;
    NodeId contact = overlay_contact(self);
    if (contact == NODE_NONE && which) contact = node_id(self);             /* its own first spot */
    table->contact = contact == NODE_NONE ? NODE_NONE : contact * each;
    table->joined = contact == NODE_NONE;
    if (table->joined) return;
    overlay_cancel(self, table->joining);
    table->joining = overlay_after(self, join_again, tag_of(TICK_JOIN, which));
    find_send(self, table->contact, chord_own(self), TAG_JOIN);
}

/* Looks up finger number table->finger; those within reach of the successor are no fingers. */
static void fix_finger(Node *self)
{
    ChordTable *table = chord_table(self);
    if (!table->joined || !table->successor_count) return;
    uint64_t first = chord_ahead(self, table->successors[0]);
    while (table->finger < CHORD_BITS && 1ull << table->finger <= first) table->fingers[table->finger++] = NODE_NONE;
    if (table->finger >= CHORD_BITS) {
        table->finger = 0, table->filling = false;
        return;
    }
    uint64_t key = chord_own(self) + (1ull << table->finger);
    Spot next = chord_route(self, key);
    if (next != chord_spot(self)) find_send(self, next, key, table->finger);
    else table->fingers[table->finger++] = NODE_NONE;           /* nobody is that far ahead */
}

/* Finger number `tag` is `spot`, and so are all that it is far enough for. */
static void found_finger(Node *self, Spot spot, uint32_t tag)
{
    ChordTable *table = chord_table(self);
    uint64_t at = chord_ahead(self, spot);
    if (chord_is_failed(self, spot)) return;
    uint32_t i = tag;
    for (; i < CHORD_BITS && at >= 1ull << i; i++) table->fingers[i] = spot;
    for (; spot == chord_spot(self) && i < CHORD_BITS; i++) table->fingers[i] = NODE_NONE;
    table->finger = MAX(i, tag + 1);
    chord_show(self);
    if (table->filling) fix_finger(self);
}

static void found(Node *self, Spot spot, uint32_t tag)
{
    const ChordTable *table = chord_table(self);
    if (tag != TAG_JOIN) found_finger(self, spot, tag);
    else if (!table->joined) send(self, spot, ASK, 0);
}

/* A lookup goes on towards its key, or is answered. */
static void find_on(Node *self, Spot from, const Message *message)
{
    const ChordTable *table = chord_table(self);
    Find find;
    memcpy(&find, message->data, sizeof find);
    Spot me = chord_spot(self), next = chord_route(self, message->word);
    if (find.origin == me && find.tag == TAG_JOIN) {            /* `from` still knows it from before, and precedes it */
        if (!table->joined) send(self, from, ASK, 0);
    } else if (next == me) {
        if (find.origin == me) found(self, me, find.tag);
        else send(self, find.origin, FOUND, find.tag);
    } else if (message->hops < HOPS_MOST) {
        uint32_t each = chord_each(self);
        Message onward = *message;
        find.to = (uint16_t)(next % each), find.from = (uint16_t)(me % each);
        onward.data = &find;
        hand(self, next, &onward);
    }
}

static void notify(Node *self, Spot successor) { send(self, successor, NOTIFY, 0); }

/* Takes over the successors of `from`, which this node asked; `list` starts with its predecessor. */
static void receive_list(Node *self, Spot from, const Spot *list, uint32_t count)
{
    const ChordConfig *config = overlay_config(self);
    ChordTable *table = chord_table(self);
    Spot merged[CHORD_LIST];
    uint32_t merged_count = 0;
    bool newcomer = !table->joined;
    chord_insert(self, merged, &merged_count, config->successors, from);
    for (uint32_t i = 0; i < count; i++) {
        bool between = list[i] != NODE_NONE && (i > 0 || chord_ahead(self, list[i]) < chord_ahead(self, from));
        if (between && !chord_is_failed(self, list[i]))
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

static void send_list(Node *self, Spot to)
{
    const ChordTable *table = chord_table(self);
    Spot list[CHORD_LIST] = { table->predecessor };
    uint32_t count = 1 + table->successor_count;
    if (!table->joined) return;
    memcpy(list + 1, table->successors, table->successor_count * sizeof *list);
    Message message = {
        .word = pack(self, 0, to), .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES * count,
        .kind = LIST, .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    hand(self, to, &message);
}

/* `spot` comes right behind this one. */
static void take_successor(Node *self, Spot spot)
{
    const ChordConfig *config = overlay_config(self);
    ChordTable *table = chord_table(self);
    if (!table->joined) return;
    if (table->successor_count && chord_ahead(self, spot) >= chord_ahead(self, table->successors[0])) return;
    chord_insert(self, table->successors, &table->successor_count, config->successors, spot);
    send(self, spot, ASK, 0);
    chord_show(self);
}

static void receive_notify(Node *self, Spot from)
{
    ChordTable *table = chord_table(self);
    Spot old = table->predecessor;
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

static void take(Node *self, Spot from, const Message *message)
{
    switch (message->kind) {
    case FIND: find_on(self, from, message); break;
    case FOUND: found(self, from, (uint32_t)message->word); break;
    case ASK: send_list(self, from); break;
    case LIST: receive_list(self, from, message->data, message->data_size / sizeof(Spot)); break;
    case NOTIFY: receive_notify(self, from); break;
    case HINT: take_successor(self, (Spot)message->word); break;
    default: break;
    }
}

static void receive(Node *self, NodeId from, const Message *message)
{
    uint32_t to = (uint32_t)(message->word >> 32) & 0xffff, which = (uint32_t)(message->word >> 48);
    if (message->kind == FIND) {
        Find find;
        memcpy(&find, message->data, sizeof find);
        to = find.to, which = find.from;
    }
    ((ChordNode *)overlay_state(self))->at = to;
    take(self, from * chord_each(self) + which, message);
}

/* Forgets a node that failed. */
static void forget(Node *self, NodeId node)
{
    const ChordTable *table = chord_table(self);
    Spot first = table->successor_count ? table->successors[0] : NODE_NONE;
    chord_remove(self, node);
    bool was_first = first != NODE_NONE && first / chord_each(self) == node;
    if (!table->successor_count && table->joined) join(self);
    else if (was_first && table->successor_count) send(self, table->successors[0], ASK, 0);
}

/* What this node sent in vain: a lookup takes another way from the spot it was sent from. */
static void unreachable(Node *self, NodeId to, const Message *message)
{
    ChordNode *node = overlay_state(self);
    uint32_t each = chord_each(self);
    for (node->at = 0; node->at < each; node->at++) forget(self, to);
    node->at = 0;
    if (overlay_carried(message) || message->kind != FIND) return;
    Find find;
    memcpy(&find, message->data, sizeof find);
    node->at = find.from;
    const ChordTable *table = chord_table(self);
    if (table->joined) find_on(self, chord_spot(self), message);
    else if (table->contact != NODE_NONE && to == table->contact / each) join(self);
}

static SimTime period(Node *self, SimTime mean)
{
    return mean / 2 + (SimTime)random_below(overlay_random(self), (uint64_t)mean);
}

static void timer(Node *self, uint32_t tag)
{
    const ChordConfig *config = overlay_config(self);
    ((ChordNode *)overlay_state(self))->at = tag / TICKS;
    ChordTable *table = chord_table(self);
    if (tag % TICKS == TICK_JOIN) {
        if (!table->joined) join(self);
    } else if (tag % TICKS == TICK_FIX) {
        fix_finger(self);
        overlay_after(self, period(self, config->fix_fingers), tag);
    } else {
        memset(table->failed, 0xff, sizeof table->failed);
        if (table->joined && table->successor_count) send(self, table->successors[0], ASK, 0);
        if (table->predecessor != NODE_NONE) send(self, table->predecessor, PROBE, 0);
        overlay_after(self, period(self, config->stabilise), tag);
    }
}

static void table_start(Node *self)
{
    const ChordConfig *config = overlay_config(self);
    const Identifiers *places = overlay_shared(self);
    uint32_t at = identifiers_first_place(self, chord_spot(self)), which = chord_spot(self) % chord_each(self);
    if (at < places->count && config->begin == BEGIN_READY) chord_ready(self, at);
    else join(self);
    SimTime stabilise = (SimTime)random_below(overlay_random(self), (uint64_t)config->stabilise);
    overlay_after(self, stabilise, tag_of(TICK_STABILISE, which));
    SimTime fix = (SimTime)random_below(overlay_random(self), (uint64_t)config->fix_fingers);
    overlay_after(self, fix, tag_of(TICK_FIX, which));
}

static void start(Node *self)
{
    const ChordConfig *config = overlay_config(self);
    ChordNode *node = overlay_state(self);
    uint32_t each = chord_each(self);
    if (each > 1) node->others = g_new0(ChordTable, each - 1);
    for (node->at = 0; node->at < each; node->at++) {
        ChordTable *table = chord_table(self);
        table->successors = g_new(Spot, config->successors + 1);
        memset(table->fingers, 0xff, sizeof table->fingers);
        memset(table->failed, 0xff, sizeof table->failed);
        table->predecessor = table->notifier = table->contact = NODE_NONE;
    }
    for (node->at = 0; node->at < each; node->at++) table_start(self);
    chord_show(self);
    node->at = 0;
}

static void stop(Node *self)
{
    ChordNode *node = overlay_state(self);
    uint32_t each = chord_each(self);
    for (node->at = 0; node->at < each; node->at++) g_free(chord_table(self)->successors);
    g_clear_pointer(&node->others, g_free);
    node->at = 0, node->first.successors = NULL;
}

static void fits(const void *data, uint32_t nodes, const Keys *keys)
{
    static const char *const blamed[] = { "virtual", "nodes", NULL };
    const ChordConfig *config = data;
    if ((uint64_t)nodes * config->virtual_nodes >= UINT32_MAX)
        overlay_fault(keys, blamed, "%u nodes with %u places each are too many; at most %u places can be told apart",
                      nodes, config->virtual_nodes, UINT32_MAX - 1);
}

static const LiveOverlay live = {
    .state_size = sizeof(ChordNode), .connected = true, .shared_size = sizeof(Identifiers), .prepare = prepare,
    .release = identifiers_release,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .stop = stop,
    .route = chord_route_node, .key = identifiers_key,
};

const Overlay overlay_chord = {
    .variant = {
        .name = "chord",
        .summary = "a ring of identifiers with successor lists and fingers; routes by key",
        .source = "I. Stoica et al., SIGCOMM 2001",
        .params = params, .config_size = sizeof(ChordConfig),
    },
    .live = &live, .fits = fits,
};
