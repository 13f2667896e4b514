/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inet 3.0: "nodes links", then "id x y" lines, then "from to distance" lines; a
 * variant marks each node R (router) or N.  J. Winick and S. Jamin, "Inet-3.0:
 * Internet topology generator", University of Michigan CSE-TR-456-02. */
#include <string.h>

#include "graph/format.h"

static bool read_header(Text *text, uint64_t *nodes, uint64_t *links, GError **error)
{
    char *fields[2];
    unsigned count = text_fields(text_filled_line(text), fields, 2);
    if (count != 2)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; the counts 'nodes links' are expected", count);
    return text_count(text, fields[0], "number of nodes", NODE_NONE - 1, nodes, error) &&
           text_count(text, fields[1], "number of links", G_MAXINT32, links, error);
}

static bool read_node(Text *text, Draft *draft, char *line, uint64_t marks[2], GError **error)
{
    char *fields[4], **field = fields;
    unsigned count = text_fields(line, fields, 4);
    bool router = strcmp(fields[0], "R") == 0;
    uint64_t id;
    double x, y;
    if (count == 4 && (router || strcmp(fields[0], "N") == 0)) field++, marks[router]++;
    else if (count != 3)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; a node, 'id x y', is expected", count);
    if (!text_count(text, field[0], "node id", G_MAXUINT64, &id, error) ||
        !text_number(text, field[1], "x", &x, error) || !text_number(text, field[2], "y", &y, error) ||
        !draft_node(draft, id, error)) return false;
    draft_place(draft, x, y);
    return true;
}

static bool read_link(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[3];
    NodeId a, b;
    double distance;
    unsigned count = text_fields(line, fields, 3);
    if (count != 3)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; a link, 'from to distance', is expected", count);
    if (!draft_find(draft, fields[0], &a, error) || !draft_find(draft, fields[1], &b, error) ||
        !text_number(text, fields[2], "distance", &distance, error)) return false;
    draft_link(draft, a, b);
    draft_value(draft->columns->pdata[0], distance);
    return true;
}

bool format_inet(Text *text, Draft *draft, GError **error)
{
    uint64_t nodes, links, marks[2] = { 0, 0 };
    char *line;
    if (!read_header(text, &nodes, &links, error)) return false;
    draft_column(draft, "distance", false);
    for (uint64_t i = 0; i < nodes; i++)
        if (!(line = text_next_line(text, "nodes", i, nodes, error)) || !read_node(text, draft, line, marks, error))
            return false;
    for (uint64_t i = 0; i < links; i++)
        if (!(line = text_next_line(text, "links", i, links, error)) || !read_link(text, draft, line, error))
            return false;
    if (text_filled_line(text))
        return text_fault(text, SIM_ERROR_SYNTAX, error, "a line after the %" G_GUINT64_FORMAT " nodes and %"
                          G_GUINT64_FORMAT " links that the header declares", nodes, links);
    if (marks[0] || marks[1])
        draft_note(draft, "%" G_GUINT64_FORMAT " nodes are marked R, %" G_GUINT64_FORMAT " N", marks[1], marks[0]);
    return true;
}
