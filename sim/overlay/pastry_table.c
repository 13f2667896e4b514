/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/pastry_table.h"

#include <string.h>

enum { NEAR_TRIES = 8 };

/* How far from this node another one is in the direction of a side. */
static uint64_t apart(const Node *self, NodeId node, int side)
{
    uint64_t d = identifiers_of(self, node) - identifiers_own(self);
    return side ? d : 0 - d;
}

/* True if a is closer to the key than b, or as close and the lower. */
static bool is_closer(uint64_t key, uint64_t a, uint64_t b)
{
    uint64_t to_a = MIN(a - key, key - a), to_b = MIN(b - key, key - b);
    return to_a < to_b || (to_a == to_b && a < b);
}

uint32_t pastry_rows(const PastryConfig *config) { return PASTRY_BITS / config->digit_bits; }

uint32_t pastry_digit(const PastryConfig *config, uint64_t id, uint32_t row)
{
    return (uint32_t)(id >> (PASTRY_BITS - config->digit_bits * (row + 1))) & ((1u << config->digit_bits) - 1);
}

uint32_t pastry_digits_shared(const PastryConfig *config, uint64_t a, uint64_t b)
{
    uint32_t shared = a == b ? pastry_rows(config) : (uint32_t)__builtin_clzll(a ^ b) / config->digit_bits;
    return MIN(shared, pastry_rows(config) - 1);
}

uint32_t pastry_leaves(const PastryTable *table, NodeId *list)
{
    uint32_t count = 0;
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < table->sides[s].count; i++) {
            uint32_t j = 0;
            while (j < count && list[j] != table->sides[s].list[i]) j++;
            if (j == count) list[count++] = table->sides[s].list[i];
        }
    return count;
}

bool pastry_is_leaf(const PastryTable *table, NodeId node)
{
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < table->sides[s].count; i++)
            if (table->sides[s].list[i] == node) return true;
    return false;
}

/* The place in the table where a node belongs; its row is made if `make`, else NULL may come. */
static NodeId *entry_of(Node *self, NodeId node, bool make)
{
    const PastryConfig *config = overlay_config(self);
    PastryTable *table = overlay_state(self);
    uint64_t me = identifiers_own(self), id = identifiers_of(self, node);
    uint32_t row = pastry_digits_shared(config, me, id), digits = 1u << config->digit_bits;
    if (!table->rows[row] && make) {
        table->rows[row] = g_new(NodeId, digits);
        memset(table->rows[row], 0xff, digits * sizeof(NodeId));
    }
    return table->rows[row] ? &table->rows[row][pastry_digit(config, id, row)] : NULL;
}

static bool is_known(Node *self, NodeId node)
{
    const NodeId *entry = entry_of(self, node, false);
    return (entry && *entry == node) || pastry_is_leaf(overlay_state(self), node);
}

/* A node that has left one of the tables stays a neighbor only by the other. */
static void displaced(Node *self, NodeId node)
{
    if (!is_known(self, node)) overlay_neighbor_remove(self, node);
}

static bool side_insert(Node *self, int side, NodeId node)
{
    const PastryConfig *config = overlay_config(self);
    PastrySide *leaves_there = &((PastryTable *)overlay_state(self))->sides[side];
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

bool pastry_learn(Node *self, NodeId node)
{
    const PastryTable *table = overlay_state(self);
    if (node == node_id(self)) return false;
    for (int i = 0; i < PASTRY_FAILED; i++)
        if (table->failed[i] == node) return false;
    bool was_leaf = pastry_is_leaf(table, node), leaf = side_insert(self, 0, node);
    leaf |= side_insert(self, 1, node);
    table_insert(self, node);
    if (is_known(self, node)) overlay_neighbor_add(self, node);
    return leaf && !was_leaf;
}

bool pastry_remove(Node *self, NodeId node, bool *was_leaf)
{
    PastryTable *table = overlay_state(self);
    NodeId *entry = entry_of(self, node, false);
    bool was_entry = entry && *entry == node;
    table->failed[table->failed_next++ % PASTRY_FAILED] = node;
    if (was_entry) *entry = NODE_NONE;
    for (int s = 0; s < 2; s++) {
        PastrySide *side = &table->sides[s];
        uint32_t i = 0;
        while (i < side->count && side->list[i] != node) i++;
        was_leaf[s] = i < side->count;
        if (was_leaf[s]) memmove(&side->list[i], &side->list[i + 1], (--side->count - i) * sizeof(NodeId));
    }
    overlay_neighbor_remove(self, node);
    return was_entry;
}

/* True if the leaves reach as far as the key, or are all there is. */
static bool leaves_cover(Node *self, uint64_t key)
{
    const PastryConfig *config = overlay_config(self);
    const PastrySide *sides = ((const PastryTable *)overlay_state(self))->sides;
    uint32_t half = config->leaf_set / 2;
    if (!half) return false;
    if (sides[0].count < half || sides[1].count < half) return true;
    uint64_t behind = apart(self, sides[0].list[half - 1], 0), ahead = apart(self, sides[1].list[half - 1], 1);
    uint64_t me = identifiers_own(self);
    return ahead > UINT64_MAX - behind || key - me <= ahead || me - key <= behind;
}

static NodeId closest_leaf(Node *self, uint64_t key)
{
    const PastryTable *table = overlay_state(self);
    NodeId best = node_id(self);
    for (int s = 0; s < 2; s++)
        for (uint32_t i = 0; i < table->sides[s].count; i++) {
            NodeId leaf = table->sides[s].list[i];
            if (is_closer(key, identifiers_of(self, leaf), identifiers_of(self, best))) best = leaf;
        }
    return best;
}

NodeId pastry_route(Node *self, uint64_t key)
{
    const PastryConfig *config = overlay_config(self);
    const PastryTable *table = overlay_state(self);
    NodeId best = node_id(self);
    uint64_t me = identifiers_of(self, best);
    if (!table->joined) return table->contact == NODE_NONE ? best : table->contact;
    if (key == me) return best;
    if (leaves_cover(self, key)) return closest_leaf(self, key);
    uint32_t row = pastry_digits_shared(config, me, key);
    const NodeId *entries = table->rows[row];
    if (entries && entries[pastry_digit(config, key, row)] != NODE_NONE) return entries[pastry_digit(config, key, row)];
    for (uint32_t i = 0; i < overlay_degree(self); i++) {       /* rare: nobody known shares more; one closer */
        NodeId node = overlay_neighbor(self, i);
        uint64_t id = identifiers_of(self, node);
        if (pastry_digits_shared(config, id, key) >= row && is_closer(key, id, identifiers_of(self, best))) best = node;
    }
    return best;
}

/* The nearest of a few nodes drawn from a part of the circle. */
static NodeId nearest_of(Node *self, uint32_t low, uint32_t high)
{
    const Identifiers *circle = overlay_shared(self);
    NodeId best = NODE_NONE;
    uint32_t count = high - low;
    for (uint32_t i = 0; i < MIN(count, NEAR_TRIES); i++) {
        uint32_t at = low + (count <= NEAR_TRIES ? i : (uint32_t)random_below(overlay_random(self), count));
        NodeId node = circle->ring[at].spot;
        if (best == NODE_NONE || overlay_measure(self, node) < overlay_measure(self, best)) best = node;
    }
    return best;
}

/* Fills the table row by row; [low, high) are the nodes that share the digits before the row. */
static void table_ready(Node *self)
{
    const PastryConfig *config = overlay_config(self);
    const Identifiers *circle = overlay_shared(self);
    uint64_t me = identifiers_own(self), mask = 0;
    uint32_t low = 0, high = circle->count, digits = 1u << config->digit_bits;
    for (uint32_t row = 0; high - low > 1 && row < pastry_rows(config); row++) {
        uint32_t shift = PASTRY_BITS - config->digit_bits * (row + 1), own = pastry_digit(config, me, row);
        uint32_t from = low, own_low = low, own_high = high;
        for (uint32_t d = 0; d < digits; d++) {
            uint64_t end = (me & mask) + ((uint64_t)(d + 1) << shift);
            uint32_t to = d + 1 == digits ? high : identifiers_find(circle, from, end);
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

void pastry_ready(Node *self, uint32_t at)
{
    const PastryConfig *config = overlay_config(self);
    const Identifiers *circle = overlay_shared(self);
    PastryTable *table = overlay_state(self);
    uint32_t count = circle->count, each = MIN(config->leaf_set / 2, count - 1);
    table->joined = true;
    for (uint32_t i = 0; i < each; i++) {
        table->sides[0].list[i] = circle->ring[(at + count - 1 - i) % count].spot;
        table->sides[1].list[i] = circle->ring[(at + 1 + i) % count].spot;
        overlay_neighbor_add(self, table->sides[0].list[i]);
        overlay_neighbor_add(self, table->sides[1].list[i]);
    }
    table->sides[0].count = table->sides[1].count = each;
    table_ready(self);
}
