/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REPETITA: "NODES n", titles, "label x y" lines; "EDGES m", titles, "label src
 * dest weight bw delay" lines, one a direction, src and dest places in the list
 * of nodes.  S. Gay, P. Schaus, S. Vissicchio, "REPETITA: repeatable experiments
 * for performance evaluation of traffic-engineering algorithms", 2017. */
#include <math.h>
#include <string.h>

#include "graph/format.h"

enum { WEIGHT, BANDWIDTH, DELAY, COLUMNS };
static const char *const column_names[COLUMNS] = { "weight", "bw", "delay" };

/* Reads "NODES n" and the line of titles behind it. */
static bool read_header(Text *text, const char *word, const char *titles, uint64_t *count, GError **error)
{
    char *fields[2], *line = text_filled_line(text);
    if (!line || text_fields(line, fields, 2) != 2 || strcmp(fields[0], word) != 0)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "'%s count' is expected", word);
    if (!text_count(text, fields[1], "count", G_MAXINT32, count, error)) return false;
    line = text_filled_line(text);
    if (line && g_str_has_prefix(line, "label ")) return true;
    return text_fault(text, SIM_ERROR_SYNTAX, error, "the titles '%s' are expected", titles);
}

static bool read_node(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[3];
    double x, y;
    unsigned count = text_fields(line, fields, 3);
    if (count != 3)
        return text_fault(text, SIM_ERROR_SYNTAX, error, "%u fields; a node, 'label x y', is expected", count);
    if (!text_number(text, fields[1], "x", &x, error) || !text_number(text, fields[2], "y", &y, error) ||
        !draft_node(draft, draft->ids->len, error)) return false;
    g_ptr_array_add(draft->names, g_strdup(fields[0]));
    draft_place(draft, x, y);
    return true;
}

static bool read_link(Text *text, Draft *draft, char *line, GError **error)
{
    char *fields[6];
    NodeId a, b;
    double value;
    unsigned count = text_fields(line, fields, 6);
    if (count != 6)
        return text_fault(text, SIM_ERROR_SYNTAX, error,
                          "%u fields; a link, 'label src dest weight bw delay', is expected", count);
    if (!draft_find(draft, fields[1], &a, error) || !draft_find(draft, fields[2], &b, error)) return false;
    for (int i = 0; i < COLUMNS; i++) {
        if (!text_number(text, fields[3 + i], column_names[i], &value, error)) return false;
        draft_value(draft->columns->pdata[i], value);
    }
    draft_link(draft, a, b);
    return true;
}

/* The format does not say what x and y are: files made from the Topology Zoo have
 * degrees, files made from Rocketfuel zeroes throughout. */
static void judge_places(Draft *draft)
{
    const double *x = (const double *)draft->x->data, *y = (const double *)draft->y->data;
    bool same = true, degrees = true;
    for (guint i = 0; i < draft->x->len; i++) {
        same = same && x[i] == x[0] && y[i] == y[0];
        degrees = degrees && fabs(x[i]) <= 180 && fabs(y[i]) <= 90;
    }
    draft->geographic = degrees && !same;
    if (draft->geographic) draft_note(draft, "x and y lie within 180 and 90: read as longitude and latitude");
    if (!same || draft->x->len < 2) return;
    g_array_set_size(draft->x, 0);
    g_array_set_size(draft->y, 0);
    draft_note(draft, "all nodes stand at one place: read as no place");
}

bool format_repetita(Text *text, Draft *draft, GError **error)
{
    uint64_t nodes, links;
    char *line;
    draft->directed = true;
    for (int i = 0; i < COLUMNS; i++) draft_column(draft, column_names[i], false);
    if (!read_header(text, "NODES", "label x y", &nodes, error)) return false;
    for (uint64_t i = 0; i < nodes; i++)
        if (!(line = text_next_line(text, "nodes", i, nodes, error)) || !read_node(text, draft, line, error))
            return false;
    if (!read_header(text, "EDGES", "label src dest weight bw delay", &links, error)) return false;
    for (uint64_t i = 0; i < links; i++)
        if (!(line = text_next_line(text, "links", i, links, error)) || !read_link(text, draft, line, error))
            return false;
    if (text_filled_line(text))
        return text_fault(text, SIM_ERROR_SYNTAX, error, "a line after the %" G_GUINT64_FORMAT
                          " links that the header declares", links);
    judge_places(draft);
    return true;
}
