/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/error.h"
#include "core/loss.h"

static void both_forms_are_read(void)
{
    static const struct { const char *text; Loss loss; double mean; } rows[] = {
        { "0", { 0, 0, 0, 0 }, 0 }, { "5 %", { 0.05, 0, 0, 0 }, 0.05 }, { "0.2", { 0.2, 0, 0, 0 }, 0.2 },
        { "gilbert-elliott(1 %, 0.2)", { 0, 1, 0.01, 0.2 }, 0.01 / 0.21 },
        { "gilbert-elliott(0.02, 0.3, 0.1 %, 40 %)", { 0.001, 0.4, 0.02, 0.3 }, 0.0259375 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Loss loss;
        g_assert_true(loss_parse(rows[i].text, &loss, &error));
        g_assert_no_error(error);
        g_assert_cmpfloat(loss.good, ==, rows[i].loss.good);
        g_assert_cmpfloat(loss.bad, ==, rows[i].loss.bad);
        g_assert_cmpfloat(loss.turn_bad, ==, rows[i].loss.turn_bad);
        g_assert_cmpfloat(loss.turn_good, ==, rows[i].loss.turn_good);
        g_assert_cmpfloat_with_epsilon(loss_mean(&loss), rows[i].mean, 1e-12);
        g_assert_cmpint(loss_any(&loss), ==, rows[i].mean > 0);
        g_assert_cmpint(loss_bursts(&loss), ==, rows[i].loss.turn_bad > 0);
    }
}

static void faults_leave_it_alone(void)
{
    static const struct { const char *text; int code; } rows[] = {
        { "5", SIM_ERROR_RANGE }, { "-1 %", SIM_ERROR_RANGE }, { "5 ms", SIM_ERROR_SYNTAX }, { "gilbert(1 %, 2 %)", SIM_ERROR_UNKNOWN },
        { "gilbert-elliott(1 %)", SIM_ERROR_SYNTAX }, { "gilbert-elliott(1 %, 2 %, 0, 1, 2)", SIM_ERROR_SYNTAX },
        { "gilbert-elliott(0, 2 %)", SIM_ERROR_RANGE }, { "gilbert-elliott(1 %, 0)", SIM_ERROR_RANGE },
        { "gilbert-elliott(1 %, 2)", SIM_ERROR_RANGE }, { "gilbert-elliott(1 %, 2 %, x)", SIM_ERROR_SYNTAX },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        Loss loss = { .good = 0.25 };
        g_test_message("'%s'", rows[i].text);
        g_assert_false(loss_parse(rows[i].text, &loss, &error));
        g_assert_error(error, SIM_ERROR, rows[i].code);
        g_assert_cmpfloat(loss.good, ==, 0.25);
    }
}

static void a_plain_share_takes_one_number_and_no_state(void)
{
    Loss loss = { .good = 0.5 };
    LossState state = LOSS_UNKNOWN;
    Random random = random_stream(1, "test/loss", 0);
    for (int i = 0; i < 10; i++) (void)loss_next(&loss, &state, &random);
    g_assert_cmpuint(random.drawn, ==, 10);
    g_assert_cmpint(state, ==, LOSS_UNKNOWN);
}

static void states_alternate_where_they_are_left_at_once(void)
{
    Loss loss = { .good = 0, .bad = 1, .turn_bad = 1, .turn_good = 1 };
    LossState state = LOSS_GOOD;
    Random random = random_stream(1, "test/loss", 0);
    for (int i = 0; i < 10; i++) g_assert_cmpint(loss_next(&loss, &state, &random), ==, i % 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loss/both_forms_are_read", both_forms_are_read);
    g_test_add_func("/loss/faults_leave_it_alone", faults_leave_it_alone);
    g_test_add_func("/loss/a_plain_share_takes_one_number_and_no_state", a_plain_share_takes_one_number_and_no_state);
    g_test_add_func("/loss/states_alternate_where_they_are_left_at_once", states_alternate_where_they_are_left_at_once);
    return g_test_run();
}
