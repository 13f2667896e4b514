/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pajek .net: *Vertices n, *Arcs, *Edges, *Arcslist, *Edgeslist, *Matrix.  V.
 * Batagelj and A. Mrvar, "Pajek: program for large network analysis",
 * Connections 21, 1998.  Arcs have a direction; a file with arcs and edges reads
 * each edge as two arcs. */
#include <math.h>
#include <string.h>

#include "graph/attributes.h"
#include "graph/format.h"

enum { UNLISTED_MOST = 1 << 20 };

typedef enum { BEFORE, VERTICES, ARCS, EDGES, ARCS_LIST, EDGES_LIST, MATRIX } Part;

typedef struct { unsigned line; char *rest; } Vertex;       /* rest: quoted name and place, or NULL */

typedef struct {
    Text *text;
    Draft *draft;
    Part part;
    Vertex *vertices;
    uint64_t count, row;            /* vertices; rows of the matrix so far */
    bool arcs, edges;
    GArray *two_way;                /* of bool: links that are edges */
    GArray *weights;                /* of double, NaN where missing */
    GError **error;
} Pajek;

static bool fault(const Pajek *pajek, const char *what)
{
    return text_fault(pajek->text, SIM_ERROR_SYNTAX, pajek->error, "%s", what);
}

static bool start_vertices(Pajek *pajek, const char *count)
{
    if (pajek->part != BEFORE) return fault(pajek, "*Vertices stands once, before all links");
    if (!count) return fault(pajek, "*Vertices without their number");
    if (!text_count(pajek->text, count, "number of vertices", G_MAXINT32, &pajek->count, pajek->error)) return false;
    /* A vertex needs no line of its own, but a slip of the pen shall not fill the memory. */
    if (pajek->count > UNLISTED_MOST && pajek->count > pajek->text->size)
        return fault(pajek, "more vertices than the file has bytes");
    pajek->vertices = g_new0(Vertex, pajek->count + 1);
    pajek->part = VERTICES;
    return true;
}

static bool start_part(Pajek *pajek, char *line)
{
    static const struct { const char *name; Part part; } parts[] = {
        { "*arcs", ARCS }, { "*edges", EDGES }, { "*arcslist", ARCS_LIST }, { "*edgeslist", EDGES_LIST },
        { "*matrix", MATRIX },
    };
    char *fields[2];
    unsigned count = text_fields(line, fields, 2);
    if (g_ascii_strcasecmp(fields[0], "*network") == 0 && pajek->part == BEFORE) return true;
    if (g_ascii_strcasecmp(fields[0], "*vertices") == 0) return start_vertices(pajek, count > 1 ? fields[1] : NULL);
    if (pajek->part == BEFORE) return fault(pajek, "*Vertices is expected first");
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (g_ascii_strcasecmp(fields[0], parts[i].name) == 0) {
            pajek->part = parts[i].part;
            pajek->row = 0;
            return true;
        }
    return text_fault(pajek->text, SIM_ERROR_SYNTAX, pajek->error, "'%s' is not known; *Arcs, *Edges, *Arcslist, "
                      "*Edgeslist or *Matrix", fields[0]);
}

static bool find_vertex(Pajek *pajek, const char *field, NodeId *out)
{
    uint64_t number;
    if (!text_count(pajek->text, field, "vertex", G_MAXUINT64, &number, pajek->error)) return false;
    if (!number || number > pajek->count)
        return text_fault(pajek->text, SIM_ERROR_TOPOLOGY, pajek->error, "vertex %s; 1 to %" G_GUINT64_FORMAT
                          " are declared", field, pajek->count);
    *out = (NodeId)(number - 1);
    return true;
}

/* The name at `p`, quoted if it was not, and what follows it; or NULL and *error. */
static char *take_name(Pajek *pajek, char *p, char **after)
{
    char *end = *p == '"' ? strchr(p + 1, '"') : p + strcspn(p, " \t");
    if (!end) return fault(pajek, "a name without its closing quote"), NULL;
    *after = *p == '"' ? end + 1 : end;
    return *p == '"' ? g_strndup(p, (gsize)(end + 1 - p)) : g_strdup_printf("\"%.*s\"", (int)(end - p), p);
}

static bool read_vertex(Pajek *pajek, char *line)
{
    char *start = line + strspn(line, " \t"), *p = start + strcspn(start, " \t"), *fields[2];
    NodeId node = 0;
    double x, y;
    if (*p) *p++ = '\0';
    if (!find_vertex(pajek, start, &node)) return false;
    Vertex *vertex = &pajek->vertices[node];
    if (vertex->line)
        return text_fault(pajek->text, SIM_ERROR_TOPOLOGY, pajek->error, "vertex %s is there already, at line %u",
                          start, vertex->line);
    vertex->line = pajek->text->line;
    p += strspn(p, " \t");
    if (!*p) return true;
    g_autofree char *name = take_name(pajek, p, &p);
    if (!name) return false;
    bool placed = text_fields(p, fields, 2) >= 2 && text_is_number(fields[0], &x) && text_is_number(fields[1], &y);
    vertex->rest = placed ? g_strjoin(" ", name, fields[0], fields[1], NULL) : g_strdup(name);
    return true;
}

static void add_link(Pajek *pajek, NodeId a, NodeId b, bool arc, double weight)
{
    bool two_way = !arc;
    draft_link(pajek->draft, a, b);
    g_array_append_val(pajek->two_way, two_way);
    g_array_append_val(pajek->weights, weight);
    if (arc) pajek->arcs = true;
    else pajek->edges = true;
}

static bool read_pair(Pajek *pajek, char *line)
{
    char *fields[3];
    NodeId a = 0, b = 0;
    double weight = NAN;
    unsigned count = text_fields(line, fields, 3);
    if (count < 2) return fault(pajek, "one field; a link, 'from to weight', is expected");
    if (!find_vertex(pajek, fields[0], &a) || !find_vertex(pajek, fields[1], &b)) return false;
    if (count > 2 && !text_number(pajek->text, fields[2], "weight", &weight, pajek->error)) return false;
    add_link(pajek, a, b, pajek->part == ARCS, weight);
    return true;
}

static bool read_list(Pajek *pajek, char *line)
{
    char *field = strtok_r(line, " \t", &line);
    NodeId a = 0, b = 0;
    if (!find_vertex(pajek, field, &a)) return false;
    while ((field = strtok_r(NULL, " \t", &line))) {
        if (!find_vertex(pajek, field, &b)) return false;
        add_link(pajek, a, b, pajek->part == ARCS_LIST, NAN);
    }
    return true;
}

static bool read_row(Pajek *pajek, char *line)
{
    uint64_t column = 0;
    if (pajek->row == pajek->count) return fault(pajek, "more rows in the matrix than vertices");
    for (char *field = strtok_r(line, " \t", &line); field; field = strtok_r(NULL, " \t", &line), column++) {
        double weight;
        if (!text_number(pajek->text, field, "weight", &weight, pajek->error)) return false;
        if (column < pajek->count && weight != 0) add_link(pajek, (NodeId)pajek->row, (NodeId)column, true, weight);
    }
    pajek->row++;
    if (column == pajek->count) return true;
    return text_fault(pajek->text, SIM_ERROR_SYNTAX, pajek->error, "%" G_GUINT64_FORMAT " numbers in a row; %"
                      G_GUINT64_FORMAT " are expected", column, pajek->count);
}

static bool read_lines(Pajek *pajek)
{
    char *line;
    while ((line = text_filled_line(pajek->text))) {
        const char *start = line + strspn(line, " \t");
        bool ok = *start == '%' ? true
                : *start == '*' ? start_part(pajek, line)
                : pajek->part == BEFORE ? fault(pajek, "*Vertices is expected first")
                : pajek->part == VERTICES ? read_vertex(pajek, line)
                : pajek->part == MATRIX ? read_row(pajek, line)
                : pajek->part == ARCS || pajek->part == EDGES ? read_pair(pajek, line) : read_list(pajek, line);
        if (!ok) return false;
    }
    if (pajek->part == BEFORE) return fault(pajek, "no *Vertices in it");
    if (pajek->part == MATRIX && pajek->row < pajek->count)
        return fault(pajek, "the file ends before the last row of the matrix");
    return true;
}

/* Where arcs and edges are mixed, an edge is listed in both directions. */
static void turn_edges(Pajek *pajek)
{
    guint links = pajek->draft->links->len;
    for (guint i = 0; i < links; i++) {
        DraftLink link = g_array_index(pajek->draft->links, DraftLink, i);
        double weight = g_array_index(pajek->weights, double, i);
        if (g_array_index(pajek->two_way, bool, i) && link.a != link.b)
            add_link(pajek, link.b, link.a, true, weight);
    }
    draft_note(pajek->draft, "arcs and edges in one file; each edge is read as two arcs");
}

static GString *sound_text(const Pajek *pajek)
{
    GString *sound = g_string_new(NULL);
    g_string_append_printf(sound, "*Vertices %" G_GUINT64_FORMAT "\n", pajek->count);
    for (uint64_t i = 0; i < pajek->count; i++) {
        const Vertex *vertex = &pajek->vertices[i];
        if (vertex->rest) g_string_append_printf(sound, "%" G_GUINT64_FORMAT " %s\n", i + 1, vertex->rest);
    }
    g_string_append(sound, pajek->arcs ? "*Arcs\n" : "*Edges\n");
    for (guint i = 0; i < pajek->draft->links->len; i++) {
        const DraftLink *link = &g_array_index(pajek->draft->links, DraftLink, i);
        double weight = g_array_index(pajek->weights, double, i);
        g_autofree char *number = isnan(weight) ? g_strdup("") : format_number(weight);
        g_string_append_printf(sound, "%u %u %s\n", link->a + 1, link->b + 1, number);
    }
    return sound;
}

static bool fill(Pajek *pajek)
{
    static const char *const names[] = { "id", NULL };
    static const AttributeReader reader = { igraph_read_graph_pajek, names };
    Draft *draft = pajek->draft;
    for (uint64_t id = 1; id <= pajek->count; id++) g_array_append_val(draft->ids, id);
    draft->directed = pajek->arcs;
    if (pajek->arcs && pajek->edges) turn_edges(pajek);
    if (!pajek->count) return true;
    GString *sound = sound_text(pajek);
    bool ok = attributes_read(draft, &reader, sound, pajek->error);
    g_string_free(sound, TRUE);
    return ok;
}

bool format_pajek(Text *text, Draft *draft, GError **error)
{
    Pajek pajek = { .text = text, .draft = draft, .error = error };
    pajek.two_way = g_array_new(FALSE, FALSE, sizeof(bool));
    pajek.weights = g_array_new(FALSE, FALSE, sizeof(double));
    bool ok = read_lines(&pajek) && fill(&pajek);
    for (uint64_t i = 0; pajek.vertices && i < pajek.count; i++) g_free(pajek.vertices[i].rest);
    g_free(pajek.vertices);
    g_array_unref(pajek.two_way);
    g_array_unref(pajek.weights);
    return ok;
}
