/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push down a tree: a publication crosses every tree link but the one it came by.
 *
 * On a tree overlay the links are the tree.  On a mesh each source has a tree of
 * its own, taken from the overlay at set-up: breadth first with ties to the
 * lowest id, by latency, or at random.  On several trees the publications take
 * turns, or use all.
 *
 * Without `repair` a tree that loses an inner node loses what hangs below; mended trees
 * are in tree_repair.c, what nodes recover in tree_recover.c.
 */
#include <string.h>

#include "core/error.h"
#include "graph/tree.h"
#include "protocol/tree.h"

typedef enum { SPANNING_HOPS, SPANNING_LATENCY, SPANNING_RANDOM } Spanning;

static const Param params[] = {
    { "spanning", PARAM_CHOICE, offsetof(TreeConfig, spanning), "hops", 0, 0,
      "which tree is taken from a mesh: fewest hops, least latency, or a random one", "hops|latency|random" },
    { "use", PARAM_CHOICE, offsetof(TreeConfig, use), "turn", 0, 0,
      "on several trees: publication i on tree i mod trees, or each on all", "turn|all" },
    { "via-root", PARAM_BOOL, offsetof(TreeConfig, via_root), "no", 0, 0,
      "a source that is not the root first sends up to the root, which pushes down", NULL },
    { "repair", PARAM_CHOICE, offsetof(TreeConfig, repair), "none", 0, 0,
      "whom a node that lost its parent asks first: nobody, its grandparent, the root, the parent's next sibling",
      "none|grandparent|root|backup" },
    { "heartbeat", PARAM_DURATION, offsetof(TreeConfig, heartbeat), "1 s", 1, 9e18,
      "parents and children tell each other so often that they are there, where the tree is repaired", NULL },
    { "timeout", PARAM_DURATION, offsetof(TreeConfig, timeout), "", 1, 9e18,
      "silence after the last heartbeat until the other is taken for failed; 3.5 heartbeats where not given", NULL },
    { "clock", PARAM_CHOICE, offsetof(TreeConfig, clock), "periodic", 0, 0,
      "heartbeats with a random phase of each node, or of all at multiples of the period", "periodic|synchronous" },
    { "retry", PARAM_DURATION, offsetof(TreeConfig, retry), "1 s", 1, 9e18,
      "wait for an answer, until the next one is asked to be the parent, or the same for what is missing", NULL },
    { "max-degree", PARAM_COUNT, offsetof(TreeConfig, max_degree), "0", 0, 1e9,
      "children beyond which an orphan is sent on to one of them; 0: no limit", NULL },
    { "join", PARAM_CHOICE, offsetof(TreeConfig, join), "given", 0, 0,
      "the tree is that of the overlay, or nodes build it, each below the closest member it finds from the root on",
      "given|latency" },
    { "improve", PARAM_DURATION, offsetof(TreeConfig, improve), "30 s", 1, 9e18,
      "such nodes look for a closer parent so often", NULL },
    { "recover", PARAM_BOOL, offsetof(TreeConfig, recover), "no", 0, 0,
      "nodes keep publications, and ask their neighbors in the tree for those that they missed", NULL },
    { "buffer", PARAM_COUNT, offsetof(TreeConfig, buffer), "64", 1, 65536,
      "how many publications each node keeps for that, and how far back it looks for gaps", NULL },
    PARAM_END
};

static void check(void *data, const Keys *keys)
{
    TreeConfig *config = data;
    if (config->timeout < 0) config->timeout = config->heartbeat / 2 * 7 + config->heartbeat % 2 * 7 / 2;
    if (config->join == TREE_JOIN_LATENCY && config->repair == REPAIR_NONE)
        keys_fault(keys, "join", "nodes that find their parents need to know when they lose them; "
                   "`repair` = grandparent would be right");
    if (config->repair != REPAIR_NONE && config->timeout <= config->heartbeat)
        keys_fault(keys, "timeout", "it passes between two heartbeats; more than the `heartbeat` would be right");
}

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

static void tree_of_source(const TreeConfig *config, const ProtocolScope *scope, NodeId source, NodeId *parents)
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

static NodeId root_of(const NodeId *parents, uint32_t nodes)
{
    NodeId v = 0;
    while (v + 1 < nodes && parents[v] != NODE_NONE) v++;
    return v;
}

bool tree_prepare(const void *data, const ProtocolScope *scope, void *data_shared, GError **error)
{
    (void)error;
    const TreeConfig *config = data;
    const Topology *overlay = scope->overlay;
    TreeShared *shared = data_shared;
    shared->by_source = overlay->trees == 0;
    shared->trees = shared->by_source ? scope->source_count : overlay->trees;
    shared->nodes = overlay->nodes;
    shared->parents = g_new0(NodeId *, shared->trees + 1);
    shared->links = g_new0(uint64_t *, shared->trees + 1);
    shared->roots = g_new(NodeId, shared->trees + 1);
    shared->sources = g_memdup2(scope->sources, scope->source_count * sizeof(NodeId));
    for (uint32_t t = 0; t < shared->trees; t++) {
        shared->parents[t] = g_new(NodeId, overlay->nodes);
        if (shared->by_source) tree_of_source(config, scope, scope->sources[t], shared->parents[t]);
        else memcpy(shared->parents[t], overlay->parents[t], overlay->nodes * sizeof(NodeId));
        shared->roots[t] = shared->by_source ? scope->sources[t] : root_of(shared->parents[t], overlay->nodes);
        if (overlay->graph && overlay->trees != 1) shared->links[t] = tree_links(overlay->graph, shared->parents[t]);
    }
    return true;
}

void tree_release(void *data)
{
    TreeShared *shared = data;
    for (uint32_t t = 0; t < shared->trees; t++) {
        g_free(shared->parents[t]);
        g_free(shared->links[t]);
        if (shared->siblings) g_free(shared->siblings[t]);
    }
    g_free(shared->siblings);
    g_free(shared->parents);
    g_free(shared->links);
    g_free(shared->sources);
    g_free(shared->roots);
}

/* Passes it over every link of its tree but the one to `except`. */
static void push(Node *self, NodeId except, Message message)
{
    const TreeShared *shared = node_shared(self);
    const uint64_t *links = shared->links[message.word];
    message.kind = TREE_DOWN;
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
    const TreeShared *shared = node_shared(self);
    const TreeConfig *config = node_config(self);
    NodeId parent = shared->parents[message.word][node_id(self)];
    if (!config->via_root || parent == NODE_NONE) {
        push(self, NODE_NONE, message);
        return;
    }
    message.kind = TREE_CLIMBING;
    node_send(self, parent, &message);
}

void tree_each(Node *self, const Message *publication, void (*begin)(Node *self, Message message))
{
    const TreeShared *shared = node_shared(self);
    const TreeConfig *config = node_config(self);
    Message message = *publication;
    if (shared->by_source) {
        while (shared->sources[message.word] != node_id(self)) message.word++;
        begin(self, message);
    } else if (config->use == USE_TURN) {
        message.word = node_publication(self, publication->publication)->number % shared->trees;
        begin(self, message);
    } else {
        for (; message.word < shared->trees; message.word++) begin(self, message);
    }
}

static void publish(Node *self, const Message *publication)
{
    tree_each(self, publication, start_tree);
}

/* On its way up it only passes; the root sends it down, to those it passed too. */
static void climb(Node *self, const Message *message)
{
    const TreeShared *shared = node_shared(self);
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
    const TreeShared *shared = node_shared(self);
    const TreeConfig *config = node_config(self);
    if (message->kind == TREE_CLIMBING) {
        climb(self, message);
        return;
    }
    /* On all trees a copy is passed on in each, whether or not another came first. */
    bool fresh = node_deliver(self, message);
    if (fresh || config->via_root || (config->use == USE_ALL && shared->trees > 1)) push(self, from, *message);
}

static const Protocol *work(const void *data)
{
    const TreeConfig *config = data;
    return config->repair != REPAIR_NONE || config->recover ? &tree_mended : NULL;
}

const Protocol protocol_tree = {
    .variant = {
        .name = "tree",
        .summary = "push each publication down a tree, repaired or not; on a mesh a tree taken from it for each source",
        .source = "the baseline; repair as in S. Banerjee et al., SIGCOMM 2002 and M. Yang and Z. Fei, INFOCOM 2004",
        .params = params, .config_size = sizeof(TreeConfig), .check = check,
    },
    .shared_size = sizeof(TreeShared), .fixed_overlay = true, .work = work,
    .prepare = tree_prepare, .release = tree_release, .publish = publish, .receive = receive,
};
