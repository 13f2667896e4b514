/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "socket_lab.h"

static void sleeps(Process *self, void *argument)
{
    (void)argument;
    (void)accepted(self);
    process_sleep(self, 100000 * S);
}

/* ---- SOCK-10 … SOCK-13 ---- */

static void sends_twice(Process *self, void *argument)
{
    (void)argument;
    int fd = connected(self);
    send_text(self, fd, "ab");
    send_text(self, fd, "cd");
    process_sleep(self, 2 * S);
    send_text(self, fd, "efghij");
    process_sleep(self, 10 * S);
}

static void receives_by_its_own_measure(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    process_sleep(self, S);
    note_receive(self, b, fd, 9);
    note_receive(self, b, fd, 4);
    note_receive(self, b, fd, 4);
    note(self, b, "nothing", socket_receive(self, fd, NULL, 0, 0));
}

static void sock_10(void)
{
    bench_judge(bench_new(MS), sends_twice, receives_by_its_own_measure, 9 * S, "abcd@1003 efgh@2003 ij@2003 nothing=0@2003 ");
}

static void waits_in_vain(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    socket_set(self, fd, SOCKET_RCVTIMEO, 100 * MS);
    note_receive(self, b, fd, 9);
    note(self, b, "at once", socket_receive(self, fd, NULL, 9, SOCKET_DONTWAIT));
    socket_set(self, fd, SOCKET_NONBLOCK, 1);
    note_receive(self, b, fd, 9);
}

static void sock_11(void)
{
    bench_judge(bench_new(MS), waits_in_vain, sleeps, 9 * S, "EAGAIN@102 at once=EAGAIN@102 EAGAIN@102 ");
}

static void sends_into_the_void(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    process_sleep(self, S);
    note(self, b, "sent", send_text(self, fd, "0123456789"));
    process_sleep(self, S);
}

static void sock_12(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 500 * MS, link_down, NULL);
    bench_judge(b, sends_into_the_void, sleeps, 1100 * MS, "sent=10@1002 ");
}

static void fills_both_buffers(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_SNDBUF, 4);
    socket_connect(self, fd, WEB);
    int accepted_bytes = 0;
    while (socket_send(self, fd, "x", 1, SOCKET_DONTWAIT) == 1) {
        accepted_bytes++;
        process_sleep(self, 10 * MS);
    }
    note(self, b, "capacity", accepted_bytes);
    note(self, b, "ninth", socket_send(self, fd, "y", 1, SOCKET_DONTWAIT));
    SocketPoll poll = { fd, SOCKET_OUT, 0 };
    note(self, b, "writable", socket_poll(self, &poll, 1, 10 * MS));
    note(self, b, "writable", socket_poll(self, &poll, 1, -1));
    note(self, b, "prefix", socket_send(self, fd, "yz", 2, SOCKET_DONTWAIT));
    note(self, b, "blocked", socket_send(self, fd, "123456", 6, 0));
    socket_set(self, fd, SOCKET_SNDTIMEO, 50 * MS);
    note(self, b, "part", socket_send(self, fd, "123456", 6, 0));
    note(self, b, "limit", socket_send(self, fd, "3456", 4, 0));
    process_sleep(self, 100 * S);
}

static void reads_late(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = socket_open(self, SOCKET_STREAM);
    socket_set(self, listener, SOCKET_RCVBUF, 4);
    socket_bind(self, listener, WEB);
    socket_listen(self, listener, 5);
    int fd = socket_accept(self, listener, NULL);
    process_sleep(self, S);
    note_receive(self, b, fd, 1);
    for (int i = 0; i < 2; i++) {
        process_sleep(self, S);
        note_receive(self, b, fd, 6);
    }
    process_sleep(self, 100 * S);
}

static void sock_13(void)
{
    Bench *b = bench_new(MS);
    bench_judge(b, fills_both_buffers, reads_late, 9 * S,
                "capacity=8@82 ninth=EAGAIN@82 writable=0@92 x@1003 writable=1@1006 prefix=1@1006 xxxx@2003 xxxy@3003 "
                "blocked=6@3006 part=2@3056 limit=EAGAIN@3106 ");
}

/* ---- SOCK-14 … SOCK-18 ---- */

static void sends_and_closes(Process *self, void *argument)
{
    (void)argument;
    int fd = connected(self);
    send_text(self, fd, "abc");
    socket_close(self, fd);
}

static void reads_three_times(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    for (int i = 0; i < 3; i++) note_receive(self, b, fd, 9);
}

static void sock_14(void)
{
    bench_judge(bench_new(MS), sends_and_closes, reads_three_times, 9 * S, "abc@3 end@3 end@3 ");
}

static void closes_at_once(Process *self, void *argument)
{
    (void)argument;
    socket_close(self, accepted(self));
}

static void sends_to_the_closed(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    note_receive(self, b, fd, 9);
    note(self, b, "first", send_text(self, fd, "x"));
    process_sleep(self, 3 * MS);            /* a round trip, and on: timers come before packets of the same instant */
    note(self, b, "second", send_text(self, fd, "x"));
    note_receive(self, b, fd, 9);
}

static void sock_15(void)
{
    bench_judge(bench_new(MS), sends_to_the_closed, closes_at_once, 9 * S, "end@4 first=1@4 second=EPIPE@7 end@7 ");
}

static void half_closes(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    send_text(self, fd, "req");
    note(self, b, "shut", socket_shutdown(self, fd, SOCKET_WRITE_SIDE));
    note(self, b, "send", send_text(self, fd, "more"));
    note_receive(self, b, fd, 9);
    note_receive(self, b, fd, 9);
    note(self, b, "send", send_text(self, fd, "more"));
}

static void answers_after_the_end(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    note_receive(self, b, fd, 9);
    note_receive(self, b, fd, 9);
    send_text(self, fd, "reply");
    socket_close(self, fd);
}

static void sock_16(void)
{
    bench_judge(bench_new(MS), half_closes, answers_after_the_end, 9 * S,
                "shut=0@2 send=EPIPE@2 req@3 end@3 reply@4 end@4 send=EPIPE@4 ");
}

static void sends_six_and_reads(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    send_text(self, fd, "abcdef");
    process_sleep(self, S);
    for (int i = 0; i < 3; i++) note_receive(self, b, fd, 9);
    note(self, b, "send", send_text(self, fd, "x"));
}

static void closes_with_bytes_unread(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    process_sleep(self, 10 * MS);
    if (b->number) {                        /* an abortive close of what was read */
        (void)socket_receive(self, fd, NULL, 100, 0);
        socket_set(self, fd, SOCKET_LINGER, 0);
    }
    send_text(self, fd, "p");
    process_sleep(self, 10 * MS);
    socket_close(self, fd);
}

static void sock_17(void)
{
    for (int abortive = 0; abortive < 2; abortive++) {
        Bench *b = bench_new(MS);
        b->number = abortive;
        bench_judge(b, sends_six_and_reads, closes_with_bytes_unread, 9 * S, "p@1002 ECONNRESET@1002 end@1002 send=EPIPE@1002 ");
    }
}

static void sends_three_and_waits(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    send_text(self, fd, "abc");
    note_receive(self, b, fd, 9);
}

static void reads_or_not(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    process_sleep(self, 10 * MS);
    if (b->number) (void)socket_receive(self, fd, NULL, 100, 0);
    process_sleep(self, 100 * S);
}

static void sock_18(void)
{
    for (int read = 0; read < 2; read++) {
        Bench *b = bench_new(MS);
        b->number = read;
        lab_at(b->lab, S, crash_server, NULL);
        bench_judge(b, sends_three_and_waits, reads_or_not, 9 * S, read ? "end@1001 " : "ECONNRESET@1001 ");
    }
}

/* ---- SOCK-19 … SOCK-21 ---- */

static void sends_at_12(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_USER_TIMEOUT, b->number);
    socket_connect(self, fd, WEB);
    process_sleep(self, 12 * S - process_now(self));
    note(self, b, "sent", send_text(self, fd, "x"));
    note_receive(self, b, fd, 9);
    note(self, b, "send", send_text(self, fd, "x"));
    note_receive(self, b, fd, 9);
}

static void sock_19_sender(void)
{
    Bench *b = bench_new(MS);
    b->number = 30 * S;
    lab_at(b->lab, 10 * S, link_down, NULL);
    bench_judge(b, sends_at_12, sleeps, 500 * S, "sent=1@12000 ETIMEDOUT@42000 send=EPIPE@42000 end@42000 ");
}

static void sock_19_default(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 10 * S, link_down, NULL);
    bench_judge(b, sends_at_12, sleeps, 5000 * S, "sent=1@12000 ETIMEDOUT@936600 send=EPIPE@936600 end@936600 ");
}

static void waits_for_the_silent(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_KEEPALIVE, b->number);
    socket_set(self, fd, SOCKET_KEEPIDLE, 5 * S);
    socket_set(self, fd, SOCKET_KEEPINTVL, 1 * S);
    socket_set(self, fd, SOCKET_KEEPCNT, 3);
    socket_connect(self, fd, WEB);                          /* the last activity: 2 ms */
    note_receive(self, b, fd, 9);
}

static void sock_19_idle(void)
{
    for (int keepalive = 0; keepalive < 2; keepalive++) {
        Bench *b = bench_new(MS);
        b->number = keepalive;
        lab_at(b->lab, S, server_down, NULL);
        bench_judge(b, waits_for_the_silent, sleeps, 50000 * S, keepalive ? "ETIMEDOUT@8002 " : "");
    }
}

static void sends_after_the_reboot(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    process_sleep(self, 5 * S - process_now(self));
    note(self, b, "sent", send_text(self, fd, "x"));
    for (int i = 0; i < 2; i++) note_receive(self, b, fd, 9);
    note(self, b, "send", send_text(self, fd, "x"));
}

static void sock_20(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 2 * S, server_down, NULL);
    lab_at(b->lab, 3 * S, server_up, NULL);
    bench_judge(b, sends_after_the_reboot, sleeps, 50 * S, "sent=1@5000 ECONNRESET@5002 end@5002 send=EPIPE@5002 ");
}

static void aborts(Process *self, void *argument)
{
    (void)argument;
    int fd = accepted(self);
    process_sleep(self, S);
    socket_set(self, fd, SOCKET_LINGER, 0);
    socket_close(self, fd);
}

static void receives_twice(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    for (int i = 0; i < 2; i++) note_receive(self, b, fd, 9);
    note(self, b, "send", send_text(self, fd, "x"));
}

static void sock_21(void)
{
    bench_judge(bench_new(MS), receives_twice, aborts, 9 * S, "ECONNRESET@1004 end@1004 send=EPIPE@1004 ");
}

/* ---- SOCK-28, linger ---- */

static void polls(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    SocketPoll poll[2] = { { fd, SOCKET_IN | SOCKET_OUT, 0 }, { 77, SOCKET_IN, 0 } };
    note(self, b, "open", socket_poll(self, poll, 1, -1));
    note(self, b, "flags", poll[0].revents);
    poll[0].events = SOCKET_IN;
    note(self, b, "none", socket_poll(self, poll, 1, 100 * MS));
    note(self, b, "ended", socket_poll(self, poll, 1, -1));
    poll[0].events = SOCKET_IN | SOCKET_OUT;
    note(self, b, "two", socket_poll(self, poll, 2, -1));
    note(self, b, "flags", poll[0].revents);
    note(self, b, "bad", poll[1].revents);
    socket_shutdown(self, fd, SOCKET_WRITE_SIDE);
    socket_poll(self, poll, 1, -1);
    note(self, b, "hung up", poll[0].revents & SOCKET_HUP);
}

static void polls_and_closes(Process *self, void *argument)
{
    Bench *b = argument;
    SocketPoll poll = { listening(self, 5), SOCKET_IN | SOCKET_OUT, 0 };
    note(self, b, "pending", socket_poll(self, &poll, 1, -1));
    int fd = socket_accept(self, poll.fd, NULL);
    process_sleep(self, S);
    socket_close(self, fd);
}

static void sock_28(void)
{
    bench_judge(bench_new(MS), polls, polls_and_closes, 9 * S,
                "open=1@2 flags=4@2 pending=1@3 none=0@102 ended=1@1004 two=2@1004 flags=5@1004 bad=32@1004 hung up=16@1004 ");
}

static void lingers(Process *self, void *argument)
{
    Bench *b = argument;
    for (int i = 0; i < 3; i++) {
        int fd = connected(self);
        socket_set(self, fd, SOCKET_LINGER, i == 0 ? -1 : 5 * S);
        if (i == 2) lab_link(b->lab, CLIENT, SERVER, false);
        send_text(self, fd, "last words");
        note(self, b, "close", socket_close(self, fd));
    }
}

static void accepts_all(Process *self, void *argument)
{
    (void)argument;
    int listener = listening(self, 5);
    for (;;) (void)socket_accept(self, listener, NULL);
}

static void linger(void)
{
    bench_judge(bench_new(MS), lingers, accepts_all, 3000 * S, "close=0@2 close=0@6 close=0@5008 ");
}

/* ---- COM-01 … COM-07 ---- */

static void com_01_process(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 5 * S, crash_server, NULL);
    bench_judge(b, receives_twice, sleeps, 100 * S, "end@5001 end@5001 send=1@5001 ");
}

static void com_01_host(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 5 * S, server_down, NULL);
    bench_judge(b, receives_twice, sleeps, 100000 * S, "");
}

static void serves_again(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    note(self, b, "incarnation", process_incarnation(self));
    process_sleep(self, 10 * MS);
    note_receive(self, b, fd, 9);
    process_sleep(self, 100 * S);
}

static void speaks_to_two(Process *self, void *argument)
{
    Bench *b = argument;
    int first = connected(self);
    process_sleep(self, S);
    int second = connected(self);
    note(self, b, "old", send_text(self, first, "old"));
    send_text(self, second, "new");
    process_sleep(self, S);
    note_receive(self, b, first, 9);
}

static void com_02(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 500 * MS, server_down, NULL);
    lab_at(b->lab, 600 * MS, server_up, NULL);
    lab_at(b->lab, 700 * MS, restart_server, NULL);
    bench_judge(b, speaks_to_two, serves_again, 9 * S,
                "incarnation=1@3 old=3@1004 incarnation=2@1005 new@1015 ECONNRESET@2004 ");
}

static void takes_from_a_shared_list(Process *self, void *argument)
{
    Bench *b = argument;
    int listener = listening(self, 5), fd = socket_accept(self, listener, NULL);
    note_receive(self, b, fd, 9);
    note(self, b, "incarnation", process_incarnation(self));
}

static void speaks_late(Process *self, void *argument)
{
    Bench *b = argument;
    process_sleep(self, 7 * S);
    int fd = connected(self);
    note(self, b, "sent", send_text(self, fd, "late"));
    process_sleep(self, S);
}

/* The server dies in its accept; what comes later goes to its next incarnation alone. */
static void com_03(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 5 * S, crash_server, NULL);
    lab_at(b->lab, 6 * S, restart_server, NULL);
    bench_judge(b, speaks_late, takes_from_a_shared_list, 20 * S, "sent=4@7002 late@7003 incarnation=2@7003 ");
}

enum { BULK = 300000 };

static void sends_bulk(Process *self, void *argument)
{
    (void)argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_SNDBUF, 20000);
    socket_connect(self, fd, WEB);
    for (unsigned i = 0; i < BULK;) {
        unsigned char data[1000];
        unsigned n = 1 + i * 7 % sizeof data;
        for (unsigned k = 0; k < n; k++) data[k] = (unsigned char)((i + k) * 31 >> 3);
        g_assert_cmpint(socket_send(self, fd, data, MIN(n, BULK - i), 0), ==, MIN(n, BULK - i));
        i += n;
    }
    socket_close(self, fd);
}

static void receives_bulk(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    unsigned char data[700];
    int64_t got;
    unsigned at = 0;
    while ((got = socket_receive(self, fd, data, sizeof data, 0)) > 0)
        for (int64_t k = 0; k < got; k++, at++) g_assert_cmpuint(data[k], ==, (unsigned char)(at * 31 >> 3));
    b->number = got < 0 ? got : at;
}

static void com_05(void)
{
    Bench *b = bench_new(5 * MS);
    lab_loss(b->lab, CLIENT, SERVER, 0.3);
    lab_at(b->lab, 3 * S, link_down, NULL);
    lab_at(b->lab, 5 * S, link_up, NULL);
    bench_run(b, SERVER, "server", receives_bulk);
    bench_run(b, CLIENT, "client", sends_bulk);
    lab_run(b->lab, 10000 * S);
    g_assert_cmpint(b->number, ==, BULK);
    bench_free(b);
}

/* Whether packets find another way is the network's business; a connection lives on if they do. */
static void slower(Lab *lab, void *data) { (void)data, lab_latency(lab, CLIENT, SERVER, 50 * MS); }

static void sends_each_second(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_STREAM);
    socket_set(self, fd, SOCKET_USER_TIMEOUT, 30 * S);
    socket_connect(self, fd, WEB);
    int64_t sent = 1;
    for (int i = 0; i < 100 && sent == 1; i++) {
        process_sleep(self, S);
        sent = socket_send(self, fd, "x", 1, 0);
    }
    note(self, b, "sent", sent);
}

static void receives_all(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    while (socket_receive(self, fd, NULL, 100, 0) > 0) b->number++;
}

static void com_07(void)
{
    Bench *b = bench_new(MS);
    lab_at(b->lab, 10 * S, slower, NULL);                   /* a mesh: a longer way */
    bench_judge(b, sends_each_second, receives_all, 200 * S, "sent=1@100002 ");
    b = bench_new(MS);
    lab_at(b->lab, 10 * S, link_down, NULL);                /* a tree: none.  Sent at 10.002 s, given up 30 s later */
    bench_judge(b, sends_each_second, receives_all, 200 * S, "sent=ETIMEDOUT@40002 ");
}

/* ---- cost ---- */

enum { MANY = 200000 };

static void sends_many(Process *self, void *argument)
{
    (void)argument;
    int fd = connected(self);
    char data[100] = { 0 };
    for (int i = 0; i < MANY; i++) socket_send(self, fd, data, sizeof data, 0);
    socket_close(self, fd);
}

static void receives_many(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = accepted(self);
    char data[100];
    int64_t got;
    while ((got = socket_receive(self, fd, data, sizeof data, 0)) > 0) b->number += got;
}

static void asks_many(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = connected(self);
    char data[100] = { 0 };
    for (int i = 0; i < MANY; i++) {
        socket_send(self, fd, data, sizeof data, 0);
        b->number += socket_receive(self, fd, data, sizeof data, 0);
    }
}

static void answers_many(Process *self, void *argument)
{
    (void)argument;
    int fd = accepted(self);
    char data[100];
    int64_t got;
    while ((got = socket_receive(self, fd, data, sizeof data, 0)) > 0) socket_send(self, fd, data, (size_t)got, 0);
}

static void cost(void)
{
    static const struct { const char *what; ProcessBody client, server; } rows[] = {
        { "a send of 100 bytes and its receive", sends_many, receives_many },
        { "a request and its answer", asks_many, answers_many },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Bench *b = bench_new(MS);
        bench_run(b, SERVER, "server", rows[i].server);
        bench_run(b, CLIENT, "client", rows[i].client);
        gint64 before = g_get_monotonic_time();
        lab_run(b->lab, 10000 * S);
        g_test_message("%s: %.0f ns", rows[i].what, (double)(g_get_monotonic_time() - before) * 1000 / MANY);
        g_assert_cmpint(b->number, ==, MANY * 100);
        bench_free(b);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/socket/SOCK-10 a stream has no boundaries", sock_10);
    g_test_add_func("/socket/SOCK-11 a receive time-out", sock_11);
    g_test_add_func("/socket/SOCK-12 sent means copied", sock_12);
    g_test_add_func("/socket/SOCK-13 capacity is both buffers", sock_13);
    g_test_add_func("/socket/SOCK-14 an orderly close", sock_14);
    g_test_add_func("/socket/SOCK-15 sending to who has closed", sock_15);
    g_test_add_func("/socket/SOCK-16 half-close", sock_16);
    g_test_add_func("/socket/SOCK-17 closing with bytes unread resets", sock_17);
    g_test_add_func("/socket/SOCK-18 a crash closes as close does", sock_18);
    g_test_add_func("/socket/SOCK-19 a sender with a time-out of its own", sock_19_sender);
    g_test_add_func("/socket/SOCK-19 a sender without: 15 retries", sock_19_default);
    g_test_add_func("/socket/SOCK-19 an idle receiver needs keepalive", sock_19_idle);
    g_test_add_func("/socket/SOCK-20 a peer that was rebooted", sock_20);
    g_test_add_func("/socket/SOCK-21 a reset is told once", sock_21);
    g_test_add_func("/socket/SOCK-28 readiness", sock_28);
    g_test_add_func("/socket/linger waits for the acknowledgement", linger);
    g_test_add_func("/socket/COM-01 a process crash is heard of", com_01_process);
    g_test_add_func("/socket/COM-01 a host crash is not", com_01_host);
    g_test_add_func("/socket/COM-02 a new incarnation knows nothing", com_02);
    g_test_add_func("/socket/COM-03 who crashes in accept accepts nothing", com_03);
    g_test_add_func("/socket/COM-05 30 % loss and an outage", com_05);
    g_test_add_func("/socket/COM-07 a longer way, or none", com_07);
    g_test_add_func("/socket/what a send costs", cost);
    return g_test_run();
}
