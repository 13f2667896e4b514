/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/overview.h"

#include "report/digits.h"
#include "results.h"

static void numbers_have_the_digits_that_are_known(void)
{
    static const struct { double value, half; const char *text; } rows[] = {
        { 0.71234, 0.0213, "0.712 ± 0.021" },   { 138.793, 4.71, "138.8 ± 4.7" },   { 9990, 0, "9990 ± 0" },
        { 6949.3, 699, "6949 ± 699" },          { 150, NAN, "150" },                { 1.0 / 3, NAN, "0.333333" },
        { 6.0133634, 7.8e-6, "6.01336 ± 7.8e-06" }, { 0.00012345, 0.0000021, "0.0001234 ± 0.0000021" },
        { -0.5, 0.25, "-0.50 ± 0.25" },         { NAN, NAN, "–" },                  { 0, 0.13, "0.00 ± 0.13" },
        { 123456789, 0, "123456789 ± 0" },      { 12.5, 12.5, "12 ± 12" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Estimate estimate = { .count = 5, .value = rows[i].value, .low = rows[i].value - rows[i].half,
                              .high = rows[i].value + rows[i].half };
        g_autofree char *text = digits_estimate(&estimate);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
    Estimate less = { .count = 5, .value = -0.5, .low = -0.75, .high = -0.25 };
    g_autofree char *signed_text = digits_difference(&less);
    g_assert_cmpstr(signed_text, ==, "−0.50 ± 0.25");
}

static Table *small_table(void)
{
    Table *table = table_new("lr");
    const char *const cells[] = { "name", "a|b_c", "Grüße", "1 ± 2", "日本", "50 %", "esc\x1b[2J\n", "−3" };
    for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) table_add(table, cells[i]);
    return table;
}

static void tables_align_and_escape(void)
{
    static const struct { TableStyle style; const char *text; } rows[] = {
        { TABLE_PLAIN, "name      a|b_c\nGrüße     1 ± 2\n日本       50 %\nesc?[2J?     −3\n" },
        { TABLE_MARKDOWN, "| name | a\\|b\\_c |\n| --- | ---: |\n| Grüße | 1 ± 2 |\n| 日本 | 50 % |\n| esc?[2J? | −3 |\n" },
        { TABLE_LATEX, "\\begin{tabular}{lr}\n\\hline\nname & a|b\\_c \\\\\n\\hline\nGrüße & 1 $\\pm$ 2 \\\\\n"
                       "日本 & 50 \\% \\\\\nesc?[2J? & $-$3 \\\\\n\\hline\n\\end{tabular}\n" },
    };
    g_autoptr(Table) table = small_table();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GString *out = g_string_new("");
        table_write(table, rows[i].style, out);
        g_assert_cmpstr(out->str, ==, rows[i].text);
        g_string_free(out, TRUE);
    }
}

static void fill(RunResult *result, const RunKey *key)
{
    bool tree = strcmp(key->variant, "tree") == 0;
    synthetic_metric(result, "hops_max", 9, NAN, NAN);
    synthetic_metric(result, "delivery_ratio", tree ? 0.5 + 0.1 * key->replication : 1, 1, 2);
    result->wall_s = 1;
}

static void one_point_has_a_row_a_metric(Results *results, gconstpointer unused)
{
    (void)unused;
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *text = overview_text(samples, 0, NULL, TABLE_PLAIN);
    g_assert_cmpstr(text, ==,
                    "a title: seed 1, 3 replications\n\n"
                    "                       tree   mesh\n"
                    "delivery_ratio  0.60 ± 0.25  1 ± 0\n\n"
                    "Difference to tree, paired by replication:\n\n"
                    "                        mesh\n"
                    "delivery_ratio  +0.40 ± 0.25\n\n"
                    "Mean ± half-width of the 95 % confidence interval (Student t) over 3 replications.\n"
                    "delivery_ratio: of the members that were up from the publication until its deadline or the end of "
                    "the\nrun, or that got it; the source itself does not count.\n"
                    "0 ± 0 or 1 ± 0: so in each of 3 runs, which leaves up to 64 % of runs (95 %) in which it is not so.\n"
        "Also measured, in summary.csv: hops_max, events\n");
}

static void a_sweep_has_a_row_a_point(Results *results, gconstpointer unused)
{
    (void)unused;
    g_free(results->plan->title);
    results->plan->title = g_strdup("\x1b[31mred\n");
    g_autoptr(Samples) samples = results_make(results, fill);
    g_autofree char *text = overview_text(samples, 1, NULL, TABLE_PLAIN);
    g_assert_true(g_str_has_prefix(text, "?[31mred?: seed 1"));
    g_assert_nonnull(strstr(text, "delivery_ratio         tree   mesh\n"
                                  "fraction = 0.1  0.60 ± 0.25  1 ± 0\n"
                                  "fraction = 0.2  0.60 ± 0.25  1 ± 0\n\n"));
    g_assert_nonnull(strstr(text, "Difference to mesh, paired by replication:\n\n"
                                  "delivery_ratio          tree\n"
                                  "fraction = 0.1  −0.40 ± 0.25\n"));
    g_assert_null(strstr(text, "wall_s"));
    g_assert_null(strstr(text, "events_per_s"));
}

#define CASE(name, swept) g_test_add("/overview/" #name, Results, swept, results_set_up, name, results_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/overview/numbers_have_the_digits_that_are_known", numbers_have_the_digits_that_are_known);
    g_test_add_func("/overview/tables_align_and_escape", tables_align_and_escape);
    CASE(one_point_has_a_row_a_metric, NULL);
    CASE(a_sweep_has_a_row_a_point, "swept");
    return g_test_run();
}
