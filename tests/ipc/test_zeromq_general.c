/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 4.1: what all ZeroMQ sockets do.  In-process where exact numbers are asked for. */
#include "zeromq_lab.h"

#define IN "inproc://a"
#define TCP "tcp://n0:5000"

static void connect_before_bind(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions ten = zlab_marks(10, 10);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &ten);
    g_assert_cmpuint(zlab_fill(push, "#", 12), ==, 10);
    g_assert_cmpstr(zlab_put(push, "more"), ==, "EAGAIN");
    zlab_wait(lab, 50 * MS);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, &ten);
    zlab_wait(lab, 500 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "0 1 2 3 4 5 6 7 8 9 ");
    lab_free(lab);
}

static void connect_before_bind_in_process(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqOptions ten = zlab_marks(10, 10);
    ZeromqSocket *push = zlab_connected(lab, 0, ZEROMQ_PUSH, "push", IN, &ten);
    g_assert_cmpuint(zlab_fill(push, "#", 12), ==, 10);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", IN, &ten);
    g_assert_cmpuint(zlab_fill(push, "#", 12), ==, 10);         /* the other side's ten */
    g_assert_cmpstr(zlab_get_all(pull), ==, "0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 ");
    lab_free(lab);
}

static void a_connected_pipe_outlives_its_peer(void)
{
    Lab *lab = lab_new(2, MS);
    zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, NULL);
    zlab_wait(lab, 50 * MS);
    zlab_kill(lab, "pull");
    zlab_wait(lab, 10 * MS);
    g_assert_cmpuint(zlab_fill(push, "#", 5), ==, 5);
    zlab_wait(lab, 300 * MS);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull again", TCP, NULL);
    zlab_wait(lab, 300 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "0 1 2 3 4 ");
    lab_free(lab);
}

static void a_bound_pipe_goes_with_its_peer(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions small = zeromq_defaults;
    small.rcvhwm = 1;
    small.rcvbuf = 50;                                  /* so that messages stay in the pipe */
    ZeromqOptions tight = zeromq_defaults;
    tight.sndbuf = 50;
    ZeromqSocket *push = zlab_bound(lab, 1, ZEROMQ_PUSH, "push", "tcp://n1:5000", &tight);
    zlab_connected(lab, 0, ZEROMQ_PULL, "pull", "tcp://n1:5000", &small);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpuint(zlab_fill(push, "message-of-some-20-#", 30), ==, 30);
    zlab_wait(lab, 50 * MS);
    zlab_kill(lab, "pull");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_put(push, "x"), ==, "EAGAIN");
    g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 30);
    ZeromqSocket *pull = zlab_connected(lab, 0, ZEROMQ_PULL, "pull again", "tcp://n1:5000", NULL);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "");
    lab_free(lab);
}

static void bind_and_connect_any_number(void)
{
    Lab *lab = lab_new(4, MS);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    g_assert_cmpint(zeromq_bind(pull, "tcp://n0:5001"), ==, 0);
    ZeromqSocket *c = zlab_bound(lab, 3, ZEROMQ_PUSH, "c", "tcp://n3:5000", NULL);
    g_assert_cmpint(zeromq_connect(pull, "tcp://n3:5000"), ==, 0);
    ZeromqSocket *a = zlab_connected(lab, 1, ZEROMQ_PUSH, "a", TCP, NULL);
    ZeromqSocket *b = zlab_connected(lab, 2, ZEROMQ_PUSH, "b", "tcp://n0:5001", NULL);
    zlab_wait(lab, 50 * MS);
    zlab_put(a, "a"), zlab_put(b, "b"), zlab_put(c, "c");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpuint(zeromq_peers(pull), ==, 3);
    g_assert_cmpstr(zlab_get_all(pull), ==, "c a b ");          /* in the order in which the pipes came to be */
    lab_free(lab);
}

static void addresses(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    ZeromqSocket *other = zlab_bound(lab, 0, ZEROMQ_PULL, "other", IN, NULL);
    g_assert_cmpint(zeromq_bind(other, TCP), ==, -IPC_EADDRINUSE);
    g_assert_cmpint(zeromq_bind(pull, IN), ==, -IPC_EADDRINUSE);
    g_assert_cmpint(zeromq_disconnect(pull, "tcp://n1:1"), ==, -IPC_ENOENT);
    g_assert_cmpint(zeromq_unbind(pull, IN), ==, -IPC_ENOENT);
    g_assert_cmpint(zeromq_connect(pull, "tcp://n1:1"), ==, 0);
    g_assert_cmpint(zeromq_connect(pull, "bad://x"), ==, -IPC_EPROTONOSUPPORT);
    g_assert_cmpint(zeromq_connect(pull, "tcp://n9:1"), ==, -IPC_EINVAL);
    g_assert_cmpint(zeromq_connect(pull, "tcp://n1"), ==, -IPC_EINVAL);
    g_assert_cmpint(zeromq_bind(pull, "tcp://n1:7"), ==, -IPC_ENODEV);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpint(zeromq_disconnect(pull, "tcp://n1:1"), ==, 0);
    g_assert_cmpint(zeromq_unbind(pull, TCP), ==, 0);
    g_assert_cmpint(zeromq_bind(other, TCP), ==, 0);            /* free again */
    lab_free(lab);
}

typedef struct { Lab *lab; GString *log; SimTime at[32]; unsigned retries; } Log;

static void note(void *data, ZeromqEvent event, const char *endpoint)
{
    Log *log = data;
    (void)endpoint;
    g_string_append_printf(log->log, "%s ", zeromq_event_names[event]);
    if (event == ZEROMQ_CONNECT_DELAYED && log->retries < 32) log->at[log->retries++] = log->lab->now;
}

static void rebind(Lab *lab, void *data)
{
    (void)data;
    zeromq_bind(zeromq_open(process_find(lab->ipc, "server"), ZEROMQ_PULL, "pull", NULL), TCP);
}

static void reconnection_backs_off(void)
{
    Lab *lab = lab_new(2, MS);
    Log log = { .lab = lab, .log = g_string_new(NULL) };
    ZeromqOptions options = zeromq_defaults;
    options.reconnect_ivl_max = 800 * MS;
    zlab_process(lab, 0, "server");
    zlab_bound(lab, 0, ZEROMQ_PULL, "first", TCP, NULL);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
    zlab_wait(lab, 100 * MS);
    zeromq_monitor(push, note, &log);
    zlab_kill(lab, "first");
    SimTime down = lab->now + MS;                       /* when the end arrives */
    lab_at(lab, lab->now + 2000 * MS, rebind, NULL);
    zlab_wait(lab, 4000 * MS);
    /* A refusal takes a round trip of 2 ms; the attempt at +800 meets the peer again. */
    const SimTime expected[] = { 100, 302, 704, 1506, 2308 };
    g_assert_cmpuint(log.retries, ==, G_N_ELEMENTS(expected));
    for (unsigned i = 0; i < log.retries; i++) g_assert_cmpint(log.at[i] - down, ==, expected[i] * MS);
    g_assert_true(g_str_has_suffix(log.log->str, "connect-delayed connected handshake-succeeded "));
    g_string_free(log.log, TRUE);
    lab_free(lab);
}

static void some_never_reconnect(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions never = zeromq_defaults;
    never.reconnect_ivl = -1;
    Log logs[3] = { { .lab = lab, .log = g_string_new(NULL) }, { .lab = lab, .log = g_string_new(NULL) },
                    { .lab = lab, .log = g_string_new(NULL) } };
    zlab_bound(lab, 0, ZEROMQ_PULL, "a", TCP, NULL);
    zlab_bound(lab, 0, ZEROMQ_PAIR, "b", "tcp://n0:5001", NULL);
    zlab_bound(lab, 0, ZEROMQ_PULL, "c", IN, NULL);
    ZeromqSocket *sockets[3] = { zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &never),
                                 zlab_connected(lab, 1, ZEROMQ_PAIR, "pair", "tcp://n0:5001", NULL),
                                 zlab_connected(lab, 0, ZEROMQ_PUSH, "local", IN, NULL) };
    zlab_wait(lab, 50 * MS);
    for (unsigned i = 0; i < 3; i++) zeromq_monitor(sockets[i], note, &logs[i]);
    zlab_kill(lab, "a"), zlab_kill(lab, "b"), zlab_kill(lab, "c");
    zlab_wait(lab, 5000 * MS);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_cmpuint(logs[i].retries, ==, 0);
        g_assert_cmpstr(zlab_put(sockets[i], "x"), ==, "EAGAIN");
        g_string_free(logs[i].log, TRUE);
    }
    lab_free(lab);
}

static void cut(Lab *lab, void *data) { (void)data, lab_link(lab, 0, 1, false); }

static void messages_of_parts_are_whole_or_not_there(void)
{
    Lab *lab = lab_new(2, 5 * MS);
    ZeromqOptions narrow = zeromq_defaults;
    narrow.rcvbuf = 1000;                               /* one part a round trip */
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, &narrow);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, NULL);
    zlab_wait(lab, 100 * MS);
    IpcMessage *message = ipc_message_empty();
    for (int i = 0; i < 3; i++) ipc_message_frame(message, NULL, 900);
    uint64_t before = lab->links[1][0].bytes;
    g_assert_cmpint(zeromq_send(push, message, 0), ==, 0);
    lab_at(lab, lab->now + 17 * MS, cut, NULL);         /* parts go at 0, 10 and 20 ms */
    zlab_wait(lab, 100 * MS);
    g_assert_cmpuint(lab->links[1][0].bytes - before, >, 1800);
    g_assert_cmpstr(zlab_get(pull), ==, "EAGAIN");
    lab_host_crash(lab, 1);                             /* else it would be sent again once the link is back */
    lab_link(lab, 0, 1, true);
    zlab_wait(lab, 200000 * MS);
    g_assert_cmpstr(zlab_get(pull), ==, "EAGAIN");
    lab_free(lab);
}

static void a_message_of_parts_counts_as_one(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqOptions three = zlab_marks(3, 3);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", IN, &three);
    ZeromqSocket *push = zlab_connected(lab, 0, ZEROMQ_PUSH, "push", IN, &three);
    g_assert_cmpuint(zlab_fill(push, "#|b|c", 20), ==, 6);
    g_assert_cmpstr(zlab_get(pull), ==, "0|b|c");
    lab_free(lab);
}

static void what_a_dead_receiver_had_is_lost(void)
{
    Lab *lab = lab_new(2, MS);
    zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, NULL);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpuint(zlab_fill(push, "#", 3), ==, 3);
    zlab_wait(lab, 50 * MS);
    zlab_kill(lab, "pull");
    zlab_wait(lab, 10 * MS);
    g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 3);
    zlab_put(push, "later");
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull again", TCP, NULL);
    zlab_wait(lab, 500 * MS);
    zlab_put(push, "latest");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "later latest ");
    lab_free(lab);
}

static unsigned accepted(Lab *lab, uint32_t sndhwm, uint32_t rcvhwm, unsigned most)
{
    g_autofree char *endpoint = g_strdup_printf("inproc://%u-%u", sndhwm, rcvhwm);
    ZeromqOptions options = zlab_marks(sndhwm, rcvhwm);
    zlab_bound(lab, 0, ZEROMQ_PULL, "pull", endpoint, &options);
    return zlab_fill(zlab_connected(lab, 0, ZEROMQ_PUSH, "push", endpoint, &options), "#", most);
}

static void marks_add_up(void)
{
    Lab *lab = lab_new(1, MS);
    for (uint32_t n = 1; n <= 10; n++) g_assert_cmpuint(accepted(lab, n, n, 100), ==, 2 * n);
    g_assert_cmpuint(accepted(lab, 0, 1, 5000), ==, 5000);
    g_assert_cmpuint(accepted(lab, 1, 0, 5000), ==, 5000);
    g_assert_cmpuint(accepted(lab, 1000, 1000, 5000), ==, 2000);
    lab_free(lab);
}

static void over_a_network_the_transport_adds_its_own(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions options = zlab_marks(5, 5);
    options.sndbuf = options.rcvbuf = 1020;             /* ten frames of 102 bytes */
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, &options);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
    unsigned sent = 0, read = 0;
    zlab_wait(lab, 50 * MS);
    for (int i = 0; i < 100; i++, zlab_wait(lab, 20 * MS)) {
        IpcMessage *message = ipc_message_new(NULL, 100);
        if (zeromq_send(push, message, ZEROMQ_DONTWAIT) == 0) sent++;
        else ipc_message_drop(message);
    }
    g_assert_cmpuint(sent, <=, 5 + 10 + 10 + 5);
    g_assert_cmpuint(sent, >=, 5 + 10 + 9 + 5);         /* a window is told of in larger steps */
    for (; strcmp(zlab_get(pull), "EAGAIN") != 0; zlab_wait(lab, 20 * MS)) read++;
    g_assert_cmpuint(read, ==, sent);
    lab_free(lab);
}

static void room_comes_in_halves(void)
{
    for (uint32_t n = 1; n <= 10; n++) {
        Lab *lab = lab_new(1, MS);
        ZeromqOptions options = zlab_marks(n, n);
        ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", IN, &options);
        ZeromqSocket *push = zlab_connected(lab, 0, ZEROMQ_PUSH, "push", IN, &options);
        g_assert_cmpuint(zlab_fill(push, "#", 100), ==, 2 * n);
        for (uint32_t read = 1; read <= n; read++) {
            g_assert_cmpstr(zlab_put(push, "x"), ==, "EAGAIN");
            (void)zlab_get(pull);
        }
        g_assert_cmpuint(zlab_fill(push, "#", 100), ==, n);
        lab_free(lab);
    }
}

static void when_full_each_type_has_its_way(void)
{
    static const struct { ZeromqType type, peer; const char *message, *result; } rows[] = {
        { ZEROMQ_PUSH, ZEROMQ_PULL, "x", "EAGAIN" }, { ZEROMQ_DEALER, ZEROMQ_ROUTER, "x", "EAGAIN" },
        { ZEROMQ_PAIR, ZEROMQ_PAIR, "x", "EAGAIN" },
        { ZEROMQ_PUB, ZEROMQ_SUB, "x", "ok" }, { ZEROMQ_XPUB, ZEROMQ_SUB, "x", "ok" },
        { ZEROMQ_ROUTER, ZEROMQ_DEALER, "peer|x", "ok" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Lab *lab = lab_new(1, MS);
        ZeromqOptions options = zlab_marks(2, 2);
        options.routing_id = "peer";
        ZeromqSocket *socket = zlab_bound(lab, 0, rows[i].type, "socket", IN, &options);
        ZeromqSocket *peer = zlab_connected(lab, 0, rows[i].peer, "peer", IN, &options);
        if (rows[i].peer == ZEROMQ_SUB) zeromq_subscribe(peer, "", 0);
        for (int sent = 0; sent < 4; sent++) g_assert_cmpstr(zlab_put(socket, rows[i].message), ==, "ok");
        g_assert_cmpstr(zlab_put(socket, rows[i].message), ==, rows[i].result);
        g_assert_cmpuint(zlab_dropped(lab, "socket", IPC_DROP_HWM), ==, strcmp(rows[i].result, "ok") == 0);
        lab_free(lab);
    }
    /* REQ is in lock-step: it is mute once no peer has room for another request. */
    Lab *lab = lab_new(1, MS);
    ZeromqOptions options = zlab_marks(1, 1);
    options.relaxed = true;
    zlab_bound(lab, 0, ZEROMQ_ROUTER, "peer", IN, &options);
    ZeromqSocket *req = zlab_connected(lab, 0, ZEROMQ_REQ, "req", IN, &options);
    g_assert_cmpstr(zlab_put(req, "1"), ==, "ok");
    g_assert_cmpstr(zlab_put(req, "2"), ==, "ok");
    g_assert_cmpstr(zlab_put(req, "3"), ==, "EAGAIN");
    g_assert_cmpuint(lab_count(lab, "zmq.mute", "req", NULL), ==, 1);
    lab_free(lab);
}

static void without_a_peer(void)
{
    static const ZeromqType types[] = { ZEROMQ_PUSH, ZEROMQ_DEALER, ZEROMQ_REQ };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        Lab *lab = lab_new(2, MS);
        ZeromqOptions immediate = zeromq_defaults;
        immediate.immediate = true;
        for (size_t e = 0; e < 2; e++) {
            g_autofree char *bound = e ? g_strdup("inproc://a") : g_strdup("tcp://n0:1");
            g_autofree char *absent = e ? g_strdup("inproc://b") : g_strdup("tcp://n0:2");
            g_assert_cmpstr(zlab_put(zlab_bound(lab, 0, types[i], "bound", bound, NULL), "x"), ==, "EAGAIN");
            g_assert_cmpstr(zlab_put(zlab_connected(lab, 0, types[i], "connected", absent, NULL), "x"), ==, "ok");
            g_assert_cmpstr(zlab_put(zlab_connected(lab, 0, types[i], "immediate", absent, &immediate), "x"), ==, "EAGAIN");
        }
        lab_free(lab);
    }
}

static void immediate_deals_to_live_peers_alone(void)
{
    for (int immediate = 0; immediate < 2; immediate++) {
        Lab *lab = lab_new(2, MS);
        ZeromqOptions options = zeromq_defaults;
        options.immediate = immediate;
        ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
        ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
        g_assert_cmpint(zeromq_connect(push, "tcp://n0:5001"), ==, 0);
        zlab_wait(lab, 50 * MS);
        g_assert_cmpuint(zlab_fill(push, "#", 10), ==, 10);
        zlab_wait(lab, 500 * MS);
        g_assert_cmpstr(zlab_get_all(pull), ==, immediate ? "0 1 2 3 4 5 6 7 8 9 " : "0 2 4 6 8 ");
        lab_free(lab);
    }
}

static void a_closed_socket_lingers(void)
{
    static const struct { SimTime linger; const char *received; unsigned lost; } rows[] = {
        { -1, "a b ", 0 }, { 0, "", 2 }, { 20 * MS, "", 2 }, { 100 * MS, "a b ", 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Lab *lab = lab_new(2, MS);
        ZeromqOptions options = zeromq_defaults;
        options.linger = rows[i].linger;
        options.reconnect_ivl = 10 * MS;
        ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
        zlab_put(push, "a"), zlab_put(push, "b");
        zeromq_close(push);
        zlab_wait(lab, 50 * MS);
        ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
        zlab_wait(lab, 500 * MS);
        g_assert_cmpstr(zlab_get_all(pull), ==, rows[i].received);
        g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_LINGER), ==, rows[i].lost);
        lab_free(lab);
    }
}

static void what_was_not_read_goes_with_the_socket(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, NULL);
    zlab_put(push, "a");
    zlab_wait(lab, 50 * MS);
    zeromq_close(pull);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 1);
    lab_free(lab);
}

static void wrong_calls(void)
{
    Lab *lab = lab_new(1, MS);
    static const ZeromqType mute[] = { ZEROMQ_SUB, ZEROMQ_PULL }, deaf[] = { ZEROMQ_PUB, ZEROMQ_PUSH };
    for (int i = 0; i < 2; i++) {
        g_assert_cmpstr(zlab_put(zlab_open(lab, 0, mute[i], "mute", NULL), "x"), ==, "ENOTSUP");
        g_assert_cmpstr(zlab_get(zlab_open(lab, 0, deaf[i], "deaf", NULL)), ==, "ENOTSUP");
    }
    ZeromqSocket *rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep", IN, NULL);
    ZeromqSocket *req = zlab_connected(lab, 0, ZEROMQ_REQ, "req", IN, NULL);
    g_assert_cmpstr(zlab_get(req), ==, "EFSM");
    g_assert_cmpstr(zlab_put(rep, "x"), ==, "EFSM");
    g_assert_cmpstr(zlab_put(req, "x"), ==, "ok");
    g_assert_cmpstr(zlab_put(req, "y"), ==, "EFSM");
    g_assert_cmpstr(zlab_get(rep), ==, "x");
    g_assert_cmpstr(zlab_get(rep), ==, "EFSM");
    g_assert_cmpint(zeromq_subscribe(req, "", 0), ==, -IPC_EINVAL);
    IpcMessage *message;
    ZeromqSocket *pull = zlab_open(lab, 0, ZEROMQ_PULL, "pull", NULL);
    g_assert_cmpint(zeromq_recv(pull, &message, 0), ==, -IPC_EDEADLK);      /* not within a process */
    lab_free(lab);
}

typedef struct { ZeromqSocket *socket; SimTime until; int error; } Wait;

static void waits(Process *self, void *argument)
{
    Wait *wait = argument;
    ZeromqOptions options = zeromq_defaults;
    IpcMessage *message = NULL;
    options.rcvtimeo = 30 * MS;
    ZeromqSocket *pull = zeromq_open(self, ZEROMQ_PULL, "pull", &options);
    zeromq_bind(pull, IN);
    wait->error = zeromq_recv(pull, &message, 0);
    wait->until = process_now(self);
    g_assert_cmpint(zeromq_recv(pull, &message, 0), ==, 0);     /* this one comes in time */
    g_assert_true(ipc_message_is(message, 0, "hello"));
    ipc_message_drop(message);
}

static void says_hello(Lab *lab, void *data) { (void)lab, zlab_put(data, "hello"); }

static void a_receiver_waits_no_longer_than_it_says(void)
{
    Lab *lab = lab_new(1, MS);
    Wait wait = { 0 };
    Process *process = process_spawn(lab->ipc, 0, "waits", waits, &wait);
    zlab_wait(lab, MS);
    ZeromqSocket *push = zlab_connected(lab, 0, ZEROMQ_PUSH, "push", IN, NULL);
    lab_at(lab, 40 * MS, says_hello, push);
    zlab_wait(lab, 100 * MS);
    g_assert_cmpint(wait.error, ==, -IPC_EAGAIN);
    g_assert_cmpint(wait.until, ==, 30 * MS);
    g_assert_false(process_is_up(process));
    lab_free(lab);
}

static void what_arrived_stays_readable(void)
{
    static const char *const endpoints[] = { TCP, IN };
    for (int i = 0; i < 2; i++) {
        Lab *lab = lab_new(2, MS);
        ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", endpoints[i], NULL);
        ZeromqSocket *push = zlab_connected(lab, i ? 0 : 1, ZEROMQ_PUSH, "push", endpoints[i], NULL);
        g_assert_cmpuint(zlab_fill(push, "#", 3), ==, 3);
        zlab_wait(lab, 50 * MS);
        zlab_kill(lab, "push");
        zlab_wait(lab, 50 * MS);
        g_assert_cmpuint(zeromq_peers(pull), ==, 0);
        g_assert_cmpstr(zlab_get_all(pull), ==, "0 1 2 ");
        lab_free(lab);
    }
}

static void strictly_by_the_rfc_it_goes(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions strict = zeromq_defaults;
    strict.strict_rfc = true;
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, &strict);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, NULL);
    g_assert_cmpuint(zlab_fill(push, "#", 3), ==, 3);
    zlab_wait(lab, 50 * MS);
    zlab_kill(lab, "push");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "");
    g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 3);
    lab_free(lab);
}

static void heartbeats_find_a_dead_link(void)
{
    for (int beats = 0; beats < 2; beats++) {
        Lab *lab = lab_new(2, MS);
        Log log = { .lab = lab, .log = g_string_new(NULL) };
        ZeromqOptions options = zeromq_defaults;
        if (beats) options.heartbeat_ivl = 10 * MS, options.heartbeat_timeout = 20 * MS;
        zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
        ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
        lab_at(lab, 100 * MS, cut, NULL);
        lab_run(lab, 100 * MS);
        zeromq_monitor(push, note, &log);
        lab_run(lab, 110 * MS);
        g_assert_cmpstr(log.log->str, ==, "");
        lab_run(lab, 130 * MS);
        g_assert_cmpint(g_str_has_prefix(log.log->str, "disconnected connect-retried "), ==, beats);
        lab_run(lab, 100000 * MS);
        if (!beats) g_assert_cmpstr(log.log->str, ==, "");
        g_string_free(log.log, TRUE);
        lab_free(lab);
    }
}

static void a_peer_keeps_to_the_time_to_live_it_was_told(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions options = zeromq_defaults;
    options.heartbeat_ivl = 10 * MS;
    options.heartbeat_ttl = 40 * MS;
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
    lab_at(lab, 100 * MS, cut, NULL);
    lab_run(lab, 130 * MS);
    g_assert_cmpuint(zeromq_peers(pull), ==, 1);
    lab_run(lab, 145 * MS);
    g_assert_cmpuint(zeromq_peers(pull), ==, 0);
    lab_free(lab);
}

static void connection_events_in_order(void)
{
    Lab *lab = lab_new(2, MS);
    Log log = { .lab = lab, .log = g_string_new(NULL) };
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", TCP, NULL);
    ZeromqSocket *sub = zlab_open(lab, 1, ZEROMQ_SUB, "sub", NULL);
    zeromq_monitor(sub, note, &log);
    zeromq_connect(sub, TCP);
    zlab_wait(lab, 50 * MS);
    zeromq_close(pub);
    zlab_wait(lab, 10 * MS);
    zlab_bound(lab, 0, ZEROMQ_PUB, "pub again", TCP, NULL);
    zlab_wait(lab, 300 * MS);
    g_assert_cmpstr(log.log->str, ==,
                    "connect-delayed connected handshake-succeeded disconnected connect-retried "
                    "connect-delayed connected handshake-succeeded ");
    g_string_free(log.log, TRUE);
    lab_free(lab);
}

static void a_pair_has_one_peer(void)
{
    static const char *const endpoints[] = { TCP, IN };
    for (int i = 0; i < 2; i++) {
        Lab *lab = lab_new(3, MS);
        ZeromqSocket *bound = zlab_bound(lab, 0, ZEROMQ_PAIR, "bound", endpoints[i], NULL);
        ZeromqSocket *first = zlab_connected(lab, i ? 0 : 1, ZEROMQ_PAIR, "first", endpoints[i], NULL);
        zlab_wait(lab, 50 * MS);
        ZeromqSocket *second = zlab_connected(lab, i ? 0 : 2, ZEROMQ_PAIR, "second", endpoints[i], NULL);
        zlab_put(second, "intruder");
        zlab_wait(lab, 50 * MS);
        zlab_put(first, "friend");
        zlab_put(second, "intruder");
        zlab_wait(lab, 500 * MS);
        g_assert_cmpstr(zlab_get_all(bound), ==, "friend ");
        zlab_put(bound, "answer");
        zlab_wait(lab, 50 * MS);
        g_assert_cmpstr(zlab_get_all(first), ==, "answer ");
        lab_free(lab);
    }
}

static void types_that_do_not_fit_are_refused(void)
{
    Lab *lab = lab_new(2, MS);
    Log log = { .lab = lab, .log = g_string_new(NULL) };
    zlab_bound(lab, 0, ZEROMQ_PUB, "pub", TCP, NULL);
    ZeromqSocket *pull = zlab_open(lab, 1, ZEROMQ_PULL, "pull", NULL);
    zeromq_monitor(pull, note, &log);
    zeromq_connect(pull, TCP);
    zlab_wait(lab, 500 * MS);
    g_assert_true(g_str_has_prefix(log.log->str, "connect-delayed connected "));
    g_assert_null(strstr(log.log->str, "succeeded"));
    g_string_free(log.log, TRUE);
    lab_free(lab);
}

static void a_host_that_went_down_takes_its_sockets_along(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions options = zeromq_defaults;
    options.heartbeat_ivl = 50 * MS;
    zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    ZeromqSocket *push = zlab_connected(lab, 1, ZEROMQ_PUSH, "push", TCP, &options);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpuint(zlab_fill(push, "#", 3), ==, 3);
    zlab_wait(lab, 20 * MS);
    lab_host_crash(lab, 0);
    zlab_put(push, "into the void");
    zlab_wait(lab, 1000 * MS);
    lab_host_restart(lab, 0);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull again", TCP, NULL);
    zlab_put(push, "later");
    zlab_wait(lab, 5000 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "later ");
    g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 4);
    lab_free(lab);
}

static void a_message_of_a_local_pipe_costs_little(void)
{
    enum { MANY = 400000 };
    Lab *lab = lab_new(1, MS);
    ipc_watch(lab->ipc, NULL, NULL);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", IN, NULL);
    ZeromqSocket *push = zlab_connected(lab, 0, ZEROMQ_PUSH, "push", IN, NULL);
    IpcMessage *message;
    gint64 before = g_get_monotonic_time();
    for (int i = 0; i < MANY; i++) {
        g_assert_cmpint(zeromq_send(push, ipc_message_new("x", 1), ZEROMQ_DONTWAIT), ==, 0);
        g_assert_cmpint(zeromq_recv(pull, &message, ZEROMQ_DONTWAIT), ==, 0);
        ipc_message_drop(message);
    }
    double seconds = (double)(g_get_monotonic_time() - before) / 1e6;
    g_test_message("%.0f messages a second through a local pipe", MANY / seconds);
    lab_free(lab);
}

#define ROW(name, function) g_test_add_func("/zeromq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("ZMQ-GEN-01 connect comes before bind", connect_before_bind);
    ROW("ZMQ-GEN-01 in-process too", connect_before_bind_in_process);
    ROW("ZMQ-GEN-02 a connected pipe outlives its peer", a_connected_pipe_outlives_its_peer);
    ROW("ZMQ-GEN-02 a bound pipe goes with its peer", a_bound_pipe_goes_with_its_peer);
    ROW("ZMQ-GEN-03 one socket binds and connects any number of times", bind_and_connect_any_number);
    ROW("ZMQ-GEN-04 addresses that are taken, unknown or absent", addresses);
    ROW("ZMQ-GEN-05 attempts come at 100, 200, 400, 800, 800 ms", reconnection_backs_off);
    ROW("ZMQ-GEN-05 PAIR, in-process and -1 do not reconnect", some_never_reconnect);
    ROW("ZMQ-GEN-06 a message of parts arrives whole or not at all", messages_of_parts_are_whole_or_not_there);
    ROW("ZMQ-GEN-06 a message of parts counts as one", a_message_of_parts_counts_as_one);
    ROW("ZMQ-GEN-07 what a dead receiver had is lost", what_a_dead_receiver_had_is_lost);
    ROW("ZMQ-GEN-08 the two marks add up in-process", marks_add_up);
    ROW("ZMQ-GEN-08 a network adds its own buffers", over_a_network_the_transport_adds_its_own);
    ROW("ZMQ-GEN-09 a full pipe is writable again after half of it is read", room_comes_in_halves);
    ROW("ZMQ-GEN-10 what a full pipe means for each type", when_full_each_type_has_its_way);
    ROW("ZMQ-GEN-11 bound and connected without a peer", without_a_peer);
    ROW("ZMQ-GEN-12 immediate deals to live peers alone", immediate_deals_to_live_peers_alone);
    ROW("ZMQ-GEN-13 a closed socket lingers as long as it says", a_closed_socket_lingers);
    ROW("ZMQ-GEN-13 what was not read goes with the socket", what_was_not_read_goes_with_the_socket);
    ROW("ZMQ-GEN-14 wrong directions and wrong states", wrong_calls);
    ROW("ZMQ-GEN-14 a time-out gives EAGAIN", a_receiver_waits_no_longer_than_it_says);
    ROW("ZMQ-GEN-15 what arrived stays readable", what_arrived_stays_readable);
    ROW("ZMQ-GEN-15 strictly by the RFC it goes", strictly_by_the_rfc_it_goes);
    ROW("ZMQ-GEN-16 heartbeats find a dead link", heartbeats_find_a_dead_link);
    ROW("ZMQ-GEN-16 a peer keeps to the time to live it was told", a_peer_keeps_to_the_time_to_live_it_was_told);
    ROW("ZMQ-GEN-17 connection events in order", connection_events_in_order);
    ROW("ZMQ-GEN-18 a PAIR has one peer", a_pair_has_one_peer);
    ROW("types that do not fit are refused", types_that_do_not_fit_are_refused);
    ROW("a host that went down takes its sockets along", a_host_that_went_down_takes_its_sockets_along);
    ROW("a message of a local pipe costs little", a_message_of_a_local_pipe_costs_little);
    return g_test_run();
}
