/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs that do anything at all while everything fails: nothing is left over, and nothing is counted twice. */
#include "ipc/amqp10.h"

#include "amqp_lab.h"

enum { PROGRAMS = 6, QUEUES = 5 };

typedef struct { Bench *bench; Process *programs[PROGRAMS]; Random random; uint64_t puts, takes, losses, routed;
                 } Storm;

static const char *const queues[QUEUES] = { "plain", "durable", "short", "dead", "urgent" };
static Storm storm;

static uint64_t below(uint64_t bound) { return random_below(&storm.random, bound); }
static bool one_in(uint64_t n) { return below(n) == 0; }
static const char *any_queue(void) { return queues[below(QUEUES)]; }

static int declare_all(AmqpChannel *channel)
{
    AmqpQueueSettings s[QUEUES] = { amqp_queue_defaults, amqp_queue_defaults, amqp_queue_defaults, amqp_queue_defaults,
                                    amqp_queue_defaults };
    s[1].durable = s[3].durable = true;
    s[1].dead_exchange = s[2].dead_exchange = "";
    s[1].dead_key = s[2].dead_key = "dead";
    s[1].message_ttl = 300 * MS;
    s[2].max_length = 5;
    s[3].max_bytes = 500;
    s[3].overflow = AMQP_REJECT_PUBLISH;
    s[4].max_priority = 3;
    int error = amqp_exchange_declare(channel, "f", &(AmqpExchange){ .kind = AMQP_FANOUT, .durable = true });
    for (int i = 0; i < QUEUES && !error; i++) error = amqp_queue_declare(channel, queues[i], &s[i], NULL);
    for (int i = 0; i < 3 && !error; i++)
        error = amqp_bind(channel, &(AmqpBinding){ .source = "f", .destination = queues[i] });
    return error;
}

static IpcMessage *any_message(void)
{
    IpcMessage *message = ipc_message_new(NULL, (uint32_t)below(300));
    message->persistent = one_in(2);
    message->ttl = one_in(3) ? (SimTime)below(200) * MS : -1;
    message->priority = (uint8_t)below(5);
    return message;
}

static int put_something(AmqpChannel *channel)
{
    bool fan = one_in(3);
    AmqpTarget to = { fan ? "f" : "", one_in(10) ? "nowhere" : any_queue(), one_in(2) };
    storm.puts++;
    return amqp_publish(channel, &to, any_message());
}

static int take_something(AmqpChannel *channel)
{
    AmqpDelivery delivery;
    int got = one_in(2) ? amqp_next(channel, &delivery, 0) : amqp_get(channel, any_queue(), one_in(3), &delivery);
    if (got < 0) return got == -IPC_EAGAIN ? 0 : got;
    if (!got) return 0;
    storm.takes++;
    uint64_t tag = delivery.tag;
    bool mine = amqp_channel_is_open(channel);
    amqp_delivery_clear(&delivery);
    if (!mine) return -IPC_EPIPE;
    switch (below(6)) {
    case 0: return amqp_reject(channel, tag, one_in(2));
    case 1: return amqp_nack(channel, tag, true, one_in(2));
    case 2: return amqp_recover(channel);
    case 3: return 0;                                   /* held */
    default: return amqp_ack(channel, tag, one_in(4));  /* of one given away already: the channel closes */
    }
}

static int do_something(AmqpChannel *channel)
{
    switch (below(20)) {
    case 0: return MIN(0, amqp_consume(channel, &(AmqpConsume){ .queue = any_queue(), .auto_ack = one_in(3) }));
    case 1: return amqp_qos(channel, (uint32_t)below(5), one_in(2));
    case 2: return amqp_cancel(channel, 1 + (uint32_t)below(3));
    case 3: return one_in(4) ? amqp_queue_delete(channel, any_queue(), one_in(2), false) : 0;
    case 4: return one_in(3) ? MIN(0, amqp_queue_purge(channel, any_queue())) : 0;
    case 5: return declare_all(channel);
    case 6: case 7: case 8: case 9: case 10: case 11: return put_something(channel);
    default: return take_something(channel);
    }
}

static AmqpConnection *try_to_dial(Bench *bench, Process *self)
{
    AmqpConnection *connection = NULL;
    AmqpSettings settings = amqp_defaults;
    settings.heartbeat = 200 * MS;
    settings.timeout = 2 * S;
    while (amqp_connect(self, broker_address(bench->broker), &settings, &connection) < 0) process_sleep(self, 50 * MS);
    return connection;
}

static void wild(Bench *bench, Process *self)
{
    for (;;) {
        AmqpConnection *connection = try_to_dial(bench, self);
        AmqpChannel *channel;
        int error = amqp_channel_open(connection, &channel);
        if (!error) error = declare_all(channel);
        unsigned mode = (unsigned)below(3);
        if (!error && mode) error = mode == 1 ? amqp_confirm(channel, NULL, NULL) : amqp_tx_select(channel);
        while (!error && !one_in(200)) {
            error = do_something(channel);
            if (!error && mode == 2 && one_in(5)) error = one_in(2) ? amqp_tx_commit(channel)
                : amqp_tx_rollback(channel);
            if (one_in(3)) process_sleep(self, (SimTime)below(8) * MS);
        }
        storm.losses += error != 0;
        if (error && one_in(2) && amqp_is_open(connection)) (void)amqp_channel_close(channel);
        amqp_close(connection);
    }
}

/* ---- by 1.0 ---- */

static int settle_something(AmqpLink *link)
{
    AmqpTransfer transfer;
    int got = amqp10_receive(link, &transfer, 0);
    if (got <= 0) return got == -IPC_EAGAIN ? 0 : got;
    storm.takes++;
    uint64_t delivery = transfer.delivery;
    bool settled = transfer.settled;
    amqp10_clear(&transfer);
    if (settled || one_in(5)) return 0;
    return one_in(5) ? amqp10_modify(link, delivery, one_in(2), one_in(2))
                     : amqp10_settle(link, delivery, (AmqpOutcome)(OUTCOME_ACCEPTED + below(3)));
}

static int use_links(Process *self, AmqpLink *in, AmqpLink *out, AmqpSession *session)
{
    int error = 0;
    while (!error && !one_in(100)) {
        switch (below(6)) {
        case 0: error = amqp10_flow(in, (uint32_t)below(4), one_in(3)); break;
        case 1: error = amqp10_window(session, 1 + (uint32_t)below(9)); break;
        case 2: case 3: error = amqp10_credit(out) ? amqp10_send(out, any_message(), NULL) : 0; break;
        default: error = settle_something(in); break;
        }
        if (one_in(3)) process_sleep(self, (SimTime)below(8) * MS);
    }
    return error;
}

static void links(Bench *bench, Process *self)
{
    static const char *const names[PROGRAMS + 1] = { "0", "1", "2", "3", "4", "5", "6" };
    AmqpLink *in = NULL, *out = NULL;
    for (;;) {
        AmqpConnection *connection = try_to_dial(bench, self);
        AmqpChannel *channel;
        AmqpSession *session;
        int error = amqp_channel_open(connection, &channel);
        if (!error) error = declare_all(channel);
        if (!error) error = amqp10_begin(connection, (uint32_t)below(5), &session);
        AmqpAttach want = { .name = process_name(self), .address = any_queue(), .settle = (AmqpSettle)below(3),
                            .resumable = one_in(2), .browses = one_in(6), .durable = one_in(2) };
        if (one_in(4)) want.address = "/exchange/f/k";
        if (!error) error = in ? amqp10_resume(in, session) : amqp10_attach(session, &want, &in);
        want.name = names[process_host(self)];          /* a crash frees nothing that a stack holds */
        want.sends = true;
        if (!error) error = out ? amqp10_resume(out, session) : amqp10_attach(session, &want, &out);
        if (!error) error = use_links(self, in, out, session);
        storm.losses += error != 0;
        if (in && one_in(2)) (void)amqp10_detach(in, one_in(2)), in = NULL;
        if (out && one_in(2)) (void)amqp10_detach(out, one_in(2)), out = NULL;
        amqp_close(connection);
    }
}

/* ---- what goes wrong ---- */

static void go_wrong(Lab *lab, void *data)
{
    NodeId host = 1 + (NodeId)below(PROGRAMS);
    Broker *broker = storm.bench->broker;
    Process *program = storm.programs[below(PROGRAMS)];
    (void)data;
    switch (below(9)) {
    case 0: broker_kill(broker); break;
    case 1: broker_stop(broker); break;
    case 2: lab_host_crash(lab, 0); break;
    case 3: lab_host_crash(lab, host); break;
    case 4: process_crash(program); break;
    case 5: lab_link(lab, 0, host, false); break;
    case 6: broker_alarm(broker, true); break;
    default: lab_drop_next(lab, 0, host, (unsigned)below(10)); break;
    }
}

static void mend(Lab *lab, void *data)
{
    (void)data;
    for (NodeId host = 0; host <= PROGRAMS; host++) {
        lab_host_restart(lab, host);
        lab_link(lab, 0, host, true);
    }
    broker_start(storm.bench->broker);
    broker_alarm(storm.bench->broker, false);
    for (int i = 0; i < PROGRAMS; i++)
        if (!process_is_up(storm.programs[i])) process_restart(storm.programs[i]);
}

static void count_routes(void *data, const IpcEvent *event)
{
    (void)data;
    storm.routed += strcmp(event->event, "amqp.route") == 0 && event->number > 0;
}

/* What was published has reached a queue, or has ended with its exchange. */
static void judge_published(Lab *lab)
{
    uint64_t published = 0, ended = 0;
    ipc_finish(lab->ipc);
    for (unsigned i = 0; i < ipc_account_count(lab->ipc); i++) {
        const Account *account = ipc_account_at(lab->ipc, i);
        published += account->published;
        if (strcmp(account->object, "rabbit") == 0 || strcmp(account->object,
                                                             "rabbit.f") == 0) ended += account->entered;
    }
    g_assert_cmpuint(published, ==, ended + storm.routed);
}

static void all_that_is_published_ends(void)
{
    storm = (Storm){ .random = random_stream(7, "storm", 0) };
    Bench *bench = storm.bench = bench_new(NULL);
    ipc_watch(bench->lab->ipc, count_routes, NULL);
    for (int i = 0; i < PROGRAMS; i++) storm.programs[i] = bench_program(bench, wild);
    for (int i = 0; i < 20; i++) {
        lab_at(bench->lab, (SimTime)(i * 500) * MS, go_wrong, NULL);
        lab_at(bench->lab, (SimTime)(i * 500 + 200) * MS, mend, NULL);
    }
    lab_run(bench->lab, 10 * S + 3 * MS);
    judge_published(bench->lab);
    g_assert_cmpuint(storm.routed, >, 1000);
    ipc_free(bench->lab->ipc);
    bench->lab->ipc = ipc_new(&(Fabric){ .user = bench->lab, .now = &bench->lab->now });
    bench_free(bench, 0);
}

static void storms(void)
{
    uint64_t seeds = g_test_slow() ? 200 : 12;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        BrokerSettings settings = broker_defaults;
        storm = (Storm){ .random = random_stream(seed, "storm", 0), .puts = storm.puts, .takes = storm.takes,
                         .losses = storm.losses };
        settings.store_latency = (SimTime)below(3) * 5 * MS;
        settings.ack_timeout = one_in(2) ? 500 * MS : 0;
        Bench *bench = storm.bench = bench_new(&settings);
        ipc_watch(bench->lab->ipc, NULL, NULL);
        for (int i = 0; i < PROGRAMS; i++) storm.programs[i] = bench_program(bench, i < 4 ? wild : links);
        for (int i = 0; i < 20; i++) {
            SimTime at = (SimTime)(i * 500 + (int)below(200)) * MS;
            lab_at(bench->lab, at, go_wrong, NULL);
            lab_at(bench->lab, at + (SimTime)below(290) * MS, mend, NULL);
        }
        lab_run(bench->lab, 10 * S + (SimTime)below(1000) * MS);
        bench_free(bench, 0);
    }
    g_test_message("%d puts, %d takes, %d losses of a connection or channel", (int)storm.puts, (int)storm.takes,
                   (int)storm.losses);
    g_assert_cmpuint(storm.puts, >, 1000 * seeds);
    g_assert_cmpuint(storm.takes, >, 200 * seeds);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("COM-04 the books balance after a storm", storms);
    ROW("COM-04 all that is published ends", all_that_is_published_ends);
    return g_test_run();
}
