/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hold model: so many events wait; each one taken makes a new one.
 *
 * Source: D. W. Jones, "An empirical comparison of priority-queue and event-set
 * implementations", CACM 29(4), 1986.
 */
#include "core/engine.h"

#include <glib.h>
#include <math.h>

#include "core/random.h"

enum { TABLE = 1 << 16, EVENTS = 1 << 23 };

/* Delays from a table, so that drawing them costs nothing. */
typedef struct {
    const char *name;
    SimTime delays[TABLE];
} Mix;

/* Every second timer waits 64 times as long as the horizon the engine was told. */
static void mixes(Mix *spread, Mix *far, Mix *ties, SimTime horizon)
{
    Random random = random_stream(1, "bench/engine", 0);
    spread->name = "exponential";
    far->name = "half far ahead";
    ties->name = "10 instants";
    for (int i = 0; i < TABLE; i++) {
        double share = -log(random_open(&random));
        spread->delays[i] = 1 + (SimTime)(share * (double)horizon / 3);
        far->delays[i] = i % 2 ? spread->delays[i] : 64 * spread->delays[i];
        ties->delays[i] = horizon * (1 + (SimTime)random_below(&random, 10)) / 10;
    }
}

static void hold(const Mix *mix, SimTime horizon, uint32_t pending)
{
    Engine *engine = engine_new(horizon, pending);
    for (uint32_t i = 0; i < pending; i++)
        engine_at(engine, mix->delays[i * 7919u % TABLE], EVENT_MESSAGE, i * 2654435761u % pending, i, i);
    Event event;
    uint64_t sum = 0;
    gint64 begun = g_get_monotonic_time();
    for (uint32_t i = 0; i < EVENTS; i++) {
        g_assert(engine_next(engine, SIM_NEVER, &event));
        sum += event.word;
        uint32_t to = (event.to * 2654435761u + i) % pending;
        engine_at(engine, event.time + mix->delays[i % TABLE], EVENT_MESSAGE, to, event.to, i);
    }
    double seconds = (double)(g_get_monotonic_time() - begun) / 1e6;
    g_print("%-15s %10u pending  %7.1f million events/s  %6.1f ns each  %6.1f bytes each  (%016" G_GINT64_MODIFIER "x)\n",
            mix->name, pending, EVENTS / seconds / 1e6, seconds * 1e9 / EVENTS,
            (double)engine_bytes(engine) / pending, sum);
    engine_free(engine);
}

int main(void)
{
    static Mix spread, far, ties;
    static const uint32_t sizes[] = { 1000, 100000, 10000000 };
    const SimTime horizon = 100 * SIM_MS;
    mixes(&spread, &far, &ties, horizon);
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        hold(&spread, horizon, sizes[i]);
        hold(&far, horizon, sizes[i]);
        hold(&ties, horizon, sizes[i]);
    }
    return 0;
}
