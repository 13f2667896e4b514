/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of one key of [sweep], as exact texts.
 *
 *     2, 4, 8            0 % .. 50 % step 10 %            1000 .. 16000 factor 2
 *
 * Numbers are reckoned in decimal, so that a step of 0.1 gives 0.3 and not
 * 0.30000000000000004.
 */
#pragma once
#include <glib.h>

/* The values in their order, at least one; free with g_strfreev.  NULL and *error
 * (SIM_ERROR: SYNTAX, RANGE) where the text is neither a list nor a range. */
char **sweep_values(const char *text, GError **error);

/* The same for a key that goes in step with others: a list may name a value again. */
char **sweep_values_in_step(const char *text, GError **error);
