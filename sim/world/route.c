/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Routing by key: a message goes hop by hop as a structured overlay says. */
#include <string.h>

#include "world/state.h"

enum { HOPS_MOST = 255 };       /* on a way that the overlay changes all the time it may go in circles */

/* What travels in front of the message's own data. */
typedef struct { uint64_t key; } Address;

static void send_on(Node *self, NodeId next, uint64_t key, const Message *message)
{
    Address address = { key };
    char *data = g_malloc(sizeof address + message->data_size);
    memcpy(data, &address, sizeof address);
    if (message->data_size) memcpy(data + sizeof address, message->data, message->data_size);
    Message wrapped = *message;
    wrapped.data = data;
    wrapped.data_size += (uint32_t)sizeof address;
    wrapped.flags = (message->flags & MESSAGE_PAYLOAD) | MESSAGE_ROUTED | MESSAGE_CONNECTED;
    node_send(self, next, &wrapped);
    g_free(data);
}

/* The message as the protocol gave it, and its key. */
static Message unwrap(const Message *message, uint64_t *key)
{
    Address address;
    Message inner = *message;
    memcpy(&address, message->data, sizeof address);
    *key = address.key;
    inner.data_size -= (uint32_t)sizeof address;
    inner.data = inner.data_size ? (const char *)message->data + sizeof address : NULL;
    inner.flags &= MESSAGE_PAYLOAD;
    return inner;
}

bool node_route(Node *self, uint64_t key, const Message *message)
{
    NodeId next = self->world->live->route(self, key);
    if (next == self->id) return false;
    send_on(self, next, key, message);
    return true;
}

uint32_t node_cluster(Node *self, NodeId node) { return self->world->live->cluster(self, node); }

uint64_t node_key(Node *self, NodeId node) { return self->world->live->key(self, node); }

bool route_is_lost(const Message *message) { return message->hops > HOPS_MOST; }

void route_arrive(World *world, NodeId node, NodeId from, const Message *message)
{
    uint64_t key;
    Message inner = unwrap(message, &key);
    const Protocol *protocol = world->protocol;
    NodeId next = world->live->route(world_node(world, node), key);
    if (next == node) protocol->receive(world_node(world, node), from, &inner);
    else if (!protocol->forward || protocol->forward(world_node(world, node), from, &inner))
        send_on(world_node(world, node), next, key, &inner);
}

void route_again(World *world, NodeId node, const Message *message)
{
    enum { COUNTED = 2 };               /* hops: of the way there and of the news */
    uint64_t key;
    Message inner = unwrap(message, &key);
    inner.hops -= COUNTED;
    NodeId next = world->live->route(world_node(world, node), key);
    if (next == node) world->protocol->receive(world_node(world, node), node, &inner);
    else send_on(world_node(world, node), next, key, &inner);
}
