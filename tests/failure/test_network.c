/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What befalls the network: partitions, regions, loss, slowness, spikes, flapping. */
#include "fixture.h"

#define RING "kind = ring\nnodes = 10"

static void a_partition_falls_and_heals(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = partition\nnodes = 5..9\nat = 4500 ms\nuntil = 9500 ms");
    assert_events(result, "part * 4.5, heal * 9.5");
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 15 * 9 + 5 * 4);
    g_assert_cmpfloat(metric_value(result, "dropped_partition"), ==, 5 * 2);        /* 4-5 and 0-9 */
    g_assert_cmpfloat(metric_value(result, "failure_f_largest_part"), ==, 0.5);
    g_assert_cmpfloat(metric_value(result, "failure_f_links_between"), ==, 0.2);
}

/* A tree loses what hangs below every link between the parts, a mesh only what no way leads to. */
static void parts_of_trees_and_meshes(void)
{
    static const char halves[] = "kind = partition\ngroups = 2\nby = number\nat = 500 ms\nuntil = 10500 ms";
    g_autoptr(RunResult) tree = failing("kind = kary-tree\narity = 2\nnodes = 64", halves);
    g_autoptr(RunResult) mesh = failing("kind = random-regular\ndegree = 8\nnodes = 64\nseed = 3", halves);
    /* 0..31 against the rest: all of the first half is reached while it lasts, and all again once it heals */
    g_assert_cmpfloat(metric_value(tree, "deliveries"), ==, 10 * 63 + 10 * 31);
    g_assert_cmpfloat(metric_value(mesh, "deliveries"), ==, 10 * 63 + 10 * 31);
    g_autoptr(RunResult) torn = failing("kind = kary-tree\narity = 2\nnodes = 64", "kind = partition\ngroups = 2\nat = 500 ms\nuntil = 10500 ms");
    g_autoptr(RunResult) meshed = failing("kind = random-regular\ndegree = 8\nnodes = 64\nseed = 3", "kind = partition\ngroups = 2\nat = 500 ms\nuntil = 10500 ms");
    g_assert_cmpfloat(metric_value(torn, "deliveries"), <, 10 * 63 + 10 * 10);      /* a random half of a tree falls to pieces */
    g_assert_cmpfloat(metric_value(meshed, "deliveries"), >, 10 * 63 + 10 * 28);
}

static void parts_by_share(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = partition\nfraction = 20 %");
    g_assert_cmpfloat(metric_value(result, "failure_f_largest_part"), ==, 0.8);
    g_assert_cmpfloat(metric_value(result, "failure_f_largest_part_asked"), ==, 0.8);
    assert_fault("kind = partition\nfraction = 20 %\ngroups = 3", "one of groups, fraction or nodes is enough");
    assert_fault("kind = partition\nnodes = 1\nby = number", "by: `nodes` says who falls");
    assert_fault("kind = partition\nat = 2 s\nuntil = 1 s", "until: it ends before it begins");
    assert_fault("kind = partition\nnodes = 10", "there is no node 10");
}

/* OverSim's own file: types 0 and 1 do not reach each other from 100 s to 200 s; 20 times as fast. */
static void a_recorded_partition_is_replayed(void)
{
    if (!g_file_test("../shared/data/churn", G_FILE_TEST_IS_DIR)) {
        g_test_skip("../shared/data/churn is not there");
        return;
    }
    g_autofree char *here = g_get_current_dir();
    g_autofree char *text = g_strdup_printf("kind = partition\nby = number\nspeed = 20\ntrace = %s/../shared/data/churn/oversim/partition.trace", here);
    g_autoptr(RunResult) result = failing(RING, text);
    assert_events(result, "part * 5, part * 5, heal * 10, heal * 10");
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_cuts"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_cuts_asked"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "failure_f_largest_part"), ==, 0.5);
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 15 * 9 + 5 * 4);
    g_assert_cmpfloat(metric_value(result, "dropped_partition"), ==, 5 * 2);
}

/* One way alone: 0..4 are not heard by 5..9, who come through to them; a connection that was never cut is no news. */
static void a_trace_cuts_one_way_alone(void)
{
    g_autofree char *path = given_file("p.trace", "0 0 CONNECT_NODETYPES 1 0\n4.5 0 DISCONNECT_NODETYPES 0 1\n4.5 0 DISCONNECT_NODETYPES 0 1\n"
                                       "9 0 CONNECT_NODETYPES 0 1\n30 0 DISCONNECT_NODETYPES 1 0\n", -1);
    g_autofree char *text = g_strdup_printf("kind = partition\nby = number\nat = 500 ms\ntrace = %s", path);
    g_autofree char *all = failing_text("kind = ring\nnodes = 10", text);
    g_autofree char *back = g_strdup_printf("%s[workload back]\nkind = publish\nsource = 9\npublications = 20\n", all);
    g_autoptr(RunResult) result = failing(RING, text), two = run_text(back, 0);
    assert_events(result, "part * 5, heal * 9.5");
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_cuts"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "failure_f_trace_cuts_asked"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 15 * 9 + 5 * 4);
    g_assert_cmpfloat(metric_value(two, "deliveries"), ==, 15 * 9 + 5 * 4 + 20 * 9);
}

static void a_trace_that_does_not_fit_is_refused(void)
{
    static const struct { const char *trace, *rest, *says; } rows[] = {
        { "1 0 DISCONNECT_NODETYPES 0\n", "", "t.trace:1: DISCONNECT_NODETYPES is expected to name two types of nodes" },
        { "1 0 CONNECT_NODETYPES 0 x\n", "", "t.trace:1: type of node 'x' is not a whole number" },
        { "1 0 CONNECT_NODETYPES 0 9999999\n", "", "is too large" },
        { "1 0 JOIN\n", "", "trace: it cuts nobody off" },
        { "1 0 DISCONNECT_NODETYPES 0 2\n", "groups = 2", "groups: the trace tells 3 parts apart" },
        { "1 0 DISCONNECT_NODETYPES 0 2\n", "fraction = 20 %", "it tells 3 parts apart, fraction and nodes two" },
        { "1 0 DISCONNECT_NODETYPES 0 1\n", "until = 3 s", "until: the trace says when it is over" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = given_file("t.trace", rows[i].trace, -1);
        g_autofree char *text = g_strdup_printf("kind = partition\ntrace = %s\n%s", path, rows[i].rest);
        assert_fault(text, rows[i].says);
    }
    assert_fault("kind = partition\nspeed = 2", "speed: it belongs to `trace`");
}

static void regions(void)
{
    g_autoptr(RunResult) below = failing("kind = kary-tree\narity = 2\nnodes = 15", "kind = region\nbelow = 2\nat = 1500 ms\nuntil = 18 s");
    assert_events(below, "down 2 1.5, down 5 1.5, down 6 1.5, down 11 1.5, down 12 1.5, down 13 1.5, down 14 1.5, "
                         "up 2 18, up 5 18, up 6 18, up 11 18, up 12 18, up 13 18, up 14 18");
    g_assert_cmpfloat(metric_value(below, "failure_f_region_share"), ==, 7. / 15);
    g_autoptr(RunResult) cut = failing("kind = kary-tree\narity = 2\nnodes = 15", "kind = region\nbelow = 2\neffect = isolate\nat = 500 ms");
    assert_events(cut, "part * 0.5");
    g_assert_cmpfloat(metric_value(cut, "deliveries"), ==, 14 + 19 * 7);
    g_autoptr(RunResult) near = run_text("[scenario]\nduration = 1 s\n[network]\nlatency = euclidean(100 ms)\n[overlay]\nkind = ring\nnodes = 400\n"
                                         "[protocol]\nkind = flood\n[failure f]\nkind = region\naround = 0\nradius = 20 ms\n", 0);
    g_assert_cmpfloat(metric_value(near, "failure_f_region_share"), >, 0.02);       /* a quarter disk at least */
    g_assert_cmpfloat(metric_value(near, "failure_f_region_share"), <, 0.2);        /* pi 0.2^2 is 0.126 */
    assert_fault("kind = region", "it says not where");
    assert_fault("kind = region\nbelow = 1\nplace = x", "one of around, x, below or place is enough");
    assert_fault("kind = region\naround = 1", "around: it goes with `radius`");
    assert_fault("kind = region\nx = 1\ny = 2", "x: it goes with `distance`");
}

/* Nodes of one router, by its name. */
static void a_router_of_a_name(void)
{
    g_autofree char *path = given_file("net.gml", "graph [ node [ id 0 label \"Wien\" ] node [ id 1 label \"Graz\" ] node [ id 2 label \"Linz\" ]\n"
                                       "edge [ source 0 target 1 d 5 ] edge [ source 1 target 2 d 5 ] ]\n", -1);
    g_autofree char *text = g_strdup_printf("[scenario]\nduration = 1 s\n[network]\nlatency = graph(%s, gml, d, ms)\nplacement = in-order\n"
                                            "[overlay]\nkind = chain\nnodes = 3\n[protocol]\nkind = flood\n"
                                            "[failure f]\nkind = region\nplace = Gr*\n", path);
    g_autoptr(RunResult) result = run_text(text, 0);
    assert_events(result, "down 1 0");
}

static void slow_nodes(void)
{
    g_autoptr(RunResult) one = failing("kind = chain\nnodes = 2", "kind = slow\nnodes = 1\nfactor = 3\nat = 9500 ms");
    assert_events(one, "slow 1 9.5");
    g_assert_cmpfloat_with_epsilon(metric_value(one, "latency_mean_ms"), 20, 1e-9);
    g_autoptr(RunResult) both = failing("kind = chain\nnodes = 2", "kind = slow\nnodes = all\nfactor = 3\nuntil = 9500 ms");
    g_assert_cmpfloat_with_epsilon(metric_value(both, "latency_mean_ms"), 50, 1e-9);
    g_autoptr(RunResult) delay = failing("kind = chain\nnodes = 2", "kind = slow\nnodes = 1\ndelay = 7 ms");
    g_assert_cmpfloat_with_epsilon(metric_value(delay, "latency_mean_ms"), 17, 1e-9);
    g_autofree char *path = given_file("speed.profile", "0 0.5\n2 1.0\nLOOPAFTER 2", -1);
    g_autofree char *profile = g_strdup_printf("kind = slow\nnodes = 1\nprofile = %s", path);
    g_autoptr(RunResult) replayed = failing("kind = chain\nnodes = 2", profile);
    g_assert_cmpfloat_with_epsilon(metric_value(replayed, "latency_mean_ms"), 15, 1e-9);
    assert_fault("kind = slow\nnodes = 1", "it says not how slow");
    assert_fault("kind = slow\nfactor = 2", "it says not who is struck");
    assert_fault("kind = slow\nfactor = 2\nnodes = 1\ncount = 2", "one of nodes, fraction or count is enough");
    g_autofree char *stop = given_file("stop.profile", "0 0\n", -1);
    g_autofree char *stopped = g_strdup_printf("kind = slow\nnodes = 1\nprofile = %s", stop);
    assert_fault(stopped, "a speed of 0");
    g_autofree char *twice = g_strdup_printf("kind = slow\nnodes = 1\nfactor = 2\nprofile = %s", path);
    assert_fault(twice, "factor: the profile says how slow");
}

static void spikes(void)
{
    g_autoptr(RunResult) result = failing("kind = chain\nnodes = 2", "kind = spike\nextra = 40 ms\nlasting = 2 s\nevery = 3 s\nat = 500 ms");
    assert_events(result, "spike * 0.5, normal * 2.5, spike * 5.5, normal * 7.5, spike * 10.5, normal * 12.5, spike * 15.5, normal * 17.5");
    g_assert_cmpfloat_with_epsilon(metric_value(result, "latency_mean_ms"), 10 + 40 * 8 / 20., 1e-9);
    g_assert_cmpfloat(metric_value(result, "failure_f_spikes"), ==, 4);
    g_assert_cmpfloat(metric_value(result, "failure_f_lasting_mean_ms_asked"), ==, 2000);
    g_autoptr(RunResult) factor = failing("kind = chain\nnodes = 2", "kind = spike\nfactor = 5\nat = 9500 ms");
    g_assert_cmpfloat_with_epsilon(metric_value(factor, "latency_mean_ms"), 30, 1e-9);
    assert_fault("kind = spike", "it says not how much longer");
    assert_fault("kind = spike\nfactor = 2\nevery = 1 s", "`lasting` is missing");
    assert_fault("kind = spike\nfactor = 2\nevery = 1 ns\nlasting = 1 ns", "less than a microsecond");
}

/* The shared profiles of speed and latency. */
static void shared_profiles(void)
{
    if (!g_file_test("../shared/data/churn", G_FILE_TEST_IS_DIR)) {
        g_test_skip("../shared/data/churn is not there");
        return;
    }
    g_autofree char *here = g_get_current_dir();
    g_autofree char *speed = g_strdup_printf("kind = slow\nnodes = 1\nprofile = %s/../shared/data/churn/simgrid-profiles/jupiter_speed.profile", here);
    g_autoptr(RunResult) slow = failing("kind = chain\nnodes = 2", speed);
    g_assert_cmpuint(count_events(slow, "slow"), ==, 7);            /* 0, 2, 4, 6, 8 and again at 18, 20 */
    g_assert_cmpfloat_with_epsilon(metric_value(slow, "latency_max_ms"), 100, 1e-9);
    g_autofree char *link = g_strdup_printf("kind = spike\nprofile = %s/../shared/data/churn/simgrid-profiles/link1_latency.profile", here);
    g_autoptr(RunResult) spike = failing("kind = chain\nnodes = 2", link);
    g_assert_cmpuint(count_events(spike, "spike"), ==, 5);          /* 1, 3, 10, 12, 19 */
    g_assert_cmpfloat_with_epsilon(metric_value(spike, "latency_max_ms"), 25, 1e-9);
}

static void loss_for_a_while(void)
{
    g_autoptr(RunResult) result = failing(RING, "kind = loss\nloss = 100 %\nnodes = 5\nends = to\nat = 4500 ms\nuntil = 9500 ms");
    assert_events(result, "loss 5 4.5, normal 5 9.5");
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 20 * 9 - 5);
    g_assert_cmpfloat(metric_value(result, "dropped_loss"), ==, 10);
    assert_fault("kind = loss", "'loss' is missing");
    assert_fault("kind = loss\nloss = gilbert-eliott(1 %, 2 %)", "did you mean 'gilbert-elliott'?");
    assert_fault("kind = loss\nloss = gilbert-elliott(1 %)", "should read gilbert-elliott(P, R, GOOD, BAD)");
    assert_fault("kind = loss\nloss = gilbert-elliott(0, 1)", "a state that is never left or never entered");
    assert_fault("kind = loss\nloss = gilbert-elliott(2, 1)", "2");
}

static void flapping_links(void)
{
    g_autoptr(RunResult) result = failing("kind = ring\nnodes = 200", "kind = flap\nup = exponential(4 s)\ndown = exponential(1 s)\nfraction = 50 %");
    g_assert_cmpfloat(metric_value(result, "failure_f_links"), ==, 100);
    double mean = metric_value(result, "failure_f_down_mean_ms");
    g_assert_cmpfloat(fabs(mean - 1000), <, 4 * 1000 / sqrt(count_events(result, "cut") / 2.));
    g_assert_cmpfloat(metric_value(result, "failure_f_up_mean_ms_asked"), ==, 4000);
    assert_fault("kind = flap\nup = 0 s\ndown = 1 s", "up: its mean is 0 or infinite");
    assert_fault("kind = flap\nup = 1 s\ndown = pareto(1 s, 1)", "down: its mean is 0 or infinite");
}

/* Two failures cut one link: it works again when the last lets go. */
static void a_link_cut_twice(void)
{
    g_autoptr(RunResult) result = failing("kind = chain\nnodes = 2",
        "kind = link-cut\nfraction = 100 %\nat = 1500 ms\nuntil = 9500 ms\n[failure g]\nkind = link-cut\nfraction = 100 %\nat = 4500 ms\nuntil = 14500 ms");
    g_assert_cmpfloat(metric_value(result, "dropped_link_cut"), ==, 13);
}

#define CASE(name) g_test_add_func("/network/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_partition_falls_and_heals);
    CASE(parts_of_trees_and_meshes);
    CASE(parts_by_share);
    CASE(a_recorded_partition_is_replayed);
    CASE(a_trace_cuts_one_way_alone);
    CASE(a_trace_that_does_not_fit_is_refused);
    CASE(regions);
    CASE(a_router_of_a_name);
    CASE(slow_nodes);
    CASE(spikes);
    CASE(shared_profiles);
    CASE(loss_for_a_while);
    CASE(flapping_links);
    CASE(a_link_cut_twice);
    int status = g_test_run();
    given_remove();
    return status;
}
