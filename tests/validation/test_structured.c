/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Structured overlays and multicast over them, against published figures: B-38, B-39, B-52,
 * B-56 to B-58, B-82.  stand with Chord's and Pastry's own tests. */
#include "../overlay/routing.h"
#include "judge.h"

#define ADD(name) g_test_add_func("/structured/" #name, name)
#define CHURN(session) "[failure churn]\nkind = churn\nsession = exponential(" session ")\ndowntime = exponential(10 min)\nspare = source\n"
#define SLOW_BEATS "\nheartbeat = 20 s\ntimeout = 60 s"

/* 256 hosts on a square of 60 ms, a stream of `publications`, and `rest`. */
static char *stream(const char *protocol, const char *interval, int publications, const char *rest)
{
    return g_strdup_printf(
        "[scenario]\nwarmup = 100 s\n[network]\nlatency = euclidean(60 ms)\n[overlay]\nkind = pastry\nnodes = 256\n"
        "[protocol]\nkind = %s\n[workload w]\nkind = publish\nstart = 50 s\nsize = 100 B\ninterval = %s\npublications = %d\n%s",
        protocol, interval, publications, rest);
}

/* The mean of a metric over some replications. */
static double mean_of(const char *text, const char *metric, uint32_t runs)
{
    Sample sample = sample_metric(text, metric, runs);
    return sample.num / sample.n / (sample.den / sample.n);
}

/* B-56, B-57: the published ratio is about 2, where a node's uplink is what holds it up. */
static void more_stripes_cost_latency(void)
{
    static const char *const protocols_in_order[] = {
        "scribe", "splitstream\nstripes = 2", "splitstream\nstripes = 16\nout-degree = 16",
    };
    double last = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(protocols_in_order); i++) {
        g_autofree char *text = stream(protocols_in_order[i], "1 s", 80, "");
        double latency = mean_of(text, "latency_mean_ms", 20);
        g_test_message("%s: %.1f ms", protocols_in_order[i], latency);
        g_assert_cmpfloat(latency, >, last);
        last = latency;
    }
}

/* B-58: about 95 % at sessions of 2 h, 50 to 75 % at 5 to 10 min, with 10 min of repair. */
static void short_sessions_cost_splitstream_what_was_published(void)
{
    g_autofree char *text = stream("splitstream" SLOW_BEATS, "1 s", 350, CHURN("2 h"));
    g_autofree char *brief = stream("splitstream" SLOW_BEATS, "1 s", 350, CHURN("7 min"));
    double most = mean_of(text, "delivery_ratio", 4), least = mean_of(brief, "delivery_ratio", 4);
    g_test_message("delivery: %.3f, %.3f", most, least);
    g_assert_cmpfloat(most, >, 0.93);
    g_assert_cmpfloat(least, >, 0.45);
    g_assert_cmpfloat(least, <, 0.8);
}

/* B-52, control packets a second and peer: Scribe 1.01, SplitStream 1.11 to 1.56; hardly a duplicate. */
static void control_traffic_is_small_and_grows_with_stripes(void)
{
    g_autofree char *one = stream("scribe", "100 ms", 1000, CHURN("2 h"));
    g_autofree char *many = stream("splitstream" SLOW_BEATS, "100 ms", 1000, CHURN("2 h"));
    double up = 0.93 * 256, seconds = 60;                       /* from the warm-up to the end, drain included */
    double scribe = mean_of(one, "control_messages", 3) / up / seconds, split = mean_of(many, "control_messages", 3) / up / seconds;
    g_test_message("control messages a second and peer: %.2f, %.2f", scribe, split);
    g_assert_cmpfloat(scribe, >, 0.7);
    g_assert_cmpfloat(split, >, scribe);
    g_assert_cmpfloat(split, <, 3);
    g_assert_cmpfloat(mean_of(one, "redundancy", 3), <, 0.02);
    g_assert_cmpfloat(mean_of(many, "redundancy", 3), <, 0.03);
}

/* B-82: the load is even where inner nodes differ. */
static void stripes_share_the_load(void)
{
    g_autofree char *one = stream("scribe", "100 ms", 700, ""), *many = stream("splitstream", "100 ms", 700, "");
    g_assert_cmpfloat(mean_of(one, "load_gini", 2), >, 0.7);
    g_assert_cmpfloat(mean_of(many, "load_gini", 2), <, 0.2);
}

/* B-38: a published lookup fails where it meets a failed node; here it takes another way. */
static void lookups_meet_failed_nodes_as_often_as_was_published(void)
{
    static const struct { const char *period; double published, off; } rows[] = { { "50000 s", 0.003, 0.002 }, { "5000 s", 0.0645, 0.002 } };
    routing.distance = clockwise;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *rest = g_strdup_printf(
            "[failure churn]\nkind = churn\nsession = exponential(%s)\ndowntime = exponential(%s)\n"
            "[workload w]\nkind = publish\nsource = random\npublications = 12000\nstart = 600 s\ninterval = 100 ms\n", rows[i].period,
            rows[i].period);
        g_autoptr(RunResult) result = routing_run(1000, "duration = 1802 s", "kind = chord", rest, 1);
        double wrong = 1 - routing.right / routing.sent, met = 1 - routing.undisturbed / routing.sent;
        g_test_message("%s: of %.0f lookups %.4f are wrong, %.4f meet a failed node", rows[i].period, routing.sent, wrong, met);
        g_assert_cmpfloat(wrong, <, 0.002);
        g_assert_cmpfloat(met, <, 1.5 * rows[i].published + rows[i].off);
        g_assert_cmpfloat(met, >, 0.5 * rows[i].published - rows[i].off);
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* B-39: a node's share of the ring is the sum of as many exponential ones as it has places:
 * its 1st and 99th percentile over the mean are those of a gamma law (published: 0 and 4.8,
 * with 20 places 0.5 and 1.6). */
static void shares_of_the_ring_are_sums_of_exponential_ones(void)
{
    enum { NODES = 10000 };
    static const struct { uint32_t each; double most, most_error, least, least_error; } rows[] = {
        { 1, 4.60517, 0.0995, 0.01005, 0.001 }, { 20, 1.59227, 0.01133, 0.55411, 0.00558 },
    };
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        uint32_t each = rows[r].each, spots = NODES * each;
        g_autofree char *overlay = g_strdup_printf("kind = chord\nvirtual = %u\nsuccessors = 1", each);
        g_autoptr(RunResult) result = routing_run(NODES, "duration = 1 ns", overlay, "", 1);
        g_autofree uint64_t *ring = g_memdup2(routing.keys, spots * sizeof *ring);
        g_autofree uint64_t *shares = g_new0(uint64_t, NODES);
        qsort(ring, spots, sizeof *ring, ascending);
        for (uint32_t s = 0; s < spots; s++) {
            const uint64_t *at = bsearch(&routing.keys[s], ring, spots, sizeof *ring, ascending);
            shares[s / each] += *at - (at == ring ? ring[spots - 1] : at[-1]);
        }
        qsort(shares, NODES, sizeof *shares, ascending);
        double mean = 0x1p64 / NODES, most = (double)shares[NODES * 99 / 100], least = (double)shares[NODES / 100];
        judge("99th percentile over mean", most / mean, rows[r].most_error, rows[r].most, 0);
        judge("1st percentile over mean", least / mean, rows[r].least_error, rows[r].least, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(more_stripes_cost_latency);
    ADD(short_sessions_cost_splitstream_what_was_published);
    ADD(control_traffic_is_small_and_grows_with_stripes);
    ADD(stripes_share_the_load);
    ADD(lookups_meet_failed_nodes_as_often_as_was_published);
    ADD(shares_of_the_ring_are_sums_of_exponential_ones);
    return g_test_run();
}
