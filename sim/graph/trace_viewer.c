/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Viewers of a video service: after the numbers of clients and objects, lines
 *     time client object action [position comment]
 * between TABs.  A client joins with its first action, or its first after a
 * `stop`, and leaves with `stop`; seek and pause are things it does meanwhile.
 * Who never stops stays until the last action of all.
 *
 * Source: A. Brampton et al., NOSSDAV 2007. */
#include <string.h>

#include "graph/trace_reader.h"

static bool read_action(TraceDraft *draft, char *line, GError **error)
{
    bool fresh;
    SimTime time;
    g_auto(GStrv) fields = g_strsplit(line, "\t", -1);
    if (g_strv_length(fields) < 4)
        return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "less than 4 columns; time, client, object and action are expected");
    char *action = g_strstrip(fields[3]);
    bool stop = strcmp(action, "stop") == 0;
    if (!stop && strcmp(action, "seek") != 0 && strcmp(action, "pause") != 0)
        return text_fault(&draft->text, SIM_ERROR_UNKNOWN, error, "no action is called '%s'; seek, pause or stop", action);
    if (!trace_time(draft, fields[0], 1e9, &time, error)) return false;
    trace_change(draft, time, trace_node(draft, fields[1], &fresh), !stop);
    draft->trace->last = MAX(draft->trace->last, time);
    draft->trace->lines++;
    return true;
}

bool trace_read_viewer(TraceDraft *draft, GError **error)
{
    /* Numbers and objects come before "# Start of actions"; a bare list of actions has neither. */
    bool actions = !strstr(draft->text.data, "# Start of actions");
    for (char *line; (line = text_filled_line(&draft->text)); ) {
        if (*line == '#') actions |= g_str_has_prefix(line, "# Start of actions");
        else if (actions && !read_action(draft, line, error)) return false;
    }
    for (uint32_t v = 0; v < draft->trace->nodes; v++) trace_span(draft, v)->until = draft->trace->last;
    return true;
}
