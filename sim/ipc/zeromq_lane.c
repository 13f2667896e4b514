/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipc/zeromq_parts.h"

bool lane_writable(const Lane *lane)
{
    return lane->limit == 0 || lane->conflate || lane->written - lane->credited < lane->limit;
}

static Parcel *lane_slot(const Lane *lane, uint32_t i)
{
    return &lane->ring[(lane->first + i) & (lane->room - 1)];
}

static void lane_grow(Lane *lane)
{
    uint32_t room = lane->room ? lane->room * 2 : 8;
    Parcel *ring = g_new(Parcel, room);
    for (uint32_t i = 0; i < lane->count; i++) ring[i] = *lane_slot(lane, i);
    g_free(lane->ring);
    lane->ring = ring;
    lane->room = room;
    lane->first = 0;
}

bool lane_push(Lane *lane, Parcel parcel, Parcel *old)
{
    bool replaces = lane->conflate && parcel.kind == PARCEL_MESSAGE && lane->count &&
                    lane_slot(lane, lane->count - 1)->kind == PARCEL_MESSAGE;
    if (replaces) {
        *old = *lane_slot(lane, lane->count - 1);
        *lane_slot(lane, lane->count - 1) = parcel;
        return true;
    }
    if (lane->count == lane->room) lane_grow(lane);
    *lane_slot(lane, lane->count++) = parcel;
    lane->written += parcel.kind == PARCEL_MESSAGE;
    return false;
}

bool lane_pop(Lane *lane, Parcel *parcel, bool *credit)
{
    *credit = false;
    if (!lane->count) return false;
    *parcel = *lane_slot(lane, 0);
    lane->first = (lane->first + 1) & (lane->room - 1);
    lane->count--;
    if (parcel->kind != PARCEL_MESSAGE) return true;
    lane->read++;
    if (lane->limit && lane->read % ((lane->limit + 1) / 2) == 0) {
        lane->credited = lane->read;
        *credit = true;
    }
    return true;
}

const Parcel *lane_at(const Lane *lane, uint32_t i) { return lane_slot(lane, i); }

void lane_free(Lane *lane)
{
    g_assert(!lane->count);
    g_free(lane->ring);
    *lane = (Lane){ 0 };
}

/* ---- rings ---- */

static void ring_swap(Ring *ring, uint32_t a, uint32_t b)
{
    Pipe *was = ring->pipes[a];
    ring->pipes[a] = ring->pipes[b];
    ring->pipes[b] = was;
    ring->pipes[a]->place[ring->which] = a;
    ring->pipes[b]->place[ring->which] = b;
}

void ring_add(Ring *ring, Pipe *pipe)
{
    if (pipe->place[ring->which] != RING_NOWHERE) return;
    if (ring->count == ring->room) {
        ring->room = ring->room ? ring->room * 2 : 4;
        ring->pipes = g_renew(Pipe *, ring->pipes, ring->room);
    }
    pipe->place[ring->which] = ring->count;
    ring->pipes[ring->count++] = pipe;
    ring_activate(ring, pipe);
}

void ring_activate(Ring *ring, Pipe *pipe)
{
    uint32_t place = pipe->place[ring->which];
    if (place == RING_NOWHERE || place < ring->active) return;
    ring_swap(ring, place, ring->active++);
}

/* The steps are libzmq's, so that turns come in the same order after any history. */
void ring_rest(Ring *ring)
{
    ring_swap(ring, ring->current, --ring->active);
    if (ring->current == ring->active) ring->current = 0;
}

void ring_turn(Ring *ring)
{
    if (++ring->current >= ring->active) ring->current = 0;
}

void ring_remove(Ring *ring, Pipe *pipe)
{
    uint32_t place = pipe->place[ring->which];
    if (place == RING_NOWHERE) return;
    if (place < ring->active) {
        ring_swap(ring, place, --ring->active);
        if (ring->current == ring->active) ring->current = 0;
    }
    ring_swap(ring, pipe->place[ring->which], --ring->count);
    pipe->place[ring->which] = RING_NOWHERE;
}
