/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NICE's delivery: once to everybody over a quiet hierarchy; PRM beside it. */
#include "../run_text.h"

#define ADD(name) g_test_add_func("/nice/" #name, name)

enum { NODES = 300 };

/* Sixty publications from sources all over, 200 s after the last has joined; more keys and sections. */
static RunResult *run_nice(const char *network, const char *keys, const char *extra, uint32_t replication)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = 420 s\nwarmup = 300 s\n[network]\nlatency = euclidean(60 ms)\n%s\n"
        "[overlay]\nkind = nice\nnodes = %d\njoin = uniform(0 s, 100 s)\n[protocol]\nkind = nice\n%s\n"
        "[workload w]\nkind = publish\nsource = random\npublications = 600\nstart = 300 s\ninterval = 200 ms\n%s\n",
        network, NODES, keys, extra);
    return run_text(text, replication);
}

static void everybody_gets_it_once(void)
{
    for (uint32_t r = 0; r < 3; r++) {
        g_autoptr(RunResult) result = run_nice("", "", "", r);
        double made = 600 - metric_value(result, "publications_unmade");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, made * (NODES - 1));
        g_assert_cmpfloat(metric_value(result, "hops_max"), <=, 2 * 5 + 1);     /* up and down five layers of three */
    }
}

/* Duplicates for each delivery. */
static double duplicates_of(const RunResult *result) { return metric_value(result, "duplicates") / metric_value(result, "deliveries"); }

static void random_copies_are_r_times_the_probability(void)
{
    static const struct { const char *keys; double extra; } rows[] = {
        { "random = 3\nprobability = 2 %\nwalk = 6", 0.06 }, { "random = 1\nprobability = 10 %\nwalk = 6", 0.10 },
        { "random = 0\nprobability = 50 %", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = run_nice("", rows[i].keys, "", 0);
        double extra = metric_value(result, "redundancy"), error = sqrt(rows[i].extra / metric_value(result, "deliveries"));
        g_test_message("%g copies more, %g duplicates", extra, duplicates_of(result));
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(extra, >=, rows[i].extra - 4 * error);
        g_assert_cmpfloat(extra, <=, 1.25 * rows[i].extra + 4 * error);        /* those ahead of the tree go to clusters that have it too */
        g_assert_cmpfloat(fabs(duplicates_of(result) - extra), <=, 0.001);
    }
}

static void random_copies_and_questions_make_up_for_loss(void)
{
    static const char *const keys[] = { "", "probability = 3 %", "probability = 3 %\nnack = yes", "nack = yes" };
    double ratio[4];
    for (int i = 0; i < 4; i++) {
        g_autoptr(RunResult) result = run_nice("loss = 2 %", keys[i], "", 0);
        ratio[i] = metric_value(result, "delivery_ratio");
        g_test_message("%s: %g", keys[i], ratio[i]);
    }
    g_assert_cmpfloat(ratio[0], <, 0.95);
    g_assert_cmpfloat(ratio[1], >, ratio[0] + 0.01);
    g_assert_cmpfloat(ratio[2], >, 0.99);
    g_assert_cmpfloat(ratio[3], >, 0.98);
}

static void without_loss_nobody_asks(void)
{
    g_autoptr(RunResult) plain = run_nice("", "", "", 0), asking = run_nice("", "nack = yes", "", 0);
    g_assert_cmpfloat(metric_value(plain, "control_messages"), ==, metric_value(asking, "control_messages"));
    g_assert_cmpfloat(metric_value(asking, "duplicates"), ==, 0);
}

static void a_newcomer_is_not_sent_what_was_before_it(void)
{
    g_autoptr(RunResult) result = run_nice("", "nack = yes\nkeep = 100 s\nwait = 0 s",
                                           "[failure f]\nkind = crash\nat = 310 s\nfraction = 20 %\nrecover-after = constant(30 s)\n", 0);
    bool back[NODES] = { false };
    guint count = 0;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        back[row->node] |= strcmp(row->kind, "up") == 0;
    }
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (!back[row->node] || row->delivered < 341 * SIM_S) continue;
        g_assert_cmpint(row->published, >=, 340 * SIM_S);
        count++;
    }
    g_assert_cmpuint(count, >, 10000);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >, 0.9);
}

static void it_wants_an_overlay_with_clusters(void)
{
    static const char *const plain[] = { "ring", "hyparview" };
    for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = NULL, *text = g_strdup_printf(
            "[scenario]\nduration = 1 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = %s\nnodes = 9\n[protocol]\nkind = nice\n", plain[i]);
        close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
        g_file_set_contents(path, text, -1, NULL);
        g_assert_null(plan_read(path, NULL, &error));
        g_assert_nonnull(strstr(error->message, ":9: [protocol] kind: it forwards from cluster to cluster"));
        g_assert_nonnull(strstr(error->message, ":6: [overlay] kind: it has no clusters"));
        unlink(path);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(everybody_gets_it_once);
    ADD(random_copies_are_r_times_the_probability);
    ADD(random_copies_and_questions_make_up_for_loss);
    ADD(without_loss_nobody_asks);
    ADD(a_newcomer_is_not_sent_what_was_before_it);
    ADD(it_wants_an_overlay_with_clusters);
    return g_test_run();
}
