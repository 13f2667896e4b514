/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phones, a week a line: user, online at first (0 or 1), start (UNIX ms), time
 * zone, then alternating lengths in ms.  Every line is a node of its own, all
 * aligned at the start of their week; after its last length a phone is gone.
 *
 * Source: A. Berta, V. Bilicki, M. Jelasity, P2P 2014. */
#include <string.h>

#include "graph/trace_reader.h"

/* The next field of the line, or NULL. */
static char *take(char **line)
{
    char *field;
    do field = strsep(line, " \t"); while (field && !*field);
    return field;
}

static bool read_line(TraceDraft *draft, char *line, GError **error)
{
    char *fields[4], *field;
    for (int i = 0; i < 4; i++)
        if (!(fields[i] = take(&line)))
            return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "user, state, start and time zone are expected before the lengths");
    bool up = strcmp(fields[1], "1") == 0;
    if (!up && strcmp(fields[1], "0") != 0)
        return text_fault(&draft->text, SIM_ERROR_SYNTAX, error, "the first state '%s' is neither 0 nor 1", fields[1]);
    uint32_t node = trace_node_new(draft);
    SimTime time = 0, length;
    trace_span(draft, node)->up = up;
    while ((field = take(&line))) {
        if (!trace_time(draft, field, 1e6, &length, error)) return false;
        draft->trace->intervals++;
        draft->trace->empty += length == 0;
        if (length > SIM_NEVER / 2 - time) return text_fault(&draft->text, SIM_ERROR_RANGE, error, "the line lasts over 146 years");
        time += length;
        up = !up;
        trace_change(draft, time, node, up);
    }
    trace_change(draft, time, node, false);
    trace_span(draft, node)->until = time;
    draft->trace->last = MAX(draft->trace->last, time);
    draft->trace->lines++;
    return true;
}

bool trace_read_phone(TraceDraft *draft, GError **error)
{
    for (char *line; (line = text_filled_line(&draft->text)); )
        if (*line != '#' && !read_line(draft, line, error)) return false;
    return true;
}
