/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of real networks, whose counts were measured with other programs; see the
 * README beside them.  Skipped where they are not there. */
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "graph/load.h"

#define DATA "../shared/data/"

/* `multi`: links beyond the first between the same two nodes, in either direction. */
typedef struct {
    const char *file;
    TopologyFormat format;
    uint32_t nodes;
    uint64_t links, loops, multi;
    uint32_t components, giant;
    const char *note;                   /* a part of the notes; NULL: nothing is noted */
    uint32_t degree;                    /* the largest; 0: not measured */
} Row;

static const Row rows[] = {
    { "topology/zoo-graphml/Abilene.graphml", FORMAT_GRAPHML, 11, 14, 0, 0, 1, 11, NULL, 0 },
    { "topology/zoo-graphml/Arpanet19728.graphml", FORMAT_GRAPHML, 29, 32, 0, 0, 1, 29,
      "2 names stand more than once", 0 },
    { "topology/zoo-graphml/AttMpls.graphml", FORMAT_GRAPHML, 25, 57, 0, 1, 1, 25, "1 parallel link merged", 0 },
    { "topology/zoo-graphml/Geant2012.graphml", FORMAT_GRAPHML, 40, 61, 0, 0, 1, 40, "3 of 40 nodes have no place", 0 },
    { "topology/zoo-graphml/Cogentco.graphml", FORMAT_GRAPHML, 197, 245, 0, 2, 1, 197,
      "11 of 197 nodes have no place", 0 },
    { "topology/zoo-graphml/Colt.graphml", FORMAT_GRAPHML, 153, 191, 0, 14, 1, 153, "14 parallel links merged", 0 },
    { "topology/zoo-graphml/UsCarrier.graphml", FORMAT_GRAPHML, 158, 189, 0, 0, 1, 158,
      "6 of 158 nodes have no place", 0 },
    { "topology/zoo-graphml/Kdl.graphml", FORMAT_GRAPHML, 754, 899, 0, 4, 1, 754, "63 names stand more than once", 0 },
    { "topology/zoo-graphml/DialtelecomCz.graphml", FORMAT_GRAPHML, 193, 151, 0, 0, 56, 138,
      "15 of 193 nodes have no place", 0 },
    { "topology/zoo-graphml/Padi.graphml", FORMAT_GRAPHML, 15, 6, 0, 0, 9, 7, "14 of 15 nodes have no place", 0 },
    { "topology/zoo-graphml/Psnc.graphml", FORMAT_GRAPHML, 36, 41, 0, 0, 1, 36, "type integer; read as int", 0 },
    { "topology/zoo-gml/Abilene.gml", FORMAT_GML, 11, 14, 0, 0, 1, 11, NULL, 0 },
    { "topology/zoo-gml/Cogentco.gml", FORMAT_GML, 197, 245, 0, 2, 1, 197, "11 of 197 nodes have no place", 0 },
    { "topology/zoo-gml/Kdl.gml", FORMAT_GML, 754, 899, 0, 4, 1, 754, "28 of 754 nodes have no place", 0 },
    { "topology/zoo-gml/Nsfnet.gml", FORMAT_GML, 13, 15, 0, 0, 1, 13, NULL, 0 },
    { "topology/zoo-gml/Psnc.gml", FORMAT_GML, 36, 41, 0, 0, 1, 36, "15 of 36 nodes have no place", 0 },
    { "topology/topohub-sndlib/polska.gml", FORMAT_GML, 12, 18, 0, 0, 1, 12, NULL, 0 },
    { "topology/topohub-sndlib/germany50.gml", FORMAT_GML, 50, 88, 0, 0, 1, 50, NULL, 0 },
    { "topology/topohub-sndlib/zib54.gml", FORMAT_GML, 54, 80, 0, 0, 1, 54, "off the globe: lon and lat", 0 },
    { "topology/topohub-caida/3356.gml", FORMAT_GML, 404, 1997, 0, 0, 1, 404, "16 names stand more than once", 0 },
    { "topology/topohub-caida/2200.gml", FORMAT_GML, 63, 226, 0, 0, 1, 63, NULL, 0 },
    { "topology/shadow/graph-compressed.gml", FORMAT_GML, 1, 1, 1, 0, 1, 1, "as 1 ms in node 0", 0 },
    { "topology/shadow/network_graph_spec-example.gml", FORMAT_GML, 1, 1, 1, 0, 1, 1, "as 10 ms in node 0", 0 },
    { "topology/repetita/rf1239_real_hard.graph", FORMAT_REPETITA, 315, 1944, 0, 972, 1, 315,
      "972 links listed in both", 0 },
    { "topology/repetita/Abilene.graph", FORMAT_REPETITA, 11, 28, 0, 14, 1, 11, "read as longitude and latitude", 0 },
    { "topology/ns3-samples/Inet_toposample.txt", FORMAT_INET, 3037, 4788, 0, 0, 1, 3037, NULL, 684 },
    { "topology/ns3-samples/Inet_small_toposample.txt", FORMAT_INET, 10, 9, 0, 0, 1, 10, NULL, 0 },
    { "topology/ns3-samples/Orbis_toposample.txt", FORMAT_ORBIS, 1423, 2768, 0, 0, 1, 1423,
      "header says 956 1413", 276 },
    { "topology/ns3-samples/RocketFuel_toposample_1239_weights.txt", FORMAT_ROCKETFUEL, 315, 1944, 0, 972, 1, 315,
      "972 links listed in both", 0 },
    { "topology/inet-3.0/inet-10", FORMAT_INET, 10, 10, 0, 0, 1, 10, "10 nodes are marked R, 0 N", 0 },
    { "topology/inet-3.0/inet-1000", FORMAT_INET, 1000, 1126, 0, 0, 1, 1000, "100 nodes are marked R, 900 N", 277 },
    { "topology/gt-itm/topo-0.alt", FORMAT_GT_ITM, 100, 166, 0, 0, 1, 100, "counts each of the 166 links twice", 0 },
    { "topology/brite/topology.brite", FORMAT_BRITE, 5, 8, 0, 0, 1, 5, NULL, 0 },
    { "topology/snap-as/as20000102.txt", FORMAT_EDGELIST, 6474, 13895, 1323, 0, 1, 6474,
      "header says Edges: 13233", 0 },
    { "overlay/snap-gnutella/p2p-Gnutella08.edgelist", FORMAT_EDGELIST, 6301, 20777, 0, 0, 2, 6299, NULL, 97 },
    { "overlay/goerli/goerliTopology.edgelist", FORMAT_EDGELIST, 1355, 19146, 0, 0, 1, 1355, NULL, 712 },
    { "overlay/lightning/channels_ln.csv", FORMAT_LIGHTNING, 6006, 30457, 0, 3357, 8, 5992, "3357 parallel links", 0 },
};

/* Numbers of components and of nodes in the largest. */
static void count_components(const Graph *graph, uint32_t *components, uint32_t *giant)
{
    g_autofree bool *seen = g_new0(bool, graph->nodes);
    g_autofree NodeId *stack = g_new(NodeId, graph->nodes);
    *components = *giant = 0;
    for (NodeId start = 0; start < graph->nodes; start++) {
        uint32_t depth = 0, size = 0;
        if (seen[start]) continue;
        seen[start] = true;
        for (stack[depth++] = start; depth; size++) {
            NodeId node = stack[--depth];
            for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++)
                if (!seen[graph->links[i].to]) seen[graph->links[i].to] = true, stack[depth++] = graph->links[i].to;
        }
        ++*components;
        *giant = MAX(*giant, size);
    }
}

static uint32_t largest_degree(const Graph *graph)
{
    uint32_t largest = 0;
    for (NodeId node = 0; node < graph->nodes; node++) largest = MAX(largest, graph_degree(graph, node));
    return largest;
}

static void has_the_counts_measured(gconstpointer data)
{
    const Row *row = data;
    g_autofree char *path = g_strconcat(DATA, row->file, NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(Topology) topology = topology_load(path, row->format, &error);
    g_assert_no_error(error);
    uint32_t components, giant;
    count_components(topology->graph, &components, &giant);
    const LinksFound *found = &topology->found;
    g_assert_cmpuint(topology->nodes, ==, row->nodes);
    g_assert_cmpuint(found->links, ==, row->links);
    g_assert_cmpuint(found->loops, ==, row->loops);
    g_assert_cmpuint(found->parallel + found->opposite, ==, row->multi);
    g_assert_cmpuint(graph_links(topology->graph), ==, row->links - row->loops - row->multi);
    g_assert_cmpuint(components, ==, row->components);
    g_assert_cmpuint(giant, ==, row->giant);
    if (row->degree) g_assert_cmpuint(largest_degree(topology->graph), ==, row->degree);
    g_test_message("%s", topology->notes->str);
    if (!row->note) g_assert_cmpstr(topology->notes->str, ==, "");
    else g_assert_nonnull(strstr(topology->notes->str, row->note));
}

static Topology *load(const char *file, TopologyFormat format)
{
    g_autofree char *path = g_strconcat(DATA, file, NULL);
    g_autoptr(GError) error = NULL;
    Topology *topology = topology_load(path, format, &error);
    g_assert_no_error(error);
    return topology;
}

static void range_of(const Topology *topology, const char *name, double *least, double *most)
{
    const LinkColumn *column = topology_column(topology, name);
    g_assert_nonnull(column);
    *least = INFINITY;
    *most = -INFINITY;
    for (uint32_t i = 0; i < topology->graph->first[topology->nodes]; i++) {
        *least = fmin(*least, column->values[i]);
        *most = fmax(*most, column->values[i]);
    }
}

static void columns_have_the_ranges_measured(void)
{
    static const struct { const char *file; TopologyFormat format; const char *name; double least, most; } columns[] = {
        { "topology/repetita/rf1239_real_hard.graph", FORMAT_REPETITA, "delay", 1, 64 },
        { "topology/repetita/rf1239_real_hard.graph", FORMAT_REPETITA, "bw", 2.4e6, 1e7 },
        { "topology/repetita/Abilene.graph", FORMAT_REPETITA, "delay", 443, 3680 },
        { "topology/inet-3.0/inet-1000", FORMAT_INET, "distance", 217, 12355 },
        { "topology/gt-itm/topo-0.alt", FORMAT_GT_ITM, "length", 3, 40 },
        { "topology/ns3-samples/RocketFuel_toposample_1239_weights.txt", FORMAT_ROCKETFUEL, "weight", 1, 16 },
        { "topology/brite/topology.brite", FORMAT_BRITE, "delay", 1.1, 5 },
        /* The largest of 5e11 has ten parallel channels of less. */
        { "overlay/lightning/channels_ln.csv", FORMAT_LIGHTNING, "capacity", 1100000, 4e11 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        g_autoptr(Topology) topology = load(columns[i].file, columns[i].format);
        double least, most;
        range_of(topology, columns[i].name, &least, &most);
        g_test_message("%s %s", columns[i].file, columns[i].name);
        g_assert_cmpfloat(least, ==, columns[i].least);
        g_assert_cmpfloat(most, ==, columns[i].most);
    }
}

/* New York - Chicago of the Topology Zoo, by the spherical law of cosines. */
static void great_circles_of_abilene(void)
{
    g_autoptr(Topology) topology = load("topology/zoo-graphml/Abilene.graphml", FORMAT_GRAPHML);
    g_autofree double *ns = g_new(double, topology->graph->first[topology->nodes]);
    g_autoptr(GError) error = NULL;
    g_assert_true(topology_latencies(topology, "great-circle", NULL, ns, &error));
    g_assert_cmpstr(topology->names[0], ==, "New York");
    g_assert_cmpstr(topology->names[1], ==, "Chicago");
    uint32_t link = graph_find(topology->graph, 0, 1);
    g_assert_cmpuint(link, !=, UINT32_MAX);
    g_assert_cmpfloat_with_epsilon(ns[link], 1145.838772 * 5000, 1);
    g_assert_cmpfloat(ns[link], ==, ns[graph_reverse(topology->graph, 0, link)]);
}

static void a_node_without_a_place_refuses_great_circles(void)
{
    g_autoptr(Topology) topology = load("topology/zoo-graphml/Geant2012.graphml", FORMAT_GRAPHML);
    g_autofree double *ns = g_new(double, topology->graph->first[topology->nodes]);
    g_autoptr(GError) error = NULL;
    g_assert_false(topology_latencies(topology, "great-circle", NULL, ns, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_RANGE);
    g_assert_nonnull(strstr(error->message, "without a place"));
}

static void distances_of_sndlib_are_km_of_fibre(void)
{
    g_autoptr(Topology) topology = load("topology/topohub-sndlib/polska.gml", FORMAT_GML);
    g_autofree double *ns = g_new(double, topology->graph->first[topology->nodes]);
    double longest = 0;
    g_assert_true(topology_latencies(topology, "dist", "km", ns, NULL));
    for (uint32_t i = 0; i < topology->graph->first[topology->nodes]; i++) longest = fmax(longest, ns[i]);
    g_assert_cmpfloat_with_epsilon(longest, 354.64 * 5000, 1e-3);         /* max_link_len in the file */
    g_assert_true(topology->geographic);
}

static void sparse_ids_keep_the_order_of_the_file(void)
{
    g_autoptr(Topology) topology = load("topology/topohub-caida/3356.gml", FORMAT_GML);
    g_assert_cmpstr(topology->names[0], ==, "Medford");
    g_assert_cmpstr(topology->names[1], ==, "Strasburg");
}

static void oversim_coordinates(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Coordinates) read = coordinates_load(DATA "overlay/oversim-coords/nodes_2d_15000.xml", &error);
    g_assert_no_error(error);
    double least = INFINITY, most = -INFINITY;
    for (uint32_t i = 0; i < read->count; i++) {
        least = fmin(least, fmin(read->x[i], read->y[i]));
        most = fmax(most, fmax(read->x[i], read->y[i]));
    }
    g_assert_cmpuint(read->count, ==, 15000);
    g_assert_cmpfloat(read->x[0], ==, -24.1991);
    g_assert_cmpfloat(read->y[0], ==, -12.7714);
    g_assert_cmpfloat_with_epsilon(least, -371.8, 0.05);
    g_assert_cmpfloat_with_epsilon(most, 330.3, 0.05);
}

/* What is no topology, or has another format, is refused with a reason. */
static void other_files_are_refused(void)
{
    static const struct { const char *file; TopologyFormat format; const char *message; } wrong[] = {
        { "topology/gt-itm/topo", FORMAT_GT_ITM, "topo:1: 'GRAPH (#nodes #edges" },
        { "topology/ns3-samples/Inet_toposample.txt", FORMAT_EDGELIST, "txt:2: 3 fields where the first link has 2" },
        { "topology/snap-as/as20000102.txt", FORMAT_ORBIS, "txt:1: 4 fields" },
        { "topology/inet-3.0/inet-10", FORMAT_ROCKETFUEL, "inet-10:1: 2 fields; 'from to weight'" },
        { "overlay/lightning/nodes_ln.csv", FORMAT_LIGHTNING, "csv:1: no column is called 'node1_id'" },
        { "topology/zoo-gml/Abilene.gml", FORMAT_GRAPHML, "gml:1: not sound XML" },
        { "topology/zoo-graphml/Abilene.graphml", FORMAT_GML, "graphml:1: '<' where a key is expected" },
        { "topology", FORMAT_GML, "is a directory" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *path = g_strconcat(DATA, wrong[i].file, NULL);
        g_autoptr(GError) error = NULL;
        g_assert_null(topology_load(path, wrong[i].format, &error));
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, wrong[i].message));
    }
}

/* Every file is guessed right, or refused because two formats fit. */
static void guesses(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strconcat(DATA, rows[i].file, NULL), *reason = NULL;
        g_autoptr(GError) error = NULL;
        TopologyFormat format;
        bool guessed = topology_guess(path, &format, &reason, &error);
        g_test_message("%s", guessed ? reason : error->message);
        if (guessed) g_assert_cmpstr(topology_format_name(format), ==, topology_format_name(rows[i].format));
        else g_assert_nonnull(strstr(error->message, "edgelist or orbis"));
        g_assert_true(guessed || rows[i].format == FORMAT_ORBIS || rows[i].format == FORMAT_EDGELIST);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (!g_file_test(DATA, G_FILE_TEST_IS_DIR)) {
        g_print("1..0 # SKIP no " DATA "\n");
        return 0;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = g_strdup_printf("/load/data/has_the_counts_measured/%s", rows[i].file);
        g_test_add_data_func(path, &rows[i], has_the_counts_measured);
    }
    g_test_add_func("/load/data/columns_have_the_ranges_measured", columns_have_the_ranges_measured);
    g_test_add_func("/load/data/great_circles_of_abilene", great_circles_of_abilene);
    g_test_add_func("/load/data/a_node_without_a_place_refuses_great_circles",
                    a_node_without_a_place_refuses_great_circles);
    g_test_add_func("/load/data/distances_of_sndlib_are_km_of_fibre", distances_of_sndlib_are_km_of_fibre);
    g_test_add_func("/load/data/sparse_ids_keep_the_order_of_the_file", sparse_ids_keep_the_order_of_the_file);
    g_test_add_func("/load/data/oversim_coordinates", oversim_coordinates);
    g_test_add_func("/load/data/other_files_are_refused", other_files_are_refused);
    g_test_add_func("/load/data/guesses", guesses);
    return g_test_run();
}
