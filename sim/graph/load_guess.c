/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which format a file seems to have: by its name, and by what stands in it. */
#include <string.h>

#include "graph/load.h"
#include "graph/text.h"

#define BIT(format) (1u << (format))

static const struct { const char *suffix; TopologyFormat format; } suffixes[] = {
    { ".graphml", FORMAT_GRAPHML }, { ".gml", FORMAT_GML }, { ".edgelist", FORMAT_EDGELIST },
    { ".edges", FORMAT_EDGELIST }, { ".net", FORMAT_PAJEK }, { ".paj", FORMAT_PAJEK }, { ".brite", FORMAT_BRITE },
    { ".inet", FORMAT_INET }, { ".rocketfuel", FORMAT_ROCKETFUEL }, { ".orbis", FORMAT_ORBIS },
    { ".alt", FORMAT_GT_ITM }, { ".graph", FORMAT_REPETITA },
};

static unsigned fits_name(const char *path)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    if (g_str_has_suffix(name, ".gz")) name[strlen(name) - 3] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
        if (g_str_has_suffix(name, suffixes[i].suffix)) return BIT(suffixes[i].format);
    return 0;
}

/* Formats that open with a word of their own. */
static unsigned fits_opening(const char *data)
{
    static const struct { const char *word; TopologyFormat format; } words[] = {
        { "<graphml", FORMAT_GRAPHML }, { "*vertices", FORMAT_PAJEK }, { "*network", FORMAT_PAJEK },
        { "Topology: (", FORMAT_BRITE }, { "GRAPH (", FORMAT_GT_ITM }, { "NODES ", FORMAT_REPETITA },
    };
    const char *start = data + strspn(data, " \t\r\n");
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_ascii_strncasecmp(start, words[i].word, strlen(words[i].word)) == 0 &&
            (words[i].format == FORMAT_PAJEK || strncmp(start, words[i].word, strlen(words[i].word)) == 0))
            return BIT(words[i].format);
    if (g_str_has_prefix(start, "<?xml") && strstr(start, "<graphml")) return BIT(FORMAT_GRAPHML);
    const char *first_end = start + strcspn(start, "\n");
    if (g_strstr_len(start, first_end - start, "node1_id,node2_id")) return BIT(FORMAT_LIGHTNING);
    for (const char *p = start; (p = strstr(p, "graph")); p++)
        if ((p == data || g_ascii_isspace(p[-1])) && p[5 + strspn(p + 5, " \t\r\n")] == '[') return BIT(FORMAT_GML);
    return 0;
}

/* What the first lines of a list of numbers or names have in common. */
typedef struct {
    unsigned first, least, most;        /* fields of the first line; of the lines behind a first one of two */
    bool comments, marks, header_whole;
    bool names;                         /* a first field that is no whole number */
    bool fractions;                     /* a second field that is none */
} Shape;

static bool is_whole(const char *field)
{
    return *field && strspn(field, "0123456789") == strlen(field);
}

static Shape shape_of(Text *text)
{
    enum { LINES = 200 };
    Shape shape = { .least = UINT_MAX };
    char *line, *fields[4];
    for (unsigned n = 0; n < LINES && (line = text_filled_line(text));) {
        if (strchr("#%", line[strspn(line, " \t")])) {
            shape.comments = true;
            continue;
        }
        unsigned count = text_fields(line, fields, 4);
        bool whole = count >= 2 && is_whole(fields[0]) && is_whole(fields[1]);
        bool mark = count == 4 && (strcmp(fields[0], "R") == 0 || strcmp(fields[0], "N") == 0);
        if (n++ == 0) {
            shape.first = count;
            shape.header_whole = whole;
            if (count != 2) shape.least = shape.most = count;
        } else {
            shape.least = MIN(shape.least, count);
            shape.most = MAX(shape.most, count);
        }
        shape.marks = shape.marks || mark;
        shape.names = shape.names || (!is_whole(fields[0]) && !mark);
        shape.fractions = shape.fractions || (!whole && !mark);
    }
    return shape;
}

static unsigned fits_shape(const Shape *shape)
{
    if (shape->first == 2 && shape->header_whole && (shape->marks || (shape->least == 3 && shape->most == 3)))
        return shape->names ? 0 : BIT(FORMAT_INET);
    if (shape->first == 3 && shape->least == 3 && shape->most == 3)
        return shape->fractions ? BIT(FORMAT_ROCKETFUEL)
             : BIT(FORMAT_EDGELIST) | (shape->comments ? 0 : BIT(FORMAT_ROCKETFUEL));
    if (shape->first != 2 || shape->fractions || (shape->least != UINT_MAX && (shape->least != 2 || shape->most != 2)))
        return 0;
    return BIT(FORMAT_EDGELIST) | (shape->comments ? 0 : BIT(FORMAT_ORBIS));
}

static unsigned fits_content(Text *text)
{
    unsigned fits = fits_opening(text->data);
    if (fits) return fits;
    Shape shape = shape_of(text);
    return fits_shape(&shape);
}

static char *names_of(unsigned fits)
{
    GString *names = g_string_new(NULL);
    for (int f = 0; f < FORMATS; f++)
        if (fits & BIT(f)) g_string_append_printf(names, "%s%s", names->len ? " or " : "", topology_format_name(f));
    return g_string_free(names, FALSE);
}

static bool undecided(const char *path, unsigned name, unsigned content, GError **error)
{
    g_autofree char *by_name = names_of(name), *by_content = names_of(content);
    if (name && content)
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "%s: its name says %s, its content %s; say the format", path,
                    by_name, by_content);
    else if (content)
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "%s: reads as %s; say the format", path, by_content);
    else
        g_set_error(error, SIM_ERROR, SIM_ERROR_UNKNOWN, "%s: reads as none of the formats, which are %s", path,
                    TOPOLOGY_FORMATS);
    return false;
}

bool topology_guess(const char *path, TopologyFormat *format, char **reason, GError **error)
{
    Text text;
    if (!text_open(&text, path, error)) return false;
    unsigned name = fits_name(path), content = fits_content(&text);
    text_clear(&text);
    unsigned both = name ? name & content : content;
    if (!both || (both & (both - 1))) return undecided(path, name, content, error);
    int found = 0;
    while (both != BIT(found)) found++;
    *format = (TopologyFormat)found;
    *reason = g_strdup_printf("read as %s, by its %s", topology_format_name(*format),
                              name ? "name and content" : "content");
    return true;
}
