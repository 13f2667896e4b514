/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sets of nodes read as written and resolve to ascending numbers. */
#include "core/nodes.h"

#include <math.h>

#include "core/error.h"

/* The set as "0,3,4", resolved among `total` nodes with the group {2, 5}. */
static char *resolved(const Nodes *nodes, uint32_t total)
{
    static const NodeId members[] = { 2, 5 };
    Random random = random_stream(1, "test/nodes", 0);
    uint32_t count;
    g_autofree NodeId *ids = nodes_resolve(nodes, total, members, 2, &random, &count);
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < count; i++) g_string_append_printf(text, "%s%u", i ? "," : "", ids[i]);
    return g_string_free(text, FALSE);
}

static void sets_read_and_resolve(void)
{
    static const struct { const char *text; NodesKind kind; const char *ids; NodeId largest; } rows[] = {
        { "3", NODES_LISTED, "3", 3 },                { "2..5", NODES_LISTED, "2,3,4,5", 5 },
        { "5, 1, 3..4", NODES_LISTED, "1,3,4,5", 5 }, { "1..3, 2..4, 3", NODES_LISTED, "1,2,3,4", 4 },
        { " 4 .. 4 ", NODES_LISTED, "4", 4 },         { "6..20", NODES_LISTED, "6,7", 20 },
        { "9", NODES_LISTED, "", 9 },                 { "0..4294967294", NODES_LISTED, "0,1,2,3,4,5,6,7", 4294967294 },
        { "all", NODES_ALL, "0,1,2,3,4,5,6,7", NODE_NONE },
        { "random", NODES_EACH, "0,1,2,3,4,5,6,7", NODE_NONE },
        { "random(8)", NODES_RANDOM, "0,1,2,3,4,5,6,7", NODE_NONE },
        { "random(99)", NODES_RANDOM, "0,1,2,3,4,5,6,7", NODE_NONE },
        { "random(0)", NODES_RANDOM, "", NODE_NONE },
        { "members(news)", NODES_MEMBERS, "2,5", NODE_NONE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Nodes nodes;
        g_test_message("'%s'", rows[i].text);
        g_assert_true(nodes_parse(rows[i].text, &nodes, &error));
        g_assert_no_error(error);
        g_assert_cmpint(nodes.kind, ==, rows[i].kind);
        g_assert_cmpuint(nodes_largest(&nodes), ==, rows[i].largest);
        g_autofree char *ids = resolved(&nodes, 8);
        g_assert_cmpstr(ids, ==, rows[i].ids);
        nodes_clear(&nodes);
        g_assert_cmpint(nodes.kind, ==, NODES_ABSENT);
    }
}

static void what_is_no_set_is_refused(void)
{
    static const struct { const char *text; int error; } rows[] = {
        { "", SIM_ERROR_SYNTAX },          { "x", SIM_ERROR_SYNTAX },          { "1,", SIM_ERROR_SYNTAX },
        { "1..", SIM_ERROR_SYNTAX },       { "..5", SIM_ERROR_SYNTAX },        { "1...5", SIM_ERROR_SYNTAX },
        { "-1", SIM_ERROR_SYNTAX },        { "1.5", SIM_ERROR_SYNTAX },        { "all, 3", SIM_ERROR_SYNTAX },
        { "random(x)", SIM_ERROR_SYNTAX }, { "random()", SIM_ERROR_SYNTAX },   { "members()", SIM_ERROR_SYNTAX },
        { "any(5)", SIM_ERROR_SYNTAX },    { "9..2", SIM_ERROR_RANGE },        { "4294967295", SIM_ERROR_RANGE },
        { "0..99999999999999999999", SIM_ERROR_RANGE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Nodes nodes = { .count = 42 };
        g_test_message("'%s'", rows[i].text);
        g_assert_false(nodes_parse(rows[i].text, &nodes, &error));
        g_assert_error(error, SIM_ERROR, rows[i].error);
        g_assert_cmpuint(nodes.count, ==, 42);
    }
}

static void members_are_a_share_a_count_or_a_set(void)
{
    static const struct { const char *text; NodesKind kind; uint32_t of_10; } rows[] = {
        { "50 %", NODES_SHARE, 5 }, { "0.25", NODES_SHARE, 3 }, { "24 %", NODES_SHARE, 2 },
        { "100 %", NODES_SHARE, 10 }, { "0 %", NODES_SHARE, 0 },  { "7", NODES_COUNT, 7 },    { "70", NODES_COUNT, 10 },  { "2..4", NODES_LISTED, 3 },
        { "1, 2", NODES_LISTED, 2 }, { "all", NODES_ALL, 10 },  { "random(4)", NODES_RANDOM, 4 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Nodes nodes;
        Random random = random_stream(1, "test/members", i);
        uint32_t count;
        g_test_message("'%s'", rows[i].text);
        g_assert_true(nodes_parse_members(rows[i].text, &nodes, NULL));
        g_assert_cmpint(nodes.kind, ==, rows[i].kind);
        g_autofree NodeId *ids = nodes_resolve(&nodes, 10, NULL, 0, &random, &count);
        g_assert_cmpuint(count, ==, rows[i].of_10);
        for (uint32_t j = 1; j < count; j++) g_assert_cmpuint(ids[j - 1], <, ids[j]);
        nodes_clear(&nodes);
    }
    static const struct { const char *text; int error; } faults[] = {
        { "150 %", SIM_ERROR_RANGE }, { "-5 %", SIM_ERROR_RANGE }, { "1.5", SIM_ERROR_RANGE },
        { "", SIM_ERROR_SYNTAX },     { "half", SIM_ERROR_SYNTAX }, { "5 ms", SIM_ERROR_SYNTAX },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(GError) error = NULL;
        Nodes nodes;
        g_test_message("'%s'", faults[i].text);
        g_assert_false(nodes_parse_members(faults[i].text, &nodes, &error));
        g_assert_error(error, SIM_ERROR, faults[i].error);
    }
}

/* Every node is drawn as often as any other. */
static void a_draw_is_fair(void)
{
    enum { TOTAL = 50, TAKE = 5, ROUNDS = 4000 };
    uint32_t counts[TOTAL] = { 0 }, count;
    const Nodes nodes = { .kind = NODES_RANDOM, .count = TAKE };
    Random random = random_stream(1, "test/fair", 0);
    for (int r = 0; r < ROUNDS; r++) {
        g_autofree NodeId *ids = nodes_resolve(&nodes, TOTAL, NULL, 0, &random, &count);
        g_assert_cmpuint(count, ==, TAKE);
        for (uint32_t i = 0; i < count; i++) counts[ids[i]]++;
    }
    double p = (double)TAKE / TOTAL, sd = sqrt(ROUNDS * p * (1 - p));
    for (int i = 0; i < TOTAL; i++) g_assert_cmpfloat(fabs(counts[i] - ROUNDS * p), <, 4 * sd);
}

static void all_nodes_take_no_draw(void)
{
    const Nodes nodes = { .kind = NODES_ALL };
    uint32_t count;
    g_autofree NodeId *ids = nodes_resolve(&nodes, 3, NULL, 0, NULL, &count);
    g_assert_cmpuint(count, ==, 3);
    g_assert_cmpuint(ids[2], ==, 2);
}

#define CASE(name) g_test_add_func("/nodes/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(sets_read_and_resolve);
    CASE(what_is_no_set_is_refused);
    CASE(members_are_a_share_a_count_or_a_set);
    CASE(a_draw_is_fair);
    CASE(all_nodes_take_no_draw);
    return g_test_run();
}
