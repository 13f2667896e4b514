/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Message-sequence charts: each packet an arrow, each crash a mark, every text literal. */
#include "report/plot.h"

#include <math.h>
#include <string.h>

#include "core/error.h"
#include "plot_results.h"

static char *once[] = { (char *)"{}", NULL };

static void packet(Made *made, int run, double sent, double ended, const char *fate, int from, int to,
                   const char *label)
{
    made_execf(made, "INSERT INTO packet VALUES(%d, 1 + (SELECT count(*) FROM packet), %.9f, nullif(%.9f, -1), %Q, "
                     "%d, %d, 'stream', %Q, %Q, 40)", run, sent, ended, fate, from, to, label ? "data" : "syn", label);
}

static void step(Made *made, int run, double time, const char *event, int node, const char *process, const char *reason)
{
    made_execf(made, "INSERT INTO step VALUES(%d, %.9f, %Q, %d, %Q, 'o', 7, 0, %Q)", run, time, event, node, process,
               reason);
}

/* A client, a server that crashes and comes back, and nine packets. */
static void made_sequence(Made *made, int run)
{
    step(made, run, 0, "proc.start", 1, "client", NULL);
    step(made, run, 0, "proc.start", 0, "server", NULL);
    packet(made, run, 0, 0.01, "arrived", 1, 0, NULL);
    packet(made, run, 0.02, 0.03, "arrived", 1, 0, "call print");
    packet(made, run, 0.02, 0.03, "arrived", 1, 0, NULL);               /* the same way at the same time: one arrow */
    packet(made, run, 0.02, 0.03, "arrived", 1, 0, "call print");
    step(made, run, 0.02, "rpc.send", 1, NULL, NULL);
    step(made, run, 0.03, "rpc.exec.begin", 0, NULL, NULL);
    step(made, run, 0.05, "proc.crash", 0, "server", NULL);
    packet(made, run, 0.06, 0.07, "lost", 1, 0, "call print");
    packet(made, run, 9, 9, "lost", 1, 0, "call print");
    step(made, run, 9.01, "proc.restart", 0, "server", NULL);
    packet(made, run, 9.02, 9.03, "arrived", 0, 1, "reply");
    step(made, run, 9.03, "rpc.status", 1, NULL, "UNAVAILABLE");
    packet(made, run, 9.04, 9.04, "arrived", 0, 0, "within");
    packet(made, run, 9.05, -1, "under-way", 0, 1, "last words");
}

static bool plotted(Made *made, const char *format, char **names, GError **error)
{
    g_autoptr(GPtrArray) drawn = g_ptr_array_new_with_free_func(g_free);
    bool done = plot_results(&(PlotOrder){ .results = made->directory, .format = format }, drawn, error);
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < drawn->len; i++) {
        g_autofree char *base = g_path_get_basename(drawn->pdata[i]);
        g_string_append_printf(all, "%s%s", i ? " " : "", base);
    }
    *names = g_strdup(all->str);
    return done;
}

/* Draws the one figure that the scenario asks for; its data, in blocks as the script numbers them. */
static char **blocks_of(Made *made, const char *plot)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *names = NULL, *scenario = g_strdup_printf("[plot s]\nx = sequence\n%s", plot);
    made_scenario(made, scenario);
    g_assert_true(plotted(made, "svg", &names, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(names, ==, "s.svg");
    g_autofree char *text = made_text(made, "s.tsv");
    return g_strsplit(text, "\n\n\n", -1);
}

/* The sum of column `sum` (-1: how many) of the rows in sight whose column `where` is `is` (-1: any). */
static double summed(char **blocks, guint block, int sum, int where, double is)
{
    g_auto(GStrv) rows = g_strsplit(g_strstrip(blocks[block]), "\n", -1);
    double total = 0;
    for (char **row = rows; *row; row++) {
        g_auto(GStrv) cells = g_strsplit(*row, "\t", -1);
        bool hidden = strcmp(cells[0], "-9") == 0;
        if (hidden || (where >= 0 && g_ascii_strtod(cells[where], NULL) != is)) continue;
        total += sum < 0 ? 1 : g_ascii_strtod(cells[sum], NULL);
    }
    return total;
}

static void every_packet_is_in_an_arrow(Made *made, gconstpointer unused)
{
    (void)unused;
    made_runs(made, (char *[]){ (char *)"default", NULL }, once);
    made_sequence(made, 0);
    g_auto(GStrv) blocks = blocks_of(made, "");
    g_assert_cmpfloat(summed(blocks, 3, 5, -1, 0) + summed(blocks, 4, 5, -1, 0), ==, 9);
    g_assert_cmpfloat(summed(blocks, 3, -1, -1, 0), ==, 6);             /* three are one arrow; one stays at home */
    g_assert_cmpfloat(summed(blocks, 3, -1, 4, 2), ==, 2);              /* lost: ends in a cross */
    g_assert_cmpfloat(summed(blocks, 3, -1, 4, 3), ==, 1);              /* under way */
    g_assert_cmpfloat(summed(blocks, 3, -1, 4, 1), ==, 1);              /* SYN */
    g_assert_nonnull(strstr(blocks[5], "call print ×2\tcall print ×2\t"));
    g_assert_nonnull(strstr(blocks[5], "SYN\tSYN\t"));
    g_assert_nonnull(strstr(blocks[6], "within\twithin\t"));
}

static void a_crash_is_dashed_and_ends_the_work(Made *made, gconstpointer unused)
{
    (void)unused;
    made_runs(made, (char *[]){ (char *)"default", NULL }, once);
    made_sequence(made, 0);
    g_auto(GStrv) blocks = blocks_of(made, "");
    g_assert_cmpfloat(summed(blocks, 1, -1, 3, 1), ==, 1);
    g_assert_cmpfloat(summed(blocks, 8, -1, 2, 0), ==, 1);              /* a cross */
    g_assert_cmpfloat(summed(blocks, 8, -1, 2, 1), ==, 1);              /* up again */
    g_assert_cmpfloat(summed(blocks, 8, 1, 2, 0), ==, summed(blocks, 2, 3, 4, 1));      /* where the work ends */
    g_assert_cmpfloat(summed(blocks, 2, -1, 4, 0), ==, 1);              /* the caller waits */
    g_assert_nonnull(strstr(blocks[10], "client\tclient\t1\tnode 1"));
    g_assert_nonnull(strstr(blocks[10], "server\tserver\t2\tnode 0"));
    g_autofree char *notes = g_strconcat(blocks[6], blocks[7], NULL);
    g_assert_nonnull(strstr(notes, "UNAVAILABLE"));
    g_assert_nonnull(strstr(notes, "restart"));
}

static void idle_time_is_cut_out(Made *made, gconstpointer unused)
{
    (void)unused;
    made_runs(made, (char *[]){ (char *)"default", NULL }, once);
    made_sequence(made, 0);
    g_auto(GStrv) blocks = blocks_of(made, "");
    g_assert_cmpfloat(summed(blocks, 9, -1, -1, 0), ==, 2);             /* from 0.07 s to 9 s, on both lifelines */
    g_autofree char *labels = made_text(made, "s.labels.tsv");
    g_assert_nonnull(strstr(labels, "ytick\t9000\t9000\t"));
    g_assert_nonnull(strstr(labels, "ylabel\ttime (ms)"));
}

static void a_part_is_drawn(Made *made, gconstpointer unused)
{
    (void)unused;
    made_runs(made, (char *[]){ (char *)"tree", (char *)"mesh", NULL }, once);
    made_sequence(made, 4);
    g_auto(GStrv) blocks = blocks_of(made, "of = mesh\nfrom = 9 s\nuntil = 9.03 s\n");
    g_assert_cmpfloat(summed(blocks, 3, 5, -1, 0), ==, 2);
    g_assert_cmpfloat(summed(blocks, 1, -1, 3, 1), ==, 1);              /* down since before */
    g_assert_cmpfloat(summed(blocks, 8, -1, 2, 0), ==, 0);
}

static void a_long_run_is_cut(Made *made, gconstpointer unused)
{
    (void)unused;
    made_runs(made, (char *[]){ (char *)"default", NULL }, once);
    for (int i = 0; i < 200; i++) packet(made, 0, i, i + 0.01, "arrived", i % 2, 1 - i % 2, "m");
    g_auto(GStrv) blocks = blocks_of(made, "");
    double drawn = summed(blocks, 3, 5, -1, 0);
    g_assert_cmpfloat(drawn, >, 10);
    g_assert_cmpfloat(drawn, <, 40);
    g_autofree char *labels = made_text(made, "s.labels.tsv");
    g_assert_nonnull(strstr(labels, "until "));
}

static void texts_stay_text(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GError) error = NULL;
    g_autofree char *names = NULL;
    made_scenario(made, "[plot s]\nx = sequence\n");
    made_runs(made, (char *[]){ (char *)"default", NULL }, once);
    static const char *const texts[] = { "$(touch pwned)", "`touch pwned`", "<b>&\"x\\n", "system('t')",
                                         "{/S a}_i^2%d" };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        packet(made, 0, (double)i, (double)i + 0.01, "arrived", 1, 0, texts[i]);
        step(made, 0, (double)i, "zmq.drop", 1, NULL, texts[i]);
    }
    step(made, 0, 0, "proc.start", 1, "a<b>`touch pwned`", NULL);
    g_assert_true(plotted(made, "svg, pdf, png, tex", &names, &error));
    g_assert_no_error(error);
    g_autofree char *svg = made_text(made, "s.svg");
    static const char *const shown[] = { "$(touch pwned)", "`touch pwned`", "&lt;b>&amp;\"x\\n", "system('t')",
                                         "{/S a}_i^2%d", "a&lt;b>`touch pwned`" };
    for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
        g_autofree char *text = g_strdup_printf("<text>%s</text>", shown[i]);
        g_test_message("%s", text);
        g_assert_nonnull(strstr(svg, text));
    }
    g_autofree char *tex = made_text(made, "s-tex.tex");
    g_autofree char *inside = g_build_filename(made->directory, "plots", "pwned", NULL);
    g_assert_nonnull(strstr(tex, "\\{/S a\\}\\_i\\textasciicircum{}2\\%d"));
    g_assert_false(g_file_test("pwned", G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(inside, G_FILE_TEST_EXISTS));
}

static void the_default_set_begins_with_it(Made *made, gconstpointer unused)
{
    (void)unused;
    g_autoptr(GError) error = NULL;
    g_autofree char *names = NULL;
    made_scenario(made, "[scenario]\ntitle = t\n");
    made_runs(made, (char *[]){ (char *)"tree", (char *)"mesh", NULL }, once);
    made_sequence(made, 4);
    g_assert_true(plotted(made, "svg", &names, &error));
    g_assert_no_error(error);
    g_assert_true(g_str_has_prefix(names, "sequence-mesh.svg "));
    g_assert_null(strstr(names, "sequence-tree"));
}

static void what_is_not_there_is_said(Made *made, gconstpointer unused)
{
    (void)unused;
    static const struct { const char *plot; int code; const char *says; } rows[] = {
        { "", SIM_ERROR_RESULT, "sequence = yes" }, { "of = mash\n", SIM_ERROR_UNKNOWN, "mash" },
        { "from = 3\n", SIM_ERROR_SYNTAX, "unit" }, { "until = soon\n", SIM_ERROR_SYNTAX, "soon" },
    };
    made_runs(made, (char *[]){ (char *)"tree", (char *)"mesh", NULL }, once);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *names = NULL, *scenario = g_strdup_printf("[plot s]\nx = sequence\n%s", rows[i].plot);
        made_scenario(made, scenario);
        g_assert_false(plotted(made, "svg", &names, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_nonnull(strstr(error->message, rows[i].says));
    }
    made_exec(made, "DROP TABLE packet");                               /* as in results of an earlier version */
    g_autoptr(GError) error = NULL;
    g_autofree char *names = NULL;
    made_scenario(made, "[plot s]\nx = sequence\n");
    g_assert_false(plotted(made, "svg", &names, &error));
    g_assert_error(error, SIM_ERROR, SIM_ERROR_RESULT);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autofree char *program = g_find_program_in_path("gnuplot");
    if (!program) {
        g_print("1..0 # SKIP gnuplot is not installed\n");
        return 0;
    }
#define CASE(test) g_test_add("/chart/" #test, Made, NULL, made_new, test, made_free)
    CASE(every_packet_is_in_an_arrow);
    CASE(a_crash_is_dashed_and_ends_the_work);
    CASE(idle_time_is_cut_out);
    CASE(a_part_is_drawn);
    CASE(a_long_run_is_cut);
    CASE(texts_stay_text);
    CASE(the_default_set_begins_with_it);
    CASE(what_is_not_there_is_said);
    return g_test_run();
}
