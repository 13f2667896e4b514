/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meshes under failures: percolation, reliability and exact floods. */
#include "judge.h"

static char *flood_text(const char *overlay, const char *extra)
{
    return g_strdup_printf("[scenario]\ndrain = 100 s\n[network]\nlatency = 10 ms\n[overlay]\n%s\n[protocol]\nkind = flood\n"
                           "[workload w]\nkind = publish\npublications = 1\nstart = 1 s\n%s\n", overlay, extra);
}

/* Delivery ratio over runs in which the source sits in the giant component. */
static Sample giant_sample(const char *overlay, const char *extra, uint32_t runs)
{
    g_autofree char *text = flood_text(overlay, extra);
    g_autoptr(Plan) plan = plan_text(text);
    Sample sample = { 0 };
    for (uint32_t r = 0; r < runs; r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        const MetricRow *row = metric_row(result, "delivery_ratio");
        if (row->value > 0.05) sample_add(&sample, row->numerator, row->denominator);
    }
    return sample;
}

typedef struct { double mean, q, expected; } Row;

static void giant_rows(const char *overlay, const char *failure, const Row *rows, size_t count, double allowance, uint32_t runs)
{
    for (size_t i = 0; i < count; i++) {
        g_autofree char *o = g_strdup_printf(overlay, rows[i].mean);
        g_autofree char *f = g_strdup_printf(failure, rows[i].q);
        Sample sample = giant_sample(o, rows[i].q > 0 ? f : "", runs);
        judge_ratio(o, &sample, rows[i].expected, allowance);
    }
}

#define CRASH "[failure f]\nkind = crash\nprobability = %g\nspare = source\n"
#define CUT "[failure f]\nkind = link-cut\nprobability = %g\n"

static void giant_component_of_a_regular_mesh(void)
{
    static const Row rows[] = {
        { 3, 0.1, 0.998628 }, { 3, 0.3, 0.921283 }, { 3, 0.4, 0.703704 }, { 4, 0.1, 0.999896 }, { 4, 0.3, 0.989013 },
        { 4, 0.5, 0.854102 }, { 4, 0.6, 0.541503 }, { 5, 0.1, 0.99999 }, { 5, 0.2, 0.999669 }, { 5, 0.3, 0.997311 },
        { 5, 0.4, 0.98718 }, { 5, 0.5, 0.952494 }, { 5, 0.6, 0.841988 }, { 5, 0.7, 0.473764 }, { 8, 0.3, 0.999934 },
        { 8, 0.5, 0.995827 }, { 8, 0.7, 0.915154 }, { 8, 0.8, 0.623254 },
    };
    giant_rows("kind = random-regular\ndegree = %g\nnodes = 10000", CRASH, rows, G_N_ELEMENTS(rows), 0.01, 12);
    if (g_test_slow())
        giant_rows("kind = random-regular\ndegree = %g\nnodes = 100000", CRASH, rows, G_N_ELEMENTS(rows), 0.003, 20);
}

static void random_sources_see_the_square(void)
{
    static const Row rows[] = { { 5, 0.4, 0.974525 }, { 5, 0.5, 0.907244 }, { 5, 0.6, 0.708943 }, { 5, 0.7, 0.224453 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "[scenario]\ndrain = 100 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = random-regular\ndegree = 5\nnodes = 10000\n"
            "[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 1\nstart = 1 s\nsource = random\n" CRASH,
            rows[i].q);
        Sample sample = sample_metric(text, "delivery_ratio", 150);
        judge_ratio("mean over sources", &sample, rows[i].expected, 0.005);
    }
}

static void giant_component_of_an_erdos_renyi_mesh(void)
{
    static const Row rows[] = {
        { 4, 0, 0.980173 }, { 4, 0.1, 0.969506 }, { 4, 0.3, 0.924975 }, { 4, 0.5, 0.796812 }, { 4, 0.7, 0.313698 },
        { 8, 0, 0.999664 }, { 8, 0.1, 0.999249 }, { 8, 0.3, 0.996223 }, { 8, 0.5, 0.980173 }, { 8, 0.7, 0.878596 },
    };
    uint32_t runs = g_test_slow() ? 20 : 4;
    giant_rows("kind = erdos-renyi\ndegree = %g\nnodes = 100000", CRASH, rows, G_N_ELEMENTS(rows), 0.003, runs);
}

/* The flood collapses above q_c: well below it a giant component, well above none. */
static void the_threshold_lies_in_its_bracket(void)
{
    static const struct { const char *overlay; double critical; } rows[] = {
        { "kind = random-regular\ndegree = 3\nnodes = 100000", 0.5 },
        { "kind = random-regular\ndegree = 5\nnodes = 100000", 0.75 },
        { "kind = random-regular\ndegree = 8\nnodes = 100000", 0.857143 },
        { "kind = erdos-renyi\ndegree = 4\nnodes = 100000", 0.75 },
        { "kind = erdos-renyi\ndegree = 10\nnodes = 100000", 0.9 },
    };
    enum { RUNS = 12 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double best[2] = { 0, 0 };
        for (int side = 0; side < 2; side++) {
            g_autofree char *crash = g_strdup_printf(CRASH, rows[i].critical + (side ? 0.02 : -0.02));
            g_autofree char *text = flood_text(rows[i].overlay, crash);
            g_autoptr(Plan) plan = plan_text(text);
            for (uint32_t r = 0; r < RUNS; r++) {
                g_autoptr(RunResult) result = run_plan(plan, r, false);
                best[side] = MAX(best[side], metric_value(result, "delivery_ratio"));
            }
        }
        g_test_message("%s: largest share %.4f below, %.4f above", rows[i].overlay, best[0], best[1]);
        g_assert_cmpfloat(best[0], >, 0.06);
        g_assert_cmpfloat(best[1], <, 0.02);
    }
}

static void isolated_nodes_of_an_erdos_renyi_mesh(void)
{
    /* A live node without a live neighbor receives from nobody: counted from the overlay as built. */
    static const Row rows[] = { { 8, 0.5, 0.0183156 }, { 4, 0, 0.0183156 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *overlay = g_strdup_printf("kind = erdos-renyi\ndegree = %g\nnodes = 10000", rows[i].mean);
        g_autofree char *crash = g_strdup_printf(CRASH, rows[i].q), *text = flood_text(overlay, rows[i].q > 0 ? crash : "");
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < lighter(40); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, true);
            g_autofree bool *down = g_new0(bool, 10000), *linked = g_new0(bool, 10000);
            for (guint e = 0; e < result->events->len; e++) down[g_array_index(result->events, EventRow, e).node] = true;
            for (guint l = 0; l < result->links->len; l++) {
                const LinkRow *link = &g_array_index(result->links, LinkRow, l);
                if (!down[link->a] && !down[link->b]) linked[link->a] = linked[link->b] = true;
            }
            double live = 0, isolated = 0;
            for (int v = 0; v < 10000; v++) live += !down[v], isolated += !down[v] && !linked[v];
            sample_add(&sample, isolated, live);
        }
        judge_ratio("isolated", &sample, rows[i].expected, 0);
    }
}

static void an_erdos_renyi_mesh_is_connected_with_the_known_chance(void)
{
    static const Row rows[] = { { -1, 0, 0.065988 }, { 0, 0, 0.367879 }, { 1, 0, 0.692201 }, { 2, 0, 0.873423 }, { 3, 0, 0.951432 } };
    enum { NODES = 10000 };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double degree = (log(NODES) + rows[i].mean) / NODES * (NODES - 1);
        g_autofree char *overlay = g_strdup_printf("kind = erdos-renyi\ndegree = %.17g\nnodes = %d", degree, NODES);
        g_autofree char *text = flood_text(overlay, "");
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < lighter(250); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            sample_add(&sample, metric_value(result, "overlay_components") == 1, 1);
        }
        judge_ratio(overlay, &sample, rows[i].expected, 0.02);
    }
}

static void giant_component_of_a_barabasi_albert_mesh(void)
{
    static const Row rows[] = {
        { 2, 0.1, 0.994472 }, { 2, 0.3, 0.937839 }, { 2, 0.5, 0.777379 }, { 2, 0.7, 0.43097 },
        { 3, 0.1, 0.999576 }, { 3, 0.3, 0.986463 }, { 3, 0.5, 0.919865 }, { 3, 0.7, 0.690093 },
    };
    giant_rows("kind = barabasi-albert\nedges = %g\nnodes = 40000", CRASH, rows, G_N_ELEMENTS(rows), 0.01, 10);
}

static void giant_component_when_links_fail(void)
{
    static const Row rows[] = {
        { 3, 0.1, 0.998628 }, { 3, 0.3, 0.921283 }, { 5, 0.1, 0.99999 }, { 5, 0.3, 0.997311 }, { 5, 0.5, 0.952494 },
    };
    giant_rows("kind = random-regular\ndegree = %g\nnodes = 30000", CUT, rows, G_N_ELEMENTS(rows), 0.003, 10);
}

static void grid_reliability(void)
{
    g_autofree char *cut = g_strdup_printf(CUT, 0.1), *text = flood_text("kind = grid\nwidth = 3\nheight = 3", cut);
    Sample pooled = sample_metric(text, "delivery_ratio", lighter(6000)), all = sample_metric(text, "atomic_ratio", lighter(6000));
    judge_ratio("pooled", &pooled, 0.980556, 0);
    judge_ratio("all", &all, 0.946985, 0);
}

static char *edge_list(const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.edges", &path, &error);
    g_assert_no_error(error);
    close(file);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

static void wheatstone_bridge(void)
{
    static const Row rows[] = { { 0, 0.1, 0.97848 }, { 0, 0.5, 0.5 } };
    g_autofree char *path = edge_list("0 1\n0 2\n1 2\n1 3\n2 3\n");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *overlay = g_strdup_printf("kind = file\npath = %s\nformat = edgelist", path);
        g_autofree char *text = g_strdup_printf(
            "[scenario]\ndrain = 100 s\n[network]\nlatency = 10 ms\n[overlay]\n%s\n[protocol]\nkind = flood\n"
            "[group t]\nmembers = 3..3\n[workload w]\nkind = publish\npublications = 1\nstart = 1 s\ngroup = t\n" CUT,
            overlay, rows[i].q);
        Sample sample = sample_metric(text, "delivery_ratio", lighter(6000));
        judge_ratio("bridge", &sample, rows[i].expected, 0);
    }
    unlink(path);
}

static void flood_sends_2E_minus_N_plus_1(void)
{
    static const struct { const char *overlay; double messages, redundancy; } rows[] = {
        { "kind = random-regular\ndegree = 5\nnodes = 10000", 40001, 30002.0 / 9999 },
        { "kind = complete\nnodes = 100", 9801, 98 },
        { "kind = ring\nnodes = 100", 101, 2.0 / 99 },
        { "kind = grid\nwidth = 32\nheight = 32", 2945, 1922.0 / 1023 },
        { "kind = hypercube\ndimension = 10", 9217, 8194.0 / 1023 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = flood_text(rows[i].overlay, "");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_test_message("%s", rows[i].overlay);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, rows[i].messages);
        g_assert_cmpfloat_with_epsilon(metric_value(result, "redundancy"), rows[i].redundancy, 1e-9);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    }
}

static void flood_arrives_when_dijkstra_says(void)
{
    static const SimTime expected[] = { 0, 7, 9, 20, 20, 11, 23, 31 };
    g_autofree char *path = edge_list("0 1 7\n0 2 9\n0 5 14\n1 2 10\n1 3 15\n2 3 11\n2 5 2\n3 4 6\n4 5 9\n4 6 3\n6 7 8\n5 7 20\n");
    g_autofree char *text = g_strdup_printf(
        "[scenario]\ndrain = 100 s\n[network]\nlatency = link(weight, ms)\n[overlay]\nkind = file\npath = %s\nformat = edgelist\n"
        "[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 1\nstart = 1 s\n", path);
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpuint(result->deliveries->len, ==, 7);
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        g_assert_cmpint(row->delivered - row->published, ==, expected[row->node] * SIM_MS);
    }
    unlink(path);
}

static void flood_depth_of_grids_and_hypercubes(void)
{
    g_autofree char *grid = flood_text("kind = grid\nwidth = 32\nheight = 32", "");
    g_autoptr(RunResult) g = run_text(grid, 0);
    g_assert_cmpfloat(metric_value(g, "latency_max_ms"), ==, 620);
    g_assert_cmpfloat_with_epsilon(metric_value(g, "latency_mean_ms"), 10 * 1024.0 * 62 / (2 * 1023), 1e-6);
    g_autofree char *cube = flood_text("kind = hypercube\ndimension = 10", "");
    g_autoptr(RunResult) c = run_text(cube, 0);
    g_assert_cmpfloat(metric_value(c, "hops_max"), ==, 10);
    g_assert_cmpfloat_with_epsilon(metric_value(c, "hops_mean"), 10 * 512.0 / 1023, 1e-9);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meshes/A-15_giant_component_of_a_regular_mesh", giant_component_of_a_regular_mesh);
    g_test_add_func("/meshes/A-16_random_sources_see_the_square", random_sources_see_the_square);
    g_test_add_func("/meshes/A-18_giant_component_of_an_erdos_renyi_mesh", giant_component_of_an_erdos_renyi_mesh);
    g_test_add_func("/meshes/A-19_isolated_nodes_of_an_erdos_renyi_mesh", isolated_nodes_of_an_erdos_renyi_mesh);
    g_test_add_func("/meshes/A-20_connected_with_the_known_chance", an_erdos_renyi_mesh_is_connected_with_the_known_chance);
    g_test_add_func("/meshes/A-21_giant_component_of_a_barabasi_albert_mesh", giant_component_of_a_barabasi_albert_mesh);
    g_test_add_func("/meshes/A-22_giant_component_when_links_fail", giant_component_when_links_fail);
    g_test_add_func("/meshes/A-23_A-24_flood_sends_2E_minus_N_plus_1", flood_sends_2E_minus_N_plus_1);
    g_test_add_func("/meshes/A-28_grid_reliability", grid_reliability);
    g_test_add_func("/meshes/A-29_wheatstone_bridge", wheatstone_bridge);
    g_test_add_func("/meshes/A-30_flood_arrives_when_dijkstra_says", flood_arrives_when_dijkstra_says);
    g_test_add_func("/meshes/A-31_A-32_flood_depth_of_grids_and_hypercubes", flood_depth_of_grids_and_hypercubes);
    if (g_test_slow()) g_test_add_func("/meshes/A-17_the_threshold_lies_in_its_bracket", the_threshold_lies_in_its_bracket);
    return g_test_run();
}
