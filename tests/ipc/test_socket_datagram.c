/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "socket_lab.h"

static int bound_datagram(Process *self)
{
    int fd = socket_open(self, SOCKET_DATAGRAM);
    g_assert_cmpint(socket_bind(self, fd, (Address){ process_host(self), 80 }), ==, 0);
    return fd;
}

static int64_t send_datagram(Process *self, int fd, const char *text)
{
    return socket_send_to(self, fd, text, strlen(text), 0, WEB);
}

/* ---- SOCK-23 ---- */

static void sends_three(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_DATAGRAM);
    send_datagram(self, fd, "ab");
    send_datagram(self, fd, "cdef");
    send_datagram(self, fd, "");
    note(self, b, "largest", socket_send_to(self, fd, NULL, 65507, 0, WEB));
    note(self, b, "too large", socket_send_to(self, fd, NULL, 65508, 0, WEB));
    note(self, b, "to whom", socket_send(self, fd, "x", 1, 0));
}

static void receives_with_sizes(Process *self, void *argument)
{
    static const size_t sizes[] = { 9, 2, 9, 9 };
    Bench *b = argument;
    int fd = bound_datagram(self);
    process_sleep(self, S);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        char data[9];
        Address from = { 99, 0 };
        int64_t got = socket_receive_from(self, fd, data, sizes[i], 0, &from);
        g_assert_cmpuint(from.host, ==, CLIENT);
        g_assert_cmpuint(from.port, >=, 49152);
        g_string_append_printf(b->log, "'%.*s' ", i < 3 ? (int)got : 0, data);
        if (i == 3) note(self, b, "got", got);
    }
    note(self, b, "empty", socket_receive(self, fd, NULL, 9, SOCKET_DONTWAIT));
}

static void sock_23(void)
{
    bench_judge(bench_new(MS), sends_three, receives_with_sizes, 9 * S,
                "largest=65507@0 too large=EMSGSIZE@0 to whom=EDESTADDRREQ@0 'ab' 'cd' '' '' got=9@1000 empty=EAGAIN@1000 ");
}

/* ---- SOCK-24 ---- */

static void sends_five(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_DATAGRAM);
    process_sleep(self, 10 * MS);
    for (int i = 0; i < 5; i++) note(self, b, "sent", send_datagram(self, fd, "x"));
}

static void has_little_room(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = bound_datagram(self);
    socket_set(self, fd, SOCKET_RCVBUF, 2);
    process_sleep(self, S);
    for (int i = 0; i < 3; i++) note(self, b, "got", socket_receive(self, fd, NULL, 9, SOCKET_DONTWAIT));
}

static void sock_24(void)
{
    Bench *b = bench_new(MS);
    bench_run(b, SERVER, "server", has_little_room);
    bench_run(b, CLIENT, "client", sends_five);
    lab_run(b->lab, 9 * S);
    g_assert_cmpstr(b->log->str, ==, "sent=1@10 sent=1@10 sent=1@10 sent=1@10 sent=1@10 got=1@1000 got=1@1000 got=EAGAIN@1000 ");
    g_assert_cmpuint(lab_count(b->lab, "sock.drop", NULL, "rcvbuf-full"), ==, 3);
    bench_free(b);
}

static void receives_all(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = bound_datagram(self);
    while (socket_receive(self, fd, NULL, 9, 0) > 0) b->number++;
}

static void sends_a_thousand(Process *self, void *argument)
{
    (void)argument;
    int fd = socket_open(self, SOCKET_DATAGRAM);
    for (int i = 0; i < 1000; i++) {
        g_assert_cmpint(send_datagram(self, fd, "x"), ==, 1);
        process_sleep(self, MS);
    }
}

static void sock_24_loss(void)
{
    Bench *b = bench_new(MS);
    lab_loss(b->lab, CLIENT, SERVER, 0.3);
    bench_run(b, SERVER, "server", receives_all);
    bench_run(b, CLIENT, "client", sends_a_thousand);
    lab_run(b->lab, 9 * S);
    g_assert_cmpint(b->number, >, 700 - 4 * 15);            /* 4 standard errors */
    g_assert_cmpint(b->number, <, 700 + 4 * 15);
    g_assert_cmpuint(lab_count(b->lab, "sock.drop", NULL, "link-loss"), ==, 1000 - b->number);
    bench_free(b);
}

/* ---- SOCK-25 ---- */

static void sends_to_a_closed_port(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = socket_open(self, SOCKET_DATAGRAM);
    if (b->number) socket_connect(self, fd, WEB);
    note(self, b, "send", b->number ? send_text(self, fd, "x") : send_datagram(self, fd, "x"));
    socket_set(self, fd, SOCKET_RCVTIMEO, 100 * MS);
    note_receive(self, b, fd, 9);
    note(self, b, "send", b->number ? send_text(self, fd, "x") : send_datagram(self, fd, "x"));
    process_sleep(self, 100 * MS);
    note(self, b, "send", b->number ? send_text(self, fd, "x") : send_datagram(self, fd, "x"));
}

static void sock_25(void)
{
    Bench *b = bench_new(MS);
    b->number = true;
    bench_judge(b, sends_to_a_closed_port, NULL, 9 * S, "send=1@0 ECONNREFUSED@2 send=1@2 send=ECONNREFUSED@102 ");
    bench_judge(bench_new(MS), sends_to_a_closed_port, NULL, 9 * S, "send=1@0 EAGAIN@100 send=1@100 send=1@200 ");
}

/* ---- a connected one hears of its peer alone; what a crash takes along ---- */

static void hears_of_its_peer_alone(Process *self, void *argument)
{
    Bench *b = argument;
    int fd = bound_datagram(self);
    socket_connect(self, fd, (Address){ CLIENT, 7 });
    socket_set(self, fd, SOCKET_RCVTIMEO, S);
    note_receive(self, b, fd, 9);
    note_receive(self, b, fd, 9);
}

static void speaks_from_7(Process *self, void *argument)
{
    (void)argument;
    int fd = socket_open(self, SOCKET_DATAGRAM), other = socket_open(self, SOCKET_DATAGRAM);
    socket_bind(self, fd, (Address){ CLIENT, 7 });
    send_datagram(self, other, "other");
    send_datagram(self, fd, "peer");
}

static void connected_datagrams(void)
{
    bench_judge(bench_new(MS), speaks_from_7, hears_of_its_peer_alone, 9 * S, "peer@1 EAGAIN@1001 ");
}

static void never_reads(Process *self, void *argument)
{
    (void)argument;
    (void)bound_datagram(self);
    process_sleep(self, 100 * S);
}

static void a_crash_takes_them_along(void)
{
    Bench *b = bench_new(MS);
    bench_run(b, SERVER, "server", never_reads);
    bench_run(b, CLIENT, "client", sends_a_thousand);
    lab_at(b->lab, 300 * MS, crash_server, NULL);
    lab_at(b->lab, 600 * MS, server_down, NULL);
    lab_run(b->lab, 9 * S);
    const Account *account = ipc_account(b->lab->ipc, "socket", "datagram");
    g_assert_cmpuint(account->entered, ==, 1000);
    g_assert_cmpuint(account->dropped[IPC_DROP_PEER_GONE], ==, 300);
    g_assert_cmpuint(account->dropped[IPC_DROP_CRASH], ==, 700);
    bench_free(b);
}

static void the_last_is_on_its_way(void)
{
    Bench *b = bench_new(MS);
    bench_run(b, CLIENT, "client", sends_a_thousand);
    lab_run(b->lab, MS / 2);
    ipc_finish(b->lab->ipc);
    g_assert_cmpuint(ipc_account(b->lab->ipc, "socket", "datagram")->in_flight, ==, 1);
    bench_free(b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/socket/SOCK-23 datagrams keep their boundaries", sock_23);
    g_test_add_func("/socket/SOCK-24 a full buffer drops the newcomer", sock_24);
    g_test_add_func("/socket/SOCK-24 a lossy link loses them", sock_24_loss);
    g_test_add_func("/socket/SOCK-25 a closed port is told to who is connected", sock_25);
    g_test_add_func("/socket/a connected one hears of its peer alone", connected_datagrams);
    g_test_add_func("/socket/COM-04 a crash takes datagrams along", a_crash_takes_them_along);
    g_test_add_func("/socket/COM-04 one on its way at the end is counted so, once", the_last_is_on_its_way);
    return g_test_run();
}
