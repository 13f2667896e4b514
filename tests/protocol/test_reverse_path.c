/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse path over fixed overlays: one copy a link of each source's own tree. */
#include "../run_text.h"
#include "graph/tree.h"
#include "registry.h"

#define ADD(name) g_test_add_func("/reverse_path/" #name, name)

static char *on(const char *overlay, const char *extra)
{
    return g_strdup_printf(
        "[scenario]\nduration = 20 s\n[network]\nlatency = uniform(10 ms, 100 ms)\n[overlay]\n%s\n[protocol]\nkind = reverse-path\n"
        "[workload w]\nkind = publish\nsource = 0..9\npublications = 30\ninterval = 100 ms\n%s\n", overlay, extra);
}

static Graph *mesh_of(const RunResult *result)
{
    guint links = result->links->len;
    g_autofree NodeId *a = g_new(NodeId, links), *b = g_new(NodeId, links);
    for (guint i = 0; i < links; i++) {
        a[i] = g_array_index(result->links, LinkRow, i).a;
        b[i] = g_array_index(result->links, LinkRow, i).b;
    }
    Graph *graph = graph_new(result->nodes->len, a, b, links);
    for (guint i = 0; i < links; i++) {
        const LinkRow *row = &g_array_index(result->links, LinkRow, i);
        SimTime latency = llround(row->latency_ms * 1e6);
        graph_set_latency(graph, graph_find(graph, row->a, row->b), latency);
        graph_set_latency(graph, graph_find(graph, row->b, row->a), latency);
    }
    return graph;
}

static void everybody_gets_it_once_and_as_early_as_can_be(void)
{
    static const char *const overlays_here[] = {
        "kind = random-regular\ndegree = 6\nnodes = 200", "kind = kary-tree\narity = 3\nnodes = 100",
        "kind = watts-strogatz\ndegree = 4\nrewiring = 20 %\nnodes = 150",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_here); i++) {
        g_autofree char *text = on(overlays_here[i], "");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_autoptr(Graph) mesh = mesh_of(result);
        uint32_t nodes = mesh->nodes;
        g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 30.0 * (nodes - 1));
        g_assert_cmpfloat(metric_value(result, "duplicates"), ==, 0);
        g_assert_cmpuint(result->deliveries->len, ==, 30 * (nodes - 1));
        g_autofree NodeId *parents = g_new(NodeId, nodes);
        g_autofree SimTime *distances = g_new(SimTime, nodes);
        for (guint d = 0; d < result->deliveries->len; d++) {
            const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, d);
            graph_shortest_tree(mesh, row->publication % 10, parents, distances);
            g_assert_cmpint(row->delivered - row->published, ==, distances[row->node]);
        }
    }
}

static void on_a_complete_overlay_the_source_sends_all(void)
{
    g_autofree char *text = on("kind = complete\nnodes = 50", "");
    g_autoptr(RunResult) result = run_text(text, 0);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 30 * 49);
    g_assert_cmpfloat(metric_value(result, "hops_max"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
}

static void nothing_repairs_the_ways_of_a_fixed_overlay(void)
{
    static const char *const overlays_here[] = { "kind = chain\nnodes = 10", "kind = ring\nnodes = 10" };
    for (size_t i = 0; i < G_N_ELEMENTS(overlays_here); i++) {
        g_autofree char *text = on(overlays_here[i], "[failure f]\nkind = crash\nnodes = 5\nat = 0 s\n");
        g_autoptr(RunResult) result = run_text(text, 0);
        g_assert_cmpfloat(metric_value(result, "delivery_ratio"), <, 0.9);
    }
}

/* Four nodes that all see each other; what they know of their ways to node 0 is made up. */
static bool turns;

static void meet(Node *self)
{
    for (NodeId v = 0; v < node_count(self); v++)
        if (v != node_id(self)) overlay_neighbor_add(self, v);
}

static void hear(Node *self, NodeId from, const Message *message) { (void)self, (void)from, (void)message; }

/* 0-1 and 2-3 agree; 1 believes that 2 has its way over it, but 2 has it from 0, or had until 15 ms. */
static NodeId known(Node *self, NodeId of, NodeId to)
{
    g_assert_cmpuint(to, ==, 0);
    NodeId at = node_id(self);
    if (of == 1) return at < 2 ? 0 : NODE_NONE;
    if (of == 3) return at > 1 ? 2 : NODE_NONE;
    if (at == 2) return turns && node_now(self) > 15 * SIM_MS ? 1 : 0;
    return at == 1 ? 1 : at == 0 && turns ? 0 : NODE_NONE;
}

static const LiveOverlay live = { .start = meet, .receive = hear, .next_hop = known };
static const Overlay made_up = { .variant = { .name = "made-up" }, .live = &live };

static void assert_outcome(bool turning, double payload, double reached, double duplicates)
{
    g_autoptr(Plan) plan = plan_text("[scenario]\nduration = 1 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = narada\nnodes = 4\n"
                                     "[protocol]\nkind = reverse-path\n[workload w]\nkind = publish\npublications = 1\n");
    Scenario *scenario = (Scenario *)plan->scenarios[0];
    const Variant *kept = scenario->overlay.variant;
    scenario->overlay.variant = &made_up.variant;
    turns = turning;
    g_autoptr(RunResult) result = run_plan(plan, 0, true);
    scenario->overlay.variant = kept;
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, payload);
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, reached);
    g_assert_cmpfloat(metric_value(result, "duplicates"), ==, duplicates);
}

static void what_comes_another_way_is_kept_and_not_passed_on(void)
{
    assert_outcome(false, 2, 2, 0);     /* 0 -> 1 -> 2, and no further */
}

static void a_way_that_turns_passes_nothing_on_twice(void)
{
    assert_outcome(true, 4, 3, 1);      /* 0 -> 1, 0 -> 2 -> 3, and 1 -> 2 by the new way */
}

static void it_wants_an_overlay_that_keeps_ways(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
    g_file_set_contents(path, "[scenario]\nduration = 1 s\n[network]\nlatency = 1 ms\n[overlay]\nkind = cyclon\nnodes = 9\n"
                              "[protocol]\nkind = reverse-path\n", -1, NULL);
    g_assert_null(plan_read(path, NULL, &error));
    g_assert_nonnull(strstr(error->message, ":9: [protocol] kind: it follows the ways"));
    g_assert_nonnull(strstr(error->message, ":6: [overlay] kind: it keeps no ways"));
    unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(everybody_gets_it_once_and_as_early_as_can_be);
    ADD(on_a_complete_overlay_the_source_sends_all);
    ADD(nothing_repairs_the_ways_of_a_fixed_overlay);
    ADD(what_comes_another_way_is_kept_and_not_passed_on);
    ADD(a_way_that_turns_passes_nothing_on_twice);
    ADD(it_wants_an_overlay_that_keeps_ways);
    return g_test_run();
}
