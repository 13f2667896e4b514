/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables and views of results.db. */
#pragma once

/* Makes them in an empty database. */
extern const char schema_sql[];

/* The tables that hold rows of a run, NULL-terminated; `run` itself is not among them. */
extern const char *const schema_run_tables[];
