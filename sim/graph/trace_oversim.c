/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OverSim trace: `time node COMMAND [arguments]` with times in seconds.  JOIN and
 * LEAVE are churn.  What applications do (PUT, GET) and what links and types of
 * nodes do is counted as read and changes nothing here; other words are faults. */
#include <string.h>

#include "core/suggest.h"
#include "graph/trace_reader.h"

static const char *const commands[] = {
    "JOIN", "LEAVE", "PUT", "GET", "CONNECT_NODETYPES", "DISCONNECT_NODETYPES", "MERGE_BOOTSTRAPNODES", NULL
};

bool trace_read_oversim(TraceDraft *draft, GError **error)
{
    Trace *trace = draft->trace;
    for (char *line; (line = text_filled_line(&draft->text)); ) {
        char *fields[3];
        SimTime time;
        bool fresh;
        if (*g_strchug(line) == '#') continue;
        if (text_fields(line, fields, 3) < 3) return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "time, node and command are expected");
        if (!g_strv_contains(commands, fields[2])) {
            g_autofree char *hint = suggest(fields[2], commands);
            return text_fault(&draft->text, SIM_ERROR_UNKNOWN, error, "no command is called '%s'%s", fields[2], hint);
        }
        if (!trace_time(draft, fields[0], 1e9, &time, error)) return false;
        bool join = strcmp(fields[2], "JOIN") == 0;
        trace->lines++;
        trace->last = MAX(trace->last, time);
        if (join || strcmp(fields[2], "LEAVE") == 0) trace_change(draft, time, trace_node(draft, fields[1], &fresh), join);
    }
    for (uint32_t v = 0; v < trace->nodes; v++) trace_span(draft, v)->until = trace->last;
    return true;
}
