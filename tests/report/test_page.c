/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "core/error.h"
#include "experiment/version.h"
#include "report/page_replay.h"
#include "report/page_write.h"
#include "plot_results.h"

static char *two[] = { "tree", "mesh", NULL }, *plain[] = { "{}", NULL };

static char *page_of(const Made *made, PageFormat format)
{
    g_autoptr(GError) error = NULL;
    char *text = page_text(made->directory, format, &error);
    g_assert_no_error(error);
    return text;
}

static void a_database(Made *made, gconstpointer unused)
{
    (void)unused;
    made_new(made, NULL);
    made_exec(made, "PRAGMA application_id = 1111576153; PRAGMA user_version = " G_STRINGIFY(BANYAN_SCHEMA) ";"
                    "INSERT INTO meta VALUES('seed', '7'), ('version', '0.1.0'), ('schema', '1'), ('stem', 'storms'),"
                    "('hash', 'abc'), ('title', 'Storms')");
    made_scenario(made, "# Who is\n# reached?\n#\n# Second thought.\n\n[scenario]\ntitle = Storms\n[overlay]\n"
                        "kind = ring\nnodes = 6\n");
    made_runs(made, two, plain);
}

static void it_says_question_answer_set_up_and_how_to_repeat(Made *made, gconstpointer unused)
{
    static const char *const parts[] = {
        "<h1>Storms</h1>", "<p>Who is reached?</p>\n<p>Second thought.</p>", "<h3>delivery ratio</h3>",
        ">mesh delivers 20", "overlay: ring (", "nodes = 6", "<td>seed</td><td>7</td>", "<td>abc</td>",
        "banyan run storms.ini --seed 7 --replications ", "Nothing failed", "<figure>\n<svg",
    };
    (void)unused;
    g_autofree char *text = page_of(made, PAGE_HTML);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_test_message("%s", parts[i]);
        g_assert_nonnull(strstr(text, parts[i]));
    }
}

static void it_fetches_nothing(Made *made, gconstpointer unused)
{
    (void)unused;
    made_overlay(made, 0);
    g_autofree char *text = page_of(made, PAGE_HTML);
    g_assert_nonnull(strstr(text, "default-src 'none'"));
    g_assert_null(strstr(text, "src="));
    g_assert_null(strstr(text, "@import"));
    g_assert_false(g_regex_match_simple("href=.(?!data:,|#)", text, 0, 0));
}

static void other_formats_have_the_same_parts(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autofree char *markdown = page_of(made, PAGE_MARKDOWN), *tex = page_of(made, PAGE_LATEX);
    g_assert_true(g_str_has_prefix(markdown, "# Storms\n\n## Question\n\nWho is reached?\n\n"));
    g_assert_nonnull(strstr(markdown, "![delivery-ratio.svg](plots/delivery-ratio.svg)"));
    g_assert_nonnull(strstr(markdown, "    banyan run storms.ini --seed 7 --replications "));
    g_assert_nonnull(strstr(tex, "\\section{Storms}\n\n\\subsection{Question}\n\nWho is reached?\n\n"));
    g_assert_nonnull(strstr(tex, "\\includegraphics[width=\\linewidth,height=.9\\textheight,keepaspectratio]{plots/delivery-ratio.pdf}"));
}

static void texts_are_texts(void)
{
    static const struct { const char *text, *html, *markdown, *latex; } rows[] = {
        { "<script>x</script>", "&lt;script&gt;x&lt;/script&gt;", "&lt;script\\>x&lt;/script\\>",
          "\\textless{}script\\textgreater{}x\\textless{}/script\\textgreater{}" },
        { "\"a\" & 'b'", "&quot;a&quot; &amp; &apos;b&apos;", "\\\"a\\\" &amp; \\'b\\'",
          "{\\ttfamily\\symbol{34}}a{\\ttfamily\\symbol{34}} \\& 'b'" },
        { "\\input{x} $1$ 5 %", "\\input{x} $1$ 5 %", "\\\\input\\{x\\} \\$1\\$ 5 %",
          "\\textbackslash{}input\\{x\\} \\$1\\$ 5 \\%" },
        { "[a](b) `c` *d* #", "[a](b) `c` *d* #", "\\[a\\]\\(b\\) \\`c\\` \\*d\\* \\#",
          "[a](b) \\textasciigrave{}c\\textasciigrave{} *d* \\#" },
        { "a\033[2Jb", "a?[2Jb", "a?\\[2Jb", "a?[2Jb" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *html = page_escape(PAGE_HTML, rows[i].text), *latex = page_escape(PAGE_LATEX, rows[i].text);
        g_autofree char *markdown = page_escape(PAGE_MARKDOWN, rows[i].text);
        g_assert_cmpstr(html, ==, rows[i].html);
        g_assert_cmpstr(markdown, ==, rows[i].markdown);
        g_assert_cmpstr(latex, ==, rows[i].latex);
    }
}

static void hostile_texts_stay_in_their_place(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "# </p><script>question</script>\n[scenario]\ntitle = </title><script>title</script>\n"
                        "[workload x]\nkind = </li><script>kind</script>\n");
    made_exec(made, "UPDATE run SET variant = '</td><script>variant</script>' WHERE variant = 'mesh';"
                    "INSERT INTO event VALUES(0, 1, '</script><script>failure</script>', 'down', 1, NULL)");
    made_overlay(made, 0);
    made_exec(made, "UPDATE delivery SET workload = '</script><!--<script>alert(1)//'");
    g_autofree char *text = page_of(made, PAGE_HTML), *tex = page_of(made, PAGE_LATEX);
    guint scripts = 0;
    for (const char *at = text; (at = strstr(at, "<script")); at++) scripts++;
    g_assert_cmpuint(scripts, ==, 2);                               /* the data and the replay */
    g_assert_null(strstr(text, "<!--"));
    g_assert_nonnull(strstr(tex, "\\textless{}script\\textgreater{}question"));
}

static JsonNode *replay_of(const Made *made)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(PlotData) data = plot_data_open(made->directory, &error);
    g_assert_no_error(error);
    g_autofree char *shown = NULL, *json = page_replay(data, &shown, &error);
    g_assert_no_error(error);
    JsonNode *node = *json ? json_from_string(json, &error) : NULL;
    g_assert_no_error(error);
    return node;
}

static void a_replay_has_what_the_tables_have(Made *made, gconstpointer unused)
{
    (void)unused;
    made_overlay(made, 0);
    g_autoptr(JsonNode) root = replay_of(made);
    JsonArray *runs = json_object_get_array_member(json_node_get_object(root), "runs");
    g_assert_cmpuint(json_array_get_length(runs), ==, 1);
    JsonObject *run = json_array_get_object_element(runs, 0);
    JsonArray *publications = json_object_get_array_member(run, "publications");
    g_assert_cmpint(json_object_get_int_member(run, "nodes"), ==, 6);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(run, "links")), ==, 10);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(run, "events")), ==, 3);
    g_assert_cmpuint(json_array_get_length(publications), ==, 2);
    JsonObject *last = json_array_get_object_element(publications, 0);      /* the latest comes first */
    g_assert_cmpstr(json_object_get_string_member(last, "workload"), ==, "news");
    g_assert_cmpint(json_object_get_int_member(last, "source"), ==, 0);
    g_assert_cmpfloat(json_array_get_double_element(json_object_get_array_member(last, "times"), 0), ==, 5.1);
    g_assert_cmpstr(json_object_get_string_member(run, "note"), ==, "");
}

/* Node 5 publishes and gets nothing; one whose source is not in the picture has none. */
static void a_replay_knows_who_published(Made *made, gconstpointer unused)
{
    (void)unused;
    made_overlay(made, 0);
    made_exec(made, "UPDATE publication SET source = 5 WHERE publication = 0; UPDATE publication SET source = 77 WHERE publication = 1");
    g_autoptr(JsonNode) root = replay_of(made);
    JsonArray *runs = json_object_get_array_member(json_node_get_object(root), "runs");
    JsonArray *publications = json_object_get_array_member(json_array_get_object_element(runs, 0), "publications");
    g_assert_cmpint(json_object_get_int_member(json_array_get_object_element(publications, 0), "source"), ==, -1);
    g_assert_cmpint(json_object_get_int_member(json_array_get_object_element(publications, 1), "source"), ==, 5);
}

static void what_is_too_much_is_left_out_and_said(Made *made, gconstpointer unused)
{
    (void)unused;
    made_exec(made, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 3000) "
                    "INSERT INTO node SELECT 0, i, NULL, i % 60, i / 60 FROM n;"
                    "INSERT INTO link SELECT 0, node - 1, node, 1 FROM node WHERE node > 0;"
                    "INSERT INTO delivery SELECT 0, 'news', p.value, node, p.value, p.value + 0.5, 1 FROM node, "
                    "json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]') p WHERE node > 0");
    g_autoptr(JsonNode) root = replay_of(made);
    JsonArray *runs = json_object_get_array_member(json_node_get_object(root), "runs");
    JsonObject *run = json_array_get_object_element(runs, 0);
    g_assert_cmpint(json_object_get_int_member(run, "nodes"), ==, 2000);
    g_assert_cmpstr(json_object_get_string_member(run, "note"), ==, "shows 2000 of 3000 nodes, 10 of 20 publications");
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(run, "publications")), ==, 10);
}

static void runs_without_an_overlay_are_told(Made *made, gconstpointer unused)
{
    (void)unused;
    g_assert_null(replay_of(made));
    g_autofree char *text = page_of(made, PAGE_HTML);
    g_assert_nonnull(strstr(text, "No run recorded its overlay"));
}

static void results_that_cannot_be_used_are_refused(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GError) error = NULL;
    g_autofree char *none = g_build_filename(made->directory, "none", NULL);
    g_assert_null(page_text(none, PAGE_HTML, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_FILE);
    g_clear_error(&error);
    made_exec(made, "DELETE FROM run; DELETE FROM metric");
    g_assert_null(page_text(made->directory, PAGE_HTML, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_RESULT);
}

#define CASE(name) g_test_add("/page/" #name, Made, NULL, a_database, name, made_free)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(it_says_question_answer_set_up_and_how_to_repeat);
    CASE(it_fetches_nothing);
    CASE(other_formats_have_the_same_parts);
    g_test_add_func("/page/texts_are_texts", texts_are_texts);
    CASE(hostile_texts_stay_in_their_place);
    CASE(a_replay_has_what_the_tables_have);
    CASE(a_replay_knows_who_published);
    CASE(what_is_too_much_is_left_out_and_said);
    CASE(runs_without_an_overlay_are_told);
    CASE(results_that_cannot_be_used_are_refused);
    return g_test_run();
}
