/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 4.3: PUB, SUB, XPUB, XSUB and proxies. */
#include "zeromq_lab.h"

#define IN "inproc://a"
#define TCP "tcp://n0:5000"

static void sub(ZeromqSocket *socket, const char *topic) { g_assert_cmpint(zeromq_subscribe(socket, topic, (uint32_t)strlen(topic)), ==, 0); }
static void unsub(ZeromqSocket *socket, const char *topic) { g_assert_cmpint(zeromq_unsubscribe(socket, topic, (uint32_t)strlen(topic)), ==, 0); }

static void put(ZeromqSocket *socket, const char *text) { g_assert_cmpstr(zlab_put(socket, text), ==, "ok"); }

static void a_topic_is_a_prefix_of_the_first_frame(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", IN, NULL);
    ZeromqSocket *nothing = zlab_connected(lab, 0, ZEROMQ_SUB, "nothing", IN, NULL);
    ZeromqSocket *all = zlab_connected(lab, 0, ZEROMQ_SUB, "all", IN, NULL);
    ZeromqSocket *a = zlab_connected(lab, 0, ZEROMQ_SUB, "a", IN, NULL);
    sub(all, ""), sub(a, "A");
    put(pub, "A"), put(pub, "AB"), put(pub, "B"), put(pub, "B|A");
    g_assert_cmpstr(zlab_get_all(a), ==, "A AB ");
    g_assert_cmpstr(zlab_get_all(all), ==, "A AB B B|A ");
    g_assert_cmpstr(zlab_get_all(nothing), ==, "");
    lab_free(lab);
}

static void overlapping_subscriptions_give_one_copy(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", IN, NULL);
    ZeromqSocket *s = zlab_connected(lab, 0, ZEROMQ_SUB, "sub", IN, NULL);
    sub(s, "A"), sub(s, "");
    put(pub, "Abc");
    g_assert_cmpstr(zlab_get_all(s), ==, "Abc ");
    lab_free(lab);
}

static void subscriptions_are_counted(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_XPUB, "pub", TCP, NULL);
    ZeromqSocket *s = zlab_connected(lab, 1, ZEROMQ_SUB, "sub", TCP, NULL);
    zlab_wait(lab, 20 * MS);
    sub(s, "A");
    zlab_wait(lab, 20 * MS);
    uint64_t sent = lab->links[1][0].carried;
    sub(s, "A");
    unsub(s, "A");
    zlab_wait(lab, 20 * MS);
    g_assert_cmpuint(lab->links[1][0].carried, ==, sent);       /* the second and its end stay here */
    put(pub, "A1");
    zlab_wait(lab, 20 * MS);
    g_assert_cmpstr(zlab_get_all(s), ==, "A1 ");
    unsub(s, "A");
    zlab_wait(lab, 20 * MS);
    g_assert_cmpstr(zlab_get_all(pub), ==, "<1>A <0>A ");
    put(pub, "A2");
    zlab_wait(lab, 20 * MS);
    g_assert_cmpstr(zlab_get_all(s), ==, "");
    g_assert_cmpuint(zlab_dropped(lab, "pub", IPC_DROP_NO_SUBSCRIBER), ==, 1);
    lab_free(lab);
}

typedef struct { ZeromqSocket *socket; unsigned sent; SimTime at[1000]; } Feed;

static void feed(Process *self, void *argument)
{
    Feed *f = argument;
    f->socket = zeromq_open(self, ZEROMQ_PUB, "feed", NULL);
    zeromq_bind(f->socket, TCP);
    process_sleep(self, MS / 2);
    for (; f->sent < 1000; process_sleep(self, MS)) {
        g_autofree char *text = g_strdup_printf("%u", f->sent);
        f->at[f->sent++] = process_now(self);
        put(f->socket, text);
    }
}

static void a_slow_joiner_misses_what_came_before(void)
{
    Lab *lab = lab_new(2, 5 * MS);
    Feed f = { 0 };
    process_spawn(lab->ipc, 0, "feed", feed, &f);
    lab_run(lab, 100 * MS);
    ZeromqSocket *s = zlab_open(lab, 1, ZEROMQ_SUB, "sub", NULL);
    sub(s, "");
    zeromq_connect(s, TCP);
    lab_run(lab, 300 * MS);
    SimTime arrival = lab_when(lab, "zmq.subscribe", 0);
    g_assert_cmpint(arrival, ==, 125 * MS);             /* 2.5 round trips of 10 ms */
    unsigned first = (unsigned)g_ascii_strtoull(zlab_get(s), NULL, 10);
    g_assert_cmpint(f.at[first], >=, arrival);
    g_assert_cmpint(f.at[first - 1], <, arrival);
    lab_free(lab);
}

static void pub_never_blocks(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *bound = zlab_bound(lab, 0, ZEROMQ_PUB, "bound", IN, NULL);
    for (int i = 0; i < 3000; i++) put(bound, "x");
    ZeromqSocket *pub = zlab_connected(lab, 1, ZEROMQ_PUB, "pub", TCP, NULL);
    for (int i = 0; i < 5; i++) put(pub, "x");
    ZeromqSocket *s = zlab_open(lab, 0, ZEROMQ_SUB, "sub", NULL);
    sub(s, "");
    zeromq_bind(s, TCP);
    zlab_wait(lab, 500 * MS);
    g_assert_cmpstr(zlab_get_all(s), ==, "");
    g_assert_cmpuint(zlab_dropped(lab, "pub", IPC_DROP_NO_SUBSCRIBER), ==, 5);
    put(pub, "now");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(s), ==, "now ");
    lab_free(lab);
}

static void a_slow_subscriber_loses_the_new_ones(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqOptions five = zlab_marks(5, 5), many = zlab_marks(1000, 1000);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", IN, &five);
    ZeromqSocket *slow = zlab_connected(lab, 0, ZEROMQ_SUB, "slow", IN, &five);
    ZeromqSocket *fast = zlab_connected(lab, 0, ZEROMQ_SUB, "fast", IN, &many);
    sub(slow, ""), sub(fast, "");
    g_assert_cmpuint(zlab_fill(pub, "#", 100), ==, 100);
    GString *text = g_string_new(NULL);
    for (int i = 0; i < 100; i++) g_string_append_printf(text, "%d ", i);
    g_assert_cmpstr(zlab_get_all(fast), ==, text->str);
    g_string_free(text, TRUE);
    g_assert_cmpuint(zlab_dropped(lab, "pub", IPC_DROP_HWM), ==, 90);
    for (int i = 0; i < 9; i++) {                       /* one publication after each read */
        g_autofree char *read = g_strdup_printf("%d", i), *p = g_strdup_printf("p%d", i);
        g_assert_cmpstr(zlab_get(slow), ==, read);
        put(pub, p);
    }
    g_assert_cmpstr(zlab_get_all(slow), ==, "9 p4 p5 p6 p7 p8 ");
    g_assert_cmpuint(zlab_dropped(lab, "pub", IPC_DROP_HWM), ==, 94);
    lab_free(lab);
}

static void filtering_costs_no_network(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", TCP, NULL);
    ZeromqSocket *s = zlab_connected(lab, 1, ZEROMQ_SUB, "sub", TCP, NULL);
    sub(s, "A");
    zlab_wait(lab, 100 * MS);
    uint64_t before = lab->links[0][1].bytes;
    for (int i = 0; i < 10; i++) put(pub, "B");
    zlab_wait(lab, 100 * MS);
    g_assert_cmpuint(lab->links[0][1].bytes, ==, before);
    put(pub, "A");
    zlab_wait(lab, 100 * MS);
    g_assert_cmpuint(lab->links[0][1].bytes, >, before);
    lab_free(lab);
}

static void subscriptions_survive_the_publisher(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", TCP, NULL);
    ZeromqSocket *s = zlab_connected(lab, 1, ZEROMQ_SUB, "sub", TCP, NULL);
    sub(s, "t"), sub(s, "u");
    zlab_wait(lab, 100 * MS);
    put(pub, "t1");
    zlab_kill(lab, "pub");
    zlab_wait(lab, 10 * MS);
    pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub again", TCP, NULL);
    put(pub, "t2");
    zlab_wait(lab, 300 * MS);
    put(pub, "t3"), put(pub, "u3"), put(pub, "v3");
    zlab_wait(lab, 100 * MS);
    g_assert_cmpstr(zlab_get_all(s), ==, "t1 t3 u3 ");
    lab_free(lab);
}

static void the_last_to_leave_unsubscribes(void)
{
    Lab *lab = lab_new(3, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_XPUB, "pub", TCP, NULL);
    sub(zlab_connected(lab, 1, ZEROMQ_SUB, "s1", TCP, NULL), "q");
    sub(zlab_connected(lab, 2, ZEROMQ_SUB, "s2", TCP, NULL), "q");
    zlab_wait(lab, 100 * MS);
    g_assert_cmpstr(zlab_get_all(pub), ==, "<1>q ");
    zlab_kill(lab, "s1");
    zlab_wait(lab, 100 * MS);
    g_assert_cmpstr(zlab_get_all(pub), ==, "");
    zlab_kill(lab, "s2");
    zlab_wait(lab, 100 * MS);
    g_assert_cmpstr(zlab_get_all(pub), ==, "<0>q ");
    g_assert_cmpuint(lab_count(lab, "zmq.unsubscribe", "pub", "q"), ==, 1);
    lab_free(lab);
}

static void xpub_hears_of_subscriptions(void)
{
    for (int verbose = 0; verbose < 2; verbose++) {
        Lab *lab = lab_new(1, MS);
        ZeromqOptions options = zeromq_defaults;
        options.verbose = verbose;
        ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_XPUB, "pub", IN, &options);
        ZeromqSocket *s = zlab_connected(lab, 0, ZEROMQ_XSUB, "sub", IN, NULL);
        put(s, "\1A"), put(s, "\1B"), put(s, "\1A");
        g_assert_cmpstr(zlab_get_all(pub), ==, verbose ? "<1>A <1>B <1>A " : "<1>A <1>B ");
        put(s, "hello upstream");
        g_assert_cmpstr(zlab_get_all(pub), ==, "hello upstream ");
        lab_free(lab);
    }
}

typedef struct { const char *front, *back; } Relay;

static void relays(Process *self, void *argument)
{
    const Relay *relay = argument;
    ZeromqSocket *front = zeromq_open(self, ZEROMQ_XSUB, "front", NULL);
    ZeromqSocket *back = zeromq_open(self, ZEROMQ_XPUB, "back", NULL);
    zeromq_connect(front, relay->front);
    zeromq_bind(back, relay->back);
    zeromq_proxy(front, back);
}

/* Hosts as a binary tree: 0 publishes, 1 to 6 relay, 7 to 14 subscribe. */
static void proxies_form_a_filtering_tree(void)
{
    Lab *lab = lab_new(15, MS);
    static Relay relays_of[15];
    static char names[15][24];
    ZeromqSocket *leaf[15];
    for (uint32_t i = 0; i < 15; i++) g_snprintf(names[i], sizeof names[i], "tcp://n%u:5000", i);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", TCP, NULL);
    for (uint32_t i = 1; i < 15; i++) {
        relays_of[i] = (Relay){ names[(i - 1) / 2], names[i] };
        if (i < 7) process_spawn(lab->ipc, i, names[i], relays, &relays_of[i]);
        else leaf[i] = zlab_connected(lab, i, ZEROMQ_SUB, names[i], relays_of[i].front, NULL);
    }
    sub(leaf[9], "A");
    zlab_wait(lab, 1000 * MS);
    uint64_t before[15], after[15];
    for (uint32_t i = 1; i < 15; i++) before[i] = lab->links[(i - 1) / 2][i].bytes;
    put(pub, "B");
    zlab_wait(lab, 100 * MS);
    for (uint32_t i = 1; i < 15; i++) {
        after[i] = lab->links[(i - 1) / 2][i].bytes;
        g_assert_cmpuint(after[i], ==, before[i]);
    }
    put(pub, "A");
    zlab_wait(lab, 100 * MS);
    for (uint32_t i = 1; i < 15; i++)
        g_assert_cmpint(lab->links[(i - 1) / 2][i].bytes > after[i], ==, i == 1 || i == 4 || i == 9);
    for (uint32_t i = 7; i < 15; i++) g_assert_cmpstr(zlab_get_all(leaf[i]), ==, i == 9 ? "A " : "");
    lab_free(lab);
}

static void nodrop_lets_the_slowest_throttle(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqOptions two = zlab_marks(2, 2), fifty = zlab_marks(2, 50);
    two.nodrop = true;
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_XPUB, "pub", IN, &two);
    ZeromqSocket *slow = zlab_connected(lab, 0, ZEROMQ_SUB, "slow", IN, &two);
    ZeromqSocket *fast = zlab_connected(lab, 0, ZEROMQ_SUB, "fast", IN, &fifty);
    sub(slow, ""), sub(fast, "");
    g_assert_cmpuint(zlab_fill(pub, "#", 100), ==, 4);
    g_assert_cmpstr(zlab_get_all(fast), ==, "0 1 2 3 ");
    g_assert_cmpstr(zlab_get(slow), ==, "0");
    g_assert_cmpstr(zlab_put(pub, "x"), ==, "EAGAIN");
    g_assert_cmpstr(zlab_get(slow), ==, "1");
    g_assert_cmpuint(zlab_fill(pub, "#", 100), ==, 2);
    lab_free(lab);
}

static void what_is_no_longer_wanted_is_not_handed_over(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", IN, NULL);
    ZeromqSocket *s = zlab_connected(lab, 0, ZEROMQ_SUB, "sub", IN, NULL);
    sub(s, "k"), sub(s, "m");
    put(pub, "k1"), put(pub, "m1");
    unsub(s, "k");
    g_assert_cmpstr(zlab_get_all(s), ==, "m1 ");
    g_assert_cmpstr(zlab_get(s), ==, "EAGAIN");
    lab_free(lab);
}

static void conflate_keeps_the_newest(void)
{
    static const char *const endpoints[] = { IN, TCP };
    for (int i = 0; i < 2; i++) {
        Lab *lab = lab_new(2, MS);
        ZeromqOptions options = zlab_marks(1, 1);
        options.conflate = true;
        ZeromqSocket *s = zlab_bound(lab, 0, ZEROMQ_SUB, "sub", endpoints[i], &options);
        ZeromqSocket *pub = zlab_connected(lab, i ? 1 : 0, ZEROMQ_PUB, "pub", endpoints[i], NULL);
        sub(s, "");
        zlab_wait(lab, 50 * MS);
        g_assert_cmpuint(zlab_fill(pub, "#", 20), ==, 20);
        zlab_wait(lab, 50 * MS);
        g_assert_cmpstr(zlab_get_all(s), ==, "19 ");
        g_assert_cmpuint(zlab_dropped(lab, "pub", IPC_DROP_CONFLATED), ==, 19);
        lab_free(lab);
    }
}

static void polls(Process *self, void *argument)
{
    ZeromqSocket *a = zeromq_open(self, ZEROMQ_SUB, "a", NULL), *b = zeromq_open(self, ZEROMQ_PULL, "b", NULL);
    GString *log = argument;
    zeromq_connect(a, TCP);
    zeromq_bind(b, "tcp://n1:5000");
    sub(a, "A");
    for (int i = 0; i < 5; i++) {
        ZeromqPoll items[2] = { { a, ZEROMQ_IN, 0 }, { b, ZEROMQ_IN, 0 } };
        int ready = zeromq_poll(items, 2, 300 * MS);
        g_string_append_printf(log, "%d", ready);
        if (items[0].ready) g_string_append_printf(log, " %s", zlab_get(a));
        if (items[1].ready) g_string_append_printf(log, " %s", zlab_get(b));
        g_string_append_printf(log, "@%d;", (int)(process_now(self) / MS));
    }
}

static void put_b(Lab *lab, void *data) { (void)lab, put(data, "B"); }
static void put_a(Lab *lab, void *data) { (void)lab, put(data, "A"); }

static void poll_waits_for_any(void)
{
    Lab *lab = lab_new(3, MS);
    GString *log = g_string_new(NULL);
    ZeromqSocket *pub = zlab_bound(lab, 0, ZEROMQ_PUB, "pub", TCP, NULL);
    process_spawn(lab->ipc, 1, "polls", polls, log);
    ZeromqSocket *push = zlab_connected(lab, 2, ZEROMQ_PUSH, "push", "tcp://n1:5000", NULL);
    lab_at(lab, 50 * MS, put_b, pub);                   /* nobody wants it */
    lab_at(lab, 60 * MS, put_a, pub);
    lab_at(lab, 70 * MS, put_b, push);
    lab_at(lab, 80 * MS, put_b, push), lab_at(lab, 80 * MS, put_a, pub);
    lab_run(lab, 1000 * MS);
    g_assert_cmpstr(log->str, ==, "1 A@61;1 B@71;1 A@81;1 B@81;0@381;");
    g_string_free(log, TRUE);
    lab_free(lab);
}

#define ROW(name, function) g_test_add_func("/zeromq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("ZMQ-PUB-01 a topic is a prefix of the first frame", a_topic_is_a_prefix_of_the_first_frame);
    ROW("ZMQ-PUB-02 overlapping subscriptions give one copy", overlapping_subscriptions_give_one_copy);
    ROW("ZMQ-PUB-03 subscriptions are counted", subscriptions_are_counted);
    ROW("ZMQ-PUB-04 a slow joiner misses what came before", a_slow_joiner_misses_what_came_before);
    ROW("ZMQ-PUB-05 PUB never blocks", pub_never_blocks);
    ROW("ZMQ-PUB-06 a slow subscriber loses the new ones", a_slow_subscriber_loses_the_new_ones);
    ROW("ZMQ-PUB-07 filtering costs no network", filtering_costs_no_network);
    ROW("ZMQ-PUB-08 subscriptions survive the publisher", subscriptions_survive_the_publisher);
    ROW("ZMQ-PUB-09 the last to leave unsubscribes", the_last_to_leave_unsubscribes);
    ROW("ZMQ-PUB-10 XPUB hears of subscriptions", xpub_hears_of_subscriptions);
    ROW("ZMQ-PUB-11 proxies form a filtering tree", proxies_form_a_filtering_tree);
    ROW("ZMQ-PUB-12 no-drop lets the slowest throttle", nodrop_lets_the_slowest_throttle);
    ROW("ZMQ-PUB-13 what is no longer wanted is not handed over", what_is_no_longer_wanted_is_not_handed_over);
    ROW("ZMQ-PUB-14 conflate keeps the newest", conflate_keeps_the_newest);
    ROW("poll waits for any", poll_waits_for_any);
    return g_test_run();
}
