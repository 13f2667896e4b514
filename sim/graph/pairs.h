/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of measured pairs on its way to a matrix.  Used by the readers of graph/ alone. */
#pragma once
#include "graph/latencies.h"

typedef struct Pairs Pairs;

Pairs *pairs_new(void);
void pairs_free(Pairs *pairs);

/* Adds one line of the list; a NaN only makes its two rows known. */
void pairs_add(Pairs *pairs, const char *from, const char *to, double value);
uint32_t pairs_rows(const Pairs *pairs);

/* The matrix of all that was added, which is used up by it; or NULL and *error
 * (SIM_ERROR_SYNTAX, without a place: fewer than two rows, repeats refused). */
Latencies *pairs_join(Pairs *pairs, Repeats repeats, GError **error);
