/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of structured overlays: a protocol that routes messages by key, and
 * knows who should have got them. */
#pragma once
#include "../run_text.h"
#include "overlay/identifiers.h"
#include "registry.h"

enum { LATENCY_MS = 10 };

/* What a message carries. */
typedef struct { uint64_t key; SimTime sent; } Parcel;

/* What became of the messages of one run. */
typedef struct {
    uint32_t nodes;
    bool *up;                   /* by start() and stop() */
    uint64_t *keys;             /* the spots of each node */
    uint32_t each;              /* spots of a node */
    double sent, arrived, right, hops, passed;
    double undisturbed;         /* right, and no hop found the next one failed */
    uint32_t most;              /* hops */
    uint32_t *at;               /* how many arrived at each node */
    uint64_t (*distance)(uint64_t key, uint64_t node);      /* the least of it is responsible */
    int random_keys;            /* keys drawn with each publication; 0: the place of every node, once */
} Routed;

static Routed routing;

static inline uint64_t clockwise(uint64_t key, uint64_t node) { return node - key; }
static inline uint64_t either_way(uint64_t key, uint64_t node) { return MIN(node - key, key - node); }

/* The node whose place the key is. */
static inline NodeId routing_at(uint64_t key)
{
    NodeId at = (NodeId)(((unsigned __int128)key * routing.nodes + UINT64_MAX) >> 64);      /* where they are spaced evenly */
    g_assert_cmpuint(routing.keys[at], ==, key);
    return at;
}

static inline NodeId routing_owner(uint64_t key)
{
    Spot best = NODE_NONE;
    for (Spot s = 0; s < routing.nodes * routing.each; s++)
        if (routing.up[s / routing.each] &&
            (best == NODE_NONE || routing.distance(key, routing.keys[s]) < routing.distance(key, routing.keys[best]))) best = s;
    return best / routing.each;
}

static void routing_start(Node *self)
{
    const Identifiers *identifiers = overlay_shared(self);
    routing.up[node_id(self)] = true;
    routing.each = identifiers->each;
    if (!routing.keys) routing.keys = g_memdup2(identifiers->of, routing.nodes * routing.each * sizeof *routing.keys);
    g_assert_cmpuint(node_key(self, node_id(self)), ==, routing.keys[node_id(self) * routing.each]);
}

static void routing_stop(Node *self) { routing.up[node_id(self)] = false; }

static void routing_receive(Node *self, NodeId from, const Message *message)
{
    (void)from;
    Parcel parcel;
    g_assert_cmpuint(message->data_size, ==, sizeof parcel);
    memcpy(&parcel, message->data, sizeof parcel);
    g_assert_cmpuint(message->word, ==, parcel.key);
    routing.arrived++;
    routing.hops += message->hops;
    routing.most = MAX(routing.most, message->hops);
    routing.at[node_id(self)]++;
    bool right = node_id(self) == (routing.random_keys ? routing_owner(message->word) : routing_at(message->word));
    routing.right += right;
    routing.undisturbed += right && node_now(self) - parcel.sent == message->hops * LATENCY_MS * SIM_MS;
}

static void routing_one(Node *self, uint64_t key)
{
    Parcel parcel = { key, node_now(self) };
    Message message = { .word = key, .publication = PUBLICATION_NONE, .size = 20, .data = &parcel, .data_size = sizeof parcel };
    routing.sent++;
    if (!node_route(self, key, &message)) routing_receive(self, node_id(self), &message);
}

static void routing_publish(Node *self, const Message *publication)
{
    (void)publication;
    for (int i = 0; i < routing.random_keys; i++) routing_one(self, random_bits(node_random(self)));
    for (NodeId v = 0; !routing.random_keys && v < routing.nodes; v++) routing_one(self, node_key(self, v));
}

static bool routing_forward(Node *self, NodeId from, const Message *message)
{
    (void)self, (void)from, (void)message;
    routing.passed++;
    return true;
}

static const Protocol routing_protocol = {
    .variant = { .name = "tested" }, .routed = true,
    .start = routing_start, .stop = routing_stop, .publish = routing_publish, .receive = routing_receive,
    .forward = routing_forward,
};

/* The run of an overlay's keys and other sections, with that protocol. */
static inline RunResult *routing_run(uint32_t nodes, const char *scenario, const char *overlay, const char *extra, int random_keys)
{
    g_autofree char *text = g_strdup_printf(
        "[scenario]\n%s\n[network]\nlatency = %d ms\n[overlay]\nnodes = %u\n%s\n[protocol]\nkind = flood\n%s\n", scenario, LATENCY_MS, nodes,
        overlay, extra);
    g_autoptr(Plan) plan = plan_text(text);
    Scenario *run = (Scenario *)plan->scenarios[0];
    const Variant *kept = run->protocol.variant;
    run->protocol.variant = &routing_protocol.variant;
    g_free(routing.up);
    g_free(routing.keys);
    g_free(routing.at);
    uint64_t (*distance)(uint64_t, uint64_t) = routing.distance;
    routing = (Routed){ .nodes = nodes, .up = g_new0(bool, nodes), .at = g_new0(uint32_t, nodes),
                         .distance = distance, .random_keys = random_keys };
    RunResult *result = run_plan(plan, 0, false);
    run->protocol.variant = kept;
    return result;
}
