/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A section remembers what was given and where; faults come sorted, each once. */
#include "core/keys.h"

#include "core/error.h"

static void a_key_is_given_or_not(void)
{
    Faults *faults = faults_new("a.ini");
    Keys *keys = keys_new(faults, "protocol", 10, "/there");
    keys_add(keys, "fanout", "4", 11);
    keys_add(keys, "mode", "", 12);
    g_assert_cmpstr(keys_section(keys), ==, "protocol");
    g_assert_cmpstr(keys_directory(keys), ==, "/there");
    g_assert_cmpstr(keys_value(keys, "fanout"), ==, "4");
    g_assert_cmpstr(keys_value(keys, "mode"), ==, "");
    g_assert_true(keys_given(keys, "mode"));
    g_assert_false(keys_given(keys, "Fanout"));
    g_assert_null(keys_value(keys, "rounds"));
    g_assert_cmpstr(keys_name(keys, 0), ==, "fanout");
    g_assert_cmpstr(keys_name(keys, 1), ==, "mode");
    g_assert_null(keys_name(keys, 2));
    keys_free(keys);
    faults_free(faults);
    keys_free(NULL);
    faults_free(NULL);
}

static void faults_stand_in_the_order_of_their_lines(void)
{
    Faults *faults = faults_new("dir/a.ini");
    Keys *keys = keys_new(faults, "failure storm", 20, NULL);
    keys_add(keys, "at", "x", 22);
    keys_fault(keys, "at", "'%s' is not a duration", "x");
    keys_fault(keys, "fraction", "'%s' is missing", "fraction");       /* at the section's line */
    faults_add(faults, 3, NULL, NULL, "nothing publishes");
    faults_add(faults, 22, "failure storm", NULL, "second on its line");
    faults_add(faults, 5, "network", "loss", "100 %% is no share of %d", 7);
    g_autofree char *text = faults_text(faults);
    g_assert_cmpstr(text, ==, "dir/a.ini:3: nothing publishes\n"
                              "dir/a.ini:5: [network] loss: 100 % is no share of 7\n"
                              "dir/a.ini:20: [failure storm] fraction: 'fraction' is missing\n"
                              "dir/a.ini:22: [failure storm] at: 'x' is not a duration\n"
                              "dir/a.ini:22: [failure storm] second on its line");
    g_assert_cmpuint(faults_count(faults), ==, 5);
    keys_free(keys);
    faults_free(faults);
}

static void an_equal_fault_is_kept_once(void)
{
    Faults *faults = faults_new("a.ini");
    for (int i = 0; i < 3; i++) faults_add(faults, 1, "s", "k", "wrong");
    faults_add(faults, 2, "s", "k", "wrong");
    g_assert_cmpuint(faults_count(faults), ==, 2);
    faults_free(faults);
}

static void what_the_command_line_sets_has_no_line(void)
{
    Faults *faults = faults_new("a.ini");
    Keys *keys = keys_new(faults, "overlay", 4, NULL);
    keys_add(keys, "degree", "x", 0);
    keys_add(keys, "nodes", "9", 6);
    g_assert_cmpint(keys_line(keys, "degree"), ==, 0);
    g_assert_cmpint(keys_line(keys, "nodes"), ==, 6);
    g_assert_cmpint(keys_line(keys, "arity"), ==, 4);
    keys_fault(keys, "degree", "'x' is no number");
    keys_fault(keys, "degree", "'x' is no number");
    keys_fault(keys, NULL, "is odd");
    g_autofree char *text = faults_text(faults);
    g_assert_cmpstr(text, ==, "--set: [overlay] degree: 'x' is no number\na.ini:4: [overlay] is odd");
    g_assert_cmpuint(faults_count(faults), ==, 2);
    g_assert_cmpuint(faults_reports(faults), ==, 3);        /* equal ones too */
    keys_free(keys);
    faults_free(faults);
}

static void no_fault_is_no_text(void)
{
    Faults *faults = faults_new("a.ini");
    g_autofree char *text = faults_text(faults);
    g_assert_cmpstr(text, ==, "");
    faults_free(faults);
}

static void an_error_decides_the_exit_status(void)
{
    static const struct { int code, status; } rows[] = {
        { SIM_ERROR_SYNTAX, 2 },   { SIM_ERROR_RANGE, 2 },    { SIM_ERROR_UNKNOWN, 2 },     { SIM_ERROR_FILE, 2 },
        { SIM_ERROR_TOPOLOGY, 2 }, { SIM_ERROR_SCENARIO, 2 }, { SIM_ERROR_RESULT, 2 },      { SIM_ERROR_MACHINE, 1 },
        { SIM_ERROR_EXPECTATION, 3 }, { SIM_ERROR_INTERRUPTED, 130 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = g_error_new(SIM_ERROR, rows[i].code, "x");
        g_assert_cmpint(sim_error_status(error), ==, rows[i].status);
    }
    g_autoptr(GError) option = g_error_new(G_OPTION_ERROR, 0, "x"), file = g_error_new(G_FILE_ERROR, 0, "x");
    g_assert_cmpint(sim_error_status(option), ==, 2);
    g_assert_cmpint(sim_error_status(file), ==, 1);
}

#define CASE(name) g_test_add_func("/keys/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_key_is_given_or_not);
    CASE(faults_stand_in_the_order_of_their_lines);
    CASE(an_equal_fault_is_kept_once);
    CASE(what_the_command_line_sets_has_no_line);
    CASE(no_fault_is_no_text);
    CASE(an_error_decides_the_exit_status);
    return g_test_run();
}
