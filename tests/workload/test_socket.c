/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_text.h"

/* Five nodes 10 ms apart; the server's process is on 0, the clients' on 1..4. */
#define HEAD \
    "[scenario]\nduration = 2000 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = complete\nnodes = 5\n" \
    "[process server]\nnode = 0\n[process client]\nnode = 1..4\ncount = 4\n"
#define SERVER "[socket-server web]\nprocesses = server\naddress = n0:80\n"
#define CLIENT "[socket-client c]\nprocesses = client[0]\nserver = web\n"
#define CLIENTS "[socket-client c]\nprocesses = client\nserver = web\n"

typedef struct { const char *name; double value; } Expected;

static void judge(const char *text, const Expected *expected)
{
    g_autoptr(RunResult) result = run_text(text, 0);
    for (; expected->name; expected++) {
        if (isnan(expected->value)) {
            g_assert_null(metric_row(result, expected->name));
            continue;
        }
        g_test_message("%s", expected->name);
        g_assert_nonnull(metric_row(result, expected->name));
        g_assert_cmpfloat_with_epsilon(metric_value(result, expected->name), expected->value, 1e-9);
    }
}

#define JUDGE(text, ...) judge(text, (const Expected[]){ __VA_ARGS__, { NULL, 0 } })

static void a_connection_takes_one_round_trip(void)
{
    JUDGE(HEAD SERVER "answer = echo\n" CLIENT "send = 100 B, 2 * 1 kB\nthink-time = 1 s\n",
          { "socket_connect_mean_ms[c]", 20 }, { "socket_connect_max_ms[c]", 20 }, { "socket_round_trip_mean_ms[c]", 20 },
          { "socket_completed[c]", 1 }, { "socket_sent[c]", 2100 }, { "socket_received[c]", 2100 },
          { "socket_server_received[web]", 2100 }, { "socket_server_answered[web]", 2100 }, { "socket_accepted[web]", 1 },
          { "socket_published[stream]", 4200 }, { "socket_delivered[stream]", 4200 }, { "socket_dropped", 0 },
          { "socket_last_s[c]", 2.08 }, { "socket_open[c]", 0 }, { "packets", 3 + 6 + 4 });
}

static void refusal_and_silence(void)
{
    JUDGE(HEAD "[socket-client c]\nprocesses = client[0]\naddress = n4:80\n",
          { "socket_refused[c]", 1 }, { "socket_failed_at_s[c]", 0.02 }, { "socket_connected[c]", 0 });
    JUDGE(HEAD "[socket-client c]\nprocesses = client[0]\naddress = n4:80\nsyn-retries = 3\nrto = 2 s\n"
          "[failure f]\nkind = crash\nnodes = 4\n",
          { "socket_unreachable[c]", 1 }, { "socket_failed_at_s[c]", 30 }, { "socket_refused[c]", 0 });
}

static void a_full_backlog(void)
{
    static const char text[] = HEAD SERVER "backlog = 1\naccept-after = 2 s\n" CLIENTS;
    JUDGE(text, { "socket_completed[c]", 4 }, { "socket_connect_p50_ms[c]", 20 }, { "socket_connect_max_ms[c]", 3020 });
    g_autofree char *resets = g_strconcat(HEAD SERVER "backlog = 1\naccept-after = 2 s\non-overflow = reset\n", CLIENTS, NULL);
    JUDGE(resets, { "socket_completed[c]", 2 }, { "socket_refused[c]", 2 });
}

static void threads_serve_one_after_the_other(void)
{
    JUDGE(HEAD SERVER "answer = at-end\nanswer-size = 1 kB\nthreads = 1\nread-delay = 1 s\n" CLIENTS "half-close = yes\n",
          { "socket_completed[c]", 4 }, { "socket_received[c]", 4000 }, { "socket_server_answered[web]", 4000 },
          /* read at 1.03 s and the end at 2.03 s, then two seconds for each of the others, and 10 ms back */
          { "socket_last_s[c]", 8.04 });
    JUDGE(HEAD SERVER "answer = at-end\nread-delay = 1 s\n" CLIENTS "half-close = yes\n", { "socket_last_s[c]", 2.04 });
    JUDGE(HEAD SERVER "accept-delay = 1 s\n" CLIENTS "half-close = yes\n", { "socket_last_s[c]", 4.01 });
}

static void a_crash_of_the_process_or_of_its_host(void)
{
    JUDGE(HEAD SERVER CLIENT "wait-for-end = yes\n[failure f]\nkind = process-crash\ntarget = server\nat = 5 s\n",
          { "socket_last_s[c]", 5.01 }, { "socket_completed[c]", 1 }, { "socket_failures[c]", 0 });
    JUDGE(HEAD SERVER "read-delay = 100 s\n" CLIENT "wait-for-end = yes\n[failure f]\nkind = process-crash\ntarget = server\nat = 5 s\n",
          { "socket_last_s[c]", 5.01 }, { "socket_resets[c]", 1 }, { "socket_dropped[stream]", 100 });
    JUDGE(HEAD SERVER CLIENT "wait-for-end = yes\n[failure f]\nkind = crash\nnodes = 0\nat = 5 s\n",
          { "socket_open[c]", 1 }, { "socket_last_s[c]", NAN });
    JUDGE(HEAD SERVER CLIENT "wait-for-end = yes\nkeepalive = 5 s/1 s/3\n[failure f]\nkind = crash\nnodes = 0\nat = 1 s\n",
          { "socket_timeouts[c]", 1 }, { "socket_failed_at_s[c]", 8.02 });
}

/* The clients' next connections find the next incarnation of the server. */
static void a_server_that_comes_back_serves_on(void)
{
    JUDGE("[scenario]\nduration = 100 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = complete\nnodes = 5\n"
          "[process server]\nnode = 0\nrestart = 3 s\n[process client]\nnode = 1..4\ncount = 4\n"
          SERVER "answer = echo\n" CLIENTS "connections = 20\narrivals = 1 s\nsend = 3 * 100 B\nthink-time = 300 ms\n"
          "[failure f]\nkind = process-crash\ntarget = server\nat = 5 s\n",
          /* one takes 680 ms; each client is refused at 5.04 s, 6.06 s and 7.08 s */
          { "socket_attempts[c]", 80 }, { "socket_refused[c]", 12 }, { "socket_completed[c]", 68 }, { "socket_open[c]", 0 });
}

static void an_outage_and_a_limit(void)
{
    static const char *const until[] = { "20 s", "60 s" };
    for (int i = 0; i < 2; i++) {
        g_autofree char *text = g_strconcat(HEAD SERVER CLIENT "send = 100 * 1 B\nthink-time = 1 s\nuser-timeout = 30 s\n"
                                            "[failure f]\nkind = partition\nnodes = 1\nat = 10 s\nuntil = ", until[i], "\n", NULL);
        if (i == 0) JUDGE(text, { "socket_completed[c]", 1 }, { "socket_server_received[web]", 100 });
        else JUDGE(text, { "socket_timeouts[c]", 1 }, { "socket_failed_at_s[c]", 40.02 }, { "socket_server_received[web]", 10 });
    }
}

static void a_slow_reader_blocks_its_writer(void)
{
    /* 100 kB at 1 kB a second, of which the buffers hold 8 kB: from 20 ms to the 92nd read at 92.03 s, and then
     * the window, a record and its acknowledgement */
    JUDGE(HEAD SERVER "read-size = 1 kB\nread-delay = 1 s\nrcvbuf = 4 kB\n" CLIENT "send = 100 kB\nsndbuf = 4 kB\n",
          { "socket_server_received[web]", 100000 }, { "socket_dropped", 0 }, { "socket_blocked_s[c]", 92.04 });
}

static void a_held_port_keeps_a_server_waiting(void)
{
    static const char text[] = HEAD SERVER "answer = echo\ntime-wait = 10 s\nreuse-address = %s\n" CLIENT
                               "wait-for-end = yes\nconnections = 2\narrivals = 30 s\n"
                               "[failure f]\nkind = process-crash\ntarget = server\nat = 5 s\n"
                               "[failure g]\nkind = process-restart\ntarget = server\nat = 6 s\n";
    for (int reuse = 0; reuse < 2; reuse++) {
        g_autofree char *full = g_strdup_printf(text, reuse ? "yes" : "no");
        /* tried at 6 s, 7 s, … 14 s, free at 15 s */
        JUDGE(full, { "socket_bind_failures[web]", reuse ? 0 : 9 }, { "socket_connected[c]", 2 });
    }
}

static void datagrams(void)
{
    JUDGE(HEAD SERVER "type = datagram\nanswer = echo\n" CLIENTS "type = datagram\nsend = 10 * 50 B\nreceive-timeout = 1 s\n",
          { "socket_datagrams_sent[c]", 40 }, { "socket_datagrams_back[c]", 40 }, { "socket_server_datagrams[web]", 40 },
          { "socket_round_trip_mean_ms[c]", 20 }, { "socket_published[datagram]", 4000 }, { "packets", 80 });
    JUDGE(HEAD SERVER "type = datagram\nread-delay = 10 s\nrcvbuf = 300 B\n" CLIENTS "type = datagram\nsend = 3 * 50 B\n",
          { "socket_datagrams_sent[c]", 12 }, { "socket_server_datagrams[web]", 6 }, { "socket_dropped_rcvbuf_full", 300 });
    JUDGE(HEAD "[socket-client c]\nprocesses = client[0]\naddress = n4:80\ntype = datagram\nsend = 3 * 50 B\nthink-time = 1 s\n",
          { "socket_datagrams_sent[c]", 1 }, { "socket_failures[c]", 1 }, { "socket_dropped_peer_gone", 50 });
}

static void several_servers_in_turn(void)
{
    JUDGE("[scenario]\nduration = 10 s\n[network]\nlatency = 10 ms\n[overlay]\nkind = complete\nnodes = 5\n"
          "[process server]\nnode = 0..1\ncount = 2\n[process client]\nnode = 2..4\ncount = 3\n"
          "[socket-client c]\nprocesses = client\nserver = web\nsend = 1 kB\n"       /* before its server in the file */
          "[socket-server web]\nprocesses = server\n",
          { "socket_accepted[web]", 3 }, { "socket_completed[c]", 3 });
}

/* The example of the models' vocabulary; its link is down from 5 s to 8 s, when all is over. */
static void a_burst_at_a_small_backlog(void)
{
    JUDGE("[scenario]\nduration = 60 s\n[network]\nlatency = 1ms\n[overlay]\nkind = complete\nnodes = 6\n"
          "[process server]\nnode = 0\n[process c]\nnode = 1..5\ncount = 5\n"
          "[socket-server web]\nprocess = server\naddress = n0:80\nbacklog = 2\non-overflow = drop\naccept-delay = 10ms\nrcvbuf = 4KiB\n"
          "[socket-client burst]\nprocesses = c[0..4]\naddress = n0:80\nsend = 100B, 100B\nhalf-close = yes\nrto = 1s\n"
          "syn-retries = 3\nuser-timeout = 30s\n",
          { "socket_completed[burst]", 5 }, { "socket_connect_mean_ms[burst]", (3 * 2 + 2 * 1002) / 5.0 }, { "socket_connect_max_ms[burst]", 1002 },
          { "socket_server_received[web]", 1000 });
}

/* ---- what cannot be ---- */

static void faults(void)
{
    static const struct { const char *text, *fault; } rows[] = {
        { SERVER CLIENT "address = n1:80\n", "either a server or an address" },
        { SERVER "[socket-client c]\nprocesses = client[0]\n", "either a server or an address" },
        { "[socket-client c]\nprocesses = client\naddress = 1:80\n", "is no address; nNODE:PORT is expected" },
        { "[socket-client c]\nprocesses = client\naddress = n1:0\n", "is no address; nNODE:PORT is expected" },
        { "[socket-client c]\nprocesses = client\naddress = n9:80\n", "there is no node 9" },
        { SERVER CLIENT "send = 100\n", "send" },
        { SERVER CLIENT "send = x * 1 kB\n", "TIMES * SIZE" },
        { SERVER CLIENT "send = 2000000 * 1 B\n", "more than 1000000 sends" },
        { SERVER "type = datagram\n" CLIENT "type = datagram\nsend = 70 kB\n", "more than 65507 B" },
        { SERVER "type = datagram\n" CLIENT, "the server's is another" },
        { SERVER "answer = at-end\n" CLIENT, "half-close = yes" },
        { SERVER "type = datagram\nanswer = at-end\n", "datagrams have no end" },
        { SERVER CLIENT "type = datagram\nhalf-close = yes\n", "datagrams have no end" },
        { SERVER "process = server\n", "processes, or process" },
        { "[socket-server web]\naddress = n0:80\n", "processes, or process" },
        { SERVER CLIENT "keepalive = 5 s\n", "is not IDLE/INTERVAL/PROBES" },
        { SERVER CLIENT "keepalive = 5 s/1 s/0\n", "is not IDLE/INTERVAL/PROBES" },
        { "[socket-client c]\nprocesses = client\nserver = wep\n", "wep" },
        { "[socket-client c]\nprocesses = clint\naddress = n1:80\n", "clint" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = g_strconcat(HEAD, rows[i].text, NULL), *path = NULL;
        close(g_file_open_tmp("banyan-XXXXXX.ini", &path, NULL));
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        g_autoptr(Plan) plan = plan_read(path, NULL, &error);
        g_assert_cmpint(unlink(path), ==, 0);
        g_test_message("%s", rows[i].text);
        g_assert_null(plan);
        g_assert_nonnull(error);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].fault));
    }
}

#define CASE(name) g_test_add_func("/workload/socket/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_connection_takes_one_round_trip);
    CASE(refusal_and_silence);
    CASE(a_full_backlog);
    CASE(threads_serve_one_after_the_other);
    CASE(a_crash_of_the_process_or_of_its_host);
    CASE(a_server_that_comes_back_serves_on);
    CASE(an_outage_and_a_limit);
    CASE(a_slow_reader_blocks_its_writer);
    CASE(a_held_port_keeps_a_server_waiting);
    CASE(datagrams);
    CASE(several_servers_in_turn);
    CASE(a_burst_at_a_small_backlog);
    CASE(faults);
    return g_test_run();
}
