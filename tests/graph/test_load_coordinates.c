/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "written.h"

static Coordinates *read_text(const char *text, GError **error)
{
    char *directory = written_directory();
    g_autofree char *path = g_build_filename(directory, "x", NULL);
    written_file(path, text, -1);
    Coordinates *read = coordinates_load(path, error);
    written_away(directory);
    return read;
}

static void every_form_gives_the_same_places(void)
{
    static const char *const texts[] = {
        "# ms\n1.5 -2\n\n  3\t4e1\n",
        "1.5,-2\r\n3, 40",
        ("<?xml version='1.0'?><nodelist dimensions=\"2\" rootnodes=\"1\">\n<node isroot=\"1\"><coord> 1.5 </coord>\n"
         "<coord>-2</coord></node><node ip='1'><coord>3</coord><coord>40.0</coord></node></nodelist>"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(Coordinates) read = read_text(texts[i], &error);
        g_assert_no_error(error);
        g_assert_cmpuint(read->count, ==, 2);
        g_assert_cmpfloat(read->x[0], ==, 1.5);
        g_assert_cmpfloat(read->y[0], ==, -2);
        g_assert_cmpfloat(read->x[1], ==, 3);
        g_assert_cmpfloat(read->y[1], ==, 40);
    }
}

static void broken_ones_are_refused_with_their_line(void)
{
    static const struct { const char *text; int code; const char *message; } rows[] = {
        { "1 2\n3\n", SIM_ERROR_SYNTAX, "2: 1 fields; 'x y'" },
        { "1 2 3\n", SIM_ERROR_SYNTAX, "1: 3 fields; 'x y'" },
        { "1 2\n3 inf\n", SIM_ERROR_SYNTAX, "2: coordinate 'inf'" },
        { "# none\n", SIM_ERROR_TOPOLOGY, "1: no coordinates" },
        { "<nodelist>\n</nodelist>", SIM_ERROR_SYNTAX, "1: dimensions ''; 2" },
        { "<nodelist dimensions='3'/>", SIM_ERROR_SYNTAX, "1: dimensions '3'; 2" },
        { "<nodelist dimensions='2'/>", SIM_ERROR_TOPOLOGY, "1: no coordinates" },
        { "<nodelist dimensions='2'>\n<node><coord>1</coord>\n</node></nodelist>", SIM_ERROR_SYNTAX,
          "3: a node with 1 coordinates" },
        { "<nodelist dimensions='2'>\n<coord>1</coord></nodelist>", SIM_ERROR_SYNTAX, "2: <coord> is not expected" },
        { "<nodelist dimensions='2'>\n<node><coord>a</coord></node></nodelist>", SIM_ERROR_SYNTAX,
          "2: coordinate 'a'" },
        { "<nodelist dimensions='2'>\n<node><coord>1", SIM_ERROR_SYNTAX, "2: not sound XML" },
        { "<graphml/>", SIM_ERROR_SYNTAX, "1: <graphml> is not expected" },
        { "\xff 1\n", SIM_ERROR_SYNTAX, "1: a byte that is not UTF-8" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *expected = g_strconcat("/x:", rows[i].message, NULL);
        g_assert_null(read_text(rows[i].text, &error));
        g_test_message("%s", error->message);
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_nonnull(strstr(error->message, expected));
    }
    g_autoptr(GError) missing = NULL;
    g_assert_null(coordinates_load("/nonexistent/x", &missing));
    g_assert_error(missing, SIM_ERROR, SIM_ERROR_FILE);
}

static void no_cut_brings_the_reader_down(void)
{
    static const char text[] = "<nodelist dimensions=\"2\"><node isroot=\"1\"><coord> 1.5 </coord>"
                               "<coord>-2</coord></node></nodelist>";
    for (size_t cut = 1; cut < sizeof text; cut++) {
        g_autofree char *part = g_strndup(text, cut);
        g_autoptr(GError) error = NULL;
        g_autoptr(Coordinates) read = read_text(part, &error);
        g_assert_true((read != NULL) == (cut == sizeof text - 1));
    }
}

static void great_circles_have_known_lengths(void)
{
    g_assert_cmpfloat_with_epsilon(great_circle_km(0, 0, 180, 0), 20015.114, 1e-3);     /* half the equator */
    g_assert_cmpfloat_with_epsilon(great_circle_km(0, 0, 0, 90), 10007.557, 1e-3);
    g_assert_cmpfloat_with_epsilon(great_circle_km(179.5, 0, -179.5, 0), 111.195, 1e-3);
    g_assert_cmpfloat(great_circle_km(5, 50, 5, 50), ==, 0);
    g_assert_cmpfloat_with_epsilon(great_circle_ns(0, 0, 180, 0), 20015.114 * 5000, 10);
}

#define CASE(name) g_test_add_func("/load/coordinates/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(every_form_gives_the_same_places);
    CASE(broken_ones_are_refused_with_their_line);
    CASE(no_cut_brings_the_reader_down);
    CASE(great_circles_have_known_lengths);
    return g_test_run();
}
