/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unicast: the source sends a copy to every member itself, straight over the
 * network.  What multicast saves is measured against this. */
#include "protocol/protocol.h"

static void publish(Node *self, const Message *publication)
{
    uint32_t count;
    const NodeId *members = node_members(self, publication->publication, &count);
    for (uint32_t i = 0; i < count; i++) {
        NodeId to = members ? members[i] : i;
        if (to != node_id(self)) node_send(self, to, publication);
    }
}

static void receive(Node *self, NodeId from, const Message *message)
{
    (void)from;
    node_deliver(self, message);
}

const Protocol protocol_unicast = {
    .variant = {
        .name = "unicast",
        .summary = "the source sends to every member itself: the baseline without an overlay",
        .source = "the baseline; no paper",
    },
    .publish = publish, .receive = receive,
};
