/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rumour mongering among 1,000 sites, against its limits and the published tables. */
#include "judge.h"

enum { SITES = 1000 };

typedef struct { Sample residue, traffic, last; } Outcome;

static Outcome spread(const char *protocol, uint32_t runs)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = 200 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = complete\nnodes = %d\n"
        "[protocol]\nkind = rumour\ninterval = 1 s\n%s\n"
        "[workload w]\nkind = publish\npublications = 1\n", SITES, protocol);
    g_autoptr(Plan) plan = plan_text(text);
    Outcome out = { 0 };
    for (uint32_t r = 0; r < runs; r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        double reached = metric_value(result, "deliveries");
        sample_add(&out.residue, SITES - 1 - reached, SITES);
        sample_add(&out.traffic, metric_value(result, "payload_messages"), SITES);
        if (reached) sample_add(&out.last, ceil(metric_value(result, "latency_max_ms") / 1000), 1);
    }
    return out;
}

/* A published value with the gate that is given for it, as a share of it.  Where
 * nothing was counted at all, that must be likelier than a miss by 4 standard
 * errors: exp(-9.7) is 6e-5. */
static void gate(const char *what, const Sample *sample, double published, double share)
{
    if (sample->num == 0) {
        g_test_message("%s: none in %g, expected %.3g", what, sample->den, published * sample->den);
        g_assert_cmpfloat(published * sample->den, <=, 9.7);
        return;
    }
    judge_ratio(what, sample, published, share * published);
}

static void coin_and_feedback_leave_the_limit(void)
{
    static const double expected[] = { 0.203188, 0.0595202, 0.0198274, 0.00697715, 0.00251646 };
    for (int k = 1; k <= 5; k++) {
        g_autofree char *protocol = g_strdup_printf("interest = feedback\nstop = coin\nk = %d", k);
        Outcome out = spread(protocol, 60);
        judge_ratio(protocol, &out.residue, expected[k - 1], 0.01);
    }
}

static void blind_coin_dies_at_once(void)
{
    Outcome out = spread("interest = blind\nstop = coin\nk = 1", 2000);
    judge_ratio("residue", &out.residue, 0.959717, 0);
    judge_ratio("traffic", &out.traffic, 0.0402834, 0);
}

static void push_with_counter_follows_table_1(void)
{
    static const struct { double residue, traffic, last; } rows[] = {
        { 0.18, 1.7, 16.8 }, { 0.037, 3.3, 16.9 }, { 0.011, 4.5, 17.4 }, { 0.0036, 5.6, 17.5 }, { 0.0012, 6.7, 17.7 },
    };
    for (int k = 1; k <= 5; k++) {
        g_autofree char *protocol = g_strdup_printf("synchronous = yes\ninterest = feedback\nstop = counter\nk = %d", k);
        Outcome out = spread(protocol, 60);
        gate("residue", &out.residue, rows[k - 1].residue, 0.10);
        gate("traffic", &out.traffic, rows[k - 1].traffic, 0.03);
        judge_ratio("t_last", &out.last, rows[k - 1].last, 0.5);
        double error, residue = sample_ratio(&out.residue, &error), traffic = sample_ratio(&out.traffic, &error);
        g_assert_cmpfloat(fabs(residue - exp(-traffic)), <=, 0.15 * exp(-traffic));     /* */
    }
}

static void pull_with_counter_follows_table_3(void)
{
    static const struct { double residue, traffic, last; } rows[] = { { 3.1e-2, 2.7, 17.6 }, { 5.8e-4, 4.5, 15.4 }, { 4e-6, 6.1, 14.0 } };
    for (int k = 1; k <= 3; k++) {
        g_autofree char *protocol = g_strdup_printf("synchronous = yes\nmode = pull\ninterest = feedback\nstop = counter\nk = %d", k);
        Outcome out = spread(protocol, lighter(k == 1 ? 100 : 200));
        gate("residue", &out.residue, rows[k - 1].residue, 0.15);
        gate("traffic", &out.traffic, rows[k - 1].traffic, 0.03);
        judge_ratio("t_last", &out.last, rows[k - 1].last, 0.5);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rumour/A-43_coin_and_feedback_leave_the_limit", coin_and_feedback_leave_the_limit);
    g_test_add_func("/rumour/A-44_blind_coin_dies_at_once", blind_coin_dies_at_once);
    g_test_add_func("/rumour/A-45_B-24_push_with_counter_follows_table_1", push_with_counter_follows_table_1);
    g_test_add_func("/rumour/B-26_pull_with_counter_follows_table_3", pull_with_counter_follows_table_3);
    return g_test_run();
}
