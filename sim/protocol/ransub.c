/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "protocol/ransub.h"

#include <string.h>

enum { CONTROL_BYTES = 20, SAMPLE_BYTES = 6 + 4 * RANSUB_TICKET };
enum { STALE = 2 };             /* epochs after which what was heard of a child counts as nothing */

/* A sample of so many nodes, to be mixed with others. */
typedef struct { const RansubSample *samples; uint32_t count, population; } Part;

void ransub_ticket_clear(uint32_t *ticket) { memset(ticket, 0xff, RANSUB_TICKET * sizeof *ticket); }

/* Place i keeps the least of the i-th permutation of all things. */
void ransub_ticket_add(uint32_t *ticket, uint32_t thing)
{
    for (uint64_t i = 0; i < RANSUB_TICKET; i++) {
        uint64_t mixed = ((uint64_t)thing << 8 | i) * 0x9e3779b97f4a7c15ull;    /* finisher of splitmix64 */
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
        ticket[i] = MIN(ticket[i], (uint32_t)(mixed >> 32));
    }
}

uint32_t ransub_ticket_equal(const uint32_t *a, const uint32_t *b)
{
    uint32_t equal = 0;
    for (uint32_t i = 0; i < RANSUB_TICKET; i++) equal += a[i] == b[i];
    return equal;
}

static uint32_t child_count(const Node *self, const RansubRules *rules)
{
    return rules->tree->first[node_id(self) + 1] - rules->tree->first[node_id(self)];
}

static NodeId child(const Node *self, const RansubRules *rules, uint32_t i)
{
    return rules->tree->children[rules->tree->first[node_id(self)] + i];
}

static uint32_t child_place(const Node *self, const RansubRules *rules, NodeId node)
{
    uint32_t low = 0, high = child_count(self, rules);
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (child(self, rules, middle) <= node) low = middle;
        else high = middle;
    }
    return low;
}

static NodeId parent(const Node *self, const RansubRules *rules) { return rules->tree->parents[node_id(self)]; }

static RansubSample own_sample(Node *self, const RansubRules *rules)
{
    RansubSample sample = { .node = node_id(self) };
    ransub_ticket_clear(sample.ticket);
    rules->sketch(self, sample.ticket);
    return sample;
}

/* Where population number `x` belongs: the last part whose `before` is not above it. */
static uint32_t part_at(const uint64_t *before, uint32_t parts, uint64_t x)
{
    uint32_t low = 0, high = parts;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (before[middle] <= x) low = middle;
        else high = middle;
    }
    return low;
}

/* A sample of the part whose node is not among those found; or NULL where chance gives none. */
static const RansubSample *pick(Node *self, const Part *part, const RansubSample *found, uint32_t count)
{
    enum { TRIES = 1000 };
    for (uint32_t tries = 0; tries < TRIES; tries++) {
        const RansubSample *sample = &part->samples[random_below(node_random(self), part->count)];
        uint32_t i = 0;
        while (i < count && found[i].node != sample->node) i++;
        if (i == count) return sample;
    }
    return NULL;
}

/* Draws from the nodes that all parts but `except` stand for, each at most once: which
 * of them says how many samples a part gives.  before[i] is how many nodes stand before
 * part i.  Returns how many were found. */
static uint32_t mix(Node *self, const RansubRules *rules, const Part *parts, const uint64_t *before, uint32_t count,
                    uint32_t except, RansubSample *out)
{
    uint64_t left_out = except < count ? parts[except].population : 0, all = before[count] - left_out;
    uint64_t drawn[RANSUB_MOST];
    uint32_t found = 0, wanted = (uint32_t)MIN(rules->most, all);
    for (uint32_t d = 0; d < wanted; ) {
        uint64_t x = drawn[d] = random_below(node_random(self), all);
        uint32_t i = 0;
        while (drawn[i] != x) i++;
        if (i < d) continue;
        if (except < count && x >= before[except]) x += left_out;
        const RansubSample *sample = pick(self, &parts[part_at(before, count, x)], out, found);
        if (sample) out[found++] = *sample;
        d++;
    }
    return found;
}

/* What is known below: each child's part, then this node's own.  Ends with before[] complete. */
static void parts_below(Node *self, const Ransub *ransub, const RansubRules *rules, const RansubSample *own, Part *parts,
                        uint64_t *before)
{
    uint32_t children = child_count(self, rules);
    before[0] = 0;
    for (uint32_t i = 0; i <= children; i++) {
        const RansubBelow *below = i < children ? &ransub->below[i] : NULL;
        if (!below) parts[i] = (Part){ own, 1, 1 };
        else if (below->epoch + STALE < ransub->epoch) parts[i] = (Part){ NULL, 0, 0 };
        else parts[i] = (Part){ below->samples, below->count, below->population };
        before[i + 1] = before[i] + parts[i].population;
    }
}

static void send(Node *self, NodeId to, uint8_t kind, uint64_t word, const RansubSample *samples, uint32_t count)
{
    Message message = {
        .word = word, .publication = PUBLICATION_NONE, .kind = kind, .size = CONTROL_BYTES + SAMPLE_BYTES * count,
        .data = samples, .data_size = count * (uint32_t)sizeof *samples,
    };
    node_send(self, to, &message);
}

/* Everybody below has answered, or has had the time. */
static void collect_end(Node *self, Ransub *ransub, const RansubRules *rules)
{
    uint32_t children = child_count(self, rules);
    ransub->collecting = false;
    if (parent(self, rules) == NODE_NONE) return;
    RansubSample own = own_sample(self, rules), samples[RANSUB_MOST];
    g_autofree Part *parts = g_new(Part, children + 1);
    g_autofree uint64_t *before = g_new(uint64_t, children + 2);
    parts_below(self, ransub, rules, &own, parts, before);
    uint32_t count = mix(self, rules, parts, before, children + 1, UINT32_MAX, samples);
    send(self, parent(self, rules), RANSUB_COLLECT, before[children + 1] << 32 | ransub->epoch, samples, count);
}

/* Sends each child a sample of what is not below it: the rest of the tree, this node, its other children. */
static void distribute(Node *self, const Ransub *ransub, const RansubRules *rules, Part rest)
{
    uint32_t children = child_count(self, rules), last = children + 1;
    RansubSample own = own_sample(self, rules), samples[RANSUB_MOST];
    g_autofree Part *parts = g_new(Part, children + 2);
    g_autofree uint64_t *before = g_new(uint64_t, children + 3);
    parts_below(self, ransub, rules, &own, parts, before);
    parts[last] = rest;
    before[last + 1] = before[last] + rest.population;
    for (uint32_t i = 0; i < children; i++) {
        uint32_t count = mix(self, rules, parts, before, last + 1, i, samples);
        uint64_t population = before[last + 1] - parts[i].population;
        send(self, child(self, rules, i), RANSUB_DISTRIBUTE, population << 32 | ransub->epoch, samples, count);
    }
}

static void epoch_begin(Node *self, Ransub *ransub, const RansubRules *rules, uint32_t epoch, Part rest)
{
    uint32_t children = child_count(self, rules);
    if (!ransub->below) ransub->below = g_new0(RansubBelow, children + 1);
    if (ransub->collecting) node_cancel(self, ransub->deadline);
    ransub->epoch = epoch;
    ransub->waiting = 0;
    for (uint32_t i = 0; i < children; i++) ransub->waiting += !ransub->below[i].silent;
    distribute(self, ransub, rules, rest);
    ransub->collecting = ransub->waiting > 0;
    if (ransub->collecting) ransub->deadline = node_after(self, rules->epoch / 2, RANSUB_TAG_COLLECT);
    else collect_end(self, ransub, rules);
}

static void receive_collect(Node *self, Ransub *ransub, const RansubRules *rules, NodeId from, const Message *message)
{
    uint32_t i = child_place(self, rules, from), epoch = (uint32_t)message->word;
    if (!ransub->below) return;                         /* an answer to an earlier life of this node */
    RansubBelow *below = &ransub->below[i];
    bool awaited = ransub->collecting && epoch == ransub->epoch && below->epoch < epoch && !below->silent;
    g_free(below->samples);
    *below = (RansubBelow){ g_memdup2(message->data, message->data_size), message->data_size / (uint32_t)sizeof *below->samples,
                            (uint32_t)(message->word >> 32), epoch, false };
    if (!awaited || --ransub->waiting) return;
    node_cancel(self, ransub->deadline);
    collect_end(self, ransub, rules);
}

void ransub_receive(Node *self, Ransub *ransub, const RansubRules *rules, NodeId from, const Message *message)
{
    if (message->kind == RANSUB_COLLECT) {
        receive_collect(self, ransub, rules, from, message);
        return;
    }
    if ((uint32_t)message->word <= ransub->epoch) return;       /* overtaken by a later one */
    uint32_t count = message->data_size / (uint32_t)sizeof(RansubSample);
    Part rest = { message->data, count, count ? (uint32_t)(message->word >> 32) : 0 };
    if (count) rules->told(self, message->data, count);
    epoch_begin(self, ransub, rules, (uint32_t)message->word, rest);
}

void ransub_timer(Node *self, Ransub *ransub, const RansubRules *rules, uint32_t tag)
{
    if (tag == RANSUB_TAG_COLLECT) {
        for (uint32_t i = 0; i < child_count(self, rules); i++)
            ransub->below[i].silent = ransub->below[i].epoch < ransub->epoch;
        collect_end(self, ransub, rules);
        return;
    }
    node_after(self, rules->epoch, RANSUB_TAG_EPOCH);
    epoch_begin(self, ransub, rules, ransub->epoch + 1, (Part){ NULL, 0, 0 });
}

void ransub_start(Node *self, Ransub *ransub, const RansubRules *rules)
{
    bool root = parent(self, rules) == NODE_NONE && child_count(self, rules);
    if (!root) return;
    ransub->epoch = (uint32_t)(node_now(self) / rules->epoch);      /* a root that comes back goes on counting */
    node_after(self, 0, RANSUB_TAG_EPOCH);
}

void ransub_stop(Node *self, Ransub *ransub, const RansubRules *rules)
{
    for (uint32_t i = 0; ransub->below && i < child_count(self, rules); i++) g_free(ransub->below[i].samples);
    g_free(ransub->below);
    memset(ransub, 0, sizeof *ransub);
}
