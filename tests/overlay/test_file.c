/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "registry.h"

extern const Overlay overlay_file;

/* The kind as a scenario would make it. */
typedef struct { void *config; char *faults; } Made;

static Made make_rule(const char *path, const char *format, const char *directory, const char *disconnected)
{
    const Variant *variant = &overlay_file.variant;
    Faults *faults = faults_new("s.ini");
    Keys *keys = keys_new(faults, "overlay", 3, directory);
    if (path) keys_add(keys, "path", path, 5);
    if (format) keys_add(keys, "format", format, 6);
    if (disconnected) keys_add(keys, "disconnected", disconnected, 7);
    Made made = { g_malloc0(variant->config_size), NULL };
    params_fill(variant->params, keys, made.config);
    if (!faults_count(faults)) variant->check(made.config, keys);
    made.faults = faults_text(faults);
    keys_free(keys);
    faults_free(faults);
    return made;
}

static Made make(const char *path, const char *format, const char *directory)
{
    return make_rule(path, format, directory, NULL);
}

static void unmake(Made *made)
{
    overlay_file.variant.clear(made->config);
    params_clear(overlay_file.variant.params, made->config);
    g_free(made->config);
    g_free(made->faults);
}

static void each_run_has_a_copy_of_its_own(void)
{
    g_autofree char *here = g_get_current_dir();
    Made made = make("topologies/baltic.gml", "gml", here);
    g_assert_cmpstr(made.faults, ==, "");
    g_assert_cmpuint(overlay_file.nodes(made.config), ==, 8);
    g_assert_null(overlay_file.notes(made.config));
    OverlayScope scope = { .nodes = 8, .seed = 1 };
    g_autoptr(Topology) first = overlay_file.build(made.config, &scope, NULL);
    first->graph->links[0].latency = 9;
    g_autoptr(Topology) second = overlay_file.build(made.config, &scope, NULL);
    g_assert_cmpuint(second->graph->links[0].latency, ==, 0);
    g_assert_cmpuint(second->nodes, ==, 8);
    unmake(&made);
    g_assert_cmpstr(second->names[0], ==, "Oslo");          /* outlives the configuration */
    g_assert_cmpstr(topology_column(second, "latency")->name, ==, "latency");
}

static void a_path_stands_against_the_directory_of_the_scenario(void)
{
    g_autofree char *here = g_get_current_dir(), *below = g_build_filename(here, "scenarios", NULL);
    Made made = make("../topologies/baltic.net", "pajek", below);
    g_assert_cmpstr(made.faults, ==, "");
    g_assert_cmpuint(overlay_file.nodes(made.config), ==, 8);
    unmake(&made);
}

static void what_was_left_out_is_told_in_one_line(void)
{
    g_autofree char *here = g_get_current_dir();
    Made made = make("topologies/baltic.orbis", "orbis", here);
    g_assert_cmpstr(overlay_file.notes(made.config), ==,
                    "baltic.orbis: its header says 5 8, the list has 8 nodes and 11 links");
    unmake(&made);
}

static void faults_name_the_key_and_the_line(void)
{
    static const struct { const char *path, *format, *fault; } rows[] = {
        { NULL, "gml", "s.ini:3: [overlay] path: 'path' is missing" },
        { "topologies/baltic.gml", NULL, "s.ini:3: [overlay] format: 'format' is missing" },
        { "topologies/baltic.gml", "gmll", "s.ini:6: [overlay] format: 'gmll' is not a choice; did you mean 'gml'?" },
        { "topologies/none.gml", "gml", "s.ini:5: [overlay] path: 'topologies/none.gml' does not exist" },
        { "topologies", "gml", "is a directory" },
        { "topologies/baltic.gml", "brite", "topologies/baltic.gml:1: 'Topology: ( n Nodes, m Edges )' is expected" },
    };
    g_autofree char *here = g_get_current_dir();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Made made = make(rows[i].path, rows[i].format, here);
        g_test_message("%s", made.faults);
        g_assert_nonnull(strstr(made.faults, rows[i].fault));
        unmake(&made);
    }
}

static void several_components_are_refused_before_the_run(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *directory = g_dir_make_tmp("banyan-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(directory, "two.edgelist", NULL);
    g_assert_true(g_file_set_contents(path, "0 1\n2 3\n", -1, NULL));
    static const struct { const char *rule, *fault; } rows[] = {
        { NULL, "s.ini:5: [overlay] path: the file has 2 components" },
        { "refuse", "s.ini:7: [overlay] disconnected: the file has 2 components" },
        { "keep", NULL }, { "largest", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Made made = make_rule("two.edgelist", "edgelist", directory, rows[i].rule);
        if (rows[i].fault) g_assert_nonnull(strstr(made.faults, rows[i].fault));
        else g_assert_cmpstr(made.faults, ==, "");
        unmake(&made);
    }
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
}

static void the_choices_are_the_formats_in_order(void)
{
    g_auto(GStrv) names = g_strsplit(params_find(overlay_file.variant.params, "format")->choices, "|", -1);
    g_assert_cmpuint(g_strv_length(names), ==, 11);
    g_assert_cmpstr(names[0], ==, "graphml");
    g_assert_cmpstr(names[10], ==, "lightning");
    g_assert_true(overlay_file.from_file);
}

#define CASE(name) g_test_add_func("/overlay/file/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(each_run_has_a_copy_of_its_own);
    CASE(a_path_stands_against_the_directory_of_the_scenario);
    CASE(what_was_left_out_is_told_in_one_line);
    CASE(faults_name_the_key_and_the_line);
    CASE(several_components_are_refused_before_the_run);
    CASE(the_choices_are_the_formats_in_order);
    return g_test_run();
}
