/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file in memory, taken line by line and field by field, with errors that say where.
 *
 * Used by the readers of graph/ alone.
 */
#pragma once
#include <stdbool.h>

#include "core/error.h"
#include "core/units.h"

/* One file; plain, but text_clear() frees what it holds. */
typedef struct {
    char *file;                 /* its name as given, for messages */
    char *data;                 /* ends with a NUL that is not counted in `size` */
    gsize size;
    char *next;                 /* where the next line starts; NULL after the last */
    unsigned line;              /* number of the line in hand, from 1 */
} Text;

/* Reads the whole file: inflates gzip, drops a UTF-8 byte order mark.  False and
 * *error (SIM_ERROR_FILE: not there, not a regular file, empty, broken gzip;
 * SYNTAX: it holds a NUL). */
bool text_open(Text *text, const char *path, GError **error);
void text_clear(Text *text);

/* False and *error at the first line with bytes that are not UTF-8. */
bool text_check_encoding(Text *text, GError **error);

/* Takes the next line, without its end, or NULL after the last.  The text is
 * cut up in place. */
char *text_line(Text *text);

/* The same, past lines that are blank. */
char *text_filled_line(Text *text);

/* The same where a header declares how many `what` follow, and `had` of them
 * were taken; NULL and *error where the file ends. */
char *text_next_line(Text *text, const char *what, uint64_t had, uint64_t declared, GError **error);

/* Cuts a line at blanks and TABs (runs of them), at most `room` fields.  Returns
 * how many there are, which may be more than `room`. */
unsigned text_fields(char *line, char **fields, unsigned room);

/* Runs GLib's XML parser over the whole text.  In each call-back text->line is
 * the line in which the element, or its tag, ends.  False and *error, from a
 * call-back or, for what is no XML, "FILE:LINE: not sound XML: …". */
bool text_markup(Text *text, const GMarkupParser *parser, gpointer data, GError **error);

/* Sets *error to "FILE:LINE: …" (SIM_ERROR of this code) and returns false. */
bool text_fault(const Text *text, SimError code, GError **error, const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Reads a field as a whole number up to `most`, or as a finite decimal number;
 * false and *error naming it as `what`. */
bool text_count(const Text *text, const char *field, const char *what, uint64_t most, uint64_t *out, GError **error);
bool text_number(const Text *text, const char *field, const char *what, double *out, GError **error);

/* True if `field` is a finite decimal number and nothing else. */
bool text_is_number(const char *field, double *out);
