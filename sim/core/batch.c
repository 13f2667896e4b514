/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/batch.h"

#include <glib.h>
#include <string.h>

enum { DIGIT_MOST = 11, SMALL = 24 };

/* One stable counting pass over `bits` bits of the key from `shift` on. */
static void pass_key(const Pending *from, Pending *to, uint32_t count, uint32_t shift, uint32_t bits)
{
    uint32_t start[1 << DIGIT_MOST], mask = (1u << bits) - 1, sum = 0;
    memset(start, 0, sizeof *start << bits);
    for (uint32_t i = 0; i < count; i++) start[from[i].key >> shift & mask]++;
    for (uint32_t d = 0; d <= mask; d++) {
        uint32_t here = start[d];
        start[d] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < count; i++) to[start[from[i].key >> shift & mask]++] = from[i];
}

/* One stable pass over byte `byte` of an event (little-endian: 0..3 from, 4..7
 * to, 8..11 key); false, and nothing moved, where that byte is the same in all. */
static bool pass_byte(const Pending *from, Pending *to, uint32_t count, uint32_t byte)
{
    uint32_t start[256] = { 0 }, sum = 0;
    const uint32_t word = byte / 4, shift = byte % 4 * 8;
#define DIGIT(e) ((word == 0 ? (e).from : word == 1 ? (e).to : (e).key) >> shift & 255)
    for (uint32_t i = 0; i < count; i++) start[DIGIT(from[i])]++;
    if (start[DIGIT(from[0])] == count) return false;
    for (uint32_t d = 0; d < 256; d++) {
        uint32_t here = start[d];
        start[d] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < count; i++) to[start[DIGIT(from[i])]++] = from[i];
#undef DIGIT
    return true;
}

/* Sorts whatever the order: least significant byte first, over all 12 bytes. */
static Pending *sort_bytes(Pending *events, Pending *spare, uint32_t count)
{
    for (uint32_t byte = 0; byte < 12; byte++)
        if (pass_byte(events, spare, count, byte)) {
            Pending *swap = events;
            events = spare;
            spare = swap;
        }
    return events;
}

/* Insertion sort that gives up after `budget` moves; what it leaves is still a
 * stable arrangement of the same events. */
static bool insert(Pending *events, uint32_t count, uint64_t budget)
{
    for (uint32_t i = 1; i < count; i++) {
        if (!pending_before(&events[i], &events[i - 1])) continue;
        Pending moved = events[i];
        uint32_t j = i;
        do events[j] = events[j - 1], j--;
        while (j && pending_before(&moved, &events[j - 1]));
        events[j] = moved;
        if (i - j > budget) return false;
        budget -= i - j;
    }
    return true;
}

Pending *batch_sort(Pending *events, Pending *spare, uint32_t count, uint32_t key_bits)
{
    if (count < SMALL) {
        insert(events, count, UINT64_MAX);
        return events;
    }
    /* As many leading bits as there are events leave about one event a value;
     * insertion does the rest, unless many share one instant. */
    uint32_t wanted = MIN(key_bits, 32 - (uint32_t)__builtin_clz(count));
    uint32_t passes = (wanted + DIGIT_MOST - 1) / DIGIT_MOST, bits = (wanted + passes - 1) / passes;
    uint32_t shift = key_bits > passes * bits ? key_bits - passes * bits : 0;
    for (uint32_t p = 0; p < passes; p++, shift += bits) {
        pass_key(events, spare, count, shift, bits);
        Pending *swap = events;
        events = spare;
        spare = swap;
    }
    return insert(events, count, 6 * (uint64_t)count) ? events : sort_bytes(events, spare, count);
}
