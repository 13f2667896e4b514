/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections in all weathers: random sizes, buffers, losses, outages, reordering, pauses
 * and closes.  Whatever was sent before an orderly end arrives, in order and once, and
 * no content is leaked. */
#include "ipc/stream_state.h"
#include "lab.h"

#define MS SIM_MS
#define S SIM_S

typedef struct { uint64_t number; uint32_t size; } Content;

static int alive;               /* contents that nobody has freed */

static void content_free(void *content)
{
    alive--;
    g_free(content);
}

typedef struct Storm Storm;

typedef struct {
    Storm *storm;
    Connection *connection;
    uint64_t sent, received, bytes_sent, bytes_received;
    bool ended, closed, failed;
} Side;

struct Storm {
    Lab *lab;
    Random random;
    Side side[2];
    uint32_t largest;
};

static void failed(void *user, Connection *c, int error)
{
    Side *side = user;
    (void)error;
    side->failed = true;
    side->connection = NULL;
    connection_free(c);
}

static void received(void *user, Connection *c, void *data, uint32_t size)
{
    Side *side = user;
    Content *content = data;
    (void)c;
    g_assert_cmpuint(content->number, ==, side->received);
    g_assert_cmpuint(content->size, ==, size);
    side->received++;
    side->bytes_received += size;
    content_free(content);
}

static void ended(void *user, Connection *c)
{
    Side *side = user;
    g_assert_false(side->ended);
    side->ended = true;
    if (!side->closed) return;
    connection_free(c);
    side->connection = NULL;
}

static const ConnectionUser calls = { .failed = failed, .received = received, .ended = ended };

static bool incoming(void *user, Connection *connection)
{
    Side *side = &((Storm *)user)->side[1];
    g_assert_null(side->connection);
    side->connection = connection;
    connection_use(connection, &calls, side);
    return true;
}

static void send_one(Side *side)
{
    Storm *storm = side->storm;
    Content *content = g_new(Content, 1);
    alive++;
    *content = (Content){ side->sent++, (uint32_t)random_below(&storm->random, storm->largest) };
    side->bytes_sent += content->size;
    connection_send(side->connection, content, content_free, content->size);
}

static void act(Lab *lab, void *data)
{
    Storm *storm = data;
    Random *random = &storm->random;
    Side *side = &storm->side[random_below(random, 2)];
    if (side->connection && !side->closed) {
        for (uint64_t i = random_below(random, 4); i > 0 && connection_is_open(side->connection); i--) send_one(side);
        connection_pause(side->connection, random_unit(random) < 0.3);
    }
    SimTime latency = 1 * MS + (SimTime)random_below(random, 40) * MS;
    if (random_unit(random) < 0.5) lab_latency(lab, 0, 1, latency);         /* what follows may overtake */
    if (random_unit(random) < 0.02) lab_link(lab, 0, 1, false);
    else if (random_unit(random) < 0.3) lab_link(lab, 0, 1, true);
}

static void finish(Lab *lab, void *data)
{
    Storm *storm = data;
    lab_link(lab, 0, 1, true);
    for (int i = 0; i < 2; i++) {
        Side *side = &storm->side[i];
        g_assert_nonnull(side->connection);
        connection_pause(side->connection, false);
        connection_shutdown(side->connection);
        side->closed = true;
        if (!side->ended) continue;
        connection_free(side->connection);
        side->connection = NULL;
    }
}

static Storm *storm_new(uint64_t seed, SimTime last)
{
    Storm *storm = g_new0(Storm, 1);
    storm->lab = lab_new(2, 10 * MS);
    storm->lab->random = random_stream(seed, "storm/loss", 0);
    storm->random = random_stream(seed, "storm", 0);
    Random *random = &storm->random;
    StreamOptions options = stream_defaults;
    options.rcvbuf = 1 + random_below(random, 1 << random_below(random, 18));
    options.sndbuf = 1 + random_below(random, 1 << random_below(random, 18));
    storm->largest = 1 + (uint32_t)random_below(random, 1 << random_below(random, 14));
    lab_loss(storm->lab, 0, 1, random_unit(random) < 0.3 ? 0 : 0.2 * random_unit(random));
    for (int i = 0; i < 2; i++) storm->side[i].storm = storm;
    ListenerSettings settings = { .backlog = 5, .options = options, .incoming = incoming, .user = storm };
    (void)listener_open(storm->lab->ipc, (Address){ 1, 80 }, &settings);
    options.syn_retries = 30;
    storm->side[0].connection = connection_open(storm->lab->ipc, 0, (Address){ 1, 80 }, &options, &calls, &storm->side[0]);
    for (int i = 0; i < 400; i++)
        lab_at(storm->lab, (SimTime)random_below(random, (uint64_t)(last / MS)) * MS, act, storm);
    return storm;
}

static void storm_free(Storm *storm)
{
    lab_free(storm->lab);
    g_free(storm);
    g_assert_cmpint(alive, ==, 0);
}

/* Ends that the transport still keeps. */
static unsigned ends_left(const Storm *storm)
{
    const Streams *all = ipc_library(storm->lab->ipc, &stream_library);
    unsigned left = 0;
    for (uint32_t i = 0; i < all->end_count; i++) left += all->ends[i]->state != END_FREE;
    return left;
}

static void all_arrives_in_order_and_once(void)
{
    for (uint64_t seed = 1; seed <= (g_test_slow() ? 3000 : 150); seed++) {
        Storm *storm = storm_new(seed, 100 * S);
        lab_at(storm->lab, 200 * S, finish, storm);         /* an outage of less than the 924 s of 15 retries */
        lab_run(storm->lab, 200000 * S);
        for (int i = 0; i < 2; i++) {
            const Side *side = &storm->side[i], *other = &storm->side[1 - i];
            if (side->received != other->sent || !side->ended || side->failed)
                g_error("seed %" G_GUINT64_FORMAT ": side %d received %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT "%s%s", seed, i,
                        side->received, other->sent, side->ended ? "" : ", no end", side->failed ? ", failed" : "");
            g_assert_cmpuint(side->bytes_received, ==, other->bytes_sent);
        }
        g_assert_cmpuint(ends_left(storm), ==, 0);
        storm_free(storm);
    }
}

static void down(Lab *lab, void *data) { lab_host_crash(lab, data != NULL); }
static void up(Lab *lab, void *data) { lab_host_restart(lab, data != NULL); }

static void forget(Lab *lab, void *data)
{
    Storm *storm = data;
    for (int i = 0; i < 2; i++)
        if (!lab->up[i]) storm->side[i].connection = NULL;
}

/* What arrives is a beginning of what was sent, and the survivor learns of it in the end. */
static void a_crash_cuts_it_off_somewhere(void)
{
    for (uint64_t seed = 1; seed <= (g_test_slow() ? 3000 : 150); seed++) {
        Storm *storm = storm_new(seed, 100 * S);
        SimTime at = (SimTime)random_below(&storm->random, 100000) * MS;
        void *host = random_below(&storm->random, 2) ? storm : NULL;
        lab_at(storm->lab, at, down, host);
        lab_at(storm->lab, at, forget, storm);
        if (seed % 2) lab_at(storm->lab, at + (SimTime)random_below(&storm->random, 5000) * MS, up, host);
        lab_run(storm->lab, 10000 * S);
        for (int i = 0; i < 2; i++) g_assert_cmpuint(storm->side[i].received, <=, storm->side[1 - i].sent);
        storm_free(storm);
    }
}

static void close_one(Lab *lab, void *data)
{
    Storm *storm = data;
    (void)lab;
    for (int i = 0; i < 2; i++) {
        Side *side = &storm->side[i];
        if (!side->connection || random_unit(&storm->random) < 0.5) continue;
        side->closed = true;
        if (random_unit(&storm->random) < 0.5) connection_abort(side->connection);
        else connection_free(side->connection);
        side->connection = NULL;
    }
}

static void closes_and_aborts_leak_nothing(void)
{
    for (uint64_t seed = 1; seed <= (g_test_slow() ? 3000 : 150); seed++) {
        Storm *storm = storm_new(seed, 100 * S);
        for (int i = 0; i < 3; i++) lab_at(storm->lab, (SimTime)random_below(&storm->random, 100000) * MS, close_one, storm);
        lab_run(storm->lab, seed % 3 ? 10000 * S : 60 * S);
        storm_free(storm);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream/all arrives in order and once", all_arrives_in_order_and_once);
    g_test_add_func("/stream/a crash cuts it off somewhere", a_crash_cuts_it_off_somewhere);
    g_test_add_func("/stream/closes and aborts leak nothing", closes_and_aborts_leak_nothing);
    return g_test_run();
}
