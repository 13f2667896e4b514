/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree with a mesh beside it: pushed down the tree, and what does not come is had from peers.
 *
 * A publication goes down a tree as in the protocol `tree`: the overlay's (publication i on
 * tree i mod trees), or on a mesh the breadth-first tree from its source.  Over the first
 * tree RanSub tells every node in each `epoch` of random others, with tickets of what they
 * have.  From these a node takes up to `mesh-degree` peers, those first that have least in
 * common with it; once it has as many, the one that was of least use gives way to the best
 * newcomer of each epoch.
 *
 * Once in every `refresh` a node tells each peer what it has among the newest `window`
 * publications, and for which rows it may send what is missing: publication i is in row
 * i mod the number of peers, and rows pass from peer to peer, so two peers do not send the
 * same.  A peer sends what it has had for `lag`, for until then the tree may bring it.
 * What comes from peers is not pushed on: those below ask peers of their own.  A newcomer
 * wants what is published after it came up, and with `backlog` what is that much older.
 *
 * A message to a peer takes 20 bytes and a Bloom filter of ten bits for each place of the
 * window; no false positives are drawn.
 *
 * Of Bullet left out: children are sent all of the stream instead of disjoint parts of it
 * as bandwidth allows; TFRC; a limit of those that a node serves; the repair of the tree.
 * Epoch, peers and tickets are Bullet's, `refresh` and `lag` ours.
 *
 * Source: D. Kostic, A. Rodriguez, J. Albrecht, A. Vahdat, "Bullet: high bandwidth data
 * dissemination using an overlay mesh", SOSP 2003.
 */
#include <string.h>

#include "graph/tree.h"
#include "protocol/ransub.h"
#include "protocol/window.h"

typedef struct {
    SimTime epoch, refresh, lag, backlog;
    uint32_t mesh_degree, subset, window;
} Config;

enum { PUSH, REFRESH, RECOVER };        /* kinds; the word of a push is its tree, of a refresh row and rows */
enum { TAG_REFRESH };
enum { CONTROL_BYTES = 20, FILTER_BITS = 10 };

static const Param params[] = {
    { "mesh-degree", PARAM_COUNT, offsetof(Config, mesh_degree), "10", 0, 1000, "peers that a node recovers from", NULL },
    { "epoch", PARAM_DURATION, offsetof(Config, epoch), "5 s", 1, 9e18, "time between random subsets", NULL },
    { "subset", PARAM_COUNT, offsetof(Config, subset), "10", 1, RANSUB_MOST, "nodes in a random subset", NULL },
    { "refresh", PARAM_DURATION, offsetof(Config, refresh), "1 s", 1, 9e18, "time between what a node tells its peers", NULL },
    { "lag", PARAM_DURATION, offsetof(Config, lag), "500 ms", 0, 0, "time that a peer leaves to the tree before it sends", NULL },
    { "window", PARAM_COUNT, offsetof(Config, window), "120", 1, 1e6, "newest publications kept for peers", NULL },
    { "backlog", PARAM_DURATION, offsetof(Config, backlog), "0 s", 0, 0,
      "how much older than its start may be what a newcomer recovers", NULL },
    PARAM_END
};

/* The trees of a run: of the overlay, or tree t of source t. */
typedef struct {
    RansubTree *trees;
    NodeId *sources;            /* ascending; NULL: they are the overlay's */
    uint32_t count, nodes;
} Shared;

/* Whom a node recovers from; `useful`: what it has sent in this epoch that was missing. */
typedef struct { NodeId node; uint32_t useful; } Peer;

typedef struct {
    Window window;
    Ransub ransub;
    Peer *peers;                /* of mesh-degree; longest held first */
    SimTime wanted;             /* nothing published earlier is */
    uint32_t peer_count, round; /* round: refreshes so far */
} State;

/* What a peer is told. */
typedef struct { SimTime wanted; bool full; uint32_t count, have[]; } Refresh;      /* full: what is older is not wanted */

static RansubTree tree_of(const Topology *overlay, uint32_t tree, NodeId source)
{
    uint32_t nodes = overlay->nodes;
    RansubTree made = { g_new(NodeId, nodes), g_new(NodeId, nodes), g_new0(uint32_t, nodes + 2) };
    if (overlay->trees) memcpy(made.parents, overlay->parents[tree], nodes * sizeof(NodeId));
    else if (overlay->graph) graph_bfs_tree(overlay->graph, source, made.parents);
    else for (NodeId v = 0; v < nodes; v++) made.parents[v] = v == source ? NODE_NONE : source;
    for (NodeId v = 0; v < nodes; v++)          /* two places ahead: filling moves them to where they belong */
        if (made.parents[v] != NODE_NONE) made.first[made.parents[v] + 2]++;
    for (NodeId v = 0; v < nodes; v++) made.first[v + 1] += made.first[v];
    for (NodeId v = 0; v < nodes; v++)
        if (made.parents[v] != NODE_NONE) made.children[made.first[made.parents[v] + 1]++] = v;
    return made;
}

static bool prepare(const void *config, const ProtocolScope *scope, void *data, GError **error)
{
    (void)config, (void)error;
    const Topology *overlay = scope->overlay;
    Shared *shared = data;
    shared->nodes = overlay->nodes;
    shared->count = overlay->trees ? overlay->trees : scope->source_count;
    shared->trees = g_new0(RansubTree, shared->count + 1);
    if (!overlay->trees) shared->sources = g_memdup2(scope->sources, scope->source_count * sizeof(NodeId));
    for (uint32_t t = 0; t < shared->count; t++)
        shared->trees[t] = tree_of(overlay, t, shared->sources ? shared->sources[t] : NODE_NONE);
    return true;
}

static void release(void *data)
{
    Shared *shared = data;
    for (uint32_t t = 0; t < shared->count; t++) {
        g_free(shared->trees[t].parents);
        g_free(shared->trees[t].children);
        g_free(shared->trees[t].first);
    }
    g_free(shared->trees);
    g_free(shared->sources);
}

static void sketch(Node *self, uint32_t *ticket)
{
    const State *state = node_state(self);
    for (uint32_t i = 0; i < state->window.count; i++) ransub_ticket_add(ticket, state->window.pieces[i].publication);
}

static uint32_t peer_find(const State *state, NodeId node)
{
    uint32_t i = 0;
    while (i < state->peer_count && state->peers[i].node != node) i++;
    return i;
}

/* Of the samples that are no peers yet the one with the least in common with `own`, ties at random; or NULL. */
static const RansubSample *best(Node *self, const uint32_t *own, const RansubSample *samples, uint32_t count)
{
    const State *state = node_state(self);
    const RansubSample *chosen = NULL;
    uint32_t least = 0, equals = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (samples[i].node == node_id(self) || peer_find(state, samples[i].node) < state->peer_count) continue;
        uint32_t common = ransub_ticket_equal(own, samples[i].ticket);
        if (!chosen || common < least) chosen = &samples[i], least = common, equals = 1;
        else if (common == least && !random_below(node_random(self), ++equals)) chosen = &samples[i];
    }
    return chosen;
}

/* The one that was of least use gives way; among equals the one that was there longest. */
static void peer_drop(State *state)
{
    uint32_t worst = 0;
    for (uint32_t i = 1; i < state->peer_count; i++)
        if (state->peers[i].useful < state->peers[worst].useful) worst = i;
    memmove(&state->peers[worst], &state->peers[worst + 1], (--state->peer_count - worst) * sizeof *state->peers);
}

/* A new epoch's random subset. */
static void told(Node *self, const RansubSample *samples, uint32_t count)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    uint32_t own[RANSUB_TICKET];
    ransub_ticket_clear(own);
    sketch(self, own);
    const RansubSample *next = best(self, own, samples, count);
    if (!next || !config->mesh_degree) return;
    if (state->peer_count == config->mesh_degree) peer_drop(state);
    for (; next && state->peer_count < config->mesh_degree; next = best(self, own, samples, count))
        state->peers[state->peer_count++] = (Peer){ next->node, 0 };
    for (uint32_t i = 0; i < state->peer_count; i++) state->peers[i].useful = 0;
}

static RansubRules rules_of(Node *self)
{
    const Config *config = node_config(self);
    const Shared *shared = node_shared(self);
    return (RansubRules){ .epoch = config->epoch, .most = config->subset, .tree = &shared->trees[0], .sketch = sketch, .told = told };
}

/* Over every link of its tree but the one to `except`. */
static void push(Node *self, NodeId except, Message message)
{
    const Shared *shared = node_shared(self);
    const RansubTree *tree = &shared->trees[message.word];
    NodeId id = node_id(self), parent = tree->parents[id];
    message.kind = PUSH;
    if (parent != NODE_NONE && parent != except) node_send(self, parent, &message);
    for (uint32_t i = tree->first[id]; i < tree->first[id + 1]; i++)
        if (tree->children[i] != except) node_send(self, tree->children[i], &message);
}

static void keep(Node *self, const Message *message)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    (void)window_add(self, &state->window, message, config->window);
}

static void publish(Node *self, const Message *publication)
{
    const Shared *shared = node_shared(self);
    Message message = *publication;
    keep(self, publication);
    if (shared->sources) while (shared->sources[message.word] != node_id(self)) message.word++;
    else message.word = node_publication(self, publication->publication)->number % shared->count;
    push(self, NODE_NONE, message);
}

/* Tells every peer what is here, and gives each the next row. */
static void refresh(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    size_t size = offsetof(Refresh, have) + state->window.count * sizeof(uint32_t);
    g_autofree Refresh *said = g_malloc0(size);
    said->wanted = state->wanted;
    said->count = state->window.count;
    said->full = said->count == config->window;
    for (uint32_t i = 0; i < said->count; i++) said->have[i] = state->window.pieces[i].publication;
    for (uint32_t i = 0; i < state->peer_count; i++) {
        uint64_t row = (i + state->round) % state->peer_count;
        Message message = {
            .word = (uint64_t)state->peer_count << 32 | row, .publication = PUBLICATION_NONE, .kind = REFRESH,
            .size = CONTROL_BYTES + (FILTER_BITS * config->window + 7) / 8, .data = said, .data_size = (uint32_t)size,
        };
        node_send(self, state->peers[i].node, &message);
    }
    state->round++;
}

/* Sends what `from` lacks in its row; both lists are in the same order. */
static void receive_refresh(Node *self, NodeId from, const Message *message)
{
    const Config *config = node_config(self);
    const State *state = node_state(self);
    const Refresh *said = message->data;
    uint32_t rows = (uint32_t)(message->word >> 32), row = (uint32_t)message->word, h = 0;
    for (uint32_t i = 0; i < state->window.count; i++) {
        const Piece *piece = &state->window.pieces[i];
        if (said->full && window_before(self, piece->publication, said->have[0])) continue;
        while (h < said->count && window_before(self, said->have[h], piece->publication)) h++;
        if (h < said->count && said->have[h] == piece->publication) continue;
        if (piece->publication % rows != row || piece->since + config->lag > node_now(self)) continue;
        if (node_publication(self, piece->publication)->published < said->wanted) continue;
        Message missing = window_message(self, piece, RECOVER);
        node_send(self, from, &missing);
    }
}

static void receive_recovered(Node *self, NodeId from, const Message *message)
{
    State *state = node_state(self);
    if (!node_deliver(self, message)) return;
    keep(self, message);
    uint32_t peer = peer_find(state, from);
    if (peer < state->peer_count) state->peers[peer].useful++;
}

/* The tree brings it once; those below wait for it, whoever had it first here. */
static void receive_pushed(Node *self, NodeId from, const Message *message)
{
    if (node_deliver(self, message)) keep(self, message);
    push(self, from, *message);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    if (message->kind == PUSH) {
        receive_pushed(self, from, message);
    } else if (message->kind == REFRESH) {
        receive_refresh(self, from, message);
    } else if (message->kind == RECOVER) {
        receive_recovered(self, from, message);
    } else {
        RansubRules rules = rules_of(self);
        ransub_receive(self, &((State *)node_state(self))->ransub, &rules, from, message);
    }
}

static void timer(Node *self, uint32_t tag)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    if (tag == TAG_REFRESH) {
        refresh(self);
        node_after(self, config->refresh, TAG_REFRESH);
        return;
    }
    RansubRules rules = rules_of(self);
    ransub_timer(self, &state->ransub, &rules, tag);
}

static void start(Node *self)
{
    const Config *config = node_config(self);
    State *state = node_state(self);
    RansubRules rules = rules_of(self);
    state->wanted = node_now(self) - config->backlog;
    state->peers = g_new(Peer, config->mesh_degree + 1);
    node_after(self, (SimTime)random_below(node_random(self), (uint64_t)config->refresh), TAG_REFRESH);
    ransub_start(self, &state->ransub, &rules);
}

static void stop(Node *self)
{
    State *state = node_state(self);
    RansubRules rules = rules_of(self);
    window_stop(self, &state->window);
    ransub_stop(self, &state->ransub, &rules);
    g_free(state->peers);
    memset(state, 0, sizeof *state);
}

const Protocol protocol_tree_mesh = {
    .variant = {
        .name = "tree-mesh",
        .summary = "push each publication down a tree, and recover what does not come from random peers: Bullet",
        .source = "D. Kostic et al., \"Bullet: high bandwidth data dissemination using an overlay mesh\", SOSP 2003",
        .params = params, .config_size = sizeof(Config),
    },
    .state_size = sizeof(State), .shared_size = sizeof(Shared), .fixed_overlay = true,
    .prepare = prepare, .release = release,
    .start = start, .publish = publish, .receive = receive, .timer = timer, .stop = stop,
};
