/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failure Trace Archive, event_trace: 9 columns between blanks and TABs
 *     event_id component_id node_id platform_id node_name type start stop reason
 * with times in UNIX seconds; type 1 is available, 0 is not.  A node's intervals
 * follow each other without a gap; before the first it is in the other state. */
#include <string.h>

#include "graph/trace_reader.h"

static bool read_line(TraceDraft *draft, char **fields, GError **error)
{
    SimTime start, stop;
    bool fresh, up = strcmp(fields[5], "1") == 0;
    if (!up && strcmp(fields[5], "0") != 0)
        return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "event_type '%s' is neither 0 nor 1", fields[5]);
    if (!trace_time(draft, fields[6], 1e9, &start, error) || !trace_time(draft, fields[7], 1e9, &stop, error)) return false;
    if (stop < start) return text_fault(&draft->text, SIM_ERROR_RANGE, error, "the interval ends at %s, before it starts", fields[7]);
    Trace *trace = draft->trace;
    uint32_t node = trace_node(draft, fields[2], &fresh);
    TraceSpan *span = trace_span(draft, node);
    if (fresh) *span = (TraceSpan){ start, stop, !up };
    else span->from = MIN(span->from, start), span->until = MAX(span->until, stop);
    trace->first = trace->lines ? MIN(trace->first, start) : start;
    trace->last = MAX(trace->last, stop);
    trace->lines++, trace->intervals++;
    trace->empty += start == stop;
    trace_change(draft, start, node, up);
    if (!up) trace_change(draft, stop, node, true);     /* unless the next line says otherwise */
    return true;
}

bool trace_read_fta(TraceDraft *draft, GError **error)
{
    for (char *line; (line = text_filled_line(&draft->text)); ) {
        char *fields[9];
        if (*g_strchug(line) == '#' || g_str_has_prefix(line, "event_id")) continue;
        if (text_fields(line, fields, 9) < 8)
            return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "less than 8 columns; event_id … event_stop_time are expected");
        if (!read_line(draft, fields, error)) return false;
    }
    return true;
}
