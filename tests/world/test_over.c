/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Protocols whose messages another communication model carries. */
#include "../run_text.h"
#include "metric/metric.h"

static const char *const models_at_work[] = { "stream", "zeromq", "queue", "rpc" };

static RunResult *run_over(const char *over, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *rest = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *text = g_strdup_printf("[protocol]\nover = %s\n%s\n", over, rest);
    return run_text(text, 1);
}

static void messages_add_up(const RunResult *result)
{
    double dropped = 0;
    for (int r = 0; r < DROP_REASONS; r++) {
        g_autofree char *name = g_strconcat("dropped_", drop_names[r], NULL);
        dropped += metric_value(result, name);
    }
    g_assert_cmpfloat(metric_value(result, "messages"), ==,
                      metric_value(result, "arrived") + dropped + metric_value(result, "in_flight"));
}

/* When the last node of a chain of three has publication `number`, ms after it was made. */
static double last_of_chain(const RunResult *result, uint32_t number)
{
    for (guint i = 0; i < result->deliveries->len; i++) {
        const DeliveryRow *row = &g_array_index(result->deliveries, DeliveryRow, i);
        if (row->publication == number && row->node == 2) return (double)(row->delivered - row->published) / 1e6;
    }
    return NAN;
}

/* On each of two hops of 10 ms the first message waits for a handshake, later ones for nothing. */
static void the_first_message_waits_for_a_connection(void)
{
    static const struct { const char *over; double first, second; } rows[] = {
        { "datagram", 20, 20 }, { "rpc", 20, 20 },
        { "stream", 2 * (20 + 10), 20 },            /* a round trip, then the message */
        { "queue", 2 * (20 + 20 + 10), 20 },        /* so do the two agents of a channel, to bind */
        { "zeromq", 2 * (20 + 20 + 10), 20 },       /* the greeting and READY are another round trip */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RunResult) result = run_over(rows[i].over, "kind = flood\n[network]\nlatency = 10 ms\n[overlay]\nkind = chain\n"
            "nodes = 3\n[workload w]\nkind = publish\npublications = 2\n");
        g_test_message("%s", rows[i].over);
        g_assert_cmpfloat(last_of_chain(result, 0), ==, rows[i].first);
        g_assert_cmpfloat(last_of_chain(result, 1), ==, rows[i].second);
        if (i) messages_add_up(result);
    }
}

static void every_protocol_reaches_everybody_over_every_model(void)
{
    static const char *const protocols_at_work[] = { "kind = flood", "kind = plumtree", "kind = unicast", "kind = gossipsub",
                                                     "kind = gossip\nmode = push-pull\ninfect = forever\nrounds = 8\ninterval = 1 s" };
    for (size_t p = 0; p < G_N_ELEMENTS(protocols_at_work); p++)
        for (size_t m = 0; m < G_N_ELEMENTS(models_at_work); m++) {
            g_test_message("%s over %s", protocols_at_work[p], models_at_work[m]);
            g_autoptr(RunResult) result = run_over(models_at_work[m], "%s\n[network]\nlatency = uniform(10 ms, 50 ms)\nloss = 5 %%\n"
                "[overlay]\nkind = random-regular\ndegree = 6\nnodes = 40\n[workload w]\nkind = publish\npublications = 5\n"
                "[scenario]\nduration = 60 s\n", protocols_at_work[p]);
            g_assert_cmpfloat(metric_value(result, "delivery_ratio"), ==, 1);       /* the models make good for the losses */
            messages_add_up(result);
        }
}

static void the_books_balance_under_failures(void)
{
    for (size_t m = 0; m < G_N_ELEMENTS(models_at_work); m++) {
        g_autofree char *format = g_strdup("kind = flood\n[network]\nlatency = uniform(10 ms, 50 ms)\nloss = 5 %\nupload = 1 Mbit/s\n"
            "[overlay]\nkind = random-regular\ndegree = 6\nnodes = 40\n[workload w]\nkind = publish\npublications = 50\ninterval = 200 ms\n"
            "[failure f]\nkind = churn\nsession = exponential(5 s)\ndowntime = exponential(2 s)\nspare = source\n"
            "[failure p]\nkind = partition\ngroups = 2\nat = 3 s\nuntil = 5 s\n[scenario]\nduration = 12 s\n");
        g_autoptr(RunResult) first = run_over(models_at_work[m], "%s", format), again = run_over(models_at_work[m], "%s", format);
        g_test_message("%s: %g of the messages lost", models_at_work[m], metric_value(first, "dropped_carrier"));
        messages_add_up(first);
        if (strcmp(models_at_work[m], "queue") == 0) g_assert_cmpfloat(metric_value(first, "dropped_carrier"), ==, 0);
        else g_assert_cmpfloat(metric_value(first, "dropped_carrier"), >, 0);
        g_assert_cmpfloat(metric_value(first, "packets"), ==, metric_value(again, "packets"));
        g_assert_cmpfloat(metric_value(first, "latency_mean_ms"), ==, metric_value(again, "latency_mean_ms"));
    }
}

/* Thirty publications at one instant, a mark of 10: the first ten wait for the handshake. */
static void above_the_high_water_mark_messages_are_dropped(void)
{
    g_autoptr(RunResult) result = run_over("zeromq", "kind = flood\nover-hwm = 10\n[network]\nlatency = 10 ms\n[overlay]\nkind = chain\n"
        "nodes = 2\n[workload w]\nkind = publish\npublications = 30\ninterval = 0 s\n");
    g_assert_cmpfloat(metric_value(result, "deliveries"), ==, 10);
    g_assert_cmpfloat(metric_value(result, "dropped_carrier"), ==, 20);
    messages_add_up(result);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/over/the first message waits for a connection", the_first_message_waits_for_a_connection);
    g_test_add_func("/over/every protocol reaches everybody over every model", every_protocol_reaches_everybody_over_every_model);
    g_test_add_func("/over/the books balance under failures", the_books_balance_under_failures);
    g_test_add_func("/over/above the high-water mark messages are dropped", above_the_high_water_mark_messages_are_dropped);
    return g_test_run();
}
