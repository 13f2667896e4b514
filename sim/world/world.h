/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run: nodes, network, overlay, protocol, workloads, failures and engine
 * joined.  The only code that knows all contracts at work. */
#pragma once
#include "scenario/scenario.h"
#include "world/result.h"

/* What a run writes down beside its metrics and failure events. */
typedef struct {
    bool overlay;               /* nodes and links as built */
    bool deliveries;            /* every first delivery */
    bool series;                /* 100 steps of the run */
    uint32_t sequence;          /* packets and events of the communication models, where there are no more packets; 0: none */
    const char *trace;          /* a file for one line an event; NULL: none */
} Recording;

/* What `[record]` asks of replication number `replication`. */
Recording world_recording(const Scenario *scenario, uint32_t replication);

/* Runs `scenario` once with the seed of one replication.  NULL and *error where
 * this draw cannot be run (SIM_ERROR_TOPOLOGY: a disconnected overlay that is
 * refused, …).  Deterministic but for wall_s. */
RunResult *world_run(const Scenario *scenario, uint64_t seed, const Recording *recording, GError **error);

/* A guess at the most memory a run takes, in bytes, and at its messages. */
void world_estimate(const Scenario *scenario, uint64_t *bytes, double *messages);

/* A guess at the seconds of one core that a replication takes, with writing its rows. */
double world_seconds(const Scenario *scenario, uint32_t replication);
