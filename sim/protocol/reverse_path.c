/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reverse path: each source's publications go down the tree of the nodes' own ways
 * to that source.
 *
 * A node passes a publication on if it comes from its next hop to the source, and to
 * those neighbors alone whose next hop to the source it is itself: without a message
 * of its own, and without duplicates where all agree on the ways.  What comes from
 * another neighbor is delivered and not passed on.
 *
 * The ways are those of the overlay: what Narada's routing has told, or the shortest
 * ones of a static overlay, which nothing repairs.  Whoever is no member of the group
 * passes on as the others do: the prunes of DVMRP are left out.
 *
 * Source: Y. Dalal, R. Metcalfe, "Reverse path forwarding of broadcast packets", CACM
 * 21(12), 1978; as in Y. Chu, S. Rao, S. Seshan, H. Zhang, "A case for end system
 * multicast", IEEE JSAC 20(8), 2002; after DVMRP (D. Waitzman et al., RFC 1075, 1988).
 */
#include "protocol/protocol.h"

/* What a node has passed on lately, so that ways in a circle come to an end.  Numbers + 1. */
enum { KEPT = 64 };
typedef struct { uint32_t passed[KEPT], next; } State;

static bool was_passed(const State *state, uint32_t publication)
{
    for (uint32_t i = 0; i < KEPT; i++)
        if (state->passed[i] == publication + 1) return true;
    return false;
}

static void pass_on(Node *self, NodeId from, const Message *message)
{
    State *state = node_state(self);
    NodeId source = node_publication(self, message->publication)->source;
    if (was_passed(state, message->publication)) return;
    state->passed[state->next++ % KEPT] = message->publication + 1;
    for (uint32_t i = 0; i < node_degree(self); i++) {
        NodeId neighbor = node_neighbor(self, i);
        if (neighbor != from && node_next_hop(self, neighbor, source) == node_id(self)) node_send_neighbor(self, i, message);
    }
}

static void publish(Node *self, const Message *publication) { pass_on(self, NODE_NONE, publication); }

static void receive(Node *self, NodeId from, const Message *message)
{
    node_deliver(self, message);
    if (node_next_hop(self, node_id(self), node_publication(self, message->publication)->source) == from)
        pass_on(self, from, message);
}

const Protocol protocol_reverse_path = {
    .variant = {
        .name = "reverse-path",
        .summary = "down the tree of every node's own way to the source, as the overlay's routing knows it",
        .source = "Y. Dalal, R. Metcalfe, CACM 21(12), 1978; Y. Chu et al., IEEE JSAC 20(8), 2002",
    },
    .state_size = sizeof(State), .paths = true,
    .publish = publish, .receive = receive,
};
