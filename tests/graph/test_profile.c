/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "core/error.h"
#include "graph/profile.h"

static Profile *load(const char *text, GError **error)
{
    g_autofree char *path = NULL;
    int file = g_file_open_tmp("banyan-XXXXXX.profile", &path, NULL);
    g_assert_cmpint(file, >=, 0);
    g_close(file, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    Profile *profile = profile_load(path, error);
    g_unlink(path);
    return profile;
}

static void assert_step(const Profile *profile, uint64_t i, SimTime from, SimTime until, double value)
{
    ProfileStep step;
    g_assert_true(profile_step(profile, i, &step));
    g_assert_cmpint(step.from, ==, from);
    g_assert_cmpint(step.until, ==, until);
    g_assert_cmpfloat(step.value, ==, value);
}

static void steps_last_until_the_next(void)
{
    ProfileStep step;
    Profile *profile = load("# speed\n0 0.5\n\n2.5 1\n", NULL);
    g_assert_cmpuint(profile_length(profile), ==, 2);
    assert_step(profile, 0, 0, 2500 * SIM_MS, 0.5);
    assert_step(profile, 1, 2500 * SIM_MS, SIM_NEVER, 1);
    g_assert_false(profile_step(profile, 2, &step));
    g_assert_true(profile_above_zero(profile));
    profile_free(profile);
}

static void they_begin_again(void)
{
    Profile *profile = load("1 0.003\n3 0\nLOOPAFTER 6", NULL);
    assert_step(profile, 1, 3 * SIM_S, 10 * SIM_S, 0);
    assert_step(profile, 2, 10 * SIM_S, 12 * SIM_S, 0.003);
    assert_step(profile, 4, 19 * SIM_S, 21 * SIM_S, 0.003);
    ProfileStep step;
    g_assert_false(profile_step(profile, UINT64_MAX - 1, &step));        /* beyond all time */
    g_assert_false(profile_above_zero(profile));
    profile_free(profile);
}

static void faults_say_where(void)
{
    static const struct { const char *text; int code; const char *says; } rows[] = {
        { "0 1\n0 2\n", SIM_ERROR_RANGE, ":2: '0' is no later" }, { "0 -1\n", SIM_ERROR_RANGE, ":1: '-1' is negative" },
        { "-1 1\n", SIM_ERROR_RANGE, "out of range" }, { "0 x\n", SIM_ERROR_SYNTAX, ":1: " }, { "0\n", SIM_ERROR_SYNTAX, "a time and a value" },
        { "# nothing\n", SIM_ERROR_SYNTAX, "no line" }, { "0 1\nLOOPAFTER 0\n", SIM_ERROR_RANGE, "repeats without end" },
        { "", SIM_ERROR_FILE, "empty" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(load(rows[i].text, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_test_message("%s", error->message);
        g_assert_nonnull(strstr(error->message, rows[i].says));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/profile/steps_last_until_the_next", steps_last_until_the_next);
    g_test_add_func("/profile/they_begin_again", they_begin_again);
    g_test_add_func("/profile/faults_say_where", faults_say_where);
    return g_test_run();
}
