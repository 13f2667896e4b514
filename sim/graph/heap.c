/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/heap.h"

enum { WAYS = 4 };              /* children of a place: half as deep as a binary heap */

static bool before(const HeapItem *a, const HeapItem *b)
{
    if (a->key != b->key) return a->key < b->key;
    if (a->low != b->low) return a->low < b->low;
    return a->high < b->high;
}

void heap_push(Heap *heap, HeapItem item)
{
    if (heap->count == heap->room) {
        heap->room = heap->room ? 2 * heap->room : 64;
        heap->items = g_renew(HeapItem, heap->items, heap->room);
    }
    size_t i = heap->count++;
    for (; i && before(&item, &heap->items[(i - 1) / WAYS]); i = (i - 1) / WAYS)
        heap->items[i] = heap->items[(i - 1) / WAYS];
    heap->items[i] = item;
}

bool heap_pop(Heap *heap, HeapItem *out)
{
    if (!heap->count) return false;
    *out = heap->items[0];
    HeapItem moved = heap->items[--heap->count];
    size_t i = 0;
    for (;;) {
        size_t least = WAYS * i + 1, end = MIN(least + WAYS, heap->count);
        if (least >= heap->count) break;
        for (size_t c = least + 1; c < end; c++)
            if (before(&heap->items[c], &heap->items[least])) least = c;
        if (!before(&heap->items[least], &moved)) break;
        heap->items[i] = heap->items[least];
        i = least;
    }
    heap->items[i] = moved;
    return true;
}

void heap_clear(Heap *heap)
{
    g_free(heap->items);
    *heap = (Heap){ 0 };
}
