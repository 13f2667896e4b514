/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SimGrid state profile of one host: `time 0|1` lines; up before the first.
 * `LOOPAFTER s` begins it again s seconds after the last line. */
#include <string.h>

#include "graph/trace_reader.h"

bool trace_read_simgrid(TraceDraft *draft, GError **error)
{
    Trace *trace = draft->trace;
    uint32_t node = trace_node_new(draft);
    SimTime time;
    for (char *line; (line = text_filled_line(&draft->text)); ) {
        char *fields[2];
        if (*g_strchug(line) == '#') continue;
        if (text_fields(line, fields, 2) != 2) return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "a time and a value are expected");
        if (strcmp(fields[0], "LOOPAFTER") == 0) {
            if (!trace_time(draft, fields[1], 1e9, &time, error)) return false;
            trace->period = trace->last + time;
            continue;
        }
        if (!trace_time(draft, fields[0], 1e9, &time, error)) return false;
        double value;
        if (!text_number(&draft->text, fields[1], "state", &value, error)) return false;
        if (value != 0 && value != 1)
            return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "'%s' is no state; 0 or 1 is expected (a profile of speed or latency "
                              "belongs to a failure of kind slow or spike)", fields[1]);
        trace_change(draft, time, node, value == 1);
        trace->last = MAX(trace->last, time);
        trace->lines++;
    }
    *trace_span(draft, node) = (TraceSpan){ 0, MAX(trace->last, trace->period), true };
    trace->last = MAX(trace->last, trace->period);
    if (trace->lines) return true;
    return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "the profile has no line");
}
