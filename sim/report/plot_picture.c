/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot_picture.h"

#include <math.h>
#include <string.h>

#include "graph/layout.h"
#include "report/plot_figure.h"

enum { BROAD_TREE = 150 };          /* nodes from which a tree is drawn in rings, with room for its leaves */

Picture *plot_picture_new(guint nodes)
{
    Picture *picture = g_new0(Picture, 1);
    picture->nodes = nodes;
    picture->x = g_new(double, nodes);
    picture->y = g_new(double, nodes);
    picture->names = g_new0(char *, nodes + 1);
    picture->ids = g_new(NodeId, nodes);
    picture->states = g_new0(PictureState, nodes);
    picture->latency = g_new(double, nodes);
    picture->links = g_array_new(FALSE, TRUE, sizeof(PictureLink));
    for (guint i = 0; i < nodes; i++) picture->ids[i] = i, picture->x[i] = picture->y[i] = picture->latency[i] = NAN;
    return picture;
}

void plot_picture_free(Picture *picture)
{
    for (guint i = 0; i < picture->nodes; i++) g_free(picture->names[i]);
    g_free(picture->names);
    g_free(picture->x);
    g_free(picture->y);
    g_free(picture->ids);
    g_free(picture->states);
    g_free(picture->latency);
    g_array_unref(picture->links);
    g_free(picture);
}

/* Moves the places into the unit square: in proportion, or filling it. */
static void fit(double *x, double *y, guint nodes, bool fill)
{
    double left = NAN, right = NAN, low = NAN, high = NAN;
    for (guint i = 0; i < nodes; i++) {
        plot_stretch(&left, &right, x[i]);
        plot_stretch(&low, &high, y[i]);
    }
    double width = fmax(right - left, 1e-12), height = fmax(high - low, 1e-12), side = fmax(width, height);
    for (guint i = 0; i < nodes; i++) {
        x[i] = 0.5 + (x[i] - (left + right) / 2) / (fill ? width : side);
        y[i] = 0.5 + (y[i] - (low + high) / 2) / (fill ? height : side);
    }
}

/* The links as a topology; a recorded overlay without any was complete. */
static Topology *topology_of(const Picture *picture)
{
    guint count = picture->links->len;
    if (!count) return topology_new(picture->nodes, NULL);
    g_autofree NodeId *a = g_new(NodeId, count), *b = g_new(NodeId, count);
    for (guint i = 0; i < count; i++) {
        a[i] = g_array_index(picture->links, PictureLink, i).a;
        b[i] = g_array_index(picture->links, PictureLink, i).b;
    }
    return topology_new(picture->nodes, graph_new(picture->nodes, a, b, count));
}

/* Bends the levels of a tree, root on top, into rings around its root. */
static void bend(double *x, double *y, guint nodes)
{
    double left = x[0], right = x[0], top = y[0];
    for (guint i = 0; i < nodes; i++) left = fmin(left, x[i]), right = fmax(right, x[i]), top = fmax(top, y[i]);
    for (guint i = 0; i < nodes; i++) {
        double angle = 2 * G_PI * (x[i] - left) / (right - left + 1), radius = top - y[i];
        x[i] = radius * sin(angle);
        y[i] = radius * cos(angle);
    }
}

/* Fills a disc evenly, number 0 in its middle: where every pair is linked no place says more. */
static void sunflower(double *x, double *y, guint nodes)
{
    for (guint i = 0; i < nodes; i++) {
        double angle = i * G_PI * (3 - sqrt(5));
        x[i] = sqrt(i) * sin(angle);
        y[i] = sqrt(i) * cos(angle);
    }
}

/* Whether the layout took it for a tree of levels, the root alone on top. */
static bool is_broad_tree(const Picture *picture)
{
    if (picture->nodes < BROAD_TREE || picture->links->len != picture->nodes - 1) return false;
    for (guint i = 1; i < picture->nodes; i++)
        if (picture->y[i] >= picture->y[0]) return false;
    return true;
}

bool plot_picture_place(Picture *picture, GError **error)
{
    bool known = true;
    for (guint i = 0; i < picture->nodes; i++) known = known && isfinite(picture->x[i]) && isfinite(picture->y[i]);
    bool rings = false, links = picture->links->len > 0;
    if (!known && !links) sunflower(picture->x, picture->y, picture->nodes);
    else if (!known) {
        g_autoptr(Topology) topology = topology_of(picture);
        if (!topology_layout(topology, 1, error)) return false;
        memcpy(picture->x, topology->x, picture->nodes * sizeof *picture->x);
        memcpy(picture->y, topology->y, picture->nodes * sizeof *picture->y);
        rings = is_broad_tree(picture);
        if (rings) bend(picture->x, picture->y, picture->nodes);
    }
    fit(picture->x, picture->y, picture->nodes, !known && links && !rings);
    return true;
}

/* Nodes in the order of a breadth-first walk from `start`, over all components. */
static NodeId *walk(const Picture *picture, const Graph *graph, NodeId start)
{
    g_autofree bool *seen = g_new0(bool, picture->nodes);
    NodeId *order = g_new(NodeId, picture->nodes);
    guint last = 0;
    for (guint i = 0, next = 0; i < picture->nodes; i++) {
        NodeId root = (start + i) % picture->nodes;
        if (seen[root]) continue;
        seen[root] = true;
        order[last++] = root;
        for (; next < last; next++)
            for (uint32_t k = graph->first[order[next]]; k < graph->first[order[next] + 1]; k++) {
                NodeId to = graph->links[k].to;
                if (!seen[to]) seen[to] = true, order[last++] = to;
            }
    }
    return order;
}

static NodeId source_of(const Picture *picture)
{
    for (NodeId i = 0; i < picture->nodes; i++)
        if (picture->states[i] == PICTURE_SOURCE) return i;
    return 0;
}

/* Keeps the nodes that have a number, at that place. */
static void keep(Picture *picture, const NodeId *number, guint kept)
{
    for (NodeId i = 0; i < picture->nodes; i++) {
        NodeId to = number[i];
        if (to == NODE_NONE) {
            g_clear_pointer(&picture->names[i], g_free);
            continue;
        }
        char *name = g_steal_pointer(&picture->names[i]);
        picture->names[to] = name ? name : g_strdup_printf("%u", picture->ids[i]);
        picture->x[to] = picture->x[i], picture->y[to] = picture->y[i];
        picture->ids[to] = picture->ids[i];
        picture->states[to] = picture->states[i];
        picture->latency[to] = picture->latency[i];
    }
    guint links = 0;
    for (guint i = 0; i < picture->links->len; i++) {
        PictureLink link = g_array_index(picture->links, PictureLink, i);
        link.a = number[link.a], link.b = number[link.b];
        if (link.a != NODE_NONE && link.b != NODE_NONE) g_array_index(picture->links, PictureLink, links++) = link;
    }
    g_array_set_size(picture->links, links);
    picture->nodes = kept;
}

void plot_picture_sample(Picture *picture, guint most)
{
    if (picture->nodes <= most) return;
    g_autoptr(Topology) topology = topology_of(picture);
    g_autofree NodeId *order = topology->graph ? walk(picture, topology->graph, source_of(picture)) : NULL;
    g_autofree NodeId *number = g_new(NodeId, picture->nodes);
    for (NodeId i = 0; i < picture->nodes; i++) number[i] = order || i >= most ? NODE_NONE : i;
    for (guint i = 0; order && i < most; i++) number[order[i]] = 0;
    for (NodeId i = 0, next = 0; i < picture->nodes; i++)
        if (number[i] != NODE_NONE) number[i] = next++;
    keep(picture, number, most);
}
