/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenario/sweep.h"

#include <string.h>

#include "core/error.h"

static void lists_and_ranges_become_exact_texts(void)
{
    static const struct { const char *text, *values; } rows[] = {
        { "2, 4, 8", "2|4|8" },
        { "7", "7" },
        { "constant(1 ms), uniform(1 ms, 2 ms)", "constant(1 ms)|uniform(1 ms, 2 ms)" },
        { "0 % .. 50 % step 10 %", "0 %|10 %|20 %|30 %|40 %|50 %" },
        { "0%..30%step10%", "0 %|10 %|20 %|30 %" },
        { "0%..30% step 10%", "0 %|10 %|20 %|30 %" },
        { "1000 .. 16000 factor 2", "1000|2000|4000|8000|16000" },
        { "10 ms .. 50 ms step 10 ms", "10 ms|20 ms|30 ms|40 ms|50 ms" },
        { "0.1 .. 0.5 step 0.1", "0.1|0.2|0.3|0.4|0.5" },
        { "0.10 .. 0.30 step 0.10", "0.1|0.2|0.3" },
        { "0.05 .. 0.16 step 0.05", "0.05|0.1|0.15" },
        { "1 .. 10 step 4", "1|5|9" },
        { "3 .. 3 step 1", "3" },
        { "1 .. 3 factor 1.5", "1|1.5|2.25" },
        { "0.001 .. 1 factor 10", "0.001|0.01|0.1|1" },
        { "0.1 s .. 1.6 s factor 2", "0.1 s|0.2 s|0.4 s|0.8 s|1.6 s" },
        { "500 ms .. 2 s step 500 ms", "500 ms|1000 ms|1500 ms|2000 ms" },
        { "0 .. 20 % step 10 %", "0 %|10 %|20 %" },
        { "1 kB .. 8 KiB factor 2", "1000 B|2000 B|4000 B|8000 B" },
        { "1 .. 1.4 factor 1.1", "1|1.1|1.21|1.331" },
        { "10..19", "10..19" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) values = sweep_values(rows[i].text, &error);
        g_assert_no_error(error);
        g_autofree char *joined = g_strjoinv("|", values);
        g_assert_cmpstr(joined, ==, rows[i].values);
    }
}

static void a_factor_keeps_the_digits_a_double_tells_apart(void)
{
    g_auto(GStrv) values = sweep_values("1 .. 100 factor 1.1", NULL);
    g_assert_cmpuint(g_strv_length(values), ==, 49);
    g_assert_cmpstr(values[10], ==, "2.5937424601");
    g_assert_cmpstr(values[48], ==, "97.0172337848725");        /* 1.1^48 = 97.01723378487254… */
}

static void what_is_no_range_is_refused(void)
{
    static const struct { const char *text; int code; } rows[] = {
        { "", SIM_ERROR_SYNTAX }, { "1,,2", SIM_ERROR_SYNTAX }, { "1, 2,", SIM_ERROR_SYNTAX },
        { "1, 1", SIM_ERROR_RANGE }, { "a .. 2 step 1", SIM_ERROR_SYNTAX }, { "1 .. step 1", SIM_ERROR_SYNTAX },
        { "1 .. 2 step -1", SIM_ERROR_SYNTAX }, { "-1 .. 2 step 1", SIM_ERROR_SYNTAX },
        { "1 .. 2 step 0", SIM_ERROR_RANGE }, { "2 .. 1 step 1", SIM_ERROR_RANGE },
        { "2 .. 1 factor 2", SIM_ERROR_RANGE }, { "1 .. 2 factor 1", SIM_ERROR_RANGE },
        { "1 .. 2 factor 0.5", SIM_ERROR_RANGE }, { "0 .. 2 factor 2", SIM_ERROR_RANGE },
        { "1 ms .. 2 ms factor 2 ms", SIM_ERROR_SYNTAX }, { "1 ms .. 2 B step 1 B", SIM_ERROR_SYNTAX },
        { "1 .. 2 ms step 1 ms", SIM_ERROR_SYNTAX }, { "1e3 .. 2e3 step 1", SIM_ERROR_SYNTAX },
        { "1 .. 9999999999999 step 1", SIM_ERROR_SYNTAX }, { "0.00000000001 .. 1 factor 2", SIM_ERROR_SYNTAX },
        { "1 .. 99999 step 1", SIM_ERROR_RANGE }, { "1 .. 999999999999 factor 1.001", SIM_ERROR_RANGE },
        { "1 .. 2 .. 3 step 1", SIM_ERROR_SYNTAX },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_test_message("'%s'", rows[i].text);
        g_assert_null(sweep_values(rows[i].text, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
    }
}

/* The widest numbers that pass: no product may leave 127 bits (asan and ubsan watch). */
static void the_widest_numbers_do_not_overflow(void)
{
    static const char *const texts[] = {
        "0.000000001 h .. 999999999999 h factor 999999999999",
        "1 ns .. 999999999999 h factor 999999999999",
        "0.000000001 ns .. 999999999999 h factor 99.0000000001",
        "0.000000001 .. 0.000000002 factor 1.000000001",
        "999999999.999 h .. 999999999999 h step 999999999999 h",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) values = sweep_values(texts[i], &error);
        g_assert_true((values && values[0]) || error);
    }
}

#define CASE(name) g_test_add_func("/sweep/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(lists_and_ranges_become_exact_texts);
    CASE(a_factor_keeps_the_digits_a_double_tells_apart);
    CASE(what_is_no_range_is_refused);
    CASE(the_widest_numbers_do_not_overflow);
    return g_test_run();
}
