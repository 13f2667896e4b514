/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPC.md 5: the queue primitive. */
#include "ipc/queue.h"
#include "lab.h"

#define MS (1000 * 1000LL)
#define S (1000 * MS)

/* The store is on host 0; host 0 or 1 is where who uses it runs: near at no cost, far 1 ms away. */
typedef struct {
    Lab *lab;
    QueueStore *store;
    Queue *queue;
    GString *log;
    NodeId host;
    int flags;
    SimTime at, until;
    unsigned count;
    bool persistent, commits;
} Bench;

static Bench *bench_new(NodeId host, const QueueSettings *settings)
{
    Bench *bench = g_new0(Bench, 1);
    bench->lab = lab_new(3, MS);
    bench->store = queue_store_new(bench->lab->ipc, (Address){ 0, 1400 }, NULL);
    bench->queue = queue_new(bench->store, "q", settings);
    bench->log = g_string_new(NULL);
    bench->host = host;
    bench->until = -1;
    return bench;
}

static void bench_free(Bench *bench)
{
    lab_free(bench->lab);
    g_string_free(bench->log, TRUE);
    g_free(bench);
}

static const Account *books(const Bench *bench) { return ipc_account(bench->lab->ipc, "queue", "q"); }

static IpcMessage *numbered(unsigned number, bool persistent)
{
    g_autofree char *text = g_strdup_printf("%u", number);
    IpcMessage *message = ipc_message_text(text);
    message->id = number;
    message->persistent = persistent;
    return message;
}

static void note(Bench *bench, Process *self, const QueueTaken *taken)
{
    g_string_append_printf(bench->log, "%s:%" G_GUINT64_FORMAT, process_name(self), taken->message->id);
    if (taken->backouts) g_string_append_printf(bench->log, "(%u)", taken->backouts);
    g_string_append_printf(bench->log, "@%d ", (int)(process_now(self) / MS));
    ipc_message_drop(taken->message);
}

static QueueHandle *open_q(Process *self, Bench *bench)
{
    QueueHandle *handle = NULL;
    g_assert_cmpint(queue_open(self, bench->store, "q", NULL, &handle), ==, 0);
    return handle;
}

/* Puts 1 .. count at `at`, and ends. */
static void puts_some(Process *self, void *argument)
{
    Bench *bench = argument;
    process_sleep(self, bench->at);
    QueueHandle *handle = open_q(self, bench);
    for (unsigned i = 1; i <= bench->count; i++)
        g_assert_cmpint(queue_put(handle, numbered(i, bench->persistent), 0), ==, 0);
}

/* Gets until its limit. */
static void gets_all(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    QueueTaken taken;
    int error;
    while (!(error = queue_get(handle, &taken, bench->until, bench->flags))) {
        note(bench, self, &taken);
        if (bench->commits) g_assert_cmpint(queue_commit(self), ==, 0);
    }
    g_string_append_printf(bench->log, "%s:%s@%d ", process_name(self), ipc_error_name(error),
                           (int)(process_now(self) / MS));
}

static void gets_one(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    QueueTaken taken;
    g_assert_cmpint(queue_get(handle, &taken, -1, bench->flags), ==, 0);
    note(bench, self, &taken);
    process_sleep(self, 1000 * S);
}

static void spawn(Bench *bench, const char *name, ProcessBody body)
{
    (void)process_spawn(bench->lab->ipc, bench->host, name, body, bench);
}

static void wait_ms(Bench *bench, int64_t ms) { lab_run(bench->lab, bench->lab->now + ms * MS); }

static void kill_p(Bench *bench, const char *name)
{
    process_crash(process_find(bench->lab->ipc, name));
    ipc_settle(bench->lab->ipc);
}

static void puts_from(Bench *bench, unsigned count, bool persistent)
{
    g_autofree char *name = g_strdup_printf("p%u", bench->lab->told->len);
    bench->count = count;
    bench->persistent = persistent;
    spawn(bench, name, puts_some);
    wait_ms(bench, 20);
}

static void sender_and_receiver_need_not_meet(void)
{
    for (NodeId host = 0; host < 2; host++) {           /* the sender is gone, then the receiver comes */
        Bench *bench = bench_new(host, NULL);
        puts_from(bench, 1, false);
        g_assert_false(process_is_up(process_find(bench->lab->ipc, "p0")));
        wait_ms(bench, 80);
        bench->until = 200 * MS;
        spawn(bench, "r", gets_all);
        wait_ms(bench, 200);
        g_assert_cmpstr(bench->log->str, ==, host ? "r:1@106 r:EAGAIN@202 " : "r:1@100 r:EAGAIN@200 ");
        bench_free(bench);
    }
    static const struct { bool sender_stays, receiver_waits; } rows[] = { { false, false }, { false, true },
                                                                          { true, false }, { true, true } };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        Bench *bench = bench_new(0, NULL);
        bench->until = 500 * MS;
        if (rows[i].receiver_waits) spawn(bench, "r", gets_all);
        bench->count = 1;
        spawn(bench, "p", puts_some);
        wait_ms(bench, 1);
        if (!rows[i].sender_stays) kill_p(bench, "p");
        if (!rows[i].receiver_waits) spawn(bench, "r", gets_all);
        wait_ms(bench, 1000);
        g_assert_true(g_str_has_prefix(bench->log->str, "r:1@"));
        bench_free(bench);
    }
}

static void get_waits_and_takes_the_oldest(void)
{
    for (NodeId host = 0; host < 2; host++) {
        Bench *bench = bench_new(host, NULL);
        bench->until = 90 * MS;
        spawn(bench, "r", gets_all);
        bench->at = 50 * MS;
        puts_from(bench, 3, false);
        wait_ms(bench, 200);
        /* far: handshake and opening 2 round trips, a put 1; the message half of one later */
        static const char *const logs[] = { "r:1@50 r:2@50 r:3@50 r:EAGAIN@90 ", "r:1@56 r:2@58 r:3@60 r:EAGAIN@92 " };
        g_assert_cmpstr(bench->log->str, ==, logs[host]);
        bench_free(bench);
    }
}

static void puts_urgent(Process *self, void *argument)
{
    static const uint8_t urgent[] = { 0, 7, 3, 7, 255, 0 };
    QueueHandle *handle = open_q(self, argument);
    for (unsigned i = 0; i < G_N_ELEMENTS(urgent); i++) {
        IpcMessage *message = numbered(i + 1, false);
        message->priority = urgent[i];
        g_assert_cmpint(queue_put(handle, message, 0), ==, 0);
    }
}

static void the_most_urgent_goes_first(void)
{
    static const struct { bool by_priority; const char *order; } rows[] = {
        { true, "r:5@0 r:2@0 r:4@0 r:3@0 r:1@0 r:6@0 " }, { false, "r:1@0 r:2@0 r:3@0 r:4@0 r:5@0 r:6@0 " },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        QueueSettings settings = { .by_priority = rows[i].by_priority };
        Bench *bench = bench_new(0, &settings);
        spawn(bench, "p", puts_urgent);
        spawn(bench, "r", gets_all);
        wait_ms(bench, 1);
        g_assert_cmpstr(bench->log->str, ==, rows[i].order);
        bench_free(bench);
    }
}

static void polls(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    QueueTaken taken;
    SimTime began = process_now(self), round = bench->host ? 2 * MS : 0;
    g_assert_cmpint(queue_poll(handle, &taken, 0), ==, -IPC_EAGAIN);
    g_assert_cmpint(process_now(self), ==, began + round);
    g_assert_cmpint(queue_put(handle, numbered(1, false), 0), ==, 0);
    g_assert_cmpint(queue_poll(handle, &taken, 0), ==, 0);
    note(bench, self, &taken);
    g_assert_cmpint(queue_poll(handle, &taken, 0), ==, -IPC_EAGAIN);
    g_assert_cmpstr(queue_reason(-IPC_EAGAIN), ==, "MQRC_NO_MSG_AVAILABLE");
}

static void poll_never_waits(void)
{
    for (NodeId host = 0; host < 2; host++) {
        Bench *bench = bench_new(host, NULL);
        spawn(bench, "p", polls);
        wait_ms(bench, 100);
        g_assert_cmpstr(bench->log->str, ==, host ? "p:1@10 " : "p:1@0 ");
        bench_free(bench);
    }
}

/* ---- notify ---- */

typedef struct { Bench *bench; QueueHandle *handle; unsigned calls, depth; bool puts_more; char letter; } Hearer;

static void heard(QueueHandle *handle, void *argument)
{
    Hearer *hearer = argument;
    QueueTaken taken;
    g_assert_cmpuint(hearer->depth, ==, 0);             /* not nested */
    hearer->depth++;
    hearer->calls++;
    if (hearer->puts_more && hearer->calls < 3)
        g_assert_cmpint(queue_put(handle, numbered(hearer->calls + 1, false), 0), ==, 0);
    int error = queue_poll(handle, &taken, 0);
    if (!error) {
        g_string_append_printf(hearer->bench->log, "%c%" G_GUINT64_FORMAT " ", hearer->letter, taken.message->id);
        ipc_message_drop(taken.message);
    } else {
        g_string_append_printf(hearer->bench->log, "%c%s ", hearer->letter, ipc_error_name(error));
    }
    if (!queue_counts(hearer->bench->queue).depth) g_assert_cmpint(queue_get(handle, &taken, -1, 0), ==, -IPC_EDEADLK);
    hearer->depth--;
}

static void listens(Process *self, void *argument)
{
    Hearer *hearer = argument;
    hearer->handle = open_q(self, hearer->bench);
    g_assert_cmpint(queue_notify(hearer->handle, heard, hearer), ==, 0);
    process_sleep(self, hearer->bench->at);
    g_assert_cmpint(queue_notify(hearer->handle, NULL, NULL), ==, 0);
    process_sleep(self, 1000 * S);
}

static void a_handler_is_called_for_each_put(void)
{
    for (NodeId host = 0; host < 2; host++) {
        Bench *bench = bench_new(host, NULL);
        Hearer hearer = { .bench = bench, .letter = 'h' };
        bench->at = 100 * MS;
        (void)process_spawn(bench->lab->ipc, host, "h", listens, &hearer);
        wait_ms(bench, 10);
        bench->at = 0;
        bench->count = 1;
        for (unsigned i = 0; i < 3; i++) puts_from(bench, 1, false);
        /* a far handler cannot ask the store without waiting, which it must not */
        g_assert_cmpstr(bench->log->str, ==, host ? "hEDEADLK hEDEADLK hEDEADLK " : "h1 h1 h1 ");
        wait_ms(bench, 100);
        puts_from(bench, 1, false);
        g_assert_cmpuint(hearer.calls, ==, 3);          /* removed */
        g_assert_cmpuint(queue_counts(bench->queue).depth, ==, host ? 4 : 1);
        bench_free(bench);
    }
}

static void a_handler_that_puts_is_called_again_not_within(void)
{
    Bench *bench = bench_new(0, NULL);
    Hearer hearer = { .bench = bench, .letter = 'h', .puts_more = true };
    bench->at = 1000 * MS;
    (void)process_spawn(bench->lab->ipc, 0, "h", listens, &hearer);
    wait_ms(bench, 1);
    bench->at = 0;
    puts_from(bench, 1, false);
    g_assert_cmpstr(bench->log->str, ==, "h1 h2 h3 ");
    bench_free(bench);
}

static void installs_twice(Process *self, void *argument)
{
    Hearer *hearers = argument;
    QueueHandle *handle = open_q(self, hearers->bench);
    g_assert_cmpint(queue_notify(handle, heard, &hearers[0]), ==, 0);
    g_assert_cmpint(queue_notify(handle, heard, &hearers[1]), ==, 0);
    process_sleep(self, 1000 * S);
}

static void a_second_handler_replaces_the_first(void)
{
    Bench *bench = bench_new(0, NULL);
    Hearer hearers[2] = { { .bench = bench, .letter = 'a' }, { .bench = bench, .letter = 'b' } };
    (void)process_spawn(bench->lab->ipc, 0, "h", installs_twice, hearers);
    wait_ms(bench, 1);
    puts_from(bench, 2, false);
    g_assert_cmpstr(bench->log->str, ==, "b1 b2 ");
    bench_free(bench);
}

static void a_handler_hears_of_what_is_there(void)
{
    for (unsigned quiet = 0; quiet < 2; quiet++) {
        QueueSettings settings = { .quiet = quiet };
        Bench *bench = bench_new(0, &settings);
        Hearer hearer = { .bench = bench, .letter = 'h' };
        puts_from(bench, 3, false);
        bench->at = 100 * MS;
        (void)process_spawn(bench->lab->ipc, 0, "h", listens, &hearer);
        wait_ms(bench, 1);
        g_assert_cmpstr(bench->log->str, ==, quiet ? "" : "h1 h2 h3 ");
        bench_free(bench);
    }
}

/* ---- promises ---- */

static void put_promises_the_queue_not_the_reader(void)
{
    Bench *bench = bench_new(1, NULL);
    puts_from(bench, 5, false);
    wait_ms(bench, 3600 * 1000);
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 5);
    ipc_finish(bench->lab->ipc);
    g_assert_cmpuint(books(bench)->queued, ==, 5);
    g_assert_cmpuint(books(bench)->delivered, ==, 0);
    bench_free(bench);
}

static void getters_are_served_as_they_came(void)
{
    for (NodeId host = 0; host < 2; host++) {
        Bench *bench = bench_new(host, NULL);
        spawn(bench, "g1", gets_one);
        wait_ms(bench, 10);
        spawn(bench, "g2", gets_one);
        wait_ms(bench, 10);
        puts_from(bench, 2, false);
        wait_ms(bench, 20);
        g_assert_cmpstr(bench->log->str, ==, host ? "g1:1@26 g2:2@28 " : "g1:1@20 g2:2@20 ");
        g_assert_cmpuint(books(bench)->delivered, ==, 2);
        bench_free(bench);
    }
}

static void who_died_waiting_gets_nothing(void)
{
    for (NodeId host = 0; host < 2; host++) {
        Bench *bench = bench_new(host, NULL);
        spawn(bench, "dead", gets_one);
        wait_ms(bench, 10);
        kill_p(bench, "dead");
        wait_ms(bench, 10);
        puts_from(bench, 1, false);
        g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 1);
        spawn(bench, "alive", gets_one);
        wait_ms(bench, 10);
        g_assert_true(g_str_has_prefix(bench->log->str, "alive:1@"));
        bench_free(bench);
    }
}

typedef struct { Bench *bench; bool done; } Killer;

/* It puts, and what waits is ready; before that goes on it is dead. */
static void puts_and_kills(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    g_assert_cmpint(queue_put(handle, numbered(1, false), 0), ==, 0);
    process_crash(process_find(bench->lab->ipc, "dead"));
}

static void what_was_handed_to_the_dead_stays(void)
{
    for (int flags = 0; flags < 2; flags++) {
        Bench *bench = bench_new(0, NULL);
        bench->flags = flags;
        spawn(bench, "dead", gets_one);
        wait_ms(bench, 1);
        spawn(bench, "k", puts_and_kills);
        wait_ms(bench, 1);
        g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 1);
        g_assert_cmpuint(queue_counts(bench->queue).uncommitted, ==, 0);
        g_assert_cmpuint(queue_counts(bench->queue).backouts, ==, flags);
        bench_free(bench);
    }
}

/* ---- crashes ---- */

static void cut_short(Bench *bench, const char *what)
{
    if (strcmp(what, "sender") == 0) {
        /* it has ended: as good as crashed for the queue */
    } else if (strcmp(what, "receiver") == 0) {
        spawn(bench, "r", gets_one);
        kill_p(bench, "r");
    } else if (strcmp(what, "store") == 0) {
        queue_store_stop(bench->store);
        wait_ms(bench, 10);
        queue_store_start(bench->store);
    } else {
        lab_host_crash(bench->lab, 0);
        wait_ms(bench, 10);
        lab_host_restart(bench->lab, 0);
    }
    wait_ms(bench, 10);
}

static void persistent_survives_everything(void)
{
    static const struct { const char *what; unsigned persistent, transient; } rows[] = {
        { "sender", 3, 3 }, { "receiver", 3, 3 }, { "store", 3, 0 }, { "host", 3, 0 },
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (unsigned persistent = 0; persistent < 2; persistent++) {
            Bench *bench = bench_new(1, NULL);
            puts_from(bench, 3, persistent);
            cut_short(bench, rows[i].what);
            unsigned left = persistent ? rows[i].persistent : rows[i].transient;
            g_assert_cmpuint(queue_counts(bench->queue).depth, ==, left);
            g_assert_cmpuint(books(bench)->dropped[IPC_DROP_NONPERSISTENT_RESTART], ==, 3 - left);
            bench_free(bench);
        }
    }
}

static void a_queue_can_make_all_persistent(void)
{
    QueueSettings settings = { .persistent = true };
    Bench *bench = bench_new(0, &settings);
    puts_from(bench, 3, false);
    cut_short(bench, "host");
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 3);
    bench_free(bench);
}

static void keeps_all_when_stopped_in_order(void)
{
    Bench *bench = bench_new(0, NULL);
    QueueStoreSettings settings = queue_store_defaults;
    settings.keeps_all = true;
    bench->store = queue_store_new(bench->lab->ipc, (Address){ 0, 1500 }, &settings);
    bench->queue = queue_new(bench->store, "q", NULL);
    puts_from(bench, 3, false);
    cut_short(bench, "store");
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 3);
    cut_short(bench, "host");
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 0);
    bench_free(bench);
}

static void puts_one_and_notes(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    SimTime began = process_now(self);
    int error = queue_put(handle, numbered(1, true), 0);
    g_string_append_printf(bench->log, "%s+%d ", ipc_error_name(error), (int)((process_now(self) - began) / MS));
}

static void a_persistent_put_waits_for_the_disk(void)
{
    for (NodeId host = 0; host < 2; host++) {
        QueueSettings settings = { .store_latency = 50 * MS };
        Bench *bench = bench_new(host, &settings);
        spawn(bench, "p", puts_one_and_notes);
        wait_ms(bench, 40);
        g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 0);
        wait_ms(bench, 100);
        g_assert_cmpstr(bench->log->str, ==, host ? "OK+52 " : "OK+50 ");
        bench_free(bench);

        bench = bench_new(host, &settings);             /* it goes down meanwhile: nothing was promised */
        spawn(bench, "p", puts_one_and_notes);
        wait_ms(bench, 40);
        queue_store_stop(bench->store);
        ipc_settle(bench->lab->ipc);
        wait_ms(bench, 100);
        queue_store_start(bench->store);
        g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 0);
        g_assert_true(g_str_has_prefix(bench->log->str, "ECONNRESET"));
        bench_free(bench);
    }
}

/* ---- units of work ---- */

static void a_get_without_a_unit_is_final(void)
{
    for (NodeId host = 0; host < 2; host++) {
        for (int flags = 0; flags < 2; flags++) {
            Bench *bench = bench_new(host, NULL);
            puts_from(bench, 1, true);
            bench->flags = flags;
            spawn(bench, "r", gets_one);
            wait_ms(bench, 20);
            g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 0);      /* others do not see it */
            kill_p(bench, "r");
            wait_ms(bench, 20);
            g_assert_cmpuint(queue_counts(bench->queue).depth, ==, flags);
            spawn(bench, "again", gets_one);
            wait_ms(bench, 20);
            g_assert_true((strstr(bench->log->str, "again:1(1)@") != NULL) == flags);
            bench_free(bench);
        }
    }
}

static void works(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    QueueTaken taken;
    g_assert_cmpint(queue_get(handle, &taken, -1, QUEUE_UNIT), ==, 0);
    ipc_message_drop(taken.message);
    g_assert_cmpint(queue_put(handle, numbered(9, false), QUEUE_UNIT), ==, 0);
    g_assert_true(queue_in_unit(self));
    process_sleep(self, 50 * MS);
    g_assert_cmpint(bench->commits ? queue_commit(self) : queue_backout(self), ==, 0);
    g_assert_false(queue_in_unit(self));
    process_sleep(self, 1000 * S);
}

static void a_unit_of_work_is_all_or_nothing(void)
{
    for (NodeId host = 0; host < 2; host++) {
        for (unsigned commits = 0; commits < 2; commits++) {
            Bench *bench = bench_new(host, NULL);
            puts_from(bench, 3, false);
            bench->commits = commits;
            spawn(bench, "w", works);
            wait_ms(bench, 20);
            g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 2);
            g_assert_cmpuint(queue_counts(bench->queue).uncommitted, ==, 2);
            wait_ms(bench, 100);
            bench->commits = false;
            bench->until = bench->lab->now + 30 * MS;
            bench->host = 0;
            spawn(bench, "r", gets_all);
            wait_ms(bench, 1);
            int now = (int)(bench->lab->now / MS) - 1;
            g_autofree char *expected = commits ? g_strdup_printf("r:2@%d r:3@%d r:9@%d ", now, now, now)
                                                : g_strdup_printf("r:1(1)@%d r:2@%d r:3@%d ", now, now, now);
            g_assert_cmpstr(bench->log->str, ==, expected);
            bench_free(bench);
        }
    }
}

static void moves_between_stores(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueStore *other = queue_store_at(bench->lab->ipc, (Address){ 1, 1400 });
    QueueHandle *from = open_q(self, bench), *to = NULL;
    QueueTaken taken;
    g_assert_cmpint(queue_open(self, other, "q2", NULL, &to), ==, 0);
    g_assert_cmpint(queue_get(from, &taken, -1, QUEUE_UNIT), ==, 0);
    g_assert_cmpint(queue_put(to, taken.message, QUEUE_UNIT), ==, 0);
    process_sleep(self, 100 * MS);
    g_assert_cmpint(queue_commit(self), ==, bench->flags ? -IPC_ECONNRESET : 0);
    g_assert_false(queue_in_unit(self));
}

static void a_unit_that_is_broken_in_part_is_backed_out(void)
{
    for (int broken = 0; broken < 2; broken++) {
        for (NodeId host = 0; host < 3; host++) {
            Bench *bench = bench_new(host, NULL);
            QueueStore *other = queue_store_new(bench->lab->ipc, (Address){ 1, 1400 }, NULL);
            Queue *to = queue_new(other, "q2", NULL);
            puts_from(bench, 1, true);
            bench->flags = broken;
            spawn(bench, "m", moves_between_stores);
            wait_ms(bench, 50);
            if (broken) cut_short(bench, "store");
            wait_ms(bench, 200);
            g_assert_cmpuint(queue_counts(bench->queue).depth, ==, broken);
            g_assert_cmpuint(queue_counts(to).depth, ==, !broken);
            bench_free(bench);
        }
    }
}

/* ---- limits ---- */

static void overfills(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    SimTime began = process_now(self);
    for (unsigned i = 1; i <= 3; i++)
        g_string_append_printf(bench->log, "%s ",
                               queue_reason(queue_put(handle, numbered(i, true), i == 2 ? QUEUE_UNIT : 0)));
    g_assert_cmpint(process_now(self) - began, ==, bench->host ? 6 * MS : 0);
}

static void a_full_queue_refuses_at_once(void)
{
    for (NodeId host = 0; host < 2; host++) {
        QueueSettings settings = { .max_depth = 2 };
        Bench *bench = bench_new(host, &settings);
        spawn(bench, "p", overfills);
        wait_ms(bench, 100);
        g_assert_cmpstr(bench->log->str, ==, "MQRC_NONE MQRC_NONE MQRC_Q_FULL ");
        g_assert_cmpuint(lab_count(bench->lab, "q.full", "q", NULL), ==, 1);
        g_assert_cmpuint(queue_counts(bench->queue).refused, ==, 1);
        bench_free(bench);
    }
}

static void puts_short_lived(Process *self, void *argument)
{
    QueueHandle *handle = open_q(self, argument);
    for (unsigned i = 1; i <= 4; i++) {
        IpcMessage *message = numbered(i, false);
        if (i % 2) message->ttl = 50 * MS;
        g_assert_cmpint(queue_put(handle, message, 0), ==, 0);
    }
}

static void what_has_expired_is_not_returned(void)
{
    QueueSettings settings = { .max_depth = 4 };
    Bench *bench = bench_new(0, &settings);
    spawn(bench, "p", puts_short_lived);
    wait_ms(bench, 49);
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 4);
    wait_ms(bench, 1);
    puts_from(bench, 2, false);                         /* the two that are over make room */
    bench->until = 0;
    spawn(bench, "r", gets_all);
    wait_ms(bench, 1);
    g_assert_cmpstr(bench->log->str, ==, "r:2@70 r:4@70 r:1@70 r:2@70 r:EAGAIN@70 ");
    g_assert_cmpuint(books(bench)->expired, ==, 2);
    g_assert_cmpuint(lab_count(bench->lab, "q.expire", "q", "expired"), ==, 2);
    bench_free(bench);
}

static void opens_nothing(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = NULL;
    g_assert_cmpint(queue_open(self, bench->store, "none", NULL, &handle), ==, -IPC_ENOENT);
    g_assert_null(handle);
    queue_store_stop(bench->store);
    g_assert_cmpint(queue_open(self, bench->store, "q", NULL, &handle), <, 0);
    bench->count++;
}

static void an_unknown_queue_is_refused(void)
{
    for (NodeId host = 0; host < 2; host++) {           /* what lies beyond the store is in test_mq_manager.c */
        Bench *bench = bench_new(host, NULL);
        spawn(bench, "p", opens_nothing);
        wait_ms(bench, 100);
        g_assert_cmpuint(bench->count, ==, 1);
        bench_free(bench);
    }
}

/* ---- the network between ---- */

static void what_is_on_its_way_is_lost_with_the_connection(void)
{
    Bench *bench = bench_new(1, NULL);
    spawn(bench, "r", gets_one);
    wait_ms(bench, 10);
    bench->host = 0;
    bench->count = 1;
    spawn(bench, "p", puts_some);
    lab_run(bench->lab, bench->lab->now);               /* the reply has left */
    lab_host_crash(bench->lab, 1);
    wait_ms(bench, 60 * 1000);
    g_assert_cmpuint(books(bench)->dropped[IPC_DROP_PEER_GONE], ==, 1);
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 0);
    bench_free(bench);
}

static void a_unit_of_a_silent_peer_comes_back_by_heartbeat(void)
{
    Bench *bench = bench_new(1, NULL);
    puts_from(bench, 1, true);
    bench->flags = QUEUE_UNIT;
    spawn(bench, "r", gets_one);
    wait_ms(bench, 10);
    lab_host_crash(bench->lab, 1);
    wait_ms(bench, 9 * 1000);
    g_assert_cmpuint(queue_counts(bench->queue).uncommitted, ==, 1);
    wait_ms(bench, 22 * 1000);
    g_assert_cmpuint(queue_counts(bench->queue).depth, ==, 1);
    bench_free(bench);
}

static void a_getter_hears_that_the_store_went_down(void)
{
    for (NodeId host = 0; host < 2; host++) {
        Bench *bench = bench_new(host, NULL);
        spawn(bench, "r", gets_all);
        wait_ms(bench, 50);
        queue_store_stop(bench->store);
        ipc_settle(bench->lab->ipc);
        wait_ms(bench, 50);
        g_assert_cmpstr(bench->log->str, ==, host ? "r:ECONNRESET@51 " : "r:ECONNRESET@50 ");
        bench_free(bench);
    }
}

static void depth_and_waiting_obey_little(void)
{
    Bench *bench = bench_new(0, NULL);
    puts_from(bench, 4, false);
    bench->until = 0;
    spawn(bench, "r", gets_all);
    wait_ms(bench, 80);
    QueueCounts counts = queue_counts(bench->queue);
    g_assert_cmpuint(counts.deepest, ==, 4);
    g_assert_cmpfloat(counts.depth_time, ==, 80.0 * MS);
    g_assert_cmpfloat(counts.wait_time, ==, counts.depth_time);
    bench_free(bench);
}

/* ---- speed ---- */

enum { PAIRS = 1000000 };

static void puts_and_gets(Process *self, void *argument)
{
    Bench *bench = argument;
    QueueHandle *handle = open_q(self, bench);
    IpcMessage *message = numbered(1, true);
    QueueTaken taken;
    for (int i = 0; i < PAIRS; i++) {
        (void)queue_put(handle, ipc_message_hold(message), bench->flags);
        (void)queue_get(handle, &taken, -1, 0);
        ipc_message_drop(taken.message);
    }
    ipc_message_drop(message);
}

static void a_million_pairs(void)
{
    for (unsigned i = 0; i < 2; i++) {
        QueueSettings settings = { .by_priority = i };
        Bench *bench = bench_new(0, &settings);
        ipc_watch(bench->lab->ipc, NULL, NULL);
        spawn(bench, "p", puts_and_gets);
        gint64 before = g_get_monotonic_time();
        lab_run(bench->lab, 0);
        double seconds = (double)(g_get_monotonic_time() - before) / 1e6;
        g_test_message("%s: %.2f million put+get pairs a second", i ? "by priority" : "first in, first out",
                       PAIRS / seconds / 1e6);
        g_assert_cmpuint(books(bench)->delivered, ==, PAIRS);
        bench_free(bench);
    }
}

#define ROW(name, function) g_test_add_func("/queue/" name, function)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ROW("MOM-01 sender and receiver need not meet", sender_and_receiver_need_not_meet);
    ROW("MOM-02 get waits and takes the oldest", get_waits_and_takes_the_oldest);
    ROW("MOM-02 the most urgent goes first", the_most_urgent_goes_first);
    ROW("MOM-03 poll never waits", poll_never_waits);
    ROW("MOM-04 a handler is called for each put", a_handler_is_called_for_each_put);
    ROW("MOM-04 a handler that puts is called again, not within", a_handler_that_puts_is_called_again_not_within);
    ROW("MOM-04 a second handler replaces the first", a_second_handler_replaces_the_first);
    ROW("MOM-04 a handler hears of what is there", a_handler_hears_of_what_is_there);
    ROW("MOM-05 put promises the queue, not the reader", put_promises_the_queue_not_the_reader);
    ROW("MOM-06 getters are served as they came", getters_are_served_as_they_came);
    ROW("MOM-07 persistent survives everything", persistent_survives_everything);
    ROW("MOM-07 a queue can make all persistent", a_queue_can_make_all_persistent);
    ROW("MOM-07 a store may keep all when it is stopped in order", keeps_all_when_stopped_in_order);
    ROW("MOM-07 a persistent put waits for the disk", a_persistent_put_waits_for_the_disk);
    ROW("MOM-08 a get without a unit is final", a_get_without_a_unit_is_final);
    ROW("MOM-08 a unit of work is all or nothing", a_unit_of_work_is_all_or_nothing);
    ROW("MOM-08 a unit that is broken in part is backed out", a_unit_that_is_broken_in_part_is_backed_out);
    ROW("MOM-09 a full queue refuses at once", a_full_queue_refuses_at_once);
    ROW("MOM-10 what has expired is not returned", what_has_expired_is_not_returned);
    ROW("MOM-11 an unknown queue is refused", an_unknown_queue_is_refused);
    ROW("COM-01 what is on its way is lost with the connection", what_is_on_its_way_is_lost_with_the_connection);
    ROW("COM-01 the unit of a silent peer comes back by heartbeat", a_unit_of_a_silent_peer_comes_back_by_heartbeat);
    ROW("COM-02 a getter hears that the store went down", a_getter_hears_that_the_store_went_down);
    ROW("COM-03 who died waiting gets nothing", who_died_waiting_gets_nothing);
    ROW("COM-03 what was handed to the dead stays", what_was_handed_to_the_dead_stays);
    ROW("depth and waiting obey Little", depth_and_waiting_obey_little);
    ROW("a million pairs", a_million_pairs);
    return g_test_run();
}
