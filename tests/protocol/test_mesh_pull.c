/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mesh-pull: every piece once, windows that bound it, questions that are asked again. */
#include "run_text.h"
#include "validation/judge.h"

#define ADD(name) g_test_add_func("/mesh_pull/" #name, name)

/* `before` stands in [scenario], `network` in [network], `keys` in [protocol]. */
static char *text_of(const char *before, const char *network, const char *overlay, const char *keys, const char *rest)
{
    return g_strdup_printf("[scenario]\n%s\n[network]\n%s\n[overlay]\n%s\n[protocol]\nkind = mesh-pull\n%s\n%s\n", before, network,
                           overlay, keys, rest);
}

static RunResult *result_of(const char *before, const char *network, const char *overlay, const char *keys, const char *rest)
{
    g_autofree char *text = text_of(before, network, overlay, keys, rest);
    return run_text(text, 0);
}

/* N-1 pieces and as many questions; a notice over each link in both directions but to where the piece came from. */
static void everybody_is_sent_each_piece_once(void)
{
    static const struct { const char *overlay; double nodes, links; } rows[] = {
        { "kind = random-regular\ndegree = 6\nnodes = 500", 500, 1500 },
        { "kind = hypercube\ndimension = 7", 128, 448 },
        { "kind = complete\nnodes = 40", 40, 780 },
        { "kind = ring\nnodes = 11", 11, 11 },
        { "kind = kary-tree\narity = 3\nnodes = 40", 40, 39 },
    };
    /* No question is ever asked again. */
    static const char *const keys[] = { "timeout = 1 h", "timeout = 1 h\nschedule = rarest-first\nrequests = 1",
                                        "timeout = 1 h\noverride = no" };
    static const double pieces = 20;
    for (size_t i = 0; i < G_N_ELEMENTS(rows) * G_N_ELEMENTS(keys); i++) {
        const char *overlay = rows[i / G_N_ELEMENTS(keys)].overlay, *with = keys[i % G_N_ELEMENTS(keys)];
        double nodes = rows[i / G_N_ELEMENTS(keys)].nodes, links = rows[i / G_N_ELEMENTS(keys)].links;
        g_test_message("%s, %s", overlay, with);
        g_autoptr(RunResult) result = result_of("", "latency = uniform(10 ms, 100 ms)", overlay, with,
            "[workload w]\nkind = publish\nsource = 0..1\npublications = 20\ninterval = 1 ms\nsize = 1 kB\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, pieces * (nodes - 1));
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
        g_assert_cmpfloat(metric_value(result, "control_messages"), ==, pieces * 2 * links);
        g_assert_cmpfloat(metric_value(result, "control_bytes"), ==, pieces * 2 * links * 20);
    }
}

static void open_questions_are_limited(void)
{
    static const struct { const char *keys; double last_ms; } rows[] = {
        { "requests = 1", 10 + 10 * 20 }, { "requests = 5", 10 + 2 * 20 }, { "requests = 10", 10 + 20 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = result_of("", "latency = 10 ms", "kind = chain\nnodes = 2", rows[i].keys,
                                                "[workload w]\nkind = publish\npublications = 10\ninterval = 0 s\n");
        g_assert_cmpfloat(metric_value(result, "latency_max_ms"), ==, rows[i].last_ms);
    }
}

/* On a chain nobody else can be asked, and a lost notice is the end of it unless maps follow. */
static void what_is_lost_is_asked_for_again(void)
{
    static const char mesh[] = "kind = random-regular\ndegree = 6\nnodes = 300", chain[] = "kind = chain\nnodes = 6";
    static const struct { const char *overlay, *keys; double least, most; } rows[] = {
        { mesh, "timeout = 500 ms", 0.999, 1 },         /* all six notices are lost once in 16,000 times */
        { mesh, "announce = both\ntimeout = 500 ms", 1, 1 },
        { mesh, "announce = periodic\ntimeout = 500 ms", 1, 1 },
        { mesh, "timeout = 100 s", 0.1, 0.9 },
        { chain, "announce = both\ntimeout = 500 ms", 1, 1 },
        { chain, "timeout = 500 ms", 0.1, 0.9 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %s", rows[i].overlay, rows[i].keys);
        g_autoptr(RunResult) result = result_of("duration = 25 s", "latency = uniform(10 ms, 50 ms)\nloss = 20 %", rows[i].overlay,
            rows[i].keys, "[workload w]\nkind = publish\npublications = 20\ninterval = 500 ms\n");
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), >=, rows[i].least);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), <=, rows[i].most);
    }
}

static void who_does_not_answer_is_passed_over(void)
{
    g_autoptr(RunResult) result = result_of("", "latency = uniform(10 ms, 50 ms)", "kind = random-regular\ndegree = 6\nnodes = 500", "",
        "[workload w]\nkind = publish\npublications = 20\ninterval = 100 ms\n"
        "[failure f]\nkind = crash\nat = uniform(0 s, 2 s)\nfraction = 30 %\nspare = source\n");
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "latency_max_ms"), >, 2000);         /* some asked who had just failed */
}

/* Chainsaw's catastrophic failure (B-83): half of all nodes at once, in the middle of the stream. */
static void half_of_the_nodes_fail_at_once(void)
{
    g_autofree char *mesh = g_strdup_printf("kind = random-regular\ndegree = 16\nnodes = %u", g_test_slow() ? 10000 : 1000);
    g_autoptr(RunResult) result = result_of("drain = 20 s", "latency = uniform(10 ms, 100 ms)", mesh, "",
        "[workload w]\nkind = publish\npublications = 20\ninterval = 100 ms\n"
        "[failure f]\nkind = crash\nat = 1 s\nfraction = 50 %\nspare = source\n");
    g_test_message("p99 %g ms, last after %g ms, %g duplicates of %g deliveries", metric_value(result, "latency_p99_ms"),
                   metric_value(result, "latency_max_ms"), metric_value(result, "duplicates"), metric_value(result, "deliveries"));
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "latency_max_ms"), <, 8000);
}

/* A source that always has something newer to send still sends what it put off. */
static void a_stream_faster_than_a_round_trip_starves_nobody(void)
{
    g_autoptr(RunResult) result = result_of("", "latency = uniform(10 ms, 100 ms)", "kind = random-regular\ndegree = 16\nnodes = 200",
        "timeout = 1 h", "[workload w]\nkind = publish\npublications = 100\ninterval = 100 ms\n");
    g_test_message("last after %g ms", metric_value(result, "latency_max_ms"));
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "latency_max_ms"), <, 1500);
}

/* A map of 120 places takes 15 bytes; each of two nodes sends ten in ten seconds. */
static void maps_are_sent_every_period(void)
{
    g_autoptr(RunResult) result = result_of("duration = 20.5 s\nwarmup = 10.5 s", "latency = 10 ms", "kind = chain\nnodes = 2",
                                            "announce = periodic", "[workload w]\nkind = publish\npublications = 3\n");
    g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 20);
    g_assert_cmpfloat(metric_value(result, "control_bytes"), ==, 20 * (20 + 15));
}

/* An answer takes a second, in which all pieces are published: the first is on its way, the newest are wanted. */
static void what_slides_out_of_the_window_is_given_up(void)
{
    static const struct { const char *keys; double sent; } rows[] = {
        { "interest = 10", 11 }, { "interest = 4", 5 }, { "interest = 120", 100 },
        { "availability = 10\ninterest = 10", 10 },         /* the first has left the source's window too */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *keys = g_strdup_printf("requests = 1\ntimeout = 1 h\n%s", rows[i].keys);
        g_autoptr(RunResult) result = result_of("duration = 110 s", "latency = 500 ms", "kind = chain\nnodes = 2", keys,
                                                "[workload w]\nkind = publish\npublications = 100\ninterval = 10 ms\n");
        g_test_message("%s", rows[i].keys);
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, rows[i].sent);
        g_assert_cmpfloat(metric_value(result, "deliveries"), ==, rows[i].sent);
    }
}

/* Most nodes come up during the first six of ten seconds of a stream. */
static void newcomers_start_at_the_live_edge_or_before_it(void)
{
    static const char *const meshes[] = { "kind = hyparview\nnodes = 200\nshuffle-period = 1 s\nkeep-alive = 1 s",
                                          "kind = random-regular\ndegree = 12\nnodes = 200" };
    for (size_t i = 0; i < G_N_ELEMENTS(meshes); i++) {
        double all[2];
        for (int b = 0; b < 2; b++) {
            g_autoptr(RunResult) result = result_of("drain = 10 s", "latency = uniform(10 ms, 50 ms)", meshes[i],
                b ? "backlog = 20 s" : "", "[workload w]\nkind = publish\npublications = 50\ninterval = 200 ms\nstart = 3 s\n"
                "[failure f]\nkind = crash\nat = 2.9 s\nspare = source\nfraction = 50 %\nrecover-after = uniform(1 s, 6 s)\n");
            g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
            all[b] = metric_value(result, "delivery_ratio_all");
        }
        g_test_message("%s: %g, with a backlog %g", meshes[i], all[0], all[1]);
        g_assert_cmpfloat(all[0], <, 0.9);
        g_assert_cmpfloat(all[1], ==, 1);
    }
}

/* A star of three: node 2 has piece X of 0 alone and Y of both, and one question left for 0. */
static void the_rarest_piece_goes_first(void)
{
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.txt", &path, NULL);
    close(file);
    g_assert_true(g_file_set_contents(path, "0 1 1\n0 2 100\n1 2 100\n", -1, NULL));
    g_autofree char *overlay = g_strdup_printf("kind = file\npath = %s\nformat = edgelist", path);
    static const char *const keys[] = { "requests = 1\noverride = no\nschedule = rarest-first",
                                        "requests = 1\noverride = no\nschedule = random" };
    double worst[2] = { 0 };
    for (int k = 0; k < 2; k++) {
        g_autofree char *text = text_of("", "latency = link(weight, ms)", overlay, keys[k],
            "[workload w]\nkind = publish\nsource = 0\npublications = 1\n[workload v]\nkind = publish\nsource = 1\npublications = 1\n"
            "[workload y]\nkind = publish\nsource = 1\npublications = 1\nstart = 150 ms\n"
            "[workload x]\nkind = publish\nsource = 0\npublications = 1\nstart = 199500 us\n");
        for (uint32_t r = 0; r < 20; r++) {
            g_autoptr(RunResult) result = run_text(text, r);
            for (guint i = 0; i < result->deliveries->len; i++) {
                const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
                if (row->node == 2 && strcmp(row->workload, "x") == 0) worst[k] = fmax(worst[k], (double)(row->delivered - row->published));
            }
        }
    }
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_cmpfloat(worst[0], ==, 300.5e6);       /* asked of 0 as soon as that has answered */
    g_assert_cmpfloat(worst[1], ==, 303e6);         /* at times only of 1, which gets it a little later */
}

/* The time until every node has every piece, in units of one piece on the uplink; latency is next to nothing. */
static double rounds_of(uint32_t nodes, uint32_t pieces, const char *keys, uint32_t replication)
{
    g_autofree char *overlay = g_strdup_printf("kind = complete\nnodes = %u", nodes);
    g_autofree char *rest = g_strdup_printf("[workload w]\nkind = publish\npublications = %u\ninterval = 0 s\nsize = 1 MB\n", pieces);
    g_autofree char *with = g_strdup_printf("timeout = 1 h\n%s", keys);
    g_autofree char *text = text_of("drain = 1 h", "latency = 1 us\nupload = 8 Mbit/s", overlay, with, rest);
    g_autoptr(RunResult) result = run_text(text, replication);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    return metric_value(result, "latency_max_ms") / 1000;
}

/* no schedule takes fewer than m-1+ceil(log2 n) rounds. */
static void no_swarm_beats_the_least_number_of_rounds(void)
{
    static const struct { uint32_t nodes, pieces; double least; } rows[] = {
        { 4, 2, 3 }, { 8, 100, 102 }, { 2, 30, 30 }, { 64, 1, 6 }, { 32, 40, 44 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        double rounds = rounds_of(rows[i].nodes, rows[i].pieces, "requests = 1", 0);
        g_test_message("%u pieces to %u nodes: %.4g rounds, at least %g", rows[i].pieces, rows[i].nodes, rounds, rows[i].least);
        g_assert_cmpfloat(rounds, >=, rows[i].least);
        if (rows[i].pieces > 1) g_assert_cmpfloat(rounds, <, 2 * rows[i].least);
    }
}

/* nor the time that the rates of all uplinks, of the source's and of the slowest downlink leave. */
static void no_swarm_beats_the_fluid_bound(void)
{
    static const struct { const char *upload, *download; double least_s; } cases[] = {
        { "8 Mbit/s", "80 Mbit/s", 50 },                /* N F / (N + 1) u = 47.6 s, F / us = 50 s */
        { "80 Mbit/s", "8 Mbit/s", 50 },                /* F / d */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *network = g_strdup_printf("latency = 1 us\nupload = %s\ndownload = %s", cases[i].upload, cases[i].download);
        g_autoptr(RunResult) result = result_of("drain = 1 h", network, "kind = complete\nnodes = 21", "timeout = 1 h\nrequests = 1",
            "[workload w]\nkind = publish\npublications = 50\ninterval = 0 s\nsize = 1 MB\n");
        double took = metric_value(result, "latency_max_ms") / 1000;
        g_test_message("%.4g s, at least %g s", took, cases[i].least_s);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
        g_assert_cmpfloat(took, >=, cases[i].least_s);
        g_assert_cmpfloat(took, <, 1.6 * cases[i].least_s);
    }
}

/* Where the source's uplink is what everybody waits for it must not send anything twice. */
static void a_source_that_sends_what_it_has_not_sent_is_sooner_done(void)
{
    static const char mesh[] = "kind = random-regular\ndegree = 6\nnodes = 60", network[] = "latency = 10 ms\nupload = 8 Mbit/s";
    static const char stream[] = "[workload w]\nkind = publish\npublications = 100\ninterval = 1 ms\nsize = 10 kB\n";
    g_autoptr(RunResult) with = result_of("drain = 60 s", network, mesh, "timeout = 60 s", stream);
    g_autoptr(RunResult) without = result_of("drain = 60 s", network, mesh, "timeout = 60 s\noverride = no", stream);
    g_test_message("%g and %g ms", metric_value(with, "latency_max_ms"), metric_value(without, "latency_max_ms"));
    g_assert_cmpfloat(metric_value(with, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(with, "duplicates"), ==, 0);
    g_assert_cmpfloat(metric_value(with, "latency_max_ms") * 1.2, <, metric_value(without, "latency_max_ms"));
}

/* A file of 100 pieces, a map a second, one question open to each neighbor: there is always a choice. */
static void the_rarest_piece_first_is_done_sooner(void)
{
    enum { RUNS = 120 };
    if (!g_test_slow()) {
        g_test_skip("slow");
        return;
    }
    static const char *const keys[] = { "schedule = rarest-first", "schedule = random" };
    Plan *plans[2];
    for (int k = 0; k < 2; k++) {
        g_autofree char *with = g_strdup_printf("requests = 1\noverride = no\ntimeout = 60 s\nannounce = periodic\n%s", keys[k]);
        g_autofree char *text = text_of("drain = 60 s", "latency = 100 ms\nupload = 8 Mbit/s", "kind = random-regular\ndegree = 8\nnodes = 60",
            with, "[workload w]\nkind = publish\npublications = 100\ninterval = 0 s\nsize = 10 kB\n");
        plans[k] = plan_text(text);
    }
    Sample difference = { 0 };
    for (uint32_t r = 0; r < RUNS; r++) {
        g_autoptr(RunResult) rarest = run_plan(plans[0], r, false), random = run_plan(plans[1], r, false);
        sample_add(&difference, metric_value(random, "latency_max_ms") - metric_value(rarest, "latency_max_ms"), 1);
    }
    plan_free(plans[0]);
    plan_free(plans[1]);
    double error, mean = sample_ratio(&difference, &error);
    g_test_message("rarest first is done %.3g ms sooner, standard error %.2g", mean, error);
    g_assert_cmpfloat(mean, >, 4 * error);
}

static void windows_that_contradict_are_refused(void)
{
    g_autofree char *text = text_of("", "latency = 1 ms", "kind = ring\nnodes = 5", "interest = 50\navailability = 20",
                                    "[workload w]\nkind = publish\n");
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_cmpint(unlink(path), ==, 0);
    g_assert_nonnull(strstr(error->message, "[protocol] interest: it is more than 'availability'; at most that is expected"));
    g_assert_nonnull(strstr(error->message, "[protocol] availability: it is less than 'interest'; at least that is expected"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(everybody_is_sent_each_piece_once);
    ADD(open_questions_are_limited);
    ADD(what_is_lost_is_asked_for_again);
    ADD(who_does_not_answer_is_passed_over);
    ADD(half_of_the_nodes_fail_at_once);
    ADD(a_stream_faster_than_a_round_trip_starves_nobody);
    ADD(maps_are_sent_every_period);
    ADD(what_slides_out_of_the_window_is_given_up);
    ADD(newcomers_start_at_the_live_edge_or_before_it);
    ADD(the_rarest_piece_goes_first);
    ADD(no_swarm_beats_the_least_number_of_rounds);
    ADD(no_swarm_beats_the_fluid_bound);
    ADD(a_source_that_sends_what_it_has_not_sent_is_sooner_done);
    ADD(the_rarest_piece_first_is_done_sooner);
    ADD(windows_that_contradict_are_refused);
    return g_test_run();
}
