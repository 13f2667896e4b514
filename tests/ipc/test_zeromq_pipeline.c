/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 4.4: PUSH and PULL. */
#include "zeromq_lab.h"

#define IN "inproc://a"
#define TCP "tcp://n0:5000"

static void push_skips_who_is_full(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqOptions one = zlab_marks(1, 1), ten = zlab_marks(1, 10);
    ZeromqSocket *push = zlab_bound(lab, 0, ZEROMQ_PUSH, "push", IN, &one);
    ZeromqSocket *l0 = zlab_connected(lab, 0, ZEROMQ_PULL, "l0", IN, &one);
    ZeromqSocket *l1 = zlab_connected(lab, 0, ZEROMQ_PULL, "l1", IN, &ten);
    g_assert_cmpuint(zlab_fill(push, "#", 100), ==, 13);
    g_assert_cmpstr(zlab_get_all(l0), ==, "0 2 ");
    g_assert_cmpstr(zlab_get_all(l1), ==, "1 3 4 5 6 7 8 9 10 11 12 ");
    lab_free(lab);
}

static void pull_takes_turns(void)
{
    Lab *lab = lab_new(1, MS);
    static const struct { const char *name; int count; } peers[] = { { "A", 6 }, { "B", 2 }, { "C", 2 } };
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", IN, NULL);
    for (int i = 0; i < 3; i++) {
        ZeromqSocket *push = zlab_connected(lab, 0, ZEROMQ_PUSH, peers[i].name, IN, NULL);
        for (int n = 0; n < peers[i].count; n++) zlab_put(push, peers[i].name);
    }
    g_assert_cmpstr(zlab_get_all(pull), ==, "A B C A B C A A A A ");
    lab_free(lab);
}

static void sends_one(Process *self, void *argument)
{
    ZeromqSocket *push = zeromq_open(self, ZEROMQ_PUSH, "push", NULL);
    zeromq_bind(push, TCP);
    g_assert_cmpint(zeromq_send(push, ipc_message_text("x"), 0), ==, 0);
    *(SimTime *)argument = process_now(self);
    process_sleep(self, 1000 * MS);
}

static void push_waits_for_somebody(void)
{
    Lab *lab = lab_new(2, MS);
    SimTime sent = -1;
    ZeromqSocket *alone = zlab_bound(lab, 0, ZEROMQ_PUSH, "alone", IN, NULL);
    g_assert_cmpstr(zlab_put(alone, "x"), ==, "EAGAIN");
    process_spawn(lab->ipc, 0, "sender", sends_one, &sent);
    lab_run(lab, 100 * MS);
    g_assert_cmpint(sent, ==, -1);
    ZeromqSocket *pull = zlab_connected(lab, 1, ZEROMQ_PULL, "pull", TCP, NULL);
    lab_run(lab, 200 * MS);
    g_assert_cmpint(sent, ==, 105 * MS);                /* two and a half round trips */
    g_assert_cmpstr(zlab_get(pull), ==, "x");
    g_assert_cmpuint(lab_count(lab, "zmq.mute", "push", NULL), ==, 1);
    g_assert_cmpuint(lab_count(lab, "zmq.ready", "push", NULL), ==, 1);
    lab_free(lab);
}

static void what_a_dead_worker_was_dealt_is_lost(void)
{
    static const char *const endpoints[] = { TCP, IN };
    for (int i = 0; i < 2; i++) {
        Lab *lab = lab_new(3, MS);
        ZeromqSocket *push = zlab_bound(lab, 0, ZEROMQ_PUSH, "push", endpoints[i], NULL);
        zlab_connected(lab, i ? 0 : 1, ZEROMQ_PULL, "dies", endpoints[i], NULL);
        zlab_wait(lab, 20 * MS);
        ZeromqSocket *lives = zlab_connected(lab, i ? 0 : 2, ZEROMQ_PULL, "lives", endpoints[i], NULL);
        zlab_wait(lab, 20 * MS);
        g_assert_cmpuint(zlab_fill(push, "#", 10), ==, 10);
        zlab_wait(lab, 20 * MS);
        zlab_kill(lab, "dies");
        zlab_wait(lab, 100 * MS);
        g_assert_cmpstr(zlab_get_all(lives), ==, "1 3 5 7 9 ");
        g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 5);
        g_assert_cmpuint(lab_count(lab, "zmq.drop", "push", "peer-gone"), ==, 5);
        lab_free(lab);
    }
}

static void an_absent_peer_takes_its_share(void)
{
    Lab *lab = lab_new(3, MS);
    ZeromqSocket *pull = zlab_bound(lab, 0, ZEROMQ_PULL, "pull", TCP, NULL);
    ZeromqSocket *push = zlab_connected(lab, 2, ZEROMQ_PUSH, "push", TCP, NULL);
    zeromq_connect(push, "tcp://n1:5000");
    g_assert_cmpuint(zlab_fill(push, "#", 10), ==, 10);
    zlab_wait(lab, 100 * MS);
    g_assert_cmpstr(zlab_get_all(pull), ==, "0 2 4 6 8 ");
    lab_free(lab);
}

static void a_late_worker_gets_what_is_dealt_later(void)
{
    Lab *lab = lab_new(3, MS);
    ZeromqSocket *push = zlab_bound(lab, 0, ZEROMQ_PUSH, "push", TCP, NULL);
    ZeromqSocket *first = zlab_connected(lab, 1, ZEROMQ_PULL, "first", TCP, NULL);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpuint(zlab_fill(push, "#", 8), ==, 8);
    ZeromqSocket *second = zlab_connected(lab, 2, ZEROMQ_PULL, "second", TCP, NULL);
    zlab_wait(lab, 50 * MS);
    zlab_put(push, "8"), zlab_put(push, "9");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(second), ==, "9 ");
    g_assert_cmpstr(zlab_get_all(first), ==, "0 1 2 3 4 5 6 7 8 ");
    lab_free(lab);
}

static void no_fragment_reaches_the_next_peer(void)
{
    Lab *lab = lab_new(3, MS);
    ZeromqSocket *push = zlab_bound(lab, 0, ZEROMQ_PUSH, "push", TCP, NULL);
    zlab_connected(lab, 1, ZEROMQ_PULL, "dies", TCP, NULL);
    zlab_wait(lab, 20 * MS);
    ZeromqSocket *lives = zlab_connected(lab, 2, ZEROMQ_PULL, "lives", TCP, NULL);
    zlab_wait(lab, 20 * MS);
    g_assert_cmpstr(zlab_put_part(push, "first"), ==, "ok");
    zlab_kill(lab, "dies");
    zlab_wait(lab, 20 * MS);
    g_assert_cmpstr(zlab_put_part(push, "second"), ==, "ok");
    g_assert_cmpstr(zlab_put(push, "third"), ==, "ok");
    g_assert_cmpstr(zlab_put_part(push, "head"), ==, "ok");
    g_assert_cmpstr(zlab_put(push, "tail"), ==, "ok");
    zlab_wait(lab, 20 * MS);
    g_assert_cmpstr(zlab_get_all(lives), ==, "head|tail ");
    g_assert_cmpuint(zlab_dropped(lab, "push", IPC_DROP_PEER_GONE), ==, 1);
    lab_free(lab);
}

#define ROW(name, function) g_test_add_func("/zeromq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("ZMQ-PIPE-01 PUSH skips who is full", push_skips_who_is_full);
    ROW("ZMQ-PIPE-02 PULL takes one of each peer in turn", pull_takes_turns);
    ROW("ZMQ-PIPE-03 PUSH waits for somebody", push_waits_for_somebody);
    ROW("ZMQ-PIPE-04 what a dead worker was dealt is lost", what_a_dead_worker_was_dealt_is_lost);
    ROW("ZMQ-PIPE-05 an absent peer takes its share", an_absent_peer_takes_its_share);
    ROW("ZMQ-PIPE-06 a late worker gets what is dealt later", a_late_worker_gets_what_is_dealt_later);
    ROW("ZMQ-PIPE-07 no fragment reaches the next peer", no_fragment_reaches_the_next_peer);
    return g_test_run();
}
