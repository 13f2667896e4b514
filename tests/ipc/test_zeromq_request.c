/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 4.2: REQ, REP, DEALER, ROUTER. */
#include "zeromq_lab.h"

#define IN "inproc://a"
#define TCP "tcp://n0:5000"

static ZeromqOptions named(const char *id)
{
    ZeromqOptions options = zeromq_defaults;
    options.routing_id = id;
    return options;
}

static void req_alternates(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqSocket *rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep", IN, NULL);
    ZeromqSocket *req = zlab_connected(lab, 0, ZEROMQ_REQ, "req", IN, NULL);
    g_assert_cmpstr(zlab_get(req), ==, "EFSM");
    g_assert_cmpstr(zlab_put(req, "a"), ==, "ok");
    g_assert_cmpstr(zlab_put(req, "b"), ==, "EFSM");
    g_assert_cmpstr(zlab_get(req), ==, "EAGAIN");
    g_assert_cmpstr(zlab_get(rep), ==, "a");
    g_assert_cmpstr(zlab_put(rep, "A"), ==, "ok");
    g_assert_cmpstr(zlab_get(req), ==, "A");
    g_assert_cmpstr(zlab_put(req, "b"), ==, "ok");
    lab_free(lab);
}

static void req_takes_turns(void)
{
    Lab *lab = lab_new(6, MS);
    ZeromqSocket *req = zlab_bound(lab, 0, ZEROMQ_REQ, "req", TCP, NULL), *reps[5];
    for (uint32_t i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("rep%u", i);
        reps[i] = zlab_connected(lab, i + 1, ZEROMQ_REP, name, TCP, NULL);
        zlab_wait(lab, 20 * MS);
    }
    for (unsigned cycle = 0; cycle < 10; cycle++) {
        g_assert_cmpstr(zlab_put(req, "q"), ==, "ok");
        zlab_wait(lab, 5 * MS);
        for (unsigned i = 0; i < 5; i++) g_assert_cmpstr(zlab_get(reps[i]), ==, i == cycle % 5 ? "q" : "EAGAIN");
        g_assert_cmpstr(zlab_put(reps[cycle % 5], "a"), ==, "ok");
        zlab_wait(lab, 5 * MS);
        g_assert_cmpstr(zlab_get(req), ==, "a");
    }
    lab_free(lab);
}

static void req_never_discards(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *req = zlab_bound(lab, 0, ZEROMQ_REQ, "req", TCP, NULL);
    g_assert_cmpstr(zlab_put(req, "a"), ==, "EAGAIN");
    ZeromqSocket *rep = zlab_connected(lab, 1, ZEROMQ_REP, "rep", TCP, NULL);
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_put(req, "a"), ==, "ok");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get(rep), ==, "a");
    lab_free(lab);
}

static void req_takes_the_reply_of_whom_it_asked(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqSocket *req = zlab_bound(lab, 0, ZEROMQ_REQ, "req", IN, NULL), *r[3];
    for (int i = 0; i < 3; i++) r[i] = zlab_connected(lab, 0, ZEROMQ_ROUTER, i == 0 ? "r1" : i == 1 ? "r2" : "r3", IN, NULL);
    g_assert_cmpstr(zlab_put(req, "question"), ==, "ok");
    g_assert_cmpstr(zlab_get(r[0]), ==, "<0><0><0><0><1>||question");
    static const char id[] = { 0, 0, 0, 0, 1 };
    static const char *const says[] = { "GOOD", "WRONG" };
    for (int i = 1; i >= 0; i--) {                      /* first the second one, who was not asked */
        IpcMessage *message = ipc_message_new(id, sizeof id);
        if (i == 0) {
            ipc_message_frame(message, "no delimiter", 12);
            g_assert_cmpint(zeromq_send(r[0], message, 0), ==, 0);
            message = ipc_message_new(id, sizeof id);
        }
        ipc_message_frame(message, NULL, 0);
        ipc_message_frame(message, says[i], (uint32_t)strlen(says[i]));
        g_assert_cmpint(zeromq_send(r[i], message, 0), ==, 0);
    }
    g_assert_cmpstr(zlab_get(req), ==, "GOOD");
    g_assert_cmpuint(zlab_dropped(lab, "r2", IPC_DROP_LATE_REPLY), ==, 1);
    g_assert_cmpuint(zlab_dropped(lab, "r1", IPC_DROP_PROTOCOL), ==, 1);
    lab_free(lab);
}

static void a_crashed_server_is_not_asked_again(void)
{
    Lab *lab = lab_new(2, MS);
    ZeromqSocket *rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep", TCP, NULL);
    ZeromqSocket *req = zlab_connected(lab, 1, ZEROMQ_REQ, "req", TCP, NULL);
    g_assert_cmpstr(zlab_put(req, "a"), ==, "ok");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get(rep), ==, "a");
    zlab_kill(lab, "rep");
    rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep again", TCP, NULL);
    zlab_wait(lab, 500 * MS);
    g_assert_cmpuint(lab_count(lab, "zmq.attach", "rep again", NULL), ==, 1);
    g_assert_cmpstr(zlab_get(rep), ==, "EAGAIN");
    g_assert_cmpstr(zlab_get(req), ==, "EAGAIN");
    g_assert_cmpstr(zlab_put(req, "b"), ==, "EFSM");
    lab_free(lab);
}

/* Two requests, both answered: what the requester receives. */
static void two_requests(bool correlate, const char *received, IpcDrop reason, unsigned dropped)
{
    Lab *lab = lab_new(2, MS);
    ZeromqOptions options = zeromq_defaults;
    options.relaxed = true;
    options.correlate = correlate;
    ZeromqSocket *router = zlab_bound(lab, 0, ZEROMQ_ROUTER, "router", TCP, NULL);
    ZeromqSocket *req = zlab_connected(lab, 1, ZEROMQ_REQ, "req", TCP, &options);
    IpcMessage *requests[2];
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_put(req, "Q1"), ==, "ok");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_put(req, "Q2"), ==, "ok");
    zlab_wait(lab, 50 * MS);
    for (int i = 0; i < 2; i++) g_assert_cmpint(zeromq_recv(router, &requests[i], ZEROMQ_DONTWAIT), ==, 0);
    for (int i = 0; i < 2; i++) {
        ((char *)requests[i]->frames[requests[i]->frame_count - 1].data)[0] = 'R';
        g_assert_cmpint(zeromq_send(router, requests[i], ZEROMQ_DONTWAIT), ==, 0);
    }
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get(req), ==, received);
    g_assert_cmpuint(zlab_dropped(lab, "router", reason), ==, dropped);
    lab_free(lab);
}

static void relaxed_and_correlated(void)
{
    two_requests(true, "R2", IPC_DROP_LATE_REPLY, 1);
    two_requests(false, "R1", IPC_DROP_LATE_REPLY, 0);  /* wrongly */
}

static void relaxed_goes_to_the_next_peer(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqOptions options = zeromq_defaults;
    options.relaxed = true;
    ZeromqSocket *req = zlab_bound(lab, 0, ZEROMQ_REQ, "req", IN, &options);
    ZeromqSocket *a = zlab_connected(lab, 0, ZEROMQ_REP, "a", IN, NULL);
    ZeromqSocket *b = zlab_connected(lab, 0, ZEROMQ_REP, "b", IN, NULL);
    zlab_put(req, "1"), zlab_put(req, "2");
    g_assert_cmpstr(zlab_get(a), ==, "1");
    g_assert_cmpstr(zlab_get(b), ==, "2");
    zlab_put(a, "late"), zlab_put(b, "timely");
    g_assert_cmpstr(zlab_get(req), ==, "timely");
    lab_free(lab);
}

static void rep_serves_in_turn(void)
{
    Lab *lab = lab_new(6, MS);
    ZeromqSocket *rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep", TCP, NULL), *reqs[5];
    g_assert_cmpstr(zlab_put(rep, "x"), ==, "EFSM");
    for (uint32_t i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("req%u", i);
        reqs[i] = zlab_connected(lab, i + 1, ZEROMQ_DEALER, name, TCP, NULL);
        for (int n = 0; n < 2; n++) zlab_put(reqs[i], (const char *[]){ "|0", "|1", "|2", "|3", "|4" }[i]);
    }
    zlab_wait(lab, 50 * MS);
    unsigned served[5] = { 0 };
    for (unsigned i = 0; i < 10; i++) {
        unsigned who = (unsigned)(zlab_get(rep)[0] - '0');
        g_assert_cmpstr(zlab_get(rep), ==, "EFSM");
        g_assert_cmpuint(served[who]++, ==, i / 5);     /* each once before any twice */
        g_assert_cmpstr(zlab_put(rep, "done"), ==, "ok");
    }
    lab_free(lab);
}

static void rep_keeps_the_envelope(void)
{
    Lab *lab = lab_new(1, MS);
    ZeromqSocket *rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep", IN, NULL);
    ZeromqSocket *dealer = zlab_connected(lab, 0, ZEROMQ_DEALER, "dealer", IN, NULL);
    zlab_put(dealer, "no|delimiter");
    zlab_put(dealer, "X|Y||A");
    g_assert_cmpstr(zlab_get(rep), ==, "A");
    g_assert_cmpstr(zlab_put(rep, "A"), ==, "ok");
    g_assert_cmpstr(zlab_get(dealer), ==, "X|Y||A");
    g_assert_cmpuint(zlab_dropped(lab, "dealer", IPC_DROP_PROTOCOL), ==, 1);
    lab_free(lab);
}

static void rep_goes_on_when_the_requester_is_gone(void)
{
    Lab *lab = lab_new(3, MS);
    ZeromqSocket *rep = zlab_bound(lab, 0, ZEROMQ_REP, "rep", TCP, NULL);
    ZeromqSocket *req = zlab_connected(lab, 1, ZEROMQ_REQ, "req", TCP, NULL);
    ZeromqSocket *other = zlab_connected(lab, 2, ZEROMQ_REQ, "other", TCP, NULL);
    zlab_put(req, "a");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get(rep), ==, "a");
    zlab_kill(lab, "req");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_put(rep, "A"), ==, "ok");
    g_assert_cmpuint(zlab_dropped(lab, "rep", IPC_DROP_PEER_GONE), ==, 1);
    zlab_put(other, "b");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get(rep), ==, "b");
    lab_free(lab);
}

static void dealer_deals(void)
{
    Lab *lab = lab_new(6, MS);
    ZeromqSocket *dealer = zlab_bound(lab, 0, ZEROMQ_DEALER, "dealer", TCP, NULL), *reps[5];
    g_assert_cmpstr(zlab_put(dealer, "|x"), ==, "EAGAIN");
    for (uint32_t i = 0; i < 5; i++) {
        g_autofree char *name = g_strdup_printf("rep%u", i);
        reps[i] = zlab_connected(lab, i + 1, ZEROMQ_REP, name, TCP, NULL);
        zlab_wait(lab, 20 * MS);
    }
    g_assert_cmpuint(zlab_fill(dealer, "|#", 5), ==, 5);        /* without reading */
    zlab_wait(lab, 50 * MS);
    for (int i = 0; i < 5; i++) {
        g_assert_cmpint(zlab_get(reps[i])[0], ==, '0' + i);
        g_assert_cmpstr(zlab_put(reps[i], "done"), ==, "ok");
    }
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(dealer), ==, "|done |done |done |done |done ");
    lab_free(lab);
}

static void router_addresses(void)
{
    Lab *lab = lab_new(6, MS);
    static const char *const names[] = { "A", "B", "C", "D", "E" };
    ZeromqSocket *router = zlab_bound(lab, 0, ZEROMQ_ROUTER, "router", TCP, NULL), *dealers[5];
    for (uint32_t i = 0; i < 5; i++) {
        ZeromqOptions options = named(names[i]);
        dealers[i] = zlab_connected(lab, i + 1, ZEROMQ_DEALER, names[i], TCP, &options);
        zlab_put(dealers[i], "M");
    }
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get_all(router), ==, "A|M B|M C|M D|M E|M ");
    g_assert_cmpstr(zlab_put(router, "C|R"), ==, "ok");
    zlab_wait(lab, 50 * MS);
    for (int i = 0; i < 5; i++) g_assert_cmpstr(zlab_get(dealers[i]), ==, i == 2 ? "R" : "EAGAIN");
    ZeromqSocket *nameless = zlab_connected(lab, 1, ZEROMQ_DEALER, "nameless", TCP, NULL);
    zlab_put(nameless, "M");
    zlab_wait(lab, 50 * MS);
    g_assert_cmpstr(zlab_get(router), ==, "<0><0><0><0><1>|M");
    lab_free(lab);
}

static void router_without_a_way(void)
{
    for (int mandatory = 0; mandatory < 2; mandatory++) {
        Lab *lab = lab_new(2, MS);
        ZeromqOptions options = zlab_marks(1, 1), x = named("X");
        options.mandatory = mandatory;
        x.sndhwm = x.rcvhwm = 1;
        ZeromqSocket *router = zlab_bound(lab, 0, ZEROMQ_ROUTER, "router", IN, &options);
        g_assert_cmpstr(zlab_put(router, "nobody|x"), ==, mandatory ? "EHOSTUNREACH" : "ok");
        zlab_connected(lab, 0, ZEROMQ_DEALER, "x", IN, &x);
        g_assert_cmpuint(zlab_fill(router, "X|#", 2), ==, 2);
        g_assert_cmpstr(zlab_put(router, "X|full"), ==, mandatory ? "EAGAIN" : "ok");
        zlab_kill(lab, "x");
        g_assert_cmpstr(zlab_put(router, "X|gone"), ==, mandatory ? "EHOSTUNREACH" : "ok");
        g_assert_cmpuint(zlab_dropped(lab, "router", IPC_DROP_UNROUTABLE), ==, mandatory ? 0 : 2);
        g_assert_cmpuint(zlab_dropped(lab, "router", IPC_DROP_HWM), ==, mandatory ? 0 : 1);
        g_assert_cmpuint(zlab_dropped(lab, "router", IPC_DROP_PEER_GONE), ==, 2);
        lab_free(lab);
    }
}

static void two_of_one_name(void)
{
    for (int handover = 0; handover < 2; handover++) {
        Lab *lab = lab_new(3, MS);
        ZeromqOptions options = zeromq_defaults, x = named("X");
        options.handover = handover;
        ZeromqSocket *router = zlab_bound(lab, 0, ZEROMQ_ROUTER, "router", TCP, &options);
        ZeromqSocket *first = zlab_connected(lab, 1, ZEROMQ_DEALER, "first", TCP, &x);
        zlab_wait(lab, 50 * MS);
        ZeromqSocket *second = zlab_connected(lab, 2, ZEROMQ_DEALER, "second", TCP, &x);
        zlab_wait(lab, 50 * MS);
        zlab_put(second, "from the second");
        zlab_wait(lab, 50 * MS);
        g_assert_cmpstr(zlab_get(router), ==, handover ? "X|from the second" : "EAGAIN");
        zlab_put(router, "X|hello");
        zlab_wait(lab, 50 * MS);
        g_assert_cmpstr(zlab_get(handover ? second : first), ==, "hello");
        g_assert_cmpstr(zlab_get(handover ? first : second), ==, "EAGAIN");
        lab_free(lab);
    }
}

static void serves(Process *self, void *argument)
{
    ZeromqSocket *rep = zeromq_open(self, ZEROMQ_REP, "server", NULL);
    IpcMessage *message;
    (void)argument;
    zeromq_bind(rep, TCP);
    for (;;) {
        g_assert_cmpint(zeromq_recv(rep, &message, 0), ==, 0);
        process_sleep(self, 3 * MS);
        g_assert_cmpint(zeromq_send(rep, message, 0), ==, 0);
    }
}

static void asks(Process *self, void *argument)
{
    ZeromqSocket *req = zeromq_open(self, ZEROMQ_REQ, process_name(self), NULL);
    IpcMessage *message;
    zeromq_connect(req, TCP);
    for (unsigned i = 0; i < 20; i++) {
        g_assert_cmpint(zeromq_send(req, ipc_message_text(process_name(self)), 0), ==, 0);
        g_assert_cmpint(zeromq_recv(req, &message, 0), ==, 0);
        g_assert_true(ipc_message_is(message, 0, process_name(self)));
        ipc_message_drop(message);
        ++*(unsigned *)argument;
    }
}

static void processes_in_lock_step(void)
{
    Lab *lab = lab_new(3, MS);
    unsigned answers = 0;
    process_spawn(lab->ipc, 1, "one", asks, &answers);
    process_spawn(lab->ipc, 2, "two", asks, &answers);
    process_spawn(lab->ipc, 0, "server", serves, NULL);
    lab_run(lab, 1000 * MS);
    g_assert_cmpuint(answers, ==, 40);
    lab_free(lab);
}

#define ROW(name, function) g_test_add_func("/zeromq/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("ZMQ-REQ-01 REQ alternates", req_alternates);
    ROW("ZMQ-REQ-02 REQ asks its peers in turn", req_takes_turns);
    ROW("ZMQ-REQ-03 REQ never discards a request", req_never_discards);
    ROW("ZMQ-REQ-04 REQ takes the reply of whom it asked", req_takes_the_reply_of_whom_it_asked);
    ROW("ZMQ-REQ-05 a crashed server is not asked again", a_crashed_server_is_not_asked_again);
    ROW("ZMQ-REQ-06 relaxed and correlated requests", relaxed_and_correlated);
    ROW("ZMQ-REQ-06 a relaxed request goes to the next peer", relaxed_goes_to_the_next_peer);
    ROW("ZMQ-REP-01 REP alternates and serves in turn", rep_serves_in_turn);
    ROW("ZMQ-REP-02 REP keeps the envelope", rep_keeps_the_envelope);
    ROW("ZMQ-REP-03 REP goes on when the requester is gone", rep_goes_on_when_the_requester_is_gone);
    ROW("ZMQ-DLR-01 DEALER deals in turn, without lock-step", dealer_deals);
    ROW("ZMQ-RTR-01 ROUTER names whom it hears and whom it answers", router_addresses);
    ROW("ZMQ-RTR-02 ROUTER without a way drops or says so", router_without_a_way);
    ROW("ZMQ-RTR-03 two peers of one name", two_of_one_name);
    ROW("processes in lock-step", processes_in_lock_step);
    return g_test_run();
}
