/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of the communication models that go over live overlays which route. */
#include "../run_text.h"

#define ADD(name) g_test_add_func("/relay/" #name, name)

enum { CALLS = 200, LATENCY_MS = 10 };

static char *calls_over(const char *overlay, const char *rest)
{
    return g_strdup_printf("[scenario]\nduration = 150 s\n[network]\nlatency = %d ms\n[overlay]\n%s\n"
        "[process server]\nnode = 199\n[process caller]\nnode = 0..9\ncount = 10\n"
        "[rpc sum]\nserver = server\naddress = n199:111\nroute = overlay\n"
        "[rpc-client calls]\nprocesses = caller\nrpc = sum\nmethod = sum\ncalls = 20\narrivals = 1 s\nstart = 80 s\n"
        "deadline = 10 s\nretry-interval = 2 s\n%s", LATENCY_MS, overlay, rest);
}

static const char *const overlays_that_route[] = {
    "kind = chord\nnodes = 200", "kind = pastry\nnodes = 200",
    "kind = kademlia\nnodes = 200\nk = 8", "kind = narada\nnodes = 200\nrefresh = 5 s",
};

static void calls_go_from_node_to_node(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_that_route); i++) {
        g_autofree char *text = calls_over(overlays_that_route[i], "");
        g_autoptr(RunResult) result = run_text(text, 0);
        double packets = metric_value(result, "packets"), ok = metric_value(result, "rpc_ok[calls]");
        g_test_message("%s: %g answered, %g packets, %g ms", overlays_that_route[i], ok, packets,
                       metric_value(result, "rpc_latency_mean_ms"));
        g_assert_cmpfloat(ok, ==, CALLS);
        g_assert_cmpfloat(metric_value(result, "packets_lost"), ==, 0);
        g_assert_cmpfloat(packets, >, 2 * CALLS);
        g_assert_cmpfloat(fabs(metric_value(result, "rpc_latency_mean_ms") * CALLS - packets * LATENCY_MS), <, 1);
    }
}

/* The quarter that fails is on the way of some; the overlay hears of it and turns elsewhere. */
static void a_packet_that_meets_a_dead_node_takes_another_way(void)
{
    for (size_t i = 0; i < 3; i++) {
        g_autofree char *text = calls_over(overlays_that_route[i], "[failure f]\nkind = crash\nnodes = 10..59\nat = 85 s\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        double lost = metric_value(result, "packets_lost"), again = metric_value(result, "rpc_transmissions") - CALLS;
        g_test_message("%s: %g met a dead node, %g sent again", overlays_that_route[i], lost, again);
        g_assert_cmpfloat(lost, >, 0);
        g_assert_cmpfloat(metric_value(result, "rpc_ok[calls]"), ==, CALLS);
        g_assert_cmpfloat(again, <, lost);      /* only where the overlay is not mended yet does a caller notice */
    }
}

static void who_is_down_is_not_reached(void)
{
    g_autofree char *text = calls_over(overlays_that_route[0], "[failure f]\nkind = crash\nnodes = 199\nat = 70 s\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "rpc_ok[calls]"), ==, 0);
}

static void an_overlay_without_ways_is_refused(void)
{
    g_autofree char *text = calls_over("kind = cyclon\nnodes = 64", ""), *path = NULL;
    g_autoptr(GError) error = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
    g_file_set_contents(path, text, -1, NULL);
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_nonnull(strstr(error->message, "route: 'cyclon' keeps neighbors and no ways"));
    unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(calls_go_from_node_to_node);
    ADD(a_packet_that_meets_a_dead_node_takes_another_way);
    ADD(who_is_down_is_not_reached);
    ADD(an_overlay_without_ways_is_refused);
    return g_test_run();
}
