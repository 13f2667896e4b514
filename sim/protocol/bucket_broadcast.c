/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Broadcast down the buckets of a structured overlay: every node answers for a part of
 * all identifiers.
 *
 * A node that gets a publication with height h passes it on to those whose identifiers
 * agree with its own but for the last h bits.  They fall into buckets, by the first bit
 * in which they differ from it; in each it sends to `redundancy` random neighbors, which
 * answer for that bucket with the height of that bit.  The source has height 64.  With
 * a neighbor in each bucket that is not empty, and nothing lost, every node gets it once.
 *
 * Without redundancy what is lost takes a whole part along.  A node passes on once, by
 * the height that came first: to add what a greater one adds was measured to double the
 * messages for at most a hundredth more delivered.
 *
 * It is made for Kademlia, whose buckets these are; Pastry knows most of them, Chord few.
 * Left out: a sender that notices a failure and tries another neighbor.
 *
 * Source: Z. Czirkos, G. Hosszu, "Solution for the broadcasting in the Kademlia
 * peer-to-peer overlay", Computer Networks 57(8), 2013; A. D. Peris, J. M. Hernandez,
 * E. Huedo, "Evaluation of the broadcast operation in Kademlia", HPCC 2012.
 */
#include "protocol/protocol.h"

enum { BITS = 64, REDUNDANCY_MOST = 8 };

typedef struct { uint32_t redundancy; } Config;

static const Param params[] = {
    { "redundancy", PARAM_COUNT, offsetof(Config, redundancy), "1", 1, REDUNDANCY_MOST,
      "neighbors in each bucket that a publication is sent to", NULL },
    PARAM_END
};

/* Up to `redundancy` neighbors of one bucket: each with the same probability. */
typedef struct { uint32_t picks[REDUNDANCY_MOST], count; } Bucket;

static void pick(Node *self, Bucket *bucket, uint32_t redundancy, uint32_t neighbor)
{
    uint32_t at = bucket->count++;
    if (at >= redundancy) at = (uint32_t)random_below(node_random(self), bucket->count);
    if (at < redundancy) bucket->picks[at] = neighbor;
}

/* Sends to the buckets below `height`. */
static void pass_on(Node *self, const Message *publication, uint32_t height)
{
    const Config *config = node_config(self);
    Bucket buckets[BITS] = { 0 };
    uint64_t me = node_key(self, node_id(self));
    Message message = *publication;
    for (uint32_t i = 0; i < node_degree(self); i++) {
        uint64_t distance = node_key(self, node_neighbor(self, i)) ^ me;
        uint32_t bucket = distance ? BITS - 1 - (uint32_t)__builtin_clzll(distance) : BITS;
        if (bucket < height) pick(self, &buckets[bucket], config->redundancy, i);
    }
    for (uint32_t b = height; b-- > 0; ) {
        message.word = b;
        for (uint32_t p = 0; p < MIN(buckets[b].count, config->redundancy); p++)
            node_send_neighbor(self, buckets[b].picks[p], &message);
    }
}

static void publish(Node *self, const Message *publication) { pass_on(self, publication, BITS); }

static void receive(Node *self, NodeId from, const Message *message)
{
    (void)from;
    if (node_deliver(self, message)) pass_on(self, message, (uint32_t)message->word);
}

const Protocol protocol_bucket_broadcast = {
    .variant = {
        .name = "bucket-broadcast",
        .summary = "each node answers for a part of the identifiers: one message a node over Kademlia's buckets",
        .source = "Z. Czirkos, G. Hosszu, Computer Networks 57(8), 2013",
        .params = params, .config_size = sizeof(Config),
    },
    .routed = true,
    .publish = publish, .receive = receive,
};
