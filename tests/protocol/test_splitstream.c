/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SplitStream: its trees have different inner nodes, and no node has too many children. */
#include <stdio.h>

#include "run_text.h"

#define ADD(name) g_test_add_func("/splitstream/" #name, name)

enum { STRIPES = 16, DATA = 9 };        /* DATA: the kind of message that goes down a tree */

/* What goes down the trees from each node, by the trace of a run. */
typedef struct { uint32_t nodes, (*children)[STRIPES]; } Fanouts;

static Fanouts fanouts_of(const char *text, uint32_t nodes, double *delivery)
{
    g_autoptr(Plan) plan = plan_text(text);
    g_autofree char *path = NULL, *content = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.trace", &path, NULL));
    g_autoptr(GError) error = NULL;
    Recording recording = { .trace = path };
    g_autoptr(RunResult) result = world_run(plan->scenarios[0], random_replication_seed(plan->seed, 0), &recording, &error);
    g_assert_no_error(error);
    *delivery = metric_value(result, "delivery_ratio");
    g_assert_true(g_file_get_contents(path, &content, NULL, NULL));
    unlink(path);
    Fanouts fanouts = { nodes, g_malloc0(nodes * sizeof *fanouts.children) };
    for (char *line = content, *next; *line; line = next) {
        unsigned to, from, kind, publication;
        next = strchr(line, '\n') + 1;
        next[-1] = '\0';                   /* or sscanf() measures all that follows */
        if (sscanf(line, "%*s message %u %u %u %u", &to, &from, &kind, &publication) != 4 || kind != DATA) continue;
        if (publication < STRIPES) fanouts.children[from][publication]++;
    }
    return fanouts;
}

/* One publication down each stripe, once the trees stand. */
static char *sixteen(const char *keys, const char *rest)
{
    return g_strdup_printf("[scenario]\n[network]\nlatency = uniform(5 ms, 50 ms)\n[overlay]\nkind = pastry\nnodes = 500\n"
        "[protocol]\nkind = splitstream\n%s\n[workload w]\nkind = publish\npublications = 16\nstart = 60 s\ninterval = 10 ms\n%s", keys, rest);
}

static void most_nodes_are_inner_nodes_of_one_stripe(void)
{
    g_autofree char *text = sixteen("out-degree = 32", "");
    double delivery;
    Fanouts fanouts = fanouts_of(text, 500, &delivery);
    uint32_t counts[STRIPES + 1] = { 0 };
    for (uint32_t v = 0; v < fanouts.nodes; v++) {
        uint32_t inner = 0, children = 0;
        for (int s = 0; s < STRIPES; s++) inner += fanouts.children[v][s] > 0, children += fanouts.children[v][s];
        g_assert_cmpuint(children, <=, 32);
        counts[inner]++;
    }
    for (int i = 0; i <= STRIPES; i++) g_test_message("inner in %d: %u", i, counts[i]);
    g_assert_cmpfloat(delivery, >, 0.999);
    g_assert_cmpuint(counts[0] + counts[1], >, 450);
    g_free(fanouts.children);
}

static void no_node_has_more_children_than_it_may(void)
{
    static const uint32_t degrees[] = { 16, 20, 32 };
    for (size_t i = 0; i < G_N_ELEMENTS(degrees); i++) {
        g_autofree char *keys = g_strdup_printf("out-degree = %u", degrees[i]), *text = sixteen(keys, "");
        double delivery;
        Fanouts fanouts = fanouts_of(text, 500, &delivery);
        g_test_message("out-degree %u: delivery %g", degrees[i], delivery);
        uint32_t most = 0;
        for (uint32_t v = 0; v < fanouts.nodes; v++) {
            uint32_t children = 0;
            for (int s = 0; s < STRIPES; s++) children += fanouts.children[v][s];
            most = MAX(most, children);
        }
        g_assert_cmpuint(most, <=, degrees[i]);
        g_assert_cmpuint(most, >, degrees[i] - 4);
        g_assert_cmpfloat(delivery, >, 0.98);
        g_free(fanouts.children);
    }
}

/* Losing some nodes costs a publication what hangs below them; on many trees it is spread evenly. */
static void a_failure_costs_everybody_a_little(void)
{
    static const char storm[] = "[failure f]\nkind = crash\nat = 59.9 s\nfraction = 5 %\nspare = source\n";
    g_autofree char *text = sixteen("", storm);
    g_autoptr(RunResult) result = run_text(text, 0);
    double ratio = metric_value(result, "delivery_ratio");
    g_assert_cmpfloat(ratio, <, 0.999);
    g_assert_cmpfloat(ratio, >, 0.75);
    g_autofree uint32_t *got = g_new0(uint32_t, 500);
    for (guint i = 0; i < result->deliveries->len; i++) got[g_array_index(result->deliveries, DeliveryRow, i).node]++;
    uint32_t starved = 0, up = 0;
    for (NodeId v = 1; v < 500; v++) up += got[v] > 0, starved += got[v] > 0 && got[v] < STRIPES / 2;
    g_assert_cmpuint(up, ==, 474);                              /* all that are left get some */
    g_assert_cmpuint(starved, <, 25);
}

static void the_trees_are_mended(void)
{
    g_autofree char *text = sixteen("heartbeat = 2 s\ntimeout = 6 s",
        "[failure f]\nkind = crash\nat = uniform(10 s, 20 s)\nfraction = 30 %\nspare = source\nrecover-after = uniform(1 s, 10 s)\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.995);
    g_assert_cmpfloat(metric_value(result, "redundancy"), <, 0.02);
}

/* Where a root's own place has another prefix than its stripe, its children are the last to go all the same. */
static void late_joiners_hang_on_every_stripe(void)
{
    g_autoptr(Plan) plan = plan_text("[scenario]\n[network]\nlatency = uniform(10 ms, 50 ms)\n[overlay]\nkind = pastry\nnodes = 200\n"
        "join = uniform(0 s, 50 s)\n[protocol]\nkind = splitstream\n[workload w]\nkind = publish\npublications = 32\nstart = 300 s\n"
        "interval = 500 ms\nsize = 100 B\n");
    for (uint32_t r = 0; r < 3; r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.97);
    }
}

static void impossible_keys_are_refused(void)
{
    static const struct { const char *keys, *fault; } rows[] = {
        { "stripes = 12", "stripes: the keys of 12 stripes cannot differ in their first bits alone" },
        { "out-degree = 3", "out-degree: 3 children cannot take what 16 stripes bring" },
        { "timeout = 1 s", "timeout: silence of less than a heartbeat says nothing" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = sixteen(rows[i].keys, ""), *path = NULL;
        g_autoptr(GError) error = NULL;
        close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
        g_file_set_contents(path, text, -1, NULL);
        g_assert_null(plan_read(path, NULL, &error));
        g_assert_nonnull(strstr(error->message, rows[i].fault));
        unlink(path);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(most_nodes_are_inner_nodes_of_one_stripe);
    ADD(no_node_has_more_children_than_it_may);
    ADD(a_failure_costs_everybody_a_little);
    ADD(the_trees_are_mended);
    ADD(late_joiners_hang_on_every_stripe);
    ADD(impossible_keys_are_refused);
    return g_test_run();
}
