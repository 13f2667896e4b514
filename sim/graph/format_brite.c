/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BRITE: "Topology: ( n Nodes, m Edges )", lines on the model, "Nodes: ( n )" with
 * "id x y indegree outdegree AS type", "Edges: ( m )" with "id from to length
 * delay bandwidth AS-from AS-to type [U or D]".  A. Medina, A. Lakhina, I. Matta,
 * J. Byers, "BRITE: universal topology generation from a user's perspective",
 * Boston University BUCS-TR-2001-003. */
#include <string.h>

#include "graph/format.h"

enum { LENGTH, DELAY, BANDWIDTH, COLUMNS };
static const char *const column_names[COLUMNS] = { "length", "delay", "bandwidth" };

typedef struct { uint64_t nodes, links; } Counts;

/* Reads "Nodes: ( 5 )"; every such count is one that the header has declared. */
static bool read_count(Text *text, char *line, const char *word, uint64_t declared, GError **error)
{
    char *fields[4];
    uint64_t count;
    unsigned n = text_fields(line, fields, 4);
    if (n != 4 || strcmp(fields[0], word) != 0 || strcmp(fields[1], "(") != 0 || strcmp(fields[3], ")") != 0)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "'%s ( count )' is expected", word);
    if (!text_count(text, fields[2], "count", G_MAXINT32, &count, error)) return false;
    if (count != declared)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%" G_GUINT64_FORMAT " where the first line declares %"
                          G_GUINT64_FORMAT, count, declared);
    return true;
}

static bool read_header(Text *text, Counts *counts, GError **error)
{
    char *fields[7], *line = text_filled_line(text);
    if (text_fields(line, fields, 7) != 7 || strcmp(fields[0], "Topology:") != 0 || strcmp(fields[1], "(") != 0 ||
        strcmp(fields[3], "Nodes,") != 0 || strcmp(fields[5], "Edges") != 0 || strcmp(fields[6], ")") != 0)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "'Topology: ( n Nodes, m Edges )' is expected");
    if (!text_count(text, fields[2], "number of nodes", NODE_NONE - 1, &counts->nodes, error) ||
        !text_count(text, fields[4], "number of links", G_MAXINT32, &counts->links, error)) return false;
    while ((line = text_filled_line(text)))
        if (g_str_has_prefix(line, "Nodes:")) return read_count(text, line, "Nodes:", counts->nodes, error);
    return text_fault(text, SIM_ERROR_SYNTAX, error, "the file ends without 'Nodes: ( %" G_GUINT64_FORMAT " )'",
                      counts->nodes);
}

static bool read_node(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[7];
    uint64_t id;
    double x, y;
    unsigned count = text_fields(line, fields, 7);
    if (count != 7)
        return text_fault(text, SIM_ERROR_SYNTAX, error,
                          "%u fields; a node, 'id x y indegree outdegree AS type', is expected", count);
    if (!text_count(text, fields[0], "node id", G_MAXUINT64, &id, error) ||
        !text_number(text, fields[1], "x", &x, error) || !text_number(text, fields[2], "y", &y, error) ||
        !draft_node(draft, id, error)) return false;
    draft_place(draft, x, y);
    return true;
}

/* Sets *directed by the mark of the link; a file without marks is undirected. */
static bool read_mark(Text *text, const char *mark, bool *directed, GError **error)
{
    *directed = strcmp(mark, "D") == 0;
    if (*directed || strcmp(mark, "U") == 0) return true;
    return text_fault(text, SIM_ERROR_SYNTAX, error, "'%s' where U (undirected) or D (directed) is expected", mark);
}

static bool read_link(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[10];
    NodeId a, b;
    double value;
    bool directed = false;
    unsigned count = text_fields(line, fields, 10);
    if (count != 9 && count != 10)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; a link, 'id from to length delay bandwidth "
                          "AS-from AS-to type U', is expected", count);
    if (!draft_find(draft, fields[1], &a, error) || !draft_find(draft, fields[2], &b, error) ||
        (count == 10 && !read_mark(text, fields[9], &directed, error))) return false;
    if (draft->links->len && directed != draft->directed)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "U and D links in one file; one of them is expected");
    for (int i = 0; i < COLUMNS; i++) {
        if (!text_number(text, fields[3 + i], column_names[i], &value, error)) return false;
        draft_value(draft->columns->pdata[i], value);
    }
    draft->directed = directed;
    draft_link(draft, a, b);
    return true;
}

bool format_brite(Text *text, Draft *draft, GError **error)
{
    Counts counts;
    char *line;
    if (!read_header(text, &counts, error)) return false;
    for (int i = 0; i < COLUMNS; i++) draft_column(draft, column_names[i], false);
    for (uint64_t i = 0; i < counts.nodes; i++)
        if (!(line = text_next_line(text, "nodes", i, counts.nodes, error)) || !read_node(text, draft, line, error))
            return false;
    line = text_filled_line(text);
    if (!line) return text_fault(text, SIM_ERROR_SYNTAX, error, "the file ends without 'Edges: ( count )'");
    if (!read_count(text, line, "Edges:", counts.links, error)) return false;
    for (uint64_t i = 0; i < counts.links; i++)
        if (!(line = text_next_line(text, "links", i, counts.links, error)) || !read_link(text, draft, line, error))
            return false;
    if (text_filled_line(text))
        return text_fault(text, SIM_ERROR_SYNTAX, error, "a line after the last of the %" G_GUINT64_FORMAT
                          " links that the header declares", counts.links);
    return true;
}
