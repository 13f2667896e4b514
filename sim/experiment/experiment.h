/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan becomes many runs: variants × points × replications.
 *
 * The runs of replication r come before those of r + 1; the place of a run in
 * this order, counted from replication 0, is its id in results.db.  What is
 * there already is not run again, so the same command goes on after Ctrl-C, a
 * crash or a power cut, and a larger number of replications adds to it.
 */
#pragma once
#include "scenario/plan.h"
#include "world/world.h"

typedef struct {
    const Plan *plan;
    const char *directory;              /* of results.db */
    const char *const *overrides;       /* the texts of --set, NULL-terminated, or NULL */
    const char *const *plugins;         /* the files of --plugin, NULL-terminated, or NULL; for the replay of a run */
    unsigned workers;                   /* processes at most; 0: one a core */
    bool fresh;                         /* throws earlier results away */
    const char *only;                   /* "VARIANT:POINT:REPLICATION", POINT and REPLICATION from 0; NULL: all */
    const char *trace;                  /* with `only`: a file for one line an event, or NULL */
    bool progress;                      /* draws on standard error */

    /* What does a run; NULL: world_run(). */
    RunResult *(*work)(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error);
} Experiment;

/* What came of it. */
typedef struct {
    uint32_t first, last;               /* replications that count */
    uint64_t runs, resumed;             /* that count; of them found in results.db */
    uint64_t events;                    /* of the runs made now */
    double seconds;
    bool capped;                        /* `precision` is not met by `replications-max` */
    GError *problem;                    /* the runs without result and how to replay them; NULL: none */
} Outcome;

void outcome_clear(Outcome *outcome);

/* Does all runs.  True and *outcome, even where single runs have no result.
 * False and *error: those of store_open(); SIM_ERROR_UNKNOWN or SYNTAX for
 * `only`; SIM_ERROR_MACHINE (disk, memory, processes); SIM_ERROR_INTERRUPTED,
 * with what is kept. */
bool experiment_run(const Experiment *experiment, Outcome *outcome, GError **error);

/* At an MPI rank other than 0 (ranks.h): does runs for rank 0 until it has enough.
 * `failure`, where it is not NULL, says why this rank has no plan. */
void experiment_serve(const Experiment *experiment, const GError *failure);
