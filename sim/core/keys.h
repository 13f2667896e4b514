/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One section of a scenario while it is read: which keys it gave, where, and
 * what is wrong with them.
 *
 * Faults are collected, not thrown: all of a file's are shown at once, each as
 *     FILE:LINE: [section] key: what is wrong; what would be right
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* The faults of one file, in the order of their lines. */
typedef struct Faults Faults;

Faults *faults_new(const char *file);
void faults_free(Faults *faults);
unsigned faults_count(const Faults *faults);

/* How often one was reported, equal ones included: whether it has grown tells
 * whether a reader found fault with what it read. */
unsigned faults_reports(const Faults *faults);

/* Adds one; `section` and `key` may be NULL.  An equal one is kept once.  Line
 * 0 stands for what the command line sets and reads `--set:`. */
void faults_add(Faults *faults, int line, const char *section, const char *key, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* All of them, one a line, ascending by line; free it. */
char *faults_text(const Faults *faults);

typedef struct Keys Keys;

/* `section` as between the brackets; `directory` is what relative paths stand
 * against.  The faults are only pointed to. */
Keys *keys_new(Faults *faults, const char *section, int line, const char *directory);
void keys_free(Keys *keys);
void keys_add(Keys *keys, const char *key, const char *value, int line);

const char *keys_section(const Keys *keys);
const char *keys_directory(const Keys *keys);

/* The value that the file gave, or NULL where it left the key out. */
const char *keys_value(const Keys *keys, const char *key);
static inline bool keys_given(const Keys *keys, const char *key) { return keys_value(keys, key) != NULL; }

/* The line of this key (the section's, where it is not given). */
int keys_line(const Keys *keys, const char *key);

/* Reports a fault at this key's line (the section's, where the key is not given;
 * `key` NULL: no key is named). */
void keys_fault(const Keys *keys, const char *key, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The key number `i` in the order of the file, or NULL after the last. */
const char *keys_name(const Keys *keys, unsigned i);
