/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/identifiers.h"

#include <stdlib.h>

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

void identifiers_prepare(Identifiers *identifiers, const LiveScope *scope, Ids kind, uint32_t each)
{
    uint32_t spots = scope->nodes * each;
    identifiers->each = each;
    identifiers->of = g_new(uint64_t, spots);
    identifiers->ring = g_new(Place, spots);
    for (Spot p = 0; p < spots; p++) {
        NodeId node = p / each;
        uint64_t number = (uint64_t)(p % each) * scope->nodes + node;       /* a node's spots stand apart */
        uint64_t even = (uint64_t)(((unsigned __int128)number << 64) / spots);
        uint64_t id = kind == IDS_EVEN ? even : mix(number ^ mix(scope->seed));
        identifiers->of[p] = id;
        if (scope->up[node >> 6] >> (node & 63) & 1) identifiers->ring[identifiers->count++] = (Place){ id, p };
    }
    qsort(identifiers->ring, identifiers->count, sizeof(Place), by_id);
}

void identifiers_release(void *data)
{
    Identifiers *identifiers = data;
    g_free(identifiers->of);
    g_free(identifiers->ring);
}

uint64_t identifiers_key(Node *self, NodeId node)
{
    return identifiers_of(self, node * ((const Identifiers *)overlay_shared(self))->each);
}

uint32_t identifiers_find(const Identifiers *identifiers, uint32_t low, uint64_t id)
{
    uint32_t high = identifiers->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (identifiers->ring[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low;
}

uint32_t identifiers_first_place(const Node *self, Spot spot)
{
    const Identifiers *identifiers = overlay_shared(self);
    uint32_t at = identifiers_find(identifiers, 0, identifiers_of(self, spot));
    bool there = node_now(self) == 0 && at < identifiers->count && identifiers->ring[at].spot == spot;
    return there ? at : identifiers->count;
}
