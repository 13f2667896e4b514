/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a live overlay is promised: connections that break, a bootstrap service,
 * timers that die with the node, neighbors that the protocol hears of. */
#include "registry.h"
#include "run_text.h"

enum { NODES = 4, PAYLOAD_BYTES = 1000 };

/* What the overlay and the protocol below heard, one line each. */
static GString *heard;

static void say(Node *self, const char *what, NodeId other)
{
    g_string_append_printf(heard, "%g %u %s", (double)node_now(self) / SIM_MS, node_id(self), what);
    if (other != NODE_NONE) g_string_append_printf(heard, " %u", other);
    g_string_append_c(heard, '\n');
}

typedef struct { uint32_t zeroed, ticks; } State;

static void start(Node *self)
{
    State *state = overlay_state(self);
    g_assert_cmpuint(state->zeroed, ==, 0);
    state->zeroed = 1;
    say(self, "starts, contact", overlay_contact(self));
    NodeId left = (node_id(self) + NODES - 1) % NODES, right = (node_id(self) + 1) % NODES;
    g_assert_true(overlay_neighbor_add(self, left));
    g_assert_true(overlay_neighbor_add(self, right));
    g_assert_false(overlay_neighbor_add(self, right));
    g_assert_cmpuint(overlay_degree(self), ==, 2);
    g_assert_cmpuint(overlay_neighbor(self, 0), <, overlay_neighbor(self, 1));
    overlay_after(self, 100 * SIM_MS, 7);
    g_assert_true(overlay_cancel(self, overlay_after(self, 50 * SIM_MS, 8)));
}

static void timer(Node *self, uint32_t tag)
{
    g_assert_cmpuint(tag, ==, 7);
    say(self, "ticks", NODE_NONE);
    if (node_id(self) != 0) return;
    Message message = { .publication = PUBLICATION_NONE, .size = 10, .word = 42, .data = "abc", .data_size = 4 };
    overlay_send_connected(self, 1, &message);
    overlay_send_connected(self, 2, &message);
    overlay_send(self, 1, &message);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    g_assert_cmpuint(message->word, ==, 42);
    g_assert_cmpstr(message->data, ==, "abc");
    say(self, "hears", from);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    say(self, overlay_carried(message) ? "lost the protocol's message to" : "lost its message to", to);
    if (overlay_carried(message)) g_assert_cmpuint(message->size, ==, PAYLOAD_BYTES);
    else g_assert_cmpstr(message->data, ==, "abc");
    if (overlay_carried(message)) overlay_resend(self, 2, message);
    overlay_neighbor_remove(self, to);
    g_assert_false(overlay_neighbor_remove(self, to));
}

static void stop(Node *self)
{
    say(self, "stops", NODE_NONE);
}

static const LiveOverlay live = {
    .state_size = sizeof(State), .connected = true,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .stop = stop,
};
static const Overlay overlay = { .variant = { .name = "tested" }, .live = &live };

static void protocol_up(Node *self, NodeId other) { say(self, "gains", other); }
static void protocol_down(Node *self, NodeId other) { say(self, "loses", other); }
static void publish(Node *self, const Message *message) { node_send_neighbors(self, NODE_NONE, message); }

static void deliver(Node *self, NodeId from, const Message *message)
{
    g_assert_true(node_deliver(self, message));
    g_string_append_printf(heard, "%g %u gets it by %u after %u\n", (double)node_now(self) / SIM_MS, node_id(self), from,
                           message->hops);
}

static const Protocol protocol = {
    .variant = { .name = "tested" },
    .publish = publish, .receive = deliver, .neighbor_up = protocol_up, .neighbor_down = protocol_down,
};

/* The run of a text, with overlay and protocol replaced by those above. */
static RunResult *run_tested_on(const char *network, const char *keys, const char *extra)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\nduration = 1 s\n[network]\nlatency = 10 ms\n%s\n[overlay]\nkind = hyparview\nnodes = %d\n%s\n"
        "[protocol]\nkind = flood\n%s\n", network, NODES, keys, extra);
    g_autoptr(Plan) plan = plan_text(text);
    Scenario *scenario = (Scenario *)plan->scenarios[0];
    const Variant *kept = scenario->overlay.variant, *kept_protocol = scenario->protocol.variant;
    scenario->overlay.variant = &overlay.variant;
    scenario->protocol.variant = &protocol.variant;
    if (heard) g_string_free(heard, TRUE);
    heard = g_string_new(NULL);
    RunResult *result = run_plan(plan, 0, true);
    scenario->overlay.variant = kept;
    scenario->protocol.variant = kept_protocol;
    return result;
}

static RunResult *run_tested(const char *extra) { return run_tested_on("", "", extra); }

#define CRASH "[failure f]\nkind = crash\nat = 20 ms\nnodes = 1\n"
#define NEWS "[workload w]\nkind = publish\npublications = 1\nstart = 30 ms\nsize = 1 kB\n"

static void a_message_over_a_connection_arrives_or_comes_back(void)
{
    g_autoptr(RunResult) result = run_tested(CRASH);
    g_assert_nonnull(strstr(heard->str, "20 1 stops\n"));
    g_assert_null(strstr(heard->str, "100 1 ticks\n"));                     /* its timer died with it */
    g_assert_nonnull(strstr(heard->str, "110 2 hears 0\n"));
    g_assert_nonnull(strstr(heard->str, "120 0 lost its message to 1\n120 0 loses 1\n"));
    g_assert_cmpuint(g_strstr_len(heard->str, -1, "lost its message to 1") - heard->str, ==,
                     g_strrstr(heard->str, "lost its message to 1") - heard->str);      /* the datagram did not */
    g_assert_cmpfloat(metric_value(result, "dropped_node_down"), ==, 2);
    g_assert_cmpfloat(metric_value(result, "control_messages"), ==, 3);
    g_assert_cmpfloat(metric_value(result, "in_flight"), ==, 0);
    g_assert_cmpuint(result->links->len, ==, 2 + 1);                        /* 2-3, 3-0, and 2 still sees 1 */
}

static void what_the_protocol_sends_goes_over_the_connection(void)
{
    g_autoptr(RunResult) result = run_tested(CRASH NEWS "");
    g_assert_nonnull(strstr(heard->str, "40 3 gets it by 0 after 1\n"));
    g_assert_nonnull(strstr(heard->str, "50 0 lost the protocol's message to 1\n50 0 loses 1\n"));
    g_assert_nonnull(strstr(heard->str, "60 2 gets it by 0 after 1\n"));    /* the detour is no hop */
    g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);
    g_assert_cmpfloat(metric_value(result, "payload_messages"), ==, 3);
}

static void a_cut_link_breaks_its_connection(void)
{
    g_autoptr(RunResult) result = run_tested("[failure f]\nkind = link-cut\nprobability = 1\nat = 20 ms\n");
    g_assert_nonnull(strstr(heard->str, "120 0 lost its message to 1\n"));
    g_assert_nonnull(strstr(heard->str, "120 0 lost its message to 2\n"));
    g_assert_cmpfloat(metric_value(result, "dropped_link_cut"), ==, 3);
}

static void loss_spares_connections(void)
{
    g_autoptr(RunResult) result = run_tested_on("loss = 100 %", "", NEWS);
    g_assert_nonnull(strstr(heard->str, "110 1 hears 0\n110 2 hears 0\n"));
    g_assert_cmpfloat(metric_value(result, "dropped_loss"), ==, 1);         /* the datagram */
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 2);
}

static void a_contact_is_up_has_joined_and_is_another(void)
{
    g_autoptr(RunResult) result = run_tested("[failure f]\nkind = crash\nat = 200 ms\nnodes = 1..3\nrecover-after = 200 ms\n");
    g_assert_true(g_str_has_prefix(heard->str, "0 0 starts, contact\n0 1 starts, contact 0\n"));
    g_assert_nonnull(strstr(heard->str, "400 1 starts, contact 0\n"));
    g_assert_nonnull(strstr(heard->str, "500 1 ticks\n"));
    g_assert_null(strstr(heard->str, "gains"));             /* while it joins, the protocol has not started */
    g_assert_cmpfloat(metric_value(result, "available_mean"), <, 1);
}

static void nodes_that_join_late_start_then(void)
{
    g_autoptr(RunResult) result = run_tested_on("", "join = uniform(300 ms, 301 ms)", "");
    g_assert_cmpuint(result->events->len, ==, 2 * NODES);                  /* absent, and join */
    g_assert_true(g_str_has_prefix(heard->str, "300."));
    g_assert_nonnull(strstr(heard->str, "starts, contact\n"));              /* the first has none */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/live/a_message_over_a_connection_arrives_or_comes_back", a_message_over_a_connection_arrives_or_comes_back);
    g_test_add_func("/live/what_the_protocol_sends_goes_over_the_connection", what_the_protocol_sends_goes_over_the_connection);
    g_test_add_func("/live/a_cut_link_breaks_its_connection", a_cut_link_breaks_its_connection);
    g_test_add_func("/live/loss_spares_connections", loss_spares_connections);
    g_test_add_func("/live/nodes_that_join_late_start_then", nodes_that_join_late_start_then);
    g_test_add_func("/live/a_contact_is_up_has_joined_and_is_another", a_contact_is_up_has_joined_and_is_another);
    return g_test_run();
}
