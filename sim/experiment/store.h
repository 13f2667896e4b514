/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results.db: the single truth about an experiment.
 *
 * One SQLite database, held exclusively while runs are written; each run is one
 * transaction, so whatever ends the program costs at most the runs in flight.
 * All that comes from files or people enters through bound parameters.
 * A seed of 64 bits stands as SQLite's signed integer (printf('%u', seed)).
 */
#pragma once
#include <stdbool.h>

#include "scenario/plan.h"
#include "world/result.h"

typedef struct Store Store;

/* Which run of the plan. */
typedef struct {
    uint64_t id;                /* its place in the plan, from 1 */
    const char *variant;
    const char *point;          /* JSON object */
    uint32_t replication;
    uint64_t seed;
} RunKey;

/* Opens DIRECTORY/results.db for this plan; makes both where they are missing.
 * `overrides`, the texts of --set, may be NULL; `fresh` throws away what is there.
 * NULL and *error: SIM_ERROR_RESULT (in use by another program, not a results
 * database, of another scenario: then with the settings that differ),
 * SIM_ERROR_FILE (no permission), SIM_ERROR_MACHINE (no room, broken disk). */
Store *store_open(const char *directory, const Plan *plan, const char *const *overrides, bool fresh, GError **error);

/* Closes it; what store_put() returned for is on disk. */
void store_free(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_free)

/* Writes one run in one transaction, in place of an earlier one with that id.
 * The metrics `events`, `wall_s` and `events_per_s` are added where `result` has
 * no rows for them.  False and *error (as above): nothing of it was written. */
bool store_put(Store *store, const RunKey *key, const RunResult *result, GError **error);

/* Notes that a run has no result, and why (table problem). */
bool store_fail(Store *store, const RunKey *key, const char *why, GError **error);

/* Forgets all runs of replications after `last`. */
bool store_forget_after(Store *store, uint32_t last, GError **error);

/* Goes through the runs that are done, ascending by id; delivery_ratio is NaN where there is none. */
bool store_finished(Store *store, void (*visit)(void *data, uint64_t id, double delivery_ratio), void *data,
                    GError **error);

/* The file, for messages; owned by the store. */
const char *store_path(const Store *store);

/* Makes writing fail once the file holds this many pages, as a full disk would; for tests. */
void store_limit_pages(Store *store, int pages);
