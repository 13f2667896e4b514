/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mesh-pull: neighbors say what they have, and whoever lacks it asks one of them for it.
 *
 * A node that has got a publication, here called a piece, tells its neighbors (NOTIFY,
 * as in Chainsaw), or sends them once in every `period` a map of all it has
 * (CoolStreaming), or both.  It keeps the newest `availability` pieces for those who ask
 * and asks for pieces among the newest `interest` that it has heard of; what slides out
 * of these windows is given up, so they bound the memory.  At most `requests` questions
 * to one neighbor are open; as one is answered or `timeout` passes, the next piece that
 * this neighbor has is chosen at random or by how few have it.  A question without an
 * answer goes to another neighbor that has the piece, first to the one that said so last,
 * for that one is likely to be there still; who did not answer is asked last whatever for.
 *
 * With `override` a source that is asked for what it has sent before sends the oldest
 * piece that it has not sent at all, but puts off nothing twice.  Both ends then take the
 * open questions to be the ones for what was not yet sent, so nothing travels twice for it.
 *
 * A newcomer starts at the live edge: it wants what is published after it came up, and
 * with `backlog` what is that much older, for which it asks its neighbors for their maps.
 * A neighbor that a live overlay brings is sent the map at once.
 *
 * Questions and notices take 20 bytes; a map 20, and a bit for each place of the window.
 *
 * Defaults: window and map of CoolStreaming (120 pieces, 120 bits), five questions as in
 * BitTorrent; timeout and period are ours.  Of CoolStreaming's scheduler the rule of the
 * rarest piece is here; that the supplier with the most bandwidth is asked comes of itself,
 * for its questions are answered first.  Left out: deadlines of single pieces, the choice
 * of partners (that is the overlay's), and groups: every node of the mesh pulls.
 *
 * Sources: V. Pai et al., "Chainsaw: eliminating trees from overlay multicast", IPTPS 2005;
 * X. Zhang et al., "CoolStreaming/DONet: a data-driven overlay network for peer-to-peer
 * live media streaming", INFOCOM 2005; B. Cohen, "Incentives build robustness in BitTorrent", 2003.
 */
#include <string.h>

#include "protocol/wants.h"
#include "protocol/window.h"

typedef enum { ANNOUNCE_IMMEDIATE, ANNOUNCE_PERIODIC, ANNOUNCE_BOTH } Announce;
typedef enum { SCHEDULE_RANDOM, SCHEDULE_RAREST } Schedule;

typedef struct {
    uint32_t availability, interest, requests;
    SimTime period, timeout, backlog;
    int announce, schedule;
    bool override;
} Config;

enum { PIECE, NOTIFY, MAP, REQUEST, HELLO };            /* kinds; the word of a piece is what was due */
enum { TAG_MAP = (1 << 30) - 1 };                       /* else the tag is the publication that was asked for */
enum { CONTROL_BYTES = 20 };

static const Param params[] = {
    { "announce", PARAM_CHOICE, offsetof(Config, announce), "immediate", 0, 0,
      "tell neighbors of each piece at once, of all in every period, or both", "immediate|periodic|both" },
    { "period", PARAM_DURATION, offsetof(Config, period), "1 s", 1, 9e18, "time between maps, where they are sent", NULL },
    { "schedule", PARAM_CHOICE, offsetof(Config, schedule), "random", 0, 0,
      "which piece is asked for next: a random one or the one that fewest neighbors have", "random|rarest-first" },
    { "requests", PARAM_COUNT, offsetof(Config, requests), "5", 1, 1e6, "most open questions to one neighbor", NULL },
    { "timeout", PARAM_DURATION, offsetof(Config, timeout), "2 s", 1, 9e18, "wait for an answer until another is asked", NULL },
    { "availability", PARAM_COUNT, offsetof(Config, availability), "120", 1, 1e6, "newest pieces kept for those who ask", NULL },
    { "interest", PARAM_COUNT, offsetof(Config, interest), "", 1, 1e6,
      "newest pieces heard of that are still asked for; as many as 'availability' unless it is given", NULL },
    { "backlog", PARAM_DURATION, offsetof(Config, backlog), "0 s", 0, 0,
      "how much older than its start may be what a newcomer asks for", NULL },
    { "override", PARAM_BOOL, offsetof(Config, override), "yes", 0, 0,
      "a source that is asked for what it has sent before sends what it has not", NULL },
    PARAM_END
};

/* A source has sent one piece where another was due. */
typedef struct { NodeId to; uint32_t sent, due; } Swap;

typedef struct {
    Window window;
    Wants wants;
    Swap *swaps;
    SimTime wanted;             /* nothing published earlier is */
    uint32_t swap_count, swap_room;
    bool source;                /* it has published */
} State;

static void check(void *data, const Keys *keys)
{
    Config *config = data;
    if (config->interest == PARAM_NO_COUNT) config->interest = config->availability;
    if (config->interest <= config->availability) return;
    keys_fault(keys, "interest", "it is more than 'availability'; at most that is expected");
    if (keys_given(keys, "availability")) keys_fault(keys, "availability", "it is less than 'interest'; at least that is expected");
}

/* A map of what is here, to one or (NODE_NONE) to all. */
static void send_map(Node *self, NodeId to)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    if (!state->window.count) return;
    g_autofree uint32_t *list = window_list(&state->window);
    Message message = {
        .publication = PUBLICATION_NONE, .kind = MAP, .size = CONTROL_BYTES + (config->availability + 7) / 8,
        .data = list, .data_size = state->window.count * (uint32_t)sizeof *list,
    };
    if (to == NODE_NONE) node_send_neighbors(self, NODE_NONE, &message);
    else node_send(self, to, &message);
}

/* True for what has slid out of the window of interest: that many newer ones were heard of. */
static bool is_too_old(Node *self, uint32_t publication)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    return wants_newer(self, &state->wants, publication) + window_newer(self, &state->window, publication) >= config->interest;
}

/* What is too old is given up, unless it may be on its way. */
static void give_up(Node *self)
{
    Wants *wants = &((State *)node_state(self))->wants;
    for (uint32_t i = 0; i < wants->count && is_too_old(self, wants->list[i].publication); ) {
        if (wants->list[i].asked == NODE_NONE) wants_drop(self, wants, &wants->list[i]);
        else i++;
    }
}

/* Notes that `from` has a piece, where it is wanted. */
static void learn(Node *self, NodeId from, uint32_t publication)
{
    State *state = node_state(self);
    if (node_has(self, publication) || node_publication(self, publication)->published < state->wanted) return;
    Want *want = wants_find(self, &state->wants, publication);
    if (!want && is_too_old(self, publication)) return;
    bool fresh = !want;
    if (fresh) want = wants_add(self, &state->wants, publication);
    want_holder_add(want, from);
    if (fresh) give_up(self);
}

static void ask(Node *self, Want *want, NodeId to)
{
    const Config *config = node_config(self);
    Message question = { .publication = want->publication, .size = CONTROL_BYTES, .kind = REQUEST };
    want_ask(self, want, to, &question, config->timeout);
}

/* The next piece to ask `from` for: any that it has and nobody was asked for, or the rarest; NULL: none. */
static Want *choose(Node *self, NodeId from)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    Want *chosen = NULL;
    uint32_t equals = 0;
    for (uint32_t i = 0; i < state->wants.count; i++) {
        Want *want = &state->wants.list[i];
        if (want->asked != NODE_NONE || !want_holder_is(want, from)) continue;
        if (chosen && config->schedule == SCHEDULE_RAREST && want->count != chosen->count) {
            if (want->count < chosen->count) chosen = want, equals = 1;
        } else if (!equals++ || !random_below(node_random(self), equals)) {
            chosen = want;
        }
    }
    return chosen;
}

/* Asks `from` for as much as may be asked of one neighbor. */
static void ask_more(Node *self, NodeId from)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    if (!state->wants.count) return;
    for (uint32_t open = wants_open(&state->wants, from); open < config->requests; open++) {
        Want *want = choose(self, from);
        if (!want) return;
        ask(self, want, from);
    }
}

/* Nobody is asked for it now: asks whoever was heard of last to have it and may be asked
 * more, for that one is most likely to be there still. */
static void ask_another(Node *self, Want *want)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    for (uint32_t i = want->count; i--; ) {
        if (wants_open(&state->wants, want->holders[i]) >= config->requests) continue;
        ask(self, want, want->holders[i]);
        return;
    }
}

static void take_in(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    Piece *piece = window_add(self, &state->window, message, config->availability);
    if (piece) piece->unsent = from == NODE_NONE;
    if (config->announce == ANNOUNCE_PERIODIC || !piece) return;
    Message notice = { .publication = message->publication, .size = CONTROL_BYTES, .kind = NOTIFY };
    node_send_neighbors(self, from, &notice);
}

/* What `from` sent came in place of `due`, which it will not send. */
static Want *swapped_for(Node *self, NodeId from, uint32_t due)
{
    const State *state = node_state(self);
    Want *want = wants_find(self, &state->wants, due);
    return want && want->asked == from ? want : NULL;
}

static void receive_piece(Node *self, NodeId from, const Message *message)
{
    State *state = node_state(self);
    uint32_t due = (uint32_t)message->word;
    bool fresh = node_deliver(self, message);
    Want *want = wants_find(self, &state->wants, message->publication);
    bool swapped = due != message->publication && !(want && want->asked == from);      /* else `due` is still to come */
    if (want) wants_drop(self, &state->wants, want);
    want = swapped ? swapped_for(self, from, due) : NULL;
    if (want) want_ask_none(self, want);
    if (fresh) take_in(self, from, message);
    give_up(self);
    want = swapped ? wants_find(self, &state->wants, due) : NULL;
    if (want && want->asked == NODE_NONE) ask_another(self, want);
    ask_more(self, from);
}

/* What is due to `to`, which asks for a piece that it may have been sent in place of another. */
static uint32_t swap_take(State *state, NodeId to, uint32_t asked_for)
{
    for (uint32_t i = 0; i < state->swap_count; i++) {
        if (state->swaps[i].to != to || state->swaps[i].sent != asked_for) continue;
        uint32_t due = state->swaps[i].due;
        state->swaps[i] = state->swaps[--state->swap_count];
        return due;
    }
    return asked_for;
}

static void swap_add(State *state, NodeId to, uint32_t sent, uint32_t due)
{
    if (state->swap_count == state->swap_room) {
        state->swap_room = state->swap_room ? 2 * state->swap_room : 4;
        state->swaps = g_renew(Swap, state->swaps, state->swap_room);
    }
    state->swaps[state->swap_count++] = (Swap){ to, sent, due };
}

/* Nobody asks any more for what has left the window. */
static void swaps_expire(Node *self)
{
    State *state = node_state(self);
    for (uint32_t i = state->swap_count; i--; )
        if (!window_find(self, &state->window, state->swaps[i].sent)) state->swaps[i] = state->swaps[--state->swap_count];
}

/* The oldest piece of a source's own that it has not sent, or NULL. */
static Piece *oldest_unsent(State *state)
{
    for (uint32_t i = 0; state->source && i < state->window.count; i++)
        if (state->window.pieces[i].unsent) return &state->window.pieces[i];
    return NULL;
}

static void receive_request(Node *self, NodeId from, uint32_t asked_for)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    uint32_t due = swap_take(state, from, asked_for);
    bool put_off = due != asked_for;            /* once, else what is asked for might never come */
    Piece *piece = window_find(self, &state->window, due);
    bool override = config->override && !put_off && !(piece && piece->unsent);
    Piece *unsent = override ? oldest_unsent(state) : NULL;
    if (unsent) swap_add(state, from, unsent->publication, due), piece = unsent;
    if (!piece) return;
    piece->unsent = false;
    Message message = window_message(self, piece, PIECE);
    message.word = due;
    node_send(self, from, &message);
}

static void receive_map(Node *self, NodeId from, const Message *message)
{
    const uint32_t *list = message->data;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) learn(self, from, list[i]);
    ask_more(self, from);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    switch (message->kind) {
    case PIECE: receive_piece(self, from, message); break;
    case NOTIFY:
        if (node_has(self, message->publication)) break;
        learn(self, from, message->publication);
        ask_more(self, from);
        break;
    case MAP: receive_map(self, from, message); break;
    case REQUEST: receive_request(self, from, message->publication); break;
    default: send_map(self, from); break;
    }
}

/* Who has not answered is asked last, whatever for. */
static void put_last(State *state, NodeId silent)
{
    for (uint32_t i = 0; i < state->wants.count; i++) {
        Want *want = &state->wants.list[i];
        if (!want_holder_is(want, silent)) continue;
        want_holder_drop(want, silent);
        want_holder_add_first(want, silent);
    }
}

/* Nobody answered: another one is asked. */
static void timer(Node *self, uint32_t tag)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (tag == TAG_MAP) {
        send_map(self, NODE_NONE);
        node_after(self, config->period, TAG_MAP);
        return;
    }
    Want *want = wants_find(self, &state->wants, tag);
    NodeId silent = want->asked;
    want->asked = NODE_NONE;
    put_last(state, silent);
    if (node_has(self, tag) || is_too_old(self, tag)) {         /* the former where nobody holds it any more */
        wants_drop(self, &state->wants, want);
    } else {
        ask_another(self, want);
    }
    ask_more(self, silent);
}

static void publish(Node *self, const Message *publication)
{
    State *state = node_state(self);
    state->source = true;
    swaps_expire(self);
    take_in(self, NODE_NONE, publication);
    give_up(self);
}

static void start(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    state->wanted = node_now(self) - config->backlog;
    if (config->announce != ANNOUNCE_IMMEDIATE)
        node_after(self, (SimTime)random_below(node_random(self), (uint64_t)config->period), TAG_MAP);
    if (!config->backlog || !node_now(self)) return;
    Message hello = { .publication = PUBLICATION_NONE, .size = CONTROL_BYTES, .kind = HELLO };
    node_send_neighbors(self, NODE_NONE, &hello);
}

static void neighbor_up(Node *self, NodeId other) { send_map(self, other); }

/* What it was asked for others are. */
static void neighbor_down(Node *self, NodeId other)
{
    const State *state = node_state(self);
    for (uint32_t i = 0; i < state->wants.count; i++) {
        Want *want = &state->wants.list[i];
        want_holder_drop(want, other);
        if (want->asked != other) continue;
        want_ask_none(self, want);
        ask_another(self, want);
    }
}

static void stop(Node *self)
{
    State *state = node_state(self);
    window_stop(self, &state->window);
    wants_stop(&state->wants);
    g_free(state->swaps);
    memset(state, 0, sizeof *state);
}

const Protocol protocol_mesh_pull = {
    .variant = {
        .name = "mesh-pull",
        .summary = "neighbors say what they have, and who lacks it asks one of them: Chainsaw, CoolStreaming",
        .source = "V. Pai et al., \"Chainsaw: eliminating trees from overlay multicast\", IPTPS 2005; "
                  "X. Zhang et al., \"CoolStreaming/DONet\", INFOCOM 2005",
        .params = params, .config_size = sizeof(Config), .check = check,
    },
    .state_size = sizeof(State),
    .start = start, .publish = publish, .receive = receive, .timer = timer,
    .neighbor_up = neighbor_up, .neighbor_down = neighbor_down, .stop = stop,
};
