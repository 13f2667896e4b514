/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "fixture.h"

static uint32_t *place(uint32_t nodes, uint32_t places, Placement placement, uint64_t seed)
{
    NetworkScope scope = { .nodes = nodes, .seed = seed, .placement = placement };
    return network_place(&scope, places);
}

static void random_placement_draws_rows_with_replacement_and_uniformly(void)
{
    enum { NODES = 100000, PLACES = 20 };
    g_autofree uint32_t *at = place(NODES, PLACES, PLACEMENT_RANDOM, 1);
    uint32_t seen[PLACES] = { 0 };
    for (uint32_t i = 0; i < NODES; i++) seen[at[i]]++;
    double mean = (double)NODES / PLACES, error = sqrt(mean * (1 - 1.0 / PLACES));
    for (uint32_t p = 0; p < PLACES; p++) g_assert_cmpfloat(fabs(seen[p] - mean), <, 4 * error);
}

static void random_placement_of_a_node_does_not_depend_on_how_many_there_are(void)
{
    g_autofree uint32_t *few = place(10, 1000, PLACEMENT_RANDOM, 7), *many = place(500, 1000, PLACEMENT_RANDOM, 7);
    for (uint32_t i = 0; i < 10; i++) g_assert_cmpuint(few[i], ==, many[i]);
}

static void distinct_placement_uses_no_row_twice(void)
{
    g_autofree uint32_t *at = place(400, 490, PLACEMENT_DISTINCT, 3);
    bool used[490] = { false };
    for (uint32_t i = 0; i < 400; i++) {
        g_assert_cmpuint(at[i], <, 490);
        g_assert_false(used[at[i]]);
        used[at[i]] = true;
    }
}

static void distinct_placement_favours_no_row(void)
{
    enum { RUNS = 20000, PLACES = 5 };
    uint32_t first[PLACES] = { 0 };
    for (uint32_t r = 0; r < RUNS; r++) {
        g_autofree uint32_t *at = place(2, PLACES, PLACEMENT_DISTINCT, r);
        first[at[1]]++;
    }
    double mean = (double)RUNS / PLACES, error = sqrt(mean * (1 - 1.0 / PLACES));
    for (uint32_t p = 0; p < PLACES; p++) g_assert_cmpfloat(fabs(first[p] - mean), <, 4 * error);
}

static void distinct_placement_can_use_every_row(void)
{
    g_autofree uint32_t *at = place(64, 64, PLACEMENT_DISTINCT, 9);
    uint64_t seen = 0;
    bool moved = false;
    for (uint32_t i = 0; i < 64; i++) {
        seen |= (uint64_t)1 << at[i];
        moved |= at[i] != i;
    }
    g_assert_cmpuint(seen, ==, UINT64_MAX);
    g_assert_true(moved);
}

static void in_order_placement_takes_row_i_for_node_i(void)
{
    g_autofree uint32_t *at = place(5, 9, PLACEMENT_IN_ORDER, 3);
    for (uint32_t i = 0; i < 5; i++) g_assert_cmpuint(at[i], ==, i);
}

static void more_nodes_than_rows_abort_where_each_needs_its_own(void)
{
    if (g_test_subprocess()) {
        place(10, 9, PLACEMENT_DISTINCT, 1);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
}

static void the_keys_have_the_defaults_of_the_contract(void)
{
    Faults *faults = faults_new("x.ini");
    Keys *keys = keys_new(faults, "network", 1, ".");
    keys_add(keys, "latency", "10 ms", 2);
    NetworkSettings s = { .seed = 1 };
    params_fill(network_params, keys, &s);
    g_assert_cmpuint(faults_count(faults), ==, 0);
    g_assert_cmpstr(s.latency, ==, "10 ms");
    g_assert_cmpint(s.placement, ==, PLACEMENT_RANDOM);
    g_assert_true(s.access.kind == LAW_CONSTANT && s.access.a == 0);
    g_assert_true(s.jitter.kind == LAW_CONSTANT && s.jitter.a == 0);
    g_assert_false(s.asymmetric);
    g_assert_false(s.reorder);
    g_assert_false(loss_any(&s.loss));
    g_assert_cmpuint(s.seed, ==, UINT64_MAX);
    params_clear(network_params, &s);
    keys_free(keys);
    faults_free(faults);
}

static void wrong_values_are_refused(void)
{
    static const struct { const char *key, *value, *fault; } rows[] = {
        { "placement", "nearest", "x.ini:3: [network] placement: 'nearest' is not a choice; one of random, distinct, in-order" },
        { "placement", "in_order", "x.ini:3: [network] placement: 'in_order' is not a choice; did you mean 'in-order'?" },
        { "loss", "120 %", "x.ini:3: [network] loss: '120 %' is more than the whole; 0 % to 100 % is expected" },
        { "loss", "gilbert-elliott(0.1)", "x.ini:3: [network] loss: 'gilbert-elliott(0.1)' should read gilbert-elliott(P, R, GOOD, BAD)" },
        { "jitter", "5", "x.ini:3: [network] jitter: '5' needs a unit: ns, us, ms, s, min or h" },
        { "access", "-1 ms", "x.ini:3: [network] access: '-1 ms' is negative; 0 or more is expected" },
        { "reorder", "true", "x.ini:3: [network] reorder: 'true' is neither yes nor no" },
        { "seed", "-4", "x.ini:3: [network] seed: '-4' is not a whole number" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Faults *faults = faults_new("x.ini");
        Keys *keys = keys_new(faults, "network", 1, ".");
        keys_add(keys, "latency", "10 ms", 2);
        keys_add(keys, rows[i].key, rows[i].value, 3);
        NetworkSettings s = { 0 };
        params_fill(network_params, keys, &s);
        g_autofree char *text = faults_text(faults);
        g_assert_cmpstr(text, ==, rows[i].fault);
        params_clear(network_params, &s);
        keys_free(keys);
        faults_free(faults);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define CASE(name) g_test_add_func("/network/" #name, name)
    CASE(random_placement_draws_rows_with_replacement_and_uniformly);
    CASE(random_placement_of_a_node_does_not_depend_on_how_many_there_are);
    CASE(distinct_placement_uses_no_row_twice);
    CASE(distinct_placement_favours_no_row);
    CASE(distinct_placement_can_use_every_row);
    CASE(in_order_placement_takes_row_i_for_node_i);
    CASE(more_nodes_than_rows_abort_where_each_needs_its_own);
    CASE(the_keys_have_the_defaults_of_the_contract);
    CASE(wrong_values_are_refused);
    return g_test_run();
}
