/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GML: nested lists of keys and values.  M. Himsolt, "GML: a portable graph file
 * format", University of Passau, 1997.  Values of nodes and links are passed to
 * igraph; lists within them are not used. */
#include <string.h>

#include "graph/attributes.h"
#include "graph/format.h"

enum { DEPTH_MOST = 64 };

typedef enum { IN_FILE, IN_GRAPH, IN_NODE, IN_EDGE, IN_OTHER } Where;

/* A node or a link as it stands in the file. */
typedef struct {
    unsigned line;
    bool has_id, has_source, has_target;
    uint64_t id, source, target;
    gsize body, length;             /* its other keys, in `bodies` */
} Item;

typedef struct {
    Text *text;
    Draft *draft;
    const char *p;
    GArray *nodes, *edges;          /* of Item */
    GString *bodies;
    GPtrArray *keys;                /* of char *: those that the node or link at hand has had */
    unsigned graphs, ignored_lists;
    uint32_t repeated;              /* keys given twice in one node or link */
    GError **error;
} Gml;

static bool fault(const Gml *gml, const char *what)
{
    return text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error, "%s", what);
}

static void skip_blanks(Gml *gml)
{
    for (; *gml->p; gml->p++) {
        if (*gml->p == '#') gml->p += strcspn(gml->p, "\n");
        if (*gml->p == '\n') gml->text->line += gml->p[1] != '\0';     /* the last one starts no line */
        else if (!g_ascii_isspace(*gml->p)) return;
    }
}

/* The key at hand, to be freed; or NULL and *error. */
static char *take_key(Gml *gml)
{
    const char *start = gml->p;
    if (g_ascii_isalpha(*start) || *start == '_')
        while (g_ascii_isalnum(*gml->p) || *gml->p == '_') gml->p++;
    if (gml->p > start) return g_strndup(start, (gsize)(gml->p - start));
    text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error, "'%.1s' where a key is expected",
               *start && *start > 0 ? start : "?");
    return NULL;
}

static bool is_number(const char *text)
{
    double value;
    const char *magnitude = text + (*text == '-' || *text == '+');
    return text_is_number(text, &value) || g_ascii_strcasecmp(magnitude, "nan") == 0 ||
           g_ascii_strcasecmp(magnitude, "inf") == 0;
}

/* The number or the string, with its quotes, at hand; to be freed; or NULL and *error. */
static char *take_value(Gml *gml)
{
    const char *start = gml->p;
    if (*start == '"') {
        const char *end = strchr(start + 1, '"');
        if (!end) return fault(gml, "a string without its closing quote"), NULL;
        for (const char *p = start; p < end; p++) gml->text->line += *p == '\n';
        gml->p = end + 1;
        return g_strndup(start, (gsize)(gml->p - start));
    }
    gml->p += strcspn(gml->p, " \t\r\n[]\"#");
    char *word = g_strndup(start, (gsize)(gml->p - start));
    if (is_number(word)) return word;
    if (!*word) fault(gml, "a key without a value");
    else text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error,
                    "'%.40s' is neither a number, a quoted string nor a list", word);
    g_free(word);
    return NULL;
}

static bool set_id(Gml *gml, const char *key, const char *value, uint64_t *id, bool *has)
{
    if (*has) return text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error, "%s is given twice", key);
    *has = true;
    return text_count(gml->text, value, key, G_MAXUINT64, id, gml->error);
}

/* A key and its value go on to igraph once a node or link. */
static void add_to_body(Gml *gml, const char *key, const char *value)
{
    if (g_ptr_array_find_with_equal_func(gml->keys, key, g_str_equal, NULL)) {
        gml->repeated++;
        return;
    }
    g_ptr_array_add(gml->keys, g_strdup(key));
    g_string_append_printf(gml->bodies, "\n%s %s", key, value);
}

static bool scalar(Gml *gml, Where where, Item *item, const char *key)
{
    g_autofree char *value = take_value(gml);
    if (!value) return false;
    bool directed = where == IN_GRAPH && strcmp(key, "directed") == 0;
    if (directed && strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error, "directed %.40s; 0 or 1 is expected", value);
    if (directed) gml->draft->directed = *value == '1';
    if (where == IN_NODE && strcmp(key, "id") == 0) return set_id(gml, key, value, &item->id, &item->has_id);
    if (where == IN_EDGE && strcmp(key, "source") == 0)
        return set_id(gml, key, value, &item->source, &item->has_source);
    if (where == IN_EDGE && strcmp(key, "target") == 0)
        return set_id(gml, key, value, &item->target, &item->has_target);
    if (where == IN_NODE || where == IN_EDGE) add_to_body(gml, key, value);
    return true;
}

static Where inside(Gml *gml, Where where, const char *key)
{
    if (where == IN_FILE && strcmp(key, "graph") == 0) return gml->graphs++ ? IN_OTHER : IN_GRAPH;
    if (where == IN_GRAPH && strcmp(key, "node") == 0) return IN_NODE;
    if (where == IN_GRAPH && strcmp(key, "edge") == 0) return IN_EDGE;
    if (where == IN_NODE || where == IN_EDGE) gml->ignored_lists++;
    return IN_OTHER;
}

static bool finish_item(Gml *gml, Where where, Item *item)
{
    Text at = { .file = gml->text->file, .line = item->line };
    const char *missing = where == IN_NODE ? (item->has_id ? NULL : "a node without an id")
                        : !item->has_source ? "an edge without a source"
                        : !item->has_target ? "an edge without a target" : NULL;
    if (missing) return text_fault(&at, SIM_ERROR_SYNTAX, gml->error, "%s", missing);
    item->length = gml->bodies->len - item->body;
    g_array_append_vals(where == IN_NODE ? gml->nodes : gml->edges, item, 1);
    return true;
}

static bool list(Gml *gml, Where where, Item *item, unsigned depth);

static bool entry(Gml *gml, Where where, Item *item, unsigned depth)
{
    unsigned line = gml->text->line;
    g_autofree char *key = take_key(gml);
    if (!key) return false;
    skip_blanks(gml);
    if (*gml->p != '[') {
        if (where == IN_GRAPH && (strcmp(key, "node") == 0 || strcmp(key, "edge") == 0))
            return text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error, "'%s' is not followed by a list", key);
        return scalar(gml, where, item, key);
    }
    gml->p++;
    Where within = inside(gml, where, key);
    Item made = { .line = line, .body = gml->bodies->len };
    if (within == IN_NODE || within == IN_EDGE) g_ptr_array_set_size(gml->keys, 0);
    if (!list(gml, within, &made, depth + 1)) return false;
    return (within != IN_NODE && within != IN_EDGE) || finish_item(gml, within, &made);
}

/* The entries up to the closing bracket, or to the end of the file. */
static bool list(Gml *gml, Where where, Item *item, unsigned depth)
{
    if (depth > DEPTH_MOST) return fault(gml, "lists nested deeper than 64");
    unsigned start = gml->text->line;
    for (;;) {
        skip_blanks(gml);
        if (*gml->p == ']' && depth) return gml->p++, true;
        if (!*gml->p && depth)
            return text_fault(gml->text, SIM_ERROR_SYNTAX, gml->error,
                              "the file ends before the ']' of the list that starts at line %u", start);
        if (!*gml->p) return true;
        if (!entry(gml, where, item, depth)) return false;
    }
}

static bool add_nodes(Gml *gml)
{
    for (guint i = 0; i < gml->nodes->len; i++) {
        const Item *node = &g_array_index(gml->nodes, Item, i);
        gml->text->line = node->line;
        if (!draft_node(gml->draft, node->id, gml->error)) return false;
    }
    return true;
}

static bool add_links(Gml *gml)
{
    for (guint i = 0; i < gml->edges->len; i++) {
        const Item *edge = &g_array_index(gml->edges, Item, i);
        NodeId a, b;
        gml->text->line = edge->line;
        if (!draft_find_id(gml->draft, edge->source, &a, gml->error) ||
            !draft_find_id(gml->draft, edge->target, &b, gml->error)) return false;
        draft_link(gml->draft, a, b);
    }
    return true;
}

static GString *sound_text(const Gml *gml)
{
    GString *sound = g_string_new(NULL);
    g_string_append_printf(sound, "graph [\ndirected %d\n", gml->draft->directed);
    for (guint i = 0; i < gml->nodes->len; i++) {
        const Item *node = &g_array_index(gml->nodes, Item, i);
        g_string_append_printf(sound, "node [\nid %u", i);
        g_string_append_len(sound, gml->bodies->str + node->body, (gssize)node->length);
        g_string_append(sound, "\n]\n");
    }
    for (guint i = 0; i < gml->edges->len; i++) {
        const Item *edge = &g_array_index(gml->edges, Item, i);
        const DraftLink *link = &g_array_index(gml->draft->links, DraftLink, i);
        g_string_append_printf(sound, "edge [\nsource %u\ntarget %u", link->a, link->b);
        g_string_append_len(sound, gml->bodies->str + edge->body, (gssize)edge->length);
        g_string_append(sound, "\n]\n");
    }
    g_string_append(sound, "]\n");
    return sound;
}

static bool read_values(Gml *gml)
{
    static const char *const names[] = { "label", "name", NULL };
    static const AttributeReader reader = { igraph_read_graph_gml, names };
    GString *sound = sound_text(gml);
    bool ok = attributes_read(gml->draft, &reader, sound, gml->error);
    g_string_free(sound, TRUE);
    return ok;
}

static bool read_gml(Gml *gml)
{
    if (!list(gml, IN_FILE, NULL, 0)) return false;
    if (!gml->graphs) return fault(gml, "no 'graph [ … ]' in it");
    if (gml->graphs > 1) draft_note(gml->draft, "%u graphs in the file; the first is read", gml->graphs);
    if (gml->repeated) draft_note(gml->draft, "%u %s given twice; the first is read", gml->repeated,
                                  gml->repeated == 1 ? "key is" : "keys are");
    if (gml->ignored_lists)
        draft_note(gml->draft, "%u %s within nodes and links not used", gml->ignored_lists,
                   gml->ignored_lists == 1 ? "list" : "lists");
    return add_nodes(gml) && add_links(gml) && (!gml->nodes->len || read_values(gml));
}

bool format_gml(Text *text, Draft *draft, GError **error)
{
    Gml gml = { .text = text, .draft = draft, .p = text->data, .bodies = g_string_new(NULL), .error = error };
    gml.nodes = g_array_new(FALSE, FALSE, sizeof(Item));
    gml.edges = g_array_new(FALSE, FALSE, sizeof(Item));
    gml.keys = g_ptr_array_new_with_free_func(g_free);
    text->line = 1;
    bool ok = read_gml(&gml);
    g_array_unref(gml.nodes);
    g_array_unref(gml.edges);
    g_ptr_array_unref(gml.keys);
    g_string_free(gml.bodies, TRUE);
    return ok;
}
