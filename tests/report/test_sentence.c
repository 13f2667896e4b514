/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/sentence.h"

#include <math.h>

/* A difference of `value` ± `half`, of means `base` and base + value. */
static Finding finding_of(const char *metric, double base, double value, double half)
{
    Estimate difference = { 20, value, value - half, value + half, half > 0 ? 1 : 0, value, value };
    return (Finding){
        .metric = metric, .variant = "mesh", .against = "tree", .paired = { .difference = difference }, .p = 0.001,
        .base = { .count = 20, .value = base }, .other = { .count = 20, .value = base + value },
    };
}

static void each_kind_of_metric_is_said_in_its_unit(void)
{
    static const struct { const char *metric; double base, value, half; const char *said; } rows[] = {
        { "delivery_ratio", 0.7, 0.286, 0.021, "mesh delivers 28.6 ± 2.1 points more" },
        { "delivery_ratio", 0.7, -0.286, 0.021, "mesh delivers 28.6 ± 2.1 points less" },
        { "delivery_ratio_all", 0.7, 0.1, 0.01, "mesh delivers 10.0 ± 1.0 points more, of all members" },
        { "reach_90_share", 0.7, 0.1, 0.01, "reach 90 share is 10.0 ± 1.0 points higher" },
        { "latency_p99_ms", 300, -61, 4.2, "latency p99 is 61.0 ± 4.2 ms lower" },
        { "warmup_s", 1, 2, 0.5, "warmup s is 2.00 ± 0.50 s higher" },
        { "messages", 1000, 5100, 30, "mesh sends 6.1 times the messages" },
        { "messages", 1000, -840, 30, "mesh sends 0.16 times the messages" },
        { "messages", 1000, 4, 1, "mesh sends 1.004 times the messages" },
        { "duplicates", 0, 12, 3, "mesh has 12.0 ± 3.0 duplicates, tree none" },
        { "duplicates", 12, -12, 3, "mesh has no duplicates, tree 12.0 ± 3.0" },
        { "hops_mean", 5, -1.82, 0.1, "the mean of hops is 1.82 ± 0.10 lower" },
        { "redundancy", 4, 45, 0, "redundancy is 45 higher" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Finding finding = finding_of(rows[i].metric, rows[i].base, rows[i].value, rows[i].half);
        g_assert_true(finding_holds(&finding));
        g_autofree char *clause = finding_clause(&finding, "mesh");
        g_assert_cmpstr(clause, ==, rows[i].said);
    }
}

static void what_is_not_found_says_how_well_one_looked(void)
{
    Finding finding = finding_of("delivery_ratio", 0.7, 0.001, 0.004);
    finding.p = 0.3;
    g_assert_false(finding_holds(&finding));
    g_autofree char *verdict = finding_verdict(&finding);
    g_assert_cmpstr(verdict, ==, "no difference found at this precision: half-width 0.4 points; "
                                 "one of the size seen takes about 320 replications");
    finding.paired.difference.count = 1;
    g_autofree char *one = finding_verdict(&finding);
    g_assert_cmpstr(one, ==, "one pair proves nothing: more replications are needed");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sentence/each_kind_of_metric_is_said_in_its_unit", each_kind_of_metric_is_said_in_its_unit);
    g_test_add_func("/sentence/what_is_not_found_says_how_well_one_looked", what_is_not_found_says_how_well_one_looked);
    return g_test_run();
}
