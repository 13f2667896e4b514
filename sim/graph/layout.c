/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/layout.h"

#include <math.h>

#include "core/error.h"
#include "graph/analyse.h"
#include "graph/door.h"
#include "graph/tree.h"

enum {
    LEVELS_MOST = 2000,         /* igraph goes down a tree by recursion */
    SMALL = 1000,
    ROUNDS = 500,
};

/* Levels of a tree as seen from node 0; 0 where the graph is no tree. */
static uint32_t tree_levels(const Graph *graph)
{
    if (graph_links(graph) + 1 != graph->nodes) return 0;
    g_autofree uint32_t *hops = g_new(uint32_t, graph->nodes);
    g_autofree NodeId *queue = g_new(NodeId, graph->nodes);
    uint32_t reached = graph_hops(graph, 0, hops, queue);
    return reached == graph->nodes ? hops[queue[reached - 1]] + 1 : 0;
}

static igraph_error_t place_tree(const igraph_t *graph, igraph_matrix_t *places)
{
    igraph_vector_int_t root;
    igraph_error_t done = igraph_vector_int_init(&root, 1);     /* node 0 */
    if (done != IGRAPH_SUCCESS) return done;
    done = igraph_layout_reingold_tilford(graph, places, IGRAPH_ALL, &root, NULL);
    igraph_vector_int_destroy(&root);
    return done;
}

static igraph_error_t place_large(const igraph_t *graph, igraph_matrix_t *places)
{
    igraph_layout_drl_options_t options;
    igraph_error_t done = igraph_layout_drl_options_init(&options, IGRAPH_LAYOUT_DRL_DEFAULT);
    return done == IGRAPH_SUCCESS ? igraph_layout_drl(graph, places, false, &options, NULL) : done;
}

static igraph_error_t place(const igraph_t *graph, uint32_t levels, igraph_matrix_t *places)
{
    igraph_integer_t nodes = igraph_vcount(graph);
    if (levels > 0 && levels <= LEVELS_MOST) return place_tree(graph, places);
    if (nodes > SMALL) return place_large(graph, places);
    return igraph_layout_fruchterman_reingold(graph, places, false, ROUNDS, sqrt((double)nodes), IGRAPH_LAYOUT_AUTOGRID,
                                              NULL, NULL, NULL, NULL, NULL);
}

/* Levels are a unit apart, as leaves are: a broad tree gets taller, root on top. */
static void stretch_tree(uint32_t nodes, uint32_t levels, const double *x, double *y)
{
    double left = x[0], right = x[0];
    for (uint32_t v = 0; v < nodes; v++) left = fmin(left, x[v]), right = fmax(right, x[v]);
    double step = levels > 1 ? fmax(1, 0.7 * (right - left) / (levels - 1)) : 1;
    for (uint32_t v = 0; v < nodes; v++) y[v] *= -step;
}

bool graph_layout(const Graph *graph, uint64_t seed, double *x, double *y, GError **error)
{
    static const char doing[] = "a layout of the graph";
    if (graph->nodes > LAYOUT_NODES_MOST) {
        g_set_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY, "a drawing of %u nodes would show nothing; at most %d",
                    graph->nodes, LAYOUT_NODES_MOST);
        return false;
    }
    if (!graph->nodes) return true;
    igraph_t copy;
    igraph_matrix_t places;
    uint32_t levels = tree_levels(graph);
    door_enter(seed);
    if (!door_to_igraph(graph, &copy, error)) return false;
    bool placed = igraph_matrix_init(&places, 0, 0) == IGRAPH_SUCCESS;
    if (placed) {
        placed = place(&copy, levels, &places) == IGRAPH_SUCCESS;
        for (uint32_t v = 0; placed && v < graph->nodes; v++) {
            x[v] = MATRIX(places, v, 0);
            y[v] = MATRIX(places, v, 1);
        }
        if (placed && levels) stretch_tree(graph->nodes, levels, x, y);
        igraph_matrix_destroy(&places);
    }
    igraph_destroy(&copy);
    return placed || door_fail(error, doing);
}

static bool is_placed(const Topology *topology, NodeId v)
{
    return isfinite(topology->x[v]) && isfinite(topology->y[v]);
}

/* The mean of the placed neighbors' places; false where there is none. */
static bool place_between(Topology *topology, NodeId v)
{
    const Graph *graph = topology->graph;
    double x = 0, y = 0, count = 0;
    for (uint32_t i = graph->first[v]; i < graph->first[v + 1]; i++) {
        NodeId u = graph->links[i].to;
        if (!is_placed(topology, u)) continue;
        x += topology->x[u];
        y += topology->y[u];
        count++;
    }
    if (count == 0) return false;
    topology->x[v] = x / count;
    topology->y[v] = y / count;
    return true;
}

/* From the placed nodes outwards; what no way leads to stands at the mean of all. */
static void fill_gaps(Topology *topology)
{
    uint32_t left = 0;
    for (bool moved = true; moved; ) {
        moved = false;
        left = 0;
        for (NodeId v = 0; v < topology->nodes; v++) {
            if (is_placed(topology, v)) continue;
            if (topology->graph && place_between(topology, v)) moved = true;
            else left++;
        }
    }
    double x = 0, y = 0, placed = topology->nodes - left;
    for (NodeId v = 0; left && v < topology->nodes; v++)
        if (is_placed(topology, v)) x += topology->x[v] / placed, y += topology->y[v] / placed;
    for (NodeId v = 0; left && v < topology->nodes; v++)
        if (!is_placed(topology, v)) topology->x[v] = x, topology->y[v] = y;
}

static bool has_places(const Topology *topology)
{
    if (!topology->x || !topology->y) return false;
    for (NodeId v = 0; v < topology->nodes; v++)
        if (is_placed(topology, v)) return true;
    return false;
}

bool topology_layout(Topology *topology, uint64_t seed, GError **error)
{
    if (has_places(topology)) {
        fill_gaps(topology);
        return true;
    }
    g_autofree double *x = g_new(double, topology->nodes), *y = g_new(double, topology->nodes);
    if (topology->graph && !graph_layout(topology->graph, seed, x, y, error)) return false;
    for (NodeId v = 0; !topology->graph && v < topology->nodes; v++) {
        x[v] = sin(2 * G_PI * v / topology->nodes);
        y[v] = cos(2 * G_PI * v / topology->nodes);
    }
    g_free(topology->x);
    g_free(topology->y);
    topology->x = g_steal_pointer(&x);
    topology->y = g_steal_pointer(&y);
    return true;
}
