/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One cluster of NICE: its centre, and its best halves against all there are. */
#include <glib.h>

#include "core/random.h"
#include "overlay/nice_cluster.h"

#define ADD(name) g_test_add_func("/nice-cluster/" #name, name)

/* Nodes 100, 101, … at these places on a line. */
static NiceCluster on_a_line(const uint32_t *at, uint32_t count)
{
    NiceCluster cluster = { 0 };
    for (uint32_t i = 0; i < count; i++) g_assert_true(nice_cluster_add(&cluster, 100 + i, 0));
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++) nice_cluster_tell(&cluster, i, j, at[i] > at[j] ? at[i] - at[j] : at[j] - at[i]);
    return cluster;
}

static void a_distance_is_known_once_one_of_the_two_told(void)
{
    NiceCluster cluster = { 0 };
    g_assert_true(nice_cluster_add(&cluster, 7, 0) && nice_cluster_add(&cluster, 3, 5));
    g_assert_cmpuint(nice_cluster_distance(&cluster, 0, 1), ==, NICE_UNKNOWN);
    g_assert_cmpuint(nice_cluster_distance(&cluster, 1, 1), ==, 0);
    nice_cluster_tell(&cluster, 1, 0, 42);
    g_assert_cmpuint(nice_cluster_distance(&cluster, 0, 1), ==, 42);
    g_assert_cmpuint(nice_cluster_find(&cluster, 3), ==, 1);
    g_assert_cmpuint(nice_cluster_find(&cluster, 4), ==, 2);
    nice_cluster_clear(&cluster);
}

static void who_leaves_takes_its_distances_along(void)
{
    static const uint32_t at[] = { 0, 10, 25, 70 };
    NiceCluster cluster = on_a_line(at, 4);
    g_assert_true(nice_cluster_remove(&cluster, 101));
    g_assert_false(nice_cluster_remove(&cluster, 101));
    for (uint32_t i = 0; i < cluster.count; i++)
        for (uint32_t j = 0; j < cluster.count; j++) {
            uint32_t a = at[cluster.members[i].node - 100], b = at[cluster.members[j].node - 100];
            g_assert_cmpuint(nice_cluster_distance(&cluster, i, j), ==, a > b ? a - b : b - a);
        }
    for (NodeId node = 200; cluster.count < NICE_MOST; node++) g_assert_true(nice_cluster_add(&cluster, node, 0));
    g_assert_false(nice_cluster_add(&cluster, 999, 0));
    g_assert_cmpuint(nice_cluster_distance(&cluster, 0, 2), !=, NICE_UNKNOWN);
    g_assert_cmpuint(nice_cluster_distance(&cluster, 0, 3), ==, NICE_UNKNOWN);
    nice_cluster_clear(&cluster);
}

static void the_centre_has_the_least_radius(void)
{
    static const uint32_t at[] = { 0, 100, 40, 55, 90 };
    NiceCluster cluster = on_a_line(at, 5);
    g_assert_cmpuint(nice_cluster_centre(&cluster, 5), ==, 3);
    g_assert_cmpuint(nice_cluster_radius(&cluster, 3), ==, 55);
    g_assert_cmpuint(nice_cluster_centre(&cluster, 3), ==, 2);         /* without it */
    g_assert_cmpuint(nice_cluster_centre(&cluster, 0), ==, 3);         /* 15 to 45 instead of 55 */
    g_assert_true(nice_cluster_add(&cluster, 50, 0));                   /* everybody's radius is unknown now */
    g_assert_cmpuint(nice_cluster_centre(&cluster, 6), ==, 5);
    nice_cluster_clear(&cluster);
}

/* The larger radius of two parts, each round its own centre. */
static uint32_t larger_radius(const NiceCluster *cluster, const bool *away)
{
    uint32_t radius[2] = { NICE_UNKNOWN, NICE_UNKNOWN };
    for (uint32_t c = 0; c < cluster->count; c++) {
        uint32_t worst = 0;
        for (uint32_t v = 0; v < cluster->count; v++)
            if (away[v] == away[c]) worst = MAX(worst, nice_cluster_distance(cluster, c, v));
        radius[away[c]] = MIN(radius[away[c]], worst);
    }
    return MAX(radius[0], radius[1]);
}

static uint32_t least_possible(const NiceCluster *cluster, uint32_t least)
{
    uint32_t best = NICE_UNKNOWN;
    for (uint32_t set = 0; set < 1u << cluster->count; set++) {
        uint32_t members = (uint32_t)__builtin_popcount(set);
        bool away[NICE_MOST];
        if (members < least || cluster->count - members < least) continue;
        for (uint32_t v = 0; v < cluster->count; v++) away[v] = set >> v & 1;
        best = MIN(best, larger_radius(cluster, away));
    }
    return best;
}

static void no_halves_have_a_smaller_radius(void)
{
    Random random = random_stream(1, "test/split", 0);
    for (int round = 0; round < 60; round++) {
        uint32_t count = 9 + (uint32_t)random_below(&random, 4), least = round % 3 ? 4 : 2, left = 0;
        NiceCluster cluster = { 0 };
        for (uint32_t i = 0; i < count; i++) nice_cluster_add(&cluster, i, 0);
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t j = 0; j < i; j++) nice_cluster_tell(&cluster, i, j, 1 + (uint32_t)random_below(&random, 1000));
        bool away[NICE_MOST];
        uint32_t hub = (uint32_t)random_below(&random, count);
        nice_cluster_split(&cluster, hub, least, away);
        for (uint32_t v = 0; v < count; v++) left += away[v];
        g_assert_false(away[hub]);
        g_assert_cmpuint(left, >=, least);
        g_assert_cmpuint(count - left, >=, least);
        g_assert_cmpuint(larger_radius(&cluster, away), ==, least_possible(&cluster, least));
        nice_cluster_clear(&cluster);
    }
}

static void what_is_not_known_is_the_way_by_the_hub(void)
{
    static const uint32_t at[] = { 0, 1, 2, 100, 101, 102 };
    NiceCluster cluster = on_a_line(at, 6);
    nice_cluster_tell(&cluster, 1, 2, NICE_UNKNOWN), nice_cluster_tell(&cluster, 2, 1, NICE_UNKNOWN);
    nice_cluster_tell(&cluster, 1, 4, NICE_UNKNOWN), nice_cluster_tell(&cluster, 4, 1, NICE_UNKNOWN);
    bool away[NICE_MOST];
    nice_cluster_split(&cluster, 0, 3, away);
    for (uint32_t i = 0; i < 6; i++) g_assert_cmpint(away[i], ==, i >= 3);
    NiceCluster part = nice_cluster_part(&cluster, away, false);
    g_assert_cmpuint(part.count, ==, 3);
    g_assert_cmpuint(nice_cluster_distance(&part, 0, 2), ==, 2);
    nice_cluster_clear(&part);
    nice_cluster_clear(&cluster);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(a_distance_is_known_once_one_of_the_two_told);
    ADD(who_leaves_takes_its_distances_along);
    ADD(the_centre_has_the_least_radius);
    ADD(no_halves_have_a_smaller_radius);
    ADD(what_is_not_known_is_the_way_by_the_hub);
    return g_test_run();
}
