/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gossip: each node tells, or asks, a few neighbors drawn at random.
 *
 * push        a node that has a publication sends it to `fanout` neighbors:
 *             once, at receipt (infect = die), or in each of its rounds (forever)
 * pull        in each of its rounds a node asks `fanout` neighbors for what it
 *             lacks; the request lists what it has
 * push-pull   both
 *
 * Rounds come by a Poisson clock, periodically with a phase of the node's own,
 * or for all at once; then all act on the state at the round's start.
 * A node has rounds for the newest `keep` publications; older ones it neither sends,
 * nor lists, nor is sent again.
 * A request takes 20 bytes and 4 more for each publication listed.
 *
 * Source: A. Demers et al., "Epidemic algorithms for replicated database
 * maintenance", PODC 1987; R. Karp et al., "Randomized rumor spreading", FOCS
 * 2000 (the synchronous random phone-call model).
 */
#include <math.h>
#include <string.h>

#include "protocol/window.h"

typedef enum { MODE_PUSH, MODE_PULL, MODE_PUSH_PULL } Mode;
typedef enum { INFECT_DIE, INFECT_FOREVER } Infect;
typedef enum { CLOCK_POISSON, CLOCK_PERIODIC, CLOCK_SYNCHRONOUS } Clock;
enum { RUMOUR, REQUEST };               /* kinds of message */
enum { REQUEST_BYTES = 20, REQUEST_ENTRY_BYTES = 4, TARGETS_MOST = 64 };

typedef struct {
    double fanout;
    bool distinct;
    int mode, infect, clock;
    Distribution interval;
    uint32_t rounds, keep;
} Config;

static const Param params[] = {
    { "fanout", PARAM_NUMBER, offsetof(Config, fanout), "4", 0, 1e6,
      "neighbors told or asked each time; a fraction is the chance of one more", NULL },
    { "distinct", PARAM_BOOL, offsetof(Config, distinct), "yes", 0, 0,
      "draw different neighbors; no: with replacement", NULL },
    { "mode", PARAM_CHOICE, offsetof(Config, mode), "push", 0, 0, "who moves the publication", "push|pull|push-pull" },
    { "infect", PARAM_CHOICE, offsetof(Config, infect), "die", 0, 0,
      "push once, at receipt, or in every round", "die|forever" },
    { "interval", PARAM_DURATION_LAW, offsetof(Config, interval), "1 s", 0, 0, "time between the rounds of a node", NULL },
    { "clock", PARAM_CHOICE, offsetof(Config, clock), "periodic", 0, 0,
      "rounds at random (Poisson), regular with an own phase, or for all at multiples of the interval",
      "poisson|periodic|synchronous" },
    { "rounds", PARAM_COUNT, offsetof(Config, rounds), "unlimited", 1, 1e9,
      "rounds for which a node pushes a publication; with infect = forever", NULL },
    { "keep", PARAM_COUNT, offsetof(Config, keep), "1000", 1, 1e9,
      "newest publications that a node has rounds for; older ones are let go of", NULL },
    PARAM_END
};

/* A publication that this node has. */
typedef struct {
    SimTime learned;
    uint32_t publication;
    uint32_t rounds;            /* in which it was pushed */
    uint16_t hops;              /* that it made to here */
    bool own;                   /* this node is its source */
} Held;

typedef struct {
    Held *held;                 /* ascending by publication */
    uint32_t count, room;
    bool ticking;
    SimTime phase;              /* of the periodic clock */
} State;

static bool has_rounds(const Config *config)
{
    return config->mode != MODE_PUSH || config->infect == INFECT_FOREVER;
}

static void check(void *data, const Keys *keys)
{
    const Config *config = data;
    const Distribution *interval = &config->interval;
    if (config->clock == CLOCK_SYNCHRONOUS && interval->kind != LAW_CONSTANT) {
        keys_fault(keys, "clock", "synchronous rounds need a constant interval; periodic or poisson would be right");
        keys_fault(keys, "interval", "a distribution does not go with clock = synchronous; a duration would be right");
    }
    if (distribution_mean(interval) <= 0) keys_fault(keys, "interval", "the interval is 0; more than 0 is expected");
    if (keys_given(keys, "rounds") && config->rounds != PARAM_NO_COUNT && config->infect == INFECT_DIE) {
        keys_fault(keys, "rounds", "a limit of rounds needs infect = forever; with die a node pushes once");
        if (keys_given(keys, "infect")) keys_fault(keys, "infect", "die does not go with rounds; forever would be right");
    }
}

/* Draws the neighbors of one call; returns how many there are in `out`. */
static uint32_t draw_targets(Node *self, uint32_t *out)
{
    const Config *config = node_config(self);
    Random *random = node_random(self);
    uint32_t degree = node_degree(self), wanted = (uint32_t)floor(config->fanout);
    double part = config->fanout - floor(config->fanout);
    if (part > 0 && random_unit(random) < part) wanted++;
    if (!degree) return 0;
    if (config->distinct) wanted = MIN(wanted, degree);
    for (uint32_t n = 0; n < wanted; n++) {
        /* Floyd's sampling over the last `wanted` numbers, with a scan for repeats. */
        uint32_t bound = config->distinct ? degree - wanted + n + 1 : degree;
        uint32_t pick = (uint32_t)random_below(random, bound);
        for (uint32_t i = 0; config->distinct && i < n; i++)
            if (out[i] == pick) {
                pick = bound - 1;
                break;
            }
        out[n] = pick;
    }
    return wanted;
}

static uint32_t targets_room(const Node *self)
{
    const Config *config = node_config(self);
    return (uint32_t)ceil(config->fanout) + 1;
}

static void send_to_targets(Node *self, const Message *message)
{
    uint32_t few[TARGETS_MOST], room = targets_room(self);
    uint32_t *targets = room <= TARGETS_MOST ? few : g_new(uint32_t, room);
    uint32_t count = draw_targets(self, targets);
    for (uint32_t i = 0; i < count; i++) node_send_neighbor(self, targets[i], message);
    if (targets != few) g_free(targets);
}

/* How long until this node's next round after now. */
static SimTime until_next(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (config->clock == CLOCK_POISSON) {
        Distribution gap = { .kind = LAW_EXPONENTIAL, .a = distribution_mean(&config->interval) };
        return distribution_time(&gap, node_random(self));
    }
    if (config->interval.kind != LAW_CONSTANT) return distribution_time(&config->interval, node_random(self));
    SimTime interval = (SimTime)config->interval.a, now = node_now(self);
    if (config->clock == CLOCK_SYNCHRONOUS) return interval - now % interval;
    return interval - (now - state->phase % interval + interval) % interval;
}

/* The first round: a node that starts, or learns, at a multiple takes part in it. */
static void tick_first(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (state->ticking) return;
    state->ticking = true;
    SimTime delay = until_next(self);
    if (config->clock == CLOCK_SYNCHRONOUS && node_now(self) % (SimTime)config->interval.a == 0) delay = 0;
    node_after(self, delay, 0);
}

static void start(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (!has_rounds(config)) return;
    if (config->clock == CLOCK_PERIODIC && config->interval.kind == LAW_CONSTANT)
        state->phase = (SimTime)random_below(node_random(self), (uint64_t)config->interval.a);
    if (config->mode != MODE_PUSH) tick_first(self);
}

static void stop(Node *self)
{
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->count; i++) node_release(self, state->held[i].publication);
    g_clear_pointer(&state->held, g_free);
    state->count = state->room = 0;
}

/* Which of `count` numbers, `stride` bytes apart, is the oldest publication. */
static uint32_t oldest(const Node *self, const void *numbers, uint32_t count, size_t stride)
{
    const char *at = numbers;
    uint32_t found = 0;
    for (uint32_t i = 1; i < count; i++)
        if (window_before(self, *(const uint32_t *)(at + i * stride), *(const uint32_t *)(at + found * stride))) found = i;
    return found;
}

/* Lets go of the oldest where there is no room for one more; false if that is the newcomer. */
static bool make_room(Node *self, uint32_t newcomer)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (state->count < config->keep) return true;
    uint32_t at = oldest(self, &state->held->publication, state->count, sizeof *state->held);
    if (window_before(self, newcomer, state->held[at].publication)) return false;
    node_release(self, state->held[at].publication);
    memmove(&state->held[at], &state->held[at + 1], (--state->count - at) * sizeof *state->held);
    return true;
}

static void hold(Node *self, const Message *message, bool own)
{
    State *state = node_state(self);
    if (!make_room(self, message->publication)) return;
    if (state->count == state->room) {
        state->room = state->room ? 2 * state->room : 4;
        state->held = g_renew(Held, state->held, state->room);
    }
    uint32_t at = state->count++, publication = message->publication;
    for (; at && state->held[at - 1].publication > publication; at--) state->held[at] = state->held[at - 1];
    state->held[at] = (Held){ .learned = node_now(self), .publication = publication, .hops = message->hops, .own = own };
    node_hold(self, publication);
}

/* With rounds for all, only what was there at the round's start counts. */
static bool in_this_round(const Node *self, const Held *held)
{
    const Config *config = node_config(self);
    if (config->clock != CLOCK_SYNCHRONOUS) return true;
    SimTime now = node_now(self), round = now - now % (SimTime)config->interval.a;
    return held->learned < round || (held->own && held->learned == round);
}

static Message rumour(const Node *self, const Held *held)
{
    return (Message){ .publication = held->publication, .size = node_publication(self, held->publication)->size,
                      .hops = held->hops, .kind = RUMOUR, .flags = MESSAGE_PAYLOAD };
}

/* What a node does once it has a new publication. */
static void learn(Node *self, const Message *message, bool own)
{
    const Config *config = node_config(self);
    if (config->mode != MODE_PULL && config->infect == INFECT_DIE) send_to_targets(self, message);
    if (!has_rounds(config)) return;
    hold(self, message, own);
    tick_first(self);
}

static void publish(Node *self, const Message *publication)
{
    learn(self, publication, true);
}

static void push_round(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->count; i++) {
        Held *held = &state->held[i];
        if (held->rounds >= config->rounds || !in_this_round(self, held)) continue;
        held->rounds++;
        Message message = rumour(self, held);
        send_to_targets(self, &message);
    }
}

/* Asks for what is missing from the list of what is here. */
static void pull_round(Node *self)
{
    State *state = node_state(self);
    g_autofree uint32_t *list = g_new(uint32_t, state->count + 1);
    for (uint32_t i = 0; i < state->count; i++) list[i] = state->held[i].publication;
    Message message = {
        .publication = PUBLICATION_NONE, .kind = REQUEST, .size = REQUEST_BYTES + REQUEST_ENTRY_BYTES * state->count,
        .data = list, .data_size = state->count * (uint32_t)sizeof *list,
    };
    send_to_targets(self, &message);
}

static void timer(Node *self, uint32_t tag)
{
    (void)tag;
    const Config *config = node_config(self);
    if (config->mode != MODE_PULL && config->infect == INFECT_FOREVER) push_round(self);
    if (config->mode != MODE_PUSH) pull_round(self);
    node_after(self, until_next(self), 0);
}

/* Sends what the asking node has not listed; both lists ascend.  A full list says nothing of
 * what is older than all in it. */
static void answer(Node *self, NodeId from, const Message *request)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    const uint32_t *list = request->data;
    uint32_t listed = request->data_size / sizeof *list, j = 0;
    bool full = listed == config->keep;
    uint32_t first = full ? list[oldest(self, list, listed, sizeof *list)] : 0;
    for (uint32_t i = 0; i < state->count; i++) {
        const Held *held = &state->held[i];
        while (j < listed && list[j] < held->publication) j++;
        if ((j < listed && list[j] == held->publication) || !in_this_round(self, held)) continue;
        if (full && window_before(self, held->publication, first)) continue;
        Message message = rumour(self, held);
        node_send(self, from, &message);
    }
}

static void receive(Node *self, NodeId from, const Message *message)
{
    if (message->kind == REQUEST) answer(self, from, message);
    else if (node_deliver(self, message)) learn(self, message, false);
}

const Protocol protocol_gossip = {
    .variant = {
        .name = "gossip",
        .summary = "tell or ask a few random neighbors: push, pull or both, once or in rounds",
        .source = "Demers et al., PODC 1987; Karp et al., FOCS 2000",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .state_size = sizeof(State),
    .start = start, .publish = publish, .receive = receive, .timer = timer, .stop = stop,
};
