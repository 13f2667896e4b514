/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of one run, as prepared statements.  Used by the store alone. */
#pragma once
#include <sqlite3.h>

#include "experiment/store.h"

typedef struct Rows Rows;

/* NULL where a statement cannot be prepared: the database says why. */
Rows *rows_new(sqlite3 *db);
void rows_free(Rows *rows);

/* Inside a transaction of the caller: replaces all rows of the run.  False where
 * one fails: the database says why. */
bool rows_put(Rows *rows, const RunKey *key, const RunResult *result);
bool rows_fail(Rows *rows, const RunKey *key, const char *why);
