/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is missing in a tree, and how it is had after all.
 *
 * A source numbers its publications.  A node that gets one with an earlier one missing
 * asks the neighbor it came by; what it passes on meanwhile says so, and nobody below asks
 * for the same.  One that found a new parent tells it what is here, and gets the rest; where
 * the orphan has what the parent lacks the parent asks in turn, so a source below an orphan
 * is heard.  What was asked for and does not come is asked for every `retry`, a few times.
 * Every node keeps its last `buffer` publications, and looks no further back for gaps.
 *
 * A source that restarts begins a new row of numbers, by its clock.  The last publication
 * of all is not missed where it is lost: no later one tells of it.
 *
 * Source: the negative acknowledgements of S. Floyd et al., "A reliable multicast framework
 * for light-weight sessions", ToN 5(6), 1997, sent up the tree as in S. Paul et al.,
 * "Reliable Multicast Transport Protocol", JSAC 15(3), 1997.
 */
#include <string.h>

#include "protocol/tree.h"

enum { TRIES_MOST = 5, STREAM_BYTES = 12, NUMBER_BYTES = 4, STREAM_WORDS = 4 };
enum { SINCE_SHIFT = TREE_BITS, NUMBER_SHIFT = TREE_BITS + TREE_NUMBER_BITS };
enum { NUMBER_MASK = (1 << TREE_NUMBER_BITS) - 1 };

static uint32_t since_of(uint64_t word) { return word >> SINCE_SHIFT & NUMBER_MASK; }
static uint32_t number_of(uint64_t word) { return (uint32_t)(word >> NUMBER_SHIFT); }

/* True if incarnation `a` is later than `b`, on a clock that goes round. */
static bool later(uint32_t a, uint32_t b) { return a != b && ((a - b) & NUMBER_MASK) < NUMBER_MASK / 2; }

uint64_t tree_number(Node *self, uint32_t tree)
{
    TreeState *state = node_state(self);
    uint64_t number = tree_place(state, tree)->made++ & NUMBER_MASK;
    return tree | (uint64_t)state->since << SINCE_SHIFT | number << NUMBER_SHIFT;
}

/* The place of a source among the streams, or where it would stand. */
static uint32_t stream_at(const TreePlace *place, NodeId source)
{
    uint32_t low = 0, high = place->stream_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (place->streams[middle].source < source) low = middle + 1;
        else high = middle;
    }
    return low;
}

static TreeStream *stream_find(const TreePlace *place, NodeId source)
{
    uint32_t at = stream_at(place, source);
    return at < place->stream_count && place->streams[at].source == source ? &place->streams[at] : NULL;
}

/* The stream of this incarnation of a source; NULL where a later one is known. */
static TreeStream *stream_of(TreePlace *place, NodeId source, uint32_t since, bool *fresh)
{
    TreeStream *stream = stream_find(place, source);
    *fresh = !stream || later(since, stream->since);
    if (stream && stream->since != since && !*fresh) return NULL;
    if (!stream) {
        uint32_t at = stream_at(place, source);
        if (place->stream_count == place->stream_room) {
            place->stream_room = place->stream_room ? 2 * place->stream_room : 1;
            place->streams = g_renew(TreeStream, place->streams, place->stream_room);
        }
        stream = &place->streams[at];
        memmove(stream + 1, stream, (place->stream_count++ - at) * sizeof *stream);
        *stream = (TreeStream){ .source = source, .from = NODE_NONE };
    }
    if (*fresh) stream->since = since, stream->end = stream->missing_count = stream->tries = 0;
    return stream;
}

/* All below `end` have been made: those not here are missing, but for what nobody keeps. */
static bool stream_reach(const TreeConfig *config, TreeStream *stream, uint32_t end)
{
    if (end <= stream->end) return false;
    uint32_t oldest = end > config->buffer ? end - config->buffer : 0, gone = 0;
    while (gone < stream->missing_count && stream->missing[gone] < oldest) gone++;
    stream->missing_count -= gone;
    if (gone) memmove(stream->missing, stream->missing + gone, stream->missing_count * sizeof *stream->missing);
    uint32_t before = stream->missing_count;
    for (uint32_t number = MAX(stream->end, oldest); number < end; number++) {
        if (stream->missing_count == stream->missing_room) {
            stream->missing_room = stream->missing_room ? 2 * stream->missing_room : 4;
            stream->missing = g_renew(uint32_t, stream->missing, stream->missing_room);
        }
        stream->missing[stream->missing_count++] = number;
    }
    stream->end = end;
    return stream->missing_count > before;
}

/* True if it was missing until now. */
static bool stream_fill(TreeStream *stream, uint32_t number)
{
    for (uint32_t i = 0; i < stream->missing_count; i++) {
        if (stream->missing[i] != number) continue;
        memmove(&stream->missing[i], &stream->missing[i + 1], (--stream->missing_count - i) * sizeof *stream->missing);
        stream->tries = 0;
        return true;
    }
    return false;
}

/* Adds what is here of a stream: its source, incarnation, end, how many are missing, and which. */
static void ask_add(GArray *words, const TreeStream *stream)
{
    uint32_t head[STREAM_WORDS] = { stream->source, stream->since, stream->end, stream->missing_count };
    g_array_append_vals(words, head, STREAM_WORDS);
    if (stream->missing_count) g_array_append_vals(words, stream->missing, stream->missing_count);
}

static void ask_send(Node *self, uint32_t tree, NodeId to, uint8_t kind, uint32_t streams, GArray *words)
{
    uint32_t numbers = words->len - streams * STREAM_WORDS;
    Message message = { .word = tree, .publication = PUBLICATION_NONE, .kind = kind,
                        .size = TREE_CONTROL_BYTES + STREAM_BYTES * streams + NUMBER_BYTES * numbers,
                        .data = words->len ? words->data : NULL, .data_size = words->len * (uint32_t)sizeof(uint32_t) };
    node_send(self, to, &message);
}

static void ask_for(Node *self, uint32_t tree, NodeId to, const TreeStream *stream)
{
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    ask_add(words, stream);
    ask_send(self, tree, to, TREE_ASK, 1, words);
}

static void ask_later(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    if (!place->ask) place->ask = node_after(self, config->retry, tree * TREE_TAGS + TREE_ASKING);
}

void tree_ask_rest(Node *self, uint32_t tree)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree);
    if (!config->recover) return;
    g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < place->stream_count; i++) {
        place->streams[i].tries = 0;
        ask_add(words, &place->streams[i]);
        if (place->streams[i].missing_count) ask_later(self, tree);
    }
    place->asked_rest = node_now(self);
    ask_send(self, tree, place->parent, TREE_ASK_REST, place->stream_count, words);
}

void tree_ask_again(Node *self, uint32_t tree)
{
    TreePlace *place = tree_place(node_state(self), tree);
    place->ask = 0;
    for (uint32_t i = 0; i < place->stream_count; i++) {
        TreeStream *stream = &place->streams[i];
        if (!stream->missing_count) continue;
        if (stream->tries++ == TRIES_MOST) {
            stream->missing_count = stream->tries = 0;          /* nobody has it any more */
            continue;
        }
        NodeId to = tree_is_linked(place, stream->from) ? stream->from : place->parent;
        if (to != NODE_NONE) ask_for(self, tree, to, stream);
        ask_later(self, tree);
    }
}

bool tree_take(Node *self, NodeId from, const Message *message)
{
    const TreeConfig *config = node_config(self);
    const TreeShared *shared = node_shared(self);
    uint32_t tree = tree_of(message), number = number_of(message->word);
    TreePlace *place = tree_place(node_state(self), tree);
    if (!config->recover && !config->via_root && (config->use != USE_ALL || shared->trees == 1)) return false;
    bool fresh;
    NodeId source = node_publication(self, message->publication)->source;
    TreeStream *stream = stream_of(place, source, since_of(message->word), &fresh);
    if (!stream) return false;
    bool asked_for = message->kind == TREE_RECOVERED;
    if (!asked_for) stream->from = from;
    if (number < stream->end) return stream_fill(stream, number);
    if (fresh && asked_for) stream->end = number;               /* its sender has no earlier one */
    bool gap = stream_reach(config, stream, number);
    stream->end = number + 1;
    if (!gap || !config->recover) return true;
    bool waits = asked_for || message->kind == TREE_AFTER_GAP ||
                 (place->asked_rest >= 0 && node_now(self) < place->asked_rest + config->retry);
    if (!waits && from != NODE_NONE) ask_for(self, tree, from, stream);
    ask_later(self, tree);
    return true;
}

uint8_t tree_kind_of(Node *self, const Message *message)
{
    const TreeConfig *config = node_config(self);
    if (!config->recover) return TREE_DOWN;
    const TreePlace *place = tree_place(node_state(self), tree_of(message));
    const TreeStream *stream = stream_find(place, node_publication(self, message->publication)->source);
    bool gap = stream && stream->missing_count && stream->missing[0] < number_of(message->word);
    return gap ? TREE_AFTER_GAP : TREE_DOWN;
}

static void ring_add(Node *self, TreeRing *ring, uint32_t most, const Message *message)
{
    if (ring->count == ring->room && ring->room < most) {
        uint32_t room = MIN(ring->room ? 2 * ring->room : 2, most);
        TreeKept *more = g_new(TreeKept, room);
        for (uint32_t i = 0; i < ring->count; i++) more[i] = ring->list[(ring->first + i) % ring->room];
        g_free(ring->list);
        ring->list = more, ring->room = room, ring->first = 0;
    }
    if (ring->count == ring->room) {
        node_release(self, ring->list[ring->first].publication);
        ring->first = (ring->first + 1) % ring->room;
        ring->count--;
    }
    uint32_t last = (ring->first + ring->count++) % ring->room;
    ring->list[last] = (TreeKept){ message->word, message->publication, message->hops };
    ring->total++;
    node_hold(self, message->publication);
}

void tree_keep(Node *self, const Message *message)
{
    const TreeConfig *config = node_config(self);
    if (config->recover) ring_add(self, &tree_place(node_state(self), tree_of(message))->kept, config->buffer, message);
}

static void kept_send(Node *self, NodeId to, const TreeKept *kept, uint8_t kind)
{
    Message message = { .word = kept->word, .publication = kept->publication, .hops = kept->hops, .kind = kind,
                        .size = node_publication(self, kept->publication)->size, .flags = MESSAGE_PAYLOAD };
    node_send(self, to, &message);
}

void tree_climb_keep(Node *self, const Message *message)
{
    const TreeConfig *config = node_config(self);
    TreePlace *place = tree_place(node_state(self), tree_of(message));
    if (config->recover) ring_add(self, &place->climbing, config->buffer, message);
}

/* True if it has been at the root: it came down again. */
static bool has_come_down(Node *self, const TreePlace *place, const TreeKept *kept)
{
    const TreeStream *stream = stream_find(place, node_publication(self, kept->publication)->source);
    uint32_t since = since_of(kept->word), number = number_of(kept->word);
    if (!stream || stream->since != since) return stream && later(stream->since, since);
    for (uint32_t i = 0; i < stream->missing_count; i++)
        if (stream->missing[i] == number) return false;
    return number < stream->end;
}

void tree_climb_again(Node *self, uint32_t tree)
{
    const TreePlace *place = tree_place(node_state(self), tree);
    const TreeRing *ring = &place->climbing;
    for (uint32_t i = 0; i < ring->count; i++) {
        const TreeKept *kept = &ring->list[(ring->first + i) % ring->room];
        if (!has_come_down(self, place, kept)) kept_send(self, place->parent, kept, TREE_CLIMBING);
    }
}

/* What the asker says of the stream of this source; NULL: nothing. */
static const uint32_t *asked_about(const Message *message, NodeId source)
{
    const uint32_t *at = message->data, *end = at + message->data_size / sizeof *at;
    while (at < end && at[0] != source) at += STREAM_WORDS + at[3];
    return at < end ? at : NULL;
}

/* True if the asker lacks it, and it was not pushed there. */
static bool is_wanted(const uint32_t *stream, uint64_t word, bool rest)
{
    if (!stream || later(since_of(word), stream[1])) return rest;
    if (since_of(word) != stream[1]) return false;
    if (number_of(word) >= stream[2]) return rest;
    for (uint32_t i = 0; i < stream[3]; i++)
        if (stream[STREAM_WORDS + i] == number_of(word)) return true;
    return false;
}

/* The child that asks for the rest may have what this node lacks. */
static void ask_back(Node *self, NodeId from, const Message *message)
{
    const TreeConfig *config = node_config(self);
    uint32_t tree = tree_of(message);
    TreePlace *place = tree_place(node_state(self), tree);
    const uint32_t *at = message->data, *end = at + message->data_size / sizeof *at;
    for (; at < end; at += STREAM_WORDS + at[3]) {
        bool fresh;
        TreeStream *stream = stream_of(place, at[0], at[1], &fresh);
        if (!stream || !stream_reach(config, stream, at[2])) continue;
        stream->from = from;
        ask_for(self, tree, from, stream);
        ask_later(self, tree);
    }
}

void tree_answer(Node *self, NodeId from, const Message *message)
{
    const TreePlace *place = tree_place(node_state(self), tree_of(message));
    const TreeRing *ring = &place->kept;
    const TreeChild *child = tree_child(place, from);
    bool rest = message->kind == TREE_ASK_REST;
    uint64_t oldest = ring->total - ring->count;
    for (uint32_t i = 0; i < ring->count; i++) {
        const TreeKept *kept = &ring->list[(ring->first + i) % ring->room];
        bool pushed = !child || oldest + i >= child->kept;
        NodeId source = node_publication(self, kept->publication)->source;
        bool wanted = is_wanted(asked_about(message, source), kept->word, rest && !pushed);
        if (wanted) kept_send(self, from, kept, TREE_RECOVERED);
    }
    if (rest) ask_back(self, from, message);
}

static void ring_clear(Node *self, TreeRing *ring)
{
    for (uint32_t i = 0; i < ring->count; i++)
        node_release(self, ring->list[(ring->first + i) % ring->room].publication);
    g_free(ring->list);
}

void tree_forget(Node *self, TreePlace *place)
{
    for (uint32_t i = 0; i < place->stream_count; i++) g_free(place->streams[i].missing);
    g_free(place->streams);
    ring_clear(self, &place->kept);
    ring_clear(self, &place->climbing);
}
