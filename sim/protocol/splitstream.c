/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SplitStream: as many Scribe trees as there are stripes, whose inner nodes differ.
 *
 * The keys of a group's stripes differ in their first bits, so over Pastry a stripe's
 * inner nodes are those whose own place begins like its key: each node is an inner
 * node of one stripe and a leaf of the others.  Publication i of a workload goes down
 * stripe i mod `stripes`.  Pastry's `digit-bits` should be the logarithm of `stripes`,
 * as the defaults are; over Chord the trees share inner nodes.
 *
 * A node has at most `out-degree` children in all stripes together.  One that gets one
 * more lets go of a child in a stripe where it need not be an inner node, or else of
 * the child least like the stripe's key.  The orphan asks its former siblings, then
 * their children; where there are none, neighbors on the overlay that may have room.
 *
 * 100,000 nodes: 16 s with ten publications, the joins to all stripes in them, take about
 * 16 s of a processor and 510 MB.
 *
 * With 18 children at most and 16 stripes there is little room to spare, and who joins late takes long to hang on
 * every stripe: of 200 nodes that join within 50 s publications reach 61 % just after, 81 % one minute and 98 to
 * 100 % four minutes later.
 *
 * Simpler than the paper: that last step stands for the spare capacity group, which
 * would find room by an anycast; every node takes all stripes (the in-degree is their
 * number); a hanging part finds out that it is one by the root's clock instead of by
 * comparing paths to the root.
 *
 * Source: M. Castro, P. Druschel, A.-M. Kermarrec, A. Nandi, A. Rowstron, A. Singh,
 * "SplitStream: high-bandwidth multicast in cooperative environments", SOSP 2003.
 */
#include "protocol/group_tree.h"

typedef struct {
    SimTime heartbeat, timeout;
    uint32_t stripes, out_degree;
} Config;

typedef struct { GroupTrees trees; } State;
typedef struct { uint32_t *groups, count; } Shared;         /* that are published to */

static const Param params[] = {
    { "stripes", PARAM_COUNT, offsetof(Config, stripes), "16", 1, 256, "trees of a group: a power of two", NULL },
    { "out-degree", PARAM_COUNT, offsetof(Config, out_degree), "18", 1, 1e6,
      "most children of a node in all stripes together; at least as many as stripes", NULL },
    { "heartbeat", PARAM_DURATION, offsetof(Config, heartbeat), "10 s", 1, 9e17,
      "time between the messages by which parents and children show that they are there", NULL },
    { "timeout", PARAM_DURATION, offsetof(Config, timeout), "30 s", 1, 9e17, "silence after which a parent or child counts as gone", NULL },
    PARAM_END
};

/* The first bits of the keys that tell stripes apart. */
static int stripe_bits(const Config *config) { return __builtin_ctz(config->stripes); }

static uint64_t key(Node *self, uint32_t topic)
{
    const Config *config = node_config(self);
    uint64_t x = (topic / config->stripes + 1) * 0x9e3779b97f4a7c15u;      /* the finaliser of SplitMix64 */
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    if (config->stripes == 1) return x;
    return x >> stripe_bits(config) | (uint64_t)(topic % config->stripes) << (64 - stripe_bits(config));
}

static bool is_inner(Node *self, NodeId node, uint32_t topic)
{
    const Config *config = node_config(self);
    return config->stripes == 1 || node_key(self, node) >> (64 - stripe_bits(config)) == topic % config->stripes;
}

static GroupTrees *trees_of(Node *self) { return &((State *)node_state(self))->trees; }

static GroupRules rules_of(const Node *self)
{
    const Config *config = node_config(self);
    return (GroupRules){ config->heartbeat, config->timeout, config->out_degree, key, is_inner, trees_of };
}

static bool prepare(const void *config, const ProtocolScope *scope, void *data, GError **error)
{
    (void)config, (void)error;
    Shared *shared = data;
    shared->groups = g_memdup2(scope->groups, scope->group_count * sizeof *scope->groups);
    shared->count = scope->group_count;
    return true;
}

static void release(void *data) { g_free(((Shared *)data)->groups); }

static void start(Node *self)
{
    const Config *config = node_config(self);
    const Shared *shared = node_shared(self);
    GroupRules rules = rules_of(self);
    for (uint32_t i = 0; i < shared->count; i++) {
        if (!node_in_group(self, node_id(self), shared->groups[i])) continue;
        for (uint32_t s = 0; s < config->stripes; s++) group_join(self, &rules, shared->groups[i] * config->stripes + s);
    }
    node_after(self, (SimTime)random_below(node_random(self), (uint64_t)rules.heartbeat), 0);
}

static void publish(Node *self, const Message *publication)
{
    const Config *config = node_config(self);
    const Publication *public = node_publication(self, publication->publication);
    GroupRules rules = rules_of(self);
    group_publish(self, &rules, public->group * config->stripes + public->number % config->stripes, publication);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    GroupRules rules = rules_of(self);
    group_receive(self, &rules, from, message);
}

static bool forward(Node *self, NodeId from, const Message *message)
{
    GroupRules rules = rules_of(self);
    return group_forward(self, &rules, from, message);
}

static void timer(Node *self, uint32_t tag)
{
    (void)tag;
    GroupRules rules = rules_of(self);
    group_tick(self, &rules);
    node_after(self, rules.heartbeat, 0);
}

static void stop(Node *self) { group_stop(trees_of(self)); }

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->stripes & (config->stripes - 1))
        keys_fault(keys, "stripes", "the keys of %u stripes cannot differ in their first bits alone; a power of two is expected",
                   config->stripes);
    if (config->out_degree < config->stripes)
        keys_fault(keys, "out-degree", "%u children cannot take what %u stripes bring; at least 'stripes'", config->out_degree,
                   config->stripes);
    if (config->timeout <= config->heartbeat)
        keys_fault(keys, "timeout", "silence of less than a heartbeat says nothing; more than 'heartbeat'");
}

const Protocol protocol_splitstream = {
    .variant = {
        .name = "splitstream",
        .summary = "stripes down trees of different inner nodes, each node's children limited, over Pastry",
        .source = "M. Castro et al., SOSP 2003",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .state_size = sizeof(State), .shared_size = sizeof(Shared), .routed = true,
    .prepare = prepare, .release = release, .start = start, .publish = publish, .receive = receive, .forward = forward,
    .timer = timer, .stop = stop,
};
