/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results of one scenario that were made on several machines, joined. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* Joins the results at `sources` (directories or files, NULL-terminated, at least one)
 * into a new DIRECTORY/results.db, as if one machine had made them.  False and *error,
 * with nothing left behind: SIM_ERROR_RESULT where there are results in the directory,
 * the sources are of different scenarios (with the settings that differ) or versions, or
 * two of them have the same run; else those of database_read() and store_open(). */
bool merge_results(const char *const *sources, const char *directory, GError **error);
