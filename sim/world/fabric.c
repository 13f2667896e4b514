/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What carries the packets of the communication models: messages of the run. */
#include "world/state.h"

static uint64_t timer(void *user, NodeId host, SimTime delay, uint32_t tag)
{
    return world_timer(world_node(user, host), delay, tag, TIMER_IPC);
}

static void cancel(void *user, uint64_t id)
{
    (void)engine_cancel(((World *)user)->engine, id);
}

static void send_packet(void *user, NodeId from, NodeId to, uint32_t bytes, uint32_t packet, bool overlay)
{
    World *world = user;
    Message message = { .word = packet, .publication = PUBLICATION_NONE, .size = bytes, .flags = MESSAGE_IPC };
    if (overlay) relay_send(world, from, to, &message);
    else node_send(world_node(world, from), to, &message);
}

static bool is_up(void *user, NodeId host)
{
    return bit_get(((World *)user)->up, host);
}

void fabric_open(World *world)
{
    Fabric fabric = { world, &world->now, world->nodes, world->seed, timer, cancel, send_packet, is_up };
    world->ipc = ipc_new(&fabric);
}

void fabric_dropped(World *world, const Message *message)
{
    NodeId from, to;
    Message lost = *message;
    lost.flags &= (uint8_t)~MESSAGE_ROUTED;
    ipc_packet_ends(world->ipc, (uint32_t)message->word, &from, &to);
    connection_reset(world, from, to, world->now, &lost);
}

void fabric_arrive(World *world, NodeId node, const Message *message)
{
    NodeId from, to;
    ipc_packet_ends(world->ipc, (uint32_t)message->word, &from, &to);
    if (node == to) ipc_arrived(world->ipc, (uint32_t)message->word);
    else relay_send(world, node, to, message);
}
