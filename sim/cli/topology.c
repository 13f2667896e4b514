/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `topology`: make, inspect, convert and draw one overlay. */
#include <math.h>

#include "cli/cli.h"
#include "cli/topology_make.h"
#include "graph/analyse.h"
#include "graph/layout.h"
#include "graph/write.h"
#include "report/plot_picture.h"

enum { COMPLETE_DRAWN_MOST = 300 };     /* beyond, a complete overlay is a black disc */

static char *output, *drawing;

static const GOptionEntry options[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "write it; ends in .graphml, .gml, .dot or .edges", "FILE" },
    { "draw", 0, 0, G_OPTION_ARG_FILENAME, &drawing, "draw it; ends in .svg, .pdf or .png", "FILE" },
    { 0 }
};

static void row(const char *name, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void row(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_print("%-20s %s\n", name, text);
}

/* Six digits, or fewer where they are zeros; "none" for NaN. */
static char *rounded(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(isnan(value) ? "none" : g_ascii_formatd(text, sizeof text, "%.6g", value));
}

/* The deepest level of any tree, in hops from its root. */
static uint32_t depth_of(const Topology *topology)
{
    g_autofree uint32_t *depth = g_new(uint32_t, topology->nodes);
    g_autoptr(GArray) way = g_array_new(FALSE, FALSE, sizeof(NodeId));
    uint32_t deepest = 0;
    for (uint32_t t = 0; t < topology->trees; t++) {
        const NodeId *parents = topology->parents[t];
        for (NodeId v = 0; v < topology->nodes; v++) depth[v] = parents[v] == NODE_NONE ? 0 : UINT32_MAX;
        for (NodeId v = 0; v < topology->nodes; v++) {
            for (NodeId at = v; depth[at] == UINT32_MAX; at = parents[at]) g_array_append_val(way, at);
            for (; way->len; g_array_set_size(way, way->len - 1)) {
                NodeId at = g_array_index(way, NodeId, way->len - 1);
                depth[at] = depth[parents[at]] + 1;
                deepest = MAX(deepest, depth[at]);
            }
        }
    }
    return deepest;
}

static void print_distances(const Figures *figures)
{
    g_autofree char *path = rounded(figures->mean_path);
    row("diameter", "%s%u", figures->diameter_exact ? "" : "at least ", figures->diameter);
    if (figures->diameter_exact) row("mean path", "%s", path);
    else row("mean path", "%s (from %u nodes drawn at random)", path, figures->mean_path_sources);
}

static void print_figures(const Topology *topology, const Figures *figures)
{
    g_autofree char *degree = rounded(figures->degree_mean), *clustering = rounded(figures->clustering);
    row("nodes", "%u", topology->nodes);
    row("links", "%" G_GUINT64_FORMAT, figures->links);
    row("degree", "%u to %u, mean %s", figures->degree_least, figures->degree_most, degree);
    if (figures->components == 1) row("components", "1");
    else row("components", "%u, the largest of %u nodes", figures->components, figures->largest);
    if (topology->trees) row("trees", "%u, depth %u", topology->trees, depth_of(topology));
    else row("trees", "%s", figures->tree ? "none said, but it is one" : "none");
    print_distances(figures);
    row("articulation points", "%u", figures->articulation_points);
    row("clustering", "%s", clustering);
}

static void print_notes(const Topology *topology)
{
    g_auto(GStrv) lines = g_strsplit(topology->notes->str, "\n", -1);
    for (int i = 0; lines[i]; i++)
        if (*lines[i]) row("note", "%s", lines[i]);
}

static bool draw(Topology *topology, const char *name, GError **error)
{
    g_autofree char *title = g_path_get_basename(name);
    if (topology->complete && topology->nodes <= COMPLETE_DRAWN_MOST)
        topology->graph = graph_new_complete(topology->nodes);
    if (topology->graph && !topology_layout(topology, 1, error)) return false;
    return plot_picture_draw(topology, title, drawing, error);
}

static bool run(char **arguments, GError **error)
{
    Figures figures;
    g_autoptr(Topology) topology = topology_make(arguments, error);
    if (!topology || !topology_analyse(topology, 1, &figures, error)) return false;
    if (output && !topology_write(topology, output, error)) return false;
    if (drawing && !draw(topology, arguments[0], error)) return false;
    print_figures(topology, &figures);
    print_notes(topology);
    return true;
}

const Command command_topology = {
    .name = "topology",
    .usage = "KIND|FILE [key=value]… [-o FILE] [--draw FILE]",
    .summary = "make, inspect, convert and draw an overlay",
    .details = "KIND is a static overlay of `banyan list overlays`, with the keys of its section: "
               "`banyan topology random-regular nodes=100 degree=4 seed=7`. A FILE is read in the format that its name "
               "and first lines show, or that format=NAME says.\n\n"
               "Diameter and mean path count hops between nodes that a way connects. Where taking all of them would "
               "last too long, the diameter is a lower bound and the mean is taken from 64 nodes; the output says so.",
    .options = options, .least = 1, .most = -1, .run = run,
};
