/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/chord_table.h"

#include <string.h>

uint64_t chord_ahead(const Node *self, NodeId node) { return identifiers_of(self, node) - identifiers_own(self); }

bool chord_is_failed(const ChordTable *table, NodeId node)
{
    for (int i = 0; i < CHORD_FAILED; i++)
        if (table->failed[i] == node) return true;
    return false;
}

static int by_node(const void *a, const void *b)
{
    NodeId x = *(const NodeId *)a, y = *(const NodeId *)b;
    return (x > y) - (x < y);
}

void chord_show(Node *self)
{
    const ChordTable *table = overlay_state(self);
    NodeId known[CHORD_BITS + CHORD_LIST + 1];
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < table->successor_count; i++) known[count++] = table->successors[i];
    for (int i = 0; i < CHORD_BITS; i++)
        if (table->fingers[i] != NODE_NONE && (i == 0 || table->fingers[i] != table->fingers[i - 1]))
            known[count++] = table->fingers[i];
    if (table->predecessor != NODE_NONE) known[count++] = table->predecessor;
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
    const ChordTable *table = overlay_state(self);
    NodeId best = NODE_NONE;
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

NodeId chord_route(Node *self, uint64_t key)
{
    const ChordTable *table = overlay_state(self);
    NodeId me = node_id(self);
    uint64_t distance = key - identifiers_of(self, me);
    if (!table->joined) return table->contact == NODE_NONE ? me : table->contact;
    if (distance == 0 || !table->successor_count) return me;
    if (distance <= chord_ahead(self, table->successors[0])) return table->successors[0];
    if (table->predecessor != NODE_NONE && distance > chord_ahead(self, table->predecessor)) return me;
    NodeId next = last_before(self, distance);
    /* Without a predecessor what lies behind all it knows is taken for its own. */
    if (table->predecessor == NODE_NONE && next == last_before(self, UINT64_MAX)) return me;
    return next == NODE_NONE ? table->successors[0] : next;
}

void chord_insert(const Node *self, NodeId *list, uint32_t *count, uint32_t room, NodeId node)
{
    uint64_t at = chord_ahead(self, node);
    uint32_t i = 0;
    while (i < *count && chord_ahead(self, list[i]) < at) i++;
    if (at == 0 || i == room || (i < *count && list[i] == node)) return;
    *count = MIN(*count + 1, room);
    memmove(&list[i + 1], &list[i], (*count - 1 - i) * sizeof *list);
    list[i] = node;
}

void chord_ready(Node *self, uint32_t at)
{
    const ChordConfig *config = overlay_config(self);
    const Identifiers *places = overlay_shared(self);
    ChordTable *table = overlay_state(self);
    uint64_t id = identifiers_own(self);
    uint32_t count = places->count;
    table->joined = true;
    if (count == 1) return;
    table->predecessor = places->ring[(at + count - 1) % count].node;
    table->successor_count = MIN(config->successors, count - 1);
    for (uint32_t i = 0; i < table->successor_count; i++)
        table->successors[i] = places->ring[(at + 1 + i) % count].node;
    for (int i = 0; i < CHORD_BITS; i++) {
        if (1ull << i <= chord_ahead(self, table->successors[0])) continue;
        NodeId node = places->ring[identifiers_find(places, 0, id + (1ull << i)) % count].node;
        if (chord_ahead(self, node) >= 1ull << i) table->fingers[i] = node;
    }
    chord_show(self);
}

void chord_remove(Node *self, NodeId node)
{
    ChordTable *table = overlay_state(self);
    uint32_t kept = 0;
    table->failed[table->failed_next++ % CHORD_FAILED] = node;
    for (uint32_t i = 0; i < table->successor_count; i++)
        if (table->successors[i] != node) table->successors[kept++] = table->successors[i];
    table->successor_count = kept;
    for (int i = 0; i < CHORD_BITS; i++)
        if (table->fingers[i] == node) table->fingers[i] = NODE_NONE;
    if (table->predecessor == node) {
        table->predecessor = table->notifier == node ? NODE_NONE : table->notifier;
        table->notifier = NODE_NONE;
    }
    for (int i = 0; !kept && i < CHORD_BITS; i++)         /* the nearest node that it still knows */
        if (table->fingers[i] != NODE_NONE) table->successors[kept++] = table->fingers[i];
    if (!kept && table->predecessor != NODE_NONE) table->successors[kept++] = table->predecessor;
    table->successor_count = kept;
    chord_show(self);
}
