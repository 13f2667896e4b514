/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/comparison.h"

#include "report/crossover.h"
#include "results.h"

/* Differences of mesh to tree: at the first point a[r], at the second b[r]. */
static const double first[] = { 2.6, 4, 5.4 }, second[] = { -1, -2, -3 };

static void fill(RunResult *result, const RunKey *key)
{
    bool tree = strcmp(key->variant, "tree") == 0, later = strstr(key->point, "0.2") != NULL;
    double noise = 100 + 50.0 * key->replication;           /* common to both variants */
    double extra = tree ? 0 : (later ? second : first)[key->replication];
    synthetic_metric(result, "latency_mean_ms", noise + extra, NAN, NAN);
    synthetic_metric(result, "equal", 5, NAN, NAN);
    synthetic_metric(result, "shifted", tree ? 2 : 3, NAN, NAN);
}

static GArray *all_metrics(const Samples *samples)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint m = 0; m < samples->metrics->len; m++)
        if (!samples_measures_machine(samples_metric(samples, m))) g_array_append_val(all, m);
    return all;
}

static void says_what_differs_in_plain_words(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autoptr(GArray) all = all_metrics(samples);
    g_autofree char *text = comparison_text(samples, 0, all);
    g_test_message("%s", text);
    g_assert_nonnull(strstr(text, "mesh against tree\n\n"
        "    mean latency is 4.0 ± 3.5 ms higher; shifted is 1 higher; the same in every replication: equal,\n"
        "    events.\n\n"
        "                 tree  mesh  difference  variance  verdict\n"
        "latency_mean_ms   150   154  +4.0 ± 3.5    −100 %  mean latency is 4.0 ± 3.5 ms higher\n"
        "equal               5     5       0 ± 0         –  the same in every replication\n"
        "shifted             2     3      +1 ± 0         –  shifted is 1 higher\n"));
    g_assert_null(strstr(text, "Holm"));
    g_autofree char *turned = comparison_text(samples, 1, all);
    g_assert_nonnull(strstr(turned, "tree against mesh"));
    g_assert_nonnull(strstr(turned, "−4.0 ± 3.5"));
}

static void many_comparisons_are_judged_together(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autoptr(GArray) all = all_metrics(samples);
    g_autofree char *text = comparison_text(samples, 0, all);
    g_test_message("%s", text);
    g_assert_nonnull(strstr(text, "allows for the 2 comparisons of its metric (Holm"));
    /* p = 0.0385 and 0.0742, so 0.0770 and 0.0770 together. */
    g_assert_nonnull(strstr(text, "+4.0 ± 3.5    −100 %  no difference found at this precision: "
                                                                        "half-width 3.5 ms, among so many comparisons"));
    g_assert_nonnull(strstr(text, "half-width 2.5 ms; one of the size seen takes about 5 replications"));
    g_assert_nonnull(strstr(text, "\n  fraction = 0.1: shifted is 1 higher;\n"
                                  "    no difference found at this precision in mean latency (half-width 3.5 ms);\n"));
    g_assert_nonnull(strstr(text, "\nThe winner changes at fraction = 0.167 (95 %: 0.158 .. 0.175)"));
}

static void few_pairs_prove_nothing(Results *results, gconstpointer unused)
{
    (void)unused;
    results->plan->replications = 1;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autoptr(GArray) all = all_metrics(samples);
    g_autofree char *text = comparison_text(samples, 0, all);
    g_assert_nonnull(strstr(text, "one pair proves nothing"));
}

/* Means 4 and -2: the line from (0.1, 4) to (0.2, -2) meets 0 at 0.1 + 0.1 * 2/3;
 * the share has the linearised values s + (4 (b + 2) + 2 (a - 4)) / 36: a spread of 1.2/36. */
static void the_sign_changes_where_the_line_meets_zero(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autoptr(GArray) found = crossover_find(samples, 1, 0, 0);
    g_assert_cmpuint(found->len, ==, 1);
    const Crossover *crossover = &g_array_index(found, Crossover, 0);
    g_assert_cmpuint(crossover->before, ==, 0);
    g_assert_cmpuint(crossover->after, ==, 1);
    g_assert_cmpfloat_with_epsilon(crossover->share, 2.0 / 3, 1e-12);
    double reach = statistics_student(0.975, 2) * (1.2 / 36) / sqrt(3);
    g_assert_cmpfloat_with_epsilon(crossover->high - crossover->low, 2 * reach, 1e-12);
    g_assert_false(crossover->certain);
    g_autofree char *text = crossover_text(samples, crossover);
    g_assert_cmpstr(text, ==, "fraction = 0.167 (95 %: 0.158 .. 0.175); the signs around it are not certain");
    g_autoptr(GArray) none = crossover_find(samples, 1, 0, 1);
    g_assert_cmpuint(none->len, ==, 0);
}

static void a_crossover_keeps_the_unit_of_the_sweep(Results *results, gconstpointer unused)
{
    (void)unused;
    for (int i = 0; i < 2; i++) {
        g_free(results->plan->points[i].json);
        results->plan->points[i].json = g_strdup(i ? "{\"failure.crashes.fraction\": 0.2, \"network.latency\": \"1 s\"}"
                                                   : "{\"failure.crashes.fraction\": 0.2, \"network.latency\": \"10 ms\"}");
    }
    g_autoptr(Samples) samples = samples_read(results->directory, SAMPLES_ALL, NULL);
    g_assert_null(samples);
    Crossover crossover = { .before = 0, .after = 1, .certain = true, .share = 0.5, .low = NAN, .high = NAN };
    samples = results_make(results, fill);
    g_autofree char *text = crossover_text(samples, &crossover);
    g_assert_cmpstr(text, ==, "latency = 505 ms");
}

#define CASE(name, swept) g_test_add("/comparison/" #name, Results, swept, results_set_up, name, results_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(says_what_differs_in_plain_words, NULL);
    CASE(many_comparisons_are_judged_together, "swept");
    CASE(few_pairs_prove_nothing, NULL);
    CASE(the_sign_changes_where_the_line_meets_zero, "swept");
    CASE(a_crossover_keeps_the_unit_of_the_sweep, "swept");
    return g_test_run();
}
