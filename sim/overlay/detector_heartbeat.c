/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A failure detector of heartbeats: who is not heard for a time is taken to be down.
 *
 * A node sends a beat to each of its neighbors in every period.  A neighbor is declared
 * down when `detector-missed` beats in a row have not come: that many periods and a half
 * after its last one.  A beat of a node that is no neighbor is answered by one, for
 * where neighbors are not mutual it watches this node.
 *
 * A beat takes 8 bytes.
 */
#include <string.h>

#include "overlay/detector.h"

enum { BEAT, ANSWER };                      /* messages */
enum { TICK_BEAT, TICK_CHECK };             /* timers */
enum { BEAT_BYTES = 8 };

typedef struct { SimTime heard; NodeId node; bool down; } Watch;

typedef struct {
    Watch *watched;             /* ascending by node; owned */
    uint32_t count, room;
    bool checking;              /* a check is to come */
} State;

static SimTime timeout(const DetectorSettings *settings)
{
    return (SimTime)settings->missed * settings->period + settings->period / 2;
}

/* The place of a node among those watched, or where it belongs. */
static uint32_t find(const State *state, NodeId node)
{
    uint32_t low = 0, high = state->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (state->watched[middle].node < node) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool is_watched(const State *state, uint32_t at, NodeId node)
{
    return at < state->count && state->watched[at].node == node;
}

/* Checks again when the first of those watched can be late. */
static void check_later(Node *self)
{
    State *state = detector_state(self);
    SimTime first = SIM_NEVER;
    for (uint32_t i = 0; i < state->count; i++)
        if (!state->watched[i].down) first = MIN(first, state->watched[i].heard);
    state->checking = first != SIM_NEVER;
    if (!state->checking) return;
    SimTime due = first + timeout(detector_settings(self)), now = node_now(self);
    detector_after(self, due > now ? due - now : 0, TICK_CHECK);
}

static void gain(Node *self, NodeId other)
{
    State *state = detector_state(self);
    uint32_t at = find(state, other);
    if (is_watched(state, at, other)) return;
    if (state->count == state->room) {
        state->room = state->room ? 2 * state->room : 8;
        state->watched = g_renew(Watch, state->watched, state->room);
    }
    memmove(&state->watched[at + 1], &state->watched[at], (state->count++ - at) * sizeof(Watch));
    state->watched[at] = (Watch){ node_now(self), other, false };
    if (!state->checking) check_later(self);
}

static void lose(Node *self, NodeId other)
{
    State *state = detector_state(self);
    uint32_t at = find(state, other);
    if (!is_watched(state, at, other)) return;
    memmove(&state->watched[at], &state->watched[at + 1], (--state->count - at) * sizeof(Watch));
}

static void send(Node *self, NodeId to, uint8_t kind)
{
    detector_send(self, to, &(Message){ .publication = PUBLICATION_NONE, .size = BEAT_BYTES, .kind = kind });
}

static void start(Node *self)
{
    State *state = detector_state(self);
    uint32_t degree = detector_degree(self);
    state->watched = g_new(Watch, degree + 1);
    state->room = degree + 1;
    for (uint32_t i = 0; i < degree; i++)
        state->watched[i] = (Watch){ node_now(self), detector_neighbor(self, i), false };
    state->count = degree;
    uint64_t phase = random_below(detector_random(self), (uint64_t)detector_settings(self)->period);
    detector_after(self, (SimTime)phase, TICK_BEAT);
    check_later(self);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    State *state = detector_state(self);
    uint32_t at = find(state, from);
    if (is_watched(state, at, from)) {
        state->watched[at].heard = node_now(self);
        if (!state->watched[at].down) return;
        state->watched[at].down = false;
        if (!state->checking) check_later(self);
    } else if (message->kind == BEAT) {
        send(self, from, ANSWER);
    }
}

/* Downwards, for who is declared down may be lost at once; whom that hides is late at the next check. */
static void check(Node *self)
{
    State *state = detector_state(self);
    SimTime latest = node_now(self) - timeout(detector_settings(self));
    for (uint32_t i = state->count; i-- > 0; ) {
        if (i >= state->count || state->watched[i].down || state->watched[i].heard > latest) continue;
        state->watched[i].down = true;
        detector_down(self, state->watched[i].node);
    }
    check_later(self);
}

static void timer(Node *self, uint32_t tag)
{
    const State *state = detector_state(self);
    if (tag == TICK_CHECK) {
        check(self);
        return;
    }
    for (uint32_t i = 0; i < state->count; i++) send(self, state->watched[i].node, BEAT);
    detector_after(self, detector_settings(self)->period, TICK_BEAT);
}

static void stop(Node *self)
{
    State *state = detector_state(self);
    g_clear_pointer(&state->watched, g_free);
}

const Detector detector_heartbeat = {
    .state_size = sizeof(State),
    .start = start, .receive = receive, .timer = timer, .gain = gain, .lose = lose, .stop = stop,
};
