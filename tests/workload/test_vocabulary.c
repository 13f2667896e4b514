/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the vocabulary of the communication models promises is taken as it stands there, and
 * does what it says. */
#include "core/error.h"
#include "run_text.h"

#define HEAD \
    "[scenario]\nduration = 20 s\n[network]\nlatency = 5 ms\n[overlay]\nkind = ring\nnodes = 6\n" \
    "[process server]\nnode = 0\n%s[process client]\nnode = 3\n" \
    "[rpc print]\nserver = server\nservice-time = 700 ms\n" \
    "[rpc-client c]\nprocesses = client\nrpc = print\narrivals = 0 s\ndeadline = 10 s\nretry-interval = 200 ms\n"

static double value_of(const char *text, const char *metric)
{
    g_autoptr(RunResult) result = run_text(text, 0);
    return metric_value(result, metric);
}

/* Of the server of HEAD, whose section has `of_process` too, and which fails so. */
static double begun(const char *of_process, const char *what)
{
    g_autofree char *head = g_strdup_printf(HEAD, of_process), *text = g_strconcat(head, what, NULL);
    return value_of(text, "rpc_executions_begun");
}

static void hosts_crash_and_come_back(void)
{
#define CRASH "[failure f]\nkind = host-crash\nat = 300 ms\n"
    static const char *const ways[] = {
        CRASH "until = 2300 ms\ntarget = n0\n", CRASH "until = 2300 ms\ntarget = server\n", CRASH "until = 2300 ms\ntarget = 0\n",
        CRASH "target = n0\n[failure b]\nkind = host-restart\nat = 2300 ms\ntarget = server\n",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) g_assert_cmpfloat(begun("", ways[i]), ==, 2);
    g_assert_cmpfloat(begun("", CRASH "target = n0\n"), ==, 1);
    g_assert_cmpfloat(begun("", CRASH "until = 2300 ms\ntarget = n1\n"), ==, 1);
}

static void a_section_says_when_it_restarts(void)
{
    g_assert_cmpfloat(begun("restart = never\n", CRASH "until = 2300 ms\ntarget = n0\n"), ==, 1);
    g_assert_cmpfloat(begun("restart = off\n", CRASH "until = 2300 ms\ntarget = n0\n"), ==, 1);
    g_assert_cmpfloat(begun("restart = after(50 ms)\n", CRASH "until = 2300 ms\ntarget = n0\n"), ==, 2);
    g_assert_cmpfloat(begun("restart = 50 ms\n", "[failure f]\nkind = process-crash\nat = 300 ms\ntarget = server\n"), ==, 2);
    g_assert_cmpfloat(begun("", "[failure f]\nkind = process-crash\nat = 300 ms\ntarget = server\n"), ==, 1);
}

static void links_go_down_and_lose(void)
{
    g_autofree char *head = g_strdup_printf(HEAD, "");
    static const struct { const char *failure; double sent; } rows[] = {
        { "kind = link-down\ntarget = 0-3\nat = 600 ms\nuntil = 1100 ms\n", 4 + 3 },
        { "kind = link-loss\nvalue = 100 %\ntarget = 0-3\nat = 600 ms\nuntil = 1100 ms\n", 4 + 3 },
        { "kind = link-loss\nvalue = 1\ntarget = n3-n0\nat = 600 ms\nuntil = 1100 ms\n", 4 + 3 },
        { "kind = link-loss\nvalue = 1\ntarget = 0-2\n", 4 },
        { "kind = link-down\ntarget = 1-3\n", 4 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strconcat(head, "[failure f]\n", rows[i].failure, NULL);
        g_test_message("%s", rows[i].failure);
        g_assert_cmpfloat(value_of(text, "rpc_transmissions"), ==, rows[i].sent);
    }
}

static void choices_with_arguments(void)
{
    g_autoptr(Plan) plan = plan_text("[scenario]\nduration = 2 s\n[network]\nlatency = 5 ms\n[overlay]\nkind = ring\nnodes = 6\n"
        "[process a]\n[process b]\nnode = 1\n[rpc p]\nserver = a\norphans = expiration(3 s)\n"
        "[rpc-client c]\nprocesses = b\nrpc = p\njitter = 20 %\nretryable = UNAVAILABLE, RESOURCE_EXHAUSTED\n"
        "[zmq out]\nprocess = a\ntype = PUSH\nbind = a.x\nheartbeat = 1 s/3 s\n[zmq in]\nprocesses = b\ntype = PULL\nconnect = a.x\n"
        "[producer f]\nprocesses = a\nto = out\narrivals = 5 ms\ntopics = zipf(10, 1.1)\n"
        "[consumer g]\nprocesses = b\nfrom = in\nmode = poll(30 ms)\n"
        "[socket-server s]\nprocess = a\ntype = dgram\n[socket-client t]\nprocesses = b\nserver = s\ntype = datagram\n"
        "[expect e]\nmetric = executions\nof = p\nop = eq\nvalue = 1\n"
        "[queue jobs]\n[expect m]\nmetric = max_depth\nof = jobs\nop = le\nvalue = 3\n"
        "[qmgr HQ]\n[mq-queue HQ.ORDERS]\n[expect q]\nmetric = refused\nof = ORDERS@HQ\nop = eq\nvalue = 0\n"
        "[expect b]\nmetric = queued\nof = ORDERS@HQ\nop = eq\nvalue = 0\n"
        "[expect d]\nmetric = dropped(peer-gone)\nof = out\nop = eq\nvalue = 0\n");
    g_assert_cmpstr(((const Expect *)plan->expects->pdata[0])->metric, ==, "rpc_executions[p]");
    g_assert_cmpstr(((const Expect *)plan->expects->pdata[1])->metric, ==, "queue_depth_max[jobs]");
    g_assert_cmpstr(((const Expect *)plan->expects->pdata[2])->metric, ==, "mq_refused[HQ.ORDERS]");
    g_assert_cmpstr(((const Expect *)plan->expects->pdata[3])->metric, ==, "mq_queued[ORDERS@HQ]");
    g_assert_cmpstr(((const Expect *)plan->expects->pdata[4])->metric, ==, "zmq_dropped_peer_gone[out]");
    g_autoptr(RunResult) result = run_plan(plan, 0, false);
    g_assert_cmpfloat(metric_value(result, "mq_refused[HQ.ORDERS]"), ==, 0);
    g_assert_cmpfloat(metric_value(result, "consumer_taken[g]"), ==, 10);
    g_assert_cmpfloat(metric_value(result, "socket_server_datagrams[s]"), ==, 1);
}

/* Ten messages of 100 B lie unread at the puller when the pusher dies: gone with it, by the RFC. */
static void strictness_of_all_sockets(void)
{
    static const char text[] = "[scenario]\nduration = 20 s\n%s[network]\nlatency = 5 ms\n[overlay]\nkind = ring\nnodes = 6\n"
        "[process a]\n[process b]\nnode = 1\n[zmq out]\nprocess = a\ntype = PUSH\nconnect = b.x\n"
        "[zmq in]\nprocess = b\ntype = PULL\nbind = b.x\n[producer f]\nprocesses = a\nto = out\narrivals = 5 ms\n"
        "[consumer g]\nprocesses = b\nfrom = in\nstart = 10 s\n[failure f]\nkind = process-crash\ntarget = a\nat = 5 s\n";
    g_autofree char *lenient = g_strdup_printf(text, ""), *strict = g_strdup_printf(text, "strict-rfc = yes\n");
    g_assert_cmpfloat(value_of(lenient, "consumer_taken"), ==, 10);
    g_assert_cmpfloat(value_of(strict, "consumer_taken"), ==, 0);
}

static void replies_of_a_size(void)
{
    static const char *const orders[] = { "perform-then-reply", "reply-then-perform" };
    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++) {
        g_autofree char *order = g_strdup_printf("[variant v]\nrpc.print.order = %s\n", orders[i]);
        g_autofree char *head = g_strdup_printf(HEAD, ""), *plain = g_strconcat(head, order, NULL);
        g_autofree char *sized = g_strconcat(head, "reply-size = 1 kB\n", order, NULL);
        g_assert_cmpfloat(value_of(sized, "packet_bytes") - value_of(plain, "packet_bytes"), ==, 1000);
    }
}

static void faults_say_what_would_be_right(void)
{
    static const char text[] = "[scenario]\nduration = 2 s\n[network]\nlatency = 5 ms\n[overlay]\nkind = ring\nnodes = 6\n"
        "[process a]\nrestart = sometimes\n[process b]\nnode = 1\n"
        "[failure f]\nkind = host-crash\ntarget = n6\n[failure g]\nkind = host-crash\ntarget = c\n"
        "[failure h]\nkind = link-down\ntarget = 3-3\n[failure i]\nkind = link-loss\nvalue = 1\ntarget = 0-9\n"
        "[failure j]\nkind = link-cut\nlinks = 0-1, 1-7\n"
        "[rpc p]\nserver = b\norphans = expiration(3)\n[rpc q]\nserver = b\norphans = expiration(3 s)\nquantum = 2 s\n"
        "[rpc r]\nserver = b\norphans = gentle(3 s)\n[zmq z]\ntype = PUB\nbind = b.z\n";
    static const char *const expected[] = {
        "[process a] restart: ", "is expected", "[failure f] target: there is no node 6; the nodes are 0 .. 5",
        "[failure g] target: no [process] is called 'c'", "[failure h] target: '3-3' is no link; two different nodes",
        "[failure i] target: there is no node 9; the nodes are 0 .. 5", "[failure j] links: there is no node 7; the nodes are 0 .. 5",
        "[rpc p] orphans: '3' needs a unit", "[rpc q] quantum: 'orphans' says it too", "[rpc r] orphans: 'gentle(3 s)' is not a choice",
        "[zmq z] processes: it says not whose it is",
    };
    g_autofree char *path = NULL;
    g_autoptr(GError) error = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL);
    close(file);
    g_file_set_contents(path, text, -1, NULL);
    g_assert_null(plan_read(path, NULL, &error));
    unlink(path);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        if (!strstr(error->message, expected[i])) g_test_message("not in the faults: %s\n%s", expected[i], error->message);
        g_assert_nonnull(strstr(error->message, expected[i]));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vocabulary/hosts crash, and come back with their programs", hosts_crash_and_come_back);
    g_test_add_func("/vocabulary/a section says when its process restarts", a_section_says_when_it_restarts);
    g_test_add_func("/vocabulary/links go down, and lose", links_go_down_and_lose);
    g_test_add_func("/vocabulary/choices with arguments, and metrics by short names", choices_with_arguments);
    g_test_add_func("/vocabulary/strict-rfc holds for all sockets", strictness_of_all_sockets);
    g_test_add_func("/vocabulary/replies have the size that the caller wants", replies_of_a_size);
    g_test_add_func("/vocabulary/faults say what would be right", faults_say_what_would_be_right);
    return g_test_run();
}
