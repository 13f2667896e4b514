/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop: what is pending, and in which order it happens.
 *
 * The order is total and does not depend on how the run is executed: by time,
 * then round, then class, then destination, sender, and the sender's own order.
 * An event made for the present instant belongs to that instant's next round.
 *
 * Events wait in buckets of time (calendar.h); a bucket is gathered,
 * radix-sorted (batch.h) and handed out in order, so the next destinations are
 * known and can be fetched from memory ahead of time.  Nothing is allocated an
 * event, and the width of the buckets follows what is pending.
 *
 *     operation               cost
 *     engine_at               O(1); O(log n) for an event of the running bucket
 *     engine_next             amortised O(1) for each event and bucket passed
 *     engine_cancel           O(1); the slot is reused once its time has come
 */
#pragma once
#include <stdbool.h>

#include "core/units.h"

/* What happens at one instant and round happens in this order. */
typedef enum {
    EVENT_MARK,             /* before anything else of the instant: a measurement begins */
    EVENT_DOWN,             /* failures */
    EVENT_UP,               /* repairs */
    EVENT_WORKLOAD,
    EVENT_TIMER,
    EVENT_MESSAGE,
    EVENT_SAMPLE,
} EventClass;

/* An event as it is handed out. */
typedef struct {
    SimTime time;
    EventClass class;
    uint32_t to, from;      /* whom it happens to, who made it */
    uint32_t word;          /* the maker's own */
} Event;

typedef struct Engine Engine;

/* `horizon`: how far ahead most events are made, in ns (> 0); `density`: how
 * many are pending at once, at a guess.  Both only steer the bucket width. */
Engine *engine_new(SimTime horizon, uint64_t density);
void engine_free(Engine *engine);

/* The time of the event handed out last; 0 before the first. */
SimTime engine_now(const Engine *engine);

/* Adds an event; time >= engine_now(). */
void engine_at(Engine *engine, SimTime time, EventClass class, uint32_t to, uint32_t from, uint32_t word);

/* What waits, for calendar.h's inline way of adding an event: for loops that add
 * one after the other.  Owned by the engine. */
typedef struct Calendar Calendar;
Calendar *engine_calendar(Engine *engine);

/* Takes the next event with time <= `end` into *event; false if there is none. */
bool engine_next(Engine *engine, SimTime end, Event *event);

/* Looks at the event `ahead` places behind the next one of the running batch:
 * sets *to and *word and returns true, or returns false where the batch ends. */
bool engine_peek(const Engine *engine, uint32_t ahead, uint32_t *to, uint32_t *word);

/* A timer: an EVENT_TIMER at `owner`, from `owner`, that can be cancelled.  Its
 * word is a handle for engine_timer_take().  `epoch` and `tag` are the caller's. */
typedef uint64_t TimerId;               /* never 0 */
TimerId engine_timer(Engine *engine, SimTime time, uint32_t owner, uint32_t epoch, uint32_t tag);

/* True if the timer was pending and now never fires; false for any other id. */
bool engine_cancel(Engine *engine, TimerId timer);

/* For an EVENT_TIMER just handed out: frees its slot; false if it was
 * cancelled, else true and *epoch and *tag as they were given. */
bool engine_timer_take(Engine *engine, uint32_t word, uint32_t *epoch, uint32_t *tag);

/* How many events wait, cancelled timers included; goes through all of them with
 * `visit` (in no particular order) where that is not NULL. */
uint64_t engine_pending(const Engine *engine, void (*visit)(void *data, const Event *event), void *data);

/* How many waited at once, at most, as counted once a bucket. */
uint64_t engine_most(const Engine *engine);

/* Bytes of memory held for events and timers. */
uint64_t engine_bytes(const Engine *engine);
