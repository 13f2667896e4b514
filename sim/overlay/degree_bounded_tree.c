/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/memory.h"
#include "graph/analyse.h"
#include "graph/heap.h"
#include "graph/tree.h"
#include "overlay/overlay.h"

typedef struct { uint32_t degree; } Config;

static const Param params[] = {
    { "degree", PARAM_COUNT, offsetof(Config, degree), NULL, 2, 1e9,
      "most tree links of a node, to its parent included", NULL },
    PARAM_END
};

/* Nodes join in rounds, in ascending order within a round: each takes the nearest
 * of its attached neighbors with room, or waits for another round.  When
 * nobody can join so, the lowest that waits goes beyond its neighbors and
 * takes the node with room that is nearest over the mesh. */
typedef struct {
    const Graph *mesh;
    NodeId *parents;
    uint32_t *links;            /* tree links of each node; 0: not attached */
    uint32_t degree;
    Heap turns;                 /* key: round, low and node: who may join in it */
    SimTime *distance;          /* for the search over the mesh; SIM_NEVER between searches */
} Tree;

static bool has_room(const Tree *tree, NodeId v)
{
    return v == 0 ? tree->links[0] <= tree->degree : tree->links[v] && tree->links[v] < tree->degree;
}

static NodeId nearest_neighbor(const Tree *tree, NodeId v)
{
    const Graph *mesh = tree->mesh;
    NodeId best = NODE_NONE;
    SimTime least = SIM_NEVER;
    for (uint32_t i = mesh->first[v]; i < mesh->first[v + 1]; i++) {
        if (!has_room(tree, mesh->links[i].to) || graph_latency(mesh, i) >= least) continue;
        least = graph_latency(mesh, i);
        best = mesh->links[i].to;
    }
    return best;
}

/* There always is one: a tree has fewer than two link ends a node. */
static NodeId nearest_by_path(Tree *tree, NodeId v)
{
    const Graph *mesh = tree->mesh;
    g_autoptr(GArray) touched = g_array_new(FALSE, FALSE, sizeof(NodeId));
    NodeId found = NODE_NONE;
    Heap heap = { 0 };
    HeapItem item;
    tree->distance[v] = 0;
    g_array_append_val(touched, v);
    heap_push(&heap, (HeapItem){ .low = v, .node = v });
    while (found == NODE_NONE && heap_pop(&heap, &item)) {
        if (item.key > tree->distance[item.node]) continue;
        if (has_room(tree, item.node)) found = item.node;
        for (uint32_t i = mesh->first[item.node]; i < mesh->first[item.node + 1]; i++) {
            NodeId u = mesh->links[i].to;
            SimTime way = item.key + graph_latency(mesh, i);
            if (way >= tree->distance[u]) continue;
            if (tree->distance[u] == SIM_NEVER) g_array_append_val(touched, u);
            tree->distance[u] = way;
            heap_push(&heap, (HeapItem){ .key = way, .low = u, .node = u });
        }
    }
    for (guint i = 0; i < touched->len; i++) tree->distance[g_array_index(touched, NodeId, i)] = SIM_NEVER;
    heap_clear(&heap);
    g_assert(found != NODE_NONE);
    return found;
}

/* Attaches v in this round and gives a turn to the neighbors that wait. */
static void attach(Tree *tree, NodeId v, NodeId parent, SimTime round)
{
    const Graph *mesh = tree->mesh;
    tree->parents[v] = parent;
    tree->links[v] = 1;
    if (parent != NODE_NONE) tree->links[parent]++;
    for (uint32_t i = mesh->first[v]; i < mesh->first[v + 1]; i++) {
        NodeId u = mesh->links[i].to;
        if (tree->links[u]) continue;
        heap_push(&tree->turns, (HeapItem){ .key = round + (u < v), .low = u, .node = u });
    }
}

static void take_turns(Tree *tree, SimTime *round)
{
    HeapItem turn;
    while (heap_pop(&tree->turns, &turn)) {
        *round = turn.key;
        if (tree->links[turn.node]) continue;
        NodeId parent = nearest_neighbor(tree, turn.node);
        if (parent != NODE_NONE) attach(tree, turn.node, parent, turn.key);
    }
}

static Topology *build(const void *config, const OverlayScope *scope, GError **error)
{
    (void)error;
    const Config *c = config;
    uint32_t nodes = scope->nodes;
    Tree tree = { .mesh = scope->mesh, .degree = c->degree, .parents = g_new(NodeId, nodes) };
    tree.links = big_new(nodes, sizeof *tree.links);
    tree.distance = big_new(nodes, sizeof *tree.distance);
    for (uint32_t v = 0; v < nodes; v++) tree.parents[v] = NODE_NONE, tree.distance[v] = SIM_NEVER;
    SimTime round = 0;
    attach(&tree, 0, NODE_NONE, round);
    take_turns(&tree, &round);
    uint32_t *component = big_new(nodes, sizeof *component);
    graph_components(scope->mesh, component);
    for (uint32_t v = 1; v < nodes; v++) {
        if (tree.links[v] || component[v] != component[0]) continue;
        attach(&tree, v, nearest_by_path(&tree, v), ++round);
        take_turns(&tree, &round);
    }
    big_free(component, nodes, sizeof *component);
    heap_clear(&tree.turns);
    big_free(tree.distance, nodes, sizeof *tree.distance);
    big_free(tree.links, nodes, sizeof *tree.links);
    return topology_new_trees(nodes, &tree.parents, 1);
}

const Overlay overlay_degree_bounded_tree = {
    .variant = {
        .name = "degree-bounded-tree",
        .summary = "nodes in ascending order join the nearest attached node with room over a mesh, from node 0 on",
        .source = "the greedy heuristic for spanning trees of bounded degree; M. R. Garey and D. S. Johnson, Computers "
                  "and Intractability, 1979, ND1",
        .params = params, .config_size = sizeof(Config),
    },
    .from_mesh = true, .build = build,
};
