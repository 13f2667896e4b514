/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report of an experiment as one page: what was asked, how it was set up, what
 * came out, figures, a replay of one run, what failed, and how to repeat it.
 *
 * The HTML page is complete in itself: styles, script, figures and data stand in
 * it, and its content security policy lets nothing be fetched.  Texts of the
 * results are text in every format.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

#include "report/plot_data.h"
#include "report/samples.h"

typedef enum { PAGE_HTML, PAGE_MARKDOWN, PAGE_LATEX } PageFormat;

/* The report on a directory of results, or its results.db.  Figures are drawn
 * into plots/ beside the results; where gnuplot is missing the page says so.
 * NULL and *error: SIM_ERROR_FILE or _RESULT for results that cannot be used,
 * _MACHINE where a figure cannot be written.  Free it. */
char *page_text(const char *results, PageFormat format, GError **error);
