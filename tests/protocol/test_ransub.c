/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RanSub: whom a node is told of, how often, and what tickets say. */
#include "protocol/ransub.h"

#include "run_text.h"

#define ADD(name) g_test_add_func("/ransub/" #name, name)
enum { NODES = 31, MOST = 6 };

/* What was seen, for the protocol below keeps nothing of its own. */
static uint32_t told_of[NODES][NODES], subsets[NODES], least, oldest, epochs_told;
static SimTime from_time;

static RansubTree tree;

/* Who it is and, in the first place, when. */
static void sketch(Node *self, uint32_t *ticket)
{
    ransub_ticket_add(ticket, node_id(self));
    ticket[0] = (uint32_t)(node_now(self) / SIM_S);
}

static void told(Node *self, const RansubSample *samples, uint32_t count)
{
    if (node_now(self) < from_time) return;
    subsets[node_id(self)]++, epochs_told++;
    least = MIN(least, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t ticket[RANSUB_TICKET];
        ransub_ticket_clear(ticket);
        ransub_ticket_add(ticket, samples[i].node);
        g_assert_cmpuint(ransub_ticket_equal(ticket, samples[i].ticket), >=, RANSUB_TICKET - 1);
        oldest = MAX(oldest, (uint32_t)(node_now(self) / SIM_S) - samples[i].ticket[0]);
        told_of[node_id(self)][samples[i].node]++;
        for (uint32_t j = 0; j < i; j++) g_assert_cmpuint(samples[i].node, !=, samples[j].node);
    }
}

static RansubRules rules = { .epoch = SIM_S, .most = MOST, .tree = &tree, .sketch = sketch, .told = told };

static void start(Node *self) { ransub_start(self, node_state(self), &rules); }
static void publish(Node *self, const Message *message) { (void)self, (void)message; }
static void timer(Node *self, uint32_t tag) { ransub_timer(self, node_state(self), &rules, tag); }
static void stop(Node *self) { ransub_stop(self, node_state(self), &rules); }

static void receive(Node *self, NodeId from, const Message *message)
{
    ransub_receive(self, node_state(self), &rules, from, message);
}

static const Protocol probe = {
    .variant = { .name = "ransub-probe", .summary = "a test", .source = "a test" },
    .state_size = sizeof(Ransub), .start = start, .publish = publish, .receive = receive, .timer = timer, .stop = stop,
};

/* A binary tree of 31 nodes; forgets what was seen. */
static void set_up(void)
{
    static NodeId parents[NODES], children[NODES];
    static uint32_t first[NODES + 1];
    for (NodeId v = 0; v < NODES; v++) {
        parents[v] = v ? (v - 1) / 2 : NODE_NONE;
        first[v] = MIN(2 * v, NODES - 1);
        if (v) children[v - 1] = v;
    }
    first[NODES] = NODES - 1;
    tree = (RansubTree){ parents, children, first };
    memset(told_of, 0, sizeof told_of);
    memset(subsets, 0, sizeof subsets);
    least = UINT32_MAX, oldest = epochs_told = 0;
}

static void run(const char *duration, const char *more)
{
    g_autofree char *text = g_strdup_printf("[scenario]\nduration = %s\n[network]\nlatency = 10 ms\n[overlay]\nkind = kary-tree\narity = 2\n"
        "nodes = 31\n[protocol]\nkind = ransub-probe\n[workload w]\nkind = publish\npublications = 1\n%s", duration, more);
    g_autoptr(RunResult) result = run_text(text, 0);
}

static bool is_below(NodeId node, NodeId above)
{
    while (node > above) node = (node - 1) / 2;
    return node == above;
}

/* Every other node that is not below it, each as often, whatever branch it is on. */
static void subsets_are_uniform_over_those_not_below(void)
{
    enum { EPOCHS = 2000 };
    set_up();
    from_time = 1500 * SIM_MS;                  /* the first epoch only collects */
    run("2001 s", "");
    g_assert_cmpuint(subsets[0], ==, 0);        /* everybody is below the root */
    g_assert_cmpuint(least, ==, MOST);
    for (NodeId v = 1; v < NODES; v++) {
        uint32_t others = 0;
        for (NodeId u = 0; u < NODES; u++) others += !is_below(u, v);
        double share = (double)MOST / others, error = sqrt(share * (1 - share) / subsets[v]);
        g_assert_cmpuint(subsets[v], >=, EPOCHS - 1);
        for (NodeId u = 0; u < NODES; u++) {
            double seen = (double)told_of[v][u] / subsets[v];
            if (is_below(u, v)) g_assert_cmpuint(told_of[v][u], ==, 0);
            else g_assert_cmpfloat(fabs(seen - share), <, 4.5 * error);     /* one of 700 pairs in 200 runs */
        }
    }
}

/* The second subset, an epoch after the first collect, is already full. */
static void one_epoch_is_enough_to_know_everybody(void)
{
    set_up();
    from_time = 900 * SIM_MS;
    run("1500 ms", "");
    g_assert_cmpuint(epochs_told, ==, NODES - 1);
    g_assert_cmpuint(least, ==, MOST);
    g_assert_cmpuint(oldest, ==, 1);
}

/* Who waited for one that has failed would be late itself, and its news an epoch older than the others'. */
static void nobody_waits_twice_for_one_that_failed(void)
{
    static const char *const back[] = { "", "recover-after = 10 s\n" };
    for (int b = 0; b < 2; b++) {
        set_up();
        from_time = 23500 * SIM_MS;
        g_autofree char *failure = g_strdup_printf("[failure f]\nkind = crash\nnodes = 8\nat = 10200 ms\n%s", back[b]);
        run("60 s", failure);
        g_assert_cmpuint(oldest, ==, 1);
    }
}

static void a_root_that_comes_back_goes_on(void)
{
    set_up();
    from_time = 20 * SIM_S;
    run("30 s", "[failure f]\nkind = crash\nnodes = 0\nat = 10200 ms\nrecover-after = 5 s\n");
    g_assert_cmpuint(subsets[5], >=, 9);
}

/* Nodes 1 and 3 fail at once; three epochs later nobody is told of what hung below them, and the rest goes on. */
static void what_is_cut_off_is_forgotten(void)
{
    set_up();
    from_time = 14 * SIM_S;
    run("100 s", "[failure f]\nkind = crash\nnodes = 1\nat = 10200 ms\n");
    for (NodeId v = 1; v < NODES; v++) {
        if (is_below(v, 1)) g_assert_cmpuint(subsets[v], ==, 0);
        else g_assert_cmpuint(subsets[v], >=, 85);
        for (NodeId u = 1; u < NODES; u++)
            if (is_below(u, 1)) g_assert_cmpuint(told_of[v][u], ==, 0);
    }
    g_assert_cmpuint(least, ==, 1);             /* node 2 is told of the root alone */
}

static void who_comes_back_is_heard_of_again(void)
{
    set_up();
    from_time = 30 * SIM_S;
    run("100 s", "[failure f]\nkind = crash\nnodes = 1\nat = 10200 ms\nrecover-after = 10 s\n");
    g_assert_cmpuint(subsets[1], >=, 69);
    g_assert_cmpuint(told_of[2][1] + told_of[2][3] + told_of[2][15], >, 20);
}

/* Two sets of 100 things with 50 in common: a third of the union. */
static void tickets_estimate_what_two_have_in_common(void)
{
    enum { PAIRS = 300, THINGS = 100, COMMON = 50 };
    double sum = 0;
    for (uint32_t p = 0; p < PAIRS; p++) {
        uint32_t a[RANSUB_TICKET], b[RANSUB_TICKET], base = p * 1000;
        ransub_ticket_clear(a);
        ransub_ticket_clear(b);
        for (uint32_t i = 0; i < THINGS; i++) {
            ransub_ticket_add(a, base + i);
            ransub_ticket_add(b, base + i + THINGS - COMMON);
        }
        sum += (double)ransub_ticket_equal(a, b) / RANSUB_TICKET;
    }
    double share = 1.0 / 3, error = sqrt(share * (1 - share) / (PAIRS * RANSUB_TICKET));
    g_test_message("%.4f in common, expected %.4f, standard error %.4f", sum / PAIRS, share, error);
    g_assert_cmpfloat(fabs(sum / PAIRS - share), <, 4 * error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(registry_add("protocol", &probe.variant, NULL));
    ADD(subsets_are_uniform_over_those_not_below);
    ADD(one_epoch_is_enough_to_know_everybody);
    ADD(nobody_waits_twice_for_one_that_failed);
    ADD(a_root_that_comes_back_goes_on);
    ADD(what_is_cut_off_is_forgotten);
    ADD(who_comes_back_is_heard_of_again);
    ADD(tickets_estimate_what_two_have_in_common);
    return g_test_run();
}
