/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/truncation.h"

#include <glib.h>

static void mser5_cuts_the_transient_and_nothing_else(void)
{
    double series[500];
    for (size_t i = 0; i < 500; i++) series[i] = (double)(i / 5 % 2) + (i < 60 ? 22 - (double)i / 3 : 0);
    g_assert_cmpuint(truncation_mser5(series, 500), ==, 60);
    for (size_t i = 0; i < 500; i++) series[i] = 5;
    g_assert_cmpuint(truncation_mser5(series, 500), ==, 0);
    g_assert_cmpuint(truncation_mser5(series, 9), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/truncation/mser5_cuts_the_transient_and_nothing_else", mser5_cuts_the_transient_and_nothing_else);
    return g_test_run();
}
