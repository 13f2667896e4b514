/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/random.h"

#include <Random123/philox.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>

static uint64_t mix(uint64_t a, uint64_t b)
{
    philox2x64_ctr_t counter = { { a, b } };
    philox2x64_key_t key = { { 0x62616e79616e2121u } };
    return philox2x64(counter, key).v[0];
}

uint64_t random_key(uint64_t seed, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;                /* FNV-1a over the name, then mixed */
    for (; *name; name++) hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
    return mix(seed, hash);
}

uint64_t random_replication_seed(uint64_t seed, uint64_t replication)
{
    return mix(random_key(seed, "replication"), replication);
}

Random random_keyed(uint64_t key, uint64_t index)
{
    return (Random){ .key = key, .index = index };
}

Random random_stream(uint64_t seed, const char *name, uint64_t index)
{
    return random_keyed(random_key(seed, name), index);
}

uint64_t random_bits(Random *random)
{
    if (random->drawn++ & 1) return random->spare;
    philox2x64_ctr_t counter = { { random->index, random->drawn >> 1 } };
    philox2x64_key_t key = { { random->key } };
    philox2x64_ctr_t block = philox2x64(counter, key);
    random->spare = block.v[1];
    return block.v[0];
}

double random_unit(Random *random)
{
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

double random_open(Random *random)
{
    return ((double)(random_bits(random) >> 12) + 0.5) * 0x1p-52;
}

uint64_t random_below(Random *random, uint64_t bound)
{
    /* Lemire's multiply-and-shift, with the rejection that makes it exact. */
    g_assert(bound > 0);
    for (;;) {
        unsigned __int128 product = (unsigned __int128)random_bits(random) * bound;
        uint64_t low = (uint64_t)product;
        if (low >= bound || low >= -bound % bound) return (uint64_t)(product >> 64);
    }
}

void random_shuffle(Random *random, uint32_t *items, uint32_t count)
{
    enum { AHEAD = 32 };        /* drawn and asked for together: a long array is not in the cache */
    while (count > 1) {
        uint32_t picks[AHEAD], drawn = 0;
        for (; drawn < AHEAD && count - drawn > 1; drawn++) {
            picks[drawn] = (uint32_t)random_below(random, count - drawn);
            __builtin_prefetch(&items[picks[drawn]], 1);
        }
        for (uint32_t i = 0; i < drawn; i++) {
            uint32_t kept = items[--count];
            items[count] = items[picks[i]];
            items[picks[i]] = kept;
        }
    }
}

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Selection sampling: one pass over all, right where most are taken. */
static void sample_dense(Random *random, uint32_t count, uint32_t take, uint32_t *out)
{
    uint32_t left = take;
    for (uint32_t i = 0; left; i++)
        if (random_below(random, count - i) < left) out[take - left--] = i;
}

void random_sample(Random *random, uint32_t count, uint32_t take, uint32_t *out)
{
    g_assert(take <= count);
    if (take > count / 8) {
        sample_dense(random, count, take, out);
        return;
    }
    /* Floyd: the i-th pick is below count-take+i; a repeat takes that bound instead. */
    g_autoptr(GHashTable) taken = g_hash_table_new(NULL, NULL);
    for (uint32_t i = 0; i < take; i++) {
        uint32_t bound = count - take + i, pick = (uint32_t)random_below(random, (uint64_t)bound + 1);
        if (!g_hash_table_add(taken, GUINT_TO_POINTER(pick))) g_hash_table_add(taken, GUINT_TO_POINTER(pick = bound));
        out[i] = pick;
    }
    qsort(out, take, sizeof *out, ascending);
}
