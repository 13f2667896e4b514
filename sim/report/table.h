/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Aligned text tables; also for LaTeX and Markdown. */
#pragma once
#include <glib.h>

typedef enum { TABLE_PLAIN, TABLE_MARKDOWN, TABLE_LATEX } TableStyle;

typedef struct Table Table;

/* A letter for each column: l flush left, r flush right. */
Table *table_new(const char *columns);
void table_free(Table *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)

/* Adds a cell, row by row; the first row is the head.  Takes a copy. */
void table_add(Table *table, const char *text);

/* The same, and frees `text`. */
void table_take(Table *table, char *text);

/* Appends the table; whatever is no printable text shows as "?". */
void table_write(const Table *table, TableStyle style, GString *out);

/* `text` without control characters and broken UTF-8, so that no name steers a terminal; free it. */
char *table_clean(const char *text);
