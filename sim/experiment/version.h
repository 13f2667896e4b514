/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What made a results database: the program, the schema, the libraries. */
#pragma once

#define BANYAN_VERSION "0.1.0"

/* The tables of results.db; grows whenever an older program could misread them. */
#define BANYAN_SCHEMA 3

/* "glib 2.74.6, gsl 2.7.1, …", as they are loaded now; free it. */
char *version_libraries(void);
