/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node knows after a restart of publications that nobody carries any more. */
#include "run_text.h"

/* A protocol of one hop.  Five seconds after it came up each node notes whether it
 * has publication 0, and node 0 sends that to node 1 once more. */
static int has[4][2];           /* of each node: how often it had it not, and had it */
static int fresh[4];            /* how often it was new to it */

static void start(Node *self) { (void)node_after(self, 5 * SIM_S, 0); }
static void publish(Node *self, const Message *publication) { node_send_neighbors(self, NODE_NONE, publication); }

static void receive(Node *self, NodeId from, const Message *message)
{
    (void)from;
    fresh[node_id(self)] += node_deliver(self, message);
}

static void timer(Node *self, uint32_t tag)
{
    Message again = { .publication = 0, .size = 10, .flags = MESSAGE_PAYLOAD };
    has[node_id(self)][node_has(self, 0)]++;
    if (tag == 0 && node_id(self) == 0) (void)node_after(self, 5 * SIM_S, 1);
    if (tag == 1) node_send(self, 1, &again);
}

static const Protocol probe = {
    .variant = { .name = "probe" }, .start = start, .publish = publish, .receive = receive, .timer = timer,
};

/* A star: 0 publishes at once.  Node 1 is down from 3 to 4 s; node 3 changes late, so nothing is judged before. */
static RunResult *run(const char *more)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = 20 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = star\nnodes = 4\n[protocol]\nkind = flood\n"
        "[workload w]\nkind = publish\npublications = 1\n[failure f]\nkind = crash\nnodes = 1\nat = 3 s\nrecover-after = 1 s\n%s", more);
    g_autoptr(Plan) plan = plan_text(text);
    memset(has, 0, sizeof has);
    memset(fresh, 0, sizeof fresh);
    plan->scenarios[0]->protocol.variant = &probe.variant;
    return run_plan(plan, 0, true);
}

static void a_restart_forgets_what_nobody_carries(void)
{
    g_autoptr(RunResult) result = run("[failure late]\nkind = crash\nnodes = 3\nat = 18 s\n");
    g_assert_cmpint(has[2][1], ==, 1);                  /* never down */
    g_assert_cmpint(has[1][0], ==, 1);                  /* asked at 9 s, restarted at 4 s */
    g_assert_cmpint(has[1][1], ==, 0);
    g_assert_cmpint(fresh[1], ==, 2);                   /* at 10 ms, and to the new incarnation at 10 s */
    g_assert_cmpint(fresh[2], ==, 1);
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 3);       /* counted once */
}

static void what_is_carried_is_forgotten_at_once(void)
{
    /* A slow way back to node 2 keeps the publication in use while node 1 restarts. */
    g_autoptr(RunResult) result = run("[failure slow]\nkind = slow\nnodes = 2\nfactor = 1000\n[failure late]\nkind = crash\nnodes = 3\nat = 18 s\n");
    g_assert_cmpint(has[1][0], ==, 1);
    g_assert_cmpint(fresh[1], ==, 2);
    g_assert_cmpint(fresh[2], ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/restart/a_restart_forgets_what_nobody_carries", a_restart_forgets_what_nobody_carries);
    g_test_add_func("/restart/what_is_carried_is_forgotten_at_once", what_is_carried_is_forgotten_at_once);
    return g_test_run();
}
