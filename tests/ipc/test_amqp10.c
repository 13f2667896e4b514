/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/amqp10.h"

#include "amqp_lab.h"

static AmqpSession *begin(AmqpConnection *connection, uint32_t window)
{
    AmqpSession *session = NULL;
    g_assert_cmpint(amqp10_begin(connection, window, &session), ==, 0);
    return session;
}

static AmqpLink *attach(AmqpSession *session, AmqpAttach settings)
{
    AmqpLink *link = NULL;
    if (!settings.name) settings.name = "link";
    g_assert_cmpint(amqp10_attach(session, &settings, &link), ==, 0);
    return link;
}

static AmqpLink *receiver(AmqpSession *session, const char *queue)
{
    return attach(session, (AmqpAttach){ .address = queue, .settle = SETTLE_FIRST });
}

/* What has come, as "0 1* ", a star where somebody may have had it; the number of the last one. */
static uint64_t come_are(AmqpLink *link, const char *expected)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AmqpTransfer transfer;
    uint64_t last = 0;
    while (amqp10_receive(link, &transfer, 0) == 1) {
        const Frame *frame = &transfer.message->frames[0];
        last = transfer.delivery;
        g_string_append_printf(log, "%.*s%s ", (int)frame->size, (const char *)frame->data, transfer.first_acquirer
                               ? "" : "*");
        amqp10_clear(&transfer);
    }
    g_strchomp(log->str);
    g_assert_cmpstr(log->str, ==, expected);
    return last;
}

static void link_credit(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 9);
    AmqpLink *link = receiver(begin(connection, 0), "q");
    sync_up(self);
    come_are(link, "");                                 /* no credit, no message */
    amqp10_flow(link, 3, false);
    sync_up(self);
    come_are(link, "0 1 2");
    g_assert_cmpuint(amqp10_credit(link), ==, 0);
    amqp10_flow(link, 2, false);
    sync_up(self);
    come_are(link, "3 4");
    AmqpLink *none = NULL;
    g_assert_cmpint(amqp10_attach(begin(connection, 0), &(AmqpAttach){ .name = "n", .address = "nowhere" }, &none),
                    ==, -IPC_ENOENT);
}

static void drain(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 1);
    AmqpLink *link = receiver(begin(connection, 0), "q");
    SimTime before = process_now(self);
    AmqpTransfer transfer;
    amqp10_flow(link, 5, true);
    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(amqp10_receive(link, &transfer, -1), ==, 1);
        amqp10_clear(&transfer);
    }
    g_assert_cmpint(amqp10_receive(link, &transfer, -1), ==, 0);        /* empty, and said so */
    g_assert_cmpint(process_now(self) - before, ==, 2 * MS);
    g_assert_cmpuint(amqp10_credit(link), ==, 0);
    publish_numbers(channel, "q", 2, 2);
    sync_up(self);
    come_are(link, "");
}

/* ---- settlement ---- */

static AmqpConnection *dial_with_heartbeat(Bench *bench, Process *self)
{
    AmqpSettings settings = amqp_defaults;
    AmqpConnection *connection = NULL;
    settings.heartbeat = 200 * MS;
    g_assert_cmpint(amqp_connect(self, broker_address(bench->broker), &settings, &connection), ==, 0);
    return connection;
}

/* The link is cut for a second: both ends give the connection up. */
static AmqpSession *lose_and_dial_again(Bench *bench, Process *self, AmqpConnection *connection)
{
    lab_link(bench->lab, 0, 1, false);
    process_sleep(self, 1 * S);
    g_assert_false(amqp_is_open(connection));
    g_assert_cmpuint(broker_connections(bench->broker), ==, 0);
    lab_link(bench->lab, 0, 1, true);
    lab_drop_next(bench->lab, 0, 1, 0);
    amqp_close(connection);
    return begin(dial_with_heartbeat(bench, self), 0);
}

/* One message taken, and its outcome told `cut` (-1: before, 1: after the cut that loses what the broker
 * answers); how often the application has got it after the resumption, and what is left. */
static void taken_by(Bench *bench, Process *self, AmqpSettle settle, int cut, const char *expected)
{
    AmqpConnection *connection = dial_with_heartbeat(bench, self);
    AmqpChannel *channel = channel_on(connection);
    g_autofree char *queue = g_strdup_printf("q%d%d", settle, cut);
    AmqpTransfer transfer;
    declare(channel, queue);
    AmqpLink *link = attach(begin(connection, 0), (AmqpAttach){ .address = queue, .settle = settle,
                                                                .resumable = true });
    publish_text(channel, "", queue, "m");
    amqp10_flow(link, 1, false);
    if (settle == SETTLE_SENDER) {                      /* its transfer is under way when the link goes */
        lab_drop_next(bench->lab, 0, 1, 1000);
        process_sleep(self, 2 * MS);
    } else {
        sync_up(self);
    }
    g_autoptr(GString) got = g_string_new(NULL);
    uint64_t delivery = 0;
    while (amqp10_receive(link, &transfer, 0) == 1) {
        g_string_append_c(got, 'm');
        delivery = transfer.delivery;
        amqp10_clear(&transfer);
    }
    if (delivery && settle != SETTLE_SENDER) {
        if (cut < 0) lab_link(bench->lab, 0, 1, false);         /* the broker never hears of it */
        amqp10_settle(link, delivery, OUTCOME_ACCEPTED);
        process_sleep(self, 3 * MS / 2);
    }
    AmqpSession *session = lose_and_dial_again(bench, self, connection);
    g_assert_cmpint(amqp10_resume(link, session), ==, 0);
    amqp10_flow(link, 1, false);
    sync_up(self);
    while (amqp10_receive(link, &transfer, 0) == 1) {
        g_string_append_c(got, 'm');
        if (!transfer.settled) amqp10_settle(link, transfer.delivery, OUTCOME_ACCEPTED);
        amqp10_clear(&transfer);
    }
    sync_up(self);
    g_assert_cmpstr(got->str, ==, expected);
    g_assert_cmpuint(amqp10_unsettled(link), ==, 0);
    holds(bench, queue, 0, 0);
    amqp10_detach(link, true);
}

static void settles_taking(Bench *bench, Process *self)
{
    taken_by(bench, self, SETTLE_FIRST, 1, "m");
    taken_by(bench, self, SETTLE_FIRST, -1, "mm");      /* duplicated */
    taken_by(bench, self, SETTLE_SECOND, 1, "m");       /* neither */
    taken_by(bench, self, SETTLE_SECOND, -1, "m");
    taken_by(bench, self, SETTLE_SENDER, -1, "");       /* lost */
}

/* One message given; `cut`: before it arrives (-1), or before its outcome does (1). */
static void given_by(Bench *bench, Process *self, AmqpSettle settle, int cut, int expected)
{
    AmqpConnection *connection = dial_with_heartbeat(bench, self);
    AmqpChannel *channel = channel_on(connection);
    g_autofree char *queue = g_strdup_printf("g%d%d", settle, cut);
    declare(channel, queue);
    AmqpLink *link = attach(begin(connection, 0), (AmqpAttach){ .address = queue, .settle = settle, .resumable = true,
                                                                .sends = true });
    sync_up(self);
    g_assert_cmpuint(amqp10_credit(link), ==, 100);
    uint64_t delivery = 0;
    if (cut < 0) lab_link(bench->lab, 0, 1, false);
    g_assert_cmpint(amqp10_send(link, ipc_message_text("m"), &delivery), ==, 0);
    process_sleep(self, MS / 2);
    lab_drop_next(bench->lab, 0, 1, 1000);
    process_sleep(self, MS);
    AmqpSession *session = lose_and_dial_again(bench, self, connection);
    g_assert_cmpint(amqp10_resume(link, session), ==, 0);
    AmqpOutcome outcome = OUTCOME_ACCEPTED;
    if (settle != SETTLE_SENDER) g_assert_cmpint(amqp10_outcome(link, delivery, &outcome), ==, 0);
    g_assert_cmpint(outcome, ==, OUTCOME_ACCEPTED);
    sync_up(self);
    holds(bench, queue, expected, 0);
    g_assert_cmpuint(amqp10_unsettled(link), ==, 0);
    amqp10_detach(link, true);
}

static void settles_giving(Bench *bench, Process *self)
{
    given_by(bench, self, SETTLE_SENDER, -1, 0);        /* lost */
    given_by(bench, self, SETTLE_SENDER, 1, 1);
    given_by(bench, self, SETTLE_FIRST, -1, 1);
    given_by(bench, self, SETTLE_FIRST, 1, 2);          /* duplicated */
    given_by(bench, self, SETTLE_SECOND, -1, 1);        /* neither */
    given_by(bench, self, SETTLE_SECOND, 1, 1);
}

/* ---- outcomes ---- */

static void outcomes(Bench *bench, Process *self)
{
    static const struct { AmqpOutcome outcome; int depth; uint32_t count; } rows[] = {
        { OUTCOME_ACCEPTED, 0, 0 }, { OUTCOME_REJECTED, 0, 0 }, { OUTCOME_RELEASED, 1, 0 }, { OUTCOME_MODIFIED, 1, 1 },
    };
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpSession *session = begin(connection, 0);
    declare(channel, "q");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AmqpTransfer transfer;
        AmqpLink *link = receiver(session, "q");
        publish_text(channel, "", "q", "m");
        amqp10_flow(link, 1, false);
        g_assert_cmpint(amqp10_receive(link, &transfer, -1), ==, 1);
        g_assert_true(transfer.first_acquirer);
        g_assert_cmpuint(transfer.count, ==, 0);
        if (rows[i].outcome == OUTCOME_MODIFIED) amqp10_modify(link, transfer.delivery, true, false);
        else amqp10_settle(link, transfer.delivery, rows[i].outcome);
        amqp10_clear(&transfer);
        sync_up(self);
        holds(bench, "q", rows[i].depth, 0);
        if (rows[i].depth) {
            amqp10_flow(link, 1, false);
            g_assert_cmpint(amqp10_receive(link, &transfer, -1), ==, 1);
            g_assert_false(transfer.first_acquirer);
            g_assert_cmpuint(transfer.count, ==, rows[i].count);
            amqp10_settle(link, transfer.delivery, OUTCOME_ACCEPTED);
            amqp10_clear(&transfer);
        }
        amqp10_detach(link, true);
    }
    AmqpLink *here = receiver(session, "q"), *there = attach(session, (AmqpAttach){ .name = "b", .address = "q",
        .settle = SETTLE_FIRST });
    publish_text(channel, "", "q", "m"), publish_text(channel, "", "q", "n");
    amqp10_flow(here, 1, false);
    sync_up(self);
    amqp10_modify(here, come_are(here, "m"), false, true);
    amqp10_flow(here, 2, false);
    sync_up(self);
    come_are(here, "n");                                /* not the one it cannot take */
    amqp10_flow(there, 1, false);
    sync_up(self);
    come_are(there, "m*");
}

static void states(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpSession *session = begin(connection, 0);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 2);
    AmqpLink *browser = attach(session, (AmqpAttach){ .address = "q", .browses = true }),
        *consumer = receiver(session, "q");
    amqp10_flow(browser, 10, false);
    sync_up(self);
    holds(bench, "q", 3, 0);
    come_are(browser, "0 1 2");
    amqp10_flow(consumer, 3, false);
    sync_up(self);
    holds(bench, "q", 0, 3);                            /* acquired */
    AmqpTransfer transfer;
    while (amqp10_receive(consumer, &transfer, 0) == 1) {
        amqp10_settle(consumer, transfer.delivery, OUTCOME_ACCEPTED);
        amqp10_clear(&transfer);
    }
    publish_numbers(channel, "q", 3, 3);
    sync_up(self);
    holds(bench, "q", 1, 0);
    come_are(browser, "3");                             /* once each */
}

static void loss(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpSession *session = begin(connection, 0);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 2);
    AmqpLink *link = receiver(session, "q");
    amqp10_flow(link, 2, false);
    sync_up(self);
    come_are(link, "0 1");
    amqp10_detach(link, true);                          /* the link alone */
    holds(bench, "q", 3, 0);
    link = receiver(session, "q");
    amqp10_flow(link, 2, false);
    sync_up(self);
    come_are(link, "0* 1*");
    amqp_close(connection);
    sync_up(self);
    holds(bench, "q", 3, 0);
    g_assert_false(amqp10_is_attached(link));
    link = receiver(begin(dial(bench, self), 0), "q");
    amqp10_flow(link, 3, false);
    sync_up(self);
    come_are(link, "0* 1* 2");
}

static void released(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpQueueSettings full = amqp_queue_defaults;
    AmqpOutcome outcome = OUTCOME_NONE;
    uint64_t delivery;
    full.max_length = 0;
    full.overflow = AMQP_REJECT_PUBLISH;
    declare_exchange(channel, "x", AMQP_DIRECT);
    g_assert_cmpint(amqp_queue_declare(channel, "full", &full, NULL), ==, 0);
    AmqpLink *link = attach(begin(connection, 0), (AmqpAttach){ .address = "/exchange/x/nowhere", .sends = true,
                                                                .settle = SETTLE_FIRST });
    g_assert_cmpint(amqp10_send(link, ipc_message_text("m"), &delivery), ==, 0);
    g_assert_cmpint(amqp10_outcome(link, delivery, &outcome), ==, 0);
    g_assert_cmpint(outcome, ==, OUTCOME_RELEASED);
    link = attach(begin(connection, 0), (AmqpAttach){ .name = "f", .address = "full", .sends = true,
                                                      .settle = SETTLE_FIRST });
    g_assert_cmpint(amqp10_send(link, ipc_message_text("m"), &delivery), ==, 0);
    g_assert_cmpint(amqp10_outcome(link, delivery, &outcome), ==, 0);
    g_assert_cmpint(outcome, ==, OUTCOME_REJECTED);
}

static void window(Bench *bench, Process *self)
{
    AmqpConnection *connection = dial(bench, self);
    AmqpChannel *channel = channel_on(connection);
    AmqpSession *session = begin(connection, 2);
    declare(channel, "q");
    publish_numbers(channel, "q", 0, 9);
    AmqpLink *link = receiver(session, "q");
    amqp10_flow(link, 10, false);
    sync_up(self);
    come_are(link, "0 1");
    amqp10_window(session, 3);
    sync_up(self);
    come_are(link, "2 3 4");
    g_assert_cmpuint(amqp10_credit(link), ==, 5);
}

static void subscriptions(Bench *bench, Process *self)
{
    for (int durable = 0; durable < 2; durable++) {
        AmqpConnection *connection = dial(bench, self);
        AmqpChannel *channel = channel_on(connection);
        AmqpSession *session = begin(connection, 0);
        AmqpAttach settings = { .name = durable ? "d" : "t", .address = "/exchange/news/", .settle = SETTLE_FIRST,
                                .durable = durable };
        declare_exchange(channel, "news", AMQP_FANOUT);
        AmqpLink *link = attach(session, settings);
        amqp10_flow(link, 10, false);
        publish_text(channel, "news", "", "0");
        process_sleep(self, 100 * MS);
        come_are(link, "0");
        amqp10_detach(link, false);
        publish_text(channel, "news", "", "1");
        process_sleep(self, 100 * MS);
        link = attach(session, settings);
        amqp10_flow(link, 10, false);
        publish_text(channel, "news", "", "2");
        sync_up(self);
        come_are(link, durable ? "0* 1 2" : "2");       /* 0 was not settled */
        g_assert_true(exists(bench, durable ? "sub.d" : "sub.t"));
        amqp10_detach(link, true);
        g_assert_false(exists(bench, durable ? "sub.d" : "sub.t"));
    }
}

static void row_01(void) { bench_play(NULL, link_credit); }
static void row_02(void) { bench_play(NULL, drain); }
static void row_03_taking(void) { bench_play(NULL, settles_taking); }
static void row_03_giving(void) { bench_play(NULL, settles_giving); }
static void row_04(void) { bench_play(NULL, outcomes); }
static void row_06(void) { bench_play(NULL, states); }
static void row_07(void) { bench_play(NULL, loss); }
static void row_08(void) { bench_play(NULL, released); }
static void row_09(void) { bench_play(NULL, window); }
static void row_10(void) { bench_play(NULL, subscriptions); }

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("AMQP10-01 the receiver grants credit", row_01);
    ROW("AMQP10-02 drain says that a queue is empty", row_02);
    ROW("AMQP10-03 settlement on the way to a receiver", row_03_taking);
    ROW("AMQP10-03 settlement on the way from a sender", row_03_giving);
    ROW("AMQP10-04 AMQP10-05 outcomes, counts and first acquirer", row_04);
    ROW("AMQP10-06 browsing copies, consuming moves", row_06);
    ROW("AMQP10-07 a lost link makes unsettled deliveries available", row_07);
    ROW("AMQP10-08 an unroutable transfer is released", row_08);
    ROW("AMQP10-09 the session's window", row_09);
    ROW("AMQP10-10 durable and other subscriptions", row_10);
    return g_test_run();
}
