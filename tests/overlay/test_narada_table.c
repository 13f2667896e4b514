/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a Narada member knows: whom it believes, and which ways it takes. */
#include "overlay/narada_table.h"

#define ADD(name) g_test_add_func("/narada_table/" #name, name)

enum { NODES = 6 };
static const SimTime forever = SIM_NEVER;

/* A table of node `self`, and what it tells to the table of another. */
static NaradaTable table_new(NodeId self)
{
    NaradaTable table;
    narada_table_init(&table, self, NODES);
    return table;
}

static void tell(NaradaTable *from, NaradaTable *to, uint32_t number, SimTime now)
{
    uint32_t length, bytes;
    g_autofree uint32_t *update = narada_tell(from, number, &length, &bytes);
    narada_keep(to, narada_neighbor(to, from->self), update, length, now);
}

static void join(NaradaTable *a, NaradaTable *b, SimTime latency)
{
    narada_neighbor_add(a, b->self, 0)->latency = latency;
    narada_neighbor_add(b, a->self, 0)->latency = latency;
}

/* Everybody tells everybody next to it, `rounds` times. */
static void talk(NaradaTable *tables, uint32_t rounds, uint32_t first)
{
    for (uint32_t r = 0; r < rounds; r++)
        for (uint32_t i = 0; i < NODES; i++) {
            narada_choose(&tables[i]);
            for (uint32_t j = 0; j < NODES; j++)
                if (narada_neighbor(&tables[j], i) && narada_neighbor(&tables[i], j)) tell(&tables[i], &tables[j], first + r, r);
        }
    for (uint32_t i = 0; i < NODES; i++) narada_choose(&tables[i]);
}

static void news_of_a_member_count_by_their_number(void)
{
    NaradaTable table = table_new(0);
    narada_neighbor_add(&table, 5, 0);
    struct { NodeId node; uint32_t number; bool dead; uint8_t state; SimTime heard; uint32_t alive; } rows[] = {
        { 1, 10, true, NARADA_UNKNOWN, 0, 1 },          /* the dead are nobody's news */
        { 1, 10, false, NARADA_ALIVE, 2, 2 }, { 1, 10, false, NARADA_ALIVE, 2, 2 }, { 1, 9, true, NARADA_ALIVE, 2, 2 },
        { 1, 11, false, NARADA_ALIVE, 5, 2 }, { 1, 11, true, NARADA_DEAD, 6, 1 }, { 1, 11, false, NARADA_DEAD, 6, 1 },
        { 1, 12, false, NARADA_ALIVE, 8, 2 }, { 1, 14, true, NARADA_DEAD, 9, 1 },
        { 5, 3, false, NARADA_ALIVE, 10, 2 }, { 5, 9, true, NARADA_ALIVE, 10, 2 },      /* a neighbor is seen to live */
        { 0, 99, true, NARADA_ALIVE, 0, 2 },            /* and so is the node itself */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %zu", i);
        narada_learn(&table, rows[i].node, rows[i].number, rows[i].dead, (SimTime)i + 1);
        g_assert_cmpuint(table.members[rows[i].node].state, ==, rows[i].state);
        g_assert_cmpint(table.members[rows[i].node].heard, ==, rows[i].heard);
        g_assert_cmpuint(table.alive, ==, rows[i].alive);
    }
    narada_table_clear(&table);
}

static void the_silent_and_the_dead_are_found(void)
{
    NaradaTable table = table_new(0);
    Random random = random_stream(1, "test", 0);
    uint32_t count;
    for (NodeId v = 1; v < NODES; v++) narada_learn(&table, v, 1, false, 10 * (SimTime)v);
    narada_neighbor_add(&table, 1, 0);
    g_assert_cmpuint(narada_silent(&table, 9, &count), ==, NODE_NONE);
    g_assert_cmpuint(narada_silent(&table, 30, &count), ==, 2);
    g_assert_cmpuint(count, ==, 2);
    table.members[2].probed = true;
    g_assert_cmpuint(narada_silent(&table, 30, &count), ==, 3);
    narada_bury(&table, 3, 100);
    narada_bury(&table, 4, 200);
    g_assert_cmpuint(narada_silent(&table, 50, &count), ==, 5);
    g_assert_cmpuint(narada_dead(&table, 100, &random, &count), ==, 4);     /* node 3 is forgotten */
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpuint(table.members[3].state, ==, NARADA_UNKNOWN);
    g_assert_cmpuint(table.alive, ==, 4);
    for (int i = 0; i < 50; i++) {
        NodeId pick = narada_stranger(&table, &random);
        g_assert_true(pick == 2 || pick == 5);
    }
    narada_table_clear(&table);
}

/* A ring 0-1-2-3-4-5 of links of 10, but 60 between 0 and 5. */
static void ring(NaradaTable tables[NODES])
{
    for (NodeId v = 0; v < NODES; v++) tables[v] = table_new(v);
    for (NodeId v = 0; v + 1 < NODES; v++) join(&tables[v], &tables[v + 1], 10);
    join(&tables[0], &tables[NODES - 1], 60);
    talk(tables, NODES, 1);
}

static void ring_clear(NaradaTable tables[NODES])
{
    for (NodeId v = 0; v < NODES; v++) narada_table_clear(&tables[v]);
}

static void ways_are_the_shortest_and_neighbors_know_those_told(void)
{
    NaradaTable tables[NODES];
    ring(tables);
    g_assert_cmpuint(tables[0].alive, ==, NODES);
    for (NodeId v = 1; v < NODES; v++) {
        g_assert_cmpint(tables[0].costs[v], ==, 10 * (SimTime)v);
        g_assert_cmpuint(narada_next_hop(&tables[0], 0, v), ==, 1);
        g_assert_cmpuint(narada_next_hop(&tables[v], v, 0), ==, v - 1);
        if (v > 1) g_assert_cmpuint(narada_next_hop(&tables[v], v - 1, 0), ==, v - 2);
    }
    narada_neighbor(&tables[0], 5)->latency = 1;
    g_assert_false(narada_choose(&tables[0]));                  /* the told way still stands */
    g_assert_cmpuint(narada_next_hop(&tables[0], 0, 5), ==, 5);
    tables[0].as_told = true;
    g_assert_cmpuint(narada_next_hop(&tables[0], 0, 5), ==, 1);
    g_assert_cmpuint(narada_next_hop(&tables[5], 0, 5), ==, 1);     /* nobody else knows yet */
    tell(&tables[0], &tables[5], 20, 20);
    g_assert_cmpuint(narada_next_hop(&tables[0], 0, 5), ==, 5);
    g_assert_cmpuint(narada_next_hop(&tables[5], 0, 5), ==, 5);
    ring_clear(tables);
}

static void nothing_counts_to_infinity(void)
{
    NaradaTable tables[NODES];
    ring(tables);
    narada_neighbor_remove(&tables[0], 5);
    narada_neighbor_remove(&tables[5], 0);
    narada_neighbor_remove(&tables[4], 5);                      /* node 5 is alone */
    g_assert_true(narada_choose(&tables[4]));
    g_assert_cmpuint(tables[4].next[5], ==, NODE_NONE);         /* 3 has a way, but through 4 itself */
    talk(tables, 1, 30);
    talk(tables, 4, 40);
    for (NodeId v = 0; v + 1 < NODES; v++) g_assert_cmpint(tables[v].costs[5], ==, forever);
    ring_clear(tables);
}

static void consensus_is_the_greater_of_both_ends(void)
{
    NaradaTable tables[NODES];
    ring(tables);
    uint32_t cost;
    const NaradaNeighbor *least = narada_least_used(&tables[0], 0, &cost);
    g_assert_cmpuint(least->node, ==, 5);                       /* nobody's way */
    g_assert_cmpuint(cost, ==, 0);
    least = narada_least_used(&tables[1], 0, &cost);
    g_assert_cmpuint(least->node, ==, 2);                       /* 1 reaches 4 others by it, 0 reaches 5 by 1 */
    g_assert_cmpuint(cost, ==, 4);
    g_assert_null(narada_least_used(&tables[1], -1, &cost));
    ring_clear(tables);
}

static void utility_is_the_sum_of_what_is_saved(void)
{
    NaradaTable tables[NODES];
    ring(tables);
    uint32_t length, bytes;
    g_autofree uint32_t *costs = narada_costs(&tables[3], &length, &bytes);
    g_assert_cmpuint(costs[0], ==, 2);
    g_assert_cmpuint(bytes, ==, NODES * 10);
    double utility = narada_utility(&tables[0], 9, costs, length);
    g_assert_cmpfloat_with_epsilon(utility, 1.0 / 20 + 21.0 / 30 + 21.0 / 40 + 21.0 / 50, 1e-12);       /* to 2, 3, 4, 5 */
    ring_clear(tables);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(news_of_a_member_count_by_their_number);
    ADD(the_silent_and_the_dead_are_found);
    ADD(ways_are_the_shortest_and_neighbors_know_those_told);
    ADD(nothing_counts_to_infinity);
    ADD(consensus_is_the_greater_of_both_ends);
    ADD(utility_is_the_sum_of_what_is_saved);
    return g_test_run();
}
