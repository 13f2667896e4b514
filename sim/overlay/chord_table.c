/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/chord_table.h"

#include <string.h>

uint32_t chord_each(const Node *self) { return ((const Identifiers *)overlay_shared(self))->each; }

Spot chord_spot(Node *self)
{
    return node_id(self) * chord_each(self) + ((const ChordNode *)overlay_state(self))->at;
}

uint64_t chord_own(Node *self) { return identifiers_of(self, chord_spot(self)); }

static ChordTable *table_at(ChordNode *node, uint32_t at) { return at ? &node->others[at - 1] : &node->first; }

ChordTable *chord_table(Node *self)
{
    ChordNode *node = overlay_state(self);
    return table_at(node, node->at);
}

uint64_t chord_ahead(Node *self, Spot spot) { return identifiers_of(self, spot) - chord_own(self); }

bool chord_is_failed(Node *self, Spot spot)
{
    const ChordTable *table = chord_table(self);
    NodeId node = spot / chord_each(self);
    for (int i = 0; i < CHORD_FAILED; i++)
        if (table->failed[i] == node) return true;
    return false;
}

static int by_node(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;
    return (x > y) - (x < y);
}

/* The nodes in a table, this one too; some more than once. */
static uint32_t known_list(const ChordTable *table, uint32_t each, NodeId *known)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->successor_count; i++) known[count++] = table->successors[i] / each;
    for (int i = 0; i < CHORD_BITS; i++)
        if (table->fingers[i] != NODE_NONE && (i == 0 || table->fingers[i] != table->fingers[i - 1]))
            known[count++] = table->fingers[i] / each;
    if (table->predecessor != NODE_NONE) known[count++] = table->predecessor / each;
    return count;
}

void chord_show(Node *self)
{
    ChordNode *node = overlay_state(self);
    NodeId known[CHORD_SPOTS * (CHORD_BITS + CHORD_LIST + 1)], me = node_id(self);
    uint32_t count = 0, kept = 0, each = chord_each(self);
    for (uint32_t i = 0; i < each; i++) count += known_list(table_at(node, i), each, known + count);
    qsort(known, count, sizeof *known, by_node);
    for (uint32_t i = 0; i < count; i++)
        if (known[i] != me && (i == 0 || known[i] != known[i - 1])) known[kept++] = known[i];
    for (uint32_t i = 0, k = 0; i < overlay_degree(self); ) {
        NodeId neighbor = overlay_neighbor(self, i);
        while (k < kept && known[k] < neighbor) k++;
        if (k < kept && known[k] == neighbor) i++;
        else overlay_neighbor_remove(self, neighbor);
    }
    for (uint32_t k = 0; k < kept; k++) overlay_neighbor_add(self, known[k]);
}

/* The last node known that is not past `distance` ahead. */
static Spot last_before(Node *self, uint64_t distance)
{
    const ChordTable *table = chord_table(self);
    Spot best = NODE_NONE;
    uint64_t furthest = 0;
    for (int i = distance ? CHORD_BITS - 1 - __builtin_clzll(distance) : -1; i >= 0; i--) {
        if (table->fingers[i] == NODE_NONE) continue;
        uint64_t at = chord_ahead(self, table->fingers[i]);
        if (at > distance || at <= furthest) continue;
        best = table->fingers[i], furthest = at;
        break;
    }
    for (uint32_t i = 0; i < table->successor_count; i++) {
        uint64_t at = chord_ahead(self, table->successors[i]);
        if (at <= distance && at > furthest) best = table->successors[i], furthest = at;
    }
    return best;
}

Spot chord_route(Node *self, uint64_t key)
{
    const ChordTable *table = chord_table(self);
    Spot me = chord_spot(self);
    uint64_t distance = key - chord_own(self);
    if (!table->joined) return table->contact == NODE_NONE ? me : table->contact;
    if (distance == 0 || !table->successor_count) return me;
    if (distance <= chord_ahead(self, table->successors[0])) return table->successors[0];
    if (table->predecessor != NODE_NONE && distance > chord_ahead(self, table->predecessor)) return me;
    Spot next = last_before(self, distance);
    /* Without a predecessor what lies behind all it knows is taken for its own. */
    if (table->predecessor == NODE_NONE && next == last_before(self, UINT64_MAX)) return me;
    return next == NODE_NONE ? table->successors[0] : next;
}

/* The spot of this node that is the last before the key, or the first behind it; the first while none has joined. */
static uint32_t nearest_own(Node *self, uint64_t key, bool behind)
{
    ChordNode *node = overlay_state(self);
    uint32_t each = chord_each(self), first = node_id(self) * each, best = 0;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < each; i++) {
        uint64_t id = identifiers_of(self, first + i), distance = behind ? id - key : key - id;
        if (table_at(node, i)->joined && distance < least) best = i, least = distance;
    }
    return best;
}

/* A message comes to a node, not to one of its spots: it stays if one of them is
 * responsible, and goes on from the one that is nearest else. */
NodeId chord_route_node(Node *self, uint64_t key)
{
    enum { STEPS_MOST = 255 };              /* from spot to spot of this node */
    ChordNode *node = overlay_state(self);
    NodeId me = node_id(self), next = me;
    uint32_t each = chord_each(self), kept = node->at;
    if (each > 1) {
        node->at = nearest_own(self, key, true);
        if (chord_route(self, key) != chord_spot(self)) node->at = nearest_own(self, key, false);
    }
    for (int step = 0; next == me && step < STEPS_MOST; step++) {
        Spot spot = chord_route(self, key);
        if (spot == chord_spot(self)) break;
        next = spot / each;
        node->at = spot % each;
    }
    node->at = kept;                        /* this may be asked while a table is worked on */
    return next;
}

void chord_insert(Node *self, Spot *list, uint32_t *count, uint32_t room, Spot spot)
{
    uint64_t at = chord_ahead(self, spot);
    uint32_t i = 0;
    while (i < *count && chord_ahead(self, list[i]) < at) i++;
    if (at == 0 || i == room || (i < *count && list[i] == spot)) return;
    *count = MIN(*count + 1, room);
    memmove(&list[i + 1], &list[i], (*count - 1 - i) * sizeof *list);
    list[i] = spot;
}

void chord_ready(Node *self, uint32_t at)
{
    const ChordConfig *config = overlay_config(self);
    const Identifiers *places = overlay_shared(self);
    ChordTable *table = chord_table(self);
    uint64_t id = chord_own(self);
    uint32_t count = places->count;
    table->joined = true;
    if (count == 1) return;
    table->predecessor = places->ring[(at + count - 1) % count].spot;
    table->successor_count = MIN(config->successors, count - 1);
    for (uint32_t i = 0; i < table->successor_count; i++)
        table->successors[i] = places->ring[(at + 1 + i) % count].spot;
    for (int i = 0; i < CHORD_BITS; i++) {
        if (1ull << i <= chord_ahead(self, table->successors[0])) continue;
        Spot spot = places->ring[identifiers_find(places, 0, id + (1ull << i)) % count].spot;
        if (chord_ahead(self, spot) >= 1ull << i) table->fingers[i] = spot;
    }
}

void chord_remove(Node *self, NodeId node)
{
    ChordTable *table = chord_table(self);
    uint32_t kept = 0, each = chord_each(self);
    table->failed[table->failed_next++ % CHORD_FAILED] = node;
    for (uint32_t i = 0; i < table->successor_count; i++)
        if (table->successors[i] / each != node) table->successors[kept++] = table->successors[i];
    table->successor_count = kept;
    for (int i = 0; i < CHORD_BITS; i++)
        if (table->fingers[i] != NODE_NONE && table->fingers[i] / each == node) table->fingers[i] = NODE_NONE;
    if (table->predecessor != NODE_NONE && table->predecessor / each == node) {
        bool known = table->notifier != NODE_NONE && table->notifier / each != node;
        table->predecessor = known ? table->notifier : NODE_NONE;
        table->notifier = NODE_NONE;
    }
    for (int i = 0; !kept && i < CHORD_BITS; i++)         /* the nearest node that it still knows */
        if (table->fingers[i] != NODE_NONE) table->successors[kept++] = table->fingers[i];
    if (!kept && table->predecessor != NODE_NONE) table->successors[kept++] = table->predecessor;
    table->successor_count = kept;
    chord_show(self);
}
