/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a live overlay may call: the other half of its contract. */
#include <string.h>

#include "core/memory.h"
#include "world/state.h"

void live_prepare(World *world)
{
    const LiveOverlay *live = world->live;
    world->live_size = (live->state_size + 7) / 8 * 8;
    if (world->live_size) world->live_states = big_new(world->nodes, world->live_size);
    world->views = big_new(world->nodes, sizeof(View));
    world->joined = big_new(world->words + 1, sizeof(uint64_t));
    world->live_key = random_key(world->seed, "overlay/live");
    world->live_shared = g_malloc0(live->shared_size + 1);
    if (!live->prepare) return;
    uint64_t fixed = world->scenario->overlay_settings.seed;
    LiveScope scope = { .nodes = world->nodes, .seed = fixed == UINT64_MAX ? world->seed : fixed, .up = world->up };
    live->prepare(world->scenario->overlay.config, &scope, world->live_shared);
}

void live_free(World *world)
{
    for (NodeId v = 0; world->views && v < world->nodes; v++) g_free(world->views[v].links);
    big_free(world->views, world->nodes, sizeof(View));
    big_free(world->joined, world->words + 1, sizeof(uint64_t));
    big_free(world->live_states, world->nodes, world->live_size);
    big_free(world->live_randoms, world->nodes, sizeof(Random));
    if (world->live_shared && world->live->release) world->live->release(world->live_shared);
    g_free(world->live_shared);
}

void live_start(World *world, NodeId node)
{
    if (world->live_size) memset(world->live_states + node * world->live_size, 0, world->live_size);
    world->live->start(world_node(world, node));
    bit_set(world->joined, node);
    world->joined_count++;
}

void live_stop(World *world, NodeId node)
{
    if (world->live->stop) world->live->stop(world_node(world, node));
    world->views[node].count = 0;
    if (!bit_get(world->joined, node)) return;
    bit_clear(world->joined, node);
    world->joined_count--;
}

void *overlay_state(Node *self) { return self->world->live_states + self->id * self->world->live_size; }
const void *overlay_config(const Node *self) { return self->world->scenario->overlay.config; }
const void *overlay_shared(const Node *self) { return self->world->live_shared; }

Random *overlay_random(Node *self)
{
    World *world = self->world;
    return world_random(world, &world->live_randoms, world->live_key, self->id);
}

NodeId overlay_contact(Node *self)
{
    World *world = self->world;
    uint32_t others = world->joined_count - bit_get(world->joined, self->id);
    if (!others) return NODE_NONE;
    for (;;) {
        NodeId pick = (NodeId)random_below(overlay_random(self), world->nodes);
        if (pick != self->id && bit_get(world->joined, pick)) return pick;
    }
}

void overlay_send(Node *self, NodeId to, const Message *message)
{
    Message marked = *message;
    marked.flags = MESSAGE_OVERLAY;
    node_send(self, to, &marked);
}

void overlay_send_connected(Node *self, NodeId to, const Message *message)
{
    Message marked = *message;
    marked.flags = MESSAGE_OVERLAY | MESSAGE_CONNECTED;
    node_send(self, to, &marked);
}

bool overlay_carried(const Message *message) { return !(message->flags & MESSAGE_OVERLAY); }
void overlay_hold(Node *self, uint32_t publication) { node_hold(self, publication); }
void overlay_release(Node *self, uint32_t publication) { node_release(self, publication); }

void overlay_resend(Node *self, NodeId to, const Message *message)
{
    enum { COUNTED = 2 };               /* hops: of the way there and of the news */
    Message again = *message;
    g_assert(again.publication != PUBLICATION_NONE && overlay_carried(message));
    again.flags &= MESSAGE_PAYLOAD;
    again.hops -= COUNTED;
    node_send(self, to, &again);
}

uint64_t overlay_after(Node *self, SimTime delay, uint32_t tag)
{
    return world_timer(self, delay, tag, TIMER_OVERLAY);
}

bool overlay_cancel(Node *self, uint64_t timer) { return node_cancel(self, timer); }

SimTime overlay_measure(const Node *self, NodeId other)
{
    return other == self->id ? 0 : world_latency(self->world, self->id, other);
}

uint32_t overlay_degree(const Node *self) { return self->world->views[self->id].count; }
NodeId overlay_neighbor(const Node *self, uint32_t i) { return self->world->views[self->id].links[i].to; }

/* The place of `other` in an ascending view, or where it belongs. */
static uint32_t view_find(const View *view, NodeId other)
{
    uint32_t low = 0, high = view->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (view->links[middle].to < other) low = middle + 1;
        else high = middle;
    }
    return low;
}

bool live_is_neighbor(const World *world, NodeId node, NodeId other)
{
    const View *view = &world->views[node];
    uint32_t at = view_find(view, other);
    return at < view->count && view->links[at].to == other;
}

bool overlay_neighbor_add(Node *self, NodeId other)
{
    World *world = self->world;
    View *view = &world->views[self->id];
    uint32_t at = view_find(view, other);
    g_assert(other != self->id && other < world->nodes);
    if (at < view->count && view->links[at].to == other) return false;
    if (view->count == view->room) {
        view->room = view->room ? 2 * view->room : 8;
        view->links = g_renew(Link, view->links, view->room);
    }
    memmove(&view->links[at + 1], &view->links[at], (view->count++ - at) * sizeof(Link));
    SimTime latency = world_latency(world, self->id, other);
    view->links[at] = (Link){ other, latency < LATENCY_ESCAPED ? (uint32_t)latency : LATENCY_ESCAPED };
    if (world->detector) world->detector->gain(self, other);
    if (world->protocol->neighbor_up && world->protocol_started) world->protocol->neighbor_up(self, other);
    return true;
}

bool overlay_neighbor_remove(Node *self, NodeId other)
{
    World *world = self->world;
    View *view = &world->views[self->id];
    uint32_t at = view_find(view, other);
    if (at == view->count || view->links[at].to != other) return false;
    memmove(&view->links[at], &view->links[at + 1], (--view->count - at) * sizeof(Link));
    if (world->detector) world->detector->lose(self, other);
    if (world->protocol->neighbor_down && world->protocol_started) world->protocol->neighbor_down(self, other);
    return true;
}
