/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the readers of recorded sessions share.  Used by graph/trace*.c alone. */
#pragma once
#include "graph/text.h"
#include "graph/trace.h"

/* A trace while it is read. */
typedef struct {
    Text text;
    Trace *trace;
    GArray *changes;            /* of TraceChange, as they come */
    GArray *spans;              /* of TraceSpan, for each node */
    GHashTable *numbers;        /* name -> number + 1 of the node */
} TraceDraft;

/* What the record knows of a node: from when until when, and its state at first. */
typedef struct { SimTime from, until; bool up; } TraceSpan;

/* The number of the node of that name, a new one where it is met first; *fresh
 * says so. */
uint32_t trace_node(TraceDraft *draft, const char *name, bool *fresh);

/* A node without a name; its span is the caller's to fill. */
uint32_t trace_node_new(TraceDraft *draft);
TraceSpan *trace_span(TraceDraft *draft, uint32_t node);
void trace_change(TraceDraft *draft, SimTime time, uint32_t node, bool up);

/* A time of the file in seconds or milliseconds as ns; false and *error where it
 * is no number, negative or over 292 years. */
bool trace_time(TraceDraft *draft, const char *field, double unit, SimTime *out, GError **error);

bool trace_read_fta(TraceDraft *draft, GError **error);
bool trace_read_phone(TraceDraft *draft, GError **error);
bool trace_read_viewer(TraceDraft *draft, GError **error);
bool trace_read_simgrid(TraceDraft *draft, GError **error);
bool trace_read_oversim(TraceDraft *draft, GError **error);
