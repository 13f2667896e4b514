/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kademlia: k-buckets over identifiers whose distance is their exclusive or.
 *
 * A lookup asks the `alpha` nearest nodes that it knows for the k nearest that they
 * know, and goes on with the nearest of all answers until the k nearest have answered;
 * who is silent for `timeout` is left out.  A newcomer looks itself up through a node it
 * knows, and then an identifier in each bucket further away than its nearest neighbor.
 * Every `refresh` a node looks up one in each of those buckets in which it has looked
 * up none since.  Buckets fill with whoever is heard.
 *
 * The neighbors that a protocol sees are the contacts of all buckets.  A message goes
 * hop by hop to the contact nearest to its key (the recursive way; lookups alone are
 * iterative).  Nodes that are there from the start find their buckets full of random
 * nodes of each range (`begin` = ready); those that come later join.
 *
 * All its messages are datagrams.  Spares take the place of contacts that fail, as the
 * paper's section 4.1 has it, instead of a ping for each node that is heard and does not
 * fit in.  Left out: what the nodes would store, and buckets that split further (b > 1).
 *
 * Identifiers have 64 bits.  A message takes 28 bytes, and 14 for each node listed in it.
 *
 * 100,000 nodes under bucket-broadcast and churn: 20 s with ten publications take about
 * 14 s of a processor, half of it for the buckets at the start, and 750 MB.
 *
 * Source: P. Maymounkov, D. Mazieres, "Kademlia: a peer-to-peer information system based
 * on the XOR metric", IPTPS 2002.
 */
#include <string.h>

#include "overlay/kademlia_table.h"

enum { FIND, NODES };                                   /* messages */
enum { TICK_JOIN = (1 << 30) - 2, TICK_REFRESH };       /* timers; lower tags: the node that is late to answer */
enum { MESSAGE_BYTES = 28, ENTRY_BYTES = 14, ROOM = 3 };
static const SimTime join_again = 2000000000;           /* a newcomer that hears nothing asks another, ns */

static const Param params[] = {
    { "k", PARAM_COUNT, offsetof(KademliaConfig, k), "20", 1, KADEMLIA_MOST,
      "contacts in a bucket, and nodes in an answer", NULL },
    { "alpha", PARAM_COUNT, offsetof(KademliaConfig, alpha), "3", 1, KADEMLIA_MOST,
      "nodes that a lookup asks at a time", NULL },
    { "failures", PARAM_COUNT, offsetof(KademliaConfig, failures), "5", 1, 1000,
      "times in a row that a contact has not answered when it gives way to another", NULL },
    { "refresh", PARAM_DURATION, offsetof(KademliaConfig, refresh), "1 h", 1, 9e17,
      "time after which a bucket without a lookup is looked up", NULL },
    { "timeout", PARAM_DURATION, offsetof(KademliaConfig, timeout), "1 s", 1, 9e17,
      "time after which a node that was asked is silent", NULL },
    IDENTIFIERS_PARAMS(KademliaConfig),
    PARAM_END
};

typedef enum { NEW, ASKED, ANSWERED, SILENT } Status;

typedef struct { uint64_t distance, timer; NodeId node; Status status; } Candidate;

struct Lookup {
    uint64_t target;
    Candidate list[ROOM * KADEMLIA_MOST];       /* nearest first */
    uint32_t count, asked;              /* asked: that may still answer */
};

static void lookup_start(Node *self, uint64_t target);

static void prepare(const void *data, const LiveScope *scope, void *shared)
{
    const KademliaConfig *config = data;
    identifiers_prepare(shared, scope, (Ids)config->ids, 1);
}

static void candidate_add(Node *self, Lookup *lookup, NodeId node)
{
    const KademliaConfig *config = overlay_config(self);
    uint64_t distance = identifiers_of(self, node) ^ lookup->target;
    uint32_t at = lookup->count, room = ROOM * config->k;
    while (at > 0 && lookup->list[at - 1].distance >= distance) at--;
    if (node == node_id(self) || (at < lookup->count && lookup->list[at].node == node)) return;
    if (lookup->count == room) {
        if (at == room || lookup->list[room - 1].status == ASKED) return;
        lookup->count--;                                /* the furthest goes */
    }
    memmove(&lookup->list[at + 1], &lookup->list[at], (lookup->count++ - at) * sizeof(Candidate));
    lookup->list[at] = (Candidate){ .distance = distance, .node = node };
}

static Candidate *candidate_of(Lookup *lookup, NodeId node)
{
    for (uint32_t i = 0; i < lookup->count; i++)
        if (lookup->list[i].node == node) return &lookup->list[i];
    return NULL;
}

/* The next bucket that is due; the low bits of the identifier in it are random. */
static void refresh_next(Node *self)
{
    KademliaTable *table = overlay_state(self);
    if (!table->due || table->lookup) return;
    uint32_t i = KADEMLIA_BITS - 1 - (uint32_t)__builtin_clzll(table->due);
    table->due &= ~(1ull << i);
    uint64_t low = random_bits(overlay_random(self)) & ((1ull << i) - 1);
    lookup_start(self, identifiers_own(self) ^ (1ull << i | low));
}

/* Buckets from that of the nearest neighbor on. */
static uint64_t far_buckets(Node *self, uint32_t more)
{
    NodeId nearest;
    if (!kademlia_nearest(self, identifiers_own(self), &nearest, 1)) return 0;
    uint32_t from = kademlia_bucket(self, identifiers_of(self, nearest)) + more;
    return from < KADEMLIA_BITS ? UINT64_MAX << from : 0;
}

static void join(Node *self)
{
    KademliaTable *table = overlay_state(self);
    table->contact = overlay_contact(self);
    table->joined = table->contact == NODE_NONE;
    if (table->joined) return;
    kademlia_seen(self, table->contact);
    lookup_start(self, identifiers_own(self));
}

static void lookup_end(Node *self)
{
    KademliaTable *table = overlay_state(self);
    Lookup *lookup = g_steal_pointer(&table->lookup);
    bool any = false;
    for (uint32_t i = 0; i < lookup->count; i++) any |= lookup->list[i].status == ANSWERED;
    g_free(lookup);
    if (!table->joined && !any) {
        overlay_after(self, join_again, TICK_JOIN);
        return;
    }
    if (!table->joined) table->due |= far_buckets(self, 1);
    table->joined = true;
    refresh_next(self);
}

static void ask(Node *self, Lookup *lookup, Candidate *candidate)
{
    const KademliaConfig *config = overlay_config(self);
    Message message = { .word = lookup->target, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES, .kind = FIND };
    candidate->status = ASKED;
    lookup->asked++;
    overlay_send(self, candidate->node, &message);
    candidate->timer = overlay_after(self, config->timeout, candidate->node);
}

/* Asks the nearest that are not asked yet, of the k nearest that are not silent. */
static void lookup_go_on(Node *self)
{
    const KademliaConfig *config = overlay_config(self);
    Lookup *lookup = ((KademliaTable *)overlay_state(self))->lookup;
    uint32_t heard = 0;
    for (uint32_t i = 0; i < lookup->count && heard < config->k && lookup->asked < config->alpha; i++) {
        if (lookup->list[i].status == SILENT) continue;
        if (lookup->list[i].status == NEW) ask(self, lookup, &lookup->list[i]);
        heard++;
    }
    if (!lookup->asked) lookup_end(self);
}

static void lookup_start(Node *self, uint64_t target)
{
    const KademliaConfig *config = overlay_config(self);
    KademliaTable *table = overlay_state(self);
    NodeId list[KADEMLIA_MOST];
    uint32_t count = kademlia_nearest(self, target, list, config->k), bucket = kademlia_bucket(self, target);
    if (bucket < KADEMLIA_BITS) table->looked |= 1ull << bucket;
    table->lookup = g_new0(Lookup, 1);
    table->lookup->target = target;
    for (uint32_t i = 0; i < count; i++) candidate_add(self, table->lookup, list[i]);
    lookup_go_on(self);
}

static void receive_find(Node *self, NodeId from, uint64_t target)
{
    const KademliaConfig *config = overlay_config(self);
    NodeId list[KADEMLIA_MOST];
    uint32_t count = kademlia_nearest(self, target, list, config->k);
    Message message = {
        .word = target, .publication = PUBLICATION_NONE, .size = MESSAGE_BYTES + ENTRY_BYTES * count, .kind = NODES,
        .data = list, .data_size = count * (uint32_t)sizeof *list,
    };
    overlay_send(self, from, &message);
}

static void receive_nodes(Node *self, NodeId from, const Message *message)
{
    Lookup *lookup = ((KademliaTable *)overlay_state(self))->lookup;
    Candidate *candidate = lookup && lookup->target == message->word ? candidate_of(lookup, from) : NULL;
    const NodeId *list = message->data;
    if (!candidate || candidate->status != ASKED) return;
    overlay_cancel(self, candidate->timer);
    candidate->status = ANSWERED;
    lookup->asked--;
    for (uint32_t i = 0; i < message->data_size / sizeof *list; i++) candidate_add(self, lookup, list[i]);
    lookup_go_on(self);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    kademlia_seen(self, from);
    if (message->kind == FIND) receive_find(self, from, message->word);
    else receive_nodes(self, from, message);
}

/* It has been silent for too long, or its connection broke. */
static void give_up(Node *self, NodeId node, bool gone)
{
    Lookup *lookup = ((KademliaTable *)overlay_state(self))->lookup;
    Candidate *candidate = lookup ? candidate_of(lookup, node) : NULL;
    kademlia_failed(self, node, gone);
    if (!candidate || candidate->status != ASKED) return;
    overlay_cancel(self, candidate->timer);
    candidate->status = SILENT;
    lookup->asked--;
    lookup_go_on(self);
}

static void unreachable(Node *self, NodeId to, const Message *message)
{
    (void)message;
    give_up(self, to, true);
}

static void timer(Node *self, uint32_t tag)
{
    const KademliaConfig *config = overlay_config(self);
    KademliaTable *table = overlay_state(self);
    if (tag == TICK_JOIN) {
        if (!table->joined) join(self);
    } else if (tag == TICK_REFRESH) {
        if (table->joined) table->due |= far_buckets(self, 0) & ~table->looked;
        table->looked = 0;
        refresh_next(self);
        overlay_after(self, config->refresh, TICK_REFRESH);
    } else {
        give_up(self, tag, false);
    }
}

static void start(Node *self)
{
    const KademliaConfig *config = overlay_config(self);
    const Identifiers *identifiers = overlay_shared(self);
    KademliaTable *table = overlay_state(self);
    table->lowest = KADEMLIA_BITS;
    table->contact = NODE_NONE;
    bool there = identifiers_first_place(self, node_id(self)) < identifiers->count;
    if (there && config->begin == BEGIN_READY) kademlia_ready(self);
    else join(self);
    overlay_after(self, (SimTime)random_below(overlay_random(self), (uint64_t)config->refresh), TICK_REFRESH);
}

static void stop(Node *self)
{
    KademliaTable *table = overlay_state(self);
    g_clear_pointer(&table->lookup, g_free);
    kademlia_free(table);
}

static const LiveOverlay live = {
    .state_size = sizeof(KademliaTable), .shared_size = sizeof(Identifiers), .prepare = prepare,
    .release = identifiers_release, .start = start, .receive = receive, .timer = timer, .unreachable = unreachable,
    .stop = stop, .route = kademlia_route, .key = identifiers_key,
};

const Overlay overlay_kademlia = {
    .variant = {
        .name = "kademlia",
        .summary = "k-buckets by exclusive or, filled and mended by lookups; routes by key",
        .source = "P. Maymounkov, D. Mazieres, IPTPS 2002",
        .params = params, .config_size = sizeof(KademliaConfig),
    },
    .live = &live,
};
