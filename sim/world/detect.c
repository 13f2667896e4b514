/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a failure detector may call, and what becomes of what it finds. */
#include <string.h>

#include "core/memory.h"
#include "world/state.h"

static const uint32_t LEFT = UINT32_MAX;       /* in `noticed`: it said goodbye */

void detect_prepare(World *world)
{
    const DetectorSettings *settings = &world->scenario->overlay_settings.detector;
    world->detector = detector_of((DetectorKind)settings->kind);
    bool connections = world->live && world->live->connected && !world->detector;
    bool itself = world->protocol->detects && !world->detector && !connections;
    world->seen.detections.by = world->detector ? DETECTED_BY_DETECTOR : connections ? DETECTED_BY_CONNECTION :
                                itself ? DETECTED_BY_PROTOCOL : DETECTED_BY_NOBODY;
    if (connections || world->detector || itself) world->noticed = big_new(world->nodes, sizeof(uint32_t));
    if (!world->detector) return;
    world->detector_size = (world->detector->state_size + 7) / 8 * 8;
    world->detector_states = big_new(world->nodes, world->detector_size);
    world->detector_key = random_key(world->seed, "overlay/detector");
}

void detect_free(World *world)
{
    big_free(world->noticed, world->nodes, sizeof(uint32_t));
    big_free(world->detector_states, world->nodes, world->detector_size);
    big_free(world->detector_randoms, world->nodes, sizeof(Random));
}

void detect_start(World *world, NodeId node)
{
    memset(world->detector_states + node * world->detector_size, 0, world->detector_size);
    world->detector->start(world_node(world, node));
}

void detect_stop(World *world, NodeId node)
{
    world->detector->stop(world_node(world, node));
}

void detect_gone(World *world, NodeId node, bool orderly)
{
    if (!world->noticed) return;
    world->noticed[node] = orderly ? LEFT : 0;
    if (!orderly && world->now >= world->warmup) world->seen.detections.crashes++;
}

void detect_found(World *world, NodeId other)
{
    Detections *detections = &world->seen.detections;
    if (world->now < world->warmup || !world->noticed) return;
    if (bit_get(world->up, other)) {
        detections->wrong++;
        return;
    }
    if (world->noticed[other] == LEFT) return;
    uint32_t last = world->last_transition[other];
    SimTime since = g_array_index(world->transitions, Transition, last - 1).time;
    if (since < MAX(world->warmup, 0)) return;              /* or it was never there */
    SimTime took = world->now - since;
    detections->shortest = detections->found ? MIN(detections->shortest, took) : took;
    detections->found++;
    detections->time += (uint64_t)took;
    detections->longest = MAX(detections->longest, took);
    if (world->noticed[other] == last) return;
    world->noticed[other] = last;
    detections->noticed++;
    detections->first_time += (uint64_t)took;
}

void node_found_down(Node *self, NodeId other)
{
    World *world = self->world;
    if (world->seen.detections.by == DETECTED_BY_PROTOCOL) detect_found(world, other);
}

void node_replaced(Node *self, NodeId other)
{
    World *world = self->world;
    Detections *detections = &world->seen.detections;
    if (bit_get(world->up, other)) return;
    SimTime since = g_array_index(world->transitions, Transition, world->last_transition[other] - 1).time;
    if (since < MAX(world->warmup, 0)) return;
    detections->repaired++;
    detections->repair_time += (uint64_t)(world->now - since);
    detections->repair_longest = MAX(detections->repair_longest, world->now - since);
}

void *detector_state(Node *self) { return self->world->detector_states + self->id * self->world->detector_size; }
const DetectorSettings *detector_settings(const Node *self) { return &self->world->scenario->overlay_settings.detector; }
uint32_t detector_degree(const Node *self) { return node_degree(self); }
NodeId detector_neighbor(const Node *self, uint32_t i) { return node_neighbor(self, i); }

Random *detector_random(Node *self)
{
    World *world = self->world;
    return world_random(world, &world->detector_randoms, world->detector_key, self->id);
}

bool detector_watches(const Node *self, NodeId other)
{
    const World *world = self->world;
    if (world->views) return live_is_neighbor(world, self->id, other);
    return !world->graph || graph_find(world->graph, self->id, other) != UINT32_MAX;
}

void detector_send(Node *self, NodeId to, const Message *message)
{
    World *world = self->world;
    Message marked = *message;
    marked.flags = MESSAGE_DETECTOR;
    if (world->now >= world->warmup) {
        world->seen.detections.messages++;
        world->seen.detections.bytes += message->size + world->scenario->network.header;
    }
    node_send(self, to, &marked);
}

uint64_t detector_after(Node *self, SimTime delay, uint32_t tag)
{
    return world_timer(self, delay, tag, TIMER_DETECTOR);
}

void detector_down(Node *self, NodeId other)
{
    World *world = self->world;
    Message nothing = { .publication = PUBLICATION_NONE, .kind = OVERLAY_SUSPECTED, .flags = MESSAGE_OVERLAY };
    detect_found(world, other);
    if (world->live && world->live->unreachable) world->live->unreachable(self, other, &nothing);
}
