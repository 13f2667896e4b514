/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scribe: multicast down a tree of reverse paths, rooted where the group's key leads.
 *
 * Runs over a structured overlay, which routes joins and publications to the root
 * (group_tree.h).  Every member of a group that is published to joins its tree when
 * it starts; nodes on the way pass it on though they may be no members.  Data counts
 * as a heartbeat.
 *
 * Publications are routed to the root hop by hop each time: a root's address is not
 * kept by the sources, as the paper lets them.  Left out: access rights, and moving
 * children of overloaded nodes.
 *
 * Source: M. Castro, P. Druschel, A.-M. Kermarrec, A. Rowstron, "Scribe: a large-scale
 * and decentralized application-level multicast infrastructure", IEEE JSAC 20(8), 2002.
 */
#include "protocol/group_tree.h"

typedef struct { SimTime heartbeat, timeout; } Config;
typedef struct { GroupTrees trees; } State;
typedef struct { uint32_t *groups, count; } Shared;         /* that are published to */

static const Param params[] = {
    { "heartbeat", PARAM_DURATION, offsetof(Config, heartbeat), "2 s", 1, 9e17,
      "time between the messages by which parents and children show that they are there", NULL },
    { "timeout", PARAM_DURATION, offsetof(Config, timeout), "6 s", 1, 9e17, "silence after which a parent or child counts as gone", NULL },
    PARAM_END
};

/* The key of a group: a bijection whose values look random (the finaliser of SplitMix64). */
static uint64_t key(Node *self, uint32_t group)
{
    (void)self;
    uint64_t x = (group + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static GroupTrees *trees_of(Node *self) { return &((State *)node_state(self))->trees; }

static GroupRules rules_of(const Node *self)
{
    const Config *config = node_config(self);
    return (GroupRules){ config->heartbeat, config->timeout, UINT32_MAX, key, NULL, trees_of };
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
    const Shared *shared = node_shared(self);
    GroupRules rules = rules_of(self);
    for (uint32_t i = 0; i < shared->count; i++)
        if (node_in_group(self, node_id(self), shared->groups[i])) group_join(self, &rules, shared->groups[i]);
    node_after(self, (SimTime)random_below(node_random(self), (uint64_t)rules.heartbeat), 0);
}

static void publish(Node *self, const Message *publication)
{
    GroupRules rules = rules_of(self);
    group_publish(self, &rules, node_publication(self, publication->publication)->group, publication);
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
    if (config->timeout <= config->heartbeat)
        keys_fault(keys, "timeout", "silence of less than a heartbeat says nothing; more than 'heartbeat'");
}

const Protocol protocol_scribe = {
    .variant = {
        .name = "scribe",
        .summary = "multicast down a tree of reverse paths over a structured overlay",
        .source = "M. Castro et al., IEEE JSAC 20(8), 2002",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .state_size = sizeof(State), .shared_size = sizeof(Shared), .routed = true,
    .prepare = prepare, .release = release, .start = start, .publish = publish, .receive = receive, .forward = forward,
    .timer = timer, .stop = stop,
};
