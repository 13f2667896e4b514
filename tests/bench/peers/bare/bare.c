/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bare GRAPH M [WIDTH]: a flood and nothing but its loop, as a measuring stick: a ring
 * of buckets of 2^WIDTH us (default 12), radix sort, prefetch.
 *
 * Every node must have degree 8, every latency span a bucket.  No failures, no
 * metric but mean and maximum, no other protocol. */
#include "../graph.h"
#include <string.h>

enum { DEGREE = 8, IN_CHUNK = 340, HORIZON_US = 130000, AHEAD = 12 };

struct event { int64_t time; uint32_t to, from, message, pad; };
struct chunk { struct chunk *next; uint32_t count; struct event events[IN_CHUNK]; };

static struct chunk *free_chunks, **ring;
static uint32_t buckets, width;
static uint64_t pending;
static struct event *batch, *spare;
static size_t batch_count, batch_room, spare_room;

static inline int before(const struct event *a, const struct event *b)
{
    if (a->time != b->time) return a->time < b->time;
    if (a->to != b->to) return a->to < b->to;
    if (a->from != b->from) return a->from < b->from;
    return a->message < b->message;
}

static inline void push(struct event event)
{
    struct chunk **head = &ring[(event.time >> width) & (buckets - 1)], *chunk = *head;
    pending++;
    if (!chunk || chunk->count == IN_CHUNK) {
        struct chunk *fresh = free_chunks;
        if (fresh) free_chunks = fresh->next;
        else fresh = malloc(sizeof *fresh);
        fresh->count = 0;
        fresh->next = chunk;
        *head = chunk = fresh;
    }
    chunk->events[chunk->count++] = event;
}

static void insertion(struct event *e, size_t n, int ties_only)
{
    for (size_t i = 1; i < n; i++) {
        if (ties_only && e[i].time != e[i - 1].time) continue;
        struct event moved = e[i];
        size_t j = i;
        for (; j && before(&moved, &e[j - 1]); j--) e[j] = e[j - 1];
        e[j] = moved;
    }
}

static void sort(void)
{
    size_t n = batch_count;
    if (n < 64) {
        insertion(batch, n, 0);
        return;
    }
    if (spare_room < n) spare = realloc(spare, (spare_room = 2 * n) * sizeof *spare);
    for (uint32_t shift = 0; shift < width; shift += 8) {
        uint32_t place[257] = { 0 };
        for (size_t i = 0; i < n; i++) place[((batch[i].time >> shift) & 255) + 1]++;
        for (int d = 0; d < 256; d++) place[d + 1] += place[d];
        for (size_t i = 0; i < n; i++) spare[place[(batch[i].time >> shift) & 255]++] = batch[i];
        struct event *e = batch;
        batch = spare, spare = e;
        size_t room = batch_room;
        batch_room = spare_room, spare_room = room;
    }
    insertion(batch, n, 1);
}

static void gather(struct chunk *chunk)
{
    batch_count = 0;
    while (chunk) {
        if (batch_count + chunk->count > batch_room) {
            batch_room = 2 * (batch_count + chunk->count);
            batch = realloc(batch, batch_room * sizeof *batch);
        }
        memcpy(batch + batch_count, chunk->events, chunk->count * sizeof *batch);
        batch_count += chunk->count;
        struct chunk *next = chunk->next;
        chunk->next = free_chunks;
        free_chunks = chunk;
        chunk = next;
    }
    sort();
    pending -= batch_count;
}

static struct nbr (*rows)[DEGREE];
static uint64_t *seen, words, received, delivered;
static int64_t sum, most;

static inline void forward(uint32_t node, uint32_t from, int64_t time, uint32_t message)
{
    for (int k = 0; k < DEGREE; k++) {
        uint32_t to = (uint32_t)rows[node][k].v;
        if (to != from) push((struct event){ time + rows[node][k].lat, to, node, message, 0 });
    }
}

static void flood(uint32_t message)
{
    int64_t published = (int64_t)message * 1000000, bucket = published >> width;
    seen[message * words] |= 1;
    forward(0, UINT32_MAX, published, message);
    for (; pending; bucket++) {
        struct chunk *chunk = ring[bucket & (buckets - 1)];
        if (!chunk) continue;
        ring[bucket & (buckets - 1)] = NULL;
        gather(chunk);
        for (size_t i = 0; i < batch_count; i++) {
            if (i + AHEAD < batch_count) {
                uint32_t to = batch[i + AHEAD].to;
                __builtin_prefetch(&rows[to]);
                __builtin_prefetch(&seen[batch[i + AHEAD].message * words + (to >> 6)]);
            }
            struct event e = batch[i];
            received++;
            uint64_t *word = &seen[e.message * words + (e.to >> 6)], bit = 1ull << (e.to & 63);
            if (*word & bit) continue;
            *word |= bit;
            delivered++;
            int64_t latency = e.time - published;
            sum += latency;
            if (latency > most) most = latency;
            forward(e.to, e.from, e.time, e.message);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    double t0 = now_s();
    struct graph g = graph_load(argv[1]);
    uint32_t n = (uint32_t)g.n, m = (uint32_t)atoi(argv[2]);
    width = argc > 3 ? (uint32_t)atoi(argv[3]) : 12;
    rows = aligned_alloc(64, n * sizeof *rows);
    for (uint32_t v = 0; v < n; v++) {
        if (g.off[v + 1] - g.off[v] != DEGREE) return fprintf(stderr, "bare: node %u has not degree 8\n", v), 1;
        memcpy(rows[v], g.nbr + g.off[v], sizeof *rows);
    }
    for (buckets = 2; (int64_t)buckets << width < 2 * HORIZON_US;) buckets <<= 1;
    ring = calloc(buckets, sizeof *ring);
    words = (n + 63) / 64;
    seen = calloc(words * m, sizeof *seen);
    batch = malloc((batch_room = 1 << 16) * sizeof *batch);
    double t1 = now_s();
    for (uint32_t message = 0; message < m; message++) flood(message);
    double t2 = now_s();
    char name[32];
    snprintf(name, sizeof name, "bare-loop-2^%uus", width);
    report(name, g.n, (int)m, received, delivered, (double)most, (double)sum, t1 - t0, t2 - t1);
    return 0;
}
