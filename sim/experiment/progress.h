/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on standard error that says how far an experiment is. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Progress Progress;

/* `total` runs, of which `finished` were there before.  Nothing is ever drawn
 * unless `shown`; colors are left out where NO_COLOR is set. */
Progress *progress_new(uint64_t total, uint64_t finished, bool shown);

/* Wipes the line, frees. */
void progress_free(Progress *progress);

/* One more run has ended, after so many events. */
void progress_add(Progress *progress, uint64_t events);

/* There are to be this many runs after all. */
void progress_set_total(Progress *progress, uint64_t total);

/* Draws the line, at most ten times a second. */
void progress_draw(Progress *progress);

/* Wipes the line, so that something else can be said. */
void progress_wipe(Progress *progress);

/* The line without colors, `elapsed_s` seconds after the start; free it. */
char *progress_text(const Progress *progress, double elapsed_s);
