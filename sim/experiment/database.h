/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SQLite with our errors: every failure says which file, and what a person can do. */
#pragma once
#include <glib.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "experiment/version.h"

/* What marks a file as ours: "BANY". */
#define DATABASE_APPLICATION 0x42414e59

/* Sets *error from the last failure of `db` (NULL: no memory): SIM_ERROR_MACHINE
 * (full, broken or no memory), SIM_ERROR_RESULT (in use, damaged, no database),
 * SIM_ERROR_FILE (no permission).  Returns false. */
bool database_fail(sqlite3 *db, const char *path, GError **error);

/* Runs statements that return nothing of interest. */
bool database_exec(sqlite3 *db, const char *path, const char *sql, GError **error);

/* The first column of the first row of `sql` as a whole number. */
bool database_number(sqlite3 *db, const char *path, const char *sql, int64_t *out, GError **error);

/* The value of `key` in table meta, or NULL where it has none; free it. */
char *database_meta(sqlite3 *db, const char *key);

/* Opens finished results for reading: `path` is results.db or its directory.
 * NULL and *error where there are none, or not of this schema.  Close with
 * sqlite3_close(). */
sqlite3 *database_read(const char *path, GError **error);

/* path, or path/results.db where it is a directory; free it. */
char *database_path(const char *path);
