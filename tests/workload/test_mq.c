/* SPDX-License-Identifier: GPL-3.0-or-later */
/* [qmgr], [mq-queue] and [channel] of a scenario: what is refused, and what runs. */
#include "sections.h"

#define HEAD "[network]\nlatency = 5 ms\n[overlay]\nkind = star\nnodes = 5\n[scenario]\nduration = 60 s\n" \
             "[process a]\nnode = 1\n[process b]\nnode = 2\n"
#define TWO "[qmgr A]\nnode = 1\n[qmgr B]\nnode = 2\n[mq-queue B.Q]\n[mq-queue A.B]\nusage = xmit\n" \
            "[mq-queue A.Q]\nremote = Q@B\n"
#define JOINED TWO "[channel A.TO.B]\nfrom = A\nto = B\nxmitq = B\nhbint = 1 s\nshorttmr = 1 s\n"

static void what_is_wrong_is_said(void)
{
    static const Wrong rows[] = {
        { "[qmgr C]\nnode = 5\n", "there is no node 5; the nodes are 0 .. 4" },
        { "[qmgr C.D]\nnode = 1\n", "has no point and no @ in it" },
        { "[qmgr C]\ndead-letter-queue = DLQ\n", "no [mq-queue] is called 'C.DLQ'" },
        { "[qmgr C]\ndefault-xmitq = X\n[mq-queue C.X]\n", "is no transmission queue" },
        { "[mq-queue Z]\nusage = xmit\n", "'Z' is no QMGR.NAME" },
        { "[mq-queue C.Z]\nusage = xmit\n", "no [qmgr] is called 'C'" },
        { "[mq-queue A.Z]\nremote = Q\n", "'Q' is no QUEUE@QMGR" },
        { "[mq-queue A.Z]\nremote = Q@C\n", "no [qmgr] is called 'C'" },
        { "[mq-queue A.Z]\nremote = Q@B\nxmitq = Y\n", "no [mq-queue] is called 'A.Y'" },
        { "[mq-queue A.Z]\nremote = Q@B\nalias = Q\n", "it stands for one thing alone" },
        { "[mq-queue A.Z]\nremote = Q@B\nusage = xmit\n", "holds no messages" },
        { "[mq-queue A.Z]\nalias = Y\n", "no [mq-queue] is called 'A.Y'" },
        { "[mq-queue A.Z]\ntrigger = first\n", "usage = xmit" },
        { "[mq-queue A.Z]\nusage = xmit\nchannel = A.TO.B\n", "without trigger = first" },
        { "[mq-queue A.Z]\nusage = xmit\ntrigger = first\nchannel = A.TO.B\n", "does not empty this queue" },
        { "[mq-queue A.Z]\nbackout-threshold = 1\nbackout-queue = B\n", "is no queue to keep messages in" },
        { "[channel X]\nfrom = A\nto = A\nxmitq = B\n", "from one queue manager to another" },
        { "[channel X]\nfrom = A\nto = C\nxmitq = B\n", "no [qmgr] is called 'C'" },
        { "[channel X]\nfrom = B\nto = A\nxmitq = Q\n", "is no transmission queue" },
        { "[channel X]\nfrom = A\nto = B\nxmitq = B\nstart = triggered\n", "starts nothing" },
        { "[channel X]\nfrom = A\nto = B\nxmitq = B\nhbint = 3\n", "unit" },
        { "[producer p]\nprocesses = a\nto = Z@A\n", "no [mq-queue] is called 'A.Z'" },
        { "[failure f]\nkind = channel-stop\ntarget = X\n", "no [channel] is called 'X'" },
        { "[failure f]\nkind = qmgr-stop\ntarget = C\n", "no [qmgr] is called 'C'" },
    };
    assert_wrong(HEAD JOINED, rows, G_N_ELEMENTS(rows));
}

static void run_and_compare(const char *text, const Expected *expected)
{
    assert_reported(HEAD, text, expected);
}

#define PUTS "[producer p]\nprocesses = a\nto = Q@A\ncount = 20\narrivals = 100 ms\npersistent = yes\n"
#define GETS "[consumer c]\nprocesses = b\nfrom = Q@B\nack = uow\n"

static void messages_go_from_manager_to_manager(void)
{
    run_and_compare(JOINED PUTS GETS, (Expected[]){ { "consumer_taken", 20 }, { "mq_batched", 20 },
                                                    /* 5; the first one 25, with the binding */
                                                    { "consumer_latency_mean_ms", 6 },
                                                    { "mq_sequence[A.TO.B]", 20 }, { "mq_running[A.TO.B]", 1 },
                                                    { "mq_published[Q@B]", 20 }, { "producer_blocked_max_ms[p]", 0 },
                                                    { NULL, 0 } });
}

static void clients_reach_managers_elsewhere(void)
{
    run_and_compare(JOINED "[producer p]\nprocesses = b\nto = Q@A\ncount = 20\narrivals = 100 ms\n"
                    "[consumer c]\nprocesses = a\nfrom = Q@B\n",
                    (Expected[]){ { "consumer_taken", 20 }, { "producer_blocked_max_ms[p]", 10 }, { "mq_fast", 20 },
                                  { NULL, 0 } });
}

static void aliases_lead_on(void)
{
    run_and_compare(JOINED "[mq-queue A.OFFICE]\nremote = @B\nxmitq = B\n[mq-queue A.R]\nremote = Q@OFFICE\nxmitq = B\n"
                    "[mq-queue B.S]\nalias = Q\n[mq-queue B.OFFICE]\nremote = @B\n"
                    "[producer p]\nprocesses = a\nto = R@A\ncount = 3\npersistent = yes\n"
                    "[producer o]\nprocesses = b\nto = S@B\ncount = 4\n",
                    (Expected[]){ { "mq_queued[Q@B]", 7 }, { NULL, 0 } });
}

static void operators_are_obeyed(void)
{
    run_and_compare(JOINED PUTS GETS "[failure f]\nkind = channel-stop\ntarget = A.TO.B\nat = 950 ms\n",
                    (Expected[]){ { "consumer_taken", 10 }, { "mq_queued[B@A]", 10 }, { "mq_running[A.TO.B]", 0 },
                                  { NULL, 0 } });
    run_and_compare(JOINED PUTS GETS "[failure f]\nkind = channel-stop\ntarget = A.TO.B\nat = 950 ms\nuntil = 30 s\n",
                    (Expected[]){ { "consumer_taken", 20 }, { "mq_running[A.TO.B]", 1 }, { "consumer_duplicates", 0 },
                                  { NULL, 0 } });
    run_and_compare(JOINED PUTS GETS "[failure f]\nkind = qmgr-stop\ntarget = B\nat = 950 ms\nuntil = 5 s\n",
                    (Expected[]){ { "consumer_taken", 20 }, { "mq_running[A.TO.B]", 1 }, { "consumer_duplicates", 0 },
                                  { NULL, 0 } });
    run_and_compare(JOINED PUTS GETS "[failure f]\nkind = qmgr-stop\ntarget = A\nat = 950 ms\nuntil = 30 s\n",
                    (Expected[]){ { "consumer_taken", 10 }, { "producer_failed", 10 }, { NULL, 0 } });
}

static void users_find_the_manager_again(void)
{
    static const char *const modes[] = { "get", "poll", "push", "notify" };
    for (size_t m = 0; m < G_N_ELEMENTS(modes); m++) {
        g_autofree char *text = g_strconcat(JOINED PUTS GETS "mode = ", modes[m],
                                            "\n[failure f]\nkind = qmgr-stop\ntarget = B\nat = 950 ms\nuntil = 5 s\n", NULL);
        g_test_message("%s", text);
        run_and_compare(text, (Expected[]){ { "consumer_taken", 20 }, { "consumer_duplicates", 0 }, { NULL, 0 } });
    }
}

static void manual_channels_wait_for_the_command(void)
{
    run_and_compare(TWO "[channel X]\nfrom = A\nto = B\nxmitq = B\nstart = manual\n" PUTS GETS,
                    (Expected[]){ { "consumer_taken", 0 }, { "mq_queued[B@A]", 20 }, { NULL, 0 } });
    run_and_compare(TWO "[channel X]\nfrom = A\nto = B\nxmitq = B\nstart = manual\n" PUTS GETS
                    "[failure f]\nkind = channel-start\ntarget = X\nat = 10 s\n",
                    (Expected[]){ { "consumer_taken", 20 }, { NULL, 0 } });
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/workload/mq/what is wrong is said", what_is_wrong_is_said);
    g_test_add_func("/workload/mq/messages go from manager to manager", messages_go_from_manager_to_manager);
    g_test_add_func("/workload/mq/clients reach managers elsewhere", clients_reach_managers_elsewhere);
    g_test_add_func("/workload/mq/aliases lead on", aliases_lead_on);
    g_test_add_func("/workload/mq/operators are obeyed", operators_are_obeyed);
    g_test_add_func("/workload/mq/users find the manager again", users_find_the_manager_again);
    g_test_add_func("/workload/mq/manual channels wait for the command", manual_channels_wait_for_the_command);
    return g_test_run();
}
