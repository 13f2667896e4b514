/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <unistd.h>

#include "core/error.h"
#include "fixture.h"
#include "graph/load.h"
#include "graph/write.h"

#define ADD(name) g_test_add_func("/write/" #name, name)

static char *directory;

static char *path_of(const char *name)
{
    return g_build_filename(directory, name, NULL);
}

static LinkColumn *column_new(Topology *topology, const char *name)
{
    LinkColumn *column = g_new0(LinkColumn, 1);
    column->name = g_strdup(name);
    g_ptr_array_add(topology->columns, column);
    return column;
}

/* Three nodes in a row with names that no format likes, places, latencies and columns. */
static Topology *awkward(void)
{
    static const char *const texts[] = { "a\"b", "c&<d>", "e\\n\n\x01'" };
    Topology *topology = topology_new(3, drawn(3, "0-1:2 1-2:3"));
    topology->names = g_new0(char *, 3);
    for (int i = 0; i < 3; i++) topology->names[i] = g_strdup(texts[i]);
    topology->x = g_memdup2((double[]){ 0, 1.5, NAN }, 3 * sizeof(double));
    topology->y = g_memdup2((double[]){ 0.1, -2, 4 }, 3 * sizeof(double));
    LinkColumn *cost = column_new(topology, "cost"), *kind = column_new(topology, "kind of link");
    cost->values = g_memdup2((double[]){ 1, 1, 2.5, 2.5 }, 4 * sizeof(double));
    kind->texts = g_new0(char *, 4);
    kind->texts[2] = kind->texts[3] = (char *)"\"w\"";
    return topology;
}

static char *written(const Topology *topology, const char *name)
{
    g_autofree char *path = path_of(name);
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    g_assert_true(topology_write(topology, path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void every_format_escapes_what_it_must(void)
{
    static const struct { const char *name, *text; } rows[] = {
        { "a.graphml",
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
          "  <key id=\"name\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>\n"
          "  <key id=\"x\" for=\"node\" attr.name=\"x\" attr.type=\"double\"/>\n"
          "  <key id=\"y\" for=\"node\" attr.name=\"y\" attr.type=\"double\"/>\n"
          "  <key id=\"latency\" for=\"edge\" attr.name=\"latency\" attr.type=\"string\"/>\n"
          "  <key id=\"c0\" for=\"edge\" attr.name=\"cost\" attr.type=\"double\"/>\n"
          "  <key id=\"c1\" for=\"edge\" attr.name=\"kind of link\" attr.type=\"string\"/>\n"
          "  <graph edgedefault=\"undirected\">\n"
          "    <node id=\"0\"><data key=\"name\">a&quot;b</data><data key=\"x\">0</data>"
          "<data key=\"y\">0.1</data></node>\n"
          "    <node id=\"1\"><data key=\"name\">c&amp;&lt;d&gt;</data><data key=\"x\">1.5</data>"
          "<data key=\"y\">-2</data></node>\n"
          "    <node id=\"2\"><data key=\"name\">e\\n\n\xef\xbf\xbd&apos;</data><data key=\"y\">4</data></node>\n"
          "    <edge source=\"0\" target=\"1\"><data key=\"latency\">2 ms</data><data key=\"c0\">1</data></edge>\n"
          "    <edge source=\"1\" target=\"2\"><data key=\"latency\">3 ms</data><data key=\"c0\">2.5</data>"
          "<data key=\"c1\">&quot;w&quot;</data></edge>\n"
          "  </graph>\n</graphml>\n" },
        { "a.gml",
          "graph [\n  directed 0\n"
          "  node [ id 0 label \"a&quot;b\" x 0 y 0.1 ]\n"
          "  node [ id 1 label \"c&amp;<d>\" x 1.5 y -2 ]\n"
          "  node [ id 2 label \"e\\n\n\xef\xbf\xbd'\" y 4 ]\n"
          "  edge [ source 0 target 1 latency \"2 ms\" cost 1 ]\n"
          "  edge [ source 1 target 2 latency \"3 ms\" cost 2.5 kind_of_link \"&quot;w&quot;\" ]\n]\n" },
        { "a.dot",
          "graph {\n  0 [\"label\"=\"a\\\"b\", \"pos\"=\"0,0.1\"];\n  1 [\"label\"=\"c&<d>\", \"pos\"=\"1.5,-2\"];\n"
          "  2 [\"label\"=\"e\\\\n\\n\xef\xbf\xbd'\"];\n"
          "  0 -- 1 [\"latency\"=\"2 ms\", \"cost\"=\"1\"];\n"
          "  1 -- 2 [\"latency\"=\"3 ms\", \"cost\"=\"2.5\", \"kind of link\"=\"\\\"w\\\"\"];\n}\n" },
        { "a.edges", "# 3 nodes, undirected; a b weight\n0 1 1\n1 2 2.5\n" },
    };
    g_autoptr(Topology) topology = awkward();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = written(topology, rows[i].name);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
}

static void a_bare_graph_has_no_attributes(void)
{
    static const struct { const char *name, *text; } rows[] = {
        { "b.graphml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
                       "  <graph edgedefault=\"undirected\">\n    <node id=\"0\"></node>\n    <node id=\"1\"></node>\n"
                       "    <edge source=\"0\" target=\"1\"></edge>\n  </graph>\n</graphml>\n" },
        { "b.gml", "graph [\n  directed 0\n  node [ id 0 ]\n  node [ id 1 ]\n  edge [ source 0 target 1 ]\n]\n" },
        { "b.dot", "graph {\n  0;\n  1;\n  0 -- 1;\n}\n" },
        { "b.edges", "# 2 nodes, undirected; a b\n0 1\n" },
    };
    g_autoptr(Topology) complete = topology_new(2, NULL), plain = topology_new(2, drawn(2, "0-1"));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = written(plain, rows[i].name), *same = written(complete, rows[i].name);
        g_assert_cmpstr(text, ==, rows[i].text);
        g_assert_cmpstr(same, ==, rows[i].text);
    }
}

static void directions_that_differ_are_both_written(void)
{
    g_autoptr(Topology) topology = topology_new(2, drawn(2, "0-1:2"));
    graph_set_latency(topology->graph, 1, 5 * SIM_S);
    static const struct { const char *name, *part; } rows[] = {
        { "d.gml", "  edge [ source 0 target 1 latency \"2 ms\" ]\n  edge [ source 1 target 0 latency \"5 s\" ]\n" },
        { "d.dot", "  0 -> 1 [\"latency\"=\"2 ms\"];\n  1 -> 0 [\"latency\"=\"5 s\"];\n" },
        { "d.edges", "# 2 nodes, directed; from to latency in ms\n0 1 2\n1 0 5000\n" },
        { "d.graphml", "<graph edgedefault=\"directed\">" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = written(topology, rows[i].name);
        g_assert_nonnull(strstr(text, rows[i].part));
    }
    g_autofree char *gml = written(topology, "d.gml"), *dot = written(topology, "d.dot");
    g_assert_nonnull(strstr(gml, "directed 1"));
    g_assert_true(g_str_has_prefix(dot, "digraph {"));
}

/* A gap in the weights makes them no column of an edge list. */
static void an_edge_list_has_all_weights_or_none(void)
{
    g_autoptr(Topology) topology = topology_new(3, drawn(3, "0-1 1-2"));
    column_new(topology, "w")->values = g_memdup2((double[]){ 1, 1, NAN, NAN }, 4 * sizeof(double));
    g_autofree char *text = written(topology, "w.edges");
    g_assert_cmpstr(text, ==, "# 3 nodes, undirected; a b\n0 1\n1 2\n");
}

static void assert_same(const Topology *a, const Topology *b)
{
    const Graph *g = a->graph, *h = b->graph;
    g_assert_cmpuint(a->nodes, ==, b->nodes);
    g_assert_cmpmem(g->first, (g->nodes + 1) * sizeof *g->first, h->first, (h->nodes + 1) * sizeof *h->first);
    for (uint32_t i = 0; i < g->first[g->nodes]; i++) g_assert_cmpuint(g->links[i].to, ==, h->links[i].to);
}

static Topology *loaded(const char *name, TopologyFormat format)
{
    g_autofree char *path = path_of(name);
    g_autoptr(GError) error = NULL;
    Topology *topology = topology_load(path, format, &error);
    g_assert_no_error(error);
    return topology;
}

static void what_was_written_reads_back(void)
{
    static const struct { const char *name; TopologyFormat format; } rows[] = {
        { "r.graphml", FORMAT_GRAPHML }, { "r.gml", FORMAT_GML }, { "r.edges", FORMAT_EDGELIST },
    };
    g_autoptr(Topology) topology = topology_new(80, random_graph(80, 400, 3));
    draw_latencies(topology->graph, 1000000, 1);
    graph_set_latency(topology->graph, 3, 123456789);
    topology->geographic = true;
    topology->x = g_new(double, 80);
    topology->y = g_new(double, 80);
    for (int i = 0; i < 80; i++) topology->x[i] = i / 3.0, topology->y[i] = -i / 7.0;
    topology->names = g_new0(char *, 80);
    for (int i = 0; i < 80; i++) topology->names[i] = g_strdup_printf("node \"%d\" & <é>", i);
    for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
        g_autofree char *text = written(topology, rows[r].name);
        g_autoptr(Topology) back = loaded(rows[r].name, rows[r].format);
        uint32_t total = topology->graph->first[80];
        g_autofree double *latencies = g_new(double, total);
        g_autoptr(GError) error = NULL;
        bool edges = rows[r].format == FORMAT_EDGELIST;
        assert_same(topology, back);
        g_assert_true(topology_latencies(back, edges ? "weight" : "latency", edges ? "ms" : NULL, latencies, &error));
        g_assert_no_error(error);
        for (uint32_t i = 0; i < total; i++)
            g_assert_cmpfloat(fabs(latencies[i] - (double)graph_latency(topology->graph, i)), <, 1);
        if (edges) continue;
        g_assert_true(back->geographic);
        for (int i = 0; i < 80; i++) {
            g_assert_cmpfloat(back->x[i], ==, topology->x[i]);
            g_assert_cmpfloat(back->y[i], ==, topology->y[i]);
            g_assert_cmpstr(back->names[i], ==, topology->names[i]);
        }
    }
}

static void assert_refused(const Topology *topology, const char *name, int code)
{
    g_autofree char *path = path_of(name);
    g_autoptr(GError) error = NULL;
    g_assert_false(topology_write(topology, path, &error));
    g_assert_error(error, SIM_ERROR, code);
    g_assert_true(g_str_has_prefix(error->message, path));
}

static void what_cannot_be_written_is_said(void)
{
    g_autoptr(Topology) topology = topology_new(2, drawn(2, "0-1")), large = topology_new(20001, NULL);
    assert_refused(topology, "a.pdf", SIM_ERROR_UNKNOWN);
    assert_refused(topology, "gml", SIM_ERROR_UNKNOWN);
    assert_refused(topology, "missing/a.gml", SIM_ERROR_FILE);
    assert_refused(large, "a.gml", SIM_ERROR_TOPOLOGY);
}

static void a_full_disk_is_the_machines_fault(void)
{
    g_autoptr(Topology) topology = topology_new(2, drawn(2, "0-1"));
    g_autofree char *path = path_of("full.gml");
    if (access("/dev/full", W_OK) != 0) {
        g_test_skip("no /dev/full");
        return;
    }
    g_assert_cmpint(symlink("/dev/full", path), ==, 0);
    assert_refused(topology, "full.gml", SIM_ERROR_MACHINE);
    g_assert_cmpint(g_unlink(path), ==, 0);
}

/* The file beside is in the way of itself here. */
static void an_older_file_outlives_a_failure(void)
{
    g_autoptr(Topology) topology = topology_new(2, drawn(2, "0-1"));
    g_autofree char *path = path_of("old.gml"), *beside = path_of("old.gml.part"), *text = NULL;
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_cmpint(g_mkdir(beside, 0700), ==, 0);
    assert_refused(topology, "old.gml", SIM_ERROR_FILE);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "old");
    g_assert_cmpint(g_rmdir(beside), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    directory = g_dir_make_tmp("banyan-write-XXXXXX", NULL);
    g_assert_nonnull(directory);
    ADD(every_format_escapes_what_it_must);
    ADD(a_bare_graph_has_no_attributes);
    ADD(directions_that_differ_are_both_written);
    ADD(an_edge_list_has_all_weights_or_none);
    ADD(what_was_written_reads_back);
    ADD(what_cannot_be_written_is_said);
    ADD(a_full_disk_is_the_machines_fault);
    ADD(an_older_file_outlives_a_failure);
    int failed = g_test_run();
    g_autoptr(GDir) left = g_dir_open(directory, 0, NULL);
    for (const char *name; left && (name = g_dir_read_name(left)); ) {
        g_autofree char *path = path_of(name);
        (void)g_unlink(path);
    }
    (void)g_rmdir(directory);
    g_free(directory);
    return failed;
}
