/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs that have no result, and how to see them again. */
#pragma once
#include "experiment/experiment.h"

typedef struct Problems Problems;

Problems *problems_new(void);
void problems_free(Problems *problems);         /* NULL is fine */

/* Run number `run` of the plan has no result; takes a copy of the reason. */
void problems_add(Problems *problems, uint64_t run, const GError *why);

/* Those of runs below `limit` as an error that lists the first of them, each with its
 * seed and the command that makes it again; NULL where there is none.  `total` is
 * how many runs there are. */
GError *problems_error(Problems *problems, const Experiment *experiment, uint64_t limit, uint64_t total);
