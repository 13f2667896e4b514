/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [broker], [exchange], [amqp-queue] and [binding] of a scenario: what is refused, and what runs. */
#include "sections.h"

#define HEAD "[network]\nlatency = 5 ms\n[overlay]\nkind = star\nnodes = 5\n[scenario]\nduration = 20 s\n" \
             "[process a]\nnode = 1\n[process w]\nnode = 2..3\ncount = 2\nrestart = 1 s\n"
#define RABBIT "[broker rabbit]\nnode = 0\n[exchange rabbit.x]\n[amqp-queue rabbit.q]\n"

static void what_is_wrong_is_said(void)
{
    static const Wrong rows[] = {
        { "[broker b]\nnode = 5\n", "there is no node 5; the nodes are 0 .. 4" },
        { "[broker b.c]\nnode = 1\n", "has no point in it" },
        { "[exchange y]\ntype = fanout\n", "'y' is no BROKER.NAME" },
        { "[exchange hare.y]\ntype = fanout\n", "no [broker] is called 'hare'" },
        { "[exchange rabbit.amq.y]\ntype = fanout\n", "the broker's own" },
        { "[exchange rabbit.y]\ntype = star\n", "'star'" },
        { "[exchange rabbit.y]\nalternate = rabbit.z\n", "no [exchange] is called 'rabbit.z'" },
        { "[broker hare]\nport = 5673\n[exchange hare.y]\nalternate = rabbit.x\n", "is at another broker" },
        { "[amqp-queue rabbit.r]\ndead-letter-exchange = rabbit.z\n", "is called 'rabbit.z'" },
        { "[amqp-queue rabbit.r]\ndead-letter-routing-key = k\n", "there is no dead-letter-exchange" },
        { "[amqp-queue rabbit.r]\noverflow = reject-publish-dlx\n", "there is no dead-letter-exchange" },
        { "[amqp-queue rabbit.r]\nmax-priority = 256\n", "256" },
        { "[amqp-queue rabbit.r]\nmessage-ttl = 5\n", "unit" },
        { "[binding b]\nsource = rabbit.y\ndestination = rabbit.q\n", "no [exchange] is called 'rabbit.y'" },
        { "[binding b]\nsource = rabbit.x\ndestination = rabbit.r\n", "'rabbit.r'" },
        { "[binding b]\nsource = rabbit.x\ndestination = rabbit.q\nheaders = a:b\n", "no exchange of type = headers" },
        { "[binding b]\nsource = rabbit.x\ndestination = rabbit.q\nheaders = a\n", "'a' is no KEY:VALUE" },
        { "[producer p]\nprocesses = a\nto = rabbit.q\n", "is called 'rabbit.q'" },
        { "[consumer c]\nprocesses = a\nfrom = rabbit.x\n", "'rabbit.x'" },
        { "[failure f]\nkind = broker-kill\ntarget = hare\n", "no [broker] is called 'hare'" },
    };
    assert_wrong(HEAD RABBIT, rows, G_N_ELEMENTS(rows));
}

static void run_and_compare(const char *text, const Expected *expected)
{
    assert_reported(HEAD RABBIT, text, expected);
}

static void everything_is_wired(void)
{
    run_and_compare("[exchange rabbit.h]\ntype = headers\nalternate = rabbit.f\n[exchange rabbit.f]\ntype = fanout\n"
                    "[amqp-queue rabbit.red]\n[amqp-queue rabbit.rest]\n"
                    "[binding all]\nsource = rabbit.h\ndestination = rabbit.red\nheaders = colour:red, size:big\n"
                    "[binding none]\nsource = rabbit.f\ndestination = rabbit.x\n"
                    "[binding own]\nsource = rabbit.x\ndestination = rabbit.rest\nkey = k\n"
                    "[producer red]\nprocesses = a\nto = rabbit.h\nkeys = k\nheaders = size:big, colour:red, x:y\n"
                    "count = 7\n"
                    "[producer blue]\nprocesses = a\nto = rabbit.h\nkeys = k\nheaders = size:big, colour:blue\n"
                    "count = 5\n"
                    "[producer own]\nprocesses = a\nto = rabbit\nkeys = q\ncount = 3\n"
                    "[consumer c]\nprocesses = w\nfrom = rabbit.q\n",
                    (Expected[]){ { "amqp_queued[rabbit.red]", 7 }, { "amqp_queued[rabbit.rest]", 5 },
                                  { "amqp_delivered[rabbit.q]", 3 }, { "amqp_published", 15 }, { "amqp_dropped", 0 },
                                  { "amqp_depth_max[rabbit.red]", 7 }, { "amqp_connections[rabbit.h]", 2 }, { NULL,
                                      0 } });
}

static void every_mode_takes_every_message(void)
{
    static const char *const modes[] = { "mode = get\n", "mode = poll\npoll = 50 ms\n", "mode = push\n",
                                         "mode = notify\n" };
    static const char *const acks[] = { "ack = auto\n", "ack = manual\n", "ack = uow\n" };
    for (size_t m = 0; m < G_N_ELEMENTS(modes); m++) {
        for (size_t a = 0; a < G_N_ELEMENTS(acks); a++) {
            g_autofree char *text = g_strconcat("[producer p]\nprocesses = a\nto = rabbit\nkeys = q\ncount = 10\n"
                                                "arrivals = 100 ms\n[consumer c]\nprocesses = w\nfrom = rabbit.q\n",
                                                modes[m], acks[a], NULL);
            run_and_compare(text, (Expected[]){ { "consumer_taken", 10 }, { "amqp_delivered[rabbit.q]", 10 },
                                                { "amqp_in_flight", 0 }, { NULL, 0 } });
        }
    }
}

/* What is rejected is dropped, or comes again until it is done. */
static void rejected_messages_go_or_come_again(void)
{
    run_and_compare("[producer p]\nprocesses = a\nto = rabbit\nkeys = q\ncount = 10\narrivals = 100 ms\n"
                    "[consumer c]\nprocesses = w\nfrom = rabbit.q\nmode = push\nack = manual\nreject-rate = 1\n",
                    (Expected[]){ { "amqp_dropped_rejected", 10 }, { "consumer_rejected", 10 }, { NULL, 0 } });
    run_and_compare("[producer p]\nprocesses = a\nto = rabbit\nkeys = q\ncount = 100\narrivals = 10 ms\n"
                    "[consumer c]\nprocesses = w\nfrom = rabbit.q\nmode = push\nack = manual\n"
                    "reject-rate = 0.5\nrequeue = yes\n",
                    (Expected[]){ { "amqp_delivered[rabbit.q]", 100 }, { "amqp_dropped", 0 }, { NULL, 0 } });
}

/* Both come back: the consumer declares the queue again that went with the broker, and the producer its exchange. */
static void what_does_not_last_is_declared_again(void)
{
    run_and_compare("[exchange rabbit.t]\ndurable = no\n[amqp-queue rabbit.t]\ndurable = no\n"
                    "[binding b]\nsource = rabbit.t\ndestination = rabbit.t\nkey = k\n"
                    "[producer p]\nprocesses = a\nto = rabbit.t\nkeys = k\ncount = 15\narrivals = 1 s\n"
                    "resend-unconfirmed = yes\n"
                    "[consumer c]\nprocesses = w[0]\nfrom = rabbit.t\nmode = push\nack = manual\n"
                    "[failure f]\nkind = broker-stop\ntarget = rabbit\nat = 4500 ms\nuntil = 4600 ms\n",
                    (Expected[]){ { "producer_sent", 15 }, { "amqp_connections", 2 },
                                  { "amqp_delivered[rabbit.t]", 15 }, { NULL, 0 } });
}

/* The consumer is away from 4.95 to 5.95 s, and has declared it again at about 6.01 s. */
static void an_exclusive_queue_lives_with_its_consumer(void)
{
    run_and_compare("[exchange rabbit.f]\ntype = fanout\n[amqp-queue rabbit.mine]\nexclusive = yes\n"
                    "[binding b]\nsource = rabbit.f\ndestination = rabbit.mine\n"
                    "[producer p]\nprocesses = a\nto = rabbit.f\ncount = 100\narrivals = 100 ms\nstart = 1 s\n"
                    "[consumer c]\nprocesses = w[0]\nfrom = rabbit.mine\nmode = push\n"
                    "[failure f]\nkind = process-crash\ntarget = w[0]\nat = 4950 ms\n",
                    (Expected[]){ { "amqp_published", 100 }, { "amqp_dropped_unroutable", 11 },
                                  { "amqp_delivered[rabbit.mine]", 89 }, { NULL, 0 } });
}

static void a_producer_that_crashes_goes_on_where_it_was(void)
{
    run_and_compare("[producer p]\nprocesses = w[1]\nto = rabbit\nkeys = q\ncount = 100\n"
                    "arrivals = 100 ms\npersistent = yes\n"
                    "confirm = yes\n[failure f]\nkind = process-crash\ntarget = w[1]\nat = 4950 ms\n",
                    (Expected[]){ { "amqp_queued[rabbit.q]", 100 }, { "amqp_confirmed", 100 }, { "amqp_connections",
                        2 },
                                  { NULL, 0 } });
}

static void returned_and_refused_are_told(void)
{
    run_and_compare("[amqp-queue rabbit.two]\nmax-length = 2\noverflow = reject-publish\n"
                    "[producer p]\nprocesses = a\nto = rabbit\nkeys = two\ncount = 5\nconfirm = yes\n"
                    "[producer q]\nprocesses = a\nto = rabbit.x\nkeys = nowhere\ncount = 5\n"
                    "confirm = yes\nmandatory = yes\n",
                    (Expected[]){ { "amqp_confirmed[rabbit]", 2 }, { "amqp_refused[rabbit]", 3 },
                                  { "amqp_dropped_maxlen", 3 },
                                  { "amqp_returned[rabbit.x]", 5 }, { "amqp_confirmed[rabbit.x]", 5 }, { NULL, 0 } });
}

static void a_host_takes_all_along(void)
{
    run_and_compare("[producer p]\nprocesses = w[1]\nto = rabbit\nkeys = q\ncount = 100\n"
                    "arrivals = 100 ms\npersistent = yes\n"
                    "resend-unconfirmed = yes\n"
                    "[consumer c]\nprocesses = w[0]\nfrom = rabbit.q\nmode = push\nack = manual\n"
                    "[failure f]\nkind = crash\nnodes = 0..4\nat = 4950 ms\nrecover-after = 1 s\n",
                    (Expected[]){ { "amqp_delivered[rabbit.q]", 100 }, { "amqp_connections", 2 }, { NULL, 0 } });
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/workload amqp/what is wrong is said", what_is_wrong_is_said);
    g_test_add_func("/workload amqp/everything is wired", everything_is_wired);
    g_test_add_func("/workload amqp/every mode takes every message", every_mode_takes_every_message);
    g_test_add_func("/workload amqp/rejected messages go or come again", rejected_messages_go_or_come_again);
    g_test_add_func("/workload amqp/what does not last is declared again", what_does_not_last_is_declared_again);
    g_test_add_func("/workload amqp/an exclusive queue lives with its consumer",
                    an_exclusive_queue_lives_with_its_consumer);
    g_test_add_func("/workload amqp/a producer that crashes goes on where it was",
                    a_producer_that_crashes_goes_on_where_it_was);
    g_test_add_func("/workload amqp/returned and refused are told", returned_and_refused_are_told);
    g_test_add_func("/workload amqp/a host takes all along", a_host_takes_all_along);
    return g_test_run();
}
