/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the communication models do, step by step: lines of the trace, and rows of packets and events. */
#include "../run_text.h"

#define RPC(duration, calls, extra) \
    "[scenario]\nreplications = 2\nduration = " duration "\n[network]\nlatency = 10 ms\n" \
    "[overlay]\nkind = complete\nnodes = 2\n" \
    "[process server]\nnode = 0\n[process client]\nnode = 1\n" \
    "[rpc print]\nserver = server\naddress = n0:111\nservice-time = 100 ms\n" \
    "[rpc-client c]\nprocesses = client\nrpc = print\nmethod = print\ncalls = " calls "\narrivals = 0 s\n" \
    "deadline = 1 s\nretry-interval = 35 ms\n" extra

static RunResult *run_recorded(const char *text, uint32_t replication, const char *trace)
{
    g_autoptr(Plan) plan = plan_text(text);
    g_autoptr(GError) error = NULL;
    Recording recording = world_recording(plan->scenarios[0], replication);
    recording.trace = trace;
    RunResult *result = world_run(plan->scenarios[0], random_replication_seed(plan->seed, replication), &recording, &error);
    g_assert_no_error(error);
    return result;
}

/* The lines that the models wrote: all with a point in their event. */
static char *trace_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL, *whole = NULL;
    close(g_file_open_tmp("banyan-XXXXXX.tsv", &path, &error));
    g_assert_no_error(error);
    g_autoptr(RunResult) result = run_recorded(text, 0, path);
    g_file_get_contents(path, &whole, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(unlink(path), ==, 0);
    g_auto(GStrv) lines = g_strsplit(whole, "\n", -1);
    GString *own = g_string_new(NULL);
    for (char **line = lines; *line; line++) {
        g_auto(GStrv) fields = g_strsplit(*line, "\t", -1);
        if (g_strv_length(fields) < 8 || !strchr(fields[1], '.')) continue;
        g_assert_cmpuint(g_strv_length(fields), ==, 8);
        g_string_append_printf(own, "%s\n", *line);
    }
    return g_string_free(own, FALSE);
}

/* A call of 100 ms over a network of 10 ms, sent again at 35, 70 and 105 ms. */
static void every_step_of_a_call_is_a_line(void)
{
    g_autofree char *got = trace_of(RPC("500 ms", "1", ""));
    g_assert_cmpstr(got, ==,
        "0\tproc.start\t0\tserver\t-\t0\t1\t-\n"
        "0\tproc.start\t1\tclient\t-\t0\t1\t-\n"
        "0\tproc.start\t1\tclient/c\t-\t0\t1\t-\n"
        "0\trpc.send\t1\t-\tc\t4294967296\t0\t-\n"
        "0\tpacket.send\t1\t-\trpc.call\t1\t0\tcall print\n"
        "10000000\tpacket.arrive\t0\t-\trpc.call\t1\t1\t-\n"
        "10000000\trpc.exec.begin\t0\t-\tprint\t4294967296\t0\t-\n"
        "35000000\trpc.retransmit\t1\t-\tc\t4294967296\t1\t-\n"
        "35000000\tpacket.send\t1\t-\trpc.call\t2\t0\tcall print\n"
        "45000000\tpacket.arrive\t0\t-\trpc.call\t2\t1\t-\n"
        "45000000\trpc.dup\t0\t-\tprint\t4294967296\t0\t-\n"
        "70000000\trpc.retransmit\t1\t-\tc\t4294967296\t2\t-\n"
        "70000000\tpacket.send\t1\t-\trpc.call\t3\t0\tcall print\n"
        "80000000\tpacket.arrive\t0\t-\trpc.call\t3\t1\t-\n"
        "80000000\trpc.dup\t0\t-\tprint\t4294967296\t0\t-\n"
        "105000000\trpc.retransmit\t1\t-\tc\t4294967296\t3\t-\n"
        "105000000\tpacket.send\t1\t-\trpc.call\t4\t0\tcall print\n"
        "110000000\trpc.exec.end\t0\t-\tprint\t4294967296\t0\t-\n"
        "110000000\trpc.reply\t0\t-\tprint\t4294967296\t0\t-\n"
        "110000000\tpacket.send\t0\t-\trpc.reply\t5\t1\treply\n"
        "115000000\tpacket.arrive\t0\t-\trpc.call\t4\t1\t-\n"
        "115000000\trpc.dup\t0\t-\tprint\t4294967296\t1\t-\n"
        "115000000\trpc.reply\t0\t-\tprint\t4294967296\t0\t-\n"
        "115000000\tpacket.send\t0\t-\trpc.reply\t6\t1\treply\n"
        "120000000\tpacket.arrive\t1\t-\trpc.reply\t5\t0\t-\n"
        "120000000\trpc.status\t1\t-\tc\t4294967296\t0\tOK\n"
        "125000000\tpacket.arrive\t1\t-\trpc.reply\t6\t0\t-\n"
        "125000000\trpc.late\t1\t-\tprint\t4294967296\t0\t-\n");
}

static void the_same_run_writes_the_same_bytes(void)
{
    const char *text = RPC("3 s", "20", "[failure f]\nkind = crash\nnodes = 0\nat = 200 ms\nrecover-after = 100 ms\n");
    g_autofree char *one = trace_of(text), *two = trace_of(text);
    g_assert_cmpstr(one, ==, two);
    g_assert_nonnull(strstr(one, "packet.lost"));
    g_assert_nonnull(strstr(one, "proc.lost"));
}

static guint fates(const RunResult *result, const char *fate)
{
    guint count = 0;
    for (guint i = 0; i < result->packets->len; i++)
        count += strcmp(g_array_index(result->packets, PacketRow, i).fate, fate) == 0;
    return count;
}

static void packets_are_rows_with_their_fate(void)
{
    g_autoptr(RunResult) result = run_recorded(RPC("120 ms", "1",
        "[failure f]\nkind = crash\nnodes = 0\nat = 75 ms\nrecover-after = 5 ms\n"), 0, NULL);
    g_assert_cmpuint(result->packets->len, ==, 4);              /* at 0, 35, 70 and 105 ms; the process does not come back */
    const PacketRow *first = &g_array_index(result->packets, PacketRow, 0);
    g_assert_cmpstr(first->model, ==, "rpc");
    g_assert_cmpstr(first->kind, ==, "call");
    g_assert_cmpstr(first->label, ==, "call print");
    g_assert_cmpuint(first->from, ==, 1);
    g_assert_cmpuint(first->to, ==, 0);
    g_assert_cmpint(first->sent, ==, 0);
    g_assert_cmpint(first->ended, ==, 10000000);
    g_assert_cmpuint(fates(result, "arrived") + fates(result, "lost"), ==, 4);
}

static void what_the_end_of_the_run_meets_is_under_way(void)
{
    g_autoptr(RunResult) result = run_recorded(RPC("75 ms", "1", ""), 0, NULL);
    g_assert_cmpuint(result->packets->len, ==, 3);
    g_assert_cmpuint(fates(result, "arrived"), ==, 2);
    g_assert_cmpuint(fates(result, "under-way"), ==, 1);
    g_assert_cmpint(g_array_index(result->packets, PacketRow, 2).ended, ==, -1);
}

static void what_is_kept(void)
{
    static const struct { const char *calls, *record; uint32_t replication; bool kept; } rows[] = {
        { "1", "", 0, true }, { "1", "", 1, false }, { "1", "[record]\nsequence = no\n", 0, false },
        { "700", "", 0, false },                        /* five packets a call: more than 2,000 */
        { "700", "[record]\nsequence = yes\n", 0, true }, { "1", "[record]\nsequence = yes\n", 1, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(RPC("100 s", "%s", "%s"), rows[i].calls, rows[i].record);
        g_autoptr(RunResult) result = run_recorded(text, rows[i].replication, NULL);
        g_test_message("%s calls, replication %u: %s", rows[i].calls, rows[i].replication, rows[i].record);
        g_assert_cmpint(result->packets->len > 0, ==, rows[i].kept);
        g_assert_cmpint(result->steps->len > 0, ==, rows[i].kept);
    }
}

static void watching_changes_nothing(void)
{
    g_autoptr(RunResult) seen = run_recorded(RPC("3 s", "20", ""), 0, NULL);
    g_autoptr(RunResult) unseen = run_recorded(RPC("3 s", "20", "[record]\nsequence = no\n"), 0, NULL);
    g_assert_cmpuint(seen->metrics->len, ==, unseen->metrics->len);
    for (guint i = 0; i < seen->metrics->len; i++) {
        const MetricRow *a = &g_array_index(seen->metrics, MetricRow, i), *b = &g_array_index(unseen->metrics, MetricRow, i);
        g_assert_cmpstr(a->name, ==, b->name);
        if (!isnan(a->value)) g_assert_cmpfloat(a->value, ==, b->value);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sequence/every step of a call is a line", every_step_of_a_call_is_a_line);
    g_test_add_func("/sequence/the same run writes the same bytes", the_same_run_writes_the_same_bytes);
    g_test_add_func("/sequence/packets are rows with their fate", packets_are_rows_with_their_fate);
    g_test_add_func("/sequence/what the end of the run meets is under way", what_the_end_of_the_run_meets_is_under_way);
    g_test_add_func("/sequence/what is kept", what_is_kept);
    g_test_add_func("/sequence/watching changes nothing", watching_changes_nothing);
    return g_test_run();
}
