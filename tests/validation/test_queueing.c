/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server and its callers against queueing theory. */
#include "judge.h"

/* Customers of a replication, and replications; the start of an empty line is no part of
 * what is expected, so a replication is long. */
static uint32_t customers(void) { return g_test_slow() ? 100000 : 10000; }
static uint32_t runs(void) { return g_test_slow() ? 20 : 10; }

/* Open arrivals at one server on the caller's own node: no network between them. */
static char *open_text(const char *arrivals, const char *service, const char *more)
{
    return g_strdup_printf("[scenario]\nduration = 10000000 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\nnodes = 3\n"
        "[process server]\n[process client]\n[rpc s]\nserver = server\nsemantics = maybe\nservice-time = %s\n%s\n"
        "[rpc-client c]\nprocesses = client\nrpc = s\nloop = open\narrivals = %s\nrequest-size = 0 B\ncalls = %u\n",
        service, more, arrivals, customers());
}

static void judge_metric(const char *text, const char *metric, double expected, double allowance)
{
    Sample sample = sample_metric(text, metric, runs());
    judge_ratio(metric, &sample, expected, allowance);
}

/* For shares and means over the whole run: it ends after so long, and callers never do. */
static char *cut(char *text, double seconds)
{
    g_autofree char *end = g_strdup_printf("duration = %.0f s", seconds), *calls = g_strdup_printf("calls = %u\n", customers());
    g_auto(GStrv) parts = g_strsplit(text, "duration = 10000000 s", 2);
    g_autofree char *ended = g_strjoinv(end, parts);
    g_auto(GStrv) rest = g_strsplit(ended, calls, 2);
    g_free(text);
    return g_strjoinv("calls = 4000000000\n", rest);
}

static void a_58(void)
{
    g_autofree char *text = cut(open_text("exponential(1.25 s)", "exponential(1 s)", ""), 1.25 * customers());
    judge_metric(text, "rpc_latency_mean_ms[c]", 5000, 0);
    judge_metric(text, "rpc_line_mean[s]", 3.2, 0);
    judge_metric(text, "rpc_latency_p99_ms[c]", 23025.9, 0.004 * 23025.9);     /* half a bucket of the histogram */
    judge_metric(text, "rpc_idle_share[s]", 0.2, 0);
}

static void a_59_and_60(void)
{
    static const struct { const char *arrivals, *service; double sojourn; } rows[] = {
        { "exponential(1.25 s)", "constant(1 s)", 3 }, { "exponential(2 s)", "constant(1 s)", 1.5 },
        { "exponential(1.25 s)", "gamma(1 s, 0.25)", 11 }, { "exponential(1.25 s)", "uniform(0 s, 2 s)", 3.66667 },
        { "exponential(1.25 s)", "gamma(1 s, 2)", 4 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = open_text(rows[i].arrivals, rows[i].service, "");
        g_test_message("%s", rows[i].service);
        judge_metric(text, "rpc_latency_mean_ms[c]", 1000 * rows[i].sojourn, 0);
    }
}

static void a_61(void)
{
    g_autofree char *text = open_text("exponential(312.5 ms)", "exponential(1 s)", "threads = 4");
    judge_metric(text, "rpc_waited_share[s]", 0.596432, 0);
    judge_metric(text, "rpc_wait_mean_ms[s]", 745.541, 0);
    judge_metric(text, "rpc_latency_mean_ms[c]", 1745.54, 0);
}

static void a_63(void)
{
    static const struct { const char *arrivals, *service, *places; double blocked; } rows[] = {
        { "exponential(125 ms)", "exponential(1 s)", "threads = 10\ncapacity = 10", 0.121661 },
        { "exponential(125 ms)", "uniform(0 s, 2 s)", "threads = 10\ncapacity = 10", 0.121661 },
        { "exponential(333.333333 ms)", "constant(1 s)", "threads = 5\ncapacity = 5", 0.110054 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = open_text(rows[i].arrivals, rows[i].service, rows[i].places);
        judge_metric(text, "rpc_success_ratio[c]", 1 - rows[i].blocked, 0);
    }
}

static void a_64(void)
{
    g_autofree char *text = cut(open_text("exponential(20 ms)", "exponential(500 ms)", "threads = 0"), 0.02 * customers());
    double start = 25 * 0.5 / (0.02 * customers());             /* it begins empty, and fills within 1 / mu */
    judge_metric(text, "rpc_present_mean[s]", 25, start);
    judge_metric(text, "rpc_present_variance[s]", 25, 25 * start);
}

static void a_65(void)
{
    g_autofree char *text = open_text("constant(1.25 s)", "exponential(1 s)", "");
    judge_metric(text, "rpc_latency_mean_ms[c]", 2692.73, 0);
}

/* Two classes; the urgent one at 0.3 a second, the other at 0.5. */
static char *classes_text(const char *discipline)
{
    return g_strdup_printf("[scenario]\nduration = 10000000 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\nnodes = 3\n"
        "[process server]\n[process client]\n[rpc s]\nserver = server\nsemantics = maybe\nservice-time = exponential(1 s)\n"
        "discipline = %s\n[rpc-client high]\nprocesses = client\nrpc = s\nloop = open\narrivals = exponential(3.333333333 s)\n"
        "calls = %u\npriority = 1\n[rpc-client low]\nprocesses = client\nrpc = s\nloop = open\narrivals = exponential(2 s)\ncalls = %u\n",
        discipline, customers() * 3 / 10, customers() / 2);
}

static void a_66_and_67(void)
{
    static const struct { const char *discipline; double high, low; } rows[] = {
        { "priority", 2142.86, 6714.29 }, { "preemptive", 1428.57, 7142.86 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = classes_text(rows[i].discipline);
        g_test_message("%s", rows[i].discipline);
        judge_metric(text, "rpc_latency_mean_ms[high]", rows[i].high, 0);
        judge_metric(text, "rpc_latency_mean_ms[low]", rows[i].low, 0);
    }
}

static void a_69_and_70(void)
{
    static const struct { int callers, threads; double rate, response; } rows[] = {
        { 10, 1, 7.85418, 273.208 }, { 20, 1, 9.98131, 1003.75 }, { 10, 2, 8.96136, 115.902 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double seconds = customers() / 8.0;
        g_autofree char *text = g_strdup_printf("[scenario]\nduration = %.0f s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\n"
            "nodes = 3\n[process server]\n[process client]\ncount = %d\n[rpc s]\nserver = server\nthreads = %d\nsemantics = maybe\n"
            "service-time = exponential(100 ms)\n[rpc-client c]\nprocesses = client\nrpc = s\narrivals = exponential(1 s)\ncalls = 4000000000\n",
            seconds, rows[i].callers, rows[i].threads);
        double start = rows[i].rate / seconds;          /* all of them think first: a second without calls, at most */
        judge_metric(text, "rpc_throughput[c]", rows[i].rate, start);
        judge_metric(text, "rpc_latency_mean_ms[c]", rows[i].response, rows[i].response / seconds);
        Sample rate = sample_metric(text, "rpc_throughput[c]", 2);
        double bound = fmin(rows[i].callers / 1.1, rows[i].threads / 0.1);
        g_assert_cmpfloat(rate.num / rate.n, <, bound * 1.02);
    }
}

static void a_73(void)
{
    static const struct { int servers, quorum; double time; } rows[] = {
        { 10, 0, 2.92897 }, { 100, 0, 5.18738 }, { 5, 3, 0.783333 }, { 9, 5, 0.745635 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("[scenario]\nduration = 10000000 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = ring\n"
            "nodes = 3\n[process server]\nnode = 0\ncount = %d\n[process client]\nnode = 0\n%s[rpc-client c]\nprocesses = client\n"
            "rpc = s\nspread = all\nquorum = %d\narrivals = 0 s\ncalls = %u\n", rows[i].servers,
            "[rpc s]\nserver = server\nthreads = 0\nsemantics = maybe\nservice-time = exponential(1 s)\n", rows[i].quorum,
            customers() / (uint32_t)rows[i].servers * 2);
        judge_metric(text, "rpc_latency_mean_ms[c]", 1000 * rows[i].time, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queueing/A-58 one line, one server", a_58);
    g_test_add_func("/queueing/A-59 and A-60 other service times", a_59_and_60);
    g_test_add_func("/queueing/A-61 four threads", a_61);
    g_test_add_func("/queueing/A-63 calls that are refused", a_63);
    g_test_add_func("/queueing/A-64 no line", a_64);
    g_test_add_func("/queueing/A-65 regular arrivals", a_65);
    g_test_add_func("/queueing/A-66 and A-67 two classes", a_66_and_67);
    g_test_add_func("/queueing/A-69 and A-70 a closed loop", a_69_and_70);
    g_test_add_func("/queueing/A-73 calls to all, and to a majority", a_73);
    return g_test_run();
}
