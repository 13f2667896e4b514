/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [queue NAME] of a scenario: what is refused, and what runs. */
#include "sections.h"

#define HEAD "[network]\nlatency = 5 ms\n[overlay]\nkind = star\nnodes = 5\n[scenario]\nduration = 20 s\n" \
             "[process a]\nnode = 1\n[process w]\nnode = 0, 2\ncount = 2\nrestart = 1 s\n[queue q]\nnode = 0\n"

static void what_is_wrong_is_said(void)
{
    static const Wrong rows[] = {
        { "[queue r]\nnode = 5\n", "there is no node 5; the nodes are 0 .. 4" },
        { "[queue r]\norder = lifo\n", "'lifo'" },
        { "[queue r]\nstore-latency = 5\n", "unit" },
        { "[queue r]\nbackout-threshold = 3\n", "there is no backout-queue" },
        { "[queue r]\nbackout-queue = q\n", "without a backout-threshold" },
        { "[queue r]\nbackout-threshold = 3\nbackout-queue = none\n", "no [queue] is called 'none'" },
        { "[queue r]\nbackout-threshold = 3\nbackout-queue = r\n", "it is the queue itself" },
        { "[queue r]\nnode = 1\nbackout-threshold = 3\nbackout-queue = q\n", "is on another node" },
        { "[queue r]\nmax_depth = 3\n", "max_depth" },
        { "[producer p]\nprocesses = a\nto = none\n", "'none'" },
        { "[consumer c]\nprocesses = a\nfrom = none\n", "'none'" },
    };
    assert_wrong(HEAD, rows, G_N_ELEMENTS(rows));
}

static void run_and_compare(const char *text, const Expected *expected)
{
    assert_reported(HEAD, text, expected);
}

static void every_mode_takes_every_message(void)
{
    static const char *const modes[] = { "mode = get\n", "mode = poll\npoll = 50 ms\n", "mode = push\n",
                                         "mode = notify\n" };
    static const char *const acks[] = { "ack = auto\n", "ack = manual\n", "ack = uow\n" };
    for (size_t m = 0; m < G_N_ELEMENTS(modes); m++) {
        for (size_t a = 0; a < G_N_ELEMENTS(acks); a++) {
            g_autofree char *text = g_strconcat("[producer p]\nprocesses = a\nto = q\ncount = 10\narrivals = 100 ms\n"
                                                "[consumer c]\nprocesses = w\nfrom = q\n", modes[m], acks[a], NULL);
            run_and_compare(text,
                            (Expected[]){ { "consumer_taken", 10 }, { "queue_delivered[q]", 10 },
                                          { "queue_in_flight", 0 },
                                                { "consumer_duplicates", 0 }, { NULL, 0 } });
        }
    }
}

static void poison_is_moved_to_the_backout_queue(void)
{
    run_and_compare("[queue bad]\nnode = 0\n[queue r]\nnode = 0\nbackout-threshold = 3\nbackout-queue = bad\n"
                    "[producer p]\nprocesses = a\nto = r\ncount = 4\narrivals = 100 ms\n"
                    "[consumer c]\nprocesses = w\nfrom = r\nack = uow\nreject-rate = 100 %\nrequeue = yes\n",
                    (Expected[]){ { "queue_queued[bad]", 4 }, { "queue_moved[r]", 4 }, { "queue_backouts[r]", 12 },
                                  { "consumer_rejected", 12 }, { NULL, 0 } });
}

static void a_full_queue_fails_its_producer(void)
{
    run_and_compare("[queue r]\nnode = 2\nmaxdepth = 3\n[producer p]\nprocesses = a\nto = r\ncount = 5\narrivals = 100 ms\n",
                    (Expected[]){ { "producer_sent", 3 }, { "producer_failed", 2 }, { "queue_refused[r]", 2 },
                                  { "queue_depth_max[r]", 3 }, { NULL, 0 } });
}

static void urgent_ones_go_first(void)
{
    run_and_compare("[process late]\nnode = 3\nstart = 10 s\n[queue r]\nnode = 0\norder = priority\n"
                    "[producer slow]\nprocesses = a\nto = r\ncount = 5\narrivals = 100 ms\n"
                    "[producer urgent]\nprocesses = a\nto = r\ncount = 5\narrivals = 100 ms\npriority = 7\nstart = 5 s\n"
                    "[consumer c]\nprocesses = late\nfrom = r\ncount = 5\n",
                    /* made at 5, 5.1, …; taken from 10.045 s on, one each 10 ms */
                    (Expected[]){ { "consumer_taken", 5 }, { "queue_queued[r]", 5 }, { "queue_delivered[r]", 5 },
                                  { NULL, 0 } });
}

static void users_find_the_queue_again(void)
{
    static const char *const modes[] = { "get", "poll", "push", "notify" };
    static const char *const outages[] = { "nodes = 4\nat = 3 s\nrecover-after = 1 s\n",
                                            "nodes = 4\nat = 3 s\nrecover-after = 5 s\n" };
    for (size_t m = 0; m < G_N_ELEMENTS(modes); m++) {
        for (size_t f = 0; f < G_N_ELEMENTS(outages); f++) {
            g_autofree char *text = g_strconcat(
                "[queue r]\nnode = 4\n[producer p]\nprocesses = a\nto = r\ncount = 100\narrivals = 50 ms\npersistent = yes\n"
                "[consumer c]\nprocesses = w\nfrom = r\nack = uow\nmode = ", modes[m], "\n[failure f]\nkind = crash\n",
                outages[f], NULL);
            g_test_message("%s", text);
            run_and_compare(text, (Expected[]){ { "queue_queued[r]", 0 }, { "queue_in_flight", 0 }, { "queue_dropped", 0 },
                                                { NULL, 0 } });
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/workload/queue/what is wrong is said", what_is_wrong_is_said);
    g_test_add_func("/workload/queue/every mode takes every message", every_mode_takes_every_message);
    g_test_add_func("/workload/queue/poison is moved to the backout queue", poison_is_moved_to_the_backout_queue);
    g_test_add_func("/workload/queue/a full queue fails its producer", a_full_queue_fails_its_producer);
    g_test_add_func("/workload/queue/urgent ones go first", urgent_ones_go_first);
    g_test_add_func("/workload/queue/users find the queue again", users_find_the_queue_again);
    return g_test_run();
}
