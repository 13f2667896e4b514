/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "graph/attributes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "graph/door.h"

/* The attributes of nodes or of links, as igraph lists them. */
typedef struct {
    const igraph_t *graph;
    bool links;
    igraph_strvector_t names;
    igraph_vector_int_t types;
} List;

static bool list_open(List *list, const igraph_t *graph, bool links)
{
    *list = (List){ .graph = graph, .links = links };
    if (igraph_strvector_init(&list->names, 0) != IGRAPH_SUCCESS) return false;
    if (igraph_vector_int_init(&list->types, 0) != IGRAPH_SUCCESS) return false;
    return igraph_cattribute_list(graph, NULL, NULL, links ? NULL : &list->names, links ? NULL : &list->types,
                                  links ? &list->names : NULL, links ? &list->types : NULL) == IGRAPH_SUCCESS;
}

static void list_close(List *list)
{
    igraph_strvector_destroy(&list->names);
    igraph_vector_int_destroy(&list->types);
}

static igraph_integer_t list_length(const List *list)
{
    return igraph_strvector_size(&list->names);
}

static const char *list_name(const List *list, igraph_integer_t i)
{
    return igraph_strvector_get(&list->names, i);
}

/* The place of an attribute, whatever its case; -1 where there is none. */
static igraph_integer_t list_find(const List *list, const char *name)
{
    for (igraph_integer_t i = 0; i < list_length(list); i++)
        if (g_ascii_strcasecmp(list_name(list, i), name) == 0) return i;
    return -1;
}

static bool list_is_text(const List *list, igraph_integer_t i)
{
    return VECTOR(list->types)[i] == IGRAPH_ATTRIBUTE_STRING;
}

/* Number i of one item: of a text attribute where the text is a number, else NaN. */
static double number_of(const List *list, igraph_integer_t i, igraph_integer_t item)
{
    const char *name = list_name(list, i);
    double value = NAN;
    switch (VECTOR(list->types)[i]) {
    case IGRAPH_ATTRIBUTE_NUMERIC:
        return list->links ? EAN(list->graph, name, item) : VAN(list->graph, name, item);
    case IGRAPH_ATTRIBUTE_BOOLEAN:
        return list->links ? EAB(list->graph, name, item) : VAB(list->graph, name, item);
    default:
        text_is_number(list->links ? EAS(list->graph, name, item) : VAS(list->graph, name, item), &value);
        return value;
    }
}

/* The text of one item, to be freed; NULL where missing. */
static char *text_of(const List *list, igraph_integer_t i, igraph_integer_t item)
{
    if (list_is_text(list, i)) {
        const char *text = list->links ? EAS(list->graph, list_name(list, i), item)
                                       : VAS(list->graph, list_name(list, i), item);
        return *text ? g_strdup(text) : NULL;
    }
    double value = number_of(list, i, item);
    return isnan(value) ? NULL : format_number(value);
}

static void take_columns(Draft *draft, const List *list)
{
    for (igraph_integer_t i = 0; i < list_length(list); i++) {
        bool texts = list_is_text(list, i);
        DraftColumn *column = draft_column(draft, list_name(list, i), texts);
        for (guint link = 0; link < draft->links->len; link++) {
            g_autofree char *text = texts ? text_of(list, i, link) : NULL;
            if (texts) draft_text(column, text);
            else draft_value(column, number_of(list, i, link));
        }
    }
}

static void take_names(Draft *draft, const List *list, const char *const *names)
{
    igraph_integer_t best = -1;
    for (; *names && best < 0; names++) best = list_find(list, *names);
    if (best < 0) return;
    g_ptr_array_set_size(draft->names, (gint)draft->ids->len);
    for (guint node = 0; node < draft->ids->len; node++) {
        char *name = text_of(list, best, node);
        if (!name) continue;
        g_free(draft->names->pdata[node]);
        draft->names->pdata[node] = name;
    }
}

static bool on_globe(double x, double y)
{
    return isnan(x) || isnan(y) || (fabs(x) <= 180 && fabs(y) <= 90);
}

/* Some files have pixels where they say lon and lat (zib54 of SNDlib): then these
 * are places on paper, and no distance is taken from them. */
static void take_places(Draft *draft, const List *list)
{
    static const struct { const char *x, *y; bool geographic; } pairs[] = {
        { "longitude", "latitude", true }, { "lon", "lat", true }, { "lng", "lat", true },
        { "x", "y", false }, { NULL, NULL, false }
    };
    unsigned p = 0, off = 0;
    while (pairs[p].x && (list_find(list, pairs[p].x) < 0 || list_find(list, pairs[p].y) < 0)) p++;
    if (!pairs[p].x) return;
    igraph_integer_t x = list_find(list, pairs[p].x), y = list_find(list, pairs[p].y);
    for (guint node = 0; node < draft->ids->len; node++) {
        double at_x = number_of(list, x, node), at_y = number_of(list, y, node);
        if (!isfinite(at_x) || !isfinite(at_y)) at_x = at_y = NAN;
        off += !on_globe(at_x, at_y);
        draft_place(draft, at_x, at_y);
    }
    draft->geographic = pairs[p].geographic && !off;
    if (pairs[p].geographic && off)
        draft_note(draft, "%u %s off the globe: %s and %s are not read as degrees", off,
                   off == 1 ? "node lies" : "nodes lie", list_name(list, x), list_name(list, y));
}

/* igraph must have found what our own reader found, link by link. */
static bool agrees(const Draft *draft, const igraph_t *graph)
{
    if ((guint)igraph_vcount(graph) != draft->ids->len || (guint)igraph_ecount(graph) != draft->links->len)
        return false;
    for (guint i = 0; i < draft->links->len; i++) {
        const DraftLink *link = &g_array_index(draft->links, DraftLink, i);
        NodeId from = (NodeId)IGRAPH_FROM(graph, i), to = (NodeId)IGRAPH_TO(graph, i);
        bool same = from == link->a && to == link->b, turned = from == link->b && to == link->a;
        if (!same && (draft->directed || !turned)) return false;
    }
    return true;
}

/* What igraph warns of is told, but for the ids: those are ours, and kept. */
static void note_warnings(Draft *draft)
{
    g_auto(GStrv) warnings = g_strsplit(door_warnings(), "\n", -1);
    for (unsigned i = 0; warnings[i]; i++)
        if (*warnings[i] && !g_str_has_prefix(warnings[i], "Could not add vertex ids"))
            draft_note(draft, "igraph: %s", warnings[i]);
}

static bool take(Draft *draft, const AttributeReader *reader, const igraph_t *graph, GError **error)
{
    List nodes, links;
    if (!agrees(draft, graph))
        return text_fault(draft->text, SIM_ERROR_TOPOLOGY, error, "igraph finds %d nodes and %d links where the file "
                          "has %u and %u", (int)igraph_vcount(graph), (int)igraph_ecount(graph), draft->ids->len,
                          draft->links->len);
    if (!list_open(&nodes, graph, false) || !list_open(&links, graph, true))
        return door_fail(error, draft->text->file);
    note_warnings(draft);
    take_columns(draft, &links);
    take_names(draft, &nodes, reader->names);
    take_places(draft, &nodes);
    list_close(&nodes);
    list_close(&links);
    return true;
}

static bool read_graph(const AttributeReader *reader, const GString *sound, igraph_t *graph)
{
    igraph_safelocale_t locale;
    FILE *stream = fmemopen(sound->str, sound->len, "r");
    g_assert(stream != NULL);
    bool ok = igraph_enter_safelocale(&locale) == IGRAPH_SUCCESS;
    if (ok) {
        ok = reader->read(graph, stream) == IGRAPH_SUCCESS;
        igraph_exit_safelocale(&locale);
    }
    fclose(stream);
    return ok;
}

bool attributes_read(Draft *draft, const AttributeReader *reader, const GString *sound, GError **error)
{
    igraph_t graph;
    door_enter(0);
    if (!read_graph(reader, sound, &graph)) return door_fail(error, draft->text->file);
    bool ok = take(draft, reader, &graph, error);
    igraph_destroy(&graph);
    return ok;
}
