/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recorded sessions of real machines, as availability archives and simulators
 * keep them: who was up, and when.
 *
 *     fta       Failure Trace Archive: intervals of each node, type 1 available, 0 not
 *     phone     a line a week of a phone: its first state, then alternating lengths
 *     viewer    actions of video viewers: the first is a join, `stop` a departure
 *     simgrid   profile of a host: `time 0|1`, repeated after LOOPAFTER seconds
 *     oversim   `time node JOIN|LEAVE`, `time 0 DISCONNECT_NODETYPES|CONNECT_NODETYPES from to`
 *
 * Of several states that a node takes at one instant the last one counts.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

#include "core/units.h"

#define TRACE_FORMATS "guess|fta|phone|viewer|simgrid|oversim"
typedef enum { TRACE_GUESS, TRACE_FTA, TRACE_PHONE, TRACE_VIEWER, TRACE_SIMGRID, TRACE_OVERSIM } TraceFormat;

typedef struct { SimTime time; uint32_t node; bool up; } TraceChange;

/* From `time` on nodes of type `from` reach nodes of type `to`, or no longer do. */
typedef struct { SimTime time; uint32_t from, to; bool yes; } TraceReach;

typedef struct {
    TraceFormat format;
    uint32_t nodes;             /* machines: nodes, phone weeks, clients */
    GArray *changes;            /* of TraceChange, ascending by node, then by time, each time once */
    GArray *reaches;            /* of TraceReach, ascending by time, equal ones as in the file */
    uint32_t *first_change;     /* nodes + 1: of each node in `changes` */
    bool *up_first;             /* each node's state before its first change */
    SimTime first, last;        /* of the record, ns */
    SimTime period;             /* the record repeats after this, ns; 0: it does not */

    /* What the file held, to be compared with its documentation. */
    uint64_t lines;             /* records read */
    uint64_t intervals;         /* that have a length of their own; 0 where the format has none */
    uint64_t empty;             /* of them, of length 0: applied, but changing nothing */
    uint64_t sessions;          /* times that a node was up, cut short by the record's ends or not */
    double up_s, down_s;        /* recorded time up and down, all nodes together */
} Trace;

/* Reads a file; TRACE_GUESS looks at its first lines.  NULL and *error
 * (SIM_ERROR_FILE, SYNTAX with FILE:LINE, RANGE). */
Trace *trace_load(const char *path, TraceFormat format, GError **error);
void trace_free(Trace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Trace, trace_free)

/* The part of a trace that a run replays: from `origin` after its first record on
 * for `length` (-1: to its end), `speed` times as fast, from `at` to `end` of the run. */
typedef struct { SimTime origin, length; double speed; SimTime at, end; } TraceWindow;

/* Away from `from` until `until` (SIM_NEVER: for good) in the time of the run. */
typedef struct { SimTime from, until; } TraceAbsence;

/* The times that a node is away in the window, of TraceAbsence, ascending; free
 * it.  One that lasts beyond the window ends only if the record says so. */
GArray *trace_absences(const Trace *trace, uint32_t node, const TraceWindow *window);

/* Nodes of type `from` do not reach those of type `to` from `at` until `until`
 * (SIM_NEVER: for good) in the time of the run. */
typedef struct { uint32_t from, to; SimTime at, until; } TraceCut;

/* What is cut while the trace is replayed, of TraceCut, ascending by `at`; free it. */
GArray *trace_cuts(const Trace *trace, const TraceWindow *window);

/* How many types of nodes the record tells apart: the highest number and one more. */
uint32_t trace_types(const Trace *trace);
