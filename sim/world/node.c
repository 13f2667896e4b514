/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a protocol may call: the other half of its contract. */
#include "core/memory.h"
#include "world/state.h"

NodeId node_id(const Node *self) { return self->id; }
SimTime node_now(const Node *self) { return self->world->now; }
uint32_t node_count(const Node *self) { return self->world->nodes; }
void *node_state(Node *self) { return self->world->states + self->id * self->world->state_size; }
void *node_shared(Node *self) { return self->world->shared; }
const void *node_config(const Node *self) { return self->world->scenario->protocol.config; }

Random *world_random(World *world, Random **streams, uint64_t key, NodeId node)
{
    if (!*streams) *streams = big_new(world->nodes, sizeof(Random));
    Random *random = &(*streams)[node];
    if (!random->key) *random = random_keyed(key, node);
    return random;
}

Random *node_random(Node *self)
{
    World *world = self->world;
    return world_random(world, &world->randoms, world->random_key, self->id);
}

/* The links that leave a node and how many; NULL where the overlay is complete.
 * *place: of the first in the graph, UINT32_MAX where there is none. */
static inline const Link *links_of(const World *world, NodeId node, uint32_t *count, uint32_t *place)
{
    *place = UINT32_MAX;
    if (G_LIKELY(world->graph != NULL)) {
        *place = world->graph->first[node];
        *count = world->graph->first[node + 1] - *place;
        return &world->graph->links[*place];
    }
    *count = world->views ? world->views[node].count : world->nodes - 1;
    return world->views ? world->views[node].links : NULL;
}

uint32_t node_degree(const Node *self)
{
    uint32_t count, place;
    links_of(self->world, self->id, &count, &place);
    return count;
}

static inline NodeId complete_neighbor(NodeId node, uint32_t i) { return i + (i >= node); }

NodeId node_neighbor(const Node *self, uint32_t i)
{
    uint32_t count, place;
    const Link *links = links_of(self->world, self->id, &count, &place);
    g_assert(i < count);
    return links ? links[i].to : complete_neighbor(self->id, i);
}

uint32_t node_first_link(const Node *self)
{
    return self->world->graph ? self->world->graph->first[self->id] : 0;
}

/* Counts `copies` of a message at the moment they are handed over. */
static inline void count_sent(World *world, NodeId from, const Message *message, uint32_t copies)
{
    uint32_t payload = message->flags & MESSAGE_PAYLOAD;
    if (G_UNLIKELY(message->flags & MESSAGE_IPC)) {
        world->packets.sent += copies;
        world->packets.bytes += copies * (message->size + world->scenario->network.header);
        return;
    }
    world->counters.sent[payload] += copies;
    world->counters.bytes[payload] += copies * (message->size + world->scenario->network.header);
    world->load[from] += copies;
}

static inline uint32_t body_take(World *world, const Message *message)
{
    Message travels = *message;
    bool fresh;
    travels.hops++;
    uint32_t body = bodies_find(&world->bodies, &travels, &fresh);
    if (fresh && travels.publication != PUBLICATION_NONE) publication_use(world, travels.publication);
    return body;
}

/* What goes to a neighbor on a live overlay of connections; `kept` is room for it. */
static inline const Message *over_link(const World *world, const Message *message, Message *kept)
{
    if (G_LIKELY(!world->live || !world->live->connected)) return message;
    *kept = *message;
    kept->flags |= MESSAGE_CONNECTED;
    return kept;
}

static inline void copy_send(World *world, NodeId from, NodeId to, uint32_t place, SimTime latency, uint32_t body)
{
    if (G_UNLIKELY(!world->plain)) {
        channel_send(world, from, to, place, latency, body);
        return;
    }
    world->bodies.list[body].copies++;
    SimTime arrival = world->now + latency;
    if (G_LIKELY(arrival > world->calendar->late_last))
        calendar_add(world->calendar, arrival, EVENT_MESSAGE, to, from, body);
    else engine_at(world->engine, arrival, EVENT_MESSAGE, to, from, body);
}

static inline SimTime link_latency(const World *world, NodeId from, const Link *link)
{
    return G_LIKELY(link->latency != LATENCY_ESCAPED) ? link->latency : world_latency(world, from, link->to);
}

void node_send(Node *self, NodeId to, const Message *message)
{
    World *world = self->world;
    g_assert(to < world->nodes && to != self->id);
    uint32_t place = world->graph ? graph_find(world->graph, self->id, to) : UINT32_MAX;
    SimTime latency = place != UINT32_MAX ? link_latency(world, self->id, &world->graph->links[place])
                                          : world_latency(world, self->id, to);
    bool linked = world->views && !(message->flags & (MESSAGE_OVERLAY | MESSAGE_DETECTOR)) && live_is_neighbor(world, self->id, to);
    Message kept;
    uint32_t body = body_take(world, linked ? over_link(world, message, &kept) : message);
    count_sent(world, self->id, message, 1);
    copy_send(world, self->id, to, place, latency, body);
    if (!world->bodies.list[body].copies) body_end(world, body);
}

/* One copy of `body` to neighbor number i. */
static inline void neighbor_send(World *world, NodeId from, const Link *links, uint32_t place, uint32_t i, uint32_t body)
{
    if (G_LIKELY(links != NULL)) {
        copy_send(world, from, links[i].to, place == UINT32_MAX ? place : place + i, link_latency(world, from, &links[i]), body);
        return;
    }
    NodeId to = complete_neighbor(from, i);
    copy_send(world, from, to, UINT32_MAX, world_latency(world, from, to), body);
}

void node_send_neighbor(Node *self, uint32_t i, const Message *message)
{
    World *world = self->world;
    Message kept;
    uint32_t count, place, body = body_take(world, over_link(world, message, &kept));
    const Link *links = links_of(world, self->id, &count, &place);
    count_sent(world, self->id, message, 1);
    neighbor_send(world, self->id, links, place, i, body);
    if (!world->bodies.list[body].copies) body_end(world, body);
}

void node_send_neighbors(Node *self, NodeId except, const Message *message)
{
    World *world = self->world;
    NodeId from = self->id;
    Message kept;
    uint32_t count, place, copies = 0, body = body_take(world, over_link(world, message, &kept));
    const Link *links = links_of(world, from, &count, &place);
    for (uint32_t i = 0; i < count; i++) {
        if ((links ? links[i].to : complete_neighbor(from, i)) == except) continue;
        neighbor_send(world, from, links, place, i, body);
        copies++;
    }
    count_sent(world, from, message, copies);
    if (!world->bodies.list[body].copies) body_end(world, body);
}

static void delivery_record(World *world, const Live *live, NodeId node, uint32_t hops)
{
    const Part *workload = world->scenario->workloads->pdata[live->workload];
    DeliveryRow row = { result_text(world->result, workload->name), live->public.number, node, live->public.published,
                        world->now, hops };
    g_array_append_val(world->result->deliveries, row);
}

/* Counts the first delivery of a publication at a member. */
static void count_delivery(World *world, Live *live, NodeId node, const Message *message)
{
    SimTime published = live->public.published, latency = world->now - published;
    SimTime deadline = world->scenario->settings.deadline;
    if (G_UNLIKELY(deadline >= 0 && latency > deadline)) {
        live->late_expected += liveness_up_during(world, node, published, published + deadline);
        return;
    }
    bool overtaken = publication_overtaken(world, live, node);
    world->deliveries++;
    if (G_UNLIKELY(!live->counted)) return;
    live->delivered++;
    live->delivered_at_send += liveness_up_at(world, node, published);
    world->seen.out_of_order += overtaken;
    histogram_add(live->latency, (uint64_t)latency);
    histogram_add(&world->seen.hops, message->hops);
    world->seen.useful += live->public.size;
    if (world->stretches) stretch_count(world, live->public.source, node, latency);
    if (world->recording.deliveries) delivery_record(world, live, node, message->hops);
}

/* What is new to this incarnation of the node. */
static G_GNUC_NO_INLINE void deliver_new(World *world, Live *live, NodeId node, const Message *publication)
{
    bit_set(live->seen, node);
    if (G_UNLIKELY(live->block)) {
        if (!coding_deliver(world, live, node)) return;
        live = &world->lives[live->block - 1];
        bit_set(live->seen, node);
    }
    if (live->had != live->seen) {
        if (bit_get(live->had, node)) return;
        bit_set(live->had, node);
    }
    if (live->public.group && !bit_get(world->groups[live->public.group].is_member, node)) return;
    count_delivery(world, live, node, publication);
}

bool node_deliver(Node *self, const Message *publication)
{
    World *world = self->world;
    Live *live = &world->lives[publication->publication];
    g_assert(live->seen);                       /* else a protocol sends what it did not hold */
    if (bit_get(live->seen, self->id)) return false;
    deliver_new(world, live, self->id, publication);
    return true;
}

bool node_has(const Node *self, uint32_t publication)
{
    Live *live = &self->world->lives[publication];
    if (G_UNLIKELY(!live->in_use)) publication_refresh(self->world, live);
    return !live->seen || bit_get(live->seen, self->id);
}

const Publication *node_publication(const Node *self, uint32_t publication)
{
    return &self->world->lives[publication].public;
}

bool node_in_group(const Node *self, NodeId node, uint32_t group)
{
    return !group || bit_get(self->world->groups[group].is_member, node);
}

bool node_is_member(const Node *self, uint32_t publication)
{
    return node_in_group(self, self->id, self->world->lives[publication].public.group);
}

const NodeId *node_members(const Node *self, uint32_t publication, uint32_t *count)
{
    const Members *members = &self->world->groups[self->world->lives[publication].public.group];
    *count = members->count;
    return members->members;
}

void node_hold(Node *self, uint32_t publication)
{
    publication_use(self->world, publication);
}

void node_release(Node *self, uint32_t publication)
{
    if (--self->world->lives[publication].in_use == 0) publication_unused(self->world, publication);
}

uint64_t world_timer(Node *self, SimTime delay, uint32_t tag, uint32_t owner)
{
    World *world = self->world;
    g_assert(delay >= 0 && tag < 1u << TIMER_OWNER_SHIFT);
    SimTime time = delay < SIM_NEVER - world->now ? world->now + delay : SIM_NEVER;
    uint32_t epoch = world->epochs ? world->epochs[self->id] : 0;
    return engine_timer(world->engine, time, self->id, epoch, tag | owner << TIMER_OWNER_SHIFT);
}

uint64_t node_after(Node *self, SimTime delay, uint32_t tag)
{
    return world_timer(self, delay, tag, TIMER_PROTOCOL);
}

bool node_cancel(Node *self, uint64_t timer)
{
    return engine_cancel(self->world->engine, timer);
}

/* The news that a connection broke has reached its sender. */
static void overlay_broken(World *world, NodeId sender, NodeId other, const Message *message)
{
    if (live_is_neighbor(world, sender, other)) detect_found(world, other);
    if (world->live->unreachable) world->live->unreachable(world_node(world, sender), other, message);
    if (message->flags & MESSAGE_ROUTED) route_again(world, sender, message);
}

/* What a live overlay sent has arrived; junk goes no further. */
static void overlay_arrive(World *world, NodeId to, NodeId from, const Message *message)
{
    if (!(message->flags & MESSAGE_JUNK)) world->live->receive(world_node(world, to), from, message);
}

void connection_reset(World *world, NodeId sender, NodeId other, SimTime at, const Message *message)
{
    if (world->detector && world->views && live_is_neighbor(world, sender, other)) return;      /* it is for the detector to find out */
    Message reset = *message;
    reset.flags |= MESSAGE_RESET;
    uint32_t body = body_take(world, &reset);
    world->bodies.list[body].copies++;
    world->resets++;
    engine_at(world->engine, at, EVENT_MESSAGE, sender, other, body);
}

/* A packet of a communication model has reached its host, or that of the next hop. */
static void packet_receive(World *world, NodeId to, NodeId from, const Message *message, bool up)
{
    bool detects = world->detector && world->views && live_is_neighbor(world, from, to);    /* and nothing else may tell */
    ++*(up ? &world->packets.arrived : &world->packets.dropped);
    if (up) fabric_arrive(world, to, message);
    else if (message->flags & MESSAGE_ROUTED && !detects)
        connection_reset(world, from, to, world->now + world_latency(world, to, from), message);
    else fabric_dropped(world, message);
}

/* The news that a packet was lost has reached who sent it, or who sent it on. */
static void packet_reset(World *world, NodeId sender, NodeId other, const Message *message)
{
    if (message->flags & MESSAGE_ROUTED) relay_again(world, sender, other, message);
    else ipc_lost(world->ipc, (uint32_t)message->word);
}

/* A message that is not simply the protocol's, or whose node is down. */
static G_GNUC_NO_INLINE void receive_special(World *world, NodeId to, NodeId from, const Message *message)
{
    bool up = bit_get(world->up, to);
    if (message->flags & MESSAGE_RESET) {
        world->resets--;
        if (message->flags & MESSAGE_IPC) packet_reset(world, to, from, message);
        else if (up) overlay_broken(world, to, from, message);
        return;
    }
    if (message->flags & MESSAGE_IPC) {
        packet_receive(world, to, from, message, up);
        return;
    }
    world->counters.reached++;
    if (!up) {
        world->counters.dropped[DROP_NODE_DOWN]++;
        if (message->flags & MESSAGE_CONNECTED)
            connection_reset(world, from, to, world->now + world_latency(world, to, from), message);
        return;
    }
    if (message->flags & MESSAGE_ROUTED && route_is_lost(message)) {
        world->counters.dropped[DROP_NO_ROUTE]++;
        return;
    }
    world->counters.arrived[message->flags & MESSAGE_PAYLOAD]++;
    if (message->flags & MESSAGE_DETECTOR) world->detector->receive(world_node(world, to), from, message);
    else if (message->flags & (MESSAGE_OVERLAY | MESSAGE_JUNK)) overlay_arrive(world, to, from, message);
    else route_arrive(world, to, from, message);
}

static inline void receive(World *world, NodeId to, NodeId from, uint32_t body)
{
    enum { SPECIAL = MESSAGE_RESET | MESSAGE_OVERLAY | MESSAGE_JUNK | MESSAGE_ROUTED | MESSAGE_DETECTOR | MESSAGE_IPC };
    const Message message = world->bodies.list[body].message;
    if (G_LIKELY(!(message.flags & SPECIAL) && bit_get(world->up, to))) {
        world->counters.reached++;
        world->counters.arrived[message.flags & MESSAGE_PAYLOAD]++;
        world->protocol->receive(world_node(world, to), from, &message);
    } else {
        receive_special(world, to, from, &message);
    }
    if (--world->bodies.list[body].copies == 0) body_end(world, body);
}

void node_receive(World *world, NodeId to, NodeId from, uint32_t body)
{
    receive(world, to, from, body);
}

void node_arrive(World *world, const Event *event)
{
    if (G_UNLIKELY(world->staged)) access_arrive(world, event);
    else receive(world, event->to, event->from, event->word);
}
