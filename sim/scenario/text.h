/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scenario file as sections of keys and values, each with its line.
 *
 * Stricter than GKeyFile, whose form it reads: a repeated section or key, a
 * comment behind a value, text that is no `key = value` and an empty value are
 * faults at their own line.  A byte order mark and CRLF are accepted; values are
 * taken as they stand, without escapes.
 */
#pragma once
#include "core/keys.h"

/* One `key = value`. */
typedef struct { char *key, *value; int line; } Entry;

typedef struct {
    char *kind, *name;          /* [kind NAME]; name NULL in [kind] */
    char *title;                /* "kind NAME" */
    int line;
    GArray *entries;            /* of Entry, in the order of the file, each key once */
} Section;

typedef struct {
    GPtrArray *sections;        /* of Section *, in the order of the file, each title once */
} Text;

/* Reads `length` bytes.  Reports every fault and goes on with what reads well;
 * NULL where the bytes are not UTF-8, which is reported too. */
Text *text_parse(const char *bytes, gsize length, Faults *faults);
void text_free(Text *text);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Text, text_free)

/* The entry of that key, or NULL. */
const Entry *section_entry(const Section *section, const char *key);
