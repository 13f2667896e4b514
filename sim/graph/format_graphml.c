/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GraphML.  U. Brandes, M. Eiglsperger, I. Herman, M. Himsolt, M. S. Marshall,
 * "GraphML progress report", Graph Drawing 2001 (http://graphml.graphdrawing.org). */
#include <string.h>

#include "graph/attributes.h"
#include "graph/format.h"
#include "graph/graphml.h"

/* Numbers the nodes in the order of the file; an id may be any text. */
static bool number_nodes(Draft *draft, const Graphml *graphml, GHashTable *by_id, GError **error)
{
    for (guint i = 0; i < graphml->nodes->len; i++) {
        const GraphmlItem *node = &g_array_index(graphml->nodes, GraphmlItem, i);
        uint64_t number = i;
        draft->text->line = node->line;
        if (!g_hash_table_insert(by_id, node->id, GUINT_TO_POINTER(i + 1)))
            return text_fault(draft->text, SIM_ERROR_TOPOLOGY, error, "node id '%s' is there already; each node has "
                              "an id of its own", node->id);
        g_array_append_val(draft->ids, number);
        g_ptr_array_add(draft->names, g_strdup(node->id));
    }
    return true;
}

static bool add_links(Draft *draft, const Graphml *graphml, GHashTable *by_id, GError **error)
{
    for (guint i = 0; i < graphml->edges->len; i++) {
        const GraphmlItem *edge = &g_array_index(graphml->edges, GraphmlItem, i);
        guint a = GPOINTER_TO_UINT(g_hash_table_lookup(by_id, edge->id));
        guint b = GPOINTER_TO_UINT(g_hash_table_lookup(by_id, edge->target));
        draft->text->line = edge->line;
        if (!a || !b)
            return text_fault(draft->text, SIM_ERROR_TOPOLOGY, error, "a link to node '%s', which no <node> declares",
                              a ? edge->target : edge->id);
        draft_link(draft, a - 1, b - 1);
    }
    return true;
}

static GString *sound_text(const Draft *draft, const Graphml *graphml)
{
    GString *sound = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                  "<graphml xmlns=\"" GRAPHML_NAMESPACE "\">\n");
    g_string_append_printf(sound, "%s<graph edgedefault=\"%s\">\n", graphml->heads->str,
                           graphml->directed ? "directed" : "undirected");
    for (guint i = 0; i < graphml->nodes->len; i++) {
        const GraphmlItem *node = &g_array_index(graphml->nodes, GraphmlItem, i);
        g_string_append_printf(sound, "<node id=\"%u\">%s</node>\n", i, node->data);
    }
    for (guint i = 0; i < graphml->edges->len; i++) {
        const DraftLink *link = &g_array_index(draft->links, DraftLink, i);
        g_string_append_printf(sound, "<edge source=\"%u\" target=\"%u\">%s</edge>\n", link->a, link->b,
                               g_array_index(graphml->edges, GraphmlItem, i).data);
    }
    g_string_append(sound, "</graph></graphml>\n");
    return sound;
}

static igraph_error_t read_graphml(igraph_t *graph, FILE *stream)
{
    return igraph_read_graph_graphml(graph, stream, 0);
}

static bool read_values(Draft *draft, const Graphml *graphml, GError **error)
{
    static const char *const names[] = { "label", "name", NULL };
    static const AttributeReader reader = { read_graphml, names };
    GString *sound = sound_text(draft, graphml);
    bool ok = attributes_read(draft, &reader, sound, error);
    g_string_free(sound, TRUE);
    return ok;
}

static bool fill(Draft *draft, const Graphml *graphml, GError **error)
{
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    draft->directed = graphml->directed;
    if (graphml->graphs > 1) draft_note(draft, "%u graphs in the file; the first is read", graphml->graphs);
    if (graphml->integers) draft_note(draft, "%u %s the type integer; read as int", graphml->integers,
                                      graphml->integers == 1 ? "key has" : "keys have");
    if (graphml->unknown)
        draft_note(draft, "%u data %s of a key that is not declared left out", graphml->unknown,
                   graphml->unknown == 1 ? "element" : "elements");
    return number_nodes(draft, graphml, by_id, error) && add_links(draft, graphml, by_id, error) &&
           (!graphml->nodes->len || read_values(draft, graphml, error));
}

/* The encoding that the first line declares, to be freed; or NULL. */
static char *declared_encoding(const Text *text)
{
    const char *end = g_strstr_len(text->data, (gssize)text->size, "?>");
    const char *at = end ? g_strstr_len(text->data, end - text->data, "encoding=") : NULL;
    if (!g_str_has_prefix(text->data, "<?xml") || !at) return NULL;
    const char *quote = at + strlen("encoding=");
    const char *close = *quote == '"' || *quote == '\'' ? strchr(quote + 1, *quote) : NULL;
    return close ? g_strndup(quote + 1, (gsize)(close - quote - 1)) : NULL;
}

/* A text that is not UTF-8 may say what it is. */
static bool convert(Text *text, GError **error)
{
    g_autofree char *encoding = declared_encoding(text);
    gsize size;
    if (g_utf8_validate(text->data, (gssize)text->size, NULL) || !encoding) return text_check_encoding(text, error);
    char *converted = g_convert(text->data, (gssize)text->size, "UTF-8", encoding, NULL, &size, NULL);
    if (!converted) return text_check_encoding(text, error);
    g_free(text->data);
    text->data = converted;
    text->size = size;
    return true;
}

bool format_graphml(Text *text, Draft *draft, GError **error)
{
    Graphml graphml;
    if (!convert(text, error)) return false;
    bool ok = graphml_scan(text, &graphml, error) && fill(draft, &graphml, error);
    graphml_clear(&graphml);
    return ok;
}
