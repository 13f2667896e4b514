/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A wrong name meets the nearest right one, or the whole menu. */
#include "core/suggest.h"

#include <glib.h>
#include <string.h>

static const char *const menu[] = { "fanout", "interval", "rounds", "mode", NULL };

static void a_near_name_is_offered(void)
{
    static const struct { const char *name, *offered; } rows[] = {
        { "fanuot", "fanout" }, { "Fanout", "fanout" }, { "fan", NULL },     { "intervall", "interval" },
        { "round", "rounds" },  { "moed", "mode" },     { "modes", "mode" }, { "intrevla", "interval" },
        { "x", NULL },          { "", NULL },           { "completely-else", NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *got = suggest(rows[i].name, menu);
        g_autofree char *expected = rows[i].offered ? g_strdup_printf("; did you mean '%s'?", rows[i].offered)
                                                    : g_strdup("; one of fanout, interval, rounds, mode");
        g_test_message("'%s'", rows[i].name);
        g_assert_cmpstr(got, ==, expected);
    }
}

static void the_nearest_wins_and_the_first_of_equals(void)
{
    static const char *const near[] = { "loses", "loss", "lose", NULL };
    g_autofree char *got = suggest("los", near);
    g_assert_cmpstr(got, ==, "; did you mean 'loss'?");
}

static void an_empty_menu_offers_nothing(void)
{
    static const char *const none[] = { NULL };
    g_autofree char *got = suggest("fanout", none);
    g_assert_cmpstr(got, ==, "");
}

static void a_long_menu_is_cut_and_long_names_are_survived(void)
{
    const char *names[41];
    char text[40][8];
    for (int i = 0; i < 40; i++) {
        g_snprintf(text[i], sizeof text[i], "zz%05d", i);
        names[i] = text[i];
    }
    names[40] = NULL;
    g_autofree char *name = g_strnfill(1000, 'a'), *got = suggest(name, names);
    g_assert_true(g_str_has_prefix(got, "; one of zz00000, zz00001, "));
    g_assert_true(g_str_has_suffix(got, "zz00023, …"));
    const char *const longs[] = { name, NULL };
    g_autofree char *other = suggest("fanout", longs);
    g_assert_true(g_str_has_prefix(other, "; one of aaaa"));
}

#define CASE(name) g_test_add_func("/suggest/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    CASE(a_near_name_is_offered);
    CASE(the_nearest_wins_and_the_first_of_equals);
    CASE(an_empty_menu_offers_nothing);
    CASE(a_long_menu_is_cut_and_long_names_are_survived);
    return g_test_run();
}
