/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Broken files: what is said of them and of which line; and that no cut and no
 * changed byte brings the readers down. */
#include <math.h>

#include "samples.h"
#include "written.h"

#define BRITE "Topology: ( 2 Nodes, 1 Edges )\nModel (1 - RTWaxman): 2\nNodes: ( 2 )\n"
#define BRITE_NODES BRITE "0 1 2 1 1 -1 RT_NODE\n1 3 4 1 1 -1 RT_NODE\n"
#define ITM "GRAPH (#nodes #edges id):\n2 2 x\nVERTICES (index name u v):\n0 a 1 2\n"
#define REPETITA "NODES 2\nlabel x y\na 0 0\nb 1 1\n\nEDGES 1\nlabel src dest weight bw delay\n"
#define XML "<graphml>\n<key id='w' for='edge' attr.name='w' attr.type='double'/>\n<graph edgedefault='undirected'>\n"

/* `message` starts with the line; code is that of SIM_ERROR. */
static const struct { TopologyFormat format; const char *text; int code; const char *message; } rows[] = {
    { FORMAT_EDGELIST, "0 1\n1 2\n2 x\n", SIM_ERROR_SYNTAX, "3: node id 'x' is not a whole number" },
    { FORMAT_EDGELIST, "0 1\n\n# c\n-1 2\n", SIM_ERROR_SYNTAX, "4: node id '-1' is not a whole number" },
    { FORMAT_EDGELIST, "0 1\n1\n", SIM_ERROR_SYNTAX, "2: 1 fields; 'a b' or 'a b weight'" },
    { FORMAT_EDGELIST, "0 1\n1 2 3\n", SIM_ERROR_SYNTAX, "2: 3 fields where the first link has 2" },
    { FORMAT_EDGELIST, "0,1\n", SIM_ERROR_SYNTAX, "1: 1 fields" },
    { FORMAT_EDGELIST, "0 1 nan\n", SIM_ERROR_SYNTAX, "1: weight 'nan' is not a finite number" },
    { FORMAT_EDGELIST, "0 1 0x10\n", SIM_ERROR_SYNTAX, "1: weight '0x10' is not a finite number" },
    { FORMAT_EDGELIST, "0 1 1e999\n", SIM_ERROR_SYNTAX, "1: weight '1e999' is not a finite number" },
    { FORMAT_EDGELIST, "0 18446744073709551616\n", SIM_ERROR_RANGE, "1: node id '18446744073709551616' is too large" },
    { FORMAT_EDGELIST, "# nothing\n", SIM_ERROR_TOPOLOGY, "1: it has no nodes" },
    { FORMAT_EDGELIST, "0 1\n\xff\xfe 2\n", SIM_ERROR_SYNTAX, "2: a byte that is not UTF-8" },
    { FORMAT_ORBIS, "9\n1 2\n", SIM_ERROR_SYNTAX, "1: 1 fields; a header of two numbers" },
    { FORMAT_ORBIS, "9 9\n1 2\n3 4 5\n", SIM_ERROR_SYNTAX, "3: 3 fields; 'a b'" },
    { FORMAT_ORBIS, "9 9\n", SIM_ERROR_TOPOLOGY, "1: it has no nodes" },
    { FORMAT_ROCKETFUEL, "a b 1\na <-> b 2\n", SIM_ERROR_SYNTAX, "2: 4 fields; 'from to weight'" },
    { FORMAT_ROCKETFUEL, "a b one\n", SIM_ERROR_SYNTAX, "1: weight 'one'" },
    { FORMAT_INET, "2\n", SIM_ERROR_SYNTAX, "1: 1 fields; the counts 'nodes links'" },
    { FORMAT_INET, "2 1\n0 5 5\n", SIM_ERROR_SYNTAX, "2: the file ends after 1 of 2 nodes" },
    { FORMAT_INET, "2 1\n0 5 5\n0 6 6\n0 1 3\n", SIM_ERROR_TOPOLOGY, "3: node id 0 is there already" },
    { FORMAT_INET, "2 1\n0 5 5\n1 6 6\n0 2 3\n", SIM_ERROR_TOPOLOGY, "4: a link to node 2, which" },
    { FORMAT_INET, "2 1\n0 5 5\n1 6 6\n0 1 3\n1 0 3\n", SIM_ERROR_SYNTAX, "5: a line after the 2 nodes and 1 links" },
    { FORMAT_INET, "2 1\n0 5 5\nQ 1 6 6\n0 1 3\n", SIM_ERROR_SYNTAX, "3: 4 fields; a node" },
    { FORMAT_INET, "2 2\n0 5 5\n1 6 6\n0 1 3\n", SIM_ERROR_SYNTAX, "4: the file ends after 1 of 2 links" },
    { FORMAT_BRITE, "Topology: ( 2 Nodes )\n", SIM_ERROR_SYNTAX, "1: 'Topology: ( n Nodes, m Edges )'" },
    { FORMAT_BRITE, "Topology: ( 2 Nodes, 1 Edges )\nModel\n", SIM_ERROR_SYNTAX, "2: the file ends without 'Nodes:" },
    { FORMAT_BRITE, "Topology: ( 2 Nodes, 1 Edges )\nNodes: ( 3 )\n", SIM_ERROR_SYNTAX, "2: 3 where the first line" },
    { FORMAT_BRITE, BRITE "0 1 2\n", SIM_ERROR_SYNTAX, "4: 3 fields; a node" },
    { FORMAT_BRITE, BRITE_NODES, SIM_ERROR_SYNTAX, "5: the file ends without 'Edges:" },
    { FORMAT_BRITE, BRITE_NODES "Edges: ( 2 )\n", SIM_ERROR_SYNTAX, "6: 2 where the first line declares 1" },
    { FORMAT_BRITE, BRITE_NODES "Edges: ( 1 )\n0 0 1 1 1 1 -1 -1 E_RT X\n", SIM_ERROR_SYNTAX, "7: 'X' where U" },
    { FORMAT_BRITE, BRITE_NODES "Edges: ( 1 )\n0 0 5 1 1 1 -1 -1 E_RT U\n", SIM_ERROR_TOPOLOGY, "7: a link to node 5" },
    { FORMAT_BRITE, BRITE_NODES "Edges: ( 1 )\n0 0 1 1 1 1 -1 -1 E_RT U\n\nmore\n",
      SIM_ERROR_SYNTAX, "9: a line after" },
    { FORMAT_GT_ITM, "VERTICES\n", SIM_ERROR_SYNTAX, "1: 'GRAPH (#nodes #edges" },
    { FORMAT_GT_ITM, "GRAPH (#nodes):\nVERTICES\n", SIM_ERROR_SYNTAX, "2: the counts of nodes and edges" },
    { FORMAT_GT_ITM, "GRAPH (#nodes):\n1 1\n0 a 1 1\n", SIM_ERROR_SYNTAX, "3: 'VERTICES (index name" },
    { FORMAT_GT_ITM, ITM, SIM_ERROR_SYNTAX, "4: the file ends without 'EDGES" },
    { FORMAT_GT_ITM, ITM "1 b\n", SIM_ERROR_SYNTAX, "5: 2 fields; a node" },
    { FORMAT_GT_ITM, ITM "EDGES (from to):\n0 1 5\n", SIM_ERROR_TOPOLOGY, "6: a link to node 1, which" },
    { FORMAT_GT_ITM, ITM "EDGES (from to):\n0 0\n", SIM_ERROR_SYNTAX, "6: 2 fields; a link" },
    { FORMAT_REPETITA, "EDGES 1\n", SIM_ERROR_SYNTAX, "1: 'NODES count' is expected" },
    { FORMAT_REPETITA, "NODES 2\na 0 0\n", SIM_ERROR_SYNTAX, "2: the titles 'label x y'" },
    { FORMAT_REPETITA, "NODES 3\nlabel x y\na 0 0\nb 1 1\n\nEDGES 1\n", SIM_ERROR_SYNTAX, "6: 2 fields; a node" },
    { FORMAT_REPETITA, REPETITA "l 0 2 1 1 1\n", SIM_ERROR_TOPOLOGY, "8: a link to node 2, which" },
    { FORMAT_REPETITA, REPETITA "l 0 1 1 1\n", SIM_ERROR_SYNTAX, "8: 5 fields; a link" },
    { FORMAT_REPETITA, REPETITA "l 0 1 1 1 -\n", SIM_ERROR_SYNTAX, "8: delay '-' is not a finite number" },
    { FORMAT_REPETITA, REPETITA, SIM_ERROR_SYNTAX, "7: the file ends after 0 of 1 links" },
    { FORMAT_REPETITA, REPETITA "l 0 1 1 1 1\nl 1 0 1 1 1\n", SIM_ERROR_SYNTAX, "9: a line after" },
    { FORMAT_LIGHTNING, "id,node1_id,capacity\n", SIM_ERROR_SYNTAX, "1: no column is called 'node2_id'" },
    { FORMAT_LIGHTNING, "node1_id,node2_id,capacity\n1,2\n",
      SIM_ERROR_SYNTAX, "2: 2 fields where the first line has 3" },
    { FORMAT_LIGHTNING, "node1_id,node2_id,capacity\n1,2,3\n1,,3\n", SIM_ERROR_SYNTAX, "3: node id ''" },
    { FORMAT_LIGHTNING, "node1_id,node2_id,capacity\n1,2,many\n", SIM_ERROR_SYNTAX, "2: capacity 'many'" },
    { FORMAT_LIGHTNING, "node1_id,node2_id,capacity\n", SIM_ERROR_TOPOLOGY, "1: it has no nodes" },
    { FORMAT_PAJEK, "1 2\n", SIM_ERROR_SYNTAX, "1: *Vertices is expected first" },
    { FORMAT_PAJEK, "*Vertices\n", SIM_ERROR_SYNTAX, "1: *Vertices without their number" },
    { FORMAT_PAJEK, "*Vertices 2000000000\n", SIM_ERROR_SYNTAX, "1: more vertices than the file has bytes" },
    { FORMAT_PAJEK, "*Arcslist\n1 2\n*Vertices 2\n", SIM_ERROR_SYNTAX, "1: *Vertices is expected first" },
    { FORMAT_PAJEK, "*Vertices 2\n*Vertices 2\n", SIM_ERROR_SYNTAX, "2: *Vertices stands once" },
    { FORMAT_PAJEK, "*Vertices 2\n1 \"a\"\n1 \"b\"\n", SIM_ERROR_TOPOLOGY, "3: vertex 1 is there already, at line 2" },
    { FORMAT_PAJEK, "*Vertices 2\n1 \"a\n", SIM_ERROR_SYNTAX, "2: a name without its closing quote" },
    { FORMAT_PAJEK, "*Vertices 2\n*Edges\n1 3\n", SIM_ERROR_TOPOLOGY, "3: vertex 3; 1 to 2 are declared" },
    { FORMAT_PAJEK, "*Vertices 2\n*Edges\n1\n", SIM_ERROR_SYNTAX, "3: one field; a link" },
    { FORMAT_PAJEK, "*Vertices 2\n*Edges\n1 2 x\n", SIM_ERROR_SYNTAX, "3: weight 'x'" },
    { FORMAT_PAJEK, "*Vertices 2\n*Edge\n1 2\n", SIM_ERROR_SYNTAX, "2: '*Edge' is not known" },
    { FORMAT_PAJEK, "*Vertices 2\n*Matrix\n0 1\n", SIM_ERROR_SYNTAX, "3: the file ends before the last row" },
    { FORMAT_PAJEK, "*Vertices 2\n*Matrix\n0 1 1\n", SIM_ERROR_SYNTAX, "3: 3 numbers in a row; 2" },
    { FORMAT_GML, "graph [\n node [ id 1 ]\n node [ id 1 ]\n]\n", SIM_ERROR_TOPOLOGY, "3: node id 1 is there already" },
    { FORMAT_GML, "graph [\n node [\n label \"a\"\n ]\n]\n", SIM_ERROR_SYNTAX, "2: a node without an id" },
    { FORMAT_GML, "graph [\n node [ id 1 ]\n edge [ source 1\n target 2 ]\n]\n",
      SIM_ERROR_TOPOLOGY, "3: a link to node 2" },
    { FORMAT_GML, "graph [\n node [ id 1 ]\n edge [ source 1 ]\n]\n", SIM_ERROR_SYNTAX, "3: an edge without a target" },
    { FORMAT_GML, "graph [\n node [ id a ]\n]\n", SIM_ERROR_SYNTAX, "2: 'a' is neither a number" },
    { FORMAT_GML, "graph [\n node [ id \"1\" ]\n]\n", SIM_ERROR_SYNTAX, "2: id '\"1\"' is not a whole number" },
    { FORMAT_GML, "graph [\n node [ id 1 id 2 ]\n]\n", SIM_ERROR_SYNTAX, "2: id is given twice" },
    { FORMAT_GML, "graph [\n node [ id 1 label \"a\n ]\n]\n", SIM_ERROR_SYNTAX, "2: a string without its closing" },
    { FORMAT_GML, "graph [\n node [ id 1\n",
      SIM_ERROR_SYNTAX, "2: the file ends before the ']' of the list that starts "
      "at line 2" },
    { FORMAT_GML, "graph [\n]\n]\n", SIM_ERROR_SYNTAX, "3: ']' where a key is expected" },
    { FORMAT_GML, "graph [\n directed 2\n]\n", SIM_ERROR_SYNTAX, "2: directed 2; 0 or 1" },
    { FORMAT_GML, "graph [\n node 1\n]\n", SIM_ERROR_SYNTAX, "2: 'node' is not followed by a list" },
    { FORMAT_GML, "graph [\n]\n", SIM_ERROR_TOPOLOGY, "2: it has no nodes" },
    { FORMAT_GML, "Version 1\n", SIM_ERROR_SYNTAX, "1: no 'graph [" },
    { FORMAT_GRAPHML, "<graphml>\n<graph>\n</graph></graphml>", SIM_ERROR_SYNTAX, "2: a graph without edgedefault" },
    { FORMAT_GRAPHML, XML "<node/>\n</graph></graphml>", SIM_ERROR_SYNTAX, "4: a node without an id" },
    { FORMAT_GRAPHML, XML "<node id='a'/>\n<node id='a'/></graph></graphml>",
      SIM_ERROR_TOPOLOGY, "5: node id 'a' is there" },
    { FORMAT_GRAPHML, XML "<node id='a'/>\n<edge source='a' target='b'/></graph></graphml>", SIM_ERROR_TOPOLOGY,
      "5: a link to node 'b'" },
    { FORMAT_GRAPHML, XML "<node id='a'/><edge source='a'/></graph></graphml>",
      SIM_ERROR_SYNTAX, "4: an edge without a t" },
    { FORMAT_GRAPHML, XML "<node id='a'/>\n<edge source='a' target='a'>\n<data key='w'>12.5 km</data></edge></graph>"
      "</graphml>", SIM_ERROR_SYNTAX, "6: '12.5 km' is not of the type of 'w', double" },
    { FORMAT_GRAPHML, XML "<node id='a'><data key='w'>1</data></node></graph></graphml>", SIM_ERROR_SYNTAX,
      "4: data of key 'w', which is not for nodes" },
    { FORMAT_GRAPHML, XML "<hyperedge/></graph></graphml>", SIM_ERROR_SYNTAX, "4: a hyperedge cannot be read" },
    { FORMAT_GRAPHML, XML "<node id='a'>\n<graph edgedefault='directed'/></node></graph></graphml>", SIM_ERROR_SYNTAX,
      "5: a graph within a node" },
    { FORMAT_GRAPHML, XML "<node id='a'/><edge source='a' target='a' directed='true'/></graph></graphml>",
      SIM_ERROR_SYNTAX, "4: directed='true' on an edge" },
    { FORMAT_GRAPHML, XML "<node id='a'>\n</graph></graphml>", SIM_ERROR_SYNTAX, "5: not sound XML" },
    { FORMAT_GRAPHML, XML "<node id='a'/>\n", SIM_ERROR_SYNTAX, "4: not sound XML" },
    { FORMAT_GRAPHML, "<graphml>\n<key id='w' attr.type='complex'/></graphml>", SIM_ERROR_SYNTAX,
      "2: attr.type 'complex' is not known" },
    { FORMAT_GRAPHML, "<graphml xmlns='http://other.example/'>\n</graphml>", SIM_ERROR_SYNTAX, "1: the namespace" },
    { FORMAT_GRAPHML, "<graphml>\n</graphml>", SIM_ERROR_SYNTAX, "2: no <graph> in it" },
    { FORMAT_GRAPHML, "<svg>\n</svg>", SIM_ERROR_SYNTAX, "1: <svg> where <graphml> is expected" },
};

static void a_broken_file_is_refused_with_its_line(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *expected = g_strconcat("/x:", rows[i].message, NULL);
        g_test_message("%s", rows[i].message);
        g_assert_null(written_load(rows[i].text, -1, rows[i].format, &error));
        g_assert_nonnull(error);
        if (!strstr(error->message, expected)) g_test_message("but: %s", error->message);
        g_assert_nonnull(strstr(error->message, expected));
        g_assert_error(error, SIM_ERROR, rows[i].code);
    }
}

static void what_is_no_text_is_refused(void)
{
    static const struct { const char *data; gssize size; int code; const char *message; } files[] = {
        { "", 0, SIM_ERROR_FILE, "the file is empty" },
        { " \r\n\n", 4, SIM_ERROR_FILE, "the file is empty" },
        { "\xef\xbb\xbf", 3, SIM_ERROR_FILE, "the file is empty" },
        { "0 1\n1 \0002\n", 8, SIM_ERROR_SYNTAX, "/x:2: a NUL byte" },
        { "\x1f\x8b\x08 broken", 10, SIM_ERROR_FILE, "the gzip file is broken" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
        for (int format = 0; format < FORMATS; format++) {
            g_autoptr(GError) error = NULL;
            g_assert_null(written_load(files[i].data, files[i].size, (TopologyFormat)format, &error));
            g_assert_error(error, SIM_ERROR, files[i].code);
            g_assert_nonnull(strstr(error->message, files[i].message));
        }
    g_autoptr(GError) missing = NULL, directory = NULL;
    g_assert_null(topology_load("/nonexistent/x", FORMAT_GML, &missing));
    g_assert_error(missing, SIM_ERROR, SIM_ERROR_FILE);
    g_assert_null(topology_load("topologies", FORMAT_GML, &directory));
    g_assert_error(directory, SIM_ERROR, SIM_ERROR_FILE);
    g_assert_nonnull(strstr(directory->message, "is a directory"));
}

static void a_channel_needs_its_nodes_in_the_file_beside(void)
{
    char *directory = written_directory();
    g_autofree char *nodes = g_build_filename(directory, "nodes_x.csv", NULL);
    g_autofree char *channels = g_build_filename(directory, "channels_x.csv", NULL);
    g_autoptr(GError) unknown = NULL, repeated = NULL;
    written_file(channels, "node1_id,node2_id,capacity\n5,3,1\n5,9,1\n", -1);
    written_file(nodes, "id\n5\n3\n", -1);
    g_assert_null(topology_load(channels, FORMAT_LIGHTNING, &unknown));
    g_assert_nonnull(strstr(unknown->message, "channels_x.csv:3: a link to node 9"));
    written_file(nodes, "id\n5\n3\n5\n", -1);
    g_assert_null(topology_load(channels, FORMAT_LIGHTNING, &repeated));
    g_assert_nonnull(strstr(repeated->message, "nodes_x.csv:4: node id 5 is there already"));
    written_away(directory);
}

/* Loads what may be anything: a topology with rows in order, or an error with a message. */
static void load_anything(const char *data, gsize size, TopologyFormat format)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Topology) topology = written_load(data, (gssize)size, format, &error);
    if (!topology) {
        g_assert_nonnull(error);
        g_assert_cmpuint(strlen(error->message), >, 0);
        return;
    }
    g_assert_no_error(error);
    const LinksFound *found = &topology->found;
    g_assert_cmpuint(found->links, ==,
                     found->loops + found->parallel + found->opposite + graph_links(topology->graph));
}

static void no_cut_brings_a_reader_down(gconstpointer data)
{
    size_t s = GPOINTER_TO_SIZE(data), step = g_test_slow() ? 1 : 7;
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(samples[s].path, &text, &size, NULL));
    for (gsize cut = 0; cut < size; cut += step) load_anything(text, cut, samples[s].format);
}

/* Every byte in turn, or some of them, becomes another one. */
static void no_changed_byte_brings_a_reader_down(gconstpointer data)
{
    static const char others[] = { '\0', ' ', '\n', '"', '<', '9', '-', '\xff', ']', '&', 'e' };
    size_t s = GPOINTER_TO_SIZE(data), step = g_test_slow() ? 1 : 31;
    g_autofree char *text = NULL;
    gsize size;
    g_assert_true(g_file_get_contents(samples[s].path, &text, &size, NULL));
    for (gsize i = 0; i < size; i++)
        for (size_t o = i * 5 % step; o < sizeof others; o += step) {
            char old = text[i];
            text[i] = others[o];
            load_anything(text, size, samples[s].format);
            text[i] = old;
        }
}

static void latencies_that_cannot_be_taken_are_refused(void)
{
    static const struct { const char *text, *attribute, *unit; int code; const char *message; } wrong[] = {
        { "0 1 5\n", "wieght", "ms", SIM_ERROR_UNKNOWN, "have no 'wieght'; did you mean 'weight'?" },
        { "0 1\n", "weight", "ms", SIM_ERROR_UNKNOWN, "they have no values at all" },
        { "0 1 5\n", "weight", "m", SIM_ERROR_SYNTAX, "'m' is not a unit of latency" },
        { "0 1 5\n", "weight", NULL, SIM_ERROR_RANGE, "has a weight without a unit" },
        { "0 7 -5\n", "weight", "us", SIM_ERROR_RANGE, "from node 0 (0) to node 1 (7) has weight -5; a finite" },
        { "0 1 1e308\n", "weight", "s", SIM_ERROR_RANGE, "has weight 1e+308; a finite" },
        { "0 1 5\n", "great-circle", NULL, SIM_ERROR_TOPOLOGY, "great-circle needs nodes with longitude" },
    };
    double ns[2];
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(Topology) topology = written_good(wrong[i].text, FORMAT_EDGELIST);
        g_autoptr(GError) error = NULL;
        g_assert_false(topology_latencies(topology, wrong[i].attribute, wrong[i].unit, ns, &error));
        g_test_message("%s", error->message);
        g_assert_error(error, SIM_ERROR, wrong[i].code);
        g_assert_nonnull(strstr(error->message, wrong[i].message));
    }
}

static void latencies_in_texts(void)
{
    static const struct { const char *value, *unit; double ns; const char *message; } texts[] = {
        { "\"1.5 ms\"", NULL, 1.5e6, NULL },      { "\"100us\"", "s", 1e5, NULL },
        { "\"0 ms\"", NULL, 0, NULL },            { "\"7\"", "us", 7e3, NULL },
        { "\"7\"", NULL, 0, "without a unit" },   { "\"-1 ms\"", NULL, 0, "is negative" },
        { "\"1 parsec\"", "ms", 0, "'parsec' is not a unit" },
        { "\"\"", "ms", 0, "has no latency" },    { "NAN", "ms", 0, "has no latency" },
        { "INF", "ms", 0, "has latency inf" },    { "\"nan\"", "ms", 0, "is not a duration" },
        { "3", "km", 15000, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = g_strdup_printf("graph [ node [ id 1 label \"a\" ] node [ id 2 label \"b\" ]\n"
                                                "edge [ source 1 target 2 latency %s ] ]", texts[i].value);
        g_autoptr(Topology) topology = written_good(text, FORMAT_GML);
        g_autoptr(GError) error = NULL;
        double ns[2];
        bool ok = topology_latencies(topology, "latency", texts[i].unit, ns, &error);
        g_test_message("%s: %s", texts[i].value, ok ? "read" : error->message);
        g_assert_true(ok == !texts[i].message);
        if (ok) g_assert_cmpfloat_with_epsilon(ns[1], texts[i].ns, 1e-6);
        else g_assert_nonnull(strstr(error->message, texts[i].message));
        if (!ok) g_assert_nonnull(strstr(error->message, "from node 0 (a) to node 1 (b)"));
    }
}

#define CASE(name) g_test_add_func("/load/faults/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_broken_file_is_refused_with_its_line);
    CASE(what_is_no_text_is_refused);
    CASE(a_channel_needs_its_nodes_in_the_file_beside);
    CASE(latencies_that_cannot_be_taken_are_refused);
    CASE(latencies_in_texts);
    for (size_t s = 0; s < G_N_ELEMENTS(samples); s++) {
        const char *name = topology_format_name(samples[s].format);
        g_autofree char *cut = g_strdup_printf("/load/faults/no_cut_brings_a_reader_down/%s", name);
        g_autofree char *byte = g_strdup_printf("/load/faults/no_changed_byte_brings_a_reader_down/%s", name);
        g_test_add_data_func(cut, GSIZE_TO_POINTER(s), no_cut_brings_a_reader_down);
        g_test_add_data_func(byte, GSIZE_TO_POINTER(s), no_changed_byte_brings_a_reader_down);
    }
    return g_test_run();
}
