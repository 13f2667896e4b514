/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes that come and go, against renewal theory. */
#include "judge.h"

/* All of them where the tests may be slow. */
static uint32_t runs_of(uint32_t all) { return g_test_slow() ? all : all / 8; }

/* 1000 nodes that do nothing but come and go. */
static char *churn_text(uint32_t nodes, const char *duration, const char *failure)
{
    return g_strdup_printf("[scenario]\nduration = %s\n[network]\nlatency = 1 ms\n[overlay]\nkind = random-regular\nnodes = %u\n"
                           "degree = 5\nseed = 1\n[protocol]\nkind = flood\n[failure churn]\n%s\n", duration, nodes, failure);
}

/* Share of nodes up at step `step` of 100. */
static double up_at_step(const RunResult *result, int step)
{
    for (guint i = 0; i < result->series->len; i++) {
        const SeriesRow *row = &g_array_index(result->series, SeriesRow, i);
        if (strcmp(row->name, "available") == 0 && step-- == 0) return row->value;
    }
    g_assert_not_reached();
}

/* Mean and deviation of the nodes up at a step, each against what is expected. */
static void judge_up(const char *text, int step, uint32_t all, double mean, double deviation)
{
    uint32_t runs = runs_of(all);
    g_autoptr(Plan) plan = plan_text(text);
    g_autofree double *up = g_new(double, runs);
    double n = plan->scenarios[0]->nodes, sum = 0, second = 0, fourth = 0;
    for (uint32_t r = 0; r < runs; r++) {
        Recording recording = { .series = true };
        g_autoptr(RunResult) result = world_run(plan->scenarios[0], random_replication_seed(1, r), &recording, NULL);
        sum += up[r] = n * up_at_step(result, step);
    }
    for (uint32_t r = 0; r < runs; r++) {
        double d = (up[r] - sum / runs) * (up[r] - sum / runs);
        second += d, fourth += d * d;
    }
    double variance = second / (runs - 1), seen = sqrt(variance);
    judge("mean", sum / runs, seen / sqrt(runs), mean, 0);
    if (isnan(deviation)) return;
    judge("deviation", seen, sqrt((fourth / runs - variance * variance) / runs) / (2 * seen), deviation, 0);
}

static const char *const pairs[][2] = {         /* laws of 30 and 5 minutes on average */
    { "exponential(30 min)", "exponential(5 min)" }, { "pareto(20 min, 3)", "constant(5 min)" },
    { "constant(30 min)", "uniform(0 min, 10 min)" }, { "gamma(30 min, 0.5)", "gamma(5 min, 3)" },
    { "lognormal(18.1959 min, 1)", "weibull(2.5 min, 0.5)" },
};

static void availability_whatever_the_laws(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *failure = g_strdup_printf("kind = churn\nsession = %s\ndowntime = %s", pairs[i][0], pairs[i][1]);
        g_autofree char *text = churn_text(1000, "10 min", failure);
        judge_up(text, 0, 300, 857.143, 11.0657);           /* as the run begins */
        judge_up(text, 99, 300, 857.143, 11.0657);          /* and ends */
    }
}

static void availability_over_time(void)
{
    static const struct { const char *session, *downtime; double expected; } rows[] = {
        { "120 min", "20 min", 0.857143 }, { "60 min", "10 min", 0.857143 }, { "30 min", "5 min", 0.857143 },
        { "5 min", "2 min", 0.714286 }, { "10 min", "2 min", 0.833333 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *failure = g_strdup_printf("kind = churn\nsession = exponential(%s)\ndowntime = exponential(%s)",
                                                   rows[i].session, rows[i].downtime);
        g_autofree char *text = churn_text(500, "1 h", failure);
        Sample sample = sample_metric(text, "available_mean", runs_of(80));
        judge_ratio(rows[i].session, &sample, rows[i].expected, 0);
    }
}

static void all_up_at_first(void)
{
    g_autofree char *text = churn_text(1000, "5 min", "kind = churn\nsession = exponential(30 min)\ndowntime = exponential(5 min)\nbegin = up");
    judge_up(text, 99, 400, 901.629, NAN);
}

static void failures_per_minute(void)
{
    static const struct { const char *session, *downtime; double expected; } rows[] = {
        { "5 min", "2 min", 73.1429 }, { "30 min", "5 min", 14.6286 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *failure = g_strdup_printf("kind = churn\nsession = exponential(%s)\ndowntime = exponential(%s)",
                                                   rows[i].session, rows[i].downtime);
        g_autofree char *text = churn_text(512, "30 min", failure);
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < runs_of(80); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            double downs = 0;
            for (guint e = 0; e < result->events->len; e++)
                downs += strcmp(g_array_index(result->events, EventRow, e).kind, "down") == 0;
            sample_add(&sample, downs, 30);
        }
        judge_ratio(rows[i].session, &sample, rows[i].expected, 0);
    }
}

static void arrivals_keep_a_poisson_number_up(void)
{
    static const char *const laws[] = { "exponential(300 s)", "constant(300 s)", "pareto(200 s, 3)" };
    for (size_t i = 0; i < G_N_ELEMENTS(laws); i++) {
        g_autofree char *failure = g_strdup_printf("kind = arrivals\nrate = 2 /s\nsession = %s", laws[i]);
        g_autofree char *text = churn_text(1000, "400 s", failure);
        judge_up(text, 0, 300, 600, 24.4949);
        judge_up(text, 99, 300, 600, 24.4949);
    }
    g_autofree char *empty = churn_text(1000, "10 min", "kind = arrivals\nrate = 2 /s\nsession = constant(300 s)\nbegin = down");
    judge_up(empty, 49, 300, 600, 24.4949);                 /* full after one session */
}

/* Who is up half-way, by the events alone. */
static bool *up_by_events(const RunResult *result, uint32_t nodes, double time_s)
{
    bool *up = g_new(bool, nodes);
    for (uint32_t v = 0; v < nodes; v++) up[v] = true;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        if (row->time_s <= time_s) up[row->node] = strcmp(row->kind, "up") == 0 || strcmp(row->kind, "join") == 0;
    }
    return up;
}

static void nodes_without_a_live_neighbor(void)
{
    static const struct { const char *session, *downtime; uint32_t nodes; double expected; } rows[] = {
        { "5 min", "2 min", 2000, 0.00190397 }, { "30 min", "5 min", 20000, 5.9499e-5 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint32_t nodes = rows[i].nodes;
        g_autofree char *failure = g_strdup_printf("kind = churn\nsession = exponential(%s)\ndowntime = exponential(%s)",
                                                   rows[i].session, rows[i].downtime);
        g_autofree char *text = churn_text(nodes, "1 min", failure);
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < runs_of(200); r++) {
            Recording recording = { .overlay = true };
            g_autoptr(RunResult) result = world_run(plan->scenarios[0], random_replication_seed(1, r), &recording, NULL);
            g_autofree bool *up = up_by_events(result, nodes, 30);
            g_autofree bool *reached = g_new0(bool, nodes);
            for (guint l = 0; l < result->links->len; l++) {
                const LinkRow *link = &g_array_index(result->links, LinkRow, l);
                reached[link->a] |= up[link->b], reached[link->b] |= up[link->a];
            }
            double alone = 0;
            for (uint32_t v = 0; v < nodes; v++) alone += !reached[v];
            sample_add(&sample, alone, nodes);
        }
        judge_ratio(rows[i].session, &sample, rows[i].expected, 0);
    }
}

/* A node hears the root if all between them are up. */
static void a_static_tree_under_churn(void)
{
    static const struct { const char *session, *downtime; uint64_t depth; double expected; } rows[] = {
        { "5 min", "2 min", 3, 0.510204 }, { "30 min", "5 min", 3, 0.734694 }, { "30 min", "5 min", 6, 0.462664 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "[scenario]\nduration = 10 ms\n[network]\nlatency = 1 us\n[overlay]\nkind = kary-tree\narity = 3\nnodes = 1093\n"
            "[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 1\n"
            "[failure churn]\nkind = churn\nsession = exponential(%s)\ndowntime = exponential(%s)\nspare = source\n",
            rows[i].session, rows[i].downtime);
        g_autoptr(Plan) plan = plan_text(text);
        Sample sample = { 0 };
        for (uint32_t r = 0; r < runs_of(2000); r++) {
            g_autoptr(RunResult) result = run_plan(plan, r, false);
            double expected = 0, delivered = 0;
            for (guint h = 0; h < result->histograms->len; h++) {
                const HistogramRow *row = &g_array_index(result->histograms, HistogramRow, h);
                if (row->low != rows[i].depth) continue;
                if (strcmp(row->name, "expected_by_depth") == 0) expected += (double)row->count;
                if (strcmp(row->name, "delivered_by_depth") == 0) delivered += (double)row->count;
            }
            sample_add(&sample, delivered, expected);
        }
        judge_ratio(rows[i].session, &sample, rows[i].expected, 0);
    }
}

/* Index of dispersion of the counts in windows of one gap, and empty windows. */
static void a_poisson_source(void)
{
    enum { COUNT = 20000 };
    g_autoptr(Plan) plan = plan_text("[scenario]\nduration = 20000 s\n[network]\nlatency = 1 us\n[overlay]\nkind = star\nnodes = 2\n"
                                     "[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 40000\ninterval = exponential(1 s)\n");
    g_autoptr(RunResult) result = run_plan(plan, 0, true);
    g_autofree double *counts = g_new0(double, COUNT);
    double sum = 0, squares = 0, empty = 0;
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (row->published < COUNT * SIM_S) counts[row->published / SIM_S]++;
    }
    for (int i = 0; i < COUNT; i++) sum += counts[i], squares += counts[i] * counts[i], empty += counts[i] == 0;
    double mean = sum / COUNT, variance = squares / COUNT - mean * mean;
    judge("dispersion", variance / mean, sqrt(2. / COUNT), 1, 0);
    judge("empty", empty / COUNT, sqrt(0.367879 * 0.632121 / COUNT), 0.367879, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/churn/A-77_availability_over_time", availability_over_time);
    g_test_add_func("/churn/A-78_availability_whatever_the_laws", availability_whatever_the_laws);
    g_test_add_func("/churn/A-79_all_up_at_first", all_up_at_first);
    g_test_add_func("/churn/A-80_failures_per_minute", failures_per_minute);
    g_test_add_func("/churn/A-81_arrivals_keep_a_poisson_number_up", arrivals_keep_a_poisson_number_up);
    g_test_add_func("/churn/A-85_a_static_tree_under_churn", a_static_tree_under_churn);
    g_test_add_func("/churn/A-87_nodes_without_a_live_neighbor", nodes_without_a_live_neighbor);
    g_test_add_func("/churn/A-107_a_poisson_source", a_poisson_source);
    return g_test_run();
}
