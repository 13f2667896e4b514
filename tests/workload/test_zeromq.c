/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [zmq NAME] and [proxy NAME] of a scenario: what is refused, and what runs. */
#include "sections.h"

#define HEAD "[network]\nlatency = 5 ms\n[overlay]\nkind = star\nnodes = 5\n[scenario]\nduration = 20 s\n" \
             "[process a]\nnode = 1\n[process w]\nnode = 2..3\ncount = 2\n"      /* 11 lines */
#define PULL "[zmq in]\nprocesses = a\ntype = PULL\nbind = a.in\n"                 /* 4 */

static void what_is_wrong_is_said(void)
{
    static const Wrong rows[] = {
        { "[zmq x]\nprocesses = a\ntype = PULL\n", "bind or connect is needed" },
        { "[zmq x]\nprocesses = a\ntype = DISH\nbind = a.x\n", "'DISH'" },
        { "[zmq x]\nprocesses = a\nbind = a.x\n", "type" },
        { "[zmq x]\nprocesses = b\ntype = PULL\nbind = a.x\n", "no [process] is called 'b'" },
        { "[zmq x]\nprocesses = w[0..2]\ntype = PULL\nbind = w[0].x\n", "there is no process w[2]" },
        { "[zmq x]\nprocesses = a\ntype = PULL\nbind = w[0].x\n", "w[0] is no process of this section" },
        { "[zmq x]\nprocesses = a\ntype = PULL\nbind = a.in\n", "a.in is bound twice" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = a.inn\n", "no [zmq] binds a.inn" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = w[0..1].in\n", "no [zmq] binds w[0].in" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = in\n", "'in' is no endpoint" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = tcp://n1:5000\n", "PROCESS.NAME or inproc://NAME" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = a.in\nsubscribe = x\n", "only SUB and XSUB subscribe" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = a.in\nheartbeat = 1 s\n", "INTERVAL/TIME-OUT" },
        { "[zmq x]\nprocesses = w\ntype = PUSH\nconnect = a.in\nheartbeat = 1/2 s\n", "needs a unit" },
        { "[proxy p]\nprocess = a\nfront = in\nback = out\n", "no [zmq] is called 'out'" },
        { "[proxy p]\nprocess = w[0]\nfront = in\nback = in\n", "[zmq in] is no socket of w[0]" },
        { "[producer p]\nprocesses = a\nto = in\n", "[zmq in] is a PULL, which only receives" },
        { "[consumer c]\nprocesses = w\nfrom = in\n", "[zmq in] is no socket of w[0]" },
        { "[producer p]\nprocesses = a\nto = out\n", "is called 'out'" },
    };
    assert_wrong(HEAD PULL, rows, G_N_ELEMENTS(rows));
}

static void run_and_compare(const char *text, const Expected *expected)
{
    assert_reported(HEAD, text, expected);
}

static void tasks_are_dealt_in_turn(void)
{
    run_and_compare("[zmq out]\nprocesses = a\ntype = PUSH\nbind = a.out\n"
                    "[zmq in]\nprocesses = w\ntype = PULL\nconnect = a.out\n"
                    "[producer p]\nprocesses = a\nto = out\ncount = 10\nstart = 1 s\n"
                    "[consumer one]\nprocesses = w[0]\nfrom = in\n[consumer two]\nprocesses = w[1]\nfrom = in\nmode = poll\npoll = 30 ms\n",
                    (Expected[]){ { "consumer_taken[one]", 5 }, { "consumer_taken[two]", 5 }, { "zmq_published[out]", 10 },
                                  { "zmq_delivered[out]", 10 }, { "zmq_received[in]", 10 }, { "zmq_attached[out]", 2 },
                                  { "zmq_dropped", 0 }, { NULL, 0 } });
}

static void a_router_finds_the_process_it_names(void)
{
    run_and_compare("[zmq out]\nprocesses = a\ntype = ROUTER\nbind = a.out\n"
                    "[zmq in]\nprocesses = w\ntype = DEALER\nconnect = a.out\nrouting-id = process\n"
                    "[producer p]\nprocesses = a\nto = out\ncount = 10\nstart = 1 s\nkeys = w[1]\n"
                    "[consumer one]\nprocesses = w[0]\nfrom = in\n[consumer two]\nprocesses = w[1]\nfrom = in\n",
                    (Expected[]){ { "consumer_taken[one]", 0 }, { "consumer_taken[two]", 10 }, { NULL, 0 } });
}

static void requests_are_answered(void)
{
    /* A round trip of 20 ms over the hub of the star, and 5 ms of service. */
    run_and_compare("[zmq out]\nprocesses = w\ntype = REQ\nconnect = a.in\n"
                    "[zmq in]\nprocesses = a\ntype = REP\nbind = a.in\nreply-size = 1 kB\n"
                    "[producer p]\nprocesses = w\nto = out\ncount = 10\n"
                    "[consumer c]\nprocesses = a\nfrom = in\nservice-time = 5 ms\n",
                    (Expected[]){ { "producer_sent[p]", 20 }, { "consumer_taken[c]", 20 }, { "zmq_delivered[in]", 20 },
                                  { "zmq_delivered[out]", 20 }, { "zmq_received[out]", 20 }, { NULL, 0 } });
}

static void dealers_ask_routers(void)
{
    run_and_compare("[zmq out]\nprocesses = w\ntype = DEALER\nconnect = a.in\n"
                    "[zmq in]\nprocesses = a\ntype = ROUTER\nbind = a.in\n"
                    "[producer p]\nprocesses = w\nto = out\ncount = 10\n"
                    "[consumer c]\nprocesses = a\nfrom = in\nservice-time = 5 ms\n[consumer replies]\nprocesses = w\nfrom = out\n",
                    (Expected[]){ { "consumer_taken[c]", 20 }, { "consumer_taken[replies]", 20 }, { NULL, 0 } });
}

static void a_crashed_process_comes_back_with_its_sockets(void)
{
    run_and_compare("[process s]\nnode = 4\nrestart = 2 s\n"
                    "[zmq out]\nprocesses = a\ntype = PUSH\nconnect = s.in\n"
                    "[zmq in]\nprocesses = s\ntype = PULL\nbind = s.in\nat = 500 ms\n"
                    "[producer p]\nprocesses = a\nto = out\ncount = 10\n[consumer c]\nprocesses = s\nfrom = in\n"
                    "[failure f]\nkind = process-crash\ntarget = s\nat = 3500 ms\n",
                    (Expected[]){ { "consumer_taken[c]", 10 }, { "zmq_attached[out]", 2 }, { "zmq_detached[out]", 1 }, { NULL, 0 } });
}

static void subscribers_of_a_pipe_within(void)
{
    run_and_compare("[zmq out]\nprocesses = a\ntype = PUB\nbind = inproc://x\n"
                    "[zmq in]\nprocesses = a\ntype = SUB\nconnect = inproc://x\nsubscribe = k1\n"
                    "[producer p]\nprocesses = a\nto = out\ncount = 10\ntopics = k1\nstart = 1 s\n"
                    "[producer q]\nprocesses = a\nto = out\ncount = 10\ntopics = k2\nstart = 1 s\n"
                    "[consumer c]\nprocesses = a\nfrom = in\n",
                    (Expected[]){ { "consumer_taken[c]", 10 }, { "zmq_dropped_no_subscriber[out]", 10 }, { NULL, 0 } });
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/zeromq/what is wrong is said", what_is_wrong_is_said);
    g_test_add_func("/zeromq/tasks are dealt in turn", tasks_are_dealt_in_turn);
    g_test_add_func("/zeromq/a router finds the process it names", a_router_finds_the_process_it_names);
    g_test_add_func("/zeromq/requests are answered", requests_are_answered);
    g_test_add_func("/zeromq/dealers ask routers", dealers_ask_routers);
    g_test_add_func("/zeromq/a crashed process comes back with its sockets", a_crashed_process_comes_back_with_its_sockets);
    g_test_add_func("/zeromq/subscribers within a process", subscribers_of_a_pipe_within);
    int result = g_test_run();
    given_remove();
    return result;
}
