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

#include "overlay/pastry_table.h"

enum { JOIN, ROWS, ASK_LEAVES, LEAVES, ARRIVED, PROBE, ASK_ENTRY, ENTRY };      /* messages */
enum { TICK_KEEP_ALIVE, TICK_JOIN };                                        /* timers */
enum { HOPS_MOST = 255, MESSAGE_BYTES = 20, KEY_BYTES = 8, ENTRY_BYTES = 6 };
static const SimTime join_again = 2000000000;       /* a newcomer that hears nothing asks another, ns */

static const Param params[] = {
    { "digit-bits", PARAM_COUNT, offsetof(PastryConfig, digit_bits), "4", 1, 8,
      "bits of a digit: the paper's b", NULL },
    { "leaf-set", PARAM_COUNT, offsetof(PastryConfig, leaf_set), "16", 0, PASTRY_LEAVES,
      "leaves, half of them on each side; 0: prefixes alone, where every identifier is taken", NULL },
    { "keep-alive", PARAM_DURATION, offsetof(PastryConfig, keep_alive), "30 s", 1, 9e18,
      "time between probes of the leaves", NULL },
    IDENTIFIERS_PARAMS(PastryConfig),
    PARAM_END
};

typedef struct { NodeId origin; uint32_t row; } Join;      /* row: the first that the newcomer has not been sent */

static void prepare(const void *data, const LiveScope *scope, void *shared)
{
    const PastryConfig *config = data;
    identifiers_prepare(shared, scope, (Ids)config->ids, 1);
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word)
{
    Message message = {
        .word = word, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES, .kind = kind,
    };
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

static void send_leaves(Node *self, NodeId to, uint8_t kind)
{
    NodeId list[PASTRY_LEAVES];
    send_list(self, to, kind, list, pastry_leaves(overlay_state(self), list));
}

/* Hears of a node; one that it takes for a leaf is probed, and so hears of this one. */
static void learn(Node *self, NodeId node)
{
    const PastryTable *table = overlay_state(self);
    if (pastry_learn(self, node) && table->joined) send(self, node, PROBE, 0);
}

static void learn_list(Node *self, const Message *message)
{
    const NodeId *list = message->data;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) learn(self, list[i]);
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
    PastryTable *table = overlay_state(self);
    table->contact = overlay_contact(self);
    table->joined = table->contact == NODE_NONE;
    if (table->joined) return;
    join_send(self, table->contact, identifiers_own(self), (Join){ node_id(self), 0 });
    overlay_cancel(self, table->joining);
    table->joining = overlay_after(self, join_again, TICK_JOIN);
}

/* Sends a newcomer the rows that it shares with this node and has not had. */
static void send_rows(Node *self, NodeId to, uint32_t first, uint32_t last)
{
    const PastryConfig *config = overlay_config(self);
    const PastryTable *table = overlay_state(self);
    uint32_t digits = 1u << config->digit_bits, count = 0;
    g_autofree NodeId *list = g_new(NodeId, (last + 1) * digits);
    for (uint32_t row = first; row <= last; row++)
        for (uint32_t d = 0; table->rows[row] && d < digits; d++)
            if (table->rows[row][d] != NODE_NONE && table->rows[row][d] != to) list[count++] = table->rows[row][d];
    send_list(self, to, ROWS, list, count);
}

/* A newcomer's join goes on towards its place, or has come there. */
static void join_on(Node *self, NodeId from, const Message *message)
{
    const PastryConfig *config = overlay_config(self);
    const PastryTable *table = overlay_state(self);
    Join asked;
    memcpy(&asked, message->data, sizeof asked);
    NodeId me = node_id(self), next = pastry_route(self, message->word);
    if (asked.origin == me) {                           /* `from` still knows it from before, and is next to it */
        if (!table->joined && from != me) send(self, from, ASK_LEAVES, 0);
        return;
    }
    if (table->joined) {
        uint32_t last = pastry_digits_shared(config, identifiers_of(self, me), message->word);
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
    PastryTable *table = overlay_state(self);
    bool newcomer = !table->joined;
    learn(self, from);
    learn_list(self, message);
    if (!newcomer) return;
    table->joined = true;
    for (uint32_t i = 0; i < overlay_degree(self); i++) send_leaves(self, overlay_neighbor(self, i), ARRIVED);
}

static void receive_arrived(Node *self, NodeId from, const Message *message)
{
    learn(self, from);
    learn_list(self, message);
    if (pastry_is_leaf(overlay_state(self), from)) send_leaves(self, from, LEAVES);
}

static void answer_entry(Node *self, NodeId from, uint32_t row, uint32_t digit)
{
    const PastryConfig *config = overlay_config(self);
    const PastryTable *table = overlay_state(self);
    if (row >= pastry_rows(config) || !table->rows[row] || table->rows[row][digit] == NODE_NONE) return;
    send(self, from, ENTRY, table->rows[row][digit]);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    const PastryTable *table = overlay_state(self);
    switch (message->kind) {
    case JOIN: join_on(self, from, message); break;
    case ROWS: learn(self, from), learn_list(self, message); break;
    case ASK_LEAVES: if (table->joined) send_leaves(self, from, LEAVES); break;
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
    PastryTable *table = overlay_state(self);
    const PastrySide *left = table->sides[side].count ? &table->sides[side] : &table->sides[!side];
    if (left->count) send(self, left->list[left->count - 1], ASK_LEAVES, 0);
    else if (table->joined && overlay_degree(self)) send(self, overlay_neighbor(self, 0), ASK_LEAVES, 0);
    else if (table->joined) join(self);
}

/* Asks another node of the row for one to put in the place of an entry. */
static void repair_entry(Node *self, NodeId node)
{
    const PastryConfig *config = overlay_config(self);
    const PastryTable *table = overlay_state(self);
    uint64_t id = identifiers_of(self, node);
    uint32_t row = pastry_digits_shared(config, identifiers_own(self), id), digits = 1u << config->digit_bits;
    uint32_t digit = pastry_digit(config, id, row), first = (uint32_t)random_below(overlay_random(self), digits);
    for (uint32_t i = 0; i < digits; i++) {
        NodeId other = table->rows[row][(first + i) % digits];
        if (other == NODE_NONE) continue;
        send(self, other, ASK_ENTRY, (uint64_t)row << 32 | digit);
        return;
    }
}

/* Forgets a node that failed, and looks for others in its places. */
static void forget(Node *self, NodeId node)
{
    bool was_leaf[2], was_entry = pastry_remove(self, node, was_leaf);
    for (int s = 0; s < 2; s++)
        if (was_leaf[s]) repair_leaves(self, s);
    if (was_entry) repair_entry(self, node);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    const PastryTable *table = overlay_state(self);
    forget(self, to);
    if (overlay_carried(message)) return;
    if (!table->joined && (to == table->contact || message->kind == ASK_LEAVES)) join(self);
    else if (message->kind == JOIN) join_on(self, node_id(self), message);
}

static void timer(Node *self, uint32_t tag)
{
    const PastryConfig *config = overlay_config(self);
    PastryTable *table = overlay_state(self);
    NodeId list[PASTRY_LEAVES];
    if (tag == TICK_JOIN) {
        if (!table->joined) join(self);
        return;
    }
    memset(table->failed, 0xff, sizeof table->failed);
    uint32_t count = table->joined ? pastry_leaves(table, list) : 0;
    uint32_t asked = count ? (uint32_t)random_below(overlay_random(self), count) : 0;
    for (uint32_t i = 0; i < count; i++) send(self, list[i], i == asked ? ASK_LEAVES : PROBE, 0);
    if (!count && table->joined && config->leaf_set) join(self);
    overlay_after(self, config->keep_alive, TICK_KEEP_ALIVE);
}

static void start(Node *self)
{
    const PastryConfig *config = overlay_config(self);
    const Identifiers *circle = overlay_shared(self);
    PastryTable *table = overlay_state(self);
    uint32_t at = identifiers_first_place(self, node_id(self));
    table->sides[0].list = g_new(NodeId, config->leaf_set + 1);
    table->sides[1].list = table->sides[0].list + config->leaf_set / 2;
    table->rows = g_new0(NodeId *, pastry_rows(config));
    memset(table->failed, 0xff, sizeof table->failed);
    table->contact = NODE_NONE;
    if (at < circle->count && config->begin == BEGIN_READY) pastry_ready(self, at);
    else join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->keep_alive), TICK_KEEP_ALIVE);
}

static void stop(Node *self)
{
    const PastryConfig *config = overlay_config(self);
    PastryTable *table = overlay_state(self);
    for (uint32_t row = 0; table->rows && row < pastry_rows(config); row++) g_free(table->rows[row]);
    g_clear_pointer(&table->rows, g_free);
    g_clear_pointer(&table->sides[0].list, g_free);
}

static void check(void *data, const Keys *keys)
{
    const PastryConfig *config = data;
    if (config->leaf_set % 2)
        keys_fault(keys, "leaf-set", "%u leaves are not the same on both sides; an even number is expected", config->leaf_set);
}

static const LiveOverlay live = {
    .state_size = sizeof(PastryTable), .connected = true, .shared_size = sizeof(Identifiers), .prepare = prepare,
    .release = identifiers_release, .start = start, .receive = receive, .timer = timer, .unreachable = unreachable,
    .stop = stop, .route = pastry_route, .key = identifiers_key,
};

const Overlay overlay_pastry = {
    .variant = {
        .name = "pastry",
        .summary = "prefix routing over leaf sets and tables of near nodes; routes by key",
        .source = "A. Rowstron, P. Druschel, Middleware 2001",
        .params = params, .config_size = sizeof(PastryConfig), .check = check,
    },
    .live = &live,
};
