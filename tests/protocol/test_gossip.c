/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gossip: what a node keeps.  Its speed and reach are in tests/validation/test_gossip.c. */
#include "run_text.h"

#define ADD(name) g_test_add_func("/gossip/" #name, name)

enum { PUBLICATIONS = 10 };

/* Node 1 is away while everything is published. */
static RunResult *run_away(const char *keys)
{
    g_autofree char *text = g_strdup_printf("[scenario]\nduration = 60 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = complete\n"
        "nodes = 8\n[protocol]\nkind = gossip\nmode = pull\n%s\n[workload w]\nkind = publish\npublications = %d\nstart = 1 s\n"
        "[failure f]\nkind = crash\nnodes = 1\nat = 0 s\nrecover-after = 30 s\n", keys, PUBLICATIONS);
    return run_text(text, 0);
}

static void who_comes_late_gets_the_newest_that_are_kept(void)
{
    static const struct { const char *keys; uint32_t got; } rows[] = { { "", PUBLICATIONS }, { "keep = 3", 3 }, { "keep = 1", 1 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = run_away(rows[i].keys);
        uint32_t got = 0;
        for (guint d = 0; d < result->deliveries->len; d++) {
            const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, d);
            if (row->node != 1) continue;
            got++;
            g_assert_cmpuint(row->publication, >=, PUBLICATIONS - rows[i].got);
        }
        g_assert_cmpuint(got, ==, rows[i].got);
    }
}

/* Who asks has let go of what an answerer still keeps: it must not be sent for that. */
static void what_was_let_go_of_is_not_sent_again(void)
{
    double copies[2];
    for (int i = 0; i < 2; i++) {
        g_autofree char *text = g_strdup_printf("[scenario]\nduration = 60 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = chain\n"
            "nodes = 3\n[protocol]\nkind = gossip\nmode = pull\nkeep = %d\n[workload w]\nkind = publish\npublications = 400\n"
            "start = 1 s\ninterval = 100 ms\n", i ? 20 : 1000);
        g_autoptr(RunResult) result = run_text(text, 0);
        copies[i] = metric_value(result, "payload_messages");
    }
    g_test_message("%g and %g copies", copies[0], copies[1]);
    g_assert_cmpfloat(copies[1], <=, copies[0]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(who_comes_late_gets_the_newest_that_are_kept);
    ADD(what_was_let_go_of_is_not_sent_again);
    return g_test_run();
}
