/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Narada: its membership, its ways, and how its mesh is mended and improved. */
#include <igraph/igraph.h>

#include "../run_text.h"
#include "fixture.h"

#undef ADD
#define ADD(name) g_test_add_func("/narada/" #name, name)

/* What each node had told of its ways when the run ended: hops[at * nodes + to]. */
static struct { uint32_t nodes; NodeId *hops; bool *up; } seen;

static void watch_start(Node *self) { seen.up[node_id(self)] = true; }

static void watch_stop(Node *self)
{
    NodeId at = node_id(self);
    seen.up[at] = false;
    for (NodeId to = 0; to < seen.nodes; to++) seen.hops[at * seen.nodes + to] = node_next_hop(self, at, to);
}

static void pass(Node *self, const Message *publication) { (void)self, (void)publication; }
static void pass_from(Node *self, NodeId from, const Message *message) { (void)self, (void)from, (void)message; }

static const Protocol watch = {
    .variant = { .name = "watch" }, .paths = true, .start = watch_start, .stop = watch_stop, .publish = pass, .receive = pass_from,
};

/* A run with short periods; `scenario`, `keys` and `extra` add to its sections. */
static char *quick(uint32_t nodes, const char *scenario, const char *keys, const char *extra)
{
    return g_strdup_printf(
        "[scenario]\n%s\n[network]\nlatency = euclidean(60 ms)\n[overlay]\nkind = narada\nnodes = %u\nrefresh = 2 s\ntimeout = 8 s\n"
        "repair = 1 s\nrepair-most = 6 s\nping = 1 s\nneighbor-timeout = 3 s\nimprove = 2 s\nhold = 100 ms\npatience = 500 ms\n%s\n"
        "[protocol]\nkind = reverse-path\n%s\n", scenario, nodes, keys, extra);
}

/* The same with the watching protocol in its place. */
static RunResult *watched(uint32_t nodes, const char *scenario, const char *keys, const char *extra)
{
    g_autofree char *text = quick(nodes, scenario, keys, extra);
    g_autoptr(Plan) plan = plan_text(text);
    Scenario *run = (Scenario *)plan->scenarios[0];
    const Variant *kept = run->protocol.variant;
    run->protocol.variant = &watch.variant;
    g_free(seen.hops);
    g_free(seen.up);
    seen.nodes = nodes;
    seen.hops = g_new(NodeId, (size_t)nodes * nodes);
    seen.up = g_new0(bool, nodes);
    memset(seen.hops, 0xff, (size_t)nodes * nodes * sizeof *seen.hops);
    RunResult *result = run_plan(plan, 0, true);
    run->protocol.variant = kept;
    return result;
}

/* The mesh as the run left it; latencies in ms. */
static void mesh_of(const RunResult *result, igraph_t *mesh, igraph_vector_t *latencies)
{
    igraph_vector_int_t ends;
    g_assert_cmpint(igraph_vector_int_init(&ends, 0), ==, IGRAPH_SUCCESS);
    g_assert_cmpint(igraph_vector_init(latencies, 0), ==, IGRAPH_SUCCESS);
    for (guint i = 0; i < result->links->len; i++) {
        const LinkRow *row = &g_array_index(result->links, LinkRow, i);
        igraph_vector_int_push_back(&ends, row->a);
        igraph_vector_int_push_back(&ends, row->b);
        igraph_vector_push_back(latencies, row->latency_ms);
    }
    g_assert_cmpint(igraph_create(mesh, &ends, seen.nodes, false), ==, IGRAPH_SUCCESS);
    igraph_vector_int_destroy(&ends);
}

/* Follows the told ways from `at` to `to`; what they cost in ms. */
static double walk(const igraph_t *mesh, const igraph_vector_t *latencies, NodeId at, NodeId to)
{
    double cost = 0;
    for (uint32_t hops = 0; at != to; hops++) {
        NodeId next = seen.hops[at * seen.nodes + to];
        igraph_integer_t link;
        g_assert_cmpuint(hops, <, seen.nodes);
        g_assert_cmpuint(next, !=, NODE_NONE);
        g_assert_cmpint(igraph_get_eid(mesh, &link, at, next, false, true), ==, IGRAPH_SUCCESS);
        cost += VECTOR(*latencies)[link];
        at = next;
    }
    return cost;
}

/* Every way between nodes that `has` marks (NULL: all) is a shortest one of the mesh. */
static void assert_ways_are_shortest(const RunResult *result, const bool *has)
{
    igraph_t mesh;
    igraph_vector_t latencies;
    igraph_matrix_t distances;
    mesh_of(result, &mesh, &latencies);
    g_assert_cmpint(igraph_matrix_init(&distances, 0, 0), ==, IGRAPH_SUCCESS);
    g_assert_cmpint(igraph_distances_dijkstra(&mesh, &distances, igraph_vss_all(), igraph_vss_all(), &latencies, IGRAPH_ALL), ==,
                    IGRAPH_SUCCESS);
    for (NodeId a = 0; a < seen.nodes; a++)
        for (NodeId b = 0; b < seen.nodes; b++) {
            if (a == b || (has && (!has[a] || !has[b]))) continue;
            g_assert_cmpfloat_with_epsilon(walk(&mesh, &latencies, a, b), MATRIX(distances, a, b), 1e-9);
        }
    igraph_matrix_destroy(&distances);
    igraph_vector_destroy(&latencies);
    igraph_destroy(&mesh);
}

/* Which nodes the run left up. */
static bool *up_at_the_end(const RunResult *result)
{
    bool *up = g_new(bool, result->nodes->len);
    for (guint i = 0; i < result->nodes->len; i++) up[i] = true;
    for (guint i = 0; i < result->events->len; i++) {
        const EventRow *row = &g_array_index(result->events, EventRow, i);
        if (row->node < result->nodes->len) up[row->node] = strcmp(row->kind, "down") != 0 && strcmp(row->kind, "absent") != 0;
    }
    return up;
}

#define QUIET "add = 100 %\ndrop = 0 %\n"

static void its_defaults_are_the_published_ones(void)
{
    static const struct { const char *name, *value; } rows[] = { { "min-degree", "3" }, { "max-degree", "6" }, { "refresh", "30 s" } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(params_find(kind_of("narada")->variant.params, rows[i].name)->fallback, ==, rows[i].value);
}

static void ways_over_a_quiet_mesh_are_those_of_dijkstra(void)
{
    static const char *const joins[] = { "join = 0 s\n", "join = uniform(0 s, 40 s)\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(joins); i++) {
        g_autofree char *keys = g_strconcat(joins[i], QUIET, NULL);
        g_autoptr(RunResult) result = watched(100, "duration = 100 s", keys, "");
        assert_ways_are_shortest(result, NULL);
        g_assert_cmpfloat(metric_value(result, "overlay_components"), ==, 1);
    }
}

static void links_have_two_ends_and_degrees_bounds(void)
{
    g_autoptr(RunResult) result = watched(150, "duration = 200 s", "join = uniform(0 s, 40 s)", "");
    uint64_t within = 0, sum = 0;
    for (guint i = 0; i < result->histograms->len; i++) {
        const HistogramRow *row = &g_array_index(result->histograms, HistogramRow, i);
        if (strcmp(row->name, "degree") != 0) continue;
        sum += row->low * row->count;
        if (row->low >= 2 && row->low <= 8) within += row->count;
    }
    g_assert_cmpuint(sum, ==, 2 * result->links->len);
    g_assert_cmpuint(within, >=, 145);
}

static void the_crashed_are_found_out_and_ways_lead_around_them(void)
{
    g_autoptr(RunResult) result = watched(100, "duration = 120 s", QUIET, "[failure f]\nkind = crash\nat = 60 s\nfraction = 30 %\n");
    g_autofree bool *up = up_at_the_end(result);
    assert_ways_are_shortest(result, up);
    for (NodeId a = 0; a < seen.nodes; a++)
        for (NodeId b = 0; up[a] && b < seen.nodes; b++)
            if (!up[b]) g_assert_cmpuint(seen.hops[a * seen.nodes + b], ==, NODE_NONE);
}

static void those_that_come_back_are_taken_in_again(void)
{
    g_autoptr(RunResult) result = watched(100, "duration = 150 s", QUIET,
        "[failure f]\nkind = crash\nat = 60 s\nfraction = 40 %\nrecover-after = uniform(200 ms, 30 s)\n");
    assert_ways_are_shortest(result, NULL);
}

/* The share delivered while nodes leave and come back; mean of three runs. */
static double share_delivered(const char *keys, const char *graceful)
{
    double sum = 0;
    g_autofree char *extra = g_strdup_printf(
        "[workload w]\nkind = publish\npublications = 200\nstart = 60 s\ninterval = 200 ms\n"
        "[failure f]\nkind = churn\nsession = exponential(2 min)\ndowntime = exponential(20 s)\nspare = source\ngraceful = %s\n", graceful);
    g_autofree char *text = quick(60, "duration = 110 s", keys, extra);
    for (uint32_t r = 0; r < 3; r++) {
        g_autoptr(RunResult) result = run_text(text, r);
        sum += metric_value(result, "delivery_ratio");
    }
    return sum / 3;
}

static void who_says_goodbye_is_missed_less(void)
{
    double crashed = share_delivered("", "0"), left = share_delivered("", "100 %");
    g_test_message("crashed %g, left %g", crashed, left);
    g_assert_cmpfloat(crashed, >, 0.9);
    g_assert_cmpfloat(left, >, 0.99);
    g_assert_cmpfloat(left, >, crashed + 0.02);
}

static void a_detector_finds_the_crashed_sooner(void)
{
    double slow = share_delivered("", "0"), fast = share_delivered("detector = heartbeat\ndetector-period = 200 ms", "0");
    g_test_message("%g, with a detector %g", slow, fast);
    g_assert_cmpfloat(fast, >, slow + 0.01);
}

static void a_partition_that_heals_is_repaired(void)
{
    static const char extra[] =
        "[failure f]\nkind = partition\ngroups = 2\nat = 60 s\nuntil = %d s\n"
        "[workload w]\nkind = publish\nsource = 0..9\npublications = 20\nstart = 150 s\ninterval = 200 ms\n";
    static const int ends[] = { 62, 72, 110 };              /* noticed by nobody; some are dead; all others are */
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *sections = g_strdup_printf(extra, ends[i]), *text = quick(60, "duration = 160 s", QUIET, sections);
        g_autoptr(RunResult) ways = watched(60, "duration = 160 s", QUIET, sections), news = run_text(text, 0);
        assert_ways_are_shortest(ways, NULL);
        g_assert_cmpfloat(metric_value(news, "delivery_ratio"), ==, 1);
    }
}

static void nothing_is_lost_or_doubled_on_a_quiet_mesh(void)
{
    g_autofree char *text = quick(150, "duration = 120 s\nwarmup = 80 s", "join = uniform(0 s, 30 s)\n" QUIET,
        "[workload w]\nkind = publish\nsource = 0..149\npublications = 300\nstart = 80 s\ninterval = 100 ms\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 300 * 149);
}

/* While links and ways still change. */
static void ways_that_were_told_lose_less_than_those_known(void)
{
    double share[2];
    for (int told = 0; told < 2; told++) {
        g_autofree char *text = quick(100, "duration = 60 s", told ? "ways = told" : "ways = known",
            "[workload w]\nkind = publish\npublications = 300\nstart = 10 s\ninterval = 100 ms\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        share[told] = metric_value(result, "delivery_ratio");
    }
    g_test_message("known %g, told %g", share[0], share[1]);
    g_assert_cmpfloat(share[1], >, 0.999);
    g_assert_cmpfloat(1 - share[0], >, 4 * (1 - share[1]));
}

static double metric_of(uint32_t nodes, const char *keys, const char *name)
{
    g_autofree char *text = quick(nodes, "duration = 100 s\nwarmup = 60 s", keys,
        "[workload w]\nkind = publish\nsource = 0..15\npublications = 16\nstart = 90 s\ninterval = 100 ms\n");
    g_autoptr(RunResult) result = run_text(text, 0);
    return metric_value(result, name);
}

static void what_a_node_tells_grows_with_the_group(void)
{
    double of_40 = metric_of(40, QUIET, "control_bytes_per_node_s"), of_160 = metric_of(160, QUIET, "control_bytes_per_node_s");
    g_test_message("%g and %g B/s a node", of_40, of_160);
    g_assert_cmpfloat(of_160 / of_40, >, 3);
    g_assert_cmpfloat(of_160 / of_40, <, 6);
}

static void links_that_save_time_take_the_place_of_others(void)
{
    double improved = metric_of(150, "", "stretch_mean"), as_joined = metric_of(150, QUIET, "stretch_mean");
    g_test_message("stretch %g, %g without improvement", improved, as_joined);
    g_assert_cmpfloat(improved, <, 0.8 * as_joined);
}

static void what_makes_no_sense_is_refused(void)
{
    static const struct { uint32_t nodes; const char *keys, *told; } rows[] = {
        { 10, "min-degree=7", "test.ini:2: [overlay] min-degree: 7 are more than 'max-degree', 6" },
        { 10, "ping=30s", "test.ini:1: [overlay] neighbor-timeout: silence of less than a ping says nothing; more than 'ping'" },
        { 10, "timeout=30s", "test.ini:2: [overlay] timeout: silence of less than a refresh says nothing; more than 'refresh'" },
        { 4096, "", "" },
        { 4097, "nodes=4097", "test.ini:2: [overlay] nodes: every node of Narada keeps ways to all 4097; at most 4096" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree void *config = NULL;
        g_autofree char *told = configure(kind_of("narada"), rows[i].nodes, rows[i].keys, &config);
        g_assert_cmpstr(told, ==, rows[i].told);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(its_defaults_are_the_published_ones);
    ADD(ways_over_a_quiet_mesh_are_those_of_dijkstra);
    ADD(links_have_two_ends_and_degrees_bounds);
    ADD(the_crashed_are_found_out_and_ways_lead_around_them);
    ADD(those_that_come_back_are_taken_in_again);
    ADD(who_says_goodbye_is_missed_less);
    ADD(a_detector_finds_the_crashed_sooner);
    ADD(a_partition_that_heals_is_repaired);
    ADD(nothing_is_lost_or_doubled_on_a_quiet_mesh);
    ADD(ways_that_were_told_lose_less_than_those_known);
    ADD(what_a_node_tells_grows_with_the_group);
    ADD(links_that_save_time_take_the_place_of_others);
    ADD(what_makes_no_sense_is_refused);
    return g_test_run();
}
