/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One measurement of `bench`, in a process of its own.  Used by bench alone. */
#pragma once
#include "cli/bench_load.h"
#include "world/result.h"

typedef struct {
    const BenchLoad *load;
    uint32_t nodes;
    uint32_t publications;      /* 0: the workload's own */
    const char *edges;          /* a file for the links and their latencies, which are then whole us; or NULL */
} BenchTask;

/* What one run took; plain numbers. */
typedef struct {
    uint64_t links;             /* directed */
    uint64_t publications, events, received, delivered;
    double mean_us, max_us;     /* latency of first deliveries */
    double loop_s, process_s;   /* the event loop; the process from its scenario to its last row */
    RunCost cost;
    uint64_t peak_bytes;        /* of the process, beyond what it had before the run */
} BenchResult;

/* Runs the task in a child process and sets *out.  False and *error where the
 * scenario cannot be run (what plan_read() and world_run() say), the file not
 * written, or the child dies (SIM_ERROR_MACHINE). */
bool bench_measure(const BenchTask *task, BenchResult *out, GError **error);

/* What the run is expected to take at most, in bytes; 0 where its scenario cannot be read. */
uint64_t bench_estimate(const BenchTask *task);
