/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overlay/kademlia_table.h"

#include <string.h>

uint32_t kademlia_bucket(const Node *self, uint64_t key)
{
    uint64_t distance = key ^ identifiers_own(self);
    return distance ? KADEMLIA_BITS - 1 - (uint32_t)__builtin_clzll(distance) : KADEMLIA_BITS;
}

/* Bucket number i, or NULL where it has never had a contact. */
static Bucket *bucket_at(const KademliaTable *table, uint32_t i)
{
    return i >= table->lowest && i < KADEMLIA_BITS ? &table->buckets[i - table->lowest] : NULL;
}

/* The same, made where it is not there. */
static Bucket *bucket_make(Node *self, uint32_t i)
{
    const KademliaConfig *config = overlay_config(self);
    KademliaTable *table = overlay_state(self);
    if (i < table->lowest) {
        Bucket *more = g_new0(Bucket, KADEMLIA_BITS - i);
        size_t had = (KADEMLIA_BITS - table->lowest) * sizeof *more;
        if (table->buckets) memcpy(more + (table->lowest - i), table->buckets, had);
        g_free(table->buckets);
        table->buckets = more, table->lowest = i;
    }
    Bucket *bucket = bucket_at(table, i);
    if (!bucket->list) bucket->list = g_new(Contact, config->k);
    return bucket;
}

static bool is_silent(const Contact *contact) { return contact->failures == PARAM_NO_COUNT; }

static uint32_t find(const Bucket *bucket, NodeId node)
{
    uint32_t i = 0;
    while (i < bucket->count && bucket->list[i].node != node) i++;
    return i;
}

static void append(Node *self, Bucket *bucket, NodeId node)
{
    bucket->list[bucket->count++] = (Contact){ .node = node };
    overlay_neighbor_add(self, node);
}

static void take_out(Node *self, Bucket *bucket, uint32_t at)
{
    NodeId node = bucket->list[at].node;
    memmove(&bucket->list[at], &bucket->list[at + 1], (--bucket->count - at) * sizeof(Contact));
    overlay_neighbor_remove(self, node);
}

static void spare_remove(Bucket *bucket, NodeId node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < bucket->spare_count; i++)
        if (bucket->spares[i] != node) bucket->spares[kept++] = bucket->spares[i];
    bucket->spare_count = (uint8_t)kept;
}

static void spare_add(Bucket *bucket, NodeId node)
{
    spare_remove(bucket, node);
    if (bucket->spare_count == KADEMLIA_SPARES) spare_remove(bucket, bucket->spares[0]);
    bucket->spares[bucket->spare_count++] = node;
}

void kademlia_seen(Node *self, NodeId node)
{
    const KademliaConfig *config = overlay_config(self);
    if (node == node_id(self)) return;
    Bucket *bucket = bucket_make(self, kademlia_bucket(self, identifiers_of(self, node)));
    uint32_t at = find(bucket, node), silent = 0;
    if (at < bucket->count) {
        bool was_silent = is_silent(&bucket->list[at]);
        memmove(&bucket->list[at], &bucket->list[at + 1], (bucket->count - 1 - at) * sizeof(Contact));
        bucket->list[bucket->count - 1] = (Contact){ .node = node };
        if (was_silent) overlay_neighbor_add(self, node);
        return;
    }
    while (silent < bucket->count && !is_silent(&bucket->list[silent])) silent++;
    if (bucket->count == config->k && silent < bucket->count) take_out(self, bucket, silent);
    if (bucket->count == config->k) {
        spare_add(bucket, node);
        return;
    }
    spare_remove(bucket, node);
    append(self, bucket, node);
}

void kademlia_failed(Node *self, NodeId node, bool gone)
{
    const KademliaConfig *config = overlay_config(self);
    Bucket *bucket = bucket_at(overlay_state(self), kademlia_bucket(self, identifiers_of(self, node)));
    if (!bucket) return;
    spare_remove(bucket, node);
    uint32_t at = find(bucket, node);
    Contact *contact = &bucket->list[at];
    if (at == bucket->count || is_silent(contact)) return;
    if (!gone && ++contact->failures < config->failures) return;
    if (bucket->spare_count || gone) take_out(self, bucket, at);
    else contact->failures = PARAM_NO_COUNT, overlay_neighbor_remove(self, node);
    if (bucket->spare_count) append(self, bucket, bucket->spares[--bucket->spare_count]);
}

/* The contact of a bucket that is nearest to the key; NODE_NONE where there is none to be used. */
static NodeId nearest_of(Node *self, const Bucket *bucket, uint64_t key)
{
    NodeId best = NODE_NONE;
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < bucket->count; i++) {
        uint64_t distance = identifiers_of(self, bucket->list[i].node) ^ key;
        if (!is_silent(&bucket->list[i]) && distance < least) best = bucket->list[i].node, least = distance;
    }
    return best;
}

/* Buckets whose bit is set in the distance hold nodes nearer to the key, the highest the nearest. */
NodeId kademlia_route(Node *self, uint64_t key)
{
    const KademliaTable *table = overlay_state(self);
    uint64_t distance = key ^ identifiers_own(self);
    if (!table->joined && table->contact != NODE_NONE) return table->contact;
    for (uint32_t i = KADEMLIA_BITS; i-- > table->lowest; ) {
        NodeId next = distance >> i & 1 ? nearest_of(self, bucket_at(table, i), key) : NODE_NONE;
        if (next != NODE_NONE) return next;
    }
    return node_id(self);
}

typedef struct { uint64_t distance; NodeId node; } Near;

static int by_distance(const void *a, const void *b)
{
    const Near *x = a, *y = b;
    return (x->distance > y->distance) - (x->distance < y->distance);
}

static void collect(Node *self, uint32_t i, uint64_t key, Near *near, uint32_t *count)
{
    const Bucket *bucket = bucket_at(overlay_state(self), i);
    for (uint32_t c = 0; bucket && c < bucket->count; c++) {
        NodeId node = bucket->list[c].node;
        if (!is_silent(&bucket->list[c])) near[(*count)++] = (Near){ identifiers_of(self, node) ^ key, node };
    }
}

/* Whole buckets until there are enough, first those nearer than this node, then those further. */
uint32_t kademlia_nearest(Node *self, uint64_t key, NodeId *list, uint32_t room)
{
    const KademliaTable *table = overlay_state(self);
    Near near[2 * KADEMLIA_MOST];
    uint32_t count = 0;
    uint64_t distance = key ^ identifiers_own(self);
    for (uint32_t i = KADEMLIA_BITS; i-- > table->lowest && count < room; )
        if (distance >> i & 1) collect(self, i, key, near, &count);
    for (uint32_t i = table->lowest; i < KADEMLIA_BITS && count < room; i++)
        if (!(distance >> i & 1)) collect(self, i, key, near, &count);
    qsort(near, count, sizeof *near, by_distance);
    count = MIN(count, room);
    for (uint32_t i = 0; i < count; i++) list[i] = near[i].node;
    return count;
}

/* A random part of each range of identifiers that is a bucket. */
void kademlia_ready(Node *self)
{
    const KademliaConfig *config = overlay_config(self);
    const Identifiers *identifiers = overlay_shared(self);
    KademliaTable *table = overlay_state(self);
    uint64_t me = identifiers_own(self);
    table->joined = true;
    for (uint32_t i = KADEMLIA_BITS; i-- > 0; ) {
        uint64_t first = (me ^ 1ull << i) >> i << i, last = first + ((1ull << i) - 1);
        uint32_t low = identifiers_find(identifiers, 0, first), picks[KADEMLIA_MOST];
        uint32_t high = last == UINT64_MAX ? identifiers->count : identifiers_find(identifiers, low, last + 1);
        uint32_t count = MIN(high - low, config->k);
        if (!count) continue;
        random_sample(overlay_random(self), high - low, count, picks);
        Bucket *bucket = bucket_make(self, i);
        for (uint32_t c = 0; c < count; c++) append(self, bucket, identifiers->ring[low + picks[c]].spot);
    }
}

void kademlia_free(KademliaTable *table)
{
    for (uint32_t i = table->lowest; table->buckets && i < KADEMLIA_BITS; i++) g_free(bucket_at(table, i)->list);
    g_clear_pointer(&table->buckets, g_free);
    table->lowest = KADEMLIA_BITS;
}
