/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node's own part of the way: shaper and upload before the wire, download and
 * processing behind it.
 *
 * A node that goes down takes what it had not yet put on the wire, and what it
 * had not yet processed, with it; what is on its download arrives all the same. */
#include <math.h>

#include "core/memory.h"
#include "world/state.h"

static bool is_limited(const Distribution *law)
{
    return law->kind != LAW_ABSENT;
}

static bool is_instant(const Distribution *law)
{
    return law->kind == LAW_CONSTANT && law->a == 0;
}

static Station *stations_new(World *world, Stage stage)
{
    Station *stations = world->stages[stage].stations = big_new(world->nodes, sizeof(Station));
    for (NodeId v = 0; v < world->nodes; v++) stations[v].rate = INFINITY;
    return stations;
}

/* Each node's rate from a law; nothing where it is unlimited. */
static void rates_draw(World *world, Stage stage, const Distribution *law, uint64_t seed, const char *stream)
{
    if (!is_limited(law)) return;
    Station *stations = stations_new(world, stage);
    uint64_t key = random_key(seed, stream);
    for (NodeId v = 0; v < world->nodes; v++) {
        Random random = random_keyed(key, v);
        stations[v].rate = fmax(distribution_draw(law, &random), 1);
    }
}

/* The class that names a node; or else the one that its draw belongs to. */
static uint32_t class_of(const NetworkSettings *network, NodeId node, double drawn)
{
    const NetworkClass *list = network->class_list;
    uint32_t class = 0, last = 0;
    for (uint32_t i = 0; i < network->class_count; i++)
        if (list[i].first <= node && node <= list[i].last && list[i].first != NODE_NONE) return i;
        else if (list[i].first == NODE_NONE) last = i;
    while (class < last && (list[class].first != NODE_NONE || drawn >= list[class].up_to)) class++;
    return class;
}

/* Each node's class, with both of its rates. */
static void classes_draw(World *world, uint64_t seed)
{
    const NetworkSettings *network = &world->scenario->network;
    Station *up = stations_new(world, STAGE_UPLOAD), *down = stations_new(world, STAGE_DOWNLOAD);
    uint64_t key = random_key(seed, "network/classes");
    for (NodeId v = 0; v < world->nodes; v++) {
        Random random = random_keyed(key, v);
        uint32_t class = class_of(network, v, random_unit(&random));
        up[v].rate = network->class_list[class].upload;
        down[v].rate = network->class_list[class].download;
    }
}

/* The buckets are full at first. */
static void buckets_fill(World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    Station *stations = world->stages[STAGE_SHAPER].stations;
    if (!stations) return;
    uint32_t source = 0;
    for (NodeId v = 0; v < world->nodes; v++) {
        bool publishes = source < world->source_count && world->sources[source].node == v;
        source += publishes;
        if (network->shaped == SHAPED_SOURCES && !publishes) stations[v].rate = INFINITY;
        else stations[v].credit = (SimTime)(fmin((double)network->burst * 8e9 / stations[v].rate, 0x1p60) + 0.5);
    }
}

bool access_is_limited(const World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    return is_limited(&network->rate) || is_limited(&network->upload) || is_limited(&network->download) ||
           network->class_count || !is_instant(&network->processing);
}

void access_prepare(World *world)
{
    const NetworkSettings *network = &world->scenario->network;
    uint64_t seed = network->seed == UINT64_MAX ? world->seed : network->seed;
    rates_draw(world, STAGE_SHAPER, &network->rate, seed, "network/rate");
    buckets_fill(world);
    if (network->class_count) {
        classes_draw(world, seed);
    } else {
        rates_draw(world, STAGE_UPLOAD, &network->upload, seed, "network/upload");
        rates_draw(world, STAGE_DOWNLOAD, &network->download, seed, "network/download");
    }
    if (!is_instant(&network->processing)) world->stages[STAGE_PROCESSING].stations = big_new(world->nodes, sizeof(Station));
    world->processing_key = random_key(world->seed, "network/processing");
    for (int s = 0; s < STAGES; s++) {
        world->stages[s].shared = network->sharing == SHARING_EQUAL && (s == STAGE_UPLOAD || s == STAGE_DOWNLOAD);
        world->stages[s].queue = s == STAGE_PROCESSING ? UINT64_MAX : network->queue;
    }
}

void access_free(World *world)
{
    for (int s = 0; s < STAGES; s++) big_free(world->stages[s].stations, world->nodes, sizeof(Station));
    big_free(world->processing_draws, world->nodes, sizeof(Random));
    g_free(world->waiting.list);
}

SimTime access_processing(World *world, NodeId node)
{
    const Distribution *law = &world->scenario->network.processing;
    if (law->kind == LAW_CONSTANT) return distribution_time(law, NULL);
    return distribution_time(law, world_random(world, &world->processing_draws, world->processing_key, node));
}

/* True where the stage makes a message wait at this node. */
static bool waits(const World *world, Stage stage, NodeId node)
{
    const Station *stations = world->stages[stage].stations;
    return stations && stations[node].rate != INFINITY;
}

static void drop(World *world, uint32_t body, DropReason reason)
{
    const Message message = world->bodies.list[body].message;
    drop_count(world, &message, reason);
    if (--world->bodies.list[body].copies == 0) body_end(world, body);
}

/* Lets a message in at the next stage that makes it wait. */
static void send_on(World *world, Stage stage, NodeId node, const Waiting *waiting)
{
    for (; stage <= STAGE_UPLOAD; stage++) {
        if (!waits(world, stage, node)) continue;
        if (!station_enter(world, stage, node, waiting)) drop(world, waiting->body, DROP_QUEUE_FULL);
        return;
    }
    wire_send(world, node, waiting->other, waiting->place, waiting->latency, waiting->body);
    if (--world->bodies.list[waiting->body].copies == 0) body_end(world, waiting->body);
}

void access_send(World *world, NodeId from, const Waiting *waiting)
{
    world->bodies.list[waiting->body].copies += 2;      /* one for its way, one for the sender, who ends it */
    send_on(world, STAGE_SHAPER, from, waiting);
    world->bodies.list[waiting->body].copies--;
}

/* It has come down the access link of `to`. */
static void landed(World *world, NodeId to, const Waiting *waiting)
{
    if (bit_get(world->up, to) && world->stages[STAGE_PROCESSING].stations)
        (void)station_enter(world, STAGE_PROCESSING, to, waiting);
    else node_receive(world, to, waiting->other, waiting->body);
}

void access_left(World *world, Stage stage, NodeId node, const Waiting *waiting)
{
    bool up = bit_get(world->up, node);
    switch (stage) {
    case STAGE_SHAPER: case STAGE_UPLOAD:
        if (up) send_on(world, stage + 1, node, waiting);
        else drop(world, waiting->body, DROP_NODE_DOWN);
        break;
    case STAGE_DOWNLOAD: landed(world, node, waiting); break;
    case STAGE_PROCESSING: node_receive(world, node, waiting->other, waiting->body); break;
    case STAGES: g_assert_not_reached();
    }
}

void access_arrive(World *world, const Event *event)
{
    NodeId to = event->to;
    if (event->from == to) {
        station_event(world, to, event->word);
        return;
    }
    Waiting waiting = { .other = event->from, .place = UINT32_MAX, .body = event->word };
    if (world->bodies.list[event->word].message.flags & MESSAGE_RESET) node_receive(world, to, event->from, event->word);
    else if (!waits(world, STAGE_DOWNLOAD, to)) landed(world, to, &waiting);
    else if (!station_enter(world, STAGE_DOWNLOAD, to, &waiting)) drop(world, waiting.body, DROP_QUEUE_FULL);
}

void access_down(World *world, NodeId node)
{
    static const Stage own[] = { STAGE_UPLOAD, STAGE_SHAPER, STAGE_PROCESSING };
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        if (world->stages[own[i]].stations) station_empty(world, own[i], node);
}
