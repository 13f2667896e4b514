/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NICE's delivery tree, and Probabilistic Resilient Multicast (PRM) over it.
 *
 * A publication goes to all members of each cluster that the node is in, but the one
 * that it came from: every member of a cluster has it from whoever brings it there.
 *
 * With `random` = r and a `probability` PRM sends it on to each of r nodes drawn at
 * random too.  They are found by walks over the neighbors, which a node sends out
 * every `discover`; a copy that finds the node without it goes on from there down all
 * of its clusters.  With `nack` = yes payloads tell which of the 64 publications before
 * this one their sender has: a node that lacks one of them asks for it after `wait`,
 * and again where it is told so again.  Publications are kept for `keep`.
 *
 * r = 3 is published; periods, walks and waits are ours.  Left out: that a node whose
 * part of the tree has failed has a random one send it everything for a while.
 *
 * Questions take 26 bytes.  What a payload tells takes 8 and is not counted.
 *
 * Source: S. Banerjee, B. Bhattacharjee, C. Kommareddy, "Scalable application layer
 * multicast", SIGCOMM 2002; S. Banerjee, S. Lee, B. Bhattacharjee, A. Srinivasan,
 * "Resilient multicast using overlays", SIGMETRICS 2003.
 */
#include <string.h>

#include "protocol/protocol.h"

typedef struct {
    uint32_t random, walk;
    double probability;
    bool nack;
    SimTime discover, wait, keep;
} Config;

enum { DATA, WALK, FOUND, NACK };                       /* kinds of message */
enum { TAG_DISCOVER = (1 << 30) - 1 };                  /* else the tag is the publication that is missing */
enum { CONTROL_BYTES = 26, RANDOM_MOST = 16, WINDOW = 64 };

static const Param params[] = {
    { "random", PARAM_COUNT, offsetof(Config, random), "3", 0, RANDOM_MOST, "random nodes that a node knows for PRM", NULL },
    { "probability", PARAM_SHARE, offsetof(Config, probability), "0", 0, 0,
      "with which a publication goes to each of them; 0: the plain tree", NULL },
    { "discover", PARAM_DURATION, offsetof(Config, discover), "30 s", 1, 9e17, "time between walks that find them anew", NULL },
    { "walk", PARAM_COUNT, offsetof(Config, walk), "20", 1, 255, "hops of such a walk: short ones end near by", NULL },
    { "nack", PARAM_BOOL, offsetof(Config, nack), "no", 0, 0, "what a neighbor has and this node has not is asked for", NULL },
    { "wait", PARAM_DURATION, offsetof(Config, wait), "500 ms", 0, 0, "before it is asked for: it may be on its way", NULL },
    { "keep", PARAM_DURATION, offsetof(Config, keep), "3200 ms", 0, 0, "time a publication is kept for those who ask", NULL },
    PARAM_END
};

/* A publication that is kept, held. */
typedef struct { SimTime since; uint32_t publication; uint16_t hops; } Kept;

/* One that is not here, and who has it. */
typedef struct { uint32_t publication; NodeId from; } Missing;

typedef struct {
    NodeId random[RANDOM_MOST];
    uint32_t random_count, random_next;
    Kept *kept;                 /* owned; ascending in time from kept_first */
    Missing *missing;           /* owned; in the order in which they were found out */
    uint32_t kept_first, kept_count, kept_room, missing_count, missing_room;
    uint64_t have;              /* bit i: publication newest - i has been here */
    uint32_t newest;            /* + 1; 0: none yet */
    SimTime since;              /* it came up */
} State;

static bool resilient(const Config *config) { return config->probability > 0 && config->random > 0; }

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word, uint32_t publication)
{
    Message message = { .word = word, .publication = publication, .size = CONTROL_BYTES, .kind = kind };
    if (to != node_id(self)) node_send(self, to, &message);
}

static void have_set(State *state, uint32_t publication)
{
    uint32_t number = publication + 1;
    if (number > state->newest) {
        uint32_t by = number - state->newest;
        state->have = by < WINDOW ? state->have << by : 0;
        state->newest = number;
    }
    if (state->newest - number < WINDOW) state->have |= 1ull << (state->newest - number);
}

/* Bit i: this node has publication number `publication` - 1 - i. */
static uint64_t have_before(const State *state, uint32_t publication)
{
    uint32_t ahead = state->newest - (publication + 1) + 1;     /* of the newest before `publication` */
    return ahead < WINDOW ? state->have >> ahead : 0;
}

static void keep(Node *self, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    while (state->kept_count && node_now(self) - state->kept[state->kept_first].since > config->keep) {
        node_release(self, state->kept[state->kept_first].publication);
        state->kept_first++, state->kept_count--;
    }
    if (state->kept_first + state->kept_count == state->kept_room) {
        if (state->kept_first) memmove(state->kept, state->kept + state->kept_first, state->kept_count * sizeof *state->kept);
        state->kept_first = 0;
        if (2 * state->kept_count >= state->kept_room) {
            state->kept_room = MAX(8, 2 * state->kept_room);
            state->kept = g_renew(Kept, state->kept, state->kept_room);
        }
    }
    state->kept[state->kept_first + state->kept_count++] = (Kept){ node_now(self), message->publication, message->hops };
    node_hold(self, message->publication);
}

/* Sends what is new on: to all clusters but the one that it came from, and PRM's share. */
static void pass_on(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    Message copy = *message;
    copy.kind = DATA;
    if (config->nack) {
        have_set(state, message->publication);
        copy.word = have_before(state, message->publication);
        keep(self, message);
    }
    uint32_t degree = node_degree(self), came = from == node_id(self) ? UINT32_MAX : node_cluster(self, from);
    for (uint32_t i = 0; i < degree; i++)
        if (came == UINT32_MAX || node_cluster(self, node_neighbor(self, i)) != came) node_send_neighbor(self, i, &copy);
    if (!resilient(config)) return;
    for (uint32_t i = 0; i < state->random_count; i++)
        if (random_unit(node_random(self)) < config->probability && state->random[i] != from)
            node_send(self, state->random[i], &copy);
}

static void publish(Node *self, const Message *publication) { pass_on(self, node_id(self), publication); }

static void missing_add(Node *self, uint32_t publication, NodeId from)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->missing_count; i++)
        if (state->missing[i].publication == publication) return;
    if (state->missing_count == state->missing_room) {
        state->missing_room = MAX(4, 2 * state->missing_room);
        state->missing = g_renew(Missing, state->missing, state->missing_room);
    }
    state->missing[state->missing_count++] = (Missing){ publication, from };
    node_after(self, config->wait, publication);
}

/* Finds out what its sender had before it and this node has not. */
static void compare(Node *self, NodeId from, const Message *message)
{
    const State *state = node_state(self);
    for (uint64_t bits = message->word; bits; bits &= bits - 1) {
        uint32_t publication = message->publication - 1 - (uint32_t)__builtin_ctzll(bits);
        if (node_publication(self, publication)->published >= state->since && !node_has(self, publication))
            missing_add(self, publication, from);
    }
}

static void ask(Node *self, uint32_t publication)
{
    State *state = node_state(self);
    uint32_t i = 0;
    while (i < state->missing_count && state->missing[i].publication != publication) i++;
    if (i == state->missing_count) return;
    NodeId from = state->missing[i].from;
    memmove(&state->missing[i], &state->missing[i + 1], (--state->missing_count - i) * sizeof *state->missing);
    if (!node_has(self, publication)) send(self, from, NACK, publication, PUBLICATION_NONE);
}

static void answer(Node *self, NodeId to, uint32_t publication)
{
    const State *state = node_state(self);
    for (uint32_t i = state->kept_first; i < state->kept_first + state->kept_count; i++) {
        if (state->kept[i].publication != publication) continue;
        Message message = { .publication = publication, .size = node_publication(self, publication)->size, .kind = DATA,
                            .flags = MESSAGE_PAYLOAD, .hops = state->kept[i].hops, .word = have_before(state, publication) };
        node_send(self, to, &message);
        return;
    }
}

static NodeId random_neighbor(Node *self, NodeId except)
{
    uint32_t degree = node_degree(self);
    if (!degree) return NODE_NONE;
    uint32_t pick = (uint32_t)random_below(node_random(self), degree);
    NodeId node = node_neighbor(self, pick);
    return node == except && degree > 1 ? node_neighbor(self, (pick + 1) % degree) : node;
}

/* A walk goes on, or ends here; `word` is whose it is and the hops left. */
static void walk_on(Node *self, NodeId from, uint64_t word)
{
    NodeId origin = (NodeId)(word >> 32), next = (uint32_t)word ? random_neighbor(self, from) : NODE_NONE;
    if (next != NODE_NONE) send(self, next, WALK, word - 1, PUBLICATION_NONE);
    else send(self, origin, FOUND, 0, PUBLICATION_NONE);
}

static void found(Node *self, NodeId node)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->random_count; i++)
        if (state->random[i] == node) return;
    if (state->random_count < config->random) state->random[state->random_count++] = node;
    else state->random[state->random_next++ % config->random] = node;
}

static void receive(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    switch (message->kind) {
    case WALK: walk_on(self, from, message->word); break;
    case FOUND: found(self, from); break;
    case NACK: answer(self, from, (uint32_t)message->word); break;
    default:
        if (config->nack) compare(self, from, message);
        if (node_deliver(self, message)) pass_on(self, from, message);
    }
}

static void start(Node *self)
{
    const Config *config = node_config(self);
    ((State *)node_state(self))->since = node_now(self);
    if (resilient(config)) node_after(self, (SimTime)random_below(node_random(self), (uint64_t)config->discover), TAG_DISCOVER);
}

static void timer(Node *self, uint32_t tag)
{
    const Config *config = node_config(self);
    if (tag != TAG_DISCOVER) {
        ask(self, tag);
        return;
    }
    for (uint32_t i = 0; i < config->random; i++) walk_on(self, NODE_NONE, (uint64_t)node_id(self) << 32 | config->walk);
    node_after(self, config->discover, TAG_DISCOVER);
}

static void stop(Node *self)
{
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->kept_count; i++) node_release(self, state->kept[state->kept_first + i].publication);
    g_clear_pointer(&state->kept, g_free);
    g_clear_pointer(&state->missing, g_free);
}

const Protocol protocol_nice = {
    .variant = {
        .name = "nice",
        .summary = "from cluster to cluster of a hierarchy, and to random nodes as well (PRM)",
        .source = "S. Banerjee et al., SIGCOMM 2002; SIGMETRICS 2003",
        .params = params, .config_size = sizeof(Config),
    },
    .state_size = sizeof(State), .clustered = true,
    .start = start, .publish = publish, .receive = receive, .timer = timer, .stop = stop,
};
