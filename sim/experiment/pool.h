/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Worker processes that do numbered jobs.
 *
 * A worker is a fork of this process: it has all that was read, takes job
 * numbers from one pipe and sends results down another.  One that crashes or is
 * killed loses its one job, which is tried once more in a fresh process.
 * Workers die with their parent, whatever ends it.
 */
#pragma once
#include <stdbool.h>

#include "world/result.h"

typedef enum { POOL_GO_ON, POOL_ENOUGH, POOL_BROKEN } PoolVerdict;

typedef struct {
    unsigned workers;           /* at most; > 0 */
    void *data;                 /* handed to the calls below */

    /* In a worker: does the job; NULL and *error where it cannot be done. */
    RunResult *(*work)(void *data, uint64_t job, GError **error);

    /* In the parent: the next job; false where there is none left. */
    bool (*next)(void *data, uint64_t *job);

    /* In the parent, in the order of completion: `result` or, where it is NULL,
     * why there is none (SIM_ERROR_MACHINE: the worker ended twice).
     * POOL_ENOUGH drops what is still being done; POOL_BROKEN too, with *error. */
    PoolVerdict (*done)(void *data, uint64_t job, const RunResult *result, const GError *failure, GError **error);

    /* In the parent, a few times a second; false ends it as POOL_ENOUGH does.  May be NULL. */
    bool (*tick)(void *data);
} Pool;

/* Does all jobs.  False and *error: what done() set, SIM_ERROR_MACHINE where no
 * worker can be started, SIM_ERROR_INTERRUPTED after SIGINT or SIGTERM.  No
 * worker is left behind. */
bool pool_run(const Pool *pool, GError **error);
