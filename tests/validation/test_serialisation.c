/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rate of access links does to a broadcast, against closed forms. */
#include "judge.h"

#define TAU (10 * SIM_MS)               /* 1 kB at 800 kbit/s */

/* Times of the deliveries of a run, ns. */
typedef struct { SimTime last; double sum, count; } Times;

static Times times_at_depth(const RunResult *result, uint32_t hops)
{
    Times times = { 0 };
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        times.last = MAX(times.last, row->delivered);
        if (hops && row->hops != hops) continue;
        times.sum += (double)row->delivered;
        times.count++;
    }
    return times;
}

/* A tree, `blocks` publications of 1 kB at once from its root. */
static RunResult *broadcast(const char *overlay, const char *network, uint32_t blocks)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\ndrain = 1000 s\n[network]\nupload = 800 kbit/s\n%s\n[overlay]\n%s\n[protocol]\nkind = tree\n"
        "[workload w]\nkind = publish\npublications = %u\ninterval = 0 s\n", network, overlay, blocks);
    return run_text(text, 0);
}

/* A tree whose links are a file's. */
static RunResult *broadcast_on(const GString *links, const char *network, uint32_t blocks)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.edges", &path, &error));
    g_file_set_contents(path, links->str, -1, &error);
    g_assert_no_error(error);
    g_autofree char *overlay = g_strdup_printf("kind = file\nformat = edgelist\npath = %s", path);
    RunResult *result = broadcast(overlay, network, blocks);
    g_assert_cmpint(unlink(path), ==, 0);
    return result;
}

/* h (k tau + L); children in ascending order, one copy at a time. */
static void one_message_down_a_tree_takes_turns_at_each_hop(void)
{
    static const struct { uint32_t k, nodes; double last; } rows[] = {
        { 2, 1023, 630 }, { 4, 1365, 450 }, { 8, 585, 390 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *overlay = g_strdup_printf("kind = kary-tree\narity = %u\nnodes = %u", rows[i].k, rows[i].nodes);
        g_autoptr(RunResult) result = broadcast(overlay, "latency = 50 ms", 1);
        g_assert_cmpfloat(metric_value(result, "latency_max_ms"), ==, rows[i].last);
        if (rows[i].k != 4) continue;
        Times leaves = times_at_depth(result, 5);
        g_assert_cmpfloat(leaves.count, ==, 1024);
        g_assert_cmpfloat(leaves.sum / leaves.count / 1e6, ==, 375);
    }
}

/* The note of A-47: at equal shares all k copies of a hop end together, k tau after they began. */
static void equal_shares_finish_together(void)
{
    g_autoptr(RunResult) result = broadcast("kind = kary-tree\narity = 4\nnodes = 1365", "latency = 50 ms\nsharing = equal", 1);
    for (uint32_t d = 1; d <= 5; d++) {
        Times depth = times_at_depth(result, d);
        g_assert_cmpfloat(depth.sum / depth.count / 1e6, ==, d * 90.0);
    }
    g_assert_cmpfloat(metric_value(result, "latency_max_ms"), ==, 450);
}

/* Node i learns of it from i without its highest bit: the binomial tree cut off at n. */
static GString *telephone(uint32_t nodes)
{
    GString *links = g_string_new(NULL);
    for (uint32_t i = 1; i < nodes; i++) g_string_append_printf(links, "%u %u\n", i ^ (1u << (g_bit_storage(i) - 1)), i);
    return links;
}

/* ceil(log2 n) rounds. */
static void a_telephone_broadcast_doubles_each_round(void)
{
    static const struct { uint32_t nodes, rounds; } rows[] = { { 8, 3 }, { 100, 7 }, { 1000, 10 }, { 1024, 10 }, { 1025, 11 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) links = telephone(rows[i].nodes);
        g_autoptr(RunResult) result = broadcast_on(links, "latency = 0 s", 1);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpint(times_at_depth(result, 0).last, ==, rows[i].rounds * TAU);
    }
}

/* The greedy tree of the postal model: whoever knows tells somebody new each tau,
 * who knows lambda tau later; nodes are numbered as they learn. */
static GString *postal(uint32_t nodes, uint32_t lambda)
{
    GString *links = g_string_new(NULL);
    g_autofree uint32_t *known = g_new0(uint32_t, nodes);
    uint32_t told = 1;
    for (uint32_t t = 0; told < nodes; t++)
        for (uint32_t i = 0, end = told; i < end && told < nodes; i++) {
            if (known[i] > t) continue;
            g_string_append_printf(links, "%u %u\n", i, told);
            known[told++] = t + lambda;
        }
    return links;
}

/* N(t) = N(t-1) + N(t-lambda). */
static void the_postal_model_grows_like_its_recurrence(void)
{
    static const struct { uint32_t lambda, nodes, time; } rows[] = {
        { 1, 100, 7 }, { 1, 1000, 10 }, { 2, 100, 11 }, { 2, 1000, 16 }, { 3, 100, 14 }, { 3, 1000, 20 },
        { 6, 100, 22 }, { 6, 1000, 31 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GString) links = postal(rows[i].nodes, rows[i].lambda);
        g_autofree char *network = g_strdup_printf("latency = %u ms", 10 * (rows[i].lambda - 1));
        g_autoptr(RunResult) result = broadcast_on(links, network, 1);
        g_assert_cmpint(times_at_depth(result, 0).last, ==, rows[i].time * TAU);
    }
}

/* (m + h - 1) k tau + h L. */
static void blocks_are_pipelined_down_a_tree(void)
{
    static const struct { const char *overlay; uint32_t blocks; double last; } rows[] = {
        { "kind = chain\nnodes = 101", 1000, 15990 },
        { "kind = kary-tree\narity = 2\nnodes = 1023", 1000, 20610 },
        { "kind = kary-tree\narity = 4\nnodes = 1365", 1000, 40410 },
        { "kind = kary-tree\narity = 3\nnodes = 40", 7, (7 + 3 - 1) * 30 + 3 * 50 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].blocks == 1000 && i && !g_test_slow()) continue;
        g_autoptr(RunResult) result = broadcast(rows[i].overlay, "latency = 50 ms", rows[i].blocks);
        g_assert_cmpfloat(metric_value(result, "latency_max_ms"), ==, rows[i].last);
    }
}

/* m - 1 + ceil(log2 n) rounds at least, whatever the tree; a chain of two or
 * three, and one block by telephone, need no more. */
static void no_broadcast_beats_the_bound_of_rounds(void)
{
    static const struct { const char *overlay; uint32_t nodes, blocks; bool optimal; } rows[] = {
        { "kind = chain\nnodes = 2", 2, 100, true }, { "kind = chain\nnodes = 3", 3, 100, true },
        { "kind = chain\nnodes = 8", 8, 100, false }, { "kind = kary-tree\narity = 2\nnodes = 31", 31, 50, false },
        { "kind = binomial-tree\norder = 6", 64, 20, false }, { "kind = star\nnodes = 8", 8, 10, false },
        { "kind = multi-tree\ntrees = 2\narity = 2\nnodes = 30", 30, 50, false },
        { "kind = random-regular\ndegree = 4\nnodes = 64", 64, 30, false },
        { "kind = chain\nnodes = 4", 4, 2, false }, { "kind = binomial-tree\norder = 10", 1024, 1, true },
        { "kind = multi-tree\ntrees = 4\narity = 4\nnodes = 1024", 1024, 100, false },
        { "kind = multi-tree\ntrees = 8\narity = 8\nnodes = 1000", 1000, 1000, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].blocks == 1000 && !g_test_slow()) continue;
        g_autoptr(RunResult) result = broadcast(rows[i].overlay, "latency = 0 s", rows[i].blocks);
        uint32_t rounds = rows[i].blocks - 1 + g_bit_storage(rows[i].nodes - 1);
        SimTime last = times_at_depth(result, 0).last;
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpint(last, >=, rounds * TAU);
        if (rows[i].optimal) g_assert_cmpint(last, ==, rounds * TAU);
    }
}

/* Time until all `nodes` have a file of `bytes`, cut into 200 blocks, by one scheme. */
static double distribute(const char *scheme, uint32_t nodes, double bytes, const char *classes)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.csv", &path, &error));
    g_file_set_contents(path, classes, -1, &error);
    g_assert_no_error(error);
    g_autofree char *text = g_strdup_printf(
        "[scenario]\ndrain = 2 h\n[network]\nlatency = 0 s\nclasses = %s\n[overlay]\nnodes = %u\n%s\n"
        "[workload w]\nkind = publish\npublications = 200\ninterval = 0 s\nsize = %.0f B\n", path, nodes, scheme, bytes / 200);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    return (double)times_at_depth(result, 0).last / 1e9;
}

/* max(F/us, F/min di, N F/(us + sum ui)); F over that is the rate which
 * every peer can receive. */
static void nothing_beats_the_fluid_bound(void)
{
    static const char *const schemes[] = {
        "kind = star\n[protocol]\nkind = unicast", "kind = chain\n[protocol]\nkind = tree",
        "kind = multi-tree\ntrees = 4\narity = 4\n[protocol]\nkind = tree",
        "kind = random-regular\ndegree = 4\n[protocol]\nkind = flood",
    };
    static const struct { const char *classes; uint32_t peers; double bytes, us, ui, di, bound; } rows[] = {
        { "node 0, 80 Mbit/s, unlimited\n100 %, 8 Mbit/s, 32 Mbit/s", 50, 100e6, 10e6, 1e6, 4e6, 83.3333 },
        { "node 0, 8 Mbit/s, unlimited\n100 %, 16 Mbit/s, 800 Mbit/s", 50, 100e6, 1e6, 2e6, 100e6, 100 },
        { "node 0, 80 Mbit/s, unlimited\n100 %, 8 Mbit/s, unlimited", 20, 100e6, 10e6, 1e6, INFINITY, 100 / 1.5 },
        { "node 0, 16 Mbit/s, unlimited\n100 %, 32 Mbit/s, unlimited", 20, 100e6, 2e6, 4e6, INFINITY, 50 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double n = rows[i].peers, f = rows[i].bytes;
        double bound = fmax(fmax(f / rows[i].us, f / rows[i].di), n * f / (rows[i].us + n * rows[i].ui));
        g_assert_cmpfloat(fabs(bound / rows[i].bound - 1), <, 1e-5);
        for (size_t s = 0; s < G_N_ELEMENTS(schemes); s++) {
            double took = distribute(schemes[s], rows[i].peers + 1, f, rows[i].classes);
            g_test_message("row %zu, scheme %zu: %.4g s, bound %.4g s", i, s, took, bound);
            g_assert_cmpfloat(took, >=, bound * (1 - 1e-9));
        }
    }
}

/* A-55 reached: a chain carries the rate of its links, here that of the bound. */
static void a_chain_streams_at_the_rate_of_its_uplinks(void)
{
    double took = distribute("kind = chain\n[protocol]\nkind = tree", 11, 100e6, "100 %, 8 Mbit/s, unlimited");
    g_assert_cmpfloat(took, ==, 100 + 9 * 0.5);         /* F/u, and a block of 0.5 s for each further hop */
}

/* A-55b: bytes = rate x size x copies, with the header where there is one. */
static void traffic_is_rate_times_size_times_copies(void)
{
    static const struct { const char *duration, *network; uint32_t count; double bytes; bool slow; } rows[] = {
        { "59999 ms", "", 10, 240e3, false }, { "59999 ms", "header = 40 B", 10, 244.8e3, false },
        { "720 h", "", 432000, 10.368e9, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (rows[i].slow && !g_test_slow()) continue;
        g_autofree char *text = g_strdup_printf(
            "[scenario]\nduration = %s\n[network]\nlatency = 1 ms\n%s\n[overlay]\nkind = star\nnodes = 13\n[protocol]\n"
            "kind = tree\n[workload w]\nkind = publish\npublications = %u\ninterval = 6 s\nsize = 2 kB\n[record]\n"
            "deliveries = no\n", rows[i].duration, rows[i].network, rows[i].count);
        g_autoptr(Plan) plan = plan_text(text);
        g_autoptr(RunResult) result = run_plan(plan, 0, false);
        g_assert_cmpfloat(metric_value(result, "payload_bytes"), ==, rows[i].bytes);
        g_assert_cmpfloat(metric_value(result, "bytes"), ==, rows[i].bytes);
    }
}

/* max(0, (N s - b) / r). */
static void a_token_bucket_admits_its_burst_and_then_its_rate(void)
{
    static const struct { uint32_t count; const char *burst; double last; } rows[] = {
        { 100, "20 kB", 8 }, { 20, "20 kB", 0 }, { 21, "20 kB", 0.1 }, { 100, "500 B", 9.95 }, { 5, "1 MB", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "[network]\nlatency = 0 s\nrate = 80 kbit/s\nburst = %s\nshaped = sources\n[overlay]\nkind = chain\nnodes = 3\n"
            "[protocol]\nkind = tree\n[workload w]\nkind = publish\npublications = %u\ninterval = 0 s\n", rows[i].burst, rows[i].count);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpuint(result->deliveries->len, ==, 2 * rows[i].count);
        g_assert_cmpfloat((double)times_at_depth(result, 0).last / 1e9, ==, rows[i].last);
    }
}

/* the length of runs of losses, and how many are 3 or longer. */
static void independent_losses_come_in_geometric_runs(void)
{
    enum { COUNT = 40000 };
    const double p = 0.1;
    g_autoptr(RunResult) result = run_text(
        "[network]\nlatency = 1 ms\nloss = 10 %\n[overlay]\nkind = chain\nnodes = 2\n[protocol]\nkind = tree\n"
        "[workload w]\nkind = publish\npublications = 40000\ninterval = 10 ms\n", 0);
    g_autofree bool *came = g_new0(bool, COUNT);
    for (guint i = 0; i < result->deliveries->len; i++) came[g_array_index(result->deliveries, DeliveryRow, i).publication] = true;
    double runs = 0, lost = 0, threes = 0;
    for (uint32_t i = 0, length = 0; i < COUNT; i++) {
        length = came[i] ? 0 : length + 1;
        runs += length == 1, lost += length > 0, threes += length == 3;
    }
    judge("run of losses", lost / runs, sqrt(p) / (1 - p) / sqrt(runs), 1 / (1 - p), 0);
    judge("runs of 3 or more", threes / runs, p * sqrt((1 - p * p) / runs), p * p, 0);
}

/* counts of a Poisson source in windows of its mean gap. */
static void a_poisson_source_has_poisson_counts(void)
{
    enum { COUNT = 40000, WINDOWS = 39000 };
    g_autoptr(RunResult) result = run_text(
        "[network]\nlatency = 0 s\n[overlay]\nkind = chain\nnodes = 2\n[protocol]\nkind = tree\n"
        "[workload w]\nkind = publish\npublications = 40000\ninterval = exponential(100 ms)\n", 0);
    g_autofree double *counts = g_new0(double, WINDOWS);
    g_assert_cmpuint(result->deliveries->len, ==, COUNT);
    for (guint i = 1; i < COUNT; i++) {                 /* the first comes at 0, by no law */
        SimTime at = g_array_index(result->deliveries, DeliveryRow, i).published;
        if (at / (100 * SIM_MS) < WINDOWS) counts[at / (100 * SIM_MS)]++;
    }
    double sum = 0, squares = 0, none = 0;
    for (int i = 0; i < WINDOWS; i++) sum += counts[i], squares += counts[i] * counts[i], none += counts[i] == 0;
    double mean = sum / WINDOWS, variance = squares / WINDOWS - mean * mean;
    judge("index of dispersion", variance / mean, sqrt(2.0 / WINDOWS), 1, 0);
    judge("no arrival in a mean gap", none / WINDOWS, sqrt(exp(-1) * (1 - exp(-1)) / WINDOWS), exp(-1), 0);
}

#define CASE(name) g_test_add_func("/serialisation/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(one_message_down_a_tree_takes_turns_at_each_hop);
    CASE(equal_shares_finish_together);
    CASE(a_telephone_broadcast_doubles_each_round);
    CASE(the_postal_model_grows_like_its_recurrence);
    CASE(blocks_are_pipelined_down_a_tree);
    CASE(no_broadcast_beats_the_bound_of_rounds);
    CASE(nothing_beats_the_fluid_bound);
    CASE(a_chain_streams_at_the_rate_of_its_uplinks);
    CASE(traffic_is_rate_times_size_times_copies);
    CASE(a_token_bucket_admits_its_burst_and_then_its_rate);
    CASE(independent_losses_come_in_geometric_runs);
    CASE(a_poisson_source_has_poisson_counts);
    return g_test_run();
}
