/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses on one link, against the laws of Bernoulli, and of Gilbert and Elliott;
 * what comes too late, against that of Erlang. */
#include "judge.h"

enum { MESSAGES = 20000 };

/* Which of the messages over one link are lost, in the order sent. */
static bool *losses(const Plan *plan, uint32_t replication)
{
    g_autoptr(RunResult) result = run_plan(plan, replication, true);
    bool *lost = g_new(bool, MESSAGES);
    for (int i = 0; i < MESSAGES; i++) lost[i] = true;
    for (guint i = 0; i < result->deliveries->len; i++) lost[g_array_index(result->deliveries, DeliveryRow, i).publication] = false;
    g_assert_cmpfloat(metric_value(result, "dropped_loss"), ==, MESSAGES - (double)result->deliveries->len);
    return lost;
}

typedef struct { Sample share, run, long_runs, correlation; } Seen;

/* Bursts that begin and end inside; pairs for the correlation of neighbors. */
static void look(const bool *lost, double mean, Seen *seen)
{
    double total = 0, runs = 0, in_runs = 0, three = 0, both = 0;
    for (int i = 1, run = 0; i < MESSAGES; i++) {
        total += lost[i];
        both += (lost[i] - mean) * (lost[i - 1] - mean);
        if (lost[i]) run++;
        else if (run) runs++, in_runs += run, three += run >= 3, run = 0;
    }
    sample_add(&seen->share, total, MESSAGES - 1);
    sample_add(&seen->run, in_runs, runs);
    sample_add(&seen->long_runs, three, runs);
    sample_add(&seen->correlation, both, (MESSAGES - 1) * mean * (1 - mean));
}

static Seen observe(const char *network, const char *failure, double mean)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\ndrain = 1 s\n[network]\nlatency = 1 ms\n%s\n[overlay]\nkind = chain\nnodes = 2\n[protocol]\nkind = flood\n"
        "[workload w]\nkind = publish\npublications = %d\ninterval = 10 us\nsize = 1 B\n%s\n", network, MESSAGES, failure);
    g_autoptr(Plan) plan = plan_text(text);
    Seen seen = { 0 };
    for (uint32_t r = 0; r < lighter(g_test_slow() ? 200 : 20); r++) {
        g_autofree bool *lost = losses(plan, r);
        look(lost, mean, &seen);
    }
    return seen;
}

static void each_by_itself(void)
{
    Seen seen = observe("loss = 10 %", "", 0.1);
    judge_ratio("share", &seen.share, 0.1, 0);
    judge_ratio("run", &seen.run, 1.11111, 0);
    judge_ratio("runs of 3 and more", &seen.long_runs, 0.01, 0);
    judge_ratio("correlation", &seen.correlation, 0, 0);
}

static void in_bursts(void)
{
    static const struct { const char *loss; double share, burst, correlation; } rows[] = {
        { "gilbert-elliott(0.01, 0.2)", 0.047619, 5, 0.79 }, { "gilbert-elliott(1 %, 20 %, 0, 50 %)", 0.0238095, 1.66667, NAN },
        { "gilbert-elliott(0.02, 0.3, 0.001, 0.4)", 0.0259375, 1.37079, NAN },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (int failure = 0; failure < 2; failure++) {             /* the network's, or a failure's */
            g_autofree char *loss = g_strdup_printf("loss = %s", rows[i].loss);
            g_autofree char *section = g_strdup_printf("[failure bursts]\nkind = loss\n%s", loss);
            Seen seen = failure ? observe("", section, rows[i].share) : observe(loss, "", rows[i].share);
            judge_ratio(rows[i].loss, &seen.share, rows[i].share, 0);
            judge_ratio("burst", &seen.run, rows[i].burst, 0);
            if (!isnan(rows[i].correlation)) judge_ratio("correlation", &seen.correlation, rows[i].correlation, 0);
        }
}

/* The sum of d exponential hops stays below the deadline: messages each by itself, or ways that are drawn. */
static void in_time(void)
{
    enum { PUBLICATIONS = 20000 };
    static const struct { uint32_t hops; double expected; } rows[] = { { 2, 0.982649 }, { 5, 0.714943 }, { 8, 0.25602 } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double p = rows[i].expected;
        g_autofree char *rest = g_strdup_printf("[overlay]\nkind = chain\nnodes = %u\n[protocol]\nkind = tree\n[group last]\nmembers = %u..%u\n"
                                                "[workload w]\nkind = publish\ninterval = 10 ms\ngroup = last\n", rows[i].hops + 1, rows[i].hops, rows[i].hops);
        g_autofree char *jitter = g_strdup_printf("[scenario]\ndeadline = 300 ms\n[network]\nlatency = 0 s\njitter = exponential(50 ms)\nreorder = yes\n"
                                                  "%spublications = %d\n", rest, PUBLICATIONS);
        g_autoptr(RunResult) result = run_text(jitter, 0);
        judge("jitter", metric_value(result, "delivery_ratio"), sqrt(p * (1 - p) / PUBLICATIONS), p, 0);
        g_autofree char *drawn = g_strdup_printf("[scenario]\ndeadline = 300 ms\n[network]\nlatency = exponential(50 ms)\n%spublications = 1\n", rest);
        Sample sample = sample_metric(drawn, "delivery_ratio", g_test_slow() ? 20000 : 2000);
        judge("latency", sample.num / sample.den, sqrt(p * (1 - p) / sample.n), p, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loss/A-88_each_by_itself", each_by_itself);
    g_test_add_func("/loss/A-89_in_bursts", in_bursts);
    g_test_add_func("/loss/A-74_in_time", in_time);
    return g_test_run();
}
