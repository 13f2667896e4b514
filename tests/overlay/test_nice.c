/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NICE: what its hierarchy looks like once it is quiet, and how it gets there again. */
#include "../run_text.h"
#include "fixture.h"

#undef ADD
#define ADD(name) g_test_add_func("/nice/" #name, name)

enum { LAYERS = 16, NODES = 4096, MEMBERS = 64, K = 3, LARGEST = 3 * K - 1 };

/* What every node says of its clusters at one moment. */
static struct {
    SimTime at;
    bool up[NODES];
    uint32_t layers[NODES];                     /* that it is in: one more than the clusters that it leads, if it is no top */
    uint32_t counts[LAYERS][NODES];             /* members of its cluster, with itself */
    NodeId members[LAYERS][NODES][MEMBERS];
    SimTime away[LAYERS][NODES][MEMBERS];
} seen;

static void look(Node *self, uint32_t tag)
{
    NodeId me = node_id(self);
    (void)tag;
    seen.up[me] = true;
    seen.layers[me] = 1;
    for (uint32_t l = 0; l < LAYERS; l++) {
        seen.counts[l][me] = 1;
        seen.members[l][me][0] = me;
        seen.away[l][me][0] = 0;
    }
    for (uint32_t i = 0; i < node_degree(self); i++) {
        NodeId other = node_neighbor(self, i);
        uint32_t layer = node_cluster(self, other), at = seen.counts[layer][me]++;
        g_assert_cmpuint(layer, <, LAYERS);
        seen.members[layer][me][at] = other;
        seen.away[layer][me][at] = overlay_measure(self, other);
        seen.layers[me] = MAX(seen.layers[me], layer + 1);
    }
}

static void start(Node *self) { if (seen.at >= node_now(self)) node_after(self, seen.at - node_now(self), 0); }
static void publish(Node *self, const Message *message) { (void)self, (void)message; }
static void receive(Node *self, NodeId from, const Message *message) { (void)self, (void)from, (void)message; }

static const Protocol protocol = {
    .variant = { .name = "tested" }, .clustered = true, .start = start, .publish = publish, .receive = receive, .timer = look,
};

/* Runs `nodes` of them and looks at second `at`. */
static RunResult *run_and_look(uint32_t nodes, uint32_t at, const char *keys, const char *extra)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = %u s\n[network]\nlatency = euclidean(60 ms)\n[overlay]\nkind = nice\nnodes = %u\n%s\n"
        "[protocol]\nkind = nice\n%s\n", at + 1, nodes, keys, extra);
    g_autoptr(Plan) plan = plan_text(text);
    Scenario *scenario = (Scenario *)plan->scenarios[0];
    const Variant *kept = scenario->protocol.variant;
    scenario->protocol.variant = &protocol.variant;
    memset(&seen, 0, sizeof seen);
    seen.at = at * SIM_S;
    RunResult *result = run_plan(plan, 0, false);
    scenario->protocol.variant = kept;
    return result;
}

static bool is_member(uint32_t layer, NodeId of, NodeId node)
{
    for (uint32_t i = 0; i < seen.counts[layer][of]; i++)
        if (seen.members[layer][of][i] == node) return true;
    return false;
}

static SimTime radius_of(uint32_t layer, NodeId node)
{
    SimTime radius = 0;
    for (uint32_t i = 0; i < seen.counts[layer][node]; i++) radius = MAX(radius, seen.away[layer][node][i]);
    return radius;
}

/* The one in a node's cluster who is in the next layer too. */
static NodeId leader_of(uint32_t layer, NodeId node)
{
    NodeId leader = NODE_NONE;
    for (uint32_t i = 0; i < seen.counts[layer][node]; i++) {
        NodeId member = seen.members[layer][node][i];
        if (seen.layers[member] <= layer + 1) continue;
        g_assert_cmpuint(leader, ==, NODE_NONE);
        leader = member;
    }
    return leader;
}

/* All see the same cluster, of the right size but at the top, led by its centre. */
static void check_cluster(uint32_t layer, NodeId node, uint32_t top, double hysteresis)
{
    uint32_t count = seen.counts[layer][node];
    g_assert_cmpuint(count, <=, LARGEST);
    g_assert_cmpuint(count, >=, layer == top ? 1 : K);
    SimTime least = INT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        NodeId other = seen.members[layer][node][i];
        g_assert_true(seen.up[other] && seen.layers[other] > layer);
        g_assert_cmpuint(seen.counts[layer][other], ==, count);
        g_assert_true(is_member(layer, other, node));
        least = MIN(least, radius_of(layer, other));
    }
    NodeId leader = leader_of(layer, node);
    g_assert_cmpint(leader == NODE_NONE, ==, layer == top);
    if (leader != NODE_NONE) g_assert_cmpfloat((double)radius_of(layer, leader) * (1 - hysteresis), <=, (double)least + 1000);
}

/* Returns how many are up. */
static uint32_t check_hierarchy(uint32_t nodes, double hysteresis)
{
    uint32_t top = 0, up = 0, on_top = 0;
    NodeId one = NODE_NONE;
    for (NodeId v = 0; v < nodes; v++) top = MAX(top, seen.up[v] ? seen.layers[v] - 1 : 0), up += seen.up[v];
    for (NodeId v = 0; v < nodes; v++) {
        if (!seen.up[v]) continue;
        for (uint32_t l = 0; l < seen.layers[v]; l++) check_cluster(l, v, top, hysteresis);
        if (seen.layers[v] == top + 1) on_top++, one = v;
    }
    g_assert_cmpuint(on_top, ==, seen.counts[top][one]);               /* all in one cluster */
    return up;
}

/* The leader of leaders on the way up from `node`, on the last layer but one. */
static NodeId highest(NodeId node)
{
    for (uint32_t l = 0; ; l++) {
        NodeId leader = leader_of(l, node);
        if (leader == NODE_NONE) return node;
        node = leader;
    }
}

static void its_sizes_are_the_published_ones(void)
{
    static const struct { const char *name, *value; } rows[] = { { "k", "3" }, { "heartbeat", "5 s" }, { "timeout", "15 s" } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpstr(params_find(kind_of("nice")->variant.params, rows[i].name)->fallback, ==, rows[i].value);
}

static void the_quiet_hierarchy_is_as_it_should_be(void)
{
    static const uint32_t sizes[] = { 1, 2, 8, 9, 64, 500 };
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_test_message("%u nodes", sizes[i]);
        g_autoptr(RunResult) result = run_and_look(sizes[i], 600, "join = uniform(0 s, 100 s)", "");
        g_assert_cmpuint(check_hierarchy(sizes[i], 0.1), ==, sizes[i]);
    }
}

static void all_may_join_at_once(void)
{
    g_autoptr(RunResult) result = run_and_look(500, 600, "", "");
    g_assert_cmpuint(check_hierarchy(500, 0.1), ==, 500);
}

static void without_hysteresis_leaders_are_the_centres(void)
{
    g_autoptr(RunResult) result = run_and_look(200, 900, "join = uniform(0 s, 100 s)\nhysteresis = 0", "");
    g_assert_cmpuint(check_hierarchy(200, 0), ==, 200);
}

/* One way from a member to its leader on layer 0, mean over all that do not lead, ms. */
static double mean_to_leader(uint32_t nodes)
{
    double sum = 0;
    uint32_t count = 0;
    for (NodeId v = 0; v < nodes; v++)
        for (uint32_t i = 0; i < seen.counts[0][v]; i++)
            if (seen.layers[v] == 1 && seen.members[0][v][i] == leader_of(0, v)) sum += (double)seen.away[0][v][i] / SIM_MS, count++;
    return sum / count;
}

static void members_move_to_nearer_leaders(void)
{
    const char *late = "join = uniform(0 s, 100 s)", *never = "join = uniform(0 s, 100 s)\nrefine = 1 h";
    g_autoptr(RunResult) with = run_and_look(500, 900, late, "");
    double moved = mean_to_leader(500);
    g_autoptr(RunResult) without_it = run_and_look(500, 900, never, "");
    g_test_message("%g ms to the leader, %g ms without moves", moved, mean_to_leader(500));
    g_assert_cmpfloat(moved, <, 0.95 * mean_to_leader(500));
}

/* A node fails at second 300; looked at second `at`. */
static void without(const char *failure, NodeId (*whom)(NodeId node), uint32_t at)
{
    const char *joins = "join = uniform(0 s, 100 s)";
    g_autoptr(RunResult) before = run_and_look(200, 299, joins, "");
    NodeId gone = whom(5);
    g_autofree char *text = g_strdup_printf("[failure f]\n%s\n", failure), *nodes = g_strdup_printf("nodes = %u", gone);
    g_autofree char *section = g_strconcat(text, nodes, NULL);
    g_autoptr(RunResult) result = run_and_look(200, at, joins, section);
    g_assert_false(seen.up[gone]);
    g_assert_cmpuint(check_hierarchy(200, 0.1), ==, 199);
}

static NodeId leader_0(NodeId node) { return leader_of(0, node); }
static NodeId a_plain_one(NodeId node)
{
    for (uint32_t i = 0; ; i++)
        if (seen.layers[seen.members[0][node][i]] == 1) return seen.members[0][node][i];
}

static void a_crash_is_mended(void)
{
    static NodeId (*const whom[])(NodeId) = { a_plain_one, leader_0, highest };
    for (size_t i = 0; i < G_N_ELEMENTS(whom); i++) without("kind = crash\nat = 300 s", whom[i], 500);
}

static void who_leaves_in_order_hands_over(void)
{
    static NodeId (*const whom[])(NodeId) = { a_plain_one, leader_0, highest };
    for (size_t i = 0; i < G_N_ELEMENTS(whom); i++)
        without("kind = churn\nsession = constant(1 ns)\ndowntime = constant(1 h)\nbegin = up\nat = 300 s\ngraceful = 100 %", whom[i],
                314);                           /* no silence of 15 s has been noticed yet */
}

static void half_of_them_crash_and_come_back(void)
{
    static const char *const recovers[] = { "", "recover-after = uniform(1 s, 60 s)" };
    static const uint32_t up[] = { 150, 300 };
    for (int i = 0; i < 2; i++) {
        g_autofree char *failure = g_strdup_printf("[failure f]\nkind = crash\nat = 300 s\nfraction = 50 %%\n%s\n", recovers[i]);
        g_autoptr(RunResult) result = run_and_look(300, 700, "join = uniform(0 s, 100 s)", failure);
        g_assert_cmpuint(check_hierarchy(300, 0.1), ==, up[i]);
    }
}

static void parts_become_one_again(void)
{
    g_autoptr(RunResult) result = run_and_look(200, 800, "join = uniform(0 s, 100 s)",
                                               "[failure f]\nkind = partition\ngroups = 2\nat = 200 s\nuntil = 400 s\n");
    g_assert_cmpuint(check_hierarchy(200, 0.1), ==, 200);
    g_autoptr(RunResult) apart = run_and_look(200, 399, "join = uniform(0 s, 100 s)",
                                              "[failure f]\nkind = partition\ngroups = 2\nat = 200 s\nuntil = 400 s\n");
    NodeId other = 0;
    while (other < 199 && highest(other) == highest(199)) other++;
    g_assert_cmpuint(highest(other), !=, highest(199));                 /* there were two */
}

static void a_storm_leaves_no_trace(void)
{
    g_autoptr(RunResult) result = run_and_look(
        300, 1100, "join = uniform(0 s, 100 s)",
        "[failure churn]\nkind = churn\nsession = exponential(2 min)\ndowntime = exponential(30 s)\ngraceful = 50 %\n"
        "at = 100 s\nuntil = 500 s\nbegin = up\n"
        "[failure apart]\nkind = partition\ngroups = 3\nat = 200 s\nuntil = 300 s\n"
        "[failure lost]\nkind = loss\nloss = 20 %\nat = 300 s\nuntil = 500 s\n"
        "[failure late]\nkind = spike\nextra = exponential(200 ms)\nlasting = constant(5 s)\nevery = constant(20 s)\nuntil = 500 s\n");
    g_assert_cmpuint(check_hierarchy(300, 0.1), ==, 300);
}

static void a_lost_heartbeat_is_no_crash(void)
{
    g_autoptr(RunResult) result = run_and_look(200, 600, "join = uniform(0 s, 100 s)\ntimeout = 30 s", "[failure f]\nkind = loss\nloss = 5 %\n");
    g_assert_cmpuint(check_hierarchy(200, 0.1), ==, 200);
}

static void control_is_constant_for_each_member(void)
{
    double least = INFINITY, most = 0;
    for (uint32_t nodes = 64; nodes <= (g_test_slow() ? 4096 : 1024); nodes *= 4) {
        const char *late = "join = uniform(0 s, 100 s)";
        g_autoptr(RunResult) early = run_and_look(nodes, 499, late, ""), whole = run_and_look(nodes, 699, late, "");
        double rate = (metric_value(whole, "control_messages") - metric_value(early, "control_messages")) / nodes / 200;
        g_test_message("%u nodes: %g control messages a second and member", nodes, rate);
        least = MIN(least, rate), most = MAX(most, rate);
    }
    g_assert_cmpfloat(most, <=, 2.0 * LARGEST / 5);                     /* O(k): two clusters of the largest size */
    g_assert_cmpfloat(most, <=, 1.5 * least);
}

static void silence_is_longer_than_a_heartbeat(void)
{
    g_autofree void *config = NULL;
    g_autofree char *told = configure(kind_of("nice"), 10, "timeout=5s heartbeat=5s", &config);
    g_assert_cmpstr(told, ==, "test.ini:2: [overlay] timeout: silence of less than a heartbeat says nothing; more than 'heartbeat'");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(its_sizes_are_the_published_ones);
    ADD(the_quiet_hierarchy_is_as_it_should_be);
    ADD(all_may_join_at_once);
    ADD(without_hysteresis_leaders_are_the_centres);
    ADD(members_move_to_nearer_leaders);
    ADD(a_crash_is_mended);
    ADD(who_leaves_in_order_hands_over);
    ADD(half_of_them_crash_and_come_back);
    ADD(parts_become_one_again);
    ADD(a_storm_leaves_no_trace);
    ADD(a_lost_heartbeat_is_no_crash);
    ADD(control_is_constant_for_each_member);
    ADD(silence_is_longer_than_a_heartbeat);
    return g_test_run();
}
