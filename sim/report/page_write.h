/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The elements of a report in HTML, Markdown or LaTeX; every text is escaped here. */
#pragma once
#include "report/page.h"

typedef struct {
    PageFormat format;
    GString *out;
} Page;

/* `text` so that it stands in the page as it is; free it. */
char *page_escape(PageFormat format, const char *text);

void page_heading(Page *page, unsigned level, const char *text);    /* 1..3 */
void page_paragraph(Page *page, const char *text);
void page_code(Page *page, const char *text);                       /* lines kept as they are */
void page_list(Page *page, const GPtrArray *texts);                 /* of char * */

/* Rows of cells (of char *), the first row the head; a letter for each column: l or r. */
void page_table(Page *page, const char *columns, const GPtrArray *cells);

/* One image file; in HTML an SVG stands in the page itself, its ids told apart by
 * `number`.  False and *error (SIM_ERROR_MACHINE) where it cannot be read. */
bool page_figure(Page *page, const char *file, unsigned number, GError **error);
