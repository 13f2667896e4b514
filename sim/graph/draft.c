/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/draft.h"

#include <math.h>
#include <string.h>

#define LINKS_MOST (((uint64_t)1 << 31) - 1)

static void column_free(gpointer data)
{
    DraftColumn *column = data;
    g_free(column->name);
    if (column->values) g_array_unref(column->values);
    if (column->texts) g_ptr_array_unref(column->texts);
    if (column->owner) g_string_chunk_free(column->owner);
    g_free(column);
}

Draft *draft_new(Text *text)
{
    Draft *draft = g_new0(Draft, 1);
    draft->text = text;
    draft->ids = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    draft->by_id = g_hash_table_new(NULL, NULL);
    draft->names = g_ptr_array_new_with_free_func(g_free);
    draft->x = g_array_new(FALSE, FALSE, sizeof(double));
    draft->y = g_array_new(FALSE, FALSE, sizeof(double));
    draft->links = g_array_new(FALSE, FALSE, sizeof(DraftLink));
    draft->columns = g_ptr_array_new_with_free_func(column_free);
    draft->notes = g_string_new(NULL);
    return draft;
}

void draft_free(Draft *draft)
{
    g_array_unref(draft->ids);
    g_hash_table_unref(draft->by_id);
    g_ptr_array_unref(draft->names);
    g_array_unref(draft->x);
    g_array_unref(draft->y);
    g_array_unref(draft->links);
    g_ptr_array_unref(draft->columns);
    g_string_free(draft->notes, TRUE);
    g_free(draft);
}

bool draft_node(Draft *draft, uint64_t id, GError **error)
{
    gpointer key = (gpointer)(guintptr)id;
    if (draft->ids->len == NODE_NONE - 1)
        return text_fault(draft->text, SIM_ERROR_RANGE, error, "more than 4294967294 nodes");
    g_array_append_val(draft->ids, id);
    if (g_hash_table_insert(draft->by_id, key, (gpointer)(guintptr)draft->ids->len)) return true;
    return text_fault(draft->text, SIM_ERROR_TOPOLOGY, error,
                      "node id %" G_GUINT64_FORMAT " is there already; each node has an id of its own", id);
}

void draft_place(Draft *draft, double x, double y)
{
    g_array_append_val(draft->x, x);
    g_array_append_val(draft->y, y);
}

bool draft_find(const Draft *draft, const char *field, NodeId *out, GError **error)
{
    uint64_t id;
    return text_count(draft->text, field, "node id", G_MAXUINT64, &id, error) && draft_find_id(draft, id, out, error);
}

bool draft_find_id(const Draft *draft, uint64_t id, NodeId *out, GError **error)
{
    guintptr found = (guintptr)g_hash_table_lookup(draft->by_id, (gpointer)(guintptr)id);
    if (!found)
        return text_fault(draft->text, SIM_ERROR_TOPOLOGY, error, "a link to node %" G_GUINT64_FORMAT
                          ", which the list of nodes does not have", id);
    *out = (NodeId)(found - 1);
    return true;
}

DraftColumn *draft_column(Draft *draft, const char *name, bool texts)
{
    DraftColumn *column = g_new0(DraftColumn, 1);
    column->name = g_strdup(name);
    if (texts) {
        column->texts = g_ptr_array_new();
        column->owner = g_string_chunk_new(4096);
    } else {
        column->values = g_array_new(FALSE, FALSE, sizeof(double));
    }
    g_ptr_array_add(draft->columns, column);
    return column;
}

void draft_link(Draft *draft, NodeId a, NodeId b)
{
    DraftLink link = { a, b };
    g_array_append_val(draft->links, link);
}

void draft_value(DraftColumn *column, double value)
{
    g_array_append_val(column->values, value);
}

void draft_text(DraftColumn *column, const char *value)
{
    g_ptr_array_add(column->texts, value ? g_string_chunk_insert_const(column->owner, value) : NULL);
}

void draft_note(Draft *draft, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_vprintf(draft->notes, format, args);
    va_end(args);
    g_string_append_c(draft->notes, '\n');
}

static Graph *make_graph(const Draft *draft)
{
    guint count = draft->links->len;
    const DraftLink *links = (const DraftLink *)draft->links->data;
    NodeId *a = g_new(NodeId, count + 1), *b = g_new(NodeId, count + 1);
    for (guint i = 0; i < count; i++) a[i] = links[i].a, b[i] = links[i].b;
    Graph *graph = graph_new(draft->ids->len, a, b, count);
    g_free(a);
    g_free(b);
    return graph;
}

/* Where a link of the file stands in the graph: both directions; not set for loops. */
typedef struct { uint32_t there, back; } Place;

static Place *find_places(const Draft *draft, const Graph *graph)
{
    Place *places = g_new(Place, (gsize)draft->links->len + 1);
    for (guint i = 0; i < draft->links->len; i++) {
        const DraftLink *link = &g_array_index(draft->links, DraftLink, i);
        if (link->a == link->b) continue;
        places[i] = (Place){ graph_find(graph, link->a, link->b), graph_find(graph, link->b, link->a) };
    }
    return places;
}

static bool is_loop(const Draft *draft, guint i)
{
    const DraftLink *link = &g_array_index(draft->links, DraftLink, i);
    return link->a == link->b;
}

/* Counts what the simple graph leaves out; sets listed[place] for each direction
 * that the file gives. */
static LinksFound count_links(const Draft *draft, const Place *places, bool *listed)
{
    LinksFound found = { .links = draft->links->len };
    for (guint i = 0; i < draft->links->len; i++) {
        if (is_loop(draft, i)) {
            found.loops++;
            continue;
        }
        if (listed[places[i].there]) found.parallel++;
        else if (listed[places[i].back]) found.opposite++;
        listed[places[i].there] = true;
        if (!draft->directed) listed[places[i].back] = true;
    }
    return found;
}

static void keep_lowest(double *slot, double value)
{
    if (isnan(*slot) || value < *slot) *slot = value;
}

static void keep_shortest(char **slot, char *value)
{
    SimTime old, new;
    if (!*slot) *slot = value;
    else if (value && parse_duration(*slot, &old, NULL) && parse_duration(value, &new, NULL) && new < old)
        *slot = value;
}

static void keep(LinkColumn *column, uint32_t place, double value, char *text)
{
    if (column->values) keep_lowest(&column->values[place], value);
    else keep_shortest(&column->texts[place], text);
}

/* Directions that the file does not give have the values of the other. */
static void fill_unlisted(LinkColumn *column, const Graph *graph, const bool *listed)
{
    for (NodeId node = 0; node < graph->nodes; node++)
        for (uint32_t i = graph->first[node]; i < graph->first[node + 1]; i++) {
            if (listed[i]) continue;
            uint32_t back = graph_reverse(graph, node, i);
            if (column->values) column->values[i] = column->values[back];
            else column->texts[i] = column->texts[back];
        }
}

static LinkColumn *make_column(const Draft *draft, DraftColumn *from, const Graph *graph, const Place *places)
{
    uint32_t count = graph->first[graph->nodes];
    LinkColumn *column = g_new0(LinkColumn, 1);
    *column = (LinkColumn){ .name = g_strdup(from->name), .owner = g_steal_pointer(&from->owner) };
    if (from->values) column->values = g_new(double, (gsize)count + 1);
    else column->texts = g_new0(char *, (gsize)count + 1);
    for (uint32_t i = 0; column->values && i < count; i++) column->values[i] = NAN;
    for (guint i = 0; i < draft->links->len; i++) {
        if (is_loop(draft, i)) continue;
        double value = from->values ? g_array_index(from->values, double, i) : NAN;
        char *text = from->texts ? from->texts->pdata[i] : NULL;
        keep(column, places[i].there, value, text);
        if (!draft->directed) keep(column, places[i].back, value, text);
    }
    return column;
}

static char **take_names(Draft *draft)
{
    guint nodes = draft->ids->len;
    bool needed = draft->names->len > 0;
    for (guint i = 0; i < nodes && !needed; i++) needed = g_array_index(draft->ids, uint64_t, i) != i;
    if (!needed) return NULL;
    g_ptr_array_set_size(draft->names, (gint)nodes);
    char **names = g_new(char *, nodes);
    for (guint i = 0; i < nodes; i++) {
        char *name = g_steal_pointer(&draft->names->pdata[i]);
        names[i] = name ? name : g_strdup_printf("%" G_GUINT64_FORMAT, g_array_index(draft->ids, uint64_t, i));
    }
    return names;
}

static void note_names(Draft *draft, char **names)
{
    if (!draft->names->len) return;             /* ids differ */
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    uint32_t repeated = 0;
    for (guint i = 0; i < draft->ids->len; i++) {
        guint times = GPOINTER_TO_UINT(g_hash_table_lookup(seen, names[i])) + 1;
        repeated += times == 2;
        g_hash_table_insert(seen, names[i], GUINT_TO_POINTER(times));
    }
    if (repeated)
        draft_note(draft, "%u %s more than once; the numbers of the nodes differ", repeated,
                   repeated == 1 ? "name stands" : "names stand");
}

static void note_places(Draft *draft)
{
    uint32_t unknown = 0;
    for (guint i = 0; i < draft->x->len; i++)
        unknown += isnan(g_array_index(draft->x, double, i)) || isnan(g_array_index(draft->y, double, i));
    if (unknown)
        draft_note(draft, "%u of %u nodes %s no place", unknown, draft->x->len, unknown == 1 ? "has" : "have");
}

static void note_count(Draft *draft, uint64_t count, const char *what, const char *became)
{
    if (count)
        draft_note(draft, "%" G_GUINT64_FORMAT " %s%s %s", count, what, count == 1 ? "" : "s", became);
}

/* Shadow's files give the latency inside a node as a link to itself. */
static void note_inner_latency(Draft *draft)
{
    for (guint c = 0; c < draft->columns->len; c++) {
        const DraftColumn *column = draft->columns->pdata[c];
        if (strcmp(column->name, "latency") != 0 || !column->texts) continue;
        for (guint i = 0; i < draft->links->len; i++) {
            const DraftLink *link = &g_array_index(draft->links, DraftLink, i);
            if (link->a != link->b || !column->texts->pdata[i]) continue;
            draft_note(draft, "a latency inside a node, as %s in node %u, is not used", (char *)column->texts->pdata[i],
                       link->a);
            return;
        }
    }
}

static void note_links(Draft *draft, const LinksFound *found)
{
    if (found->loops) note_inner_latency(draft);
    note_count(draft, found->loops, "link", "of a node to itself left out");
    note_count(draft, found->parallel, "parallel link", "merged, the lowest value kept");
    note_count(draft, found->opposite, "link", "listed in both directions, each with its own values");
}

Topology *draft_finish(Draft *draft, GError **error)
{
    const char *wrong = !draft->ids->len ? "it has no nodes; a topology has at least one"
                      : draft->links->len > LINKS_MOST ? "more than 2147483647 links" : NULL;
    if (wrong) return text_fault(draft->text, SIM_ERROR_TOPOLOGY, error, "%s", wrong), NULL;
    Graph *graph = make_graph(draft);
    Topology *topology = topology_new(draft->ids->len, graph);
    g_autofree bool *listed = g_new0(bool, (gsize)graph->first[graph->nodes] + 1);
    g_autofree Place *places = find_places(draft, graph);
    topology->found = count_links(draft, places, listed);
    for (guint i = 0; i < draft->columns->len; i++) {
        LinkColumn *column = make_column(draft, draft->columns->pdata[i], graph, places);
        fill_unlisted(column, graph, listed);
        g_ptr_array_add(topology->columns, column);
    }
    topology->names = take_names(draft);
    note_links(draft, &topology->found);
    note_names(draft, topology->names);
    if (draft->x->len) {
        note_places(draft);
        topology->x = g_memdup2(draft->x->data, draft->x->len * sizeof(double));
        topology->y = g_memdup2(draft->y->data, draft->y->len * sizeof(double));
        topology->geographic = draft->geographic;
    }
    g_string_append(topology->notes, draft->notes->str);
    return topology;
}
