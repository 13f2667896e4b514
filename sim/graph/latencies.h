/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Latencies that somebody measured between places: square matrices and lists of
 * pairs, with their holes.
 *
 * The separator and the form are taken from the first line and then insisted on:
 *     0<TAB>0.175<TAB>2.553       a square matrix without header: TAB, comma,
 *     0,17.3,12                   semicolon or blanks
 *     1,2 30.5                    a pair and its value
 *     cty1,cty2,rtt_avg           a first line that names columns (any separator)
 * Empty lines and lines that start with # are skipped.  A file may be compressed
 * by gzip, start with a UTF-8 byte order mark and end its lines with CR LF.
 */
#pragma once
#include "core/units.h"

typedef struct {
    uint32_t rows;
    double *cells;              /* rows * rows, from * rows + to, in the file's unit; NaN: not measured */
    char **names;               /* of the rows of a pair list, NULL-terminated; NULL for a matrix */
    GString *notes;             /* what was read, left out and filled in, for people */
} Latencies;

/* What becomes of the samples of a pair that is listed more than once. */
typedef enum { REPEATS_REFUSE, REPEATS_MIN, REPEATS_MEAN, REPEATS_MEDIAN } Repeats;
#define REPEATS_NAMES "refuse|min|mean|median"

/* What becomes of pairs without a value. */
typedef enum {
    MISSING_REVERSE,            /* the other direction, where that is missing too two hops */
    MISSING_TWO_HOP,            /* the least sum over one row between; where there is none, over sums of that kind */
    MISSING_DROP,               /* leave out the row with most holes until none is left */
    MISSING_REFUSE,
} Missing;
#define MISSING_NAMES "reverse|two-hop|drop|refuse"

/* A file, and how to read it. */
typedef struct {
    const char *path;
    const char *from, *to, *value;  /* names of columns; all NULL: none were named */
    Repeats repeats;
} LatencyFile;

#define LATENCIES_MOST_ROWS 20000       /* 3.2 GB of cells */

/* A value that is empty, NaN, NA, "-", 0 or negative is missing.  The rows of a
 * pair list ascend where all its ids are whole numbers and else stand in the
 * order of their first mention; where it gives no pair in both directions, each
 * value holds for both.  NULL and *error (SIM_ERROR: FILE, SYNTAX, RANGE,
 * UNKNOWN; "FILE:LINE: what is wrong; what would be right"). */
Latencies *latencies_load(const LatencyFile *file, GError **error);

/* Takes rows * rows cells over. */
Latencies *latencies_new(uint32_t rows, double *cells);
void latencies_free(Latencies *latencies);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Latencies, latencies_free)

/* The ordered pairs of different rows without a value. */
uint64_t latencies_holes(const Latencies *latencies);

/* Leaves no hole, and says in the notes how many there were.  False and *error
 * (SIM_ERROR_TOPOLOGY) where the policy cannot fill one, or refuses to. */
bool latencies_fill(Latencies *latencies, Missing policy, GError **error);
