/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One worker process, seen from its parent.  Used by the pool alone. */
#pragma once
#include "experiment/pool.h"

typedef struct {
    int process;                /* 0: none */
    int jobs, results;          /* our ends of its pipes */
    uint64_t job;
    bool busy;
    bool again;                 /* the job's second try */
    GByteArray *received;
} Worker;

/* Starts the process; false and *error (SIM_ERROR_MACHINE) where the machine has no room for it. */
bool worker_start(Worker *worker, const Pool *pool, GError **error);

/* Gives it a job; false where the process is no more. */
bool worker_give(Worker *worker, uint64_t job);

typedef enum { WORKER_WAIT, WORKER_SENT, WORKER_GONE } WorkerNews;

/* Takes what the worker has sent, without waiting.  WORKER_SENT: a whole result
 * stands in `received` behind its 8 bytes of length. */
WorkerNews worker_listen(Worker *worker);

/* Kills the process where it still runs, waits for it and frees all.  Returns how
 * it ended in words ("killed by signal 11 (Segmentation fault)"); free them. */
char *worker_end(Worker *worker, bool kill_it);
