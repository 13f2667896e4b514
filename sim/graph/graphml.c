/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/graphml.h"

#include <string.h>

typedef enum { IN_FILE, IN_GRAPHML, IN_KEY, IN_GRAPH, IN_NODE, IN_EDGE, IN_VALUE, IN_OTHER } Where;

typedef struct { char *id, *name; const char *type; bool number, node, edge; } Key;

typedef struct {
    Text *text;
    Graphml *out;
    GArray *stack;                  /* of Where */
    GPtrArray *keys;                /* of Key * */
    GString *data;                  /* <data> of the node or link at hand */
    GString *value;                 /* the text of the <data> or <default> at hand; NULL outside */
    const Key *key;                 /* the key at hand, or of that value; NULL: not used */
} Scan;

static bool fault(Scan *scan, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);

static bool fault(Scan *scan, GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    return text_fault(scan->text, SIM_ERROR_SYNTAX, error, "%s", what);
}

static const char *attribute(const char **names, const char **values, const char *name)
{
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(names[i], name) == 0) return values[i];
    return NULL;
}

static void key_free(gpointer data)
{
    Key *key = data;
    g_free(key->id);
    g_free(key->name);
    g_free(key);
}

static void item_clear(gpointer data)
{
    GraphmlItem *item = data;
    g_free(item->id);
    g_free(item->target);
    g_free(item->data);
}

static const Key *find_key(const Scan *scan, const char *id)
{
    for (guint i = 0; i < scan->keys->len; i++) {
        const Key *key = scan->keys->pdata[i];
        if (strcmp(key->id, id) == 0) return key;
    }
    return NULL;
}

/* True where another key of the same nodes or links has that name already. */
static bool name_taken(const Scan *scan, const Key *key)
{
    for (guint i = 0; i < scan->keys->len; i++) {
        const Key *other = scan->keys->pdata[i];
        if (((key->node && other->node) || (key->edge && other->edge)) && strcmp(other->name, key->name) == 0)
            return true;
    }
    return false;
}

/* The type that igraph is told; "integer" is not in the standard, but in the Topology Zoo. */
static const char *type_of(const char *type)
{
    static const char *const types[] = { "boolean", "int", "long", "float", "double", "string", NULL };
    if (!type) return "string";
    if (strcmp(type, "integer") == 0) return "int";
    for (unsigned i = 0; types[i]; i++)
        if (strcmp(types[i], type) == 0) return types[i];
    return NULL;
}

static bool start_key(Scan *scan, const char **names, const char **values, GError **error)
{
    const char *id = attribute(names, values, "id"), *name = attribute(names, values, "attr.name");
    const char *of = attribute(names, values, "for"), *type = attribute(names, values, "attr.type");
    if (!id) return fault(scan, error, "a key without an id");
    if (find_key(scan, id)) return fault(scan, error, "key '%s' is there already", id);
    if (!type_of(type))
        return fault(scan, error, "attr.type '%s' is not known; boolean, int, long, float, double or string", type);
    bool all = !of || strcmp(of, "all") == 0;
    Key *key = g_new0(Key, 1);
    *key = (Key){ g_strdup(id), g_strdup(name ? name : id), type_of(type), false,
                  all || strcmp(of, "node") == 0, all || strcmp(of, "edge") == 0 };
    key->number = strcmp(key->type, "string") != 0 && strcmp(key->type, "boolean") != 0;
    bool taken = name_taken(scan, key);
    g_ptr_array_add(scan->keys, key);
    if (taken) return fault(scan, error, "another key has the name '%s' already", key->name);
    scan->key = key->node || key->edge ? key : NULL;
    scan->out->integers += type && strcmp(type, "integer") == 0;
    if (!scan->key) return true;
    g_autofree char *head = g_markup_printf_escaped("<key id=\"k%u\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\">",
        scan->keys->len - 1, key->node && key->edge ? "all" : key->node ? "node" : "edge", key->name, key->type);
    g_string_append(scan->out->heads, head);
    return true;
}

static bool start_graph(Scan *scan, const char **names, const char **values, GError **error)
{
    const char *edges = attribute(names, values, "edgedefault");
    if (!edges) return fault(scan, error, "a graph without edgedefault; directed or undirected is expected");
    scan->out->directed = strcmp(edges, "directed") == 0;
    if (!scan->out->directed && strcmp(edges, "undirected") != 0)
        return fault(scan, error, "edgedefault '%s'; directed or undirected is expected", edges);
    return true;
}

static bool start_item(Scan *scan, Where where, const char **names, const char **values, GError **error)
{
    const char *id = attribute(names, values, where == IN_NODE ? "id" : "source");
    const char *target = where == IN_EDGE ? attribute(names, values, "target") : NULL;
    const char *directed = where == IN_EDGE ? attribute(names, values, "directed") : NULL;
    if (!id) return fault(scan, error, where == IN_NODE ? "a node without an id" : "an edge without a source");
    if (where == IN_EDGE && !target) return fault(scan, error, "an edge without a target");
    if (directed && (strcmp(directed, "true") == 0) != scan->out->directed)
        return fault(scan, error, "directed='%s' on an edge differs from the graph's edgedefault; one of them for "
                     "all edges is expected", directed);
    GraphmlItem item = { .line = scan->text->line, .id = g_strdup(id), .target = g_strdup(target) };
    g_array_append_val(where == IN_NODE ? scan->out->nodes : scan->out->edges, item);
    g_string_truncate(scan->data, 0);
    return true;
}

static bool start_data(Scan *scan, Where where, const char **names, const char **values, GError **error)
{
    const char *id = attribute(names, values, "key");
    if (!id) return fault(scan, error, "data without a key");
    scan->key = find_key(scan, id);
    if (!scan->key) scan->out->unknown++;
    else if (where == IN_NODE ? !scan->key->node : !scan->key->edge)
        return fault(scan, error, "data of key '%s', which is not for %s", id, where == IN_NODE ? "nodes" : "edges");
    scan->value = g_string_new(NULL);
    return true;
}

static bool start_file(Scan *scan, const char *element, const char **names, const char **values, GError **error)
{
    if (strcmp(element, "graphml") != 0) return fault(scan, error, "<%s> where <graphml> is expected", element);
    const char *space = attribute(names, values, "xmlns");
    if (!space || strcmp(space, GRAPHML_NAMESPACE) == 0) return true;
    return fault(scan, error, "the namespace '%s' is not GraphML's, " GRAPHML_NAMESPACE, space);
}

/* What an element starts, and whether it may stand here. */
static bool start_at(Scan *scan, Where where, const char *element, const char **names, const char **values, Where *now,
                     GError **error)
{
    bool item = where == IN_NODE || where == IN_EDGE;
    *now = IN_OTHER;
    if (where == IN_FILE) return *now = IN_GRAPHML, start_file(scan, element, names, values, error);
    if (where == IN_GRAPHML && strcmp(element, "key") == 0)
        return *now = IN_KEY, start_key(scan, names, values, error);
    if (where == IN_GRAPHML && strcmp(element, "graph") == 0) {
        if (scan->out->graphs++) return true;
        return *now = IN_GRAPH, start_graph(scan, names, values, error);
    }
    if (item && strcmp(element, "graph") == 0)
        return fault(scan, error, "a graph within a node cannot be read; a flat graph is expected");
    if (where == IN_GRAPH && strcmp(element, "hyperedge") == 0)
        return fault(scan, error, "a hyperedge cannot be read; edges with a source and a target are expected");
    if (where == IN_GRAPH && strcmp(element, "node") == 0)
        return *now = IN_NODE, start_item(scan, IN_NODE, names, values, error);
    if (where == IN_GRAPH && strcmp(element, "edge") == 0)
        return *now = IN_EDGE, start_item(scan, IN_EDGE, names, values, error);
    if (item && strcmp(element, "data") == 0)
        return *now = IN_VALUE, start_data(scan, where, names, values, error);
    if (where != IN_KEY || strcmp(element, "default") != 0 || !scan->key) return true;
    *now = IN_VALUE;
    scan->value = g_string_new(NULL);
    return true;
}

static void start(GMarkupParseContext *xml, const char *element, const char **names, const char **values,
                  gpointer data, GError **error)
{
    (void)xml;
    Scan *scan = data;
    Where now, where = g_array_index(scan->stack, Where, scan->stack->len - 1);
    if (start_at(scan, where, element, names, values, &now, error)) g_array_append_val(scan->stack, now);
}

static bool is_value(const Key *key, const char *value)
{
    static const char *const words[] = { "NaN", "INF", "-INF", NULL };
    double number;
    if (!*value || (!key->number && strcmp(key->type, "boolean") != 0)) return true;
    if (key->number) return g_strv_contains(words, value) || text_is_number(value, &number);
    return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

static bool has_control(const char *value)
{
    for (; *value; value++)
        if ((guchar)*value < ' ' && !strchr("\t\n\r", *value)) return true;
    return false;
}

/* The end of a <data> or <default>: its value goes on to igraph. */
static bool end_value(Scan *scan, const char *element, GError **error)
{
    g_autofree char *value = g_strstrip(g_string_free(g_steal_pointer(&scan->value), FALSE));
    const Key *key = scan->key;
    if (!key) return true;
    if (!is_value(key, value))
        return fault(scan, error, "'%.40s' is not of the type of '%s', %s", value, key->name, key->type);
    if (has_control(value)) return fault(scan, error, "a control character in a value of '%s'", key->name);
    bool data = strcmp(element, "data") == 0;
    guint place;
    g_ptr_array_find(scan->keys, key, &place);
    g_autofree char *head = data ? g_strdup_printf("<data key=\"k%u\">", place) : g_strdup("<default>");
    g_autofree char *escaped = g_markup_escape_text(value, -1);
    g_string_append_printf(data ? scan->data : scan->out->heads, "%s%s</%s>", head, escaped, element);
    return true;
}

static void end(GMarkupParseContext *xml, const char *element, gpointer data, GError **error)
{
    (void)xml;
    Scan *scan = data;
    Where where = g_array_index(scan->stack, Where, scan->stack->len - 1);
    g_array_set_size(scan->stack, scan->stack->len - 1);
    if (where == IN_VALUE && !end_value(scan, element, error)) return;
    if (where == IN_KEY && scan->key) g_string_append(scan->out->heads, "</key>\n");
    GArray *items = where == IN_NODE ? scan->out->nodes : where == IN_EDGE ? scan->out->edges : NULL;
    if (items) g_array_index(items, GraphmlItem, items->len - 1).data = g_strdup(scan->data->str);
}

static void text_part(GMarkupParseContext *xml, const char *part, gsize length, gpointer data, GError **error)
{
    (void)xml;
    (void)error;
    Scan *scan = data;
    Where where = g_array_index(scan->stack, Where, scan->stack->len - 1);
    if (where == IN_VALUE) g_string_append_len(scan->value, part, (gssize)length);
}

static void passthrough(GMarkupParseContext *xml, const char *part, gsize length, gpointer data, GError **error)
{
    (void)xml;
    bool doctype = length > 9 && strncmp(part, "<!DOCTYPE", 9) == 0;
    if (doctype && g_strstr_len(part, (gssize)length, "<!ENTITY"))
        fault(data, error, "a declaration of entities; write the text itself in their place");
}

static bool parse(Scan *scan, GError **error)
{
    static const GMarkupParser parser = { start, end, text_part, passthrough, NULL };
    Where bottom = IN_FILE;
    g_array_append_val(scan->stack, bottom);
    if (!text_markup(scan->text, &parser, scan, error)) return false;
    return scan->out->graphs || fault(scan, error, "no <graph> in it");
}

bool graphml_scan(Text *text, Graphml *graphml, GError **error)
{
    *graphml = (Graphml){ .heads = g_string_new(NULL) };
    graphml->nodes = g_array_new(FALSE, FALSE, sizeof(GraphmlItem));
    graphml->edges = g_array_new(FALSE, FALSE, sizeof(GraphmlItem));
    g_array_set_clear_func(graphml->nodes, item_clear);
    g_array_set_clear_func(graphml->edges, item_clear);
    Scan scan = { .text = text, .out = graphml, .data = g_string_new(NULL) };
    scan.stack = g_array_new(FALSE, FALSE, sizeof(Where));
    scan.keys = g_ptr_array_new_with_free_func(key_free);
    bool ok = parse(&scan, error);
    if (scan.value) g_string_free(scan.value, TRUE);
    g_string_free(scan.data, TRUE);
    g_array_unref(scan.stack);
    g_ptr_array_unref(scan.keys);
    return ok;
}

void graphml_clear(Graphml *graphml)
{
    g_array_unref(graphml->nodes);
    g_array_unref(graphml->edges);
    g_string_free(graphml->heads, TRUE);
}
