/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A priority queue for shortest paths and spanning trees.  Used by graph/ alone. */
#pragma once
#include <stdbool.h>

#include "graph/graph.h"

/* What waits: least by key, then low, then high. */
typedef struct {
    SimTime key;
    NodeId low, high;
    NodeId node, from;          /* the caller's own */
} HeapItem;

/* Zeroed is empty; heap_clear() frees it. */
typedef struct {
    HeapItem *items;
    size_t count, room;
} Heap;

void heap_push(Heap *heap, HeapItem item);

/* Takes the least item; false where there is none. */
bool heap_pop(Heap *heap, HeapItem *out);
void heap_clear(Heap *heap);
