/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GT-ITM in its "alt" form: a GRAPH line and its counts, VERTICES with "index name
 * x y …", EDGES with "from to length …".  E. Zegura, K. Calvert, S.
 * Bhattacharjee, "How to model an internetwork", INFOCOM 1996. */
#include <string.h>

#include "graph/format.h"

/* What follows is read past the first fields: each line may have some more. */
enum { ROOM = 4 };

static bool read_header(Text *text, uint64_t *nodes, uint64_t *links, GError **error)
{
    char *fields[ROOM], *line = text_filled_line(text);
    if (!g_str_has_prefix(line, "GRAPH "))
        return text_fault(text, SIM_ERROR_SYNTAX, error, "'GRAPH (#nodes #edges …):' is expected");
    line = text_filled_line(text);
    if (!line || text_fields(line, fields, ROOM) < 2)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "the counts of nodes and edges are expected after GRAPH");
    if (!text_count(text, fields[0], "number of nodes", NODE_NONE - 1, nodes, error) ||
        !text_count(text, fields[1], "number of edges", G_MAXUINT32, links, error)) return false;
    line = text_filled_line(text);
    if (line && g_str_has_prefix(line, "VERTICES")) return true;
    return text_fault(text, SIM_ERROR_SYNTAX, error, "'VERTICES (index name …):' is expected");
}

static bool read_node(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[ROOM];
    uint64_t id;
    double x, y;
    unsigned count = text_fields(line, fields, ROOM);
    if (count < ROOM)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; a node, 'index name x y', is expected", count);
    if (!text_count(text, fields[0], "node id", G_MAXUINT64, &id, error) ||
        !text_number(text, fields[2], "x", &x, error) || !text_number(text, fields[3], "y", &y, error) ||
        !draft_node(draft, id, error)) return false;
    g_ptr_array_add(draft->names, g_strdup(fields[1]));
    draft_place(draft, x, y);
    return true;
}

static bool read_link(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[ROOM];
    NodeId a, b;
    double length;
    unsigned count = text_fields(line, fields, ROOM);
    if (count < 3)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; a link, 'from to length', is expected", count);
    if (!draft_find(draft, fields[0], &a, error) || !draft_find(draft, fields[1], &b, error) ||
        !text_number(text, fields[2], "length", &length, error)) return false;
    draft_link(draft, a, b);
    draft_value(draft->columns->pdata[0], length);
    return true;
}

bool format_gt_itm(Text *text, Draft *draft, GError **error)
{
    uint64_t nodes, links;
    char *line;
    if (!read_header(text, &nodes, &links, error)) return false;
    draft_column(draft, "length", false);
    while ((line = text_filled_line(text)) && !g_str_has_prefix(line, "EDGES"))
        if (!read_node(text, draft, line, error)) return false;
    if (!line)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "the file ends without 'EDGES (from-node to-node …):'");
    while ((line = text_filled_line(text)))
        if (!read_link(text, draft, line, error)) return false;
    if (nodes != draft->ids->len)
        draft_note(draft, "its header says %" G_GUINT64_FORMAT " nodes, the list has %u", nodes, draft->ids->len);
    if (links == 2 * (uint64_t)draft->links->len)
        draft_note(draft, "its header counts each of the %u links twice", draft->links->len);
    else if (links != draft->links->len)
        draft_note(draft, "its header says %" G_GUINT64_FORMAT " links, the list has %u", links, draft->links->len);
    return true;
}
