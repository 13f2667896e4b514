/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Narada: a mesh in which everybody knows everybody, mended and improved as it runs,
 * with routing over it, from which each source's tree follows (protocol reverse-path).
 *
 * Neighbors tell each other in every `refresh` which members they know, by numbers that
 * only grow, and the ways to them (narada_table.h).  A newcomer asks a few members to be
 * its neighbors.  A neighbor that says nothing is declared dead, and all hear of it.  A
 * member whose number stands still for `timeout` may be cut off with its part of the
 * mesh: it is asked for a link, soon after with a chance of the share of such members,
 * after `repair-most` at once, and who does not answer is dead.  Members measure others
 * at random and add the link if it saves enough (utility); they drop the neighbor that
 * both ends use least (consensus cost).
 *
 * Published, as recalled: the rules, 3 to 6 neighbors, a refresh of 30 s.  Our own: all other
 * periods and the shares `add` and `drop`; a threshold is its share of the members, times the
 * larger degree of both ends over `max-degree`; membership and routes in one message; a number
 * is the time of its refresh, newer than all before a restart; early updates.  Beyond the
 * paper: `ways` = told, by which neighbors agree on who passes on to whom, and a way that
 * changes cuts off nobody until the next update; and one of those believed dead is asked for a
 * link by the same chance as the silent, for the sides of a partition that lasts declare each
 * other dead.  Left out: bandwidth as a metric; a member that leaves forwards no longer.
 * Memory and updates grow with the members: at most 4,096 nodes.  A message takes 26
 * bytes, 10 for each member in it, and for its way 4 and 6 for each hop between.
 *
 * Source: Y. Chu, S. Rao, S. Seshan, H. Zhang, "A case for end system multicast", IEEE
 * JSAC 20(8), 2002 (SIGMETRICS 2000).
 */
#include "overlay/narada_table.h"
#include "overlay/overlay.h"

typedef struct {
    uint32_t contacts, min_degree, max_degree;
    SimTime refresh, hold, timeout, repair, repair_most, ping, neighbor_timeout, improve, patience, forget;
    double add, drop;
    int ways;                   /* 1: as told */
} Config;

enum { ADD, ACCEPT, DROP, LEAVE, UPDATE, PING, PONG, ASK, COSTS };      /* messages */
enum { TO_JOIN, TO_REPAIR, TO_IMPROVE };                                         /* reasons of ADD */
enum { TICK_UPDATE, TICK_PING, TICK_IMPROVE, TICK_REPAIR, TICK_JOIN, TICK_PROBE };  /* timers; + 4 member + tries */
enum { MESSAGE_BYTES = 26, NODES_MOST = 4096, TRIES = 3 };

#define COUNT(name, field, fallback, most, help) { name, PARAM_COUNT, offsetof(Config, field), fallback, 1, most, help, NULL }
#define SHARE(name, field, fallback, help) { name, PARAM_SHARE, offsetof(Config, field), fallback, 0, 1, help, NULL }
#define TIME(name, field, fallback, help) { name, PARAM_DURATION, offsetof(Config, field), fallback, 1, 9e17, help, NULL }

static const Param params[] = {
    COUNT("contacts", contacts, "2", 100, "members that a newcomer asks for a link"),
    COUNT("min-degree", min_degree, "3", 1000, "neighbors below which any useful link is added, up to which none is dropped"),
    COUNT("max-degree", max_degree, "6", 1000, "neighbors from which links are added for repair and joins alone"),
    TIME("refresh", refresh, "30 s", "time between a node's updates to its neighbors"),
    TIME("hold", hold, "1 s", "time from a link that came or went, or a way that broke, to an early update"),
    TIME("timeout", timeout, "90 s", "time without a new number after which a member may be cut off"),
    TIME("repair", repair, "10 s", "time between decisions whether to ask such a member for a link"),
    TIME("repair-most", repair_most, "60 s", "time after the timeout when it is asked in any case"),
    TIME("ping", ping, "10 s", "time between measurements of the neighbors"),
    TIME("neighbor-timeout", neighbor_timeout, "30 s", "silence after which a neighbor counts as dead"),
    TIME("improve", improve, "30 s", "time between looks for a link to add and one to drop"),
    SHARE("add", add, "5 %", "utility of a link, as a share of all members, above which it is added"),
    SHARE("drop", drop, "5 %", "members reached over a link, as a share of all, below which it is dropped"),
    { "ways", PARAM_CHOICE, offsetof(Config, ways), "known", 0, 0,
      "what data from a source is taken from: the best way known, or the one that the neighbors were told", "known|told" },
    TIME("patience", patience, "2 s", "how long an answer is waited for"),
    TIME("forget", forget, "10 min", "how long the dead are remembered"),
    PARAM_END
};

typedef struct {
    NaradaTable table;
    NodeId candidate;           /* for a link; NODE_NONE: none */
    SimTime distance;           /* to it; -1: not measured yet */
    uint64_t update;            /* the timer */
    SimTime update_due;
} State;

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->min_degree > config->max_degree)
        keys_fault(keys, "min-degree", "%u are more than 'max-degree', %u", config->min_degree, config->max_degree);
    if (config->neighbor_timeout <= config->ping)
        keys_fault(keys, "neighbor-timeout", "silence of less than a ping says nothing; more than 'ping'");
    if (config->timeout <= config->refresh)
        keys_fault(keys, "timeout", "silence of less than a refresh says nothing; more than 'refresh'");
}

static void fits(const void *config, uint32_t nodes, const Keys *keys)
{
    (void)config;
    static const char *const blamed[] = { "nodes", NULL };
    if (nodes > NODES_MOST)
        overlay_fault(keys, blamed, "every node of Narada keeps ways to all %u; at most %d", nodes, NODES_MOST);
}

static NaradaTable *table_of(Node *self) { return &((State *)overlay_state(self))->table; }
static uint32_t number_of(const Node *self) { return (uint32_t)(node_now(self) / (100 * SIM_MS)) + 1; }

static void post(Node *self, NodeId to, Message message, uint32_t bytes)
{
    message.publication = PUBLICATION_NONE;
    message.size = MESSAGE_BYTES + bytes;
    overlay_send(self, to, &message);
}

static void send_words(Node *self, NodeId to, uint8_t kind, const uint32_t *words, uint32_t count, uint32_t bytes)
{
    post(self, to, (Message){ .kind = kind, .data = words, .data_size = count * (uint32_t)sizeof *words }, bytes);
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word) { post(self, to, (Message){ .kind = kind, .word = word }, 0); }
static void ask_for_link(Node *self, NodeId to, uint64_t reason) { send(self, to, ADD, reason << 32 | number_of(self)); }
static void ping(Node *self, NodeId to) { send(self, to, PING, (uint64_t)node_now(self)); }

static void plan_update(Node *self, SimTime delay)
{
    State *state = overlay_state(self);
    overlay_cancel(self, state->update);
    state->update_due = node_now(self) + delay;
    state->update = overlay_after(self, delay, TICK_UPDATE);
}

static void update_early(Node *self)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    if (state->update_due > node_now(self) + config->hold) plan_update(self, config->hold);
}

static void choose(Node *self) { if (narada_choose(table_of(self))) update_early(self); }

static void join(Node *self)
{
    const Config *config = overlay_config(self);
    for (uint32_t i = 0; i < config->contacts; i++) {
        NodeId contact = overlay_contact(self);
        if (contact != NODE_NONE) ask_for_link(self, contact, TO_JOIN);
    }
    overlay_after(self, config->patience, TICK_JOIN);
}

static void link_add(Node *self, NodeId node)
{
    NaradaTable *table = table_of(self);
    table->members[node].probed = false;
    narada_neighbor_remove(table, node);                /* one that restarted begins anew */
    narada_neighbor_add(table, node, node_now(self));
    overlay_neighbor_add(self, node);
    ping(self, node);
    update_early(self);
}

static void link_lose(Node *self, NodeId node)
{
    NaradaTable *table = table_of(self);
    if (!narada_neighbor(table, node)) return;
    narada_neighbor_remove(table, node);
    overlay_neighbor_remove(self, node);
    choose(self);
    update_early(self);
    if (!table->count) join(self);
}

static void declare_dead(Node *self, NodeId node)
{
    narada_bury(table_of(self), node, node_now(self));
    link_lose(self, node);
}

static void tick_update(Node *self)
{
    const Config *config = overlay_config(self);
    NaradaTable *table = table_of(self);
    uint32_t length, bytes;
    narada_choose(table);
    g_autofree uint32_t *update = narada_tell(table, number_of(self), &length, &bytes);
    for (uint32_t i = 0; i < table->count; i++)
        send_words(self, table->neighbors[i].node, UPDATE, update, length, bytes);
    plan_update(self, config->refresh);
}

static void tick_ping(Node *self)
{
    const Config *config = overlay_config(self);
    NaradaTable *table = table_of(self);
    for (uint32_t i = table->count; i-- > 0; ) {
        NodeId node = table->neighbors[i].node;
        if (node_now(self) - table->neighbors[i].heard >= config->neighbor_timeout) declare_dead(self, node);
        else ping(self, node);
    }
    overlay_after(self, config->ping, TICK_PING);
}

/* A threshold for a link between ends of these degrees. */
static double threshold(Node *self, double share, uint32_t degree)
{
    const Config *config = overlay_config(self);
    const NaradaTable *table = table_of(self);
    return share * table->alive * MAX(table->count, degree) / config->max_degree;
}

/* Drops the neighbor that both ends use least, if it is little enough. */
static void drop_link(Node *self)
{
    const Config *config = overlay_config(self);
    const NaradaTable *table = table_of(self);
    uint32_t cost;
    const NaradaNeighbor *least = narada_least_used(table, node_now(self) - 2 * config->refresh, &cost);
    if (!least || table->count <= config->min_degree || least->degree <= config->min_degree) return;
    if (cost >= threshold(self, config->drop, least->degree)) return;
    send(self, least->node, DROP, 0);
    link_lose(self, least->node);
}

static void tick_improve(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    choose(self);
    drop_link(self);
    bool room = state->table.count < config->max_degree;
    state->candidate = room ? narada_stranger(&state->table, overlay_random(self)) : NODE_NONE;
    state->distance = -1;
    if (state->candidate != NODE_NONE) ping(self, state->candidate);
    overlay_after(self, config->improve, TICK_IMPROVE);
}

/* Asks a member that may be cut off or dead; `tries` counts from 1. */
static void probe(Node *self, NodeId node, uint32_t tries)
{
    const Config *config = overlay_config(self);
    table_of(self)->members[node].probed = true;
    ask_for_link(self, node, TO_REPAIR);
    overlay_after(self, config->patience, TICK_PROBE + 4 * node + tries);
}

static void probe_again(Node *self, NodeId node, uint32_t tries)
{
    NaradaMember *member = &table_of(self)->members[node];
    bool probed = member->probed;
    member->probed = false;
    if (!probed || member->state != NARADA_ALIVE) return;
    if (tries < TRIES) probe(self, node, tries + 1);
    else declare_dead(self, node);
}

static void tick_repair(Node *self)
{
    const Config *config = overlay_config(self);
    NaradaTable *table = table_of(self);
    Random *random = overlay_random(self);
    SimTime now = node_now(self), silence = now - config->timeout, most = silence - config->repair_most;
    uint32_t count;
    NodeId node;
    while ((node = narada_silent(table, most, &count)) != NODE_NONE) probe(self, node, 1);
    node = narada_silent(table, silence, &count);
    if (count && random_unit(random) < (double)count / table->alive) probe(self, node, 1);
    node = narada_dead(table, now - config->forget, random, &count);
    if (count && random_unit(random) < (double)count / (table->alive + count)) ask_for_link(self, node, TO_REPAIR);
    overlay_after(self, config->repair, TICK_REPAIR);
}

static SimTime phase(Node *self, SimTime period) { return (SimTime)random_below(overlay_random(self), (uint64_t)period); }

static void start(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    narada_table_init(&state->table, node_id(self), node_count(self));
    state->table.as_told = config->ways;
    state->candidate = NODE_NONE;
    plan_update(self, phase(self, config->refresh));
    overlay_after(self, phase(self, config->ping), TICK_PING);
    overlay_after(self, phase(self, config->improve), TICK_IMPROVE);
    overlay_after(self, phase(self, config->repair), TICK_REPAIR);
    join(self);
}

static void stop(Node *self) { narada_table_clear(table_of(self)); }
static void leave(Node *self)
{
    const NaradaTable *table = table_of(self);
    for (uint32_t i = 0; i < table->count; i++) send(self, table->neighbors[i].node, LEAVE, 0);
}

static void receive_add(Node *self, NodeId from, uint32_t reason, uint32_t number)
{
    const Config *config = overlay_config(self);
    NaradaTable *table = table_of(self);
    narada_learn(table, from, number, false, node_now(self));
    if (reason == TO_IMPROVE && table->count >= config->max_degree) return;     /* silence is a no */
    send(self, from, ACCEPT, number_of(self));
    link_add(self, from);
}

static void receive_accept(Node *self, NodeId from, uint32_t number)
{
    NaradaTable *table = table_of(self);
    narada_learn(table, from, number, false, node_now(self));
    if (narada_neighbor(table, from)) table->members[from].probed = false;
    else link_add(self, from);
}

static void receive_update(Node *self, NodeId from, const Message *message)
{
    NaradaTable *table = table_of(self);
    NaradaNeighbor *neighbor = narada_neighbor(table, from);
    if (!neighbor) {                                    /* it missed the end of the link, or this node restarted */
        send(self, from, DROP, 0);
        return;
    }
    bool first = !neighbor->update;
    narada_keep(table, neighbor, message->data, message->data_size / (uint32_t)sizeof(uint32_t), node_now(self));
    choose(self);
    if (first) update_early(self);
}

static void receive_pong(Node *self, NodeId from, SimTime sent)
{
    State *state = overlay_state(self);
    NaradaNeighbor *neighbor = narada_neighbor(&state->table, from);
    SimTime sample = (node_now(self) - sent) / 2;
    if (neighbor) {
        enum { WEIGHT = 8 };                            /* of what was measured before, as in TCP */
        bool first = neighbor->latency < 0;
        neighbor->latency = first ? sample : neighbor->latency + (sample - neighbor->latency) / WEIGHT;
        if (first) choose(self);
    } else if (from == state->candidate && state->distance < 0) {
        state->distance = sample;
        send(self, from, ASK, 0);
    }
}

static void receive_ask(Node *self, NodeId from)
{
    uint32_t length, bytes;
    g_autofree uint32_t *costs = narada_costs(table_of(self), &length, &bytes);
    send_words(self, from, COSTS, costs, length, bytes);
}

static void receive_costs(Node *self, NodeId from, const Message *message)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    const NaradaTable *table = &state->table;
    const uint32_t *words = message->data;
    if (from != state->candidate || state->distance < 0 || narada_neighbor(table, from)) return;
    state->candidate = NODE_NONE;
    double utility = narada_utility(table, state->distance, words, message->data_size / (uint32_t)sizeof *words);
    double least = table->count < config->min_degree ? 0 : threshold(self, config->add, words[0]);
    if (table->count < config->max_degree && utility > least) ask_for_link(self, from, TO_IMPROVE);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    NaradaNeighbor *neighbor = narada_neighbor(table_of(self), from);
    if (neighbor) neighbor->heard = node_now(self);
    switch (message->kind) {
    case ADD: receive_add(self, from, (uint32_t)(message->word >> 32), (uint32_t)message->word); break;
    case ACCEPT: receive_accept(self, from, (uint32_t)message->word); break;
    case DROP: link_lose(self, from); break;
    case LEAVE: declare_dead(self, from); break;
    case UPDATE: receive_update(self, from, message); break;
    case PING: send(self, from, PONG, message->word); break;
    case PONG: receive_pong(self, from, (SimTime)message->word); break;
    case ASK: receive_ask(self, from); break;
    default: receive_costs(self, from, message); break;
    }
}

static void timer(Node *self, uint32_t tag)
{
    switch (tag) {
    case TICK_UPDATE: tick_update(self); break;
    case TICK_PING: tick_ping(self); break;
    case TICK_IMPROVE: tick_improve(self); break;
    case TICK_REPAIR: tick_repair(self); break;
    case TICK_JOIN: if (!table_of(self)->count) join(self); break;
    default: probe_again(self, (tag - TICK_PROBE) / 4, (tag - TICK_PROBE) % 4); break;
    }
}

/* Said by a detector, where there is one. */
static void unreachable(Node *self, NodeId to, const Message *message) { (void)message; declare_dead(self, to); }
static NodeId next_hop(Node *self, NodeId of, NodeId to) { return narada_next_hop(table_of(self), of, to); }

static const LiveOverlay live = {
    .state_size = sizeof(State), .pair_size = 370,
    .start = start, .receive = receive, .timer = timer, .unreachable = unreachable, .leave = leave, .stop = stop,
    .next_hop = next_hop,
};

const Overlay overlay_narada = {
    .variant = {
        .name = "narada",
        .summary = "End System Multicast: a mesh of full membership with routing, mended and improved as it runs",
        .source = "Y. Chu et al., IEEE JSAC 20(8), 2002",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .live = &live, .fits = fits,
};
