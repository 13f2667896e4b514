/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/analyse.h"

#include <math.h>
#include <string.h>

#include "core/memory.h"
#include "core/random.h"
#include "graph/distances.h"
#include "graph/door.h"
#include "graph/tree.h"

/* A bit a node says who has a label: a million bits stay in the cache, labels do not. */
static inline bool mark(uint64_t *marks, NodeId v)
{
    uint64_t bit = 1ull << (v & 63);
    bool marked = marks[v >> 6] & bit;
    marks[v >> 6] |= bit;
    return marked;
}

/* Takes nodes from the queue and adds their unmarked neighbors until it is empty;
 * rows come in random order, so those of the next nodes are asked for ahead. */
static uint32_t spread(const Graph *graph, NodeId start, NodeId *queue, uint64_t *marks)
{
    enum { AHEAD = 8 };
    uint32_t head = 0, tail = 0;
    queue[tail++] = start;
    for (; head < tail; head++) {
        if (head + 2 * AHEAD < tail) {
            __builtin_prefetch(&graph->first[queue[head + 2 * AHEAD]]);
            __builtin_prefetch(&graph->links[graph->first[queue[head + AHEAD]]]);
        }
        for (uint32_t i = graph->first[queue[head]]; i < graph->first[queue[head] + 1]; i++)
            if (!mark(marks, graph->links[i].to)) queue[tail++] = graph->links[i].to;
    }
    return tail;
}

uint32_t graph_components(const Graph *graph, uint32_t *labels)
{
    uint32_t count = 0;
    size_t words = graph->nodes / 64 + 1;
    NodeId *queue = big_new(graph->nodes, sizeof *queue);
    uint64_t *marks = big_new(words, sizeof *marks);
    for (uint32_t start = 0; start < graph->nodes; start++) {
        if (mark(marks, start)) continue;
        uint32_t size = spread(graph, start, queue, marks);
        if (size == graph->nodes) memset(labels, 0, (size_t)size * sizeof *labels);
        else for (uint32_t i = 0; i < size; i++) labels[queue[i]] = count;
        count++;
    }
    big_free(marks, words, sizeof *marks);
    big_free(queue, graph->nodes, sizeof *queue);
    return count;
}

static void analyse_degrees(const Graph *graph, Figures *out)
{
    out->links = graph_links(graph);
    out->degree_least = graph->nodes ? UINT32_MAX : 0;
    for (NodeId v = 0; v < graph->nodes; v++) {
        out->degree_least = MIN(out->degree_least, graph_degree(graph, v));
        out->degree_most = MAX(out->degree_most, graph_degree(graph, v));
    }
    out->degree_mean = graph->nodes ? 2.0 * (double)out->links / graph->nodes : 0;
}

/* Sets *within to a node of the largest component. */
static void analyse_components(const Graph *graph, Figures *out, NodeId *within)
{
    uint32_t *labels = big_new(graph->nodes, sizeof *labels);
    out->components = graph_components(graph, labels);
    uint32_t *sizes = big_new(out->components, sizeof *sizes);
    for (NodeId v = 0; v < graph->nodes; v++) {
        if (++sizes[labels[v]] <= out->largest) continue;
        out->largest = sizes[labels[v]];
        *within = v;
    }
    big_free(sizes, out->components, sizeof *sizes);
    big_free(labels, graph->nodes, sizeof *labels);
    out->tree = out->components == 1 && out->links + 1 == graph->nodes;
}

/* The farthest node from some node, and from there the farthest again: the
 * diameter of a tree, a lower bound for other graphs. */
static uint32_t double_sweep(const Graph *graph, NodeId start)
{
    uint32_t *hops = big_new(graph->nodes, sizeof *hops);
    NodeId *queue = big_new(graph->nodes, sizeof *queue);
    uint32_t reached = graph_hops(graph, start, hops, queue);
    reached = graph_hops(graph, queue[reached - 1], hops, queue);
    uint32_t most = hops[queue[reached - 1]];
    big_free(queue, graph->nodes, sizeof *queue);
    big_free(hops, graph->nodes, sizeof *hops);
    return most;
}

/* A link with `below` nodes on one side is on the way of below * (nodes - below) pairs. */
static double tree_mean_path(const Graph *graph)
{
    uint32_t *hops = big_new(graph->nodes, sizeof *hops), *below = big_new(graph->nodes, sizeof *below);
    NodeId *queue = big_new(graph->nodes, sizeof *queue);
    double sum = 0, nodes = graph->nodes;
    uint32_t reached = graph_hops(graph, 0, hops, queue);
    for (uint32_t i = reached - 1; i > 0; i--) {
        NodeId v = queue[i];
        below[v]++;
        for (uint32_t l = graph->first[v]; l < graph->first[v + 1]; l++)
            if (hops[graph->links[l].to] < hops[v]) below[graph->links[l].to] += below[v];
        sum += below[v] * (nodes - below[v]);
    }
    big_free(queue, graph->nodes, sizeof *queue);
    big_free(below, graph->nodes, sizeof *below);
    big_free(hops, graph->nodes, sizeof *hops);
    return nodes > 1 ? sum / (nodes * (nodes - 1) / 2) : NAN;
}

static void all_distances(const Graph *graph, Distances *found)
{
    NodeId sources[DISTANCES_TOGETHER];
    DistancesRoom *room = distances_room_new(graph);
    for (NodeId v = 0; v < graph->nodes; ) {
        uint32_t count = 0;
        while (count < DISTANCES_TOGETHER && v < graph->nodes) sources[count++] = v++;
        distances_add(room, sources, count, found);
    }
    distances_room_free(room);
}

static void sampled_distances(const Graph *graph, uint64_t seed, Distances *found)
{
    NodeId sources[DISTANCES_TOGETHER];
    Random random = random_stream(seed, "graph/analyse", 0);
    DistancesRoom *room = distances_room_new(graph);
    random_sample(&random, graph->nodes, DISTANCES_TOGETHER, sources);
    distances_add(room, sources, DISTANCES_TOGETHER, found);
    distances_room_free(room);
}

static void analyse_distances(const Graph *graph, NodeId within, uint64_t seed, Figures *out)
{
    double work = graph->nodes * ((double)graph->nodes + 2.0 * (double)out->links);
    Distances found = { 0 };
    out->diameter_exact = true;
    out->mean_path_sources = graph->nodes;
    if (out->tree) {
        out->diameter = double_sweep(graph, 0);
        out->mean_path = tree_mean_path(graph);
        return;
    }
    if (work <= ANALYSE_WORK || graph->nodes <= DISTANCES_TOGETHER) {
        all_distances(graph, &found);
    } else {
        sampled_distances(graph, seed, &found);
        found.most = MAX(found.most, double_sweep(graph, within));
        out->diameter_exact = false;
        out->mean_path_sources = DISTANCES_TOGETHER;
    }
    out->diameter = found.most;
    out->mean_path = found.pairs ? found.hops / (double)found.pairs : NAN;
}

/* A tree needs no igraph: all but its leaves are articulation points. */
static void analyse_tree(const Graph *graph, Figures *out)
{
    for (NodeId v = 0; v < graph->nodes; v++) out->articulation_points += graph_degree(graph, v) > 1;
    out->clustering = out->articulation_points ? 0 : NAN;
}

static bool analyse_with_igraph(const Graph *graph, uint64_t seed, Figures *out, GError **error)
{
    igraph_t copy;
    igraph_vector_int_t points;
    igraph_real_t clustering = NAN;
    door_enter(seed);
    if (!door_to_igraph(graph, &copy, error)) return false;
    bool done = igraph_vector_int_init(&points, 0) == IGRAPH_SUCCESS;
    if (done) {
        done = igraph_articulation_points(&copy, &points) == IGRAPH_SUCCESS &&
               igraph_transitivity_undirected(&copy, &clustering, IGRAPH_TRANSITIVITY_NAN) == IGRAPH_SUCCESS;
        out->articulation_points = (uint32_t)igraph_vector_int_size(&points);
        out->clustering = clustering;
        igraph_vector_int_destroy(&points);
    }
    igraph_destroy(&copy);
    return done || door_fail(error, "the analysis of the graph");
}

static void analyse_complete(uint32_t nodes, Figures *out)
{
    *out = (Figures){
        .links = nodes ? (uint64_t)nodes * (nodes - 1) / 2 : 0,
        .degree_least = nodes ? nodes - 1 : 0, .degree_most = nodes ? nodes - 1 : 0,
        .degree_mean = nodes ? nodes - 1 : 0,
        .components = nodes > 0, .largest = nodes, .tree = nodes == 1 || nodes == 2,
        .diameter = nodes > 1, .diameter_exact = true,
        .mean_path = nodes > 1 ? 1 : NAN, .mean_path_sources = nodes,
        .clustering = nodes > 2 ? 1 : NAN,
    };
}

bool topology_analyse(const Topology *topology, uint64_t seed, Figures *out, GError **error)
{
    const Graph *graph = topology->graph;
    Figures figures = { 0 };
    NodeId within = 0;
    if (!graph || !graph->nodes) {
        analyse_complete(topology->nodes, out);
        return true;
    }
    analyse_degrees(graph, &figures);
    analyse_components(graph, &figures, &within);
    analyse_distances(graph, within, seed, &figures);
    if (figures.tree) analyse_tree(graph, &figures);
    else if (!analyse_with_igraph(graph, seed, &figures, error)) return false;
    *out = figures;
    return true;
}
