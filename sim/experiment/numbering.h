/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which run of a plan is which.
 *
 * Runs are numbered from the plan's first replication: all variants and points
 * of one replication, variants outermost, then the next replication.
 */
#pragma once
#include "experiment/store.h"

/* Variants × points: the runs of one replication. */
static inline uint64_t numbering_groups(const Plan *plan)
{
    return (uint64_t)plan->variant_count * plan->point_count;
}

/* The most replications the plan can come to. */
uint32_t numbering_replications(const Plan *plan);

static inline uint32_t numbering_point(const Plan *plan, uint64_t run)
{
    return (uint32_t)(run % numbering_groups(plan) % plan->point_count);
}

/* The run as results.db knows it; its texts are the plan's.  The id counts from
 * replication 0, so that replications made elsewhere never collide. */
RunKey numbering_key(const Plan *plan, uint64_t run);

/* The run with that id; false where it is none of the plan's. */
bool numbering_run(const Plan *plan, uint64_t id, uint64_t *run);

/* Reads "VARIANT:POINT:REPLICATION", the last two from 0; names may hold colons.
 * False and *error (SIM_ERROR: SYNTAX, UNKNOWN, RANGE). */
bool numbering_find(const Plan *plan, const char *text, uint64_t *run, GError **error);

/* The command line that makes this run again; `overrides` as given to --set, or NULL.  Free it. */
char *numbering_replay(const Plan *plan, uint64_t run, const char *const *overrides);

/* A file name of its own for each run: "trace-mesh-0-3.tsv" for "trace.tsv".  Free it. */
char *numbering_file(const Plan *plan, uint64_t run, const char *file);
