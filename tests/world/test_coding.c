/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publications that go out as packets, some of which are enough. */
#include "core/error.h"
#include "validation/judge.h"

static char *coded(const char *network, const char *overlay, const char *workload, const char *rest)
{
    return g_strdup_printf("[scenario]\nduration = 60 s\n[network]\nlatency = 10 ms\n%s\n[overlay]\n%s\n[workload w]\nkind = publish\n"
                           "size = 16 kB\n%s\n%s\n", network, overlay, workload, rest);
}

#define PAIR "kind = chain\nnodes = 2\n[protocol]\nkind = tree"

/* 20 packets of 1 kB at 10 ms each; 16 are enough. */
static void the_packet_that_completes_it_delivers_it(void)
{
    g_autofree char *text = coded("upload = 800 kbit/s", PAIR, "publications = 1\npackets = 20\nneeded = 16", "");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpuint(result->deliveries->len, ==, 1);
    g_assert_cmpint(g_array_index(result->deliveries, DeliveryRow, 0).delivered, ==, 170 * SIM_MS);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 20);
    g_assert_cmpfloat(metric_value(result, "payload_bytes"), ==, 20000);
    g_assert_cmpfloat(metric_value(result, "useful_ratio"), ==, 0.8);
    g_assert_cmpfloat(metric_value(result, "publications"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
}

static void all_packets_are_needed_unless_said(void)
{
    g_autofree char *text = coded("upload = 800 kbit/s", PAIR, "publications = 2\npackets = 16", "");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "latency_max_ms"), ==, 170);
}

/* the share of blocks of which fewer than k of n packets arrive. */
static void blocks_are_lost_as_the_binomial_law_says(void)
{
    static const struct { uint32_t n, k, percent; double lost; } rows[] = { { 20, 16, 10, 0.0431745 }, { 10, 8, 5, 0.0115036 } };
    enum { BLOCKS = 6000 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *network = g_strdup_printf("loss = %u %%", rows[i].percent);
        g_autofree char *workload = g_strdup_printf("publications = %u\ninterval = 5 ms\npackets = %u\nneeded = %u", BLOCKS, rows[i].n, rows[i].k);
        g_autofree char *text = coded(network, PAIR, workload, "");
        g_autoptr(RunResult) result = run_text(text, 1);
        double lost = 1 - metric_value(result, "delivery_ratio");
        judge("blocks lost", lost, sqrt(rows[i].lost * (1 - rows[i].lost) / BLOCKS), rows[i].lost, 0);
    }
}

/* Packet i goes down tree i mod 4; any 3 of the 4 are enough, so a node survives
 * the loss of one tree. */
static void packets_take_turns_on_several_trees(void)
{
    const char *trees = "kind = multi-tree\ntrees = 4\narity = 4\nnodes = 101\n[protocol]\nkind = tree";
    const char *crash = "[failure f]\nkind = crash\nat = 0 s\nnodes = 1\n";
    g_autofree char *text = coded("", trees, "publications = 5\nstart = 1 s\npackets = 4\nneeded = 3", crash);
    g_autofree char *all = coded("", trees, "publications = 5\nstart = 1 s\npackets = 4", crash);
    g_autoptr(RunResult) some = run_text(text, 0), every = run_text(all, 0);
    g_assert_cmpfloat(metric_value(some, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(every, "delivery_ratio"), <, 1);
}

/* Packets come 10 ms apart; what the node had before it went down is forgotten. */
static void a_restarted_node_begins_anew(void)
{
    g_autofree char *late = coded("upload = 800 kbit/s", PAIR, "publications = 1\npackets = 20\nneeded = 16",
                                  "[failure f]\nkind = crash\nat = 65 ms\nnodes = 1\nrecover-after = 1 ms\n");
    g_autofree char *early = coded("upload = 800 kbit/s", PAIR, "publications = 1\npackets = 20\nneeded = 16",
                                   "[failure f]\nkind = crash\nat = 45 ms\nnodes = 1\nrecover-after = 1 ms\n");
    g_autoptr(RunResult) lost = run_text(late, 0), got = run_text(early, 0);
    g_assert_cmpuint(lost->deliveries->len, ==, 0);        /* five came before, fifteen after */
    g_assert_cmpuint(got->deliveries->len, ==, 1);         /* three, and seventeen */
    g_assert_cmpint(g_array_index(got->deliveries, DeliveryRow, 0).delivered, ==, 200 * SIM_MS);
}

static void more_cannot_be_needed_than_there_are(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL, *text = coded("", PAIR, "packets = 4\nneeded = 5", "");
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, &error));
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_error(error, SIM_ERROR, error->code);
    g_assert_nonnull(strstr(error->message, "needed: of 4 packets no 5 can be needed"));
    g_assert_nonnull(strstr(error->message, "packets: of 4 packets"));
    g_assert_cmpint(unlink(path), ==, 0);
}

/* Loss, crashes and recoveries at once, with any protocol; a node is counted once. */
static void any_protocol_carries_packets(gconstpointer data)
{
    const Protocol *protocol = data;
    g_autofree char *overlay = g_strdup_printf("kind = random-regular\ndegree = 6\nnodes = 120\n[protocol]\nkind = %s", protocol->variant.name);
    g_autofree char *text = coded("loss = 5 %", overlay, "publications = 12\nsource = 0..2\npackets = 6\nneeded = 4",
        "[failure gone]\nkind = crash\nat = uniform(0 s, 4 s)\nfraction = 10 %\n"
        "[failure away]\nkind = crash\nat = uniform(2 s, 8 s)\nfraction = 30 %\nrecover-after = exponential(3 s)\n");
    g_autoptr(RunResult) result = run_text(text, 3);
    g_autoptr(GHashTable) had = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    g_assert_cmpuint(result->deliveries->len, >, 0);
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        gint64 pair = (gint64)row->publication << 32 | row->node;
        g_assert_cmpuint(row->publication, <, 12);
        g_assert_true(g_hash_table_add(had, g_memdup2(&pair, sizeof pair)));
    }
}

#define CASE(name) g_test_add_func("/coding/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(the_packet_that_completes_it_delivers_it);
    CASE(all_packets_are_needed_unless_said);
    CASE(blocks_are_lost_as_the_binomial_law_says);
    CASE(packets_take_turns_on_several_trees);
    CASE(a_restarted_node_begins_anew);
    CASE(more_cannot_be_needed_than_there_are);
    for (guint i = 0; protocols[i]; i++) {
        if (protocols[i]->routed || protocols[i]->clustered) continue;         /* needs an overlay that routes, or has clusters */
        g_autofree char *path = g_strdup_printf("/coding/any_protocol_carries_packets/%s", protocols[i]->variant.name);
        g_test_add_data_func(path, protocols[i], any_protocol_carries_packets);
    }
    return g_test_run();
}
