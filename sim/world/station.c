/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world/station.h"

#include "world/state.h"

enum { TURN_BITS = 30, TURN_MASK = (1u << TURN_BITS) - 1, POOL_FIRST = 1024 };

#define LONGEST 0x1p60          /* ns: 36 years, which no run lives to see */

static uint32_t pool_take(WaitingPool *pool, const Waiting *waiting)
{
    if (!pool->free) {
        uint32_t room = pool->room ? 2 * pool->room : POOL_FIRST;
        pool->list = g_renew(Waiting, pool->list, room);
        for (uint32_t i = room; i > pool->room; i--) {
            pool->list[i - 1].next = pool->free;
            pool->free = i;
        }
        pool->room = room;
    }
    uint32_t number = pool->free;
    pool->free = pool->list[number - 1].next;
    pool->list[number - 1] = *waiting;
    pool->count++;
    return number;
}

static uint64_t bytes_of(const World *world, const Waiting *waiting)
{
    return (uint64_t)world->bodies.list[waiting->body].message.size + world->scenario->network.header;
}

static SimTime whole(double ns)
{
    return (SimTime)(MIN(ns, LONGEST) + 0.5);
}

static SimTime later(const World *world, SimTime delay)
{
    return delay < SIM_NEVER - world->now ? world->now + delay : SIM_NEVER;
}

static void await(World *world, Stage stage, NodeId node, SimTime at)
{
    Station *station = &world->stages[stage].stations[node];
    station->turn = (station->turn + 1) & TURN_MASK;
    station->expected = at;
    engine_at(world->engine, at, EVENT_MESSAGE, node, node, (uint32_t)stage << TURN_BITS | station->turn);
}

/* The first in line leaves for where it goes next. */
static void leave(World *world, Stage stage, NodeId node)
{
    Station *station = &world->stages[stage].stations[node];
    uint32_t number = station->head;
    Waiting waiting = world->waiting.list[number - 1];
    station->head = waiting.next;
    if (!station->head) station->tail = 0;
    station->count--;
    station->bytes -= bytes_of(world, &waiting);
    world->waiting.list[number - 1].next = world->waiting.free;
    world->waiting.free = number;
    world->waiting.count--;
    access_left(world, stage, node, &waiting);
}

/* What the head still has to wait for its tokens; 0 once they are taken.  For one
 * that is larger than the bucket they are gathered beyond its brim. */
static SimTime bucket_wait(const World *world, Station *station, SimTime cost)
{
    SimTime depth = whole((double)world->scenario->network.burst * 8e9 / station->rate);
    SimTime brim = station->expected == world->now ? MAX(depth, cost) : depth;
    SimTime room = brim - station->credit, passed = world->now - station->since;
    station->credit = passed < room ? station->credit + passed : brim;
    station->since = world->now;
    if (station->credit < cost) return cost - station->credit;
    station->credit -= cost;
    return 0;
}

static SimTime service(World *world, Stage stage, NodeId node, Station *station)
{
    if (stage == STAGE_PROCESSING) return access_processing(world, node);
    SimTime cost = whole((double)bytes_of(world, &world->waiting.list[station->head - 1]) * 8e9 / station->rate);
    return stage == STAGE_SHAPER ? bucket_wait(world, station, cost) : cost;
}

/* Serves the head; those that need no time leave at once. */
static void serve(World *world, Stage stage, NodeId node)
{
    Station *station = &world->stages[stage].stations[node];
    while (station->head) {
        SimTime need = service(world, stage, node, station);
        if (need > 0) {
            await(world, stage, node, later(world, need));
            return;
        }
        leave(world, stage, node);
    }
}

/* Brings the service that each has had to now. */
static void shared_advance(const World *world, Station *station)
{
    if (station->count) station->served += (double)(world->now - station->since) / station->count;
    else station->served = 0;
    station->since = world->now;
}

/* When the head is done if nobody comes or goes; now, where it is. */
static SimTime shared_due(const World *world, const Station *station)
{
    double left = (world->waiting.list[station->head - 1].due - station->served) * station->count;
    return left < 1 ? world->now : later(world, whole(left));
}

/* Puts a message in line by the service it is done at, behind equal ones.
 * Messages of one size come in that order, so the end is looked at first. */
static void shared_insert(World *world, Station *station, uint32_t number)
{
    Waiting *list = world->waiting.list, *waiting = &list[number - 1];
    uint32_t before = station->tail;
    if (before && list[before - 1].due > waiting->due) {
        before = 0;
        for (uint32_t i = station->head; list[i - 1].due <= waiting->due; i = list[i - 1].next) before = i;
    }
    uint32_t *link = before ? &list[before - 1].next : &station->head;
    waiting->next = *link;
    *link = number;
    if (!waiting->next) station->tail = number;
}

static void shared_enter(World *world, Stage stage, NodeId node, uint32_t number)
{
    Station *station = &world->stages[stage].stations[node];
    Waiting *waiting = &world->waiting.list[number - 1];
    shared_advance(world, station);
    waiting->due = station->served + (double)bytes_of(world, waiting) * 8e9 / station->rate;
    shared_insert(world, station, number);
    station->count++;
    SimTime due = shared_due(world, station);
    if (station->count == 1 || due < station->expected) await(world, stage, node, due);
}

/* The awaited event may be early: others came and took their share. */
static void shared_event(World *world, Stage stage, NodeId node)
{
    Station *station = &world->stages[stage].stations[node];
    shared_advance(world, station);
    if (shared_due(world, station) == world->now) {
        double served = station->served = world->waiting.list[station->head - 1].due;
        while (station->head && world->waiting.list[station->head - 1].due <= served) leave(world, stage, node);
    }
    if (station->head) await(world, stage, node, shared_due(world, station));
}

bool station_enter(World *world, Stage stage, NodeId node, const Waiting *waiting)
{
    const StageSetting *setting = &world->stages[stage];
    Station *station = &setting->stations[node];
    uint64_t bytes = bytes_of(world, waiting);
    if (station->head) {
        uint64_t first = bytes_of(world, &world->waiting.list[station->head - 1]);
        if (station->bytes - first + bytes > setting->queue) return false;
    }
    uint32_t number = pool_take(&world->waiting, waiting);
    world->waiting.list[number - 1].next = 0;
    station->bytes += bytes;
    if (setting->shared) {
        shared_enter(world, stage, node, number);
        return true;
    }
    if (station->tail) world->waiting.list[station->tail - 1].next = number;
    else station->head = number;
    station->tail = number;
    if (station->count++ == 0) serve(world, stage, node);
    return true;
}

void station_event(World *world, NodeId node, uint32_t word)
{
    Stage stage = (Stage)(word >> TURN_BITS);
    Station *station = &world->stages[stage].stations[node];
    if ((word & TURN_MASK) != station->turn) return;
    if (world->stages[stage].shared) {
        shared_event(world, stage, node);
        return;
    }
    if (stage != STAGE_SHAPER) leave(world, stage, node);
    serve(world, stage, node);
}

void station_empty(World *world, Stage stage, NodeId node)
{
    Station *station = &world->stages[stage].stations[node];
    station->turn = (station->turn + 1) & TURN_MASK;
    while (station->head) leave(world, stage, node);
}
