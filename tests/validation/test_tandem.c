/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Relays in a row and in a loop against closed forms (VALIDATION.md, A-71 and A-72): consumers that take a message from
 * a queue, work on it for a time drawn afresh, and put it into the next one.  Runs are the batches. */
#include "judge.h"

/* At node 0 alone: what is at hand costs nothing. */
#define HEAD "[network]\nlatency = 1 us\n[overlay]\nkind = star\nnodes = 2\n[process r]\nnode = 0\ncount = 8\n"

static char *tandem(unsigned hops, unsigned messages)
{
    GString *text = g_string_new(HEAD);
    g_string_append_printf(text, "[scenario]\nduration = %u s\n", messages * 2 + 1000);
    for (unsigned i = 0; i <= hops; i++) g_string_append_printf(text, "[queue q%u]\nnode = 0\n", i);
    for (unsigned i = 0; i < hops; i++)
        g_string_append_printf(text, "[consumer c%u]\nprocesses = r[%u]\nfrom = q%u\nforward = q%u\nservice-time = exponential(1 s)\n",
                               i, i, i, i + 1);
    g_string_append_printf(text, "[consumer end]\nprocesses = r[6]\nfrom = q%u\n", hops);
    g_string_append_printf(text, "[producer p]\nprocesses = r[7]\nto = q0\narrivals = exponential(2 s)\ncount = %u\n", messages);
    return g_string_free(text, FALSE);
}

typedef struct { const char *what, *metric; double expected, grain; } Row;

/* Numbers of the last queue's consumer, from the making of a message to its end, each over the same runs; `grain` is a
 * share of what is expected. */
static void judge_rows(const char *text, const Row *rows, unsigned count)
{
    enum { RUNS = 30, MOST = 3 };
    Sample samples[MOST] = { 0 };
    g_autoptr(Plan) plan = plan_text(text);
    for (uint32_t r = 0; r < RUNS; r++) {
        g_autoptr(RunResult) result = run_plan(plan, r, false);
        for (unsigned i = 0; i < count; i++) sample_add(&samples[i], metric_value(result, rows[i].metric), 1);
    }
    for (unsigned i = 0; i < count; i++) {
        double error, value = sample_ratio(&samples[i], &error);
        judge(rows[i].what, value, error, rows[i].expected, rows[i].grain * rows[i].expected);
    }
}

enum { MESSAGES = 8000 };

static void five_relays_are_erlang(void)
{
    g_autofree char *text = tandem(5, MESSAGES);
    /* Percentiles come from a histogram of 1 %.  The first messages find empty relays: 20 of 8,000, half as long. */
    static const Row rows[] = {
        { "five relays, mean (ms)", "consumer_latency_mean_ms[end]", 10000, 0.001 },
        { "95th percentile", "consumer_latency_p95_ms[end]", 18307, 0.005 },
        { "99th percentile", "consumer_latency_p99_ms[end]", 23209.3, 0.005 },
    };
    judge_rows(text, rows, G_N_ELEMENTS(rows));
}

static void one_relay_is_exponential(void)
{
    static const Row rows[] = {
        { "one relay, mean (ms)", "consumer_latency_mean_ms[end]", 2000, 0.001 },
        { "95th percentile", "consumer_latency_p95_ms[end]", 5991.5, 0.005 },
    };
    g_autofree char *text = tandem(1, MESSAGES);
    judge_rows(text, rows, G_N_ELEMENTS(rows));
}

/* A quarter of what the second relay has done goes back to the first: backed out once, and moved by the queue manager's
 * rule for poison to its backout queue, which here is the first one's. */
static void a_loop_is_a_network_of_jackson(void)
{
    static const char text[] = HEAD
        "[scenario]\nduration = 40000 s\n[qmgr M]\nnode = 0\n[mq-queue M.ONE]\nmaxdepth = 0\n[mq-queue M.END]\nmaxdepth = 0\n"
        "[mq-queue M.TWO]\nmaxdepth = 0\nbackout-threshold = 1\nbackout-queue = ONE\n"
        "[producer p]\nprocesses = r[7]\nto = ONE@M\narrivals = exponential(3.3333333333 s)\ncount = 10000\n"
        "[consumer one]\nprocesses = r[0]\nfrom = ONE@M\nforward = TWO@M\nservice-time = exponential(1 s)\n"
        "[consumer two]\nprocesses = r[1]\nfrom = TWO@M\nforward = END@M\nservice-time = exponential(1.25 s)\nack = uow\n"
        "reject-rate = 25 %\nrequeue = yes\n"
        "[consumer end]\nprocesses = r[6]\nfrom = END@M\n";
    static const Row rows[] = { { "time in the network, mean (ms)", "consumer_latency_mean_ms[end]", 5555.56, 0.001 } };
    judge_rows(text, rows, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/validation/tandem/A-71 five relays are Erlang", five_relays_are_erlang);
    g_test_add_func("/validation/tandem/A-71 one relay is exponential", one_relay_is_exponential);
    g_test_add_func("/validation/tandem/A-72 a loop is a network of Jackson", a_loop_is_a_network_of_jackson);
    return g_test_run();
}
