/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/plot.h"

#include <string.h>

#include "core/error.h"
#include "report/plot_picture.h"
#include "plot_results.h"

static char *two[] = { "tree", "mesh", NULL }, *one[] = { "default", NULL };
static char *swept[] = { "{\"failure.storm.fraction\": 0.1}", "{\"failure.storm.fraction\": 0.2}",
                         "{\"failure.storm.fraction\": 0.3}", NULL };
static char *plain[] = { "{}", NULL };

/* Draws into DIR/plots and returns the base names of the images with blanks between. */
static char *draw(const Made *made, const char *format)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    PlotOrder order = { .results = made->directory, .format = format };
    (void)plot_results(&order, drawn, &error);
    g_assert_no_error(error);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < drawn->len; i++) {
        g_autofree char *base = g_path_get_basename(drawn->pdata[i]);
        g_assert_true(g_file_test(drawn->pdata[i], G_FILE_TEST_EXISTS));
        g_string_append_printf(names, "%s%s", i ? " " : "", base);
    }
    return g_string_free(names, FALSE);
}

/* Draws the only figure that the scenario asks for, called p, and returns a file of it. */
static char *drawn_file(const Made *made, const char *file)
{
    g_autofree char *names = draw(made, NULL);
    g_assert_cmpstr(names, ==, "p.svg");
    return made_text(made, file);
}

static guint count(const char *text, const char *part)
{
    guint n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part)) n++;
    return n;
}

static void a_sweep_has_a_curve_a_variant_with_a_mark_a_point(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[scenario]\ntitle = Storms\n[sweep]\nfailure.storm.fraction = 10 %, 20 %, 30 %\n"
                        "[plot p]\ny = delivery_ratio\n");
    made_runs(made, two, swept);
    g_autofree char *svg = drawn_file(made, "p.svg"), *data = made_text(made, "p.tsv");
    static const char *const texts[] = { "storm fraction (%)", "delivery ratio", "Storms",
                                         "tree", "mesh", "mean of 4 runs, bars: 95 % interval" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = g_strdup_printf("<text>%s</text>", texts[i]);
        g_test_message("%s", text);
        g_assert_cmpuint(count(svg, text), ==, 1);
    }
    g_assert_cmpuint(count(svg, "' transform='translate("), ==, 2 * (3 + 1));     /* the points, and one in the key */

    /* t(0.975, 3) = 3.1824463 and s = 0.0129099: half the interval is 0.0205427. */
    static const char *const rows[] = { "tree\t10\t0.975\t", "tree\t30\t0.775\t", "mesh\t20\t0.675\t" };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *row = strstr(data, rows[i]);
        g_assert_nonnull(row);
        g_auto(GStrv) fields = g_strsplit(row, "\t", 6);
        double mean = g_ascii_strtod(fields[2], NULL);
        g_assert_cmpfloat_with_epsilon(mean - g_ascii_strtod(fields[3], NULL), 0.0205427, 1e-6);
        g_assert_cmpfloat_with_epsilon(g_ascii_strtod(fields[4], NULL) - mean, 0.0205427, 1e-6);
        g_assert_true(g_str_has_prefix(fields[5], "4\n"));
    }
}

static void durations_of_a_sweep_become_numbers_with_a_unit(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\ny = latency_p99_ms\n");
    made_runs(made, two, (char *[]){ "{\"network.latency\": \"1 s\"}", "{\"network.latency\": \"250 ms\"}", NULL });
    g_autofree char *svg = drawn_file(made, "p.svg"), *data = made_text(made, "p.tsv");
    g_assert_nonnull(strstr(svg, "<text>network latency (s)</text>"));
    g_assert_nonnull(strstr(svg, "<text>latency p99 (ms)</text>"));
    const char *small = strstr(data, "tree\t0.25\t"), *large = strstr(data, "tree\t1\t");
    g_assert_true(small && large && small < large);                 /* ascending, whatever the order of the file */
}

static void differences_are_paired_by_replication(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\nx = difference\n");
    made_runs(made, two, plain);
    made_exec(made, "DELETE FROM metric WHERE run = 2");            /* replication 2 of tree is missing */
    g_autofree char *data = drawn_file(made, "p.tsv");
    g_auto(GStrv) fields = g_strsplit(strstr(data, "\nmesh\t"), "\t", 7);
    for (int i = 2; i <= 4; i++)                                    /* no spread: the same in each pair */
        g_assert_cmpfloat_with_epsilon(g_ascii_strtod(fields[i], NULL), -0.2, 1e-9);
    g_assert_cmpstr(fields[5], ==, "3");
}

static void a_distribution_joins_all_runs_and_shows_milliseconds(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\nx = cdf(latency)\n[plot t]\nx = ccdf(latency)\n[plot h]\nx = histogram(load)\n"
                        "[plot b]\nx = box(latency)\n");
    made_runs(made, two, plain);
    g_autofree char *names = draw(made, NULL), *data = made_text(made, "p.tsv"), *tail = made_text(made, "t.tsv");
    g_autofree char *bins = made_text(made, "h.tsv"), *svg = made_text(made, "p.svg");
    g_autofree char *boxes = made_text(made, "b.tsv");
    g_assert_cmpstr(names, ==, "p.svg t.svg h.svg b.svg");
    g_assert_nonnull(strstr(boxes, "\ntree\t2\t50\t50\t50\t50\t90\t90\t160\n"));     /* 3 of 4 at 50 ms */
    g_assert_nonnull(strstr(svg, "<text>latency (ms)</text>"));
    g_assert_nonnull(strstr(data, "tree\t50\t0.75\ntree\t90\t1\n"));
    g_assert_nonnull(strstr(tail, "tree\t50\t0.25\ntree\t90\tNaN\n"));
    g_assert_nonnull(strstr(bins, "tree\t2.5\t1\ntree\t3.5\t0\n"));
}

static void what_was_varied_chooses_the_figures(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "");
    made_runs(made, two, swept);
    made_overlay(made, 8);                                          /* tree, last point, replication 0 */
    made_exec(made, "INSERT INTO series SELECT id, 'delivery_ratio', 1, 0.5 FROM run");
    g_autofree char *many = draw(made, NULL);
    g_assert_cmpstr(many, ==, "delivery-ratio.svg delivery-ratio-difference.svg latency-p99-ms.svg "
                              "latency-p99-ms-difference.svg redundancy.svg cost.svg latency-cdf.svg latency-box.svg "
                              "load.svg time.svg overlay.svg overlay-latency.svg");
    made_clear(made);
    made_runs(made, one, plain);
    g_autofree char *few = draw(made, NULL);
    g_assert_cmpstr(few, ==, "latency-cdf.svg load.svg");
    made_clear(made);
    made_runs(made, two, (char *[]){ "{\"a.b\":1,\"c.d\":1}", "{\"a.b\":1,\"c.d\":2}", "{\"a.b\":2,\"c.d\":1}", NULL });
    g_autofree char *grid = draw(made, NULL);
    g_assert_true(g_str_has_prefix(grid, "delivery-ratio-map.svg delivery-ratio.svg delivery-ratio-difference.svg "));
}

static void an_overlay_marks_the_dead_and_the_cut_off(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\nx = overlay\n");
    made_runs(made, one, plain);
    made_overlay(made, 0);
    g_autofree char *data = drawn_file(made, "p.tsv"), *svg = made_text(made, "p.svg");
    static const char states[] = { '3', '1', '2', '2', '2', '0' };  /* source, dead, three cut off, reached */
    const char *links = strstr(data, "\n\n\n") + 3, *node = strstr(links, "\n\n\n") + 3;
    for (int v = 0; v < 6; v++, node = strchr(node, '\n') + 1) {
        g_auto(GStrv) fields = g_strsplit(node, "\t", 5);
        g_assert_cmpint(fields[0][0], ==, '0' + v);
        g_assert_cmpint(fields[3][0], ==, states[v]);
    }
    static const struct { const char *link; char state; } rows[] = { { "0 - 1\t", '1' }, { "2 - 3\t", '2' },
                                                                     { "0 - 5\t", '0' } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) fields = g_strsplit(strstr(links, rows[i].link), "\t", 6);
        g_assert_cmpint(fields[5][0], ==, rows[i].state);
    }
    g_assert_nonnull(strstr(svg, "<text>1 dead, 3 cut off</text>"));
    made_scenario(made, "[plot p]\nx = overlay\ny = degree\n[plot q]\nx = overlay\ny = latency\n"
                        "[workload news]\ngroup = readers\n");
    g_autofree char *names = draw(made, NULL);
    g_autofree char *degrees = made_text(made, "p.tsv"), *latencies = made_text(made, "q.tsv");
    g_assert_cmpstr(names, ==, "p.svg q.svg");
    g_assert_nonnull(strstr(degrees, "\t3\n2\t"));                 /* node 1 has three links */
    g_assert_true(g_str_has_suffix(latencies, "\t100\n"));          /* the last publication at node 5, ms */
    g_auto(GStrv) third = g_strsplit(strstr(strstr(degrees, "node"), "\n3\t"), "\t", 5);
    g_assert_cmpstr(third[3], ==, "4");                             /* never reached: no member of the group */
}

static void failures_stand_above_the_axes_of_time(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\nx = time\n");
    made_runs(made, one, plain);
    made_exec(made, "INSERT INTO series SELECT id, 'delivery_ratio', 4, 0.5 FROM run;"
                    "INSERT INTO event VALUES(0,0,'storm','down',1,NULL),(0,0,'storm','down',2,NULL),"
                    "(0,3,'storm','up',1,NULL)");
    g_autofree char *svg = drawn_file(made, "p.svg"), *labels = made_text(made, "p.labels.tsv");
    g_assert_nonnull(strstr(svg, "<text>storm: 2 down</text>"));
    g_assert_nonnull(strstr(svg, "<text>storm: 1 up</text>"));
    g_assert_nonnull(strstr(labels, "over\t\t\t2\n"));             /* a line each */
    g_assert_nonnull(strstr(labels, "xmin\t\t\t-0.08\n"));          /* room beside the y axis for one at 0 */
}

static void a_large_overlay_is_drawn_in_part(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\nx = overlay\n");
    made_runs(made, one, plain);
    made_exec(made, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 6000) "
                    "INSERT INTO node SELECT 0, i, NULL, NULL, NULL FROM n;"
                    "INSERT INTO link SELECT 0, (node - 1) / 2, node, 1 FROM node WHERE node > 0");
    g_autofree char *svg = drawn_file(made, "p.svg"), *data = made_text(made, "p.tsv");
    g_assert_nonnull(strstr(svg, "(5000 of 6000 nodes)"));
    g_assert_nonnull(strstr(data, "\n4999\t"));                     /* nearest to the source */
    g_assert_null(strstr(data, "\n5000\t"));
}

static void a_film_shows_who_has_the_publication_when(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "");
    made_runs(made, one, plain);
    made_overlay(made, 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    PlotOrder order = { .results = made->directory, .format = "gif, svg", .animate = true };
    g_assert_true(plot_results(&order, drawn, &error));
    g_assert_no_error(error);
    g_autofree char *data = made_text(made, "spread.tsv"), *film = made_text(made, "spread.gif");
    g_autofree char *first = made_text(made, "spread-001.svg"), *last = made_text(made, "spread-040.svg");
    g_assert_true(g_str_has_prefix(film, "GIF89a"));
    g_assert_nonnull(strstr(first, "<text>0 ms after the publication</text>"));
    g_assert_nonnull(strstr(last, "<text>105 ms after the publication</text>"));
    /* Each of the 6 nodes has a mark in every frame, and the key has 4; one is dead, and in the end one is reached. */
    g_assert_cmpuint(count(first, "' transform='translate("), ==, 6 + 4);
    g_assert_cmpuint(count(last, "' transform='translate("), ==, 6 + 4);
    g_assert_cmpuint(count(first, "#gpPt1'"), ==, 1 + 1);
    g_auto(GStrv) down = g_strsplit(strstr(data, "\n1\t"), "\t", 8), got = g_strsplit(strstr(data, "\n5\t"), "\t", 8);
    g_assert_cmpstr(down[3], ==, "1000000000000");
    g_assert_cmpstr(down[4], ==, "-2000");                          /* down for good 2 s before it */
    g_assert_cmpstr(got[3], ==, "100");
    order.format = "pdf";
    g_assert_false(plot_results(&order, drawn, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN);
    g_clear_error(&error);
    made_exec(made, "DELETE FROM delivery");
    order.format = NULL;
    g_assert_false(plot_results(&order, drawn, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_RESULT);
}

static void texts_stay_text_in_every_format(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[scenario]\ntitle = " HOSTILE "\n[plot ../../evil `x`]\ny = delivery_ratio\n");
    made_runs(made, (char *[]){ "\"`touch pwned` $(touch pwned)\"", "system('touch p') \\TeX{} {/S a}",
                                "x_i^2 50 % & <b> \\n $x$", "#b|<c", NULL }, swept);
    g_autofree char *names = draw(made, "svg, pdf, png, tex");
    g_assert_cmpstr(names, ==, "_-----evil--x-.svg _-----evil--x-.pdf _-----evil--x-.png _-----evil--x--tex.tex");
    g_autofree char *svg = made_text(made, "_-----evil--x-.svg"), *tex = made_text(made, "_-----evil--x--tex.tex");
    static const char *const texts[] = { "\"`touch pwned` $(touch pwned)\"", "system('touch p') \\TeX{} {/S a}",
                                         "x_i^2 50 % &amp; &lt;b> \\n $x$", "#b|&lt;c",
                                         "Say \"hi\" `touch pwned` $(touch pwned)" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *text = g_strdup_printf("<text>%s</text>", texts[i]);
        g_test_message("%s", text);
        g_assert_nonnull(strstr(svg, text));
    }
    g_assert_nonnull(strstr(tex, "x\\_i\\textasciicircum{}2 50 \\% \\& \\textless{}b\\textgreater{} "
                                 "\\textbackslash{}n \\$x\\$"));
    g_assert_null(strstr(tex, "\\TeX"));
    g_autofree char *inside = g_build_filename(made->directory, "plots", "pwned", NULL);
    g_assert_false(g_file_test("pwned", G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(inside, G_FILE_TEST_EXISTS));
}

/* Runs `gnuplot NAME.gp` in the directory of the figures, as a user would, and
 * expects the same image and not a word. */
static void draw_again(const Made *made, const char *image)
{
    g_autofree char *plots = g_build_filename(made->directory, "plots", NULL), *said = NULL;
    g_autofree char *path = g_build_filename(plots, image, NULL), *before = made_text(made, image);
    g_autofree char *script = g_strdup_printf("%.*s.gp", (int)strlen(image) - 4, image);
    char *command[] = { "gnuplot", "-d", script, NULL };
    int status = -1;
    g_test_message("%s", script);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_true(g_spawn_sync(plots, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &said, &status, NULL));
    g_assert_cmpstr(said, ==, "");
    g_assert_cmpint(status, ==, 0);
    g_autofree char *after = made_text(made, image);
    g_assert_cmpstr(before, ==, after);
}

static void a_figure_is_drawn_again_by_gnuplot_alone(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[scenario]\ntitle = Storms\n");
    made_runs(made, two, swept);
    made_overlay(made, 8);
    made_exec(made, "INSERT INTO series SELECT id, 'delivery_ratio', 1, 0.5 FROM run");
    g_autofree char *names = draw(made, NULL);
    g_auto(GStrv) images = g_strsplit(names, " ", -1);
    for (guint i = 0; images[i]; i++) draw_again(made, images[i]);
    g_autofree char *time = made_text(made, "time.svg");
    g_assert_nonnull(strstr(time, "<text>storm: 1 down</text>"));
}

static void a_style_that_is_there_is_kept(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot p]\n");
    made_runs(made, two, swept);
    g_autofree char *svg = drawn_file(made, "p.svg"), *style = made_text(made, "style.gp");
    g_autofree char *mine = g_strconcat(style, "\nset xlabel \"My own\"\n", NULL);
    g_autofree char *path = g_build_filename(made->directory, "plots", "style.gp", NULL);
    g_assert_true(g_file_set_contents(path, mine, -1, NULL));
    g_autofree char *restyled = drawn_file(made, "p.svg");
    g_assert_null(strstr(svg, "My own"));
    g_assert_nonnull(strstr(restyled, "<text>My own</text>"));
    g_assert_true(g_file_set_contents(path, "# of an earlier version\n", -1, NULL));
    g_autofree char *again = drawn_file(made, "p.svg"), *aside = made_text(made, "style.gp.old");
    g_assert_cmpstr(again, ==, svg);
    g_assert_cmpstr(aside, ==, "# of an earlier version\n");
}

static void a_topology_is_drawn_with_nothing_beside_it(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autofree char *file = g_build_filename(made->directory, "ring.svg", NULL), *svg = NULL;
    g_autofree char *other = g_build_filename(made->directory, "ring.jpg", NULL);
    g_autoptr(Topology) ring = topology_new(3, graph_new(3, (NodeId[]){ 0, 1, 2 }, (NodeId[]){ 1, 2, 0 }, 3));
    g_autoptr(Topology) complete = topology_new(3, NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(plot_picture_draw(ring, "A <ring>", file, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(file, &svg, NULL, NULL));
    g_assert_nonnull(strstr(svg, "<text>A &lt;ring></text>"));
    g_assert_cmpuint(count(svg, "' transform='translate("), ==, 3);
    g_autoptr(GDir) directory = g_dir_open(made->directory, 0, NULL);
    for (const char *name; (name = g_dir_read_name(directory));)
        g_assert_true(g_str_has_prefix(name, "results.db") || strcmp(name, "ring.svg") == 0);
    g_assert_false(plot_picture_draw(ring, "", other, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_SYNTAX);
    g_clear_error(&error);
    g_assert_false(plot_picture_draw(complete, "", file, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_TOPOLOGY);
}

/* Asserts that nothing is drawn from `results`, and why. */
static void refused(const char *results, const char *format, SimError code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    PlotOrder order = { .results = results, .format = format };
    g_assert_false(plot_results(&order, drawn, &error));
    g_assert_error(error, SIM_ERROR, (int)code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, part));
}

static void results_that_cannot_be_used_are_refused(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autofree char *other = g_build_filename(made->directory, "other.db", NULL);
    refused(other, NULL, SIM_ERROR_FILE, "no such file");
    g_assert_true(g_file_set_contents(other, "no database, long enough to be looked at as one", -1, NULL));
    refused(other, NULL, SIM_ERROR_RESULT, "not a results database");
    g_assert_true(g_file_set_contents(other, "", 0, NULL));
    refused(other, NULL, SIM_ERROR_RESULT, "not a results database");
    made_scenario(made, "");
    refused(made->directory, NULL, SIM_ERROR_RESULT, "no finished run");
    made_runs(made, two, plain);
    made_exec(made, "UPDATE run SET point = '[1]'");
    refused(made->directory, NULL, SIM_ERROR_RESULT, "no JSON object");
}

static void a_figure_that_cannot_be_is_refused(Made *made, gconstpointer unused)
{
    static const struct { const char *scenario; SimError code; const char *part; } rows[] = {
        { "[plot a]\ny = delivery_ration\n", SIM_ERROR_UNKNOWN,
          "[plot a] y: the results have no 'delivery_ration'; did" },
        { "[plot a]\nx = failure.storm.fraction\n", SIM_ERROR_UNKNOWN, "[plot a] x: the results have no" },
        { "[plot a]\nx = cdf(sleep)\n", SIM_ERROR_UNKNOWN, "[plot a] x: the results have no 'sleep'" },
        { "[plot a]\nx = pdf(latency)\n", SIM_ERROR_UNKNOWN, "[plot a] x: the results have no 'pdf(latency)'" },
        { "[plot a]\nx = time\n", SIM_ERROR_UNKNOWN, "[plot a] y: the results have no 'delivery_ratio'" },
        { "[plot a]\nx = overlay\n", SIM_ERROR_RESULT, "recorded its overlay" },
        { "[plot a]\nx = variant\nformat = bmp\n", SIM_ERROR_UNKNOWN, "'bmp' is no format" },
        { "[plot a]\nx = difference\n", SIM_ERROR_RESULT, "take two variants" },
    };
    (void)unused;
    made_runs(made, one, plain);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        made_scenario(made, rows[i].scenario);
        refused(made->directory, NULL, rows[i].code, rows[i].part);
    }
}

static void a_missing_gnuplot_is_named_and_how_to_get_it(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autofree char *path = g_strdup(g_getenv("PATH"));
    g_assert_true(g_setenv("PATH", made->directory, TRUE));
    refused(made->directory, NULL, SIM_ERROR_MACHINE, "apt install gnuplot");
    g_assert_true(g_setenv("PATH", path, TRUE));
}

#define NUMBERS(n) "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < " #n ") "

static void fifty_thousand_rows_take_seconds(Made *made, gconstpointer unused)
{
    (void)unused;
    made_scenario(made, "[plot a]\nx = cdf(latency)\n[plot b]\nx = overlay\n[plot c]\nx = time\n");
    made_runs(made, one, plain);
    made_exec(made,
        "BEGIN;"
        NUMBERS(50000) "INSERT INTO histogram SELECT 0, 'latency', 1000 * i, 1000 * i + 1, 1 + i % 7 FROM n;"
        NUMBERS(10000) "INSERT INTO node SELECT 0, i, NULL, i % 100, i / 100 FROM n;"
        NUMBERS(50000) "INSERT INTO link SELECT DISTINCT 0, i % 9000, 9000 + (i * 7) % 1000, 1 FROM n;"
        NUMBERS(50000) "INSERT INTO series SELECT 0, 'delivery_ratio', i, 0.5 FROM n;"
        "COMMIT");
    g_test_timer_start();
    g_autofree char *names = draw(made, NULL);
    double seconds = g_test_timer_elapsed();
    g_test_message("50,000 rows each of histogram, link and series: %.1f s", seconds);
    g_assert_cmpstr(names, ==, "a.svg b.svg c.svg");
    g_assert_cmpfloat(seconds, <, 10);
}

#define CASE(name) g_test_add("/plot/" #name, Made, NULL, made_new, name, made_free)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_sweep_has_a_curve_a_variant_with_a_mark_a_point);
    CASE(durations_of_a_sweep_become_numbers_with_a_unit);
    CASE(differences_are_paired_by_replication);
    CASE(a_distribution_joins_all_runs_and_shows_milliseconds);
    CASE(what_was_varied_chooses_the_figures);
    CASE(an_overlay_marks_the_dead_and_the_cut_off);
    CASE(failures_stand_above_the_axes_of_time);
    CASE(a_large_overlay_is_drawn_in_part);
    CASE(a_film_shows_who_has_the_publication_when);
    CASE(texts_stay_text_in_every_format);
    CASE(a_figure_is_drawn_again_by_gnuplot_alone);
    CASE(a_style_that_is_there_is_kept);
    CASE(a_topology_is_drawn_with_nothing_beside_it);
    CASE(results_that_cannot_be_used_are_refused);
    CASE(a_figure_that_cannot_be_is_refused);
    CASE(a_missing_gnuplot_is_named_and_how_to_get_it);
    CASE(fifty_thousand_rows_take_seconds);
    return g_test_run();
}
