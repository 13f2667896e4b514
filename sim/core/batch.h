/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The events of one time bucket, sorted.  Used by the engine alone. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* One pending event: 16 bytes, its time relative to its bucket. */
typedef struct {
    uint32_t from, to;
    uint32_t key;           /* ns since the bucket's start * 8 + class */
    uint32_t word;
} Pending;

enum { KEY_CLASS_BITS = 3 };

/* True if `a` comes before `b`: by key, then to, then from. */
static inline bool pending_before(const Pending *a, const Pending *b)
{
    if (a->key != b->key) return a->key < b->key;
    return ((uint64_t)a->to << 32 | a->from) < ((uint64_t)b->to << 32 | b->from);
}

/* Sorts `count` events whose keys are below 2^key_bits, stably, by key, to,
 * from.  Uses `spare` (as long) as scratch; returns the one of the two arrays
 * that holds the sorted events. */
Pending *batch_sort(Pending *events, Pending *spare, uint32_t count, uint32_t key_bits);
