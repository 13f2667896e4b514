/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plumtree: a tree that grows out of a mesh and is mended from it.
 *
 * A publication goes to the eager neighbors at once; the lazy ones are told that
 * it is here.  A duplicate prunes the link it came by, so the eager links become a
 * tree.  A node that hears of a publication but does not get it within `timeout1`
 * asks who told it, in turn every `timeout2`, and grafts the link.
 *
 * With `threshold` a link is exchanged for a lazy one whose announcement had made
 * at least that many hops fewer.
 *
 * A node keeps the publications of the last `keep` for those who ask; what is
 * older goes when a newer one comes.  Announcements take 20 bytes, and with
 * `batch` 6 more for each publication in one.
 *
 * Left out: fanouts below the size of the active view; all neighbors are peers.
 *
 * Source: J. Leitao, J. Pereira, L. Rodrigues, "Epidemic broadcast trees", SRDS 2007.
 */
#include <string.h>

#include "protocol/held.h"

typedef struct {
    SimTime timeout1, timeout2, batch, keep;
    uint32_t threshold;
} Config;

enum { GOSSIP, IHAVE, IHAVE_LIST, GRAFT, PRUNE };       /* kinds of message */
enum { TAG_BATCH = (1 << 30) - 1 };                     /* else the tag is the publication that is missing */
enum { CONTROL_BYTES = 20, ENTRY_BYTES = 6, WORD_BITS = 64 };

static const Param params[] = {
    { "timeout1", PARAM_DURATION, offsetof(Config, timeout1), "1 s", 0, 0,
      "wait after a first announcement until the publication is asked for", NULL },
    { "timeout2", PARAM_DURATION, offsetof(Config, timeout2), "500 ms", 1, 9e18,
      "wait for the answer until the next one that announced it is asked", NULL },
    { "batch", PARAM_DURATION, offsetof(Config, batch), "0 s", 0, 0,
      "collect announcements for so long and send them as one; 0: each at once", NULL },
    { "threshold", PARAM_COUNT, offsetof(Config, threshold), "off", 1, 65535,
      "exchange a link for a lazy one that announced it so many hops earlier; off: never", NULL },
    { "keep", PARAM_DURATION, offsetof(Config, keep), "10 s", 0, 0, "time a publication is kept for those who ask for it", NULL },
    PARAM_END
};

/* A publication that is not here, and who announced it; in the order of announcements. */
typedef struct { uint64_t timer; uint32_t publication; NodeId from; uint16_t hops; bool timed; } Missing;

/* One that lazy neighbors are to be told of; not `except`. */
typedef struct { uint32_t publication; NodeId except; uint16_t hops; } Waiting;

/* What is told of one in a batch. */
typedef struct { uint32_t publication, hops; } Entry;

typedef struct {
    uint64_t *lazy;             /* bit a neighbor number; NULL: `few` does */
    uint64_t few;
    Held held;                  /* those that are here */
    Missing *missing;
    Waiting *waiting;
    uint32_t degree;            /* neighbors that `lazy` stands for */
    uint32_t missing_count, missing_room, waiting_count, waiting_room;
} State;

static uint64_t *lazy_bits(State *state) { return state->lazy ? state->lazy : &state->few; }

static bool is_lazy(State *state, uint32_t i) { return lazy_bits(state)[i / WORD_BITS] >> (i % WORD_BITS) & 1; }

static void set_lazy(State *state, uint32_t i, bool lazy)
{
    uint64_t bit = 1ull << (i % WORD_BITS), *word = &lazy_bits(state)[i / WORD_BITS];
    *word = lazy ? *word | bit : *word & ~bit;
}

/* Room for the bits of `degree` neighbors. */
static void lazy_grow(State *state, uint32_t degree)
{
    uint32_t words = (degree + WORD_BITS - 1) / WORD_BITS, had = (state->degree + WORD_BITS - 1) / WORD_BITS;
    state->degree = degree;
    if (degree <= WORD_BITS || (state->lazy && words <= had)) return;
    uint64_t *more = g_new0(uint64_t, words);
    memcpy(more, lazy_bits(state), MAX(had, 1) * sizeof *more);
    g_free(state->lazy);
    state->lazy = more;
}

/* The number of a neighbor, or where it would stand. */
static uint32_t place_of(const Node *self, NodeId node, bool *there)
{
    uint32_t low = 0, high = node_degree(self);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        NodeId at = node_neighbor(self, middle);
        if (at == node) {
            *there = true;
            return middle;
        }
        if (at < node) low = middle + 1;
        else high = middle;
    }
    *there = false;
    return low;
}

static void turn(Node *self, NodeId node, bool lazy)
{
    bool there;
    uint32_t i = place_of(self, node, &there);
    if (there) set_lazy(node_state(self), i, lazy);
}

static void control(Node *self, NodeId to, uint8_t kind, uint32_t publication)
{
    Message message = { .publication = publication, .size = CONTROL_BYTES, .kind = kind };
    node_send(self, to, &message);
}

static void keep(Node *self, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    held_expire(self, &state->held, node_now(self) - config->keep);
    held_add(self, &state->held, message, node_now(self));
}

static void wait_for_batch(Node *self, const Message *message, NodeId except)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (state->waiting_count == state->waiting_room) {
        state->waiting_room = state->waiting_room ? 2 * state->waiting_room : 4;
        state->waiting = g_renew(Waiting, state->waiting, state->waiting_room);
    }
    if (!state->waiting_count) node_after(self, config->batch, TAG_BATCH);
    state->waiting[state->waiting_count++] = (Waiting){ message->publication, except, message->hops };
}

/* Tells every lazy neighbor what was collected. */
static void send_batch(Node *self)
{
    State *state = node_state(self);
    g_autofree Entry *list = g_new(Entry, state->waiting_count);
    for (uint32_t i = 0; i < node_degree(self); i++) {
        if (!is_lazy(state, i)) continue;
        NodeId to = node_neighbor(self, i);
        uint32_t count = 0;
        for (uint32_t w = 0; w < state->waiting_count; w++)
            if (state->waiting[w].except != to) list[count++] = (Entry){ state->waiting[w].publication, state->waiting[w].hops };
        Message message = {
            .publication = PUBLICATION_NONE, .kind = IHAVE_LIST, .size = CONTROL_BYTES + ENTRY_BYTES * count,
            .data = list, .data_size = count * (uint32_t)sizeof *list,
        };
        if (count) node_send_neighbor(self, i, &message);
    }
    state->waiting_count = 0;
}

/* To eager neighbors the publication, to lazy ones the news of it; not to where it came from. */
static void push(Node *self, NodeId except, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    Message payload = *message, news = { .publication = message->publication, .size = CONTROL_BYTES, .hops = message->hops,
                                         .kind = IHAVE };
    uint32_t degree = node_degree(self);
    bool lazy = false;
    payload.kind = GOSSIP;
    for (uint32_t i = 0; i < degree; i++) {
        if (node_neighbor(self, i) == except) continue;
        if (!is_lazy(state, i)) node_send_neighbor(self, i, &payload);
        else if (!config->batch) node_send_neighbor(self, i, &news);
        else lazy = true;
    }
    if (lazy) wait_for_batch(self, message, except);
}

static void missing_drop(State *state, uint32_t at)
{
    memmove(&state->missing[at], &state->missing[at + 1], (--state->missing_count - at) * sizeof *state->missing);
}

static Missing *missing_find(const State *state, uint32_t publication)
{
    for (uint32_t i = 0; i < state->missing_count; i++)
        if (state->missing[i].publication == publication) return &state->missing[i];
    return NULL;
}

/* Whoever is gone is not asked: the timer passes to the next that announced it. */
static void missing_from(Node *self, NodeId gone)
{
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->missing_count; ) {
        Missing missing = state->missing[i];
        if (missing.from != gone) {
            i++;
            continue;
        }
        missing_drop(state, i);
        if (!missing.timed) continue;
        Missing *next = missing_find(state, missing.publication);
        if (next) next->timer = missing.timer, next->timed = true;
        else node_cancel(self, missing.timer);
    }
}

/* Exchanges the link to `sender` for one whose announcement had made fewer hops. */
static void optimise(Node *self, const Message *message, NodeId sender)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->missing_count; i++) {
        const Missing *missing = &state->missing[i];
        if (missing->publication != message->publication || missing->from == sender) continue;
        if (missing->hops + config->threshold > message->hops) continue;
        turn(self, missing->from, false);
        control(self, missing->from, GRAFT, PUBLICATION_NONE);
        turn(self, sender, true);
        control(self, sender, PRUNE, PUBLICATION_NONE);
        return;
    }
}

/* It has come: nobody needs to be asked for it. */
static void missing_end(Node *self, uint32_t publication)
{
    State *state = node_state(self);
    for (uint32_t i = 0; i < state->missing_count; ) {
        if (state->missing[i].publication != publication) {
            i++;
            continue;
        }
        if (state->missing[i].timed) node_cancel(self, state->missing[i].timer);
        missing_drop(state, i);
    }
}

static void receive_gossip(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    if (!node_deliver(self, message)) {
        turn(self, from, true);
        control(self, from, PRUNE, PUBLICATION_NONE);
        return;
    }
    keep(self, message);
    push(self, from, message);
    turn(self, from, false);
    if (config->threshold != PARAM_NO_COUNT) optimise(self, message, from);
    missing_end(self, message->publication);
}

static void receive_news(Node *self, NodeId from, uint32_t publication, uint16_t hops)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (node_has(self, publication)) return;
    bool first = !missing_find(state, publication);
    if (state->missing_count == state->missing_room) {
        state->missing_room = state->missing_room ? 2 * state->missing_room : 4;
        state->missing = g_renew(Missing, state->missing, state->missing_room);
    }
    Missing *missing = &state->missing[state->missing_count++];
    *missing = (Missing){ .publication = publication, .from = from, .hops = hops, .timed = first };
    if (first) missing->timer = node_after(self, config->timeout1, publication);
}

static void receive_list(Node *self, NodeId from, const Message *message)
{
    const Entry *list = message->data;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++)
        receive_news(self, from, list[i].publication, (uint16_t)(list[i].hops + 1));
}

static void receive_graft(Node *self, NodeId from, uint32_t publication)
{
    turn(self, from, false);
    if (publication == PUBLICATION_NONE) return;
    held_send(self, &((const State *)node_state(self))->held, publication, from, GOSSIP);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    switch (message->kind) {
    case GOSSIP: receive_gossip(self, from, message); break;
    case IHAVE: receive_news(self, from, message->publication, message->hops); break;
    case IHAVE_LIST: receive_list(self, from, message); break;
    case GRAFT: receive_graft(self, from, message->publication); break;
    default: turn(self, from, true); break;
    }
}

/* Nobody sent it: the first that announced it is asked, and after it the next. */
static void timer(Node *self, uint32_t tag)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (tag == TAG_BATCH) {
        send_batch(self);
        return;
    }
    Missing *missing = missing_find(state, tag);
    if (!missing) return;
    NodeId from = missing->from;
    missing_drop(state, (uint32_t)(missing - state->missing));
    turn(self, from, false);
    control(self, from, GRAFT, tag);
    Missing *next = missing_find(state, tag);
    if (!next) return;
    next->timed = true;
    next->timer = node_after(self, config->timeout2, tag);
}

static void publish(Node *self, const Message *publication)
{
    keep(self, publication);
    push(self, NODE_NONE, publication);
}

static void start(Node *self)
{
    lazy_grow(node_state(self), node_degree(self));
}

/* A new neighbor is eager. */
static void neighbor_up(Node *self, NodeId other)
{
    State *state = node_state(self);
    bool there;
    uint32_t at = place_of(self, other, &there), degree = node_degree(self);
    lazy_grow(state, degree);
    for (uint32_t i = degree - 1; i > at; i--) set_lazy(state, i, is_lazy(state, i - 1));
    set_lazy(state, at, false);
}

static void neighbor_down(Node *self, NodeId other)
{
    State *state = node_state(self);
    bool there;
    uint32_t at = place_of(self, other, &there), degree = node_degree(self);
    for (uint32_t i = at; i < degree; i++) set_lazy(state, i, is_lazy(state, i + 1));
    set_lazy(state, degree, false);
    state->degree = degree;
    missing_from(self, other);
}

static void stop(Node *self)
{
    State *state = node_state(self);
    held_clear(self, &state->held);
    g_free(state->lazy);
    g_free(state->missing);
    g_free(state->waiting);
    memset(state, 0, sizeof *state);
}

const Protocol protocol_plumtree = {
    .variant = {
        .name = "plumtree",
        .summary = "push over a tree that grows out of the mesh, announce over its other links, mend by asking",
        .source = "J. Leitao et al., SRDS 2007",
        .params = params, .config_size = sizeof(Config),
    },
    .state_size = sizeof(State),
    .start = start, .publish = publish, .receive = receive, .timer = timer,
    .neighbor_up = neighbor_up, .neighbor_down = neighbor_down, .stop = stop,
};
