/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a message: upload, wire, download, processing, and what is lost on it. */
#include "core/error.h"
#include "run_text.h"

/* `count` publications of 1 kB, `interval` apart, from node 0 of a chain of two;
 * 800 kbit/s take 10 ms for each. */
static RunResult *pair(const char *network, uint32_t count, const char *interval, const char *rest)
{
    g_autofree char *text = g_strdup_printf(
        "[network]\n%s\n[overlay]\nkind = chain\nnodes = 2\n[protocol]\nkind = tree\n[workload w]\nkind = publish\n"
        "publications = %u\ninterval = %s\n%s\n", network, count, interval, rest);
    return run_text(text, 0);
}

static SimTime delivered(const RunResult *result, guint i)
{
    g_assert_cmpuint(i, <, result->deliveries->len);
    return g_array_index(result->deliveries, DeliveryRow, i).delivered;
}

/* Everybody sends to node 0 at once: a star with the source at each leaf. */
static RunResult *converge(const char *network, const char *rest)
{
    g_autofree char *text = g_strdup_printf(
        "[network]\n%s\n[overlay]\nkind = star\nnodes = 5\n[protocol]\nkind = flood\nhop-limit = 1\n[workload w]\n"
        "kind = publish\nsource = 1..4\npublications = 4\ninterval = 0 s\n%s\n", network, rest);
    return run_text(text, 0);
}

static void each_stage_adds_its_time(void)
{
    static const struct { const char *network; SimTime time; } rows[] = {
        { "latency = 5 ms", 5 * SIM_MS },
        { "latency = 5 ms\nupload = 800 kbit/s", 15 * SIM_MS },
        { "latency = 5 ms\ndownload = 400 kbit/s", 25 * SIM_MS },
        { "latency = 5 ms\nprocessing = 3 ms", 8 * SIM_MS },
        { "latency = 5 ms\nupload = 800 kbit/s\ndownload = 400 kbit/s\nprocessing = 3 ms", 38 * SIM_MS },
        { "latency = 5 ms\nupload = 800 kbit/s\nheader = 250 B", 17500 * SIM_US },
        { "latency = 5 ms\nupload = 800 kbit/s\ndownload = 400 kbit/s\nsharing = equal", 35 * SIM_MS },
        { "latency = 5 ms\nrate = 80 kbit/s\nburst = 100 B\nupload = 800 kbit/s", 105 * SIM_MS },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = pair(rows[i].network, 1, "1 s", "");
        g_test_message("%s", rows[i].network);
        g_assert_cmpint(delivered(result, 0), ==, rows[i].time);
    }
}

static void a_download_takes_one_at_a_time_or_all_at_equal_shares(void)
{
    g_autoptr(RunResult) turns = converge("latency = 0 s\ndownload = 800 kbit/s", "");
    g_autoptr(RunResult) shares = converge("latency = 0 s\ndownload = 800 kbit/s\nsharing = equal", "");
    for (guint i = 0; i < 4; i++) {
        g_assert_cmpint(delivered(turns, i), ==, (i + 1) * 10 * SIM_MS);
        g_assert_cmpuint(g_array_index(turns->deliveries, DeliveryRow, i).publication, ==, i);
        g_assert_cmpint(delivered(shares, i), ==, 40 * SIM_MS);
    }
}

static void a_node_processes_one_message_at_a_time(void)
{
    g_autoptr(RunResult) result = converge("latency = 1 ms\nprocessing = 7 ms", "");
    for (guint i = 0; i < 4; i++) g_assert_cmpint(delivered(result, i), ==, SIM_MS + (i + 1) * 7 * SIM_MS);
}

/* At 0 comes 1 kB; at 5 ms, half-way, 1 kB more.  They share until 15 ms, when the
 * first is done, and the second is done at 20 ms. */
static void equal_shares_change_with_those_who_come_and_go(void)
{
    g_autoptr(RunResult) result = pair("latency = 0 s\nupload = 800 kbit/s\nsharing = equal", 2, "5 ms", "");
    g_assert_cmpint(delivered(result, 0), ==, 15 * SIM_MS);
    g_assert_cmpint(delivered(result, 1), ==, 20 * SIM_MS);
}

/* A small message overtakes a large one: 10 kB from 0, 1 kB from 10 ms.  The second
 * has 1 kB of service at 30 ms, the first its 10 kB at 110 ms. */
static void a_small_message_overtakes_at_equal_shares(void)
{
    g_autoptr(RunResult) result = pair("latency = 0 s\nupload = 800 kbit/s\nsharing = equal", 1, "1 s\nsize = 10 kB",
                                       "[workload x]\nkind = publish\npublications = 1\nstart = 10 ms\n");
    g_assert_cmpint(delivered(result, 0), ==, 30 * SIM_MS);
    g_assert_cmpint(delivered(result, 1), ==, 110 * SIM_MS);
}

static void a_full_queue_drops_what_comes(void)
{
    static const struct { const char *queue; uint32_t kept; } rows[] = {
        { "unlimited", 10 }, { "3 kB", 4 }, { "3999 B", 4 }, { "0 B", 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *up = g_strdup_printf("latency = 1 ms\nupload = 800 kbit/s\nqueue = %s", rows[i].queue);
        g_autofree char *shared = g_strconcat(up, "\nsharing = equal", NULL);
        const char *both[] = { up, shared };
        for (size_t n = 0; n < G_N_ELEMENTS(both); n++) {
            g_autoptr(RunResult) result = pair(both[n], 10, "0 s", "");
            g_assert_cmpuint(result->deliveries->len, ==, rows[i].kept);
            g_assert_cmpfloat(metric_value(result, "dropped_queue_full"), ==, 10 - rows[i].kept);
        }
    }
    g_autoptr(RunResult) result = converge("latency = 1 ms\ndownload = 800 kbit/s\nqueue = 2 kB", "");
    g_assert_cmpfloat(metric_value(result, "dropped_queue_full"), ==, 1);
}

/* Ten messages of 10 ms; at 35 ms the sender goes: three are on the wire. */
static void what_waits_goes_down_with_its_node(void)
{
    const char *crash = "[failure f]\nkind = crash\nat = 35 ms\nnodes = 0\n";
    static const char *const ways[] = {
        "latency = 50 ms\nupload = 800 kbit/s", "latency = 50 ms\nrate = 800 kbit/s\nburst = 1 B",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autoptr(RunResult) result = pair(ways[i], 10, "0 s", crash);
        g_assert_cmpuint(result->deliveries->len, ==, 3);
        g_assert_cmpfloat(metric_value(result, "dropped_node_down"), ==, 7);
    }
    g_autoptr(RunResult) soon = pair(ways[0], 10, "0 s",
                                     "[failure f]\nkind = crash\nat = 35 ms\nnodes = 0\nrecover-after = 1 ms\n");
    g_assert_cmpuint(soon->deliveries->len, ==, 3);
    g_autoptr(RunResult) back = pair(ways[0], 10, "10 ms",
                                     "[failure f]\nkind = crash\nat = 35 ms\nnodes = 0\nrecover-after = 20 ms\n");
    g_assert_cmpuint(back->deliveries->len, ==, 3 + 4);    /* the publications of 60 ms and later, that of 60 at once */
    g_assert_cmpint(delivered(back, 3), ==, 120 * SIM_MS);
}

/* Four come to node 0 at 1 ms and take 7 ms each; it goes down at 16 ms. */
static void what_is_not_yet_processed_is_lost_in_a_crash(void)
{
    g_autoptr(RunResult) result = converge("latency = 1 ms\nprocessing = 7 ms",
                                           "[failure f]\nkind = crash\nat = 16 ms\nnodes = 0\nrecover-after = 1 ms\n");
    g_assert_cmpuint(result->deliveries->len, ==, 2);
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), ==, 2);
    g_autoptr(RunResult) access = converge("latency = 1 ms\ndownload = 800 kbit/s",
                                           "[failure f]\nkind = crash\nat = 16 ms\nnodes = 0\nrecover-after = 1 ms\n");
    g_assert_cmpuint(access->deliveries->len, ==, 4);      /* what is on the line arrives at the next incarnation */
}

/* What waits or travels at the end is in flight. */
static void what_waits_at_the_end_is_in_flight(void)
{
    g_autoptr(RunResult) result = run_text(
        "[scenario]\nduration = 35 ms\n[network]\nlatency = 10 ms\nupload = 800 kbit/s\n[overlay]\nkind = chain\nnodes = 2\n"
        "[protocol]\nkind = tree\n[workload w]\nkind = publish\npublications = 10\ninterval = 0 s\n", 0);
    g_assert_cmpfloat(metric_value(result, "arrived"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "in_flight"), ==, 8);
}

static char *write_file(const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.csv", &path, &error));
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    return path;
}

static void classes_give_nodes_their_rates(void)
{
    uint32_t count = 0;
    g_autofree char *path = write_file("# three classes\n\nnode 7, 1 Mbit/s, 2 Mbit/s\n75 %, 3 Mbit/s, unlimited\n"
                                       "nodes 8..9, 4 Mbit/s, 5 Mbit/s\n0.25,6 Mbit/s,7 Mbit/s\n");
    g_autofree NetworkClass *list = network_classes_read(path, &count, NULL);
    g_assert_cmpuint(count, ==, 4);
    g_assert_cmpfloat(list[1].up_to, ==, 0.75);
    g_assert_cmpfloat(list[3].up_to, ==, 1);
    g_assert_cmpfloat(list[1].download, ==, INFINITY);
    g_assert_cmpuint(list[2].first, ==, 8);
    g_assert_cmpuint(list[2].last, ==, 9);
    g_assert_cmpuint(list[3].first, ==, NODE_NONE);
    g_assert_cmpint(unlink(path), ==, 0);
}

static void a_wrong_table_of_classes_is_refused(void)
{
    static const struct { const char *text; int code; } rows[] = {
        { "", SIM_ERROR_RANGE }, { "50 %, 1 Mbit/s, 1 Mbit/s\n", SIM_ERROR_RANGE },
        { "100 %, 1 Mbit/s\n", SIM_ERROR_SYNTAX }, { "100 %, 1, 1 Mbit/s\n", SIM_ERROR_SYNTAX },
        { "100 %, 0 bit/s, 1 Mbit/s\n", SIM_ERROR_RANGE }, { "node x, 1 Mbit/s, 1 Mbit/s\n", SIM_ERROR_SYNTAX },
        { "node, 1 Mbit/s, 1 Mbit/s\n", SIM_ERROR_SYNTAX }, { "nodes all, 1 Mbit/s, 1 Mbit/s\n", SIM_ERROR_SYNTAX },
        { "101 %, 1 Mbit/s, 1 Mbit/s\n", SIM_ERROR_RANGE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = write_file(rows[i].text);
        uint32_t count = 42;
        g_assert_null(network_classes_read(path, &count, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_cmpuint(count, ==, 42);
        g_assert_cmpint(unlink(path), ==, 0);
    }
    g_autoptr(GError) error = NULL;
    uint32_t count = 0;
    g_assert_null(network_classes_read("/no/such/file", &count, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
}

/* A chain of three: 5 ms there and 7 back between 0 and 1, 9 ms between 1 and 2. */
static void a_file_overrides_the_latency_of_a_pair(void)
{
    static const struct { uint32_t source; SimTime near, far; } rows[] = {
        { 0, 5 * SIM_MS, 14 * SIM_MS }, { 2, 9 * SIM_MS, 16 * SIM_MS },
    };
    g_autofree char *path = write_file("# pairs\n1, 0, 7 ms, 5 ms\n1, 2, 9 ms\n");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf("[network]\nlatency = 50 ms\noverrides = %s\n[overlay]\nkind = chain\n"
            "nodes = 3\n[protocol]\nkind = flood\n[workload w]\nkind = publish\npublications = 1\nsource = %u\n", path, rows[i].source);
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpint(delivered(result, 0), ==, rows[i].near);
        g_assert_cmpint(delivered(result, 1), ==, rows[i].far);
    }
    g_assert_cmpint(unlink(path), ==, 0);
}

static void wrong_overrides_are_refused(void)
{
    static const struct { const char *text; int code; } rows[] = {
        { "0, 1\n", SIM_ERROR_SYNTAX }, { "0, x, 1 ms\n", SIM_ERROR_SYNTAX }, { "0, 1, 5\n", SIM_ERROR_SYNTAX },
        { "0, 9, 1 ms\n", SIM_ERROR_RANGE }, { "1, 1, 1 ms\n", SIM_ERROR_RANGE },
        { "0, 1, 1 ms\n1, 0, 2 ms\n", SIM_ERROR_RANGE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *path = write_file(rows[i].text);
        uint32_t count = 42;
        g_assert_null(network_overrides_read(path, 9, &count, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_cmpuint(count, ==, 42);
        g_assert_cmpint(unlink(path), ==, 0);
    }
}

/* The keys of a faulty [network] with what is said of them. */
static void impossible_keys_are_refused(void)
{
    static const struct { const char *network, *said; } rows[] = {
        { "upload = 0 bit/s", "upload: nothing ever passes" }, { "rate = 0 bit/s\nburst = 1 kB", "rate: nothing ever passes" },
        { "download = 5 kB", "download: " }, { "rate = 1 Mbit/s", "rate: a token bucket needs its size" },
        { "burst = 1 kB", "burst: a token bucket fills" }, { "shaped = sources", "shaped: there is no token bucket" },
        { "queue = 5", "queue: " }, { "sharing = fair", "sharing: " }, { "header = 1 MB", "header: " },
        { "classes = /no/such/file", "classes: " }, { "overrides = /no/such/file", "overrides: " },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strdup_printf("[network]\nlatency = 1 ms\n%s\n[overlay]\nkind = ring\nnodes = 9\n[protocol]\n"
                                                "kind = flood\n[workload w]\nkind = publish\n", rows[i].network);
        g_autofree char *path = write_file(text);
        g_assert_null(plan_read(path, NULL, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].said));
        g_assert_cmpint(unlink(path), ==, 0);
    }
}

/* All of it at once, under crashes and cuts. */
static void messages_add_up(gconstpointer data)
{
    const Protocol *protocol = data;
    static const char *const sharings[] = { "fifo", "equal" };
    for (size_t i = 0; i < G_N_ELEMENTS(sharings); i++) {
        g_autofree char *text = g_strdup_printf(
            "[scenario]\nseed = 5\nduration = 20 s\n[network]\nlatency = uniform(10 ms, 100 ms)\njitter = exponential(5 ms)\n"
            "loss = 10 %%\nupload = uniform(100 kbit/s, 1 Mbit/s)\ndownload = lognormal(500 kbit/s, 1)\nsharing = %s\n"
            "queue = 2 kB\nprocessing = exponential(2 ms)\nrate = 200 kbit/s\nburst = 3 kB\nheader = 28 B\n"
            "[overlay]\nkind = random-regular\ndegree = 6\nnodes = 120\n[protocol]\nkind = %s\n"
            "[workload w]\nkind = publish\nsource = 0..2\npublications = 40\ninterval = 50 ms\n"
            "[failure gone]\nkind = crash\nat = uniform(0 s, 4 s)\nfraction = 20 %%\n"
            "[failure away]\nkind = crash\nat = uniform(0 s, 3 s)\nfraction = 60 %%\nrecover-after = exponential(1 s)\n"
            "[failure cut]\nkind = link-cut\nat = 1 s\nuntil = 9 s\nprobability = 10 %%\n", sharings[i], protocol->variant.name);
        g_autoptr(RunResult) result = run_text(text, 3), again = run_text(text, 3);
        double dropped = 0;
        for (int r = 0; r < DROP_REASONS; r++) {
            g_autofree char *name = g_strconcat("dropped_", drop_names[r], NULL);
            if (r != DROP_CARRIER) dropped += metric_value(result, name);
        }
        g_assert_cmpfloat(metric_value(result, "dropped_queue_full"), >, 0);
        g_assert_cmpfloat(metric_value(result, "dropped_node_down"), >, 0);
        g_assert_cmpfloat(metric_value(result, "messages"), ==,
                          metric_value(result, "arrived") + dropped + metric_value(result, "in_flight"));
        g_assert_cmpuint(result->metrics->len, ==, again->metrics->len);
        for (guint m = 0; m < result->metrics->len; m++)
            g_assert_cmpfloat(g_array_index(result->metrics, MetricRow, m).value, ==,
                              g_array_index(again->metrics, MetricRow, m).value);
    }
}

#define CASE(name) g_test_add_func("/channel/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(each_stage_adds_its_time);
    CASE(a_download_takes_one_at_a_time_or_all_at_equal_shares);
    CASE(a_node_processes_one_message_at_a_time);
    CASE(equal_shares_change_with_those_who_come_and_go);
    CASE(a_small_message_overtakes_at_equal_shares);
    CASE(a_full_queue_drops_what_comes);
    CASE(what_waits_goes_down_with_its_node);
    CASE(what_is_not_yet_processed_is_lost_in_a_crash);
    CASE(what_waits_at_the_end_is_in_flight);
    CASE(classes_give_nodes_their_rates);
    CASE(a_wrong_table_of_classes_is_refused);
    CASE(a_file_overrides_the_latency_of_a_pair);
    CASE(wrong_overrides_are_refused);
    CASE(impossible_keys_are_refused);
    for (guint i = 0; protocols[i]; i++) {
        if (protocols[i]->routed || protocols[i]->clustered) continue;         /* needs an overlay that routes, or has clusters */
        g_autofree char *path = g_strdup_printf("/channel/messages_add_up/%s", protocols[i]->variant.name);
        g_test_add_data_func(path, protocols[i], messages_add_up);
    }
    return g_test_run();
}
