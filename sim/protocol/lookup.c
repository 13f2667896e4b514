/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lookups: the source routes a copy to the place of each member, by key.
 *
 * What a structured overlay does for one message at a time: how many hops it takes, and
 * whether it ends where it should.  A copy that ends at another node is no delivery.
 */
#include "protocol/protocol.h"

static void publish(Node *self, const Message *publication)
{
    uint32_t count;
    const NodeId *members = node_members(self, publication->publication, &count);
    Message message = *publication;
    for (uint32_t i = 0; i < count; i++) {
        NodeId member = members ? members[i] : i;
        message.word = member;
        if (member != node_id(self)) (void)node_route(self, node_key(self, member), &message);
    }
}

static void receive(Node *self, NodeId from, const Message *message)
{
    (void)from;
    if (message->word == node_id(self)) (void)node_deliver(self, message);
}

const Protocol protocol_lookup = {
    .variant = {
        .name = "lookup",
        .summary = "the source routes a copy to each member by key: lookups on a structured overlay",
        .source = "no paper",
    },
    .routed = true,
    .publish = publish, .receive = receive,
};
