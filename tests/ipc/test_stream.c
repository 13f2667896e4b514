/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/stream.h"
#include "lab.h"

#define MS ((SimTime)1000 * 1000)
#define S (1000 * MS)

enum { CLIENT, SERVER };

/* One side as its program sees it. */
typedef struct {
    Lab *lab;
    Connection *connection;
    GString *log;               /* "connected@20 " … in ms */
    GString *bytes;
    uint64_t records, size;
    bool echo, keep;            /* keep: what failed or ended is not freed */
} Side;

static void note(Side *side, const char *what)
{
    g_string_append_printf(side->log, "%s@%" G_GINT64_FORMAT " ", what, side->lab->now / MS);
}

static void connected(void *user, Connection *c) { (void)c, note(user, "connected"); }
static void drained(void *user, Connection *c) { (void)c, note(user, "drained"); }
static void flushed(void *user, Connection *c) { (void)c, note(user, "flushed"); }
static void readable(void *user, Connection *c) { (void)c, note(user, "readable"); }

static void failed(void *user, Connection *c, int error)
{
    Side *side = user;
    note(side, ipc_error_name(error));
    if (side->keep) return;
    connection_free(c);
    side->connection = NULL;
}

static void ended(void *user, Connection *c)
{
    Side *side = user;
    note(side, "ended");
    if (side->keep) return;
    connection_free(c);
    side->connection = NULL;
}

static void received(void *user, Connection *c, void *content, uint32_t size)
{
    Side *side = user;
    side->records++;
    side->size += size;
    if (content) g_string_append_len(side->bytes, content, (gssize)size);
    g_free(content);
    if (side->echo) connection_send(c, NULL, NULL, size);
}

static const ConnectionUser calls = { connected, failed, received, ended, drained, flushed, readable, NULL };

typedef struct { Lab *lab; Side side[2]; Listener *listener; StreamOptions options; } Pair;

static bool incoming(void *user, Connection *connection)
{
    Side *side = &((Pair *)user)->side[SERVER];
    side->connection = connection;
    note(side, "incoming");
    connection_use(connection, &calls, side);
    return true;
}

static void listen_now(Lab *lab, void *data)
{
    Pair *pair = data;
    ListenerSettings settings = { .backlog = 10, .options = pair->options, .incoming = incoming, .user = pair };
    pair->listener = listener_open(lab->ipc, (Address){ SERVER, 80 }, &settings);
    g_assert_nonnull(pair->listener);
}

static void connect_now(Lab *lab, void *data)
{
    Pair *pair = data;
    Side *side = &pair->side[CLIENT];
    side->connection = connection_open(lab->ipc, CLIENT, (Address){ SERVER, 80 }, &pair->options, &calls, side);
}

/* Two hosts 10 ms apart; nobody listens yet. */
static Pair *pair_new(void)
{
    Pair *pair = g_new0(Pair, 1);
    pair->lab = lab_new(3, 10 * MS);
    pair->options = stream_defaults;
    for (int i = 0; i < 2; i++) pair->side[i] = (Side){ .lab = pair->lab, .log = g_string_new(NULL), .bytes = g_string_new(NULL) };
    return pair;
}

/* … connected from 30 ms on. */
static Pair *pair_connected(const StreamOptions *options)
{
    Pair *pair = pair_new();
    if (options) pair->options = *options;
    listen_now(pair->lab, pair);
    connect_now(pair->lab, pair);
    lab_run(pair->lab, 30 * MS);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "connected@20 ");
    g_assert_cmpstr(pair->side[SERVER].log->str, ==, "incoming@30 ");
    for (int i = 0; i < 2; i++) g_string_truncate(pair->side[i].log, 0);
    return pair;
}

static void pair_free(Pair *pair)
{
    lab_free(pair->lab);
    for (int i = 0; i < 2; i++) g_string_free(pair->side[i].log, TRUE), g_string_free(pair->side[i].bytes, TRUE);
    g_free(pair);
}

static void say(Pair *pair, int from, const char *text)
{
    connection_send(pair->side[from].connection, g_strdup(text), g_free, (uint32_t)strlen(text));
}

static void cut(Lab *lab, void *data) { (void)data, lab_link(lab, CLIENT, SERVER, false); }
static void heal(Lab *lab, void *data) { (void)data, lab_link(lab, CLIENT, SERVER, true); }
static void server_down(Lab *lab, void *data) { (void)data, lab_host_crash(lab, SERVER); }
static void server_up(Lab *lab, void *data) { (void)data, lab_host_restart(lab, SERVER); }

/* ---- connecting ---- */

static void a_port_where_nobody_listens_refuses_after_a_round_trip(void)
{
    Pair *pair = pair_new();
    connect_now(pair->lab, pair);
    lab_run(pair->lab, 1 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ECONNREFUSED@20 ");
    pair_free(pair);
}

static void requests_go_out_at_doubling_intervals_until_127_s(void)
{
    static const int at[] = { 0, 1, 3, 7, 15, 31, 63 };
    Pair *pair = pair_new();
    lab_host_crash(pair->lab, SERVER);
    connect_now(pair->lab, pair);
    lab_run(pair->lab, 200 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ETIMEDOUT@127000 ");
    g_assert_cmpuint(lab_count(pair->lab, "stream.syn", NULL, NULL), ==, G_N_ELEMENTS(at));
    for (unsigned i = 0; i < G_N_ELEMENTS(at); i++) g_assert_cmpint(lab_when(pair->lab, "stream.syn", i), ==, at[i] * S);
    pair_free(pair);
}

static void a_healed_path_connects_at_the_next_request(void)
{
    Pair *pair = pair_new();
    listen_now(pair->lab, pair);
    cut(pair->lab, NULL);
    connect_now(pair->lab, pair);
    lab_at(pair->lab, 5 * S, heal, NULL);
    lab_run(pair->lab, 200 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "connected@7020 ");
    g_assert_cmpstr(pair->side[SERVER].log->str, ==, "incoming@7030 ");
    pair_free(pair);
}

static void a_lost_answer_makes_no_second_end(void)
{
    Pair *pair = pair_new();
    listen_now(pair->lab, pair);
    lab_drop_next(pair->lab, SERVER, CLIENT, 1);
    connect_now(pair->lab, pair);
    lab_run(pair->lab, 200 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "connected@1020 ");
    g_assert_cmpstr(pair->side[SERVER].log->str, ==, "incoming@1030 ");
    pair_free(pair);
}

static void a_full_backlog_drops_or_resets(gconstpointer resets)
{
    Lab *lab = lab_new(8, 10 * MS);
    Side sides[5];
    ListenerSettings settings = { .backlog = 3, .overflow_resets = resets != NULL, .options = stream_defaults };
    Listener *listener = listener_open(lab->ipc, (Address){ 7, 80 }, &settings);
    g_assert_null(listener_open(lab->ipc, (Address){ 7, 80 }, &settings));
    for (NodeId i = 0; i < 5; i++) {
        sides[i] = (Side){ .lab = lab, .log = g_string_new(NULL), .bytes = g_string_new(NULL) };
        sides[i].connection = connection_open(lab->ipc, i, (Address){ 7, 80 }, &stream_defaults, &calls, &sides[i]);
    }
    lab_run(lab, 10 * S);
    g_assert_cmpuint(listener_backlog(listener), ==, 3);
    for (NodeId i = 0; i < 3; i++) {
        Connection *taken = listener_take(listener);
        g_assert_cmpuint(connection_peer(taken).host, ==, i);       /* in the order of completion */
        connection_use(taken, &calls, &sides[i]);
    }
    lab_run(lab, 20 * S);
    for (NodeId i = 0; i < 5; i++) {
        g_assert_cmpstr(sides[i].log->str, ==, i < 3 ? "connected@20 " : resets ? "ECONNREFUSED@20 " : "connected@15020 ");
        g_string_free(sides[i].log, TRUE);
        g_string_free(sides[i].bytes, TRUE);
    }
    lab_free(lab);
}

static void a_closed_listener_resets_who_waits(void)
{
    Pair *pair = pair_new();
    ListenerSettings settings = { .backlog = 10, .options = stream_defaults };
    Listener *listener = listener_open(pair->lab->ipc, (Address){ SERVER, 80 }, &settings);
    connect_now(pair->lab, pair);
    lab_run(pair->lab, 100 * MS);
    listener_close(listener);
    lab_run(pair->lab, 1 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "connected@20 ECONNRESET@110 ");
    pair_free(pair);
}

static void data_before_the_acceptance_waits(void)
{
    Pair *pair = pair_new();
    ListenerSettings settings = { .backlog = 10, .options = stream_defaults };
    Listener *listener = listener_open(pair->lab->ipc, (Address){ SERVER, 80 }, &settings);
    connect_now(pair->lab, pair);
    say(pair, CLIENT, "hello");
    lab_run(pair->lab, 1 * S);
    connection_use(listener_take(listener), &calls, &pair->side[SERVER]);
    lab_run(pair->lab, 2 * S);
    g_assert_cmpstr(pair->side[SERVER].bytes->str, ==, "hello");
    pair_free(pair);
}

/* ---- data ---- */

static void without_loss_a_record_is_one_packet(void)
{
    Pair *pair = pair_connected(NULL);
    uint64_t before = pair->lab->links[CLIENT][SERVER].carried, back = pair->lab->links[SERVER][CLIENT].carried;
    for (int i = 0; i < 500; i++) {
        say(pair, CLIENT, "x");
        lab_run(pair->lab, pair->lab->now + i % 7 * 13 * MS);
    }
    lab_run(pair->lab, pair->lab->now + 10 * S);
    g_assert_cmpuint(pair->side[SERVER].records, ==, 500);
    g_assert_cmpuint(pair->lab->links[CLIENT][SERVER].carried - before, ==, 500);
    g_assert_cmpuint(pair->lab->links[SERVER][CLIENT].carried - back, ==, 0);
    g_assert_cmpuint(connection_unsent(pair->side[CLIENT].connection), ==, 0);
    pair_free(pair);
}

/* COM-05: 30 % loss both ways and an outage of 2 s. */
static void losses_and_an_outage_leave_the_sequence_as_it_was(gconstpointer size)
{
    StreamOptions options = stream_defaults;
    options.rcvbuf = options.sndbuf = GPOINTER_TO_UINT(size);
    Pair *pair = pair_connected(options.rcvbuf ? &options : NULL);
    GString *sent = g_string_new(NULL);
    lab_loss(pair->lab, CLIENT, SERVER, 0.3);
    lab_at(pair->lab, 5 * S, cut, NULL);
    lab_at(pair->lab, 7 * S, heal, NULL);
    for (int i = 0; i < 2000; i++) {
        g_autofree char *text = g_strdup_printf("record %d;", i);
        g_string_append(sent, text);
        say(pair, CLIENT, text);
        lab_run(pair->lab, pair->lab->now + 5 * MS);
    }
    lab_run(pair->lab, pair->lab->now + 4000 * S);
    g_assert_true(strcmp(pair->side[SERVER].bytes->str, sent->str) == 0);
    g_assert_cmpuint(pair->side[SERVER].records, ==, 2000);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "");
    g_assert_cmpuint(connection_unsent(pair->side[CLIENT].connection), ==, 0);
    g_string_free(sent, TRUE);
    pair_free(pair);
}

static void a_lost_record_comes_after_the_time_out(void)
{
    Pair *pair = pair_connected(NULL);
    lab_run(pair->lab, 1 * S);
    lab_drop_next(pair->lab, CLIENT, SERVER, 2);
    say(pair, CLIENT, "x");
    lab_run(pair->lab, 10 * S);
    g_assert_cmpint(lab_when(pair->lab, "stream.retransmit", 0), ==, 1200 * MS);
    g_assert_cmpint(lab_when(pair->lab, "stream.retransmit", 1), ==, 1600 * MS);
    g_assert_cmpuint(lab_count(pair->lab, "stream.retransmit", NULL, NULL), ==, 2);
    g_assert_cmpstr(pair->side[SERVER].bytes->str, ==, "x");
    pair_free(pair);
}

static void three_that_pass_a_lost_one_bring_it_back(void)
{
    Pair *pair = pair_connected(NULL);
    lab_run(pair->lab, 1 * S);
    lab_drop_next(pair->lab, CLIENT, SERVER, 1);
    for (int i = 0; i < 4; i++) say(pair, CLIENT, (const char *const[]){ "a", "b", "c", "d" }[i]);
    lab_run(pair->lab, 10 * S);
    g_assert_cmpint(lab_when(pair->lab, "stream.retransmit", 0), ==, 1020 * MS);
    g_assert_cmpuint(lab_count(pair->lab, "stream.retransmit", NULL, NULL), ==, 1);
    g_assert_cmpstr(pair->side[SERVER].bytes->str, ==, "abcd");
    pair_free(pair);
}

static void a_lost_acknowledgement_is_asked_for_again(void)
{
    Pair *pair = pair_connected(NULL);
    lab_run(pair->lab, 1 * S);
    lab_drop_next(pair->lab, SERVER, CLIENT, 1);
    connection_send(pair->side[CLIENT].connection, NULL, NULL, 200000);
    lab_run(pair->lab, 1100 * MS);
    g_assert_cmpuint(connection_unsent(pair->side[CLIENT].connection), ==, 200000);
    lab_run(pair->lab, 10 * S);
    g_assert_cmpint(lab_when(pair->lab, "stream.probe", 0), ==, 1200 * MS);
    g_assert_cmpuint(connection_unsent(pair->side[CLIENT].connection), ==, 0);
    g_assert_cmpuint(pair->side[SERVER].records, ==, 1);
    pair_free(pair);
}

/* ---- buffers ---- */

static void a_reader_that_stops_fills_both_buffers(void)
{
    StreamOptions options = stream_defaults;
    options.rcvbuf = options.sndbuf = 4;
    Pair *pair = pair_connected(&options);
    Connection *client = pair->side[CLIENT].connection, *server = pair->side[SERVER].connection;
    connection_pause(server, true);
    unsigned accepted = 0;
    for (; connection_room(client) > 0; accepted++) {
        say(pair, CLIENT, "x");
        lab_run(pair->lab, pair->lab->now + 100 * MS);
    }
    g_assert_cmpuint(accepted, ==, 8);
    g_assert_cmpuint(connection_unread(server), ==, 4);
    g_string_truncate(pair->side[CLIENT].log, 0);
    lab_run(pair->lab, 2 * S);
    void *content;
    uint32_t left, size;
    g_assert_true(connection_peek(server, &content, &left, &size) && left == 1 && size == 1);
    connection_read(server, 1);
    lab_run(pair->lab, 2100 * MS);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "drained@2030 ");  /* window, byte, acknowledgement */
    connection_pause(server, false);
    lab_run(pair->lab, 10 * S);
    g_assert_cmpuint(pair->side[SERVER].records, ==, 7);
    pair_free(pair);
}

static void a_lost_window_is_probed_for(void)
{
    StreamOptions options = stream_defaults;
    options.rcvbuf = options.sndbuf = 4;
    Pair *pair = pair_connected(&options);
    connection_pause(pair->side[SERVER].connection, true);
    say(pair, CLIENT, "abcd");
    say(pair, CLIENT, "ef");
    lab_run(pair->lab, 1 * S);
    lab_drop_next(pair->lab, SERVER, CLIENT, 1);
    connection_pause(pair->side[SERVER].connection, false);
    lab_run(pair->lab, 10 * S);
    g_assert_cmpstr(pair->side[SERVER].bytes->str, ==, "abcdef");
    g_assert_cmpint(lab_when(pair->lab, "stream.probe", 0), ==, 250 * MS);
    g_assert_cmpint(lab_when(pair->lab, "stream.probe", 1), ==, 650 * MS);
    g_assert_cmpint(lab_when(pair->lab, "stream.probe", 2), ==, 1450 * MS);
    g_assert_cmpuint(lab_count(pair->lab, "stream.probe", NULL, NULL), ==, 3);
    pair_free(pair);
}

static void large_records_pass_small_windows(void)
{
    StreamOptions options = stream_defaults;
    options.rcvbuf = 1000;
    Pair *pair = pair_connected(&options);
    g_autofree char *text = g_strnfill(100000, 'x');
    for (int i = 0; i < 3; i++) say(pair, CLIENT, text);
    say(pair, CLIENT, "");
    lab_run(pair->lab, 20 * S);
    g_assert_cmpuint(pair->side[SERVER].records, ==, 4);
    g_assert_cmpuint(pair->side[SERVER].bytes->len, ==, 300000);
    pair_free(pair);
}

static void a_large_record_uses_what_is_left_of_the_window(void)
{
    StreamOptions options = stream_defaults;
    options.rcvbuf = 1000;
    Pair *pair = pair_connected(&options);
    connection_pause(pair->side[SERVER].connection, true);
    connection_send(pair->side[CLIENT].connection, NULL, NULL, 600);
    connection_send(pair->side[CLIENT].connection, NULL, NULL, 900);
    lab_run(pair->lab, 1 * S);
    g_assert_cmpuint(connection_unsent(pair->side[CLIENT].connection), ==, 500);
    g_assert_cmpuint(connection_unread(pair->side[SERVER].connection), ==, 600);
    connection_pause(pair->side[SERVER].connection, false);
    lab_run(pair->lab, 1050 * MS);
    g_assert_cmpuint(pair->side[SERVER].size, ==, 1500);
    pair_free(pair);
}

static void a_sender_that_waits_for_room_gets_it(void)
{
    StreamOptions options = stream_defaults;
    options.sndbuf = 100;
    Pair *pair = pair_connected(&options);
    connection_send(pair->side[CLIENT].connection, NULL, NULL, 60);
    g_assert_cmpuint(connection_room(pair->side[CLIENT].connection), ==, 40);
    lab_run(pair->lab, 10 * S);
    g_assert_cmpuint(pair->side[CLIENT].log->len, >, 0);
    g_assert_cmpuint(connection_room(pair->side[CLIENT].connection), ==, 100);
    pair_free(pair);
}

/* ---- endings ---- */

static void one_direction_ends_and_the_other_goes_on(void)
{
    Pair *pair = pair_connected(NULL);
    pair->side[SERVER].keep = true;
    say(pair, CLIENT, "req");
    connection_shutdown(pair->side[CLIENT].connection);
    g_assert_false(connection_is_open(pair->side[CLIENT].connection));
    lab_run(pair->lab, 1 * S);
    g_assert_cmpstr(pair->side[SERVER].log->str, ==, "ended@40 ");
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "flushed@50 ");
    say(pair, SERVER, "reply");
    connection_free(pair->side[SERVER].connection);
    lab_run(pair->lab, 2 * S);
    g_assert_cmpstr(pair->side[CLIENT].bytes->str, ==, "reply");
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "flushed@50 ended@1010 ");
    pair_free(pair);
}

static void what_is_queued_is_sent_after_the_close(void)
{
    Pair *pair = pair_connected(NULL);
    lab_run(pair->lab, 1 * S);
    lab_drop_next(pair->lab, CLIENT, SERVER, 3);
    lab_drop_next(pair->lab, SERVER, CLIENT, 2);
    say(pair, CLIENT, "a");
    say(pair, CLIENT, "b");
    connection_free(pair->side[CLIENT].connection);
    lab_run(pair->lab, 100 * S);
    g_assert_cmpstr(pair->side[SERVER].bytes->str, ==, "ab");
    g_assert_nonnull(strstr(pair->side[SERVER].log->str, "ended"));
    g_assert_null(strstr(pair->side[SERVER].log->str, "ECONN"));
    pair_free(pair);
}

static void bytes_unread_at_the_close_reset_the_peer(void)
{
    Pair *pair = pair_connected(NULL);
    connection_pause(pair->side[SERVER].connection, true);
    say(pair, CLIENT, "unread");
    lab_run(pair->lab, 1 * S);
    g_assert_cmpstr(pair->side[SERVER].log->str, ==, "readable@40 ");
    say(pair, SERVER, "p");
    connection_free(pair->side[SERVER].connection);
    lab_run(pair->lab, 2 * S);
    g_assert_cmpstr(pair->side[CLIENT].bytes->str, ==, "p");
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ECONNRESET@1010 ");
    pair_free(pair);
}

static void data_for_who_has_closed_are_answered_with_a_reset(void)
{
    Pair *pair = pair_connected(NULL);
    pair->side[CLIENT].keep = true;
    connection_free(pair->side[SERVER].connection);
    lab_run(pair->lab, 1 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ended@40 ");
    say(pair, CLIENT, "x");
    lab_run(pair->lab, 2 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ended@40 ECONNRESET@1020 ");
    connection_free(pair->side[CLIENT].connection);
    pair_free(pair);
}

static void a_host_that_came_back_knows_of_nothing(void)
{
    Pair *pair = pair_connected(NULL);
    lab_at(pair->lab, 1 * S, server_down, NULL);
    lab_at(pair->lab, 2 * S, server_up, NULL);
    lab_run(pair->lab, 5 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "");
    say(pair, CLIENT, "x");
    lab_run(pair->lab, 10 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ECONNRESET@5020 ");
    pair_free(pair);
}

/* ---- giving up ---- */

static void a_dead_peer_is_given_up_after_15_retries(void)
{
    Pair *pair = pair_connected(NULL);
    lab_at(pair->lab, 1 * S, server_down, NULL);
    lab_run(pair->lab, 2 * S);
    say(pair, CLIENT, "x");
    lab_run(pair->lab, 2000 * S);
    /* 0.2 s doubling to 102.4 s, then six times 120 s: the 924.6 s of Linux */
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ETIMEDOUT@926600 ");
    g_assert_cmpuint(lab_count(pair->lab, "stream.retransmit", NULL, NULL), ==, 15);
    pair_free(pair);
}

static void the_users_time_out_counts_from_the_sending(void)
{
    StreamOptions options = stream_defaults;
    options.user_timeout = 30 * S;
    Pair *pair = pair_connected(&options);
    lab_at(pair->lab, 10 * S, cut, NULL);
    lab_run(pair->lab, 12 * S);
    say(pair, CLIENT, "x");
    lab_run(pair->lab, 100 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ETIMEDOUT@42000 ");
    g_assert_cmpstr(pair->side[SERVER].log->str, ==, "");       /* it waits for ever */
    pair_free(pair);
}

static void a_closed_window_of_a_dead_peer_is_given_up_too(void)
{
    StreamOptions options = stream_defaults;
    options.rcvbuf = 4;
    Pair *pair = pair_connected(&options);
    connection_pause(pair->side[SERVER].connection, true);
    say(pair, CLIENT, "abcd");
    say(pair, CLIENT, "ef");
    lab_at(pair->lab, 10 * S, cut, NULL);
    lab_run(pair->lab, 10000 * S);
    g_assert_nonnull(strstr(pair->side[CLIENT].log->str, "ETIMEDOUT"));
    pair_free(pair);
}

static void keepalive_finds_a_silent_peer(void)
{
    StreamOptions options = stream_defaults;
    options.keepalive_idle = 5 * S;
    options.keepalive_interval = 1 * S;
    options.keepalive_probes = 3;
    Pair *pair = pair_connected(&options);
    say(pair, SERVER, "x");                 /* the last activity at the client: 40 ms */
    lab_at(pair->lab, 1 * S, server_down, NULL);
    lab_run(pair->lab, 100 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "ETIMEDOUT@8040 ");
    pair_free(pair);
}

static void keepalive_lets_a_live_peer_be(void)
{
    StreamOptions options = stream_defaults;
    options.keepalive_idle = 5 * S;
    options.keepalive_interval = 1 * S;
    options.keepalive_probes = 3;
    Pair *pair = pair_connected(&options);
    lab_run(pair->lab, 100 * S);
    g_assert_cmpstr(pair->side[CLIENT].log->str, ==, "");
    pair_free(pair);
}

/* ---- cost ---- */

static double nanoseconds_each(Pair *pair, unsigned count, unsigned batch)
{
    gint64 before = g_get_monotonic_time();
    for (unsigned sent = 0; sent < count; sent += batch) {
        for (unsigned i = 0; i < batch; i++) connection_send(pair->side[CLIENT].connection, NULL, NULL, 100);
        lab_run(pair->lab, pair->lab->now + 30 * MS);
    }
    double ns = (double)(g_get_monotonic_time() - before) * 1000 / (double)pair->side[SERVER].records;
    g_assert_cmpuint(pair->side[SERVER].records, ==, count);
    return ns;
}

static void a_record_costs_little(void)
{
    Pair *pair = pair_connected(NULL);
    double stream = nanoseconds_each(pair, 1000000, 1000);
    pair_free(pair);
    pair = pair_connected(NULL);
    pair->side[SERVER].echo = true;
    double echo = nanoseconds_each(pair, 500000, 100);
    g_assert_cmpuint(pair->side[CLIENT].records, ==, 500000);
    pair_free(pair);
    g_test_message("a record delivered costs %.0f ns; request and reply %.0f ns", stream, echo);
}

#define CASE(name) g_test_add_func("/stream/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_port_where_nobody_listens_refuses_after_a_round_trip);
    CASE(requests_go_out_at_doubling_intervals_until_127_s);
    CASE(a_healed_path_connects_at_the_next_request);
    CASE(a_lost_answer_makes_no_second_end);
    g_test_add_data_func("/stream/a full backlog drops", NULL, a_full_backlog_drops_or_resets);
    g_test_add_data_func("/stream/a full backlog resets if told so", "", a_full_backlog_drops_or_resets);
    CASE(a_closed_listener_resets_who_waits);
    CASE(data_before_the_acceptance_waits);
    CASE(without_loss_a_record_is_one_packet);
    g_test_add_data_func("/stream/COM-05 losses and an outage leave the sequence as it was", NULL,
                         losses_and_an_outage_leave_the_sequence_as_it_was);
    g_test_add_data_func("/stream/COM-05 also with small buffers", GUINT_TO_POINTER(64),
                         losses_and_an_outage_leave_the_sequence_as_it_was);
    CASE(a_lost_record_comes_after_the_time_out);
    CASE(three_that_pass_a_lost_one_bring_it_back);
    CASE(a_lost_acknowledgement_is_asked_for_again);
    CASE(a_reader_that_stops_fills_both_buffers);
    CASE(a_lost_window_is_probed_for);
    CASE(large_records_pass_small_windows);
    CASE(a_large_record_uses_what_is_left_of_the_window);
    CASE(a_sender_that_waits_for_room_gets_it);
    CASE(one_direction_ends_and_the_other_goes_on);
    CASE(what_is_queued_is_sent_after_the_close);
    CASE(bytes_unread_at_the_close_reset_the_peer);
    CASE(data_for_who_has_closed_are_answered_with_a_reset);
    CASE(a_host_that_came_back_knows_of_nothing);
    CASE(a_dead_peer_is_given_up_after_15_retries);
    CASE(the_users_time_out_counts_from_the_sending);
    CASE(a_closed_window_of_a_dead_peer_is_given_up_too);
    CASE(keepalive_finds_a_silent_peer);
    CASE(keepalive_lets_a_live_peer_be);
    CASE(a_record_costs_little);
    return g_test_run();
}
