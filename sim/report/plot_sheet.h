/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One figure on its way to gnuplot: its data, its labels, and the script that draws it.
 *
 * NAME.tsv, NAME.labels.tsv, NAME.gp and style.gp stand beside the figure, so
 * that `gnuplot NAME.gp` draws it again after its data, texts or look were
 * edited.  Texts travel as data and are never part of a script.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* The scripts of plots/, and page.css and page.js, as built into the program by the Makefile, ended by a NULL name. */
typedef struct { const char *name, *text; } PlotScript;
extern const PlotScript plot_scripts[];

/* The text of one of them, which there must be. */
const char *plot_script_text(const char *name);

/* `text` as TeX sets it, with nothing left that TeX would obey; free it. */
char *plot_sheet_tex(const char *text);

/* Letters that fit one column of a paper; labels longer than this are cut. */
enum { PLOT_SHEET_LETTERS = 46 };

typedef struct PlotSheet PlotSheet;

/* A figure that `script` ("sweep.gp") draws.  `columns` is the header line of its data. */
PlotSheet *plot_sheet_new(const char *script, const char *columns);
void plot_sheet_free(PlotSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PlotSheet, plot_sheet_free)

/* Starts the next block of data. */
void plot_sheet_block(PlotSheet *sheet);

/* Adds a row: for each letter of `kinds` an s (const char *) or an n (double). */
void plot_sheet_row(PlotSheet *sheet, const char *kinds, ...);

/* Labels, as plots/style.gp lists them; `at` is the number beside the text. */
void plot_sheet_text(PlotSheet *sheet, const char *key, const char *text);
void plot_sheet_number(PlotSheet *sheet, const char *key, double number);
void plot_sheet_mark(PlotSheet *sheet, const char *key, const char *text, double at);

/* The title, broken into lines that fit one column of a paper, or two. */
void plot_sheet_title(PlotSheet *sheet, const char *title, unsigned columns);

/* The axes of a figure of named rows; `longest`: letters of the longest name,
 * which stands above its row where there is no room beside it. */
void plot_sheet_rows(PlotSheet *sheet, guint rows, glong longest, unsigned columns);

/* Writes the files into `directory` as `name` (letters, digits, - and _ alone)
 * and draws one image a format ("svg", "pdf", "png", "tex").  Adds the names of
 * the images to `drawn`.  "tex" makes NAME-tex.tex and the NAME-tex.pdf that it
 * includes.  False and *error: SIM_ERROR_MACHINE where gnuplot is missing or
 * fails, or a file cannot be written. */
bool plot_sheet_draw(const PlotSheet *sheet, const char *directory, const char *name, char *const *formats,
                     GPtrArray *drawn, GError **error);

/* Whether gnuplot can be run; *error says what to install. */
bool plot_sheet_ready(GError **error);
