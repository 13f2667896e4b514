/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "overlay/nice_cluster.h"

void nice_cluster_clear(NiceCluster *cluster)
{
    g_free(cluster->members);
    g_free(cluster->distances);
    *cluster = (NiceCluster){ 0 };
}

uint32_t nice_cluster_find(const NiceCluster *cluster, NodeId node)
{
    uint32_t i = 0;
    while (i < cluster->count && cluster->members[i].node != node) i++;
    return i;
}

static void grow(NiceCluster *cluster)
{
    uint32_t room = cluster->room ? 2 * cluster->room : 8;
    uint32_t *distances = g_new(uint32_t, room * room);
    for (uint32_t i = 0; i < cluster->count; i++)
        memcpy(distances + i * room, cluster->distances + i * cluster->room, cluster->count * sizeof *distances);
    g_free(cluster->distances);
    cluster->distances = distances;
    cluster->members = g_renew(NiceMember, cluster->members, room);
    cluster->room = room;
}

bool nice_cluster_add(NiceCluster *cluster, NodeId node, SimTime now)
{
    if (cluster->count == NICE_MOST) return false;
    if (cluster->count == cluster->room) grow(cluster);
    uint32_t new = cluster->count++;
    cluster->members[new] = (NiceMember){ node, now };
    for (uint32_t i = 0; i < cluster->count; i++)
        cluster->distances[i * cluster->room + new] = cluster->distances[new * cluster->room + i] = NICE_UNKNOWN;
    return true;
}

bool nice_cluster_remove(NiceCluster *cluster, NodeId node)
{
    uint32_t at = nice_cluster_find(cluster, node), room = cluster->room, *distances = cluster->distances;
    if (at == cluster->count) return false;
    uint32_t last = --cluster->count;
    cluster->members[at] = cluster->members[last];
    memmove(distances + at * room, distances + last * room, (last + 1) * sizeof *distances);
    for (uint32_t i = 0; i < last; i++) distances[i * room + at] = distances[i * room + last];
    return true;
}

NiceCluster nice_cluster_part(const NiceCluster *cluster, const bool part[NICE_MOST], bool side)
{
    NiceCluster made = { 0 };
    uint32_t places[NICE_MOST];
    for (uint32_t i = 0; i < cluster->count; i++) {
        if (part[i] != side) continue;
        places[made.count] = i;
        nice_cluster_add(&made, cluster->members[i].node, cluster->members[i].heard);
    }
    for (uint32_t i = 0; i < made.count; i++)
        for (uint32_t j = 0; j < made.count; j++)
            made.distances[i * made.room + j] = cluster->distances[places[i] * cluster->room + places[j]];
    return made;
}

void nice_cluster_tell(NiceCluster *cluster, uint32_t from, uint32_t to, uint32_t us)
{
    cluster->distances[from * cluster->room + to] = us;
}

uint32_t nice_cluster_distance(const NiceCluster *cluster, uint32_t i, uint32_t j)
{
    if (i == j) return 0;
    uint32_t there = cluster->distances[i * cluster->room + j];
    return there != NICE_UNKNOWN ? there : cluster->distances[j * cluster->room + i];
}

uint32_t nice_cluster_radius(const NiceCluster *cluster, uint32_t i)
{
    uint32_t radius = 0;
    for (uint32_t j = 0; j < cluster->count; j++) radius = MAX(radius, nice_cluster_distance(cluster, i, j));
    return radius;
}

uint32_t nice_cluster_centre(const NiceCluster *cluster, uint32_t except)
{
    uint32_t best = cluster->count, best_radius = 0;
    for (uint32_t i = 0; i < cluster->count; i++) {
        if (i == except) continue;
        uint32_t radius = 0;                    /* over those that stay */
        for (uint32_t j = 0; j < cluster->count; j++)
            if (j != except) radius = MAX(radius, nice_cluster_distance(cluster, i, j));
        bool lower = best == cluster->count || radius < best_radius ||
                     (radius == best_radius && cluster->members[i].node < cluster->members[best].node);
        if (lower) best = i, best_radius = radius;
    }
    return best;
}

/* A cluster to be halved: all distances, and the best halves yet. */
typedef struct {
    uint32_t count, least, hub;
    uint32_t distances[NICE_MOST][NICE_MOST];
    uint32_t radius;            /* the larger one of the best halves yet; NICE_UNKNOWN: none */
    bool away[NICE_MOST];
} Halving;

static void fill(Halving *halving, const NiceCluster *cluster)
{
    for (uint32_t i = 0; i < cluster->count; i++)
        for (uint32_t j = 0; j < cluster->count; j++) {
            uint32_t known = nice_cluster_distance(cluster, i, j);
            uint32_t a = nice_cluster_distance(cluster, i, halving->hub), b = nice_cluster_distance(cluster, halving->hub, j);
            if (known == NICE_UNKNOWN && a < NICE_UNKNOWN / 4 && b < NICE_UNKNOWN / 4) known = a + b;
            halving->distances[i][j] = MIN(known, NICE_UNKNOWN / 2);
        }
}

typedef struct { int64_t pull; uint32_t place; } Pull;      /* pull: how much nearer the first centre is */

static int by_pull(const void *a, const void *b)
{
    const Pull *x = a, *y = b;
    if (x->pull != y->pull) return (x->pull > y->pull) - (x->pull < y->pull);
    return (x->place > y->place) - (x->place < y->place);
}

/* Members that have to be in the half of `a`, and those that cannot be, so that both
 * radii are at most `radius`; false where that cannot be. */
static bool bounds(const Halving *halving, uint32_t a, uint32_t b, uint32_t radius, uint32_t *must, uint32_t *cannot)
{
    *must = *cannot = 0;
    for (uint32_t v = 0; v < halving->count; v++) {
        bool near_a = v != b && halving->distances[a][v] <= radius, near_b = v != a && halving->distances[b][v] <= radius;
        if (!near_a && !near_b) return false;
        *must += !near_b;
        *cannot += !near_a;
    }
    return *must <= halving->count - halving->least && *cannot <= halving->count - halving->least;
}

/* Each to the nearer centre, as far as `radius` and the sizes allow. */
static void share_out(Halving *halving, uint32_t a, uint32_t b, uint32_t radius)
{
    Pull pulls[NICE_MOST];
    uint32_t must, cannot, count = 0, nearer = 0;
    bounds(halving, a, b, radius, &must, &cannot);
    for (uint32_t v = 0; v < halving->count; v++) {
        bool near_a = v != b && halving->distances[a][v] <= radius, near_b = v != a && halving->distances[b][v] <= radius;
        halving->away[v] = !near_a;
        if (!near_a || !near_b) continue;
        pulls[count++] = (Pull){ (int64_t)halving->distances[a][v] - halving->distances[b][v], v };
        nearer += halving->distances[a][v] <= halving->distances[b][v];
    }
    qsort(pulls, count, sizeof *pulls, by_pull);
    uint32_t fewest = halving->least > must ? halving->least - must : 0;
    uint32_t most = halving->count - halving->least - must;
    nearer = CLAMP(nearer, fewest, MIN(most, count));
    for (uint32_t i = 0; i < count; i++) halving->away[pulls[i].place] = i >= nearer;
}

/* Tries `a` and `b` as the centres. */
static void try_centres(Halving *halving, uint32_t a, uint32_t b)
{
    uint32_t best = halving->radius, must, cannot;
    for (uint32_t v = 0; v < halving->count; v++) {
        uint32_t tried[] = { halving->distances[a][v], halving->distances[b][v] };
        for (int i = 0; i < 2; i++)
            if (tried[i] < best && bounds(halving, a, b, tried[i], &must, &cannot)) best = tried[i];
    }
    if (best == halving->radius) return;
    halving->radius = best;
    share_out(halving, a, b, best);
}

void nice_cluster_split(const NiceCluster *cluster, uint32_t hub, uint32_t least, bool away[NICE_MOST])
{
    g_assert(2 * least <= cluster->count && cluster->count <= NICE_MOST);
    Halving *halving = g_new0(Halving, 1);
    halving->count = cluster->count, halving->least = least, halving->hub = hub;
    halving->radius = NICE_UNKNOWN;
    fill(halving, cluster);
    for (uint32_t a = 0; a < cluster->count; a++)
        for (uint32_t b = a + 1; b < cluster->count; b++) try_centres(halving, a, b);
    for (uint32_t v = 0; v < cluster->count; v++) away[v] = halving->away[v] != halving->away[hub];
    g_free(halving);
}
