/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one run leaves behind: plain rows, ready for a database. */
#pragma once
#include <glib.h>

#include "core/units.h"

typedef struct { const char *name; double value, numerator, denominator; } MetricRow;   /* NaN: no ratio */
typedef struct { const char *name; uint64_t low, high, count; } HistogramRow;           /* [low, high) */
typedef struct { const char *name; double time_s, value; } SeriesRow;
typedef struct { double time_s; const char *failure, *kind; NodeId node, other; } EventRow;    /* other: NODE_NONE */
typedef struct { NodeId node; const char *name; double x, y; } NodeRow;                 /* NULL, NaN: unknown */
typedef struct { NodeId a, b; double latency_ms; } LinkRow;                             /* a < b */

/* One publication that was made, and by whom; ns, bytes. */
typedef struct {
    const char *workload;
    uint32_t publication;       /* its number in that workload */
    NodeId source;
    SimTime published;
    uint32_t size;
} PublicationRow;

/* One first delivery; times in ns. */
typedef struct {
    const char *workload;
    uint32_t publication;       /* its number in that workload */
    NodeId node;
    SimTime published, delivered;
    uint32_t hops;
} DeliveryRow;

/* One packet of the communication models, in the order sent; times in ns. */
typedef struct {
    const char *model, *kind;   /* "stream", "syn" */
    const char *label;          /* what it carries, as "call print"; NULL: no more than its kind */
    NodeId from, to;
    uint32_t bytes;
    const char *fate;           /* arrived, lost, under-way (at the end of the run) */
    SimTime sent, ended;        /* ended: -1 where it was under way */
} PacketRow;

/* One event of a communication model (ipc.h). */
typedef struct {
    SimTime time;
    const char *event;          /* "rpc.retransmit" */
    NodeId node;
    const char *process, *object;       /* NULL: none */
    uint64_t message, number;
    const char *reason;         /* NULL: none */
} StepRow;

/* What a run took of the machine: no result, for it differs from run to run. */
typedef struct {
    double overlay_s, network_s;        /* set-up: the overlay; the network and the latency of every link */
    double start_s;                     /* set-up: what will happen, engine, protocol */
    double end_s;                       /* verdicts and rows */
    double loop_cpu_s;          /* processor time of the event loop: wall_s where the machine does nothing else */
    uint64_t pending_most;              /* events that waited at once, at most */
    uint64_t pending_bytes;             /* memory held for them, timers included */
} RunCost;

/* Owns its arrays and, through `texts`, every text in them. */
typedef struct {
    GArray *metrics, *histograms, *series, *events, *nodes, *links, *publications, *deliveries, *packets, *steps;
    GStringChunk *texts;
    uint64_t event_count;       /* the metric `events` */
    double wall_s;              /* of the event loop alone */
    RunCost cost;
} RunResult;

RunResult *result_new(void);
void result_free(RunResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RunResult, result_free)

/* `text` as owned by the result, equal ones once; NULL stays NULL. */
const char *result_text(RunResult *result, const char *text);
