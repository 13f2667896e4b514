/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "experiment/wire.h"

#include "core/error.h"
#include "../experiment/synthetic.h"

static void same_bytes(GArray *a, GArray *b, const char *what)
{
    g_test_message("%s", what);
    g_assert_cmpuint(a->len, ==, b->len);
}

#define AT(Type, array, i) g_array_index(array, Type, i)

static void what_is_sent_arrives(void)
{
    g_autoptr(RunResult) sent = synthetic_result(5);
    g_autoptr(GByteArray) bytes = g_byte_array_new(), again = g_byte_array_new();
    wire_write(bytes, sent, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(RunResult) got = wire_read(bytes->data, bytes->len, &error);
    g_assert_no_error(error);
    wire_write(again, got, NULL);
    g_assert_cmpmem(bytes->data, bytes->len, again->data, again->len);

    same_bytes(sent->metrics, got->metrics, "metrics");
    same_bytes(sent->publications, got->publications, "publications");
    same_bytes(sent->deliveries, got->deliveries, "deliveries");
    same_bytes(sent->packets, got->packets, "packets");
    same_bytes(sent->steps, got->steps, "steps");
    g_assert_cmpint(AT(PacketRow, got->packets, 2).ended, ==, -1);
    g_assert_cmpstr(AT(PacketRow, got->packets, 1).fate, ==, "lost");
    g_assert_cmpuint(AT(StepRow, got->steps, 0).message, ==, (uint64_t)7 << 32);
    g_assert_cmpstr(AT(StepRow, got->steps, 0).object, ==, "print\n\"x\"");
    g_assert_cmpuint(got->event_count, ==, 1005);
    g_assert_cmpfloat(got->wall_s, ==, 0.125);
    g_assert_cmpstr(AT(NodeRow, got->nodes, 0).name, ==, "Wien, \"Nord\"\n");
    g_assert_null(AT(NodeRow, got->nodes, 1).name);
    g_assert_true(isnan(AT(NodeRow, got->nodes, 1).x));
    g_assert_cmpuint(AT(HistogramRow, got->histograms, 0).high, ==, 9000000000000);
    g_assert_cmpuint(AT(EventRow, got->events, 0).other, ==, NODE_NONE);
    g_assert_cmpint(AT(DeliveryRow, got->deliveries, 3).published, ==, -1);
    g_assert_cmpint(AT(DeliveryRow, got->deliveries, 3).delivered, ==,
                    AT(DeliveryRow, sent->deliveries, 3).delivered);
    g_assert_true(AT(DeliveryRow, got->deliveries, 0).workload == AT(DeliveryRow, got->deliveries, 1).workload);
}

static void a_failure_arrives_as_the_same_error(void)
{
    g_autoptr(GError) sent = g_error_new_literal(SIM_ERROR, SIM_ERROR_TOPOLOGY, "in 3 parts"), got = NULL;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    wire_write(bytes, NULL, sent);
    g_assert_null(wire_read(bytes->data, bytes->len, &got));
    g_assert_error(got, SIM_ERROR, SIM_ERROR_TOPOLOGY);
    g_assert_cmpstr(got->message, ==, "in 3 parts");
}

static void every_truncation_is_an_error(void)
{
    g_autoptr(RunResult) sent = synthetic_result(5);
    g_autoptr(GError) failure = g_error_new_literal(SIM_ERROR, SIM_ERROR_TOPOLOGY, "in 3 parts");
    for (int kind = 0; kind < 2; kind++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        wire_write(bytes, sent, kind ? failure : NULL);
        for (guint length = 0; length < bytes->len; length++) {
            /* A copy of its own, so that the sanitizer sees a read past the end. */
            g_autofree guint8 *part = g_memdup2(bytes->data, length);
            g_autoptr(GError) error = NULL;
            g_assert_null(wire_read(part, length, &error));
            g_assert_error(error, SIM_ERROR, SIM_ERROR_MACHINE);
        }
    }
}

static void trailing_bytes_and_false_counts_are_errors(void)
{
    g_autoptr(RunResult) sent = synthetic_result(5);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    wire_write(bytes, sent, NULL);
    g_byte_array_append(bytes, (const guint8 *)"x", 1);
    g_autoptr(GError) error = NULL;
    g_assert_null(wire_read(bytes->data, bytes->len, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_MACHINE);

    Random random = random_stream(1, "test/noise", 0);
    for (int round = 0; round < 2000; round++) {
        g_autofree guint8 *noise = g_memdup2(bytes->data, bytes->len);
        for (int i = 0; i < 4; i++) noise[random_below(&random, bytes->len)] = (guint8)random_bits(&random);
        g_autoptr(RunResult) got = wire_read(noise, bytes->len, NULL);      /* any answer, but no crash */
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/what_is_sent_arrives", what_is_sent_arrives);
    g_test_add_func("/wire/a_failure_arrives_as_the_same_error", a_failure_arrives_as_the_same_error);
    g_test_add_func("/wire/every_truncation_is_an_error", every_truncation_is_an_error);
    g_test_add_func("/wire/trailing_bytes_and_false_counts_are_errors", trailing_bytes_and_false_counts_are_errors);
    return g_test_run();
}
