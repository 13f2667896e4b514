/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rumour mongering: a node spreads what is hot news to it until it loses interest.
 *
 * In each of its rounds a node that has a hot rumour sends it to one random
 * neighbor (push), or every node asks one and is sent what is hot there (pull).
 *
 * feedback   it loses interest in answer to contacts that knew the rumour already
 * blind      whatever the contacts say
 * coin       with probability 1/k at each such contact
 * counter    after k such contacts in a row
 *
 * A contact that needed the rumour resets the counter; under pull the contacts of
 * a round count as one, which is needed if any of them was.  With synchronous
 * rounds all is judged by what was known at the start of the round, as the paper's
 * tables are; else at the contact.  A question and an answer take 16 bytes.  Left out: connection limits and hunting, and backing
 * up a rumour by anti-entropy; gossip with mode = pull is anti-entropy itself.
 *
 * Source: A. Demers et al., "Epidemic algorithms for replicated database
 * maintenance", PODC 1987, section 1.4.
 */
#include "protocol/protocol.h"

typedef enum { MODE_PUSH, MODE_PULL } Mode;
typedef enum { INTEREST_FEEDBACK, INTEREST_BLIND } Interest;
typedef enum { STOP_COIN, STOP_COUNTER } Stop;
enum { RUMOUR, QUESTION, ANSWER_NEEDED, ANSWER_KNOWN };     /* kinds of message; answers name the rumour in `word` */
enum { CONTROL_BYTES = 16 };

typedef struct {
    int mode, interest, stop;
    uint32_t k;
    SimTime interval;
    bool synchronous;
} Config;

static const Param params[] = {
    { "mode", PARAM_CHOICE, offsetof(Config, mode), "push", 0, 0, "who makes the contact", "push|pull" },
    { "interest", PARAM_CHOICE, offsetof(Config, interest), "feedback", 0, 0,
      "lose it at contacts that knew the rumour, or at any contact", "feedback|blind" },
    { "stop", PARAM_CHOICE, offsetof(Config, stop), "counter", 0, 0,
      "lose it with probability 1/k at each such contact, or after k of them in a row", "coin|counter" },
    { "k", PARAM_COUNT, offsetof(Config, k), "3", 1, 1e6, "contacts until a node loses interest", NULL },
    { "interval", PARAM_DURATION, offsetof(Config, interval), "1 s", 1, 1e18, "time between the rounds of a node", NULL },
    { "synchronous", PARAM_BOOL, offsetof(Config, synchronous), "no", 0, 0,
      "all rounds at multiples of the interval; no: each node at a phase of its own", NULL },
    PARAM_END
};

/* A rumour that is hot here. */
typedef struct {
    SimTime learned;
    uint32_t publication;
    uint32_t counter;           /* contacts in a row that did not need it */
    uint16_t hops;
    bool asked, needed;         /* under pull: by somebody in this round; by one who needed it */
} Hot;

typedef struct {
    Hot *hot;
    uint32_t count, room;
    bool ticking;
    SimTime phase;
} State;

static SimTime round_start(const Node *self, const State *state)
{
    const Config *config = node_config(self);
    SimTime now = node_now(self);
    return now - ((now - state->phase) % config->interval + config->interval) % config->interval;
}

/* With rounds for all, what came in this one is not yet known. */
static bool is_too_new(const Node *self, const State *state, const Hot *hot)
{
    const Config *config = node_config(self);
    return config->synchronous && hot->hops > 0 && hot->learned >= round_start(self, state);
}

static void tick_at_next_round(Node *self)
{
    State *state = node_state(self);
    const Config *config = node_config(self);
    if (state->ticking) return;
    state->ticking = true;
    SimTime since = node_now(self) - round_start(self, state);
    node_after(self, since ? config->interval - since : 0, 0);
}

static void start(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (!config->synchronous) state->phase = (SimTime)random_below(node_random(self), (uint64_t)config->interval);
    if (config->mode == MODE_PULL) tick_at_next_round(self);
}

static void stop(Node *self)
{
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->count; i++) node_release(self, state->hot[i].publication);
    g_clear_pointer(&state->hot, g_free);
    state->count = state->room = 0;
}

static Hot *find(State *state, uint32_t publication)
{
    for (uint32_t i = 0; i < state->count; i++)
        if (state->hot[i].publication == publication) return &state->hot[i];
    return NULL;
}

static void learn(Node *self, const Message *message)
{
    State *state = node_state(self);
    if (state->count == state->room) {
        state->room = state->room ? 2 * state->room : 4;
        state->hot = g_renew(Hot, state->hot, state->room);
    }
    state->hot[state->count++] = (Hot){ .learned = node_now(self), .publication = message->publication, .hops = message->hops };
    node_hold(self, message->publication);
    tick_at_next_round(self);
}

static void cool(Node *self, Hot *hot)
{
    State *state = node_state(self);
    uint32_t publication = hot->publication;
    *hot = state->hot[--state->count];
    node_release(self, publication);
}

/* One contact that needed it, or not; true if the node lost interest. */
static bool contact(Node *self, Hot *hot, bool needed)
{
    const Config *config = node_config(self);
    if (config->interest == INTEREST_BLIND) needed = false;
    if (needed) hot->counter = 0;
    else if (config->stop == STOP_COIN ? random_below(node_random(self), config->k) == 0 : ++hot->counter >= config->k) {
        cool(self, hot);
        return true;
    }
    return false;
}

static void send_rumour(Node *self, NodeId to, const Hot *hot)
{
    Message message = { .publication = hot->publication, .size = node_publication(self, hot->publication)->size,
                        .hops = hot->hops, .kind = RUMOUR, .flags = MESSAGE_PAYLOAD };
    node_send(self, to, &message);
}

static NodeId random_neighbor(Node *self)
{
    uint32_t degree = node_degree(self);
    return degree ? node_neighbor(self, (uint32_t)random_below(node_random(self), degree)) : NODE_NONE;
}

static void push_round(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    for (uint32_t i = state->count; i-- > 0; ) {
        NodeId to = random_neighbor(self);
        if (to == NODE_NONE) return;
        send_rumour(self, to, &state->hot[i]);
        if (config->interest == INTEREST_BLIND) contact(self, &state->hot[i], false);
    }
}

/* Judges the round that is over, then asks. */
static void pull_round(Node *self)
{
    State *state = node_state(self);
    for (uint32_t i = state->count; i-- > 0; ) {
        Hot *hot = &state->hot[i];
        bool asked = hot->asked, needed = hot->needed;
        hot->asked = hot->needed = false;
        if (asked) contact(self, hot, needed);
    }
    NodeId to = random_neighbor(self);
    Message question = { .publication = PUBLICATION_NONE, .size = CONTROL_BYTES, .kind = QUESTION };
    if (to != NODE_NONE) node_send(self, to, &question);
}

static void timer(Node *self, uint32_t tag)
{
    (void)tag;
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (config->mode == MODE_PUSH) push_round(self);
    else pull_round(self);
    state->ticking = config->mode == MODE_PULL || state->count;
    if (state->ticking) node_after(self, config->interval, 0);
}

static void publish(Node *self, const Message *publication)
{
    learn(self, publication);
}

/* Tells the sender of a rumour whether it was needed at the start of this round. */
static void take_rumour(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    const Hot *hot = find(state, message->publication);
    bool needed = hot ? is_too_new(self, state, hot) : !node_has(self, message->publication);
    if (node_deliver(self, message)) learn(self, message);
    if (config->interest == INTEREST_BLIND) return;
    Message answer = { .publication = PUBLICATION_NONE, .word = message->publication, .size = CONTROL_BYTES,
                       .kind = needed ? ANSWER_NEEDED : ANSWER_KNOWN };
    node_send(self, from, &answer);
}

static void answer_question(Node *self, NodeId from)
{
    State *state = node_state(self);
    const Config *config = node_config(self);
    for (uint32_t i = 0; i < state->count; i++) {
        Hot *hot = &state->hot[i];
        if (is_too_new(self, state, hot)) continue;
        send_rumour(self, from, hot);
        if (config->interest == INTEREST_BLIND) hot->asked = true;
    }
}

static void take_answer(Node *self, const Message *answer)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    Hot *hot = find(state, (uint32_t)answer->word);
    bool needed = answer->kind == ANSWER_NEEDED;
    if (!hot) return;
    if (config->mode == MODE_PUSH) {
        contact(self, hot, needed);
        return;
    }
    hot->asked = true;
    hot->needed |= needed;
}

static void receive(Node *self, NodeId from, const Message *message)
{
    if (message->kind == RUMOUR) take_rumour(self, from, message);
    else if (message->kind == QUESTION) answer_question(self, from);
    else take_answer(self, message);
}

const Protocol protocol_rumour = {
    .variant = {
        .name = "rumour",
        .summary = "rumour mongering: spread what is hot until the contacts know it already",
        .source = "A. Demers et al., PODC 1987",
        .params = params, .config_size = sizeof(Config),
    },
    .state_size = sizeof(State),
    .start = start, .publish = publish, .receive = receive, .timer = timer, .stop = stop,
};
