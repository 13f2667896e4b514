/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "socket_lab.h"

/* ---- SOCK-01 … SOCK-03 ---- */

static void uses_it_unconnected(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    note(self, b, "fd", fd);
    note(self, b, "send", send_text(self, fd, "x"));
    note(self, b, "receive", socket_receive(self, fd, NULL, 9, 0));
    note(self, b, "shutdown", socket_shutdown(self, fd, SOCKET_WRITE_SIDE));
    note(self, b, "connect", socket_connect(self, fd, WEB));
    note(self, b, "again", socket_connect(self, fd, WEB));
    note(self, b, "other", socket_receive(self, 17, NULL, 9, 0));
    note(self, b, "close", socket_close(self, fd));
    note(self, b, "close", socket_close(self, fd));
}

static void accepts_one(Process *self, void *argument)
{
    (void)argument;
    (void)accepted(self);
    process_sleep(self, 10 * S);
}

static void sock_01(void)
{
    bench_judge(bench_new(3 * MS), uses_it_unconnected, accepts_one, 20 * S,
                "fd=3@0 send=ENOTCONN@0 receive=ENOTCONN@0 shutdown=ENOTCONN@0 connect=0@6 again=EISCONN@6 other=EBADF@6 "
                "close=0@6 close=EBADF@6 ");
}

static void binds_twice(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = listening(self, 1);
    socket_set(self, listener, SOCKET_REUSEADDR, 1);
    for (int reuse = 0; reuse < 2; reuse++) {
        int fd = socket_open(self, SOCKET_STREAM);
        socket_set(self, fd, SOCKET_REUSEADDR, reuse);
        note(self, b, "bind", socket_bind(self, fd, (Address){ SERVER, 80 }));
        socket_close(self, fd);
    }
    int datagram = socket_open(self, SOCKET_DATAGRAM);
    note(self, b, "datagram", socket_bind(self, datagram, (Address){ SERVER, 80 }));
    note(self, b, "again", socket_bind(self, datagram, (Address){ SERVER, 81 }));
    socket_close(self, listener);
    note(self, b, "free", socket_bind(self, socket_open(self, SOCKET_STREAM), (Address){ SERVER, 80 }));
}

static void sock_02(void)
{
    bench_judge(bench_new(MS), NULL, binds_twice, S, "bind=EADDRINUSE@0 bind=EADDRINUSE@0 datagram=0@0 again=EINVAL@0 free=0@0 ");
}

static void accepts_without_listening(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_bind(self, fd, WEB);
    note(self, b, "accept", socket_accept(self, fd, NULL));
    note(self, b, "datagram", socket_listen(self, socket_open(self, SOCKET_DATAGRAM), 1));
}

static void sock_03(void)
{
    bench_judge(bench_new(MS), NULL, accepts_without_listening, S, "accept=EINVAL@0 datagram=ENOTSUP@0 ");
}

/* ---- SOCK-04, SOCK-05 ---- */

static void connects(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    note(self, b, "connect", socket_connect(self, fd, WEB));
    process_sleep(self, 1000 * S);
}

static void binds_alone(Process *self, void *argument)
{
    (void)argument;
    socket_bind(self, socket_open(self, SOCKET_STREAM), WEB);
    process_sleep(self, 10 * S);
}

static void sock_04(void)
{
    bench_judge(bench_new(3 * MS), connects, NULL, 10 * S, "connect=ECONNREFUSED@6 ");
    bench_judge(bench_new(3 * MS), connects, binds_alone, 10 * S, "connect=ECONNREFUSED@6 ");
}

static void sock_05_heals(void)
{
    Bench *b = bench_new(3 * MS);
    lab_link(b->lab, CLIENT, SERVER, false);
    lab_at(b->lab, 5 * S, link_up, NULL);
    bench_judge(b, connects, accepts_one, 500 * S, "connect=0@7006 ");
}

static void sock_05_never(void)
{
    Bench *b = bench_new(3 * MS);
    lab_link(b->lab, CLIENT, SERVER, false);
    bench_judge(b, connects, accepts_one, 500 * S, "connect=ETIMEDOUT@127000 ");
}

static void sock_05_dead_host(void)
{
    Bench *b = bench_new(3 * MS);
    lab_host_crash(b->lab, SERVER);
    bench_judge(b, connects, NULL, 500 * S, "connect=ETIMEDOUT@127000 ");
}

static void connects_with_limits(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_SYN_RETRIES, 2);
    note(self, b, "retries", socket_connect(self, fd, WEB));
    socket_set(self, fd, SOCKET_SNDTIMEO, 5 * S);
    note(self, b, "limit", socket_connect(self, fd, WEB));
}

static void sock_05_limits(void)
{
    Bench *b = bench_new(3 * MS);
    lab_host_crash(b->lab, SERVER);
    bench_judge(b, connects_with_limits, NULL, 500 * S, "retries=ETIMEDOUT@7000 limit=EINPROGRESS@12000 ");
}

/* ---- SOCK-06 … SOCK-09 ---- */

static void sleeps_then_accepts(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_OVERFLOW_RESETS, b->number);
    socket_bind(self, fd, WEB);
    socket_listen(self, fd, 2);
    process_sleep(self, 10 * S);
    for (;;) (void)socket_accept(self, fd, NULL);
}

static void full_backlog(bool resets, const char *log)
{
    Bench *b = bench_new(MS);
    b->number = resets;
    for (NodeId i = 2; i < 7; i++) bench_run(b, i, "client", connects);
    bench_judge(b, NULL, sleeps_then_accepts, 100 * S, log);
}

static void sock_06(void)
{
    full_backlog(false, "connect=0@2 connect=0@2 connect=0@2 connect=0@15002 connect=0@15002 ");
}

static void sock_06_reset(void)
{
    full_backlog(true, "connect=0@2 connect=0@2 connect=0@2 connect=ECONNREFUSED@2 connect=ECONNREFUSED@2 ");
}

static void accepts_at_once(Process *self, void *argument)
{
    (void)argument;
    int fd = listening(self, 0);
    for (;;) (void)socket_accept(self, fd, NULL);
}

/* One waits as listen(0) lets it, one is taken by the process that waits in accept. */
static void sock_06_waiting(void)
{
    Bench *b = bench_new(MS);
    for (NodeId i = 2; i < 5; i++) bench_run(b, i, "client", connects);
    bench_judge(b, NULL, accepts_at_once, 100 * S, "connect=0@2 connect=0@2 connect=0@1002 ");
}

static void connects_and_says_hello(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    note(self, b, "sent", send_text(self, fd, "hello"));
    process_sleep(self, 100 * S);
}

static void accepts_late(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = listening(self, 5);
    process_sleep(self, 10 * S);
    note_receive(self, b, socket_accept(self, listener, NULL), 9);
}

static void sock_07(void)
{
    bench_judge(bench_new(MS), connects_and_says_hello, accepts_late, 50 * S, "sent=5@2 hello@10000 ");
}

static void accepts_in_order(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = listening(self, 5);
    Address peer = { 0, 0 };
    note(self, b, "blocks", socket_accept(self, listener, &peer));
    note(self, b, "from", peer.host);
    process_sleep(self, S);
    socket_set(self, listener, SOCKET_NONBLOCK, 1);
    for (int i = 0; i < 3; i++) {
        int fd = socket_accept(self, listener, &peer);
        note(self, b, "accept", fd);
        if (fd >= 0) note(self, b, "from", peer.host);
    }
    socket_set(self, listener, SOCKET_NONBLOCK, 0);
    socket_set(self, listener, SOCKET_RCVTIMEO, 2 * S);
    note(self, b, "limit", socket_accept(self, listener, &peer));
}

static void sock_08(void)
{
    Bench *b = bench_new(MS);
    lab_latency(b->lab, 3, SERVER, 5 * MS);         /* its handshake ends last */
    bench_run(b, 3, "b", connects_and_says_hello);
    bench_run(b, 2, "a", connects_and_says_hello);
    bench_judge(b, connects_and_says_hello, accepts_in_order, 9 * S,
                "sent=5@2 sent=5@2 blocks=4@3 from=0@3 sent=5@10 accept=5@1003 from=2@1003 accept=6@1003 from=3@1003 "
                "accept=EAGAIN@1003 limit=EAGAIN@3003 ");
}

static void closes_the_listener(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = listening(self, 5), fd = socket_accept(self, listener, NULL);
    process_sleep(self, S);
    note(self, b, "close", socket_close(self, listener));
    note_receive(self, b, fd, 5);
    note(self, b, "sent", send_text(self, fd, "answer"));
    process_sleep(self, 10 * S);
}

static void hello_and_answer(Process *self, void *argument)
{
    Bench *b = argument;
    process_sleep(self, process_host(self) * MS);
    int fd = connected(self);
    send_text(self, fd, "hello");
    note_receive(self, b, fd, 10);
}

static void sock_09(void)
{
    Bench *b = bench_new(MS);
    bench_run(b, 2, "pending", hello_and_answer);
    bench_run(b, 3, "pending too", hello_and_answer);
    bench_judge(b, hello_and_answer, closes_the_listener, 9 * S,
                "close=0@1003 hello@1003 sent=6@1003 answer@1004 ECONNRESET@1004 ECONNRESET@1004 ");
}

static void sock_09_crash(void)
{
    Bench *b = bench_new(MS);
    bench_run(b, 2, "pending", hello_and_answer);
    lab_at(b->lab, S, crash_server, NULL);
    bench_judge(b, hello_and_answer, closes_the_listener, 9 * S, "ECONNRESET@1001 ECONNRESET@1001 ");
}

/* ---- SOCK-22, SOCK-26, SOCK-27 ---- */

static void closes_first(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = socket_open(self, SOCKET_STREAM);
    socket_set(self, listener, SOCKET_TIME_WAIT, 60 * S);
    socket_set(self, listener, SOCKET_REUSEADDR, b->number & 1);
    socket_bind(self, listener, WEB);
    socket_listen(self, listener, 5);
    int fd = socket_accept(self, listener, NULL);
    socket_close(self, fd);
    socket_close(self, listener);
    process_sleep(self, S);
    fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_REUSEADDR, b->number >> 1);
    note(self, b, "bind", socket_bind(self, fd, WEB));
    process_sleep(self, 60 * S);
    note(self, b, "later", socket_bind(self, fd, WEB));
}

static void closes_second(Process *self, void *argument)
{
    (void)argument;
    int fd = connected(self);
    while (socket_receive(self, fd, NULL, 9, 0) > 0) continue;
    socket_close(self, fd);
}

static void sock_22(void)
{
    static const char *const logs[] = { "bind=EADDRINUSE@1003 later=0@61003 ", "bind=EADDRINUSE@1003 later=0@61003 ",
                                        "bind=EADDRINUSE@1003 later=0@61003 ", "bind=0@1003 later=EINVAL@61003 " };
    for (int i = 0; i < 4; i++) {
        Bench *b = bench_new(MS);
        b->number = i;
        bench_judge(b, closes_second, closes_first, 100 * S, logs[i]);
    }
}

static void connects_without_waiting(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_NONBLOCK, 1);
    note(self, b, "connect", socket_connect(self, fd, WEB));
    note(self, b, "again", socket_connect(self, fd, WEB));
    SocketPoll poll = { fd, SOCKET_OUT, 0 };
    note(self, b, "at once", socket_poll(self, &poll, 1, 0));
    note(self, b, "ready", socket_poll(self, &poll, 1, -1));
    note(self, b, "writable", poll.revents & SOCKET_OUT);
    note(self, b, "error", -socket_option(self, fd, SOCKET_ERROR));
    note(self, b, "error", -socket_option(self, fd, SOCKET_ERROR));
}

static void sock_26(void)
{
    bench_judge(bench_new(3 * MS), connects_without_waiting, accepts_one, S,
                "connect=EINPROGRESS@0 again=EALREADY@0 at once=0@0 ready=1@6 writable=4@6 error=0@6 error=0@6 ");
    bench_judge(bench_new(3 * MS), connects_without_waiting, NULL, S,
                "connect=EINPROGRESS@0 again=EALREADY@0 at once=0@0 ready=1@6 writable=4@6 error=ECONNREFUSED@6 error=0@6 ");
}

static void connects_and_aborts(Process *self, void *argument)
{
    (void)argument;
    int fd = connected(self);
    socket_set(self, fd, SOCKET_LINGER, 0);
    socket_close(self, fd);
}

static void accepts_the_dead(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = listening(self, 5);
    process_sleep(self, S);
    int fd = socket_accept(self, listener, NULL);
    note(self, b, "accept", fd);
    process_sleep(self, S);
    note_receive(self, b, fd, 9);
    note_receive(self, b, fd, 9);
}

static void sock_27(void)
{
    bench_judge(bench_new(MS), connects_and_aborts, accepts_the_dead, 9 * S, "accept=4@1000 ECONNRESET@2000 end@2000 ");
}

/* ---- descriptors ---- */

static void opens_many(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = 0, count = 0;
    while ((fd = socket_open(self, SOCKET_STREAM)) >= 0) count++;
    note(self, b, "count", count);
    note(self, b, "full", fd);
    socket_close(self, 5);
    note(self, b, "smallest", socket_open(self, SOCKET_DATAGRAM));
}

static void descriptors(void)
{
    bench_judge(bench_new(MS), opens_many, NULL, S, "count=1021@0 full=EMFILE@0 smallest=5@0 ");
}

static void works(Process *self, void *argument)
{
    Bench *b = argument;
    note_receive(self, b, b->fd, 9);
    note(self, b, "sent", send_text(self, b->fd, "answer"));
}

static void accepts_and_passes_on(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    Process *worker = bench_run(b, SERVER, "worker", works);
    b->fd = socket_pass(self, fd, worker);
    note(self, b, "passed", b->fd);
    note(self, b, "mine", socket_send(self, fd, "x", 1, 0));
    note(self, b, "elsewhere", socket_pass(self, 3, process_find(b->lab->ipc, "client")));
}

static void a_descriptor_passed_on(void)
{
    bench_judge(bench_new(MS), hello_and_answer, accepts_and_passes_on, S,
                "passed=3@3 mine=EBADF@3 elsewhere=EINVAL@3 hello@3 sent=6@3 answer@4 ");
}

static void outside_a_process(void)
{
    Bench *b = bench_new(MS);
    Process *process = bench_run(b, CLIENT, "client", connects);
    int fd = socket_open(process, SOCKET_DATAGRAM);
    g_assert_cmpint(socket_receive(process, fd, NULL, 9, 0), ==, -IPC_EDEADLK);
    g_assert_cmpint(socket_receive(process, fd, NULL, 9, SOCKET_DONTWAIT), ==, -IPC_EAGAIN);
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/socket/SOCK-01 a new stream is unconnected", sock_01);
    g_test_add_func("/socket/SOCK-02 an address in use", sock_02);
    g_test_add_func("/socket/SOCK-03 accept before listen", sock_03);
    g_test_add_func("/socket/SOCK-04 nobody listens: refused after a round trip", sock_04);
    g_test_add_func("/socket/SOCK-05 the path heals: connected at the next request", sock_05_heals);
    g_test_add_func("/socket/SOCK-05 it never heals: 127 s", sock_05_never);
    g_test_add_func("/socket/SOCK-05 a dead host: 127 s", sock_05_dead_host);
    g_test_add_func("/socket/SOCK-05 fewer retries and a limit of one's own", sock_05_limits);
    g_test_add_func("/socket/SOCK-06 a full backlog drops requests", sock_06);
    g_test_add_func("/socket/SOCK-06 or resets them", sock_06_reset);
    g_test_add_func("/socket/SOCK-06 a process that waits in accept is a place more", sock_06_waiting);
    g_test_add_func("/socket/SOCK-07 data before the accept are kept", sock_07);
    g_test_add_func("/socket/SOCK-08 accept in the order of completion", sock_08);
    g_test_add_func("/socket/SOCK-09 a closed listener resets the pending", sock_09);
    g_test_add_func("/socket/SOCK-09 a crashed one too", sock_09_crash);
    g_test_add_func("/socket/SOCK-22 TIME-WAIT holds the port", sock_22);
    g_test_add_func("/socket/SOCK-26 connect without waiting", sock_26);
    g_test_add_func("/socket/SOCK-27 a client that resets in the backlog", sock_27);
    g_test_add_func("/socket/descriptors are the smallest free numbers", descriptors);
    g_test_add_func("/socket/a descriptor can be passed on", a_descriptor_passed_on);
    g_test_add_func("/socket/who is no process cannot wait", outside_a_process);
    return g_test_run();
}
