/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OverSim trace: `time node COMMAND [arguments]` with times in seconds.  JOIN and
 * LEAVE are churn; DISCONNECT_NODETYPES and CONNECT_NODETYPES tell which types of
 * nodes reach which, one way each.  What applications do (PUT, GET), and which nodes
 * newcomers ask first (MERGE_BOOTSTRAPNODES), is counted as read and changes nothing
 * here; other words are faults.
 *
 * Source: I. Baumgart, B. Heep and S. Krause, "OverSim", IEEE Global Internet
 * Symposium, 2007 (TraceChurn).
 */
#include <string.h>

#include "core/suggest.h"
#include "graph/trace_reader.h"

enum { MOST_TYPES = 1000000 };            /* memory goes with none of them; a slip of the file is told */

static const char *const commands[] = {
    "JOIN", "LEAVE", "PUT", "GET", "CONNECT_NODETYPES", "DISCONNECT_NODETYPES", "MERGE_BOOTSTRAPNODES", NULL
};

static bool read_reach(TraceDraft *draft, SimTime time, char *const *fields, unsigned count, GError **error)
{
    uint64_t from, to;
    if (count < 5) return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "%s is expected to name two types of nodes", fields[2]);
    if (!text_count(&draft->text, fields[3], "type of node", MOST_TYPES, &from, error)) return false;
    if (!text_count(&draft->text, fields[4], "type of node", MOST_TYPES, &to, error)) return false;
    TraceReach reach = { time, (uint32_t)from, (uint32_t)to, strcmp(fields[2], "CONNECT_NODETYPES") == 0 };
    g_array_append_val(draft->trace->reaches, reach);
    return true;
}

bool trace_read_oversim(TraceDraft *draft, GError **error)
{
    Trace *trace = draft->trace;
    for (char *line; (line = text_filled_line(&draft->text)); ) {
        char *fields[5];
        SimTime time;
        bool fresh;
        if (*g_strchug(line) == '#') continue;
        unsigned count = text_fields(line, fields, G_N_ELEMENTS(fields));
        if (count < 3) return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "time, node and command are expected");
        if (!g_strv_contains(commands, fields[2])) {
            g_autofree char *hint = suggest(fields[2], commands);
            return text_fault(&draft->text, SIM_ERROR_UNKNOWN, error, "no command is called '%s'%s", fields[2], hint);
        }
        if (!trace_time(draft, fields[0], 1e9, &time, error)) return false;
        bool join = strcmp(fields[2], "JOIN") == 0;
        trace->lines++;
        trace->last = MAX(trace->last, time);
        if (join || strcmp(fields[2], "LEAVE") == 0) trace_change(draft, time, trace_node(draft, fields[1], &fresh), join);
        else if (g_str_has_suffix(fields[2], "CONNECT_NODETYPES") && !read_reach(draft, time, fields, count, error)) return false;
    }
    for (uint32_t v = 0; v < trace->nodes; v++) trace_span(draft, v)->until = trace->last;
    return true;
}
