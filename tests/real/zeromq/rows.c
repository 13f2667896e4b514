/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of ZeroMQ, to be run by a real one and by the simulator. */
#include "zeromq.h"

#include <stddef.h>

#define IN "inproc://a"

static void wrong_states(void)
{
    fresh("ZMQ-REQ-01 ZMQ-REP-01 wrong states");
    Sock *rep = sock("rep", "REP", ""), *req = sock("req", "REQ", "");
    binds(rep, IN), connects(req, IN);
    receives(req), sends(rep, "x");
    sends(req, "q"), sends(req, "q");
    settle();
    receives(rep), receives(rep);
    sends(rep, "a");
    settle();
    receives(req);
}

static void wrong_directions(void)
{
    fresh("ZMQ-GEN-14 wrong directions");
    receives(sock("pub", "PUB", "")), sends(sock("sub", "SUB", ""), "x");
    receives(sock("push", "PUSH", "")), sends(sock("pull", "PULL", ""), "x");
}

static void without_a_peer(void)
{
    static const char *const types[] = { "PUSH", "DEALER", "REQ" };
    fresh("ZMQ-GEN-11 ZMQ-GEN-12 without a peer");
    for (size_t i = 0; i < 3; i++) {
        Sock *bound = sock("bound", types[i], ""), *connected = sock("connected", types[i], "");
        Sock *immediate = sock("immediate", types[i], "immediate");
        binds(bound, (const char *[]){ "tcp://1", "tcp://2", "tcp://3" }[i]);
        connects(connected, "tcp://9"), connects(immediate, "tcp://9");
        sends(bound, "x"), sends(connected, "x"), sends(immediate, "x");
    }
}

static void addresses(void)
{
    fresh("ZMQ-GEN-04 addresses");
    Sock *a = sock("a", "PULL", ""), *b = sock("b", "PULL", "");
    binds(a, "tcp://1"), binds(b, "tcp://1");
    binds(a, IN), binds(b, IN);
    connects(a, "tcp://9");
    connects(a, "bad://x");
    disconnects(a, "tcp://8"), unbinds(a, "tcp://8");
    disconnects(a, "tcp://9"), unbinds(a, "tcp://1");
}

static void connect_before_bind(void)
{
    static const char *const endpoints[] = { "tcp://1", IN };
    fresh("ZMQ-GEN-01 connect before bind");
    for (size_t i = 0; i < 2; i++) {
        Sock *push = sock("push", "PUSH", "sndhwm=10"), *pull = sock("pull", "PULL", "");
        connects(push, endpoints[i]);
        fills(push, 12);
        binds(pull, endpoints[i]);
        settle();
        receives_all(pull);
    }
}

static void marks(void)
{
    fresh("ZMQ-GEN-08 ZMQ-GEN-09 marks, and room in halves");
    static const char *const options[] = { "sndhwm=1 rcvhwm=1", "sndhwm=2 rcvhwm=2", "sndhwm=4 rcvhwm=4", "sndhwm=7 rcvhwm=7" };
    static const unsigned reads[] = { 1, 2, 4, 7 };
    for (size_t i = 0; i < 4; i++) {
        Sock *pull = sock("pull", "PULL", options[i]), *push = sock("push", "PUSH", options[i]);
        const char *endpoint = (const char *[]){ "inproc://a", "inproc://b", "inproc://c", "inproc://d" }[i];
        binds(pull, endpoint), connects(push, endpoint);
        settle();
        fills(push, 100);
        for (unsigned n = 0; n < reads[i]; n++) {
            receives(pull);
            settle();
            if (n + 1 < reads[i]) sends(push, "x");
        }
        fills(push, 100);
    }
    Sock *pull = sock("pull", "PULL", "sndhwm=3 rcvhwm=3"), *push = sock("push", "PUSH", "sndhwm=3 rcvhwm=3");
    binds(pull, "inproc://e"), connects(push, "inproc://e");
    settle();
    fills_parts(push, 100);
    receives(pull);
    Sock *one = sock("one", "PULL", "rcvhwm=0"), *other = sock("other", "PUSH", "sndhwm=1");
    binds(one, "inproc://f"), connects(other, "inproc://f");
    settle();
    fills(other, 3000);
}

static void slow_subscriber(void)
{
    fresh("ZMQ-PUB-06 a slow subscriber");
    Sock *pub = sock("pub", "PUB", "sndhwm=5 rcvhwm=5"), *sub = sock("sub", "SUB", "sndhwm=5 rcvhwm=5");
    binds(pub, IN), connects(sub, IN), subscribes(sub, "");
    settle();
    fills(pub, 100);
    for (int i = 0; i < 8; i++) {
        receives(sub);
        settle();
        sends(pub, (const char *[]){ "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7" }[i]);
    }
    receives_all(sub);
}

static void nodrop(void)
{
    fresh("ZMQ-PUB-12 no drop");
    Sock *pub = sock("pub", "XPUB", "sndhwm=2 rcvhwm=2 nodrop"), *slow = sock("slow", "SUB", "sndhwm=2 rcvhwm=2");
    Sock *fast = sock("fast", "SUB", "sndhwm=2 rcvhwm=50");
    binds(pub, IN), connects(slow, IN), connects(fast, IN);
    subscribes(slow, ""), subscribes(fast, "");
    settle();
    fills(pub, 100);
}

static void deals(void)
{
    fresh("ZMQ-PIPE-01 deals to who has room");
    Sock *push = sock("push", "PUSH", "sndhwm=1 rcvhwm=1");
    Sock *l0 = sock("l0", "PULL", "sndhwm=1 rcvhwm=1"), *l1 = sock("l1", "PULL", "sndhwm=1 rcvhwm=10");
    binds(push, IN), connects(l0, IN), connects(l1, IN);
    settle();
    fills(push, 100);
    receives_all(l0), receives_all(l1);
}

static void fair_queue(void)
{
    fresh("ZMQ-PIPE-02 a fair queue");
    Sock *pull = sock("pull", "PULL", "");
    binds(pull, IN);
    Sock *a = sock("a", "PUSH", ""), *b = sock("b", "PUSH", ""), *c = sock("c", "PUSH", "");
    connects(a, IN), connects(b, IN), connects(c, IN);
    for (int i = 0; i < 6; i++) sends(a, "A");
    sends(b, "B"), sends(b, "B"), sends(c, "C"), sends(c, "C");
    settle();
    receives_all(pull);
}

static void dead_worker(void)
{
    fresh("ZMQ-PIPE-04 a worker goes with what it was dealt");
    Sock *push = sock("push", "PUSH", ""), *one = sock("one", "PULL", ""), *two = sock("two", "PULL", "");
    binds(push, IN), connects(one, IN), connects(two, IN);
    settle();
    fills(push, 10);
    settle();
    closes(one);
    settle();
    receives_all(two);
    sends(push, "later"), sends(push, "latest");
    settle();
    receives_all(two);
}

static void late_worker(void)
{
    fresh("ZMQ-PIPE-06 a worker that joins late");
    Sock *push = sock("push", "PUSH", ""), *one = sock("one", "PULL", ""), *two = sock("two", "PULL", "");
    binds(push, IN), connects(one, IN);
    settle();
    fills(push, 8);
    connects(two, IN);
    settle();
    sends(push, "x"), sends(push, "y");
    settle();
    receives_all(one), receives_all(two);
}

static void fragments(void)
{
    fresh("ZMQ-PIPE-07 no fragment reaches the next peer");
    Sock *push = sock("push", "PUSH", ""), *one = sock("one", "PULL", ""), *two = sock("two", "PULL", "");
    binds(push, IN), connects(one, IN), connects(two, IN);
    settle();
    sends_part(push, "first");
    closes(one);
    settle();
    sends_part(push, "second"), sends(push, "third");
    sends_part(push, "head"), sends(push, "tail");
    settle();
    receives_all(two);
}

static void immediate(void)
{
    static const char *const options[] = { "", "immediate" };
    fresh("ZMQ-GEN-12 ZMQ-PIPE-05 an absent peer takes its share");
    for (size_t i = 0; i < 2; i++) {
        Sock *pull = sock("pull", "PULL", ""), *push = sock("push", "PUSH", options[i]);
        const char *live = i ? "tcp://2" : "tcp://1";
        binds(pull, live), connects(push, live), connects(push, "tcp://9");
        settle();
        fills(push, 10);
        settle();
        receives_all(pull);
    }
}

static void topics(void)
{
    fresh("ZMQ-PUB-01 ZMQ-PUB-02 ZMQ-PUB-13 topics");
    Sock *pub = sock("pub", "PUB", ""), *a = sock("a", "SUB", ""), *twice = sock("twice", "SUB", ""), *none = sock("none", "SUB", "");
    binds(pub, IN), connects(a, IN), connects(twice, IN), connects(none, IN);
    subscribes(a, "A"), subscribes(twice, "A"), subscribes(twice, "");
    settle();
    sends(pub, "A"), sends(pub, "Abc"), sends(pub, "B"), sends(pub, "B|A");
    settle();
    receives_all(a), receives_all(twice), receives_all(none);
    sends(pub, "A1");
    settle();
    unsubscribes(a, "A");
    receives_all(a);
}

static void counted(void)
{
    fresh("ZMQ-PUB-03 ZMQ-PUB-09 ZMQ-PUB-10 subscriptions are counted");
    Sock *pub = sock("pub", "XPUB", ""), *sub = sock("sub", "SUB", "");
    binds(pub, IN), connects(sub, IN);
    subscribes(sub, "A"), subscribes(sub, "A");
    settle();
    receives_all(pub);
    unsubscribes(sub, "A");
    settle();
    sends(pub, "A1");
    receives_all(sub);
    unsubscribes(sub, "A");
    settle();
    sends(pub, "A2");
    receives_all(pub), receives_all(sub);
    Sock *other = sock("other", "SUB", "");
    connects(other, IN), subscribes(other, "q"), subscribes(sub, "q");
    settle();
    receives_all(pub);
    closes(other);
    settle();
    receives_all(pub);
    closes(sub);
    settle();
    receives_all(pub);
}

static void raw_subscriptions(void)
{
    fresh("ZMQ-PUB-10 XSUB subscribes by messages");
    Sock *pub = sock("pub", "XPUB", ""), *sub = sock("sub", "XSUB", "");
    binds(pub, IN), connects(sub, IN);
    sends(sub, "\1A"), sends(sub, "\1B"), sends(sub, "\1A"), sends(sub, "up");
    settle();
    receives_all(pub);
    sends(pub, "A1"), sends(pub, "C1");
    settle();
    receives_all(sub);
}

static void publisher_restarts(void)
{
    fresh("ZMQ-PUB-08 the publisher restarts");
    Sock *pub = sock("pub", "PUB", ""), *sub = sock("sub", "SUB", "");
    binds(pub, "tcp://1"), connects(sub, "tcp://1"), subscribes(sub, "t");
    settle();
    sends(pub, "t1");
    settle();
    closes(pub);
    settle();
    Sock *again = sock("again", "PUB", "");
    binds(again, "tcp://1");
    sends(again, "t2");
    settle();
    sends(again, "t3");
    settle();
    receives_all(sub);
}

static void publisher_connects(void)
{
    fresh("ZMQ-PUB-05 a publisher that connects");
    Sock *pub = sock("pub", "PUB", ""), *sub = sock("sub", "SUB", "");
    connects(pub, "tcp://1");
    sends(pub, "early");
    subscribes(sub, ""), binds(sub, "tcp://1");
    settle();
    sends(pub, "timely");
    settle();
    receives_all(sub);
    closes(sub);
    settle();
    sends(pub, "away");
    Sock *again = sock("again", "SUB", "");
    subscribes(again, ""), binds(again, "tcp://1");
    settle();
    sends(pub, "later");
    settle();
    receives_all(again);
}

static void conflates(void)
{
    fresh("ZMQ-PUB-14 conflate");
    Sock *sub = sock("sub", "SUB", "conflate"), *pub = sock("pub", "PUB", "");
    binds(sub, "tcp://1"), subscribes(sub, ""), connects(pub, "tcp://1");
    settle();
    fills(pub, 20);
    settle();
    receives(sub), receives(sub);
}

static void routers(void)
{
    fresh("ZMQ-RTR-01 ZMQ-RTR-02 ROUTER");
    Sock *plain = sock("plain", "ROUTER", ""), *strict = sock("strict", "ROUTER", "mandatory sndhwm=1 rcvhwm=1");
    Sock *a = sock("a", "DEALER", "id=A"), *b = sock("b", "DEALER", "id=B"), *x = sock("x", "DEALER", "id=X sndhwm=1 rcvhwm=1");
    binds(plain, IN), connects(a, IN), connects(b, IN);
    binds(strict, "inproc://b"), connects(x, "inproc://b");
    settle();
    sends(a, "m"), sends(b, "m");
    settle();
    receives_all(plain);
    sends(plain, "A|r"), sends(plain, "nobody|r");
    settle();
    receives_all(a), receives_all(b);
    sends(strict, "nobody|r"), sends(strict, "X|1"), sends(strict, "X|2"), sends(strict, "X|3");
    closes(x);
    settle();
    sends(strict, "X|4");
}

static void names_taken(void)
{
    fresh("ZMQ-RTR-03 two of one name");
    for (size_t i = 0; i < 2; i++) {
        const char *endpoint = i ? "tcp://2" : "tcp://1";
        Sock *router = sock("router", "ROUTER", i ? "handover" : ""), *one = sock("one", "DEALER", "id=X once");
        Sock *two = sock("two", "DEALER", "id=X");
        binds(router, endpoint), connects(one, endpoint);
        settle();
        connects(two, endpoint);
        settle();
        sends(two, "m");
        settle();
        receives_all(router);
        sends(router, "X|hello");
        settle();
        receives_all(one), receives_all(two);
    }
}

static void envelopes(void)
{
    fresh("ZMQ-REP-02 envelopes");
    Sock *rep = sock("rep", "REP", ""), *dealer = sock("dealer", "DEALER", "");
    binds(rep, IN), connects(dealer, IN);
    sends(dealer, "X|Y||A");
    settle();
    receives(rep), sends(rep, "B");
    settle();
    receives_all(dealer);
}

static void asks_in_turn(void)
{
    fresh("ZMQ-REQ-02 REQ asks in turn");
    Sock *req = sock("req", "REQ", ""), *reps[3];
    binds(req, IN);
    for (int i = 0; i < 3; i++) {
        reps[i] = sock((const char *[]){ "r0", "r1", "r2" }[i], "REP", "");
        connects(reps[i], IN);
        settle();
    }
    for (int i = 0; i < 6; i++) {
        sends(req, "q");
        settle();
        for (int r = 0; r < 3; r++) receives(reps[r]);
        sends(reps[i % 3], "a");
        settle();
        receives(req);
    }
}

static void relaxed(void)
{
    fresh("ZMQ-REQ-06 relaxed and correlated");
    for (size_t i = 0; i < 2; i++) {
        const char *endpoint = i ? "inproc://b" : "inproc://a";
        Sock *router = sock("rep", "REP", ""), *req = sock("req", "REQ", i ? "relaxed" : "relaxed correlate");
        binds(router, endpoint), connects(req, endpoint);
        settle();
        sends(req, "q1");
        settle();
        sends(req, "q2");
        settle();
        receives(router), sends(router, "a1");
        receives(router), sends(router, "a2");
        settle();
        receives(req);
    }
}

static void server_replaced(void)
{
    fresh("ZMQ-REQ-05 the server is replaced");
    Sock *rep = sock("rep", "REP", ""), *req = sock("req", "REQ", "");
    binds(rep, "tcp://1"), connects(req, "tcp://1");
    settle();
    sends(req, "q");
    settle();
    receives(rep), closes(rep);
    settle();
    Sock *again = sock("again", "REP", "");
    binds(again, "tcp://1");
    settle();
    receives(again), receives(req), sends(req, "q2");
}

static void requester_gone(void)
{
    fresh("ZMQ-REP-03 the requester is gone");
    Sock *rep = sock("rep", "REP", ""), *req = sock("req", "REQ", ""), *other = sock("other", "REQ", "");
    binds(rep, "tcp://1"), connects(req, "tcp://1"), connects(other, "tcp://1");
    settle();
    sends(req, "q");
    settle();
    receives(rep), closes(req);
    settle();
    sends(rep, "a"), sends(other, "p");
    settle();
    receives(rep);
}

static void peers_that_go(void)
{
    fresh("ZMQ-GEN-02 ZMQ-GEN-15 peers that go and come");
    Sock *push = sock("push", "PUSH", ""), *pull = sock("pull", "PULL", "");
    binds(pull, "tcp://1"), connects(push, "tcp://1");
    settle();
    closes(pull);
    settle();
    fills(push, 5);
    Sock *again = sock("again", "PULL", "");
    binds(again, "tcp://1");
    settle();
    receives_all(again);
    Sock *bound = sock("bound", "PUSH", ""), *visitor = sock("visitor", "PULL", "");
    binds(bound, "tcp://2"), connects(visitor, "tcp://2");
    settle();
    sends(bound, "x");
    closes(visitor);
    settle();
    sends(bound, "y");
    fills(push, 3);
    settle();
    closes(push);
    settle();
    receives_all(again);
}

static void lingers(void)
{
    fresh("ZMQ-GEN-13 linger");
    for (size_t i = 0; i < 2; i++) {
        const char *endpoint = i ? "tcp://2" : "tcp://1";
        Sock *push = sock("push", "PUSH", i ? "linger=0" : "linger=-1"), *pull = sock("pull", "PULL", "");
        connects(push, endpoint);
        sends(push, "x");
        closes(push);
        binds(pull, endpoint);
        settle();
        receives_all(pull);
    }
}

static void pairs(void)
{
    fresh("ZMQ-GEN-18 PAIR");
    Sock *bound = sock("bound", "PAIR", ""), *one = sock("one", "PAIR", ""), *two = sock("two", "PAIR", "");
    binds(bound, "tcp://1"), connects(one, "tcp://1");
    settle();
    connects(two, "tcp://1");
    settle();
    sends(one, "friend");
    settle();
    receives_all(bound);
    sends(bound, "answer");
    settle();
    receives_all(one), receives_all(two);
}

void rows(void)
{
    wrong_states(), wrong_directions(), without_a_peer(), addresses(), connect_before_bind(), marks();
    slow_subscriber(), nodrop(), deals(), fair_queue(), dead_worker(), late_worker(), fragments(), immediate();
    topics(), counted(), raw_subscriptions(), publisher_restarts(), publisher_connects(), conflates();
    routers(), names_taken(), envelopes(), asks_in_turn(), relaxed(), server_replaced(), requester_gone();
    peers_that_go(), lingers(), pairs();
}
