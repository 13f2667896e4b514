/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <math.h>

#include "samples.h"
#include "written.h"

enum { LINKS = 11 };
static const struct { NodeId a, b; double ms; } baltic[LINKS] = {
    { 0, 1, 12 }, { 0, 2, 31 }, { 1, 2, 20 }, { 1, 3, 8 }, { 2, 4, 17 }, { 3, 4, 25 },
    { 3, 5, 14 }, { 4, 6, 9 }, { 5, 6, 22 }, { 5, 7, 11 }, { 6, 7, 18 },
};

static void every_format_gives_the_same_network(gconstpointer data)
{
    size_t s = GPOINTER_TO_SIZE(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(Topology) topology = topology_load(samples[s].path, samples[s].format, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(topology->nodes, ==, 8);
    g_assert_cmpuint(graph_links(topology->graph), ==, LINKS);
    double ns[2 * LINKS];
    if (samples[s].column)
        g_assert_true(topology_latencies(topology, samples[s].column, samples[s].unit, ns, &error));
    for (int i = 0; i < LINKS; i++) {
        uint32_t there = graph_find(topology->graph, baltic[i].a, baltic[i].b);
        uint32_t back = graph_find(topology->graph, baltic[i].b, baltic[i].a);
        g_assert_cmpuint(there, !=, UINT32_MAX);
        if (!samples[s].column) continue;
        g_assert_cmpfloat(ns[there], ==, baltic[i].ms * 1e6);
        g_assert_cmpfloat(ns[back], ==, baltic[i].ms * 1e6);
    }
}

static void names_and_places_are_those_of_the_file(void)
{
    static const TopologyFormat named[] = { FORMAT_GRAPHML, FORMAT_GML, FORMAT_PAJEK };
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        g_autoptr(Topology) topology = topology_load(samples[named[i]].path, named[i], NULL);
        g_assert_cmpstr(topology->names[0], ==, "Oslo");
        g_assert_cmpstr(topology->names[7], ==, "Vilnius");
        g_assert_cmpfloat(topology->x[7], ==, 25.28);
        g_assert_cmpfloat(topology->y[7], ==, 54.69);
        g_assert_true(topology->geographic == (named[i] != FORMAT_PAJEK));
    }
    g_autoptr(Topology) plain = topology_load("topologies/baltic.edgelist", FORMAT_EDGELIST, NULL);
    g_assert_null(plain->names);
    g_assert_null(plain->x);
}

/* One text in every dress a file may wear. */
static void byte_order_mark_line_ends_and_gzip_change_nothing(gconstpointer data)
{
    size_t s = GPOINTER_TO_SIZE(data);
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(samples[s].path, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    g_autofree char *crlf = g_strjoinv("\r\n", lines), *marked = g_strconcat("\xef\xbb\xbf", crlf, NULL);
    g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
    char packed[4096];
    gsize read, size;
    g_assert_cmpint(g_converter_convert(G_CONVERTER(gzip), marked, strlen(marked), packed, sizeof packed,
                                        G_CONVERTER_INPUT_AT_END, &read, &size, NULL), ==, G_CONVERTER_FINISHED);
    const struct { const char *data; gssize size; } dresses[] = {
        { crlf, -1 }, { marked, -1 }, { packed, (gssize)size }
    };
    for (size_t i = 0; i < G_N_ELEMENTS(dresses); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Topology) topology = written_load(dresses[i].data, dresses[i].size, samples[s].format, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(topology->nodes, ==, 8);
        g_assert_cmpuint(topology->found.links - topology->found.opposite, ==, LINKS);
        g_assert_cmpuint(graph_links(topology->graph), ==, LINKS);
        if (samples[s].column) g_assert_nonnull(topology_column(topology, samples[s].column));
    }
}

static void ids_with_holes_are_nodes_by_rank(void)
{
    g_autoptr(Topology) topology =
        written_good("18446744073709551615 4000000\n7 4000000\n\n% end\n7 7\n", FORMAT_EDGELIST);
    g_assert_cmpuint(topology->nodes, ==, 3);
    g_assert_cmpstr(topology->names[0], ==, "7");
    g_assert_cmpstr(topology->names[1], ==, "4000000");
    g_assert_cmpstr(topology->names[2], ==, "18446744073709551615");
    g_assert_cmpuint(graph_degree(topology->graph, 1), ==, 2);
    g_assert_cmpuint(topology->found.loops, ==, 1);
    g_autoptr(Topology) small = written_good("9 4\n4 2\n", FORMAT_EDGELIST);
    g_assert_cmpuint(small->nodes, ==, 3);
    g_assert_cmpstr(small->names[0], ==, "2");
    g_assert_cmpstr(small->names[2], ==, "9");
    g_assert_cmpuint(graph_find(small->graph, 1, 2), !=, UINT32_MAX);
}

static double value(const Topology *topology, const char *name, NodeId a, NodeId b)
{
    return topology_column(topology, name)->values[graph_find(topology->graph, a, b)];
}

static void parallel_links_keep_the_lowest_value_of_each_direction(void)
{
    g_autoptr(Topology) topology = written_good("0 1 5\n0 1 3\n1 0 9\n1 2 4\n0 0 1\n0 1 8\n", FORMAT_EDGELIST);
    g_assert_cmpuint(graph_links(topology->graph), ==, 2);
    g_assert_cmpuint(topology->found.links, ==, 6);
    g_assert_cmpuint(topology->found.loops, ==, 1);
    g_assert_cmpuint(topology->found.parallel, ==, 2);
    g_assert_cmpuint(topology->found.opposite, ==, 1);
    g_assert_cmpfloat(value(topology, "weight", 0, 1), ==, 3);
    g_assert_cmpfloat(value(topology, "weight", 1, 0), ==, 9);
    g_assert_cmpfloat(value(topology, "weight", 1, 2), ==, 4);
    g_assert_cmpfloat(value(topology, "weight", 2, 1), ==, 4);     /* only listed the other way */
    g_assert_cmpstr(topology->notes->str, ==, "1 link of a node to itself left out\n"
                    "2 parallel links merged, the lowest value kept\n"
                    "1 link listed in both directions, each with its own values\n");
}

static void undirected_parallel_links_keep_the_shortest_text(void)
{
    g_autoptr(Topology) topology = written_good(
        "graph [ node [ id 5 ] node [ id 3 ] edge [ source 5 target 3 latency \"2 ms\" ]\n"
        "edge [ source 3 target 5 latency \"900 us\" ] edge [ source 5 target 3 ] ]", FORMAT_GML);
    double ns[2];
    g_assert_true(topology_latencies(topology, "latency", NULL, ns, NULL));
    g_assert_cmpfloat(ns[0], ==, 900e3);
    g_assert_cmpfloat(ns[1], ==, 900e3);
    g_assert_cmpuint(topology->found.parallel, ==, 2);
    g_assert_cmpstr(topology->names[0], ==, "5");
}

static void graphml_in_unusual_dress(void)
{
    g_autoptr(Topology) topology = written_good(
        "<?xml version='1.0'?><!DOCTYPE graphml SYSTEM \"file:///etc/passwd\">\n"
        "<graphml><!-- <node id='c'/> --><key id='w' for='edge' attr.name='w' attr.type='integer'>"
        "<default>7</default></key><key id='n' for='node' attr.name='name' attr.type='string'/>"
        "<graph edgedefault='directed'><edge source='b' target='a'/><node id='a'><data key='n'><![CDATA[A & B]]>"
        "</data></node><node id='b'><port name='p'/></node><edge source='a' target='b'><data key='w'> 3 </data>"
        "</edge><edge source='a' target='a'><data key='u'>x</data></edge></graph><graph edgedefault='directed'/>"
        "</graphml>", FORMAT_GRAPHML);
    g_assert_cmpuint(topology->nodes, ==, 2);
    g_assert_cmpstr(topology->names[0], ==, "A & B");
    g_assert_cmpstr(topology->names[1], ==, "b");
    g_assert_cmpfloat(value(topology, "w", 0, 1), ==, 3);
    g_assert_cmpfloat(value(topology, "w", 1, 0), ==, 7);
    g_assert_cmpstr(topology->notes->str, ==, "2 graphs in the file; the first is read\n"
                    "1 key has the type integer; read as int\n"
                    "1 data element of a key that is not declared left out\n"
                    "1 link of a node to itself left out\n"
                    "1 link listed in both directions, each with its own values\n");
}

static void graphml_may_say_its_encoding(void)
{
    g_autoptr(Topology) topology = written_good(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><graphml><key id='n' for='node' attr.name='label'/>"
        "<graph edgedefault='undirected'><node id='a'><data key='n'>\xd6lme</data></node></graph></graphml>",
        FORMAT_GRAPHML);
    g_assert_cmpstr(topology->names[0], ==, "\xc3\x96lme");
}

static void gml_in_unusual_dress(void)
{
    g_autoptr(Topology) topology = written_good(
        "Creator \"me ]\"\nVersion 1\n# graph [\ngraph\n[\n  directed 1 stats [ nodes 9 node [ id 4 ] ]\n"
        "edge [ source 4294967296 target 1 bw 10000000000 nested [ id 3 ] ]\n"
        "node [ id 4294967296 label \"a &amp; b & &#233;\ntwo lines\" label \"again\" ]\nnode [ id 1 x INF ] ]\n"
        "graph [ node [ id 1 ] ]", FORMAT_GML);
    g_assert_cmpuint(topology->nodes, ==, 2);
    g_assert_true(g_str_has_prefix(topology->names[0], "a & b"));
    g_assert_cmpstr(topology->names[1], ==, "1");
    g_assert_cmpfloat(value(topology, "bw", 0, 1), ==, 1e10);
    g_assert_cmpfloat(value(topology, "bw", 1, 0), ==, 1e10);
    g_assert_nonnull(strstr(topology->notes->str, "2 graphs in the file"));
    g_assert_nonnull(strstr(topology->notes->str, "1 key is given twice"));
    g_assert_nonnull(strstr(topology->notes->str, "1 list within nodes and links not used"));
}

static void pajek_in_all_its_parts(void)
{
    g_autoptr(Topology) topology = written_good(
        "*Network n\n% comment\n*Vertices 5\n1 \"one \xc3\xa9\" 0.1 0.2 box\n3 three\n*Arcslist\n1 2 3\n"
        "*Edgeslist\n4 5\n*Arcs\n2 1 2.5 c Blue\n*Edges\n4 1\n", FORMAT_PAJEK);
    g_assert_cmpuint(topology->nodes, ==, 5);
    g_assert_cmpstr(topology->names[0], ==, "one \xc3\xa9");
    g_assert_cmpstr(topology->names[1], ==, "2");
    g_assert_cmpstr(topology->names[2], ==, "three");
    g_assert_cmpuint(graph_links(topology->graph), ==, 4);
    g_assert_cmpfloat(value(topology, "weight", 1, 0), ==, 2.5);
    g_autoptr(Topology) matrix = written_good("*Vertices 2\n*Matrix\n0 1.5\n2 0\n", FORMAT_PAJEK);
    g_assert_cmpfloat(value(matrix, "weight", 0, 1), ==, 1.5);
    g_assert_cmpfloat(value(matrix, "weight", 1, 0), ==, 2);
}

static void directed_brite_keeps_the_direction(void)
{
    g_autoptr(Topology) topology = written_good(
        "Topology: ( 2 Nodes, 2 Edges )\nModel (1 - RTWaxman): 2\n\nNodes: ( 2 )\n7 1 2 0 0 -1 RT_NODE\n"
        "9 1 3 0 0 -1 RT_NODE\n\nEdges: ( 2 )\n0 7 9 1 2 3 -1 -1 E_RT D\n1 9 7 4 5 6 -1 -1 E_RT D\n", FORMAT_BRITE);
    g_assert_cmpfloat(value(topology, "delay", 0, 1), ==, 2);
    g_assert_cmpfloat(value(topology, "delay", 1, 0), ==, 5);
    g_assert_cmpstr(topology->names[1], ==, "9");
}

static void channels_without_a_file_of_nodes(void)
{
    g_autoptr(Topology) topology =
        written_good("capacity,node2_id,id,node1_id\r\n500000000000, 70 ,0,3\r\n1,3,1,70", FORMAT_LIGHTNING);
    g_assert_cmpuint(topology->nodes, ==, 2);
    g_assert_cmpstr(topology->names[1], ==, "70");
    g_assert_cmpfloat(value(topology, "capacity", 0, 1), ==, 1);
    g_assert_nonnull(strstr(topology->notes->str, "no file of nodes"));
}

static void a_wrong_header_is_told(void)
{
    g_autoptr(Topology) list = written_good("# Nodes: 9 Edges: 1\n1 2\n", FORMAT_EDGELIST);
    g_assert_cmpstr(list->notes->str, ==, "its header says Nodes: 9, the list has 2\n");
    g_autoptr(Topology) itm = written_good(
        "GRAPH (#nodes #edges):\n3 7 x\nVERTICES (index name u v):\n0 a 1 1\n1 b 2 2\nEDGES (from to length):\n0 1 5\n",
        FORMAT_GT_ITM);
    g_assert_cmpstr(itm->notes->str, ==, "its header says 3 nodes, the list has 2\n"
                    "its header says 7 links, the list has 1\n");
}

/* A bomb of entities and a reference to the machine's files are refused unread. */
static void entities_do_no_harm(void)
{
    GString *bomb = g_string_new("<?xml version=\"1.0\"?>\n<!DOCTYPE graphml [\n<!ENTITY a0 \"lol\">\n");
    for (int i = 1; i < 12; i++)
        g_string_append_printf(bomb, "<!ENTITY a%d \"&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;\">\n", i, i - 1,
                               i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    g_string_append(bomb, "]><graphml><graph edgedefault='directed'><node id='&a11;'/></graph></graphml>");
    const char *const texts[] = {
        bomb->str,
        "<!DOCTYPE graphml [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><graphml><graph edgedefault='directed'>"
        "<node id='&x;'/></graph></graphml>",
        "<graphml><graph edgedefault='directed'><node id='&x;'/></graph></graphml>",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(written_load(texts[i], -1, FORMAT_GRAPHML, &error));
        g_assert_error(error, SIM_ERROR, SIM_ERROR_SYNTAX);
        g_assert_nonnull(strstr(error->message, i < 2 ? "a declaration of entities" : "not sound XML"));
    }
    g_string_free(bomb, TRUE);
}

static void a_copy_is_its_own(void)
{
    g_autoptr(Topology) topology = topology_load("topologies/baltic.gml", FORMAT_GML, NULL);
    g_autoptr(Topology) copy = topology_copy(topology);
    g_assert_true(copy->graph->links != topology->graph->links);
    g_assert_cmpmem(copy->graph->links, 2 * LINKS * sizeof(Link), topology->graph->links, 2 * LINKS * sizeof(Link));
    copy->graph->links[0].latency = 1;
    g_assert_cmpuint(topology->graph->links[0].latency, ==, 0);
    topology_free(g_steal_pointer(&topology));
    g_assert_cmpstr(copy->names[7], ==, "Vilnius");
    g_assert_cmpstr(topology_column(copy, "latency")->texts[0], ==, "12 ms");
}

static void guesses(void)
{
    static const struct { const char *text; TopologyFormat format; const char *message; } rows[] = {
        { "0 1\n1 2\n", FORMATS, "reads as edgelist or orbis" },
        { "# c\n0 1\n1 2\n", FORMAT_EDGELIST, NULL },
        { "0 1 5\n1 2 6\n", FORMATS, "reads as edgelist or rocketfuel" },
        { "a b 5\nb c 6\n", FORMAT_ROCKETFUEL, NULL },
        { "2 1\n0 5 5\n1 6 6\n0 1 7\n", FORMAT_INET, NULL },
        { "2 1\nR 0 5 5\nN 1 6 6\n0 1 7\n", FORMAT_INET, NULL },
        { "Creator 1 graph [ ]", FORMAT_GML, NULL },
        { "*vertices 1\n", FORMAT_PAJEK, NULL },
        { "<?xml version='1.0'?><nodelist/>", FORMATS, "reads as none" },
        { "hello\n", FORMATS, "reads as none" },
    };
    char *directory = written_directory();
    g_autofree char *path = g_build_filename(directory, "x", NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *reason = NULL;
        g_autoptr(GError) error = NULL;
        TopologyFormat format = FORMATS;
        written_file(path, rows[i].text, -1);
        bool guessed = topology_guess(path, &format, &reason, &error);
        g_test_message("%s", guessed ? reason : error->message);
        g_assert_true(guessed == !rows[i].message);
        g_assert_cmpint(format, ==, rows[i].format);
        if (!guessed) g_assert_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN);
        if (!guessed) g_assert_nonnull(strstr(error->message, rows[i].message));
    }
    written_away(directory);
}

static void a_name_that_contradicts_the_content_is_refused(void)
{
    char *directory = written_directory();
    g_autofree char *path = g_build_filename(directory, "x.gml", NULL), *reason = NULL;
    g_autoptr(GError) error = NULL;
    TopologyFormat format;
    written_file(path, "*Vertices 1\n", -1);
    g_assert_false(topology_guess(path, &format, &reason, &error));
    g_assert_nonnull(strstr(error->message, "its name says gml, its content pajek"));
    written_away(directory);
}

static void every_sample_is_guessed_right(void)
{
    for (size_t s = 0; s < G_N_ELEMENTS(samples); s++) {
        g_autofree char *reason = NULL;
        TopologyFormat format;
        g_assert_true(topology_guess(samples[s].path, &format, &reason, NULL));
        g_assert_cmpint(format, ==, samples[s].format);
    }
}

#define CASE(name) g_test_add_func("/load/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (size_t s = 0; s < G_N_ELEMENTS(samples); s++) {
        const char *name = topology_format_name(samples[s].format);
        g_autofree char *same = g_strdup_printf("/load/every_format_gives_the_same_network/%s", name);
        g_autofree char *dress = g_strdup_printf("/load/byte_order_mark_line_ends_and_gzip_change_nothing/%s", name);
        g_test_add_data_func(same, GSIZE_TO_POINTER(s), every_format_gives_the_same_network);
        g_test_add_data_func(dress, GSIZE_TO_POINTER(s), byte_order_mark_line_ends_and_gzip_change_nothing);
    }
    CASE(names_and_places_are_those_of_the_file);
    CASE(ids_with_holes_are_nodes_by_rank);
    CASE(parallel_links_keep_the_lowest_value_of_each_direction);
    CASE(undirected_parallel_links_keep_the_shortest_text);
    CASE(graphml_in_unusual_dress);
    CASE(graphml_may_say_its_encoding);
    CASE(gml_in_unusual_dress);
    CASE(pajek_in_all_its_parts);
    CASE(directed_brite_keeps_the_direction);
    CASE(channels_without_a_file_of_nodes);
    CASE(a_wrong_header_is_told);
    CASE(entities_do_no_harm);
    CASE(a_copy_is_its_own);
    CASE(guesses);
    CASE(a_name_that_contradicts_the_content_is_refused);
    CASE(every_sample_is_guessed_right);
    return g_test_run();
}
