/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/expectation.h"

#include "results.h"

/* tree: ratio 0.25 and 0.75 (pooled 31/44), twice as much at the second point; mesh: 1. */
static void fill(RunResult *result, const RunKey *key)
{
    static const double above[] = { 1, 30 }, below[] = { 4, 40 };
    bool tree = strcmp(key->variant, "tree") == 0, second = strstr(key->point, "0.2") != NULL;
    guint r = key->replication % 2;
    synthetic_metric(result, "delivery_ratio", tree ? above[r] / below[r] : 1, tree ? above[r] : 5, tree ? below[r] : 5);
    synthetic_metric(result, "hops_mean", second ? 6 : 3, NAN, NAN);
}

typedef struct {
    const char *metric, *of, *where;
    bool pooled;
    ExpectOp op;
    double value, high;
    bool holds;
    double observed;            /* NaN: no data */
    const char *expected;
} Row;

static void operators(Results *results, gconstpointer unused)
{
    (void)unused;
    results->plan->replications = 2;
    g_autoptr(Samples) samples = results_make(results, fill);
    static const Row rows[] = {
        { "delivery_ratio", "mesh", NULL, false, EXPECT_EQ, 1, 0, true, 1, "eq 1" },
        { "delivery_ratio", "mesh", NULL, false, EXPECT_NE, 1, 0, false, 1, "ne 1" },
        { "delivery_ratio", "tree", NULL, false, EXPECT_EQ, 0.5, 0, true, 0.5, "eq 0.5" },
        { "delivery_ratio", "tree", NULL, true, EXPECT_EQ, 31.0 / 44, 0, true, 31.0 / 44, NULL },
        { "delivery_ratio", "tree", NULL, false, EXPECT_LT, 0.5, 0, false, 0.5, "lt 0.5" },
        { "delivery_ratio", "tree", NULL, false, EXPECT_LE, 0.5, 0, true, 0.5, "le 0.5" },
        { "delivery_ratio", "tree", NULL, false, EXPECT_GT, 0.5, 0, false, 0.5, "gt 0.5" },
        { "delivery_ratio", "tree", NULL, false, EXPECT_GE, 0.5, 0, true, 0.5, "ge 0.5" },
        { "delivery_ratio", "tree", NULL, false, EXPECT_WITHIN, 0.4, 0.5, true, 0.5, "within 0.4 .. 0.5" },
        { "delivery_ratio", "tree", NULL, false, EXPECT_WITHIN, 0.51, 0.6, false, 0.5, "within 0.51 .. 0.6" },
        { "delivery_ratio", NULL, NULL, false, EXPECT_GE, 0.6, 0, false, 0.5, "ge 0.6" },     /* the tree fails it */
        { "hops_mean", NULL, NULL, false, EXPECT_EQ, 3, 0, false, 6, "eq 3" },                /* at the second point */
        { "hops_mean", NULL, "failure.crashes.fraction=10 %", false, EXPECT_EQ, 3, 0, true, 3, "eq 3" },
        { "hops_mean", NULL, "failure.crashes.fraction = 0.2", false, EXPECT_EQ, 6, 0, true, 6, "eq 6" },
        { "hops_mean", NULL, "failure.crashes.fraction=0.3", false, EXPECT_EQ, 6, 0, false, NAN, "eq 6" },
        { "hops_mean", NULL, NULL, true, EXPECT_GE, 0, 0, false, NAN, "ge 0" },               /* is no ratio */
        { "stretch_mean", NULL, NULL, false, EXPECT_NE, 0, 0, false, NAN, "ne 0" },           /* not measured */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *where[] = { (char *)rows[i].where, NULL };
        Expect expect = { (char *)"e", (char *)rows[i].metric, (char *)rows[i].of, rows[i].where ? where : NULL,
                          rows[i].pooled, rows[i].op, rows[i].value, rows[i].high, 12 };
        g_ptr_array_set_size(results->plan->expects, 0);
        g_ptr_array_add(results->plan->expects, &expect);
        g_autoptr(GArray) verdicts = expectation_judge(results->plan, samples);
        const Verdict *verdict = &g_array_index(verdicts, Verdict, 0);
        g_test_message("row %zu", i);
        g_assert_true(verdict->holds == rows[i].holds);
        if (isnan(rows[i].observed)) g_assert_true(isnan(verdict->observed));
        else g_assert_cmpfloat_with_epsilon(verdict->observed, rows[i].observed, 1e-15);
        if (rows[i].expected) g_assert_cmpstr(verdict->expected, ==, rows[i].expected);
    }
}

static void what_fails_is_told_with_its_line(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    Expect bad = { (char *)"few-hops", (char *)"hops_mean", NULL, NULL, false, EXPECT_LT, 5, 0, 31 };
    Expect good = { (char *)"some", (char *)"hops_mean", NULL, NULL, false, EXPECT_GT, 1, 0, 35 };
    g_ptr_array_add(results->plan->expects, &good);
    g_autoptr(GArray) fine = expectation_judge(results->plan, samples);
    g_assert_null(expectation_error(results->plan, fine));
    g_ptr_array_add(results->plan->expects, &bad);
    g_autoptr(GArray) verdicts = expectation_judge(results->plan, samples);
    g_autoptr(GError) error = expectation_error(results->plan, verdicts);
    g_assert_error(error, SIM_ERROR, SIM_ERROR_EXPECTATION);
    g_assert_cmpint(sim_error_status(error), ==, 3);
    g_assert_cmpstr(error->message, ==, "/nowhere/two.ini:31: [expect few-hops] hops_mean: lt 5 is expected, 6 was seen "
                                        "(tree, fraction = 0.2)");
}

#define CASE(name) g_test_add("/expectation/" #name, Results, "swept", results_set_up, name, results_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(operators);
    CASE(what_fails_is_told_with_its_line);
    return g_test_run();
}
