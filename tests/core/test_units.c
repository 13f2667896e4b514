/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantities read exactly, or not at all. */
#include "core/units.h"

#include <locale.h>
#include <math.h>

#include "core/error.h"

enum { FINE = -1 };

static void quantities_read_with_their_unit_alone(void)
{
    static const struct { const char *text; Unit unit; double value; int error; } rows[] = {
        { "10 ms", UNIT_TIME, 10e6, FINE },        { "10ms", UNIT_TIME, 10e6, FINE },
        { "  10   ms  ", UNIT_TIME, 10e6, FINE },  { "+10 ms", UNIT_TIME, 10e6, FINE },
        { ".5 s", UNIT_TIME, 5e8, FINE },          { "1. s", UNIT_TIME, 1e9, FINE },
        { "1e3 us", UNIT_TIME, 1e6, FINE },        { "1.5E-3 s", UNIT_TIME, 1.5e6, FINE },
        { "2 min", UNIT_TIME, 120e9, FINE },       { "1 h", UNIT_TIME, 3600e9, FINE },
        { "0 ns", UNIT_TIME, 0, FINE },            { "0.1 s", UNIT_TIME, 1e8, FINE },
        { "1 B", UNIT_SIZE, 1, FINE },             { "1 kB", UNIT_SIZE, 1000, FINE },
        { "2 MB", UNIT_SIZE, 2e6, FINE },          { "3 GB", UNIT_SIZE, 3e9, FINE },
        { "1 KiB", UNIT_SIZE, 1024, FINE },        { "1 MiB", UNIT_SIZE, 1048576, FINE },
        { "1 GiB", UNIT_SIZE, 1073741824, FINE },  { "8 bit/s", UNIT_BANDWIDTH, 8, FINE },
        { "8 kbit/s", UNIT_BANDWIDTH, 8e3, FINE }, { "1 Mbit/s", UNIT_BANDWIDTH, 1e6, FINE },
        { "1 Gbit/s", UNIT_BANDWIDTH, 1e9, FINE }, { "5 /s", UNIT_RATE, 5, FINE },
        { "60 /min", UNIT_RATE, 1, FINE },         { "3600/h", UNIT_RATE, 1, FINE },
        { "0", UNIT_SHARE, 0, FINE },              { "1", UNIT_SHARE, 1, FINE },
        { "100 %", UNIT_SHARE, 1, FINE },          { "7", UNIT_NONE, 7, FINE },

        { "10", UNIT_TIME, 0, SIM_ERROR_SYNTAX },        { "60 secs", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "10 MS", UNIT_TIME, 0, SIM_ERROR_SYNTAX },     { "10 m s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "0x10 ms", UNIT_TIME, 0, SIM_ERROR_SYNTAX },   { "inf s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "nan s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },     { "infinity", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "", UNIT_TIME, 0, SIM_ERROR_SYNTAX },          { "ms", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { ". s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },       { "- 5 s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "1,5 s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },     { "1 000 s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "1e s", UNIT_TIME, 0, SIM_ERROR_SYNTAX },      { "5 s # late", UNIT_TIME, 0, SIM_ERROR_SYNTAX },
        { "10 kb", UNIT_SIZE, 0, SIM_ERROR_SYNTAX },     { "10 KB", UNIT_SIZE, 0, SIM_ERROR_SYNTAX },
        { "10 Mbps", UNIT_BANDWIDTH, 0, SIM_ERROR_SYNTAX }, { "5 Hz", UNIT_RATE, 0, SIM_ERROR_SYNTAX },
        { "7 ms", UNIT_NONE, 0, SIM_ERROR_SYNTAX },      { "20 percent", UNIT_SHARE, 0, SIM_ERROR_SYNTAX },
        { "-1 s", UNIT_TIME, 0, SIM_ERROR_RANGE },       { "-0 s", UNIT_TIME, 0, SIM_ERROR_RANGE },
        { "1e400 ms", UNIT_TIME, 0, SIM_ERROR_RANGE },   { "1e300 GB", UNIT_SIZE, 0, SIM_ERROR_RANGE },
        { "1e308 h", UNIT_TIME, 0, SIM_ERROR_RANGE },    { "1.1", UNIT_SHARE, 0, SIM_ERROR_RANGE },
        { "101 %", UNIT_SHARE, 0, SIM_ERROR_RANGE },     { "-1 %", UNIT_SHARE, 0, SIM_ERROR_RANGE },
        { "-2", UNIT_NONE, 0, SIM_ERROR_RANGE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        double got = 42;
        g_test_message("'%s'", rows[i].text);
        bool ok = parse_quantity(rows[i].text, rows[i].unit, &got, &error);
        if (rows[i].error == FINE) {
            g_assert_no_error(error);
            g_assert_true(ok);
            g_assert_true(got == rows[i].value);
        } else {
            g_assert_false(ok);
            g_assert_error(error, SIM_ERROR, rows[i].error);
            g_assert_true(got == 42);
        }
    }
}

static double share(const char *text)
{
    double value = NAN;
    g_assert_true(parse_quantity(text, UNIT_SHARE, &value, NULL));
    return value;
}

static void a_percentage_equals_its_decimal_exactly(void)
{
    g_assert_true(share("20 %") == 0.2);
    g_assert_true(share("1e1 %") == 0.1);
    for (int i = 0; i <= 10000; i++) {
        g_autofree char *percent = g_strdup_printf("%d.%02d %%", i / 100, i % 100);
        g_autofree char *decimal = g_strdup_printf("%d.%04d", i / 10000, i % 10000);
        g_test_message("%s against %s", percent, decimal);
        g_assert_true(share(percent) == share(decimal));
    }
}

static void durations_are_whole_ns_rounded_half_up(void)
{
    static const struct { const char *text; SimTime ns; int error; } rows[] = {
        { "1.5 s", 1500 * SIM_MS, FINE },      { "1 h", 3600 * SIM_S, FINE },
        { "0.4 ns", 0, FINE },                 { "0.5 ns", 1, FINE },
        { "1.5 ns", 2, FINE },                 { "2.5 ns", 3, FINE },
        { "0.3 ms", 300 * SIM_US, FINE },      { "1e-400 s", 0, FINE },
        { "2562047 h", 2562047 * (3600 * SIM_S), FINE },
        { "2562048 h", 0, SIM_ERROR_RANGE },   { "9223372036854775808 ns", 0, SIM_ERROR_RANGE },
        { "60", 0, SIM_ERROR_SYNTAX },         { "-1 s", 0, SIM_ERROR_RANGE },
        { "0x10 ms", 0, SIM_ERROR_SYNTAX },    { "1e400 s", 0, SIM_ERROR_RANGE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        SimTime got = 42;
        bool ok = parse_duration(rows[i].text, &got, &error);
        g_test_message("'%s'", rows[i].text);
        if (rows[i].error == FINE) {
            g_assert_no_error(error);
            g_assert_true(ok);
            g_assert_cmpint(got, ==, rows[i].ns);
        } else {
            g_assert_false(ok);
            g_assert_error(error, SIM_ERROR, rows[i].error);
            g_assert_cmpint(got, ==, 42);               /* untouched on failure */
        }
    }
}

static void counts_are_digits_and_nothing_else(void)
{
    static const struct { const char *text; uint64_t value; int error; } rows[] = {
        { "0", 0, FINE },                      { " 1000 ", 1000, FINE },
        { "007", 7, FINE },                    { "18446744073709551615", UINT64_MAX, FINE },
        { "18446744073709551616", 0, SIM_ERROR_RANGE },
        { "+5", 0, SIM_ERROR_SYNTAX },         { "-5", 0, SIM_ERROR_SYNTAX },
        { "5.0", 0, SIM_ERROR_SYNTAX },        { "1e3", 0, SIM_ERROR_SYNTAX },
        { "0x10", 0, SIM_ERROR_SYNTAX },       { "1 000", 0, SIM_ERROR_SYNTAX },
        { "", 0, SIM_ERROR_SYNTAX },           { "60 s", 0, SIM_ERROR_SYNTAX },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        uint64_t got = 42;
        bool ok = parse_count(rows[i].text, &got, &error);
        g_test_message("'%s'", rows[i].text);
        g_assert_cmpint(ok, ==, rows[i].error == FINE);
        if (ok) g_assert_cmpuint(got, ==, rows[i].value);
        else {
            g_assert_error(error, SIM_ERROR, rows[i].error);
            g_assert_cmpuint(got, ==, 42);
        }
    }
}

static void numbers_have_either_sign_and_no_unit(void)
{
    g_autoptr(GError) error = NULL;
    double got = 42;
    g_assert_true(parse_number(" -2.5e1 ", &got, NULL));
    g_assert_true(got == -25);
    static const struct { const char *text; int error; } rows[] = {
        { "5 ms", SIM_ERROR_SYNTAX }, { "0x1p3", SIM_ERROR_SYNTAX }, { "nan", SIM_ERROR_SYNTAX },
        { "-inf", SIM_ERROR_SYNTAX }, { "1e999", SIM_ERROR_RANGE }, { "-1e999", SIM_ERROR_RANGE },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_false(parse_number(rows[i].text, &got, &error));
        g_assert_error(error, SIM_ERROR, rows[i].error);
        g_assert_true(got == -25);
        g_clear_error(&error);
    }
}

static void yes_and_no_are_the_only_booleans(void)
{
    bool got = false;
    g_assert_true(parse_bool(" yes ", &got, NULL) && got);
    g_assert_true(parse_bool("no", &got, NULL) && !got);
    static const char *const others[] = { "true", "1", "Yes", "on", "", "yes no" };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(parse_bool(others[i], &got, &error));
        g_assert_error(error, SIM_ERROR, SIM_ERROR_SYNTAX);
    }
}

static void a_fault_says_what_would_be_right(void)
{
    static const struct { const char *text; Unit unit; const char *says; } rows[] = {
        { "10", UNIT_TIME, "'10' needs a unit: ns, us, ms, s, min or h" },
        { "10 sec", UNIT_TIME, "'sec' is not a unit of a duration; use ns, us, ms, s, min or h" },
        { "ten", UNIT_SIZE, "'ten' is not a size" },
        { "-3 s", UNIT_TIME, "'-3 s' is negative; 0 or more is expected" },
        { "120 %", UNIT_SHARE, "'120 %' is more than the whole; 0 % to 100 % is expected" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        double got;
        g_assert_false(parse_quantity(rows[i].text, rows[i].unit, &got, &error));
        g_assert_cmpstr(error->message, ==, rows[i].says);
    }
}

static void durations_write_short_and_read_back_equal(void)
{
    static const struct { SimTime ns; const char *text; } rows[] = {
        { 0, "0 s" },                        { 250 * SIM_US, "250 us" },
        { 1500 * SIM_MS, "1.5 s" },          { 3600 * SIM_S, "3600 s" },
        { 1, "1 ns" },                       { 1001, "1.001 us" },
        { 1000001, "1000.001 us" },          { 12345 * SIM_MS, "12.345 s" },
        { ((SimTime)1 << 53) + 1, "9007199254740.993 us" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = format_duration(rows[i].ns);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
    for (int bit = 0; bit < 50; bit++) {
        SimTime back, time = ((SimTime)1 << bit) + 7 * bit;
        g_autofree char *text = format_duration(time);
        g_assert_true(parse_duration(text, &back, NULL));
        g_assert_cmpint(back, ==, time);
    }
}

static void numbers_write_short_and_read_back_equal(void)
{
    static const struct { double value; const char *text; } rows[] = {
        { 0.1, "0.1" },     { 1e-9, "1e-09" },        { 0, "0" },      { -0.0, "0" },
        { 200, "200" },     { 1000000, "1000000" },   { -3, "-3" },    { 1.0 / 3, "0.3333333333333333" },
        { 1e300, "1e+300" },  { NAN, "nan" },  { -NAN, "nan" },  { 1e15, "1e+15" }, { 123456789.25, "123456789.25" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = format_number(rows[i].value);
        g_assert_cmpstr(text, ==, rows[i].text);
    }
    GRand *draws = g_rand_new_with_seed(1);
    for (int i = 0; i < 2000; i++) {
        double value = ldexp(g_rand_double_range(draws, -1, 1), g_rand_int_range(draws, -300, 300));
        g_autofree char *text = format_number(value);
        g_assert_true(g_ascii_strtod(text, NULL) == value);
    }
    g_rand_free(draws);
}

static void the_locale_plays_no_part(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8")) {
        g_test_skip("no locale with a decimal comma is installed");
        return;
    }
    double got = 0;
    g_assert_true(parse_quantity("1.5 s", UNIT_TIME, &got, NULL));
    g_assert_true(got == 1.5e9);
    g_autofree char *text = format_number(0.5);
    g_assert_cmpstr(text, ==, "0.5");
    setlocale(LC_ALL, "C");
}

static void calls_split_into_name_and_arguments(void)
{
    static const struct { const char *text, *name, *inner; } rows[] = {
        { "uniform(1 ms, 2 ms)", "uniform", "1 ms, 2 ms" }, { " a-b ( x ) ", "a-b", "x" },
        { "f()", "f", "" }, { "f(g(1), 2)", "f", "g(1), 2" }, { "5 ms", NULL, NULL }, { "", NULL, NULL },
        { "(x)", NULL, NULL }, { "f(x", NULL, NULL }, { "f(x) y", NULL, NULL }, { "f x)", NULL, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *inner = NULL, *name = parse_call(rows[i].text, &inner);
        g_test_message("'%s'", rows[i].text);
        g_assert_cmpstr(name, ==, rows[i].name);
        g_assert_cmpstr(inner, ==, rows[i].inner);
    }
}

static void lists_split_at_outer_commas(void)
{
    static const struct { const char *text, *joined; } rows[] = {
        { "", "" }, { "  ", "" }, { "a", "a" }, { " a , b ", "a|b" }, { "f(1, 2), b", "f(1, 2)|b" },
        { "a,", "a|" }, { ",a", "|a" }, { ",", "|" }, { "a)b, c", "a)b|c" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(GStrv) items = parse_list(rows[i].text);
        g_autofree char *joined = g_strjoinv("|", items);
        g_test_message("'%s'", rows[i].text);
        g_assert_cmpstr(joined, ==, rows[i].joined);
    }
}

#define CASE(name) g_test_add_func("/units/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(quantities_read_with_their_unit_alone);
    CASE(a_percentage_equals_its_decimal_exactly);
    CASE(durations_are_whole_ns_rounded_half_up);
    CASE(counts_are_digits_and_nothing_else);
    CASE(numbers_have_either_sign_and_no_unit);
    CASE(yes_and_no_are_the_only_booleans);
    CASE(a_fault_says_what_would_be_right);
    CASE(durations_write_short_and_read_back_equal);
    CASE(numbers_write_short_and_read_back_equal);
    CASE(the_locale_plays_no_part);
    CASE(calls_split_into_name_and_arguments);
    CASE(lists_split_at_outer_commas);
    return g_test_run();
}
