/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes that an MPI launcher started: rank 0 keeps the results and hands
 * out jobs, the others do them.
 *
 * Each of them does its jobs in a worker process (pool.h), so a run that crashes
 * costs neither its rank nor the others.  A rank that is silent for a minute, where
 * the launcher lets the others live on, is given up and its job handed to another.
 * MPI is started only where a launcher's environment is seen, and ended when the
 * program exits.  Without mpicc at build time there is one rank.
 */
#pragma once
#include "experiment/pool.h"

/* Joins the others, if a launcher has started more than one process.  False and
 * *error (SIM_ERROR_MACHINE) where that cannot be. */
bool ranks_begin(GError **error);

/* How many there are, 1 without a launcher; and which is this one. */
int ranks_count(void);
int ranks_number(void);

/* At a rank other than 0: does what it is given until rank 0 exits or is done.
 * `work` is a Pool of which work() and data are used; `hash` says which plan it
 * knows.  `failure`, where it is not NULL, says why this rank can do nothing. */
void ranks_serve(const Pool *work, const char *hash, const GError *failure);

/* At rank 0: pool_run() by the other ranks, which know the same `hash`.  False and
 * *error as there; SIM_ERROR_MACHINE too where a rank knows another plan or none. */
bool ranks_run(const Pool *pool, const char *hash, GError **error);
