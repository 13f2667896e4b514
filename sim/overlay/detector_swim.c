/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SWIM: one probe a period, repeated by others, and news that travels along with it.
 *
 * In every period a node pings one of those it watches, in turn or at random.  Without
 * an answer within `detector-timeout` it asks `detector-indirect` others to ping that
 * node.  Who has not answered by the end of the period is suspected, and declared down
 * unless it refutes that in time by a higher incarnation number.  Suspicions, refutations
 * and failures ride on pings and answers, what was sent least often first.
 *
 * A group is a node and its neighbors: all nodes on a complete overlay, as in the paper.
 * Elsewhere n is the degree and one, and a node keeps and passes on news only of those it
 * watches.
 *
 * Beyond the paper: a message tells its receiver when that is suspected or declared down,
 * and carries the sender's incarnation number once that is not 0; so one that came back
 * refutes what is said of it.  Who holds all others for down goes on to probe them.
 * Left out: joins and the list of members, which the overlay keeps.
 *
 * A message takes 12 bytes, and 9 for each piece of news.
 *
 * Source: A. Das, I. Gupta, A. Motivala, "SWIM: scalable weakly-consistent
 * infection-style process group membership protocol", DSN 2002.
 */
#include <math.h>
#include <string.h>

#include "overlay/detector.h"

enum { PING, ASK, ACK };                            /* messages */
enum { TICK_PERIOD, TICK_TIMEOUT };                 /* timers */
enum { MESSAGE_BYTES = 12, NEWS_BYTES = 9, NEWS_MOST = 64 + 2, ASKED_MOST = 64 };
typedef enum { ALIVE, SUSPECT, DOWN } Status;

typedef struct { NodeId node; uint32_t incarnation, status; } News;
typedef struct { News news; SimTime until; } Record;        /* until: then a suspect is down */
typedef struct { News news; uint32_t sent; } Rumour;

typedef struct {
    Record *records;            /* of all but those who are alive in incarnation 0; ascending by node; owned */
    Rumour *rumours;            /* what is passed on, ascending by `sent`; owned */
    NodeId *order;              /* of a pass of probes; owned; NULL where they are at random */
    uint32_t record_count, record_room, rumour_count, rumour_room, order_count, order_room, next;
    NodeId target;              /* of this period; NODE_NONE: none */
    uint32_t period;            /* counts them */
    uint32_t incarnation;
    bool answered;
} State;

/* That many times the logarithm of the group. */
static uint32_t times_log(const Node *self, uint32_t factor)
{
    return factor * (uint32_t)ceil(log(detector_degree(self) + 2.0));
}

static uint32_t find(const State *state, NodeId node)
{
    uint32_t low = 0, high = state->record_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (state->records[middle].news.node < node) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* What is known of a node; NULL: it is alive in incarnation 0. */
static Record *record_of(const State *state, NodeId node)
{
    uint32_t at = find(state, node);
    return at < state->record_count && state->records[at].news.node == node ? &state->records[at] : NULL;
}

static Record *record_make(State *state, NodeId node)
{
    Record *there = record_of(state, node);
    if (there) return there;
    uint32_t at = find(state, node);
    if (state->record_count == state->record_room) {
        state->record_room = state->record_room ? 2 * state->record_room : 4;
        state->records = g_renew(Record, state->records, state->record_room);
    }
    memmove(&state->records[at + 1], &state->records[at], (state->record_count++ - at) * sizeof(Record));
    state->records[at] = (Record){ .news = { node, 0, ALIVE } };
    return &state->records[at];
}

static void rumour_drop(State *state, NodeId node)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < state->rumour_count; i++)
        if (state->rumours[i].news.node != node) state->rumours[kept++] = state->rumours[i];
    state->rumour_count = kept;
}

/* Fresh news goes first. */
static void rumour_add(Node *self, News news)
{
    State *state = detector_state(self);
    rumour_drop(state, news.node);
    if (!detector_settings(self)->gossip) return;
    if (state->rumour_count == state->rumour_room) {
        state->rumour_room = state->rumour_room ? 2 * state->rumour_room : 4;
        state->rumours = g_renew(Rumour, state->rumours, state->rumour_room);
    }
    memmove(&state->rumours[1], &state->rumours[0], state->rumour_count++ * sizeof(Rumour));
    state->rumours[0] = (Rumour){ .news = news };
}

/* Takes what was sent least often; what was passed on often enough is forgotten. */
static uint32_t rumours_take(Node *self, News *list)
{
    const DetectorSettings *settings = detector_settings(self);
    State *state = detector_state(self);
    uint32_t count = MIN(settings->piggyback, state->rumour_count), most = times_log(self, settings->gossip);
    uint32_t kept = 0, next = count;
    Rumour taken[NEWS_MOST];
    for (uint32_t i = 0; i < count; i++) {
        taken[i] = state->rumours[i];
        list[i] = taken[i].news;
        taken[i].sent++;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (taken[i].sent >= most) continue;
        while (next < state->rumour_count && state->rumours[next].sent <= taken[i].sent)
            state->rumours[kept++] = state->rumours[next++];
        state->rumours[kept++] = taken[i];
    }
    while (next < state->rumour_count) state->rumours[kept++] = state->rumours[next++];
    state->rumour_count = kept;
    return count;
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word)
{
    State *state = detector_state(self);
    News list[NEWS_MOST];
    uint32_t count = 0;
    const Record *record = record_of(state, to);
    if (state->incarnation) list[count++] = (News){ node_id(self), state->incarnation, ALIVE };
    if (record && record->news.status != ALIVE) list[count++] = record->news;
    if (state->rumour_count) count += rumours_take(self, list + count);
    Message message = {
        .word = word, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + NEWS_BYTES * count, .kind = kind,
        .data = count ? list : NULL, .data_size = count * (uint32_t)sizeof *list,
    };
    detector_send(self, to, &message);
}

static uint64_t pack(NodeId node, uint32_t period) { return (uint64_t)node << 32 | period; }

/* True if the news says more than what is known. */
static bool overrides(News news, News known)
{
    if (news.status == ALIVE) return news.incarnation > known.incarnation;
    if (known.status == DOWN) return false;
    return news.incarnation != known.incarnation ? news.incarnation > known.incarnation : news.status > known.status;
}

/* Hears a piece of news, or concludes it itself. */
static void learn(Node *self, News news)
{
    const DetectorSettings *settings = detector_settings(self);
    State *state = detector_state(self);
    if (news.node == node_id(self)) {
        if (news.status == ALIVE || news.incarnation < state->incarnation) return;
        state->incarnation = news.incarnation + 1;
        rumour_add(self, (News){ news.node, state->incarnation, ALIVE });
        return;
    }
    if (!detector_watches(self, news.node)) return;
    const Record *known = record_of(state, news.node);
    if (!overrides(news, known ? known->news : (News){ news.node, 0, ALIVE })) return;
    Record *record = record_make(state, news.node);
    record->news = news;
    record->until = node_now(self) + (SimTime)times_log(self, settings->suspicion) * settings->period;
    rumour_add(self, news);
    if (news.status == DOWN) detector_down(self, news.node);
}

static bool is_down(const State *state, NodeId node)
{
    const Record *record = record_of(state, node);
    return record && record->news.status == DOWN;
}

/* Any that it watches and that is not down, but `except`; NODE_NONE where there is none. */
static NodeId draw(Node *self, NodeId except)
{
    enum { TRIES = 64 };                    /* then most are down: the next in their order from a random one on */
    const State *state = detector_state(self);
    uint32_t degree = detector_degree(self), at = 0;
    for (uint32_t i = 0; degree && i < TRIES + degree; i++) {
        at = i < TRIES ? (uint32_t)random_below(detector_random(self), degree) : (at + 1) % degree;
        NodeId node = detector_neighbor(self, at);
        if (node != except && !is_down(state, node)) return node;
    }
    return NODE_NONE;
}

/* The next of the pass that is not down; each pass has an order of its own. */
static NodeId next_in_turn(Node *self)
{
    State *state = detector_state(self);
    for (uint32_t i = 0; i < 2 * state->order_count; i++) {
        if (state->next >= state->order_count) {
            random_shuffle(detector_random(self), state->order, state->order_count);
            state->next = 0;
        }
        NodeId node = state->order[state->next++];
        if (!is_down(state, node)) return node;
    }
    return NODE_NONE;
}

static void ask_others(Node *self)
{
    const State *state = detector_state(self);
    NodeId asked[ASKED_MOST];
    uint32_t count = 0, wanted = detector_settings(self)->indirect;
    for (uint32_t tries = 0; count < wanted && tries < 8 * wanted; tries++) {
        NodeId node = draw(self, state->target);
        if (node == NODE_NONE) return;
        uint32_t i = 0;
        while (i < count && asked[i] != node) i++;
        if (i < count) continue;
        asked[count++] = node;
        send(self, node, ASK, pack(state->target, state->period));
    }
}

/* Nobody has heard the target of this period. */
static void give_up(Node *self)
{
    const State *state = detector_state(self);
    const Record *record = record_of(state, state->target);
    Status status = detector_settings(self)->suspicion ? SUSPECT : DOWN;
    learn(self, (News){ state->target, record ? record->news.incarnation : 0, status });
}

/* Suspects whose time is over, at the start of a period; one at a time, for neighbors may go with them. */
static void expire(Node *self)
{
    const State *state = detector_state(self);
    for (uint32_t i = 0; i < state->record_count; ) {
        const Record *record = &state->records[i];
        if (record->news.status != SUSPECT || record->until > node_now(self)) {
            i++;
            continue;
        }
        learn(self, (News){ record->news.node, record->news.incarnation, DOWN });
        i = 0;
    }
}

/* Whom to probe in this period; where all are down, one of them all the same. */
static NodeId choose(Node *self)
{
    uint32_t degree = detector_degree(self);
    NodeId node = detector_settings(self)->probe == PROBE_RANDOM ? draw(self, NODE_NONE) : next_in_turn(self);
    if (node != NODE_NONE || !degree) return node;
    return detector_neighbor(self, (uint32_t)random_below(detector_random(self), degree));
}

static void period(Node *self)
{
    const DetectorSettings *settings = detector_settings(self);
    State *state = detector_state(self);
    if (state->target != NODE_NONE && !state->answered) give_up(self);
    state->period++;
    expire(self);
    state->target = choose(self);
    state->answered = false;
    detector_after(self, settings->period, TICK_PERIOD);
    if (state->target == NODE_NONE) return;
    send(self, state->target, PING, pack(node_id(self), state->period));
    if (settings->indirect) detector_after(self, settings->timeout, TICK_TIMEOUT);
}

static void timer(Node *self, uint32_t tag)
{
    const State *state = detector_state(self);
    if (tag == TICK_PERIOD) period(self);
    else if (state->target != NODE_NONE && !state->answered) ask_others(self);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    State *state = detector_state(self);
    const News *list = message->data;
    NodeId node = (NodeId)(message->word >> 32);
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) learn(self, list[i]);
    if (message->kind == PING) send(self, from, ACK, message->word);
    else if (message->kind == ASK && node != node_id(self)) send(self, node, PING, pack(from, (uint32_t)message->word));
    else if (message->kind == ACK && node != node_id(self)) send(self, node, ACK, message->word);
    else if (message->kind == ACK && (uint32_t)message->word == state->period) state->answered = true;
}

/* A newcomer comes at a random place of the pass. */
static void order_add(Node *self, NodeId other)
{
    State *state = detector_state(self);
    if (state->order_count == state->order_room) {
        state->order_room = state->order_room ? 2 * state->order_room : 8;
        state->order = g_renew(NodeId, state->order, state->order_room);
    }
    uint32_t at = (uint32_t)random_below(detector_random(self), state->order_count + 1);
    memmove(&state->order[at + 1], &state->order[at], (state->order_count++ - at) * sizeof(NodeId));
    state->order[at] = other;
    if (at < state->next) state->next++;
}

static void gain(Node *self, NodeId other)
{
    if (detector_settings(self)->probe == PROBE_ROUND_ROBIN) order_add(self, other);
}

static void lose(Node *self, NodeId other)
{
    State *state = detector_state(self);
    const Record *record = record_of(state, other);
    uint32_t at = 0;
    if (record) {
        uint32_t place = (uint32_t)(record - state->records);
        memmove(&state->records[place], &state->records[place + 1], (--state->record_count - place) * sizeof(Record));
    }
    rumour_drop(state, other);
    if (state->target == other) state->target = NODE_NONE;
    while (at < state->order_count && state->order[at] != other) at++;
    if (at == state->order_count) return;
    memmove(&state->order[at], &state->order[at + 1], (--state->order_count - at) * sizeof(NodeId));
    if (at < state->next) state->next--;
}

static void start(Node *self)
{
    const DetectorSettings *settings = detector_settings(self);
    State *state = detector_state(self);
    uint32_t degree = detector_degree(self);
    state->target = NODE_NONE;
    detector_after(self, (SimTime)random_below(detector_random(self), (uint64_t)settings->period), TICK_PERIOD);
    if (settings->probe != PROBE_ROUND_ROBIN || !degree) return;
    state->order = g_new(NodeId, degree);
    state->order_room = state->order_count = state->next = degree;
    for (uint32_t i = 0; i < degree; i++) state->order[i] = detector_neighbor(self, i);
}

static void stop(Node *self)
{
    State *state = detector_state(self);
    g_clear_pointer(&state->records, g_free);
    g_clear_pointer(&state->rumours, g_free);
    g_clear_pointer(&state->order, g_free);
}

const Detector detector_swim = {
    .state_size = sizeof(State),
    .start = start, .receive = receive, .timer = timer, .gain = gain, .lose = lose, .stop = stop,
};
