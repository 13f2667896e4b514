/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of AMQP, to be run by a real broker and by the simulated one. */
#include "rows.h"

#include <stddef.h>
#include <stdio.h>

static void publishes_to(Chan *c, const char *queue, int first, int last)
{
    for (int i = first; i <= last; i++) {
        char text[12];
        snprintf(text, sizeof text, "%d", i);
        publishes(c, "", queue, text, "");
    }
}

static void declaring(void)
{
    fresh("AMQP-01 declaring");
    Chan *c = chan("c");
    queue(c, "q", ""), queue(c, "q", ""), queue(c, "q", "durable");
    exchange(c, "x", "direct"), exchange(c, "x", "direct"), exchange(c, "x", "fanout");
    queue(c, "none", "passive"), exchange(c, "none", "direct passive");
    queue(c, "amq.mine", ""), exchange(c, "amq.mine", "direct");
    consumes(c, "none", "");
    state(c);
}

static void direct(void)
{
    fresh("AMQP-02 direct and default exchange");
    Chan *c = chan("c");
    exchange(c, "d", "direct"), queue(c, "f1", ""), queue(c, "f2", "");
    binds(c, "f1", "d", "k1", ""), binds(c, "f2", "d", "k1", ""), binds(c, "f2", "d", "k2", "");
    publishes(c, "d", "k1", "1", ""), publishes(c, "d", "k2", "2", ""), publishes(c, "d", "K1", "3", "");
    publishes(c, "", "f1", "own", "");
    settle();
    drains(c, "f1"), drains(c, "f2");
    binds(c, "f1", "", "f1", "");
    binds(c, "f1", "none", "k", "");
}

static void fanout(void)
{
    fresh("AMQP-03 AMQP-06 fanout, and one copy");
    Chan *c = chan("c");
    exchange(c, "f", "fanout"), exchange(c, "t", "topic"), queue(c, "a", ""), queue(c, "b", "");
    binds(c, "a", "f", "", ""), binds(c, "b", "f", "any", ""), binds(c, "a", "f", "other", "");
    binds(c, "a", "t", "x.*", ""), binds(c, "a", "t", "*.y", ""), binds(c, "a", "t", "#", "");
    publishes(c, "f", "key", "1", ""), publishes(c, "t", "x.y", "2", "");
    settle();
    drains(c, "a"), drains(c, "b");
}

static void topics(void)
{
    static const char *const patterns[] = { "a.*", "a.#", "#", "*", "*.b", "#.b", "a.*.c", "a.#.c", "a.b", "#.#", "*.*", "",
                                            "#.*", "*.#", "a.#.b.#" };
    static const char *const keys[] = { "a", "a.b", "a.b.c", "a.c", "b", "", "a..c", ".", "a.x.y.c", "a.b.b", "..", "a.x.b.b" };
    fresh("AMQP-04 topics");
    Chan *c = chan("c");
    exchange(c, "t", "topic");
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        char name[12];
        snprintf(name, sizeof name, "q%zu", p);
        queue(c, name, ""), binds(c, name, "t", patterns[p], "");
    }
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) publishes(c, "t", keys[k], *keys[k] ? keys[k] : "(empty)", "");
    settle();
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        char name[12];
        snprintf(name, sizeof name, "q%zu", p);
        drains(c, name);
    }
}

static void headers(void)
{
    static const struct { const char *queue, *options; } bindings[] = {
        { "all", "t=r v=1" }, { "any", "any t=r v=1" }, { "none", "" }, { "allx", "all-with-x x-h=1 t=r" }, { "allnx", "x-h=1 t=r" },
        { "anyx", "any-with-x x-h=1 t=q" }, { "anynx", "any x-h=1 t=q" },
    };
    static const char *const messages[] = { "t=r v=1 o=2", "t=r", "v=2", "", "t=r x-h=1", "v=1 t=r x-h=2" };
    fresh("AMQP-05 headers");
    Chan *c = chan("c");
    exchange(c, "h", "headers");
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++) {
        queue(c, bindings[i].queue, "");
        binds(c, bindings[i].queue, "h", "", bindings[i].options);
    }
    for (size_t m = 0; m < sizeof messages / sizeof *messages; m++) {
        char text[12];
        snprintf(text, sizeof text, "%zu", m);
        publishes(c, "h", "", text, messages[m]);
    }
    settle();
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++) drains(c, bindings[i].queue);
}

static void unroutable(void)
{
    fresh("AMQP-07 AMQP-08 unroutable, and nowhere");
    Chan *c = chan("c");
    exchange(c, "stray", "fanout"), exchange(c, "d", "direct"), exchange(c, "da", "direct alternate=stray");
    queue(c, "found", ""), binds(c, "found", "stray", "", "");
    numbers(c);
    publishes(c, "d", "k", "1", ""), confirms(c);
    publishes(c, "d", "k", "2", "mandatory"), confirms(c);
    publishes(c, "da", "k", "3", "mandatory"), confirms(c);
    publishes(c, "", "found", "4", "mandatory persistent"), confirms(c);
    drains(c, "found");
    publishes(c, "none", "k", "5", "");
    settle();
    state(c);
}

static void between_exchanges(void)
{
    fresh("AMQP-09 between exchanges");
    Chan *c = chan("c");
    exchange(c, "top", "topic"), exchange(c, "left", "direct"), exchange(c, "right", "fanout"), exchange(c, "bottom", "fanout");
    queue(c, "q", ""), queue(c, "side", "");
    binds(c, "left", "top", "a.*", "to-exchange"), binds(c, "right", "top", "#.b", "to-exchange");
    binds(c, "bottom", "left", "a.b", "to-exchange"), binds(c, "bottom", "right", "", "to-exchange");
    binds(c, "top", "bottom", "", "to-exchange");               /* and round again */
    binds(c, "q", "bottom", "", ""), binds(c, "q", "right", "", ""), binds(c, "side", "left", "a.c", "");
    publishes(c, "top", "a.b", "1", ""), publishes(c, "top", "a.c", "2", ""), publishes(c, "top", "x.b", "3", "");
    publishes(c, "top", "x.y", "4", ""), publishes(c, "bottom", "z", "5", ""), publishes(c, "bottom", "a.c", "6", "");
    settle();
    drains(c, "q"), drains(c, "side");
    binds(c, "none", "top", "", "to-exchange");
    binds(c, "left", "none", "", "to-exchange");
    binds(c, "", "top", "", "to-exchange");
}

static void orders(void)
{
    fresh("AMQP-11 the order of publishers");
    Chan *a = chan("a"), *b = chan("b"), *c = chan("c");
    queue(c, "q", ""), exchange(c, "f", "fanout"), binds(c, "q", "f", "", "");
    for (int i = 0; i < 4; i++) {
        publishes(a, "f", "", (const char *[]){ "a0", "a1", "a2", "a3" }[i], "");
        settle();
        publishes(b, i < 2 ? "f" : "", i < 2 ? "" : "q", (const char *[]){ "b0", "b1", "b2", "b3" }[i], "");
        settle();
    }
    prefetches(c, 3, false), consumes(c, "q", "");
    settle();
    takes(c), acks(c, "b0", false);
    settle();
    takes(c), acks(c, "a2", true);
    settle();
    takes(c), rejects(c, "b2", false, true);
    settle();
    takes(c);
}

static void automatic(void)
{
    fresh("AMQP-22 acknowledged when sent");
    Chan *c = chan("c"), *p = chan("p");
    queue(p, "q", ""), publishes_to(p, "q", 0, 4);
    settle();
    prefetches(c, 2, false), consumes(c, "q", "auto");
    settle();
    depth(p, "q");
    takes(c);
    publishes_to(p, "q", 5, 9);
    settle();
    closes(c);
    settle();
    depth(p, "q");
}

static void turns(void)
{
    fresh("AMQP-10 AMQP-15 turns and priorities");
    Chan *c = chan("c"), *p = chan("p");
    queue(c, "q", "");
    for (int i = 0; i < 3; i++) consumes(c, "q", "");
    publishes_to(c, "q", 0, 6);
    settle();
    takes(c);
    queue(p, "r", "");
    prefetches(p, 2, false);
    consumes(p, "r", ""), consumes(p, "r", "priority=10");
    publishes_to(p, "r", 0, 5);
    settle();
    takes(p), depth(p, "r");
}

static void get(void)
{
    fresh("AMQP-12 AMQP-20 get and what is held");
    Chan *c = chan("c");
    queue(c, "q", "");
    gets(c, "q");
    publishes_to(c, "q", 0, 4);
    settle();
    gets(c, "q"), gets(c, "q"), gets(c, "q"), depth(c, "q");
    acks(c, "1", false);
    settle();
    depth(c, "q");
    prefetches(c, 1, false), consumes(c, "q", "");
    settle();
    takes(c), gets(c, "q");
}

static void lives(void)
{
    fresh("AMQP-13 exclusive, auto-delete, expires");
    Chan *c = chan("c"), *d = chan("d");
    queue(c, "mine", "exclusive"), queue(d, "mine", "passive"), consumes(d, "mine", "");
    queue(c, "auto", "auto-delete"), consumes(c, "auto", "");
    closes(c);
    settle();
    queue(d, "mine", "passive"), queue(d, "auto", "passive");
    queue(d, "leased", "expires=300"), queue(d, "leased", "passive");
    waits(600);
    queue(d, "leased", "passive");
}

static void single(void)
{
    fresh("AMQP-14 exclusive and single active consumers");
    Chan *a = chan("a"), *b = chan("b");
    queue(a, "q", ""), consumes(a, "q", ""), consumes(b, "q", "exclusive");
    queue(a, "s", "sac"), consumes(a, "s", ""), consumes(b, "s", "");
    publishes_to(a, "s", 0, 2);
    settle();
    takes(a), takes(b);
    closes(a);
    settle();
    takes(b);
}

static void deleting(void)
{
    fresh("AMQP-16 deleting");
    Chan *c = chan("c"), *d = chan("d");
    queue(c, "q", ""), consumes(c, "q", "");
    deletes(d, "q", "if-unused"), deletes(d, "q", "");
    settle();
    takes(c);
    queue(c, "r", ""), publishes(c, "", "r", "1", "");
    settle();
    deletes(d, "r", "if-empty");
    drains(c, "r"), deletes(d, "r", "if-empty if-unused");
    deletes(d, "none", "");
}

static void returning(void)
{
    fresh("AMQP-21 AMQP-23 what was held returns");
    Chan *c = chan("c"), *d = chan("d");
    queue(c, "q", "");
    publishes_to(c, "q", 0, 4);
    settle();
    gets(c, "q"), gets(c, "q"), gets(c, "q");
    acks(c, "1", false);
    settle();
    closes(c);
    settle();
    drains(d, "q");
    publishes_to(d, "q", 0, 3);
    settle();
    gets(d, "q"), gets(d, "q");
    rejects(d, "1", false, true), rejects(d, "0", false, false);
    settle();
    gets(d, "q"), gets(d, "q");
    rejects(d, "2", true, true);
    settle();
    drains(d, "q");
}

static void multiple(void)
{
    fresh("AMQP-24 several at once, unknown and repeated");
    Chan *c = chan("c"), *d = chan("d");
    queue(c, "q", "");
    publishes_to(c, "q", 0, 3);
    settle();
    gets(c, "q"), gets(c, "q"), gets(c, "q");
    acks(c, "1", true), recovers(c);
    settle();
    drains(c, "q");
    publishes_to(c, "q", 0, 2);
    settle();
    gets(c, "q"), gets(c, "q");
    acks(c, "0", false), acks(c, "0", false);
    settle();
    state(c);
    settle();
    drains(d, "q");
}

static void prefetch(void)
{
    fresh("AMQP-25 prefetch");
    Chan *c = chan("c"), *a = chan("a"), *b = chan("b"), *all = chan("all");
    queue(c, "q", "");
    publishes_to(c, "q", 0, 9);
    settle();
    prefetches(c, 3, false), consumes(c, "q", "");
    settle();
    takes(c), acks(c, "0", false);
    settle();
    takes(c), gets(c, "q"), acks(c, "3", true);
    settle();
    takes(c);
    queue(a, "r", "");
    publishes_to(a, "r", 0, 9);
    settle();
    prefetches(a, 2, false), prefetches(b, 2, false), consumes(a, "r", ""), consumes(b, "r", "");
    settle();
    takes(a), takes(b);
    closes(a), closes(b);
    settle();
    prefetches(all, 3, true), consumes(all, "r", ""), consumes(all, "r", "");
    settle();
    takes(all);
}

static void confirming(void)
{
    fresh("AMQP-31 AMQP-32 AMQP-33 confirms");
    Chan *c = chan("c");
    queue(c, "q", "durable"), queue(c, "two", "maxlen=2 reject-publish");
    numbers(c);
    for (int i = 0; i < 4; i++) {
        publishes(c, "", "two", i == 0 ? "0" : i == 1 ? "1" : i == 2 ? "2" : "3", "");
        confirms(c);
    }
    drains(c, "two");
    for (int i = 0; i < 10; i++) publishes(c, "", "q", "m", i % 2 ? "persistent" : "");
    settle();
    confirms(c);
    transacts(c, "select");
}

static void transactions(void)
{
    fresh("AMQP-35 transactions");
    Chan *c = chan("c");
    queue(c, "q", ""), transacts(c, "select");
    publishes(c, "", "q", "1", "");
    settle();
    depth(c, "q"), transacts(c, "commit"), depth(c, "q");
    publishes(c, "", "q", "2", ""), transacts(c, "rollback"), depth(c, "q");
    gets(c, "q"), acks(c, "1", false), transacts(c, "rollback"), depth(c, "q");
    acks(c, "1", false), transacts(c, "commit");
    numbers(c);
}

static void expiring(void)
{
    fresh("AMQP-43 AMQP-44 time to live");
    Chan *c = chan("c");
    queue(c, "q", "ttl=400"), publishes(c, "", "q", "short", "ttl=50");
    waits(200);
    depth(c, "q");
    queue(c, "h", ""), publishes(c, "", "h", "live", "ttl=5000"), publishes(c, "", "h", "dead", "ttl=50");
    waits(300);
    depth(c, "h"), drains(c, "h");
    queue(c, "z", "ttl=0"), publishes(c, "", "z", "0", "");
    settle();
    depth(c, "z"), consumes(c, "z", "");
    publishes(c, "", "z", "1", "");
    settle();
    takes(c);
}

static void dying(void)
{
    fresh("AMQP-45 AMQP-46 dead letters");
    Chan *c = chan("c");
    static const char *const queues[] = { "q", "k", "short", "m" };
    exchange(c, "in", "direct"), exchange(c, "dlx", "direct"), queue(c, "dead", "");
    queue(c, "q", "dlx=dlx"), queue(c, "k", "dlx=dlx dlk=other"), queue(c, "short", "dlx=dlx maxlen=2"), queue(c, "m", "dlx=none");
    for (int i = 0; i < 4; i++) binds(c, queues[i], "in", queues[i], "");
    binds(c, "dead", "dlx", "q", ""), binds(c, "dead", "dlx", "other", ""), binds(c, "dead", "dlx", "short", "");
    publishes(c, "in", "q", "r", "ttl=5000");
    settle();
    gets(c, "q"), rejects(c, "r", false, false);
    settle();
    dies_of(c, "dead");
    publishes(c, "in", "k", "e", "ttl=20");
    waits(200);
    dies_of(c, "dead");
    for (int i = 0; i < 4; i++) publishes(c, "in", "short", (const char *[]){ "0", "1", "2", "3" }[i], "");
    settle();
    dies_of(c, "dead"), dies_of(c, "dead"), drains(c, "short");
    publishes(c, "in", "m", "n", "");
    settle();
    gets(c, "m"), rejects(c, "n", false, false);
    settle();
    depth(c, "m"), state(c);
}

static void cycles(void)
{
    fresh("AMQP-47 cycles");
    Chan *c = chan("c");
    queue(c, "cycle", "dlx= dlk=cycle ttl=50"), publishes(c, "", "cycle", "1", "");
    waits(300);
    depth(c, "cycle");
    queue(c, "work", "dlx= dlk=wait"), queue(c, "wait", "dlx= dlk=work ttl=50"), publishes(c, "", "work", "2", "");
    settle();
    for (int i = 0; i < 3; i++) {
        gets(c, "work"), rejects(c, "2", false, false);
        waits(300);
    }
    dies_of(c, "work");
}

static void lengths(void)
{
    fresh("AMQP-48 length limits");
    Chan *c = chan("c");
    queue(c, "q", "maxlen=2");
    publishes_to(c, "q", 0, 3);
    settle();
    drains(c, "q");
    publishes_to(c, "q", 0, 1);
    settle();
    gets(c, "q"), gets(c, "q");
    publishes_to(c, "q", 2, 4);
    settle();
    depth(c, "q"), recovers(c);
    settle();
    drains(c, "q");
    queue(c, "r", "maxlen=2 reject-publish");
    publishes_to(c, "r", 0, 3);
    settle();
    drains(c, "r");
}

static void priorities(void)
{
    static const char *const options[] = { "priority=1", "priority=3", "", "priority=9", "priority=5", "priority=3" };
    fresh("AMQP-49 priorities");
    Chan *c = chan("c");
    queue(c, "q", "maxprio=5");
    for (int i = 0; i < 6; i++) publishes(c, "", "q", (const char *[]){ "a", "b", "c", "d", "e", "f" }[i], options[i]);
    settle();
    drains(c, "q");
}

static void restarting(bool clean)
{
    fresh(clean ? "AMQP-28 AMQP-40 AMQP-42 a clean restart" : "AMQP-28 AMQP-40 AMQP-41 AMQP-42 a kill");
    Chan *c = chan("c");
    queue(c, "d", "durable"), queue(c, "t", "");
    exchange(c, "dx", "direct durable"), exchange(c, "tx", "direct");
    binds(c, "d", "dx", "k", ""), binds(c, "t", "dx", "k", ""), binds(c, "d", "tx", "k", "");
    numbers(c);
    for (int i = 0; i < 6; i++) {
        publishes(c, "", "d", (const char *[]){ "P0", "P1", "T0", "P2", "T1", "P3" }[i], i == 2 || i == 4 ? "" : "persistent");
        confirms(c);
    }
    publishes(c, "", "t", "P9", "persistent"), confirms(c);
    gets(c, "d");
    restart(clean);
    c = chan("c");
    drains(c, "d");
    queue(c, "t", "passive"), exchange(c, "dx", "direct durable passive"), exchange(c, "tx", "direct passive");
    publishes(c, "dx", "k", "routed", "");
    settle();
    drains(c, "d");
    numbers(c), publishes(c, "", "t", "gone", "mandatory"), confirms(c);        /* AMQP-42 */
}

void rows(void)
{
    static void (*const all[])(void) = {
        declaring, direct, fanout, topics, headers, unroutable, between_exchanges, turns, orders, automatic, get, lives, single, deleting, returning, multiple, prefetch,
        confirming, transactions, expiring, dying, cycles, lengths, priorities,
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) all[i]();
    restarting(false);
    restarting(true);
}
