/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cyclon: every node keeps a cache of a few others and swaps parts of it.
 *
 * Once in every `period` a node takes the oldest entry of its cache (enhanced) or
 * a random one (basic), sends that node `shuffle` entries, its own among them, and
 * gets as many back; what was sent makes room.  The entry of the node it turned to
 * is given up, so that the dead disappear within as many periods as the cache has
 * places.  A newcomer enters by walks that its contact sends out: where one ends a
 * random entry goes to the newcomer and makes place for it.
 *
 * The cache is the view: its links have a direction.  Messages are datagrams of 10
 * bytes an entry, with headers of their own only where the network adds them.
 *
 * With `retry` a node does not wait for the next period once its partner has not
 * answered; the paper leaves that open.
 *
 * Beyond the paper: a walk that meets a cache with a free place fills it, and a
 * node joins anew where its cache is empty or no walk has brought it anything:
 * else those whose contact had not joined itself are an island.
 *
 * Source: S. Voulgaris, D. Gavidia, M. van Steen, "CYCLON: inexpensive membership
 * management for unstructured P2P overlays", JNSM 13(2), 2005.
 */
#include "overlay/overlay.h"

typedef enum { SELECT_OLDEST, SELECT_RANDOM } Select;
typedef enum { BOOTSTRAP_JOIN, BOOTSTRAP_CHAIN } Bootstrap;

typedef struct {
    uint32_t cache, shuffle, walk;
    SimTime period, timeout;
    int select, bootstrap;
    bool retry;
} Config;

enum { JOIN, WALK, WELCOME, SHUFFLE, ANSWER };          /* kinds of message */
enum { TICK, TIMEOUT };                                 /* timers */
enum { ENTRY_BYTES = 10, SHUFFLE_MOST = 256 };

static const Param params[] = {
    { "cache", PARAM_COUNT, offsetof(Config, cache), "20", 1, 1000, "entries a node keeps: its neighbors", NULL },
    { "shuffle", PARAM_COUNT, offsetof(Config, shuffle), "8", 1, SHUFFLE_MOST, "entries sent each way in a shuffle", NULL },
    { "period", PARAM_DURATION, offsetof(Config, period), "10 s", 1, 9e18, "time between a node's shuffles", NULL },
    { "timeout", PARAM_DURATION, offsetof(Config, timeout), "5 s", 0, 0,
      "an answer later than this only fills free places", NULL },
    { "retry", PARAM_BOOL, offsetof(Config, retry), "no", 0, 0,
      "after a timeout turn to the next at once instead of in the next period", NULL },
    { "select", PARAM_CHOICE, offsetof(Config, select), "oldest", 0, 0,
      "whom a node turns to: the oldest entry (enhanced shuffling) or a random one (basic)", "oldest|random" },
    { "walk", PARAM_COUNT, offsetof(Config, walk), "5", 0, 255, "hops of the walks that bring a newcomer in", NULL },
    { "bootstrap", PARAM_CHOICE, offsetof(Config, bootstrap), "join", 0, 0,
      "how a node starts: by walks from a contact, or knowing the node before it alone", "join|chain" },
    PARAM_END
};

typedef struct { NodeId node; uint32_t age; } Entry;    /* age: periods of those that had it */

typedef struct {
    Entry *cache;               /* owned; order of no meaning */
    NodeId *sent;               /* what made room in the last shuffle; behind the cache */
    uint32_t count, sent_count;
    NodeId asked;               /* who is to answer it */
    SimTime until;              /* and when at the latest */
    uint64_t timeout;           /* its timer, where `retry` */
    bool welcomed;              /* a walk of its own has ended somewhere */
} State;

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    if (config->retry && config->timeout >= config->period) {
        keys_fault(keys, "timeout", "a retry after it is no sooner than the next period; less than 'period' is expected");
        if (keys_given(keys, "period")) keys_fault(keys, "period", "it is over before a timeout; more than 'timeout' is expected");
    }
    if (config->shuffle <= config->cache) return;
    keys_fault(keys, "shuffle", "a cache of %u has no %u entries to send; at most 'cache'", config->cache, config->shuffle);
    if (keys_given(keys, "cache"))
        keys_fault(keys, "cache", "it has fewer places than the %u entries of a shuffle; at least 'shuffle'", config->shuffle);
}

static uint32_t find(const State *state, NodeId node)
{
    uint32_t i = 0;
    while (i < state->count && state->cache[i].node != node) i++;
    return i;
}

static void entry_add(Node *self, Entry entry)
{
    State *state = overlay_state(self);
    state->cache[state->count++] = entry;
    overlay_neighbor_add(self, entry.node);
}

static Entry entry_remove(Node *self, uint32_t at)
{
    State *state = overlay_state(self);
    Entry entry = state->cache[at];
    state->cache[at] = state->cache[--state->count];
    overlay_neighbor_remove(self, entry.node);
    return entry;
}

static void send(Node *self, NodeId to, uint8_t kind, const Entry *list, uint32_t count)
{
    Message message = {
        .publication = PUBLICATION_NONE, .kind = kind, .size = ENTRY_BYTES * count,
        .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    overlay_send(self, to, &message);
}

/* Takes in what came: first where places are free, then where `sent` entries are. */
static void take_in(Node *self, const Entry *list, uint32_t count, const NodeId *sent, uint32_t sent_count)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].node == node_id(self) || find(state, list[i].node) < state->count) continue;
        while (state->count == config->cache && sent_count) {
            uint32_t at = find(state, sent[--sent_count]);
            if (at < state->count) entry_remove(self, at);
        }
        if (state->count < config->cache) entry_add(self, list[i]);
    }
}

/* Brings `count` random entries to the front of the cache; returns how many there are. */
static uint32_t draw_front(Node *self, uint32_t count)
{
    State *state = overlay_state(self);
    count = MIN(count, state->count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t pick = i + (uint32_t)random_below(overlay_random(self), state->count - i);
        Entry entry = state->cache[pick];
        state->cache[pick] = state->cache[i], state->cache[i] = entry;
    }
    return count;
}

static uint32_t partner(Node *self)
{
    const Config *config = overlay_config(self);
    const State *state = overlay_state(self);
    if (config->select == SELECT_RANDOM) return (uint32_t)random_below(overlay_random(self), state->count);
    uint32_t oldest = 0;
    for (uint32_t i = 1; i < state->count; i++)
        if (state->cache[i].age > state->cache[oldest].age) oldest = i;
    return oldest;
}

static void shuffle(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    Entry list[SHUFFLE_MOST];
    state->asked = entry_remove(self, partner(self)).node;
    state->until = node_now(self) + config->timeout;
    state->sent_count = draw_front(self, config->shuffle - 1);
    list[0] = (Entry){ .node = node_id(self) };
    for (uint32_t i = 0; i < state->sent_count; i++) {
        list[i + 1] = state->cache[i];
        state->sent[i] = state->cache[i].node;
    }
    send(self, state->asked, SHUFFLE, list, state->sent_count + 1);
    if (config->retry) state->timeout = overlay_after(self, config->timeout, TIMEOUT);
}

static void receive_shuffle(Node *self, NodeId from, const Message *message)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    NodeId sent[SHUFFLE_MOST];
    uint32_t count = draw_front(self, config->shuffle);
    for (uint32_t i = 0; i < count; i++) sent[i] = state->cache[i].node;
    send(self, from, ANSWER, state->cache, count);
    take_in(self, message->data, message->data_size / sizeof(Entry), sent, count);
}

static void receive_answer(Node *self, NodeId from, const Message *message)
{
    State *state = overlay_state(self);
    bool expected = state->asked == from && node_now(self) <= state->until;
    take_in(self, message->data, message->data_size / sizeof(Entry), state->sent, expected ? state->sent_count : 0);
    if (!expected) return;
    state->asked = NODE_NONE;
    if (state->timeout) overlay_cancel(self, state->timeout);
}

/* Here a newcomer's walk ends: it takes the place of a random entry, which it gets. */
static void walk_end(Node *self, NodeId newcomer)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    if (newcomer == node_id(self) || find(state, newcomer) < state->count) return;
    Entry given = { .node = node_id(self) };
    if (state->count == config->cache)
        given = entry_remove(self, (uint32_t)random_below(overlay_random(self), state->count));
    entry_add(self, (Entry){ .node = newcomer });
    send(self, newcomer, WELCOME, &given, 1);
}

static void walk(Node *self, NodeId newcomer, uint32_t ttl)
{
    const State *state = overlay_state(self);
    uint32_t next = state->count ? (uint32_t)random_below(overlay_random(self), state->count) : 0;
    if (!ttl || !state->count || state->cache[next].node == newcomer) {
        walk_end(self, newcomer);
        return;
    }
    Message message = { .word = (uint64_t)newcomer << 32 | (ttl - 1), .publication = PUBLICATION_NONE, .size = ENTRY_BYTES,
                        .kind = WALK };
    overlay_send(self, state->cache[next].node, &message);
}

static void join(Node *self)
{
    NodeId contact = overlay_contact(self);
    if (contact != NODE_NONE) send(self, contact, JOIN, NULL, 0);
}

static void start(Node *self)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    state->cache = g_malloc(config->cache * sizeof(Entry) + config->shuffle * sizeof(NodeId));
    state->sent = (NodeId *)(state->cache + config->cache);
    state->asked = NODE_NONE;
    state->welcomed = config->bootstrap == BOOTSTRAP_CHAIN;
    if (!state->welcomed) join(self);
    else if (node_id(self)) entry_add(self, (Entry){ .node = node_id(self) - 1 });
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->period), TICK);
}

static void stop(Node *self)
{
    State *state = overlay_state(self);
    g_clear_pointer(&state->cache, g_free);
}

static void timer(Node *self, uint32_t tag)
{
    const Config *config = overlay_config(self);
    State *state = overlay_state(self);
    for (uint32_t i = 0; tag == TICK && i < state->count; i++) state->cache[i].age++;
    if (!state->welcomed || !state->count) join(self);
    if (state->count) shuffle(self);
    if (tag == TICK) overlay_after(self, config->period, TICK);
}

static void receive_welcome(Node *self, const Message *message)
{
    State *state = overlay_state(self);
    state->welcomed = true;
    take_in(self, message->data, message->data_size / sizeof(Entry), NULL, 0);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    const Config *config = overlay_config(self);
    switch (message->kind) {
    case JOIN:
        for (uint32_t i = 0; i < config->cache; i++) walk(self, from, config->walk);
        break;
    case WALK: walk(self, (NodeId)(message->word >> 32), (uint32_t)message->word); break;
    case SHUFFLE: receive_shuffle(self, from, message); break;
    case ANSWER: receive_answer(self, from, message); break;
    default: receive_welcome(self, message); break;
    }
}

static const LiveOverlay live = {
    .state_size = sizeof(State), .start = start, .receive = receive, .timer = timer, .stop = stop,
};

const Overlay overlay_cyclon = {
    .variant = {
        .name = "cyclon",
        .summary = "a cache of random others, parts of which are swapped period by period",
        .source = "S. Voulgaris et al., JNSM 2005",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .live = &live,
};
