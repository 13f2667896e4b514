/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push down a tree: a publication crosses every tree link but the one it came by.
 *
 * On a tree overlay the links are the tree.  On a mesh each source has a tree of
 * its own, taken from the overlay at set-up: breadth first with ties to the
 * lowest id, by latency, or at random.  On several trees the publications take
 * turns, or use all.
 *
 * Left out here: repair.  A tree that loses an inner node loses what hangs below.
 */
#include <string.h>

#include "graph/tree.h"
#include "protocol/protocol.h"

typedef enum { SPANNING_HOPS, SPANNING_LATENCY, SPANNING_RANDOM } Spanning;
typedef enum { USE_TURN, USE_ALL } Use;

typedef struct {
    int spanning, use;
    bool via_root;
} Config;

/* The trees of a run.  Tree t is parents[t], and the links of the overlay that
 * belong to it are the set bits of links[t]; NULL: all of them. */
typedef struct {
    uint32_t trees;
    bool by_source;             /* tree t belongs to source t, else publications take turns */
    NodeId **parents;
    uint64_t **links;
    NodeId *sources;            /* ascending, where by_source */
    uint32_t nodes;
} Shared;

enum { DOWN, CLIMBING };        /* kinds of message: `word` is the tree */

static const Param params[] = {
    { "spanning", PARAM_CHOICE, offsetof(Config, spanning), "hops", 0, 0,
      "which tree is taken from a mesh: fewest hops, least latency, or a random one", "hops|latency|random" },
    { "use", PARAM_CHOICE, offsetof(Config, use), "turn", 0, 0,
      "on several trees: publication i on tree i mod trees, or each on all", "turn|all" },
    { "via-root", PARAM_BOOL, offsetof(Config, via_root), "no", 0, 0,
      "a source that is not the root first sends up to the root, which pushes down", NULL },
    PARAM_END
};

static uint64_t *tree_links(const Graph *graph, const NodeId *parents)
{
    uint64_t *links = g_new0(uint64_t, graph->first[graph->nodes] / 64 + 1);
    for (NodeId v = 0; v < graph->nodes; v++) {
        if (parents[v] == NODE_NONE) continue;
        uint32_t up = graph_find(graph, v, parents[v]), down = graph_find(graph, parents[v], v);
        links[up >> 6] |= 1ull << (up & 63);
        links[down >> 6] |= 1ull << (down & 63);
    }
    return links;
}

/* A uniformly random order of growth: each step takes a random link that leaves the tree. */
static void random_tree(const Graph *graph, NodeId root, Random *random, NodeId *parents)
{
    typedef struct { NodeId from, to; } Edge;
    g_autoptr(GArray) edges = g_array_new(FALSE, FALSE, sizeof(Edge));
    g_autofree bool *in = g_new0(bool, graph->nodes);
    memset(parents, 0xff, graph->nodes * sizeof *parents);
    for (NodeId joined = root; ; ) {
        in[joined] = true;
        for (uint32_t i = graph->first[joined]; i < graph->first[joined + 1]; i++) {
            Edge edge = { joined, graph->links[i].to };
            if (!in[edge.to]) g_array_append_val(edges, edge);
        }
        Edge next = { NODE_NONE, NODE_NONE };
        while (edges->len && next.to == NODE_NONE) {
            guint pick = (guint)random_below(random, edges->len);
            Edge edge = g_array_index(edges, Edge, pick);
            g_array_remove_index_fast(edges, pick);
            if (!in[edge.to]) next = edge;
        }
        if (next.to == NODE_NONE) return;
        parents[next.to] = next.from;
        joined = next.to;
    }
}

static void tree_of_source(const Config *config, const ProtocolScope *scope, NodeId source, NodeId *parents)
{
    const Graph *graph = scope->overlay->graph;
    if (!graph) {                               /* complete: every node is a child of the source */
        for (NodeId v = 0; v < scope->overlay->nodes; v++) parents[v] = v == source ? NODE_NONE : source;
    } else if (config->spanning == SPANNING_HOPS) {
        graph_bfs_tree(graph, source, parents);
    } else if (config->spanning == SPANNING_LATENCY) {
        graph_shortest_tree(graph, source, parents, NULL);
    } else {
        Random random = random_stream(scope->seed, "protocol/tree", source);
        random_tree(graph, source, &random, parents);
    }
}

static bool prepare(const void *data, const ProtocolScope *scope, void *data_shared, GError **error)
{
    (void)error;
    const Config *config = data;
    const Topology *overlay = scope->overlay;
    Shared *shared = data_shared;
    shared->by_source = overlay->trees == 0;
    shared->trees = shared->by_source ? scope->source_count : overlay->trees;
    shared->nodes = overlay->nodes;
    shared->parents = g_new0(NodeId *, shared->trees + 1);
    shared->links = g_new0(uint64_t *, shared->trees + 1);
    shared->sources = g_memdup2(scope->sources, scope->source_count * sizeof(NodeId));
    for (uint32_t t = 0; t < shared->trees; t++) {
        shared->parents[t] = g_new(NodeId, overlay->nodes);
        if (shared->by_source) tree_of_source(config, scope, scope->sources[t], shared->parents[t]);
        else memcpy(shared->parents[t], overlay->parents[t], overlay->nodes * sizeof(NodeId));
        if (overlay->graph && overlay->trees != 1) shared->links[t] = tree_links(overlay->graph, shared->parents[t]);
    }
    return true;
}

static void release(void *data)
{
    Shared *shared = data;
    for (uint32_t t = 0; t < shared->trees; t++) {
        g_free(shared->parents[t]);
        g_free(shared->links[t]);
    }
    g_free(shared->parents);
    g_free(shared->links);
    g_free(shared->sources);
}

/* Passes it over every link of its tree but the one to `except`. */
static void push(Node *self, NodeId except, Message message)
{
    const Shared *shared = node_shared(self);
    const uint64_t *links = shared->links[message.word];
    message.kind = DOWN;
    const NodeId *parents = shared->parents[message.word];
    bool complete = !links && shared->by_source;
    if (!links && !complete) {
        node_send_neighbors(self, except, &message);
        return;
    }
    uint32_t degree = node_degree(self), first = node_first_link(self);
    for (uint32_t i = 0; i < degree; i++) {
        NodeId other = node_neighbor(self, i);
        bool in_tree = complete ? parents[other] == node_id(self) : links[(first + i) >> 6] >> ((first + i) & 63) & 1;
        if (other != except && in_tree) node_send_neighbor(self, i, &message);
    }
}

static void start_tree(Node *self, Message message)
{
    const Shared *shared = node_shared(self);
    const Config *config = node_config(self);
    NodeId parent = shared->parents[message.word][node_id(self)];
    if (!config->via_root || parent == NODE_NONE) {
        push(self, NODE_NONE, message);
        return;
    }
    message.kind = CLIMBING;
    node_send(self, parent, &message);
}

static void publish(Node *self, const Message *publication)
{
    const Shared *shared = node_shared(self);
    const Config *config = node_config(self);
    Message message = *publication;
    if (shared->by_source) {
        while (shared->sources[message.word] != node_id(self)) message.word++;
        start_tree(self, message);
    } else if (config->use == USE_TURN) {
        message.word = node_publication(self, publication->publication)->number % shared->trees;
        start_tree(self, message);
    } else {
        for (; message.word < shared->trees; message.word++) start_tree(self, message);
    }
}

/* On its way up it only passes; the root sends it down, to those it passed too. */
static void climb(Node *self, const Message *message)
{
    const Shared *shared = node_shared(self);
    NodeId parent = shared->parents[message->word][node_id(self)];
    if (parent != NODE_NONE) {
        node_send(self, parent, message);
        return;
    }
    node_deliver(self, message);
    push(self, NODE_NONE, *message);
}

static void receive(Node *self, NodeId from, const Message *message)
{
    const Shared *shared = node_shared(self);
    const Config *config = node_config(self);
    if (message->kind == CLIMBING) {
        climb(self, message);
        return;
    }
    /* On all trees a copy is passed on in each, whether or not another came first. */
    bool fresh = node_deliver(self, message);
    if (fresh || config->via_root || (config->use == USE_ALL && shared->trees > 1)) push(self, from, *message);
}

const Protocol protocol_tree = {
    .variant = {
        .name = "tree",
        .summary = "push each publication down a tree; on a mesh down a tree taken from it for each source",
        .source = "the baseline; no paper",
        .params = params, .config_size = sizeof(Config),
    },
    .shared_size = sizeof(Shared), .fixed_overlay = true,
    .prepare = prepare, .release = release, .publish = publish, .receive = receive,
};
